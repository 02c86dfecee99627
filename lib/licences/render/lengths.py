"""Lengths of a report: each holds what the shorter ones do; beside them a sheet that says where the case stands."""

from __future__ import annotations

import re

LENGTHS = ("letter", "standard", "full")
PROGRESS = "progress"
EVERY_LENGTH = (*LENGTHS, PROGRESS)
STANDARD = "standard"
FIGURES = {
    "letter": (),
    "standard": ("timeline",),
    "full": ("timeline", "graph", "launch", "renewals"),
    PROGRESS: (),
}
"""The figures that a Word file of each length shows, in our template."""

_PART = re.compile(r"<!-- only: ([a-z ]+) -->.*?<!-- end -->", re.DOTALL)


def leave_out(page: str, length: str) -> str:
    """A page without what a report of a length does not have."""
    return _PART.sub(lambda found: found[0] if length in found[1].split() else "", page)
