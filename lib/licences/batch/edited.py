"""Files that their readers fill in or edit: a new one never takes the place of what somebody typed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from licences.batch.task import FAILURE, FORMATS, TRAIL

CHECKLIST = FORMATS["xlsx"]
EDITABLE = frozenset({CHECKLIST, FORMATS["docx"], FORMATS["ics"]})

MOST_COPIES = 1000  # of one day

Look = Callable[[str], bytes | None]
"""What lies under a name of the client's folder; None for nothing. Raises: OSError where it cannot be read."""


@dataclass(frozen=True)
class Settled:
    """Files by the names under which they may be written, what is said of that, and copies of what was there."""

    files: Mapping[str, bytes]
    copies: Mapping[str, bytes]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Folder:
    """What is known of a client's folder.

    look: see ``Look``. is_open: whether a program has the file of a name open. ours: hashes of what we
    wrote. carried: the hash of the checklist whose entries the new one has; empty for none. own: the sheets and
    columns of its reader's own, which the new one has not. made_on: the day of the report that lies there.
    """

    look: Look
    is_open: Callable[[str], bool]
    ours: Collection[str]
    carried: str
    made_on: date | None
    own: Collection[str] = ()


def hash_content(content: bytes) -> str:
    """By what a file is known again."""
    return hashlib.sha256(content).hexdigest()[:32]


def hash_editable(files: Mapping[str, bytes]) -> dict[str, str]:
    """The hashes of those of a report's files that somebody may edit."""
    return {name: hash_content(content) for name, content in files.items() if find_plain(name) in EDITABLE}


def find_plain(name: str) -> str:
    """The name without a date: ``report.docx`` of ``report.2026-11-23.docx``."""
    return re.sub(r"\.\d{4}-\d\d-\d\d(-\d+)?(?=\.\w+$)", "", name)


def is_of_report(name: str) -> bool:
    """Whether a file of a report has this name, with a date or without."""
    return find_plain(name) in {*FORMATS.values(), TRAIL, FAILURE}


def find_written(outputs: Collection[str], name: str) -> str | None:
    """Under what name a file was written of which ``outputs`` were; None where it was not."""
    if name in outputs:
        return name
    return next((one for one in sorted(outputs, reverse=True) if find_plain(one) == name), None)


def settle_names(files: Mapping[str, bytes], folder: Folder, as_of: date) -> Settled:
    """Under which names the files of a report may be written, so that nothing typed is lost.

    What we wrote, and nobody has changed since, gives way. A checklist whose entries the new one has gives
    way to it, and stays as a copy with a date. What else was edited, or is open, stays as it is, and the
    new file has the date in its name. Raises: OSError where there is no name left.
    """
    settled: dict[str, bytes] = {}
    copies: dict[str, bytes] = {}
    remarks: list[str] = []
    for name, content in files.items():
        target, why = name, ""
        if name in EDITABLE:
            there, why = _find_obstacle(name, content, folder)
            if why == "carried" and there is not None:
                kept = _find_name(name, there, folder.made_on or as_of, folder, frozenset())
                copies[kept] = there
                alone = f", which alone has what was added: {', '.join(folder.own)}" if folder.own else ""
                remarks.append(
                    f"what was filled in in {name} is carried over; the file as it was is {kept}{alone}"
                )
            elif why:
                target = _find_name(name, content, as_of, folder, folder.ours)
                remarks.append(f"{name} {why} and stays as it is; the new one is {target}")
        settled[target] = content
    return Settled(settled, copies, tuple(remarks))


def _find_obstacle(name: str, content: bytes, folder: Folder) -> tuple[bytes | None, str]:
    """What lies under a name, and why it may not just be written over; empty where it may."""
    try:
        there = folder.look(name)
    except OSError as error:
        return None, f"cannot be read ({error.strerror or error})"
    if there is None or there == content:
        return there, ""
    if folder.is_open(name):
        return there, "is open in another program"
    known = hash_content(there)
    if known in folder.ours:
        return there, ""
    return there, "carried" if name == CHECKLIST and known == folder.carried else "was edited"


def _find_name(name: str, content: bytes, day: date, folder: Folder, ours: Collection[str]) -> str:
    """A name with a day under which nothing lies, or just this, or what we wrote. Raises: OSError."""
    stem, _, suffix = name.rpartition(".")
    for at in range(1, MOST_COPIES):
        dated = f"{stem}.{day}{f'-{at}' if at > 1 else ''}.{suffix}"
        try:
            there = folder.look(dated)
        except OSError:
            continue
        if there is None or there == content or (hash_content(there) in ours and not folder.is_open(dated)):
            return dated
    raise OSError(17, f"{MOST_COPIES} copies of {name} with this day lie there")
