"""Errors: everything that can be wrong with what a user gives us, each in a sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.util import find_spec

MAX_PROBLEMS = 1_000  # of one kind in one column; more than anybody reads
MAX_LISTED = 5_000
_SHOWN_CHARACTERS = 60
_LONGEST_NAME = 200

# What is looked for before a task begins that needs an extra: the packages that our own code imports.
_NOTEBOOK = ("papermill", "nbclient", "nbconvert", "nbformat", "ipykernel", "jinja2", "plotly", "ipywidgets",
             "anywidget", "defusedxml", "itables", "jupyterlab", "tinycss2")  # fmt: skip
EXTRAS = {
    "notebook": _NOTEBOOK,
    "app": (*_NOTEBOOK, "voila"),
    "excel": ("openpyxl", "xlrd", "xlsxwriter"),
    "calendar": ("icalendar",),
    "word": ("docxtpl",),
    "pdf": ("playwright", "uharfbuzz"),
    "book": ("sqlalchemy", "alembic"),
    "team": ("sqlalchemy", "alembic", "psycopg"),
    "cluster": ("distributed", "upath"),
}


class LicencesError(Exception):
    """Base of all errors that a user can mend; only the command line catches it."""


class UnknownNameError(LicencesError):
    """A name is not one of the names we know."""

    def __init__(self, kind: str, name: str, known: Collection[str]) -> None:
        super().__init__(kind, name, known)
        self.kind, self.name, self.known = kind, name, known

    def __str__(self) -> str:
        return f"no {self.kind} {self.name!r}; {suggest(self.name, self.known)}"


class ExpressionError(LicencesError):
    """An expression of the catalogue says something that it may not, or that means nothing."""

    def __init__(self, expression: str, wrong: str, right: str) -> None:
        super().__init__(expression, wrong, right)
        self.expression, self.wrong, self.right = expression, wrong, right

    def __str__(self) -> str:
        return f"{self.wrong}; {self.right}"


class MissingFileError(LicencesError):
    """A file that we need is not there or cannot be read."""

    def __init__(self, path: str, reason: str, right: str) -> None:
        super().__init__(path, reason, right)
        self.path, self.reason, self.right = path, reason, right

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}; {self.right}"


class UsageError(LicencesError):
    """The command was called in a way that means nothing."""

    def __init__(self, wrong: str, right: str) -> None:
        super().__init__(wrong, right)
        self.wrong, self.right = wrong, right

    def __str__(self) -> str:
        return f"{self.wrong}; {self.right}"


class OvertakenError(UsageError):
    """What is to be overwritten is not any more what it was when that was decided."""


class MissingExtraError(UsageError):
    """What is asked for needs a package that the light installation does not bring."""

    def __init__(self, task: str, package: str, extra: str) -> None:
        super().__init__(
            f"{task} needs {package}, which is not installed", f"pip install 'licences[{extra}]'"
        )
        self.args = (task, package, extra)  # with these it is made anew on the other side of a pickle


class BusyError(LicencesError):
    """Another batch is writing to the same place.

    lock: what says so, where that can be taken away. holder: which batch that is, where it is known.
    """

    def __init__(self, place: str, lock: str | None = None, holder: str | None = None) -> None:
        super().__init__(place, lock, holder)
        self.place, self.lock, self.holder = place, lock, holder

    def __str__(self) -> str:
        which = f" ({self.holder})" if self.holder else ""
        right = "wait for it to end, or name another place with --out"
        if self.lock:
            right += f"; if it died, delete {self.lock}"
        return f"{self.place}: another batch is writing there{which}; {right}"


class LostError(LicencesError):
    """What was to make the reports of a batch is no longer there."""

    def __init__(self, lost: str, right: str) -> None:
        super().__init__(lost, right)
        self.lost, self.right = lost, right

    def __str__(self) -> str:
        return f"{self.lost}; {self.right}"


@dataclass(frozen=True, order=True)
class Cell:
    """A place as a person sees it: the sheet, the address such as ``C5``, the column as its header is written.

    Each may be empty.
    """

    sheet: str = ""
    address: str = ""
    label: str = ""

    def __str__(self) -> str:
        sheet, label = (repr(cut(text)) if text else "" for text in (self.sheet, self.label))
        if not self.address:
            return f"in {' of '.join(filter(None, (label, sheet)))}"
        place = f"in {self.address} of {sheet}" if sheet else f"in {self.address}"
        return f"{place} ({cut(self.label)})" if self.label else place


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in a file: where, what, and what would be right; line 0 is the file as a whole.

    cell: where it is for who looks at the file itself, and how the column is called there.
    """

    file: str
    line: int
    column: str
    wrong: str
    right: str
    cell: Cell | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: {self.column}" if self.line else self.file
        seen = f"{self.cell}: " if self.cell else ""
        return f"{place}: {seen}{self.wrong}; {self.right}"

    @property
    def rank(self) -> tuple[str, int, str, str, str, str]:
        """By what problems are put in order."""
        return self.file, self.line, self.column, self.wrong, self.right, str(self.cell or "")


class ProblemsError(LicencesError):
    """One or more files hold problems; all of them are named, and of very many the first MAX_LISTED."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=lambda one: one.rank))
        super().__init__(self.problems)

    def __str__(self) -> str:
        listed = [str(problem) for problem in self.problems[:MAX_LISTED]]
        more = len(self.problems) - len(listed)
        return "\n".join([*listed, *([f"and at least {more:,} more; mend these first"] if more else [])])


def need_extra(extra: str, task: str) -> None:
    """Sees that what an extra brings is there; ``task`` is what needs it. Raises: MissingExtraError."""
    for package in EXTRAS[extra]:
        if find_spec(package) is None:
            raise MissingExtraError(task, package, extra)


def cut(text: str) -> str:
    """A text as a sentence can hold it: the beginning of a long one."""
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"


def quote(text: str) -> str:
    """A text in quotes, cut where it is long."""
    return repr(cut(text))


def find_close(name: str, known: Collection[str]) -> str | None:
    """The nearest of the known names, None where none is near."""
    close = get_close_matches(name, known, n=1) if len(name) <= _LONGEST_NAME else []
    return close[0] if close else None


def suggest(name: str, known: Collection[str]) -> str:
    """What would be right instead of ``name``: the nearest known name, or the choice there is."""
    names = sorted(known)
    folded = {candidate.casefold(): candidate for candidate in names}
    close = find_close(name.casefold(), folded)
    if close:
        return f"did you mean {folded[close]!r}?"
    if not names:
        return "none is known"
    shown = ", ".join(names[:12])
    return f"one of {shown} and {len(names) - 12} more" if len(names) > 12 else f"one of {shown}"
