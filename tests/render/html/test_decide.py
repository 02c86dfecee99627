"""The script in the page answers as the rules do, and shows what follows when a reader changes an answer."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_logic import FIELDS, NODES, PROFILES

from licences.analysis.case import Case, make_case
from licences.assessment.contradictions import find_contradictions
from licences.assessment.verdicts import NEEDED, VERDICTS, find_verdicts
from licences.law.catalogue import Catalogue
from licences.law.in_force import LawInForce, find_law_in_force
from licences.planning.forecast import PlanOptions
from licences.render.html.decide import (
    MAIN_FACTS,
    describe_answer,
    describe_fact,
    find_main_facts,
    find_named_facts,
    make_decisions,
    make_decisions_json,
    make_decisions_section,
    make_tree,
)
from licences.rules.expressions import Always, And, Atom, Node, Not, Or, find_atoms
from licences.rules.facts import HELD, Field, Fields, is_held, list_cells, make_profiles
from licences.rules.logic import Rule, read_profile
from licences.words.texts import read_texts
from serving import BROWSER_ARGUMENTS

DAYS = (date(2026, 11, 23), date(2027, 6, 1))
START = date(2027, 6, 2)
RANDOM_PROFILES = 6_000
BATCH = 500
MOST_BYTES = 100_000
NASTY = "</script><img src=x onerror=document.title='x'>{label}$&"
BROWSER = files("licences.render").joinpath("browser")

# Reads lines of {"table": …} and {"profiles": […]}; answers the latter with what it makes of each profile.
ASK = """
const { decide, findContradictions } = require(process.argv[1]);
let table = null;
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const asked = JSON.parse(line);
  if (asked.table) table = asked.table;
  else process.stdout.write(JSON.stringify(asked.profiles.map((profile) => [
    Object.entries(decide(table, profile)).map(([code, one]) =>
      [code, one.verdict, one.missing, one.isBlocked, one.because, one.open]),
    findContradictions(table, profile).map(({ message }) => message),
  ])) + "\\n");
});
"""


class Script:
    """``decide.js`` under node: one process that is asked again and again."""

    def __init__(self, node: str) -> None:
        command = [node, "-e", ASK, "--", str(BROWSER.joinpath("decide.js"))]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", text=True
        )

    def send(self, **asked: object) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(asked, allow_nan=False) + "\n")
        self.process.stdin.flush()

    def ask(self, profiles: Sequence[Mapping[str, Any]]) -> list[Any]:
        assert self.process.stdout
        self.send(profiles=profiles)
        return list(json.loads(self.process.stdout.readline()))


@pytest.fixture(scope="module")
def script() -> Iterator[Script]:
    """The script, ready to be asked; without node a test is skipped, or fails where CI promises a browser."""
    node = shutil.which("node")
    if node is None:
        message = "no node found; install Debian's package nodejs"
        if os.environ.get("LICENCES_REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    script = Script(node)
    with script.process:
        yield script
        assert script.process.stdin
        script.process.stdin.close()
    assert script.process.returncode == 0


def open_case_of(
    catalogue: Catalogue, clients: pd.DataFrame, client: str, language: str = "en", day: date = DAYS[0]
) -> Case:
    chosen = clients[clients["client"] == client].copy()
    return make_case(catalogue, chosen, day, PlanOptions(START), language)


def list_rules(law: LawInForce) -> list[Rule]:
    entries = law.entries.values()
    return [rule for entry in entries for rule in (entry.applies, entry.condition) if rule]


def find_bounds(fields: Fields, atoms: Sequence[Atom]) -> dict[str, list[float]]:
    """Of each number the bounds that a rule names, their neighbours, and its own limits."""
    found = {}
    for field in fields.every:
        if field.type == "number":
            named = {atom.value for atom in atoms if atom.field == field.name}
            near = {float(bound) + step for bound in named for step in (-1, -0.5, 0, 0.5, 1)}
            numbers = near | {field.minimum, min(field.maximum, 1e15)}
            found[field.name] = sorted(n for n in numbers if field.minimum <= n <= field.maximum)
    return found


def draw_profiles(fields: Fields, bounds: Mapping[str, list[float]]) -> list[dict[str, str]]:
    """Cells of clients who tell anything from little to everything."""
    random = np.random.default_rng(20261123)

    def draw(field: Field) -> str:
        if field.type == "bool":
            return "yes" if random.random() < 0.5 else "no"
        if field.type == "set":
            share = (0, 0.1, 0.4, 1)[random.integers(4)]
            return ";".join(value for value in field.values if random.random() < share) or "none"
        if field.type == "number":
            return repr(bounds[field.name][random.integers(len(bounds[field.name]))])
        return list(field.values)[random.integers(len(field.values))]

    rows = []
    for _ in range(RANDOM_PROFILES):
        told = (0.2, 0.5, 0.8, 0.95, 1)[random.integers(5)]
        rows.append({field.name: draw(field) if random.random() < told else "" for field in fields.every})
    return rows


def list_edges(
    fields: Fields, atoms: Sequence[Atom], bounds: Mapping[str, list[float]]
) -> list[dict[str, str]]:
    """Nothing told but one answer, and everything told but for that: each answer, each bound, odd sets."""
    named = {atom.value for atom in atoms}
    answers: dict[str, list[str]] = {}
    for field in fields.every:
        values = list(field.values)
        if field.type == "set":
            unnamed = [value for value in values if value not in named]
            values += ["none", ";".join(values), ";".join(unnamed) or "none", ";".join([*unnamed, values[0]])]
        numbers = [repr(number) for number in bounds.get(field.name, ())]
        answers[field.name] = {"bool": ["yes", "no"], "number": numbers}.get(field.type, values)
    bases = [
        dict.fromkeys(answers, ""),
        {name: told[0] for name, told in answers.items()},
        {name: told[-1] for name, told in answers.items()},
    ]
    edges = [{**base, name: told} for base in bases for name in answers for told in ("", *answers[name])]
    return [*bases, *edges]


@pytest.fixture(scope="module")
def many(catalogue: Catalogue, sample_clients: pd.DataFrame) -> pd.DataFrame:
    """Thousands of clients, who hold nothing or something."""
    atoms = [
        atom
        for day in DAYS
        for rule in list_rules(find_law_in_force(catalogue, day, "en"))
        for atom in find_atoms(rule.node)
    ]
    bounds = find_bounds(catalogue.fields, atoms)
    samples = [list_cells(record, catalogue.fields) for record in sample_clients.to_dict("records")]
    rows = [*draw_profiles(catalogue.fields, bounds), *samples, *list_edges(catalogue.fields, atoms, bounds)]
    cells = [
        {**row, "client": f"c{at}", "name": "x", "holds": holds}
        for at, (row, holds) in enumerate(zip(rows, draw_holdings(catalogue, len(rows)), strict=True))
    ]
    return make_profiles(cells, catalogue.fields, None, "test")


def draw_holdings(catalogue: Catalogue, count: int) -> list[str]:
    """What clients hold, from nothing to a good part of what a rule names; some of it expires between the days."""
    random = np.random.default_rng(20261123)
    rules = [rule for day in DAYS for rule in list_rules(find_law_in_force(catalogue, day, "en"))]
    named = {str(atom.value) for rule in rules for atom in find_atoms(rule.node) if atom.field == HELD}
    conditional = {
        code for code, entry in find_law_in_force(catalogue, DAYS[0], "en").entries.items() if entry.condition
    }
    ends = ("", "@2026-11-22", "@2026-11-23", "@2027-03-01", "@2030-01-01")
    return [
        ";".join(
            f"{code}{ends[random.integers(len(ends))]}"
            for code in sorted(named | conditional)
            if random.random() < share
        )
        for share in random.choice([0, 0, 0.1, 0.5], count)
    ]


def read_many(catalogue: Catalogue, frame: pd.DataFrame, day: date) -> list[dict[str, Any]]:
    """The clients of a frame as the rules read them on a day."""
    return [
        dict(read_profile({str(name): value for name, value in row.items()}, catalogue.fields, day))
        for row in frame.to_dict("records")
    ]


def make_told(fields: Fields, profile: Mapping[str, Any]) -> dict[str, Any]:
    """A profile as the script reads it."""
    return {
        name: describe_answer(fields[name], value) for name, value in profile.items() if value is not None
    }


@cache
def ask_rule(rule: Rule, what: str, told: tuple[Any, ...]) -> Any:
    """What ``Rule.decide`` or ``Rule.find_missing`` gives; most profiles agree in what one rule names."""
    return getattr(rule, what)(dict(zip(rule.names, told, strict=True)))


def find_expected(
    law: LawInForce, frame: pd.DataFrame, profiles: list[dict[str, Any]]
) -> Iterator[tuple[list[Any], list[str]]]:
    """What Python says of each profile, in the words of ``ASK``."""
    verdicts = find_verdicts(law.catalogue, frame, law.as_of)
    by_client = np.array([verdicts[code].astype(str) for code in verdicts.columns]).T.tolist()
    messages: dict[str, list[str]] = {}
    for found in find_contradictions(law.catalogue, frame, law.as_of, law.language):
        messages.setdefault(found.client, []).append(found.message)

    def ask(rule: Rule, what: str, profile: Mapping[str, Any]) -> Any:
        return ask_rule(rule, what, tuple(profile[name] for name in rule.names))

    parts = {code: entry.condition.split() for code, entry in law.entries.items() if entry.condition}
    for client, profile, line in zip(frame["client"], profiles, by_client, strict=True):
        found = []
        for (code, entry), verdict in zip(law.entries.items(), line, strict=True):
            failing = [
                part
                for part in parts.get(code, ())
                if verdict != "not_needed"
                and not is_held(code, profile)
                and ask(part, "decide", profile) is False
            ]
            waits = verdict in NEEDED and not is_held(code, profile) and entry.condition
            because = dict.fromkeys(name for part in failing for name in part.names)
            found.append(
                [
                    code,
                    verdict,
                    list(ask(entry.applies, "find_missing", profile)),
                    bool(failing),
                    list(because),
                    list(ask(waits, "find_missing", profile)) if waits else [],
                ]
            )
        yield found, messages.get(client, [])


@pytest.mark.parametrize("day", DAYS)
def test_the_script_judges_every_licence_of_thousands_of_profiles_as_the_rules_do(
    catalogue: Catalogue, sample_clients: pd.DataFrame, many: pd.DataFrame, script: Script, day: date
) -> None:
    frame, profiles = many, read_many(catalogue, many, day)
    told = [make_told(catalogue.fields, profile) for profile in profiles]
    law = find_law_in_force(catalogue, day, "en")
    script.send(table=make_decisions(open_case_of(catalogue, sample_clients, "quiet-client", day=day)))
    answers = [answer for at in range(0, len(told), BATCH) for answer in script.ask(told[at : at + BATCH])]
    seen: Counter[str] = Counter()
    expected = find_expected(law, frame, profiles)
    for profile, (found, messages), answer in zip(told, expected, answers, strict=True):
        assert answer == [found, messages], profile
        for _, verdict, _, is_blocked, _, still_open in found:
            seen.update([verdict, *(["blocked"] if is_blocked else []), *(["open"] if still_open else [])])
        seen.update(["contradicts"] if messages else [])
    assert len(answers) > 5_000
    assert min(seen[name] for name in (*VERDICTS, "blocked", "open", "contradicts")) > 1_000


LIMITS = [
    *((0, 9), (-np.inf, np.inf), (0, np.inf), (0.5, 9), (1, 8.5), (-4, 8), (-np.inf, 8.25)),
    *((20, 30), (-30, -20), (4.5, 8), (6.5, 30), (3.25, 3.75), (-30, 2.25)),
]
NOTHING = dict.fromkeys(("a", "b", "c", "n", "s", "p"))
MEMBERS = tuple(Atom("s", "has", member) for member in "xyz")
PULLING_BOTH_WAYS: list[Node] = [
    Or((Atom("a", "is"), Not(Atom("a", "is")))),
    And((Atom("a", "is"), Or((Not(Atom("a", "is")), Atom("b", "is"))))),
    Or((Atom("n", "<", 1.0), Atom("n", ">=", 1.0))),
    And((Atom("n", ">", 0.0), Atom("n", "<", 1.0), Atom("b", "is"))),
    And((Atom("s", "has", "x"), Atom("s", "==", "none"))),
    Or((*MEMBERS, Atom("s", "==", "none"))),
    And((Not(MEMBERS[0]), Not(Atom("s", "==", "none")), Atom("c", "is"))),
    Or(tuple(Atom("p", "==", value) for value in "uvw")),
    Or((Atom("p", "==", "u"), Atom("p", "==", "none"), Not(Atom("p", "==", "u")))),
    Always(True),
    Always(False),
]


def find_answer(rule: Rule, condition: Rule, profile: Mapping[str, Any]) -> list[Any]:
    """What ``ASK`` is to say about one licence."""
    truth = rule.decide(profile)
    failing = [part for part in condition.split() if truth is not False and part.decide(profile) is False]
    return [
        "LICENCE",
        "undetermined" if truth is None else "optional" if truth else "not_needed",
        list(rule.find_missing(profile)),
        bool(failing),
        list(dict.fromkeys(name for part in failing for name in part.names)),
        list(condition.find_missing(profile)) if truth else [],
    ]


@given(NODES, NODES, st.lists(PROFILES, min_size=1, max_size=8), st.sampled_from(LIMITS))
@settings(max_examples=1_500, deadline=None)
def test_the_script_answers_any_expression_as_the_rules_do(
    script: Script,
    node: Node,
    other: Node,
    profiles: list[dict[str, Any]],
    limits: tuple[float, float],
) -> None:
    ask_about(script, node, other, [*profiles, NOTHING], limits)


@pytest.mark.parametrize("limits", LIMITS)
@pytest.mark.parametrize("node", PULLING_BOTH_WAYS)
def test_where_a_fact_pulls_both_ways_every_answer_is_tried(
    script: Script, node: Node, limits: tuple[float, float]
) -> None:
    told = [{**NOTHING, "n": 1.0}, {**NOTHING, "s": "none"}, {**NOTHING, "s": "y;z"}, {**NOTHING, "b": True}]
    ask_about(script, node, Not(node), [NOTHING, *told], limits)
    ask_about(script, Not(node), Always(True), [NOTHING, *told], limits)


def test_a_bound_beyond_what_can_be_told_is_answered(script: Script) -> None:
    facts = {"n": {"type": "number", "label": "n", "min": 0, "max": 5}}
    rules = {
        text: {"verdict": "required", "applies": tree}
        for text, tree in {"n >= 7": [">=", "n", 7], "n > -3": [">", "n", -3]}.items()
    }
    script.send(table={"facts": facts, "rules": rules, "contradictions": []})
    ((answers, _),) = script.ask([{}])
    assert [answer[:3] for answer in answers] == [["n >= 7", "not_needed", []], ["n > -3", "required", []]]


@pytest.mark.parametrize(("implied", "is_blocked"), [([], True), (["X"], False), (["Y"], True)])
def test_what_is_taken_as_held_has_been_obtained(
    script: Script, implied: list[str], is_blocked: bool
) -> None:
    facts = {"n": {"type": "number", "label": "n", "min": 0, "max": 5}}
    rules = {"X": {"verdict": "required", "applies": ["and"], "condition": [">", "n", 3]}}
    script.send(table={"facts": facts, "rules": rules, "contradictions": [], "implied": implied})
    ((((code, verdict, _, told, *_),), _),) = script.ask([{"n": 1}])
    assert (code, verdict, told) == ("X", "required", is_blocked)


def ask_about(
    script: Script, node: Node, other: Node, profiles: list[dict[str, Any]], limits: tuple[float, float]
) -> None:
    """Holds the script's answers about two expressions against those of the rules."""
    minimum, maximum = limits
    fields = Fields(
        tuple(replace(f, minimum=minimum, maximum=maximum) if f.name == "n" else f for f in FIELDS.every)
    )
    rule, condition = Rule("", node, fields), Rule("", other, fields)
    allowed = [
        {**profile, "n": None}
        if profile["n"] is not None and not minimum <= profile["n"] <= maximum
        else profile
        for profile in profiles
    ]
    licence = {"verdict": "optional", "applies": make_tree(node), "condition": make_tree(other)}
    facts = {field.name: describe_fact(field, "en") for field in fields.every}
    script.send(table={"facts": facts, "rules": {"LICENCE": licence}, "contradictions": []})
    told = [
        {
            name: None if value is None else describe_answer(fields[name], value)
            for name, value in profile.items()
        }
        for profile in allowed
    ]
    for profile, (answers, _) in zip(allowed, script.ask(told), strict=True):
        assert answers == [find_answer(rule, condition, profile)], profile


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_table_of_every_sample_is_small(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    for client in sample_clients["client"]:
        table = make_decisions_json(open_case_of(catalogue, sample_clients, client, language))
        assert len(table.encode()) <= MOST_BYTES, client


def test_open_facts_come_as_the_report_asks_them_and_the_main_facts_decide_on_most(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    law = find_law_in_force(catalogue, DAYS[0], "en")
    decided = Counter(
        name
        for entry in law.entries.values()
        for name in {*entry.applies.names, *(entry.condition.names if entry.condition else ())}
    )
    main = [field.name for field in find_main_facts(law)]
    assert len(main) == MAIN_FACTS
    assert min(decided[name] for name in main) >= max(decided[name] for name in decided.keys() - set(main))
    for client in ("drug-arcade", "quiet-client"):
        case = open_case_of(catalogue, sample_clients, client)
        table = make_decisions(case)
        assert table["open"] == list(case.questions["field"])
        assert table["main"] == [name for name in main if name not in table["open"]]


def test_only_facts_that_the_page_can_ask_carry_their_help(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = open_case_of(catalogue, sample_clients, "grand-bazaar")
    table = make_decisions(case)
    helped = {name for name, fact in table["facts"].items() if "help" in fact}
    assert {*table["open"], *table["main"]} < helped < set(table["facts"])
    assert all(case.profile[name] is not None for name in set(table["facts"]) - helped)


def test_every_fact_of_a_rule_can_be_answered(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    law = find_law_in_force(catalogue, DAYS[0], "en")
    table = make_decisions(open_case_of(catalogue, sample_clients, "grand-bazaar"))
    assert set(table["facts"]) >= {name for rule in list_rules(law) for name in rule.names}
    assert list(table["facts"]) == [*(field.name for field in find_named_facts(law)), HELD]


def spoil(catalogue: Catalogue) -> Catalogue:
    """The same law with markup in every label, help and name."""

    def spoil_texts(texts: Mapping[str, str]) -> dict[str, str]:
        return {language: NASTY + text for language, text in texts.items()}

    fields = tuple(
        replace(
            field,
            label=spoil_texts(field.label),
            help=spoil_texts(field.help),
            unit=spoil_texts(field.unit) if field.type == "number" else field.unit,
            values={value: spoil_texts(labels) for value, labels in field.values.items()},
        )
        for field in catalogue.fields.every
    )
    names = {f"name_{language}": NASTY + catalogue.rows[f"name_{language}"] for language in ("zh", "en")}
    messages = {
        f"message_{language}": NASTY + catalogue.contradictions[f"message_{language}"]
        for language in ("zh", "en")
    }
    return replace(
        catalogue,
        fields=replace(catalogue.fields, every=fields),
        rows=catalogue.rows.assign(**names),
        contradictions=catalogue.contradictions.assign(**messages),
    )


def test_no_text_ends_the_element_that_holds_the_table(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    case = open_case_of(spoil(catalogue), sample_clients, "drug-arcade")
    html = make_decisions_section(case)._repr_html_()
    before, _, rest = html.partition('<script type="application/json" id="decisions">')
    table, _, after = rest.partition("</script>")
    assert "<" not in table
    assert json.loads(table) == make_decisions(case)
    assert "<img" not in before + after
    assert after.strip() == "</section>"


# ---- In a browser ----


@pytest.fixture(scope="module")
def browser(browser_path: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(BROWSER_ARGUMENTS))
        yield browser
        browser.close()


class Opened:
    """A page made of the section alone, as a reader has it; what the browser complains about is kept."""

    def __init__(self, browser: Any, case: Case, folder: Path, width: int = 390) -> None:
        css, script = (
            "".join(BROWSER.joinpath(name).read_text(encoding="utf-8") for name in names)
            for names in (["page.css", "decide.css"], ["logic.js", "answers.js", "decide.js"])
        )
        html = (
            '<!DOCTYPE html><html><head><meta charset="utf-8"><title>page</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            "script-src 'unsafe-inline'; style-src 'unsafe-inline'\">"
            f"<style>{css}</style></head><body><main>{make_decisions_section(case).html}</main>"
            f"<script>{script}</script></body></html>"
        )
        path = folder / "page.html"
        path.write_text(html, encoding="utf-8")
        self.case = case
        self.profile = dict(case.profile)
        self.complaints: list[str] = []
        self.page = browser.new_page(viewport={"width": width, "height": 800})
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(path.as_uri())

    def question(self, name: str) -> Any:
        return self.page.locator(f'[data-fact="{name}"]')

    def tick(self, name: str, answer: str) -> None:
        self.question(name).get_by_label(answer, exact=True).check()

    def find_verdicts(self) -> dict[str, str]:
        """What Python says about the answers that the page shows."""
        cells = list_cells(
            {**self.profile, "client": "c", "name": "x", "holds": ()}, self.case.catalogue.fields
        )
        frame = make_profiles([cells], self.case.catalogue.fields, None, "test")
        return dict(find_verdicts(self.case.catalogue, frame, self.case.as_of).iloc[0].items())

    def hears(self, said: str) -> None:
        """Waits until the live region says it."""
        from playwright.sync_api import expect

        expect(self.page.get_by_role("status")).to_contain_text(said)

    def shows_what_python_says(self) -> None:
        reported = {code: one.verdict for code, one in self.case.findings.items()}
        verdicts = self.find_verdicts()
        for verdict in VERDICTS:
            count = sum(found == verdict for found in verdicts.values())
            moved = count - sum(found == verdict for found in reported.values())
            said = f"{count}{f'{moved:+d}' if moved else ''}".replace("-", "−")
            assert self.page.locator(f".decide-counts .{verdict} b").inner_text().replace(" ", "") == said
        moved_codes = [code for code, verdict in verdicts.items() if verdict != reported[code]]
        for group, codes in {
            "required": [code for code in moved_codes if verdicts[code] == "required"],
            "undetermined": [code for code in moved_codes if verdicts[code] == "undetermined"],
            "no_longer": [
                code for code in moved_codes if verdicts[code] == "not_needed" and reported[code] in NEEDED
            ],
            "settled": [
                code
                for code in moved_codes
                if verdicts[code] == "not_needed" and reported[code] == "undetermined"
            ],
        }.items():
            items = self.page.locator(f".decide-changes ul.{group} > li").all_text_contents()
            assert len(items) == len(codes)
            for code, item in zip(codes, items, strict=True):
                assert item.startswith(self.case.name_code(code))


@pytest.mark.browser
def test_verdicts_follow_the_answers_and_come_back(
    catalogue: Catalogue, sample_clients: pd.DataFrame, browser: Any, tmp_path: Path
) -> None:
    opened = Opened(browser, open_case_of(catalogue, sample_clients, "drug-arcade"), tmp_path)
    page = opened.page
    opened.shows_what_python_says()
    assert page.locator(".decide-changes").inner_text() == ""
    for name, answer, value in (
        ("hosts_third_party_sellers", "yes", True),
        ("has_app", "no", False),
        ("sells_own_goods", "not told", None),
        ("sells_own_goods", "yes", True),
        ("recommendation_algorithm", "yes", True),
    ):
        opened.tick(name, answer)
        opened.profile[name] = value
        opened.shows_what_python_says()
    for answer, value in (
        ("none of these", "none"),
        ("cosmetics", "cosmetics"),
        ("publications (books, periodicals, audio and video)", "cosmetics;publications"),
        ("none of these", "none"),
        ("drugs", "drugs"),
    ):
        opened.question("hosted_categories").get_by_label(answer, exact=True).check()
        opened.profile["hosted_categories"] = value
        opened.shows_what_python_says()
    opened.question("hosted_categories").get_by_label("drugs", exact=True).uncheck()
    opened.profile["hosted_categories"] = None
    opened.shows_what_python_says()
    assert "counts as not told" in opened.question("hosted_categories").inner_text()
    opened.hears("Categories its sellers sell: not told.")
    page.get_by_role("button", name="Back to the report's answers").click()
    opened.profile = dict(opened.case.profile)
    opened.shows_what_python_says()
    assert page.locator(".decide-changes").inner_text() == ""
    assert page.locator(".decide-question.changed").count() == 0
    assert opened.complaints == []


@pytest.mark.browser
def test_a_number_is_read_with_commas_and_one_that_cannot_be_is_not_told(
    catalogue: Catalogue, sample_clients: pd.DataFrame, browser: Any, tmp_path: Path
) -> None:
    opened = Opened(browser, open_case_of(catalogue, sample_clients, "quiet-client"), tmp_path, 1280)
    capital = opened.page.get_by_label("Registered capital in yuan")
    opened.page.locator("summary", has_text="more open questions").click()
    level = opened.page.get_by_label("MLPS level of its main system")
    for text, value, complaint in (
        ("1,000,000", 1_000_000, ""),
        ("１００００００", 1_000_000, ""),
        ("-1", None, "Only numbers from 0 up"),
        ("some", None, "not a number"),
        ("", None, ""),
        ("999999.5", 999_999.5, ""),
    ):
        capital.fill(text)
        opened.profile["registered_capital_cny"] = value
        opened.shows_what_python_says()
        wrong = opened.question("registered_capital_cny").locator(".decide-wrong")
        assert complaint in wrong.inner_text() if complaint else wrong.is_hidden()
        assert capital.get_attribute("aria-invalid") == str(bool(complaint)).lower()
    for text, value, complaint in (("3", 3, ""), ("6", None, "from 0 to 5"), ("5.0", 5, ""), ("0", 0, "")):
        level.fill(text)
        opened.profile["mlps_level"] = value
        opened.shows_what_python_says()
        assert complaint in opened.question("mlps_level").inner_text()
    assert opened.complaints == []


@pytest.mark.browser
def test_questions_that_a_change_brings_up_are_asked(
    catalogue: Catalogue, sample_clients: pd.DataFrame, browser: Any, tmp_path: Path
) -> None:
    opened = Opened(browser, open_case_of(catalogue, sample_clients, "corner-shop"), tmp_path)
    page, heading = opened.page, opened.page.get_by_role("heading", name="New questions")
    assert heading.is_hidden()
    assert opened.question("device_registrant").is_hidden()
    opened.tick("own_categories", "class II medical devices")
    opened.profile["own_categories"] = "medical_devices_class_2;prepackaged_food;salt"
    opened.shows_what_python_says()
    assert heading.is_visible()
    opened.hears("New questions: Is the registrant of the devices it sells, Sells only class II devices")
    assert opened.question("only_exempt_class_2_devices").is_visible()
    page.get_by_role("link", name="New questions (2)").click()
    assert page.evaluate("document.activeElement.id") == "decide-raised"
    opened.tick("device_registrant", "yes")
    opened.profile["device_registrant"] = True
    opened.shows_what_python_says()
    assert opened.question("device_registrant").is_visible()  # though the answer is no longer missing
    page.get_by_role("button", name="Back to the report's answers").click()
    assert heading.is_hidden()
    assert opened.complaints == []


@pytest.mark.browser
def test_answers_that_contradict_each_other_are_never_answered_in_silence(
    catalogue: Catalogue, sample_clients: pd.DataFrame, browser: Any, tmp_path: Path
) -> None:
    opened = Opened(browser, open_case_of(catalogue, sample_clients, "corner-shop"), tmp_path)
    alert = opened.page.get_by_role("alert")
    assert alert.count() == 0
    opened.tick("sells_own_goods", "no")
    message = catalogue.contradictions.set_index("contradiction")["message_en"][
        "own_categories_without_own_sales"
    ]
    assert message in alert.inner_text()
    opened.tick("own_categories", "none of these")
    assert alert.count() == 0
    assert opened.complaints == []


@pytest.mark.browser
def test_a_condition_that_a_change_fails_or_meets_is_said(
    catalogue: Catalogue, sample_clients: pd.DataFrame, browser: Any, tmp_path: Path
) -> None:
    case = open_case_of(catalogue, sample_clients, "corner-shop")
    opened = Opened(browser, case, tmp_path)
    opened.tick("hosts_third_party_sellers", "yes")
    blocked = opened.page.locator(".decide-changes ul.blocked > li")
    assert blocked.all_text_contents() == [f"{case.name_code('EDI')}because of: Registered capital in yuan"]
    capital = opened.page.get_by_label("Registered capital in yuan")
    capital.fill("")
    waiting = opened.page.locator(".decide-changes ul.open > li")
    assert waiting.all_text_contents() == [f"{case.name_code('EDI')}depends on: Registered capital in yuan"]
    capital.fill("1000000")
    assert blocked.count() == waiting.count() == 0
    assert opened.complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_markup_in_any_text_is_shown_as_text(
    catalogue: Catalogue, sample_clients: pd.DataFrame, browser: Any, tmp_path: Path, width: int
) -> None:
    opened = Opened(browser, open_case_of(spoil(catalogue), sample_clients, "quiet-client"), tmp_path, width)
    page = opened.page
    page.locator("summary", has_text="more open questions").click()
    for title in page.locator(".decide-question:visible > :is(legend, label)").all_text_contents():
        assert title.startswith(NASTY)
    for select in page.locator("select:visible").all():
        select.select_option(index=1)
    for yes in page.locator(".decide-question:visible").get_by_label("yes", exact=True).all():
        yes.check()
    opened.hears("Now required")
    assert NASTY in page.locator(".decide-changes").inner_text()
    assert NASTY in page.get_by_role("status").inner_text()
    assert page.locator("main img").count() == 0
    assert page.title() == "page"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.complaints == []


@pytest.mark.browser
def test_it_can_be_used_with_the_keyboard_and_by_ear(
    catalogue: Catalogue, sample_clients: pd.DataFrame, browser: Any, tmp_path: Path
) -> None:
    opened = Opened(browser, open_case_of(catalogue, sample_clients, "grand-bazaar"), tmp_path)
    page = opened.page
    group = page.get_by_role("group", name="Has a mobile app")
    group.get_by_role("radio", name="yes").focus()
    page.keyboard.press("ArrowRight")
    assert group.get_by_role("radio", name="no", exact=True).is_checked()
    opened.hears("Has a mobile app: no.")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    unnamed = page.evaluate(
        "[...document.querySelectorAll('.decide :is(input, select)')].filter((input) => !input.labels.length).length"
    )
    ungrouped = page.evaluate(
        "[...document.querySelectorAll('.decide :is([type=radio], [type=checkbox])')]"
        ".filter((input) => !input.closest('fieldset')?.querySelector(':scope > legend')).length"
    )
    assert unnamed == ungrouped == 0
    page.get_by_role("button", name="Back to the report's answers").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "status"
    assert page.get_by_role("status").inner_text() == "The report's answers are back."
    assert opened.complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_fits_a_telephone_stays_out_of_print_and_says_so_where_no_script_runs(
    catalogue: Catalogue, sample_clients: pd.DataFrame, browser: Any, tmp_path: Path, language: str
) -> None:
    case = open_case_of(catalogue, sample_clients, "quiet-client", language)
    opened = Opened(browser, case, tmp_path)
    opened.page.locator(".decide-folded > summary").click()
    opened.page.evaluate(
        "document.querySelectorAll('.decide [type=radio]:first-child').forEach((yes) => yes.click())"
    )
    opened.page.get_by_role("status").get_by_text({"zh": "未告知", "en": "not told"}[language]).wait_for()
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 390
    top, height, most = opened.page.locator(".decide-strip").evaluate(
        "e => [e.getBoundingClientRect().top, e.offsetHeight, innerHeight]"
    )
    assert top == 0
    assert height <= 0.55 * most  # however much there is to say of so many answers
    opened.page.emulate_media(media="print")
    assert opened.page.locator("#decide").is_hidden()
    silent = browser.new_context(java_script_enabled=False).new_page()
    silent.goto((tmp_path / "page.html").as_uri())
    assert silent.locator("noscript").inner_text().strip()
    assert opened.complaints == []


@pytest.mark.browser
def test_one_button_answers_no_to_all_that_few_businesses_have(
    catalogue: Catalogue, sample_clients: pd.DataFrame, browser: Any, tmp_path: Path
) -> None:
    opened = Opened(browser, open_case_of(catalogue, sample_clients, "quiet-client"), tmp_path, 1280)
    rare = opened.page.locator(".decide-rare")
    assert rare.get_by_role("button").is_hidden()
    rare.locator("> summary").click()
    assert f"settles {len(opened.case.settled_by_none)} licences" in rare.inner_text()
    rare.get_by_role("button", name="None of these").click()
    opened.profile |= {name: catalogue.fields[name].none for name in opened.case.rare}
    opened.shows_what_python_says()
    assert opened.page.locator(".decide-rare .decide-question.changed").count() == len(opened.case.rare)
    opened.page.get_by_role("button", name="Back to the report's answers").click()
    opened.profile = dict(opened.case.profile)
    opened.shows_what_python_says()
    assert opened.complaints == []


def test_a_page_on_which_nothing_rare_is_open_has_no_block_for_it(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    assert make_decisions(open_case_of(catalogue, sample_clients, "grand-bazaar"))["rare"] is None
    case = open_case_of(catalogue, sample_clients, "quiet-client", "zh")
    table = make_decisions(case)
    assert table["rare"]["names"] == case.rare == table["open"][-len(case.rare) :]
    assert f"即可确定{len(case.settled_by_none)}项" in table["rare"]["intro"]


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_was_changed_is_sent_back_as_a_file_or_as_text_for_a_mail(
    catalogue: Catalogue, sample_clients: pd.DataFrame, browser: Any, tmp_path: Path, language: str
) -> None:
    case = open_case_of(catalogue, sample_clients, "drug-arcade", language)
    opened, texts = Opened(browser, case, tmp_path), read_texts(language)["decisions"]["script"]
    page = opened.page
    save, copy = (page.get_by_role("button", name=texts[f"back_{name}"]) for name in ("save", "copy"))
    assert save.count() == 0
    opened.tick("has_app", texts["no"])
    opened.tick("sells_own_goods", texts["not_told"])
    own = case.catalogue.fields["hosted_categories"].values["cosmetics"][language]
    opened.question("hosted_categories").get_by_label(own, exact=True).check()
    with page.expect_download() as waiting:
        save.click()
    saved = json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))
    assert waiting.value.suggested_filename == "answers-drug-arcade.json"
    reported = describe_answer(
        case.catalogue.fields["hosted_categories"], case.profile["hosted_categories"] or "none"
    )
    day = saved.pop("answered_on")
    assert date.fromisoformat(day)
    assert saved == {
        "licences_answers": 1, "client": "drug-arcade", "name": case.name, "edition": catalogue.edition.checked_on,
        "lang": language, "made_on": "2026-11-23", "by": "",
        "answers": {"has_app": "no", "hosted_categories": ";".join(sorted({*reported, "cosmetics"}))},
        "unsure": ["sells_own_goods"], "remarks": {},
    }  # fmt: skip
    page.evaluate("() => { navigator.clipboard.writeText = async () => { throw new Error('refused'); }; }")
    copy.click()
    opened.hears(texts["back_by_hand"])
    text = page.locator(".decide-back textarea").input_value()
    begin, end = "-----BEGIN LICENCES ANSWERS-----", "-----END LICENCES ANSWERS-----"
    inside = text.partition(begin)[2].partition(end)[0]
    assert json.loads(inside) == saved | {"answered_on": day}
    page.get_by_role("button", name=texts["reset"]).click()
    assert save.count() == 0
    assert page.locator(".decide-back textarea").is_hidden()
    assert opened.complaints == []


@pytest.mark.browser
def test_what_was_done_is_said_also_where_a_change_still_waits_to_be_said(
    catalogue: Catalogue, sample_clients: pd.DataFrame, browser: Any, tmp_path: Path
) -> None:
    case = open_case_of(catalogue, sample_clients, "drug-arcade", "en")
    opened, texts = Opened(browser, case, tmp_path), read_texts("en")["decisions"]["script"]
    page = opened.page
    change = "document.querySelector('[data-fact=\"{}\"] input[type=radio]:not(:checked)').click()"
    read = "document.querySelector('.decide-said').textContent"
    press = "document.querySelector('.decide-back button').click()"
    with page.expect_download():
        page.evaluate(f"() => {{ {change.format('has_app')}; {press}; }}")
    said = texts["back_saved"].format(file="answers-drug-arcade.json")
    assert page.evaluate(f"() => {read}") == said
    page.wait_for_timeout(600)
    assert page.evaluate(f"() => {read}") == said
    page.evaluate(f"() => {{ {change.format('has_website')}; }}")
    label = case.catalogue.fields["has_app"].label["en"]
    opened.hears(label)  # the change that was not said is said with the next one
    assert opened.complaints == []
