"""A browser that fails, in whatever way, costs its page and no other, and not the time of each of many."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path

import psutil
import pytest

from licences.render import browser as browsers
from licences.render import pdf
from licences.render.browser import BrowserError
from licences.render.pdf import GivenUpError, Printer
from licences.runner import processes
from processes import read_command

DAY = date(2026, 11, 23)
PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><p>{0}</p></body></html>"


@pytest.fixture
def printer(browser_path: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Printer]:
    monkeypatch.setenv("LICENCES_BROWSER", browser_path)
    with closing(Printer(sheets=2)) as printer:
        yield printer


def print_page(printer: Printer, name: str = "a") -> bytes:
    return printer.print_page(PAGE.format(name), name, DAY)


def write_program(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(("#!/bin/sh", *lines, "")), encoding="utf-8")
    path.chmod(0o755)
    return path


def find_below(kind: str) -> list[psutil.Process]:
    """Processes of the browser: the driver, the browser itself, those of its pages."""
    (driver,) = [one for one in psutil.Process().children() if "run-driver" in read_command(one)]
    below = {one: words for one in driver.children(recursive=True) if (words := read_command(one))}
    main = [one for one, words in below.items() if not any(word.startswith("--type=") for word in words)]
    pages = [one for one, words in below.items() if "--type=renderer" in words]
    return {"driver": [driver], "browser": main, "page": pages}[kind]


@pytest.mark.parametrize(
    ("kind", "how"), [("driver", "kill"), ("browser", "kill"), ("driver", "suspend"), ("page", "suspend")]
)
def test_a_page_is_printed_all_the_same_where_a_process_of_the_browser_is_lost(
    printer: Printer, monkeypatch: pytest.MonkeyPatch, kind: str, how: str
) -> None:
    monkeypatch.setattr(browsers, "_LOOK_SECONDS", 0.2)
    monkeypatch.setattr(processes, "STOPPED_SECONDS", 0.3)
    before = print_page(printer)
    for process in find_below(kind):
        getattr(process, how)()
    assert print_page(printer) == before
    assert print_page(printer, "b") != before


def test_a_page_that_breaks_the_browser_costs_no_other_page(printer: Printer) -> None:
    breaking = partial(printer._print, "chrome://crash")
    with ThreadPoolExecutor(3) as pool:
        broken = pool.submit(printer._do, breaking)
        whole = [pool.submit(print_page, printer, name) for name in "ab"]
        assert "crash" in str(broken.exception(timeout=60)).lower()
        assert all(one.result(timeout=60).startswith(b"%PDF") for one in whole)
    assert isinstance(broken.exception(), BrowserError)


def test_a_browser_that_fails_page_after_page_is_given_up(
    printer: Printer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "_FAILURES", 1)
    with pytest.raises(BrowserError):
        printer._do(partial(printer._print, "chrome://crash"))
    assert "crash" in str(printer.given_up).lower()
    with pytest.raises(GivenUpError, match="crash"):
        print_page(printer)


def test_a_browser_that_does_not_see_the_folder_of_the_page_is_told_with_the_cure(printer: Printer) -> None:
    cure = r"cannot read what lies in .*; set TMPDIR to a folder in your home"
    with pytest.raises(BrowserError, match=cure):
        printer._do(partial(printer._print, "file:///nowhere/page.html"))
    with pytest.raises(GivenUpError, match=cure):
        print_page(printer)
    figure = [{"name": "f", "data": [], "layout": {"width": 60, "height": 40}}]
    assert printer.draw_figures(json.dumps(figure).encode())["f"].startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("program", "why"),
    [
        (("echo not today >&2", "exit 3"), "not today"),
        (("exec sleep 900",), "Timeout 1500ms exceeded"),
        ((), ""),
    ],
)
def test_a_browser_that_does_not_start_is_tried_twice_for_all_pages_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: tuple[str, ...], why: str
) -> None:
    path = write_program(tmp_path / "browser", f"echo x >> {tmp_path / 'starts'}", *program)
    monkeypatch.setenv("LICENCES_BROWSER", str(path))
    monkeypatch.setattr(browsers, "_START_MS", 1500)
    with closing(Printer(sheets=2)) as printer, ThreadPoolExecutor(6) as pool:
        errors = [one.exception() for one in [pool.submit(print_page, printer) for _ in range(6)]]
        assert all(isinstance(error, BrowserError) for error in errors)
        assert all(str(error).startswith(f"{path} does not start; the browser failed: ") for error in errors)
        assert why in str(errors[0])
        assert printer.given_up == str(errors[0])
    assert (tmp_path / "starts").read_text().count("x") == 2


def test_a_page_that_takes_too_long_is_given_up(printer: Printer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsers, "_LOOK_SECONDS", 0.1)
    before = print_page(printer)
    monkeypatch.setattr(browsers, "PATIENCE_SECONDS", 1)
    page = "<!DOCTYPE html><style>@page { size: 1mm 1mm }</style>" + "<p>long " * 200_000
    with pytest.raises(BrowserError, match="the browser took longer than 1 seconds"):
        printer.print_page(page, "", DAY)
    monkeypatch.setattr(browsers, "PATIENCE_SECONDS", 60)
    assert print_page(printer) == before


def test_a_page_that_is_stopped_does_not_outlive_its_browser(printer: Printer) -> None:
    print_page(printer)
    pages = find_below("page")
    for process in pages:
        process.suspend()
    printer.close()
    _, left = psutil.wait_procs(pages, timeout=5)
    assert pages
    assert left == []


def test_a_browser_that_hangs_is_ended_at_once_with_its_driver(printer: Printer) -> None:
    print_page(printer)
    below = [one for kind in ("driver", "browser", "page") for one in find_below(kind)]
    for process in below:
        process.suspend()
    printer.close()
    assert not psutil.wait_procs(below, timeout=10)[1]
