"""What the client's page says, and that nothing that a client typed becomes part of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape

import pandas as pd
import pytest

from licences.analysis.case import Case, make_case
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.render.html.sections import SECTIONS, make_section
from licences.words.plans import say_conflicts
from licences.words.promise import view_promise
from licences.words.texts import fill, mark_day, read_texts, write_day

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
NASTY = "<script>alert(1)</script>&\"'{{ 7*7 }}"


def show(case: Case, name: str) -> str:
    """A section, its days with plain blanks."""
    return make_section(case, name).html.replace("\N{NO-BREAK SPACE}", " ")


def choose(sample_clients: pd.DataFrame, client: str) -> pd.DataFrame:
    return sample_clients[sample_clients["client"] == client].copy()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "client", ["quiet-client", "old-willow", "drug-arcade", "paper-plane-post", "copper-purse"]
)
def test_every_section_can_be_made_of_every_kind_of_client(
    catalogue: Catalogue, sample_clients: pd.DataFrame, client: str, language: str
) -> None:
    case = make_case(catalogue, choose(sample_clients, client), AS_OF, PlanOptions(START), language)
    for name in SECTIONS:
        html = make_section(case, name)._repr_html_()
        sections = 0 if name == "quotation" else 1  # nothing is quoted
        assert html.count("<section") == html.count("</section>") == sections
        assert not re.search(r"[>( ](None|nan|NaT|<NA>)[<)]", html)


def test_html_in_a_clients_name_is_text(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    profile = choose(sample_clients, "corner-shop")
    profile["name"] = NASTY
    case = make_case(catalogue, profile, AS_OF, PlanOptions(START), "zh")
    html = "".join(show(case, name) for name in SECTIONS)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "49" not in show(case, "letter").split("</h1>")[0]


def test_the_official_chinese_name_stands_beside_the_english_one(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make_case(catalogue, choose(sample_clients, "grand-bazaar"), AS_OF, PlanOptions(START), "en")
    cards = show(case, "licences") + show(case, "details")
    for code in case.find_codes("required", "recommended", "optional"):
        assert cards.count(f'<span lang="zh">{case.rows.at[code, "name_zh"]}</span>') == 1


def test_an_estimate_is_called_an_estimate(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    case = make_case(catalogue, choose(sample_clients, "grand-bazaar"), AS_OF, PlanOptions(START), "en")
    guessed = [step for step in case.steps if step.basis == "estimate" and step.finish]
    assert guessed
    assert show(case, "steps").count('class="estimate"') == len(guessed)


def test_a_note_of_the_catalogue_reaches_the_report(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make_case(catalogue, choose(sample_clients, "copper-purse"), AS_OF, PlanOptions(START), "zh")
    assert "PAYMENT" in case.find_codes("required")
    assert str(case.rows.at["PAYMENT", "note_zh"]) in show(case, "licences")


def test_where_applying_would_be_the_wrong_step_the_first_page_says_what_to_do_instead(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make_case(catalogue, choose(sample_clients, "copper-purse"), AS_OF, PlanOptions(START), "zh")
    advice = str(case.rows.at["PAYMENT", "advice_zh"])
    assert advice.startswith("不要申请")
    for name in ("letter", "licences"):
        assert advice.rstrip("。") in show(case, name)


def test_a_profile_that_contradicts_itself_is_told_so_at_the_top(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    profile = choose(sample_clients, "corner-shop")
    profile["sells_own_goods"] = pd.array([False], dtype="boolean")
    case = make_case(catalogue, profile, AS_OF, PlanOptions(START), "en")
    summary = show(case, "letter")
    assert 'role="alert"' in summary
    assert summary.index('role="alert"') < summary.index("<table")


def test_what_is_held_but_no_longer_law_is_named(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    profile = choose(sample_clients, "corner-shop")
    profile["holds"] = [("BUSINESS_LICENCE", "OHSAS_18001@2020-01-01")]
    case = make_case(catalogue, profile, AS_OF, PlanOptions(START), "en")
    assert "OHSAS 18001" in show(case, "rest")


def test_a_change_of_law_within_the_year_is_announced(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make_case(catalogue, choose(sample_clients, "grand-bazaar"), AS_OF, PlanOptions(START), "en")
    assert "From 1 January 2027:" in show(case, "rest")
    later = make_case(
        catalogue,
        choose(sample_clients, "grand-bazaar"),
        date(2027, 1, 1),
        PlanOptions(date(2027, 1, 4)),
        "en",
    )
    assert "From 1 January 2027:" not in show(later, "rest")


def test_the_page_says_how_old_its_sources_are(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    client = choose(sample_clients, "corner-shop")
    for as_of, age in (
        (date(2026, 11, 23), "after the day of the law"),
        (date(2026, 11, 29), "the day of the law"),
        (date(2026, 12, 4), "5 days before the day of the law"),
    ):
        fresh = make_case(catalogue, client, as_of, PlanOptions(START), "en")
        assert f"checked on 29 November 2026, {age}." in show(fresh, "letter")
    stale = make_case(
        catalogue,
        choose(sample_clients, "corner-shop"),
        date(2028, 1, 3),
        PlanOptions(date(2028, 1, 4)),
        "en",
    )
    assert "400 days before the day of the law. <strong>That is more than a year" in show(stale, "letter")


def read_text(case: Case, name: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", show(case, name))))


def test_the_first_page_answers_when_it_can_open_and_what_decides(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make_case(catalogue, choose(sample_clients, "sea-bridge"), AS_OF, PlanOptions(START), "en")
    said = read_text(case, "letter")
    assert case.launch
    low, recommended, high = (write_day(day, "en") for day in case.launch)
    opening = f"When can it open? Date to give to others {recommended}* 80% sure From {low}* (50%) to {high}* (90%)."
    assert opening in said
    assert f"All of them can be there by {recommended}* (80% sure)." in said
    assert case.forecast.decided_by
    assert f"the last to arrive is {case.short(case.forecast.decided_by)}" in said
    assert "partly estimates" in said
    assert "have not been announced" in said


def test_a_date_that_leaves_out_a_required_licence_says_so(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make_case(catalogue, choose(sample_clients, "paper-plane-post"), AS_OF, PlanOptions(START), "en")
    said = read_text(case, "letter")
    assert "as things stand these cannot be obtained: Express licence." in said
    assert case.forecast.left_out == ("EXPRESS",)
    for client in ("jam-jar", "sea-bridge"):
        whole = make_case(catalogue, choose(sample_clients, client), AS_OF, PlanOptions(START), "en")
        named = [whole.short(code) for code in whole.forecast.left_out]
        said = read_text(whole, "letter")
        assert bool(named) is (client == "jam-jar")
        assert ("no source tells how long these take: " + ", ".join(named) + "." in said) is bool(named)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("client", ["wander-work", "paper-plane-post", "state-screen", "green-acre"])
def test_who_gets_no_promise_reads_the_reasons_in_its_place_and_no_percentile(
    catalogue: Catalogue, sample_clients: pd.DataFrame, client: str, language: str
) -> None:
    case = make_case(catalogue, choose(sample_clients, client), AS_OF, PlanOptions(START), language)
    promise, texts = view_promise(case.forecast), read_texts(language)["page"]
    assert promise["kind"] == "not_before"
    summary, steps = show(case, "letter"), show(case, "steps")
    opening = unescape(summary.partition('<div class="opening">')[2].partition("</div>")[0])
    limit = fill(texts["promise_from"], day=mark_day(promise["not_before"]))
    told = [limit, texts["promise_why"], *promise["reasons"], *filter(None, [promise["settle"]])]
    places = [opening.index(text) for text in told]
    assert places == sorted(places)
    assert "%" not in opening
    assert promise["sentence"] in unescape(show(case, "launch"))
    for text in (texts["sure"], texts["sure_note"], texts["plan_marks"]):
        assert text not in steps + show(case, "plan")
    promised = make_case(catalogue, choose(sample_clients, "hello-hall"), AS_OF, PlanOptions(START), language)
    shown = show(promised, "steps") + show(promised, "plan")
    assert all(text in shown for text in (texts["sure"], texts["sure_note"], texts["plan_marks"]))


def test_a_step_says_when_it_is_prepared_submitted_and_done(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    for prepares in (True, False):
        options = PlanOptions(START, prepares=prepares)
        case = make_case(catalogue, choose(sample_clients, "sea-bridge"), AS_OF, options, "en")
        said = read_text(case, "steps")
        for step in case.plan.dated:
            days = map(mark_day, (step.start, step.submit_on, step.finish))
            assert "{} {} {}".format(*days) in said
        complete = "All papers are taken to be complete at the start"
        assert (complete in read_text(case, "plan")) is not prepares
        assert any(step.submit_on != step.start for step in case.plan.dated) is prepares
        capacity = "No more than 2 applications are in preparation at a time"
        assert capacity not in read_text(case, "plan")
        few = make_case(
            catalogue, choose(sample_clients, "sea-bridge"), AS_OF, replace(options, capacity=2), "en"
        )
        assert (capacity in read_text(few, "plan")) is prepares  # else it limits nothing
        waits = "waits for staff, who prepare "
        assert (waits in read_text(few, "steps")) is prepares


def test_where_nothing_can_be_dated_no_date_is_promised(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    profile = choose(sample_clients, "corner-shop")
    profile["holds"] = pd.Series([tuple(sorted(set(catalogue.rows["code"])))], index=profile.index)
    case = make_case(catalogue, profile, AS_OF, PlanOptions(START), "en")
    assert "When can it open" not in read_text(case, "letter")
    assert "Nothing that is required is left to obtain" in read_text(case, "launch")


def test_a_renewal_whose_last_day_has_passed_is_called_out(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = make_case(catalogue, choose(sample_clients, "old-willow"), AS_OF, PlanOptions(START), "en")
    # EDI expires on 2027-01-10; 90 days before is 2026-10-12, six weeks before the page's day
    assert re.search(r"EDI licence 2026-10-12 overdue by 42 days 2027-01-10", read_text(case, "letter"))
    assert read_text(case, "renewals").count("the last day has passed") == 3  # two have expired


def test_a_fee_that_is_not_known_is_named_and_counted(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    plan_options = PlanOptions(START, ("recommended", "optional"))
    case = make_case(catalogue, choose(sample_clients, "seven-month-lab"), AS_OF, plan_options, "en")
    said = read_text(case, "costs")
    assert "4,720 + 5 not known" in said
    unknown = {code for cost in case.forecast.costs for code in cost.unknown_fees}
    assert len(unknown) > 1
    assert all(case.short(code) in said for code in unknown)


def test_a_total_says_what_it_leaves_out_and_the_firms_fees_stand_beside_it(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    plan_options = PlanOptions(START, ("recommended", "optional"))
    profile = choose(sample_clients, "seven-month-lab")
    case = make_case(catalogue, profile, AS_OF, plan_options, "en")
    said, total = read_text(case, "costs"), case.forecast.costs_total
    sentence = said[said.index("Market prices (agents") :]
    assert "Official fees, one-off: CNY 4,720 known; not known for: " in said
    assert "CNY 4,000–50,000 (secondary source) known; not known for: " in sentence
    assert all(case.short(code) in sentence for code in total.unknown_market)
    assert "Our fee" not in said
    ours = pd.DataFrame([{"code": "TRADEMARK", "fee_cny": 2500.0, "remark": None}])
    quoted = make_case(replace(catalogue, our_fees=ours), profile, AS_OF, plan_options, "en")
    assert "Our fees: CNY 2,500; not quoted: " in read_text(quoted, "costs")
    assert "Our fee (CNY)" in read_text(quoted, "costs")


def test_the_first_section_says_what_is_at_stake(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    case = make_case(catalogue, choose(sample_clients, "seven-month-lab"), AS_OF, PlanOptions(START), "en")
    assert case.forecast.risk.highest
    name = case.short(case.forecast.risk.highest.code)
    said = read_text(case, "letter")
    assert f"for {name} alone (fines are not added up); closing possible for " in said


def test_what_the_common_overview_has_wrong_is_no_matter_of_the_clients(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    plan_options = PlanOptions(START, ("recommended", "optional"))
    case = make_case(catalogue, choose(sample_clients, "grand-bazaar"), AS_OF, plan_options, "en")
    said = say_conflicts(case.plan)
    assert any(
        "the overview puts it in phase 'foundation'; it belongs in phase 'maturity'" in one for one in said
    )
    assert "they can begin at once" in said[-1]
    assert not any(one in read_text(case, name) for name in SECTIONS for one in said)


def test_what_time_alone_lifts_and_what_is_not_told_stand_beside_the_step(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    plan_options = PlanOptions(START, ("recommended", "optional"))
    said = read_text(
        make_case(catalogue, choose(sample_clients, "seven-month-lab"), AS_OF, plan_options, "en"), "steps"
    )
    assert "only time has to pass: met from 23 April 2027 at the latest" in said
    open_case = make_case(catalogue, choose(sample_clients, "wander-work"), AS_OF, PlanOptions(START), "en")
    assert "whether it can be obtained depends on: " in read_text(open_case, "steps")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_few_businesses_have_is_folded_below_the_questions(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    case = make_case(catalogue, choose(sample_clients, "quiet-client"), AS_OF, PlanOptions(START), language)
    html = unescape(show(case, "missing"))
    before, _, rest = html.partition('<details class="rare">')
    folded = rest.partition("</details>")[0]
    labels = {name: case.catalogue.fields[name].label[language] for name in case.questions["field"]}
    assert len(case.rare) > 20
    assert all(f'<th scope="row">{labels[name]}<' in folded for name in case.rare)
    assert all(f'<th scope="row">{labels[name]}<' in before for name in labels.keys() - set(case.rare))
    assert folded.count('<th scope="row">') == len(case.rare)
    assert str(len(case.settled_by_none)) in folded.partition("<table>")[0]
    busy = make_case(catalogue, choose(sample_clients, "grand-bazaar"), AS_OF, PlanOptions(START), language)
    assert 'class="rare"' not in show(busy, "missing")
