"""Parameters of a notebook are what Python's grammar says they are."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from licences.errors import UsageError
from licences.runner.notebooks import parse_notebook
from licences.runner.parameters import Parameter, check_parameters, read_parameters

ANY: set[type] = set()


def make_notebook(*sources: str, tags: tuple[int, ...] = (1,), kind: str = "code") -> dict[str, Any]:
    cells = [
        {"cell_type": kind, "source": source, "metadata": {"tags": ["parameters"] if at in tags else []}}
        for at, source in enumerate(sources, start=1)
    ]
    told = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return parse_notebook(json.dumps(told).encode(), "own.ipynb")


def read(source: str) -> dict[str, set[type]]:
    return {name: set(one.types) for name, one in read_parameters(make_notebook(source), "own.ipynb").items()}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('client = ""  # id = first column', {"client": {str}}),
        ('title = "a=b"', {"title": {str}}),
        ("title = 'a # b = c'", {"title": {str}}),
        ("# a = 1\nb = 2", {"b": {int}}),
        ("a: int = 1", {"a": {int}}),
        ("a: float = 1", {"a": {float}}),
        ("a: 'int' = 1", {"a": {int}}),
        ("a: str", {"a": {str}}),
        ("a: str | None = None", {"a": {str}}),
        ("a: None | int = None", {"a": {int}}),
        ("a: str | int = 0", {"a": {str, int}}),
        ("a: Path = ''", {"a": {str}}),
        ("a: Path = Path('x')", {"a": ANY}),
        ("a: list[str] | None = None", {"a": ANY}),
        ("a = -1", {"a": {int}}),
        ("a = -1.5e3", {"a": {float}}),
        ("a = None", {"a": ANY}),
        ("a = True", {"a": {bool}}),
        ("a = 2 * 3", {"a": ANY}),
        ("a = dict(b=1)", {"a": ANY}),
        ("a = lambda b=1: b", {"a": ANY}),
        ("a = [1, {'b': 2}]", {"a": {list}}),
        ("a = b = 1", {"a": {int}, "b": {int}}),
        ("a, b = 1, 'x'", {"a": {int}, "b": {str}}),
        ("a, b = f()", {"a": ANY, "b": ANY}),
        ("(a, [b, c]), *d = (1, ['x', 2.0]), 3", {"a": ANY, "b": ANY, "c": ANY, "d": ANY}),
        ("a = 1; b = 'x'", {"a": {int}, "b": {str}}),
        ("a = (\n  'x'  # = 1\n  'y'\n)", {"a": {str}}),
        ('a = """\nb = 1\n"""', {"a": {str}}),
        ("a = 1\na = 'x'", {"a": {str}}),
        ("a = 'x' \\\n  'y'", {"a": {str}}),
        ("if True:\n    a = 1\ndef f(b=1):\n    c = 1\nx.y = z[0] = 1\nd += 1", {}),
        ("", {}),
        ("%matplotlib inline\na = 1", {"a": {int}}),
        ("%%time\na = 1\n!ls\nb = 'x'", {"a": {int}, "b": {str}}),
        ("a = %pwd\nb = !ls\nc = 1", {"a": ANY, "b": ANY, "c": {int}}),
        ("客户 = ''", {"客户": {str}}),
    ],
)
def test_a_parameter_is_a_name_to_which_the_cell_gives_a_value(
    source: str, found: dict[str, set[type]]
) -> None:
    assert read(source) == found


@pytest.mark.parametrize(
    ("types", "value", "fits"),
    [
        ({str}, "x", True), ({str}, 1, False), ({int}, 1, True), ({int}, True, False), ({int}, 1.0, False),
        ({float}, 1, True), ({float}, True, False), ({bool}, True, True), ({bool}, 1, False),
        ({str, int}, 1, True), (set(), 1, True), (set(), "x", True),
    ],
)  # fmt: skip
def test_a_value_fits_the_type_of_the_default(types: set[type], value: object, fits: bool) -> None:
    assert Parameter("a", frozenset(types)).takes(value) is fits


@pytest.mark.parametrize(
    ("notebook", "wrong"),
    [
        (make_notebook("1", tags=()), "own.ipynb has no cell with the tag 'parameters'; give client, capacity each"),
        (make_notebook(), "own.ipynb has no cell with the tag 'parameters'"),
        (make_notebook("a = 1", "1", "b = 1", tags=(1, 3)), "own.ipynb has 2 cells with the tag 'parameters': 1, 3"),
        (make_notebook("a = 1", kind="markdown"), "own.ipynb: cell 1 has the tag 'parameters', and no code"),
        (make_notebook("1", "a = 1\nb = = 2", tags=(2,)), "own.ipynb: cell 2, line 2: invalid syntax"),
        (make_notebook("%time\nb = = 2"), "own.ipynb: cell 1, line 2: invalid syntax"),
        (make_notebook("a = 'x\n"), "own.ipynb: cell 1, line 1: unterminated string literal"),
        (make_notebook("a = 1\0"), "own.ipynb: cell 1"),
        (make_notebook("a = " + "(" * 5000), "own.ipynb: cell 1"),
        (make_notebook("a = " + "-" * 100_000 + "1"), "own.ipynb: cell 1"),
        (make_notebook("clinet = ''"), "own.ipynb takes no parameter 'client'; did you mean 'clinet'?"),
        (make_notebook("client = 7"), "the parameter 'client' of own.ipynb takes int, and is given str; write a"),
        (make_notebook("client = ''\ncapacity = False"), "'capacity' of own.ipynb takes bool, and is given int"),
    ],
)  # fmt: skip
def test_a_notebook_that_does_not_take_our_parameters_is_refused(
    notebook: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(wrong)):
        check_parameters(notebook, "own.ipynb", {"client": "x", "capacity": 1})


def test_the_names_that_a_notebook_takes_are_told() -> None:
    notebook = make_notebook("client = None  # = any\ncapacity: float = 1\nextra = {}")
    assert check_parameters(notebook, "own.ipynb", {"client": "x", "capacity": 1}) == {
        "client", "capacity", "extra",
    }  # fmt: skip
