"""Refusals: what is not taken from who types into the explorer, said in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from licences.app.terms import Places
from licences.book.clients import OWN
from licences.book.place import is_server
from licences.errors import LicencesError, UsageError
from licences.reading.characters import find_unseen
from licences.rules.facts import Fields
from licences.rules.saving import find_typed_fault
from licences.words.texts import say

IDENTITY = {"client": "id", "name": "name", "holds": "holds"}
_SHOWN_CHARACTERS = 60


def name_cell(name: str, fields: Fields, language: str) -> str:
    """What a column of a clients file is called on the page."""
    if name in IDENTITY:
        return say(language, f"explorer.{IDENTITY[name]}")
    return fields.clients_table[name].label[language]


def check_seen(cells: Mapping[str, str], fields: Fields, language: str) -> None:
    """Raises: LicencesError for a cell that holds what nobody sees, or that breaks the line; own columns may."""
    for name, text in cells.items():
        if not name.startswith(OWN) and (mark := find_unseen(text)):
            cell = name_cell(name, fields, language)
            raise LicencesError(f"{cell} {say(language, 'explorer.unseen', mark=mark)}")


def find_path(typed: str, places: Places, fields: Fields, language: str) -> Path:
    """The file that was typed, as seen from the work folder. Raises: LicencesError where clients cannot be kept there."""
    text = typed.strip()
    if is_server(places.clients) and text == str(places.clients):
        return places.clients
    file = say(language, "explorer.file")
    if not text:
        raise UsageError(file, say(language, "explorer.file_not_named"))
    if fault := find_typed_fault(text, places.work, places.clients, fields):
        said = {"mark": fault.mark, "work": places.work}
        shown = text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
        raise LicencesError(f"{file} {shown!r} {say(language, f'explorer.path_{fault.kind}', **said)}")
    return Path(places.work / text)


def check_folder(folder: Path, language: str) -> None:
    """Raises: LicencesError where a client's folder of reports leads elsewhere."""
    if folder.is_symlink():
        raise LicencesError(f"{folder} {say(language, 'explorer.path_link')}")
