"""One look for all figures, and the plotly.js that draws them."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd
import plotly.offline
import pytest

from licences.law.catalogue import Catalogue
from licences.law.rows import find_in_force
from licences.render.assets import read_asset
from licences.render.figures.style import (
    BLUE,
    DARK,
    GREEN,
    INK,
    ORANGE,
    PAPER,
    PREPARATION,
    PROVISIONAL,
    SOFT,
    VIOLET,
    dress,
    fit_figure,
    label_codes,
    show_texts,
)


def label(name: str, language: str) -> str:
    return label_codes({"A": name}, language)["A"]


def test_a_label_is_the_whole_name_in_short_lines() -> None:
    for name in (
        "ICP备案（非经营性互联网信息服务备案）",
        "增值电信业务经营许可证：国内呼叫中心业务",
        "EDI证",
    ):
        assert label(name, "zh").replace("<br>", "") == name
        assert max(map(len, label(name, "zh").split("<br>"))) <= 16
    name = "EDI licence: value-added telecom licence for online data and transaction processing (EDI)"
    assert label(name, "en").replace("<br>", " ") == name
    assert max(map(len, label(name, "en").split("<br>"))) <= 38


def test_two_licences_never_have_the_same_label(catalogue: Catalogue) -> None:
    rows = find_in_force(catalogue.rows, date(2026, 11, 23))
    for language in ("zh", "en"):
        labels = label_codes(rows[f"name_{language}"].to_dict(), language)
        assert len(set(labels.values())) == len(labels)


def test_the_shipped_plotly_js_is_the_one_that_the_installed_plotly_was_made_for() -> None:
    version = plotly.offline.offline.get_plotlyjs_version()
    assert f"plotly.js (basic - minified) v{version}\n" in read_asset("plotly-basic.min.js")[:200]


def test_every_figure_says_what_it_shows_to_a_screen_reader() -> None:
    meta = dress([], {}, "what it shows", "graph").layout.meta
    assert (meta["alt"], meta["name"]) == ("what it shows", "graph")


@pytest.mark.parametrize("page", ["light", "dark"])
def test_kinds_and_phases_differ_in_brightness_or_hue_for_every_kind_of_eye(page: str) -> None:
    """Simulated for the two common kinds of colour blindness, colours that stand together stay well apart."""
    shown = (lambda colour: DARK[colour]) if page == "dark" else str
    for together in ((GREEN, ORANGE, BLUE), (PREPARATION, BLUE, INK)):
        for kept in ("protan", "deutan"):
            seen = [_simulate(shown(colour), kept) for colour in together]
            for at, one in enumerate(seen):
                for other in seen[at + 1 :]:
                    assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 > 40


def test_a_text_in_a_figure_can_be_read_on_a_light_and_on_a_dark_page() -> None:
    written = {PAPER: (INK, SOFT, GREEN, ORANGE, BLUE, VIOLET), PROVISIONAL: (INK, SOFT)}
    for ground, colours in written.items():
        for colour in colours:
            assert _contrast(DARK[colour], DARK[ground]) >= 4.5
            assert _contrast(colour, ground) >= 4.5


def _contrast(one: str, other: str) -> float:
    """Source: WCAG 2.2, 1.4.3."""

    def shine(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    darker, lighter = sorted((shine(one), shine(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_a_figure_is_otherwise_in_a_place_of_its_own_and_a_foreign_one_stays() -> None:
    traces = [{"type": "bar", "x": [1, 2], "y": [3, 4]}, {"type": "scatter", "x": [1], "marker": {"size": 5}}]
    own = {
        "layout": {"height": 9, "xaxis": {"nticks": 2}},
        "data": [{}, {"marker": {"color": "#ffffff"}}],
        "annotations": [{"x": 5}, {"text": "more"}],
    }
    layout = {"xaxis": {"side": "top"}, "annotations": [{"text": "one", "x": 1}]}
    figure = dress(traces, layout, "", "", {"narrow": own}).to_plotly_json()
    fitted = fit_figure(figure, "narrow")
    assert fitted["layout"]["xaxis"] == {"side": "top", "nticks": 2}
    assert fitted["data"][1]["marker"] == {"size": 5, "color": "#ffffff"}
    assert fitted["data"][0] == figure["data"][0]
    assert fitted["layout"]["annotations"] == [{"text": "one", "x": 5}, {"text": "more"}]
    for place in ("wide", "paper"):
        assert fit_figure(figure, place)["layout"] == figure["layout"]
    for meta in ("narrow", ["narrow"], None):
        foreign = {"data": traces, "layout": {"meta": meta}}
        assert fit_figure(foreign, "narrow") == foreign


def _simulate(colour: str, kind: str) -> list[float]:
    """Source: Machado, Oliveira and Fernandes (2009), full severity."""
    matrix = {
        "protan": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
        "deutan": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    }[kind]
    rgb = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return [sum(weight * part for weight, part in zip(row, rgb, strict=True)) for row in matrix]


def test_a_table_of_texts_shows_every_row_from_the_left_and_a_client_cannot_write_markup() -> None:
    frame = pd.DataFrame(
        {"client": ["<script>alert(1)</script>", *map(str, range(200))], "fee": [None, *range(200)]}
    )
    html = show_texts(frame).to_html()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert html.count("<tr>") == 1 + len(frame)
    assert re.findall(r"text-align: ([a-z]+)", html) == ["left"] * html.count("text-align")
    assert ">–</td>" in html
    assert html == show_texts(frame).to_html()
    assert ">corner-shop</th>" in show_texts(frame.head(1).set_axis(["corner-shop"])).to_html()
