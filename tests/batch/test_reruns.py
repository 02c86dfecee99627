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

PROJECT = Path(__file__).parents[2]
FIRST, LATER = date(2026, 11, 23), date(2026, 12, 1)
CHECKLIST, WORD, CALENDAR = "checklist.xlsx", "report.docx", "renewals.ics"


class Rerun:
    """Reports of one client in a folder, made one after the other."""

    def __init__(self, out: Path, catalogue: Catalogue, clients: pd.DataFrame) -> None:
        self.out, self.catalogue = out, catalogue
        self.profile = clients[clients["client"] == "corner-shop"].reset_index(drop=True)
        self.folder = out / "corner-shop"
        self.warnings: list[str] = []
        self.notebook = out.parent / "short.ipynb"
        own = json.loads((PROJECT / "notebooks" / "client_report.ipynb").read_text(encoding="utf-8"))
        own["cells"] = own["cells"][:4]  # what the documents are made of, they take from the case
        self.notebook.write_text(json.dumps(own), encoding="utf-8")

    def make(self, as_of: date, *, force: bool = False) -> dict[str, Any]:
        job = BatchJob(
            self.notebook, self.out, PROJECT / "data" / "licences.csv", PROJECT / "data" / "clients.csv",
            as_of, as_of, "en", formats=("docx", "xlsx", "ics"), force=force, has_browser=False,
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
        return (self.folder / name).read_bytes()

    def list_names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture(scope="module")
def _pools() -> Iterator[None]:
    yield
    close_pools()


@pytest.fixture
def rerun(tmp_path: Path, catalogue: Catalogue, sample_clients: pd.DataFrame, _pools: None) -> Rerun:
    return Rerun(tmp_path / "reports", catalogue, sample_clients)


def tick(path: Path, remark: str) -> tuple[str, str]:
    """Ticks the first document off and saves; its code and name."""
    book = load_workbook(path)
    sheet = book["Documents"]
    header = [cell.value for cell in sheet[1]]
    sheet["A2"], sheet["B2"] = "✓", "received"
    sheet.cell(2, header.index("Remarks") + 1, remark)
    book.create_sheet("Mine")["A1"] = "my own notes"
    book.save(path)
    return sheet.cell(2, header.index("Code") + 1).value, sheet.cell(2, header.index("Document") + 1).value


def find_ticked(content: bytes) -> list[tuple[Any, ...]]:
    rows = load_workbook(io.BytesIO(content))["Documents"].values
    header = next(rows)
    at = [header.index(name) for name in ("Code", "Document", "Status", "Remarks")]
    return [tuple(row[one] for one in at) for row in rows if row[0] == "✓"]


def test_ticks_remarks_and_edits_are_there_after_the_next_reports(rerun: Rerun) -> None:
    first = rerun.make(FIRST)
    assert first["outputs"] == [CHECKLIST, CALENDAR, WORD, "report.ipynb"]
    assert set(first["hashes"]) == {CHECKLIST, WORD}
    assert "remark" not in first

    code, document = tick(rerun.folder / CHECKLIST, "in the safe")
    ticked = rerun.read(CHECKLIST)
    letter = Document(io.BytesIO(rerun.read(WORD)))
    letter.paragraphs[0].text = "Dear Ms Li,"
    letter.save(str(rerun.folder / WORD))
    edited = rerun.read(WORD)
    assert rerun.make(FIRST)["status"] == "up_to_date"  # an edit is no reason to make it anew
    assert (rerun.read(CHECKLIST), rerun.read(WORD)) == (ticked, edited)

    second = rerun.make(LATER)
    assert second["status"] == "done"
    assert second["outputs"] == [CHECKLIST, CALENDAR, "report.2026-12-01.docx", "report.ipynb"]
    assert second["remark"] == (
        "what was filled in in checklist.xlsx is carried over; the file as it was is checklist.2026-11-23.xlsx; "
        "report.docx was edited and stays as it is; the new one is report.2026-12-01.docx"
    )
    assert rerun.read(WORD) == edited
    assert rerun.read("checklist.2026-11-23.xlsx") == ticked
    assert find_ticked(rerun.read(CHECKLIST)) == [(code, document, "received", "in the safe")]
    assert rerun.make(LATER)["outputs"] == second["outputs"]
    assert rerun.make(LATER)["status"] == "up_to_date"

    names, before = rerun.list_names(), {name: rerun.read(name) for name in rerun.list_names()}
    again = rerun.make(LATER, force=True)  # the same inputs: nothing is kept twice, and nothing changes
    assert again["status"] == "done"
    assert rerun.list_names() == names
    assert {name for name in names if rerun.read(name) != before[name]} <= {"report.ipynb"}

    (rerun.folder / "report.2026-12-01.docx").unlink()
    assert rerun.make(LATER)["status"] == "done"  # the new one is missed
    assert rerun.list_names() == names


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
