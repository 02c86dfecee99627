"""Fixtures named by what they are."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import settings

from licences.law.catalogue import Catalogue, read_catalogue
from licences.rules.facts import read_profiles

# Messages are English in the tests, whatever the locale of the machine is; tests of the language set their own.
os.environ |= {"LC_ALL": "C.UTF-8", "LANGUAGE": ""}
if "LICENCES_CACHE" not in os.environ:  # all processes of a run share one, and none is the user's
    _cache = tempfile.TemporaryDirectory(prefix="licences-cache-")
    os.environ["LICENCES_CACHE"] = _cache.name
settings.register_profile("patient", deadline=None)  # the first example pays for imports
settings.load_profile("patient")

PROJECT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def project() -> Path:
    return PROJECT


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return read_catalogue(PROJECT / "data" / "licences.csv")


@pytest.fixture(scope="session")
def sample_clients(catalogue: Catalogue) -> pd.DataFrame:
    return read_profiles(PROJECT / "data" / "clients.csv", catalogue.fields, set(catalogue.rows["code"]))


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Where the browser lies; without one a test is skipped, or fails where CI promises one."""
    path = os.environ.get("LICENCES_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        message = "no Chromium found; install Debian's packages chromium and fonts-noto-cjk"
        if os.environ.get("LICENCES_REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return path
