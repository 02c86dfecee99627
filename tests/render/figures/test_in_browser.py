"""Figures as a browser draws them: nothing is cut, and all can be read, on a phone, in the dark and on paper."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from licences.analysis.case import Case, make_case
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.reading.dictionary import LANGUAGES
from licences.render.assets import PLOTLY, read_asset
from licences.render.figures.graph import draw_graph
from licences.render.figures.plan import draw_launch, draw_renewals, draw_timeline
from licences.rules.facts import read_profiles
from serving import BROWSER_ARGUMENTS

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
CLIENTS = ("grand-bazaar", "old-willow", "hello-hall")  # the most steps; the longest chains; a comb
PAGE = """<!DOCTYPE html><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<style>{style}</style><main>{figures}</main>
<script>{plotly}</script><script>function unpackPlotly() {{ return Promise.resolve(); }}
{script}</script>"""
FIGURE = """<figure class="chart"><div class="plot" style="height: {height}px"></div>
<script type="application/json">{figure}</script></figure>"""
# Texts that leave their picture, texts that lie on each other, and the contrast of each with its ground.
LOOK = """() => {
  const shine = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const found = { texts: 0, cut: [], covered: [], faint: [], wide: document.documentElement.scrollWidth };
  for (const chart of document.querySelectorAll("figure.chart")) {
    const frame = chart.querySelector(".main-svg").getBoundingClientRect(), boxes = [];
    const ground = shine(getComputedStyle(chart.querySelector(".main-svg")).backgroundColor);
    for (const text of chart.querySelectorAll(".main-svg text")) {
      const box = text.getBoundingClientRect();
      if (!box.width) continue;
      found.texts += 1;
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
        found.cut.push(text.textContent);
      const other = boxes.find(([one]) => Math.min(box.right, one.right) - Math.max(box.left, one.left) > 2
        && Math.min(box.bottom, one.bottom) - Math.max(box.top, one.top) > 5);
      if (other) found.covered.push([text.textContent, other[1]]);
      boxes.push([box, text.textContent]);
      const ink = shine(getComputedStyle(text).fill);
      if ((Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05) < 4.5) found.faint.push(text.textContent);
    }
  }
  return found;
}"""


STAGES = """client,name,holds,from,has_website,hosts_third_party_sellers,own_couriers,live_commerce
staged,Staged,BUSINESS_LICENCE,,yes,no,no,no
staged,,,2027-04-01,,yes,,
staged,,,2027-04-15,,,yes,yes
"""


@pytest.fixture(scope="module")
def cases(
    catalogue: Catalogue, sample_clients: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], Case]:
    """Clients of each kind in each language; of ``older`` the licences have their whole names, as in an older catalogue."""
    file = tmp_path_factory.mktemp("stages") / "clients.csv"
    file.write_text(STAGES, encoding="utf-8")
    told = {client: sample_clients[sample_clients["client"] == client] for client in CLIENTS}
    told["staged"] = read_profiles(file, catalogue.fields, catalogue.codes)
    whole = replace(catalogue, rows=catalogue.rows.assign(short_zh=None, short_en=None))
    told["older"] = told["hello-hall"]
    return {
        (client, language): make_case(
            whole if client == "older" else catalogue, profile, AS_OF, PlanOptions(START), language
        )
        for client, profile in told.items()
        for language in LANGUAGES
    }


@pytest.fixture(scope="module")
def browser(browser_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser_path, args=[*BROWSER_ARGUMENTS])
        yield running
        running.close()


def write_page(path: Path, cases: Iterable[Case]) -> Path:
    """All figures of cases on one page, drawn as on a client's."""
    drawn = [
        json.loads(figure.to_json())
        for case in cases
        for draw in (draw_graph, draw_timeline, draw_launch, draw_renewals)
        if (figure := draw(case))
    ]
    figures = [
        FIGURE.format(height=one["layout"]["height"], figure=json.dumps(one).replace("<", "\\u003c"))
        for one in drawn
    ]
    script = read_asset("page.js").replace("async function unpackPlotly", "async function _unpack")
    path.write_text(
        PAGE.format(
            style=read_asset("page.css"),
            figures="".join(figures),
            plotly=read_asset(PLOTLY),
            script=script + read_asset("fit.js"),
        ),
        encoding="utf-8",
    )
    return path


def open_page(browser: Browser, path: Path, **look: Any) -> Page:
    page = browser.new_context(offline=True, **look).new_page()
    page.goto(path.as_uri())
    page.wait_for_function("window.licencesDrawn === true")
    return page


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_label_is_cut_or_covered_and_each_can_be_read(
    browser: Browser, cases: dict[tuple[str, str], Case], tmp_path: Path, width: int, scheme: Any
) -> None:
    path = write_page(tmp_path / "page.html", cases.values())
    page = open_page(browser, path, viewport={"width": width, "height": 900}, color_scheme=scheme)
    found = page.evaluate(LOOK)
    page.context.close()
    assert found.pop("texts") > 400
    assert found == {"cut": [], "covered": [], "faint": [], "wide": width}


@pytest.mark.browser
def test_a_page_that_becomes_dark_or_narrow_or_is_printed_draws_its_figures_anew(
    browser: Browser, cases: dict[tuple[str, str], Case], tmp_path: Path
) -> None:
    path = write_page(tmp_path / "page.html", [cases["hello-hall", "en"]])
    page = open_page(browser, path, viewport={"width": 1280, "height": 900}, color_scheme="light")
    ground = "getComputedStyle(document.querySelector('.main-svg')).backgroundColor"
    tall = "[...document.querySelectorAll('.main-svg')].reduce((sum, one) => sum + one.clientHeight, 0)"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{ground} !== 'rgb(255, 255, 255)'")
    wide = page.evaluate(tall)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    assert page.evaluate(tall) < wide
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(ground) != "rgb(255, 255, 255)"
    page.set_viewport_size({"width": 390, "height": 900})
    page.wait_for_function(f"{tall} > {wide}")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.context.close()
