"""The kernel in which an explorer is made before anybody asks for it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ipykernel.kernelapp import IPKernelApp

from licences.law.catalogue import Catalogue
from licences.runner.server import freeze


def serve_kernel(catalogue: Catalogue | None, tell: Callable[[Mapping[str, object]], None]) -> None:
    """Serves the kernel until it is ended, an explorer of what was asked for within.

    catalogue: the law, as it was read already; None where it could not be.
    tell: called once with where the kernel is to be reached.
    """
    folder = Path(tempfile.mkdtemp(prefix="kernel-"))
    app: Any = IPKernelApp.instance(
        connection_file=str(folder / "kernel.json"), **({"transport": "ipc"} if hasattr(os, "fork") else {})
    )
    app.initialize([])
    with app.shell.builtin_trap:  # libraries look for the shell as they are imported
        from licences.app.opening import prepare

        prepare(catalogue)
    freeze(is_worth_looking=False)  # looking through all of it for garbage would hold up an answer
    tell({"connection": json.loads((folder / "kernel.json").read_text(encoding="utf-8"))})
    app.start()
