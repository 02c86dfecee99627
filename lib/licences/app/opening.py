"""Opening of the explorer: for whom, from which day, and with which files."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython
from ipywidgets import HTML, Widget

from licences.app.explorer import Explorer
from licences.app.layout import make_style
from licences.app.preheated import PAGE, find_stamp
from licences.app.serve import find_asked
from licences.app.terms import Places, Terms
from licences.book.place import is_server
from licences.errors import LicencesError, UsageError
from licences.law.catalogue import Catalogue, read_catalogue
from licences.law.working_days import find_usual_start
from licences.reading.dictionary import LANGUAGES
from licences.reading.places import find_own_clients, find_work_folder
from licences.render.html.explorer import make_message
from licences.words.problems import say_error
from licences.words.texts import say


def explore(
    client: str = "",
    language: str = "zh",
    as_of: str = "",
    start: str = "",
    catalogue: str = "",
    clients: str = "",
    out: str = "",
) -> Widget:
    """The explorer, or the sentences that say why it cannot start.

    client: an id of the clients file, empty for a new client. as_of, start: ISO dates, empty for
    today and for the day on which a plan starts by default. catalogue, clients, out: paths as seen from
    the work folder, empty for the files and the ``reports`` of that.
    What ``licences explore`` was asked for goes before these.
    """
    asked = {"client": client, "language": language, "as_of": as_of, "start": start}
    asked |= {"catalogue": catalogue, "clients": clients, "out": out}
    asked |= find_asked()
    keep_every_message()
    ready = _take_ready(asked)
    return ready if ready is not None else _open(asked)


def prepare(catalogue: Catalogue | None) -> None:
    """Makes the explorer that will be asked for, so that ``explore`` has it at once.

    catalogue: as it was read already; None where it could not be, which the page then says.
    """
    keep_every_message()
    asked = find_asked()
    stamp = find_stamp(asked)
    try:
        page = _open(asked, catalogue, is_ahead=True)
    except Exception as error:
        if PAGE not in asked:
            raise
        logging.getLogger(__name__).exception("the explorer could not be opened")
        failed = say(
            _choose_language(asked["language"]), "explorer.failed", error=f"{type(error).__name__}: {error}"
        )
        page = HTML(make_style() + make_message("wrong", [failed]), model_id=asked[PAGE])
    _ready.append((asked, stamp, page))


_ready: list[tuple[dict[str, str], object, Widget]] = []


def _take_ready(asked: dict[str, str]) -> Widget | None:
    """What was prepared, once, where it is what is asked for and no file has changed since."""
    if not _ready:
        return None
    prepared_for, stamp, page = _ready.pop()
    return page if prepared_for == asked and stamp == find_stamp(asked) else None


def _open(asked: Mapping[str, str], catalogue: Catalogue | None = None, *, is_ahead: bool = False) -> Widget:
    page_id = {"model_id": asked[PAGE]} if asked.get(PAGE) else {}
    try:
        work = _go_to_work(asked.get("work", ""))
        places = Places(
            work=work,
            catalogue=work / asked["catalogue"] if asked["catalogue"] else None,
            clients=_find_clients_place(work, asked["clients"]),
            out=work / (asked["out"] or "reports"),
        )
        terms = _read_terms(asked["as_of"], asked["start"], date.today())
        law = catalogue or read_catalogue(places.catalogue)
        return Explorer(
            law, places, terms, asked["language"], asked["client"], page_id, is_ahead=is_ahead
        ).page
    except LicencesError as error:
        said = make_message("wrong", say_error(error, _choose_language(asked["language"])).splitlines())
        return HTML(make_style() + said, **page_id)


def _choose_language(asked: str) -> str:
    """The language that is asked for, where it is one that we speak."""
    return asked if asked in LANGUAGES else "en"


def keep_every_message() -> None:
    """Lets this kernel keep what its server has not fetched yet, in place of dropping it without a word.

    ZeroMQ drops messages that are more than its high-water mark of 1,000 ahead. A page of ours is hundreds at once, so
    that on a busy machine a few pages would lack widgets.
    """
    shell: Any = get_ipython()
    thread = getattr(getattr(shell, "kernel", None), "iopub_thread", None)
    if thread is not None:
        thread.schedule(lambda: thread.socket.set_hwm(0))


def _read_terms(as_of: str, start: str, today: date) -> Terms:
    day = _read_day("as_of", as_of, today)
    return Terms(day, _read_day("start", start, find_usual_start(today, day)))


def _go_to_work(folder: str) -> Path:
    """The work folder; where one is told, this process goes there, since a notebook that ships lies elsewhere."""
    if folder and find_work_folder() != Path(folder):
        os.chdir(folder)
    return find_work_folder()


def _find_clients_place(work: Path, asked: str) -> Path:
    """Where clients are kept: as asked, else a file of the work folder, never the samples that are installed."""
    if asked:
        return Path(asked) if is_server(Path(asked)) else (work / asked).resolve()
    file = find_own_clients(work)
    return file if file.is_relative_to(work) else work / "clients.csv"


def _read_day(name: str, text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text) if text else otherwise
    except ValueError:
        raise UsageError(f"{name}: {text!r} is not a date", "write it as 2026-11-23") from None
