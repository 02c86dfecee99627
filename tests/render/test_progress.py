"""Where a case stands, as a section of the report and as a sheet of its own: what it says, and that nothing runs in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest

from licences.analysis.case import Case, make_case
from licences.book.events import Event
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.render.figures.plan import draw_timeline
from licences.render.html.sections import make_section
from licences.render.lengths import LENGTHS, PROGRESS, leave_out
from licences.render.word.document import make_word
from licences.rules.case_files import add_case_files
from licences.rules.facts import split_holdings
from licences.rules.stages import find_present
from word_files import list_texts

AS_OF, START, ENGAGED = date(2026, 11, 23), date(2026, 11, 24), date(2026, 10, 9)
CLIENT, HOSTILE = "hello-hall", "<script>alert(1)</script>{{ 7*7 }}"
MakeCase = Callable[..., Case]


@pytest.fixture
def open_with(catalogue: Catalogue, sample_clients: pd.DataFrame) -> MakeCase:
    def make(*events: Event, engaged_on: date | None = ENGAGED, language: str = "en") -> Case:
        row = sample_clients[sample_clients["client"] == CLIENT]
        held = [
            Event(code, "granted", None, until=day)
            for code, day in split_holdings(row["holds"].iloc[0]).items()
        ]
        days = pd.Series(
            [pd.Timestamp(engaged_on) if engaged_on else pd.NaT], index=row.index, dtype="datetime64[us]"
        )
        bare = row.assign(holds=pd.Series([()], index=row.index, dtype=object), engaged_on=days)
        kept = find_present(add_case_files(bare, {CLIENT: (*held, *events)}, {}, {}), AS_OF)
        return make_case(catalogue, kept, AS_OF, PlanOptions(START), language)

    return make


COURSE = (
    Event("SP", "submitted", date(2026, 10, 12)),
    Event("SP", "returned", date(2026, 11, 16), note=HOSTILE),
    Event("MLPS_2", "preparing", date(2026, 10, 12)),
    Event("MLPS_2", "submitted", date(2026, 11, 2), note="told by telephone"),
    Event("PSB_FILING", "preparing", date(2026, 10, 12)),
    Event("PSB_FILING", "granted", date(2026, 11, 9), "1101"),
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_section_says_with_whom_it_lies_and_what_is_late(open_with: MakeCase, language: str) -> None:
    html = make_section(open_with(*COURSE, language=language), "progress").html
    wanted = {
        "en": ["Begun on 10 October 2026", "Late", "Waiting for you", "With the authority", "Done since", "number 1101"],
        "zh": ["2026年10月10日开始办理", "已延误", "等贵方办理", "主管机关办理中", "已办结", "编号1101"],
    }[language]  # fmt: skip
    for text in wanted:
        assert text in html.replace("\u00a0", " "), text
    assert "told by telephone" not in html  # what is no reason of the authority stays with us
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_case_of_which_nothing_is_recorded_has_no_section_but_a_sheet(open_with: MakeCase) -> None:
    html = make_section(open_with(engaged_on=None), "progress").html
    assert '<section class="sheet"' in html
    assert "Nothing has been recorded yet." in html
    assert "<table" not in html


def test_the_sheet_of_a_page_holds_the_progress_and_nothing_else() -> None:
    page = (
        "a<!-- only: letter standard full -->L<!-- end -->"
        "<!-- only: standard full progress -->P<!-- end --><!-- only: standard full -->S<!-- end -->b"
    )
    texts = {
        length: "".join(letter for letter in leave_out(page, length) if letter in "LPS")
        for length in (*LENGTHS, PROGRESS)
    }
    assert texts == {"letter": "L", "standard": "LPS", "full": "LPS", PROGRESS: "P"}


def test_the_sheet_in_word_says_the_same(open_with: MakeCase) -> None:
    case = open_with(*COURSE)
    sheet = list_texts(make_word(case, length=PROGRESS))
    report = list_texts(make_word(case))
    for text in ("Waiting for you", "With the authority", "SP licence"):
        assert text in sheet
        assert text in report
    assert not any("49" in text for text in sheet)  # a note is no template
    assert any(HOSTILE in text for text in sheet)
    assert "What you have to obtain" in report
    assert "What you have to obtain" not in sheet
    assert "Where the case stands" not in list_texts(make_word(open_with(engaged_on=None)))


def test_the_timeline_shows_what_was_planned_and_how_it_went(open_with: MakeCase) -> None:
    figure = draw_timeline(open_with(*COURSE))
    assert figure is not None
    traces = {trace["name"]: trace for trace in figure.to_plotly_json()["data"]}
    assert traces["As it went"]["y"] == ["PSB_FILING"]
    assert traces["As it went"]["base"] == ["2026-10-12"]
    assert {"SP", "MLPS_2", "PSB_FILING"} <= set(traces["Planned at the beginning"]["y"])
    plain = draw_timeline(open_with(engaged_on=None))
    assert plain is not None
    assert not {"As it went", "Planned at the beginning"} & {
        trace["name"] for trace in plain.to_plotly_json()["data"]
    }
