"""What nobody applies for has an obligation of its own, no time, no fee, and nothing that waits for it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from test_catalogue import change, find_wrong

from licences.errors import ProblemsError
from licences.law.catalogue import Catalogue
from licences.rules.facts import make_profiles


@pytest.mark.parametrize(
    ("code", "new", "wrong"),
    [
        ("TOBACCO_ONLINE", {"obligation": "required"}, "obligation: the kind is prohibition and the obligation"),
        ("EDI", {"obligation": "forbidden"}, "write prohibition and forbidden together, or neither"),
        ("EDI", {"kind": "prohibition"}, "obligation: the kind is prohibition and the obligation required"),
        ("EDI", {"obligation": "undetermined"}, "write outside and undetermined together, or neither"),
        ("TOBACCO_ONLINE", {"requires": "BUSINESS_LICENCE"}, "requires: nobody applies for what is of the kind"),
        ("TOBACCO_ONLINE", {"eligible_when": "has_app"}, "eligible_when: nobody applies for what is of the kind"),
        (
            "TOBACCO_ONLINE",
            {"days_likely": "5", "days_likely_basis": "estimate", "days_unit": "working"},
            "days_likely: nobody applies for what is of the kind prohibition; leave it empty",
        ),
        (
            "OTHER_REGULATED",
            {"fee_cny": "5", "fee_cny_basis": "estimate"},
            "fee_cny: nobody applies for what is of the kind outside",
        ),
        ("EDI", {"requires": "TOBACCO_ONLINE"}, "requires: TOBACCO_ONLINE can never be obtained"),
        ("EDI", {"requires": "BUSINESS_LICENCE|OTHER_REGULATED"}, "OTHER_REGULATED can never be obtained"),
        ("EDI", {"applies_when": "'TOBACCO_ONLINE' in held"}, "no licence 'TOBACCO_ONLINE'"),
    ],
)  # fmt: skip
def test_check_refuses_a_prohibition_that_looks_like_a_licence(
    project: Path, tmp_path: Path, code: str, new: dict[str, str], wrong: str
) -> None:
    said = find_wrong(change(project, tmp_path, **{code: new}))
    assert any(wrong in line for line in said), said


@pytest.mark.parametrize("code", ["TOBACCO_ONLINE", "OTHER_REGULATED"])
def test_a_prohibition_is_never_held(catalogue: Catalogue, code: str) -> None:
    cells = {"client": "c", "name": "C", "holds": code}
    with pytest.raises(ProblemsError, match=f"no licence '{code}'"):
        make_profiles([cells], catalogue.fields, catalogue.codes, "clients.csv")


def test_what_can_be_held_is_all_the_rest(catalogue: Catalogue, project: Path) -> None:
    with (project / "data" / "licences.csv").open(encoding="utf-8-sig", newline="") as file:
        kinds = {row["code"]: row["kind"] for row in csv.DictReader(file)}
    assert catalogue.codes == {code for code, kind in kinds.items() if kind not in {"prohibition", "outside"}}
    assert set(catalogue.fields["held"].values) == catalogue.codes
