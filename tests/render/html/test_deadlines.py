"""The first page: what is held and runs out, overdue first and in red, by the renewal's own last day."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licences.analysis.case import Case, make_case
from licences.law.catalogue import Catalogue
from licences.law.renewal_window import find_renewal_window
from licences.law.working_days import find_usual_start
from licences.planning.deadlines import NEAR_DAYS
from licences.planning.forecast import PlanOptions
from licences.render.html.explorer import make_answer
from licences.render.html.sections import make_section

CODES = ("EDI", "ICP", "FOOD_OPERATION", "DOMAIN", "DRUG_RETAIL", "TV_PRODUCTION", "ISO_9001", "MLPS_3", "TRADEMARK",
         "DATA_EXPORT_ASSESSMENT", "EXPRESS", "PREPAID_CARD", "TAX_PLATFORM_REPORT", "BUSINESS_LICENCE")  # fmt: skip
CLIENTS = ("corner-shop", "quiet-client", "grand-bazaar", "drug-arcade")
HOLDINGS = st.dictionaries(st.sampled_from(CODES), st.none() | st.integers(-500, 900), min_size=1, max_size=6)


def make(
    catalogue: Catalogue,
    clients: pd.DataFrame,
    client: str,
    holds: tuple[str, ...],
    as_of: date,
    language: str = "en",
) -> Case:
    profile = clients[clients["client"] == client].copy()
    profile["holds"] = pd.Series([holds], index=profile.index, dtype=object)
    return make_case(catalogue, profile, as_of, PlanOptions(find_usual_start(as_of, as_of)), language)


def read_deadlines(html: str) -> list[tuple[str, str, date]]:
    """Code, kind and last day of each deadline, as the page shows them."""
    found = re.findall(r'<b data-code="(\w+)" data-kind="(\w+)">(\d{4}-\d{2}-\d{2})</b>', html)
    return [(code, kind, date.fromisoformat(day)) for code, kind, day in found]


@settings(max_examples=25)
@given(
    holdings=HOLDINGS,
    client=st.sampled_from(CLIENTS),
    as_of=st.dates(date(2026, 1, 5), date(2028, 12, 20)),
    language=st.sampled_from(("zh", "en")),
)
def test_every_deadline_on_page_one_is_the_last_day_of_the_plans_renewal(
    catalogue: Catalogue,
    sample_clients: pd.DataFrame,
    holdings: dict[str, int | None],
    client: str,
    as_of: date,
    language: str,
) -> None:
    ends = {code: None if days is None else as_of + timedelta(days=days) for code, days in holdings.items()}
    holds = tuple(f"{code}@{day}" if day else code for code, day in ends.items())
    case = make(catalogue, sample_clients, client, holds, as_of, language)
    shown = read_deadlines(make_section(case, "letter").html)
    events = [event for event in case.forecast.renewals if not event.is_planned]
    renewals = {event.code: event.renew_by for event in events if event.is_renewal}
    duties = {(event.code, event.renew_by) for event in events if not event.is_renewal}
    for code, kind, day in shown:
        expires_on = ends.get(code)
        if kind == "duty":
            assert (code, day) in duties
        elif expires_on and expires_on < as_of:  # a renewal that the plan has no more
            window = find_renewal_window(case.law.entries[code].row, expires_on)
            assert window
            assert day == window.last_day
            assert code not in renewals
        else:
            assert day == renewals[code]
    assert [day for *_, day in shown] == sorted(day for *_, day in shown)
    told = {code for code, kind, _ in shown if kind == "renewal"}
    near = as_of + timedelta(days=NEAR_DAYS)
    statuses = case.plan.statuses
    assert told == {
        code
        for code, status in statuses.items()
        if ends.get(code) and (status in {"expiring", "expired"} or renewals.get(code, date.max) <= near)
    }
    assert {(code, day) for code, kind, day in shown if kind == "duty"} == {
        (code, day) for code, day in duties if day <= near
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_deadlines_lead_the_page_and_what_is_overdue_is_marked(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    holds = ("EDI@2026-12-14", "FOOD_OPERATION@2026-12-15", "DOMAIN@2026-12-02", "ISO_9001@2026-10-31")
    case = make(catalogue, sample_clients, "quiet-client", holds, date(2026, 11, 23), language)
    html = make_section(case, "letter").html
    assert html.index('class="answer"') < html.index('class="deadlines"') < html.index('class="opening"')
    names = [case.short(code) for code in ("EDI", "ISO_9001")]
    assert all(name in html.split('class="answer">')[1].split("</p>")[0] for name in names)
    rows = re.findall(r"<tr( class=\"overdue\")?>(.*?)</tr>", html.split('class="opening"')[0], re.DOTALL)[1:]
    codes = [re.findall(r'data-code="(\w+)"', row)[0] for _, row in rows]
    assert codes == ["EDI", "ISO_9001", "FOOD_OPERATION", "DOMAIN"]
    assert [bool(mark) for mark, _ in rows] == [True, True, False, False]
    words = {"zh": ("最迟申请日", "已逾期69天", "已逾期23天", "剩余1天", "剩余9天", "是否仍需要尚不能判断"),
             "en": ("Last day to apply", "overdue by 69 days", "overdue by 23 days", "1 day left", "9 days left",
                    "whether it is still needed cannot be told yet")}  # fmt: skip
    assert all(word in html for word in words[language])
    assert read_deadlines(make_answer(case)) == read_deadlines(html)


def test_where_nothing_is_near_the_page_says_nothing_of_it(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make(
        catalogue, sample_clients, "corner-shop", ("BUSINESS_LICENCE", "EDI@2030-01-01"), date(2026, 11, 23)
    )
    assert 'class="deadlines"' not in make_section(case, "letter").html
    assert 'class="deadlines"' not in make_answer(case)
