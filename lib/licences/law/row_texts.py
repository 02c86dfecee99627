"""Texts of a row that have a measure: short names, and notes of one sentence."""

from __future__ import annotations

import re

import pandas as pd

from licences.errors import Problem

LONGEST_SHORT = {"short_zh": 10, "short_en": 24}
_ABBREVIATED = (
    r"(?<!\bNo)(?<!\bNos)(?<!\bArt)(?<!\bArts)(?<!\bCo)(?<!\bLtd)(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\bapprox)"
)
_ENDS = {
    "note_zh": re.compile(r"[。！？][”」）]?(?=\s*\S)"),
    "note_en": re.compile(rf"{_ABBREVIATED}[.!?][”\")]?\s+(?=[A-Z0-9“\"(])"),
}


def find_text_problems(rows: pd.DataFrame, file: str) -> list[Problem]:
    """Short names that are missing, too long or another code's, and notes of more than one sentence."""
    return [*_find_short_names(rows, file), *_find_long_notes(rows, file)]


def _find_short_names(rows: pd.DataFrame, file: str) -> list[Problem]:
    problems = []
    for column, longest in LONGEST_SHORT.items():
        first: dict[str, tuple[str, int]] = {}
        for line, code, text in zip(rows.index, rows["code"], rows[column], strict=True):
            if not isinstance(text, str):
                wrong, right = "there is no short name", "write what the trade says"
            elif len(text) > longest:
                letters, name = len(text), repr(text)
                is_chinese = column == "short_zh"
                wrong = f"{name} has {letters} characters" if is_chinese else f"{name} has {letters} letters"
                right = f"at most {longest}"
            elif first.setdefault(text.casefold(), (code, line))[0] != code:
                other, at = first[text.casefold()]
                wrong, right = f"{text!r} is what {other} is called (line {at})", "tell the two apart"
            else:
                continue
            problems.append(Problem(file, int(line), column, wrong, right))
    return problems


def _find_long_notes(rows: pd.DataFrame, file: str) -> list[Problem]:
    right = "one sentence for the client; the rest belongs into research_note"
    return [
        Problem(file, int(str(line)), column, "more than one sentence", right)
        for column, end in _ENDS.items()
        for line, text in rows[column].dropna().items()
        if end.search(text.strip())
    ]
