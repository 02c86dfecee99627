"""How soon the explorer can be used: from the command as a web app, from *Run All Cells* in JupyterLab, and from a click.

Each is a function that ``bench.py`` calls; run as a program it prints them. A browser runs already in each case.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from serving import BROWSER_ARGUMENTS, PATIENCE_SECONDS, serve

PROJECT = Path(__file__).parents[1]
ASKED = ("--client", "wander-work", "--as-of", "2026-11-23", "--start", "2026-11-24")
ANSWER = ".licences-answer [data-verdict=required] b"
UNANSWERED = ".licences-form .widget-toggle-buttons button:not(.mod-active) >> visible=true"


@dataclass
class Opening:
    """Seconds from the beginning to what is seen first: something to read, the answer, a click that is answered."""

    read: float
    answered: float
    usable: float
    marks: dict[str, float] = field(default_factory=dict)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A browser that runs."""
    found = os.environ.get("LICENCES_BROWSER") or shutil.which("chromium")
    if found is None:
        raise SystemExit("no Chromium found")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*BROWSER_ARGUMENTS])
        try:
            yield browser
        finally:
            browser.close()


def time_app(browser: Browser) -> Opening:
    """A web app, from the command on."""
    with tempfile.TemporaryDirectory() as folder, _run_app(Path(folder)) as (process, began):
        assert process.stderr
        address = _find_address(process.stderr)
        printed = time.perf_counter() - began
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            try:
                page.goto(address, wait_until="domcontentloaded")
                break
            except Error:  # nothing listens yet
                time.sleep(0.02)
        read = time.perf_counter() - began
        opening = _use(page, began, read)
        page.close()
        opening.marks["printed"] = printed
        return opening


def time_lab(browser: Browser) -> Opening:
    """JupyterLab, from *Run All Cells* on, its notebook open for a while."""
    with tempfile.TemporaryDirectory() as folder, serve("lab", PROJECT, Path(folder), *ASKED) as served:
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.goto(served.address)
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        expect(page.locator("#jp-main-statusbar")).to_contain_text(
            re.compile(r"\(ipykernel\) \| Idle"), timeout=PATIENCE_SECONDS * 1000
        )
        page.wait_for_timeout(5000)
        page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Run$")).click()
        entry = page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Run All Cells$"))
        entry.wait_for()
        began = time.perf_counter()
        entry.click()
        opening = _use(page, began, 0.0)
        page.close()
        return opening


def _use(page: Page, began: float, read: float) -> Opening:
    """Looks at the answer, and clicks as soon as there is something to click."""
    page.set_default_timeout(PATIENCE_SECONDS * 1000)
    page.locator(ANSWER).wait_for()
    answered = time.perf_counter() - began
    title = page.locator(".licences-title").inner_text()
    page.locator(UNANSWERED).first.click()
    page.wait_for_function(
        "(before) => document.querySelector('.licences-title').innerText !== before", arg=title
    )
    usable = time.perf_counter() - began
    page.locator("table.dataTable tbody tr").first.wait_for()
    return Opening(read, answered, usable, {"table": time.perf_counter() - began})


@contextmanager
def _run_app(folder: Path) -> Iterator[tuple[subprocess.Popen[str], float]]:
    for name in ("data", "notebooks"):
        shutil.copytree(PROJECT / name, folder / name)
    own = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "licences", "explore", "--app", "--no-browser", *ASKED],
        cwd=folder, env=os.environ | own, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    with process:
        try:
            yield process, began
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(PATIENCE_SECONDS)


def _find_address(said: Iterator[str]) -> str:
    for line in said:
        if found := re.search(r"http://127\.0\.0\.1:\d+/\S*\?token=\S+", line):
            return found.group()
    raise SystemExit("the explorer did not start")


def time_openings(open_once: Callable[[Browser], Opening], runs: int = 5) -> list[Opening]:
    """Several openings, each of a server of its own."""
    with open_browser() as browser:
        return [open_once(browser) for _ in range(runs)]


def main() -> None:
    """Prints openings: of the web app, of JupyterLab, or of both; and how long importing pandas takes."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import pandas"], check=True)
    unit = time.perf_counter() - began
    print(f"1 P = {unit:.2f} s")
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    for name, open_once in (("app", time_app), ("lab", time_lab)):
        if sys.argv[1:2] in ([], ["all"], [name]):
            openings = time_openings(open_once, runs)
            for one in openings:
                print(
                    name,
                    {
                        key: round(value, 2)
                        for key, value in {**vars(one), **one.marks}.items()
                        if key != "marks"
                    },
                )
            usable = [one.usable for one in openings]
            print(f"{name}: usable after {statistics.median(usable):.2f} s, at best {min(usable):.2f} s")


if __name__ == "__main__":
    main()
