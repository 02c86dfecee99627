"""Printer of pages as PDF, and of their figures as pictures: one browser for a whole batch."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import tempfile
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import date
from functools import cache
from pathlib import Path
from threading import Lock, Thread
from typing import Any, TypeVar

from licences.errors import UsageError, need_extra
from licences.render.figures.style import PLOTLY, SHEET_PIXELS, read_asset

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "microsoft-edge")
# It is told to look at nothing but the page, and as root to do without a sandbox, which it could not make.
_ARGUMENTS = ("--disable-background-networking", "--disable-component-update", "--disable-sync",
              "--no-first-run", "--disable-extensions")  # fmt: skip
_PATIENCE_MS = 60_000
# Each printed page leaves some 3 MB in the browser, so that a sheet is thrown away in time; an easel keeps little.
_SHEET_USES, _EASEL_USES = 50, 400
# The browser's own footers are pages of their own on each sheet, and take a quarter of the time.
_MARGINS = """@page {{
    size: A4;
    margin: 15mm 14mm 18mm;
    @bottom-left {{ content: "{left}"; width: 150mm; white-space: nowrap; overflow: hidden; {look} }}
    @bottom-right {{ content: counter(page) " / " counter(pages); {look} }}
}}"""
_LOOK = 'font: 8pt "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; color: #52606d; vertical-align: top; padding-top: 4mm;'
T = TypeVar("T")
_UNSAFE = re.compile(r'[\\"<>\x00-\x1f\x7f]')
_NODES = re.compile(rb"(?<=\(node)\d{8}(?=\))")
_DATES = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}[^)]*\)")


class PrinterClosedError(RuntimeError):
    """The browser was told to end."""


class Printer:
    """A browser that is started once, and again only if it dies; any threads may use it at a time.

    sheets: how many pages are printed at a time.

    Raises: UsageError where there is no browser, or no playwright to drive it.
    """

    def __init__(self, sheets: int = 1) -> None:
        self._path = find_browser()
        self._count, self._room = sheets, asyncio.Semaphore(sheets)
        self._stands = asyncio.Semaphore(max(sheets, 2))  # the figures of one page are drawn side by side
        self._sheets, self._easels = list[tuple[Any, int]](), list[tuple[Any, int]]()
        self._starting = asyncio.Lock()
        self._playwright: Any = None
        self._browser: Any = None
        self._gate, self._is_closed = Lock(), False
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_keep_quiet)
        self._thread = Thread(target=self._loop.run_forever, name="printer", daemon=True)
        self._thread.start()

    def print_page(self, html: str, footer: str, as_of: date) -> bytes:
        """A page that is one file as a PDF; ``footer`` and the day stand at the foot of each sheet as text.

        No script of the page runs. The same page gives the same bytes: the file says that it was made
        on ``as_of``.
        """
        style = _MARGINS.format(left=_quote(f"{footer} · {as_of}"), look=_LOOK)
        with tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8") as file:
            file.write(html)
            file.flush()
            pdf: bytes = self._do(self._print(Path(file.name).as_uri(), style))
        day = as_of.strftime("%Y%m%d").encode()
        return _number_nodes(_DATES.sub(lambda found: _date_field(found, day), pdf))

    def draw_figures(self, figures: bytes) -> dict[str, bytes]:
        """Figures, as JSON that lists name, data and layout of each, as PNG by name."""
        asked = json.loads(figures)
        drawn = self._do(self._draw([json.dumps(figure) for figure in asked]))
        return {
            figure["name"]: b64decode(address.partition(",")[2])
            for figure, address in zip(asked, drawn, strict=True)
        }

    def close(self) -> None:
        """Ends the browser, and with it what is still being printed."""
        with self._gate:
            if self._is_closed:
                return
            self._is_closed = True
        try:
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        with self._gate:
            if self._is_closed:
                work.close()
                raise PrinterClosedError
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result()

    async def _print(self, address: str, style: str) -> bytes:
        async with self._room, self._lend(self._sheets, _open_sheet, _SHEET_USES) as sheet:
            await sheet.goto(address, timeout=_PATIENCE_MS)
            figures = await sheet.evaluate(_call("findFigures"))
            pictures = await asyncio.gather(*(self._draw_one(figure, "svg") for figure in figures))
            await sheet.evaluate(_call("finishPage"), {"pictures": pictures, "style": style})
            return bytes(
                await sheet.pdf(print_background=True, prefer_css_page_size=True, tagged=True, outline=True)
            )

    async def _draw(self, figures: list[str]) -> list[str]:
        """The addresses of pictures, as PNG."""
        async with self._room:
            return await asyncio.gather(*(self._draw_one(figure, "png") for figure in figures))

    async def _draw_one(self, figure: str, form: str) -> str:
        async with self._stands, self._lend(self._easels, _open_easel, _EASEL_USES) as easel:
            drawn: str = await easel.evaluate(_call("drawFigure"), {"figure": figure, "format": form})
            return drawn

    @asynccontextmanager
    async def _lend(
        self, idle: list[tuple[Any, int]], open_one: Callable[[Any], Awaitable[Any]], most: int
    ) -> AsyncIterator[Any]:
        """A page that serves one client after the other, ``most`` times at most: a new one loads its fonts anew."""
        browser = await self._find_browser()
        while idle and idle[-1][0].is_closed():
            idle.pop()
        page, uses = idle.pop() if idle else (await open_one(browser), 0)
        try:
            yield page
        except BaseException:
            await _close(page)
            raise
        if uses + 1 < most:
            idle.append((page, uses + 1))
        else:
            await _close(page)

    async def _find_browser(self) -> Any:
        from playwright.async_api import async_playwright  # an extra

        async with self._starting:
            if self._is_closed:
                raise PrinterClosedError
            if self._playwright is None:
                self._playwright = await async_playwright().start()
            if self._browser is None or not self._browser.is_connected():
                as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
                self._browser = await self._playwright.chromium.launch(
                    executable_path=self._path, args=[*_ARGUMENTS, *as_root]
                )
            return self._browser

    async def _end(self) -> None:
        async with self._starting:  # a browser that is just being started is not left behind
            if self._browser is not None:
                with suppress(Exception):  # it may be gone
                    await self._browser.close()
        for _ in range(self._count):
            await self._room.acquire()  # what was being printed has failed by now, and nothing follows it
        if self._playwright is not None:
            with suppress(Exception):  # Ctrl-C has ended it too
                await self._playwright.stop()


def _keep_quiet(_: asyncio.AbstractEventLoop, __: dict[str, Any]) -> None:
    """What goes wrong is told to who waits for it, and to nobody where nobody does."""


async def _close(page: Any) -> None:
    with suppress(Exception):  # the browser may be gone
        await page.close()


async def _open_sheet(browser: Any, has_scripts: bool = False) -> Any:
    """A page as wide as a sheet of paper, on which a client's page is laid out; no script of that runs."""
    viewport = {"width": SHEET_PIXELS, "height": 1000}
    page = await browser.new_page(offline=True, viewport=viewport, java_script_enabled=has_scripts)
    await page.emulate_media(media="print")
    return page


async def _open_easel(browser: Any) -> Any:
    """A page that holds nothing but plotly.js, on which figures are drawn as they are printed."""
    page = await _open_sheet(browser, has_scripts=True)
    await page.add_script_tag(content=read_asset(PLOTLY))
    return page


@cache
def _call(name: str) -> str:
    """A function of press.js as an expression."""
    return f"(asked) => {{ {read_asset('press.js')}\nreturn {name}(asked); }}"


def _quote(text: str) -> str:
    """A text that stands in a string of CSS as it is."""
    return _UNSAFE.sub(lambda found: f"\\{ord(found[0]):06x}", text)


def _number_nodes(pdf: bytes) -> bytes:
    """The names of the parts of a tagged PDF counted from 0; the browser counts on from page to page."""
    order = {name: b"%08d" % at for at, name in enumerate(sorted(set(_NODES.findall(pdf))))}
    return _NODES.sub(lambda found: order[found[0]], pdf)


def _date_field(found: re.Match[bytes], day: bytes) -> bytes:
    """A date of the same length, so that no offset in the file moves."""
    return b"/" + found[1] + b" (D:" + day + b"000000+00'00')".ljust(len(found[0]) - len(found[1]) - 13, b" ")


def find_browser() -> str:
    """Where the browser lies. Raises: UsageError with what to install."""
    need_extra("pdf", "a browser that prints")
    path = os.environ.get("LICENCES_BROWSER") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        wrong = "no Chromium was found, which prints the PDF"
        raise UsageError(wrong, "apt-get install chromium fonts-noto-cjk, or name it in LICENCES_BROWSER")
    return path


def has_chinese_font() -> bool:
    """Whether this machine has a font with Chinese characters; True where that cannot be told."""
    lister = shutil.which("fc-list")
    if lister is None:
        return True
    listed = subprocess.run([lister, ":lang=zh"], capture_output=True, check=False)  # noqa: S603 - no input
    return bool(listed.stdout.strip())
