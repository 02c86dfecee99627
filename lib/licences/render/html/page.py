"""Page that a client receives: the executed notebook as one file that opens offline."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from typing import Any

from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode

from licences.render.brand import Brand
from licences.render.figures.style import PLOTLY, read_asset
from licences.render.html.outputs import Block, list_blocks
from licences.words.texts import say

HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}


def make_html(
    notebook: NotebookNode, name: str, language: str, brand: Brand | None = None, edition: str = ""
) -> str:
    """The page of an executed notebook: its outputs, no code, no request to anywhere.

    name: the client's name, for the title of the page. brand: the firm that it comes from. edition: of
    the catalogue, named at the foot.
    """
    brand = brand or Brand()
    cells = list_blocks(notebook.cells, language)
    is_plain = all(block.is_plain for blocks in cells for block in blocks)
    page = {
        "cells": cells,
        "title": f"{name} – {say(language, 'page.title')}",
        "html_language": HTML_LANGUAGES[language],
        "style": read_asset("page.css")
        + read_asset("decide.css")
        + ("" if is_plain else read_asset("outputs.css")),
        "plotly": _pack_asset(PLOTLY),
        "too_old": say(language, "page.too_old"),
        "script": read_asset("page.js") + read_asset("decide.js"),
        "skip": say(language, "page.skip"),
        "contents": say(language, "page.contents_title"),
        "headings": _find_headings(cells),
        "firm": brand.firm,
        "contact": brand.contact,
        "colour": brand.colour,
        "logo": _embed(brand.logo, brand.logo_type),
        "disclaimer": brand.disclaimer.get(language, ""),
        "edition": say(language, "page.edition", edition=edition) if edition else "",
    }
    return str(_make_exporter().template.render(resources={"page": page}))


_HEADING = re.compile(r'<section id="([\w-]+)"[^>]*>\s*<h2(?: [^>]*)?>(.*?)</h2>')


def _find_headings(cells: list[list[Block]]) -> list[tuple[str, str]]:
    """The anchor and the heading, as HTML, of each section that the notebook's outputs hold."""
    texts = [block.html for blocks in cells for block in blocks if block.is_html]
    return [found for text in texts for found in _HEADING.findall(text)]


def _embed(content: bytes | None, kind: str) -> str:
    return f"data:{kind};base64,{b64encode(content).decode('ascii')}" if content else ""


@cache
def _make_exporter() -> TemplateExporter:
    """What fills the template.

    Not nbconvert's ``HTMLExporter``: it reads each finished page again, to mark code that we do not
    show, and that takes longer than all the rest.
    """
    with as_file(files("licences.render").joinpath("templates")) as folder:
        return TemplateExporter(
            template_name="client",
            file_extension=".html",
            extra_template_basedirs=[str(folder)],
            filters={"figure_json": _figure_json},
        )


@cache
def _pack_asset(name: str) -> str:
    """A script gzipped, as text that stands in a page; a third of its size, and the browser unpacks it."""
    return b64encode(gzip.compress(read_asset(name).encode(), mtime=0)).decode("ascii")


def _figure_json(figure: Mapping[str, Any]) -> str:
    """A figure as JSON that can stand inside a script element whatever texts it holds."""
    plain = {"data": figure["data"], "layout": figure["layout"]}
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
