"""A client told in stages: each artefact says from when, what changes, what is needed anew, and what comes too late."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from icalendar import Calendar
from openpyxl import load_workbook

from licences.__main__ import main
from licences.analysis.case import Case, open_case
from licences.analysis.portfolio import make_portfolio
from licences.analysis.record import make_record
from licences.law.catalogue import Catalogue
from licences.render.excel.workbook import make_workbook
from licences.render.figures.plan import draw_timeline
from licences.render.html.explorer import make_answer
from licences.render.html.sections import make_section
from licences.render.ics import make_calendar
from licences.render.word.document import make_word
from licences.rules.facts import read_profiles
from licences.words.since_last import tell_changes

APRIL, JULY = date(2027, 4, 1), date(2027, 7, 1)
LATE = "26 working days too late."
FILE = """\
client,name,holds,from,has_website,hosts_third_party_sellers,completes_transactions_online,own_couriers,live_commerce
shop,Shop,BUSINESS_LICENCE,,yes,no,no,no,no
shop,,,2027-04-01,,yes,yes,,
shop,,,2027-07-01,,,,yes,yes
plain,Plain,BUSINESS_LICENCE,,yes,no,no,no,no
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "clients.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def look(file: Path, client: str = "shop", language: str = "en") -> Case:
    """The case, begun on 4 January 2027: the sellers' licences are done on 11 May, 26 working days too late."""
    return open_case(client, "2026-11-23", "2027-01-04", language, clients=str(file))


def read_section(case: Case, name: str) -> str:
    """A section, its days with plain blanks."""
    return str(make_section(case, name)._repr_html_()).replace("\N{NO-BREAK SPACE}", " ")


def test_the_first_page_says_it_after_the_launch_and_in_red_what_is_late(file: Path) -> None:
    html = read_section(look(file), "letter")
    block = html.split('<div class="stages">')[1].split("</table>")[0]
    assert html.index('class="opening"') < html.index('class="stages"')
    rows = block.split("<tr")[2:]
    assert ["from the start" in rows[0], "from 1 April 2027" in rows[1], "from 1 July 2027" in rows[2]] == [
        True
    ] * 3
    assert "Hosts third-party sellers" in rows[1]
    assert "EDI licence" in rows[1]
    assert f'<strong class="late">{LATE}</strong>' in rows[1]
    assert "too late" not in rows[0] + rows[2]
    assert "Not before 11 May 2027" in rows[1]
    assert 'class="stages"' not in read_section(look(file, "plain"), "letter")
    assert "自2027年4月1日起" in read_section(look(file, language="zh"), "letter")


def test_a_licence_of_a_later_stage_says_from_when_it_is_needed(file: Path) -> None:
    case = look(file)
    assert case.findings["EXPRESS"].begins_on == JULY
    cards = {card.split('"')[0]: card for card in read_section(case, "licences").split('<article id="')}
    assert "from 1 July 2027" in cards["EXPRESS"]
    row = cards["DOMAIN"]
    assert "from the start" not in row
    assert "from 1 April 2027" in next(
        row for row in read_section(case, "steps").split("<tr") if 'href="#EDI"' in row
    )


def test_the_word_file_says_it_too(file: Path) -> None:
    document = Document(io.BytesIO(make_word(look(file))))
    headings = [one.text for one in document.paragraphs if one.style and one.style.name == "Heading 2"]
    (table,) = [one for one in document.tables if one.rows[0].cells[0].text == "Stage"]
    assert "Stages" in headings
    row = table.rows[2].cells
    assert row[0].text == "2. from 1 April 2027"
    assert row[1].text.startswith("Hosts third-party sellers")
    assert "EDI licence" in row[2].text
    late = row[3].paragraphs[0]
    assert late.text.startswith(f"{LATE} ")
    assert late.style is not None
    assert late.style.name == "Cell alarm"
    plain = Document(io.BytesIO(make_word(look(file, "plain")))).paragraphs
    assert "Stages" not in [one.text for one in plain]


def test_the_workbook_says_it_on_the_cover_and_for_each_step(file: Path) -> None:
    book = load_workbook(io.BytesIO(make_workbook(look(file))))
    cover = {row[0].value: row[1] for row in book.worksheets[0].iter_rows() if row[0].value}
    assert LATE in cover["Stage 2"].value
    assert "too late" not in cover["Stage 3"].value
    (plan,) = [sheet for sheet in book.worksheets if "plan" in sheet.title.lower()]
    rows = list(plan.iter_rows(values_only=True))
    head = next(row for row in rows if "Needed from" in row)
    codes, column = next(at for at, name in enumerate(head) if name == "Code"), head.index("Needed from")
    days = {row[codes]: row[column] for row in rows}
    assert getattr(days["EDI"], "date", lambda: days["EDI"])() == APRIL
    assert days["DOMAIN"] == "from the start"
    other = load_workbook(io.BytesIO(make_workbook(look(file, "plain"))))
    assert not any(
        "Needed from" in row for sheet in other.worksheets for row in sheet.iter_rows(values_only=True)
    )


def test_the_calendar_has_the_first_day_of_each_stage_and_the_last_to_begin_for_it(file: Path) -> None:
    events = Calendar.from_ical(make_calendar(look(file), holds="all")).walk("VEVENT")
    days = {str(event["summary"]): event["dtstart"].dt for event in events}
    assert days["Stage 2 begins | Shop"] == APRIL
    assert days["Stage 3 begins | Shop"] == JULY
    case = look(file)
    express = next(step for step in case.steps if step.code == "EXPRESS")
    (last,) = [day for name, day in days.items() if name.startswith("Last day to begin for: Stage 3")]
    assert last == express.latest_start
    told = next(str(event["description"]) for event in events if str(event["summary"]).startswith("Stage 2"))
    assert "Hosts third-party sellers" in told
    assert LATE in told
    names = {
        str(event["summary"])
        for event in Calendar.from_ical(make_calendar(look(file, "plain"), holds="all")).walk("VEVENT")
    }
    assert not any("Stage" in name for name in names)


def test_the_timeline_marks_the_first_day_of_each_stage(file: Path) -> None:
    figure = draw_timeline(look(file))
    assert figure is not None
    lines = [shape for shape in figure.layout.shapes if shape.line.dash == "dash"]
    assert [shape.x0 for shape in lines] == ["2027-04-01", "2027-07-01"]
    labels = [one.text for one in figure.layout.annotations if "stage" in one.name]
    assert labels == ["Stage 2 from 1 April 2027", "Stage 3 from 1 July 2027"]
    assert "Hosts third-party sellers" in figure.layout.annotations[0].hovertext
    assert figure.layout.xaxis.range[1] > "2027-07-01"
    plain = draw_timeline(look(file, "plain"))
    assert plain is not None
    assert [one.name for one in plain.layout.annotations] == ["provisional"]


def test_the_terminal_says_it(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--clients", str(file), "--as-of", "2026-11-23", "--start", "2027-01-04", "--lang", "en")
    assert main(["plan", *words, "--client", "shop"]) == 0
    told = capsys.readouterr()
    said = " ".join(told.out.split())
    assert "2. From 1 April 2027: Hosts third-party sellers" in said
    assert LATE in said
    assert "leaves out" not in told.err
    main(["plan", *words, "--client", "plain"])
    assert "Stages" not in capsys.readouterr().out


def test_json_has_the_stages_the_present_first(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--clients", str(file), "--as-of", "2026-11-23", "--start", "2027-01-04", "--lang", "en")
    assert main(["plan", *words, "--json"]) == 0
    shop, plain = json.loads(capsys.readouterr().out)
    assert [stage["from"] for stage in shop["stages"]] == [None, "2027-04-01", "2027-07-01"]
    assert [stage["late_days"] for stage in shop["stages"]] == [None, 26, 0]
    assert shop["stages"][1]["changes"] == {
        "hosts_third_party_sellers": True,
        "completes_transactions_online": True,
    }
    assert shop["stages"][1]["launch"] == {"likely": "2027-05-11", "p50": None, "p80": None, "p90": None}
    assert shop["stages"][0]["promise"] == shop["promise"]
    assert shop["stages"][0]["launch"]["likely"] == shop["launch"]["likely"] == plain["launch"]["likely"]
    days = {step["code"]: step["from"] for step in shop["steps"]}
    assert (days["DOMAIN"], days["EDI"], days["EXPRESS"]) == (None, "2027-04-01", "2027-07-01")
    assert plain["stages"] == []
    assert {step["from"] for step in plain["steps"]} == {None}


def test_the_explorer_says_it_beside_the_answer(file: Path) -> None:
    assert LATE in make_answer(look(file))
    assert 'class="stages"' not in make_answer(look(file, "plain"))


def test_the_portfolio_counts_steps_of_later_stages_and_keeps_clients_apart(
    catalogue: Catalogue, file: Path
) -> None:
    profiles = read_profiles(file, catalogue.fields, set(catalogue.rows["code"]))
    portfolio = make_portfolio(catalogue, profiles, date(2026, 11, 23), date(2027, 1, 4), "en")
    codes = {client: set(rows["code"]) for client, rows in portfolio.steps.groupby("client")}
    assert codes["shop"] - codes["plain"] >= {"EDI", "EXPRESS"}
    assert "EDI" not in codes["plain"]
    assert portfolio.clients["launch"].nunique() == 1
    express = portfolio.steps.set_index(["client", "code"]).loc[("shop", "EXPRESS")]
    assert express["latest_start"].date() < JULY


def test_a_report_says_that_a_later_stage_has_moved_since_the_last(file: Path) -> None:
    earlier = make_record(open_case("shop", "2026-11-23", "2026-11-24", "en", clients=str(file)))
    now = look(file)
    view = tell_changes(now, earlier, make_record(now))
    assert view is not None
    said = [sentence for _, sentences in view["parts"] for sentence in sentences]
    assert "What is needed from 1 April 2027 on is done on 11 May 2027 instead of 26 March 2027." in said
    assert "stages" not in make_record(look(file, "plain"))
