"""Main program of the command line: parse, call, print."""

from __future__ import annotations

import argparse
import gc
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from licences.cli.arguments import read_arguments
from licences.cli.check import check_data
from licences.cli.new import make_work_folder
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
    need_extra,
)
from licences.law.catalogue import Catalogue, read_catalogue
from licences.reading.places import find_shipped_file, find_work_folder


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
    from licences.assessment.questions import rank_questions
    from licences.words.findings import make_findings_frame

    catalogue, profiles = read_files(options)
    as_of = find_as_of(options)
    warn_of_contradictions(catalogue, profiles, options.lang)
    rows = (
        rank_questions(catalogue, profiles, as_of)
        if options.questions
        else make_findings_frame(catalogue, profiles, as_of, options.lang, options.trace)
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
    from licences.assessment.remedies import find_remedies
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
        (one, entries[code], find_remedies(entries[code], one.profile))
        for one in judge(catalogue, profiles, as_of)
        for code in dict.fromkeys(options.licence)
    ]
    if options.json:
        from licences.words.remedies import say_remedies

        described = [
            say_remedies(one, entry.code, aims, catalogue.fields, options.lang) for one, entry, aims in found
        ]
        print(json.dumps(described, ensure_ascii=False, indent=1))
        return 0
    from licences.render.terminal import draw_remedies, show

    for one, entry, aims in found:
        show(draw_remedies(one, entry, aims, catalogue.fields, as_of, options.lang))
    return 0


def _plan(options: argparse.Namespace) -> int:
    from licences.planning.forecast import PlanOptions, make_forecasts

    catalogue, profiles = read_files(options)
    plan_options = PlanOptions(find_start(options), options.include, options.capacity, options.seed)
    forecasts = list(make_forecasts(catalogue, profiles, find_as_of(options), plan_options, options.lang))
    warn_of_contradictions(catalogue, profiles, options.lang)
    if options.json:
        from licences.words.plan_json import describe_plan

        print(json.dumps([describe_plan(one) for one in forecasts], ensure_ascii=False, indent=1))
        return 0
    from licences.render.terminal import draw_plans, show

    show(draw_plans(forecasts, profiles, catalogue, options.lang))
    return 0


def _diff(options: argparse.Namespace) -> int:
    from licences.analysis.impact import find_impacts
    from licences.law.diff import Difference, compare_days, compare_laws
    from licences.planning.forecast import PlanOptions

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


def _explore(options: argparse.Namespace) -> int:
    need_extra("app" if options.app else "notebook", "the explorer")
    from licences.app.serve import (
        choose_address,
        find_lab_path,
        hand_over,
        keep_notebook,
        serve_app,
        serve_lab,
    )
    from licences.planning.schedule import find_beginning

    options.client = [options.client] if options.client else []
    read_files(options)
    if options.start:
        find_beginning(options.start)
    address = choose_address(options.ip, options.port, options.token)
    paths = {"catalogue": options.catalogue, "clients": options.clients, "out": options.out}
    days = {"as_of": options.as_of, "start": options.start}
    hand_over(
        {"client": "".join(options.client), "language": options.lang, "work": str(find_work_folder())}
        | {name: str(path.resolve()) if path else "" for name, path in paths.items()}
        | {name: day.isoformat() if day else "" for name, day in days.items()}
    )
    notebook = find_shipped_file("notebooks/explore.ipynb")
    if not options.app:
        notebook = keep_notebook(notebook, find_work_folder())
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
    "new": make_work_folder,
    "explore": _explore,
    "report": issue_reports,
    "diff": _diff,
    "portfolio": issue_portfolio,
}


if __name__ == "__main__":
    sys.exit(main())
