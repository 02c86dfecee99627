"""A report made again, by real processes, over files that its reader has edited meanwhile."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import icalendar
import pandas as pd
import pytest
from docx import Document
from openpyxl import load_workbook

from licences.batch.pool import close_pools
from licences.batch.run import BatchJob, write_reports
from licences.law.catalogue import Catalogue
from licences.reading.files import delete_file, read_place

PROJECT = Path(__file__).parents[2]
FIRST, LATER = date(2026, 11, 23), date(2026, 12, 1)
CHECKLIST, WORD, CALENDAR = "checklist.xlsx", "report.docx", "renewals.ics"


class Rerun:
    """Reports of one client in a folder, made one after the other."""

    def __init__(self, out: Any, folder: Path, catalogue: Catalogue, clients: pd.DataFrame) -> None:
        self.out, self.catalogue = out, catalogue
        self.profile = clients[clients["client"] == "corner-shop"].reset_index(drop=True)
        self.folder = out / "corner-shop"
        self.warnings: list[str] = []
        self.notebook = folder / "short.ipynb"
        own = json.loads((PROJECT / "notebooks" / "client_report.ipynb").read_text(encoding="utf-8"))
        own["cells"] = own["cells"][:4]  # what the documents are made of, they take from the case
        self.notebook.write_text(json.dumps(own), encoding="utf-8")

    def make(self, as_of: date, *, force: bool = False, ics: str = "renewals") -> dict[str, Any]:
        job = BatchJob(
            self.notebook, self.out, PROJECT / "data" / "licences.csv", PROJECT / "data" / "clients.csv",
            as_of, as_of, "en", formats=("docx", "xlsx", "ics"), force=force, has_browser=False,
            ics=ics,
        )  # fmt: skip
        (entry,) = write_reports(
            job,
            self.catalogue,
            self.profile,
            lambda: datetime(2026, 12, 1, tzinfo=UTC),
            keeps_warm=True,
            warn=self.warnings.append,
        )
        return entry

    def read(self, name: str) -> bytes:
        return bytes((self.folder / name).read_bytes())

    def write(self, name: str, content: bytes) -> None:
        (self.folder / name).write_bytes(content)

    def list_names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture(scope="module")
def _pools() -> Iterator[None]:
    yield
    close_pools()


@pytest.fixture
def rerun(tmp_path: Path, catalogue: Catalogue, sample_clients: pd.DataFrame, _pools: None) -> Rerun:
    return Rerun(tmp_path / "reports", tmp_path, catalogue, sample_clients)


@pytest.fixture(params=["folder", "object store"])
def anywhere(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    catalogue: Catalogue,
    sample_clients: pd.DataFrame,
    _pools: None,
) -> Rerun:
    """In a folder, and in an object store that is kept in memory."""
    is_local = request.param == "folder"
    out = tmp_path / "reports" if is_local else read_place(f"memory://{tmp_path.name}/reports")
    return Rerun(out, tmp_path, catalogue, sample_clients)


def tick(path: Any, remark: str) -> tuple[str, str]:
    """Ticks the first paper off, says how far a task is, and saves with a sheet of its own; the paper's code and name."""
    book = load_workbook(io.BytesIO(path.read_bytes()))
    sheet = book["Papers"]
    header = [cell.value for cell in sheet[1]]
    for label, value in (("Done", "✓"), ("Status", "received"), ("Received on", FIRST), ("Remarks", remark)):
        sheet.cell(2, header.index(label) + 1, value)
    tasks = book["To do"]
    tasks.cell(2, [cell.value for cell in tasks[1]].index("Remarks") + 1, "ask Ms Li")
    book.create_sheet("Mine")["A1"] = "my own notes"
    target = io.BytesIO()
    book.save(target)
    path.write_bytes(target.getvalue())
    return sheet.cell(2, header.index("Code") + 1).value, sheet.cell(2, header.index("Paper") + 1).value


def find_filled(content: bytes) -> list[tuple[Any, ...]]:
    """What stands in the columns that a reader fills in: of a paper, and of a task."""
    book, found = load_workbook(io.BytesIO(content)), []
    for name, labels in (
        ("Papers", ("Code", "Paper", "Status", "Received on", "Remarks")),
        ("To do", ("Status", "Submitted on", "Done on", "Remarks")),
    ):
        rows = book[name].values
        header = next(rows)
        at = [header.index(label) for label in labels]
        found += [tuple(row[one] for one in at) for row in rows if row[at[-1]]]
    return found


def test_ticks_remarks_and_edits_are_there_after_the_next_reports(anywhere: Rerun) -> None:
    rerun = anywhere
    first = rerun.make(FIRST)
    assert first["outputs"] == [CHECKLIST, CALENDAR, WORD, "report.ipynb"]
    assert set(first["hashes"]) == {CHECKLIST, CALENDAR, WORD}
    assert "remark" not in first

    code, document = tick(rerun.folder / CHECKLIST, "in the safe")
    ticked = rerun.read(CHECKLIST)
    letter = Document(io.BytesIO(rerun.read(WORD)))
    letter.paragraphs[0].text = "Dear Ms Li,"
    target = io.BytesIO()
    letter.save(target)
    edited = target.getvalue()
    rerun.write(WORD, edited)
    mine = rerun.read(CALENDAR).replace(b"X-WR-CALNAME:", b"X-WR-CALNAME:Mine of ")
    rerun.write(CALENDAR, mine)
    assert rerun.make(FIRST)["status"] == "up_to_date"  # an edit is no reason to make it anew
    assert (rerun.read(CHECKLIST), rerun.read(WORD), rerun.read(CALENDAR)) == (ticked, edited, mine)

    second = rerun.make(LATER)
    assert second["status"] == "done"
    assert second["outputs"] == [
        CHECKLIST,
        "renewals.2026-12-01.ics",
        "report.2026-12-01.docx",
        "report.ipynb",
    ]
    assert sorted(second["remark"].split("; ")) == [
        "renewals.ics was edited and stays as it is",
        "report.docx was edited and stays as it is",
        "the file as it was is checklist.2026-11-23.xlsx, which alone has what was added: Mine",
        "the new one is renewals.2026-12-01.ics",
        "the new one is report.2026-12-01.docx",
        "what was filled in in checklist.xlsx is carried over",
    ]
    assert rerun.read(WORD) == edited
    assert rerun.read(CALENDAR) == mine
    assert rerun.read("checklist.2026-11-23.xlsx") == ticked
    received = datetime(2026, 11, 23)
    filled = [(code, document, "received", received, "in the safe"), ("to do", None, None, "ask Ms Li")]
    assert find_filled(rerun.read(CHECKLIST)) == filled
    assert rerun.make(LATER)["outputs"] == second["outputs"]
    assert rerun.make(LATER)["status"] == "up_to_date"

    names, before = rerun.list_names(), {name: rerun.read(name) for name in rerun.list_names()}
    again = rerun.make(LATER, force=True)  # the same inputs: nothing is kept twice, and nothing changes
    assert again["status"] == "done"
    assert rerun.list_names() == names
    assert {name for name in names if rerun.read(name) != before[name]} <= {"report.ipynb"}

    delete_file(rerun.folder / "report.2026-12-01.docx")
    assert rerun.make(LATER)["status"] == "done"  # the new one is missed
    assert rerun.list_names() == names
    assert find_filled(rerun.read(CHECKLIST)) == filled


def test_an_entry_keeps_its_version_though_the_last_calendar_has_a_day_in_its_name(rerun: Rerun) -> None:
    rerun.profile["holds"] = pd.Series([("BUSINESS_LICENCE", "EDI@2027-09-30")])
    rerun.make(FIRST)
    rerun.write(CALENDAR, rerun.read(CALENDAR).replace(b"X-WR-CALNAME:", b"X-WR-CALNAME:Mine of "))
    rerun.make(LATER)
    last = date(2026, 12, 8)
    rerun.profile["holds"] = pd.Series([("BUSINESS_LICENCE",)])
    rerun.make(last)
    assert {"renewals.ics", "renewals.2026-12-01.ics", "renewals.2026-12-08.ics"} <= set(rerun.list_names())
    second, third = (
        {str(event["uid"]): event for event in icalendar.Calendar.from_ical(rerun.read(name)).events}
        for name in ("renewals.2026-12-01.ics", "renewals.2026-12-08.ics")
    )
    assert second.keys() <= third.keys()
    gone = [event for event in third.values() if event.get("status") == "CANCELLED"]
    assert any(event["summary"].startswith("Cancelled: Renew: ") for event in gone)
    same = [uid for uid, event in second.items() if third[uid]["summary"] == event["summary"]]
    assert same
    assert all(third[uid]["sequence"] == second[uid]["sequence"] for uid in same)


def test_a_calendar_of_an_earlier_version_is_written_over_unless_it_was_edited(rerun: Rerun) -> None:
    ledger = rerun.out / "ledger.jsonl"

    def forget() -> None:
        lines = [json.loads(line) for line in ledger.read_text(encoding="utf-8").splitlines()]
        for line in lines:
            line.get("hashes", {}).pop(CALENDAR, None)  # as earlier versions wrote it
        ledger.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")

    rerun.make(FIRST)
    forget()
    assert CALENDAR in rerun.make(LATER)["outputs"]
    forget()
    mine = rerun.read(CALENDAR).replace(b": licence dates", b": my dates")
    rerun.write(CALENDAR, mine)
    assert "renewals.2026-12-08.ics" in rerun.make(date(2026, 12, 8))["outputs"]
    assert rerun.read(CALENDAR) == mine


def test_what_a_calendar_holds_is_part_of_what_it_is_made_from(rerun: Rerun) -> None:
    rerun.make(FIRST)
    few = len(icalendar.Calendar.from_ical(rerun.read(CALENDAR)).events)
    assert rerun.make(FIRST, ics="all")["status"] == "done"
    every = icalendar.Calendar.from_ical(rerun.read(CALENDAR)).events
    assert len(every) > few
    assert rerun.make(FIRST, ics="all")["status"] == "up_to_date"
    assert rerun.make(FIRST)["status"] == "done"


def test_what_fell_away_since_the_last_report_is_cancelled_in_the_calendar(rerun: Rerun) -> None:
    rerun.profile["holds"] = pd.Series([("BUSINESS_LICENCE", "EDI@2027-09-30")])
    rerun.make(FIRST)
    first = rerun.read(CALENDAR)
    assert b"STATUS:CANCELLED" not in first
    rerun.profile["holds"] = pd.Series([("BUSINESS_LICENCE",)])
    with (rerun.out / "ledger.jsonl").open("ab") as ledger:
        ledger.write(b"[" * 100_000 + b"\n")
    rerun.make(LATER)
    (warning,) = rerun.warnings
    assert warning.endswith("1 line is none of ours (the first is line 2); passed over, and left as it is")
    second = icalendar.Calendar.from_ical(rerun.read(CALENDAR))
    gone = [event for event in second.events if event.get("status") == "CANCELLED"]
    assert any(event["summary"].startswith("Cancelled: Renew: ") for event in gone)
    issued = {str(event["uid"]): event for event in icalendar.Calendar.from_ical(first).events}
    assert all(event["sequence"] > issued[str(event["uid"])]["sequence"] for event in gone)
    content = rerun.read(CALENDAR)
    rerun.make(LATER, force=True)
    assert rerun.read(CALENDAR) == content
