"""Options and what they come to: which files, whose answers, from which day."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from licences.law.catalogue import Catalogue, read_catalogue
from licences.reading.files import is_remote
from licences.reading.places import are_samples, find_data_folder, find_own_file
from licences.rules.facts import choose_clients, read_profiles


def find_clients_file(options: argparse.Namespace) -> Path:
    return options.clients or shorten(find_own_file("clients.csv"))


def find_catalogue_file(options: argparse.Namespace) -> Path:
    return options.catalogue or shorten(find_data_folder() / "licences.csv")


def shorten(path: Path) -> Path:
    """The path as the user would write it, where it lies below the folder that we are in."""
    here = Path.cwd()
    if is_remote(path):
        return path
    return path.relative_to(here) if path.is_relative_to(here) else path


def read_files(options: argparse.Namespace) -> tuple[Catalogue, pd.DataFrame]:
    catalogue = read_catalogue(find_catalogue_file(options))
    return catalogue, read_clients(options, catalogue)


def read_clients(options: argparse.Namespace, *catalogues: Catalogue) -> pd.DataFrame:
    """The clients asked for; they may hold what any of the laws knows."""
    codes = {code for catalogue in catalogues for code in catalogue.rows["code"]}
    file = find_clients_file(options)
    if options.clients is None and are_samples(file):
        print("these are sample clients; a folder for your own: licences new FOLDER", file=sys.stderr)
    return choose_clients(read_profiles(file, catalogues[0].fields, codes), options.client)


def find_as_of(options: argparse.Namespace) -> date:
    return options.as_of or date.today()


def find_start(options: argparse.Namespace) -> date:
    """The first day of work: as asked, or the next working day after today, or after a later as-of day."""
    return options.start or find_start_after(max(date.today(), find_as_of(options)))


def find_start_after(day: date) -> date:
    """The next working day, or as near to it as the calendar reaches."""
    from licences.law.working_days import FIRST_YEAR, find_working_day
    from licences.planning.schedule import LAST_START_YEAR

    within = min(max(day, date(FIRST_YEAR, 1, 1)), date(LAST_START_YEAR, 12, 1))
    return cast(date, find_working_day(np.datetime64(within) + 1).astype(object))


def warn_of_contradictions(catalogue: Catalogue, profiles: pd.DataFrame, language: str) -> None:
    """Says which profiles contradict themselves."""
    from licences.assessment.contradictions import find_contradictions

    for warning in find_contradictions(catalogue, profiles, language):
        print(f"{warning.client}: {', '.join(warning.fields)}: {warning.message}", file=sys.stderr)
