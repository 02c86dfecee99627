"""Explorer: how soon a changed toggle shows, in the kernel and in a page of the web app."""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from benches.clients import AS_OF, DAYS, SAMPLES, START, find_catalogue
from benches.clock import PROJECT, YARDSTICK, time_by_turns, time_call
from benches.measured import Figures, Measured
from licences.app.explorer import Explorer
from licences.app.terms import Places, Terms
from serving import BROWSER_ARGUMENTS, serve
from timing_explorer import time_app, time_lab, time_openings

_BARS = 'document.querySelectorAll(".licences-views .bars .point path").length'
_CLICK = """[...document.querySelectorAll(".field-sells_call_centre_services button")]
    .filter((button) => button.offsetParent)[answer].click()"""
# Clicks, and gives the number of bars once it has stayed the same for two seconds.
SETTLE = f"""(answer) => new Promise((resolve) => {{
    let seen = -1, since = 0;
    const look = () => {{
        if ({_BARS} !== seen) [seen, since] = [{_BARS}, performance.now()];
        if (performance.now() - since > 2000) resolve(seen); else setTimeout(look, 50);
    }};
    {_CLICK};
    look();
}})"""
# Clicks, and gives the milliseconds until there are so many bars.
TOGGLE = f"""([answer, bars]) => new Promise((resolve, reject) => {{
    const began = performance.now();
    const look = () => {{
        const taken = performance.now() - began;
        if ({_BARS} === bars) resolve(taken);
        else if (taken > 20000) reject(new Error(`${{{_BARS}}} bars are drawn, and not ${{bars}}`));
        else requestAnimationFrame(look);
    }};
    {_CLICK};
    requestAnimationFrame(look);
}})"""


def measure() -> Figures:
    """Toggles in the kernel, and where there is a browser toggles there, and how soon the explorer is usable."""
    in_kernel = time_in_kernel()
    (yardstick,) = time_by_turns(YARDSTICK)
    note, median = f"{len(in_kernel)} toggles", statistics.median(in_kernel)
    yield Measured("toggle_kernel", median * 1000, note)
    yield Measured("toggle_kernel_relative", median / yardstick, f"1 P = {yardstick:.2f} s")
    yield Measured("toggle_kernel_longest", max(in_kernel) * 1000, note)
    if chromium := os.environ.get("LICENCES_BROWSER") or shutil.which("chromium"):
        with tempfile.TemporaryDirectory() as folder:
            seen = time_in_browser(chromium, Path(folder))
        note = f"{len(seen)} clicks, until the timeline has the bar or has it no more"
        yield Measured("toggle_browser", statistics.median(seen), note)
        yield Measured("toggle_browser_longest", max(seen), note)
        yield from measure_opening()


def measure_opening() -> Figures:
    """How soon the explorer answers a click, as a web app and in JupyterLab."""
    (yardstick,) = time_by_turns(YARDSTICK)
    for line, open_once in (("explore_app", time_app), ("explore_lab", time_lab)):
        (opening,) = time_openings(open_once, 1)
        note = f"{opening.usable:.2f} s, of which {opening.answered:.2f} s to the answer; 1 P = {yardstick:.2f} s"
        yield Measured(line, opening.usable / yardstick, note)


def time_in_kernel(most: int | None = None) -> list[float]:
    """Seconds of each yes or no that is changed, in the kernel alone."""
    toggles = [field.name for field in find_catalogue().fields.every if field.type == "bool"][:most]
    with tempfile.TemporaryDirectory() as folder:
        places = Places(PROJECT, None, SAMPLES, Path(folder) / "reports")
        explorer = Explorer(find_catalogue(), places, Terms(AS_OF, START), "zh", "grand-bazaar")
        explorer.tell(toggles[0], "yes")
        seconds = []
        for name in toggles:
            told = "no" if explorer.cells[name] == "yes" else "yes"
            seconds.append(time_call(lambda name=name, told=told: explorer.tell(name, told), 1))
    return seconds


def time_in_browser(chromium: str, folder: Path) -> list[float]:
    """Milliseconds from a click on yes or no until the bar that it adds or takes away is drawn so."""
    asked = ["--client", "wander-work", *DAYS]
    with serve("app", PROJECT, folder, *asked) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*BROWSER_ARGUMENTS])
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.goto(served.address)
        page.locator("table.dataTable tbody tr").first.wait_for()
        page.locator(".licences-views .lm-TabBar-tab:nth-child(3)").click()
        page.locator(".licences-views .bars .point path >> visible=true").first.wait_for()
        page.locator(".licences-form > .widget-text input").first.fill("sells_call_centre_services")
        page.locator(".licences-form .field-sells_call_centre_services >> visible=true").wait_for()
        bars = [page.evaluate(SETTLE, answer) for answer in (0, 1)]
        if bars[0] == bars[1]:
            raise RuntimeError(f"the answer changes no bar of the timeline; {bars[0]} are drawn")
        return [float(page.evaluate(TOGGLE, [at % 2, bars[at % 2]])) for at in range(30)]
