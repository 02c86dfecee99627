"""Prints how fast the work goes, as figures beside what was asked for; `make bench` runs it.

Start-up times are medians over several fresh processes; the rest is the best of several runs.
"""

from __future__ import annotations

import contextlib
import gc
import json
import multiprocessing
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import cycle
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import psutil
from holidays import country_holidays
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.table import Table

from licences.analysis.case import make_case, open_case
from licences.analysis.due import find_calls
from licences.analysis.impact import find_impacts, find_moves
from licences.analysis.portfolio import make_portfolio
from licences.app.explorer import Explorer
from licences.app.terms import Places, Terms
from licences.assessment.verdicts import StageJudgement, find_verdicts
from licences.batch.report import _find_figures
from licences.batch.run import BatchJob, write_reports
from licences.book.clients import Writing
from licences.book.events import Event, write_events
from licences.book.exchange import list_tables
from licences.book.store import change_book
from licences.law.catalogue import Catalogue, read_catalogue
from licences.law.diff import Difference, compare_days, compare_laws
from licences.planning.capacity import level
from licences.planning.forecast import PlanOptions, make_forecasts
from licences.planning.schedule import Plan, make_plan
from licences.planning.simulation import simulate
from licences.reading.files import write_whole
from licences.render.brand import read_brand
from licences.render.excel.workbook import make_workbook
from licences.render.figures.graph import draw_graph
from licences.render.figures.plan import draw_launch, draw_renewals, draw_timeline
from licences.render.html.decide import make_decisions_section
from licences.render.html.page import make_html
from licences.render.html.sections import SECTIONS, make_section
from licences.render.ics import make_calendar
from licences.render.lengths import STANDARD
from licences.render.pdf import Printer
from licences.render.word.document import make_word
from licences.rules.facts import list_cells, read_profiles
from licences.rules.keeping import begin_book, record_events
from licences.rules.logic import make_profile
from licences.rules.stages import find_present
from serving import BROWSER_ARGUMENTS, serve

PROJECT = Path(__file__).parents[1]
NOTEBOOK = PROJECT / "notebooks" / "client_report.ipynb"
AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
STEPS = 40


def time_process(code: str, runs: int = 9) -> float:
    """Median seconds of a fresh Python process that runs ``code``."""
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=PROJECT)
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def time_call(call: Callable[[], object], runs: int = 5) -> float:
    """Best seconds of a call."""
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def make_many_clients(catalogue: Catalogue, count: int) -> pd.DataFrame:
    """Random clients: each fact of each is drawn from what the sample clients told, or left out."""
    sample = read_profiles(PROJECT / "data" / "clients.csv", catalogue.fields, set(catalogue.rows["code"]))
    generator = np.random.default_rng(0)
    many = {
        name: sample[name].take(generator.integers(0, len(sample), count)).array
        for name in catalogue.fields.by_name
    }
    clients = pd.Series([f"client-{at}" for at in range(count)])
    holds = sample["holds"].take(generator.integers(0, len(sample), count)).array
    return pd.DataFrame({"client": clients, "name": clients, "holds": holds, **many})


def make_long_plan(catalogue: Catalogue) -> Plan:
    """A plan of STEPS dated steps: a client that does nearly everything and holds nothing."""
    profile = (
        read_profiles(PROJECT / "data" / "clients.csv", catalogue.fields, set(catalogue.rows["code"]))
        .head(1)
        .copy()
    )
    for field in catalogue.fields.every:
        if field.type == "bool":
            profile[field.name] = pd.array([True], dtype="boolean")
    profile["holds"] = pd.Series([()], index=profile.index)
    profile["registered_capital_cny"] = pd.array([5e8], dtype="Float64")
    profile["foreign_share_percent"] = pd.array([0.0], dtype="Float64")
    plan = next(
        make_forecasts(catalogue, profile, AS_OF, PlanOptions(START, ("recommended", "optional")))
    ).plan
    if len(plan.dated) < STEPS:
        raise SystemExit(f"the long plan has {len(plan.dated)} steps; {STEPS} are asked for")
    return replace(plan, steps=plan.dated[:STEPS])


def measure_plans(catalogue: Catalogue) -> list[tuple[str, str, str]]:
    """How fast plans are made and drawn; one date by the holidays library is the baseline."""
    many = make_many_clients(catalogue, 10_000)
    plan, plan_options = make_long_plan(catalogue), PlanOptions(START, ("recommended", "optional"))
    draws = 100_000
    simulated = time_call(lambda: simulate(plan, draws))
    calendar = country_holidays("CN", years=range(2026, 2029))
    counted = 500
    by_library = (
        time_call(lambda: [calendar.get_nth_working_day(START, 45) for _ in range(counted)]) / counted
    )
    per_date = simulated / (draws * len(plan.steps))
    rows = [
        (
            f"{draws:,} draws of a {len(plan.steps)}-step plan, preparation and decision, as dates",
            (
                f"{simulated:.3f} s; a date costs {per_date * 1e9:.0f} ns, "
                f"1/{by_library / per_date:,.0f} of counting it with holidays ({by_library * 1e6:.0f} µs)"
            ),
            "0.3 s",
        )
    ]
    sample = read_profiles(PROJECT / "data" / "clients.csv", catalogue.fields, set(catalogue.rows["code"]))
    next(make_forecasts(catalogue, sample, AS_OF, plan_options))
    law, verdicts, told = plan.law, dict(plan.verdicts), make_profile({})
    one = time_call(lambda: make_plan(law, "a", told, {}, verdicts, START, plan_options.include), 20)
    steps = len(make_plan(law, "a", told, {}, verdicts, START, plan_options.include).dated)
    rows.append(
        (f"a plan of {steps} steps, prepared before, without simulation", f"{one * 1000:.2f} ms", "5 ms")
    )
    rows.append(_time_stages(plan, plan_options))
    began = time.perf_counter()
    planned, promised = 0, 0
    for forecast in make_forecasts(catalogue, many, AS_OF, plan_options):
        planned += len(forecast.plan.steps)
        promised += forecast.is_promised
    seconds = time.perf_counter() - began
    said = f"{seconds:.1f} s; {promised:,} of them can be promised dates"
    rows.append((f"{len(many):,} clients planned, {planned:,} steps, no simulation", said, "30 s"))
    return rows


def _time_stages(plan: Plan, plan_options: PlanOptions) -> tuple[str, str, str]:
    """The same plan, a third of which is needed from the start, a third from April and a third from July on."""
    law, told = plan.law, make_profile({})
    stages = [
        StageJudgement(
            day,
            told,
            {
                code: verdict if place % 3 <= at else "not_needed"
                for place, (code, verdict) in enumerate(plan.verdicts.items())
            },
        )
        for at, day in enumerate((None, date(2027, 4, 1), date(2027, 7, 1)))
    ]

    def plan_stages() -> Plan:
        coming = [(stage, law) for stage in stages[1:]]
        return make_plan(law, "a", told, {}, stages[0].verdicts, START, plan_options.include, coming=coming)

    one = time_call(plan_stages, 20)
    steps = len(plan_stages().dated)
    return f"a plan of {steps} steps in three stages without simulation", f"{one * 1000:.2f} ms", "8 ms"


def measure_explorer(catalogue: Catalogue) -> list[tuple[str, str, str]]:
    """How soon a changed toggle shows: in the kernel, and in a page of the web app."""
    toggles = [field.name for field in catalogue.fields.every if field.type == "bool"]
    with tempfile.TemporaryDirectory() as folder:
        places = Places(PROJECT, None, PROJECT / "data" / "clients.csv", Path(folder) / "reports")
        explorer = Explorer(catalogue, places, Terms(AS_OF, START), "zh", "grand-bazaar")
        explorer.tell(toggles[0], "yes")
        in_kernel = []
        for name in toggles:
            told = "no" if explorer.cells[name] == "yes" else "yes"
            in_kernel.append(time_call(lambda name=name, told=told: explorer.tell(name, told), 1))
        rows = [
            (
                f"explorer: {len(toggles)} toggles, in the kernel",
                f"median {statistics.median(in_kernel) * 1000:.0f} ms, longest {max(in_kernel) * 1000:.0f} ms",
                "150 ms",
            )
        ]
        chromium = os.environ.get("LICENCES_BROWSER") or shutil.which("chromium")
        if chromium is None:
            return [*rows, ("explorer: a toggle, in the browser", "no Chromium found", "400 ms")]
        seen = _time_toggles(chromium, Path(folder))
    return [
        *rows,
        (
            f"explorer: {len(seen)} toggles, from the click to the timeline drawn anew in the browser",
            f"median {statistics.median(seen):.0f} ms, longest {max(seen):.0f} ms",
            "400 ms",
        ),
    ]


def _time_toggles(chromium: str, folder: Path) -> list[float]:
    """Milliseconds from a click on yes or no until the bar that it adds or takes away is drawn so."""
    asked = ["--client", "wander-work", "--as-of", AS_OF.isoformat(), "--start", START.isoformat()]
    with serve("app", PROJECT, folder, *asked) as served, sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=chromium, args=[*BROWSER_ARGUMENTS]).new_page(
            viewport={"width": 1440, "height": 1000}
        )
        page.goto(served.address)
        page.locator("table.dataTable tbody tr").first.wait_for()
        page.locator(".licences-views .lm-TabBar-tab:nth-child(3)").click()
        page.locator(".licences-views .bars .point path >> visible=true").first.wait_for()
        page.locator(".licences-form > .widget-text input").first.fill("sells_call_centre_services")
        page.locator(".licences-form .field-sells_call_centre_services >> visible=true").wait_for()
        return [float(page.evaluate(TOGGLE, at % 2)) for at in range(30)]


TOGGLE = """(answer) => new Promise((resolve) => {
    const bars = () => document.querySelectorAll(".licences-views .bars .point path").length;
    const buttons = [...document.querySelectorAll(".field-sells_call_centre_services button")].filter((b) => b.offsetParent);
    const before = bars(), began = performance.now();
    buttons[answer].click();
    const look = () => bars() === before ? requestAnimationFrame(look) : resolve(performance.now() - began);
    requestAnimationFrame(look);
})"""


def write_clients(path: Path, catalogue: Catalogue, profiles: pd.DataFrame) -> Path:
    """Clients as a file that a user could have written."""
    records = [
        list_cells({str(name): value for name, value in row.items()}, catalogue.fields)
        for row in profiles.to_dict("records")
    ]
    pd.DataFrame(records).to_csv(path, index=False)
    return path


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
    clients: pd.DataFrame, catalogue: Catalogue, folder: str, file: str, in_forks: bool, reads_files: bool
) -> float:
    """Seconds a report when the functions that the notebook calls are called one after the other.

    Everything is imported before, and each page is written; there is no notebook. With ``reads_files``
    the functions are called just as the notebook calls them, and read the data files for each client;
    else all is read before. Nothing keeps one client from another, unless each is worked through in a
    process of its own (in_forks).
    """

    def make(at: int) -> None:
        if reads_files:
            case = open_case(str(clients["client"].iloc[at]), str(AS_OF), str(START), "zh", clients=file)
        else:
            case = make_case(
                catalogue, clients.iloc[[at]].reset_index(drop=True), AS_OF, PlanOptions(START), "zh"
            )
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


def measure_batch(catalogue: Catalogue) -> list[tuple[str, str, str]]:
    """A batch against a loop of stock papermill, and against no notebook at all, with as many workers."""
    workers = os.cpu_count() or 1
    many = make_many_clients(catalogue, 1_000)
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        few = [str(client) for client in many["client"].head(4 * workers)]
        stock_clients = write_clients(Path(folder) / "few.csv", catalogue, many.head(len(few)))
        with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
            began = time.perf_counter()
            list(pool.map(partial(report_by_stock, clients=str(stock_clients), folder=folder), few))
            stock = (time.perf_counter() - began) / len(few)
        clients = write_clients(Path(folder) / "many.csv", catalogue, many)
        with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
            shares = [many.iloc[at : at + 50] for at in range(0, 50 * workers, 50)]
            given = {"catalogue": catalogue, "folder": folder, "file": str(clients)}
            bare, apart, script = (
                statistics.mean(
                    pool.map(
                        partial(report_without_notebook, **given, in_forks=in_forks, reads_files=reads_files),
                        shares,
                    )
                )
                / workers
                for in_forks, reads_files in ((False, False), (True, False), (False, True))
            )
        many = read_profiles(clients, catalogue.fields, set(catalogue.rows["code"]))
        out = Path(folder) / "reports"
        order = BatchJob(
            NOTEBOOK,
            out,
            None,
            clients,
            AS_OF,
            START,
            "zh",
            workers=workers,
            memory_mib=4096,
            brand=read_brand(PROJECT / "data" / "brand.yaml"),
        )
        moments, memory = [time.perf_counter()], []
        for at, entry in enumerate(write_reports(order, catalogue, many, lambda: datetime.now(UTC)), start=1):
            if entry["status"] != "done":
                raise SystemExit(f"a report failed: {entry}")
            moments.append(time.perf_counter())
            if at in {100, 500, 1000}:
                memory.append(find_memory_mib())
        began = time.perf_counter()
        again = [
            "report",
            "--clients",
            str(clients),
            "--out",
            str(out),
            "--as-of",
            AS_OF.isoformat(),
            "--start",
            START.isoformat(),
        ]
        subprocess.run(
            [sys.executable, "-m", "licences", *again], check=True, capture_output=True, cwd=PROJECT
        )
        unchanged = time.perf_counter() - began
    whole = moments[-1] - moments[0]
    ours = (moments[1000] - moments[100]) / 900
    halves = (moments[550] - moments[100]) / 450, (moments[1000] - moments[550]) / 450
    return [
        (
            f"a report in a batch of 1,000, {workers} workers",
            f"{ours * 1000:.0f} ms: 1/{stock / ours:.1f} of stock papermill and nbconvert ({stock:.2f} s)",
            "1/20; 1/40 is the aim",
        ),
        (
            "the same against the functions alone, no notebook",
            f"{ours / bare:.2f} times ({bare * 1000:.0f} ms)",
            "2 times",
        ),
        (
            "the same against the functions alone, each client in a process forked for it",
            f"{ours / apart:.2f} times ({apart * 1000:.0f} ms)",
            "-",
        ),
        (
            "the same against a script that calls them as the notebook does, and reads the files each time",
            f"{ours / script:.2f} times ({script * 1000:.0f} ms)",
            "-",
        ),
        (
            "the batch of 1,000 clients as a whole",
            f"{whole:.0f} s; a report takes {halves[0] * 1000:.0f} ms in its first half, {halves[1] * 1000:.0f} ms in its second",
            "linear",
        ),
        (
            "memory of all its processes at the 100th, 500th, 1,000th report",
            ", ".join(f"{one:.0f}" for one in memory) + " MiB",
            "flat",
        ),
        ("the second run over 1,000 unchanged clients", f"{unchanged:.1f} s", "5 s"),
    ]


def measure_formats(catalogue: Catalogue) -> list[tuple[str, str, str]]:
    """What each format takes, from a notebook that has run or a case that is ready, and in a batch."""
    clients = PROJECT / "data" / "clients.csv"
    profiles = read_profiles(clients, catalogue.fields, set(catalogue.rows["code"]))
    cases = [
        make_case(catalogue, profiles.iloc[[at]].reset_index(drop=True), AS_OF, PlanOptions(START), "zh")
        for at in range(len(profiles))
    ]
    batches = {}
    with tempfile.TemporaryDirectory() as folder:
        for formats in (("html",), ("xlsx",), ("ics",), ("docx",), ("pdf",)):
            order = BatchJob(
                NOTEBOOK, Path(folder) / formats[0], None, clients, AS_OF, START, "zh",
                formats=formats, workers=os.cpu_count() or 1,
            )  # fmt: skip
            entries = write_reports(order, catalogue, profiles, lambda: datetime.now(UTC))
            next(entries)  # starts the workers, and the browser where there is one
            began = time.perf_counter()
            if any(entry["status"] != "done" for entry in entries):
                raise SystemExit("a report failed")
            batches[formats[0]] = (time.perf_counter() - began) / (len(profiles) - 1)
        books = [nbformat.read(Path(folder) / "html" / case.client / "report.ipynb", 4) for case in cases]
    pages = [make_html(book, case.name, "zh") for book, case in zip(books, cases, strict=True)]
    figures = [json.dumps(_find_figures(book)).encode() for book in books]
    printer = Printer()
    printer.print_page(pages[0], "", AS_OF)
    makers: dict[str, tuple[list[Callable[[], object]], str]] = {
        "html": ([partial(make_html, book, "", "zh") for book in books], "100 ms"),
        "xlsx": ([partial(make_workbook, case) for case in cases], "50 ms"),
        "ics": ([partial(make_calendar, case) for case in cases], "50 ms"),
        "the figures of a docx": ([partial(printer.draw_figures, one) for one in figures], "–"),
    }
    for length, asked in {"letter": "300 ms", "standard": "500 ms", "full": "–"}.items():
        prints = [partial(printer.print_page, page, "", AS_OF, length) for page in pages]
        makers[_name_length("docx", length)] = (
            [partial(make_word, case, length=length) for case in cases],
            "200 ms",
        )
        makers[_name_length("pdf", length)] = prints, asked
    largest = max(len(page.encode()) for page in pages)
    rows = [("a page, with all that its figures need", f"{largest / 1000:.0f} kB at most", "1000 kB")]
    for name, (calls, asked) in makers.items():
        seconds = [time_call(call, 2) for call in calls]
        median, longest = statistics.median(seconds) * 1000, max(seconds) * 1000
        batch = f"; in a batch a report takes {batches[name] * 1000:.0f} ms" if name in batches else ""
        rows.append(
            (
                f"{name}: made for each of {len(calls)} sample clients",
                f"median {median:.0f} ms, longest {longest:.0f} ms{batch}",
                asked,
            )
        )
    printer.close()
    return rows


def _name_length(form: str, length: str) -> str:
    """A format by its name alone where the length is the one that a batch makes."""
    return form if length == STANDARD else f"{form}, {length}"


def find_memory_mib() -> float:
    """What this process and all that it started take, shared pages counted once."""
    here = psutil.Process()
    total = 0
    for process in (here, *here.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            total += process.memory_full_info().pss
    return total / 1024 / 1024


def time_commands(*commands: list[str], runs: int = 7) -> list[float]:
    """Median seconds of whole processes of this Python, run by turns, so that a busy moment strikes all alike."""
    seconds: list[list[float]] = [[] for _ in commands]
    for _ in range(runs):
        for words, taken in zip(commands, seconds, strict=True):
            began = time.perf_counter()
            subprocess.run([sys.executable, *words], check=True, capture_output=True, cwd=PROJECT)
            taken.append(time.perf_counter() - began)
    return [statistics.median(taken) for taken in seconds]


def measure_commands(catalogue: Catalogue) -> list[tuple[str, str, str]]:
    """How soon a command answers, whole process and all, and verdicts of many clients at once."""
    rows = []
    command, day = ["-m", "licences"], ["--as-of", AS_OF.isoformat()]
    one = ["--client", "corner-shop"]
    quiet = Path(tempfile.mkdtemp()) / "quiet.csv"
    quiet.write_text("client,name\nquiet,Quiet\n", encoding="utf-8")
    nothing, imported, version, pandas, answer, questions, check = time_commands(
        ["-c", "pass"],
        ["-c", "import licences"],
        [*command, "--version"],
        ["-c", "import pandas"],
        [*command, "assess", *one, *day],
        [*command, "assess", "--clients", str(quiet), "--questions", *day],
        [*command, "check"],
    )
    rows += [
        ("import licences", f"{imported:.3f} s, of which Python {nothing:.3f} s", "0.05 s"),
        ("licences --version", f"{version:.3f} s", "0.15 s"),
    ]
    shutil.rmtree(quiet.parent)
    for name, seconds, asked in (
        ("assess --client X", answer, "+0.35 s"),
        ("assess --questions, of who has told nothing", questions, "2 s in all"),
        ("check", check, "+0.30 s"),
    ):
        said = f"{seconds:.2f} s = import pandas ({pandas:.2f} s) {seconds - pandas:+.2f} s"
        rows.append((f"licences {name}", said, asked))
    with tempfile.TemporaryDirectory() as folder:
        libraries, report = time_commands(
            ["-c", "import pandas, plotly, nbformat, IPython"],
            [*command, "report", *one, *day, "--out", folder, "--force"],
        )
    said = f"{report:.2f} s = {report / libraries:.2f} times import pandas, plotly, nbformat, IPython"
    rows.append(("licences report --client X, from cold", f"{said} ({libraries:.2f} s)", "2.0 times"))
    many = make_many_clients(catalogue, 100_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = time_call(lambda: find_verdicts(catalogue, many, AS_OF))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    codes = find_verdicts(catalogue, many.head(1), AS_OF).shape[1]
    grown = f"peak {peak / 1024:.0f} MiB, {(peak - before) / 1024:.0f} of them for it"
    rows.append((f"verdicts: 100,000 clients, {codes} licences", f"{seconds:.2f} s, {grown}", "1 s, 1 GiB"))
    return rows


def measure_changes(catalogue: Catalogue) -> list[tuple[str, str, str]]:
    """How soon it is known whom three years of changes, or one changed rule, touch, and how launch and fees move."""
    many = make_many_clients(catalogue, 100_000)
    years = date(2024, 1, 1), date(2027, 1, 1)
    rows = []

    def find(compare: Callable[[], Difference]) -> int:
        return len(find_moves(compare(), many))

    changed = catalogue.rows.copy()
    line = changed.index[changed["code"] == "EXPRESS"][-1]
    changed.loc[line, "applies_when"] = "own_couriers or own_warehouse"
    other = replace(catalogue, rows=changed)
    for name, compare in (
        ("of 2024 to 2027", lambda: compare_days(catalogue, *years)),
        ("by one rule of the file", lambda: compare_laws(catalogue, other, AS_OF)),
    ):
        seconds = time_call(partial(find, compare), 3)
        codes = len(compare().codes)
        rows.append(
            (
                f"difference {name}, verdicts of {len(many):,} clients",
                f"{seconds:.2f} s: {codes} codes differ, {find(compare):,} clients are touched",
                "3 s",
            )
        )
    few, plan_options = many.head(10_000), PlanOptions(START)
    difference = compare_days(catalogue, *years)
    seconds = time_call(lambda: find_impacts(difference, few, plan_options), 2)
    once = time_call(lambda: deque(make_forecasts(catalogue, few, AS_OF, plan_options), 0), 2)
    moved = sum(one.launch_moved_days != 0 for one in find_impacts(difference, few, plan_options))
    rows.append(
        (
            f"the same of 2024 to 2027, plans and fees of {len(few):,} clients, none alike",
            f"{seconds:.1f} s = {seconds / once:.1f} times planning them once; for {moved:,} the launch moves, or cannot be told",
            "15 s",
        )
    )
    return rows


def measure_portfolio(catalogue: Catalogue) -> list[tuple[str, str, str]]:
    """The portfolio's own notebook over 10,000 random clients, by papermill in a kernel and by our command."""
    import papermill

    with tempfile.TemporaryDirectory() as folder:
        clients = Path(folder) / "clients.csv"
        many = make_many_clients(catalogue, 10_000)
        cells = [list_cells(record, catalogue.fields) for record in many.to_dict("records")]
        pd.DataFrame(cells).to_csv(clients, index=False)
        days = {"as_of": AS_OF.isoformat(), "start": START.isoformat()}
        command = ["portfolio", "--clients", clients, "--out", folder, "--capacity", "1000"]
        command += ["--as-of", days["as_of"], "--start", days["start"]]

        def run_notebook() -> None:
            given = {**days, "clients": str(clients), "capacity": 1000}
            source, made = PROJECT / "notebooks" / "portfolio.ipynb", Path(folder) / "made.ipynb"
            papermill.execute_notebook(
                str(source), str(made), parameters=given, cwd=str(source.parent), progress_bar=False
            )

        def run_command() -> None:
            words = [sys.executable, "-m", "licences", *map(str, command)]
            subprocess.run(words, check=True, capture_output=True, cwd=PROJECT)

        notebook, whole = time_call(run_notebook, 2), time_call(run_command, 2)
        size = (Path(folder) / "portfolio.html").stat().st_size / 1024 / 1024
    applications = make_portfolio(catalogue, many, AS_OF, START, "zh").applications
    plentiful = len(applications)
    free, scarce = (time_call(partial(level, applications, capacity), 3) for capacity in (plentiful, 1000))
    return [
        ("the portfolio's notebook over 10,000 clients, none alike", f"{notebook:.1f} s", "15 s"),
        ("licences portfolio over the same", f"{whole:.1f} s; the page has {size:.1f} MiB", "-"),
        (
            f"{len(applications):,} applications spread, 1,000 prepared at a time",
            f"{scarce:.1f} s; {free:.1f} s where nobody waits for staff",
            "-",
        ),
    ]


def measure_deep(_: Catalogue) -> list[tuple[str, str, str]]:
    """How soon it is known which rules nobody guards, command and all."""
    words = ["check", "--deep", "--json", "--as-of", AS_OF.isoformat()]
    seconds = time_process(f"from licences.cli.main import main; main({words})", 3)
    run = subprocess.run(
        [sys.executable, "-m", "licences", *words], check=False, capture_output=True, cwd=PROJECT
    )
    told = json.loads(run.stdout)
    result = f"{told['share']:.1%} of {told['broken_rules']:,} broken rules noticed"
    return [("licences check --deep", f"{seconds:.2f} s: {result}", "60 s")]


def measure_book(catalogue: Catalogue) -> list[tuple[str, str, str]]:
    """How soon a large book answers, and how long it takes to tell it something."""
    count, writing = 10_000, Writing(datetime.now(UTC), "bench")
    untold = [field.name for field in catalogue.fields.every[24:]]
    profiles = make_many_clients(catalogue, count).assign(**dict.fromkeys(untold, pd.NA))
    codes = [code for code in catalogue.codes if code != "EDI"]
    kinds = ("submitted", "accepted", "granted", "renewed", "changed")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "book.sqlite"
        begin_book(place, profiles, catalogue.fields, writing)
        with change_book(place) as connection:
            for number, client in enumerate(profiles["client"]):
                code = codes[number % len(codes)]
                course = [Event(code, kind, date(2026, 1 + at, 5)) for at, kind in enumerate(kinds)]
                write_events(connection, client, course, writing)
        rows = {name: len(listed) - 1 for name, listed in list_tables(place).items()}
        read = time_call(lambda: read_profiles(place, catalogue.fields, set(catalogue.codes)), 3)

        def assess() -> None:
            told = read_profiles(place, catalogue.fields, set(catalogue.codes))
            find_verdicts(catalogue, find_present(told, AS_OF), AS_OF)

        present = find_present(read_profiles(place, catalogue.fields, set(catalogue.codes)), AS_OF)
        calls = find_calls(catalogue, present, AS_OF)
        due = time_call(lambda: find_calls(catalogue, present, AS_OF), 3)
        words = ["-m", "licences", "due", "--clients", str(place), "--as-of", AS_OF.isoformat()]
        (whole,) = time_commands(words, runs=3)
        days = cycle(("submitted", "withdrawn"))

        def record() -> None:
            event = Event("EDI", next(days), AS_OF)
            record_events(place, [(profiles["client"].iloc[0], event)], {"EDI"}, writing)

        done = f"{rows['facts']:,} facts and {rows['events']:,} events"
        return [
            (f"a book of {count:,} clients, {done}: read", f"{read:.2f} s", "–"),
            ("the same, read and assessed", f"{time_call(assess, 3):.2f} s", "3 s"),
            (f"whom to call, {len(calls):,} entries of them, once it is read", f"{due:.2f} s", "2 s"),
            ("licences due over it, whole process and all", f"{whole:.2f} s", "–"),
            ("one event recorded in it", f"{time_call(record, 20) * 1000:.0f} ms", "20 ms"),
        ]


def measure_reading(catalogue: Catalogue) -> list[tuple[str, str, str]]:
    """How soon a large clients file is read, as CSV and as a workbook."""
    count = 10_000
    records = make_many_clients(catalogue, count).to_dict("records")
    cells = pd.DataFrame([list_cells(record, catalogue.fields) for record in records])
    numbers = [field.name for field in catalogue.fields.every if field.type == "number"]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for ending, asked in (("xlsx", "10 s"), ("csv", "2 s")):
            path = Path(folder) / f"clients.{ending}"
            if ending == "csv":
                cells.to_csv(path, index=False)
            else:
                typed = cells.assign(**{name: pd.to_numeric(cells[name]) for name in numbers})
                typed.replace("", None).to_excel(path, index=False, engine="xlsxwriter")
            seconds = time_call(partial(read_profiles, path, catalogue.fields, set(catalogue.codes)), 3)
            size = path.stat().st_size / 1e6
            rows.append((f"read {count:,} clients from .{ending}, {size:.1f} MB", f"{seconds:.2f} s", asked))
    return rows


MEASURES = {
    "reading": measure_reading,
    "book": measure_book,
    "deep": measure_deep,
    "portfolio": measure_portfolio,
    "changes": measure_changes,
    "commands": measure_commands,
    "plans": measure_plans,
    "batch": measure_batch,
    "explorer": measure_explorer,
    "formats": measure_formats,
}


def main() -> None:
    """Measures what the command line names, by default all of MEASURES."""
    table, catalogue = Table("what", "measured", "asked for", title="licences: how fast"), read_catalogue()
    for name in sys.argv[1:] or MEASURES:
        for row in MEASURES[name](catalogue):
            table.add_row(*row)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
