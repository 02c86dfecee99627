"""The commands that look for what is wrong in the data files, and for what is doubtful."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from licences.cli.arguments import MAX_AGE_DAYS
from licences.cli.options import find_as_of, find_catalogue_file, find_clients_file, shorten
from licences.errors import MissingFileError, Problem, ProblemsError, UsageError
from licences.law.catalogue import Catalogue, check_files, read_catalogue
from licences.reading.extent import Extent
from licences.reading.places import find_own_file, find_shipped_file
from licences.rules.facts import read_profiles
from licences.words.extents import say_extent, say_notes


def check_data(options: argparse.Namespace) -> int:
    catalogue_file, clients = find_catalogue_file(options), find_clients_file(options)
    if not options.deep:
        for name in ("max_age_days", "scenarios"):
            if getattr(options, name) is not None:
                raise UsageError(f"--{name.replace('_', '-')} is for the deep check", "add --deep")
    problems, extent = check_files(catalogue_file, clients)
    problems += _find_brand_problems()
    if not problems:
        catalogue = read_catalogue(catalogue_file)
        profiles = read_profiles(clients, catalogue.fields, set(catalogue.rows["code"]))
        problems += _find_contradictions(catalogue, profiles, clients)
    summary = f"{catalogue_file}, {clients}: no problem found"
    figures: dict[str, Any] = {}
    if options.deep and not problems:
        figures = _check_deeply(options, catalogue, profiles, problems)
        summary = (
            f"{len(problems)} problems found; of {figures['broken_rules']} broken rules "
            f"{figures['noticed']} are noticed by a scenario ({figures['share']:.1%})"
        )
    if options.json:
        listed = [asdict(one) for one in sorted(set(problems))]
        print(json.dumps({"problems": listed} | figures, ensure_ascii=False, indent=1))
        _print_extent(extent, problems)
        return 1 if problems else 0
    if problems:
        print(ProblemsError(problems), file=sys.stderr)
    if options.deep and not figures:
        summary = "mend these first; the deep check needs data that can be read"
    if figures or options.deep or not problems:
        print(summary, file=sys.stderr)
    _print_extent(extent, problems)
    return 1 if problems else 0


def _print_extent(extent: Extent | None, problems: list[Problem]) -> None:
    """Says what was read of the clients, and what was passed over; beside problems only the latter."""
    if extent and (extent.notes or not problems):
        print("; ".join([say_extent(extent, "en"), *say_notes(extent, "en")]), file=sys.stderr)


def _find_contradictions(catalogue: Catalogue, profiles: pd.DataFrame, clients: Path) -> list[Problem]:
    """Clients whose answers cannot all be true."""
    from licences.assessment.contradictions import find_contradictions

    lines = dict(zip(profiles["client"], profiles.index, strict=True))
    return [
        Problem(str(clients), int(lines[one.client]), ", ".join(one.fields), wrong, right)
        for one in find_contradictions(catalogue, profiles, "en")
        for wrong, _, right in [one.message.partition(". ")]
    ]


def _find_brand_problems() -> list[Problem]:
    from licences.render.brand import read_brand

    try:
        read_brand(shorten(find_own_file("brand.yaml")))
    except ProblemsError as error:
        return list(error.problems)
    except MissingFileError as error:
        return [Problem(error.path, 0, "", error.reason, error.right)]
    return []


def _check_deeply(
    options: argparse.Namespace, catalogue: Catalogue, profiles: pd.DataFrame, problems: list[Problem]
) -> dict[str, Any]:
    """Adds what the deep check finds to ``problems``, and tells how many broken rules are noticed."""
    from licences.quality.audit import check_deeply
    from licences.quality.scenarios import read_scenarios

    cases = options.scenarios or shorten(find_shipped_file("tests/scenarios.yaml"))
    finding = check_deeply(
        catalogue,
        profiles,
        read_scenarios(cases, catalogue),
        find_as_of(options),
        options.max_age_days or MAX_AGE_DAYS,
        (str(find_catalogue_file(options)), str(cases)),
    )
    problems += finding.problems
    return {"broken_rules": finding.broken, "noticed": finding.noticed, "share": round(finding.share, 4)}
