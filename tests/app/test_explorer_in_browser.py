"""The explorer as a consultant sees it: a real JupyterLab and a real Voilà, in a real browser."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    FloatRect,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)

from licences.law.catalogue import Catalogue
from licences.law.rows import find_in_force
from licences.rules.facts import list_cells, read_profiles
from serving import BROWSER_ARGUMENTS, PATIENCE_SECONDS, Served, serve

pytestmark = pytest.mark.browser
AS_OF = date(2026, 11, 23)
PICTURES = Path(__file__).parents[2] / "reports" / "pictures"
# What JupyterLab and Voilà say in the console of every page, whatever the notebook.
THEIR_OWN = re.compile(r"Failed to load resource.*(api/kernels|api/sessions|lab/api/workspaces|favicon)")


@dataclass
class Heard:
    """What the browser complained about, and what it asked of others than our server."""

    errors: list[str] = field(default_factory=list)
    asked_others: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._watch)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not THEIR_OWN.search(f"{message.text} {message.location.get('url')}"):
            self.errors.append(message.text)

    def _watch(self, request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")):
            self.asked_others.append(request.url)


@pytest.fixture(scope="module")
def browser(browser_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser_path, args=[*BROWSER_ARGUMENTS])
        yield running
        running.close()


@pytest.fixture(scope="module", params=["app", "lab"])
def served(
    request: pytest.FixtureRequest, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """``licences explore``, started as a user starts it, on a copy: a test saves its notebook."""
    asked = ["--client", "wander-work", "--as-of", AS_OF.isoformat(), "--start", "2026-11-24"]
    with serve(request.param, project, tmp_path_factory.mktemp(request.param), *asked) as served:
        yield served


@pytest.fixture(scope="module")
def heard() -> Heard:
    return Heard()


@pytest.fixture(scope="module")
def page(served: Served, browser: Browser, heard: Heard) -> Iterator[Page]:
    """The explorer, open and ready."""
    opened = browser.new_page(viewport={"width": 1440, "height": 1000})
    opened.set_default_timeout(PATIENCE_SECONDS * 500)
    heard.listen(opened)
    opened.goto(served.address)
    if served.kind == "lab":
        run_all_cells(opened)
    opened.locator("table.dataTable tbody tr").first.wait_for()
    yield opened
    opened.close()


def run_all_cells(page: Page) -> None:
    """Runs a notebook of JupyterLab, which asks for a kernel where its own has not started yet."""
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    expect(page.locator("#jp-main-statusbar")).to_contain_text(
        re.compile(r"\(ipykernel\) \| Idle"), timeout=PATIENCE_SECONDS * 1000
    )
    choose_from_menu(page, "Run", "Run All Cells")
    chooses = page.locator(".jp-Dialog button.jp-mod-accept")
    page.locator("table.dataTable tbody tr").first.or_(chooses).first.wait_for()
    if chooses.is_visible():
        chooses.click()
        choose_from_menu(page, "Run", "Run All Cells")


def choose_from_menu(page: Page, menu: str, entry: str) -> None:
    """Chooses from JupyterLab's menus."""
    page.locator(".lm-MenuBar-itemLabel", has_text=re.compile(f"^{menu}$")).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{entry}$")).click()


def show_tab(page: Page, number: int) -> None:
    page.locator(f".licences-views .lm-TabBar-tab:nth-child({number})").click()


def find_place(shown: Locator) -> FloatRect:
    """Brings something to sight and says where it comes to rest: a figure is drawn anew when its room changes."""
    until = time.monotonic() + PATIENCE_SECONDS
    last: FloatRect | None = None
    while time.monotonic() < until:
        try:
            shown.evaluate("(one) => one.scrollIntoView({block: 'center'})", timeout=1000)
            place = shown.bounding_box(timeout=1000)
        except Error:  # it is not there yet, or was taken away between the two
            place = None
        if place is not None and place == last:
            return place
        last = place
        shown.page.wait_for_timeout(200)
    raise AssertionError(f"{shown} never comes to rest")


def find_field(page: Page, name: str) -> str:
    """Brings a question to sight by searching for its name; the selector of its control."""
    page.locator(".licences-form > .widget-text input").first.fill(name)
    return f".licences-form .field-{name} >> visible=true"


def read_count(page: Page, verdict: str) -> int:
    return int(page.locator(f".licences-answer [data-verdict={verdict}] b").inner_text())


def read_nodes(page: Page) -> set[str]:
    """The codes of the boxes that the browser has drawn."""
    drawn = page.evaluate(
        """() => [...document.querySelectorAll(".js-plotly-plot")]
            .filter((plot) => plot.layout.annotations)
            .flatMap((plot) => plot.data.slice(3).flatMap((trace) => [...(trace.customdata ?? [])]))"""
    )
    return set(drawn)


def read_bars(page: Page) -> dict[str, str]:
    """The bars that the browser has drawn: code to the day on which each begins."""
    drawn = page.evaluate(
        """() => [...document.querySelectorAll(".js-plotly-plot")]
            .filter((plot) => plot.data.some((trace) => trace.type === "bar"))
            .flatMap((plot) => plot.data.filter((trace) => trace.type === "bar"))
            .flatMap((trace) => [...trace.y].map((code, at) => [code, trace.base[at]]))"""
    )
    return dict(drawn)


def test_it_opens_with_the_client_that_was_asked_for(page: Page, catalogue: Catalogue) -> None:
    expect(page.locator(".licences-title h1")).to_contain_text("走走停停旅行求职网")
    assert read_count(page, "required") > 0
    assert page.locator("table.dataTable tbody tr").count() == len(find_in_force(catalogue.rows, AS_OF))
    (not_before,) = page.locator(".licences-answer .chance b").all()  # of this client no date can be promised
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", not_before.get_attribute("data-not-before") or "")
    assert re.search(r"不早于20\d\d年\d+月\d+日", not_before.inner_text())
    assert "目前尚不能承诺日期" in page.locator(".licences-answer .launch").inner_text()


def test_a_toggle_changes_counts_table_graph_and_timeline(page: Page) -> None:
    before = read_count(page, "required")
    assert "CALL_CENTRE" not in read_nodes(page) | set(read_bars(page))
    row = page.locator("table.dataTable tbody tr", has_text="CALL_CENTRE")
    assert row.locator("td").first.inner_text().startswith("5")
    chosen = find_field(page, "sells_call_centre_services")
    page.locator(chosen).locator("button").first.click()
    expect(page.locator(".licences-answer [data-verdict=required] b")).to_have_text(str(before + 1))
    expect(row.locator("td").first).to_contain_text("1")
    show_tab(page, 2)
    page.locator(".licences-views .annotation", has_text="呼叫中心").wait_for()
    assert "CALL_CENTRE" in read_nodes(page)
    show_tab(page, 3)
    page.locator(".licences-views .ytick text", has_text="呼叫中心").wait_for()
    bars = read_bars(page)
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", bars["CALL_CENTRE"])
    drawn = page.locator(".licences-views .bars .point path >> visible=true").count()
    assert len(bars) < drawn <= 2 * len(bars)  # a second one where it is prepared first
    show_tab(page, 1)


def test_figures_fill_the_room_they_have(page: Page) -> None:
    for tab in (2, 3):
        show_tab(page, tab)
        plot = page.locator(".licences-figure .main-svg >> visible=true").first
        room = page.locator(".licences-figure >> visible=true").first.bounding_box()
        expect(plot).to_be_visible()
        page.wait_for_function(
            "(wide) => [...document.querySelectorAll('.licences-figure .main-svg')].some((svg) => Math.abs(svg.getBoundingClientRect().width - wide) < 3)",
            arg=room["width"] if room else 0,
        )
    show_tab(page, 1)


def test_a_row_a_box_and_a_bar_each_show_their_card(page: Page) -> None:
    card = page.locator(".licences-drawer article")
    page.locator("table.dataTable tbody tr", has_text="TRAVEL_AGENCY").first.click()
    expect(card).to_have_id("TRAVEL_AGENCY")
    show_tab(page, 2)
    box = find_place(page.locator(".licences-views .annotation", has_text="呼叫中心"))
    page.mouse.move(box["x"] + box["width"] / 2 - 3, box["y"] + box["height"] / 2)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(card).to_have_id("CALL_CENTRE")
    show_tab(page, 3)
    bars = page.locator(".licences-views .bars .point path >> visible=true")
    label = find_place(page.locator(".licences-views .ytick text", has_text="等保二级"))
    tops = bars.evaluate_all("(bars) => bars.map((bar) => bar.getBoundingClientRect().top)")
    row = [at for at, top in enumerate(tops) if abs(top - label["y"]) < label["height"]]
    assert len(row) in {2, 3}  # a frame around both, where it decides
    place = find_place(bars.nth(row[0]))  # its preparation, drawn before what the authority takes
    page.mouse.move(place["x"] + place["width"] / 2 - 1, place["y"] + place["height"] / 2)
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(card).to_have_id("MLPS_2")
    page.locator(".licences-drawer button").click()
    expect(card).to_be_hidden()
    show_tab(page, 1)


def test_what_lies_beyond_the_screen_makes_no_row_high(page: Page) -> None:
    show_tab(page, 1)
    lines = page.locator("table.dataTable tbody tr").evaluate_all(
        """(rows) => rows.map((row) => [...row.cells].map((cell) => {
            const written = document.createRange();
            written.selectNodeContents(cell);
            return new Set([...written.getClientRects()].map((line) => line.top)).size;
        }))"""
    )
    beyond = [max(cells[7:]) for cells in lines]
    assert min(beyond) >= 1  # it is there, and whole
    assert max(beyond) <= 5
    assert sum(beyond) < 2.5 * len(beyond)


def test_the_table_can_be_searched_and_keeps_that(page: Page, catalogue: Catalogue) -> None:
    show_tab(page, 1)
    search = page.locator(".licences-views .dt-search input >> visible=true")
    search.fill("EDI")
    rows = page.locator("table.dataTable tbody tr")
    everything = len(find_in_force(catalogue.rows, AS_OF))
    expect(rows).not_to_have_count(everything)
    kept = rows.count()
    chosen = find_field(page, "has_mini_program")
    page.locator(chosen).locator("button").nth(2).click()
    page.wait_for_timeout(1000)
    assert page.locator(".licences-views .dt-search input >> visible=true").input_value() == "EDI"
    assert abs(rows.count() - kept) <= 3
    page.locator(".licences-views .dt-search input >> visible=true").fill("")
    expect(rows).to_have_count(everything)


def count_nodes(page: Page) -> int:
    """How many nodes the page holds, also those that are to be seen no more."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    session.send("HeapProfiler.collectGarbage")
    told = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return int(told["Nodes"])


def test_changed_answers_leave_no_earlier_table_behind(page: Page) -> None:
    buttons = page.locator(find_field(page, "has_mini_program")).locator("button")

    def change(answer: int) -> None:
        buttons.nth(answer).click()
        page.wait_for_timeout(800)

    change(1)
    change(0)
    before = count_nodes(page)
    for answer in (1, 0) * 4:
        change(answer)
    change(2)
    assert count_nodes(page) - before < 3000  # which is one table
    page.locator("table.dataTable tbody tr", has_text="TRAVEL_AGENCY").first.click()
    card = page.locator(".licences-drawer article")
    expect(card).to_have_id("TRAVEL_AGENCY")
    page.locator(".licences-drawer button").click()
    expect(card).to_be_hidden()


def test_what_if_is_shown_side_by_side(page: Page) -> None:
    page.get_by_role("button", name="固定当前结果").click()
    expect(page.locator(".licences-right .licences-message")).to_contain_text("与固定的结果相比")
    chosen = find_field(page, "sells_call_centre_services")
    page.locator(chosen).locator("button").nth(1).click()
    show_tab(page, 4)
    expect(page.locator(".licences-difference .lost")).to_contain_text("呼叫中心")
    page.get_by_role("button", name="回到固定的结果").click()
    expect(page.locator(".licences-difference")).to_contain_text("没有差别")
    page.get_by_role("button", name="取消固定").click()
    show_tab(page, 1)


def test_a_wrong_number_is_a_sentence(page: Page) -> None:
    entry = page.locator(find_field(page, "foreign_share_percent")).locator("input")
    before = entry.input_value()
    entry.fill("140")
    entry.press("Enter")
    expect(page.locator(".licences-message.wrong")).to_contain_text("140")
    expect(entry).to_have_value(before)
    entry.fill("12.5")
    entry.press("Enter")
    expect(page.locator(".licences-message.wrong")).to_have_count(0)


def test_a_client_is_saved_after_being_asked(
    page: Page, served: Served, catalogue: Catalogue, project: Path
) -> None:
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".licences-message.ask")).to_contain_text("受他人委托提供呼叫中心")
    page.get_by_role("button", name="覆盖").click()
    expect(page.locator(".licences-message.done").first).to_contain_text("wander-work")
    profiles = read_profiles(served.clients, catalogue.fields, set(catalogue.rows["code"])).to_dict("records")
    saved = {record["client"]: list_cells(record, catalogue.fields) for record in profiles}  # type: ignore[arg-type]
    assert saved["wander-work"]["sells_call_centre_services"] == "yes"
    assert saved["wander-work"]["foreign_share_percent"] == "12.5"
    assert len(saved) == len(
        read_profiles(project / "data" / "clients.csv", catalogue.fields, set(catalogue.rows["code"]))
    )


def test_a_save_outside_of_the_work_folder_is_a_sentence(page: Page, served: Served) -> None:
    file = page.locator(".term-file input")
    before = file.input_value()
    file.fill("../authorized_keys")
    file.press("Enter")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".licences-message.wrong")).to_contain_text("'../authorized_keys' 不在")
    assert not (served.clients.parents[1] / "authorized_keys").exists()
    file.fill(before)
    file.press("Enter")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".licences-message.done").first).to_contain_text("完全一致")


def test_another_client_is_loaded_and_its_best_question_answered(page: Page) -> None:
    page.locator(".term-client select").select_option(label="还没想好公司（样例） (quiet-client)")
    expect(page.locator(".licences-title h1")).to_contain_text("还没想好公司")
    open_before = read_count(page, "undetermined")
    assert open_before > 10
    asked = page.locator(".licences-next .licences-control")
    question = asked.locator("summary").inner_text()
    asked.locator("button").nth(1).click()
    expect(asked.locator("summary")).not_to_have_text(question)
    assert read_count(page, "undetermined") < open_before
    page.locator(".term-client select").select_option(label="走走停停旅行求职网（样例） (wander-work)")
    page.get_by_role("button", name="放弃这些回答").click()
    expect(page.locator(".licences-title h1")).to_contain_text("走走停停")


def test_the_language_changes_and_both_look_right(page: Page, served: Served) -> None:
    page.locator(".licences-form > .widget-text input").first.fill("")
    PICTURES.mkdir(parents=True, exist_ok=True)
    for language, required, tab in (("zh", "必须办理", "时间表"), ("en", "Required", "Timeline")):
        page.get_by_role("button", name={"zh": "中文", "en": "English"}[language], exact=True).click()
        expect(page.locator(".licences-answer [data-verdict=required]")).to_contain_text(required)
        expect(page.locator(".licences-views .lm-TabBar-tab").nth(2)).to_have_text(tab)
        show_tab(page, 3)
        page.wait_for_timeout(1500)
        page.screenshot(path=PICTURES / f"explorer-{served.kind}-{language}.png")
        show_tab(page, 1)
    expect(page.locator("table.dataTable tbody tr").first).to_contain_text("Required")


def test_a_report_is_made_and_opens(page: Page, served: Served) -> None:
    page.get_by_role("button", name="Write the report").click()
    link = page.locator(".licences-report-link")
    link.wait_for()
    expect(page.locator(".licences-message.done").first).to_contain_text("The report is written")
    assert (served.out / "wander-work" / "report.html").exists()
    with page.context.expect_page() as opening:
        link.click()
    report = opening.value
    heard = Heard()
    heard.listen(report)
    report.locator(".js-plotly-plot .main-svg").first.wait_for()
    assert "走走停停旅行求职网" in report.locator("#letter .head b").first.inner_text()
    assert (heard.errors, heard.asked_others) == ([], [])
    report.close()


def test_a_questionnaire_goes_out_and_what_comes_back_is_dropped_on_the_page(page: Page) -> None:
    page.get_by_role("button", name="English", exact=True).click()
    show_tab(page, 5)
    expect(page.locator(".licences-inquiry .licences-control").first).to_be_visible()
    with page.expect_download() as handed:
        page.get_by_role("button", name="Questionnaire (Excel)").click()
    assert handed.value.suggested_filename == "questionnaire-wander-work.xlsx"
    content = Path(handed.value.path()).read_bytes()
    assert content.startswith(b"PK")
    page.locator(".licences-upload input").set_input_files(
        {"name": "back.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    )
    expect(page.locator(".licences-message.done").first).to_contain_text("back.xlsx tells nothing")
    told = {"licences_answers": 1, "client": "wander-work", "name": "", "edition": "2026-11-23", "lang": "zh"}
    told |= {"made_on": "2026-11-23", "answered_on": "2026-11-23", "by": "王芳", "unsure": [], "remarks": {}}
    drop_file(page, "answers-wander-work.json", json.dumps(told | {"answers": {"registered_users": "4321"}}))
    expect(page.locator(".licences-asking")).to_contain_text("4321")
    page.get_by_role("button", name="Leave them out").click()
    expect(page.locator(".licences-asking")).to_be_hidden()
    assert page.locator(".licences-dropping").count() == 0
    show_tab(page, 1)


def drop_file(page: Page, name: str, text: str) -> None:
    """Drops a file on the explorer, as from a folder of the desktop."""
    page.evaluate(
        """([name, text]) => {
            const data = new DataTransfer();
            data.items.add(new File([text], name));
            const target = document.querySelector(".licences-answer");
            for (const type of ["dragover", "drop"])
                target.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        [name, text],
    )


def test_a_page_that_is_loaded_anew_shows_the_answer_of_now(page: Page, served: Served) -> None:
    """JupyterLab keeps the kernel; the figures must not fall back to what they showed at first."""
    if served.kind == "app":
        pytest.skip("the web app starts anew, as its own test of opening shows")
    bars = read_bars(page)
    choose_from_menu(page, "File", "Save Notebook")
    page.locator(".lm-TabBar-tab.jp-mod-current:not(.jp-mod-dirty)").first.wait_for()
    page.reload()
    page.locator("table.dataTable tbody tr").first.wait_for()
    show_tab(page, 3)
    page.locator(".licences-views .bars .point path >> visible=true").first.wait_for()
    assert read_bars(page) == bars
    assert "CALL_CENTRE" in bars


def test_nobody_gets_in_without_the_token(served: Served, browser: Browser) -> None:
    stranger = browser.new_context().new_page()
    bare = served.address.partition("?")[0]
    for address in (bare, f"{bare}?token=guessed-and-wrong-token"):
        try:
            stranger.goto(address)
        except Error:
            continue
        stranger.wait_for_timeout(500)
        assert stranger.locator(".licences-answer, .jp-Notebook").count() == 0
        assert stranger.locator("input[type=password]").count() > 0
    stranger.context.close()


def test_the_browser_heard_no_error_and_nothing_was_asked_of_others(page: Page, heard: Heard) -> None:
    assert not page.is_closed()
    assert heard.errors == []
    assert heard.asked_others == []
