"""Batches of reports against a loop of stock papermill, and against no notebook at all, with as many workers."""

from __future__ import annotations

import gc
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pandas as pd

from benches.asked import LINES
from benches.clients import AS_OF, DAYS, START, find_catalogue, make_clients, read_clients, write_clients
from benches.clock import PROJECT, find_memory_mib, time_process
from benches.measured import Figures, Measured
from licences.analysis.case import make_case, open_case
from licences.batch.run import BatchJob, write_reports
from licences.planning.forecast import PlanOptions
from licences.reading.files import write_whole
from licences.render.brand import read_brand
from licences.render.figures.graph import draw_graph
from licences.render.figures.plan import draw_launch, draw_renewals, draw_timeline
from licences.render.html.decide import make_decisions_section
from licences.render.html.sections import SECTIONS, make_section

NOTEBOOK = PROJECT / "notebooks" / "client_report.ipynb"
WORKERS = os.cpu_count() or 1


def report_by_stock(client: str, clients: str, folder: str) -> None:
    """One report as papermill and nbconvert make it when nothing is done about it: a kernel for each."""
    import papermill
    from nbconvert.exporters import HTMLExporter

    parameters = {
        "client": client,
        "as_of": AS_OF.isoformat(),
        "start": START.isoformat(),
        "clients": clients,
    }
    target = Path(folder) / f"{client}.ipynb"
    papermill.execute_notebook(
        str(NOTEBOOK), str(target), parameters=parameters, cwd=str(NOTEBOOK.parent), progress_bar=False
    )
    page, _ = HTMLExporter(exclude_input=True).from_filename(str(target))
    target.with_suffix(".html").write_text(page, encoding="utf-8")


def report_without_notebook(
    at_once: tuple[int, int], file: str, folder: str, in_forks: bool, reads_files: bool
) -> float:
    """Seconds a report when the functions that the notebook calls are called one after the other.

    Everything is imported before, and each page is written; there is no notebook. With ``reads_files``
    the functions are called just as the notebook calls them, and read the data files for each client;
    else all is read before. Nothing keeps one client from another, unless each is worked through in a
    process of its own (in_forks). at_once: of the clients of the file, which.
    """
    catalogue, clients = find_catalogue(), read_clients(Path(file)).iloc[slice(*at_once)]

    def make(at: int) -> None:
        if reads_files:
            case = open_case(str(clients["client"].iloc[at]), str(AS_OF), str(START), "zh", clients=file)
        else:
            profile = clients.iloc[[at]].reset_index(drop=True)
            case = make_case(catalogue, profile, AS_OF, PlanOptions(START), "zh")
        sections = [make_section(case, name)._repr_html_() for name in SECTIONS]
        sections.append(make_decisions_section(case)._repr_html_())
        figures = [draw(case) for draw in (draw_graph, draw_timeline, draw_launch, draw_renewals)]
        page = "".join([*sections, *(figure.to_json() for figure in figures if figure)])
        write_whole(Path(folder) / f"{case.client}.html", page)

    def make_apart(at: int) -> None:
        child = os.fork()
        if child == 0:
            make(at)
            os._exit(0)
        os.waitpid(child, 0)

    make(0)
    gc.freeze()
    began = time.perf_counter()
    for at in range(len(clients)):
        (make_apart if in_forks else make)(at)
    return (time.perf_counter() - began) / len(clients)


def time_stock(folder: Path, count: int) -> float:
    """Seconds a report of stock papermill and nbconvert, with as many workers as there are cores."""
    few = make_clients(count)
    clients, names = write_clients(folder / "few.csv", few), few["client"].tolist()
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(time.sleep, [0.1] * WORKERS))  # all are there
        began = time.perf_counter()
        list(pool.map(partial(report_by_stock, clients=str(clients), folder=str(folder)), names))
        return (time.perf_counter() - began) / len(names)


def time_functions(clients: Path, share: int, folder: Path, in_forks: bool, reads_files: bool) -> float:
    """Seconds a report without a notebook, with as many workers as there are cores, each of which makes a share."""
    shares = [(at, at + share) for at in range(0, share * WORKERS, share)]
    work = partial(
        report_without_notebook,
        file=str(clients),
        folder=str(folder),
        in_forks=in_forks,
        reads_files=reads_files,
    )
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        return statistics.mean(pool.map(work, shares)) / WORKERS


def make_job(clients: Path, out: Path, formats: tuple[str, ...] = ("html",)) -> BatchJob:
    """A batch of reports as the command makes them."""
    brand = read_brand(PROJECT / "data" / "brand.yaml")
    return BatchJob(
        NOTEBOOK, out, None, clients, AS_OF, START, "zh",
        workers=WORKERS, memory_mib=4096, formats=formats, brand=brand,
    )  # fmt: skip


def run_batch(job: BatchJob, profiles: pd.DataFrame) -> tuple[list[float], dict[int, float]]:
    """When each report was done, after when it began, and what memory was taken at some of them, in MiB.

    Raises: RuntimeError where a report fails.
    """
    looks = {len(profiles) // 10, len(profiles) // 2, len(profiles)}
    moments, memory = [time.perf_counter()], {}
    entries = write_reports(job, find_catalogue(), profiles, lambda: datetime.now(UTC))
    for at, entry in enumerate(entries, start=1):
        if entry["status"] != "done":
            raise RuntimeError(f"a report failed: {entry}")
        moments.append(time.perf_counter())
        if at in looks:
            memory[at] = find_memory_mib()
    return moments, memory


def compare_halves(moments: list[float]) -> tuple[float, float, float]:
    """Seconds a report, once a tenth is made; in the first half of these, and in the second."""
    count = len(moments) - 1
    first, middle = count // 10, count // 10 + (count - count // 10) // 2

    def find_pace(begin: int, end: int) -> float:
        return (moments[end] - moments[begin]) / (end - begin)

    return find_pace(first, count), find_pace(first, middle), find_pace(middle, count)


# Lines for what the functions alone take: each client in a fork of its own, and each reading the files anew.
ALONE = {"batch_forks": (True, False), "batch_bare": (False, False), "batch_script": (False, True)}


def measure(count: int = 1_000, stock_count: int = 4 * WORKERS, share: int = 50) -> Figures:
    """A batch of ``count`` clients; ``stock_count`` by stock papermill, and of each worker a ``share`` without notebook."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        clients = write_clients(folder / "many.csv", make_clients(count))
        taken = {"batch_stock": time_stock(folder, stock_count)}
        for line, how in ALONE.items():
            taken[line] = time_functions(clients, share, folder, *how)
        yield from compare(clients, folder, taken)
        again = ("report", "--clients", str(clients), "--out", str(folder / "reports"), *DAYS)
        yield Measured("batch_unchanged", time_process(("-m", "licences", *again)), f"{count:,} clients")


def compare(clients: Path, folder: Path, taken: Mapping[str, float]) -> Figures:
    """A batch held against what a report takes in other ways, in seconds by their lines; see ``measure``."""
    moments, memory = run_batch(make_job(clients, folder / "reports"), read_clients(clients))
    ours, first, second = compare_halves(moments)
    for line, seconds in taken.items():
        ratio = seconds / ours if LINES[line].is_least else ours / seconds
        yield Measured(line, ratio, f"{ours * 1000:.0f} ms as against {seconds * 1000:.0f} ms")
    yield Measured(
        "batch_halves", second / first, f"{first * 1000:.0f} ms, then {second * 1000:.0f} ms a report"
    )
    begun, *_, ended = (memory[at] for at in sorted(memory))
    said = ", ".join(f"{memory[at]:.0f}" for at in sorted(memory))
    yield Measured("batch_memory", ended / begun, f"{said} MiB at {', '.join(map(str, sorted(memory)))}")
    yield Measured(
        "batch_whole", moments[-1] - moments[0], f"{len(moments) - 1:,} clients, {WORKERS} workers"
    )
