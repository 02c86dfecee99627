"""Deadlines as the commands and Python tell them: the same days in the terminal, in JSON and in frames."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import licences as lc
from licences.__main__ import main

HOLDS = "BUSINESS_LICENCE;EDI@2026-12-14;FOOD_OPERATION@2026-12-15;DOMAIN@2031-04-02;ISO_9001@2026-10-31;ICP_FILING"
LAST_DAYS = {
    "EDI": "2026-09-15",
    "FOOD_OPERATION": "2026-11-24",
    "DOMAIN": "2031-04-02",
    "ISO_9001": "2026-10-31",
}
DAY = ("--as-of", "2026-11-23")


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    path = tmp_path / "clients.csv"
    path.write_text(f"client,name,holds\na,甲,{HOLDS}\n", encoding="utf-8")
    return path


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def test_assess_tells_the_last_day_to_apply_of_what_is_held_and_of_nothing_else(
    clients: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = json.loads(ask(capsys, "assess", "--clients", str(clients), *DAY, "--json"))
    told = {row["code"]: row["last_day_to_apply"] for row in rows}
    assert {code: day for code, day in told.items() if day} == LAST_DAYS
    answer = lc.assess(lc.read_clients(clients), as_of="2026-11-23")
    frame = answer.frame.set_index("code")["last_day_to_apply"].dropna()
    assert frame.dtype.kind == "M"
    assert {code: day.date().isoformat() for code, day in frame.items()} == LAST_DAYS
    assert str(answer["a", "EDI"].last_day_to_apply) == "2026-09-15"
    assert answer["a", "ICP_FILING"].last_day_to_apply is None


def test_plan_lists_the_deadlines_overdue_first(clients: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (plan,) = json.loads(
        ask(capsys, "plan", "--clients", str(clients), *DAY, "--start", "2026-11-24", "--json")
    )
    shown = [(one["code"], one["last_day"], one["days_left"], one["is_overdue"]) for one in plan["deadlines"]]
    assert shown == [
        ("EDI", "2026-09-15", -69, True),
        ("ISO_9001", "2026-10-31", -23, True),
        ("FOOD_OPERATION", "2026-11-24", 1, False),
    ]
    assert {one["verdict"] for one in plan["deadlines"]} == {"undetermined"}
    assert "ISO_9001" not in {one["code"] for one in plan["renewals"] if not one["is_planned"]}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("最迟申请日", "已逾期69天", "剩余1天", "已过期")),
        ("en", ("overdue by 69", "1 day left", "expired")),
    ],
)
@pytest.mark.parametrize("command", ["assess", "plan"])
def test_deadlines_stand_above_all_else_on_the_terminal(
    clients: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    language: str,
    words: tuple[str, ...],
) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    said = ask(capsys, command, "--clients", str(clients), *DAY, "--lang", language)
    assert all(word in said for word in words)
    days = [said.index(LAST_DAYS[code]) for code in ("EDI", "ISO_9001", "FOOD_OPERATION")]
    assert days == sorted(days)
    below = {
        "assess": {"zh": "必须办理", "en": "required"},
        "plan": {"zh": "今后24个月", "en": "Falls due in"},
    }
    assert days[-1] < said.index(below[command][language])


def test_the_frame_of_deadlines_says_how_many_days_are_left(clients: Path) -> None:
    answer = lc.assess(lc.read_clients(clients), as_of="2026-11-23")
    frame = lc.plan(answer, start="2026-11-24").deadlines
    left = (frame["renew_by"] - pd.Timestamp("2026-11-23")).dt.days
    assert (frame["days_left"] == left).all()
