"""Fees of the firm's own: what it asks for each licence, where it says so."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from licences.errors import Problem, suggest
from licences.law.edition import OUR_FEES
from licences.law.kinds import can_be_held
from licences.reading.places import find_own_file


def find_our_fees_file() -> Path:
    """The firm's file: in its work folder, else beside the data."""
    return find_own_file(OUR_FEES)


def find_our_fee_problems(
    our_fees: pd.DataFrame, rows: pd.DataFrame, file: str, *, is_of_another: bool = False
) -> list[Problem]:
    """Fees for unknown codes and for what nobody applies for.

    rows: of the catalogue. is_of_another: whether the catalogue is another than the one that ships with the
    fees, of which these may know more codes.
    """
    named = rows.dropna(subset=["code"])
    known = dict(zip(named["code"], can_be_held(named), strict=True))
    problems = []
    for line, code in our_fees["code"].dropna().items():
        place = file, int(str(line)), "code"
        if code not in known:
            if not is_of_another:
                problems.append(Problem(*place, f"no licence {code!r}", suggest(code, known)))
        elif not known[code]:
            problems.append(Problem(*place, f"nobody applies for {code}", "take the row out"))
    return problems
