"""Task of making one report, and what became of it."""

from __future__ import annotations

import pickle
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import pandas as pd

from licences.analysis.mark import Mark
from licences.errors import LicencesError
from licences.render.brand import Brand
from licences.render.excel.entered import Entry
from licences.render.lengths import STANDARD

if TYPE_CHECKING:
    from licences.analysis.record import Record

PAGE, TRAIL, FAILURE = "report.html", "report.ipynb", "failed.ipynb"
FIGURES = "figures.json"  # not for the client: what a browser is to draw in the Word file
RAN_MARK = b'{"channel": "ran"}'  # what a forked process says when the cells have run
RESULT_MARK = b'{"channel": "result"'  # how the message begins in which a forked process leaves its result
FORMATS = {
    "html": PAGE,
    "pdf": "report.pdf",
    "docx": "report.docx",
    "xlsx": "checklist.xlsx",
    "ics": "renewals.ics",
}

RENEWALS, ALL = "renewals", "all"  # what a calendar holds

_LONGEST = 300  # characters of what an error says


@dataclass(frozen=True)
class PackedFrame:
    """A frame that is packed once, however often it is sent on, and unpacked where it is needed."""

    packed: bytes

    @classmethod
    def pack(cls, frame: pd.DataFrame) -> PackedFrame:
        return cls(pickle.dumps(frame))

    def unpack(self) -> pd.DataFrame:
        """The frame. Only for what comes from a process of ours."""
        return cast(pd.DataFrame, pickle.loads(self.packed))  # noqa: S301 - it was pickled by ourselves


@dataclass(frozen=True)
class Task:
    """One client's report: its parameters, and the rows of the clients file that are the client's own.

    formats: some of FORMATS; for a PDF the page is made, which is to be printed. has_pictures: whether
    the figures of a Word file can be drawn. template: a ``.docx``. length: of PDF and Word, one of EVERY_LENGTH.
    ics: what a calendar holds. earlier: what the client's last
    report said, of a client of a book what was last issued. mark: what the documents say of themselves.
    """

    client: str
    name: str
    language: str
    parameters: Mapping[str, str | int]
    profiles: PackedFrame
    formats: tuple[str, ...] = ("html",)
    brand: Brand | None = None
    template: bytes | None = None
    has_pictures: bool = False
    length: str = STANDARD
    earlier: Record | None = None
    mark: Mark | None = None
    issued: bytes | None = None
    entered: tuple[Entry, ...] = ()
    ics: str = RENEWALS
    timeout_seconds: float | None = None
    memory_mib: int | None = None
    is_watched: bool = False


@dataclass(frozen=True)
class Result:
    """What became of a task: a status of the ledger, the files by name, why it failed, and how long it took.

    problem: where the status is ``done``, which of the documents could not be made, and why; see ``settle``.
    remark: what is to be said of files that were there.
    """

    client: str
    status: str
    files: Mapping[str, bytes]
    problem: str | None = None
    seconds: float = 0.0
    remark: str | None = None

    def settle(self) -> Result:
        """The result as the ledger has it: one that lacks a document is not done."""
        return replace(self, status="failed") if self.status == "done" and self.problem else self


def is_to_print(result: Result, formats: Collection[str]) -> bool:
    """Whether a browser has yet to make something of it."""
    lacks_pdf = "pdf" in formats and FORMATS["pdf"] not in result.files
    return result.status == "done" and (lacks_pdf or FIGURES in result.files)


def blame_ourselves(client: str, error: Exception) -> Result:
    """The result where a fault of this program, and none of the notebook, was in the way of a report."""
    said = f"a fault of licences itself, not of the notebook: {say_error(error)}"
    return Result(client, "failed", {}, said)


def say_error(error: Exception) -> str:
    """An error in a line: a sentence of ours as it stands, another one with its kind."""
    said = str(error) if isinstance(error, LicencesError) else f"{type(error).__name__}: {error}".rstrip(": ")
    line = " ".join(said.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} …"
