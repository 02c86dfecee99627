"""Names are names, links lead nowhere, what we make is its owner's alone, and odd lines end no batch."""

from __future__ import annotations

import json
import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from licences.batch.edited import hash_content
from licences.batch.store import ReportStore
from licences.errors import BusyError, MissingFileError
from licences.reading.bounds import MAX_LINE_BYTES
from licences.reading.files import delete_file, read_place, write_all_whole, write_whole

AS_OF = date(2026, 11, 28)
PAGES = {"report.html": b"page", "report.ipynb": b"trail"}


@contextmanager
def open_store(place: Path) -> Iterator[ReportStore]:
    store = ReportStore(place)
    try:
        yield store
    finally:
        store.close()


def note(store: ReportStore, client: str, **more: Any) -> None:
    store.note({"client": client, "status": "done", "inputs": "1", "outputs": sorted(PAGES), **more})


@pytest.fixture
def bucket(tmp_path: Path) -> Any:
    """An address of its own in an object store that is kept in memory."""
    place: Any = read_place(f"memory://{tmp_path.name}")
    return place


# Names are names.


@pytest.mark.parametrize("name", ["o*", "reports[1]", "r?ports", "**", "[!o]"])
def test_a_pattern_in_an_address_names_one_folder_and_no_other(bucket: Any, name: str) -> None:
    others = ("other", "reports1", "reports", "o", "x")
    for other in others:
        for file in ("ledger.lock", "a/failed.ipynb", "a/report.html"):
            (bucket / other / file).write_bytes(b"of somebody else")
    place = bucket / name
    with open_store(place) as store:
        with pytest.raises(BusyError):
            ReportStore(place)
        assert not store.has("a", ["report.html"])
        store.put("a", {"failed.ipynb": b"1"}, without="failed.ipynb")
        store.put("a", PAGES, without="failed.ipynb")
        note(store, "a")
    assert not (place / "ledger.lock").exists()
    assert not (place / "a" / "failed.ipynb").exists()
    with open_store(place) as again:  # the place was given back
        assert again.find_made("a", "1", tuple(PAGES)) == sorted(PAGES)
        assert again.read("a", "report.html") == b"page"
    for other in others:
        for file in ("ledger.lock", "a/failed.ipynb", "a/report.html"):
            assert (bucket / other / file).read_bytes() == b"of somebody else"


def test_a_pattern_in_the_name_of_a_folder_here_is_a_name_too(tmp_path: Path) -> None:
    for other in ("other", "reports1"):
        (tmp_path / other).mkdir()
        (tmp_path / other / "ledger.lock").write_bytes(b"")
    for name in ("o*", "reports[1]"):
        with open_store(tmp_path / name) as store:
            store.put("a", PAGES, without="failed.ipynb")
            note(store, "a")
        with open_store(tmp_path / name) as store:
            assert store.find_made("a", "1", tuple(PAGES)) == sorted(PAGES)
    assert (tmp_path / "other" / "ledger.lock").exists()
    assert (tmp_path / "reports1" / "ledger.lock").exists()


def test_deleting_takes_the_file_of_just_this_name(bucket: Any, tmp_path: Path) -> None:
    for folder in (bucket, tmp_path):
        for name in ("a", "b", "*"):
            (folder / name).write_bytes(b"")
        delete_file(folder / "*")
        delete_file(folder / "*")
        delete_file(folder / "[ab]")
        assert (folder / "a").exists()
        assert (folder / "b").exists()
        assert not (folder / "*").exists()


def test_only_what_a_batch_left_half_written_is_swept(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    mine = [".report.html.notes", ".report.html.bak", "report.html.old", ".other.xlsx.abcdefgh"]
    for name in (
        *mine,
        ".report.html.ab_cd012",
        ".report.2026-11-28.docx.abcdefgh",
        ".failed.ipynb.01234567",
    ):
        (folder / name).write_bytes(b"")
    with open_store(tmp_path) as store:
        store.put("a", PAGES, without="failed.ipynb")
    assert sorted(path.name for path in folder.iterdir()) == sorted([*mine, *PAGES])


# Links, pipes and devices.


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder of somebody else with files that must stay as they are."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for name in ("ledger.jsonl", "ledger.lock", "report.html", "failed.ipynb"):
        (folder / name).write_bytes(b"of somebody else\n")
    return folder


def test_out_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "here").symlink_to("there")
    with open_store(tmp_path / "here") as store:
        store.put("a", PAGES, without="failed.ipynb")
    assert (tmp_path / "there" / "a" / "report.html").read_bytes() == b"page"


def test_a_clients_folder_that_is_a_link_is_refused(tmp_path: Path, elsewhere: Path) -> None:
    out = tmp_path / "out"
    with open_store(out) as store:
        (out / "a").symlink_to(elsewhere)
        assert not store.has("a", ["report.html"])
        assert store.read("a", "report.html") is None
        with pytest.raises(OSError, match="is a link, and a report is not written where one leads"):
            store.put("a", PAGES, without="failed.ipynb")
    assert sorted(path.name for path in elsewhere.iterdir()) == [
        "failed.ipynb", "ledger.jsonl", "ledger.lock", "report.html"
    ]  # fmt: skip


def test_a_file_that_is_a_link_gives_way_and_what_it_names_stays(tmp_path: Path, elsewhere: Path) -> None:
    out = tmp_path / "out"
    (out / "a").mkdir(parents=True)
    for name in ("report.html", "failed.ipynb"):
        (out / "a" / name).symlink_to(elsewhere / name)
    with open_store(out) as store:
        assert not store.has("a", ["report.html"])
        assert store.read("a", "report.html") is None
        store.put("a", PAGES, without="failed.ipynb")
    assert not (out / "a" / "report.html").is_symlink()
    assert (out / "a" / "report.html").read_bytes() == b"page"
    assert not (out / "a" / "failed.ipynb").is_symlink()
    for name in ("report.html", "failed.ipynb"):
        assert (elsewhere / name).read_bytes() == b"of somebody else\n"


@pytest.mark.parametrize("name", ["ledger.jsonl", "ledger.lock"])
@pytest.mark.parametrize("kind", ["link", "link to nothing", "pipe", "device", "folder"])
def test_a_ledger_that_is_no_plain_file_is_refused(
    tmp_path: Path, elsewhere: Path, name: str, kind: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    path = out / name
    match kind:
        case "link":
            path.symlink_to(elsewhere / name)
        case "link to nothing":
            path.symlink_to(tmp_path / "nothing")
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "folder":
            path.mkdir()
    what = "a link" if path.is_symlink() else "no plain file"
    with pytest.raises(MissingFileError, match=rf"{name}: is {what}; name another folder with --out"):
        ReportStore(out)
    assert not (tmp_path / "nothing").exists()
    assert (elsewhere / name).read_bytes() == b"of somebody else\n"


# Who may read it.


def find_mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_what_we_make_is_its_owners_alone_and_what_was_there_keeps_its_mode(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        theirs = tmp_path / "theirs"
        theirs.mkdir(0o755)
        out = theirs / "new" / "reports"
        with open_store(out) as store:
            assert find_mode(out / "ledger.lock") == 0o600
            store.put("a", {"failed.ipynb": b""}, without="failed.ipynb")
            store.put("b", PAGES, without="failed.ipynb")
            note(store, "b")
        made = [theirs / "new", *(theirs / "new").rglob("*")]
        assert {find_mode(path) for path in made if path.is_dir()} == {0o700}
        assert {find_mode(path) for path in made if path.is_file()} == {0o600}
        assert find_mode(theirs) == 0o755
        (out / "b").chmod(0o750)
        (out / "b" / "report.html").chmod(0o644)
        with open_store(out) as store:
            store.put("b", PAGES, without="failed.ipynb")
        assert find_mode(out / "b") == 0o750
        assert find_mode(out / "b" / "report.html") == 0o600
        write_all_whole(tmp_path / "one" / "two", {"clients.csv": "x"})
        assert find_mode(tmp_path / "one") == find_mode(tmp_path / "one" / "two") == 0o700
        shared = tmp_path / "one" / "two" / "clients.csv"
        assert find_mode(shared) == 0o600
        for mode in (0o640, 0o600):
            shared.chmod(mode)
            write_whole(shared, "y")
            assert find_mode(shared) == mode
    finally:
        os.umask(before)


# The ledger.

GOOD = json.dumps(
    {"client": "a", "status": "done", "inputs": "1", "outputs": sorted(PAGES), "as_of": "2026-11-23"}
)
ODD = {
    "deep": b'{"client": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "huge": b'{"client": "' + b"x" * 5_000_000 + b'"}',
    "no JSON": b"hello",
    "cut in the middle": b'{"client": "a", "sta',
    "a list": b'["client", "a"]',
    "NUL": bytes(3000),
    "no UTF-8": '{"client": "é"}'.encode("latin-1"),
    "client a list": b'{"client": ["a"], "status": "done"}',
    "status a number": b'{"client": "a", "status": 1}',
    "inputs a number": b'{"client": "a", "status": "done", "inputs": 2}',
    "outputs null": b'{"client": "a", "status": "done", "outputs": null}',
    "outputs of numbers": b'{"client": "a", "status": "done", "outputs": [1]}',
    "hashes a list": b'{"client": "a", "status": "done", "hashes": []}',
    "hashes of lists": b'{"client": "a", "status": "done", "hashes": {"a": []}}',
    "a long number": b'{"client": "a", "status": "done", "seconds": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("is_remote", [False, True])
def test_odd_lines_are_passed_over_with_one_warning_and_stay(
    tmp_path: Path, bucket: Any, is_remote: bool
) -> None:
    place = bucket if is_remote else tmp_path
    lines = [GOOD.encode(), b"", *ODD.values(), GOOD.encode()]
    content = b"\n".join(lines) + b"\n"
    (place / "ledger.jsonl").write_bytes(content)
    for name, page in PAGES.items():
        (place / "a" / name).parent.mkdir(exist_ok=True, parents=True)
        (place / "a" / name).write_bytes(page)
    with open_store(place) as store:
        said = f"{place / 'ledger.jsonl'}: {len(ODD)} lines are none of ours (the first is line 3)"
        assert store.warning == f"{said}; passed over, and left as it is"
        assert store.find_made("a", "1", tuple(PAGES)) == sorted(PAGES)
        note(store, "b")
    after = (place / "ledger.jsonl").read_bytes()
    assert after.startswith(content)
    assert after.count(b"\n") == content.count(b"\n") + 1


def test_a_line_of_another_version_is_read_for_what_it_says(tmp_path: Path) -> None:
    entry = {
        "client": "a",
        "status": "done",
        "inputs": "1",
        "colour": {"of": "later"},
        "outputs": sorted(PAGES),
    }
    (tmp_path / "ledger.jsonl").write_text(json.dumps(entry) + '\n{"client": "b", "status": "new word"}\n')
    with open_store(tmp_path) as store:
        assert store.warning == ""
        assert set(store.made) == {"a"}


@pytest.mark.parametrize(
    ("tail", "kept"),
    [
        (b'{"client": "b", "status": "do', b""),  # ours, cut short by a crash
        (b'{"client": "b", "status": "done"}', b'{"client": "b", "status": "done"}\n'),  # saved in an editor
        (b"# a note of mine", b"# a note of mine\n"),
        (b"x" * (MAX_LINE_BYTES + 5), b"x" * (MAX_LINE_BYTES + 5) + b"\n"),
    ],
    ids=["cut", "whole", "note", "huge"],
)
def test_a_last_line_that_was_left_open_is_ended_before_another_is_added(
    tmp_path: Path, tail: bytes, kept: bytes
) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(GOOD.encode() + b"\n" + tail)
    with open_store(tmp_path) as store:
        note(store, "c")
    first, rest = path.read_bytes().split(b"\n", 1)
    assert first.decode() == GOOD
    assert rest[: len(kept)] == kept
    assert json.loads(rest[len(kept) :])["client"] == "c"


def test_reading_a_huge_line_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    with path.open("wb") as file:
        file.write(GOOD.encode() + b"\n")
        file.truncate(file.tell() + 200_000_000)  # NUL to the end
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 100_000_000, hard))
    try:
        with open_store(tmp_path) as store:
            assert "1 line is none of ours (the first is line 2)" in store.warning
            assert set(store.made) == {"a"}
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def test_a_report_is_made_only_where_all_its_files_are_of_its_inputs(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.put("a", PAGES | {"checklist.xlsx": b"list"}, without="failed.ipynb")
        for inputs, more in (("1", ["checklist.xlsx"]), ("2", []), ("2", ["renewals.ics"])):
            note(store, "a", inputs=inputs, outputs=sorted([*PAGES, *more]))
    (tmp_path / "a" / "renewals.ics").write_bytes(b"")
    with open_store(tmp_path) as store:
        assert store.find_made("a", "2", ("report.html", "renewals.ics")) == ["report.html", "renewals.ics"]
        assert store.find_made("a", "2", ("report.html", "checklist.xlsx")) is None  # that is of other inputs
        assert store.find_made("a", "1", ("report.html",)) is None


# What a reader edits.


def settle(store: ReportStore, files: dict[str, bytes], carried: bytes = b"") -> list[str]:
    settled = store.settle("a", files, AS_OF, hash_content(carried) if carried else "")
    store.put("a", {**settled.copies, **settled.files}, without="failed.ipynb")
    return sorted([*settled.copies, *settled.files])


@pytest.mark.parametrize("is_remote", [False, True])
def test_files_are_known_again_as_ours_by_the_ledger_and_without_it_are_not_written_over(
    tmp_path: Path, bucket: Any, is_remote: bool
) -> None:
    place = bucket if is_remote else tmp_path
    old, new = {"report.docx": b"old"}, {"report.docx": b"new"}
    with open_store(place) as store:
        assert settle(store, old) == ["report.docx"]
        assert settle(store, new) == ["report.docx"]
        assert settle(store, old) == ["report.docx"]
        note(store, "a", hashes={"report.docx": hash_content(b"old")}, as_of="2026-11-23")
    with open_store(place) as store:
        assert settle(store, new) == ["report.docx"]
        (place / "a" / "report.docx").write_bytes(b"edited")
        assert settle(store, old) == ["report.2026-11-28.docx"]
        assert (place / "a" / "report.docx").read_bytes() == b"edited"
    delete_file(place / "ledger.jsonl")
    with open_store(place) as store:
        assert settle(store, new) == ["report.2026-11-28-2.docx"]


def test_a_checklist_is_read_for_entries_where_it_was_edited_or_holds_some(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        assert store.read_entered("a", "checklist.xlsx") is None
        settle(store, {"checklist.xlsx": b"plain"})
        assert store.read_entered("a", "checklist.xlsx") is None
        (tmp_path / "a" / "checklist.xlsx").write_bytes(b"ticked")
        assert store.read_entered("a", "checklist.xlsx") == b"ticked"
        note(store, "a", hashes={"checklist.xlsx": hash_content(b"ticked")}, filled=True)
    with open_store(tmp_path) as store:
        assert store.read_entered("a", "checklist.xlsx") == b"ticked"  # ours, with what was carried over
        assert settle(store, {"checklist.xlsx": b"next"}) == ["checklist.xlsx"]


@pytest.mark.parametrize("mark", ["~$checklist.xlsx", ".~lock.checklist.xlsx#"], ids=["Excel", "LibreOffice"])
def test_a_file_that_a_program_says_it_has_open_stays(tmp_path: Path, mark: str) -> None:
    with open_store(tmp_path) as store:
        settle(store, {"checklist.xlsx": b"old"})
        (tmp_path / "a" / mark).write_bytes(b"")
        assert settle(store, {"checklist.xlsx": b"new"}) == ["checklist.2026-11-28.xlsx"]
        assert (tmp_path / "a" / "checklist.xlsx").read_bytes() == b"old"


def test_a_day_of_the_ledger_that_is_none_leads_nowhere(tmp_path: Path) -> None:
    line = {"client": "a", "status": "done", "as_of": "../../there"}
    (tmp_path / "ledger.jsonl").write_text(json.dumps(line) + "\n")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "checklist.xlsx").write_bytes(b"mine")
    with open_store(tmp_path) as store:
        assert settle(store, {"checklist.xlsx": b"new"}, carried=b"mine") == [
            "checklist.2026-11-28.xlsx", "checklist.xlsx"
        ]  # fmt: skip


def test_where_there_is_no_room_what_was_filled_in_stays_as_it_was(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        settle(store, {"checklist.xlsx": b"old"})
        (tmp_path / "a" / "checklist.xlsx").write_bytes(b"mine" * 100)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))  # as on a disk that is full
        try:
            with pytest.raises(OSError, match="File too large"):
                settle(store, {"checklist.xlsx": b"new" * 1000}, carried=b"mine" * 100)
            with pytest.raises(
                MissingFileError, match=r"ledger\.jsonl: .*; make room, or name another place"
            ):
                note(store, "b" * 2000)
            note(store, "c")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["checklist.xlsx"]
    assert (tmp_path / "a" / "checklist.xlsx").read_bytes() == b"mine" * 100
    (line,) = (tmp_path / "ledger.jsonl").read_text().splitlines()
    assert json.loads(line)["client"] == "c"
