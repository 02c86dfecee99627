"""Fonts of printed pages: what is cut away changes nothing that is read, and nothing in the bytes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from licences.render import fonts as cutting
from licences.render.fonts import FAMILY, SheetFonts, make_style
from licences.render.pdf import Printer
from poppler import ask_poppler

DAY = date(2026, 11, 23)
PAGE = """<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>页</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body {{ font-family: "Noto Sans CJK SC"; }}</style></head>
<body>{said} <b>{said}</b></body></html>"""


@pytest.fixture
def printer(browser_path: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Printer]:
    monkeypatch.setenv("LICENCES_BROWSER", browser_path)
    printer = Printer()
    yield printer
    printer.close()


def test_a_font_holds_what_was_asked_for_and_is_far_smaller(tmp_path: Path) -> None:
    fonts = SheetFonts()
    cut = fonts.cut("办理 licence")
    assert sorted(cut) == [400, 700]
    assert all(1_000 < len(font) < 20_000 for font in cut.values())
    more = fonts.cut("办理 licence 证")
    assert all(len(more[weight]) > len(cut[weight]) for weight in cut)
    assert fonts.cut("办理 licence") == cut
    for weight, font in cut.items():
        file = tmp_path / f"{weight}.otf"
        file.write_bytes(font)
        held = TTFont(file).getBestCmap()
        assert held.keys() == set(map(ord, "办理 licence"))
    assert make_style({400: tmp_path / "400.otf"}).count(f'font-family: "{FAMILY}"') == 1


def test_every_character_is_read_and_drawn_and_the_bytes_are_those_of_a_fresh_press(
    printer: Printer, tmp_path: Path
) -> None:
    pages = [PAGE.format(said=said) for said in ("增值电信业务", "食品经营许可 – ½ é", "龘 𠮷 🙂")]
    printed = [printer.print_page(page, "foot", DAY) for page in pages]
    for at, (pdf, said) in enumerate(zip(printed, ("增值电信业务", "食品经营许可 – ½ é", "龘"), strict=True)):
        file = tmp_path / f"{at}.pdf"
        file.write_bytes(pdf)
        assert ask_poppler("pdftotext", str(file), "-").count(said) == 2
        ask_poppler("pdftoppm", "-r", "40", "-png", str(file), str(tmp_path / f"drawn-{at}"))
    assert len({file.read_bytes() for file in tmp_path.glob("drawn-*.png")}) == 3
    fresh = Printer()
    try:
        assert [fresh.print_page(page, "foot", DAY) for page in reversed(pages)] == printed[::-1]
    finally:
        fresh.close()


def test_it_looks_as_with_the_whole_font(
    printer: Printer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = PAGE.format(said="药品网络交易服务资格 Drugs 2026")
    cut = printer.print_page(page, "脚注", DAY)
    monkeypatch.setattr(printer._fonts, "cut", lambda _text: {})
    whole = printer.print_page(page, "脚注", DAY)
    pictures = []
    for name, pdf in (("cut", cut), ("whole", whole)):
        file = tmp_path / f"{name}.pdf"
        file.write_bytes(pdf)
        ask_poppler("pdftoppm", "-r", "60", "-png", str(file), str(tmp_path / name))
        (picture,) = tmp_path.glob(f"{name}-*.png")
        pictures.append(picture.read_bytes())
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("told", [None, "", "DejaVu Sans\t{file}\t0", "Noto Sans CJK SC\t/no/such.ttc\t2"])
def test_where_the_font_is_not_found_pages_keep_the_fonts_of_the_machine(
    monkeypatch: pytest.MonkeyPatch, told: str | None
) -> None:
    answer = None if told is None else told.format(file=__file__)

    def run(*asked: object, **_named: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(asked, 0, answer)

    monkeypatch.setattr(cutting.shutil, "which", lambda _name: None if answer is None else os.devnull)
    monkeypatch.setattr(cutting.subprocess, "run", run)
    assert SheetFonts().cut("办理") == {}
