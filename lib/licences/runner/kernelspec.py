"""Kernel that a notebook or a user names: whether a forked process can take its place, and how it is set up."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

if TYPE_CHECKING:
    from papermill.exceptions import PapermillException

_OTHER = "choose another --engine"


@dataclass(frozen=True)
class KernelSetup:
    """What a kernel is started with: its environment, and what stands on its command line but for the file."""

    environment: dict[str, str]
    arguments: list[str]


def find_setup(name: str, environment: Mapping[str, str]) -> KernelSetup:
    """What the kernel of a name is started with.

    Raises: NoSuchKernel; PapermillException where it is no IPython kernel of this Python.
    """
    found = KernelSpecManager().get_kernel_spec(name)
    if found.language.lower() != "python":
        raise _refuse(
            f"the kernel {name!r} runs {found.language or 'an unknown language'},"
            f" and the engine 'licences' runs notebooks in Python; {_OTHER}"
        )
    command = list(found.argv)
    program = command.pop(0) if command else ""
    if not _is_this_python(program):
        raise _refuse(
            f"the kernel {name!r} is started with {program!r}, and the engine 'licences'"
            f" runs notebooks with {sys.executable!r}; {_OTHER}"
        )
    while command and command[0].startswith("-X"):  # how Python itself looks for its modules
        del command[: 2 if command[0] == "-X" else 1]
    if command[:1] != ["-m"] or command[1:2] not in (["ipykernel_launcher"], ["ipykernel"]):
        raise _refuse(
            f"the kernel {name!r} is not started as 'python -m ipykernel_launcher', and the engine 'licences'"
            f" takes the place of no other; {_OTHER}"
        )
    given = " ".join(command[2:])
    arguments = re.sub(r"(?:-f|--f|--IPKernelApp\.connection_file)[ =]\{connection_file\}", "", given).split()
    made = dict(environment)
    made.pop("PYTHONEXECUTABLE", None)
    made |= {key: Template(value).safe_substitute(made) for key, value in found.env.items()}
    return KernelSetup(made, arguments)


def _refuse(why: str) -> PapermillException:
    # Not before: a server of the explorer refuses nothing, and needs nothing of papermill.
    from papermill.exceptions import PapermillException

    return PapermillException(why)


def is_of_this_python(found: KernelSpec) -> bool:
    """Whether a kernel is an ordinary one of the Python that runs here, with nothing set for it."""
    program, *rest = found.argv or [""]
    words = [word for word in rest if not word.startswith("-X")]
    is_usual = words == ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
    return is_usual and not found.env and _is_this_python(program)


def _is_this_python(program: str) -> bool:
    """Whether a kernel would be started with the Python that runs here, as Jupyter finds it."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    names = {"python", f"python{sys.version_info.major}", f"python{version}"}
    if program in names or program == sys.executable:
        return True
    here, there = Path(sys.executable), Path(program)
    return (
        there.is_absolute()
        and there.name.removesuffix(".exe") in names
        and os.path.realpath(there.parent) == os.path.realpath(here.parent)
    )
