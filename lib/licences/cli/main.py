"""The command line: parse, call, print."""

from __future__ import annotations

import argparse
import gc
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from licences.cli.arguments import read_arguments
from licences.cli.check import check_data
from licences.cli.options import (
    find_as_of,
    find_start,
    read_clients,
    read_files,
    warn_of_contradictions,
)
from licences.cli.report import issue_portfolio, issue_reports, write_template
from licences.errors import (
    LicencesError,
    MissingFileError,
    Problem,
    ProblemsError,
    UnknownNameError,
    UsageError,
)
from licences.law.catalogue import Catalogue, read_catalogue
from licences.reading.dictionary import find_data_folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Exit status: 0 all well, 1 problems found, 2 wrong usage."""
    gc.set_threshold(100_000)  # a command is short: a sixth of its time went into looking for garbage
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # Chinese is printed whatever the locale says
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    options = read_arguments(arguments)
    try:
        status = COMMANDS[options.run](options)
        sys.stdout.flush()
    except (UsageError, UnknownNameError) as error:
        print(f"licences: {error}", file=sys.stderr)
        return 2
    except LicencesError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("licences: stopped", file=sys.stderr)
        return 1
    except BrokenPipeError:
        _discard_output()
        return 0
    except OSError as error:
        _discard_output()
        print(f"licences: {error.strerror or error}; check where the output goes", file=sys.stderr)
        return 1
    return status


def _discard_output() -> None:
    """What is still to be printed goes nowhere, so that Python does not fail again as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _assess(options: argparse.Namespace) -> int:
    from licences.assessment.verdicts import assess, rank_questions

    catalogue, profiles = read_files(options)
    as_of = find_as_of(options)
    warn_of_contradictions(catalogue, profiles, options.lang)
    rows = (
        rank_questions(catalogue, profiles, as_of)
        if options.questions
        else assess(catalogue, profiles, as_of, options.lang)
    )
    if options.json:
        print(json.dumps(rows.to_dict("records"), ensure_ascii=False, indent=1))
        return 0
    from licences.render.terminal import draw_assessment, draw_questions, show

    if options.questions:
        show(draw_questions(rows, profiles, catalogue, options.lang))
    else:
        show(draw_assessment(rows, profiles, catalogue, as_of, options.lang))
    return 0


def _what_if(options: argparse.Namespace) -> int:
    from licences.assessment.remedies import describe_remedies, find_remedies
    from licences.assessment.verdicts import judge
    from licences.law.in_force import find_law_in_force

    catalogue, profiles = read_files(options)
    as_of = find_as_of(options)
    entries = find_law_in_force(catalogue, as_of, options.lang).entries
    for code in options.licence:
        if code not in set(catalogue.rows["code"]):
            raise UnknownNameError("licence", code, set(catalogue.rows["code"]))
        if code not in entries:
            raise UsageError(f"{code} is not in force on {as_of}", "choose another day with --as-of")
    warn_of_contradictions(catalogue, profiles, options.lang)
    found = [
        (one, entries[code], find_remedies(entries[code], one.profile, catalogue.fields, options.lang))
        for one in judge(catalogue, profiles, as_of)
        for code in dict.fromkeys(options.licence)
    ]
    if options.json:
        described = [
            describe_remedies(one.client, entry.code, one.verdicts[entry.code], aims)
            for one, entry, aims in found
        ]
        print(json.dumps(described, ensure_ascii=False, indent=1))
        return 0
    from licences.render.terminal import draw_remedies, show

    for one, entry, aims in found:
        show(draw_remedies(one, entry, aims, as_of, options.lang))
    return 0


def _plan(options: argparse.Namespace) -> int:
    from licences.planning.forecast import PlanOptions, describe_forecast, make_forecasts

    catalogue, profiles = read_files(options)
    plan_options = PlanOptions(find_start(options), options.include, options.capacity, options.seed)
    forecasts = list(make_forecasts(catalogue, profiles, find_as_of(options), plan_options, options.lang))
    warn_of_contradictions(catalogue, profiles, options.lang)
    if options.json:
        print(json.dumps([describe_forecast(one) for one in forecasts], ensure_ascii=False, indent=1))
        return 0
    from licences.render.terminal import draw_plans, show

    show(draw_plans(forecasts, profiles, catalogue, options.lang))
    return 0


def _diff(options: argparse.Namespace) -> int:
    from licences.analysis.impact import describe_impact, find_impacts
    from licences.law.diff import Difference, compare_days, compare_laws
    from licences.planning.forecast import PlanOptions
    from licences.words.messages import find_profiles, tell

    are_days, are_files = bool(options.first or options.last), bool(options.catalogues)
    if are_days == are_files:
        right = "give either --from DATE --to DATE, or OLD.csv NEW.csv"
        raise UsageError("two days or two files are to be compared" + (", not both" * are_days), right)
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
        profiles = read_clients(options, new, old)
        difference = compare_laws(old, new, find_as_of(options), options.lang)
    plan_options = PlanOptions(
        find_start(options, difference.new.as_of),
        options.include,
        options.capacity,
        options.seed,
    )
    touched = find_impacts(difference, profiles, plan_options)
    warn_of_contradictions(difference.new.catalogue, profiles, options.lang)
    if options.json:
        rows = [asdict(change) for change in difference.rows]
        told = find_profiles(difference, profiles, touched)
        clients = [
            describe_impact(one) | {"tell": tell(difference, one, told[one.client])} for one in touched
        ]
        print(json.dumps({"rows": rows, "clients": clients}, ensure_ascii=False, indent=1))
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


def _explore(options: argparse.Namespace) -> int:
    from licences.app.serve import choose_address, find_lab_path, hand_over, serve_app, serve_lab
    from licences.planning.schedule import find_beginning

    options.client = [options.client] if options.client else []
    read_files(options)
    if options.start:
        find_beginning(options.start)
    address = choose_address(options.ip, options.port, options.token)
    paths = {"catalogue": options.catalogue, "clients": options.clients, "out": options.out}
    days = {"as_of": options.as_of, "start": options.start}
    hand_over(
        {"client": "".join(options.client), "language": options.lang}
        | {name: str(path.resolve()) if path else "" for name, path in paths.items()}
        | {name: day.isoformat() if day else "" for name, day in days.items()}
    )
    notebook = find_data_folder().parent / "notebooks" / "explore.ipynb"
    page = address.find_page("" if options.app else find_lab_path(notebook))
    print(f"The explorer is at {page}\nStop it with Ctrl-C.", file=sys.stderr, flush=True)
    serve = serve_app if options.app else serve_lab
    serve(notebook, address, opens_browser=not options.no_browser)
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "check": check_data,
    "assess": _assess,
    "what-if": _what_if,
    "plan": _plan,
    "template": write_template,
    "explore": _explore,
    "report": issue_reports,
    "diff": _diff,
    "portfolio": issue_portfolio,
}


if __name__ == "__main__":
    sys.exit(main())
