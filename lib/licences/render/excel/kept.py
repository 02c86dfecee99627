"""Entries kept from an earlier workbook: each goes back beside what it was made for, and none is lost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from licences.render.excel.entered import Entry


class KeptEntries:
    """What a reader entered before; ``left`` is what has found no place yet."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.left = list(entries)

    def take(
        self,
        kind: str,
        code: str,
        name: str,
        also: Collection[tuple[str, str]] = (),
        *,
        by_code: bool = True,
    ) -> Entry:
        """What was entered in the row of a code and a name; of several what does not contradict the first.

        also: further pairs under which the same thing was known. by_code: whether the code alone says what a
        row is about; where it does not, the name has to be the same too.
        """
        places = {(code, name), *also}
        merged = Entry(code, name, kind=kind)
        for entry in list(self.left):
            is_same = (by_code and entry.code == code) or (entry.code, entry.name) in places
            if entry.kind != kind or not (is_same or (not entry.code and entry.name == name)):
                continue
            told = entry.told
            if all(merged.told.get(one, value) == value for one, value in told.items()):
                merged = replace(merged, **told)
                self.left.remove(entry)
        return merged
