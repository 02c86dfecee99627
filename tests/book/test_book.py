"""A book of clients: what comes back out of it, as of which day, and what it takes no part in losing."""

from __future__ import annotations

import csv
import io
import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

import licences as lc
from licences.analysis.case import open_case
from licences.analysis.portfolio import open_portfolio
from licences.batch.run import BatchJob, write_reports
from licences.book.clients import Writing
from licences.book.events import Event
from licences.book.exchange import list_tables
from licences.book.issues import Issue, list_last_issues, write_issue
from licences.book.place import add_known_on, find_address, is_book, read_server_place
from licences.book.reading import read_kept
from licences.book.schema import METADATA
from licences.book.store import BookError, change_book, find_limit, read_book
from licences.cli.main import main
from licences.errors import MissingFileError, OvertakenError, UsageError
from licences.law.catalogue import Catalogue
from licences.reading.sources import read_clients_place
from licences.rules.applications import order_events
from licences.rules.client_files import find_saved, write_client
from licences.rules.exchange import read_tables, write_tables
from licences.rules.facts import choose_clients, list_cells, list_extra, read_profiles
from licences.rules.keeping import begin_book, keep_client, record_events, strike_event
from licences.rules.stages import find_present

AT = datetime(2026, 5, 1, 8, tzinfo=UTC)
LI = Writing(AT, "li")


@pytest.fixture
def book(place: Path, catalogue: Catalogue, sample_clients: pd.DataFrame) -> Path:
    begin_book(place, sample_clients, catalogue.fields, LI)
    return place


def read(place: Path, catalogue: Catalogue) -> pd.DataFrame:
    return read_profiles(place, catalogue.fields, catalogue.codes)


def list_all(profiles: pd.DataFrame, catalogue: Catalogue) -> list[dict[str, object]]:
    """The clients as cells and stages, what they hold in order of the alphabet."""
    return [
        {
            **list_cells({str(name): value for name, value in record.items()}, catalogue.fields),
            "holds": sorted(record["holds"]),
            "stages": record["stages"],
        }
        for record in profiles.to_dict("records")
    ]


def test_the_samples_come_out_as_they_went_in(
    book: Path, catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    assert list_all(read(book, catalogue), catalogue) == list_all(sample_clients, catalogue)


def test_stages_denials_and_groups_come_out_as_they_went_in(
    place: Path, catalogue: Catalogue, tmp_path: Path
) -> None:
    file = tmp_path / "c.csv"
    file.write_text(
        "client,name,holds,group,contact,engaged_on,from,has_app,own_categories\n"
        "a,甲,EDI@2029-03-31;not:ICP;BUSINESS_LICENCE,g1,王敏 010-5550123,2026-09-01,,no,none\n"
        "a,,,,,,2027-04-01,yes,\n"
        "b,乙,none,,,,,,prepackaged_food\n",
        encoding="utf-8",
    )
    told = read(file, catalogue)
    begin_book(place, told, catalogue.fields, LI)
    assert list_all(read(place, catalogue), catalogue) == list_all(told, catalogue)
    (cells, _) = list_all(read(place, catalogue), catalogue)
    assert (cells["contact"], cells["engaged_on"]) == ("王敏 010-5550123", "2026-09-01")


def test_every_command_that_reads_clients_answers_alike(
    book: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    days = ["--as-of", "2026-11-23", "--client", "paper-plane-post", "--client", "old-willow"]
    for words in (["assess", "--json", *days], ["assess", "--questions", "--json", *days],
                  ["plan", "--json", *days, "--start", "2026-11-24"], ["what-if", "--licence", "EDI", "--json", *days],
                  ["diff", "--from", "2025-07-17", "--to", "2025-07-18", "--json"]):  # fmt: skip
        said = []
        for clients in (project / "data" / "clients.csv", book):
            assert main([*words, "--clients", _name(clients)]) == 0
            said.append(json.loads(capsys.readouterr().out))
        assert said[0] == said[1], words
    assert main(["check", "--clients", _name(book)]) == 0


def _name(clients: Path) -> str:
    """A place as it is written on a command line."""
    return find_address(clients) if "postgresql" in str(clients) else str(clients)


def test_a_report_of_a_book_is_that_of_its_file(book: Path, project: Path, tmp_path: Path) -> None:
    pages = []
    for name, clients in (("file", project / "data" / "clients.csv"), ("book", book)):
        words = [
            "--client",
            "old-willow",
            "--as-of",
            "2026-11-23",
            "--start",
            "2026-11-24",
            "--out",
            str(tmp_path / name),
        ]
        made = subprocess.run(
            [sys.executable, "-m", "licences", "report", "--clients", _name(clients), *words],
            cwd=project, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        pages.append((tmp_path / name / "old-willow" / "report.html").read_text(encoding="utf-8"))
    assert "草稿" not in pages[0]
    assert "草稿" in pages[1]  # only a book can issue, so that all else of it is a draft
    marks = re.compile(r'<p class="mark[^>]*>.*?</p>\s*')
    assert marks.sub("", pages[0]).split() == marks.sub("", pages[1]).split()


def test_what_was_known_on_a_day_can_be_asked(book: Path, catalogue: Catalogue) -> None:
    later = Writing(datetime(2026, 6, 10, tzinfo=UTC), "wang")
    saved = find_saved(book, catalogue.fields, catalogue.codes, "corner-shop")
    assert saved
    with change_book(book) as connection:
        keep_client(connection, saved | {"has_app": "yes", "name": "新名"}, saved, later)
    record_events(book, [("corner-shop", Event("EDI", "granted", date(2026, 6, 9)))], catalogue.codes, later)
    for day, name, has_app, holds in (
        (date(2026, 6, 9), saved["name"], "no", False),
        (date(2026, 6, 10), "新名", "yes", True),
    ):
        then = find_saved(add_known_on(book, day), catalogue.fields, catalogue.codes, "corner-shop")
        assert then is not None
        assert (then["name"], then["has_app"], "EDI" in then["holds"].split(";")) == (name, has_app, holds)
    with pytest.raises(UsageError, match="only read"):
        record_events(add_known_on(book, date(2026, 6, 9)), [], catalogue.codes, later)


def test_what_is_held_follows_from_what_had_happened_by_the_day_of_the_law(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (
        ["submitted", "--on", "2026-11-02"],
        ["granted", "--on", "2026-11-20", "--until", "2031-11-19"],
    ):
        assert main(["record", "corner-shop", "EDI", *words, "--clients", _name(book)]) == 0
    assert "submitted 2026-11-02, granted 2026-11-20" in capsys.readouterr().out
    for as_of, status in (("2026-11-10", "not_held"), ("2026-11-20", "held"), ("2031-11-20", "expired")):
        assert (
            main(["assess", "--client", "corner-shop", "--as-of", as_of, "--json", "--clients", _name(book)])
            == 0
        )
        found = {one["code"]: one["status"] for one in json.loads(capsys.readouterr().out)}
        assert found["EDI"] == status


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["corner-sop", "EDI", "granted"], "no client 'corner-sop'; did you mean 'corner-shop'?"),
        (["corner-shop", "EDII", "granted"], "no licence 'EDII'; did you mean 'EDI'?"),
        (["corner-shop", "EDI", "grant"], "no event 'grant'; did you mean 'granted'?"),
        (["corner-shop", "EDI", "accepted"], "EDI cannot be accepted on 2026-11-25, since nothing is recorded of it; record one of these first: preparing, submitted, granted"),
        (["corner-shop", "EDI", "submitted", "--until", "2027-01-01"], "what is submitted has no expiry; leave out --until"),
        (["corner-shop", "EDI", "granted", "--until", "2026-01-01"],
         "EDI would end on 2026-01-01, before it was granted on 2026-11-25; give the day on which it expires"),
        (["corner-shop", "EDI"], "an event has a client, a licence, a name and a day; licences record CLIENT CODE EVENT --on DATE"),
    ],
)  # fmt: skip
def test_what_cannot_have_happened_is_a_sentence(
    book: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    before = read_kept(book).events
    assert main(["record", *words, "--on", "2026-11-25", "--clients", _name(book)]) == 2
    assert capsys.readouterr().err == f"licences: {said}\n"
    assert read_kept(book).events == before


def test_events_of_a_file_are_all_recorded_or_none_and_all_problems_are_told(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "events.csv"
    head = "client,code,event,on,number,until,note\n"
    good = "corner-shop,EDI,granted,2026-11-20,B2-1,2031-11-19,快\ncorner-shop,EDI,submitted,2026-11-02,,,\n"
    file.write_text(
        f"{head}{good}nobody,EDI,submitted,2026-11-02,,,\ncorner-shop,EDI,resubmitted,2026-11-21,,,\n",
        "utf-8",
    )
    before = read_kept(book).events
    assert main(["record", "--file", str(file), "--clients", _name(book)]) == 1
    told = capsys.readouterr().err.splitlines()
    assert [line.partition(": ")[0] for line in told] == [f"{file}:4", f"{file}:5"]
    assert "no client 'nobody'" in told[0]
    assert "EDI cannot be resubmitted on 2026-11-21, since it was granted on 2026-11-20" in told[1]
    assert read_kept(book).events == before
    file.write_text(head + good, "utf-8")
    assert main(["record", "--file", str(file), "--clients", _name(book)]) == 0
    after = order_events(event for event in read_kept(book).events["corner-shop"] if event.code == "EDI")
    assert [(event.kind, event.number, event.until, event.note) for event in after] == [
        ("submitted", "", None, ""),
        ("granted", "B2-1", date(2031, 11, 19), "快"),
    ]


def test_what_was_recorded_wrongly_counts_no_more_and_stays(book: Path, catalogue: Catalogue) -> None:
    for event in (Event("EDI", "submitted", date(2026, 11, 2)), Event("EDI", "accepted", date(2026, 11, 9))):
        record_events(book, [("corner-shop", event)], catalogue.codes, LI)
    with pytest.raises(UsageError, match="since nothing is recorded"):
        strike_event(book, "corner-shop", Event("EDI", "submitted", date(2026, 11, 2)), LI)
    with pytest.raises(UsageError, match="recorded is: submitted 2026-11-02, accepted 2026-11-09"):
        strike_event(book, "corner-shop", Event("EDI", "granted", date(2026, 11, 2)), LI)
    strike_event(book, "Corner-Shop", Event("EDI", "accepted", date(2026, 11, 9)), LI)
    assert [event.kind for event in read_kept(book).events["corner-shop"] if event.code == "EDI"] == [
        "submitted"
    ]
    with read_book(book) as connection:
        from sqlalchemy import func, select

        table = METADATA.tables["events"]
        kept = connection.execute(
            select(func.count()).where(table.c.code == "EDI", table.c.client == "corner-shop")
        )
        assert kept.scalar() == 3


def test_a_client_saved_meanwhile_is_not_overwritten(book: Path, catalogue: Catalogue) -> None:
    fields, codes = catalogue.fields, catalogue.codes
    seen = find_saved(book, fields, codes, "corner-shop")
    assert seen
    write_client(book, fields, codes, seen | {"has_app": "yes", "holds": "EDI@2030-01-01"}, seen)
    with pytest.raises(OvertakenError):
        write_client(book, fields, codes, seen | {"has_mini_program": "no"}, seen)
    now = find_saved(book, fields, codes, "corner-shop")
    assert now == seen | {"has_app": "yes", "holds": "EDI@2030-01-01"}
    for holds in ("EDI@2031-01-01;ICP", "ICP;EDI", ""):  # a later expiry, none, and nothing at all
        write_client(book, fields, codes, now | {"holds": holds}, now)
        now = find_saved(book, fields, codes, "corner-shop")
        assert now == seen | {"has_app": "yes", "holds": holds}
    with pytest.raises(OvertakenError):
        write_client(book, fields, codes, seen, None)
    write_client(book, fields, codes, seen | {"client": "new-one", "name": "新"}, None)
    assert find_saved(book, fields, codes, "NEW-ONE") == seen | {"client": "new-one", "name": "新"}


def test_the_tables_leave_as_csv_and_come_back_without_loss(
    book: Path, catalogue: Catalogue, tmp_path: Path
) -> None:
    odd = 'say "yes"\n,第二行 = ½; \u3000'
    event = Event("EDI", "submitted", date(2026, 11, 2), number="=1+1", note=odd, by="李")
    record_events(book, [("corner-shop", event)], catalogue.codes, LI)
    counts = write_tables(book, tmp_path / "out")
    again = tmp_path / "again.sqlite"
    assert read_tables(tmp_path / "out", again) == counts
    assert counts["clients"] == 26
    write_tables(again, tmp_path / "twice")
    for name in counts:
        first, second = ((tmp_path / folder / f"{name}.csv").read_bytes() for folder in ("out", "twice"))
        assert first == second, name
    assert read_kept(again).events == read_kept(book).events
    record_events(again, [("corner-shop", Event("EDI", "accepted", date(2026, 11, 9)))], catalogue.codes, LI)


def test_a_folder_that_is_no_export_is_told_in_full_and_makes_no_book(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    write_tables(book, out)
    (out / "clients.csv").write_text("id,client\n1,a\n", "utf-8")
    rows = (out / "facts.csv").read_text("utf-8-sig").splitlines()
    rows[1] = rows[1].replace("1,", "one,", 1)
    (out / "facts.csv").write_text("\n".join(rows) + "\n1,2\n", "utf-8")
    new = tmp_path / "new.sqlite"
    assert main(["book", "import", str(out), "--clients", str(new)]) == 1
    told = capsys.readouterr().err
    assert (
        "clients.csv:1: header: its columns are id, client; they have to be id, client, name, group" in told
    )
    assert "facts.csv:2: id: 'one' cannot be read; write a whole number" in told
    assert "2 cells where the header has 10" in told
    assert not new.exists()
    assert list(tmp_path.glob(".new*")) == []


def test_two_writers_at_once_lose_nothing(book: Path, catalogue: Catalogue) -> None:
    """A thousand writes, interleaved: two writers, who tell of the same ten clients."""
    fields, codes = catalogue.fields, catalogue.codes
    clients = [f"w{number}" for number in range(10)]
    for client in clients:
        write_client(book, fields, codes, {"client": client, "name": client, "holds": ""}, None)
    order: list[str] = []

    def record_all(code: str) -> None:
        for number in range(500):
            kind = "submitted" if number // 10 % 2 == 0 else "withdrawn"
            event = Event(code, kind, date(2026, 11, 2), note=str(number))
            record_events(book, [(clients[number % 10], event)], codes, LI)
            order.append(code)
            time.sleep(0.001)  # so that the other has a turn

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(record_all, ["EDI", "TRADEMARK"]))
    assert sum(one != other for one, other in pairwise(order)) > 10
    events = read_kept(book).events
    for at, client in enumerate(clients):
        for code in ("EDI", "TRADEMARK"):
            kept = [event.note for event in events[client] if event.code == code]
            assert kept == [str(number) for number in range(at, 500, 10)]


def test_an_empty_book_takes_its_first_client_from_the_explorer(
    place: Path, catalogue: Catalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    begin_book(place, None, catalogue.fields, LI)
    assert main(["assess", "--clients", _name(place)]) == 1
    assert "holds no client; save one from the explorer" in capsys.readouterr().err
    cells = {"client": "first", "name": "第一家", "holds": "", "has_app": "yes"}
    write_client(place, catalogue.fields, catalogue.codes, cells, None)
    assert read(place, catalogue)["client"].tolist() == ["first"]
    with pytest.raises(BookError, match=r"held no client on 2026-01-01"):
        read(add_known_on(place, date(2026, 1, 1)), catalogue)


def test_a_book_over_another_a_newer_one_and_a_file_that_is_none_are_refused(
    book: Path, catalogue: Catalogue, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="already"):
        begin_book(book, None, catalogue.fields, LI)
    with change_book(book) as connection:
        from sqlalchemy import text

        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(
        BookError, match=r"made by a newer version \(its tables are of 9999\); update licences"
    ):
        read(book, catalogue)
    for name, content in (("none.sqlite", b"hello" * 999), ("empty.sqlite", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BookError, match="is no book of ours"):
            read(tmp_path / name, catalogue)
    with pytest.raises(MissingFileError, match="there is no such book; licences book init"):
        read(tmp_path / "missing.sqlite", catalogue)
    assert not (tmp_path / "missing.sqlite").exists()


def test_the_migrations_make_the_tables_that_the_code_knows(book: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with read_book(book) as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_a_file_of_clients_is_its_owners_alone(tmp_path: Path, catalogue: Catalogue) -> None:
    place = tmp_path / "new" / "book.sqlite"
    before = os.umask(0o022)
    try:
        begin_book(place, None, catalogue.fields, LI)
    finally:
        os.umask(before)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert [one.name for one in place.parent.iterdir()] == ["book.sqlite"]


def test_a_password_is_nowhere_to_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    place = read_server_place("postgresql+psycopg://li:sEcret@db.example.com:5433/firm?sslmode=require")
    assert is_book(place)
    assert "sEcret" not in str(place) + find_address(place)
    assert os.environ["PGPASSWORD"] == "sEcret"
    assert find_address(place) == "postgresql+psycopg://li@db.example.com:5433/firm?sslmode=require"
    local = read_server_place("postgresql+psycopg:///firm?host=/run/postgresql")
    assert find_address(local) == "postgresql+psycopg:///firm?host=%2Frun%2Fpostgresql"
    for wrong in ("postgresql://h/db", "postgresql+psycopg://h", "postgresql+psycopg://h:port/db"):
        with pytest.raises(UsageError, match="no address of a book on a server"):
            read_server_place(wrong)


def test_whoever_reads_clients_keeps_the_password_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "postgresql+psycopg://li:sEcret@127.0.0.1:1/firm"
    for told in (address, Path(address)):
        monkeypatch.delenv("PGPASSWORD", raising=False)
        for read_them in (
            lambda told=told: lc.read_clients(told),
            lambda told=told: open_case("corner-shop", "", "", "en", clients=str(told)),
            lambda told=told: open_portfolio("2026-11-23", "2026-11-24", "en", clients=str(told)),
        ):
            with pytest.raises(BookError) as caught:
                read_them()
            assert "sEcret" not in str(caught.value)
            assert os.environ["PGPASSWORD"] == "sEcret"
    known = add_known_on(read_server_place(address), date(2026, 5, 1))
    assert read_clients_place(known) == read_clients_place(str(known)) == known


def test_a_book_of_the_first_version_is_brought_up_to_date(
    tmp_path: Path, catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    place = tmp_path / "book.sqlite"
    begin_book(place, sample_clients, catalogue.fields, LI)
    with sqlite3.connect(place) as connection:
        for table in ("overrides", "notes", "issues"):
            connection.execute(f"DROP TABLE {table}")
        for column in ("contact", "engaged_on", "extra"):
            connection.execute(f"ALTER TABLE clients DROP COLUMN {column}")
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    assert list_all(read(place, catalogue), catalogue) == list_all(sample_clients, catalogue)
    assert [len(rows) for rows in list_tables(place).values()][-3:] == [1, 1, 1]


def test_a_kill_at_any_moment_loses_nothing_that_was_confirmed(
    tmp_path: Path, catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    """Fifty writers, each killed at a moment drawn at random; each write tells two things, both or none of which are kept."""
    place = tmp_path / "book.sqlite"
    begin_book(place, sample_clients, catalogue.fields, LI)
    moments = random.Random(7)  # noqa: S311 - no secret
    context = multiprocessing.get_context("fork")
    lengths = set()
    for _ in range(50):
        copy = tmp_path / "copy.sqlite"
        shutil.copy(place, copy)
        ours, theirs = os.pipe()
        writer = context.Process(target=_write_for_ever, args=(copy, theirs))
        writer.start()
        os.close(theirs)
        time.sleep(moments.uniform(0.02, 0.25))
        os.kill(writer.pid or 0, signal.SIGKILL)
        writer.join()
        with os.fdopen(ours, "rb") as confirmed:
            count = len(confirmed.read())
        kept = read_kept(copy).events
        counts = [
            sum(event.note == "w" for event in kept[client]) for client in ("corner-shop", "old-willow")
        ]
        assert counts[0] == counts[1]
        assert counts[0] in {count, count + 1}
        with sqlite3.connect(copy) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        lengths.add(count)
    assert len(lengths) > 5


def _write_for_ever(place: Path, confirm: int) -> None:
    for number in range(100_000):
        kind = "submitted" if number % 2 == 0 else "withdrawn"
        event = Event("TRADEMARK", kind, date(2026, 11, 2), note="w")
        record_events(place, [("corner-shop", event), ("old-willow", event)], {"TRADEMARK"}, LI)
        os.write(confirm, b"x")


def test_what_was_issued_last_is_that_of_each_client_and_of_the_day(book: Path) -> None:
    def write(client: str, number: str, writing: Writing) -> Issue:
        issue = Issue(number, date(2026, 5, 1), date(2026, 5, 1), "en", "standard", number, "{}", "", "")
        with change_book(book) as connection:
            write_issue(connection, client, issue, writing)
        return issue

    later = Writing(datetime(2026, 6, 1, 8, tzinfo=UTC), "li")
    first, other = write("shop", "shop-2026-001", LI), write("other", "other-2026-001", LI)
    second = write("shop", "shop-2026-002", later)
    with read_book(book) as connection:
        assert list_last_issues(connection) == {"shop": second, "other": other}
        assert list_last_issues(connection, "shop") == {"shop": second}
        before = find_limit(add_known_on(book, date(2026, 5, 31)))
        assert list_last_issues(connection, limit=before) == {"shop": first, "other": other}
        assert list_last_issues(connection, "nobody") == {}


def test_a_worker_needs_no_access_to_the_book(
    tmp_path: Path, project: Path, catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    """The book is gone once the first report is there; what the others need travels with their orders."""
    place = tmp_path / "book.sqlite"
    begin_book(place, sample_clients, catalogue.fields, LI)
    event = Event("SALT", "submitted", date(2026, 11, 2))
    record_events(place, [("corner-shop", event)], set(catalogue.codes), LI)
    days = date(2026, 11, 23), date(2026, 11, 24)
    chosen = ["old-willow", "paper-plane-post", "corner-shop"]
    profiles = find_present(choose_clients(read(place, catalogue), chosen), days[0])
    job = BatchJob(
        project / "notebooks" / "client_report.ipynb",
        tmp_path / "out",
        None,
        place,
        *days,
        "en",
        workers=1,
        book=place,
    )
    statuses = []
    for entry in write_reports(job, catalogue, profiles, lambda: datetime.now(UTC)):
        place.unlink(missing_ok=True)
        statuses.append(entry["status"])
    assert statuses == ["done"] * 3
    page = (tmp_path / "out" / "corner-shop" / "report.html").read_text(encoding="utf-8")
    assert "With the authority since 2 November 2026" in page.replace("\u00a0", " ")


def test_own_columns_and_ids_of_any_script_come_out_as_they_went_in(
    place: Path, catalogue: Catalogue, tmp_path: Path
) -> None:
    file = tmp_path / "c.csv"
    file.write_text(
        "client,name,holds,联系电话,extra:website,remark\n"
        '月牙湾,月牙湾商城,EDI证@2029-03-31,0571-1,a.cn,"=1+1\nsecond"\nb,乙,,,,\n',
        encoding="utf-8",
    )
    told = read(file, catalogue)
    begin_book(place, told, catalogue.fields, LI)
    assert list_extra(read(place, catalogue)) == list_extra(told)
    assert list_all(read(place, catalogue), catalogue) == list_all(told, catalogue)
    write_tables(place, tmp_path / "out")
    read_tables(tmp_path / "out", tmp_path / "again.sqlite")
    assert list_extra(read(tmp_path / "again.sqlite", catalogue)) == list_extra(told)


def test_the_own_texts_of_a_client_are_changed_and_were_known_as_they_were(
    book: Path, catalogue: Catalogue
) -> None:
    def tell(*words: str) -> dict[str, object]:
        assert main(["book", "client", "corner-shop", *words, "--clients", _name(book)]) == 0
        profiles = read(book, catalogue)
        return dict(list_extra(choose_clients(profiles, ["corner-shop"]))[0])

    assert tell("--extra", "电话=1=2", "--extra", "website=a.cn") == {"电话": "1=2", "website": "a.cn"}
    assert tell("--contact", "王敏") == {"电话": "1=2", "website": "a.cn"}
    saved = find_saved(book, catalogue.fields, catalogue.codes, "corner-shop")
    assert saved is not None
    asked = {name: text for name, text in saved.items() if not name.startswith("extra:")} | {"has_app": "yes"}
    write_client(book, catalogue.fields, catalogue.codes, asked, over=saved)  # as the explorer does
    assert tell("--extra", "电话=") == {"website": "a.cn"}
    known_on = add_known_on(book, date(2026, 5, 2))
    assert list_extra(read(known_on, catalogue))[0] == {}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--extra", "phone"], "'phone' is no NAME=TEXT"),
        (["--extra", "=1"], "'=1' is no NAME=TEXT"),
        (["--extra", f"{'x' * 101}=1"], "and a name has at most 100"),
        ([word for at in range(51) for word in ("--extra", f"n{at}=1")], "more than 50 columns of your own"),
    ],
)
def test_an_own_text_that_cannot_be_kept_is_a_sentence(
    tmp_path: Path, catalogue: Catalogue, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    book = tmp_path / "book.sqlite"
    begin_book(book, None, catalogue.fields, LI)
    try:
        status = main(["book", "client", "a", "--name", "A", *words, "--clients", str(book)])
    except SystemExit as end:
        status = int(end.code or 0)
    assert status == 2
    assert says in capsys.readouterr().err
    assert len(list_tables(book)["clients"]) == 1


def test_a_book_and_an_export_of_the_version_before_own_columns_are_taken(
    tmp_path: Path, catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    place = tmp_path / "book.sqlite"
    begin_book(place, sample_clients[:3], catalogue.fields, LI)
    write_tables(place, tmp_path / "out")
    with sqlite3.connect(place) as connection:
        connection.execute("ALTER TABLE clients DROP COLUMN extra")
        connection.execute("UPDATE alembic_version SET version_num = '0002'")
    assert list_extra(read(place, catalogue)) == [{}, {}, {}]
    file = tmp_path / "out" / "clients.csv"
    header, *rows = csv.reader(io.StringIO(file.read_text("utf-8-sig"), newline=""))
    at = header.index("extra")
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([row[:at] + row[at + 1 :] for row in (header, *rows)])
    assert read_tables(tmp_path / "out", tmp_path / "again.sqlite")["clients"] == 3
    assert list_extra(read(tmp_path / "again.sqlite", catalogue)) == [{}, {}, {}]


def test_own_texts_that_another_program_spoilt_are_told(
    tmp_path: Path, catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    place = tmp_path / "book.sqlite"
    begin_book(place, sample_clients[:1], catalogue.fields, LI)
    for spoilt in ("{", "[1]", '{"a": 1}'):
        with sqlite3.connect(place) as connection:
            connection.execute("UPDATE clients SET extra = ?", [spoilt])
        with pytest.raises(BookError, match="holds texts of a client's own columns that are none"):
            read(place, catalogue)
