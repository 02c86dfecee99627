"""What every format says of a case rests on the findings of it."""

from __future__ import annotations

from datetime import date

import pandas as pd

from licences.analysis.case import make_case
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.words.cases import view_case
from licences.words.findings import say_finding


def test_what_would_change_a_verdict_is_said_of_what_has_a_card(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    told = 0
    for at in range(len(sample_clients)):
        profile = sample_clients.iloc[[at]].reset_index(drop=True)
        case = make_case(catalogue, profile, date(2026, 11, 23), PlanOptions(date(2026, 11, 24)), "en")
        view = view_case(case)
        cards = [*view["required"], *view["shown"], *view["outside"]]
        for licence in cards:
            finding = case.findings[licence["code"]]
            expected = [] if finding.override else say_finding(finding, "en")["would_change_if"]
            assert licence["changes"] == expected
            told += bool(expected)
        assert not any(licence["changes"] for licence in view["not_needed"])
    assert told > 100
