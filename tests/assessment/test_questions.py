"""What to ask next: what matters most first, and last, in one answer, what few businesses have."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licences.assessment.questions import find_settled_by_none, rank_questions
from licences.assessment.stakes import weigh_field, weigh_licence
from licences.assessment.verdicts import find_verdicts
from licences.cli.main import main
from licences.law.catalogue import Catalogue
from licences.law.in_force import Licence, find_law_in_force
from licences.rules.asking import find_asked, find_parents
from licences.rules.facts import RARE, make_profiles
from licences.rules.logic import read_profile

AS_OF = date(2026, 11, 23)


def make_clients(catalogue: Catalogue, **told: str) -> pd.DataFrame:
    return make_profiles([{"client": "a", "name": "A", **told}], catalogue.fields, None, "")


def make_law(catalogue: Catalogue, rules: dict[str, dict[str, Any]], **usual: str) -> Catalogue:
    """A law of these rows, each the first row of the catalogue but for what it says otherwise; fields by how usual."""
    first = catalogue.rows.iloc[0].to_dict()
    blank = {"in_force_from": None, "in_force_to": None, "requires": None, "eligible_when": None,
             "penalty_closes": "no", "penalty_min_cny": None, "penalty_max_cny": 10_000.0}  # fmt: skip
    rows = pd.DataFrame([first | blank | {"code": code} | row for code, row in rules.items()])
    every = tuple(
        replace(field, usual=usual.get(field.name, field.usual)) for field in catalogue.fields.every
    )
    return replace(catalogue, rows=rows, fields=replace(catalogue.fields, every=every))


def find_entry(catalogue: Catalogue, **row: Any) -> Licence:
    return find_law_in_force(make_law(catalogue, {"A": {"applies_when": "True"} | row}), AS_OF).entries["A"]


@pytest.mark.parametrize("usual", ["common", "some"])
def test_one_required_licence_for_which_a_business_is_closed_goes_before_three_optional_ones(
    catalogue: Catalogue, usual: str
) -> None:
    optional = {"obligation": "optional", "applies_when": "has_app"}
    rules = dict.fromkeys(("B", "C", "D"), optional)
    rules["A"] = {"obligation": "required", "penalty_closes": "yes", "applies_when": "has_website"}
    law = make_law(catalogue, rules, has_website=usual, has_app="common")
    questions = rank_questions(law, make_clients(law), AS_OF)
    assert list(questions["field"]) == ["has_website", "has_app"]
    assert list(questions["settles"]) == [["A"], ["B", "C", "D"]]
    assert list(questions["share"]) == [0.25, 0.75]


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ({"obligation": "required"}, {"obligation": "recommended"}),
        ({"obligation": "recommended"}, {"obligation": "optional"}),
        ({"obligation": "forbidden"}, {"obligation": "recommended"}),
        ({"penalty_closes": "yes"}, {"penalty_closes": "no"}),
        ({"penalty_closes": "yes"}, {"penalty_closes": None}),
        ({"penalty_closes": None}, {"penalty_closes": "no"}),
        ({"penalty_max_cny": 1_000_000.0}, {"penalty_max_cny": 100_000.0}),
        ({"penalty_max_cny": 100_000.0}, {"penalty_max_cny": 20_000.0}),
        ({"penalty_max_cny": None}, {"penalty_max_cny": 10_000.0}),
        ({"penalty_max_cny": None, "penalty_min_cny": 500_000.0}, {"penalty_max_cny": None}),
    ],
)
def test_more_hangs_on_what_is_required_closes_or_costs_more_and_the_unknown_counts_half(
    catalogue: Catalogue, more: dict[str, Any], less: dict[str, Any]
) -> None:
    given = {"obligation": "required"}
    assert weigh_licence(find_entry(catalogue, **given | more)) > weigh_licence(
        find_entry(catalogue, **given | less)
    )


@pytest.mark.parametrize(
    ("fine", "weight"), [(0.0, 9), (10_000.0, 9), (100_000.0, 13.5), (1e6, 18), (5e7, 18)]
)
def test_a_fine_counts_from_ten_thousand_yuan_to_a_million(
    catalogue: Catalogue, fine: float, weight: float
) -> None:
    assert weigh_licence(find_entry(catalogue, obligation="required", penalty_max_cny=fine)) == weight


def test_a_fact_that_more_businesses_have_is_asked_first(catalogue: Catalogue) -> None:
    rules = {
        "A": {"obligation": "required", "applies_when": "has_website"},
        "B": {"obligation": "required", "applies_when": "has_app"},
        "C": {"obligation": "required", "applies_when": "owns_software"},
    }
    law = make_law(catalogue, rules, has_website=RARE, has_app="some", owns_software="common")
    questions = rank_questions(law, make_clients(law), AS_OF)
    assert list(questions["field"]) == ["owns_software", "has_app", "has_website"]
    assert list(questions["group"]) == [None, None, RARE]


def test_a_rare_fact_comes_last_however_much_hangs_on_it(catalogue: Catalogue) -> None:
    grave = {
        "obligation": "required",
        "penalty_closes": "yes",
        "penalty_max_cny": 1e7,
        "applies_when": "publishes_news",
    }
    rules = dict.fromkeys("BCDE", grave) | {"A": {"obligation": "optional", "applies_when": "has_app"}}
    law = make_law(catalogue, rules)
    questions = rank_questions(law, make_clients(law), AS_OF)
    assert list(questions["field"]) == ["has_app", "publishes_news"]
    assert questions["stake"].iloc[1] > questions["stake"].iloc[0]


def make_asking_law(catalogue: Catalogue, **asked_when: str) -> Catalogue:
    """A law on which apps matter more than websites; asked_when: by field, all others are asked of everybody."""
    rules = {
        "A": {"obligation": "required", "applies_when": "has_app and has_website"},
        "B": {"obligation": "required", "applies_when": "has_app"},
    }
    law = make_law(catalogue, rules, has_website="common", has_app="common")
    every = tuple(replace(field, asked_when=asked_when.get(field.name, "")) for field in law.fields.every)
    return replace(law, fields=replace(law.fields, every=every))


def test_a_fact_that_another_decides_whether_it_is_asked_comes_after_it_however_much_hangs_on_it(
    catalogue: Catalogue,
) -> None:
    law = make_asking_law(catalogue)
    assert list(rank_questions(law, make_clients(law), AS_OF)["field"]) == ["has_app", "has_website"]
    law = make_asking_law(catalogue, has_app="has_website")
    questions = rank_questions(law, make_clients(law), AS_OF)
    assert list(questions["field"]) == ["has_website", "has_app"]
    assert questions["stake"].iloc[1] == questions["stake"].iloc[0] > 0
    assert list(rank_questions(law, make_clients(law, has_website="yes"), AS_OF)["field"]) == ["has_app"]


def test_a_fact_that_is_not_asked_of_a_client_is_no_question(catalogue: Catalogue) -> None:
    law = make_asking_law(catalogue, has_app="has_website")
    assert list(rank_questions(law, make_clients(law, has_website="no"), AS_OF)["field"]) == []


@pytest.mark.parametrize("told", [{}, {"has_website": "yes", "own_categories": "hazardous_chemicals;funds"}])
def test_none_of_these_settles_what_is_said(catalogue: Catalogue, told: dict[str, str]) -> None:
    clients = make_clients(catalogue, **told)
    questions = rank_questions(catalogue, clients, AS_OF)
    rare = questions.loc[questions["group"] == RARE, "field"].tolist()
    profile = read_profile(clients.to_dict("records")[0], catalogue.fields, AS_OF)  # type: ignore[arg-type]
    law = find_law_in_force(catalogue, AS_OF)
    said = find_settled_by_none(law.entries, catalogue.fields, profile, rare)
    none = {name: catalogue.fields[name].none_cell for name in rare}
    before = find_verdicts(catalogue, clients, AS_OF).iloc[0]
    after = find_verdicts(catalogue, make_clients(catalogue, **told, **none), AS_OF).iloc[0]
    settled = [code for code in before.index if before[code] == "undetermined" != after[code]]
    assert said == settled
    assert len(said) >= 20
    left = rank_questions(catalogue, make_clients(catalogue, **told, **none), AS_OF)
    assert not set(left["field"]) & set(rare)
    assert set(after[said]) <= {"not_needed"}  # of what is rare, none at all asks for a licence


def test_who_has_none_of_it_is_told_as_the_clients_file_writes_it(catalogue: Catalogue) -> None:
    rare = [field for field in catalogue.fields.every if field.is_rare]
    assert {field.type for field in rare} == {"bool", "number"}
    told = make_clients(catalogue, **{field.name: field.none_cell for field in rare}).iloc[0]
    assert all(told[field.name] == field.none for field in rare)
    goods = catalogue.fields["own_categories"]
    assert make_clients(catalogue, own_categories=goods.none_cell).iloc[0]["own_categories"] == goods.none


@settings(max_examples=30)
@given(data=st.data())
def test_whatever_is_told_the_order_is_by_group_and_stake_and_asks_what_is_open(
    catalogue: Catalogue, sample_clients: pd.DataFrame, data: st.DataObject
) -> None:
    one = sample_clients.iloc[[data.draw(st.integers(0, len(sample_clients) - 1))]].copy()
    for name in data.draw(st.sets(st.sampled_from(sorted(catalogue.fields.by_name)), max_size=60)):
        one[name] = sample_clients[name].iloc[[-4]].array  # quiet-client, who has told hardly anything
    questions = rank_questions(catalogue, one, AS_OF)
    rows = questions.to_dict("records")
    profile = read_profile(one.to_dict("records")[0], catalogue.fields, AS_OF)  # type: ignore[arg-type]
    asked, parents = find_asked(profile, catalogue.fields), find_parents(catalogue.fields)
    order = [(row["group"] == RARE, -row["stake"]) for row in rows]
    assert order == sorted(order)
    for is_rare in (False, True):
        block = [row for row in rows if (row["group"] == RARE) is is_rare]
        names = [row["field"] for row in block]
        for at, name in enumerate(names):
            assert asked[name] is not False
            assert asked[name] is True or not set(parents[name]) & set(names[at:])
    assert questions["field"].is_unique
    open_codes = find_verdicts(catalogue, one, AS_OF).iloc[0]
    for row in rows:
        field = catalogue.fields[row["field"]]
        assert pd.isna(one.iloc[0][row["field"]])
        assert (row["group"] == RARE) is field.is_rare
        assert set(open_codes[row["settles"]]) <= {"undetermined"}
        most = sum(
            weigh_licence(find_law_in_force(catalogue, AS_OF).entries[code]) for code in row["settles"]
        )
        assert 0 <= row["stake"] <= most * weigh_field(field) + 0.0001
        assert bool(row["stake"]) is bool(row["settles"])


def test_the_questions_as_json_keep_their_keys_and_name_the_group(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert (
        main(["assess", "--client", "quiet-client", "--as-of", AS_OF.isoformat(), "--questions", "--json"])
        == 0
    )
    rows = json.loads(capsys.readouterr().out)
    assert {tuple(row) for row in rows} == {
        ("client", "field", "settles", "share", "conditions", "stake", "group")
    }
    groups = [row["group"] for row in rows]
    first = groups.index("rare")
    assert first > 3
    assert set(groups[:first]) == {None}
    assert set(groups[first:]) == {"rare"}
    asked = [row["field"] for row in rows[first:]]
    assert {"wants_95_number", "publishes_news", "lends_money", "leases_servers_to_others"} <= set(asked)
    assert rows[0]["field"] in {"own_categories", "sells_own_goods"}


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "答一次“均无”即可确定{}项"), ("en", "none of these, settles {} licences")]
)
def test_the_terminal_shows_what_is_rare_as_one_block_at_the_end(
    catalogue: Catalogue,
    sample_clients: pd.DataFrame,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    said: str,
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    main(
        [
            "assess",
            "--client",
            "quiet-client",
            "--as-of",
            AS_OF.isoformat(),
            "--questions",
            "--lang",
            language,
        ]
    )
    printed = capsys.readouterr().out
    table, _, block = printed.partition({"zh": "少见的情形（", "en": "What few businesses have ("}[language])
    quiet = sample_clients[sample_clients["client"] == "quiet-client"]
    questions = rank_questions(catalogue, quiet, AS_OF)
    rare = questions.loc[questions["group"] == RARE, "field"].tolist()
    profile = read_profile(quiet.to_dict("records")[0], catalogue.fields, AS_OF)  # type: ignore[arg-type]
    entries = find_law_in_force(catalogue, AS_OF).entries
    settled = find_settled_by_none(entries, catalogue.fields, profile, rare)
    assert block.startswith(str(len(rare)))
    assert said.format(len(settled)) in block
    for name in rare:
        assert f"{catalogue.fields[name].label[language]} {name}" in block
        assert name not in table
