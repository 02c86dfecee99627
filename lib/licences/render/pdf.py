"""Printer of pages as PDF, and of their figures as pictures: one browser for a whole batch."""

from __future__ import annotations

import asyncio
import json
import re
import string
import tempfile
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import date
from functools import cache, partial
from pathlib import Path
from threading import Lock, Thread
from typing import Any, TypeVar

from licences.render.assets import PLOTLY, read_asset
from licences.render.browser import PATIENCE_SECONDS, Browser, BrowserError, explain_failure
from licences.render.figures.style import SHEET_PIXELS
from licences.render.fonts import SheetFonts
from licences.render.lengths import STANDARD, leave_out
from licences.runner.temporary import find_temporary_folder

# How long a page may take to close, and after how many in a row that failed nothing more is printed.
_CLOSE_SECONDS, _FAILURES = 5.0, 3
_UNREADABLE = ("ERR_FILE_NOT_FOUND", "ERR_ACCESS_DENIED")
# Each printed page leaves some 3 MB in the browser, so that a sheet is thrown away in time; an easel keeps little.
_SHEET_USES, _EASEL_USES = 50, 400
# The browser's own footers are pages of their own on each sheet, and take a quarter of the time.
_MARGINS = """@page {{
    size: A4;
    margin: 13mm 14mm 16mm;
    @bottom-left {{ content: "{left}"; width: 150mm; overflow-wrap: anywhere; {look} }}
    @bottom-right {{ content: counter(page) " / " counter(pages); {look} }}
}}"""
_LOOK = 'font: 8pt "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; color: #52606d; vertical-align: top; padding-top: 4mm;'
T = TypeVar("T")
# Scripts that nobody runs on a sheet, which are most of a page; a figure is one that holds data.
_SCRIPTS = re.compile(r"<script(?! type=\"application/json\").*?</script>", re.DOTALL)
_NO_FONTS, _OUR_FONTS = "default-src 'none';", "default-src 'none'; font-src file:;"
_UNSAFE = re.compile(r'[\\"<>\x00-\x1f\x7f]')
_NODES = re.compile(rb"(?<=\(node)\d{8}(?=\))")
_DATES = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}[^)]*\)")


class PrinterClosedError(RuntimeError):
    """The browser was told to end."""


class GivenUpError(BrowserError):
    """The browser has failed too often, and is asked for nothing any more."""


class UnreadableError(BrowserError):
    """The browser does not see the folder where the page lies, as one from snap or flatpak."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"the browser cannot read what lies in {folder}, as one that snap or flatpak installed cannot; "
            "set TMPDIR to a folder in your home, or name another browser in LICENCES_BROWSER"
        )
        self.args = (folder,)  # with these it is made anew on the other side of a pickle


class Printer:
    """A browser that is started once, and again where it fails; any threads may use it at a time.

    sheets: how many pages are printed at a time.

    Raises: UsageError where there is no browser, or no playwright to drive it.
    """

    def __init__(self, sheets: int = 1) -> None:
        self._browser = Browser()
        self._failures, self._given_up, self._unreadable = 0, "", ""
        self._fonts = SheetFonts()
        self._count, self._room = sheets, asyncio.Semaphore(sheets)
        self._alone = asyncio.Lock()
        self._stands = asyncio.Semaphore(max(sheets, 2))  # the figures of one page are drawn side by side
        self._sheets, self._easels = list[tuple[Any, int]](), list[tuple[Any, int]]()
        self._gate, self._is_closed = Lock(), False
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_keep_quiet)
        self._thread = Thread(target=self._loop.run_forever, name="printer", daemon=True)
        self._thread.start()

    @property
    def given_up(self) -> str:
        """Why nothing is printed any more, once that is so."""
        return self._given_up or self._browser.refusal or self._unreadable

    def print_page(self, html: str, footer: str, as_of: date, length: str = STANDARD) -> bytes:
        """A page that is one file as a PDF; ``footer`` and the day stand at the foot of each sheet as text.

        length: of EVERY_LENGTH, which of it is printed.

        No script of the page runs. The same page gives the same bytes: the file says that it was made
        on ``as_of``. Raises: BrowserError; PrinterClosedError.
        """
        if self._unreadable:
            raise GivenUpError(self._unreadable)
        style = _MARGINS.format(left=_quote(f"{footer} · {as_of}"), look=_LOOK)
        folder = find_temporary_folder()
        with tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8", dir=folder) as file:
            file.write(self._prepare(html, footer, length))
            file.flush()
            pdf: bytes = self._do(partial(self._print, Path(file.name).as_uri(), style, length))
        day = as_of.strftime("%Y%m%d").encode()
        return _number_nodes(_DATES.sub(lambda found: _date_field(found, day), pdf))

    def _prepare(self, html: str, footer: str, length: str) -> str:
        """The page as it is printed: with what its length has, without scripts, with fonts of its own."""
        page = _SCRIPTS.sub("", leave_out(html, length))
        fonts = self._fonts.make_style(page + footer + string.printable)
        return page.replace(_NO_FONTS, _OUR_FONTS, 1).replace("</head>", f"<style>{fonts}</style></head>", 1)

    def draw_figures(self, figures: bytes) -> dict[str, bytes]:
        """Figures, as JSON that lists name, data and layout of each, as PNG by name.

        Raises: BrowserError; PrinterClosedError.
        """
        asked = json.loads(figures)
        drawn = self._do(partial(self._draw, [json.dumps(figure) for figure in asked]))
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

    def _do(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        with self._gate:
            if self._is_closed:
                raise PrinterClosedError
            future = asyncio.run_coroutine_threadsafe(self._try(work), self._loop)
        return future.result()

    async def _try(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Does some work in the browser; where that fails, once more in a new one, in which nothing else is done.

        One page that breaks the browser thus takes no other with it. Raises: BrowserError.
        """
        try:
            async with self._room:
                return await self._do_patiently(work)
        except (PrinterClosedError, GivenUpError):
            raise
        except Exception:  # noqa: BLE001, S110 - a browser fails in many ways
            pass
        async with self._alone, self._take_room():
            try:
                if not (self._given_up or self._is_closed):
                    await self._drop()
                return await self._do_patiently(work)
            except (PrinterClosedError, GivenUpError):
                raise
            except Exception as error:  # noqa: BLE001
                said = explain_failure(error)
                if isinstance(error, UnreadableError):
                    self._unreadable = said  # figures need no folder
                else:
                    self._failures += 1
                    self._given_up = said if self._failures >= _FAILURES else ""
                raise BrowserError(said) from None

    async def _do_patiently(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Raises: GivenUpError; BrowserError where the browser hangs; and whatever playwright does."""
        if self._is_closed:
            raise PrinterClosedError
        if self._given_up:
            raise GivenUpError(self._given_up)
        made = await self._browser.wait_for(work(), self._drop)
        self._failures = 0
        return made

    @asynccontextmanager
    async def _take_room(self) -> AsyncIterator[None]:
        """All the room there is, once nothing is printed any more."""
        for _ in range(self._count):
            await self._room.acquire()
        try:
            yield
        finally:
            for _ in range(self._count):
                self._room.release()

    async def _drop(self) -> None:
        self._sheets.clear()
        self._easels.clear()
        await self._browser.drop()

    async def _print(self, address: str, style: str, length: str = STANDARD) -> bytes:
        async with self._lend(self._sheets, _open_sheet, _SHEET_USES) as sheet:
            await _go(sheet, address)
            await sheet.evaluate(_call("setLength"), length)
            figures = await sheet.evaluate(_call("findFigures"))
            pictures = await asyncio.gather(*(self._draw_one(figure, "svg") for figure in figures))
            await sheet.evaluate(_call("finishPage"), {"pictures": pictures, "style": style})
            return bytes(
                await sheet.pdf(print_background=True, prefer_css_page_size=True, tagged=True, outline=True)
            )

    async def _draw(self, figures: list[str]) -> list[str]:
        """The addresses of pictures, as PNG."""
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
        browser = await self._browser.find()
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

    async def _end(self) -> None:
        await self._browser.end()
        async with self._alone, self._take_room():  # what was being printed has failed by now
            pass


def _keep_quiet(_: asyncio.AbstractEventLoop, __: dict[str, Any]) -> None:
    """What goes wrong is told to who waits for it, and to nobody where nobody does."""


async def _close(page: Any) -> None:
    with suppress(Exception):  # the browser may be gone, or hang
        async with asyncio.timeout(_CLOSE_SECONDS):
            await page.close()


async def _go(sheet: Any, address: str) -> None:
    """Raises: UnreadableError."""
    try:
        await sheet.goto(address, timeout=PATIENCE_SECONDS * 1000)
    except Exception as error:
        if any(code in str(error) for code in _UNREADABLE):
            raise UnreadableError(str(find_temporary_folder().parent)) from None
        raise


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
    return f"(asked) => {{ {read_asset('fit.js')}{read_asset('press.js')}\nreturn {name}(asked); }}"


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
