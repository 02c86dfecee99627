"""Reading: how soon a large clients file and a large book answer, and what it takes to tell the book something."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime
from functools import partial
from itertools import cycle
from pathlib import Path

import pandas as pd

from benches.clients import AS_OF, find_catalogue, list_rows, make_clients, read_clients
from benches.clock import time_by_turns, time_call
from benches.measured import Figures, Measured
from licences.analysis.due import find_calls
from licences.assessment.verdicts import find_verdicts
from licences.book.clients import Writing
from licences.book.events import Event, write_events
from licences.book.exchange import list_tables
from licences.book.store import change_book
from licences.rules.keeping import begin_book, record_events
from licences.rules.stages import find_present


def measure_files(count: int = 10_000) -> Figures:
    """A large clients file, as CSV and as a workbook."""
    fields, cells = find_catalogue().fields, list_rows(make_clients(count))
    numbers = [field.name for field in fields.every if field.type == "number"]
    with tempfile.TemporaryDirectory() as folder:
        for ending in ("xlsx", "csv"):
            path = Path(folder) / f"clients.{ending}"
            if ending == "csv":
                cells.to_csv(path, index=False)
            else:
                typed = cells.assign(**{name: pd.to_numeric(cells[name]) for name in numbers})
                typed.replace("", None).to_excel(path, index=False, engine="xlsxwriter")
            seconds = time_call(partial(read_clients, path), 3)
            yield Measured(f"read_{ending}", seconds, f"{path.stat().st_size / 1e6:.1f} MB")
        yield measure_growth(Path(folder), cells)


def measure_growth(folder: Path, cells: pd.DataFrame, few: int = 100, many: int = 1_000) -> Measured:
    """How much longer ten times as many clients take to be read."""
    paths = []
    for count in (few, many):
        paths.append(folder / f"{count}.csv")
        cells.head(count).to_csv(paths[-1], index=False)
    short, long = (time_call(partial(read_clients, path), 5) for path in paths)
    return Measured("read_growth", long / short, f"{long * 1000:.0f} ms as against {short * 1000:.0f} ms")


def measure_book(count: int = 10_000) -> Figures:
    """A large book: read, assessed, asked whom to call, and told an event."""
    catalogue, writing = find_catalogue(), Writing(datetime.now(UTC), "bench")
    untold = [field.name for field in catalogue.fields.every[24:]]
    profiles = make_clients(count).assign(**dict.fromkeys(untold, pd.NA))
    codes = [code for code in catalogue.codes if code != "EDI"]
    kinds = ("submitted", "accepted", "granted", "renewed", "changed")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "book.sqlite"
        begin_book(place, profiles, catalogue.fields, writing)
        with change_book(place) as connection:
            for number, client in enumerate(profiles["client"]):
                code = codes[number % len(codes)]
                course = [Event(code, kind, date(2026, 1 + at, 5)) for at, kind in enumerate(kinds)]
                write_events(connection, client, course, writing)
        rows = {name: len(listed) - 1 for name, listed in list_tables(place).items()}

        def assess() -> None:
            find_verdicts(catalogue, find_present(read_clients(place), AS_OF), AS_OF)

        note = f"{rows['facts']:,} facts and {rows['events']:,} events"
        yield Measured("book_read", time_call(lambda: read_clients(place), 3), note)
        yield Measured("book_assess", time_call(assess, 3))
        present = find_present(read_clients(place), AS_OF)
        calls = find_calls(catalogue, present, AS_OF)
        seconds = time_call(lambda: find_calls(catalogue, present, AS_OF), 3)
        yield Measured("book_calls", seconds, f"{len(calls):,} entries")
        words = ("-m", "licences", "due", "--clients", str(place), "--as-of", AS_OF.isoformat())
        yield Measured("book_due", *time_by_turns(words, runs=1))
        days = cycle(("submitted", "withdrawn"))

        def record() -> None:
            event = Event("EDI", next(days), AS_OF)
            record_events(place, [(profiles["client"].iloc[0], event)], {"EDI"}, writing)

        yield Measured("book_record", time_call(record, 20) * 1000)
