"""Browser that draws and prints: started when it is needed, and ended whatever state it is in."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from licences.errors import LicencesError, UsageError, need_extra
from licences.runner.processes import (
    StopWatch,
    is_stopped,
    kill_all,
    list_below,
    list_children_with_temporary,
)
from licences.runner.temporary import find_temporary_folder

# The first that is there is taken; those that know no windows print in three quarters of the time.
BROWSERS = ("chromium-headless-shell", "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome",
            "microsoft-edge")  # fmt: skip
# It is told to look at nothing but the page, to set letters as on paper whatever a screen would have them be, to keep little
# in memory, and as root to do without a sandbox, which it could not make.
_ARGUMENTS = ("--disable-background-networking", "--disable-component-update", "--disable-sync",
              "--no-first-run", "--disable-extensions", "--font-render-hinting=none",
              "--enable-low-end-device-mode")  # fmt: skip
# How long one page may take, and how often it is looked whether the browser is stopped meanwhile.
PATIENCE_SECONDS, _LOOK_SECONDS = 60, 2.5
_START_MS, _STARTS, _END_SECONDS = 30_000, 2, 5.0
T = TypeVar("T")
_SAID = re.compile(r"\[pid=\d+\]\[err\] (.+)")


class BrowserError(LicencesError):
    """The browser has not done what it was asked for, and would not if it were asked again."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said

    def __str__(self) -> str:
        return self.said


class StartError(BrowserError):
    """The browser does not even start."""


class Browser:
    """One browser and the driver that speaks to it; each is started anew when it has been dropped.

    refusal: why it is not started any more, once that is so; each start that fails takes its time.
    """

    def __init__(self) -> None:
        self.path = find_browser()
        self.refusal, self._failures = "", 0
        self._starting, self._is_ended = asyncio.Lock(), False
        self._playwright: Any = None
        self._browser: Any = None

    async def find(self) -> Any:
        """The browser, as playwright has it. Raises: StartError."""
        async with self._starting:
            if self._is_ended or self.refusal:
                raise StartError(self.refusal or f"{self.path} has been ended")
            if self._browser is None or not self._browser.is_connected():
                try:
                    self._browser = await self._start()
                except Exception as error:  # noqa: BLE001 - it fails to start in many ways
                    said = f"{self.path} does not start; {explain_failure(error)}"
                    self._failures += 1
                    if self._failures >= _STARTS:
                        self.refusal = said
                    raise StartError(said) from None
            return self._browser

    async def _start(self) -> Any:
        from playwright.async_api import async_playwright  # an extra

        if self._playwright is None:
            with _temporary_files_are_ours():
                self._playwright = await async_playwright().start()
        as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        return await self._playwright.chromium.launch(
            executable_path=self.path, args=[*_ARGUMENTS, *as_root], timeout=_START_MS
        )

    async def wait_for(self, work: Coroutine[Any, Any, T], drop: Callable[[], Awaitable[None]]) -> T:
        """What comes of some work in the browser; ``drop`` is called where that hangs.

        Raises: BrowserError where it takes too long, or the browser is stopped; and whatever playwright does.
        """
        doing, watch = asyncio.ensure_future(work), StopWatch()
        try:
            for _ in range(
                round(PATIENCE_SECONDS / _LOOK_SECONDS)
            ):  # a time when we are stopped does not count
                await asyncio.wait({doing}, timeout=_LOOK_SECONDS)
                if doing.done():
                    return doing.result()
                if watch.is_over(any(is_stopped(process.pid) for process in _list_processes())):
                    raise BrowserError("the browser was stopped by a signal")
            raise BrowserError(f"the browser took longer than {PATIENCE_SECONDS} seconds")
        finally:
            if not doing.done():
                doing.cancel()
                await drop()
                await asyncio.wait({doing})

    async def drop(self) -> None:
        """Kills the browser and its driver, which are started anew for whoever asks next."""
        kill_all(_list_processes())
        async with self._starting:
            playwright, self._playwright, self._browser = self._playwright, None, None
            if playwright is not None:
                with suppress(Exception):
                    async with asyncio.timeout(_END_SECONDS):
                        await playwright.stop()

    async def end(self) -> None:
        """Ends the browser and its driver for good, and kills them where they do not end."""
        self._is_ended = True
        began = _list_processes()
        with suppress(Exception):  # it may be gone, or be stopped
            async with (
                asyncio.timeout(_END_SECONDS),
                self._starting,
            ):  # one just being started is not left behind
                if self._browser is not None:
                    await self._browser.close()
                if self._playwright is not None:
                    await self._playwright.stop()
                    self._playwright = None
        if self._playwright is not None or self._starting.locked():
            await self.drop()
        kill_all(began)  # a page's process that is stopped stays when its browser goes


def _list_processes() -> list[Any]:
    drivers = [one for one in list_children_with_temporary(find_temporary_folder()) if _is_driver(one)]
    return [process for driver in drivers for process in list_below(driver.pid)]


def _is_driver(process: Any) -> bool:
    try:
        return "run-driver" in process.cmdline()
    except Exception:  # noqa: BLE001 - it is gone
        return False


@contextmanager
def _temporary_files_are_ours() -> Iterator[None]:
    """What is started meanwhile keeps its temporary files in our folder; playwright can be told so in no other way."""
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(find_temporary_folder())
    try:
        yield
    finally:
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before


def explain_failure(error: Exception) -> str:
    """What is to be said of a failure, in a line: our own sentence, or what playwright gives as the reason."""
    if isinstance(error, BrowserError):
        return str(error)
    lines = str(error).strip().splitlines() or [type(error).__name__]
    said = [found[1] for line in lines if (found := _SAID.search(line))]
    first = lines[0].partition(": ")[2] if re.match(r"\w+\.\w+: ", lines[0]) else lines[0]
    return f"the browser failed: {first.rstrip('.')}" + (f" ({said[-1]})" if said else "")


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
