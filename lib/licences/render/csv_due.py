"""Whom to call, as CSV that a spreadsheet opens: with a mark of its encoding, and nothing that it takes for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from licences.analysis.due import Call
from licences.law.in_force import LawInForce
from licences.reading.characters import FORMULA_SIGNS
from licences.words.due import list_cells, name_columns, name_own_columns, view_calls


def make_due_csv(calls: Iterable[Call], law: LawInForce) -> str:
    """A header and a row a call; a text that would be a formula has an apostrophe before it, as Excel writes it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    listed = list(calls)
    own = name_own_columns(listed)
    writer.writerow([_guard(name) for name in name_columns(law.language, own)])
    for view in view_calls(listed, law):
        writer.writerow([_guard(cell) for cell in list_cells(view, own)])
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + text.getvalue()


def _guard(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA_SIGNS) else cell
