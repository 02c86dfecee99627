"""Growth: seconds and memory of whole commands as clients and the catalogue become more, and how steeply they rise.

A command's fixed cost, such as its imports, is what it takes of the smallest size; the exponent is fitted by
least squares to the logarithms of what comes on top of that. Where time is a fixed cost and so much for each
client, it is 1 exactly.
"""

from __future__ import annotations

import os
import platform
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np

from benches.catalogues import write_catalogue
from benches.clients import AS_OF, DAYS, make_clients, write_clients
from benches.clock import weigh_process

CLIENTS = (10, 100, 1_000, 10_000)
TIMES_AS_LARGE = (1, 2, 4)
PATIENCE_SECONDS = 1_800.0
_MARKED = 1.25  # a size counts once it takes so many times what the smallest one does
_LIBRARIES = ("pandas", "numpy", "plotly", "papermill")


@dataclass(frozen=True)
class Job:
    """A command whose growth is measured. words: all but clients, catalogue and where it writes; few: clients
    over which a larger catalogue is read."""

    words: tuple[str, ...]
    few: int = 1_000
    writes: bool = False


JOBS = {
    "assess": Job(("assess", "--as-of", AS_OF.isoformat())),
    "plan": Job(("plan", *DAYS)),
    "portfolio": Job(("portfolio", *DAYS), writes=True),
    "batch": Job(("report", *DAYS, "--force"), few=100, writes=True),
    "diff": Job(("diff", "--from", "2025-06-30", "--to", AS_OF.isoformat())),
}


@dataclass(frozen=True)
class Weighed:
    """What a command took of one size; None where it was not tried."""

    size: int
    seconds: float
    mib: float


Course = Sequence[Weighed | None]


def weigh_clients(job: Job, counts: Sequence[int], patience: float, folder: Path) -> list[Weighed | None]:
    """A command over more and more clients, with our catalogue."""

    def weigh(count: int) -> Weighed:
        return _weigh(job, count, count, folder, ())

    return _weigh_each(weigh, counts, patience)


def weigh_catalogues(job: Job, times: Sequence[int], patience: float, folder: Path) -> list[Weighed | None]:
    """A command over the same clients, with a larger and larger catalogue."""

    def weigh(size: int) -> Weighed:
        file = write_catalogue(folder / f"licences-{size}.csv", size)
        return _weigh(job, size, job.few, folder, ("--catalogue", str(file)))

    return _weigh_each(weigh, times, patience)


def _weigh(job: Job, size: int, count: int, folder: Path, further: tuple[str, ...]) -> Weighed:
    clients = folder / f"clients-{count}.csv"
    if not clients.exists():
        write_clients(clients, make_clients(count))
    words = ("-m", "licences", *job.words, "--clients", str(clients), *further)
    with tempfile.TemporaryDirectory(dir=folder) as out:
        written = ("--out", out) if job.writes else ()
        weight = weigh_process((*words, *written))
        return Weighed(size, weight.seconds, weight.mib)


def _weigh_each(
    weigh: Callable[[int], Weighed], sizes: Sequence[int], patience: float
) -> list[Weighed | None]:
    """Sizes one by one, up to that which would take longer than one has patience for."""
    course: list[Weighed | None] = []
    for at, size in enumerate(sizes):
        last = course[-1] if course else None
        is_too_long = last is not None and last.seconds * size / sizes[at - 1] > patience
        course.append(None if is_too_long or (course and last is None) else weigh(size))
    return course


def fit_exponent(sizes: Sequence[float], taken: Sequence[float]) -> float | None:
    """How steeply what is taken rises beyond what the smallest size takes; None where too few sizes tell."""
    first_size, first = sizes[0], taken[0]
    points = [
        (size - first_size, one - first)
        for size, one in zip(sizes, taken, strict=True)
        if one >= _MARKED * first
    ]
    if len(points) < 2:
        return None
    logarithms = np.log(np.array(points))
    return float(np.polyfit(logarithms[:, 0], logarithms[:, 1], 1)[0])


def make_table(heading: str, sizes: Sequence[str], courses: dict[str, Course]) -> list[str]:
    """Lines of a Markdown table: a row a command, seconds and MiB of each size, and both exponents."""
    lines = [f"| {heading} | {' | '.join(sizes)} | exponent |", f"|---|{'---:|' * (len(sizes) + 1)}"]
    for name, course in courses.items():
        cells = ["–" if one is None else _say_weighed(one) for one in course]
        lines.append(f"| {name} | {' | '.join(cells)} | {_say_exponents(course)} |")
    return lines


def _say_weighed(one: Weighed) -> str:
    seconds = f"{one.seconds:.0f}" if one.seconds >= 10 else f"{one.seconds:.1f}"
    return f"{seconds} s, {one.mib:,.0f} MiB"


def _say_exponents(course: Course) -> str:
    weighed = [one for one in course if one is not None]
    if not weighed:
        return "–"
    sizes = [one.size for one in weighed]
    exponents = (
        fit_exponent(sizes, [one.seconds for one in weighed]),
        fit_exponent(sizes, [one.mib for one in weighed]),
    )
    return ", ".join("–" if one is None else f"{one:.2f}" for one in exponents)


def describe_machine() -> str:
    """What it was measured on, in a sentence without names."""
    versions = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return f"Measured on {date.today().isoformat()} with {os.cpu_count()} cores, Python {platform.python_version()}, {versions}."


def measure(
    jobs: Sequence[str],
    counts: Sequence[int] = CLIENTS,
    times: Sequence[int] = TIMES_AS_LARGE,
    patience: float = PATIENCE_SECONDS,
    tell: Callable[[str], None] = print,
) -> Iterator[str]:
    """The lines of the page: of clients, then of the catalogue. A command that fails is told, and has no row."""
    by_clients: dict[str, Course] = {}
    by_catalogue: dict[str, Course] = {}
    with tempfile.TemporaryDirectory() as place:
        for name in jobs:
            tell(name)
            try:
                by_clients[name] = weigh_clients(JOBS[name], counts, patience, Path(place))
                by_catalogue[f"{name}, {JOBS[name].few:,} clients"] = weigh_catalogues(
                    JOBS[name], times, patience, Path(place)
                )
            except subprocess.CalledProcessError as error:
                tell(f"{name}: {error}\n{error.stderr}")
    yield describe_machine()
    yield ""
    yield from make_table("clients", [f"{count:,}" for count in counts], by_clients)
    yield ""
    yield from make_table("catalogue", [f"{one} times" for one in times], by_catalogue)
