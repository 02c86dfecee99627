"""What each command prints as JSON has the shape that is promised, no more and no less."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from licences.cli.main import main
from licences.words.json_views import OUTPUTS

DAY = ["--as-of", "2026-11-23"]
COMMANDS = {
    "assess": ["assess", *DAY],
    "assess --trace": ["assess", *DAY, "--trace"],
    "assess --questions": ["assess", *DAY, "--questions"],
    "plan": ["plan", *DAY, "--start", "2026-11-24", "--include", "recommended,optional"],
    "what-if": ["what-if", *DAY, "--licence", "EXPRESS", "--licence", "ICP"],
    "diff": ["diff", "--from", "2024-01-01", "--to", "2026-11-23"],
    "check": ["check"],
    "check --deep": ["check", "--deep", *DAY],
}


def make_strict_schema(kind: Any) -> dict[str, Any]:
    """The schema of a type in which no object may have another key than its own."""
    schema = msgspec.json.schema(kind)
    for part in schema["$defs"].values():
        part["additionalProperties"] = False
    return dict(schema)


def print_json(command: str, capsys: pytest.CaptureFixture[str]) -> Any:
    assert main([*COMMANDS[command], "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_prints_the_shape_that_is_promised(
    command: str, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    schema = make_strict_schema(OUTPUTS[command.removesuffix(" --deep")])
    printed = print_json(command, capsys)
    assert not [error.message for error in Draft202012Validator(schema).iter_errors(printed)]


@pytest.mark.parametrize("command", ["assess", "plan"])
def test_another_key_or_type_would_be_noticed(
    command: str, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    validator = Draft202012Validator(make_strict_schema(OUTPUTS[command]))
    printed = print_json(command, capsys)
    assert not validator.is_valid([printed[0] | {"another": 1}])
    assert not validator.is_valid([printed[0] | {"client": 1}])
    assert not validator.is_valid([{key: value for key, value in printed[0].items() if key != "client"}])


def test_every_shape_is_of_a_command_that_is_tried() -> None:
    assert {command.removesuffix(" --deep") for command in COMMANDS} == set(OUTPUTS)
