"""Writes where the time of each command goes, one page a command; `make profile` runs it."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from pyinstrument.renderers.html import HTMLRenderer
from pyinstrument.session import Session
from rich.console import Console
from rich.table import Table

from benches.clock import PROJECT, keep_bytecode
from benches.commands import SWIFT, WEIGHTY, list_commands

PAGES = Path(__file__).parents[1] / "docs" / "_build" / "profile"
SEEN = (
    "A profiler looks a thousand times a second at the main thread of the command's process, and at that of each process "
    "that it starts or forks from one, that of a report's notebook among them. What it saw is shared out in this way: "
    "what is below an import is imports; all else belongs to the innermost frame that is of ours, of a library in "
    "which a notebook runs, or of one that draws or writes."
)
UNSEEN = (
    "Not seen: the start of Python itself, other threads than the main one, what a browser does, a process that was "
    "killed before it could tell, and waiting within C code is told as the work of who waits. The profiler itself "
    "makes all of it a little slower, most what calls many small functions."
)
PARTS = (
    "imports",
    "reading",
    "rules",
    "plan",
    "simulation",
    "figures",
    "notebook",
    "writing",
    "waiting",
    "other",
)
# Where a frame lies, and the part that it belongs to; what is named first counts.
PLACES = {
    "licences/planning/simulation": "simulation",
    "licences/planning/": "plan",
    "licences/reading/": "reading",
    "licences/law/": "reading",
    "licences/book/": "reading",
    "licences/rules/": "rules",
    "licences/assessment/": "rules",
    "licences/quality/": "rules",
    "licences/analysis/": "rules",
    "licences/render/figures/": "figures",
    "licences/render/": "writing",
    "licences/words/": "writing",
    "licences/batch/": "notebook",
    "licences/runner/": "notebook",
    "licences/": "other",
    "/plotly/": "figures",
    "/IPython/": "notebook",
    "/ipykernel/": "notebook",
    "/nbformat/": "notebook",
    "/papermill/": "notebook",
    "/jinja2/": "writing",
    "/rich/": "writing",
}
_WAITS = ("/subprocess.py", "/selectors.py", "/threading.py", "/concurrent/futures/")
_WAITING = {"poll.poll", "lock.acquire", "select.select", "epoll.poll", "waitpid", "socket.recv", "sleep"}


def find_part(stack: Sequence[str]) -> str:
    """The part that a moment belongs to, by the frames from the outermost to the innermost."""
    frames = [frame.split("\0") for frame in stack]
    if any("importlib._bootstrap" in path for _, path, *_ in frames):
        return "imports"
    name, innermost, *_ = frames[-1]
    if name in _WAITING or (innermost != "<built-in>" and any(one in innermost for one in _WAITS)):
        return "waiting"
    for _, path, *_ in reversed(frames):
        for place, part in PLACES.items():
            if place in path:
                return part
    return "other"


def share_out(session: Session) -> Counter[str]:
    """Seconds by part of what was seen of one process."""
    seconds: Counter[str] = Counter()
    for stack, taken in session.frame_records:
        seconds[find_part(stack)] += taken
    return seconds


def profile(words: Sequence[str], folder: Path) -> list[Session]:
    """What was seen of each process of a command, that of the command itself first. Raises: CalledProcessError."""
    here = Path(__file__).parent / "benches" / "profiled"
    path = os.pathsep.join(filter(None, (str(here), os.environ.get("PYTHONPATH"))))
    environment = os.environ | {"PYTHONPATH": path, "LICENCES_PROFILE": str(folder)}
    subprocess.run(
        [sys.executable, "-m", "licences", *words], check=True, capture_output=True, cwd=PROJECT, env=environment
    )  # fmt: skip
    files = [file for file in folder.iterdir() if file.stat().st_size]  # who was killed has told nothing
    return sorted(map(Session.load, files), key=lambda session: session.start_time)


def make_page(name: str, words: Sequence[str], sessions: Sequence[Session]) -> str:
    """The page of a command: how its time is shared out, then what was seen, call by call."""
    command = f"licences {' '.join(words)}"
    head = f"<tr><th>process<th>{'<th>'.join(PARTS)}<th>seconds"
    rows = "".join(f"<tr><td>{escape(title)}<td>{'<td>'.join(cells)}" for title, cells in list_rows(sessions))
    seen = "".join(
        f'<h2>{escape(title)}</h2><iframe srcdoc="{escape(HTMLRenderer().render(session))}"></iframe>'
        for title, session in _gather(sessions)
    )
    style = "body{font:14px sans-serif;margin:2em}td,th{padding:.2em .8em;text-align:right}iframe{width:100%;height:40em;border:1px solid #ccc}"
    return (
        f"<!doctype html><meta charset=utf-8><title>{escape(name)}</title><style>{style}</style>"
        f"<h1>{escape(command)}</h1><p>{escape(SEEN)}</p>"
        f"<table>{head}{rows}</table><p>{escape(UNSEEN)}</p>{seen}"
    )


def _gather(sessions: Sequence[Session]) -> list[tuple[str, Session]]:
    """The command's own process, and what was seen of all others together."""
    first, *others = sessions
    gathered = [("the command itself", first)]
    if others:
        together = others[0]
        for session in others[1:]:
            together = Session.combine(together, session)
        count = len(others)
        gathered.append((f"{count} further process{'es' if count > 1 else ''}", together))
    return gathered


def list_rows(sessions: Sequence[Session]) -> list[tuple[str, list[str]]]:
    """Of the command itself and of all other processes, the share of each part, and the seconds in all."""
    rows = []
    for title, session in _gather(sessions):
        seconds = share_out(session)
        worked = sum(seconds.values()) or 1.0
        shares = [f"{seconds[part] / worked:.0%}" for part in PARTS]
        rows.append((title, [*shares, f"{worked:.2f}"]))
    return rows


def make_table(rows: Mapping[str, Iterable[tuple[str, list[str]]]]) -> Table:
    """How the time of all commands is shared out."""
    table = Table("command", "process", *PARTS, "seconds", title="where the time goes")
    for name, processes in rows.items():
        for title, cells in processes:
            table.add_row(name, title, *cells)
    return table


def main(words: list[str] | None = None) -> None:
    """Profiles the commands that are named, by default all, and writes their pages and a table."""
    every = (*SWIFT, *WEIGHTY)
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("commands", nargs="*", metavar="COMMAND", help=f"of {', '.join(every)}; default: all")
    parser.add_argument("--out", type=Path, default=PAGES, help="default: docs/_build/profile")
    options = parser.parse_args(words)
    if unknown := [name for name in options.commands if name not in every]:
        parser.error(f"no command {', '.join(unknown)}; there are {', '.join(every)}")
    keep_bytecode()
    options.out.mkdir(parents=True, exist_ok=True)
    rows = {}
    for name in options.commands or every:
        with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as profiles:
            asked = list_commands(Path(place))[name]
            subprocess.run(
                [sys.executable, "-m", "licences", *asked], check=True, capture_output=True, cwd=PROJECT
            )  # fills what is kept on disk
            sessions = profile(asked, Path(profiles))
        rows[name] = list_rows(sessions)
        (options.out / f"{name}.html").write_text(make_page(name, asked, sessions), encoding="utf-8")
    table = make_table(rows)
    with (options.out / "table.txt").open("w", encoding="utf-8") as file:
        for console in (Console(width=180), Console(file=file, width=180)):
            console.print(table)
            console.print(UNSEEN)
    print(options.out)


if __name__ == "__main__":
    main()
