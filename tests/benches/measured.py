"""Figure of one line of the bench, measured once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Measured(NamedTuple):
    """line: a key of LINES. figure: in the unit of that line. note: what else is worth knowing of this run."""

    line: str
    figure: float
    note: str = ""


Figures = Iterator[Measured]
