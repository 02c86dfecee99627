"""Outputs of a notebook as the client's page shows them; what it cannot show is named in a sentence."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

from licences.render.figures.shown import PLOTLY_KIND
from licences.render.html.cleaning import clean_html
from licences.render.html.drawings import clean_svg
from licences.render.html.sections import OURS
from licences.render.lengths import EVERY_LENGTH, LENGTHS
from licences.words.texts import say

_DRAWN = frozenset({"scatter", "bar", "pie"})  # what the part of plotly.js in a page can draw
_SILENT = frozenset({"text/plain", "application/vnd.licences.record+json"})
_WIDGET, _SCRIPTS = (
    "application/vnd.jupyter.widget-view+json",
    frozenset({"application/javascript", "text/javascript"}),
)
_JSON_KINDS = frozenset({PLOTLY_KIND, "application/json"})
_HIDDEN_CELLS = frozenset({"remove-cell", "remove_cell"})
_HIDDEN_OUTPUTS = _HIDDEN_CELLS | {"remove-output", "remove_output", "nbval-check-output"}
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_OVERWRITTEN = re.compile(r"^.*\r(?=[^\r\n])", re.MULTILINE)
_RESET = re.compile(r"(?<=\x1b\[0m)|(?<=\x1b\[m)")
_MOST_COLOURS = 1_000  # changes of colour before they are set back; what has more is shown without any


@dataclass(frozen=True)
class Block:
    """A piece of the page: HTML that may stand in it, or a figure that its script draws.

    is_html: whether the notebook put it out as HTML. is_plain: whether it needs no style of outputs.
    """

    html: str = ""
    figure: Mapping[str, Any] | None = None
    is_html: bool = False
    is_plain: bool = False

    @property
    def height(self) -> float:
        """In pixels, of a figure."""
        height = self.figure["layout"].get("height") if self.figure else None
        return height if isinstance(height, (int, float)) and 0 < height < 10_000 else 450

    @property
    def label(self) -> str:
        """What a figure shows, for who cannot see it."""
        meta = self.figure["layout"].get("meta") if self.figure else None
        return str(meta.get("alt", "")) if isinstance(meta, Mapping) else ""


@dataclass(frozen=True)
class Part:
    """Cells after one another that belong to the same lengths of a report, as their blocks.

    length: the shortest that has them, of LENGTHS; ``progress`` where the sheet of progress has them too, beside the
    standard report.
    """

    length: str
    blocks: tuple[Block, ...]


_Shown = tuple[Block | None, dict[tuple[str, str], None]]


def list_parts(cells: Sequence[Mapping[str, Any]], language: str) -> list[Part]:
    """What a page shows of the cells of an executed notebook; of code what it put out alone.

    A cell tagged ``standard`` or ``full`` is in no shorter report; one without such a tag is in all of them. One tagged
    ``progress`` is in the standard report and in the sheet of progress, which has nothing else.
    """
    shown = [(_find_length(cell), _show_cell(cell, language)) for cell in cells]
    return [
        Part(length, tuple(chain.from_iterable(blocks for _, blocks in group)))
        for length, group in groupby((one for one in shown if one[1]), key=itemgetter(0))
    ]


def _find_length(cell: Mapping[str, Any]) -> str:
    tags = cell["metadata"].get("tags", ())
    return next((length for length in reversed(EVERY_LENGTH) if length in tags), LENGTHS[0])


def _show_cell(cell: Mapping[str, Any], language: str) -> list[Block]:
    tags = cell["metadata"].get("tags", ())
    if cell["cell_type"] == "markdown" and _HIDDEN_CELLS.isdisjoint(tags):
        shown = _show_markdown(cell["source"], language, cell.get("attachments"))
        return [shown] if shown.html else []
    if cell["cell_type"] != "code" or not _HIDDEN_OUTPUTS.isdisjoint(tags):
        return []
    return [block for output in cell["outputs"] for block in _show_output(output, language)]


def _show_output(output: Mapping[str, Any], language: str) -> Iterator[Block]:
    """What is written to the stream of errors, such as a warning, is for who runs the notebook."""
    if output["output_type"] in {"display_data", "execute_result"}:
        yield from _show_data(output["data"], output.get("metadata", {}), language)
    elif output["output_type"] == "stream" and output["name"] == "stdout":
        yield Block(f"<pre>{_colour(output['text'])}</pre>")


def _show_data(data: Mapping[str, Any], metadata: Mapping[str, Any], language: str) -> Iterator[Block]:
    """The richest form of a value that the page can show."""
    left_out: dict[tuple[str, str], None] = {}
    for kind, show in _SHOW.items():
        if kind in data:
            is_fit = isinstance(data[kind], str) or kind in _JSON_KINDS
            block, lacks = (
                show(data[kind], metadata.get(kind), language) if is_fit else (None, {("kind", kind): None})
            )
            left_out |= lacks
            if block is not None:
                yield block
                yield from _name(lacks, language)
                return
    for kind in data:
        if kind == _WIDGET or kind in _SCRIPTS:
            left_out["widget" if kind == _WIDGET else "script", ""] = None
        elif kind not in _SILENT and kind not in _SHOW:
            left_out["kind", kind] = None
    if left_out:
        yield from _name(left_out, language)
    elif "text/plain" in data:
        yield Block(f"<pre>{_colour(data['text/plain'])}</pre>")


def _show_figure(value: Any, _about: Any, _language: str) -> _Shown:
    figure, wrong = read_figure(value)
    return (Block(figure=figure, is_plain=True), {}) if figure else (None, {("figure", wrong): None})


def _show_html(value: str, about: Any, _language: str) -> _Shown:
    if about == OURS:
        return Block(value, is_html=True, is_plain=True), {}
    cleaned = clean_html(value)
    is_empty = cleaned.left_out and not _is_seen(cleaned.html)
    return None if is_empty else Block(cleaned.html, is_html=True), cleaned.left_out


def _show_svg(value: str, about: Any, _language: str) -> _Shown:
    drawing = clean_svg(value)
    if drawing is None:
        return None, {("kind", "image/svg+xml"): None}
    return _make_picture(
        "image/svg+xml", b64encode(drawing.html.encode()).decode("ascii"), about
    ), drawing.left_out


def _show_picture(kind: str, value: str, about: Any, _language: str) -> _Shown:
    is_whole = bool(_BASE64.fullmatch(value))
    return (_make_picture(kind, value, about), {}) if is_whole else (None, {("kind", kind): None})


def _show_json(value: Any, _about: Any, _language: str) -> _Shown:
    return Block(f"<pre>{escape(json.dumps(value, ensure_ascii=False, indent=2))}</pre>"), {}


# How each kind is shown, the richest first: the block, None where nothing of it can be, and what is left out.
_SHOW: Mapping[str, Callable[[Any, Any, str], _Shown]] = {
    PLOTLY_KIND: _show_figure,
    "text/html": _show_html,
    "text/markdown": lambda value, _about, language: (_show_markdown(value, language), {}),
    "image/svg+xml": _show_svg,
    **{
        kind: partial(_show_picture, kind)
        for kind in ("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp")
    },
    "text/latex": lambda value, *_: (Block(f'<p class="latex"><code>{escape(value)}</code></p>'), {}),
    "application/json": _show_json,
}


def read_figure(value: Any) -> tuple[Mapping[str, Any] | None, str]:
    """A figure of plotly that a page can draw; else None, and the kind of it that it cannot."""
    traces = value.get("data") if isinstance(value, Mapping) else None
    if not isinstance(traces, Sequence) or not all(isinstance(one, Mapping) for one in traces):
        return None, "plotly"
    unknown = [kind for one in traces if (kind := str(one.get("type", "scatter"))) not in _DRAWN]
    if unknown:
        return None, ", ".join(dict.fromkeys(unknown))
    layout = value.get("layout")
    return (value if isinstance(layout, Mapping) else {**value, "layout": {}}), ""


def _make_picture(kind: str, data: str, about: Any) -> Block:
    told = about if isinstance(about, Mapping) else {}
    sizes = {side: told.get(side) for side in ("width", "height")}
    size = "".join(f' {side}="{round(one)}"' for side, one in sizes.items() if isinstance(one, (int, float)))
    return Block(f'<img alt="{escape(str(told.get("alt", "")))}" src="data:{kind};base64,{data}"{size}>')


def _show_markdown(source: str, language: str, attachments: Any = None) -> Block:
    """A text in Markdown; formulas stand in it as they are written."""
    from licences.render.html.markdown import write_markdown  # few pages need it, and it takes long to import

    cleaned = clean_html(write_markdown(source, attachments))
    named = "".join(block.html for block in _name(cleaned.left_out, language))
    return Block(cleaned.html + named)


def _name(left_out: Mapping[tuple[str, str], None], language: str) -> Iterator[Block]:
    """The sentence on what a page cannot show."""
    if left_out:
        told = [say(language, f"page.not_shown_{what}", name=name) for what, name in left_out]
        sentence = say(language, "page.not_shown", what=say(language, "page.list").join(told))
        yield Block(f'<p class="note">{escape(sentence)}</p>')


def _is_seen(html: str) -> bool:
    """Whether there is a text, a picture or a drawing in it."""
    shown = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return bool(re.search(r"<(img|svg|math|hr)\b", shown) or re.sub(r"<[^>]*>", "", shown).strip())


def _colour(text: str) -> str:
    """A text of a terminal as HTML: with its colours, and of a line that was written over the last state alone."""
    text = _OVERWRITTEN.sub("", text.replace("\r\n", "\n")) if "\r" in text else text
    if "\x1b" not in text:
        return escape(text).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")
    from nbconvert.filters.ansi import ansi2html, strip_ansi  # as with Markdown

    parts = _RESET.split(text)
    return "".join(
        str(ansi2html(part)) if part.count("\x1b") <= _MOST_COLOURS else escape(strip_ansi(part))
        for part in parts
    )
