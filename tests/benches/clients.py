"""Made-up clients: none alike, each fact drawn from what the sample clients told, or left out."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from benches.clock import PROJECT
from licences.law.catalogue import Catalogue, read_catalogue
from licences.rules.facts import list_cells, read_profiles

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
DAYS = ("--as-of", AS_OF.isoformat(), "--start", START.isoformat())
SAMPLES = PROJECT / "data" / "clients.csv"


@cache
def find_catalogue() -> Catalogue:
    """The catalogue of the checkout that is measured."""
    return read_catalogue(PROJECT / "data" / "licences.csv")


def read_clients(path: Path = SAMPLES) -> pd.DataFrame:
    """The clients of a file, by default the samples."""
    catalogue = find_catalogue()
    return read_profiles(path, catalogue.fields, set(catalogue.codes))


def make_clients(count: int) -> pd.DataFrame:
    """Clients with every column that the reader gives them; of no group, and told in one stage."""
    sample = read_clients()
    plain = sample[sample["group"].isna() & ~sample["stages"].astype(bool)]
    generator = np.random.default_rng(0)
    drawn = {
        str(name): plain[name].take(generator.integers(0, len(plain), count)).array for name in plain.columns
    }
    names = [f"client-{at}" for at in range(count)]
    return pd.DataFrame(drawn).assign(client=names, name=names)


def write_clients(path: Path, profiles: pd.DataFrame) -> Path:
    """Clients as a file that a user could have written."""
    list_rows(profiles).to_csv(path, index=False)
    return path


def list_rows(profiles: pd.DataFrame) -> pd.DataFrame:
    """The cells of clients as a file has them."""
    fields = find_catalogue().fields
    return pd.DataFrame(
        [
            list_cells({str(name): value for name, value in row.items()}, fields)
            for row in profiles.to_dict("records")
        ]
    )
