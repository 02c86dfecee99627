"""Version of the package, edition of the catalogue and version of Python, as ``licences --version`` tells them."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Sequence
from pathlib import Path

from licences import __version__
from licences.cli.language import find_message_language, say, tell
from licences.errors import LicencesError
from licences.law.edition import read_edition


def tell_version(words: Sequence[str]) -> int:
    """Prints three lines; exit status 1 where the catalogue cannot be read, which is said."""
    parser = argparse.ArgumentParser(
        prog="licences", usage="licences --version [--catalogue FILE]", allow_abbrev=False, add_help=False
    )
    parser.add_argument("--version", action="store_true")
    parser.add_argument("--catalogue", type=Path, metavar="FILE")
    parser.add_argument("--lang", choices=("zh", "en"))
    options = parser.parse_args(words)
    status, language = 0, find_message_language(words)
    print(f"licences {__version__}")
    try:
        print(say(f"catalogue {read_edition(options.catalogue)}", language))
    except LicencesError as error:
        tell(error, language)
        status = 1
    print(f"Python {platform.python_version()}")
    return status
