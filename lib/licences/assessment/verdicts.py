"""Verdicts: which licences each client needs, for one client and for any number at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from licences.law.in_force import Licence, find_law_in_force
from licences.law.working_days import count_back
from licences.rules.case_files import NO_CASE_FILE, CaseFile, list_case_files
from licences.rules.facts import HELD, find_denied, join_held, split_holdings
from licences.rules.logic import Facts, make_profile
from licences.rules.stages import BEGINS_ON, find_stage_profiles, list_stages

if TYPE_CHECKING:
    from licences.book.overrides import Override
    from licences.law.catalogue import Catalogue
    from licences.rules.kleene import Profile

# As a reader sees them: first what it must not do at all.
BY_WEIGHT = ("forbidden", "required", "undetermined", "recommended", "optional", "not_needed")
VERDICTS = ("required", "recommended", "optional", "not_needed", "undetermined", "forbidden")
_FEW = 8  # up to so many clients are judged one by one; to judge any number at once takes as long as a dozen
_BY_STAGE = (("required", "forbidden"), ("recommended", "optional"), ("undetermined",))
NEEDED = frozenset({"required", "recommended", "optional"})
PLACES_NEEDED = [at for at, verdict in enumerate(VERDICTS) if verdict in NEEDED]


@dataclass(frozen=True, eq=False)
class StageJudgement:
    """What a client will tell from a day on, None for the present, and the verdicts that follow from it, by code.

    verdicts: those that count. by_rules: what the rules say of what was overridden.
    """

    begins_on: date | None
    profile: Profile
    verdicts: dict[str, str]
    by_rules: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Judgement:
    """What one client has told and holds, and the verdict on every licence in force, by code.

    verdicts: those that count: of the rules, and in their place what we hold against them; by_rules: what the rules
    say of what was overridden; overridden: by code why. denied: the codes that it says it does not hold. stages: of a client that is told in stages the present
    and what is to come, in order of time; of any other none. ``profile`` and ``verdicts`` are the present. engaged_on:
    since when we work for it. case_file: what a book keeps of it.
    """

    client: str
    name: str
    profile: Profile
    held: dict[str, date | None]
    verdicts: dict[str, str]
    denied: frozenset[str] = frozenset()
    stages: tuple[StageJudgement, ...] = ()
    engaged_on: date | None = None
    case_file: CaseFile = NO_CASE_FILE
    by_rules: Mapping[str, str] = field(default_factory=dict)
    overridden: Mapping[str, Override] = field(default_factory=dict)

    def find_deciding(self, code: str) -> StageJudgement | None:
        """The stage whose verdict on a licence counts over all stages; None where there are none.

        It is the first in which the licence is required or forbidden, else the first in which it is
        recommended or optional, else the first in which it cannot be told, else the present.
        """
        return find_deciding(self.stages, code)


class _Judged(Protocol):
    @property
    def verdicts(self) -> Mapping[str, str]: ...


AnyStage = TypeVar("AnyStage", bound=_Judged)


def find_deciding(stages: Sequence[AnyStage], code: str) -> AnyStage | None:
    """As ``Judgement.find_deciding``, of whatever has verdicts in order of time."""
    for verdicts in _BY_STAGE:
        for stage in stages:
            if stage.verdicts[code] in verdicts:
                return stage
    return stages[0] if stages else None


def find_verdicts(catalogue: Catalogue, profiles: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The verdict for every client and every licence in force on ``as_of``.

    One row a client (index ``client``), one column a code; each column is a ``category`` of VERDICTS.
    A fact that is not told is never taken for a no: where it decides, the verdict is ``undetermined``, and
    so it is of what the catalogue holds no rule for. What we hold against the rules counts in their place.
    """
    facts = Facts(profiles, catalogue.fields, as_of)
    entries = find_law_in_force(catalogue, as_of).entries
    kinds = pd.CategoricalDtype(list(VERDICTS))
    columns = {
        code: pd.Categorical.from_codes(number_verdicts(entry, facts), dtype=kinds)
        for code, entry in entries.items()
    }
    index = pd.Index(profiles["client"], name="client")
    return pd.DataFrame(columns, index=index, columns=pd.Index(list(entries), name="code"))


def number_verdicts(entry: Licence, facts: Facts) -> NDArray[np.int8]:
    """The verdict on one licence that counts for each client, as its place in VERDICTS."""
    numbers = _number_by_rules(entry, facts)
    for at, verdict in facts.overridden.get(entry.code, ()):
        numbers[at] = VERDICTS.index(verdict)
    return numbers


def _number_by_rules(entry: Licence, facts: Facts) -> NDArray[np.int8]:
    applies = entry.applies.evaluate(facts)
    numbers = np.full(len(facts), VERDICTS.index("undetermined"), dtype=np.int8)
    numbers[applies.true] = VERDICTS.index(entry.row["obligation"])
    numbers[applies.false] = VERDICTS.index("not_needed")
    return numbers


def find_failing(entry: Licence | None, verdicts: NDArray[np.int8], facts: Facts) -> NDArray[np.bool_]:
    """The clients that need a licence, by their places in VERDICTS, and are known to fail its condition.

    Who holds it has obtained it.
    """
    if entry is None or entry.condition is None:
        return np.zeros(len(facts), dtype=np.bool_)
    fails: NDArray[np.bool_] = np.isin(verdicts, PLACES_NEEDED) & entry.condition.evaluate(facts).false
    fails &= ~facts.find_holders(entry.code)
    return fails


def judge(catalogue: Catalogue, profiles: pd.DataFrame, as_of: date) -> Iterator[Judgement]:
    """The verdicts of ``find_verdicts`` beside what each client has told, client by client, and of its stages.

    Whose file was written before ``as_of`` is to be brought to that day by ``find_present``.
    """
    coming = _judge_stages(catalogue, profiles, as_of)
    kept = zip(profiles["engaged_on"], list_case_files(profiles), strict=True)
    judged = _judge_rows(catalogue, profiles, as_of)
    for one, (engaged_on, case_file) in zip(judged, kept, strict=True):
        present = StageJudgement(None, one.profile, one.verdicts, one.by_rules)
        yield replace(
            one,
            stages=(present, *coming[one.client]) if one.client in coming else (),
            engaged_on=None if pd.isna(engaged_on) else engaged_on.date(),
            case_file=case_file,
        )


def _judge_stages(
    catalogue: Catalogue, profiles: pd.DataFrame, as_of: date
) -> dict[str, list[StageJudgement]]:
    """The stages to come of each client that is told in stages, all worked out at once."""
    is_staged = np.fromiter(map(bool, list_stages(profiles)), dtype=np.bool_, count=len(profiles))
    if not is_staged.any():
        return {}
    rows = find_stage_profiles(profiles[is_staged])
    rows = rows[rows[BEGINS_ON].notna()]
    found: dict[str, list[StageJudgement]] = {}
    for one, day in zip(_judge_rows(catalogue, rows, as_of), rows[BEGINS_ON], strict=True):
        found.setdefault(one.client, []).append(
            StageJudgement(day.date(), one.profile, one.verdicts, one.by_rules)
        )
    return found


def _judge_rows(catalogue: Catalogue, profiles: pd.DataFrame, as_of: date) -> Iterator[Judgement]:
    by_code = find_law_in_force(catalogue, as_of).entries
    entries, files = by_code.values(), list_case_files(profiles)
    is_few = len(profiles) <= _FEW
    at_once = None if is_few else _list_verdicts(by_code, Facts(profiles, catalogue.fields, as_of))
    names = ("client", "name", "holds", *catalogue.fields.by_name)
    for case_file, (client, name, holds, *told) in zip(
        files, _list_cells(profiles, names, row_by_row=is_few), strict=True
    ):
        profile = make_profile(dict(zip(catalogue.fields.by_name, told, strict=True)))
        profile[HELD] = join_held(holds, as_of)
        verdicts = next(at_once) if at_once else {one.code: find_verdict(one, profile) for one in entries}
        ours = case_file.find_overrides("verdict", as_of) if case_file.overrides else {}
        ours = {code: override for code, override in ours.items() if code in by_code}
        yield Judgement(
            str(client),
            str(name),
            profile,
            split_holdings(holds),
            verdicts | {code: override.value for code, override in ours.items()},
            find_denied(holds),
            by_rules={code: find_verdict(by_code[code], profile) for code in ours},
            overridden=ours,
        )


def _list_cells(profiles: pd.DataFrame, names: Sequence[str], *, row_by_row: bool) -> Iterator[Sequence[Any]]:
    """The cells of each row under some names; row by row takes least where there are more columns than rows."""
    if not row_by_row:
        yield from zip(*(profiles[name].tolist() for name in names), strict=True)
        return
    places = profiles.columns.get_indexer(pd.Index(names))
    for at in range(len(profiles)):
        yield list(profiles.iloc[at].to_numpy()[places])


def _list_verdicts(entries: Mapping[str, Licence], facts: Facts) -> Iterator[dict[str, str]]:
    """By code the verdicts of each client, as ``find_verdicts`` has them."""
    numbers = [number_verdicts(entry, facts) for entry in entries.values()]
    names = np.array(VERDICTS, dtype=object)
    by_client = names[np.array(numbers, dtype=np.int8).T].tolist() if numbers else [[]] * len(facts)
    for line in by_client:
        yield dict(zip(entries, line, strict=True))


def find_verdict(entry: Licence, profile: Profile) -> str:
    """What the rules say."""
    applies = entry.applies.decide(profile)
    if applies is None:
        return "undetermined"
    return str(entry.row["obligation"]) if applies else "not_needed"


def is_outside(entry: Licence, verdict: str, profile: Profile) -> bool:
    """Whether a verdict is open because the catalogue holds no rule, which no answer can settle."""
    is_so = verdict == "undetermined" == entry.row["obligation"]
    return is_so and entry.applies.decide(profile) is True


def is_concerned(
    coming: Licence, verdicts: Mapping[str, str], held: Mapping[str, date | None], profile: Profile
) -> bool:
    """Whether what is to come into force touches a client: it needs, may need or holds that, or will."""
    return (
        verdicts.get(coming.code, "not_needed") != "not_needed"
        or coming.code in held
        or coming.applies.decide(profile) is not False
    )


def find_status(held: Mapping[str, date | None], row: Mapping[Any, Any], as_of: date) -> str:
    """``held``, ``expiring`` (inside the renewal lead time), ``expired`` or ``not_held``, by what is told alone."""
    if row["code"] not in held:
        return "not_held"
    expires_on = held[row["code"]]
    if expires_on is None:
        return "held"
    if expires_on < as_of:
        return "expired"
    lead = row["renewal_lead_days"]
    if pd.isna(lead):
        return "held"
    renew_from = count_back(expires_on, int(lead), row["renewal_days_unit"])
    return "expiring" if as_of >= renew_from else "held"
