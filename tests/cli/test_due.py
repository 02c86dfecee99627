"""Whom to call, as the command prints and writes it: a table, JSON, CSV, Excel and a calendar."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path

import pytest
from icalendar import Calendar
from openpyxl import load_workbook

from licences.__main__ import main
from licences.render.terminal_due import SHOWN
from licences.words.due import COLUMNS, CallJson

DAY = ("--as-of", "2026-11-23")
HOSTILE = "=cmd|' /C calc'!A0"
CONTACT = '+86 10 5550123\t"王敏"'


@pytest.fixture
def clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "clients.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [
                ["client", "name", "contact", "group", "holds"],
                ["a", "甲", "王敏", "g1", "FOOD_OPERATION@2026-12-15;EDI@2026-12-14"],
                ["b", HOSTILE, CONTACT, "", "ISO_9001@2026-10-31"],
                ["c", "<b>[bold]丙[/bold]</b>", "", "g1", "BUSINESS_LICENCE"],
            ]
        )
    monkeypatch.chdir(tmp_path)
    return path


def ask(capsys: pytest.CaptureFixture[str], clients: Path, *arguments: str) -> str:
    assert main(["due", "--clients", str(clients), *DAY, *arguments]) == 0
    return capsys.readouterr().out


def test_json_is_printed_alone_overdue_first_with_the_promised_keys(
    clients: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = json.loads(ask(capsys, clients, "--json", "--lang", "en"))
    assert [(row["client"], row["code"], row["days_left"]) for row in rows] == [
        ("a", "EDI", -69),
        ("b", "ISO_9001", -23),
        ("a", "FOOD_OPERATION", 1),
    ]
    assert {tuple(row) for row in rows} == {tuple(CallJson.__annotations__)}
    assert rows[1]["client_name"] == HOSTILE
    assert rows[0]["contact"] == "王敏"
    assert rows[2]["missing"].startswith("Papers: ")
    assert "To be told: " in rows[2]["missing"]
    assert rows[0]["official_name"].startswith("增值电信业务经营许可证")
    assert json.loads(ask(capsys, clients, "--json", "--client", "b"))[0]["client"] == "b"
    assert {row["client"] for row in json.loads(ask(capsys, clients, "--json", "--group", "g1"))} == {"a"}
    assert len(json.loads(ask(capsys, clients, "--json", "--within", "0"))) == 2


def test_the_table_says_whom_by_when_and_what_and_nothing_typed_is_markup(
    clients: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    told = ask(capsys, clients, "--lang", "en", "--within", "240")
    assert told.index("2026-09-15") < told.index("2026-10-31") < told.index("2026-11-24")
    for text in (
        "王敏",
        "EDI licence",
        "overdue by 69 days",
        "1 day left",
        "[bold]",
        "Apply for the renewal",
    ):
        assert text in told


def test_nothing_due_is_a_sentence_and_no_failure(clients: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nothing = ("--client", "c", "--within", "5")
    assert ask(capsys, clients, *nothing, "--lang", "en").strip() == (
        "Nothing is due within 5 days from 23 November 2026."
    )
    assert json.loads(ask(capsys, clients, *nothing, "--json")) == []
    assert len(ask(capsys, clients, *nothing, "--format", "csv").splitlines()) == 1
    for form in ("xlsx", "ics"):
        ask(capsys, clients, *nothing, "--format", form)
        assert Path(f"due.{form}").is_file()


def test_csv_opens_in_a_spreadsheet_and_holds_no_formula(
    clients: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = ask(capsys, clients, "--format", "csv", "--lang", "en")
    ask(capsys, clients, "--format", "csv", "--lang", "en", "--out", "made.csv")
    written = Path("made.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")
    assert printed.startswith("\ufeff")
    header, *rows = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""), strict=True)
    assert len(header) == len(COLUMNS)
    assert list(csv.reader(io.StringIO(printed.removeprefix("\ufeff")), strict=True)) == [header, *rows]
    told = dict(zip(header, rows[1], strict=True))
    assert told["Client"] == f"'{HOSTILE}"
    assert told["Contact"].startswith("'+86")
    assert (told["Days left"], told["Last day"]) == ("-23", "2026-10-31")


def test_the_workbook_has_days_as_days_a_header_that_stays_and_no_formula(
    clients: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(capsys, clients, "--format", "xlsx", "--lang", "en")
    book = load_workbook("due.xlsx")
    sheet = book["Whom to call"]
    header = [cell.value for cell in sheet[1]]
    rows = [dict(zip(header, row, strict=True)) for row in sheet.iter_rows(min_row=2)]
    assert [row["Last day"].value for row in rows] == [
        datetime(2026, 9, 15), datetime(2026, 10, 31), datetime(2026, 11, 24)]  # fmt: skip
    assert rows[0]["Last day"].font.color.rgb == rows[1]["Last day"].font.color.rgb == "FFB00020"
    assert rows[1]["Client"].value == HOSTILE
    assert {cell.data_type for row in rows for cell in row.values()} <= {"s", "n", "d"}
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:P4"
    assert Path("due.xlsx").stat().st_mode & 0o077 == 0


def read_entries() -> dict[str, object]:
    calendar = Calendar.from_ical(Path("due.ics").read_bytes().decode())
    return {str(event["uid"]): event for event in calendar.events}


def test_the_calendar_rings_and_is_brought_up_to_date_at_the_same_place(
    clients: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    within = ("--format", "ics", "--within", "240", "--lang", "en")
    ask(capsys, clients, *within)
    first = read_entries()
    content = Path("due.ics").read_bytes()
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    days = {str(event["summary"]): event.start for event in first.values()}
    assert days["Overdue: Renewal: EDI licence | 甲"] == date(2026, 11, 23)
    assert days["Renewal: Food operation licence | 甲"] == date(2026, 11, 24)
    assert sum(len(event.walk("VALARM")) for event in first.values()) == sum(
        event.start > date(2026, 11, 23) for event in first.values()
    )
    assert any(HOSTILE in str(event["summary"]) for event in first.values())
    ask(capsys, clients, *within)
    assert Path("due.ics").read_bytes() == content
    text = clients.read_text(encoding="utf-8")
    clients.write_text(
        text.replace("FOOD_OPERATION@2026-12-15", "FOOD_OPERATION@2027-01-15"), encoding="utf-8"
    )
    ask(capsys, clients, *within)
    moved = read_entries()
    assert moved.keys() == first.keys()
    changed = [uid for uid in moved if moved[uid]["sequence"] != first[uid]["sequence"]]
    assert ["Food" in str(moved[uid]["summary"]) for uid in changed] == [True]
    clients.write_text(text.replace("FOOD_OPERATION@2026-12-15;", ""), encoding="utf-8")
    ask(capsys, clients, *within)
    gone = [event for event in read_entries().values() if event.get("status") == "CANCELLED"]
    assert len(gone) == 1


def test_more_than_anybody_reads_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "many.csv"
    lines = [f"c{at},C{at},EDI@2026-12-14" for at in range(SHOWN + 7)]
    path.write_text("\n".join(["client,name,holds", *lines]), encoding="utf-8")
    assert "And 7 more" in ask(capsys, path, "--lang", "en")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--out", "x.csv"), "add --format"),
        (("--json", "--format", "csv"), "two formats"),
        (("--format", "xlsx", "--out", "x.csv"), "ends in .xlsx"),
        (("--client", "nobody"), "no client 'nobody'"),
    ],
)
def test_wrong_usage_is_a_sentence(
    clients: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert main(["due", "--clients", str(clients), *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("days", ["-1", "soon", "9999", "1.5"])
def test_a_number_of_days_that_is_none_is_refused(
    clients: Path, capsys: pytest.CaptureFixture[str], days: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["due", "--clients", str(clients), "--within", days])
    assert ended.value.code == 2
    assert "no number of days" in capsys.readouterr().err


def test_a_place_that_takes_no_file_is_named(clients: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["due", "--clients", str(clients), "--format", "ics", "--out", "clients.csv/due.ics"]) == 1
    assert "clients.csv/due.ics" in capsys.readouterr().err


def test_own_columns_stand_after_ours_and_hold_no_formula(
    clients: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clients.write_text(
        "client,name,holds,手机,Remark,=x\na,甲,EDI@2026-12-14,13800000000,=1+1,y\nb,乙,EDI@2026-12-15,,,\n",
        "utf-8",
    )
    rows = json.loads(ask(capsys, clients, "--json"))
    assert rows[0]["extra"] == {"手机": "13800000000", "Remark": "=1+1", "=x": "y"}
    printed = ask(capsys, clients, "--format", "csv", "--lang", "en").removeprefix("\ufeff")
    header, first, _ = csv.reader(io.StringIO(printed), strict=True)
    assert header[len(COLUMNS) :] == ["手机", "Remark (2)", "'=x"]
    assert first[len(COLUMNS) :] == ["13800000000", "'=1+1", "y"]
    ask(capsys, clients, "--format", "xlsx", "--lang", "en")
    sheet = load_workbook("due.xlsx").worksheets[1]
    header, first, *_ = sheet.iter_rows(min_col=len(COLUMNS) + 1, max_col=len(COLUMNS) + 3)
    assert [cell.value for cell in header] == ["手机", "Remark (2)", "=x"]
    assert [(cell.value, cell.data_type) for cell in first] == [
        ("13800000000", "s"), ("=1+1", "s"), ("y", "s")
    ]  # fmt: skip
