"""Bounds: how much a file may ask for. Whoever passes one is told its number."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

# A firm has some ten thousand clients and 70 facts of each; a CSV of 100,000 clients has 40 MB.
MAX_FILE_BYTES = 100_000_000
MAX_UNPACKED_BYTES = 200_000_000  # of one part of a workbook, as it is when unpacked
MAX_OLD_WORKBOOK_BYTES = 20_000_000  # .xls, which takes longest
MAX_PARTS = 10_000
MAX_ROWS = 1_048_576  # Excel's own
MAX_COLUMNS = 1_000
MAX_CELLS = 8_000_000
MAX_WORKBOOK_CELLS = 1_500_000  # a cell of a workbook takes ten times as long to read
MAX_OPENDOCUMENT_CELLS = 750_000  # and of .ods twice that
MAX_CELL_CHARACTERS = 32_767  # Excel's own
MAX_TOKEN_BYTES = 1_000_000  # a tag with its attributes
MAX_HEADING_ROWS = 20  # what may stand above the row that names the columns
MAX_SUGGESTIONS = 30  # nearest names take long to find
MAX_YAML_BYTES = 2_000_000
MAX_NOTEBOOK_BYTES = 50_000_000
MAX_NOTEBOOK_CELLS = 10_000
MAX_NOTEBOOK_VALUES = 1_000_000
MAX_LINE_BYTES = 1_000_000
MAX_ANSWERS_CHARACTERS = 1_000_000  # of one client; a hundred answers have ten thousand
MAX_DEPTH = 50
FIRST_DAY, LAST_DAY = date(1949, 10, 1), date(2199, 12, 31)  # of what is planned
MAX_NAMES = 1_000  # of tags in one part of a workbook
MAX_FAULTS = 10_000  # of cells in one sheet

_STRING = re.compile(
    r'"(?:[^"\\]|\\.)*+"?', re.DOTALL
)  # one that is not closed goes to the end, so that no mark is read twice
_BRACKET = re.compile(r"[\[\]{}]")


class BoundError(ValueError):
    """A text asks for more than a reader gives; the sentence names the bound."""

    def __init__(self, wrong: str, right: str, line: int = 1) -> None:
        super().__init__(wrong, right, line)
        self.wrong, self.right, self.line = wrong, right, line

    def __str__(self) -> str:
        return f"{self.wrong}; {self.right}"


def check_count(count: int, bound: int, things: str) -> None:
    """Sees that there are not more of some things than a bound. Raises: BoundError."""
    if count > bound:
        raise BoundError(f"more than {bound:,} {things}", f"at most {bound:,}")


def read_json(text: str | bytes) -> Any:
    """What a JSON text holds, but one nested deeper than MAX_DEPTH.

    Raises: BoundError; ValueError where it is no JSON, also for a number too long to be read.
    """
    decoded = text if isinstance(text, str) else text.decode("utf-8")
    # Only a text with so many brackets can be too deep, and few have them.
    if decoded.count("[") + decoded.count("{") > MAX_DEPTH:
        _check_brackets(_STRING.sub("", decoded))
    try:
        return json.loads(decoded)
    except RecursionError:
        raise _find_too_deep(1) from None


def _check_brackets(text: str) -> None:
    depth = 0
    for bracket in _BRACKET.findall(text):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise _find_too_deep(1)


def check_yaml(text: str) -> None:
    """Sees that a YAML text is not too long, not too deep, names no part of itself twice and is one document.

    Raises: BoundError; yaml.YAMLError where it is no YAML.
    """
    import yaml

    if len(text) > MAX_YAML_BYTES:
        raise BoundError(f"more than {MAX_YAML_BYTES:,} characters", f"at most {MAX_YAML_BYTES:,}")
    depth = 0
    events: Iterator[Any] = iter(yaml.parse(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise _find_too_deep(line)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if getattr(event, "anchor", None):
            raise BoundError(f"holds the anchor {event.anchor[:40]!r}", "write the text out each time", line)


def _find_too_deep(line: int) -> BoundError:
    return BoundError(f"nested deeper than {MAX_DEPTH} levels", f"at most {MAX_DEPTH}", line)
