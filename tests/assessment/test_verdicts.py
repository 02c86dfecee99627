"""What each client needs: status, blockers, questions and words."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from licences.assessment.questions import rank_questions
from licences.assessment.verdicts import VERDICTS, find_status, find_verdicts
from licences.law.catalogue import Catalogue
from licences.rules.facts import read_profiles
from licences.words.findings import make_findings_frame
from licences.words.texts import read_texts

AS_OF = date(2026, 11, 23)


def tell(catalogue: Catalogue, folder: Path, **facts: str) -> pd.DataFrame:
    path = folder / "clients.csv"
    pd.DataFrame([{"client": "a", "name": "A", **facts}]).to_csv(path, index=False)
    return read_profiles(path, catalogue.fields, set(catalogue.rows["code"]))


def find(findings: pd.DataFrame, code: str) -> dict[str, Any]:
    (row,) = findings[findings["code"] == code].to_dict("records")
    return {str(key): value for key, value in row.items()}


def test_undetermined_is_said_exactly_where_a_fact_is_missing(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    findings = make_findings_frame(catalogue, sample_clients, AS_OF)
    outside = findings["because"].map(lambda because: any("本目录没有" in reason for reason in because))
    is_open = findings["missing_facts"].map(bool)
    assert ((findings["verdict"] == "undetermined") == (is_open | outside)).all()
    assert set(findings.loc[outside, "code"]) == {"OTHER_REGULATED"}
    assert not (is_open & outside).any()
    assert set(findings["verdict"]) == set(VERDICTS)
    assert len(findings) == len(sample_clients) * findings["code"].nunique()


def test_the_quick_verdicts_and_the_explained_ones_agree(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    quick = find_verdicts(catalogue, sample_clients, AS_OF)
    for row in make_findings_frame(catalogue, sample_clients, AS_OF).to_dict("records"):
        assert quick.at[row["client"], row["code"]] == row["verdict"]


@pytest.mark.parametrize(
    ("expiry", "status"),
    [("2029-03-31", "held"), ("2027-05-23", "held"), ("2027-05-22", "expiring"), ("2026-11-23", "expiring"),
     ("2026-11-22", "expired")],
)  # fmt: skip
def test_a_licence_is_expiring_inside_its_renewal_lead_time(expiry: str, status: str) -> None:
    row = {"code": "EDI", "renewal_lead_days": 180, "renewal_days_unit": "calendar"}
    assert find_status({"EDI": date.fromisoformat(expiry)}, row, AS_OF) == status


def test_a_lead_time_in_working_days_counts_working_days() -> None:
    row = {"code": "X", "renewal_lead_days": 10, "renewal_days_unit": "working"}
    # 2026-12-07 less ten working days (no holiday between) is Monday 2026-11-23
    assert find_status({"X": date(2026, 12, 7)}, row, AS_OF) == "expiring"
    assert find_status({"X": date(2026, 12, 8)}, row, AS_OF) == "held"


def test_without_expiry_it_is_held_and_without_holding_it_is_not() -> None:
    row = {"code": "X", "renewal_lead_days": pd.NA, "renewal_days_unit": None}
    assert find_status({"X": None}, row, AS_OF) == "held"
    assert find_status({}, row, AS_OF) == "not_held"


def test_a_blocker_says_what_would_meet_it(catalogue: Catalogue, tmp_path: Path) -> None:
    profiles = tell(catalogue, tmp_path, own_couriers="yes", registered_capital_cny="400000", cross_province="no",
                    international_express="no")  # fmt: skip
    express = find(make_findings_frame(catalogue, profiles, AS_OF, "en"), "EXPRESS")
    (blocker,) = express["blockers"]
    assert "400,000 CNY, less than 500,000 CNY" in blocker
    assert "To put it right: raise the registered capital to at least 500,000 CNY" in blocker


def test_a_condition_that_cannot_be_told_is_no_blocker(catalogue: Catalogue, tmp_path: Path) -> None:
    profiles = tell(catalogue, tmp_path, own_couriers="yes")
    assert find(make_findings_frame(catalogue, profiles, AS_OF), "EXPRESS")["blockers"] == []


def test_because_names_the_deciding_facts_and_the_law(catalogue: Catalogue, tmp_path: Path) -> None:
    profiles = tell(catalogue, tmp_path, hosts_third_party_sellers="yes", completes_transactions_online="yes")
    edi = find(make_findings_frame(catalogue, profiles, AS_OF, "en"), "EDI")
    assert edi["because"][:2] == [
        "Hosts third-party sellers",
        "Completes orders and payment on the platform",
    ]
    assert edi["because"][-1] == f"Legal basis: {edi['legal_basis']}"
    assert "not needed if it were to no longer host third-party sellers" in edi["would_change_if"]


def test_a_fact_that_cannot_change_the_verdict_is_not_asked_for(catalogue: Catalogue, tmp_path: Path) -> None:
    profiles = tell(catalogue, tmp_path, hosts_third_party_sellers="no")
    assert find(make_findings_frame(catalogue, profiles, AS_OF), "EDI")["missing_facts"] == []
    assert find(make_findings_frame(catalogue, profiles, AS_OF), "EDI")["verdict"] == "not_needed"


def test_every_fact_that_decides_a_verdict_is_asked(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    quiet = sample_clients[sample_clients["client"] == "quiet-client"]
    questions = rank_questions(catalogue, quiet, AS_OF)
    open_codes = find_verdicts(catalogue, quiet, AS_OF).iloc[0]
    assert set(questions["settles"].sum()) <= set(open_codes.index[open_codes == "undetermined"])
    asked = set(questions["field"])
    findings = make_findings_frame(catalogue, quiet, AS_OF)
    assert {field for fields in findings["missing_facts"] for field in fields} <= asked


def test_a_question_settles_what_one_of_its_answers_really_decides(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    told = {
        field.name: "no" if field.type == "bool" else "0"
        for field in catalogue.fields.every
        if field.type in ("bool", "number") and field.name != "own_couriers"
    }
    told |= {"mlps_level": "2", "own_categories": "none", "hosted_categories": "none"}
    profiles = tell(catalogue, tmp_path, **told)
    (question,) = rank_questions(catalogue, profiles, AS_OF).to_dict("records")
    assert (question["field"], question["settles"], question["share"]) == ("own_couriers", ["EXPRESS"], 1.0)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_sentence_is_in_the_readers_language(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    findings = make_findings_frame(catalogue, sample_clients, AS_OF, language)
    texts = [
        text
        for column in ("because", "would_change_if", "blockers")
        for row in findings[column]
        for text in row
    ]
    assert texts
    assert not [text for text in texts if "{" in text]
    if language == "zh":
        assert all(re.search(r"[\u4e00-\u9fff]", text) for text in texts)


def flatten(texts: object, path: str = "") -> dict[str, str]:
    if isinstance(texts, dict):
        return {k: v for key, value in texts.items() for k, v in flatten(value, f"{path}.{key}").items()}
    if isinstance(texts, list):
        return {k: v for at, value in enumerate(texts) for k, v in flatten(value, f"{path}.{at}").items()}
    return {path: str(texts)}


def test_both_languages_say_the_same_things_with_the_same_blanks() -> None:
    zh, en = flatten(read_texts("zh")), flatten(read_texts("en"))
    assert zh.keys() == en.keys()
    for key, text in zh.items():
        assert sorted(re.findall(r"{(\w+)[}:]", text)) == sorted(re.findall(r"{(\w+)[}:]", en[key])), key
        assert text.strip()
        assert en[key].strip()
