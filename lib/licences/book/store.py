"""Store of a book: made, opened to read, and opened to write in one transaction at a time."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from licences.book.place import find_address, find_file, find_known_on, is_server
from licences.errors import LicencesError, MissingFileError, UsageError, need_extra

if TYPE_CHECKING:
    import sqlite3

CHINA = ZoneInfo("Asia/Shanghai")  # whose days are those of a book
PATIENCE_SECONDS = 30
_PRIVATE_FOLDER = 0o700
RESTORE = "take the last copy that you kept, such as one that licences book export wrote"
_LOCK = 0x6C6963656E636573  # of those who write to a book on a server


class BookError(LicencesError):
    """A book that cannot be read or written as it is."""

    def __init__(self, place: str, wrong: str, right: str) -> None:
        super().__init__(place, wrong, right)
        self.place, self.wrong, self.right = place, wrong, right

    def __str__(self) -> str:
        return f"{self.place}: {self.wrong}; {self.right}"


@contextmanager
def make_book(place: Path) -> Iterator[Any]:
    """A connection to a new book, which is there when the block has ended with all that was written, or not at all.

    Raises: UsageError where something is there already; BookError.
    """
    _need(place)
    if find_known_on(place):
        raise UsageError("a book of an earlier day cannot be made", "leave out --known-on")
    if is_server(place):
        with _begin(place) as connection:
            if _find_version(connection) is not None:
                raise UsageError(f"{place} holds a book already", "name another database")
            _migrate(connection)
            yield connection
        return
    file = find_file(place)
    with _hold_new_file(file) as unfinished:
        with _begin(unfinished) as connection:
            _migrate(connection)
            yield connection
        try:
            os.link(unfinished, file)
        except FileExistsError:
            raise UsageError(f"{file} is there already", "name another file") from None


@contextmanager
def _hold_new_file(file: Path) -> Iterator[Path]:
    """An empty file beside the one that is to be, for its owner alone."""
    if file.exists():
        raise UsageError(f"{file} is there already", "name another file")
    file.parent.mkdir(_PRIVATE_FOLDER, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.stem}-", suffix=file.suffix)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def read_book(place: Path) -> Iterator[Any]:
    """A connection that sees one state of a book and changes nothing.

    Raises: MissingFileError; BookError where it is no book, or one of a newer version.
    """
    with _open(place, writes=False) as connection:
        yield connection


@contextmanager
def change_book(place: Path) -> Iterator[Any]:
    """A connection whose rows are all written when the block ends, and none where it fails; one at a time.

    Raises: as ``read_book``; UsageError where the book is read as of an earlier day.
    """
    if find_known_on(place):
        raise UsageError("a book of an earlier day is only read", "leave out --known-on")
    with _open(place, writes=True) as connection:
        yield connection


def fetch_rows(connection: Any, asked: Any) -> Sequence[Any]:
    """All rows of a query. Raises: BookError where one holds a cell that another program wrote."""
    try:
        rows: Sequence[Any] = connection.execute(asked).all()
    except (ValueError, TypeError, OverflowError) as error:
        raise BookError(connection.info["place"], f"holds what cannot be read ({error})", RESTORE) from None
    return rows


def fetch_own(
    connection: Any, table: Any, names: Iterable[str], client: str | None, limit: str | None
) -> Sequence[Any]:
    """Columns of a table behind ``client``, in the order in which the rows were written.

    client: of this one alone, None for all; limit: of what was written before a moment, None for all there is.
    Raises: BookError.
    """
    from sqlalchemy import select

    asked = select(table.c.client, *(table.c[name] for name in names))
    if limit is not None:
        asked = asked.where(table.c.recorded_at < limit)
    if client is not None:
        asked = asked.where(table.c.client == client)
    return fetch_rows(connection, asked.order_by(table.c.id))


def find_limit(place: Path) -> str:
    """Up to when rows count that were written, as ``recorded_at`` has it: the end of the day in China."""
    day = find_known_on(place) or date.max - timedelta(days=1)
    return write_time(datetime.combine(day + timedelta(days=1), datetime.min.time(), CHINA))


def write_time(at: datetime) -> str:
    """A moment as ``recorded_at`` has it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@contextmanager
def _open(place: Path, *, writes: bool) -> Iterator[Any]:
    from licences.book.schema import VERSIONS

    _need(place)
    if not is_server(place) and not find_file(place).is_file():
        raise MissingFileError(
            str(find_file(place)), "there is no such book", f"licences book init {find_file(place)}"
        )
    with _begin(place, writes=writes) as connection:
        version = _find_version(connection)
        if version is None:
            raise BookError(str(place), "is no book of ours", "make one with licences book init")
        if version not in VERSIONS:
            raise BookError(
                str(place), f"was made by a newer version (its tables are of {version})", "update licences"
            )
        if version != VERSIONS[-1]:
            _migrate(connection)
        yield connection


@contextmanager
def _begin(place: Path, *, writes: bool = True) -> Iterator[Any]:
    """A transaction. Raises: BookError for what the database says."""
    from sqlalchemy import create_engine, event, text
    from sqlalchemy.exc import OperationalError, StatementError
    from sqlalchemy.pool import NullPool

    if is_server(place):
        engine = create_engine(find_address(place), poolclass=NullPool)
    else:
        waits: dict[str, Any] = {"timeout": PATIENCE_SECONDS}
        engine = create_engine(find_address(place), poolclass=NullPool, connect_args=waits)
        event.listen(engine, "connect", _prepare_file)
        event.listen(engine, "begin", lambda connection: _begin_file(connection, writes=writes))
    try:
        with engine.connect() as connection, connection.begin():
            connection.info["place"] = str(place)
            if is_server(place) and writes:
                connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
            yield connection
    except StatementError as error:
        from sqlite3 import DatabaseError  # what has to do with no book has no use for it

        if isinstance(error, OperationalError) or isinstance(error.orig, DatabaseError):
            raise BookError(str(place), *_explain(error)) from None
        raise
    finally:
        engine.dispose()


def _prepare_file(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say so
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")


def _begin_file(connection: Any, *, writes: bool) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _explain(error: Any) -> tuple[str, str]:
    said = str(error.orig).strip().splitlines()[0] if error.orig else str(error)
    if "locked" in said:
        return "somebody else has been writing for long", "try again in a moment"
    if "not a database" in said:
        return "is no book of ours", "make one with licences book init"
    if "malformed" in said or "decode" in said or "no such" in said:
        return f"is damaged ({said})", RESTORE
    if "readonly" in said:
        return "cannot be written", "check its permissions"
    return f"cannot be opened ({said})", "check the address, its permissions and the room on the disk"


def _find_version(connection: Any) -> str | None:
    from sqlalchemy import inspect, text
    from sqlalchemy.exc import DBAPIError

    try:
        with connection.begin_nested():
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DBAPIError:
        if inspect(connection).has_table("alembic_version"):
            raise
        return None
    return None if found is None else str(found)


def _migrate(connection: Any) -> None:
    from alembic import command
    from alembic.config import Config

    with as_file(files("licences.book").joinpath("migrations")) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _need(place: Path) -> None:
    need_extra("team" if is_server(place) else "book", str(place))
