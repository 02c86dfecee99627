"""A client told in stages gets the verdicts of each, and one over all of them with the day from which it is."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import licences as lc
from licences.__main__ import main
from licences.assessment.verdicts import Judgement, StageJudgement, find_verdicts, judge
from licences.law.catalogue import Catalogue
from licences.rules.facts import list_cells, make_profiles
from licences.rules.stages import find_stage_profiles

AS_OF = date(2026, 11, 23)
APRIL, JULY = date(2027, 4, 1), date(2027, 7, 1)
FILE = """\
client,name,holds,from,has_website,hosts_third_party_sellers,completes_transactions_online,own_couriers,live_commerce
shop,小店,BUSINESS_LICENCE,,yes,no,no,no,no
shop,,,2027-04-01,,yes,yes,,
shop,,,2027-07-01,,,,yes,yes
plain,乙,,,yes,no,no,no,no
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "clients.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def read_json(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, object]]:
    capsys.readouterr()
    assert main([*words, "--json"]) == 0
    return list(json.loads(capsys.readouterr().out))


def judge_cells(catalogue: Catalogue, *cells: dict[str, str]) -> list[Judgement]:
    return list(judge(catalogue, make_profiles(cells, catalogue.fields, None, ""), AS_OF))


def test_each_stage_is_judged_by_what_is_told_then(catalogue: Catalogue, file: Path) -> None:
    clients = lc.read_clients(file, catalogue)
    shop, plain = judge(catalogue, clients.frame, AS_OF)
    assert [stage.begins_on for stage in shop.stages] == [None, APRIL, JULY]
    assert [stage.verdicts["EDI"] for stage in shop.stages] == ["not_needed", "required", "required"]
    assert [stage.verdicts["EXPRESS"] for stage in shop.stages] == ["not_needed", "not_needed", "required"]
    assert shop.verdicts is shop.stages[0].verdicts
    assert shop.stages[1].profile["hosts_third_party_sellers"] is True
    assert shop.stages[1].profile["own_couriers"] is False
    assert shop.stages[2].profile["held"] == "BUSINESS_LICENCE"
    assert plain.stages == ()


@pytest.mark.parametrize(
    ("verdicts", "counts"),
    [
        (("not_needed", "required", "required"), 1),
        (("optional", "not_needed", "required"), 2),
        (("required", "not_needed", "not_needed"), 0),
        (("undetermined", "not_needed", "forbidden"), 2),
        (("undetermined", "optional", "recommended"), 1),
        (("not_needed", "not_needed", "undetermined"), 2),
        (("not_needed", "not_needed", "not_needed"), 0),
    ],
)
def test_the_first_stage_in_which_it_is_a_duty_counts(verdicts: tuple[str, ...], counts: int) -> None:
    days = (None, APRIL, JULY)
    stages = tuple(
        StageJudgement(day, {}, {"X": verdict}) for day, verdict in zip(days, verdicts, strict=True)
    )
    one = Judgement("a", "A", {}, {}, stages[0].verdicts, stages=stages)
    assert one.find_deciding("X") is stages[counts]


def test_the_answer_says_from_when_and_only_of_clients_in_stages(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = read_json(capsys, "assess", "--clients", str(file), "--as-of", "2026-11-23", "--lang", "en")
    shop = {row["code"]: row for row in rows if row["client"] == "shop"}
    assert (shop["EDI"]["verdict"], shop["EDI"]["from"]) == ("required", "2027-04-01")
    assert "Hosts third-party sellers" in shop["EDI"]["because"]  # type: ignore[operator]
    assert (shop["EXPRESS"]["verdict"], shop["EXPRESS"]["from"]) == ("required", "2027-07-01")
    assert (shop["BUSINESS_LICENCE"]["verdict"], shop["BUSINESS_LICENCE"]["from"]) == ("required", None)
    assert not any("from" in row for row in rows if row["client"] == "plain")
    main(["assess", "--clients", str(file), "--as-of", "2026-11-23", "--lang", "en", "--client", "shop"])
    assert "from 1 April 2027" in capsys.readouterr().out


def test_a_stage_that_has_begun_is_the_present(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = read_json(capsys, "assess", "--clients", str(file), "--as-of", "2027-04-01")
    shop = {row["code"]: row for row in rows if row["client"] == "shop"}
    assert (shop["EDI"]["verdict"], shop["EDI"]["from"]) == ("required", None)
    assert (shop["EXPRESS"]["verdict"], shop["EXPRESS"]["from"]) == ("required", "2027-07-01")
    rows = read_json(capsys, "assess", "--clients", str(file), "--as-of", "2027-07-01")
    assert not any("from" in row for row in rows)


def test_an_analyst_is_told_the_day_too(catalogue: Catalogue, file: Path) -> None:
    answer = lc.assess(lc.read_clients(file, catalogue), as_of=AS_OF, language="en")
    assert answer["shop", "EDI"].begins_on == APRIL
    assert answer["shop", "EDI"].verdict == "required"
    assert answer["plain", "EDI"].begins_on is None
    later = lc.assess(lc.read_clients(file, catalogue), as_of="2027-05-01", language="en")
    assert later["shop", "EDI"].begins_on is None
    assert later.judgements["shop"].profile["hosts_third_party_sellers"] is True


@settings(max_examples=25)
@given(st.data())
def test_stages_are_judged_as_clients_of_their_own(
    catalogue: Catalogue, sample_clients: pd.DataFrame, data: st.DataObject
) -> None:
    """Each stage gets the verdicts of a client that tells all of it at once, at whatever number of clients."""
    yes_no = [field.name for field in catalogue.fields.every if field.type == "bool"]
    rows = sample_clients.sample(data.draw(st.integers(1, 12)), random_state=data.draw(st.integers(0, 99)))
    cells = []
    for record in rows.to_dict("records"):
        first = list_cells(record, catalogue.fields) | {"group": ""}  # type: ignore[arg-type]
        cells.append(first)
        changed = data.draw(st.sets(st.sampled_from(yes_no), max_size=3))
        flipped = {name: "no" if first[name] == "yes" else "yes" for name in sorted(changed)}
        if flipped:
            cells.append({"client": first["client"], "from": "2027-04-01", **flipped})
    profiles = make_profiles(cells, catalogue.fields, None, "")
    spread = find_stage_profiles(profiles)
    alone = spread.assign(client=[f"c{at}" for at in range(len(spread))])
    expected = iter(judge(catalogue, alone, AS_OF))
    for one in judge(catalogue, profiles, AS_OF):
        for stage in one.stages or (one,):
            told = next(expected)
            assert stage.verdicts == told.verdicts
            assert stage.profile == told.profile


@settings(max_examples=25)
@given(st.integers(0, 25), st.sampled_from(["branch_cities", "company_age_months"]))
def test_a_change_that_no_rule_sees_changes_no_verdict(
    catalogue: Catalogue, sample_clients: pd.DataFrame, at: int, field: str
) -> None:
    first = list_cells(sample_clients.to_dict("records")[at], catalogue.fields)  # type: ignore[arg-type]
    before = float(first[field] or 5)
    cells = (
        {**first, field: f"{before:g}"},
        {"client": first["client"], "from": "2027-04-01", field: f"{before + 0.25:g}"},
    )
    (alone,), (staged,) = judge_cells(catalogue, cells[0]), judge_cells(catalogue, *cells)
    assert len(staged.stages) == 2
    assert staged.verdicts == alone.verdicts
    assert {code: staged.find_deciding(code).verdicts[code] for code in alone.verdicts} == alone.verdicts  # type: ignore[union-attr]


def test_a_file_of_one_row_a_client_is_judged_as_ever(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    verdicts = find_verdicts(catalogue, sample_clients, AS_OF)
    for one in judge(catalogue, sample_clients, AS_OF):
        assert one.stages == ()
        assert one.verdicts == verdicts.loc[one.client].to_dict()


def test_what_is_about_the_present_alone_says_what_it_leaves_out(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--clients", str(file), "--as-of", "2026-11-23", "--lang", "en")
    said = "shop: told in stages; this is about the present and leaves out what changes on 1 April 2027, 1 July 2027\n"
    for command in (["what-if", "--licence", "EDI"], ["assess", "--questions"]):
        assert main([*command, *asked]) == 0
        assert said in capsys.readouterr().err
        assert main([*command, *asked, "--client", "plain"]) == 0
        assert capsys.readouterr().err.splitlines() == [f"{file}: 2 clients, 10 answers"]
    for command in (["assess"], ["plan", "--start", "2026-11-24"]):
        assert main([*command, *asked]) == 0
        assert capsys.readouterr().err.splitlines() == [f"{file}: 2 clients, 10 answers"]
