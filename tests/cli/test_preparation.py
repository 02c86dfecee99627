"""Preparation and capacity on the command line: what ``plan``, ``report`` and ``portfolio`` make of them."""

from __future__ import annotations

import json
import re
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from licences.__main__ import main
from licences.words.texts import write_day

DAYS = ("--as-of", "2026-11-23", "--start", "2026-11-24", "--lang", "en")
NOTICE = "--capacity counts applications in preparation; with --no-preparation it limits nothing"
COMPLETE = "All papers are taken to be complete at the start; no time is planned for preparing them."
AT_A_TIME = "No more than 2 applications are in preparation at a time, so some steps wait for staff."
OPTIONS = [(), ("--no-preparation",), ("--capacity", "2"), ("--capacity", "2", "--no-preparation")]


def ask_plan(capsys: pytest.CaptureFixture[str], client: str, *options: str) -> tuple[dict[str, Any], str]:
    """The plan of a client as JSON, and what was said beside it."""
    assert main(["plan", "--client", client, *DAYS, *options, "--json"]) == 0
    said = capsys.readouterr()
    (plan,) = json.loads(said.out)
    return plan, said.err


@pytest.mark.parametrize("client", ["sea-bridge", "wander-work"])  # with a promise, and without
def test_a_step_is_prepared_from_its_start_to_its_submission_and_then_decided(
    client: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plan, _ = ask_plan(capsys, client)
    assert plan["preparation"] is True
    dated = [step for step in plan["steps"] if step["start"]]
    assert dated
    for step in dated:
        assert step["prepare_from"] == step["start"] <= step["submit_on"] <= step["finish"]
        assert step["latest_start"] <= step["latest_submit_on"] <= step["latest_finish"]
        assert (step["start"] < step["submit_on"]) is (step["preparation"]["likely"] > 0)
        times = step["preparation"]
        assert times["min"] <= times["likely"] <= times["max"]
        assert (
            times["basis"] == "estimate" or times["max"] == 0 or times["basis"] in {"rule_text", "secondary"}
        )
    assert any(step["start"] < step["submit_on"] for step in dated)
    for step in plan["steps"]:
        if not step["start"]:
            assert step["prepare_from"] is step["submit_on"] is step["latest_submit_on"] is None


def test_what_can_be_promised_stands_in_the_json_with_its_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    plan, _ = ask_plan(capsys, "sea-bridge")
    assert plan["promise"].keys() == {"kind", "not_before", "reasons", "text"}
    assert (plan["promise"]["kind"], plan["promise"]["not_before"], plan["promise"]["reasons"]) == (
        "dates",
        None,
        [],
    )
    assert plan["launch"]["p50"] < plan["launch"]["p80"] < plan["launch"]["p90"]
    assert (
        f"{write_day(date.fromisoformat(plan['launch']['p80']), 'en')}* is the date to give to others"
        in plan["promise"]["text"]
    )
    plan, _ = ask_plan(capsys, "wander-work")
    promise, launch = plan["promise"], plan["launch"]
    assert (promise["kind"], promise["not_before"]) == ("not_before", launch["likely"])
    for name in ("p50", "p80", "p90", "decided_by", "decided_by_share"):
        assert launch[name] is None
    undated, undetermined = promise["reasons"]
    assert (undated["kind"], undated["codes"]) == ("undated", launch["left_out"])
    assert undetermined["kind"] == "undetermined"
    assert undetermined["fields"]
    assert {"EDI", "ICP"} <= set(undetermined["codes"])
    for reason in (undated, undetermined):
        assert reason.keys() == {"kind", "codes", "fields", "text"}
        assert reason["text"] in promise["text"]


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_a_plan_is_made_as_it_is_asked_for_and_a_capacity_that_limits_nothing_is_said(
    options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    usual, _ = ask_plan(capsys, "sea-bridge")
    plan, said = ask_plan(capsys, "sea-bridge", *options)
    prepares, few = "--no-preparation" not in options, "--capacity" in options
    assert (NOTICE in said) is (few and not prepares)
    read = [
        line
        for line in said.splitlines()
        if line.startswith(("these are sample clients", "data/clients.csv: "))
    ]
    assert said.count("\n") - len(read) == (few and not prepares)
    assert plan["preparation"] is prepares
    assert plan["capacity"] == (2 if few else None)
    likely, usual_likely = plan["launch"]["likely"], usual["launch"]["likely"]
    if not prepares:
        assert likely < usual_likely
        for step in plan["steps"]:
            assert step["start"] == step["prepare_from"] == step["submit_on"]
            assert not step["queues_behind"]
            assert step["preparation"]["max"] == 0
        without, _ = ask_plan(capsys, "sea-bridge", "--no-preparation")
        assert plan | {"capacity": None} == without
    elif few:
        assert likely >= usual_likely
        assert any(step["queues_behind"] for step in plan["steps"])
        for day in {step["start"] for step in plan["steps"]}:
            at_work = [one for one in plan["steps"] if one["start"] <= day < one["submit_on"]]
            assert len(at_work) <= 2
    else:
        assert plan == usual


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_the_table_says_whose_preparation_a_step_waits_for(
    options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", "--client", "sea-bridge", *DAYS, *options]) == 0
    said = capsys.readouterr()
    waits = "waits for staff, who" in " ".join(said.out.split())
    assert waits is (options == ("--capacity", "2"))
    assert (NOTICE in said.err) is (len(options) == 3)


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_a_report_says_how_it_was_planned(
    options: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["report", "--client", "sea-bridge", "--out", str(tmp_path), "--workers", "1", *DAYS, *options]
    assert main(asked) == 0
    assert (NOTICE in capsys.readouterr().err) is (len(options) == 3)
    page = read(tmp_path / "sea-bridge" / "report.html")
    prepares = "--no-preparation" not in options
    assert (COMPLETE in page) is not prepares
    assert (AT_A_TIME in page) is (options == ("--capacity", "2"))
    plan, _ = ask_plan(capsys, "sea-bridge", *options)
    for step in plan["steps"]:
        days = " ".join(step[name] for name in ("prepare_from", "submit_on", "finish"))
        assert days in page.replace("*", "")
    assert main(asked) == 0
    assert "sea-bridge: up_to_date" in capsys.readouterr().err
    other = asked[: -len(options)] if options else [*asked, "--no-preparation"]
    assert main(other) == 0
    assert "sea-bridge: done" in capsys.readouterr().err  # it is planned otherwise, and made anew


def read(page: Path) -> str:
    """The words of a page, with one space between them."""
    text = re.sub(r"<(style|script)\b.*?</\1>", " ", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_a_portfolio_counts_what_is_in_preparation(
    options: tuple[str, ...], project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = (project / "data" / "clients.csv").read_text(encoding="utf-8-sig").splitlines()
    few = [row for row in rows if re.match("client,|sea-bridge,|wander-work,|hello-hall,", row)]
    (tmp_path / "clients.csv").write_text("\n".join(few) + "\n", encoding="utf-8")
    asked = ["--clients", str(tmp_path / "clients.csv"), "--out", str(tmp_path), *DAYS, *options]
    assert main(["portfolio", *asked]) == 0
    said = capsys.readouterr().err
    assert "portfolio.html: 3 clients" in said
    assert (NOTICE in said) is (len(options) == 3)
    page = read(tmp_path / "portfolio.html")
    prepares = "--no-preparation" not in options
    plan, _ = ask_plan(capsys, "sea-bridge", *(() if prepares else ("--no-preparation",)))
    if "--capacity" not in options or not prepares:
        assert f" {plan['launch']['likely']}" in page
    wander, _ = ask_plan(capsys, "wander-work", *(() if prepares else ("--no-preparation",)))
    if "--capacity" not in options or not prepares:
        assert f"not before {wander['promise']['not_before']}" in page
    assert ("would be in preparation at a time" in page) is prepares
    assert ("is prepared first, so that no capacity limits them." in page) is not prepares
    assert ("With 2 at a time the last begins in " in page) is (options == ("--capacity", "2"))
