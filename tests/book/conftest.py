"""Places for books: a file of SQLite, and a database of a PostgreSQL that the tests start on loopback."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from licences.book.place import read_server_place

USER = "postgres"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a PostgreSQL, without a database; one is started where Debian's package brings it."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        message = "no PostgreSQL found; install Debian's package postgresql"
        if os.environ.get("LICENCES_REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        owner = _find_owner()
        Path(folder).chmod(0o755)
        if owner:
            os.chown(folder, owner, -1)

        def run(*words: str) -> None:
            subprocess.run(words, check=True, user=owner, cwd=folder, stdout=subprocess.DEVNULL)

        programs = found[-1].parent
        run(str(programs / "initdb"), "-D", str(data), "-U", USER, "-A", "trust", "--no-sync")
        settings = f"-c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        run(
            str(programs / "pg_ctl"),
            "-D",
            str(data),
            "-w",
            "-l",
            f"{folder}/log",
            "-o",
            f"-p {port} {settings}",
            "start",
        )
        try:
            yield f"postgresql+psycopg://{USER}@127.0.0.1:{port}"
        finally:
            run(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")


def _find_owner() -> int | None:
    """Whom the server runs as: root may not."""
    return pwd.getpwnam(USER).pw_uid if os.geteuid() == 0 else None


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where a book can be made, and none is yet."""
    if request.param == "sqlite":
        return tmp_path / "book.sqlite"
    import psycopg

    address, name = request.getfixturevalue("server"), f"book_{uuid4().hex}"
    with psycopg.connect(f"{address.replace('+psycopg', '')}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return read_server_place(f"{address}/{name}")
