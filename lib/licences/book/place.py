"""Places of books: a file of SQLite, or an address of PostgreSQL, each perhaps as it was known on a day."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path

from licences.errors import UsageError, need_extra

SUFFIXES = (".sqlite", ".sqlite3", ".db")
SERVER = "postgresql+psycopg"
_KNOWN_ON = "#known-on="
_NO_HOST = "@/"  # a path keeps one of several slashes, so that an empty host needs a mark


def is_book(place: Path) -> bool:
    """Whether a place of clients is a book and not a file of rows."""
    address = _split(place)[0]
    return address.lower().endswith(SUFFIXES) or is_server(place)


def is_server(place: Path) -> bool:
    """Whether a book lies on a server."""
    return str(place).startswith(f"{SERVER}:")


def read_server_place(text: str) -> Path:
    """The place of a book on a server, by its address; its password goes where the driver looks for it, unseen.

    Raises: UsageError where it is no such address, or nothing is installed to reach it.
    """
    wrong = "this is no address of a book on a server"
    right = f"write {SERVER}://user@host/name"
    need_extra("team", "a book on a server")
    from sqlalchemy.engine import URL, make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise UsageError(wrong, right) from None
    if url.drivername != SERVER or not url.database:
        raise UsageError(wrong, right)
    if url.password:
        os.environ["PGPASSWORD"] = str(url.password)
    bare = URL.create(SERVER, url.username, None, url.host, url.port, url.database, url.query)
    rest = bare.render_as_string().partition("://")[2]
    return Path(f"{SERVER}:/{_NO_HOST}{rest[1:]}" if rest.startswith("/") else f"{SERVER}:/{rest}")


def find_address(place: Path) -> str:
    """The address of a book as SQLAlchemy has it."""
    text = _split(place)[0]
    if is_server(place):
        rest = text.partition(":/")[2]
        return (
            f"{SERVER}:///{rest.removeprefix(_NO_HOST)}"
            if rest.startswith(_NO_HOST)
            else f"{SERVER}://{rest}"
        )
    return f"sqlite+pysqlite:///{Path(text).absolute()}"


def find_file(place: Path) -> Path:
    """The file of a book that is one."""
    return Path(_split(place)[0])


def add_known_on(place: Path, day: date) -> Path:
    """The book as it was known at the end of a day."""
    return Path(f"{_split(place)[0]}{_KNOWN_ON}{day}")


def find_known_on(place: Path) -> date | None:
    """The day at whose end a book is read, None for all that is known."""
    return _split(place)[1]


def _split(place: Path) -> tuple[str, date | None]:
    found = re.fullmatch(rf"(.*){_KNOWN_ON}(\d{{4}}-\d{{2}}-\d{{2}})", str(place), re.DOTALL)
    return (found[1], date.fromisoformat(found[2])) if found else (str(place), None)
