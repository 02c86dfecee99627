"""A case played through, from the first call to the first renewal: what every artefact says is true of its day.

The client is the call centre of the samples, taken on in August 2025. One application is sent back, another refused; a change of
law on 1 November 2025 brings it a new duty; a filing is held not to be needed; two reports are issued.
"""

from __future__ import annotations

import json
import re
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from licences.cli.main import main
from poppler import ask_poppler
from word_files import list_texts

CLIENT = "hello-hall"
YEAR = date.today().year
FIRST, SECOND = (f"{CLIENT}-{YEAR}-00{number}" for number in (1, 2))
OURS, THEIRS = "Fee agreed by telephone, do not mention", "The seal of the branch will do"


class Desk:
    """A consultant's terminal, with one book."""

    def __init__(self, book: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.book, self.capsys = book, capsys

    def do(self, *words: str) -> str:
        """What a command prints; it has to end well."""
        status = main([*words, "--clients", str(self.book)])
        printed = self.capsys.readouterr()
        assert status == 0, printed.err
        return printed.out

    def ask(self, command: str, day: str, *words: str) -> Any:
        """What a command answers of the client on a day, as JSON."""
        return json.loads(
            self.do(command, "--client", CLIENT, "--as-of", day, "--lang", "en", "--json", *words)
        )

    def plan(self, day: str, start: str) -> dict[str, Any]:
        (told,) = self.ask("plan", day, "--start", start)
        return told | {"by_code": {step["code"]: step for step in told["steps"]}}

    def progress(self, day: str, start: str, since: str) -> dict[str, Any]:
        (told,) = self.ask("progress", day, "--start", start, "--since", since)
        return dict(told)

    def record(self, code: str, event: str, day: str, *more: str) -> None:
        self.do("record", CLIENT, code, event, "--on", day, "--by", "Li Wei", *more)

    def issue(self, day: str, start: str) -> dict[str, str]:
        """The texts of what is issued, by the kind of file."""
        self.do(
            "issue",
            CLIENT,
            "--as-of",
            day,
            "--start",
            start,
            "--lang",
            "en",
            "--format",
            "html,pdf,docx,xlsx,ics",
        )
        return read_texts(max((self.book.parent / "issued" / CLIENT).iterdir(), key=lambda one: one.name))


def read_texts(folder: Path) -> dict[str, str]:
    """All that a reader of each file can read."""
    page = (folder / "report.html").read_text(encoding="utf-8")
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", page[page.index("<body") :], flags=re.DOTALL)
    sheets = load_workbook(folder / "checklist.xlsx").worksheets
    cells = [str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value]
    calendar = (folder / "renewals.ics").read_bytes().replace(b"\r\n ", b"").decode().replace("\\,", ",")
    texts = {
        "html": unescape(re.sub(r"<[^>]+>", " ", body)),
        "pdf": ask_poppler("pdftotext", "-layout", str(folder / "report.pdf"), "-"),
        "docx": "\n".join(list_texts((folder / "report.docx").read_bytes())),
        "xlsx": "\n".join(cells),
        "ics": calendar,
    }
    return {kind: re.sub(r"\s+", " ", text.replace("\u00a0", " ")) for kind, text in texts.items()}


@pytest.fixture
def desk(
    tmp_path: Path, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.chdir(tmp_path)
    assert main(["book", "init", "book.sqlite", "--from", str(project / "data" / "clients.csv")]) == 0
    capsys.readouterr()
    return Desk(tmp_path / "book.sqlite", capsys)


def test_a_case_from_the_first_call_to_the_first_renewal(desk: Desk) -> None:  # noqa: PLR0915 - it is one story
    # August 2025: the first call, the first plan, the first report
    desk.do("book", "client", CLIENT, "--contact", "王敏 010-5550123", "--engaged-on", "2025-08-04")
    first = desk.plan("2025-08-04", "2025-08-05")
    assert {"SP", "MLPS_2", "PSB_FILING", "SMS_SIGNATURE"} <= first["by_code"].keys()
    assert "INCIDENT_REPORT" not in first["by_code"]
    told = desk.issue("2025-08-04", "2025-08-05")
    for kind, text in told.items():
        assert FIRST in text, kind
        assert "Draft" not in text, kind
    promised = first["launch"]["p80"] or first["launch"]["likely"]

    # September: the application for SP is filed and comes back
    desk.record("SP", "preparing", "2025-08-11")
    desk.record("MLPS_2", "preparing", "2025-08-11")
    desk.record("SP", "submitted", "2025-09-10")
    desk.record("MLPS_2", "submitted", "2025-09-15")
    desk.record("SP", "returned", "2025-09-22", "--note", "the lease of the server room is missing")
    plan = desk.plan("2025-09-25", "2025-09-26")
    assert (plan["start"], plan["goes_on_from"]) == ("2025-08-05", "2025-09-26")
    assert plan["by_code"]["SP"]["application"]["state"] == "returned"
    assert (plan["by_code"]["SP"]["start"], plan["by_code"]["SP"]["submit_on"]) == (
        "2025-08-11",
        "2025-09-10",
    )
    assert plan["by_code"]["MLPS_2"]["application"]["state"] == "submitted"
    assert plan["by_code"]["PSB_FILING"]["late_days"] > 0
    stands = desk.progress("2025-09-25", "2025-09-26", "2025-08-04")
    assert next((one["code"], one["kind"]) for one in stands["with_client"]) == ("SP", "correct")
    assert "the lease of the server room is missing" in stands["with_client"][0]["text"]
    assert [one["code"] for one in stands["with_authority"]] == ["MLPS_2"]
    assert stands["launch"]["planned"] == promised

    # October: corrected and filed again; the other one is refused
    desk.record("SP", "resubmitted", "2025-10-13")
    desk.record("SP", "accepted", "2025-10-15")
    desk.record("MLPS_2", "refused", "2025-10-20", "--note", "the grading report is out of date")
    plan = desk.plan("2025-10-24", "2025-10-27")
    sp = plan["by_code"]["SP"]["application"]
    assert (sp["state"], sp["pause_days"]) == ("submitted", 11)  # eight free days lie between
    assert plan["by_code"]["MLPS_2"]["finish"] is None
    assert "the grading report is out of date" in plan["by_code"]["MLPS_2"]["blocked_by"]
    assert plan["promise"]["kind"] == "not_before"
    assert plan["promise"]["reasons"][0]["kind"] == "refused"
    assert desk.plan("2025-09-25", "2025-09-26")["by_code"]["MLPS_2"]["application"]["state"] == "submitted"

    # November: a new duty of law, a filing that we hold not to be needed, notes, the second report
    desk.do(
        "override", CLIENT, "SMS_SIGNATURE", "--verdict", "not_needed", "--because",
        "messages go out under the carrier's own signature", "--by", "Li Wei", "--on", "2025-11-03",
    )  # fmt: skip
    desk.do("note", CLIENT, "SP", THEIRS, "--for", "client", "--by", "Li Wei", "--on", "2025-11-03")
    desk.do("note", CLIENT, OURS, "--by", "Li Wei", "--on", "2025-11-03")
    desk.record("MLPS_2", "preparing", "2025-11-03")
    by_code = {one["code"]: one for one in desk.ask("assess", "2025-11-04")}
    assert by_code["SMS_SIGNATURE"]["verdict"] == "required"  # by the rules
    assert by_code["SMS_SIGNATURE"]["overridden"]["verdict"] == "not_needed"
    assert by_code["INCIDENT_REPORT"]["verdict"] == "required"
    plan = desk.plan("2025-11-04", "2025-11-05")
    assert "SMS_SIGNATURE" not in plan["by_code"]
    assert "INCIDENT_REPORT" in plan["by_code"]
    told = desk.issue("2025-11-04", "2025-11-05")
    for kind, text in told.items():
        assert SECOND in text, kind
        assert OURS not in text, kind
    for kind in ("html", "pdf", "docx"):
        assert "the carrier's own signature" in told[kind], kind
        assert THEIRS in told[kind], kind
        assert f"no. {FIRST}" in told[kind] or FIRST in told[kind], (
            kind
        )  # what has changed since the first one
        assert re.search(r"Where the case stands.*With the authority.*SP licence", told[kind]), kind
        assert "Incident report" in told[kind], kind

    # December to January: granted, one after the other
    desk.record("SP", "granted", "2025-12-10", "--number", "B2-20251234", "--until", "2030-12-09")
    desk.record("MLPS_2", "submitted", "2025-12-01")
    desk.record("MLPS_2", "granted", "2026-01-15", "--number", "11010120001")
    for code in ("PSB_FILING", "PI_IMPACT_ASSESSMENT"):
        desk.record(code, "granted", "2026-01-12")
    stands = desk.progress("2026-01-16", "2026-01-19", "2025-12-01")
    assert [one["code"] for one in stands["done"]] == ["SP", "PSB_FILING", "PI_IMPACT_ASSESSMENT", "MLPS_2"]
    assert "number B2-20251234, valid until 9 December 2030" in stands["done"][0]["text"]
    assert not stands["with_authority"]
    plan = desk.plan("2026-01-16", "2026-01-19")
    assert not {"SP", "MLPS_2", "PSB_FILING"} & plan["by_code"].keys()
    durations = json.loads(desk.do("durations", "--as-of", "2026-01-16", "--json"))
    cases = {(one["code"], one["province"]): one for one in durations["licences"]}
    assert (cases["SP", None]["cases"], cases["SP", None]["returned"]) == (1, 1)
    assert (cases["MLPS_2", None]["cases"], cases["MLPS_2", None]["refused"]) == (2, 1)

    # what was so on an earlier day is still answered
    assert desk.plan("2025-09-25", "2025-09-26")["by_code"]["SP"]["application"]["state"] == "returned"

    # August 2030: the first renewal comes near, is overdue, and is done
    assert find_calls(desk, "2030-06-03", "SP") == []
    (near,) = find_calls(desk, "2030-08-01", "SP")
    assert near["contact"] == "王敏 010-5550123"
    assert near["expires_on"] == "2030-12-09"
    assert not near["is_overdue"]
    assert find_calls(desk, "2030-11-28", "SP")[0]["is_overdue"]
    desk.record("SP", "submitted", "2030-08-05")
    desk.record("SP", "renewed", "2030-10-08", "--until", "2035-12-09")
    assert find_calls(desk, "2030-11-28", "SP") == []
    by_code = {one["code"]: one for one in desk.ask("assess", "2030-11-28")}
    assert by_code["SP"]["status"] == "held"

    # two were issued, and stay as they were
    issued = json.loads(desk.do("issue", CLIENT, "--list", "--json"))
    assert [one["number"] for one in issued] == [FIRST, SECOND]
    desk.do("check")


def find_calls(desk: Desk, day: str, code: str) -> list[dict[str, Any]]:
    """Whom to call about a licence's renewal within two months of a day."""
    return [one for one in desk.ask("due", day) if one["code"] == code and one["kind"] == "renewal"]
