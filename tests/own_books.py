"""Books in which some clients' applications are decided, for tests of a firm's own times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

import pandas as pd

from licences.book.clients import Writing
from licences.book.events import Event
from licences.law.catalogue import Catalogue
from licences.law.working_days import add_working_days
from licences.rules.facts import split_holdings
from licences.rules.keeping import begin_book, record_events

AT = Writing(datetime(2026, 5, 1, 8, tzinfo=UTC), "li")
FIRST = date(2026, 3, 2)  # a Monday


def make_decided_book(
    place: Path,
    clients: pd.DataFrame,
    catalogue: Catalogue,
    days: tuple[int, ...],
    asked: str,
    code: str = "ICP",
) -> Path:
    """A book of clients; a decision of a licence took so many working days for as many others than the one asked for."""
    begin_book(place, clients, catalogue.fields, AT)
    record_events(place, _list_events(clients, days, asked, code), catalogue.codes, AT)
    return place


def _list_events(
    clients: pd.DataFrame, days: tuple[int, ...], asked: str, code: str
) -> Iterator[tuple[str, Event]]:
    told = zip(clients["client"], clients["holds"], strict=True)
    others = (client for client, holds in told if client != asked and code not in split_holdings(holds))
    for client, took in zip(islice(others, len(days)), days, strict=True):
        yield client, Event(code, "submitted", FIRST)
        yield client, Event(code, "granted", add_working_days(FIRST, took - 1).astype(object))
