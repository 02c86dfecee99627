"""Cleaning of HTML that a notebook puts out: nothing in it runs, and nothing is loaded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser

from licences.render.html.styles import clean_css, is_reaching_out, lies_inside


def _list(names: str) -> frozenset[str]:
    return frozenset(names.split())


_VOID = _list("area br col hr img input wbr")
_SVG = _list(
    "svg g path rect circle ellipse line polyline polygon text tspan textpath defs marker lineargradient "
    "radialgradient stop clippath pattern mask use symbol desc image"
)
_MATH = _list(
    "math mrow mi mn mo ms mtext mspace msup msub msubsup mfrac msqrt mroot mtable mtr mtd mover munder "
    "munderover mpadded mphantom mstyle menclose semantics"
)
_TAGS = _SVG | _MATH | _list(
    "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del "
    "details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img input ins kbd "
    "label li main mark nav ol p pre q rp rt ruby s samp section small span strike strong sub summary sup "
    "table tbody td tfoot th thead time tr tt u ul var wbr"
)  # fmt: skip
# What goes with all that is in it, and by which word it is named.
_GONE = {"script": "script", "iframe": "embedded", "object": "embedded", "applet": "embedded", "frameset":
         "embedded", "video": "media", "audio": "media", "canvas": "script", "template": "", "head": "",
         "select": "form", "textarea": "form", "title": "", "annotation": "", "annotation-xml": ""}  # fmt: skip
_NAMED = {"embed": "embedded", "frame": "embedded", "form": "form", "button": "form", "link": "style"}
_ATTRIBUTES = _list(
    "abbr align alt bgcolor border cellpadding cellspacing checked class color colspan datetime dir disabled "
    "face for headers height id lang nowrap open reversed role rowspan scope size span start style title type "
    "valign value width "
    # of drawings and formulas
    "d fill fill-opacity fill-rule stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin "
    "stroke-miterlimit stroke-opacity stroke-width transform x y x1 y1 x2 y2 cx cy r rx ry fx fy dx dy points "
    "viewbox preserveaspectratio opacity clip-path clip-rule mask marker-start marker-mid marker-end markerwidth "
    "markerheight markerunits refx refy orient font-family font-size font-style font-weight text-anchor "
    "dominant-baseline alignment-baseline letter-spacing offset stop-color stop-opacity gradientunits "
    "gradienttransform spreadmethod patternunits patterntransform clippathunits vector-effect xmlns display "
    "visibility mathvariant stretchy displaystyle columnalign"
)
_OURS = frozenset(
    {"main", "plotly", "chart", "decide", "decisions"}
)  # by which the page's scripts find their own
_LINK = re.compile(r"(https?:|mailto:|tel:|#)", re.IGNORECASE)
_BLANKS = re.compile(r"[\x00-\x20]+")


@dataclass
class Cleaned:
    """HTML in which nothing runs and nothing is loaded, and what was left out: words, pictures by their name."""

    html: str = ""
    left_out: dict[tuple[str, str], None] = field(default_factory=dict)


def clean_html(html: str) -> Cleaned:
    """HTML made anew of what is known to do no harm; every element that is open at its end is closed."""
    cleaner = _Cleaner()
    cleaner.feed(html)
    return cleaner.finish()


class _Cleaner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out = list[str]()
        self._open, self._times_open = list[str](), Counter[str]()
        self._gone, self._depth = (
            "",
            0,
        )  # the element that goes with all that is in it, and how often it is open
        self._css: list[str] | None = None
        self._cleaned = Cleaned()

    def finish(self) -> Cleaned:
        """What is left; a tag that is open at the end is text, for ``close`` would look for its end again and again."""
        self.handle_data(unescape(self.rawdata))
        self._end_style()
        self._out.extend(f"</{tag}>" for tag in reversed(self._open))
        self._cleaned.html = "".join(self._out)
        return self._cleaned

    def _leave_out(self, what: str, name: str = "") -> None:
        if what:
            self._cleaned.left_out[what, name] = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._gone:
            self._depth += tag == self._gone
        elif tag in _GONE:
            self._leave_out(_GONE[tag])
            self._gone, self._depth = tag, 1
        elif tag == "style":
            self._css = []
        elif tag in _TAGS:
            self._open_element(tag, dict(attrs))
        else:
            self._leave_out(_NAMED.get(tag, ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in _SVG | _MATH or tag in _GONE or tag == "style":
            self.handle_endtag(tag)

    def _open_element(self, tag: str, given: dict[str, str | None]) -> None:
        kept = dict(self._keep_attributes(tag, given))
        if tag == "input" and kept.get("type", "").lower() not in {"checkbox", "radio"}:
            self._leave_out("form")
            return
        if tag == "img" and "src" not in kept:
            name = given.get("src") or given.get("alt") or ""
            self._leave_out("picture", name[:80])
            return
        told = "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
        self._out.append(f"<{tag}{told}>")
        if tag not in _VOID:
            self._open.append(tag)
            self._times_open[tag] += 1

    def _keep_attributes(self, tag: str, given: dict[str, str | None]) -> Iterable[tuple[str, str]]:
        for name, told in given.items():
            value = told or ""
            if name in {"href", "xlink:href", "src"}:
                plain = _BLANKS.sub("", value)
                if plain.lower().startswith("javascript:"):
                    self._leave_out("script")
                if _is_harmless(tag, name, plain):
                    yield name, plain
            elif name.startswith("on"):
                self._leave_out("script")
            elif name in {"id", "class"} and not _OURS.isdisjoint(value.split()):
                continue
            elif (name in _ATTRIBUTES or name.startswith("aria-")) and not is_reaching_out(value):
                yield name, value

    def handle_endtag(self, tag: str) -> None:
        if self._gone:
            self._depth -= tag == self._gone
            if not self._depth:
                self._gone = ""
        elif tag == "style":
            self._end_style()
        elif self._times_open[tag]:
            last = ""
            while last != tag:
                last = self._open.pop()
                self._times_open[last] -= 1
                self._out.append(f"</{last}>")

    def handle_data(self, data: str) -> None:
        if self._css is not None:
            self._css.append(data)
        elif not self._gone:
            self._out.append(escape(data, quote=False))

    def _end_style(self) -> None:
        if self._css is not None:
            css, self._css = clean_css("".join(self._css)), None
            if css:
                self._out.append(f"<style>{css}</style>")


def _is_harmless(tag: str, name: str, address: str) -> bool:
    """Whether an address is a link to follow, a part of the page itself, or a picture that lies in it."""
    if tag == "a":
        return name != "src" and bool(_LINK.match(address))
    if tag in {"img", "image"}:
        return lies_inside(address) and not address.startswith("#")
    return name != "src" and address.startswith("#")
