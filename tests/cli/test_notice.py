"""Who waits before a screen is told for what; nobody else is."""

from __future__ import annotations

import sys
import time

import pytest

from licences.cli import notice
from licences.cli.main import main
from licences.cli.notice import cancel, notice_reading

SAID = "reading the catalogue and the clients …\n"


def sit_before_it(monkeypatch: pytest.MonkeyPatch, seconds: float = 0.0) -> None:
    """Makes standard error a screen before which somebody sits, who is told after so long."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(notice, "PATIENCE_SECONDS", seconds)


def test_who_looks_at_a_screen_is_told_what_takes_long(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sit_before_it(monkeypatch)
    with notice_reading("en"):
        time.sleep(0.2)
    assert capsys.readouterr().err == SAID


def test_nothing_is_told_once_something_was_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sit_before_it(monkeypatch, 0.2)
    with notice_reading("en"):
        cancel()
        time.sleep(0.4)
    with notice_reading("zh"):
        pass
    time.sleep(0.4)
    assert capsys.readouterr().err == ""


def test_a_log_is_not_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(notice, "PATIENCE_SECONDS", 0.0)
    with notice_reading("en"):
        time.sleep(0.2)
    assert capsys.readouterr().err == ""


def test_the_notice_comes_first_in_the_language_of_messages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sit_before_it(monkeypatch)
    assert main(["check", "--lang", "zh"]) == 0
    assert capsys.readouterr().err.startswith("正在读取目录和客户……\n")
