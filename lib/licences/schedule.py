"""In what order the licences are obtained and by when, with likely durations in working days."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

import networkx as nx
import numpy as np
import pandas as pd

from licences.assessment import NEEDED
from licences.catalogue import find_in_force, split_prerequisites
from licences.law import Law
from licences.wording import say
from licences.working_days import add_working_days, find_working_day, is_provisional

DONE = frozenset({"held", "expiring"})


@dataclass
class Step:
    """One licence to obtain. Dates are working days; None where the step cannot be dated, and why."""

    code: str
    phase: int
    requires: list[str]
    start: date | None = None
    finish: date | None = None
    days: int | None = None
    days_unit: str = "working"
    basis: str = "estimate"
    provisional: bool = False
    blocked_by: str | None = None
    notes: list[str] = field(default_factory=list)


def make_plan(
    law: Law,
    findings: pd.DataFrame,
    start: date,
    as_of: date,
    include: Collection[str] = (),
    language: str = "zh",
) -> list[Step]:
    """The steps of one client, each after those that it requires.

    findings: the client's rows of ``assess``. Steps are what is required, or of a verdict in
    ``include``, and not held, with the prerequisites that they pull in. A step starts on the first
    working day after its prerequisites are done, at the earliest on ``start``, and takes the likely
    time of the catalogue, or the authority's time limit where no likely time is known.
    """
    rows = find_in_force(law.catalogue, as_of).to_dict("index")
    verdicts = dict(zip(findings["code"], findings["verdict"], strict=True))
    statuses = dict(zip(findings["code"], findings["status"], strict=True))
    blockers = dict(zip(findings["code"], findings["blockers"], strict=True))
    names = {str(code): str(row[f"name_{language}"]) for code, row in rows.items()}
    wanted = {"required", *include}
    chosen = [code for code, verdict in verdicts.items() if verdict in wanted and statuses[code] not in DONE]
    graph, notes = settle_prerequisites(chosen, rows, verdicts, statuses, names, language)
    steps: dict[str, Step] = {}
    for code in nx.lexicographical_topological_sort(graph, key=lambda code: (rows[code]["phase"], code)):
        row = rows[code]
        step = Step(code, int(row["phase"]), sorted(graph.predecessors(code)), notes=notes.get(code, []))
        step.days, step.days_unit, step.basis = find_duration(row)
        waits_for = [steps[needed] for needed in step.requires]
        stuck = [names[needed.code] for needed in waits_for if needed.finish is None]
        if blockers[code]:
            step.blocked_by = "\n".join(blockers[code])
        elif stuck:
            step.blocked_by = say(language, "plan.waits", names=say(language, "list").join(stuck))
        elif step.days is None:
            step.blocked_by = say(language, "plan.no_duration")
        else:
            _date_step(step, start, [needed.finish for needed in waits_for if needed.finish])
        steps[code] = step
    return list(steps.values())


def settle_prerequisites(
    chosen: Collection[str],
    rows: Mapping[Any, Mapping[Any, Any]],
    verdicts: Mapping[str, str],
    statuses: Mapping[str, str],
    names: Mapping[str, str],
    language: str,
) -> tuple[nx.DiGraph[str], dict[str, list[str]]]:
    """Who waits for whom, alternatives settled, and a note for each prerequisite that is passed over.

    Among alternatives the one that is held is taken, then one that is a step already, then the one
    that applies and takes the shortest; one that does not apply is never pulled in.
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(chosen)
    notes: dict[str, list[str]] = {}
    waiting = list(chosen)
    while waiting:
        code = waiting.pop(0)
        for group in split_prerequisites(rows[code]["requires"]):
            if any(statuses.get(needed) in DONE for needed in group):
                continue
            taken = [needed for needed in group if needed in graph]
            if not taken:
                applying = [needed for needed in group if verdicts.get(needed) in NEEDED]
                taken = sorted(applying, key=lambda needed: find_duration(rows[needed])[0] or np.inf)
            if taken:
                if taken[0] not in graph:
                    waiting.append(taken[0])
                graph.add_edge(taken[0], code)
                continue
            still_open = any(verdicts.get(needed) == "undetermined" for needed in group)
            key = "plan.prerequisite_open" if still_open else "plan.prerequisite_passed"
            text = say(language, "or").join(names.get(needed, needed) for needed in group)
            notes.setdefault(code, []).append(say(language, key, names=text))
    return graph, notes


def find_duration(row: Mapping[Any, Any]) -> tuple[int | None, str, str]:
    """Likely days, their unit and their ground; the time limit of the law where no likely time is known."""
    for name, unit in (("days_likely", "days_unit"), ("statutory_days", "statutory_days_unit")):
        if not pd.isna(row[name]):
            return int(row[name]), str(row[unit]), str(row[f"{name}_basis"])
    return None, "working", "estimate"


def _date_step(step: Step, start: date, finishes: list[date]) -> None:
    first = np.datetime64(start)
    if finishes:
        first = max(first, np.datetime64(max(finishes)) + np.timedelta64(1, "D"))
    begins = find_working_day(first)
    if step.days_unit == "calendar":
        ends = find_working_day(begins + np.timedelta64(max(0, (step.days or 0) - 1), "D"))
    else:
        ends = add_working_days(begins, max(0, (step.days or 0) - 1))
    step.start, step.finish = cast(date, begins.astype(object)), cast(date, ends.astype(object))
    step.provisional = bool(is_provisional(ends))


def find_launch(steps: Collection[Step], required: Collection[str]) -> date | None:
    """The day on which the last required step that can be dated is done; None where there is none."""
    return max((step.finish for step in steps if step.finish and step.code in required), default=None)
