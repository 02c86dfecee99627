"""Budget of one document: how much its template may work and write, counted and so the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateRuntimeError, Undefined

MOST_STEPS = 1_000_000  # about what a second is enough for; our own template takes some 40,000
MOST_CHARACTERS = 8_000_000  # some 3,000 pages, marks included
LONGEST_TEXT = 100_000
LARGEST_NUMBER = 2**63
MOST_PICTURES = 200
_DEEPEST = 10


class TooMuchError(TemplateRuntimeError):
    """A template asks for more than a document can need."""


@dataclass
class Budget:
    """What is left to one document."""

    steps: int = MOST_STEPS
    characters: int = MOST_CHARACTERS

    def take_steps(self, count: int) -> None:
        self.steps -= count
        if self.steps < 0:
            raise TooMuchError(f"the template works on after {MOST_STEPS:,} steps; is there a loop too many?")

    def take_characters(self, count: int) -> None:
        self.characters -= count
        if self.characters < 0:
            raise TooMuchError(f"the template writes more than {MOST_CHARACTERS:,} characters")


_BUDGET: ContextVar[Budget] = ContextVar("budget of a Word file")


@contextmanager
def allot() -> Iterator[Budget]:
    """A budget for all that is done within."""
    budget = Budget()
    token = _BUDGET.set(budget)
    try:
        yield budget
    finally:
        _BUDGET.reset(token)


def find_budget() -> Budget:
    return _BUDGET.get()


def check(value: Any) -> Any:
    """A text or number that a template has made, paid for. Raises: TooMuchError."""
    if isinstance(value, str):
        check_length(len(value))
    check_numbers(value)
    return value


def check_numbers(*values: Any) -> None:
    """Raises: TooMuchError for a whole number that takes long to work with."""
    for value in values:
        if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
            raise TooMuchError("the template makes a number beyond all bounds")


def check_length(length: int) -> None:
    """Pays for a text that is about to be made. Raises: TooMuchError."""
    if length > LONGEST_TEXT:
        raise TooMuchError(f"the template makes a text of more than {LONGEST_TEXT:,} characters")
    find_budget().take_characters(length)


def weigh(value: Any) -> Any:
    """The value, once its size is paid for in steps. Raises: TooMuchError; UndefinedError for what is not there."""
    _pay(value, find_budget(), 0)
    return value


def _pay(value: Any, budget: Budget, depth: int) -> None:
    if isinstance(value, str):
        budget.take_steps(1 + len(value) // 100)
        return
    budget.take_steps(1)
    if isinstance(value, Undefined):
        str(value)  # raises what is to be said
    if depth > _DEEPEST:
        raise TooMuchError(f"the template puts lists into lists, more than {_DEEPEST} deep")
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, tuple | list):
        return
    for each in value:
        _pay(each, budget, depth + 1)
