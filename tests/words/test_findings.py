"""A finding says the rule as a tree, in JSON and in lines, and each fact of it where the rule comes from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
import pytest

from licences.law.catalogue import Catalogue
from licences.words.findings import TraceView, make_findings_frame, say_trace

AS_OF = date(2026, 11, 23)
APPLIES = {"not_needed": False, "undetermined": None}


def list_facts(view: Any) -> Iterator[TraceView]:
    if view["op"] == "fact":
        yield view
    for part in view.get("parts", []):
        yield from list_facts(part)


def test_the_truth_of_the_tree_is_the_verdict_and_each_fact_has_its_source(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    told = sample_clients.set_index("client")
    for row in make_findings_frame(catalogue, sample_clients, AS_OF, "en", is_traced=True).to_dict("records"):
        assert row["trace"]["truth"] is APPLIES.get(row["verdict"], True)
        facts = list(list_facts(row["trace"]))
        assert {one["fact"] for one in facts if one["truth"] is None} >= set(row["missing_facts"])
        for one in facts:
            assert one["source"] == {name: row[name] for name in ("legal_basis", "source_url", "checked_on")}
            assert (one["value"] is None) is bool(pd.isna(told.at[row["client"], one["fact"]]))
        if row["blockers"]:
            assert row["condition_trace"]["truth"] is False


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            [
                "✓ at least one of these:",
                "  ✓ Has a website hosted in mainland China: yes",
                "  ✗ Has a mobile app: no",
            ],
        ),
        ("zh", ["✓ 以下至少一项成立：", "  ✓ 有网站（境内接入）：是", "  ✗ 有App：否"]),
    ],
)
def test_a_tree_is_written_as_indented_lines_with_signs(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str, lines: list[str]
) -> None:
    one = sample_clients[sample_clients["client"] == "paper-plane-post"]
    rows = make_findings_frame(catalogue, one, AS_OF, language, is_traced=True).set_index("code")
    assert say_trace(rows.at["DOMAIN", "trace"], catalogue.fields, language) == lines
    assert say_trace(rows.at["SOFTWARE_COPYRIGHT", "trace"], catalogue.fields, language)[0].startswith("? ")
