"""Failures of a notebook: which cell and line it was, in one sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_PLACE = re.compile(r"Cell In\[(\d+)\], line (\d+)")
_NEXT = re.compile(
    r"During handling of the above exception, another|The above exception was the direct cause of the following"
)
_NAMED = re.compile(r"^[\s|+]*(\w*(?:Error|Exception|Group)\b: .+)", re.MULTILINE)
_LONGEST = 500  # characters of a message; all of it stands in the notebook


def explain_failure(cell: Mapping[str, Any]) -> tuple[str, str]:
    """A status of the ledger and a sentence: why a cell failed, by the number that Jupyter shows beside it."""
    where = find_place(cell)
    failures = [output for output in cell.get("outputs", ()) if output["output_type"] == "error"]
    if not failures:  # IPython writes of some, such as a magic that it does not know, to the stream alone
        said = "".join(output["text"] for output in cell.get("outputs", ()) if output.get("name") == "stderr")
        written = _NAMED.search(_COLOURS.sub("", said))
        return "failed", f"{where}: {written[1] if written else 'it failed, and does not say how'}"
    failure = failures[-1]
    name, said = failure["ename"], " ".join(str(failure["evalue"]).split())
    if name == "SystemExit":
        return "exited", f"the notebook ended itself with sys.exit{f' ({said})' if said else ''}"
    what = f"{name}: {said}".rstrip(": ")
    if len(what) > _LONGEST:
        what = f"{what[:_LONGEST]} …"
    if name == "KeyboardInterrupt" or not "".join(failure["traceback"]).strip():
        return "exited", f"the notebook stopped itself: {what} ({where})"
    return "out_of_memory" if name == "MemoryError" else "failed", f"{where}: {what}"


def find_place(cell: Mapping[str, Any]) -> str:
    """The number of a cell, and its line where it says which one failed."""
    count = cell.get("execution_count")
    failures = [output for output in cell.get("outputs", ()) if output["output_type"] == "error"]
    line = _find_line(failures[-1]["traceback"], count) if failures else None
    return f"cell [{count}], line {line}" if line else f"cell [{count}]"


def find_interrupted(cells: Sequence[Mapping[str, Any]]) -> str:
    """Where the last cell that was interrupted was, as the rest of a sentence; empty where none says so."""
    for cell in reversed(cells):
        outputs = cell.get("outputs", ())
        if any(output.get("ename") == "KeyboardInterrupt" for output in outputs):
            return f", in {find_place(cell)}"
    return ""


def _find_line(traceback: list[str], count: int | None) -> int | None:
    """The line of the cell itself that a traceback is about, whatever it called; None where none is named."""
    told = _NEXT.split(_COLOURS.sub("", "\n".join(traceback)))[-1]
    lines = [int(line) for number, line in _PLACE.findall(told) if int(number) == count]
    return lines[0] if lines else None
