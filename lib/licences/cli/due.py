"""The command that says whom to call, on the terminal or as a file."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from licences.cli.language import tell
from licences.cli.options import find_as_of, read_files, shorten
from licences.errors import MissingFileError, UsageError, need_extra
from licences.reading.files import read_bytes, say_why, write_whole
from licences.reading.places import find_own_file, find_work_folder

if TYPE_CHECKING:
    from licences.analysis.due import Call
    from licences.law.in_force import LawInForce
    from licences.render.brand import Brand

TABLE, CSV = "table", "csv"
_EXTRAS = {"xlsx": "excel", "ics": "calendar"}
_SUFFIXES = {"xlsx": ".xlsx", "ics": ".ics", CSV: ".csv"}


def tell_due(options: argparse.Namespace) -> int:
    """Prints whom to call, or writes it as a file; no row is an answer too."""
    from licences.analysis.due import find_calls
    from licences.law.in_force import find_law_in_force

    _check(options)
    catalogue, profiles = read_files(options)
    as_of, within = find_as_of(options), options.within
    calls = find_calls(catalogue, profiles, as_of, within, options.lang)
    law = find_law_in_force(catalogue, as_of, options.lang)
    if options.json:
        from licences.words.due import describe_calls

        print(json.dumps(describe_calls(calls, law), ensure_ascii=False, indent=1))
        return 0
    if options.format == TABLE:
        from licences.render.terminal import show
        from licences.render.terminal_due import draw_calls

        show(draw_calls(calls, law, within))
        return 0
    _issue(options, calls, law)
    if not calls:
        from licences.words.due import say_none

        tell(say_none(within, as_of, options.says), "en")
    return 0


def _check(options: argparse.Namespace) -> None:
    """Raises: UsageError where the options contradict each other; MissingFileError where an extra is not installed."""
    if options.json and options.format != TABLE:
        raise UsageError(f"--json and --format {options.format} are two formats", "give one of them")
    if options.out and (options.json or options.format == TABLE):
        raise UsageError(
            "--out is where a file goes, and this is printed",
            "add --format csv, xlsx or ics, or leave it out",
        )
    if options.out and options.out.suffix.lower() != _SUFFIXES[options.format]:
        right = f"name one that ends in {_SUFFIXES[options.format]}"
        raise UsageError(f"{options.out} is no name for --format {options.format}", right)
    if options.format in _EXTRAS:
        need_extra(_EXTRAS[options.format], f"--format {options.format}")


def _issue(options: argparse.Namespace, calls: Sequence[Call], law: LawInForce) -> None:
    """Writes the file whole; CSV that is to go nowhere goes to standard output."""
    if options.format == CSV and not options.out:
        from licences.render.csv_due import make_due_csv

        print(make_due_csv(calls, law).replace("\r\n", "\n"), end="")
        return
    from licences.render.brand import read_brand

    out = options.out or find_work_folder() / f"due.{options.format}"
    content = _make(options, calls, law, read_brand(find_own_file("brand.yaml")), out)
    try:
        write_whole(out, content)
    except OSError as error:
        raise MissingFileError(str(out), say_why(error), "name another place with --out") from None
    tell(f"{shorten(out)}: {len(calls):,} {'entry' if len(calls) == 1 else 'entries'}", options.says)


def _make(
    options: argparse.Namespace, calls: Sequence[Call], law: LawInForce, brand: Brand, out: Path
) -> str | bytes:
    if options.format == CSV:
        from licences.render.csv_due import make_due_csv

        return make_due_csv(calls, law)
    if options.format == "xlsx":
        from licences.render.excel.due import make_due_workbook

        return make_due_workbook(calls, law, options.within, brand)
    from licences.render.ics_due import make_due_calendar

    return make_due_calendar(calls, law, options.within, brand, _read_earlier(out))


def _read_earlier(path: Path) -> bytes | None:
    """The calendar that was written there before, None where there is none."""
    with suppress(MissingFileError):
        return read_bytes(path)
    return None
