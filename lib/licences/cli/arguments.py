"""Arguments of the command line: the commands and their options, read and checked one by one."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from licences.book.clients import HOW
from licences.cli import language as spoken
from licences.errors import UnknownNameError, UsageError
from licences.reading.bounds import FIRST_DAY, LAST_DAY
from licences.reading.dictionary import LANGUAGES
from licences.reading.files import read_place
from licences.reading.sources import read_clients_place
from licences.render.lengths import EVERY_LENGTH, STANDARD

INCLUDED = ("recommended", "optional")
MAX_AGE_DAYS = 365
FORMATS = ("html", "pdf", "docx", "xlsx", "ics")
CALENDARS = ("renewals", "all")
DUE_FORMATS = ("table", "xlsx", "csv", "ics")
QUESTIONNAIRES = ("xlsx", "html")
DUE_DAYS, MOST_DUE_DAYS = 60, 3660
_TEXTS_AND_MESSAGES = "language of the texts, default: zh; and of messages, default: the locale's"


class _ChineseHelp(argparse.HelpFormatter):
    """Help with its sentences in Chinese, folded by how wide they are on the screen."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, spoken.say("usage: ", "zh") if prefix is None else prefix)

    def add_text(self, text: Any) -> None:
        super().add_text(spoken.say(text, "zh") if text and text != argparse.SUPPRESS else text)

    def start_section(self, heading: str | None) -> None:
        super().start_section(spoken.say(heading or "", "zh"))

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return spoken.say(action.help, "zh") if action.help else action.help

    def _split_lines(self, text: str, width: int) -> list[str]:
        return spoken.fold(text, width)


class _Parser(argparse.ArgumentParser):
    """One that takes no shortened option, since what is short for one today may be another one's name tomorrow."""

    language = "en"  # of its help and of what it refuses

    def __init__(self, **how: Any) -> None:
        super().__init__(allow_abbrev=False, **how)

    def error(self, message: str) -> NoReturn:
        """Ends the process with status 2 and a sentence."""
        self.print_usage(sys.stderr)
        word = spoken.say("error: ", self.language)
        self.exit(2, f"{self.prog}: {word}{spoken.say(message, self.language)}\n")


class _ChineseParser(_Parser):
    """One whose help and refusals are in Chinese."""

    language = "zh"

    def __init__(self, **how: Any) -> None:
        super().__init__(formatter_class=_ChineseHelp, **how)


def read_arguments(words: Sequence[str] | None) -> argparse.Namespace:
    """The command and its options; wrong usage ends the process with status 2 and a sentence.

    ``lang`` is the language of the texts, ``says`` that of the messages, ``asked`` the one that ``--lang`` names;
    ``words`` are those of the command line.
    """
    words = sys.argv[1:] if words is None else words
    language = spoken.find_message_language(words)
    parser, commands = _make_parsers(language)
    options, unknown = parser.parse_known_args(words)
    if unknown:
        known = re.findall(r"--[a-z-]+", commands[options.run].format_help())
        close = [match for word in unknown for match in get_close_matches(word.partition("=")[0], known, n=1)]
        hint = f"; did you mean {' and '.join(close)}?" if close else ""
        commands[options.run].error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
    options.asked = options.lang
    options.says = options.asked or language
    options.lang = options.asked or spoken.TEXTS
    options.words = list(words)
    return options


def _make_parsers(language: str) -> tuple[_Parser, Mapping[str, _Parser]]:
    """The parser, and those of the commands by their names; language: of their help and of what they refuse."""
    make = _ChineseParser if language == "zh" else _Parser
    spoken_in = make(add_help=False)
    _add_language(spoken_in, "language of messages; default: the locale's")
    parser = make(
        prog="licences", description="Which licences an e-commerce platform in China needs, and why."
    )
    parser.add_argument(
        "--version", action="store_true", help="version, edition of the catalogue, version of Python"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=make)
    files = make(add_help=False)
    files.add_argument("--catalogue", type=Path, metavar="FILE", help="default: data/licences.csv")
    files.add_argument(
        "--clients",
        type=_read_clients_place,
        metavar="FILE",
        help="CSV, XLSX or a book, also at an address such as s3://… or postgresql+psycopg://…; default: data/clients.csv",
    )
    files.add_argument(
        "--hidden", action="store_true", help="read hidden rows, columns and sheets of a workbook too"
    )
    files.add_argument(
        "--known-on", type=_read_date, metavar="DATE", help="what a book held at the end of this day"
    )
    asked = make(add_help=False, parents=[files])
    asked.add_argument(
        "--client",
        action="append",
        default=[],
        metavar="ID",
        help="or the name; may be repeated; default: all",
    )
    asked.add_argument(
        "--group",
        action="append",
        default=[],
        metavar="NAME",
        help="all clients of a group of companies; may be repeated",
    )
    _add_day(asked)

    check = commands.add_parser(
        "check", parents=[files, spoken_in], help="find every problem in the data files"
    )
    check.add_argument("--deep", action="store_true", help="also what is doubtful though it can be read")
    check.add_argument(
        "--max-age-days",
        type=_read_count,
        metavar="N",
        help=f"how long ago a source may have been checked; default: {MAX_AGE_DAYS}",
    )
    check.add_argument(
        "--scenarios", type=Path, metavar="FILE", help="the cases; default: tests/scenarios.yaml"
    )
    check.add_argument(
        "--as-of", type=_read_date, metavar="DATE", help="from which day ages count; default: today"
    )
    check.add_argument("--json", action="store_true", help="print JSON alone")
    check.set_defaults(run="check")

    assess = commands.add_parser("assess", parents=[asked], help="what each client needs, and why")
    assess.add_argument("--json", action="store_true", help="print JSON alone")
    shown = assess.add_mutually_exclusive_group()
    shown.add_argument("--questions", action="store_true", help="which open facts to ask for first")
    shown.add_argument("--trace", action="store_true", help="each rule part by part, with what was told")
    assess.set_defaults(run="assess")

    what_if = commands.add_parser(
        "what-if", parents=[asked], help="what would make a licence needed, not needed or obtainable"
    )
    what_if.add_argument(
        "--licence",
        action="append",
        required=True,
        metavar="CODE",
        help="such as ICP, or a name such as ICP证; may be repeated",
    )
    what_if.add_argument("--json", action="store_true", help="print JSON alone")
    what_if.set_defaults(run="what-if")

    planned = make(add_help=False, parents=[asked])
    _add_planning(planned)

    plan = commands.add_parser("plan", parents=[planned], help="in what order, by when, how sure")
    plan.add_argument("--json", action="store_true", help="print JSON alone")
    plan.set_defaults(run="plan")

    _add_book(commands, files, spoken_in)
    _add_progress(commands, planned)
    _add_report(commands, planned)
    _add_issue(commands, files)
    _add_diff(commands, planned)

    _add_overviews(commands, files, asked)

    _add_own(commands, spoken_in)
    _add_explore(commands, files)
    return parser, commands.choices


def _add_own(commands: Any, spoken_in: _Parser) -> None:
    template = commands.add_parser(
        "template", parents=[spoken_in], help="write our Word template, to make your own from it"
    )
    template.add_argument(
        "file", type=Path, metavar="FILE", help="such as ours.docx; it must not be there yet"
    )
    template.set_defaults(run="template")

    new = commands.add_parser("new", parents=[spoken_in], help="make a folder for clients of your own")
    new.add_argument("folder", type=Path, metavar="FOLDER", help="not there yet, or empty")
    new.set_defaults(run="new")


def _add_explore(commands: Any, files: _Parser) -> None:
    explore = commands.add_parser(
        "explore", parents=[files], help="choose what a client does and see the answer"
    )
    explore.add_argument("--app", action="store_true", help="as a web app (Voilà); default: in JupyterLab")
    explore.add_argument("--client", metavar="ID", help="whom to begin with; default: a new client")
    explore.add_argument(
        "--as-of", type=_read_date, metavar="DATE", help="the law of which day; default: today"
    )
    explore.add_argument("--start", type=_read_date, metavar="DATE", help="default: the next working day")
    _add_language(explore, "language to begin with, default: zh; and of messages, default: the locale's")
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
    explore.set_defaults(run="explore", group=[])


def _add_book(commands: Any, files: _Parser, spoken_in: _Parser) -> None:
    book = commands.add_parser("book", help="where a firm keeps its clients and what happened")
    tasks = book.add_subparsers(required=True, metavar="TASK", dest="task", parser_class=type(spoken_in))
    begin = tasks.add_parser(
        "init", parents=[spoken_in], help="make a book, empty or with the clients of a file"
    )
    begin.add_argument(
        "place",
        type=_read_clients_place,
        metavar="BOOK",
        help="such as book.sqlite, or postgresql+psycopg://…",
    )
    begin.add_argument("--from", dest="source", type=_read_place, metavar="CLIENTS", help="a clients file")
    begin.add_argument("--catalogue", type=Path, metavar="FILE", help="default: data/licences.csv")
    for name, said in (
        ("export", "write the tables of a book as CSV into a folder"),
        ("import", "make a book of a folder that was exported"),
    ):
        task = tasks.add_parser(name, parents=[spoken_in], help=said)
        task.add_argument("folder", type=Path, metavar="DIR")
        task.add_argument("--clients", type=_read_clients_place, metavar="BOOK", required=True)
    tell = tasks.add_parser(
        "tell", parents=[spoken_in], help="what a client tells of a field, who said so and how it is known"
    )
    tell.add_argument("client", metavar="CLIENT")
    tell.add_argument("field", metavar="FIELD", help="of data/profile_fields.csv, such as has_app")
    tell.add_argument("value", metavar="VALUE", help="as in a clients file; '' takes it back")
    tell.add_argument("--told-by", default="", metavar="NAME", help="who said so at the client")
    tell.add_argument("--told-on", type=_read_date, metavar="DATE", help="when")
    tell.add_argument("--how", choices=HOW, default=HOW[0], help="how it is known; default: told")
    tell.add_argument("--by", default="", metavar="NAME", help="who records it; default: who is logged in")
    facts = tasks.add_parser(
        "facts", parents=[spoken_in], help="what a client tells, and where each of it comes from"
    )
    facts.add_argument("client", metavar="CLIENT")
    for task in (tell, facts):
        task.add_argument("--clients", type=_read_clients_place, metavar="BOOK", required=True)
        task.add_argument("--catalogue", type=Path, metavar="FILE", help="default: data/licences.csv")
    client = tasks.add_parser(
        "client", parents=[spoken_in], help="who a client is, whom to call, since when we work for it"
    )
    client.add_argument("client", metavar="CLIENT")
    client.add_argument("--name", metavar="TEXT", help="its name; with it a new client is added")
    client.add_argument("--contact", metavar="TEXT", help="whom to call, with a number or an address")
    client.add_argument(
        "--group", dest="group_of", metavar="NAME", help="the group of companies it belongs to"
    )
    client.add_argument(
        "--engaged-on", type=_read_date, metavar="DATE", help="the day on which the case begins"
    )
    client.add_argument(
        "--extra",
        action="append",
        default=[],
        type=_read_own,
        metavar="NAME=TEXT",
        help="what a column of your own holds, such as phone=13800000000; empty takes it away; may be repeated",
    )
    client.add_argument("--clients", type=_read_clients_place, metavar="BOOK", required=True)
    client.add_argument("--catalogue", type=Path, metavar="FILE", help="default: data/licences.csv")
    book.set_defaults(run="book", known_on=None)

    record = commands.add_parser(
        "record",
        parents=[files, spoken_in],
        help="what happened to an application, into a book",
        usage="licences record (CLIENT CODE EVENT --on DATE | --file EVENTS) --clients BOOK [options]",
    )
    record.add_argument("client", nargs="?", metavar="CLIENT")
    record.add_argument("code", nargs="?", metavar="CODE", help="of the licence, such as EDI")
    record.add_argument(
        "event", nargs="?", metavar="EVENT", help="such as submitted, accepted, returned, granted or refused"
    )
    record.add_argument("--on", type=_read_date, metavar="DATE", help="the day on which it happened")
    record.add_argument("--number", default="", help="of what was granted, or of the application")
    record.add_argument("--until", type=_read_date, metavar="DATE", help="when what was granted expires")
    record.add_argument("--note", default="", metavar="TEXT", help="what should be remembered of it")
    record.add_argument("--by", default="", metavar="NAME", help="who says so; default: who is logged in")
    record.add_argument("--file", type=_read_place, metavar="EVENTS", help="CSV or XLSX with many events")
    record.add_argument(
        "--strike-out",
        action="store_true",
        help="it was recorded wrongly: it counts no more, and its row stays",
    )
    record.set_defaults(run="record")
    _add_intake(commands, files)
    _add_durations(commands, files)
    _add_override(commands, files, spoken_in)
    _add_note(commands, files, spoken_in)


def _add_intake(commands: Any, files: _Parser) -> None:
    intake = commands.add_parser(
        "intake",
        parents=[files],
        help="what clients sent back: shown beside what is known, then kept",
        usage="licences intake FILE... [--into CLIENTS] [--take theirs|ours] [--dry-run] [options]",
    )
    intake.add_argument(
        "files",
        nargs="+",
        type=_read_place,
        metavar="FILE",
        help="questionnaires, answers of the page, mails with them, checklists, files of events",
    )
    intake.add_argument(
        "--into",
        type=_read_clients_place,
        metavar="CLIENTS",
        help="a clients file or a book; default: --clients",
    )
    intake.add_argument(
        "--by", default="", metavar="NAME", help="who told it at the client; default: as the file says"
    )
    intake.add_argument(
        "--take", choices=("theirs", "ours"), help="what counts where an answer differs from what is known"
    )
    intake.add_argument(
        "--client", metavar="ID", help="whose they are, where they do not say it; files of others are refused"
    )
    intake.add_argument("--dry-run", action="store_true", help="show it all, and write nothing")
    intake.add_argument("--json", action="store_true", help="print JSON alone")
    _add_day(intake)
    intake.set_defaults(run="intake", group=[])


def _add_durations(commands: Any, files: _Parser) -> None:
    durations = commands.add_parser(
        "durations", parents=[files], help="how long the cases of a book took, beside the catalogue's times"
    )
    durations.add_argument(
        "--as-of", type=_read_date, metavar="DATE", help="what had happened by which day; default: today"
    )
    _add_language(durations, _TEXTS_AND_MESSAGES)
    shown = durations.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="print JSON alone")
    shown.add_argument(
        "--format",
        type=partial(_read_names, "format", ("xlsx",)),
        metavar="FORMATS",
        help="xlsx: write an Excel file, durations.xlsx",
    )
    durations.add_argument("--out", type=_read_place, metavar="DIR", help="where it goes; default: reports/")
    durations.set_defaults(run="durations", client=[], group=[])


def _add_progress(commands: Any, planned: _Parser) -> None:
    progress = commands.add_parser(
        "progress", parents=[planned], help="where cases stand: done, with whom the rest lies, what is late"
    )
    progress.add_argument(
        "--since",
        type=_read_date,
        metavar="DATE",
        help="from when on what was done is told; default: 30 days ago",
    )
    progress.add_argument("--json", action="store_true", help="print JSON alone")
    progress.set_defaults(run="progress")


def _add_override(commands: Any, files: _Parser, spoken_in: _Parser) -> None:
    override = commands.add_parser(
        "override",
        parents=[files, spoken_in],
        help="what we hold of a client's licence against the rules, with the reason, into a book",
        usage="licences override CLIENT CODE (--verdict V | --days N | --fee N) --because TEXT --by NAME "
        "[--until DATE] --clients BOOK [options]",
    )
    override.add_argument("client", metavar="CLIENT")
    override.add_argument("code", metavar="CODE", help="of the licence, such as EDI")
    override.add_argument("--verdict", metavar="V", help="required, recommended, optional or not_needed")
    override.add_argument("--days", metavar="N", help="working days from the submission to the result")
    override.add_argument("--fee", metavar="N", help="the official fee in yuan")
    override.add_argument("--because", metavar="TEXT", help="why; it stands in the client's report")
    override.add_argument("--by", metavar="NAME", help="who says so; it stands in the client's report")
    override.add_argument("--on", type=_read_date, metavar="DATE", help="from which day on; default: today")
    override.add_argument("--until", type=_read_date, metavar="DATE", help="the last day on which it counts")
    override.add_argument(
        "--take-back",
        nargs="?",
        const="all",
        choices=("verdict", "days", "fee", "all"),
        metavar="KIND",
        help="the rules count again: verdict, days, fee or all; default: all",
    )
    override.set_defaults(run="override")


def _add_note(commands: Any, files: _Parser, spoken_in: _Parser) -> None:
    note = commands.add_parser(
        "note",
        parents=[files, spoken_in],
        help="what is to be remembered of a client or of one of its licences, into a book",
        usage="licences note CLIENT [CODE] TEXT [--for client|us] --clients BOOK [options]",
    )
    note.add_argument("client", metavar="CLIENT")
    note.add_argument("code", nargs="?", metavar="CODE", help="of a licence, such as EDI")
    note.add_argument("text", metavar="TEXT")
    note.add_argument(
        "--for",
        dest="audience",
        choices=("client", "us"),
        default="us",
        help="who may read it: client, whose report has it, or us alone; default: us",
    )
    note.add_argument("--by", default="", metavar="NAME", help="who says so; default: who is logged in")
    note.add_argument("--on", type=_read_date, metavar="DATE", help="default: today")
    note.add_argument("--strike-out", action="store_true", help="the note with this text counts no more")
    note.set_defaults(run="note")


def _add_day(parser: _Parser) -> None:
    parser.add_argument(
        "--as-of", type=_read_date, default=None, metavar="DATE", help="the law of which day; default: today"
    )
    _add_language(parser, _TEXTS_AND_MESSAGES)


def _add_language(parser: _Parser, of_what: str) -> None:
    parser.add_argument("--lang", choices=LANGUAGES, help=of_what)


def _add_planning(parser: _Parser) -> None:
    """How is to be planned."""
    parser.add_argument("--start", type=_read_date, metavar="DATE", help="default: the next working day")
    parser.add_argument(
        "--include",
        type=partial(_read_names, "verdict to include", INCLUDED),
        default=(),
        metavar="VERDICTS",
        help="plan for these too: recommended, optional or both with a comma; default: required alone",
    )
    parser.add_argument(
        "--capacity",
        type=_read_count,
        metavar="N",
        help="at most N applications in preparation at a time; default: no limit",
    )
    _add_preparation(parser)
    parser.add_argument(
        "--seed", type=_read_seed, default=0, metavar="N", help="of the simulation; default: 0"
    )


def _add_form(parser: _Parser) -> None:
    """What a report looks like, from which notebook and template, and what it may take."""
    parser.add_argument(
        "--format",
        type=partial(_read_names, "format", FORMATS),
        default=("html",),
        metavar="FORMATS",
        help="some of html,pdf,docx,xlsx,ics with commas between; default: html",
    )
    parser.add_argument(
        "--length",
        choices=EVERY_LENGTH,
        default=STANDARD,
        help="of the PDF and the Word file; the page holds all; progress is one sheet on where a case stands; default: standard",
    )
    parser.add_argument(
        "--ics",
        choices=CALENDARS,
        default=CALENDARS[0],
        help="what the calendar holds: renewals, duties and deadlines, or all with the plan; default: renewals",
    )
    parser.add_argument(
        "--template", type=Path, metavar="FILE", help="a Word template of your own; see 'licences template'"
    )
    parser.add_argument(
        "--notebook", type=Path, metavar="FILE", help="default: notebooks/client_report.ipynb"
    )
    parser.add_argument(
        "--timeout", type=_read_seconds, metavar="SECONDS", help="for each report; default: 600"
    )
    parser.add_argument(
        "--memory",
        type=_read_count,
        metavar="MIB",
        help="the most that one report may take; default: the machine's, divided by the workers",
    )


def _add_issue(commands: Any, files: _Parser) -> None:
    issue = commands.add_parser(
        "issue",
        parents=[files],
        help="make what is sent to a client, with a number, and freeze it",
        usage="licences issue (CLIENT | [CLIENT] --list) --clients BOOK [options]",
    )
    issue.add_argument("issued_to", nargs="?", metavar="CLIENT")
    issue.add_argument("--list", action="store_true", help="print what was issued, of all clients or of one")
    issue.add_argument("--json", action="store_true", help="with --list: print JSON alone")
    issue.add_argument("--out", type=Path, metavar="DIR", help="a folder of this machine; default: issued/")
    issue.add_argument("--by", default="", metavar="NAME", help="who issues; default: who is logged in")
    _add_day(issue)
    _add_planning(issue)
    _add_form(issue)
    issue.set_defaults(run="issue", client=[], group=[], workers=1, scheduler=None, force=True)


def _add_report(commands: Any, planned: _Parser) -> None:
    report = commands.add_parser("report", parents=[planned], help="one folder a client, with its report")
    _add_form(report)
    report.add_argument(
        "--out", type=_read_place, metavar="DIR", help="also an address such as s3://…; default: reports/"
    )
    report.add_argument(
        "--workers", type=_read_count, default=os.cpu_count() or 1, metavar="N", help="default: cores"
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
    report.set_defaults(run="report")


def _add_diff(commands: Any, planned: _Parser) -> None:
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
    diff.set_defaults(run="diff")


def _add_overviews(commands: Any, files: _Parser, asked: _Parser) -> None:
    """What looks at all clients at once."""
    _add_portfolio(commands, files)
    _add_due(commands, asked)
    _add_questionnaire(commands, files)


def _add_portfolio(commands: Any, files: _Parser) -> None:
    portfolio = commands.add_parser("portfolio", parents=[files], help="all clients at a glance, on one page")
    portfolio.add_argument(
        "--as-of", type=_read_date, metavar="DATE", help="the law of which day; default: today"
    )
    portfolio.add_argument("--start", type=_read_date, metavar="DATE", help="default: the next working day")
    _add_language(portfolio, _TEXTS_AND_MESSAGES)
    portfolio.add_argument(
        "--capacity",
        type=_read_count,
        metavar="N",
        help="at most N applications in preparation at a time, over all clients; default: no limit",
    )
    _add_preparation(portfolio)
    portfolio.add_argument(
        "--out", type=_read_place, metavar="DIR", help="also an address such as s3://…; default: reports/"
    )
    portfolio.add_argument("--notebook", type=Path, metavar="FILE", help="default: notebooks/portfolio.ipynb")
    portfolio.set_defaults(run="portfolio", client=[], group=[])


def _add_due(commands: Any, asked: _Parser) -> None:
    due = commands.add_parser("due", parents=[asked], help="whom to call: what is overdue or due soon")
    due.add_argument(
        "--within",
        type=_read_within,
        default=DUE_DAYS,
        metavar="DAYS",
        help=f"how many calendar days ahead; default: {DUE_DAYS}",
    )
    due.add_argument(
        "--format", choices=DUE_FORMATS, default="table", help="table and csv are printed; default: table"
    )
    due.add_argument("--json", action="store_true", help="print JSON alone")
    due.add_argument(
        "--out",
        type=_read_place,
        metavar="FILE",
        help="where a file goes; default: due.xlsx or due.ics in the work folder, csv to standard output",
    )
    due.set_defaults(run="due")


def _add_questionnaire(commands: Any, files: _Parser) -> None:
    questionnaire = commands.add_parser(
        "questionnaire", parents=[files], help="what is still to be asked, as files to be sent to clients"
    )
    questionnaire.add_argument(
        "--client",
        action="append",
        default=[],
        metavar="ID",
        help="may be repeated; default: a questionnaire for a new client, of whom nothing is known",
    )
    questionnaire.add_argument(
        "--group",
        action="append",
        default=[],
        metavar="NAME",
        help="all clients of a group of companies; may be repeated",
    )
    _add_day(questionnaire)
    questionnaire.add_argument(
        "--format",
        type=partial(_read_names, "format", QUESTIONNAIRES),
        default=QUESTIONNAIRES,
        metavar="FORMATS",
        help="xlsx, html or both with a comma; default: both",
    )
    questionnaire.add_argument(
        "--out",
        type=_read_place,
        default=Path("questionnaires"),
        metavar="DIR",
        help="also an address such as s3://…; default: questionnaires/",
    )
    questionnaire.set_defaults(run="questionnaire")


def _read_within(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > MOST_DUE_DAYS:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number of days from 0 to {MOST_DUE_DAYS}; write some such as {DUE_DAYS}"
        )
    return int(text)


def _add_preparation(parser: _Parser) -> None:
    parser.add_argument(
        "--no-preparation",
        dest="prepares",
        action="store_false",
        help="all papers are complete at the start: plan from the submissions on",
    )


def _read_names(kind: str, known: tuple[str, ...], text: str) -> tuple[str, ...]:
    """Names with commas between, each of them once."""
    names = tuple(dict.fromkeys(text.split(",")))
    for name in names:
        if name not in known:
            raise argparse.ArgumentTypeError(str(UnknownNameError(kind, name, known)))
    return names


def _read_own(text: str) -> tuple[str, str]:
    """The name of an own column and its text."""
    name, equals, told = text.partition("=")
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is no NAME=TEXT, such as phone=13800000000")
    return name.strip(), told.strip()


def _read_place(text: str) -> Path:
    try:
        return read_place(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _read_clients_place(text: str) -> Path:
    """A place of clients: also the address of a book on a server."""
    try:
        return read_clients_place(text)
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
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; write it as 2026-11-23") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise argparse.ArgumentTypeError(f"{text} is out of reach; give a day from {FIRST_DAY} to {LAST_DAY}")
    return day
