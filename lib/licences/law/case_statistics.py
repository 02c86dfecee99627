"""Statistics of a firm's cases: licence by licence how many there are and how long they took, and by province."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from licences.law.own_times import FEWEST, OwnTimes

if TYPE_CHECKING:
    from licences.law.own_cases import Cases


@dataclass(frozen=True)
class CaseStatistics:
    """What the cases of a licence say, in all places or in a province.

    cases: how many were decided, refused among them. median_days, p80_days: the authority's working days; None
    without a case. returned: how many were sent back; correction_days: how long such a one was away in all, the
    median in working days. under_way: how many are not decided; forgotten: of these those that are so for too long
    to be counted. left_out: how many were decided whose days are not known. expected_days: the 10th, 50th
    and 90th percentile by which plans are made, None where that is the catalogue's.
    """

    code: str
    province: str
    cases: int
    refused: int
    median_days: float | None
    p80_days: float | None
    returned: int
    correction_days: float | None
    under_way: int
    forgotten: int
    left_out: int
    expected_days: tuple[float, float, float] | None

    @property
    def returned_share(self) -> float | None:
        """The share that was sent back, 0 to 1."""
        return self.returned / self.cases if self.cases else None


def find_statistics(cases: Cases, counted: pd.DataFrame, times: OwnTimes) -> list[CaseStatistics]:
    """One a licence of which something is decided or under way, by code, and below it one a province with cases enough.

    counted: of what is under way the rows that are not forgotten.
    """
    return list(_list_statistics(cases, counted, times))


def _list_statistics(cases: Cases, counted: pd.DataFrame, times: OwnTimes) -> Iterator[CaseStatistics]:
    decided, pending = cases.decided, cases.under_way
    for code in sorted({*decided["code"], *pending["code"]}):
        own, open_ones, current = (one[one["code"] == code] for one in (decided, pending, counted))
        left_out = cases.left_out.get(code, 0)
        yield _summarise(code, "", own, len(open_ones), len(current), left_out, times)
        for province, there in own[own["province"] != ""].groupby("province"):
            if len(there) >= FEWEST:
                waiting, counting = (int((one["province"] == province).sum()) for one in (open_ones, current))
                yield _summarise(code, str(province), there, waiting, counting, 0, times)


def _summarise(
    code: str, province: str, own: pd.DataFrame, under_way: int, counted: int, left_out: int, times: OwnTimes
) -> CaseStatistics:
    sent_back = own.loc[own["returns"] > 0, "correction_days"]
    time = times.find(code, province)
    return CaseStatistics(
        code=code,
        province=province,
        cases=len(own),
        refused=int(own["is_refused"].sum()),
        median_days=float(own["days"].median()) if len(own) else None,
        p80_days=float(own["days"].quantile(0.8)) if len(own) else None,
        returned=len(sent_back),
        correction_days=float(sent_back.median()) if len(sent_back) else None,
        under_way=under_way,
        forgotten=under_way - counted,
        left_out=left_out,
        expected_days=time.days if time else None,
    )
