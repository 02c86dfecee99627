"""Answers on a terminal: however many clients there are, what is said of one of them is all that is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TypeVar

import pandas as pd
from rich.table import Table

from licences.assessment.explain import explain
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions, make_forecasts
from licences.render.terminal_assessment import draw_assessment
from licences.render.terminal_plan import draw_plans
from licences.words.findings import say_findings

AS_OF = date(2026, 11, 23)
One = TypeVar("One")


def note(ones: Iterable[One], taken: list[One]) -> Iterator[One]:
    """The same ones, each noted once it is taken."""
    for one in ones:
        taken.append(one)
        yield one


def test_an_assessment_is_drawn_client_by_client(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    findings = say_findings(explain(catalogue, sample_clients, AS_OF))
    taken: list[dict[str, object]] = []
    parts = draw_assessment(note(findings, taken), sample_clients, catalogue, AS_OF, "zh")
    first, second, third = sample_clients["client"][:3]
    next(parts)
    assert {one["client"] for one in taken} == {first, second}
    while len({one["client"] for one in taken}) < 3:
        next(parts)
    assert taken[-1]["client"] == third


def test_plans_are_drawn_client_by_client(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    forecasts = make_forecasts(catalogue, sample_clients, AS_OF, PlanOptions(date(2026, 11, 24)))
    taken: list[object] = []
    parts = draw_plans(note(forecasts, taken), sample_clients, catalogue, AS_OF, "zh")
    next(parts)
    assert len(taken) == 1
    assert len(list(parts)) > len(taken) == len(sample_clients)


def test_who_has_no_findings_is_named_all_the_same(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    few = sample_clients.head(3)
    second = few["client"].iloc[1]
    findings = say_findings(explain(catalogue, few.iloc[[1]], AS_OF))
    parts = list(draw_assessment(findings, few, catalogue, AS_OF, "zh"))
    tables = [part for part in parts if isinstance(part, Table) and second in str(part.title)]
    others = [part for part in parts if isinstance(part, Table) and part not in tables]
    assert [table.row_count > 0 for table in tables] == [True]
    assert [table.row_count for table in others] == [0, 0]
