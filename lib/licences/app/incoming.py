"""Files that a consultant drops on the explorer: clients to choose from, or the answers of one that came back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from licences.book.place import is_book
from licences.errors import ProblemsError
from licences.law.catalogue import Catalogue
from licences.reading.characters import fold
from licences.reading.extent import Extent
from licences.rules.answer_files import find_answers
from licences.rules.answers import Answers
from licences.rules.facts import read_with_extent

_SIGNS = re.compile(r"[^\w.\- ()（）]+")
_LONGEST_NAME = 80


@dataclass(frozen=True)
class DroppedClients:
    """Clients of a file that was dropped; path: where it lay while it was read."""

    path: Path
    clients: pd.DataFrame
    extent: Extent


def read_dropped(name: str, content: bytes, catalogue: Catalogue) -> Answers | DroppedClients:
    """What a file holds, known by its content. name: of the file, which says whether it is CSV or a workbook.

    Raises: ProblemsError where something in it is wrong; then nothing of it is taken.
    """
    answers = find_answers(content, name, catalogue.fields)
    if answers is not None:
        if answers.problems:
            raise ProblemsError(answers.problems)
        return answers
    with TemporaryDirectory(prefix="licences-") as folder:
        path = Path(folder) / _make_name(name)
        path.write_bytes(content)
        clients, extent = read_with_extent(path, catalogue.fields, set(catalogue.codes))
    return DroppedClients(path, clients, extent)


def find_whose(answers: Answers, clients: pd.DataFrame, cells: Mapping[str, str]) -> str:
    """Whose answers they are: the id of a client of the file, that of a new one, or of the one on the screen.

    clients: those of the file. cells: of the client on the screen, whose answers they are where they do not say.
    """
    ids = {fold(str(client)): str(client) for client in clients["client"]}
    if answers.client:
        return ids.get(fold(answers.client), answers.client)
    said = {answers.name, *answers.titles} - {""}
    named = [
        str(client)
        for client, name in zip(clients["client"], clients["name"], strict=True)
        if name in said or any(len(name) > 1 and name in title for title in answers.titles)
    ]
    return named[0] if len(named) == 1 else cells["client"]


def _make_name(name: str) -> str:
    """The name under which a file is kept, which is never that of a book."""
    plain = _SIGNS.sub("-", name)[-_LONGEST_NAME:].lstrip(".") or "clients.csv"
    return f"{plain}.csv" if is_book(Path(plain)) else plain
