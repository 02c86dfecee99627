"""Formats: what each takes, from a notebook that has run or a case that is ready, and in a batch."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import nbformat
import psutil

from benches.batch import make_job
from benches.clients import AS_OF, DAYS, SAMPLES, START, find_catalogue, read_clients
from benches.clock import time_call, weigh_process
from benches.measured import Figures, Measured
from licences.analysis.case import make_case
from licences.batch.report import _find_figures
from licences.batch.run import write_reports
from licences.planning.forecast import PlanOptions
from licences.render.excel.workbook import make_workbook
from licences.render.html.page import make_html
from licences.render.ics import make_calendar
from licences.render.pdf import Printer
from licences.render.word.document import make_word

LENGTHS = ("letter", "standard", "full")


def time_batch(form: str, folder: Path) -> float:
    """Seconds a report of the samples in one format, once the first is there. Raises: RuntimeError."""
    profiles = read_clients()
    job = make_job(SAMPLES, folder, (form,))
    entries = write_reports(job, find_catalogue(), profiles, lambda: datetime.now(UTC))
    next(entries)  # starts the workers, and the browser where there is one
    began = time.perf_counter()
    if any(entry["status"] != "done" for entry in entries):
        raise RuntimeError("a report failed")
    return (time.perf_counter() - began) / (len(profiles) - 1)


def is_browser(process: psutil.Process) -> bool:
    """Whether a process is a browser itself, and not one of those that it starts for pages, drawing or its own sake."""
    words = process.cmdline()
    return bool(words) and "chrom" in Path(words[0]).name and not any(
        word.startswith("--type=") or "crashpad" in word for word in words
    )  # fmt: skip


def measure() -> Figures:
    """Each format in a batch of the samples, then each document alone."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for form in ("html", "xlsx", "ics", "docx"):
            yield Measured(f"batch_{form}", time_batch(form, folder / form) * 1000)
        printed = time_batch("pdf", folder / "pdf")
        yield Measured("batch_pdf", printed * 1000, "standard, from the second on")
        words = ("report", "--format", "pdf", "--out", str(folder / "printed"), *DAYS)
        weight = weigh_process(("-m", "licences", *words), count=is_browser)
        yield Measured("pdf_browsers", weight.most, "at a time")
        yield Measured(
            "pdf_memory", weight.mib, f"the command and all that it starts; {weight.seconds:.1f} s"
        )
        yield from _measure_documents(folder / "html")


def _measure_documents(reports: Path) -> Figures:
    """Each document of each sample client, from its notebook that has run or its case."""
    profiles = read_clients()
    cases = [
        make_case(
            find_catalogue(), profiles.iloc[[at]].reset_index(drop=True), AS_OF, PlanOptions(START), "zh"
        )
        for at in range(len(profiles))
    ]
    books = [nbformat.read(reports / case.client / "report.ipynb", 4) for case in cases]
    pages = [make_html(book, case.name, "zh") for book, case in zip(books, cases, strict=True)]
    figures = [json.dumps(_find_figures(book)).encode() for book in books]
    yield Measured("page", max(len(page.encode()) for page in pages) / 1000)
    printer = Printer()
    printer.print_page(pages[0], "", AS_OF)
    makers: dict[str, list[Callable[[], object]]] = {
        "html": [partial(make_html, book, "", "zh") for book in books],
        "xlsx": [partial(make_workbook, case) for case in cases],
        "ics": [partial(make_calendar, case) for case in cases],
        "docx_figures": [partial(printer.draw_figures, one) for one in figures],
    }
    for length in LENGTHS:
        makers[f"docx_{length}"] = [partial(make_word, case, length=length) for case in cases]
        makers[f"pdf_{length}"] = [partial(printer.print_page, page, "", AS_OF, length) for page in pages]
    for line, calls in makers.items():
        seconds = [time_call(call, 2) for call in calls]
        yield Measured(line, statistics.median(seconds) * 1000, f"longest {max(seconds) * 1000:.0f} ms")
    printer.close()
