"""Extents in words: what was read of a clients file, and what was passed over."""

from __future__ import annotations

from licences.errors import cut
from licences.reading.extent import Extent, Note
from licences.words.texts import say


def say_extent(extent: Extent, language: str) -> str:
    """How many clients and columns were read, and of which sheet."""
    key = "extent.read_sheet" if extent.sheet else "extent.read"
    told = {"file": extent.file, "sheet": cut(extent.sheet), "rows": extent.rows, "columns": extent.columns}
    return say(language, key, **told)


def say_notes(extent: Extent, language: str) -> list[str]:
    """What was passed over, and what was read that one might not expect; nothing where all is plain."""
    return [_say_note(note, language) for note in extent.notes]


def _say_note(note: Note, language: str) -> str:
    items = ", ".join(map(cut, note.items))
    if len(note.items) < note.count:
        items = say(language, "extent.and_more", items=items, count=note.count - len(note.items))
    return say(language, f"extent.{note.kind}", count=note.count, items=items)
