"""No percentage ever stands beside an undetermined required licence, in nothing that anybody is shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from licences.analysis.case import Case, make_case
from licences.analysis.portfolio import make_portfolio
from licences.assessment.holdings import DONE
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.reading.dictionary import LANGUAGES
from licences.render.html.portfolio import SECTIONS as PORTFOLIO_SECTIONS
from licences.render.html.portfolio import make_portfolio_section
from licences.words.promise import view_promise
from licences.words.texts import add_note, fill, mark_day, read_texts, say, say_marked
from poppler import ask_poppler
from shown import (
    READERS,
    Reader,
    read_calendar,
    read_explorer,
    read_figures,
    read_page,
    read_terminal,
    read_word,
    read_workbook,
)

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
PROMISED = {"sea-bridge", "cloud-harbour", "hello-hall", "nine-rivers-freight", "old-willow", "copper-purse",
            "pet-parlour"}  # fmt: skip
SHARE = "(50|80|90)%"
# The texts that say how sure a day is, and in which of the things that are shown each of them stands.
PHRASES: Mapping[str, set[Reader]] = {
    "page.chance": {read_page, read_word, read_workbook, read_explorer},
    "page.promise_lead": {read_page, read_word},
    "page.decided": {read_page, read_word, read_explorer},
    "page.plan_marks": {read_page, read_word},
    "page.sure_note": {read_page, read_word},
    "page.launch_draws": {read_page, read_word},
    "promise.recommended": {read_terminal},
    "promise.range": {read_page, read_word, read_workbook, read_terminal, read_explorer},
    "plan.launch": {read_terminal},
    "plan.percentiles": {read_terminal},
    "chart.percentiles": {read_figures},
    "workbook.chance": {read_workbook},
    "workbook.launch": {read_workbook},
    "calendar.chance": {read_calendar},
    "calendar.summary.finish": {read_calendar},
    "calendar.summary.launch": {read_calendar},
    "explorer.chance": {read_explorer},
    "explorer.strip_launch": {read_explorer},
}
# However they may be worded, spaces taken out: a share with the word for sure, or the three of them in a row.
ANYHOW = {
    "zh": [rf"{SHARE}的?把握", "50%?[/、·]80%?[/、·]90%?"],
    "en": [rf"{SHARE}sure", "50%?[/,·]80%?([/,·]|and)90(%|percent)"],
}
RECOMMENDED = ("page.promise_lead", "promise.recommended", "workbook.launch", "calendar.summary.launch")


Make = Callable[[str, str], Case]


@pytest.fixture(scope="module")
def make(catalogue: Catalogue, sample_clients: pd.DataFrame) -> Make:
    """The case of a sample client in a language, made once."""

    @cache
    def make_once(client: str, language: str) -> Case:
        profile = sample_clients[sample_clients["client"] == client].reset_index(drop=True)
        return make_case(catalogue, profile, AS_OF, PlanOptions(START), language)

    return make_once


def find_template(language: str, key: str, *, operating: bool) -> str:
    """A text as it is written, for who trades where it has one of its own."""
    texts: Any = read_texts(language)
    for start in (texts["operating"], texts) if operating else (texts,):
        found = start
        for part in key.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        if found is not None:
            return str(found)
    raise KeyError(key)


def make_pattern(language: str, key: str) -> re.Pattern[str]:
    """A text with any share and any day in it, whoever reads it, as it stands where spaces are taken out."""
    kinds = {"share": r"\d+%", "low": "50%", "high": "90%", "chance": ".{0,8}80%.{0,8}"}
    ways = []
    for operating in (False, True):
        told = find_template(language, key, operating=operating)
        parts = re.split(r"\{(\w+)\}", squeeze(told))
        whole = [
            kinds.get(part, ".{0,60}?") if at % 2 else re.escape(part)
            for at, part in enumerate(parts)
            if part
        ]
        ways.append("".join(whole))
    return re.compile("|".join(dict.fromkeys(ways)))


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


def find_chances(text: str, language: str) -> list[str]:
    """What of a text says how sure a day is."""
    patterns = [make_pattern(language, key) for key in PHRASES]
    patterns += map(re.compile, ANYHOW[language])
    squeezed = squeeze(re.sub(r"<[^>]+>", " ", text))
    return [found[0] for pattern in patterns for found in pattern.finditer(squeezed)]


def list_unsettled(case: Case) -> list[str]:
    """What could still be required, by the findings alone."""
    return [
        code
        for code, one in case.findings.items()
        if one.verdict == "undetermined"
        and one.status not in DONE
        and case.law.entries[code].row["obligation"] == "required"
    ]


def test_who_is_promised_dates_is_whom_nothing_can_take_by_surprise(
    make: Make, sample_clients: pd.DataFrame
) -> None:
    promised = set()
    for client in sample_clients["client"]:
        case = make(client, "en")
        is_certain = (
            not list_unsettled(case)
            and not case.find_codes("forbidden")
            and all(
                step.finish and not step.missing_facts for step in case.steps if step.verdict == "required"
            )
        )
        assert (case.forecast.promise.kind == "dates") is is_certain
        assert (case.launch is not None) is is_certain
        promised |= {client} if is_certain else set()
    assert promised == PROMISED


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("read", READERS)
def test_no_percentage_stands_in_anything_of_a_client_who_gets_no_promise(
    make: Make, sample_clients: pd.DataFrame, read: Reader, language: str
) -> None:
    without = [client for client in sample_clients["client"] if client not in PROMISED]
    assert len(without) > 15
    assert any(list_unsettled(make(client, language)) for client in without)
    for client in without:
        assert find_chances(read(make(client, language)), language) == [], client


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("read", READERS)
def test_each_percentage_phrase_stands_where_dates_are_promised(
    make: Make, read: Reader, language: str
) -> None:
    """Else the test above would look for what nobody writes."""
    for client in ("hello-hall", "old-willow"):
        case = make(client, language)
        squeezed = squeeze(re.sub(r"<[^>]+>", " ", read(case)))
        for key in (key for key, readers in PHRASES.items() if read in readers):
            assert make_pattern(language, key).search(squeezed), (client, key)
        assert any(re.search(pattern, squeezed) for pattern in ANYHOW[language])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("client", sorted(PROMISED))
def test_one_day_is_recommended_and_once(make: Make, client: str, language: str) -> None:
    case = make(client, language)
    promise = view_promise(case.forecast)
    assert promise["recommended"]
    share, day = promise["recommended"]
    assert (share, day) == ("80%", case.launch[1] if case.launch else None)
    told = {
        read: squeeze(re.sub(r"<[^>]+>", " ", read(case))) for read in READERS if read is not read_figures
    }
    told[read_calendar] = re.sub("BEGIN:VALARM.*?END:VALARM", "", told[read_calendar])  # it repeats its entry
    page = read_texts(language)["page"]
    beside = squeeze(f"{say_marked(day, language)}{page['chance'].format(share=share)}")
    lead = squeeze(page["promise_lead"])
    whole = squeeze(
        fill(find_template(language, "promise.recommended", operating=False), day=mark_day(day), share=share)
    )
    chance = page["chance"].format(share=share)
    operating = bool(case.is_operating)
    sheet = squeeze(find_template(language, "workbook.launch", operating=operating).format(chance=chance))
    entry = squeeze(
        find_template(language, "calendar.summary.launch", operating=operating).format(share=share)
    )
    assert told[read_page].count(lead) == told[read_page].count(f"{lead}{beside}") == 1
    labelled = squeeze(say(language, "word.label", label=page["promise_lead"]))
    large = add_note(f"{labelled}{say_marked(day, language)}", chance, language)
    assert told[read_word].count(squeeze(large)) == 1
    assert told[read_word].count(lead) == told[read_terminal].count(whole) == 1
    assert told[read_workbook].count(f"{sheet}{day}") == told[read_workbook].count(sheet) == 1
    assert told[read_explorer].count(beside) == 1
    events = [event for event in told[read_calendar].split("BEGIN:VEVENT") if f"SUMMARY:{entry}" in event]
    assert len(events) == 1
    assert f"DTSTART;VALUE=DATE:{day:%Y%m%d}" in events[0]
    for read, text in told.items():  # and no other day anywhere
        for key in RECOMMENDED:
            found = list(make_pattern(language, key).finditer(text))
            assert len(found) <= 1, (read, key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_portfolio_has_no_percentage_and_says_not_before_where_nothing_is_promised(
    make: Make, catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    portfolio = make_portfolio(catalogue, sample_clients, AS_OF, START, language)
    html = unescape("".join(make_portfolio_section(portfolio, name).html for name in PORTFOLIO_SECTIONS))
    assert find_chances(html, language) == []
    rows = unescape(make_portfolio_section(portfolio, "clients").html)
    words = read_texts(language)["portfolio"]["not_before"]
    shown = 0
    for row in re.findall(r"<tr>.*?</tr>", rows, re.DOTALL):
        for client in sample_clients["client"]:
            if f">{client}<" in row:
                case = make(client, language)
                day = mark_day(case.plan.launch)
                assert day in row
                assert (fill(words, day=day) in row) is (client not in PROMISED), client
                shown += 1
    assert shown > 5


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory, browser_path: str) -> Path:
    """Page and PDF of one client with a promise and of one without, as the command writes them."""
    folder = tmp_path_factory.mktemp("promise")
    asked = [word for client in ("hello-hall", "wander-work") for word in ("--client", client)]
    command = [sys.executable, "-m", "licences", "report", *asked, "--as-of", str(AS_OF), "--start", str(START),
               "--lang", "en", "--format", "html,pdf", "--out", "out"]  # fmt: skip
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=240,
        env=os.environ | {"LICENCES_BROWSER": browser_path},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / "out"


@pytest.mark.browser
def test_what_is_printed_says_no_more(reports: Path) -> None:
    texts: dict[str, Iterable[str]] = {}
    for client in ("hello-hall", "wander-work"):
        folder = reports / client
        page = (folder / "report.html").read_text(encoding="utf-8")
        shown = re.sub(r"<(style|script)\b(?! type=.application/json).*?</\1>", " ", page, flags=re.DOTALL)
        texts[client] = (unescape(shown), ask_poppler("pdftotext", "-raw", str(folder / "report.pdf"), "-"))
    for text in texts["wander-work"]:
        assert "Notbefore25May2027*" in squeeze(text)
        assert find_chances(text, "en") == []
    for text in texts["hello-hall"]:
        assert "Datetogivetoothers19April2027*80%sure" in squeeze(re.sub(r"<[^>]+>", " ", text))
        assert len(find_chances(text, "en")) > 5
