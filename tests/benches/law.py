"""Law over many clients: verdicts, and whom three years of changes or one changed rule touch."""

from __future__ import annotations

import resource
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial

from benches.clients import AS_OF, START, find_catalogue, make_clients
from benches.clock import time_call
from benches.measured import Figures, Measured
from licences.analysis.impact import find_impacts, find_moves
from licences.assessment.verdicts import find_verdicts
from licences.law.diff import Difference, compare_days, compare_laws
from licences.planning.forecast import PlanOptions, make_forecasts

YEARS = date(2024, 1, 1), date(2027, 1, 1)


def measure_verdicts(count: int = 100_000) -> Figures:
    """Verdicts of many clients at once, and the memory that they take at most."""
    many, catalogue = make_clients(count), find_catalogue()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = time_call(lambda: find_verdicts(catalogue, many, AS_OF))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    codes = find_verdicts(catalogue, many.head(1), AS_OF).shape[1]
    yield Measured("verdicts", seconds, f"{codes} licences")
    yield Measured("verdicts_memory", (peak - before) / 1024, f"peak {peak / 1024:.0f} MiB")


def measure_changes(count: int = 100_000) -> Figures:
    """Whom changes touch, and how launch and fees of a tenth of the clients move."""
    many, catalogue = make_clients(count), find_catalogue()
    changed = catalogue.rows.copy()
    line = changed.index[changed["code"] == "EXPRESS"][-1]
    changed.loc[line, "applies_when"] = "own_couriers or own_warehouse"
    other = replace(catalogue, rows=changed)

    def find(compare: Callable[[], Difference]) -> int:
        return len(find_moves(compare(), many))

    for line_name, compare in (
        ("moves_of_days", lambda: compare_days(catalogue, *YEARS)),
        ("moves_of_rule", lambda: compare_laws(catalogue, other, AS_OF)),
    ):
        seconds = time_call(partial(find, compare), 3)
        codes = len(compare().codes)
        yield Measured(line_name, seconds, f"{codes} codes differ, {find(compare):,} clients are touched")
    few, plan_options = many.head(count // 10), PlanOptions(START)
    difference = compare_days(catalogue, *YEARS)
    seconds = time_call(lambda: find_impacts(difference, few, plan_options), 2)
    once = time_call(lambda: deque(make_forecasts(catalogue, few, AS_OF, plan_options), 0), 2)
    moved = sum(one.launch_moved_days != 0 for one in find_impacts(difference, few, plan_options))
    note = f"{seconds / once:.1f} times planning them once; for {moved:,} the launch moves, or cannot be told"
    yield Measured("impacts", seconds, note)
