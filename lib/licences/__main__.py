"""Entry of the command line: the version is told at once, a command is run by ``licences.cli.main``."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command, or tells the version, for which nothing is imported that takes long."""
    words = sys.argv[1:] if arguments is None else arguments
    if "--version" in words:
        from licences.cli.version import tell_version

        return tell_version(words)
    from licences.cli.main import main as run_command

    return run_command(words)


if __name__ == "__main__":
    sys.exit(main())
