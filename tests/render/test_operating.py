"""Every document of a business that trades leads with what is missing today, and speaks of no launch."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd
import pytest

from licences.analysis.case import Case, make_case
from licences.analysis.portfolio import make_portfolio
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.render.html.portfolio import say_launch
from licences.render.html.sections import make_section
from licences.words.missing import SHOWN
from licences.words.texts import say, write_day
from shown import READERS, Reader, read_explorer, read_page, read_terminal, read_word, read_workbook

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
# Words of our own about a launch; the law has its own about functions that are launched and areas that open.
LAUNCH = re.compile(
    r"开业|the launch|launch is|delaying the launch|opening date|can it open|open by|ready to open|:Launch\b",
    re.IGNORECASE,
)


def make(catalogue: Catalogue, clients: pd.DataFrame, trades: bool | None, language: str) -> Case:
    profile = clients[clients["client"] == "old-willow"].reset_index(drop=True)
    profile["operating"] = pd.array([trades], dtype="boolean")
    return make_case(catalogue, profile, AS_OF, PlanOptions(START), language)


LEADING = (read_page, read_word, read_workbook, read_terminal, read_explorer)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("read", READERS)
def test_what_is_written_for_who_trades_speaks_of_no_launch(
    catalogue: Catalogue, sample_clients: pd.DataFrame, read: Reader, language: str
) -> None:
    assert not LAUNCH.findall(read(make(catalogue, sample_clients, True, language)))
    for trades in (False, None):
        assert LAUNCH.search(read(make(catalogue, sample_clients, trades, language)))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("read", LEADING)
def test_what_is_missing_today_comes_before_when_all_is_complete(
    catalogue: Catalogue, sample_clients: pd.DataFrame, read: Reader, language: str
) -> None:
    case = make(catalogue, sample_clients, True, language)
    text, title = read(case), say(language, "page.today.title")
    name = case.short if read in {read_page, read_word} else case.name_code
    places = [text.index(name(one.code), text.index(title)) for one in case.forecast.missing[:SHOWN]]
    assert places == sorted(places)
    days = (case.launch[0].isoformat(), write_day(case.launch[0], language))
    assert min(text.index(day) for day in days if day in text) > places[0]
    for trades in (False, None):
        assert title not in read(make(catalogue, sample_clients, trades, language))


def test_a_first_page_shows_some_and_leads_to_all(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    case = make(catalogue, sample_clients, True, "en")
    found = len(case.forecast.missing)
    assert found > SHOWN
    first, cards = make_section(case, "letter").html, make_section(case, "licences").html
    assert first.count('<span class="by">') == SHOWN
    assert f'<a href="#goals">{found - SHOWN} more, less urgent' in first
    assert cards.count('<article id="') == found


def test_each_entry_says_what_it_threatens_and_by_when_it_can_be_had(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    text = read_terminal(make(catalogue, sample_clients, True, "en"))
    line = next(line for line in text.splitlines() if "Reporting of the personal-information" in line)
    assert line.strip().startswith("1. ")
    assert re.search(
        r": A fine of up to 50,000,000 CNY, may be closed down; can be had by \d+ \w+ 20\d\d", line
    )


def test_who_trades_and_misses_nothing_is_told_so(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    case = make(catalogue, sample_clients, True, "en")
    holds = ";".join(case.law.entries)
    profile = sample_clients[sample_clients["client"] == "old-willow"].assign(holds=[tuple(holds.split(";"))])
    case = make_case(catalogue, profile, AS_OF, PlanOptions(START), "en")
    assert case.forecast.missing == ()
    for read in LEADING:
        assert "Nothing that is required is missing today." in read(case)


def test_the_column_of_a_portfolio_suits_the_clients_in_it(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    def say_column(*trading: bool | None) -> str:
        chosen = sample_clients.head(len(trading)).assign(operating=pd.array(trading, dtype="boolean"))
        return say_launch(make_portfolio(catalogue, chosen, AS_OF, START, "en"))

    assert say_column(True, True) == "Complete by, likely"
    assert say_column(False, None) == "Launch, likely"
    assert say_column(True, None) == "Launch or completion, likely"
