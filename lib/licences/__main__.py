"""The command line: parse, call, print."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from licences.dictionary import LANGUAGES, find_data_folder
from licences.errors import LicencesError, ProblemsError, UnknownNameError, UsageError
from licences.law import Law, find_problems, read_law
from licences.profiles import choose_clients, read_profiles


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Exit status: 0 all well, 1 problems found, 2 wrong usage."""
    options = _make_parser().parse_args(arguments)
    try:
        return int(options.run(options))
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
        sys.stderr.close()
        return 0


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="licences", description="Which licences an e-commerce platform in China needs, and why."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    files = argparse.ArgumentParser(add_help=False)
    files.add_argument("--catalogue", type=Path, metavar="FILE", help="default: data/licences.csv")
    files.add_argument("--clients", type=Path, metavar="FILE", help="CSV or XLSX; default: data/clients.csv")
    asked = argparse.ArgumentParser(add_help=False, parents=[files])
    asked.add_argument(
        "--client", action="append", default=[], metavar="ID", help="may be repeated; default: all"
    )
    asked.add_argument(
        "--as-of", type=_read_date, default=None, metavar="DATE", help="the law of which day; default: today"
    )
    asked.add_argument("--lang", choices=LANGUAGES, default="zh", help="language of the texts; default: zh")

    check = commands.add_parser("check", parents=[files], help="find every problem in the data files")
    check.set_defaults(run=_check)

    assess = commands.add_parser("assess", parents=[asked], help="what each client needs, and why")
    assess.add_argument("--json", action="store_true", help="print JSON alone")
    assess.add_argument("--questions", action="store_true", help="which open facts to ask for first")
    assess.set_defaults(run=_assess)
    return parser


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
    return path.relative_to(here) if path.is_relative_to(here) else path


def _find_catalogue_file(options: argparse.Namespace) -> Path:
    return options.catalogue or _shorten(find_data_folder() / "licences.csv")


def _read_files(options: argparse.Namespace) -> tuple[Law, pd.DataFrame]:
    law = read_law(_find_catalogue_file(options))
    profiles = read_profiles(_find_clients_file(options), law.fields, set(law.catalogue["code"]))
    return law, choose_clients(profiles, options.client)


def _check(options: argparse.Namespace) -> int:
    catalogue, clients = _find_catalogue_file(options), _find_clients_file(options)
    problems = find_problems(catalogue, clients)
    if problems:
        raise ProblemsError(problems)
    print(f"{catalogue}, {clients}: no problem found", file=sys.stderr)
    return 0


def _assess(options: argparse.Namespace) -> int:
    from licences.assessment import assess, find_contradictions, rank_questions

    law, profiles = _read_files(options)
    as_of = options.as_of or date.today()
    for warning in find_contradictions(law, profiles, options.lang):
        print(f"{warning.client}: {', '.join(warning.fields)}: {warning.message}", file=sys.stderr)
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


if __name__ == "__main__":
    sys.exit(main())
