"""Options and what they come to: which files, whose answers, from which day."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from licences.book.place import add_known_on, is_book
from licences.cli.language import tell
from licences.cli.notice import cancel
from licences.errors import UsageError
from licences.law.catalogue import Catalogue, add_own_times, read_catalogue
from licences.reading.files import is_remote
from licences.reading.places import are_samples, find_data_folder, find_own_clients, find_passed_over
from licences.reading.sources import show_hidden
from licences.rules.facts import Fields, choose_clients, read_with_extent
from licences.rules.licence_names import NoLicenceError
from licences.rules.stages import find_present, list_stages

if TYPE_CHECKING:
    from licences.reading.extent import Extent


def find_clients_file(options: argparse.Namespace) -> Path:
    """Where the clients are, as a book held them on a day, or with what is hidden, where that is asked.

    Raises: UsageError.
    """
    file = options.clients or shorten(find_own_clients())
    if getattr(options, "hidden", False):
        file = show_hidden(file)
    if options.known_on is None:
        return file
    if not is_book(file):
        raise UsageError("--known-on asks what a book held", "name one with --clients, such as book.sqlite")
    return add_known_on(file, options.known_on)


def find_book(
    options: argparse.Namespace, alone: str, right: str = "licences book init book.sqlite --from CLIENTS"
) -> Path:
    """Where the clients are, which has to be a book. alone: what only a book does. Raises: UsageError."""
    place = find_clients_file(options)
    if not is_book(place):
        raise UsageError(f"{place} is no book, which alone {alone}", right)
    return place


def find_catalogue_file(options: argparse.Namespace) -> Path:
    return options.catalogue or shorten(find_data_folder() / "licences.csv")


def shorten(path: Path) -> Path:
    """The path as the user would write it, where it lies below the folder that we are in."""
    here = Path.cwd()
    if is_remote(path):
        return path
    return path.relative_to(here) if path.is_relative_to(here) else path


def read_files(options: argparse.Namespace) -> tuple[Catalogue, pd.DataFrame]:
    (catalogue,), profiles = read_clients(options, read_catalogue(find_catalogue_file(options)))
    return catalogue, profiles


def read_clients(
    options: argparse.Namespace, *catalogues: Catalogue
) -> tuple[tuple[Catalogue, ...], pd.DataFrame]:
    """The laws, with the firm's own times where all clients are those of a book, and the clients asked for.

    They may hold what any of the laws knows.
    """
    codes = {code for catalogue in catalogues for code in catalogue.codes}
    file = find_clients_file(options)
    if options.clients is None and are_samples(file):
        tell("these are sample clients; a folder for your own: licences new FOLDER", options.says)
    warn_of_passed_over(options, file)
    profiles, extent = read_with_extent(file, catalogues[0].fields, codes)
    as_of = find_as_of(options)
    known_on = getattr(options, "last", None) or as_of  # of two days that are compared, the later
    ours = tuple(add_own_times(catalogue, profiles, known_on) for catalogue in catalogues)
    chosen = choose_clients(profiles, options.client, options.group)
    say_reading(extent, ours[0].fields, set(chosen["client"]), options.says)
    return ours, find_present(chosen, as_of)


def warn_of_passed_over(options: argparse.Namespace, file: Path) -> None:
    """Says that of two files of clients in a folder only one is read."""
    other = find_passed_over(file) if options.clients is None and not is_remote(file) else None
    if other:
        tell(f"{file} is read, and not {other}; name the other with --clients, or keep one", options.says)


def find_code(catalogue: Catalogue, text: str, codes: Collection[str] | None = None) -> str:
    """The code that is meant by a code or a name; what could be a code and is none stays, to be named with other faults.

    codes: of which it has to be one, None for all. Raises: NoLicenceError.
    """
    try:
        return catalogue.find_code(text, codes)
    except NoLicenceError as error:
        if error.is_ambiguous or not text.isascii():
            raise
        return text


def say_reading(extent: Extent, fields: Fields, clients: Collection[str], language: str) -> None:
    """Says what of the clients is hardly meant, what one might not expect, and last what was read and passed over."""
    from licences.words.extents import join, say_doubts, say_extent, say_understood

    cancel()
    for doubt in say_doubts(extent.doubts, fields, language, clients):
        print(doubt, file=sys.stderr)
    understood = say_understood(extent, language)
    if understood:
        print(join(understood, language), file=sys.stderr)
    print(say_extent(extent, language), file=sys.stderr)


def find_as_of(options: argparse.Namespace) -> date:
    return options.as_of or date.today()


def find_start(options: argparse.Namespace, as_of: date | None = None) -> date:
    """The first day of work: as asked, or the usual one; as_of: the day of the law, where no option names it."""
    from licences.law.working_days import find_usual_start

    return options.start or find_usual_start(date.today(), as_of or find_as_of(options))


def warn_of_capacity(options: argparse.Namespace) -> None:
    """Says that a capacity limits nothing where nothing is prepared."""
    if options.capacity and not options.prepares:
        tell(
            "--capacity counts applications in preparation; with --no-preparation it limits nothing",
            options.says,
        )


def warn_of_stages(profiles: pd.DataFrame, language: str) -> None:
    """Says of which clients what is to change later is left out."""
    from licences.words.texts import say, write_day

    for client, stages in zip(profiles["client"], list_stages(profiles), strict=True):
        if stages:
            days = say(language, "list").join(write_day(stage.begins_on, language) for stage in stages)
            print(say(language, "stages_left_out", client=client, days=days), file=sys.stderr)


def warn_of_contradictions(catalogue: Catalogue, profiles: pd.DataFrame, as_of: date, language: str) -> None:
    """Says which profiles contradict themselves."""
    from licences.assessment.contradictions import find_contradictions

    for warning in find_contradictions(catalogue, profiles, as_of, language):
        print(f"{warning.client}: {', '.join(warning.fields)}: {warning.message}", file=sys.stderr)
