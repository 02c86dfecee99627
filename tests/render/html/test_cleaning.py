"""In what a notebook puts out nothing runs, nothing is loaded, and nothing ends the page around it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from licences.render.html.cleaning import clean_html
from licences.render.html.drawings import clean_svg
from licences.render.html.styles import clean_css

PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"

HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://example.org/x.js></SCRIPT>",
    "<script>alert(1)",
    "<scr<script>ipt>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><use href='https://example.org/x.svg#a'/></svg>",
    "<svg><image href='https://example.org/x.png'/></svg>",
    "<svg><foreignObject><iframe src='javascript:alert(1)'></foreignObject></svg>",
    "<math><maction xlink:href='javascript:alert(1)'>x</maction></math>",
    "<math><mtext><style><!--</style><img src=x onerror=alert(1)>--></style>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' \tjava\nscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='https://example.org'></object><embed src='https://example.org'>",
    "<link rel=stylesheet href='https://example.org/x.css'><base href='https://example.org/'>",
    "<meta http-equiv=refresh content='0;url=https://example.org'>",
    "<form action='https://example.org'><input name=x><button formaction='javascript:alert(1)'>x</button></form>",
    "<video src='https://example.org/x.mp4' onplay=alert(1)></video><audio src=x></audio>",
    "<style>@import 'https://example.org/x.css';</style>",
    "<style>a { background: url(https://example.org/x.png) }</style>",
    "<style>a { background: u\\72l('https://example.org/x.png') }</style>",
    "<style>a { background: image-set('https://example.org/x.png' 1x) }</style>",
    "<style>a { width: expression(alert(1)) } b { behavior: url(x.htc) } c { -moz-binding: url(x) }</style>",
    "<style>@media print { a { background: url(//example.org/x) } }</style>",
    "<p style='background: url(https://example.org/x.png)'>x</p>",
    "<p style='background: URL(\"https://example.org/x.png\")'>x</p>",
    "<table background='https://example.org/x.png'><tr><td background=x>x</table>",
    "<img srcset='https://example.org/x.png 2x'>",
    "<rect fill='url(https://example.org/x.svg#a)'/>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<textarea><script>alert(1)</script></textarea>",
    "<title><script>alert(1)</script></title>",
    "<xmp><script>alert(1)</script></xmp>",
    '<p title="><script>alert(1)</script>">x</p>',
    "<p title='\"><img src=x onerror=alert(1)>'>x</p>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<div/onclick=alert(1)>x</div>",
    "<a href='https://example.org' ping='https://example.org/ping' target=_blank>x</a>",
    "<x-own onclick=alert(1)>x</x-own>",
    "<body onload=alert(1)><main></main></body></html>",
]  # fmt: skip


class Reader(HTMLParser):
    """Every element, its attributes and its style sheets."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.open = list[str](), list[tuple[str, str | None]](), list[str]()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in {"img", "input", "br", "hr", "col", "wbr", "area"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_runs_and_nothing_is_loaded(html: str) -> None:
    made = clean_html(html).html
    read = Reader(made)
    assert not {"script", "iframe", "object", "embed", "link", "base", "meta", "form", "button", "foreignobject",
                "animate", "video", "audio", "template", "body", "html", "title", "noscript"} & set(read.tags)  # fmt: skip
    for name, value in read.attributes:
        assert not name.startswith("on")
        assert name not in {
            "srcset",
            "background",
            "action",
            "formaction",
            "srcdoc",
            "ping",
            "target",
            "data",
        }
        if name in {"href", "src", "xlink:href"}:
            assert re.match(r"https://example\.org$|#|data:image/[a-z]+;base64,", value or ""), value
    bare = re.sub(r'href="https://example\.org"', "", made)
    for style in re.findall(r"<style>(.*?)</style>", bare, re.DOTALL):
        assert not re.search(r"url|import|example|expression|<", style, re.IGNORECASE)
    assert "url(" not in "".join(value or "" for name, value in read.attributes).lower()


@pytest.mark.parametrize(
    ("html", "made"),
    [
        ("<p>a & b &lt; c</p>", "<p>a &amp; b &lt; c</p>"),
        ("1 < 2 &amp; 3", "1 &lt; 2 &amp; 3"),
        ("<b>open", "<b>open</b>"),
        ("</main></div><p>x</p></body>", "<p>x</p>"),
        ("<div><p>x</div>y", "<div><p>x</p></div>y"),
        ("<p>x<!-- said --></p>", "<p>x</p>"),
        ("<P CLASS='a' ID=b>x</P>", '<p class="a" id="b">x</p>'),
        ("<a href='https://example.org/?a=1&amp;b'>x</a>", '<a href="https://example.org/?a=1&amp;b">x</a>'),
        ("<a href='#steps'>x</a><a href='own.pdf'>y</a>", '<a href="#steps">x</a><a>y</a>'),
        (f"<img src='{PIXEL}' alt='a\"b'>", f'<img src="{PIXEL}" alt="a&quot;b">'),
        ("<p style='color: red; width: 50%'>x</p>", '<p style="color: red; width: 50%">x</p>'),
        ("<style>a > b { color: red }</style>", "<style>a > b { color: red }</style>"),
        ("<br/><hr>", "<br><hr>"),
        ("<figure class='my chart' id='plotly'>x</figure>", "<figure>x</figure>"),
        ("<o:p>x</o:p>", "x"),
        (
            "<svg viewBox='0 0 9 9'><defs><linearGradient id='g'/></defs><path d='M0 0' fill='url(#g)'/></svg>y",
            '<svg viewbox="0 0 9 9"><defs><lineargradient id="g"></lineargradient></defs><path d="M0 0" fill="url(#g)"></path></svg>y',
        ),
        ("<noscript>said</noscript>", "said"),
        ('x <a href="open', 'x &lt;a href="open'),
        ("a &amp", "a &amp;"),
    ],
)
def test_what_does_no_harm_stays(html: str, made: str) -> None:
    cleaned = clean_html(html)
    assert cleaned.html == made
    assert not cleaned.left_out


def test_the_tables_of_pandas_stay_whole_with_their_styles() -> None:
    frame = pd.DataFrame({"step": ["EDI", "<b>"], "days": [60, 20]})
    styled = frame.style.format(escape="html").set_properties(subset=["days"], color="crimson").to_html()
    for html in (frame.to_html(), frame._repr_html_(), styled):
        cleaned = clean_html(html)
        assert not cleaned.left_out
        assert Reader(cleaned.html).tags == Reader(html).tags
    assert "color: crimson" in clean_html(styled).html


def test_a_style_sheet_loses_its_rules_that_load_something_alone() -> None:
    css = f"@import 'x'; a {{ color: red }} b {{ background: url({PIXEL}) }} c {{ background: url(x.png) }}"
    made = clean_css(css)
    assert "red" in made
    assert PIXEL in made
    assert "import" not in made
    assert "x.png" not in made


@pytest.mark.parametrize(
    "html", ['<a href="' * 50_000, "<!--" * 50_000, "<div>" * 3_000 + "</p>" * 50_000, "<" * 50_000]
)
def test_broken_html_takes_no_longer_than_other(html: str) -> None:
    assert clean_html(html).html.count("<script") == 0


def test_a_drawing_is_a_picture_without_what_could_run() -> None:
    svg = (
        "<svg width='9' height='9' onload='alert(1)' xmlns:xlink='http://www.w3.org/1999/xlink'><script>alert(1)</script>"
        "<a xlink:href='javascript:alert(1)'><circle r='4'/></a><image xlink:href='https://example.org/x.png'/>"
        "<foreignObject><p>x</p></foreignObject><use xlink:href='#a'/></svg>"
    )
    cleaned = clean_svg(svg)
    assert cleaned is not None
    assert not re.search(r"script|alert|example|foreign", cleaned.html)
    assert 'xmlns="http://www.w3.org/2000/svg"' in cleaned.html
    assert "circle" in cleaned.html
    assert "#a" in cleaned.html
    assert list(cleaned.left_out) == [("script", "")]


@pytest.mark.parametrize(
    "svg",
    ["", "<p>x</p>", "<svg", "<svg><b></svg>", "<!DOCTYPE x [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]><svg>&b;</svg>"],
)  # fmt: skip
def test_what_is_no_drawing_is_none(svg: str) -> None:
    assert clean_svg(svg) is None
