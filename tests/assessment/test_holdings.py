"""Holdings that follow from others: what is taken as held, what is not, and what every view makes of it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

import licences as lc
from licences.analysis.case import Case, make_case
from licences.analysis.impact import find_moves
from licences.analysis.portfolio import make_portfolio
from licences.analysis.record import make_record
from licences.assessment.holdings import ImpliedHolders, find_implied, list_implied
from licences.assessment.questions import rank_questions
from licences.assessment.remedies import find_remedies
from licences.assessment.verdicts import VERDICTS, find_verdicts, judge
from licences.cli.main import main
from licences.errors import ProblemsError
from licences.law.catalogue import Catalogue
from licences.law.diff import compare_laws
from licences.law.durations import Duration
from licences.law.in_force import LawInForce, Licence, find_law_in_force
from licences.planning.forecast import PlanOptions
from licences.planning.schedule import Plan, make_plan
from licences.render.brand import Brand
from licences.render.excel.workbook import make_workbook
from licences.render.html.decide import make_decisions
from licences.render.html.explorer import list_licences
from licences.render.html.sections import make_section
from licences.render.word.context import describe_words
from licences.rules.expressions import Always
from licences.rules.facts import Fields, list_cells, make_profiles
from licences.rules.logic import Facts, Rule, read_rule
from licences.words.cases import view_case
from licences.words.since_last import tell_changes

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
YESTERDAY = date(2026, 11, 22)
ALWAYS = Rule("True", Always(True), Fields(()))
EDI_SHOP = {
    "has_website": "yes", "has_app": "no", "has_mini_program": "no",
    "hosts_third_party_sellers": "yes", "completes_transactions_online": "yes",
}  # fmt: skip


def make_law(catalogue: Catalogue, **requires: str) -> LawInForce:
    """A law of a licence a name, each with what it requires, written as in the catalogue; each takes ten days."""
    days = Duration(10, 10, 10, "working", "estimate", "estimate")
    entries = {}
    for code, text in requires.items():
        groups = tuple(tuple(group.split("|")) for group in text.split(";") if group)
        row = {"code": code, "renewal_lead_days": pd.NA, "renewal_days_unit": pd.NA}
        entries[code] = Licence(code, code, 1, None, groups, days, ALWAYS, None, row)
    return LawInForce(catalogue, AS_OF, "en", entries)


def imply(
    law: LawInForce, holds: Iterable[str], denied: Iterable[str] = (), **verdicts: str
) -> dict[str, tuple[str, ...]]:
    """What follows from holding codes without an expiry; what is not said otherwise is required."""
    told = dict.fromkeys(law.entries, "required") | verdicts
    return find_implied(law, told, dict.fromkeys(holds), set(denied))


def tell(catalogue: Catalogue, **cells: str) -> pd.DataFrame:
    return make_profiles([{"client": "c", "name": "C", **cells}], catalogue.fields, catalogue.codes, "test")


def open_shop(catalogue: Catalogue, language: str = "en", **cells: str) -> Case:
    told = tell(catalogue, **EDI_SHOP | cells)
    return make_case(catalogue, told, AS_OF, PlanOptions(START), language)


def find_statuses(case: Case) -> dict[str, str]:
    return {code: finding.status for code, finding in case.findings.items() if finding.status != "not_held"}


# ---- The rule, by small examples ----


def test_what_is_held_implies_what_it_required_and_that_in_turn(catalogue: Catalogue) -> None:
    law = make_law(catalogue, A="", B="A", C="B", D="C;A")
    assert imply(law, ["C"]) == {"A": ("C",), "B": ("C",)}
    assert imply(law, ["D", "B"]) == {"A": ("D", "B"), "C": ("D",)}
    assert imply(law, ["A"]) == imply(law, []) == {}


def test_of_alternatives_none_is_implied_where_one_is_held_or_more_than_one_could_be(
    catalogue: Catalogue,
) -> None:
    law = make_law(catalogue, A="", B="", C="A|B")
    assert imply(law, ["C"]) == {}
    assert imply(law, ["C", "A"]) == {}
    assert imply(law, ["C"], A="not_needed") == {"B": ("C",)}
    assert imply(law, ["C"], A="forbidden") == {"B": ("C",)}
    assert imply(law, ["C"], A="undetermined") == {}
    assert imply(law, ["C"], A="undetermined", B="undetermined") == {}
    assert imply(law, ["C", "A"], A="not_needed") == {}


def test_what_does_not_apply_to_a_client_or_may_not_is_not_implied(catalogue: Catalogue) -> None:
    law = make_law(catalogue, A="", B="A", C="B")
    assert imply(law, ["C"], A="not_needed") == {"B": ("C",)}
    assert imply(law, ["C"], A="undetermined") == {"B": ("C",)}
    assert imply(law, ["C"], B="not_needed") == {}
    assert imply(law, ["C"], A="optional", B="recommended") == {"A": ("C",), "B": ("C",)}
    assert imply(law, ["C"], C="not_needed") == {"A": ("C",), "B": ("C",)}


def test_only_what_is_valid_on_the_day_implies_and_what_has_expired_stays_so(catalogue: Catalogue) -> None:
    law = make_law(catalogue, A="", B="A", C="B", D="", E="A|D")
    required = dict.fromkeys(law.entries, "required")
    assert find_implied(law, required, {"C": AS_OF}) == {"A": ("C",), "B": ("C",)}
    assert find_implied(law, required, {"C": YESTERDAY}) == {}
    assert find_implied(law, required, {"C": None, "B": YESTERDAY}) == {}
    assert find_implied(law, required, {"E": None, "A": YESTERDAY}) == {}  # it is known which it was
    assert find_implied(law, required, {"GONE": None}) == {}


def test_a_client_can_say_that_it_does_not_hold_one(catalogue: Catalogue) -> None:
    law = make_law(catalogue, A="", B="A", C="B", D="", E="A|D")
    assert imply(law, ["C"], denied=["A"]) == {"B": ("C",)}
    assert imply(law, ["C"], denied=["B"]) == {}
    assert imply(law, ["E"], denied=["A"]) == {"D": ("E",)}


def test_a_plan_has_no_step_for_what_is_implied_and_starts_what_waits_for_it_at_once(
    catalogue: Catalogue,
) -> None:
    law = make_law(catalogue, A="", B="A", C="A")
    required = dict.fromkeys(law.entries, "required")
    made = make_plan(law, "c", {}, {"B": None}, required, START)
    assert [(step.code, step.start, step.requires) for step in made.steps] == [("C", START, ())]
    assert made.statuses == {"B": "held", "A": "implied"}
    otherwise = make_plan(law, "c", {}, {"B": None}, required, START, denied={"A"})
    assert [(step.code, step.requires) for step in otherwise.steps] == [("A", ()), ("C", ("A",))]
    assert otherwise.launch > made.launch  # type: ignore[operator]


# ---- How it is told ----


@pytest.mark.parametrize(
    "written",
    ["not:BUSINESS_LICENCE", "Not: BUSINESS_LICENCE", "NOT：BUSINESS_LICENCE", "未持有：BUSINESS_LICENCE"],
)
def test_what_is_not_held_is_written_in_one_way_and_read_in_several(
    catalogue: Catalogue, written: str
) -> None:
    told = tell(catalogue, holds=f"EDI@2029-03-31;{written}")
    (row,) = told.to_dict("records")
    assert row["holds"] == ("EDI@2029-03-31", "not:BUSINESS_LICENCE")
    cells = list_cells({str(name): value for name, value in row.items()}, catalogue.fields)
    assert cells["holds"] == "EDI@2029-03-31;not:BUSINESS_LICENCE"
    assert not cells["holds"].startswith(("=", "+", "-", "@"))
    (one,) = judge(catalogue, told, AS_OF)
    assert one.held == {"EDI": date(2029, 3, 31)}
    assert one.denied == {"BUSINESS_LICENCE"}
    assert one.profile["held"] == "EDI"
    text = io.StringIO()
    csv.writer(text).writerow([cells["holds"]])
    assert next(csv.reader([text.getvalue()])) == [cells["holds"]]


@pytest.mark.parametrize(
    ("holds", "wrong", "right"),
    [
        ("not:NOPE", "no licence 'NOPE'", ""),
        ("not:EDII", "no licence 'EDII'", "EDI"),
        ("not:EDI@2029-03-31", "what is not held does not expire", "write it as not:EDI"),
        ("not:", "no licence ''", ""),
        ("EDI;not:EDI", "EDI is held and not held", "write it once"),
        ("EDI@2029-03-31;not:EDI", "EDI is held and not held", "write it once"),
    ],
)
def test_what_nobody_can_hold_or_deny_is_a_problem(
    catalogue: Catalogue, holds: str, wrong: str, right: str
) -> None:
    with pytest.raises(ProblemsError) as caught:
        tell(catalogue, holds=holds)
    (problem,) = caught.value.problems
    assert problem.column == "holds"
    assert wrong in problem.wrong
    assert right in problem.right


# ---- The catalogue, and every view ----


def test_who_holds_a_value_added_licence_is_taken_to_hold_all_that_it_required(catalogue: Catalogue) -> None:
    case = open_shop(catalogue, holds="EDI")
    assert find_statuses(case) == {"EDI": "held", "BUSINESS_LICENCE": "implied", "DOMAIN": "implied",
                                   "ICP_FILING": "implied"}  # fmt: skip
    assert {finding.implied_by for finding in case.findings.values()} == {(), ("EDI",)}
    assert case.findings["BUSINESS_LICENCE"].verdict == "required"
    steps = {step.code: step for step in case.steps}
    assert not steps.keys() & find_statuses(case).keys()
    assert steps["PSB_FILING"].requires == ()
    assert steps["PSB_FILING"].start == START
    assert set(case.plan.kept) == find_statuses(case).keys()
    assert {event.code for event in case.forecast.renewals if event.is_renewal} & set(case.plan.kept) == set()
    assert not {"BUSINESS_LICENCE", "DOMAIN"} & set(case.forecast.untold_expiries)
    assert case.profile["held"] == "EDI"  # rules see what is told


def test_with_a_website_and_an_app_it_is_not_known_which_of_two_filings_there_was(
    catalogue: Catalogue,
) -> None:
    statuses = find_statuses(open_shop(catalogue, holds="EDI", has_app="yes"))
    assert statuses == {"EDI": "held", "BUSINESS_LICENCE": "implied"}
    told = find_statuses(open_shop(catalogue, holds="EDI;APP_FILING", has_app="yes"))
    assert told == {"EDI": "held", "APP_FILING": "held", "BUSINESS_LICENCE": "implied"}


def test_an_expired_licence_implies_nothing_and_one_that_has_expired_is_not_called_implied(
    catalogue: Catalogue,
) -> None:
    assert find_statuses(open_shop(catalogue, holds="EDI@2026-11-22")) == {"EDI": "expired"}
    case = open_shop(catalogue, holds="EDI;BUSINESS_LICENCE@2026-11-22")
    statuses = find_statuses(case)
    assert statuses["BUSINESS_LICENCE"] == "expired"
    assert "BUSINESS_LICENCE" in {step.code for step in case.steps}
    assert statuses["ICP_FILING"] == "implied"


def test_said_otherwise_it_is_a_step_as_before(catalogue: Catalogue) -> None:
    case = open_shop(catalogue, holds="EDI;not:BUSINESS_LICENCE")
    assert "BUSINESS_LICENCE" not in find_statuses(case)
    assert "BUSINESS_LICENCE" in {step.code for step in case.steps}


def test_of_what_is_implied_there_is_no_blocker_no_question_and_no_way_to_obtain_it(
    catalogue: Catalogue,
) -> None:
    """CODE_95_OPERATOR required CALL_CENTRE, which this client could not obtain any more."""
    asks = {"sells_call_centre_services": "yes", "wants_95_number": "yes", "foreign_share_percent": "80",
            "in_foreign_pilot_area": "no", "registered_capital_cny": "10"}  # fmt: skip
    law = find_law_in_force(catalogue, AS_OF, "en")
    before, after = (open_shop(catalogue, holds=holds, **asks) for holds in ("", "CODE_95_OPERATOR"))
    assert before.findings["CALL_CENTRE"].failed_conditions
    finding = after.findings["CALL_CENTRE"]
    assert (finding.status, finding.implied_by) == ("implied", ("CODE_95_OPERATOR",))
    assert finding.failed_conditions == ()
    blocked = {one["code"] for one in view_case(after)["blocked"]}
    assert "CALL_CENTRE" not in blocked | {one["code"] for one in view_case(after)["to_obtain"]}
    shown = next(one for one in view_case(after)["required"] if one["code"] == "CALL_CENTRE")
    assert (shown["blockers"], shown["obtainable"], shown["advice"]) == ([], [], None)
    (one,) = judge(catalogue, tell(catalogue, **EDI_SHOP | asks, holds="CODE_95_OPERATOR"), AS_OF)
    assert find_remedies(law.entries["CALL_CENTRE"], one.profile, is_implied=True)["eligible"].is_held
    assert "CALL_CENTRE" in make_record(before)["blocked"]
    assert "CALL_CENTRE" not in make_record(after)["blocked"]
    open_asks = {name: told for name, told in asks.items() if name != "registered_capital_cny"}
    for holds, is_asked in (("", True), ("CODE_95_OPERATOR", False)):
        asked = rank_questions(catalogue, tell(catalogue, **EDI_SHOP | open_asks, holds=holds), AS_OF)
        conditions = {code for codes in asked["conditions"] for code in codes}
        assert ("CALL_CENTRE" in conditions) is is_asked


@pytest.mark.parametrize(("language", "said"), [("en", "implied by EDI licence"), ("zh", "由EDI证推定持有")])
def test_every_view_says_by_what_it_is_implied(
    catalogue: Catalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, said: str
) -> None:
    case = open_shop(catalogue, language, holds="EDI")
    (shown,) = [one for one in view_case(case)["required"] if one["code"] == "BUSINESS_LICENCE"]
    said = said if case.short("EDI") in said else said.replace("EDI licence", case.short("EDI"))
    assert shown["status_text"] == said
    table = make_decisions(case)
    assert table["rules"]["BUSINESS_LICENCE"]["status"] == said
    assert set(table["implied"]) == {"BUSINESS_LICENCE", "DOMAIN", "ICP_FILING"}
    for section in ("rest",):
        assert said in make_section(case, section).html
    assert said in list_licences(case)["status"].tolist()
    assert said in json.dumps(describe_words(case, Brand()), ensure_ascii=False, default=str)
    sheet = load_workbook(io.BytesIO(make_workbook(case))).worksheets[1:]
    assert said in {cell.value for one in sheet for row in one.iter_rows() for cell in row}
    clients = write_clients(tmp_path, c={**EDI_SHOP, "holds": "EDI"})
    assert main(["assess", "--clients", str(clients), "--as-of", "2026-11-23", "--lang", language]) == 0
    assert said in " ".join(capsys.readouterr().out.split())
    frame = lc.assess(lc.read_clients(clients), as_of="2026-11-23", language=language).frame
    labels = frame.set_index("code")["status_label"]
    assert labels["BUSINESS_LICENCE"] == said


def test_the_json_says_by_which_codes_and_null_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clients = write_clients(tmp_path, c={**EDI_SHOP, "holds": "EDI;FOOD_PLATFORM"})
    assert main(["assess", "--clients", str(clients), "--as-of", "2026-11-23", "--json"]) == 0
    told = {one["code"]: one for one in json.loads(capsys.readouterr().out)}
    assert told["BUSINESS_LICENCE"]["status"] == "implied"
    assert told["BUSINESS_LICENCE"]["implied_by"] == ["EDI", "FOOD_PLATFORM"]
    assert told["ICP_FILING"]["implied_by"] == ["EDI"]
    assert {one["implied_by"] for one in told.values() if one["status"] != "implied"} == {None}
    answer = lc.assess(lc.read_clients(clients), as_of="2026-11-23")
    assert answer["c", "ICP_FILING"].implied_by == ["EDI"]  # type: ignore[union-attr]
    assert answer["c", "EDI"].implied_by == []  # type: ignore[union-attr]
    assert main(["plan", "--clients", str(clients), "--as-of", "2026-11-23", "--json"]) == 0
    (plan,) = json.loads(capsys.readouterr().out)
    assert "BUSINESS_LICENCE" not in {step["code"] for step in plan["steps"]}


def test_check_says_what_is_taken_as_held_and_why_and_finds_no_fault_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = {
        "one": {**EDI_SHOP, "holds": "EDI"},
        "told": {**EDI_SHOP, "holds": "EDI;BUSINESS_LICENCE;DOMAIN;ICP_FILING"},
        "two": {**EDI_SHOP, "holds": "SP;TRADEMARK"},
        "none": EDI_SHOP,
    }
    clients = write_clients(tmp_path, **rows)
    asked = ["check", "--clients", str(clients), "--as-of", "2026-11-23"]
    assert main(asked) == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if "taken as held" in line]
    assert lines == [
        "one: taken as held, since EDI requires it: BUSINESS_LICENCE, DOMAIN, ICP_FILING",
        "two: taken as held, since SP, TRADEMARK require it: BUSINESS_LICENCE",
    ]
    assert main([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["implied"]
    assert told[-1] == {"client": "two", "code": "BUSINESS_LICENCE", "implied_by": ["SP", "TRADEMARK"]}
    assert len(told) == 4
    clients = write_clients(tmp_path, none=EDI_SHOP, told=rows["told"])
    assert main([*asked, "--json"]) == 0
    assert "implied" not in json.loads(capsys.readouterr().out)


def test_a_long_file_has_a_line_for_the_first_clients_and_says_how_many_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clients = write_clients(tmp_path, **{f"c{at}": {"holds": "TRADEMARK"} for at in range(52)})
    assert main(["check", "--clients", str(clients), "--as-of", "2026-11-23"]) == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if "taken as held" in line]
    assert len(lines) == 51
    assert lines[-1] == "2 more clients with something taken as held; --json lists all"


def write_clients(folder: Path, **rows: Mapping[str, str]) -> Path:
    path = folder / "clients.csv"
    names = dict.fromkeys(name for cells in rows.values() for name in cells)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["client", "name", "holds", *(names.keys() - {"holds"})], restval="")
        writer.writeheader()
        writer.writerows({"client": client, "name": client, **cells} for client, cells in rows.items())
    return path


def test_the_next_report_says_what_is_taken_as_held_now(catalogue: Catalogue) -> None:
    old, new = open_shop(catalogue, holds=""), open_shop(catalogue, holds="TRADEMARK")
    said = tell_changes(new, make_record(old), make_record(new))
    assert said is not None
    assert any(
        sentence.startswith("Now taken as held: Business licence")
        for _, sentences in said["parts"]
        for sentence in sentences
    )
    earlier = {
        name: told for name, told in make_record(new).items() if name != "implied"
    }  # of an older version
    assert tell_changes(new, earlier, make_record(new)) is not None


def test_clients_of_whom_one_says_otherwise_are_not_planned_alike(catalogue: Catalogue) -> None:
    rows = [{"client": name, "name": name, "holds": holds, **EDI_SHOP}
            for name, holds in (("a", "EDI"), ("b", "EDI;not:BUSINESS_LICENCE"))]  # fmt: skip
    profiles = make_profiles(rows, catalogue.fields, catalogue.codes, "test")
    steps = make_portfolio(catalogue, profiles, AS_OF, START).steps
    assert steps[steps["code"] == "BUSINESS_LICENCE"]["client"].tolist() == ["b"]


def test_a_change_of_law_makes_no_new_duty_of_what_is_implied(catalogue: Catalogue) -> None:
    rows = catalogue.rows.copy()
    rows.loc[rows["code"] == "DOMAIN", "applies_when"] = "has_app"
    before = replace(catalogue, rows=rows)
    cells = [{"client": name, "name": name, "holds": holds, **EDI_SHOP}
             for name, holds in (("holds", "EDI"), ("says-not", "EDI;not:DOMAIN"), ("nothing", ""))]  # fmt: skip
    profiles = make_profiles(cells, catalogue.fields, catalogue.codes, "test")
    moves = find_moves(compare_laws(before, catalogue, AS_OF), profiles)
    assert {client: one.duties for client, one in moves.items()} == {
        "holds": (), "says-not": ("DOMAIN",), "nothing": ("DOMAIN",)
    }  # fmt: skip


# ---- Many at once, and what holds whatever is told ----


def test_many_clients_at_once_are_taken_to_hold_what_each_alone_is(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    dice = np.random.default_rng(20261129)
    many = pd.concat([sample_clients] * 12, ignore_index=True)
    many["client"] = [f"c{at}" for at in range(len(many))]
    codes, marks = sorted(catalogue.codes), ("{}", "{}", "{}@2026-11-22", "{}@2026-11-23", "not:{}")
    many["holds"] = [
        tuple(
            str(dice.choice(marks)).format(code)
            for code in dice.choice(codes, dice.integers(9), replace=False)
        )
        for _ in range(len(many))
    ]
    for name in ("has_website", "has_app", "hosts_third_party_sellers"):
        many[name] = pd.array(
            [(True, False, None)[dice.integers(3)] for _ in range(len(many))], dtype="boolean"
        )
    law = find_law_in_force(catalogue, AS_OF, "en")
    holders = ImpliedHolders(law, Facts(many, catalogue.fields, AS_OF))
    found = {code: many["client"][holders.find(code)].tolist() for code in law.entries}
    alone: dict[str, list[str]] = {code: [] for code in law.entries}
    for one in judge(catalogue, many, AS_OF):
        for code in find_implied(law, one.verdicts, one.held, one.denied):
            alone[code].append(one.client)
    assert found == alone
    assert sum(map(len, alone.values())) > 200
    assert len(dict(list_implied(catalogue, many, AS_OF))) > 100


def test_verdicts_do_not_change_by_what_is_implied_or_denied(catalogue: Catalogue) -> None:
    told, plain = (tell(catalogue, holds=holds, **EDI_SHOP) for holds in ("EDI;not:DOMAIN", "EDI"))
    assert find_verdicts(catalogue, told, AS_OF).equals(find_verdicts(catalogue, plain, AS_OF))


@st.composite
def laws(draw: st.DrawFn, catalogue: Catalogue, most: int) -> tuple[LawInForce, dict[str, str]]:
    """A law of up to a dozen licences, with groups of up to ``most`` alternatives, and conditions on capital."""
    entries: dict[str, Licence] = {}
    rich = read_rule("registered_capital_cny >= 1000000", catalogue.fields)
    for at in range(draw(st.integers(2, 12))):
        code = f"L{at:02}"
        groups = draw(
            st.lists(
                st.lists(st.sampled_from(sorted(entries)), min_size=1, max_size=most, unique=True), max_size=3
            )
        ) if entries else []  # fmt: skip
        days = draw(st.integers(0, 30))
        entries[code] = Licence(
            code, code, 1, None, tuple(map(tuple, groups)),
            Duration(days, days, days, "working", "estimate", "estimate"), ALWAYS,
            draw(st.sampled_from([None, None, None, rich])),
            {"code": code, "renewal_lead_days": pd.NA, "renewal_days_unit": pd.NA},
        )  # fmt: skip
    verdicts = {code: draw(st.sampled_from(VERDICTS[:-1])) for code in entries}
    return LawInForce(catalogue, AS_OF, "en", entries), verdicts


def draw_plans(
    catalogue: Catalogue, data: st.DataObject, most: int, include: tuple[str, ...]
) -> tuple[Plan, Plan]:
    """A plan in which nothing is implied, since the client says that it holds nothing else, and one in which it is."""
    law, verdicts = data.draw(laws(catalogue, most))
    ends = st.sampled_from([None, YESTERDAY, AS_OF, date(2030, 1, 1)])
    held = data.draw(st.dictionaries(st.sampled_from(sorted(law.entries)), ends, max_size=4))
    capital: dict[str, float | None] = {
        "registered_capital_cny": data.draw(st.sampled_from([None, 5e5, 5e6]))
    }
    nothing = frozenset(law.entries)
    before, after = (
        make_plan(law, "c", capital, held, verdicts, START, include, denied=denied)
        for denied in (nothing, frozenset[str]())
    )
    assert "implied" not in before.statuses.values()
    return before, after


@settings(max_examples=150)
@given(data=st.data(), include=st.sampled_from([(), ("recommended", "optional")]))
def test_implying_adds_no_step_to_a_plan(
    catalogue: Catalogue, data: st.DataObject, include: tuple[str, ...]
) -> None:
    before, after = draw_plans(catalogue, data, 1, include)
    implied = {code for code, status in after.statuses.items() if status == "implied"}
    assert {step.code for step in after.steps} <= {step.code for step in before.steps} - implied


@settings(max_examples=150)
@given(data=st.data(), include=st.sampled_from([(), ("recommended", "optional")]))
def test_implying_makes_no_launch_later(
    catalogue: Catalogue, data: st.DataObject, include: tuple[str, ...]
) -> None:
    """Whatever alternatives there are; where everything could be dated before, everything can be."""
    before, after = draw_plans(catalogue, data, 3, include)
    if len(before.dated) == len(before.steps):
        assert len(after.dated) == len(after.steps)
        assert after.launch is None or (before.launch and after.launch <= before.launch)


def test_implying_adds_no_step_and_no_day_for_sample_clients_of_the_catalogue(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    dice = np.random.default_rng(7)
    law, found = find_law_in_force(catalogue, AS_OF, "en"), 0
    codes = [code for code, entry in law.entries.items() if entry.requires]
    for one in judge(catalogue, sample_clients, AS_OF):
        held = dict.fromkeys(map(str, dice.choice(codes, 3, replace=False)))
        before, after = (
            make_plan(law, one.client, one.profile, held, one.verdicts, START, denied=denied)
            for denied in (frozenset(law.entries), frozenset[str]())
        )
        assert {step.code for step in after.steps} <= {step.code for step in before.steps}
        assert before.launch is None or after.launch is None or after.launch <= before.launch
        found += len(before.steps) - len(after.steps)
    assert found > len(sample_clients)
