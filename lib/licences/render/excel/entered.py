"""Entries that a reader made in the list of documents of a workbook: ticks, status and remarks, for the next one."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from licences.reading.bounds import MAX_CELL_CHARACTERS, MAX_PARTS
from licences.words.texts import read_texts

LANGUAGES = ("zh", "en")
MOST_ROWS, MOST_COLUMNS, HEADING_ROWS = 20_000, 200, 20
MOST_BYTES = 20_000_000  # of its texts, unpacked; a workbook of ours has one million

Value = str | float | date | None


@dataclass(frozen=True)
class Entry:
    """What a reader entered beside a document. state: a place in the list of states, or another text."""

    code: str
    document: str
    tick: Value = None
    state: int | str | None = None
    remarks: Value = None


def read_entries(workbook: bytes) -> tuple[Entry, ...] | None:
    """The entries of a workbook of ours, whatever order its rows and columns are in; None where it cannot be read.

    A row in which nothing was entered is left out. Those that an earlier workbook kept apart are among them.
    """
    from openpyxl import load_workbook  # only here: most reports follow no workbook that was filled in

    try:
        with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
            infos = parts.infolist()
        texts = [part.file_size for part in infos if part.filename.lower().endswith(".xml")]
        if len(infos) > MAX_PARTS or sum(texts) > MOST_BYTES:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(workbook), read_only=True, data_only=True)
            sheets = {sheet.title: sheet for sheet in book.worksheets}
            return tuple(entry for language in LANGUAGES for entry in _read_language(sheets, language))
    except Exception:  # noqa: BLE001 - a file that somebody changed is broken in any way
        return None


def _read_language(sheets: dict[str, Any], language: str) -> Iterator[Entry]:
    words = read_texts(language)["workbook"]
    for name in ("documents", "entered"):
        sheet = sheets.get(words["sheets"][name])
        if sheet is not None:
            sheet.reset_dimensions()  # some programs write them wrong
            rows = sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
            yield from _read_table(rows, words)


def _read_table(rows: Iterable[Sequence[Any]], words: dict[str, Any]) -> Iterator[Entry]:
    labels = [words[name] for name in ("code", "document", "tick", "progress", "remarks")]
    states = [str(one) for one in words["progress_of"]]
    columns: list[int | None] | None = None
    for number, row in enumerate(rows):
        if columns is None:
            texts = [str(cell).strip() if cell is not None else "" for cell in row]
            if labels[0] in texts and labels[1] in texts:
                columns = [texts.index(label) if label in texts else None for label in labels]
            elif number >= HEADING_ROWS:
                return
            continue
        code, document, tick, state, remarks = (
            None if at is None or at >= len(row) else _keep(row[at]) for at in columns
        )
        if not code or not document:
            continue
        told = None if state in (None, states[0]) else str(state)
        entry = Entry(str(code), str(document), tick, states.index(told) if told in states else told, remarks)
        if (entry.tick, entry.state, entry.remarks) != (None, None, None):
            yield entry


def _keep(cell: Any) -> Value:
    """A cell as it may be written again; None for an empty one."""
    if isinstance(cell, datetime):
        return cell.date() if cell.time() == time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float | date):
        return cell
    text = "" if cell is None else str(cell)
    return text[:MAX_CELL_CHARACTERS] if text.strip() else None
