"""The command line: parse, call, print."""

from __future__ import annotations

import argparse
import gc
import io
import json
import os
import re
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from licences.dictionary import LANGUAGES, find_data_folder
from licences.errors import (
    LicencesError,
    MissingFileError,
    Problem,
    ProblemsError,
    UnknownNameError,
    UsageError,
)
from licences.files import is_remote, read_place, say_why, write_whole
from licences.law import Law, find_problems, read_law
from licences.profiles import choose_clients, read_profiles

INCLUDED = ("recommended", "optional")
FORMATS = ("html", "pdf", "docx", "xlsx", "ics")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Exit status: 0 all well, 1 problems found, 2 wrong usage."""
    gc.set_threshold(100_000)  # a command is short: a sixth of its time went into looking for garbage
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # Chinese is printed whatever the locale says
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    options = _make_parser().parse_args(arguments)
    try:
        status = int(options.run(options))
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


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="licences", description="Which licences an e-commerce platform in China needs, and why."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    files = argparse.ArgumentParser(add_help=False)
    files.add_argument("--catalogue", type=Path, metavar="FILE", help="default: data/licences.csv")
    files.add_argument(
        "--clients",
        type=_read_place,
        metavar="FILE",
        help="CSV or XLSX, also at an address such as s3://…; default: data/clients.csv",
    )
    asked = argparse.ArgumentParser(add_help=False, parents=[files])
    asked.add_argument(
        "--client", action="append", default=[], metavar="ID", help="may be repeated; default: all"
    )
    asked.add_argument(
        "--as-of", type=_read_date, default=None, metavar="DATE", help="the law of which day; default: today"
    )
    asked.add_argument("--lang", choices=LANGUAGES, default="zh", help="language of the texts; default: zh")

    check = commands.add_parser("check", parents=[files], help="find every problem in the data files")
    check.add_argument("--deep", action="store_true", help="also what is doubtful though it can be read")
    check.add_argument(
        "--max-age-days",
        type=_read_count,
        default=365,
        metavar="N",
        help="how long ago a source may have been checked; default: 365",
    )
    check.add_argument(
        "--scenarios", type=Path, metavar="FILE", help="the cases; default: tests/scenarios.yaml"
    )
    check.add_argument(
        "--as-of", type=_read_date, metavar="DATE", help="from which day ages count; default: today"
    )
    check.add_argument("--json", action="store_true", help="print JSON alone")
    check.set_defaults(run=_check)

    assess = commands.add_parser("assess", parents=[asked], help="what each client needs, and why")
    assess.add_argument("--json", action="store_true", help="print JSON alone")
    assess.add_argument("--questions", action="store_true", help="which open facts to ask for first")
    assess.set_defaults(run=_assess)

    what_if = commands.add_parser(
        "what-if", parents=[asked], help="what would make a licence needed, not needed or obtainable"
    )
    what_if.add_argument(
        "--licence", action="append", required=True, metavar="CODE", help="such as ICP; may be repeated"
    )
    what_if.add_argument("--json", action="store_true", help="print JSON alone")
    what_if.set_defaults(run=_what_if)

    planned = argparse.ArgumentParser(add_help=False, parents=[asked])
    planned.add_argument("--start", type=_read_date, metavar="DATE", help="default: the next working day")
    planned.add_argument(
        "--include",
        type=_read_verdicts,
        default=(),
        metavar="VERDICTS",
        help="plan for these too: recommended, optional or both with a comma; default: required alone",
    )
    planned.add_argument(
        "--capacity",
        type=_read_count,
        metavar="N",
        help="at most N applications at a time; default: no limit",
    )
    planned.add_argument(
        "--seed", type=_read_seed, default=0, metavar="N", help="of the simulation; default: 0"
    )

    plan = commands.add_parser("plan", parents=[planned], help="in what order, by when, how sure")
    plan.add_argument("--json", action="store_true", help="print JSON alone")
    plan.set_defaults(run=_plan)

    _add_report(commands, planned)
    _add_diff(commands, planned)

    _add_portfolio(commands, files)

    template = commands.add_parser("template", help="write our Word template, to make your own from it")
    template.add_argument(
        "file", type=Path, metavar="FILE", help="such as ours.docx; it must not be there yet"
    )
    template.set_defaults(run=_write_template)

    explore = commands.add_parser(
        "explore", parents=[files], help="choose what a client does and see the answer"
    )
    explore.add_argument("--app", action="store_true", help="as a web app (Voilà); default: in JupyterLab")
    explore.add_argument("--client", metavar="ID", help="whom to begin with; default: a new client")
    explore.add_argument(
        "--as-of", type=_read_date, metavar="DATE", help="the law of which day; default: today"
    )
    explore.add_argument("--start", type=_read_date, metavar="DATE", help="default: the next working day")
    explore.add_argument(
        "--lang", choices=LANGUAGES, default="zh", help="language to begin with; default: zh"
    )
    explore.add_argument("--out", type=Path, metavar="DIR", help="where reports go; default: reports/")
    explore.add_argument(
        "--ip", default="127.0.0.1", metavar="ADDRESS", help="default: 127.0.0.1, this machine alone"
    )
    explore.add_argument(
        "--port", type=_read_count, metavar="N", help="default: the first free one from 8888"
    )
    explore.add_argument(
        "--token", metavar="TEXT", help="what lets a browser in; default: a new one at random"
    )
    explore.add_argument("--no-browser", action="store_true", help="print the address and open no browser")
    explore.set_defaults(run=_explore)
    return parser


def _add_report(commands: Any, planned: argparse.ArgumentParser) -> None:
    report = commands.add_parser("report", parents=[planned], help="one folder a client, with its report")
    report.add_argument(
        "--format",
        type=_read_formats,
        default=("html",),
        metavar="FORMATS",
        help="some of html,pdf,docx,xlsx,ics with commas between; default: html",
    )
    report.add_argument(
        "--template", type=Path, metavar="FILE", help="a Word template of your own; see 'licences template'"
    )
    report.add_argument(
        "--out", type=_read_place, metavar="DIR", help="also an address such as s3://…; default: reports/"
    )
    report.add_argument(
        "--notebook", type=Path, metavar="FILE", help="default: notebooks/client_report.ipynb"
    )
    report.add_argument(
        "--workers", type=_read_count, default=os.cpu_count() or 1, metavar="N", help="default: cores"
    )
    report.add_argument(
        "--timeout", type=_read_seconds, metavar="SECONDS", help="for each report; default: none"
    )
    report.add_argument(
        "--memory",
        type=_read_count,
        metavar="MIB",
        help="the most that one report may take; default: the machine's, divided by the workers",
    )
    report.add_argument(
        "--scheduler", metavar="ADDRESS", help="make them on a Dask cluster, such as tcp://10.0.0.1:8786"
    )
    report.add_argument(
        "--force", action="store_true", help="make reports again whose inputs have not changed"
    )
    report.add_argument(
        "--touched-by",
        type=Path,
        metavar="OLD.csv",
        help="only the clients that the difference from this earlier catalogue touches",
    )
    report.set_defaults(run=_report)


def _add_diff(commands: Any, planned: argparse.ArgumentParser) -> None:
    diff = commands.add_parser(
        "diff",
        parents=[planned],
        help="what changed in the law, and whom it touches",
        usage="licences diff (--from DATE --to DATE | OLD.csv NEW.csv) [options]",
    )
    diff.add_argument("catalogues", nargs="*", type=Path, metavar="OLD.csv NEW.csv")
    diff.add_argument("--from", dest="first", type=_read_date, metavar="DATE", help="the law of this day")
    diff.add_argument("--to", dest="last", type=_read_date, metavar="DATE", help="against that of this day")
    diff.add_argument("--json", action="store_true", help="print JSON alone")
    diff.set_defaults(run=_diff)


def _add_portfolio(commands: Any, files: argparse.ArgumentParser) -> None:
    portfolio = commands.add_parser("portfolio", parents=[files], help="all clients at a glance, on one page")
    portfolio.add_argument(
        "--as-of", type=_read_date, metavar="DATE", help="the law of which day; default: today"
    )
    portfolio.add_argument("--start", type=_read_date, metavar="DATE", help="default: the next working day")
    portfolio.add_argument(
        "--lang", choices=LANGUAGES, default="zh", help="language of the texts; default: zh"
    )
    portfolio.add_argument(
        "--capacity",
        type=_read_count,
        metavar="N",
        help="at most N applications begun a month, over all clients; default: no limit",
    )
    portfolio.add_argument(
        "--out", type=_read_place, metavar="DIR", help="also an address such as s3://…; default: reports/"
    )
    portfolio.add_argument("--notebook", type=Path, metavar="FILE", help="default: notebooks/portfolio.ipynb")
    portfolio.set_defaults(run=_portfolio, client=[])


def _read_formats(text: str) -> tuple[str, ...]:
    formats = tuple(dict.fromkeys(text.split(",")))
    for name in formats:
        if name not in FORMATS:
            raise argparse.ArgumentTypeError(str(UnknownNameError("format", name, FORMATS)))
    return formats


def _read_place(text: str) -> Path:
    try:
        return read_place(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _read_count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up; write 1 or more")
    return int(text)


def _read_seed(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a seed; write a whole number such as 0")
    return int(text)


def _read_verdicts(text: str) -> tuple[str, ...]:
    verdicts = tuple(dict.fromkeys(text.split(",")))
    for verdict in verdicts:
        if verdict not in INCLUDED:
            raise argparse.ArgumentTypeError(str(UnknownNameError("verdict to include", verdict, INCLUDED)))
    return verdicts


def _read_seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a time; write seconds such as 60")
    return seconds


def _read_date(text: str) -> date:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; write it as 2026-11-23") from None


def _find_clients_file(options: argparse.Namespace) -> Path:
    return options.clients or _shorten(find_data_folder() / "clients.csv")


def _shorten(path: Path) -> Path:
    """The path as the user would write it, where it lies below the folder that we are in."""
    here = Path.cwd()
    if is_remote(path):
        return path
    return path.relative_to(here) if path.is_relative_to(here) else path


def _find_catalogue_file(options: argparse.Namespace) -> Path:
    return options.catalogue or _shorten(find_data_folder() / "licences.csv")


def _read_files(options: argparse.Namespace) -> tuple[Law, pd.DataFrame]:
    law = read_law(_find_catalogue_file(options))
    return law, _read_clients(options, law)


def _check(options: argparse.Namespace) -> int:
    catalogue, clients = _find_catalogue_file(options), _find_clients_file(options)
    problems = find_problems(catalogue, clients) + _find_brand_problems()
    summary = f"{catalogue}, {clients}: no problem found"
    figures: dict[str, Any] = {}
    if options.deep and not problems:
        figures = _check_deeply(options, catalogue, clients, problems)
        summary = (
            f"{len(problems)} problems found; of {figures['broken_rules']} broken rules "
            f"{figures['noticed']} are noticed by a scenario ({figures['share']:.1%})"
        )
    if options.json:
        listed = [asdict(one) for one in sorted(set(problems))]
        print(json.dumps({"problems": listed} | figures, ensure_ascii=False, indent=1))
        return 1 if problems else 0
    if problems:
        print(ProblemsError(problems), file=sys.stderr)
    if options.deep and not figures:
        summary = "mend these first; the deep check needs data that can be read"
    if figures or options.deep or not problems:
        print(summary, file=sys.stderr)
    return 1 if problems else 0


def _find_brand_problems() -> list[Problem]:
    from licences.brands import read_brand

    try:
        read_brand(_shorten(find_data_folder() / "brand.yaml"))
    except ProblemsError as error:
        return list(error.problems)
    except MissingFileError as error:
        return [Problem(error.path, 0, "", error.reason, error.right)]
    return []


def _check_deeply(
    options: argparse.Namespace, catalogue: Path, clients: Path, problems: list[Problem]
) -> dict[str, Any]:
    """Adds what the deep check finds to ``problems``, and tells how many broken rules are noticed."""
    from licences.deep_check import check_deeply
    from licences.scenarios import read_scenarios

    law = read_law(catalogue)
    profiles = read_profiles(clients, law.fields, set(law.catalogue["code"]))
    cases = options.scenarios or _shorten(find_data_folder().parent / "tests" / "scenarios.yaml")
    finding = check_deeply(
        law,
        profiles,
        read_scenarios(cases, law),
        options.as_of or date.today(),
        options.max_age_days,
        (str(catalogue), str(cases)),
    )
    problems += finding.problems
    return {"broken_rules": finding.broken, "noticed": finding.noticed, "share": round(finding.share, 4)}


def _warn(law: Law, profiles: pd.DataFrame, language: str) -> None:
    """Says which profiles contradict themselves."""
    from licences.assessment import find_contradictions

    for warning in find_contradictions(law, profiles, language):
        print(f"{warning.client}: {', '.join(warning.fields)}: {warning.message}", file=sys.stderr)


def _assess(options: argparse.Namespace) -> int:
    from licences.assessment import assess, rank_questions

    law, profiles = _read_files(options)
    as_of = options.as_of or date.today()
    _warn(law, profiles, options.lang)
    rows = (
        rank_questions(law, profiles, as_of)
        if options.questions
        else assess(law, profiles, as_of, options.lang)
    )
    if options.json:
        print(json.dumps(rows.to_dict("records"), ensure_ascii=False, indent=1))
        return 0
    from licences.terminal import draw_assessment, draw_questions, show

    if options.questions:
        show(draw_questions(rows, profiles, law, options.lang))
    else:
        show(draw_assessment(rows, profiles, law, as_of, options.lang))
    return 0


def _what_if(options: argparse.Namespace) -> int:
    from licences.assessment import judge
    from licences.edition import open_edition
    from licences.remedies import describe_remedies, find_remedies

    law, profiles = _read_files(options)
    as_of = options.as_of or date.today()
    entries = open_edition(law, as_of, options.lang).entries
    for code in options.licence:
        if code not in set(law.catalogue["code"]):
            raise UnknownNameError("licence", code, set(law.catalogue["code"]))
        if code not in entries:
            raise UsageError(f"{code} is not in force on {as_of}", "choose another day with --as-of")
    _warn(law, profiles, options.lang)
    found = [
        (one, entries[code], find_remedies(entries[code], one.profile, law.fields, options.lang))
        for one in judge(law, profiles, as_of)
        for code in dict.fromkeys(options.licence)
    ]
    if options.json:
        described = [
            describe_remedies(one.client, entry.code, one.verdicts[entry.code], aims)
            for one, entry, aims in found
        ]
        print(json.dumps(described, ensure_ascii=False, indent=1))
        return 0
    from licences.terminal import draw_remedies, show

    for one, entry, aims in found:
        show(draw_remedies(one, entry, aims, as_of, options.lang))
    return 0


def _plan(options: argparse.Namespace) -> int:
    from licences.outlook import Wish, describe_outlook, make_outlooks

    law, profiles = _read_files(options)
    wish = Wish(options.start or _find_next_working_day(), options.include, options.capacity, options.seed)
    outlooks = list(make_outlooks(law, profiles, options.as_of or date.today(), wish, options.lang))
    _warn(law, profiles, options.lang)
    if options.json:
        print(json.dumps([describe_outlook(one) for one in outlooks], ensure_ascii=False, indent=1))
        return 0
    from licences.terminal import draw_plans, show

    show(draw_plans(outlooks, profiles, law, options.lang))
    return 0


def _diff(options: argparse.Namespace) -> int:
    from licences.changes import Difference, compare_days, compare_laws
    from licences.outlook import Wish
    from licences.schedule import LAST_START_YEAR
    from licences.touched import describe_touched, find_touched
    from licences.working_days import FIRST_YEAR

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
        law, profiles = _read_files(options)
        difference: Difference = compare_days(law, options.first, options.last, options.lang)
    else:
        if len(options.catalogues) != 2:
            raise UsageError(
                f"two catalogues are compared, not {len(options.catalogues)}", "give OLD.csv NEW.csv"
            )
        if options.catalogue:
            raise UsageError("--catalogue is for two days", "with two files leave it out")
        old, new = _read_both_laws(*options.catalogues)
        profiles = _read_clients(options, new, old)
        difference = compare_laws(old, new, options.as_of or date.today(), options.lang)
    # Work starts after the later day, or as near to it as the calendar reaches.
    begins = min(max(difference.new.as_of, date(FIRST_YEAR, 1, 1)), date(LAST_START_YEAR, 12, 1))
    start = options.start or _find_next_working_day(begins)
    wish = Wish(start, options.include, options.capacity, options.seed)
    touched = find_touched(difference, profiles, wish)
    _warn(difference.new.law, profiles, options.lang)
    if options.json:
        rows = [asdict(change) for change in difference.rows]
        clients = [describe_touched(one) for one in touched]
        print(json.dumps({"rows": rows, "clients": clients}, ensure_ascii=False, indent=1))
        return 0
    from licences.bulletins import draw_difference
    from licences.terminal import show

    show(draw_difference(difference, touched, profiles))
    return 0


def _read_both_laws(old: Path, new: Path) -> tuple[Law, Law]:
    """Two laws, the problems of both told at once."""
    laws: list[Law] = []
    problems: list[Problem] = []
    for file in (old, new):
        try:
            laws.append(read_law(file))
        except ProblemsError as error:
            problems += error.problems
        except MissingFileError as error:
            problems.append(Problem(error.path, 0, "", error.reason, error.right))
    if problems:
        raise ProblemsError(list(dict.fromkeys(problems)))
    return laws[0], laws[1]


def _read_clients(options: argparse.Namespace, *laws: Law) -> pd.DataFrame:
    """The clients asked for; they may hold what any of the laws knows."""
    codes = {code for law in laws for code in law.catalogue["code"]}
    return choose_clients(read_profiles(_find_clients_file(options), laws[0].fields, codes), options.client)


def _find_next_working_day(after: date | None = None) -> date:
    from licences.working_days import find_working_day

    return cast(date, find_working_day(np.datetime64(after or date.today()) + 1).astype(object))


def _report(options: argparse.Namespace) -> int:
    from licences.batch import MADE, Order, write_reports
    from licences.brands import read_brand
    from licences.progress import follow_batch
    from licences.schedule import find_beginning

    law, profiles = _read_files(options)
    if options.touched_by:
        profiles = _choose_touched(options, law, profiles)
        if profiles.empty:
            return 0
    project = find_data_folder().parent
    start = options.start or _find_next_working_day()
    find_beginning(start)
    formats, has_browser = _find_makeable(options.format)
    template = _read_template(options, law, profiles, start) if options.template else None
    order = Order(
        notebook=options.notebook or project / "notebooks" / "client_report.ipynb",
        out=options.out or project / "reports",
        catalogue=options.catalogue,
        clients=options.clients,
        as_of=options.as_of or date.today(),
        start=start,
        language=options.lang,
        include=options.include,
        capacity=options.capacity,
        seed=options.seed,
        workers=options.workers,
        timeout_seconds=options.timeout,
        memory_mib=options.memory or (None if options.scheduler else _share_memory_mib(options.workers)),
        scheduler=options.scheduler,
        force=options.force,
        formats=formats,
        brand=read_brand(find_data_folder() / "brand.yaml"),
        template=template,
        has_browser=has_browser,
    )
    _warn(law, profiles, options.lang)
    made = 0
    _stop_as_by_ctrl_c()
    with (
        follow_batch(len(profiles)) as tell,
        closing(write_reports(order, law, profiles, lambda: datetime.now(UTC))) as entries,
    ):
        for entry in entries:
            made += entry["status"] in MADE
            tell(entry)
    print(f"{made} of {len(profiles)} reports are in {_shorten(order.out)}", file=sys.stderr)
    return 0 if made == len(profiles) and formats == options.format else 1


def _portfolio(options: argparse.Namespace) -> int:
    from licences.brands import read_brand
    from licences.portfolio_reports import NAMES, PortfolioOrder, write_portfolio
    from licences.report import FAILURE, PAGE
    from licences.schedule import find_beginning

    law, profiles = _read_files(options)
    project = find_data_folder().parent
    order = PortfolioOrder(
        notebook=options.notebook or project / "notebooks" / "portfolio.ipynb",
        out=options.out or project / "reports",
        catalogue=options.catalogue,
        clients=options.clients,
        as_of=options.as_of or date.today(),
        start=options.start or _find_next_working_day(),
        language=options.lang,
        capacity=options.capacity or 0,
        brand=read_brand(find_data_folder() / "brand.yaml"),
    )
    find_beginning(order.start)
    _stop_as_by_ctrl_c()
    result = write_portfolio(order, law, profiles)
    out = _shorten(order.out)
    if result.status == "done":
        print(f"{out / NAMES[PAGE]}: {len(profiles)} clients, {result.seconds:.1f} s", file=sys.stderr)
        return 0
    kept = f"; see {out / NAMES[FAILURE]}" if NAMES[FAILURE] in result.files else ""
    print(f"the portfolio was not made ({result.status}): {result.problem}{kept}", file=sys.stderr)
    return 1


def _choose_touched(options: argparse.Namespace, law: Law, profiles: pd.DataFrame) -> pd.DataFrame:
    """The clients that the difference from an earlier catalogue touches."""
    from licences.changes import compare_laws
    from licences.touched import find_moves

    difference = compare_laws(read_law(options.touched_by), law, options.as_of or date.today(), options.lang)
    touched = profiles[profiles["client"].isin(set(find_moves(difference, profiles)))]
    differs = f"{options.touched_by} and {_find_catalogue_file(options)}"
    print(
        f"{len(touched)} of {len(profiles)} clients are touched by what differs between {differs}",
        file=sys.stderr,
    )
    return touched


def _find_makeable(asked: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """The formats that can be made here, and whether there is a browser; says what is missing, and why."""
    from licences.press import find_browser, has_chinese_font

    formats, has_browser = asked, True
    if "docx" in asked and find_spec("docxtpl") is None:
        wrong = "docxtpl is not installed, which fills in the template"
        print(f"no Word file is written: {wrong}; pip install -e '.[word]'", file=sys.stderr)
        formats = tuple(name for name in formats if name != "docx")
    if not {"pdf", "docx"} & set(formats):
        return formats, has_browser
    try:
        find_browser()
    except UsageError as error:
        has_browser = False
        if "pdf" in formats:
            print(f"no PDF is written: {error}", file=sys.stderr)
        if "docx" in formats:
            print(f"the Word files have no figures: {error}", file=sys.stderr)
        formats = tuple(name for name in formats if name != "pdf")
    if has_browser and not has_chinese_font():
        wrong = "this machine has no Chinese font, and the PDF and figures will show empty boxes for Chinese"
        print(f"warning: {wrong}; apt-get install fonts-noto-cjk", file=sys.stderr)
    return formats, has_browser


def _read_template(options: argparse.Namespace, law: Law, profiles: pd.DataFrame, start: date) -> bytes:
    """The Word template, once it has been tried on a first client."""
    if "docx" not in options.format:
        raise UsageError("--template is for Word files alone", "add docx to --format")
    if find_spec("docxtpl") is None:
        return b""
    from licences.case import make_case
    from licences.outlook import Wish
    from licences.word_files import make_word

    try:
        template: bytes = options.template.read_bytes()
    except OSError as error:
        raise MissingFileError(str(options.template), say_why(error), "check --template") from None
    as_of = options.as_of or date.today()
    for at in range(min(1, len(profiles))):
        first = profiles.iloc[at : at + 1].reset_index(drop=True)
        make_word(make_case(law, first, as_of, Wish(start), options.lang), template=template)
    return template


def _write_template(options: argparse.Namespace) -> int:
    if find_spec("docxtpl") is None:
        raise UsageError("docxtpl is not installed", "pip install -e '.[word]'")
    from licences.word_template import make_template

    if options.file.exists():
        raise UsageError(f"{options.file} is there already", "name another file, or delete it first")
    write_whole(options.file, make_template())
    print(
        f"{options.file}: change it in Word, then licences report --template {options.file}", file=sys.stderr
    )
    return 0


def _stop_as_by_ctrl_c() -> None:
    """A batch that is told to end leaves its place to others, whoever told it."""
    for told in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(told) == signal.SIG_DFL and threading.current_thread() is threading.main_thread():
            signal.signal(told, signal.default_int_handler)


def _share_memory_mib(workers: int) -> int:
    """What each of the workers can have of this machine's memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024 // 1024 // workers


def _explore(options: argparse.Namespace) -> int:
    from licences.schedule import find_beginning
    from licences.server import choose_address, find_lab_path, hand_over, serve_app, serve_lab

    options.client = [options.client] if options.client else []
    _read_files(options)
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


if __name__ == "__main__":
    sys.exit(main())
