"""Runs the command line: ``python -m licences``."""

import sys

from licences.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
