"""Files of events: what happened to applications of several clients, row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from licences.book.events import Event
from licences.reading.dictionary import read_dictionary
from licences.reading.places import find_data_folder
from licences.reading.tables import read_table


def read_event_rows(path: Path, by: str) -> tuple[list[tuple[str, Event]], list[int]]:
    """Pairs of client and event with the lines of their rows. by: who says so where a row does not tell.

    Raises: ProblemsError, MissingFileError.
    """
    rows = read_table(path, read_dictionary(find_data_folder() / "dictionary.yaml")["events.csv"])
    return [_read_event(row, by) for row in rows.itertuples(index=False)], [int(line) for line in rows.index]


def _read_event(row: Any, by: str) -> tuple[str, Event]:
    """A row of a file of events as a client and what happened."""

    def text(cell: Any) -> str:
        return "" if pd.isna(cell) else str(cell)

    return str(row.client), Event(
        row.code,
        row.event,
        row.on.date(),
        text(row.number),
        None if pd.isna(row.until) else row.until.date(),
        text(row.note),
        text(row.by) or by,
    )
