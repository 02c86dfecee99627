"""The commands that look for what is wrong in the data files, and for what is doubtful."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from licences.book.issues import list_issues
from licences.book.place import is_book
from licences.book.store import find_limit, read_book
from licences.cli.arguments import MAX_AGE_DAYS
from licences.cli.language import say, tell
from licences.cli.options import (
    find_as_of,
    find_catalogue_file,
    find_clients_file,
    shorten,
    warn_of_passed_over,
)
from licences.errors import MissingFileError, Problem, ProblemsError, UsageError
from licences.law.catalogue import Catalogue
from licences.law.checks import check_files
from licences.reading.extent import Extent, place
from licences.reading.places import find_data_folder, find_own_file, find_shipped_file
from licences.reading.sources import split_hidden
from licences.rules.facts import Fields, list_own_columns, read_fields
from licences.rules.stages import BEGINS_ON, STAGES, find_stage_profiles
from licences.words.extents import (
    count_stages_and_groups,
    join,
    say_counts,
    say_doubts,
    say_extent,
    say_understood,
)
from licences.words.holdings import describe_implied, say_implied
from licences.words.issues import IssuedJson, say_issued
from licences.words.scope import describe_scope, say_scope


def check_data(options: argparse.Namespace) -> int:
    catalogue_file, clients = find_catalogue_file(options), find_clients_file(options)
    file, _ = split_hidden(clients)
    if not options.deep:
        for name in ("max_age_days", "scenarios"):
            if getattr(options, name) is not None:
                raise UsageError(f"--{name.replace('_', '-')} is for the deep check", "add --deep")
    warn_of_passed_over(options, clients)
    checked = check_files(catalogue_file, clients)
    extent, problems = checked.extent, [*checked.problems, *_find_brand_problems()]
    catalogue, profiles = checked.catalogue, checked.profiles
    language = (options.asked or "en") if options.json else options.says
    implied: list[tuple[str, dict[str, tuple[str, ...]]]] = []
    counts: dict[str, int] = {}
    own_columns: list[str] = []
    if catalogue is not None and profiles is not None and not problems:
        further = _find_contradictions(catalogue, profiles, find_as_of(options), file, language)
        further += _find_contradictions_ahead(catalogue, profiles, find_as_of(options), file, language)
        further += _find_idle_overrides(catalogue, profiles, find_as_of(options), file)
        problems += [place(one, extent.layouts if extent else ()) for one in further]
        implied = _list_implied(catalogue, profiles, find_as_of(options))
        counts = count_stages_and_groups(profiles)
        own_columns = list_own_columns(profiles)
    issued = _check_issued(clients, problems) if is_book(clients) and not problems else None
    summary = f"{catalogue_file}, {file}: no problem found"
    figures: dict[str, Any] = {}
    if options.deep and catalogue is not None and profiles is not None and not problems:
        figures = _check_deeply(options, catalogue, profiles, problems)
        summary = _say_figures(len(problems), figures)
    if options.json:
        listed: dict[str, Any] = {"issued": issued} if issued else {}
        listed |= {"own_columns": own_columns} if own_columns else {}
        _print_json(options, catalogue, problems, figures | counts | describe_implied(implied) | listed)
    else:
        if options.deep and not figures:
            summary = "mend these first; the deep check needs data that can be read"
        _print_text(options, catalogue, problems, summary if options.deep or not problems else "")
        for line in say_implied([] if problems else implied, options.says):
            print(line, file=sys.stderr)
        for line in say_issued(issued, options.says) if issued else ():
            print(line, file=sys.stderr)
    _print_extent(extent, counts, options.says)
    return 1 if problems else 0


def _print_text(
    options: argparse.Namespace, catalogue: Catalogue | None, problems: list[Problem], summary: str
) -> None:
    """Prints the problems and what came out, and where there are none what the catalogue covers."""
    if problems:
        tell(ProblemsError(problems), options.says)
    if summary:
        tell(summary, options.says)
    if catalogue is not None and not problems:
        print("\n".join(say_scope(catalogue, find_as_of(options), options.says)), file=sys.stderr)


def _print_json(
    options: argparse.Namespace,
    catalogue: Catalogue | None,
    problems: list[Problem],
    figures: dict[str, Any],
) -> None:
    """Prints the problems, with what the catalogue covers where it can be read."""
    language = options.asked or "en"
    scope = {"scope": describe_scope(catalogue, find_as_of(options), language)} if catalogue else {}
    listed = [
        asdict(one) | {"wrong": say(one.wrong, language), "right": say(one.right, language)}
        for one in ProblemsError(problems).problems
    ]
    print(json.dumps({"problems": listed} | scope | figures, ensure_ascii=False, indent=1))


def _read_fields() -> Fields:
    return read_fields(find_data_folder() / "profile_fields.csv")


def _print_extent(extent: Extent | None, counts: Mapping[str, int], language: str) -> None:
    """Says what was read of the clients otherwise than one might expect, and last how much, and what was passed over."""
    if extent:
        for doubt in say_doubts(extent.doubts, _read_fields(), language) if extent.doubts else ():
            print(doubt, file=sys.stderr)
        further = [*say_counts(counts, language), *say_understood(extent, language)]
        if further:
            print(join(further, language), file=sys.stderr)
        print(say_extent(extent, language), file=sys.stderr)


def _find_contradictions(
    catalogue: Catalogue, profiles: pd.DataFrame, as_of: date, clients: Path, language: str
) -> list[Problem]:
    """Clients whose answers cannot all be true."""
    from licences.assessment.contradictions import find_contradictions

    lines = dict(zip(profiles["client"], profiles.index, strict=True))
    return [
        Problem(str(clients), int(lines[one.client]), ", ".join(one.fields), wrong, right)
        for one in find_contradictions(catalogue, profiles, as_of, language)
        for wrong, right in [_split_message(one.message)]
    ]


def _find_contradictions_ahead(
    catalogue: Catalogue, profiles: pd.DataFrame, as_of: date, clients: Path, language: str
) -> list[Problem]:
    """Answers of later stages that cannot all be true and are not so from the start."""
    from licences.assessment.contradictions import find_contradictions

    staged = profiles[[bool(stages) for stages in profiles[STAGES]]]
    if staged.empty:
        return []
    rows = find_stage_profiles(staged)
    lines, names = rows.index, rows["client"].tolist()
    numbered = rows.assign(client=list(map(str, range(len(rows)))))
    known: set[tuple[str, str]] = set()
    problems = []
    for one in find_contradictions(catalogue, numbered, as_of, language):
        at = int(one.client)
        if (names[at], one.message) in known:
            continue
        known.add((names[at], one.message))
        day = rows[BEGINS_ON].iloc[at]
        if not pd.isna(day):
            wrong, right = _split_message(one.message)
            wrong = f"from {day:%Y-%m-%d} on: {wrong}"
            problems.append(Problem(str(clients), int(lines[at]), ", ".join(one.fields), wrong, right))
    return problems


def _split_message(message: str) -> tuple[str, str]:
    """What is wrong and what would be right, which are two sentences."""
    wrong, _, right = message.partition("。" if "。" in message else ". ")
    return wrong, right


def _find_idle_overrides(
    catalogue: Catalogue, profiles: pd.DataFrame, as_of: date, clients: Path
) -> list[Problem]:
    """What we hold against the rules and changes nothing any more."""
    from licences.assessment.overrides import find_idle

    return [
        Problem(
            str(clients),
            0,
            "",
            f"{one.client}: {one.override.code}: {one.override.kind} {one.override.value}, "
            f"held by {one.override.by}, {_say_idle(one.why, one.day)}",
            f"licences override {one.client} {one.override.code} --take-back {one.override.kind}",
        )
        for one in find_idle(catalogue, profiles, as_of)
    ]


def _say_idle(why: str, day: date | None) -> str:
    return {
        "ended": f"has ended on {day}",
        "gone": "is of what is no longer in force",
        "alike": "is what the rules and the catalogue say themselves",
    }[why]


def _list_implied(
    catalogue: Catalogue, profiles: pd.DataFrame, as_of: date
) -> list[tuple[str, dict[str, tuple[str, ...]]]]:
    """What clients are taken to hold; no problem, but something to look at."""
    from licences.assessment.holdings import list_implied

    return list_implied(catalogue, profiles, as_of)


def _check_issued(place: Path, problems: list[Problem]) -> IssuedJson | None:
    """Adds what of the issues on this machine is not as the book has it; what there is of them, None for nothing."""
    from licences.batch.frozen import find_frozen, find_frozen_problems, list_unknown

    with read_book(place) as connection:
        sent = list_issues(connection, limit=find_limit(place))
    absent, unknown = list[str](), list[str]()
    for client, issues in sent.items():
        for issue in issues:
            if find_frozen(issue).is_dir():
                problems += find_frozen_problems(client, issue)
            else:
                absent.append(issue.number)
        for folder in dict.fromkeys(find_frozen(issue).parent for issue in issues):
            unknown += [str(shorten(found)) for found in list_unknown(folder, client, issues)]
    count = sum(map(len, sent.values()))
    return {"count": count, "absent": absent, "unknown": unknown} if count else None


def _find_brand_problems() -> list[Problem]:
    from licences.render.brand import read_brand

    try:
        read_brand(shorten(find_own_file("brand.yaml")))
    except ProblemsError as error:
        return list(error.problems)
    except MissingFileError as error:
        return [Problem(error.path, 0, "", error.reason, error.right)]
    return []


def _say_figures(problems: int, told: dict[str, Any]) -> str:
    """What the deep check has counted, in a line."""
    return (
        f"{problems} problems found; of {told['broken_rules']} broken rules "
        f"{told['noticed']} are noticed by a scenario ({told['share']:.1%}); "
        f"of {told['rules']} rule expressions in force {told['rules_read']} ({told['rules_read_share']:.1%}) "
        f"rest on a text that was read; of {told['rows']} rows {told['rows_high']} "
        f"({told['rows_high_share']:.1%}) are of confidence high; "
        f"{told['facts_with_evidence']} facts have evidence, {told['facts_without_evidence']} have none"
    )


def _check_deeply(
    options: argparse.Namespace, catalogue: Catalogue, profiles: pd.DataFrame, problems: list[Problem]
) -> dict[str, Any]:
    """Adds what the deep check finds to ``problems``, and tells its figures."""
    from licences.law.evidence import read_evidence
    from licences.law.papers import find_unnamed_papers
    from licences.quality.audit import check_deeply
    from licences.quality.grounds import find_grounds
    from licences.quality.scenarios import read_scenarios

    cases = options.scenarios or shorten(find_shipped_file("tests/scenarios.yaml"))
    as_of, file = find_as_of(options), str(find_catalogue_file(options))
    finding = check_deeply(
        catalogue,
        profiles,
        read_scenarios(cases, catalogue),
        as_of,
        options.max_age_days or MAX_AGE_DAYS,
        (file, str(cases)),
    )
    grounds = find_grounds(catalogue.rows, read_evidence(), pd.Timestamp(as_of), file)
    unnamed = find_unnamed_papers(catalogue.rows, catalogue.papers, file)
    problems += [*finding.problems, *grounds.problems, *unnamed]
    return {
        "broken_rules": finding.broken,
        "noticed": finding.noticed,
        "share": round(finding.share, 4),
        "rules": grounds.rules,
        "rules_read": grounds.rules_read,
        "rules_read_share": round(grounds.rules_read_share, 4),
        "rows": grounds.rows,
        "rows_high": grounds.rows_high,
        "rows_high_share": round(grounds.rows_high_share, 4),
        "facts_with_evidence": grounds.with_evidence,
        "facts_without_evidence": len(grounds.problems),
    }
