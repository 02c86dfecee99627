"""The press: one browser, several sheets at a time, and what becomes of them when something ends early."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest
from playwright.sync_api import Error

from licences.render import pdf as presses
from licences.render.pdf import Printer, PrinterClosedError
from poppler import ask_poppler
from processes import read_command

DAY = date(2026, 11, 23)
FIGURE = {
    "data": [{"type": "bar", "x": [1, 2], "y": [3, 4], "marker": {"pattern": {"shape": ["/", "/"]}}}],
    "layout": {"title": {"text": "柱"}},
}
PAGE = """<!DOCTYPE html><html lang="zh"><head><title>一</title></head><body>
<p id="said">{name}</p><details><summary>更多</summary>folded</details>
<figure class="chart"><div class="plot" style="height: 300px"></div>
<script type="application/json">{figure}</script></figure>
<script>document.getElementById("said").textContent = "a script has run";</script></body></html>"""


def make_page(name: str) -> str:
    return PAGE.format(name=name, figure=json.dumps(FIGURE))


def read_text(folder: Path, pdf: bytes) -> str:
    path = folder / f"{uuid4().hex}.pdf"
    path.write_bytes(pdf)
    return ask_poppler("pdftotext", str(path), "-")


@pytest.fixture
def printer(browser_path: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Printer]:
    monkeypatch.setenv("LICENCES_BROWSER", browser_path)
    printer = Printer(sheets=2)
    yield printer
    printer.close()


def find_browsers() -> list[psutil.Process]:
    """The browsers that this process has started, not what they have started themselves."""
    found = []
    for process in psutil.Process().children(recursive=True):
        command = " ".join(read_command(process))
        if "--headless" in command and "--type=" not in command:
            found.append(process)
    return found


def test_pages_printed_at_the_same_time_are_those_printed_one_by_one(
    printer: Printer, tmp_path: Path
) -> None:
    names = [f"client-{at}" for at in range(6)]
    one_by_one = [printer.print_page(make_page(name), name, DAY) for name in names]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda name: printer.print_page(make_page(name), name, DAY), names))
    assert together == one_by_one
    assert len(set(together)) == 6
    assert len(find_browsers()) == 1
    for name, pdf in zip(names, together, strict=True):
        text = read_text(tmp_path, pdf)
        assert f"{name} · 2026-11-23" in text
        assert "folded" in text
        assert re.findall(r"client-\d", text) == [name, name]


def test_a_sheet_is_thrown_away_before_it_grows_large(
    printer: Printer, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: dict[str, list[Any]] = {"sheet": [], "easel": []}

    def watch(kind: str) -> None:
        open_really = getattr(presses, f"_open_{kind}")

        async def open_one(browser: Any) -> Any:
            opened[kind].append(await open_really(browser))
            return opened[kind][-1]

        monkeypatch.setattr(presses, f"_open_{kind}", open_one)

    for kind in opened:
        watch(kind)
    monkeypatch.setattr(presses, "_SHEET_USES", 2)
    assert len({printer.print_page(make_page("a"), "", DAY) for _ in range(5)}) == 1
    assert [page.is_closed() for page in opened["sheet"]] == [True, True, False]
    assert [page.is_closed() for page in opened["easel"]] == [False]


def test_a_browser_without_windows_sets_a_page_as_one_with_windows_does(
    browser_path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = shutil.which("chromium-headless-shell")
    if shell is None:
        if os.environ.get("LICENCES_REQUIRE_BROWSER") == "1":
            pytest.fail("no chromium-headless-shell found; install Debian's package")
        pytest.skip("no chromium-headless-shell found")
    said = " ".join(
        f"《网络交易监督管理办法》第{at}条 Measures for the supervision of online trade, article {at}."
        for at in range(400)
    )
    page = make_page(said).replace("<p ", "<p style=\"font: 12.5px 'Noto Sans CJK SC'\" ")
    printed = []
    for path in (browser_path, shell):
        monkeypatch.setenv("LICENCES_BROWSER", path)
        with closing(Printer()) as printer:
            text = read_text(tmp_path, printer.print_page(page, "foot", DAY))
            printed.append([line for line in text.splitlines() if line])
    assert printed[0] == printed[1]
    assert len(printed[0]) > 200


def test_no_script_of_a_page_runs_in_print_and_its_figures_are_drawn(
    printer: Printer, tmp_path: Path
) -> None:
    text = read_text(tmp_path, printer.print_page(make_page("quiet"), "", DAY))
    assert "a script has run" not in text
    assert "柱" in text


def test_a_figure_is_as_wide_as_its_place_and_as_high_where_it_says_nothing_of_use(printer: Printer) -> None:
    def print_with(**told: object) -> bytes:
        figure = FIGURE | {"layout": {**FIGURE["layout"], **told}}
        return printer.print_page(PAGE.format(name="a", figure=json.dumps(figure)), "", DAY)

    plain = print_with()
    assert print_with(width=2000, height="tall") == print_with(height=None) == plain
    assert print_with(height=300) == plain
    assert print_with(height=500) != plain


def test_a_browser_that_dies_is_started_anew_for_the_next_page(printer: Printer) -> None:
    before = printer.print_page(make_page("a"), "", DAY)
    for browser in find_browsers():
        browser.kill()
        browser.wait(10)
    for _ in range(3):  # those that were open may fail, before their end is known
        with suppress(Error):
            printer.print_page(make_page("a"), "", DAY)
    assert printer.print_page(make_page("a"), "", DAY) == before


def test_what_waits_for_a_press_that_is_closed_does_not_wait_for_ever(printer: Printer) -> None:
    with ThreadPoolExecutor(6) as pool:
        waiting = [pool.submit(printer.print_page, make_page(str(at)), "", DAY) for at in range(6)]
        time.sleep(0.3)  # its browser is being started
        printer.close()
        failed = [one.exception(timeout=20) for one in waiting]
    assert all(failed)
    assert any(isinstance(error, PrinterClosedError) for error in failed)
    with pytest.raises(PrinterClosedError):
        printer.print_page(make_page("late"), "", DAY)
    assert not find_browsers()


def test_ctrl_c_ends_a_batch_that_prints(tmp_path: Path, browser_path: str, project: Path) -> None:
    asked = ("--clients", str(project / "data" / "clients.csv"), "--format", "html,pdf", "--out", "out")
    command = [sys.executable, "-m", "licences", "report", "--as-of", "2026-11-23", *asked]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=os.environ | {"LICENCES_BROWSER": browser_path},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a group of its own, to which a terminal would send Ctrl-C
    )
    assert process.stderr
    try:
        read, said = process.stderr.readline(), process.stderr.readline()
        below = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGINT)
        rest = process.communicate(timeout=20)[1]
    finally:
        process.kill()
    assert "clients.csv: 26 clients" in read
    assert "done" in said
    assert process.returncode == 1
    assert rest.splitlines()[-1] == "licences: stopped"
    assert "Traceback" not in rest
    assert not psutil.wait_procs(below, timeout=10)[1]
    made = {path.parent.name for path in (tmp_path / "out").glob("*/report.pdf")}
    lines = (tmp_path / "out" / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    assert made == {entry["client"] for entry in map(json.loads, lines) if entry["status"] == "done"}
