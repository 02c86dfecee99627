"""Extents in words: what was read of a clients file, and what was passed over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from licences.errors import cut
from licences.reading.extent import PASSED_OVER, Doubt, Extent, Note
from licences.rules.stages import list_stages
from licences.words.texts import say

if TYPE_CHECKING:
    from licences.rules.facts import Fields

_MOST_DOUBTS = 20


def say_extent(extent: Extent, language: str) -> str:
    """How many clients and answers were read, of which sheets, and what was passed over."""
    sheets = extent.sheets
    key = "extent.read_sheets" if len(sheets) > 1 else "extent.read_sheet" if sheets else "extent.read"
    said = say(
        language,
        key,
        file=extent.file,
        sheet=", ".join(map(cut, sheets)),
        rows=extent.rows,
        answers=extent.answers or 0,
    )
    items = _list_passed_over(extent, language)
    return say(language, "extent.with_passed_over", said=said, items=items) if items else said


def _list_passed_over(extent: Extent, language: str) -> str:
    told = [_say_note(note, language) for note in extent.notes if note.kind in PASSED_OVER]
    return say(language, "list").join(told)


def join(said: Iterable[str], language: str) -> str:
    """What was said of a reading as one line."""
    return ("；" if language == "zh" else "; ").join(said)


def count_stages_and_groups(profiles: pd.DataFrame) -> dict[str, int]:
    """How many later stages the clients tell, how many of them do, how many groups there are; what is none is left out."""
    stages = list_stages(profiles)
    counts = {
        "stages": sum(map(len, stages)),
        "clients_in_stages": sum(map(bool, stages)),
        "groups": profiles["group"].nunique(),
    }
    return {name: count for name, count in counts.items() if count}


def say_counts(counts: Mapping[str, int], language: str) -> list[str]:
    """What ``count_stages_and_groups`` counts, in words."""
    return [say(language, f"extent.{name}", **counts) for name in ("stages", "groups") if name in counts]


def say_notes(extent: Extent, language: str) -> list[str]:
    """What was passed over, and what was read that one might not expect; nothing where all is plain."""
    items = _list_passed_over(extent, language)
    passed_over = [say(language, "extent.passed_over", items=items)] if items else []
    return passed_over + say_understood(extent, language)


def say_understood(extent: Extent, language: str) -> list[str]:
    """What was read that one might not expect, or otherwise than it is written; nothing where all is plain."""
    return [_say_note(note, language) for note in extent.notes if note.kind not in PASSED_OVER]


def say_doubts(
    doubts: Sequence[Doubt], fields: Fields, language: str, clients: Collection[str] | None = None
) -> list[str]:
    """The answers that are hardly meant, with what was probably meant; clients: whose, None for all."""
    told = [doubt for doubt in doubts if clients is None or doubt.client in clients]
    said = [_say_doubt(doubt, fields, language) for doubt in told[:_MOST_DOUBTS]]
    more = len(told) - len(said)
    return said + ([say(language, "extent.more_doubts", count=more)] if more else [])


def _say_doubt(doubt: Doubt, fields: Fields, language: str) -> str:
    field = fields[doubt.field]
    likely = doubt.likely or 0.0
    return say(
        language,
        f"extent.doubt_{doubt.kind}" if doubt.kind else "extent.doubt",
        client=doubt.client,
        label=field.label[language],
        value=f"{doubt.value:,.15g}",
        likely=f"{likely:.0f}" if doubt.kind == "year" else f"{likely:,.15g}",
    )


def _say_note(note: Note, language: str) -> str:
    items = ", ".join(map(cut, note.items))
    if len(note.items) < note.count:
        items = say(language, "extent.and_more", items=items, count=note.count - len(note.items))
    return say(language, f"extent.{note.kind}", count=note.count, items=items)
