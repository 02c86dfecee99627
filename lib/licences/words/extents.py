"""Extents in words: what was read of a clients file, and what was passed over."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from licences.errors import cut
from licences.reading.extent import Extent, Note
from licences.rules.stages import list_stages
from licences.words.texts import say


def say_extent(extent: Extent, language: str) -> str:
    """How many clients and columns were read, and of which sheet."""
    key = "extent.read_sheet" if extent.sheet else "extent.read"
    told = {"file": extent.file, "sheet": cut(extent.sheet), "rows": extent.rows, "columns": extent.columns}
    return say(language, key, **told)


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
    return [_say_note(note, language) for note in extent.notes]


def _say_note(note: Note, language: str) -> str:
    items = ", ".join(map(cut, note.items))
    if len(note.items) < note.count:
        items = say(language, "extent.and_more", items=items, count=note.count - len(note.items))
    return say(language, f"extent.{note.kind}", count=note.count, items=items)
