"""What platforms publish of their papers, held against the catalogue: each kind has a code, none is denied."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from licences.assessment.verdicts import find_verdicts
from licences.law.catalogue import Catalogue
from licences.rules.facts import make_profiles

AS_OF = date(2026, 11, 29)
LISTS: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[1] / "published_lists.yaml").read_text(encoding="utf-8")
)
EVERY: dict[str, Any] = LISTS["every"]
PLATFORMS: list[dict[str, Any]] = LISTS["platforms"]


def list_published(platform: dict[str, Any]) -> list[str]:
    common = [code for code in EVERY["publishes"] if code not in platform.get("without", [])]
    return [*common, *platform["publishes"]]


def write_cell(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


@pytest.fixture(scope="module", params=["", "no"], ids=["what is not told is open", "what is not told is no"])
def verdicts(catalogue: Catalogue, request: pytest.FixtureRequest) -> pd.DataFrame:
    """The verdicts on all platforms, by their place in the file."""
    untold = {field.name: request.param for field in catalogue.fields.every if field.type == "bool"}
    told = [EVERY["profile"] | platform["profile"] for platform in PLATFORMS]
    assert [sorted(set(facts) - set(catalogue.fields.by_name)) for facts in told] == [[]] * len(told)
    rows = [
        {"client": f"platform-{at}", "name": platform["platform"]}
        | untold
        | {field: write_cell(value) for field, value in facts.items()}
        for at, (platform, facts) in enumerate(zip(PLATFORMS, told, strict=True))
    ]
    profiles = make_profiles(rows, catalogue.fields, set(catalogue.rows["code"]), "published_lists.yaml")
    return find_verdicts(catalogue, profiles, AS_OF)


def test_at_least_34_platforms_are_held_against_the_catalogue() -> None:
    assert len({platform["platform"] for platform in PLATFORMS}) == len(PLATFORMS) >= 34


@pytest.mark.parametrize("at", range(len(PLATFORMS)), ids=[one["platform"] for one in PLATFORMS])
def test_each_kind_that_a_platform_publishes_has_a_code_and_none_is_denied(
    at: int, verdicts: pd.DataFrame
) -> None:
    published = list_published(PLATFORMS[at])
    assert [code for code in published if code not in verdicts] == []
    answer = verdicts.loc[f"platform-{at}"]
    assert {code: answer[code] for code in published if answer[code] in ("not_needed", "forbidden")} == {}
