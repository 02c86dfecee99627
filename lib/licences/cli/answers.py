"""The commands that answer on a terminal: what is needed, what it would take, the plan, what has changed."""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from licences.cli.options import (
    find_as_of,
    find_start,
    read_clients,
    read_files,
    warn_of_capacity,
    warn_of_contradictions,
    warn_of_stages,
)
from licences.errors import MissingFileError, Problem, ProblemsError, UsageError
from licences.law.catalogue import Catalogue, read_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from licences.assessment.explain import Finding
    from licences.assessment.verdicts import Judgement
    from licences.planning.forecast import PlanOptions


def answer(options: argparse.Namespace) -> int:
    from licences.assessment.verdicts import judge

    catalogue, profiles = read_files(options)
    as_of = find_as_of(options)
    warn_of_contradictions(catalogue, profiles, as_of, options.says)
    judged = list(judge(catalogue, profiles, as_of))
    if not options.questions:
        return _tell_findings(options, catalogue, profiles, judged)
    from licences.assessment.questions import rank_questions

    warn_of_stages(profiles, options.says)
    rows = rank_questions(catalogue, profiles, as_of, judged)
    if options.json:
        print(json.dumps(rows.to_dict("records"), ensure_ascii=False, indent=1))
        return 0
    from licences.render.terminal import show
    from licences.render.terminal_questions import draw_questions

    show(draw_questions(rows, judged, catalogue, as_of, options.lang))
    return 0


def _tell_findings(
    options: argparse.Namespace, catalogue: Catalogue, profiles: pd.DataFrame, judged: list[Judgement]
) -> int:
    """What each client needs, and below it the companies of each group that was asked for side by side."""
    from licences.assessment.explain import explain
    from licences.words.findings import say_findings

    as_of = find_as_of(options)
    found: Iterable[Finding] = explain(catalogue, profiles, as_of, options.lang, judged, over_stages=True)
    if options.group:
        found = list(found)  # which are asked for twice
    views = say_findings(found, options.lang, options.trace, says_changes=options.json)
    if options.json:
        print(json.dumps(list(views), ensure_ascii=False, indent=1))
        return 0
    from licences.render.terminal import show
    from licences.render.terminal_assessment import draw_assessment

    show(draw_assessment(views, profiles, catalogue, as_of, options.lang))
    if options.group:
        from licences.analysis.group import make_groups
        from licences.law.in_force import find_law_in_force
        from licences.render.terminal_group import draw_group
        from licences.words.groups import view_group

        law = find_law_in_force(catalogue, as_of, options.lang)
        for group in make_groups(profiles, found, options.group):
            show(draw_group(view_group(group, law)))
    return 0


def tell_what_if(options: argparse.Namespace) -> int:
    from licences.assessment.holdings import find_implied_of
    from licences.assessment.remedies import find_remedies
    from licences.assessment.verdicts import judge
    from licences.law.in_force import find_law_in_force

    catalogue, profiles = read_files(options)
    as_of = find_as_of(options)
    law = find_law_in_force(catalogue, as_of, options.lang)
    entries = law.entries
    codes = [catalogue.find_code(text) for text in options.licence]
    for code in codes:
        if code not in entries:
            raise UsageError(f"{code} is not in force on {as_of}", "choose another day with --as-of")
    warn_of_contradictions(catalogue, profiles, as_of, options.says)
    warn_of_stages(profiles, options.says)
    found = [
        (one, entries[code], find_remedies(entries[code], one.profile, code in find_implied_of(one, law)))
        for one in judge(catalogue, profiles, as_of)
        for code in dict.fromkeys(codes)
    ]
    if options.json:
        from licences.words.remedies import say_remedies

        described = [
            say_remedies(one, entry.code, aims, catalogue.fields, options.lang) for one, entry, aims in found
        ]
        print(json.dumps(described, ensure_ascii=False, indent=1))
        return 0
    from licences.render.terminal import show
    from licences.render.terminal_remedies import draw_remedies

    for one, entry, aims in found:
        show(draw_remedies(one, entry, aims, catalogue.fields, as_of, options.lang))
    return 0


def tell_plans(options: argparse.Namespace) -> int:
    from licences.planning.forecast import make_forecasts

    catalogue, profiles = read_files(options)
    plan_options = read_plan_options(options, find_start(options))
    as_of = find_as_of(options)
    forecasts = make_forecasts(catalogue, profiles, as_of, plan_options, options.lang)
    warn_of_contradictions(catalogue, profiles, as_of, options.says)
    if options.json:
        from licences.words.plan_json import describe_plan

        print(json.dumps([describe_plan(one) for one in forecasts], ensure_ascii=False, indent=1))
        return 0
    from licences.render.terminal import show
    from licences.render.terminal_plan import draw_plans

    show(draw_plans(forecasts, profiles, catalogue, as_of, options.lang))
    return 0


def read_plan_options(options: argparse.Namespace, start: date) -> PlanOptions:
    """How is to be planned."""
    from licences.planning.forecast import PlanOptions

    warn_of_capacity(options)
    return PlanOptions(start, options.include, options.capacity, options.seed, options.prepares)


def tell_difference(options: argparse.Namespace) -> int:
    from licences.analysis.impact import find_impacts
    from licences.law.diff import Difference, compare_days, compare_laws

    are_days, are_files = bool(options.first or options.last), bool(options.catalogues)
    if are_days == are_files:
        right = "give either --from DATE --to DATE, or OLD.csv NEW.csv"
        both, neither = (
            "two days or two files are to be compared, not both",
            "two days or two files are to be compared",
        )
        raise UsageError(both if are_days else neither, right)
    if are_days:
        if not (options.first and options.last):
            lacking = "--to" if options.first else "--from"
            raise UsageError(f"{lacking} is missing", "give both days: --from DATE --to DATE")
        if options.as_of:
            raise UsageError("--as-of is for two files", "with two days leave it out")
        catalogue, profiles = read_files(options)
        difference: Difference = compare_days(catalogue, options.first, options.last, options.lang)
    else:
        if len(options.catalogues) != 2:
            raise UsageError(
                f"two catalogues are compared, not {len(options.catalogues)}", "give OLD.csv NEW.csv"
            )
        if options.catalogue:
            raise UsageError("--catalogue is for two days", "with two files leave it out")
        old, new = _read_both_laws(*options.catalogues)
        (new, old), profiles = read_clients(options, new, old)
        difference = compare_laws(old, new, find_as_of(options), options.lang)
    plan_options = read_plan_options(options, find_start(options, difference.new.as_of))
    touched = find_impacts(difference, profiles, plan_options)
    latest = difference.new
    warn_of_contradictions(latest.catalogue, profiles, latest.as_of, options.says)
    if options.json:
        from licences.words.json_views import describe_difference

        print(json.dumps(describe_difference(difference, touched, profiles), ensure_ascii=False, indent=1))
        return 0
    from licences.render.terminal import show
    from licences.render.terminal_diff import draw_difference

    show(draw_difference(difference, touched, profiles))
    return 0


def _read_both_laws(old: Path, new: Path) -> tuple[Catalogue, Catalogue]:
    """Two laws, the problems of both told at once."""
    catalogues: list[Catalogue] = []
    problems: list[Problem] = []
    for file in (old, new):
        try:
            catalogues.append(read_catalogue(file))
        except ProblemsError as error:
            problems += error.problems
        except MissingFileError as error:
            problems.append(Problem(error.path, 0, "", error.reason, error.right))
    if problems:
        raise ProblemsError(list(dict.fromkeys(problems)))
    return catalogues[0], catalogues[1]
