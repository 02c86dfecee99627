"""Printer of pages as PDF, and of their figures as pictures: one browser for a whole batch."""

from __future__ import annotations

import asyncio
import json
import re
import string
import tempfile
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from functools import partial
from pathlib import Path
from threading import Lock, Thread
from typing import Any, TypeVar

from licences.render.assets import PLOTLY, read_asset
from licences.render.browser import PATIENCE_SECONDS, Browser, BrowserError, explain_failure
from licences.render.figures.style import SHEET_PIXELS
from licences.render.fonts import SheetFonts, make_style
from licences.render.lengths import STANDARD, leave_out
from licences.runner.temporary import find_temporary_folder

# How long a page may take to close, and after how many in a row that failed nothing more is printed.
_CLOSE_SECONDS, _FAILURES = 5.0, 3
_UNREADABLE = ("ERR_FILE_NOT_FOUND", "ERR_ACCESS_DENIED")
# Each printed page leaves some 3 MB in the browser, so that a sheet is soon thrown away; an easel keeps little.
_SHEET_USES, _EASEL_USES = 8, 400
# The browser's own footers are pages of their own on each sheet, and take a quarter of the time.
_MARGINS = """@page {{
    size: A4;
    margin: 13mm 14mm 16mm;
    @bottom-left {{ content: "{left}"; width: 150mm; overflow-wrap: anywhere; {look} }}
    @bottom-right {{ content: counter(page) " / " counter(pages); {look} }}
}}"""
_LOOK = 'font: 8pt "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; color: #52606d; vertical-align: top; padding-top: 4mm;'
T = TypeVar("T")
# What a page has in the place of a figure: how high it is at first, and what is drawn, in which no tag can begin.
_FIGURE = re.compile(
    r'<div class="plot" style="height: ([\d.]+)px"></div>\s*<script type="application/json">([^<]*)</script>'
)
# Nobody runs a script on a sheet, and they are most of a page.
_SCRIPTS = re.compile(r"<script[^<]*(?:<(?!/script>)[^<]*)*</script>")
_FOLDED = re.compile(r"<details(?=[\s>])")
# A page that is not shown asks for no font before it is printed, and then it does not wait for one.
_FONTS_ARE_THERE = "() => Promise.all([...document.fonts].map((font) => font.load())).then(() => true)"
_DRAW = "(asked) => drawFigure(asked)"
_NO_FONTS, _OUR_FONTS = "default-src 'none';", "default-src 'none'; font-src file:;"
_UNSAFE = re.compile(r'[\\"<>\x00-\x1f\x7f]')
_NODES = re.compile(rb"\(node(\d{8})\)")
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
        self._stand = asyncio.Semaphore(1)  # one easel keeps up with several sheets, and each weighs 100 MB
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
        """A page as ``make_html`` makes it as a PDF; ``footer`` and the day stand at the foot of each sheet as text.

        length: of EVERY_LENGTH, which of it is printed.

        No script of the page runs. The same page gives the same bytes: the file says that it was made
        on ``as_of``. Raises: BrowserError; PrinterClosedError.
        """
        if self._unreadable:
            raise GivenUpError(self._unreadable)
        page = leave_out(html, length)
        figures = [
            {"format": "svg", "figure": figure, "place": {"width": SHEET_PIXELS, "height": float(height)}}
            for height, figure in _FIGURE.findall(page)
        ]
        drawn = self._do(partial(self._draw, figures)) if figures else []
        page = _SCRIPTS.sub("", _FIGURE.sub(partial(_place, iter(drawn)), page))
        margins = _MARGINS.format(left=_quote(f"{footer} · {as_of}"), look=_LOOK)
        fonts = self._fonts.cut(page + margins + string.printable)
        with tempfile.TemporaryDirectory(dir=find_temporary_folder()) as folder:
            files = {weight: Path(folder, f"{weight}.otf") for weight in fonts}
            for weight, file in files.items():
                file.write_bytes(fonts[weight])
            laid = Path(folder, "page.html")
            laid.write_text(_finish(page, length, make_style(files) + margins), encoding="utf-8")
            pdf: bytes = self._do(partial(self._print, laid.as_uri()))
        day = as_of.strftime("%Y%m%d").encode()
        return _number_nodes(_DATES.sub(lambda found: _date_field(found, day), pdf))

    def draw_figures(self, told: bytes) -> dict[str, bytes]:
        """Figures, as JSON that lists name, data and layout of each, as PNG by name.

        Raises: BrowserError; PrinterClosedError.
        """
        asked = json.loads(told)
        figures = [{"format": "png", "figure": json.dumps(figure)} for figure in asked]
        drawn = self._do(partial(self._draw, figures))
        return {
            figure["name"]: b64decode(one["picture"].partition(",")[2])
            for figure, one in zip(asked, drawn, strict=True)
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

    async def _print(self, address: str) -> bytes:
        async with self._lend(self._sheets, _open_sheet, _SHEET_USES) as sheet:
            await _go(sheet, address)
            await sheet.evaluate(_FONTS_ARE_THERE)
            return bytes(
                await sheet.pdf(print_background=True, prefer_css_page_size=True, tagged=True, outline=True)
            )

    async def _draw(self, figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Pictures of figures, both as press.js has them."""
        return await asyncio.gather(*map(self._draw_one, figures))

    async def _draw_one(self, figure: dict[str, Any]) -> dict[str, Any]:
        async with self._stand, self._lend(self._easels, _open_easel, _EASEL_USES) as easel:
            drawn: dict[str, Any] = await easel.evaluate(_DRAW, figure)
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


async def _open_sheet(browser: Any) -> Any:
    """A page from which a client's page is printed; no script of that runs."""
    return await browser.new_page(offline=True, java_script_enabled=False)


async def _open_easel(browser: Any) -> Any:
    """A page that holds nothing but what draws figures as they are printed."""
    page = await browser.new_page(offline=True, viewport={"width": SHEET_PIXELS, "height": 1000})
    for script in (PLOTLY, "fit.js", "press.js"):
        await page.add_script_tag(content=read_asset(script))
    return page


def _place(drawn: Iterator[dict[str, Any]], _: re.Match[str]) -> str:
    """The next picture in the place of its figure."""
    one = next(drawn)
    return f'<div class="plot" style="height: {one["height"]}px">{one["picture"]}</div>'


def _finish(page: str, length: str, style: str) -> str:
    """A page as it is printed in a length: all of it unfolded, with a style of its own, and on no screen.

    What a screen shows would be laid out twice. Its parts would have their numbers by then, which decide the order of the
    names in a tagged PDF.
    """
    page = _FOLDED.sub("<details open", page.replace("<body>", f'<body data-length="{length}">', 1))
    head = f"<style>{style}\n@media screen {{ body {{ display: none; }} }}</style></head>"
    return page.replace(_NO_FONTS, _OUR_FONTS, 1).replace("</head>", head, 1)


def _quote(text: str) -> str:
    """A text that stands in a string of CSS as it is."""
    return _UNSAFE.sub(lambda found: f"\\{ord(found[0]):06x}", text)


def _number_nodes(pdf: bytes) -> bytes:
    """The names of the parts of a tagged PDF counted from 0; the browser counts on from page to page."""
    order = {name: b"%08d" % at for at, name in enumerate(sorted(set(_NODES.findall(pdf))))}
    return _NODES.sub(lambda found: b"(node" + order[found[1]] + b")", pdf)


def _date_field(found: re.Match[bytes], day: bytes) -> bytes:
    """A date of the same length, so that no offset in the file moves."""
    return b"/" + found[1] + b" (D:" + day + b"000000+00'00')".ljust(len(found[0]) - len(found[1]) - 13, b" ")
