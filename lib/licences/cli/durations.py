"""The command that says how long the firm's own cases took, beside the catalogue's times."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from licences.cli.options import find_as_of, find_book, find_catalogue_file, shorten
from licences.errors import MissingFileError, UsageError, need_extra
from licences.law.case_statistics import find_statistics
from licences.law.catalogue import read_catalogue
from licences.law.in_force import find_law_in_force
from licences.law.own_cases import list_cases, read_case_events
from licences.law.own_times import drop_forgotten, make_own_times
from licences.reading.files import say_why, write_all_whole
from licences.reading.places import find_own_file, find_work_folder
from licences.rules.facts import read_profiles

NAME = "durations.xlsx"


def tell_durations(options: argparse.Namespace) -> int:
    """Prints the times of all cases of a book, or writes them as a workbook."""
    right = "name one with --clients, such as book.sqlite; licences book init makes it"
    place = find_book(options, "knows how long applications took", right)
    if options.out and not options.format:
        raise UsageError("--out is for a file", "add --format xlsx")
    if options.format:
        need_extra("excel", "a workbook")
    catalogue = read_catalogue(find_catalogue_file(options))
    as_of = find_as_of(options)
    profiles = read_profiles(place, catalogue.fields, catalogue.codes)
    cases = list_cases(read_case_events(profiles), as_of)
    times = make_own_times(catalogue.rows, catalogue.corrections, cases, as_of)
    rows = find_statistics(cases, drop_forgotten(cases), times)
    law = find_law_in_force(catalogue, as_of, options.lang)
    if options.json:
        from licences.words.own_times import describe_durations

        print(json.dumps(describe_durations(rows, cases.left_out, law), ensure_ascii=False, indent=1))
        return 0
    from licences.words.own_times import view_durations

    view = view_durations(rows, cases.left_out, law)
    if options.format:
        from licences.render.brand import read_brand
        from licences.render.excel.durations import make_durations_workbook

        content = make_durations_workbook(view, law, read_brand(find_own_file("brand.yaml")))
        _write(options.out or find_work_folder() / "reports", content)
        return 0
    from licences.render.terminal import show
    from licences.render.terminal_durations import draw_durations

    show(draw_durations(view))
    return 0


def _write(out: Path, content: bytes) -> None:
    folder: Any = out
    try:
        write_all_whole(out, {NAME: content})
    except OSError as error:
        right = "make room, or name another place with --out"
        raise MissingFileError(str(folder / NAME), say_why(error), right) from None
    print(shorten(folder / NAME), file=sys.stderr)
