"""The process of a kernel of the explorer: reads the files, says so, and has its answer ready when it is asked."""

from __future__ import annotations

import argparse
import gc
import io
import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr
from functools import partial
from typing import TYPE_CHECKING, TextIO

from licences.cli.arguments import read_arguments
from licences.cli.main import run, speak_chinese
from licences.errors import LicencesError

if TYPE_CHECKING:
    from licences.law.catalogue import Catalogue

Tell = Callable[[Mapping[str, object]], None]


def main() -> int:
    """Serves a kernel until it is ended. Exit status: as of the command, where the files cannot be read."""
    gc.set_threshold(1_000_000)  # as a command does, until it serves
    speak_chinese()
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as heard:
        os.dup2(2, 1)  # what a notebook prints is not for who started us
        task = json.load(sys.stdin)
        options = read_arguments(task["words"])
        return run(partial(_serve, heard=heard, task=task), options)


def _serve(options: argparse.Namespace, heard: TextIO, task: Mapping[str, object]) -> int:
    from licences.app.preheated import HAS_READ, say_state

    def tell(said: Mapping[str, object]) -> None:
        heard.write(say_state(said))
        heard.flush()

    catalogue = _read(options, is_first=bool(task["is_first"]))
    tell(HAS_READ)
    os.chdir(str(task["folder"]))
    from licences.app.kernel import serve_kernel

    serve_kernel(catalogue, tell)
    return 0


def _read(options: argparse.Namespace, *, is_first: bool) -> Catalogue | None:
    """The law; None where the files went wrong since the first kernel read them, which then the page says."""
    from licences.cli.explore import check_files

    if is_first:
        return check_files(options)
    try:
        with redirect_stderr(io.StringIO()):
            return check_files(options)
    except LicencesError:
        return None


if __name__ == "__main__":
    sys.exit(main())
