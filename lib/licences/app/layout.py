"""Layout of the explorer: its widgets and where they stand; what they do is the explorer's business."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape
from importlib.resources import files
from typing import Any

from ipywidgets import (
    HTML,
    Accordion,
    BoundedIntText,
    Box,
    Button,
    DatePicker,
    Dropdown,
    HBox,
    IntProgress,
    Layout,
    SelectMultiple,
    Tab,
    Text,
    ToggleButtons,
    VBox,
    Widget,
)

from licences.app.controls import Control, Controls, HoldingsControl, Tell, share, speaks_of
from licences.app.inquiry import Inquiry
from licences.app.transfer import Download, Upload
from licences.app.widgets import LiveFigure, LiveTable, ReportLink, Seen, make_column_style
from licences.reading.dictionary import read_vocabulary
from licences.reading.places import find_data_folder
from licences.rules.facts import Fields
from licences.words.texts import read_texts, say

INCLUDED = ("recommended", "optional")
CASE_TAB = "case"
TABS = ("licences", "graph", "timeline", "what_if", "questions")
BUTTONS = ("save", "reset", "pin", "unpin", "restore", "report", "close")
HIDDEN, SHOWN = "none", ""


def make_style() -> str:
    """The style sheet of the explorer, as an element."""
    sheet = files("licences.render").joinpath("browser", "explorer.css").read_text(encoding="utf-8")
    return f"<style>{sheet}{make_column_style()}</style>"


class _Page(VBox):  # type: ignore[misc]
    """The explorer as a whole; where widgets cannot be shown it says what it would hold."""

    def __init__(
        self, summary: Callable[[], str], children: Iterable[Widget], page_id: Mapping[str, str]
    ) -> None:
        super().__init__(list(children), **page_id)
        self.summary = summary

    def __repr__(self) -> str:
        return self.summary()


class Screen:
    """Every widget that the explorer reads or writes, laid out in ``page``.

    tell: called with a field's name and the new cell when an answer changes. choose: called with the
    code of the licence that is clicked in the table or in a figure. offer: called with the format of the
    questionnaire that is wanted. upload: takes a file of the consultant's machine. seen: hears of a browser. page_id: as of ``Explorer``.
    """

    def __init__(
        self,
        fields: Fields,
        tell: Tell,
        choose: Callable[[str], None],
        offer: Callable[[str], None],
        upload: Upload,
        seen: Seen,
        summary: Callable[[], str],
        page_id: Mapping[str, str],
    ) -> None:
        self.upload, self.download = upload, Download()
        self.buttons = {name: share(Button, width="auto") for name in BUTTONS}
        self.buttons["report"].button_style = "primary"
        self.labels: dict[str, HTML] = {}
        self.cells: Mapping[str, str] = {}
        self.asked_of: Mapping[str, bool | None] = {}
        body = share(Box, [self._make_form(fields, tell), self._make_answer(choose, offer)])
        body.add_class("licences-body")
        self.message = share(HTML)
        rows = [
            share(HTML, make_style()),
            self._make_head(),
            self._make_bar(),
            self._make_question(),
            self.message,
        ]
        self.page = _Page(summary, [*rows, body, seen], page_id)
        self.page.add_class("licences-explorer")

    def _make_head(self) -> Box:
        self.title = share(HTML)
        self.language = share(ToggleButtons, options=[("中文", "zh"), ("English", "en")])
        head = share(Box, [self.title, self.language])
        head.add_class("licences-head")
        return head

    def _make_bar(self) -> Box:
        self.client = share(Dropdown, width="18rem")
        self.sample = share(Dropdown, width="10rem")
        self.id = share(Text, continuous_update=False, width="10rem")
        self.name = share(Text, continuous_update=False, width="14rem")
        self.file = share(Text, continuous_update=False, width="12rem")
        named = {
            "client": self.client,
            "sample": self.sample,
            "id": self.id,
            "name": self.name,
            "file": self.file,
        }
        labelled = [self._label(key, widget) for key, widget in named.items()]
        bar = share(Box, [*labelled, self.buttons["save"], self.buttons["reset"], self.upload, self.download])
        bar.add_class("licences-bar")
        return bar

    def _make_question(self) -> VBox:
        self.asked = share(HTML)
        self.yes, self.no = share(Button, button_style="warning"), share(Button)
        self.asking = VBox([self.asked, share(HBox, [self.yes, self.no])], layout=Layout(display=HIDDEN))
        self.asking.add_class("licences-asking")
        return self.asking

    def _make_form(self, fields: Fields, tell: Tell) -> VBox:
        self.search, self.found, self.matches = share(Text), share(HTML), share(VBox)
        self.controls = Controls(fields, tell, self._introduce)
        self.holdings = HoldingsControl(tell)
        self.groups: dict[str, list[str]] = {}
        for field in fields.every:
            self.groups.setdefault(field.group, []).append(field.name)
        self.panes = {group: share(VBox) for group in self.groups}
        self.as_of, self.start = share(DatePicker), share(DatePicker)
        self.capacity = share(BoundedIntText, min=0, max=99, continuous_update=False)
        self.include = share(SelectMultiple, rows=len(INCLUDED))
        terms = {"as_of": self.as_of, "start": self.start, "capacity": self.capacity, "include": self.include}
        settings = share(VBox, [self._label(key, widget) for key, widget in terms.items()])
        self.accordion = Accordion([*self.panes.values(), self.holdings.box, settings], selected_index=0)
        self.accordion.observe(lambda _change: self._open_group(), "selected_index")
        form = share(VBox, [self.search, self.found, self.matches, self.accordion])
        form.add_class("licences-form")
        return form

    def _open_group(self) -> None:
        """Makes the controls of the group that is open, where they are not there yet."""
        at = self.accordion.selected_index
        for name in list(self.groups.values())[at] if at is not None and at < len(self.groups) else ():
            _ = self.controls[name]

    def _introduce(self, control: Control) -> None:
        """Gives a control that was just made what it shows and its place."""
        group = control.field.group
        self._show_cell(control)
        made = self.controls.made
        self.panes[group].children = tuple(made[one].box for one in self.groups[group] if one in made)

    def _show_cell(self, control: Control) -> None:
        name = control.field.name
        text = self.cells.get(name, "")
        if not control.text == control.read() == text:
            control.show(text)
        control.is_asked = self._is_asked(name)

    def _is_asked(self, name: str) -> bool:
        return bool(self.cells.get(name)) or self.asked_of.get(name) is not False

    def _make_answer(self, choose: Callable[[str], None], offer: Callable[[str], None]) -> VBox:
        self.answer, self.strip = share(HTML), share(HTML)
        self.question, self.best = share(HTML), share(Box)
        self.rare = share(HTML)
        self.buttons["none"] = Button(layout=Layout(width="auto"))
        self.graph, self.timeline, self.table = LiveFigure(choose), LiveFigure(choose), LiveTable(choose)
        self.hint, self.difference, self.card = share(HTML), share(HTML), share(HTML)
        self.progress, self.link = IntProgress(layout=Layout(display=HIDDEN, width="10rem")), ReportLink()
        next_question = share(VBox, [self.question, self.best, self.rare, self.buttons["none"]])
        next_question.add_class("licences-next")
        actions = share(Box, [self.buttons["pin"], self.buttons["report"], self.progress, self.link])
        actions.add_class("licences-actions")
        pinned = share(HBox, [self.buttons["unpin"], self.buttons["restore"]])
        what_if = share(VBox, [pinned, self.difference])
        self.inquiry = Inquiry(self.controls, offer)
        self.tabs = share(Tab, [self.table.box, self.graph, self.timeline, what_if, self.inquiry.box])
        self.tabs.observe(self._turn_tab, "selected_index")
        self.drawer = VBox([self.buttons["close"], self.card], layout=Layout(display=HIDDEN))
        self.drawer.add_class("licences-drawer")
        views = share(Box, [share(VBox, [self.hint, self.tabs]), self.drawer])
        views.add_class("licences-views")
        right = share(VBox, [self.answer, self.strip, next_question, actions, views])
        right.add_class("licences-right")
        return right

    def _turn_tab(self, change: Mapping[str, Any]) -> None:
        if change["new"] == TABS.index("questions"):
            self.inquiry.look()

    def _label(self, key: str, widget: Widget) -> VBox:
        self.labels[key] = share(HTML)
        box = share(VBox, [self.labels[key], widget])
        box.add_class("licences-labelled")
        box.add_class(f"term-{key}")
        return box

    def speak(self, language: str, names: Mapping[str, str]) -> None:
        """Changes the language of all that does not depend on the client; ``names`` are licences by code."""
        texts = read_texts(language)["explorer"]
        verdicts = read_texts(language)["page"]["verdicts"]
        self.language.value = language
        for key, label in self.labels.items():
            label.value = f"<label>{escape(texts[key])}</label>"
        for key, button in self.buttons.items():
            button.description = say(language, "rare.answer") if key == "none" else texts[key]
        self.controls.language = language
        for control in self.controls.made.values():
            control.speak(language)
        self.holdings.speak(language, names)
        self.search.placeholder, self.id.placeholder = texts["search"], texts["id_hint"]
        self.hint.value = f"<p class='help'>{escape(texts['card_hint'])}</p>"
        self.link.label = texts["report_open"]
        self.upload.label, self.upload.hint = texts["upload"], texts["upload_hint"]
        self._title_tabs(language)
        self.include.options = [(verdicts[name], name) for name in INCLUDED]

    def set_case_tab(self, box: Widget | None, language: str) -> None:
        """Puts the tab of the case behind the others, or takes it away."""
        children = (*self.tabs.children[: len(TABS)], *([box] if box else []))
        if self.tabs.children != children:
            self.tabs.children = children
            self._title_tabs(language)

    def _title_tabs(self, language: str) -> None:
        keys = (*TABS, CASE_TAB)[: len(self.tabs.children)]
        self.tabs.titles = tuple(say(language, f"explorer.tab_{key}") for key in keys)

    def show_cells(self, cells: Mapping[str, str], asked: Mapping[str, bool | None], language: str) -> None:
        """Shows a client's cells in their controls, and how many facts of each group are told.

        asked: as ``find_asked`` says it; what is neither asked nor told has no control to be seen.
        """
        self.cells, self.asked_of = cells, asked
        for control in self.controls.made.values():
            self._show_cell(control)
        self._open_group()
        self.holdings.show(cells["holds"])
        self.id.value, self.name.value = cells["client"], cells["name"]
        titles = tuple(self._title_groups(cells, language))
        if self.accordion.titles != titles:
            self.accordion.titles = titles

    def _title_groups(self, cells: Mapping[str, str], language: str) -> Iterable[str]:
        groups = read_vocabulary(find_data_folder() / "dictionary.yaml", "field_group")
        for group, every in self.groups.items():
            asked = [name for name in every if self._is_asked(name)]
            name = groups[group][language]
            told = sum(bool(cells[one]) for one in asked)
            said = {"name": name[:1].upper() + name[1:], "told": told, "total": len(asked)}
            yield say(language, "explorer.group", **said)
        yield say(language, "explorer.holds")
        yield say(language, "explorer.settings")

    def find(self, words: str, language: str) -> None:
        """Shows the questions that speak of some words, all groups where there are none."""
        fields = self.controls.fields
        asked = [name for name in self.controls if self._is_asked(name)]
        found = [name for name in asked if speaks_of(fields[name], words)]
        is_searching = bool(words.strip())
        said = {"count": len(found), "total": len(asked)}
        self.found.value = say(language, "explorer.found", **said) if is_searching else ""
        self.matches.children = tuple(self.controls[name].box for name in found) if is_searching else ()
        self.accordion.layout.display = HIDDEN if is_searching else SHOWN
