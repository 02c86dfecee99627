"""Prints how fast the work goes, as figures beside what was asked for; `make bench` runs it.

Each measure is taken three times; what is printed is the median, and the least and the most. PYTHONPATH may name
the library of another checkout, which is then measured with the data and notebooks that lie there; ``--save`` and
``--before`` lay the figures of two of them side by side.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benches.asked import LINES, Line
from benches.clock import PROJECT, keep_bytecode
from benches.measured import Figures, Measured

# Where each measure lies; only those that are asked for are imported.
MEASURES = {
    "commands": ("commands", "measure"),
    "deep": ("commands", "measure_deep"),
    "reading": ("reading", "measure_files"),
    "book": ("reading", "measure_book"),
    "verdicts": ("law", "measure_verdicts"),
    "changes": ("law", "measure_changes"),
    "plans": ("plans", "measure"),
    "portfolio": ("portfolio", "measure"),
    "explorer": ("explorer", "measure"),
    "formats": ("formats", "measure"),
    "batch": ("batch", "measure"),
    "cluster": ("cluster", "measure"),
}
RUNS = 3


def read_options(words: list[str] | None = None) -> argparse.Namespace:
    """Which measures are taken, how often, and what their figures are held against."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "measures", nargs="*", metavar="MEASURE", help=f"of {', '.join(MEASURES)}; default: all"
    )
    parser.add_argument("--runs", type=int, default=RUNS, metavar="N", help="default: 3")
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep the figures, as JSON")
    parser.add_argument("--before", type=Path, metavar="FILE", help="kept figures, to be shown beside these")
    options = parser.parse_args(words)
    if unknown := [name for name in options.measures if name not in MEASURES]:
        parser.error(f"no measure {', '.join(unknown)}; there are {', '.join(MEASURES)}")
    return options


def take(name: str, runs: int, tell: Callable[[str], None]) -> dict[str, list[Measured]]:
    """A measure's figures by their lines, as many of each as there are runs; what goes wrong is told."""
    module, function = MEASURES[name]
    taken: dict[str, list[Measured]] = {}
    for run in range(runs):
        tell(f"{name}, {run + 1} of {runs}")
        try:
            figures: Figures = getattr(import_module(f"benches.{module}"), function)()
            for measured in figures:
                taken.setdefault(measured.line, []).append(measured)
        except Exception as error:  # noqa: BLE001 - one measure that cannot be taken keeps no other from it
            tell(f"{name}: {type(error).__name__}: {error}")
            return taken
    return taken


def show(figure: float, unit: str) -> str:
    """A figure with three digits and its unit; what is over a thousand is whole."""
    said = f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"
    return f"{said} {unit}".rstrip()


def say_asked(line: Line) -> str:
    """What was asked of a line; a dash where nothing was."""
    if line.asked is None:
        return "–"
    return f"{'at least ' if line.is_least else ''}{show(line.asked, line.unit)}"


def make_table(taken: Mapping[str, list[Measured]], before: Mapping[str, list[float]]) -> Table:
    """A row a line: what was measured, its median and range, before too where that is known, and what was asked."""
    table = Table(
        title=f"licences: how fast; {PROJECT}, {os.cpu_count()} cores, Python {sys.version.split()[0]}"
    )
    for heading in ("what", *(("before", "range") if before else ()), "median", "range", "asked", "last run"):
        table.add_column(heading, overflow="fold")
    for key, measured in taken.items():
        line, figures = LINES[key], [one.figure for one in measured]
        earlier = before.get(key, [])
        cells = [line.what, *(_sum_up(earlier, line.unit) if before else ()), *_sum_up(figures, line.unit)]
        style = "" if line.holds(statistics.median(figures)) else "bold"
        table.add_row(*cells, say_asked(line), measured[-1].note, style=style)
    return table


def _sum_up(figures: list[float], unit: str) -> tuple[str, str]:
    """The median of figures, and the least and the most of them."""
    if not figures:
        return "–", ""
    return show(statistics.median(figures), unit), f"{show(min(figures), '')} to {show(max(figures), '')}"


def main(words: list[str] | None = None) -> None:
    """Takes the measures that the command line names, by default all of MEASURES."""
    options = read_options(words)
    before = json.loads(options.before.read_text(encoding="utf-8")) if options.before else {}
    progress = Console(stderr=True)
    keep_bytecode()
    taken: dict[str, list[Measured]] = {}
    for name in options.measures or MEASURES:
        taken |= take(name, options.runs, progress.print)
        if options.save:
            kept = {key: [one.figure for one in measured] for key, measured in taken.items()}
            options.save.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    console = Console(width=None if sys.stdout.isatty() else 180)
    console.print(make_table(taken, before))


if __name__ == "__main__":
    main()
