"""Main program of the command line: parse, call, print."""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from importlib.util import find_spec

from licences.cli.arguments import read_arguments
from licences.cli.language import say_error, tell
from licences.cli.notice import notice_reading
from licences.errors import LicencesError, UnknownNameError, UsageError

# Where each command lies; only the one that is asked for is imported.
COMMANDS = {
    "check": ("check", "check_data"),
    "assess": ("answers", "answer"),
    "what-if": ("answers", "tell_what_if"),
    "plan": ("answers", "tell_plans"),
    "diff": ("answers", "tell_difference"),
    "book": ("book", "keep_book"),
    "record": ("book", "record"),
    "intake": ("intake", "take_in"),
    "progress": ("case_progress", "tell_progress"),
    "durations": ("durations", "tell_durations"),
    "override": ("case_file", "override"),
    "note": ("case_file", "note"),
    "template": ("report", "write_template"),
    "new": ("new", "make_work_folder"),
    "explore": ("explore", "open_explorer"),
    "report": ("report", "issue_reports"),
    "issue": ("issue", "issue"),
    "portfolio": ("report", "issue_portfolio"),
    "due": ("due", "tell_due"),
    "questionnaire": ("questionnaire", "write_questionnaires"),
}


def main(arguments: Sequence[str] | None = None, began: float | None = None) -> int:
    """Runs one command. Exit status: 0 all well, 1 problems found, 2 wrong usage.

    began: the moment of ``time.monotonic`` from which the seconds count that are told; by default now.
    """
    began = time.monotonic() if began is None else began
    speak_chinese()
    options = read_arguments(arguments)
    options.began = began
    return run(_run_command, options)


def speak_chinese() -> None:
    """Sees that Chinese is printed whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _run_command(options: argparse.Namespace) -> int:
    module, name = COMMANDS[options.run]
    with notice_reading(options.says), _start_early(options):
        status: int = getattr(import_module(f"licences.cli.{module}"), name)(options)
    return status


def run(command: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    """Does what was asked for; what goes wrong becomes a sentence and the exit status of ``main``."""
    try:
        status = command(options)
        sys.stdout.flush()
    except (UsageError, UnknownNameError) as error:
        tell(f"licences: {say_error(error, options.says)}", options.says)
        return 2
    except LicencesError as error:
        tell(error, options.says)
        return 1
    except KeyboardInterrupt:
        tell("licences: stopped", options.says)
        return 1
    except BrokenPipeError:
        _discard_output()
        return 0
    except OSError as error:
        _discard_output()
        tell(f"licences: {error.strerror or error}; check where the output goes", options.says)
        return 1
    return status


def _discard_output() -> None:
    """What is still to be printed goes nowhere, so that Python does not fail again as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def is_sure_of_reports(options: argparse.Namespace) -> bool:
    """Whether a notebook is likely to be run on this machine, in a process that is forked."""
    if options.run not in {"report", "issue", "portfolio"} or getattr(options, "scheduler", None):
        return False
    if find_spec("filelock") is None:
        return False  # the command says which extra is not installed
    is_asked = options.run == "portfolio" or options.client or options.force
    if not is_asked and (options.run == "issue" or is_kept_up(options)):
        return False
    from licences.runner.forkserver import can_fork

    return can_fork() and os.environ.get("LICENCES_ENGINE", "fork") == "fork"


def is_kept_up(options: argparse.Namespace) -> bool:
    """Whether a batch was there before, since when little may have changed."""
    from licences.batch.ledger import LEDGER
    from licences.reading.files import is_remote
    from licences.reading.places import find_work_folder

    place = options.out or find_work_folder() / "reports"
    return is_remote(place) or (place / LEDGER).exists()


def _start_early(options: argparse.Namespace) -> AbstractContextManager[None]:
    """The process that runs the notebook, where one is likely to be run, started while the files are still read."""
    if not is_sure_of_reports(options):
        return nullcontext()
    from licences.batch.early import start_early

    return start_early()


if __name__ == "__main__":
    sys.exit(main())
