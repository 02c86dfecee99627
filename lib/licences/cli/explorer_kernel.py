"""The process of a kernel of the explorer: reads the files, says so, and has its answer ready when it is asked."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import TextIO

from licences.cli.arguments import read_arguments
from licences.cli.main import run, speak_chinese

Tell = Callable[[Mapping[str, object]], None]


def main() -> int:
    """Serves a kernel until it is ended. Exit status: as of the command, where the files cannot be read."""
    gc.set_threshold(100_000)  # as a command does
    speak_chinese()
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as heard:
        os.dup2(2, 1)  # what a notebook prints is not for who started us
        options = read_arguments(json.load(sys.stdin))
        return run(partial(_serve, heard=heard), options)


def _serve(options: argparse.Namespace, heard: TextIO) -> int:
    from licences.app.preheated import HAS_READ, say_state
    from licences.cli.explore import check_files

    def tell(said: Mapping[str, object]) -> None:
        heard.write(say_state(said))
        heard.flush()

    catalogue = check_files(options)
    tell(HAS_READ)
    from licences.app.kernel import serve_kernel

    serve_kernel(catalogue, tell)
    return 0


if __name__ == "__main__":
    sys.exit(main())
