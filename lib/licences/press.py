"""Prints pages as PDF and draws their figures: one browser for a whole batch."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from functools import cached_property
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from licences.errors import UsageError
from licences.looks import PLOTLY, SHEET_PIXELS

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "microsoft-edge")
# It is told to look at nothing but the page, and as root to do without a sandbox, which it could not make.
_ARGUMENTS = ("--disable-background-networking", "--disable-component-update", "--disable-sync",
              "--no-first-run", "--disable-extensions")  # fmt: skip
_READY = "window.licencesDrawn === true"
_PATIENCE_MS = 60_000
_DRAW = """(figures) => Promise.all(figures.map(async ({ name, data, layout }) => {
    const picture = { format: "png", scale: 2, width: layout.width, height: layout.height };
    return [name, await Plotly.toImage({ data, layout, config: { staticPlot: true } }, picture)];
}))"""
# The browser's own footers are pages of their own on each sheet, and take a quarter of the time.
_MARGINS = """@page {{
    size: A4;
    margin: 15mm 14mm 18mm;
    @bottom-left {{ content: "{left}"; width: 150mm; white-space: nowrap; overflow: hidden; {look} }}
    @bottom-right {{ content: counter(page) " / " counter(pages); {look} }}
}}"""
_LOOK = 'font: 8pt "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; color: #52606d; vertical-align: top; padding-top: 4mm;'
_UNSAFE = re.compile(r'[\\"<>\x00-\x1f\x7f]')
PICTURE_MARK = b"licences figure "  # and its name, in a PNG that keeps its place
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip file knows
_NODES = re.compile(rb"(?<=\(node)\d{8}(?=\))")
_DATES = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}[^)]*\)")


class Press:
    """A browser that is started once; to be used in the thread that made it.

    Raises: UsageError where there is no browser, or no playwright to drive it.
    """

    def __init__(self) -> None:
        path = find_browser()
        from playwright.sync_api import sync_playwright  # an extra

        self._playwright = sync_playwright().start()
        as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        self._browser: Any = self._playwright.chromium.launch(
            executable_path=path, args=[*_ARGUMENTS, *as_root]
        )
        self._context: Any = self._browser.new_context(
            offline=True, viewport={"width": SHEET_PIXELS, "height": 1000}
        )

    def print_page(self, html: str, footer: str, as_of: date) -> bytes:
        """A page that is one file as a PDF; ``footer`` and the day stand at the foot of each sheet as text.

        The same page gives the same bytes: the file says that it was made on ``as_of``.
        """
        with tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8") as file:
            file.write(html)
            file.flush()
            page = self.sheet
            try:
                page.goto(Path(file.name).as_uri())
                page.wait_for_function(_READY, timeout=_PATIENCE_MS)
                left = _quote(f"{footer} · {as_of}")
                page.add_style_tag(content=_MARGINS.format(left=left, look=_LOOK))
                pdf: bytes = page.pdf(
                    print_background=True, prefer_css_page_size=True, tagged=True, outline=True
                )
            except Exception:
                del self.sheet
                with suppress(Exception):  # the browser may be gone
                    page.close()
                raise
        day = as_of.strftime("%Y%m%d").encode()
        return _number_nodes(_DATES.sub(lambda found: _date_field(found, day), pdf))

    @cached_property
    def sheet(self) -> Any:
        """A page that shows one client after the other: a new one would load its fonts anew."""
        page = self._context.new_page()
        page.emulate_media(media="print")  # figures are drawn as wide as they are printed
        return page

    @cached_property
    def easel(self) -> Any:
        """A page that holds nothing but plotly.js, on which figures are drawn one after the other."""
        page = self._context.new_page()
        page.add_script_tag(content=files("licences").joinpath("browser", PLOTLY).read_text(encoding="utf-8"))
        return page

    def draw_figures(self, figures: bytes) -> dict[str, bytes]:
        """Figures, as JSON that lists name, data and layout of each, as PNG by name."""
        drawn = self.easel.evaluate(_DRAW, json.loads(figures))
        return {name: b64decode(address.partition(",")[2]) for name, address in drawn}

    def close(self) -> None:
        """Ends the browser."""
        self._browser.close()
        self._playwright.stop()


def _quote(text: str) -> str:
    """A text that stands in a string of CSS as it is."""
    return _UNSAFE.sub(lambda found: f"\\{ord(found[0]):06x}", text)


def place_pictures(file: bytes, pictures: Mapping[str, bytes]) -> bytes:
    """A ``.docx`` with each figure's picture, a PNG, in its place; ``pictures`` by the figures' names."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("word/media/") and (found := re.search(PICTURE_MARK + rb"(\w+)", content)):
                content = pictures.get(found[1].decode(), content)
            new.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED, 6)
    return target.getvalue()


def _number_nodes(pdf: bytes) -> bytes:
    """The names of the parts of a tagged PDF counted from 0; the browser counts on from page to page."""
    order = {name: b"%08d" % at for at, name in enumerate(sorted(set(_NODES.findall(pdf))))}
    return _NODES.sub(lambda found: order[found[0]], pdf)


def _date_field(found: re.Match[bytes], day: bytes) -> bytes:
    """A date of the same length, so that no offset in the file moves."""
    return b"/" + found[1] + b" (D:" + day + b"000000+00'00')".ljust(len(found[0]) - len(found[1]) - 13, b" ")


def find_browser() -> str:
    """Where the browser lies. Raises: UsageError with what to install."""
    if find_spec("playwright") is None:
        raise UsageError("playwright is not installed, which drives the browser", "pip install -e '.[pdf]'")
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
