"""The explorer without a browser: what its widgets hold after what a consultant does."""

from __future__ import annotations

import json
import re
import shutil
from argparse import Namespace
from dataclasses import replace
from datetime import date, timedelta
from html import escape, unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ipywidgets import HTML, DatePicker
from jupyter_client.manager import start_new_kernel

from licences.analysis.case import make_case
from licences.app.explorer import Explorer
from licences.app.opening import _read_terms, explore
from licences.app.serve import hand_over
from licences.app.terms import Places, Terms
from licences.cli.main import main
from licences.cli.options import find_start
from licences.errors import UnknownNameError
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.reading.dictionary import LANGUAGES
from licences.render.figures.graph import draw_graph, make_graph
from licences.render.figures.plan import draw_timeline
from licences.render.html.explorer import list_licences
from licences.rules.client_files import find_saved, write_client
from licences.rules.facts import list_cells, read_profiles
from licences.rules.keeping import begin_book, begin_writing
from licences.words.texts import mark_day, read_texts, write_day

AS_OF, START = date(2026, 11, 23), date(2026, 11, 24)
TERMS = Terms(AS_OF, START)


@pytest.fixture
def places(project: Path, tmp_path: Path) -> Places:
    shutil.copy(project / "data" / "clients.csv", tmp_path / "mine.csv")
    return Places(project, None, tmp_path / "mine.csv", tmp_path / "reports")


@pytest.fixture
def explorer(catalogue: Catalogue, places: Places) -> Explorer:
    return Explorer(catalogue, places, TERMS, "en", "wander-work")


def read_cells(catalogue: Catalogue, path: Path) -> dict[str, dict[str, str]]:
    records: list[Any] = read_profiles(path, catalogue.fields, set(catalogue.rows["code"])).to_dict("records")
    return {record["client"]: list_cells(record, catalogue.fields) for record in records}


def find_shown_codes(explorer: Explorer) -> set[str]:
    figure = explorer.screen.graph.figure
    assert figure is not None
    return {code for trace in figure.data[3:] for code in trace.customdata}


def printer(explorer: Explorer, name: str) -> None:
    explorer.screen.buttons[name].click()


def test_there_is_a_control_for_every_fact_and_each_shows_what_is_told(
    catalogue: Catalogue, explorer: Explorer
) -> None:
    assert list(explorer.screen.controls) == [field.name for field in catalogue.fields.every]
    told = read_cells(catalogue, explorer.places.clients)["wander-work"]
    for name, control in explorer.screen.controls.items():
        assert control.read() == control.text == told[name]
    assert explorer.screen.holdings.entry.value == told["holds"]
    assert sum(len(controls) for controls in explorer.screen.groups.values()) == len(catalogue.fields.every)


def test_a_new_field_needs_no_code(catalogue: Catalogue, places: Places) -> None:
    like = catalogue.fields["has_app"]
    new = replace(like, name="sells_to_mars", group="growth", label={"zh": "卖到火星", "en": "Sells to Mars"})
    wider = replace(catalogue, fields=replace(catalogue.fields, every=(*catalogue.fields.every, new)))
    explorer = Explorer(wider, places, TERMS, "en", "wander-work")
    control = explorer.screen.controls["sells_to_mars"]
    assert "Sells to Mars" in control.label.value
    assert (
        control.box
        in explorer.screen.accordion.children[list(explorer.screen.groups).index("growth")].children
    )
    control.buttons.value = "yes"  # type: ignore[attr-defined]
    assert explorer.cells["sells_to_mars"] == "yes"


def test_a_changed_fact_changes_answer_table_figures_and_question(explorer: Explorer) -> None:
    assert "CALL_CENTRE" not in explorer.case.find_codes("required")
    explorer.screen.controls["sells_call_centre_services"].buttons.value = "yes"  # type: ignore[attr-defined]
    case = explorer.case
    assert "CALL_CENTRE" in case.find_codes("required")
    assert case.profile["sells_call_centre_services"] is True
    timeline = explorer.screen.timeline.figure
    assert timeline is not None
    assert find_shown_codes(explorer) == set(make_graph(case))
    bars = {code for trace in timeline.data if trace.type == "bar" for code in trace.y}
    assert bars == {step.code for step in case.plan.dated}
    shown = pd.DataFrame(json.loads(explorer.screen.table.table._dt_args["data_json"]))  # type: ignore[union-attr]
    assert shown[0].tolist() == list_licences(case)["verdict"].tolist()
    assert f"<b>{len(case.find_codes('required'))}</b>" in explorer.screen.answer.value
    assert case.launch is None  # it has not told all that decides
    assert f'data-not-before="{case.plan.launch}"' in explorer.screen.answer.value
    assert not explorer.is_saved
    assert read_texts("en")["explorer"]["unsaved"] in explorer.screen.title.value


def test_the_whole_figure_travels_or_the_reason_why_there_is_none(explorer: Explorer) -> None:
    figures = (explorer.screen.graph, explorer.screen.timeline)
    for live, drawn in zip(figures, (draw_graph(explorer.case), draw_timeline(explorer.case)), strict=True):
        assert drawn is not None
        state = live.get_state()["shown"]
        assert json.loads(state["figure"]) == json.loads(str(drawn.to_json()))
        assert state["text"] == ""
    explorer.screen.capacity.value = 1
    kept = [live.shown for live in figures]
    explorer.load("quiet-client")
    assert all(live.shown != before for live, before in zip(figures, kept, strict=True))
    figures[0].show(None, "<b>none</b>")
    assert figures[0].shown == {"figure": "", "text": "<b>none</b>"}


def test_not_told_is_neither_yes_nor_no(explorer: Explorer) -> None:
    buttons = explorer.screen.controls["sells_call_centre_services"].buttons  # type: ignore[attr-defined]
    for answer, verdict in (("yes", "required"), ("", "undetermined"), ("no", "not_needed")):
        buttons.value = answer
        assert explorer.case.findings["CALL_CENTRE"].verdict == verdict


def test_a_set_can_be_not_told_none_or_some(explorer: Explorer) -> None:
    chips = explorer.screen.controls["own_categories"].chips  # type: ignore[attr-defined]
    for chip in chips.values():
        chip.value = False
    assert explorer.cells["own_categories"] == ""
    chips["none"].value = True
    assert explorer.cells["own_categories"] == "none"
    chips["drugs"].value = True
    chips["catering"].value = True
    assert explorer.cells["own_categories"] == "catering;drugs"
    assert not chips["none"].value
    chips["none"].value = True
    assert explorer.cells["own_categories"] == "none"
    assert [value for value, chip in chips.items() if chip.value] == ["none"]


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("registered_capital_cny", "5,000,000", "5000000"),
        ("registered_capital_cny", "much", None),
        ("registered_capital_cny", "-1", None),
        ("foreign_share_percent", "101", None),
        ("foreign_share_percent", "33.5", "33.5"),
        ("branch_cities", "", ""),
    ],
)
def test_a_number_is_taken_or_refused_in_a_sentence(
    explorer: Explorer, field: str, typed: str, kept: str | None
) -> None:
    before = explorer.cells[field]
    entry = explorer.screen.controls[field].entry  # type: ignore[attr-defined]
    entry.value = "77"
    explorer.tell(field, before)
    entry.value = typed
    assert explorer.cells[field] == (before if kept is None else kept)
    assert (field in explorer.screen.message.value) is (kept is None)
    assert "Traceback" not in explorer.screen.message.value
    if kept is None:
        assert entry.value == before


def test_holdings_are_added_and_checked(explorer: Explorer) -> None:
    holdings = explorer.screen.holdings
    holdings.entry.value = "EDI@2029-03-31"
    assert explorer.case.held == {"EDI": date(2029, 3, 31)}
    holdings.licence.value = next(name for name in holdings.licence.options if name.endswith("(ICP)"))
    holdings.expires.value = date(2030, 5, 1)
    holdings.add.click()
    assert explorer.cells["holds"] == "EDI@2029-03-31;ICP@2030-05-01"
    holdings.licence.value = next(name for name in holdings.licence.options if name.endswith("(EDI)"))
    holdings.add.click()
    assert explorer.cells["holds"] == "ICP@2030-05-01;EDI"
    holdings.entry.value = "EDII"
    assert "EDII" in explorer.screen.message.value
    assert holdings.entry.value == explorer.cells["holds"] == "ICP@2030-05-01;EDI"


def test_the_best_question_can_be_answered_where_it_stands(explorer: Explorer) -> None:
    explorer.load("quiet-client")
    for _ in range(5):
        name = explorer.case.questions.iloc[0]["field"]
        control = explorer.screen.controls[name]
        assert explorer.screen.best.children == (control.box,)
        open_before = len(explorer.case.find_codes("undetermined"))
        explorer.tell(
            name, "no" if control.field.type == "bool" else "none" if control.field.type == "set" else "0"
        )
        assert name not in set(explorer.case.questions["field"])
        assert len(explorer.case.find_codes("undetermined")) <= open_before
    explorer.is_saved = True
    explorer.load("grand-bazaar")
    assert explorer.screen.best.children == ()


def test_the_language_changes_everywhere_and_the_answers_stay(
    catalogue: Catalogue, explorer: Explorer
) -> None:
    explorer.tell("has_app", "")
    cells = dict(explorer.cells)
    explorer.screen.language.value = "zh"
    assert explorer.cells == cells
    assert not explorer.is_saved
    screen = explorer.screen
    texts = read_texts("zh")["explorer"]
    assert screen.buttons["save"].description == texts["save"]
    assert screen.tabs.titles[0] == texts["tab_licences"]
    assert screen.controls["has_app"].buttons.options[0][0] == texts["yes"]  # type: ignore[attr-defined]
    assert catalogue.fields["has_app"].label["zh"] in screen.controls["has_app"].label.value
    assert screen.accordion.titles[0].startswith("渠道")
    assert explorer.case.language == "zh"
    assert "必须办理" in screen.answer.value
    for name, control in screen.controls.items():
        assert control.read() == cells[name]


def test_search_finds_questions_by_word_in_either_language(explorer: Explorer) -> None:
    screen = explorer.screen
    screen.search.value = "呼叫中心"
    found = [name for name, control in screen.controls.items() if control.box in screen.matches.children]
    assert "sells_call_centre_services" in found
    assert 0 < len(found) < 10
    assert screen.accordion.layout.display == "none"
    screen.search.value = "CALL seats"
    assert screen.controls["sells_call_centre_services"].box in screen.matches.children
    screen.search.value = "zzz"
    assert screen.matches.children == ()
    screen.search.value = ""
    assert screen.matches.children == ()
    assert screen.accordion.layout.display != "none"


def test_a_client_is_changed_saved_and_loaded_again(catalogue: Catalogue, explorer: Explorer) -> None:
    path = explorer.places.clients
    before = read_cells(catalogue, path)
    explorer.tell("sells_call_centre_services", "yes")
    printer(explorer, "save")
    assert explorer.screen.asking.layout.display == ""
    assert catalogue.fields["sells_call_centre_services"].label["en"] in explorer.screen.asked.value
    assert read_cells(catalogue, path) == before
    explorer.screen.no.click()
    assert read_cells(catalogue, path) == before
    assert not explorer.is_saved
    printer(explorer, "save")
    explorer.screen.yes.click()
    after = read_cells(catalogue, path)
    assert after.pop("wander-work") == before.pop("wander-work") | {"sells_call_centre_services": "yes"}
    assert after == before
    assert explorer.is_saved
    explorer.screen.client.value = "grand-bazaar"
    assert explorer.cells["client"] == "grand-bazaar"
    explorer.screen.client.value = "wander-work"
    assert explorer.cells["sells_call_centre_services"] == "yes"
    printer(explorer, "save")
    assert "just as it is here" in explorer.screen.message.value


def test_what_is_not_saved_is_not_lost_without_being_asked(explorer: Explorer) -> None:
    explorer.tell("has_app", "")
    cells = dict(explorer.cells)
    for leave in (
        lambda: setattr(explorer.screen.client, "value", "grand-bazaar"),
        lambda: setattr(explorer.screen.sample, "value", "drug-arcade"),
        lambda: printer(explorer, "reset"),
    ):
        leave()
        assert explorer.cells == cells
        assert explorer.screen.asking.layout.display == ""
        assert explorer.screen.client.value == "wander-work"
        explorer.screen.no.click()
        assert explorer.cells == cells
        assert explorer.screen.asking.layout.display == "none"
    explorer.screen.client.value = "grand-bazaar"
    explorer.screen.yes.click()
    assert explorer.cells["client"] == "grand-bazaar"
    assert explorer.is_saved


def test_a_new_client_starts_from_a_sample_and_goes_to_a_file_of_its_own(
    catalogue: Catalogue, places: Places, tmp_path: Path
) -> None:
    explorer = Explorer(catalogue, replace(places, work=tmp_path), TERMS, "en", "wander-work")
    explorer.screen.sample.value = "drug-arcade"
    assert (explorer.cells["client"], explorer.cells["name"]) == ("", "")
    assert explorer.cells["own_categories"] == "disinfectants;drugs;special_food"
    printer(explorer, "save")
    for column in ("client", "name"):
        assert f": {column}: " in explorer.screen.message.value
    explorer.screen.id.value = "../up"
    assert explorer.cells["client"] == ""
    assert "client" in explorer.screen.message.value
    explorer.screen.id.value = "my-shop"
    explorer.screen.name.value = "<b>我的店</b>"
    explorer.screen.file.value = "new.csv"
    printer(explorer, "save")
    assert "my-shop" in explorer.screen.message.value
    saved = read_cells(catalogue, tmp_path / "new.csv")
    assert saved["my-shop"]["own_categories"] == "disinfectants;drugs;special_food"
    assert [value for _, value in explorer.screen.client.options] == ["", "my-shop"]
    assert "&lt;b&gt;" in explorer.screen.title.value
    explorer.screen.file.value = " "
    printer(explorer, "save")
    assert "data/mine.csv" in explorer.screen.message.value


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_path_where_no_clients_are_kept_is_a_sentence_and_nothing_is_written(
    catalogue: Catalogue, places: Places, tmp_path: Path, language: str
) -> None:
    work, beside = tmp_path / "work", tmp_path / "beside"
    work.mkdir(), beside.mkdir()
    (work / "out").symlink_to(beside)
    (work / "notes.csv").write_text("shopping\nmilk\n", encoding="utf-8")
    (work / "folder.csv").mkdir()
    explorer = Explorer(catalogue, replace(places, work=work), TERMS, language, "wander-work")
    explorer.tell("has_app", "")
    before = {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")}
    refused = {
        "outside": ["../beside/new.csv", str(beside / "new.csv"), "~/.ssh/authorized_keys.csv"],
        "kind": ["authorized_keys", "notes"],
        "hidden": [".ssh/new.csv"],
        "unseen": ["a\u202eb.csv", "a\nb.csv"],
        "long": ["x" * 300 + ".csv"],
        "device": ["nul.csv"],
        "sign": ["C:\\new.csv"],
        "edge": ["sub./new.csv"],
        "link": ["out/new.csv"],
        "no_folder": ["none/new.csv"],
        "no_file": ["folder.csv"],
        "foreign": ["notes.csv"],
    }
    texts = read_texts(language)["explorer"]
    for kind, paths in refused.items():
        for path in paths:
            explorer.screen.file.value = path
            printer(explorer, "save")
            assert 'role="alert"' in explorer.screen.message.value
            assert escape(texts[f"path_{kind}"].rpartition("}")[2]) in explorer.screen.message.value, path
            assert "Error" not in explorer.screen.message.value
            assert not explorer.is_saved
    assert {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    explorer.screen.file.value = str(places.clients)
    printer(explorer, "save")
    explorer.screen.yes.click()
    assert explorer.is_saved


def test_what_nobody_sees_is_refused_in_a_name_an_id_and_what_is_held(explorer: Explorer) -> None:
    cells = dict(explorer.cells)
    for language, cure in (("en", "on one line"), ("zh", "在一行内")):
        explorer.screen.language.value = language
        for widget in (explorer.screen.name, explorer.screen.id, explorer.screen.holdings.entry):
            for sign in ("\n", "\r", "\x1b", "\u200b", "\u202e", "\u2028", "\ufeff"):
                widget.value = f"EDI{sign};ICP"
                assert f"U+{ord(sign):04X}" in explorer.screen.message.value
                assert cure in explorer.screen.message.value
                assert explorer.cells == cells
                assert sign not in widget.value
    assert explorer.is_saved


def test_a_name_with_a_break_that_a_file_holds_is_neither_saved_nor_reported(
    catalogue: Catalogue, places: Places
) -> None:
    places.clients.write_text('client,name\nodd,"two\nlines"\n', encoding="utf-8")
    explorer = Explorer(catalogue, places, TERMS, "en", "odd")
    explorer.tell("has_app", "yes")
    for button in ("save", "report"):
        printer(explorer, button)
        assert "Name holds U+000A" in explorer.screen.message.value
    assert explorer.writing is None
    assert not places.out.exists()
    explorer.screen.name.value = "one line"
    printer(explorer, "save")
    explorer.screen.yes.click()
    assert read_cells(catalogue, places.clients)["odd"]["name"] == "one line"


def test_what_somebody_else_saved_since_is_said_and_not_overwritten_unasked(
    catalogue: Catalogue, explorer: Explorer
) -> None:
    path = explorer.places.clients

    def change(**cells: str) -> None:
        codes = set(catalogue.rows["code"])
        over = find_saved(path, catalogue.fields, codes, "wander-work")
        assert over
        write_client(path, catalogue.fields, codes, over | cells, over)

    explorer.tell("sells_call_centre_services", "yes")
    printer(explorer, "save")
    assert "holds wander-work with other answers" in explorer.screen.asked.value
    change(name="changed once")
    explorer.screen.yes.click()
    assert read_cells(catalogue, path)["wander-work"]["name"] == "changed once"
    assert "Somebody else has changed wander-work" in explorer.screen.asked.value
    assert "changed once" in explorer.screen.asked.value
    assert explorer.screen.asking.layout.display == ""
    explorer.screen.yes.click()
    assert read_cells(catalogue, path)["wander-work"] == explorer.cells
    change(name="changed twice")
    printer(explorer, "save")
    assert "Somebody else has changed wander-work" in explorer.screen.asked.value
    explorer.screen.no.click()
    path.write_text("client,name\nother,x\n", encoding="utf-8")
    printer(explorer, "save")
    assert "not in mine.csv any more" in explorer.screen.asked.value
    explorer.screen.no.click()
    assert set(read_cells(catalogue, path)) == {"other"}
    printer(explorer, "save")
    explorer.screen.yes.click()
    assert set(read_cells(catalogue, path)) == {"other", "wander-work"}


def test_a_name_that_a_spreadsheet_takes_for_a_formula_stays_as_typed_and_is_told(
    catalogue: Catalogue, explorer: Explorer
) -> None:
    path = explorer.places.clients
    explorer.screen.name.value = "=1+1"
    printer(explorer, "save")
    explorer.screen.yes.click()
    assert "begins like a formula" in explorer.screen.message.value
    assert read_cells(catalogue, path)["wander-work"]["name"] == "=1+1"
    explorer.screen.name.value = "1+1"
    printer(explorer, "save")
    explorer.screen.yes.click()
    assert "formula" not in explorer.screen.message.value


def test_a_link_is_followed_only_where_it_was_named(
    monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue, places: Places, tmp_path: Path
) -> None:
    linked = replace(places, work=tmp_path / "work", clients=tmp_path / "work" / "clients.csv")
    linked.work.mkdir()
    linked.clients.symlink_to(places.clients)
    explorer = Explorer(catalogue, linked, TERMS, "en", "wander-work")
    explorer.tell("has_app", "")
    printer(explorer, "save")
    assert "links are not followed" in explorer.screen.message.value
    monkeypatch.setenv("LICENCES_EXPLORE", "{}")
    shown = json.dumps(
        [str(text) for text in _read_texts(explore("wander-work", clients=str(linked.clients)))]
    )
    assert str(places.clients) in shown
    assert str(linked.clients) not in shown


def test_a_report_follows_no_link_out_of_its_folder(explorer: Explorer, tmp_path: Path) -> None:
    (tmp_path / "beside").mkdir()
    explorer.places.out.mkdir()
    (explorer.places.out / "wander-work").symlink_to(tmp_path / "beside")
    printer(explorer, "report")
    assert explorer.writing is None
    assert "links are not followed" in explorer.screen.message.value
    assert list((tmp_path / "beside").iterdir()) == []


def test_a_broken_clients_file_is_named_and_left_alone(explorer: Explorer) -> None:
    path = explorer.places.clients
    path.write_text("client,name,has_app\na,b,perhaps\n", encoding="utf-8")
    printer(explorer, "save")
    assert "perhaps" in explorer.screen.message.value
    assert path.read_text(encoding="utf-8") == "client,name,has_app\na,b,perhaps\n"
    assert explorer.cells["client"] == "wander-work"


def test_reset_clears_the_answers_and_keeps_who_it_is(explorer: Explorer) -> None:
    printer(explorer, "reset")
    assert {name for name, text in explorer.cells.items() if text} == {"client", "name"}
    assert not explorer.is_saved


def test_what_if_shows_both_sides_and_leads_back(explorer: Explorer) -> None:
    screen = explorer.screen
    explorer.load("hello-hall")
    cells, launch = dict(explorer.cells), explorer.case.launch
    assert screen.buttons["restore"].disabled
    printer(explorer, "pin")
    assert "unchanged" in screen.strip.value
    explorer.tell("own_couriers", "yes")
    screen.as_of.value = date(2026, 12, 1)
    screen.start.value = date(2027, 1, 4)
    assert explorer.case.name_code("EXPRESS") in screen.difference.value.split('class="gained"')[1]
    assert launch
    assert explorer.case.launch
    for day in (launch[1], explorer.case.launch[1]):
        assert mark_day(day) in screen.difference.value
    assert "2026-12-01" in screen.difference.value
    assert "working days later" in screen.strip.value
    explorer.speak("zh")
    assert "推迟" in screen.strip.value
    assert "快递" in screen.difference.value
    printer(explorer, "restore")
    assert explorer.cells == cells
    assert explorer.terms == TERMS
    assert screen.start.value == START
    assert explorer.case.launch == launch
    printer(explorer, "unpin")
    assert screen.strip.value == ""


def test_terms_change_the_plan_and_bad_ones_are_refused(catalogue: Catalogue, explorer: Explorer) -> None:
    screen = explorer.screen
    screen.include.value = ("optional",)
    screen.capacity.value = 1
    profiles = explorer._make_profiles(explorer.cells)
    expected = make_case(catalogue, profiles, AS_OF, PlanOptions(START, ("optional",), 1), "en")
    assert explorer.case.launch == expected.launch
    assert [step.code for step in explorer.case.steps] == [step.code for step in expected.steps]
    for name, value in (("start", date(2200, 1, 1)), ("start", None), ("as_of", None)):
        getattr(screen, name).value = value
        assert "wrong" in screen.message.value
        assert getattr(screen, name).value == getattr(explorer.terms, name)
        assert explorer.case.launch == expected.launch
    screen.as_of.value = date(1990, 1, 1)
    assert explorer.case.as_of == date(1990, 1, 1)


def test_a_click_shows_the_card_and_it_follows_the_answers(explorer: Explorer) -> None:
    screen = explorer.screen
    assert screen.drawer.layout.display == "none"
    for figure, code in ((screen.graph, "ICP"), (screen.timeline, "EDI")):
        figure._handle_custom_msg({"choose": code}, [])
        assert screen.drawer.layout.display == ""
        assert f'id="{code}"' in screen.card.value
    table = screen.table.table
    assert table is not None
    table.selected_rows = [3]
    code = str(screen.table.rows.index[3])
    assert code in screen.card.value
    explorer.speak("zh")
    assert explorer.case.name_code(code) in screen.card.value
    printer(explorer, "close")
    assert screen.drawer.layout.display == "none"


def test_the_report_goes_the_way_of_licences_report(explorer: Explorer) -> None:
    explorer.load("corner-shop")
    explorer.tell("has_app", "yes")
    seen: list[float] = []
    explorer.screen.progress.observe(lambda change: seen.append(change["new"]), "value")
    printer(explorer, "report")
    assert explorer.writing
    printer(explorer, "report")
    explorer.writing.join(120)
    folder = explorer.places.out / "corner-shop"
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert explorer.screen.link.page == page
    assert str(folder / "report.html") in explorer.screen.message.value
    (line,) = (explorer.places.out / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["status"] == "done"
    assert seen == sorted(seen)
    assert len(seen) > 5
    assert explorer.screen.progress.value == explorer.screen.progress.max
    assert explorer.screen.progress.layout.display == "none"
    assert not explorer.screen.buttons["report"].disabled
    assert read_cells(explorer.catalogue, folder / "profile.csv")["corner-shop"]["has_app"] == "yes"
    assert explorer.case.name_code("APP_FILING") in page
    printer(explorer, "report")
    explorer.writing.join(120)
    assert "up to date" in explorer.screen.message.value


def test_a_report_that_fails_is_a_sentence_and_the_earlier_one_stays(
    catalogue: Catalogue, places: Places, tmp_path: Path
) -> None:
    broken = tmp_path / "project"
    (broken / "notebooks").mkdir(parents=True)
    text = (places.work / "notebooks" / "client_report.ipynb").read_text(encoding="utf-8")
    (broken / "notebooks" / "client_report.ipynb").write_text(
        text.replace("open_case(client", "open_case(1 / 0, client"), encoding="utf-8"
    )
    explorer = Explorer(catalogue, replace(places, work=broken), TERMS, "en", "corner-shop")
    printer(explorer, "report")
    assert explorer.writing
    explorer.writing.join(120)
    assert "ZeroDivisionError" in explorer.screen.message.value
    assert explorer.screen.link.page == ""
    assert not explorer.screen.buttons["report"].disabled
    assert (places.out / "corner-shop" / "failed.ipynb").exists()


def test_a_report_needs_an_id_and_a_name(explorer: Explorer) -> None:
    explorer.load("")
    printer(explorer, "report")
    assert explorer.writing is None
    assert ": client: " in explorer.screen.message.value
    assert not explorer.places.out.exists()


def test_an_error_that_nobody_foresaw_is_a_sentence_too(
    explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dict(explorer.cells)
    with monkeypatch.context() as patch:
        patch.setattr("licences.app.explorer.make_case", lambda *_given: 1 / 0)
        explorer.screen.controls["has_app"].buttons.value = ""  # type: ignore[attr-defined]
        assert "ZeroDivisionError" in explorer.screen.message.value
    assert explorer.cells == before
    assert explorer.screen.controls["has_app"].text == before["has_app"]
    explorer.tell("has_app", "")
    assert explorer.cells["has_app"] == ""
    assert explorer.screen.message.value == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notebook_call_builds_it_and_takes_what_the_command_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("LICENCES_EXPLORE", "{}")
    page = explore("", language)
    said = {"zh": r"(\d+)种证照，(\d+)项可填信息", "en": r"(\d+) licences, (\d+) facts to tell"}
    sizes = re.match(said[language], repr(page))
    assert sizes
    assert int(sizes[1]) > 100
    assert int(sizes[2]) > 90
    hand_over({"client": "grand-bazaar", "language": language, "as_of": "2026-11-23"})
    assert "grand-bazaar" in json.dumps([str(trait) for trait in _read_texts(explore())])


def _read_texts(widget: Any) -> list[Any]:
    children = getattr(widget, "children", ())
    return [getattr(widget, "value", ""), *(text for child in children for text in _read_texts(child))]


def find_days(widget: Any) -> list[date]:
    """What stands in the fields for days of a page: the day of the law, and the start."""
    days = [day for child in getattr(widget, "children", ()) for day in find_days(child)]
    return [widget.value] if isinstance(widget, DatePicker) and widget.value else days


def set_today(monkeypatch: pytest.MonkeyPatch, today: date) -> None:
    class Today(date):
        @classmethod
        def today(cls) -> Today:
            return cls(today.year, today.month, today.day)

    for module in ("cli.options", "app.opening"):
        monkeypatch.setattr(f"licences.{module}.date", Today)


@pytest.mark.parametrize(
    ("today", "as_of"),
    [
        (date(2026, 11, 27), ""),  # a Friday
        (date(2026, 9, 30), ""),  # before the week of the National Day
        (date(2026, 11, 28), "2024-01-02"),
        (date(2026, 11, 27), "2027-02-05"),
        (date(2031, 12, 31), "2040-06-30"),
        (date(2026, 11, 27), "2199-12-31"),
    ],
)
def test_a_plan_and_the_explorer_start_on_the_same_day(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], today: date, as_of: str
) -> None:
    monkeypatch.setenv("LICENCES_EXPLORE", "{}")
    set_today(monkeypatch, today)
    asked = ["--as-of", as_of] if as_of else []
    assert main(["plan", "--client", "jam-jar", "--json", *asked]) == 0
    (plan,) = json.loads(capsys.readouterr().out)
    assert [str(day) for day in find_days(explore("jam-jar", "en", as_of=as_of))] == [
        plan["as_of"],
        plan["start"],
    ]


def test_both_take_the_same_start_whatever_day_it_is_and_of_whatever_day_the_law(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for at in range(0, 800, 3):
        today = date(2026, 1, 1) + timedelta(days=at)
        set_today(monkeypatch, today)
        for as_of in (None, date(1993, 1, 4), date(2026, 9, 30), date(2027, 2, 5), date(2150, 1, 1)):
            terms = _read_terms(as_of.isoformat() if as_of else "", "", today)
            assert terms.start == find_start(Namespace(as_of=as_of, start=None))
            assert terms.start > min(max(today, terms.as_of), date(2045, 12, 1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"client": "nobody"},
        {"language": "fr"},
        {"as_of": "tomorrow"},
        {"start": "2200-01-01"},
        {"catalogue": "none.csv"},
    ],
)
def test_what_it_cannot_start_with_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str]
) -> None:
    monkeypatch.setenv("LICENCES_EXPLORE", "{}")
    said = explore(**wrong)
    assert isinstance(said, HTML)
    assert 'role="alert"' in said.value
    assert next(iter(wrong.values())).split(".")[0] in said.value


def test_an_unknown_client_is_refused_by_name(catalogue: Catalogue, places: Places) -> None:
    with pytest.raises(UnknownNameError, match="wander-work"):
        Explorer(catalogue, places, TERMS, "en", "wander-wrok")


def test_one_button_answers_no_to_all_that_few_businesses_have(explorer: Explorer) -> None:
    explorer.load("quiet-client")
    screen, case = explorer.screen, explorer.case
    assert screen.buttons["none"].layout.display == ""
    shown = unescape(screen.rare.value)
    assert all(case.catalogue.fields[name].label["en"] in shown for name in case.rare)
    asked, settled, before = case.rare, case.settled_by_none, set(case.find_codes("undetermined"))
    screen.buttons["none"].click()
    assert {explorer.cells[name] for name in asked} == {"no", "0"}
    assert before - set(explorer.case.find_codes("undetermined")) == set(settled)
    assert len(settled) >= 20
    assert explorer.case.rare == []
    assert screen.rare.value == ""
    assert screen.buttons["none"].layout.display == "none"
    assert not explorer.is_saved


def test_a_client_in_stages_is_shown_at_its_start_and_saved_without_loss(
    catalogue: Catalogue, places: Places
) -> None:
    later = "shop,,,,2027-04-01,,yes\n"
    head = "client,name,holds,group,from,has_website,has_app\n"
    places.clients.write_text(f"{head}{later}shop,Shop,,sisters,,no,no\nplain,P,,,,no,no\n", encoding="utf-8")
    explorer = Explorer(catalogue, places, TERMS, "en")
    explorer.load("plain")
    day = write_day(date(2027, 4, 1), "en")
    assert day not in explorer.screen.message.value
    explorer.load("shop")
    assert "told in stages" in explorer.screen.message.value
    assert day in explorer.screen.message.value
    assert explorer.case.profile["has_app"] is False
    explorer.tell("has_website", "yes")
    printer(explorer, "save")
    assert "group" not in explorer.screen.asked.value.lower()
    explorer.decide(True)
    saved = places.clients.read_text(encoding="utf-8").splitlines()
    assert saved[1] + "\n" == later
    assert saved[2].startswith("shop,Shop,,sisters,,yes,no")
    explorer.reset()
    explorer.decide(True)
    assert (explorer.cells["client"], explorer.cells["group"]) == ("shop", "sisters")


def test_a_server_that_is_slow_to_fetch_gets_every_message_of_the_page() -> None:
    """Where a thousand wait, ZeroMQ drops what comes next, and a page would lack widgets."""
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        client.iopub_channel.socket.set_hwm(10)  # the reader's own queue, which else takes a thousand more
        asked = client.execute(
            "from licences.app.opening import explore\nfor _ in range(5): explore('wander-work')"
        )
        assert client.get_shell_msg(timeout=60)["content"]["status"] == "ok"
        numbers, is_idle = [], False
        while not is_idle:
            message = client.get_iopub_msg(timeout=10)
            if message["parent_header"].get("msg_id") == asked:
                numbers.append(int(message["msg_id"].rpartition("_")[2]))
                is_idle = message["content"].get("execution_state") == "idle"
        lost = set(range(numbers[0], numbers[-1])) - set(numbers)
        assert len(numbers) > 1000
        assert len(lost) <= 2  # the answers to other requests have numbers too
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_two_explorers_on_one_book_never_overwrite_each_other(
    catalogue: Catalogue, places: Places, tmp_path: Path
) -> None:
    book = tmp_path / "book.sqlite"
    profiles = read_profiles(places.clients, catalogue.fields, set(catalogue.codes))
    begin_book(book, profiles, catalogue.fields, begin_writing("li"))
    shared = replace(places, work=tmp_path, clients=book)
    one, other = (Explorer(catalogue, shared, TERMS, "en", "wander-work") for _ in range(2))
    one.tell("has_mini_program", "yes")
    one.save()
    one.decide(True)  # it asks before other answers are overwritten
    other.tell("holds", "EDI@2030-01-01")
    other.save()
    assert "somebody" in other.screen.asked.value.lower()
    assert "mini" in other.screen.asked.value.lower()
    saved = find_saved(book, catalogue.fields, catalogue.codes, "wander-work")
    assert saved
    assert (saved["has_mini_program"], "EDI" in saved["holds"]) == ("yes", False)
    other.decide(True)
    saved = find_saved(book, catalogue.fields, catalogue.codes, "wander-work")
    assert saved
    assert "EDI@2030-01-01" in saved["holds"]


def test_it_opens_on_an_empty_book_and_fills_it(catalogue: Catalogue, places: Places, tmp_path: Path) -> None:
    book = tmp_path / "book.sqlite"
    begin_book(book, None, catalogue.fields, begin_writing("li"))
    explorer = Explorer(catalogue, replace(places, work=tmp_path, clients=book), TERMS, "en")
    explorer.tell("client", "first")
    explorer.tell("name", "第一家")
    explorer.tell("has_app", "yes")
    explorer.save()
    assert read_cells(catalogue, book)["first"]["has_app"] == "yes"
