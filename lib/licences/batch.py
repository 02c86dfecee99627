"""Makes the reports of many clients and keeps a ledger that is true."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from jupyter_core.utils import ensure_event_loop
from nbformat import NotebookNode

from licences.catalogue import find_coming, find_in_force
from licences.documents import make_html
from licences.engine import NotebookError, Run, check_parameters, run_notebook
from licences.errors import MissingFileError
from licences.files import write_whole
from licences.law import Law

LEDGER = "ledger.jsonl"


@dataclass(frozen=True)
class Order:
    """Which reports to make, from what, and where they go."""

    notebook: Path
    out: Path
    catalogue: Path | None
    clients: Path | None
    as_of: date
    start: date
    language: str
    include: tuple[str, ...] = ()
    capacity: int | None = None
    seed: int = 0
    workers: int = 1
    timeout_seconds: float | None = None
    force: bool = False


def write_reports(
    order: Order,
    law: Law,
    profiles: pd.DataFrame,
    now: Callable[[], datetime],
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[dict[str, Any]]:
    """Makes one report a client and yields its line of the ledger as it is written.

    progress: told after each cell of each notebook how many of its cells have run, and how many it has.

    A report whose inputs have not changed is left as it is. A failed client stops no other and
    leaves ``failed.ipynb``; its earlier report stays.

    Raises: UsageError where the notebook does not take our parameters; MissingFileError.
    """
    records = [{str(name): value for name, value in row.items()} for row in profiles.to_dict("records")]
    for record in records[:1]:
        check_parameters(order.notebook, _find_parameters(order, record["client"]))
    try:
        order.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or "cannot be made"
        raise MissingFileError(str(order.out), reason, "name another folder with --out") from None
    common = _hash_common(order, law)
    made = _read_made(order.out / LEDGER)
    with (
        (order.out / LEDGER).open("a", encoding="utf-8") as ledger,
        ThreadPoolExecutor(order.workers) as workers,
    ):
        try:
            waiting = [
                workers.submit(_make_report, order, record, _hash_inputs(common, record), made, now, progress)
                for record in records
            ]
            for finished in as_completed(waiting):
                entry = finished.result()
                ledger.write(json.dumps(entry, ensure_ascii=False) + "\n")
                ledger.flush()
                os.fsync(ledger.fileno())
                yield entry
        finally:
            workers.shutdown(wait=True, cancel_futures=True)


def _make_report(
    order: Order,
    record: Mapping[str, Any],
    inputs: str,
    made: Mapping[str, Mapping[str, Any]],
    now: Callable[[], datetime],
    progress: Callable[[int, int], None] | None,
) -> dict[str, Any]:
    began, client = time.perf_counter(), str(record["client"])
    folder = order.out / client
    outputs = ["report.html", "report.ipynb"]
    status, problem = "done", None
    last = made.get(client, {})
    if (
        not order.force
        and last.get("inputs") == inputs
        and all((folder / name).is_file() for name in outputs)
    ):
        status = "up_to_date"
    else:
        try:
            notebook = run_notebook(
                Run(order.notebook, _find_parameters(order, client), order.timeout_seconds, progress)
            )
            page = make_html(notebook, str(record["name"]), order.language)
            write_whole(folder / "report.ipynb", nbformat.writes(notebook))
            write_whole(folder / "report.html", page)
            (folder / "failed.ipynb").unlink(missing_ok=True)
        except NotebookError as error:
            status, problem, outputs = error.status, error.reason, ["failed.ipynb"]
            write_whole(folder / "failed.ipynb", nbformat.writes(_head_with_failure(error)))
        except OSError as error:
            status, outputs = "failed", []
            problem = f"{error.filename or folder}: {error.strerror or error}"
        finally:
            ensure_event_loop().close()  # nbclient leaves one open in each thread
    return {
        "client": client,
        "as_of": order.as_of.isoformat(),
        "status": status,
        "seconds": round(time.perf_counter() - began, 3),
        "inputs": inputs,
        "outputs": outputs,
        "error": problem,
        "at": now().isoformat(timespec="seconds"),
    }


def _head_with_failure(error: NotebookError) -> NotebookNode:
    """The notebook as far as it came, with the failure at its top, where the reader looks first."""
    notebook = error.notebook or nbformat.v4.new_notebook()
    note = nbformat.v4.new_markdown_cell(f"# This report was not made: {error.status}\n\n{error.reason}")
    notebook.cells.insert(0, note)
    return notebook


def _find_parameters(order: Order, client: str) -> dict[str, str | int]:
    """The notebook's parameters; paths as seen from its folder, where it runs.

    How to plan is passed on only where it is asked for, so that a notebook need not take it.
    """

    def seen_from_there(path: Path | None) -> str:
        if path is None:
            return ""
        return Path(os.path.relpath(path.resolve(), order.notebook.resolve().parent)).as_posix()

    asked = {"include": ",".join(order.include), "capacity": order.capacity, "seed": order.seed}
    return {
        "client": client,
        "as_of": order.as_of.isoformat(),
        "start": order.start.isoformat(),
        "language": order.language,
        "catalogue": seen_from_there(order.catalogue),
        "clients": seen_from_there(order.clients),
        **{name: value for name, value in asked.items() if value},
    }


def _hash_common(order: Order, law: Law) -> str:
    """A hash over what all reports of an order are made from: law, notebook, library, dates, language."""
    digest = hashlib.sha256()
    rows = [find_in_force(law.catalogue, order.as_of), find_coming(law.catalogue, order.as_of)]
    for frame in (*rows, law.contradictions, law.corrections):
        digest.update(frame.to_csv().encode())
    digest.update(repr(law.fields.every).encode())
    digest.update(order.notebook.read_bytes())
    for file in sorted(_list_files(files("licences")), key=str):
        digest.update(file.read_bytes())
    asked = (order.as_of, order.start, order.language, order.include, order.capacity, order.seed)
    digest.update(" ".join(map(str, asked)).encode())
    return digest.hexdigest()


def _list_files(folder: Traversable) -> Iterator[Traversable]:
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _list_files(entry)
        elif entry.is_file():
            yield entry


def _hash_inputs(common: str, record: Mapping[str, Any]) -> str:
    told = json.dumps({name: str(value) for name, value in record.items()}, sort_keys=True)
    return hashlib.sha256(f"{common} {told}".encode()).hexdigest()


def _read_made(ledger: Path) -> dict[str, dict[str, Any]]:
    """The last attempt of each client that made a report; a line cut short by a crash is passed over."""
    made: dict[str, dict[str, Any]] = {}
    lines = ledger.read_text(encoding="utf-8").splitlines() if ledger.exists() else []
    for line in lines:
        try:
            entry = json.loads(line)
            if entry["status"] == "done":
                made[str(entry["client"])] = entry
        except (json.JSONDecodeError, KeyError, TypeError):
            continue
    return made
