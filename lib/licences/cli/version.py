"""Version of the package, edition of the catalogue and version of Python, as ``licences --version`` tells them."""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

from licences import __version__
from licences.errors import LicencesError
from licences.law.edition import read_edition


def tell_version(words: Sequence[str]) -> int:
    """Prints three lines; exit status 1 where the catalogue cannot be read, which is said."""
    parser = argparse.ArgumentParser(
        prog="licences", usage="licences --version [--catalogue FILE]", allow_abbrev=False, add_help=False
    )
    parser.add_argument("--version", action="store_true")
    parser.add_argument("--catalogue", type=Path, metavar="FILE")
    options = parser.parse_args(words)
    status = 0
    print(f"licences {__version__}")
    try:
        print(f"catalogue {read_edition(options.catalogue)}")
    except LicencesError as error:
        print(error, file=sys.stderr)
        status = 1
    print(f"Python {platform.python_version()}")
    return status
