"""What a notebook of one's own puts out is shown on the client's page, or named there in a sentence."""

from __future__ import annotations

import base64
import re
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from licences.render.html.page import make_html
from licences.render.html.sections import Section

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
NOTE = '<p class="note">Not shown here: {}.</p>'


def show(*cells: NotebookNode, language: str = "en") -> str:
    """What stands on the page of an executed notebook, without the marks of what is in every report."""
    page = make_html(nbformat.v4.new_notebook(cells=list(cells)), "-", language)
    found = re.search(r'<main id="main">(.*)</main>', page, re.DOTALL)
    assert found
    return re.sub(r"<!-- only: letter standard full -->|<!-- end -->", "", found[1]).strip()


def make_cell(*outputs: NotebookNode, tags: tuple[str, ...] = ()) -> NotebookNode:
    return nbformat.v4.new_code_cell("1", outputs=list(outputs), metadata={"tags": list(tags)})


def show_data(data: dict[str, Any], language: str = "en", **metadata: Any) -> str:
    return show(
        make_cell(NotebookNode(output_type="display_data", data=data, metadata=metadata)), language=language
    )


def show_text(text: str, name: str = "stdout") -> str:
    return show(make_cell(NotebookNode(output_type="stream", name=name, text=text)))


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ({"text/plain": "<b> & 'it'"}, "<pre>&lt;b&gt; &amp; &#39;it&#39;</pre>"),
        ({"text/markdown": "**bold**", "text/plain": "<Markdown object>"}, "<p><strong>bold</strong></p>"),
        ({"text/latex": "$x^2 < 1$", "text/plain": "<Latex object>"}, '<p class="latex"><code>$x^2 &lt; 1$</code></p>'),
        ({"application/json": {"a": "月"}, "text/plain": "<JSON object>"}, "<pre>{\n  &quot;a&quot;: &quot;月&quot;\n}</pre>"),
        ({"image/png": PNG + "\n", "text/plain": "<Image object>"}, f'<img alt="" src="data:image/png;base64,{PNG}\n">'),
        ({"image/jpeg": PNG, "text/plain": "<Image object>"}, f'<img alt="" src="data:image/jpeg;base64,{PNG}">'),
        ({"image/gif": PNG, "text/plain": "<Image object>"}, f'<img alt="" src="data:image/gif;base64,{PNG}">'),
        ({"image/png": PNG, "text/latex": "$x$", "text/plain": "x"}, f'<img alt="" src="data:image/png;base64,{PNG}">'),
        ({"text/html": "<p>x</p>", "image/png": PNG, "text/plain": "x"}, "<p>x</p>"),
        ({"text/html": "<div id='c'></div><script>draw()</script>", "image/png": PNG}, f'<img alt="" src="data:image/png;base64,{PNG}">'),
        ({"text/html": "<p>x</p><script>1</script>"}, "<p>x</p>" + NOTE.format("a script")),
        ({"text/html": "<script>1</script>", "text/plain": "<HTML object>"}, NOTE.format("a script")),
        ({"text/html": ""}, ""),
        ({"application/vnd.jupyter.widget-view+json": {}, "text/plain": "IntSlider()"}, NOTE.format("controls, which need a running notebook")),
        ({"application/javascript": "1", "text/plain": "<Javascript object>"}, NOTE.format("a script")),
        ({"application/vnd.vegalite.v5+json": {}, "text/plain": "<Chart>"}, NOTE.format("an output of the kind application/vnd.vegalite.v5+json")),
        ({"application/pdf": "JVBE"}, NOTE.format("an output of the kind application/pdf")),
        ({"image/png": "no base64!", "text/plain": "<Image object>"}, NOTE.format("an output of the kind image/png")),
        ({"image/png": ["odd"], "text/plain": "<Image object>"}, NOTE.format("an output of the kind image/png")),
        ({"image/svg+xml": "<svg"}, NOTE.format("an output of the kind image/svg+xml")),
        ({"a<b>": "1"}, NOTE.format("an output of the kind a&lt;b&gt;")),
        ({"application/vnd.plotly.v1+json": {"data": [{"type": "heatmap"}, {"type": "box"}], "layout": {}}},
         NOTE.format("a figure of the kind heatmap, box, which this page cannot draw")),
        ({"application/vnd.plotly.v1+json": {"data": [{"type": "heatmap"}]}, "image/png": PNG}, f'<img alt="" src="data:image/png;base64,{PNG}">'),
        ({"application/vnd.plotly.v1+json": 7}, NOTE.format("a figure of the kind plotly, which this page cannot draw")),
    ],
)  # fmt: skip
def test_a_value_is_shown_in_its_richest_form_or_named(data: dict[str, Any], shown: str) -> None:
    assert re.sub(r"\n+(?=<)", "", show_data(data)) == re.sub(r"\n+(?=<)", "", shown)


def test_a_drawing_is_shown_as_a_picture() -> None:
    made = show_data({"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'><circle r='4'/></svg>"})
    found = re.fullmatch(r'<img alt="" src="data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)">', made)
    assert found
    assert b"circle" in base64.b64decode(found[1])


def test_a_picture_keeps_its_size_and_its_words() -> None:
    made = show_data({"image/png": PNG}, **{"image/png": {"width": 30.4, "height": 20, "alt": 'a "b"'}})
    assert made == f'<img alt="a &quot;b&quot;" src="data:image/png;base64,{PNG}" width="30" height="20">'


@pytest.mark.parametrize(
    "figure",
    [
        {"data": [{"x": [1], "y": [2]}], "layout": {"height": '1"><script>', "meta": "text"}},
        {"data": [{"type": "bar"}]},
        {"data": []},
    ],
)
def test_a_figure_of_ones_own_is_drawn_whatever_it_says_of_itself(figure: dict[str, Any]) -> None:
    made = show_data({"application/vnd.plotly.v1+json": figure, "text/plain": "Figure()"})
    assert '<figure class="chart" role="img" tabindex="0" aria-label="">' in made
    assert 'style="height: 450px"' in made
    assert made.count("<script") == 1


def test_the_text_of_a_notebook_is_shown_with_its_pictures_and_formulas() -> None:
    source = (
        "# Our opening\n\nThis is **our** advice: $x_1 * x_2$.\n\n![a](attachment:a.png) ![b](b.png)\n\n"
        "![c](attachment:c.png)\n\n<script>alert(1)</script>"
    )
    cell = nbformat.v4.new_markdown_cell(source, attachments={"a.png": {"image/png": PNG}})
    made = show(cell)
    assert "<h1>Our opening</h1>" in made
    assert "This is <strong>our</strong> advice: $x_1 * x_2$." in made
    assert f'<img src="data:image/png;base64,{PNG}" alt="a">' in made
    lacks = "a picture that does not lie in this page ({})"
    assert NOTE.format(f"{lacks.format('b.png')}, {lacks.format('attachment:c.png')}, a script") in made
    assert "alert" not in made


@pytest.mark.parametrize("tag", ["remove-cell", "remove_cell"])
def test_a_cell_that_is_not_for_the_client_is_not_shown(tag: str) -> None:
    text = nbformat.v4.new_markdown_cell("note", metadata={"tags": [tag]})
    code = make_cell(NotebookNode(output_type="stream", name="stdout", text="note"), tags=(tag,))
    raw = nbformat.v4.new_raw_cell("note")
    assert show(text, code, raw) == ""


@pytest.mark.parametrize("tag", ["remove-output", "remove_output", "nbval-check-output"])
def test_an_output_that_is_not_for_the_client_is_not_shown(tag: str) -> None:
    assert show(make_cell(NotebookNode(output_type="stream", name="stdout", text="note"), tags=(tag,))) == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain <b>\n", "plain &lt;b&gt;\n"),
        ("\x1b[31mred\x1b[0m <b>", '<span class="ansi-red-fg">red</span> &lt;b&gt;'),
        ("\x1b[1mbold\x1b[m", '<span class="ansi-bold">bold</span>'),
        ("\x1b[38;5;208mx\x1b[0m", '<span style="color: rgb(255,135,0)">x</span>'),
        ("\x1b[2Kx\x1b]0;title", "x\x1b]0;title"),
        ("10%\r50%\r100%\nb\r\n", "100%\nb\n"),
        ("\x1b[31mx" * 2_000, "x" * 2_000),
        ("\x1b[31mx\x1b[0m" * 2_000, '<span class="ansi-red-fg">x</span>' * 2_000),
    ],
)
def test_a_text_of_a_terminal_has_its_colours(text: str, shown: str) -> None:
    assert show_text(text) == f"<pre>{shown}</pre>"


def test_warnings_are_not_for_the_client() -> None:
    assert show_text("FutureWarning", name="stderr") == ""


def test_what_is_left_out_is_named_in_the_language_of_the_page() -> None:
    made = show_data({"application/javascript": "1"}, language="zh")
    assert made == '<p class="note">此处未显示：脚本。</p>'


def test_a_section_of_ours_stands_as_it_is_and_the_headings_of_others_are_cleaned_before_they_are_listed() -> (
    None
):
    html = '<section id="a"><h2>A</h2><script type="application/json">{}</script></section>'
    data, metadata = Section(html)._repr_mimebundle_()
    assert show_data(data, **metadata).startswith(html)
    other = '<section id="b"><h2><img src=x onerror=alert(1)>B</h2></section>'
    made = show_data({"text/html": other + other.replace('"b"', '"c"')})
    assert '<a href="#c">B</a>' in made
    assert "alert" not in made


def test_the_style_of_outputs_is_in_the_page_of_who_needs_it_alone() -> None:
    def find_style(*cells: NotebookNode) -> bool:
        return ".ansi-red-fg" in make_html(nbformat.v4.new_notebook(cells=list(cells)), "-", "en")

    data, metadata = Section("<p>x</p>")._repr_mimebundle_()
    assert not find_style(make_cell(NotebookNode(output_type="display_data", data=data, metadata=metadata)))
    assert find_style(make_cell(NotebookNode(output_type="stream", name="stdout", text="x")))
