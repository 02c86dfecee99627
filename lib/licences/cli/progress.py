"""Progress of a batch: a bar where someone looks on, a line a report elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from licences.cli.language import say

GOOD = ("done", "up_to_date")
Tell = Callable[[Mapping[str, Any]], None]


@contextmanager
def follow_batch(total: int, language: str = "en", began: float | None = None) -> Iterator[Tell]:
    """Gives a function that is told each line of the ledger; it writes on standard error in a language.

    began: the moment of ``time.monotonic`` from which the seconds count that are said; by default now.
    """
    since = time.monotonic() if began is None else began
    console = Console(stderr=True)
    if not console.is_terminal:
        done = 0

        def tell_line(entry: Mapping[str, Any]) -> None:
            nonlocal done
            done += 1
            said = _say_entry(entry, time.monotonic() - since, language)
            print(f"{done}/{total} {said}", file=sys.stderr)

        yield tell_line
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[told]}"),
        TimeRemainingColumn(),
        TextColumn(say("left", language)),
    )
    with Progress(*columns, console=console) as bar:
        work = bar.add_task(say("reports", language), total=total, told=_say_rate(0, 0.0, language))
        failed = 0

        def tell_bar(entry: Mapping[str, Any]) -> None:
            nonlocal failed
            failed += entry["status"] not in GOOD
            if entry["status"] not in GOOD or entry.get("remark"):
                said = _say_entry(entry, time.monotonic() - since, language)
                console.print(said, markup=False, highlight=False)
            task = bar.tasks[0]
            rate = (task.completed + 1) / max(task.elapsed or 0.0, 0.001)
            bar.update(work, advance=1, told=_say_rate(failed, rate, language))

        yield tell_bar


def _say_rate(failed: int, rate: float, language: str) -> str:
    return say(f"{failed} failed, {rate:.1f} a second,", language)


def _say_entry(entry: Mapping[str, Any], seconds: float, language: str) -> str:
    """What became of a report, and how many seconds after the beginning."""
    said = f"{entry['client']}: {say(entry['status'], language)}, {seconds:.1f} s"
    return said + "".join(
        f": {say(entry[name], language)}" for name in ("error", "remark") if entry.get(name)
    )
