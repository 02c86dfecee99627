"""Page that a client receives: the executed notebook as one file that opens offline."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from html import escape
from typing import Any

from jinja2 import Environment, Template
from nbformat import NotebookNode

from licences.analysis.mark import Mark
from licences.reading.cache import remember
from licences.render.assets import PLOTLY, read_asset
from licences.render.brand import Brand
from licences.render.html.decide import DECIDING
from licences.render.html.outputs import Block, Part, list_parts
from licences.render.html.sections import HTML_LANGUAGES, SIGNATURE, make_environment
from licences.render.html.templates import KeptLoader
from licences.render.lengths import PROGRESS
from licences.words.marks import say_mark
from licences.words.texts import say


def make_html(
    notebook: NotebookNode,
    name: str,
    language: str,
    brand: Brand | None = None,
    edition: str = "",
    mark: Mark | None = None,
) -> str:
    """The page of an executed notebook: its outputs, no code, no request to anywhere.

    name: the client's name, for the title of the page. brand: the firm that it comes from. edition: of
    the catalogue, named at the foot. mark: what the page says of itself at its head.
    """
    brand = brand or Brand()
    parts = list_parts(notebook.cells, language)
    is_plain = all(block.is_plain for part in parts for block in part.blocks)
    page = {
        "parts": [replace(part, blocks=tuple(_sign(part.blocks, brand, language))) for part in parts],
        "title": f"{name} – {say(language, 'page.title')}",
        "html_language": HTML_LANGUAGES[language],
        "style": read_asset("page.css")
        + read_asset("decide.css")
        + ("" if is_plain else read_asset("outputs.css")),
        "plotly": _pack_asset(PLOTLY),
        "too_old": say(language, "page.too_old"),
        "script": "".join(map(read_asset, ("page.js", "fit.js", *DECIDING))),
        "skip": say(language, "page.skip"),
        "contents": say(language, "page.contents_title"),
        "appendix": say(language, "page.appendix_title"),
        "headings": _find_headings(parts),
        "mark": say_mark(mark, language),
        "is_draft": mark is not None and mark.is_draft,
        "firm": brand.firm,
        "contact": brand.contact,
        "colour": brand.colour,
        "logo": _embed(brand.logo, brand.logo_type),
        "disclaimer": brand.disclaimer.get(language, ""),
        "edition": say(language, "page.edition", edition=edition) if edition else "",
    }
    return _find_template().render(resources={"page": page})


def make_ready() -> None:
    """Reads what every client's page is made of; a report's own process may keep nothing in the user's cache."""
    for name in ("sections.html.j2", "decisions.html.j2", "retrospect.html.j2"):
        make_environment().get_template(name)
    _find_template()
    _pack_asset(PLOTLY)


_HEADING = re.compile(r'<section id="([\w-]+)"[^>]*>\s*<h2(?: [^>]*)?>(.*?)</h2>')


def _find_headings(parts: Iterable[Part]) -> list[tuple[str, str, str]]:
    """The length, the anchor and the heading, as HTML, of each section that the notebook's outputs hold."""
    texts = [(part.length, block.html) for part in parts for block in part.blocks if block.is_html]
    return [
        ("standard" if length == PROGRESS else length, *found)
        for length, text in texts
        for found in _HEADING.findall(text)
    ]


def _sign(blocks: Iterable[Block], brand: Brand, language: str) -> Iterator[Block]:
    """The blocks, with the firm's name under the letter."""
    for block in blocks:
        signed = block.is_html and SIGNATURE in block.html
        yield (
            replace(block, html=block.html.replace(SIGNATURE, _make_signature(brand, language)))
            if signed
            else block
        )


def _make_signature(brand: Brand, language: str) -> str:
    close = escape(say(language, "letter.close"))
    firm = f"<br><b>{escape(brand.firm)}</b>" if brand.firm else ""
    return f'<p class="signature">{close}{firm}</p>'


def _embed(content: bytes | None, kind: str) -> str:
    return f"data:{kind};base64,{b64encode(content).decode('ascii')}" if content else ""


@cache
def _find_template() -> Template:
    """The template of the page, in which what the notebook put out stands as it is, and all else is escaped.

    Not nbconvert's ``HTMLExporter``: it reads each finished page again, to mark code that we do not
    show, and that takes longer than all the rest, as does its import.
    """
    environment = Environment(loader=KeptLoader())  # noqa: S701 - the template escapes itself
    environment.filters["figure_json"] = _figure_json
    return environment.get_template("client/index.html.j2")


@cache
def _pack_asset(name: str) -> str:
    """A script gzipped, as text that stands in a page; a third of its size, and the browser unpacks it."""
    script = read_asset(name).encode()
    packed = remember(f"packed-{name}", [script], lambda: gzip.compress(script, mtime=0))
    return b64encode(packed).decode("ascii")


def _figure_json(figure: Mapping[str, Any]) -> str:
    """A figure as JSON that can stand inside a script element whatever texts it holds."""
    plain = {"data": figure["data"], "layout": figure["layout"]}
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
