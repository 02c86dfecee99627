"""Own columns: what a clients file keeps of a client beside the facts, as texts under names of the firm's own."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from licences.book.clients import OWN
from licences.errors import MAX_PROBLEMS, Problem, cut, quote
from licences.reading.bounds import MAX_CELL_CHARACTERS, MAX_SUGGESTIONS
from licences.reading.characters import find_garbled, find_unseen, fold

if TYPE_CHECKING:
    from licences.reading.dictionary import Table

EXTRA = "extra"
"""The column of clients that holds their own texts by name."""
MAX_OWN_COLUMNS = 50
MAX_OWN_NAME_CHARACTERS = 100
# How alike a header is to the name of a fact that it nearly is: in general, where both are as long, and as a part of it.
_NEAR, _NEAR_AS_LONG, _NEAR_WITHIN = 0.8, 0.75, 0.6
_MARK = re.compile(rf"{OWN[:-1]}\s*[:：]\s*", re.IGNORECASE)
_SIGNS = re.compile(r"[\W_]+")
_ADDED = re.compile(
    r"[\d_ ]|(?![吗么否])[一-鿿]"
)  # what follows the name of a fact and makes it another thing
_REMARK = re.compile(r"\s*\(.*\)")


def find_own_columns(header: Sequence[str], table: Table, unclear: Collection[str] = ()) -> dict[int, str]:
    """Which places of a header hold own columns, and what these are called; none where a table takes none.

    A header is one where it is not nearly a fact, or where it begins with ``extra:``, which is no part of the name.
    unclear: what may be one of several facts.
    """
    if not table.is_free:
        return {}
    known = {*(column.name for column in table.columns), *unclear}
    unknown = [place for place, name in enumerate(header) if name and name not in known]
    judged = unknown[: MAX_OWN_COLUMNS + MAX_SUGGESTIONS]  # to find what is near takes long
    own = {place: header[place] for place in judged if _is_own(header[place], table)}
    return {place: strip_mark(name) for place, name in own.items()}


def _is_own(name: str, table: Table) -> bool:
    if _MARK.match(name):
        return bool(strip_mark(name))
    return len(name) > MAX_OWN_NAME_CHARACTERS or (
        find_near_column(name, table) is None and not find_garbled([name])
    )


def strip_mark(name: str) -> str:
    """The name of an own column without what says that it is one."""
    return _MARK.sub("", name, count=1)


def find_near_column(name: str, table: Table) -> str | None:
    """The column that a header nearly names, by its name or a label; None where none is near."""
    folded = fold(name)
    bare = _SIGNS.sub("", folded)
    near = [
        (likeness, meant)
        for spelling, meant in table.spellings.items()
        if (likeness := _compare(folded, bare, spelling))
    ]
    return max(near)[1] if near else None


def _compare(folded: str, bare: str, spelling: str) -> float:
    """How alike a header is to the name of a fact, 0 where it is not nearly one."""
    if bare in (_SIGNS.sub("", spelling), _SIGNS.sub("", _REMARK.sub("", spelling))):
        return 1.0
    if folded.startswith(spelling) and _ADDED.match(folded[len(spelling) :]):
        return 0.0
    if len(folded) > 1 and folded in spelling:
        least = _NEAR_WITHIN
    else:
        least = _NEAR_AS_LONG if len(folded) == len(spelling) else _NEAR
    matcher = SequenceMatcher(None, spelling, folded)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    likeness = matcher.ratio()
    return likeness if likeness >= least else 0.0


def find_own_problems(own: Mapping[int, str], line: int, file: str) -> list[Problem]:
    """What is wrong with the names of own columns."""
    problems = []
    seen: set[str] = set()
    for name in own.values():
        if len(name) > MAX_OWN_NAME_CHARACTERS:
            wrong = f"the name of the column has {len(name):,} characters"
            problems.append(Problem(file, line, cut(name), wrong, f"at most {MAX_OWN_NAME_CHARACTERS}"))
        elif mark := find_unseen(name):
            problems.append(
                Problem(
                    file,
                    line,
                    cut(name),
                    f"its name holds {mark}, which cannot be seen",
                    "type it on one line",
                )
            )
        if name in seen:
            problems.append(Problem(file, line, cut(name), "column appears twice", "keep one"))
        seen.add(name)
    if len(seen) > MAX_OWN_COLUMNS:
        wrong = f"{len(seen)} columns or more of your own"
        problems.append(Problem(file, line, "header", wrong, f"keep at most {MAX_OWN_COLUMNS} of them"))
    return problems


def gather_own(
    own: Mapping[int, str], lines: Iterable[int], cells: Sequence[Sequence[str]], file: str
) -> tuple[list[dict[str, str]], list[Problem]]:
    """The own texts of each row by name, empty where it tells none, and which are too long."""
    if not own:
        nothing: dict[str, str] = {}
        return [nothing] * len(cells), []
    places, names = list(own), list(own.values())
    texts = [dict(zip(names, (row[at].strip() for at in places), strict=True)) for row in cells]
    problems = [
        Problem(file, line, name, f"holds {len(text):,} characters", f"at most {MAX_CELL_CHARACTERS:,}")
        for line, told in zip(lines, texts, strict=True)
        for name, text in told.items()
        if len(text) > MAX_CELL_CHARACTERS
    ]
    return texts, problems[: MAX_PROBLEMS + 1]


def write_header(name: str, table: Table) -> str:
    """What an own column is called in a header: by its name, and marked where that is nearly a fact's."""
    return name if find_own_columns([name], table).get(0) == name else f"{OWN}{name}"


def find_own_fault(name: str, known: Collection[str]) -> str:
    """What is wrong with the name of an own column that somebody typed beside others; empty where nothing is."""
    if not name.strip():
        return "it has no name"
    if len(name) > MAX_OWN_NAME_CHARACTERS:
        return f"{quote(name)} has {len(name):,} characters, and a name has at most {MAX_OWN_NAME_CHARACTERS}"
    if mark := find_unseen(name):
        return f"{quote(name)} holds {mark}, which cannot be seen"
    if len({*known, name}) > MAX_OWN_COLUMNS:
        return f"there would be more than {MAX_OWN_COLUMNS} columns of your own"
    return ""
