"""The papers of a plan: no paper twice, none left out, each by the first day on which it is needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions, make_forecasts
from licences.planning.papers import find_papers, find_undocumented
from licences.words.papers import count_by_who, view_papers

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_paper_stands_once_and_covers_every_document_of_every_planned_application(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    shared = 0
    for forecast in make_forecasts(catalogue, sample_clients, AS_OF, PlanOptions(START), language):
        plan = forecast.plan
        papers = find_papers(plan)
        ids = [one.paper or one.text for one in papers]
        assert len(ids) == len(set(ids))
        covered = {(use.code, use.text) for one in papers for use in one.uses}
        rows = plan.law.entries
        assert covered == {
            (step.code, text) for step in plan.steps for text in rows[step.code].row[f"documents_{language}"]
        }
        submissions = {step.code: step.submit_on for step in plan.steps}
        for one in papers:
            days = [day for use in one.uses if (day := submissions[use.code])]
            assert one.needed_by == min(days, default=None)
            shared += len(one.uses) > 1
        dates = [one.needed_by or date.max for one in papers]
        assert dates == sorted(dates)
        assert sum(count_by_who(view_papers(plan)).values()) == len(papers)
    assert shared > 100


def test_what_an_application_wants_of_a_paper_stands_beside_its_name(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    one = sample_clients[sample_clients["client"] == "grand-bazaar"]
    (forecast,) = make_forecasts(catalogue, one, AS_OF, PlanOptions(START), "en")
    papers = {paper["id"]: paper for paper in view_papers(forecast.plan)}
    named = [(short, remark) for paper in papers.values() for short, remark in paper["uses"] if remark]
    assert named
    assert all("(" not in remark[:1] for _, remark in named)
    licence = papers["business_licence"]
    assert licence["name"] == "Business licence"
    assert licence["official_name"] == "营业执照"
    assert licence["brought_by"] == "client"
    assert len(licence["codes"]) > 5


def test_a_text_of_a_rows_own_is_its_own_paper_and_a_row_without_papers_is_named(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    rows = catalogue.rows.copy()
    for name, (text, nothing) in {
        "papers": ((None,), ()),
        "documents_zh": (("一份证明",), ()),
        "documents_en": (("Some proof",), ()),
    }.items():
        rows[name] = [
            text if code == "APP_FILING" else nothing if code == "MLPS_GRADING" else told
            for code, told in zip(rows["code"], rows[name], strict=True)
        ]
    one = sample_clients[sample_clients["client"] == "corner-shop"]
    ours = replace(catalogue, rows=rows)
    (forecast,) = make_forecasts(ours, one, AS_OF, PlanOptions(START), "en")
    (own,) = [paper for paper in view_papers(forecast.plan) if not paper["id"]]
    assert (own["name"], own["official_name"], own["who"]) == ("Some proof", "一份证明", "client")
    codes = [step.code for step in forecast.plan.steps]
    assert find_undocumented(forecast.plan.law, codes) == ["MLPS_GRADING"]
