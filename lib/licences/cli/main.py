"""Main program of the command line: parse, call, print."""

from __future__ import annotations

import argparse
import gc
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from licences.cli.arguments import read_arguments
from licences.errors import LicencesError, UnknownNameError, UsageError

# Where each command lies; only the one that is asked for is imported.
COMMANDS = {
    "check": ("check", "check_data"),
    "assess": ("answers", "answer"),
    "what-if": ("answers", "tell_what_if"),
    "plan": ("answers", "tell_plans"),
    "diff": ("answers", "tell_difference"),
    "template": ("report", "write_template"),
    "new": ("new", "make_work_folder"),
    "explore": ("explore", "open_explorer"),
    "report": ("report", "issue_reports"),
    "portfolio": ("report", "issue_portfolio"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Exit status: 0 all well, 1 problems found, 2 wrong usage."""
    gc.set_threshold(100_000)  # a command is short: a sixth of its time went into looking for garbage
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # Chinese is printed whatever the locale says
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    options = read_arguments(arguments)
    try:
        if options.run == "report":
            start_reports_early(options)
        module, name = COMMANDS[options.run]
        status: int = getattr(import_module(f"licences.cli.{module}"), name)(options)
        sys.stdout.flush()
    except (UsageError, UnknownNameError) as error:
        print(f"licences: {error}", file=sys.stderr)
        return 2
    except LicencesError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("licences: stopped", file=sys.stderr)
        return 1
    except BrokenPipeError:
        _discard_output()
        return 0
    except OSError as error:
        _discard_output()
        print(f"licences: {error.strerror or error}; check where the output goes", file=sys.stderr)
        return 1
    return status


def _discard_output() -> None:
    """What is still to be printed goes nowhere, so that Python does not fail again as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def start_reports_early(options: argparse.Namespace) -> None:
    """Where reports are sure to be made, starts the process that makes them while the files are still read."""
    from licences.batch.early import start_early
    from licences.runner.forkserver import can_fork

    is_sure = bool(options.client or options.force) and not options.scheduler
    if is_sure and can_fork() and os.environ.get("LICENCES_ENGINE", "fork") == "fork":
        start_early()


if __name__ == "__main__":
    sys.exit(main())
