"""The way in: twenty names, each with an example that runs, that answer as the commands do."""

from __future__ import annotations

import doctest
import inspect
import json
import subprocess
import sys
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import licences as lc
from licences.cli.main import main

AS_OF, START = "2026-11-23", "2026-11-24"
NAMES = [name for name in lc.__all__ if not name.startswith("_")]


@pytest.fixture(scope="module")
def clients() -> lc.Clients:
    return lc.read_clients()


@pytest.fixture(scope="module")
def answer(clients: lc.Clients) -> lc.Answer:
    return lc.assess(clients, as_of=AS_OF, language="en")


@pytest.fixture(scope="module")
def plans(answer: lc.Answer) -> lc.Plans:
    return lc.plan(answer, start=START)


def print_json(capsys: pytest.CaptureFixture[str], *command: str) -> Any:
    assert main([*command, "--as-of", AS_OF, "--lang", "en", "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_there_are_at_most_twenty_names_and_each_is_there() -> None:
    assert len(lc.__all__) <= 20
    assert dir(lc) == sorted(lc.__all__)
    for name in lc.__all__:
        assert getattr(lc, name)
    with pytest.raises(AttributeError, match="no attribute 'asess'"):
        _ = lc.asess


@pytest.mark.parametrize("module", ["answers", "clients", "plans", "changes", "reports"])
def test_the_examples_run(module: str) -> None:
    result = doctest.testmod(import_module(f"licences.api.{module}"))
    assert result.failed == 0
    assert result.attempted >= 5


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_explained(name: str) -> None:
    explained = inspect.getdoc(getattr(lc, name)) or ""
    assert len(explained.splitlines()[0]) > 20
    if getattr(lc, name).__module__.startswith("licences.api."):
        assert "Examples\n--------\n>>> import licences as lc" in explained


def test_importing_it_imports_nothing_heavy_and_changes_nothing_in_its_host() -> None:
    code = (
        "import sys; before = set(sys.modules); import licences; "
        "print(sorted(name for name in set(sys.modules) - before if not name.startswith('licences')))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    added = set(ran.stdout.strip("[]\n").replace("'", "").split(", "))
    assert not added & {"pandas", "numpy", "plotly", "yaml", "rfc3987_syntax", "jsonschema"}


def test_the_answers_are_those_of_the_command(
    answer: lc.Answer, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    printed = print_json(capsys, "assess")
    assert len(printed) == len(answer.frame)
    for row, (_, cells) in zip(printed, answer.frame.iterrows(), strict=True):
        assert {name: cells[name] for name in ("client", "code", "verdict", "because", "missing_facts", "status")} == {
            name: row[name] for name in ("client", "code", "verdict", "because", "missing_facts", "status")
        }  # fmt: skip
    one = answer["paper-plane-post", "EXPRESS"]
    assert isinstance(one, lc.LicenceAnswer)
    assert one.official_name == "快递业务经营许可证"
    assert answer["paper-plane-post"]["EXPRESS"].blockers == one.blockers
    questions = print_json(capsys, "assess", "--questions")
    assert answer.questions.drop(columns="label").to_dict("records") == questions


def test_the_plans_are_those_of_the_command(
    plans: lc.Plans, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    printed = print_json(capsys, "plan", "--start", START)
    assert [plans[one].as_json() for one in plans] == printed
    for one in printed:
        steps = plans[one["client"]].steps
        assert [step["code"] for step in one["steps"]] == (list(steps["code"]) if len(steps) else [])
        for step, (_, row) in zip(one["steps"], steps.iterrows(), strict=True):
            for name in ("start", "submit_on", "finish", "finish_p50", "finish_p80", "finish_p90"):
                assert step[name] == (None if pd.isna(row[name]) else row[name].date().isoformat())
            assert step["blocked_by"] == (None if pd.isna(row["blocked_by"]) else row["blocked_by"])
        launch, promise = plans[one["client"]].launch, plans[one["client"]].promise
        assert one["launch"]["p80"] == (launch[1].isoformat() if launch else None)
        assert one["promise"]["kind"] == promise.kind
        assert one["promise"]["not_before"] == (promise.not_before and promise.not_before.isoformat())
        row = plans.launches.set_index("client").loc[one["client"]]
        assert row["promise"] == promise.kind
        assert one["launch"]["decided_by"] == (None if pd.isna(row["decided_by"]) else row["decided_by"])
    assert {one["promise"]["kind"] for one in printed} == {"dates", "not_before"}


def test_the_frames_are_tidy(answer: lc.Answer, plans: lc.Plans) -> None:
    assert not answer.frame.duplicated(["client", "code"]).any()
    assert not plans.frame.duplicated(["client", "code"]).any()
    assert answer.frame.dtypes["checked_on"].kind == plans.frame.dtypes["start"].kind == "M"
    assert len(plans.launches) == len(plans) == 26
    assert set(plans.deadlines["kind"]) == {"renewal", "duty"}
    assert plans.fees["fee_cny"].isna().any()  # what is not known is missing, not zero
    by_client = plans.assumptions.groupby("client")[["launch_earlier_days", "launch_later_days"]]
    assert (by_client.min()["launch_earlier_days"] <= 0).all()
    assert (by_client.max()["launch_later_days"] >= 0).all()


def test_a_change_of_law_is_held_against_the_clients(
    clients: lc.Clients, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    days = ["--from", "2025-07-17", "--to", "2025-07-18"]
    assert main(["diff", *days, "--start", START, "--lang", "en", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)["clients"]
    impact = lc.diff("2025-07-17", "2025-07-18", language="en").impact(clients, start=START)
    assert [row["tell"] for row in printed] == list(impact.frame["tell"])
    assert lc.diff(clients.catalogue, clients.catalogue, as_of=AS_OF).frame.empty


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda answer: answer["corner-shp"], "no client 'corner-shp'; did you mean 'corner-shop'?"),
        (lambda answer: answer["corner-shop", "ECI"], "no licence in force 'ECI'; did you mean"),
        (lambda answer: lc.what_if(answer, "corner-shop", "ECI"), "no licence in force 'ECI'"),
        (lambda answer: lc.plan(answer, start="tomorrow"), "start='tomorrow' is no day; write it as 2026-11-23"),
        (lambda answer: lc.plan(answer)["nobody"], "no client 'nobody'"),
        (lambda answer: lc.assess(answer.clients, language="fr"), "no language 'fr'"),
        (lambda answer: lc.diff("2025-07-17", answer.clients.catalogue), "a day and a catalogue cannot be compared"),
        (lambda answer: lc.report(answer.clients, formats=["pdff"]), "there is no format 'pdff'; did you mean 'pdf'?"),
        (lambda answer: lc.report(answer.clients, ics="al"), "there is no calendar 'al'; did you mean 'all'?"),
        (lambda _: lc.load("nowhere.csv"), "nowhere.csv"),
    ],
)  # fmt: skip
def test_a_slip_is_told_in_a_sentence(answer: lc.Answer, ask: Any, says: str) -> None:
    with pytest.raises(lc.LicencesError) as error:
        ask(answer)
    assert says in str(error.value)


def test_days_may_be_dates_and_data_may_lie_in_a_folder_of_ones_own(
    clients: lc.Clients, project: Path, tmp_path: Path
) -> None:
    assert lc.assess(clients, as_of=date(2026, 11, 23)).as_of == date.fromisoformat(AS_OF)
    (tmp_path / "licences.csv").write_bytes((project / "data" / "licences.csv").read_bytes())
    own = lc.load(tmp_path)
    assert own.file == tmp_path / "licences.csv"
    assert lc.read_clients(project / "data" / "clients.csv", own).path == project / "data" / "clients.csv"


def test_a_calendar_holds_the_plan_too_where_it_is_asked_for(clients: lc.Clients, tmp_path: Path) -> None:
    frame = clients.frame
    one = lc.Clients(frame[frame["client"] == "corner-shop"], clients.catalogue)
    days = {"as_of": AS_OF, "start": START, "language": "en", "formats": ["ics"]}
    counts = []
    for name, asked in (("default", {}), ("renewals", {"ics": "renewals"}), ("all", {"ics": "all"})):
        made = lc.report(one, out=tmp_path / name, **days, **asked)
        assert list(made["status"]) == ["done"]
        content = (tmp_path / name / "corner-shop" / "renewals.ics").read_text(encoding="utf-8")
        counts.append((content.count("BEGIN:VEVENT"), "Submit: " in content or "Start: " in content))
    assert counts[0] == counts[1]
    assert counts[0][0] < counts[2][0]
    assert [planned for _, planned in counts] == [False, False, True]
