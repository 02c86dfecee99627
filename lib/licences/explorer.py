"""The explorer: what the client does on the left, what it needs, in what order and by when on the right."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import wraps
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

import numpy as np
import pandas as pd
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

from licences.batch import Order, write_reports
from licences.case import Case, make_case
from licences.charts import draw_timeline
from licences.client_files import find_changed_cells, find_saved, write_client
from licences.controls import Control, HoldingsControl, make_control
from licences.dictionary import find_data_folder, read_vocabulary
from licences.errors import LicencesError, UsageError
from licences.graphs import draw_graph
from licences.law import Law, read_law
from licences.live import LiveFigure, LiveTable, ReportLink
from licences.outlook import Wish
from licences.panels import (
    COLUMNS,
    list_licences,
    make_answer,
    make_card,
    make_difference,
    make_message,
    make_question,
    say_strip,
)
from licences.profiles import list_cells, make_profiles, read_profiles
from licences.schedule import find_beginning
from licences.wording import read_texts, say
from licences.working_days import find_working_day

ASKED = "LICENCES_EXPLORE"
"""The environment variable in which ``licences explore`` hands its options to the notebook, as JSON."""

P = ParamSpec("P")
IDENTITY = ("client", "name", "holds")


def explore(
    client: str = "",
    language: str = "zh",
    as_of: str = "",
    start: str = "",
    catalogue: str = "",
    clients: str = "",
    out: str = "",
) -> Widget:
    """The explorer, or the sentences that say why it cannot start.

    client: an id of the clients file, empty for a new client. as_of, start: ISO dates, empty for
    today and for the next working day. catalogue, clients, out: paths, empty for the project's own.
    What ``licences explore`` was asked for goes before these.
    """
    given = {"client": client, "language": language, "as_of": as_of, "start": start}
    given |= {"catalogue": catalogue, "clients": clients, "out": out}
    asked = given | json.loads(os.environ.get(ASKED, "{}"))
    project = find_data_folder().parent
    try:
        today = date.fromisoformat(asked["as_of"]) if asked["as_of"] else date.today()
        begins = date.fromisoformat(asked["start"]) if asked["start"] else _find_next_working_day(today)
        law = read_law(project / asked["catalogue"] if asked["catalogue"] else None)
        explorer = Explorer(
            law=law,
            catalogue=project / asked["catalogue"] if asked["catalogue"] else None,
            file=project / (asked["clients"] or "data/clients.csv"),
            out=project / (asked["out"] or "reports"),
            notebook=project / "notebooks" / "client_report.ipynb",
            samples=project / "data" / "clients.csv",
            as_of=today,
            start=begins,
            language=asked["language"],
            client=asked["client"],
        )
    except LicencesError as error:
        return HTML(_make_style() + make_message("wrong", str(error).splitlines()))
    except ValueError as error:
        return HTML(_make_style() + make_message("wrong", [f"{error}; write dates as 2026-11-23"]))
    return explorer.root


def _find_next_working_day(today: date) -> date:
    day: date = find_working_day(np.datetime64(today) + 1).astype(object)
    return day


def _make_style() -> str:
    return (
        f"<style>{files('licences').joinpath('browser', 'explorer.css').read_text(encoding='utf-8')}</style>"
    )


def guarded(
    method: Callable[Concatenate[Explorer, P], None],
) -> Callable[Concatenate[Explorer, P], None]:
    """What goes wrong becomes a sentence in the page; the answers stay, and so does the kernel."""

    @wraps(method)
    def run(self: Explorer, *given: P.args, **named: P.kwargs) -> None:
        try:
            method(self, *given, **named)
        except LicencesError as error:
            self.message.value = make_message("wrong", str(error).splitlines())
            self.show_cells()
        except Exception as error:
            logging.getLogger(__name__).exception("the explorer failed")
            sentence = say(self.language, "explorer.failed", error=f"{type(error).__name__}: {error}")
            self.message.value = make_message("wrong", [sentence])
            self.show_cells()

    return run


class Explorer:
    """The widgets of the explorer and what stands in them.

    ``cells`` are the client's answers as a clients file holds them, ``case`` is the present answer,
    ``pinned`` the answer that it is compared with, ``root`` the widget to show.
    """

    def __init__(
        self,
        law: Law,
        catalogue: Path | None,
        file: Path,
        out: Path,
        notebook: Path,
        samples: Path,
        as_of: date,
        start: date,
        language: str,
        client: str = "",
    ) -> None:
        find_beginning(start)
        self.law, self.catalogue, self.out, self.notebook = law, catalogue, out, notebook
        self.project = notebook.parents[1]
        self.codes = set(law.catalogue["code"])
        self.as_of, self.start, self.language = as_of, start, language
        self.include: tuple[str, ...] = ()
        self.capacity = 0
        self.is_saved = True
        self.pinned: tuple[Case, dict[str, str], dict[str, Any]] | None = None
        self.code: str | None = None
        self.file_path = file
        self.clients = self._read_clients(file) if file.exists() else pd.DataFrame()
        self.samples = self._read_clients(samples) if samples.exists() else pd.DataFrame()
        self.cells = self._find_cells(self.clients, client) if client else self._make_empty()
        self._action: Callable[[], None] | None = None
        self._setting = False
        self._build()
        self.speak(language)

    # What stands on the screen

    def _make_empty(self) -> dict[str, str]:
        return dict.fromkeys((*IDENTITY, *self.law.fields.by_name), "")

    def _read_clients(self, path: Path) -> pd.DataFrame:
        return read_profiles(path, self.law.fields, self.codes)

    def _find_cells(self, clients: pd.DataFrame, client: str) -> dict[str, str]:
        for record in clients.to_dict("records"):
            if record["client"] == client:
                return list_cells({str(name): value for name, value in record.items()}, self.law.fields)
        known = list(clients["client"]) if len(clients) else []
        raise UsageError(f"no client {client!r} in {self.file_path.name}", f"one of {', '.join(known[:12])}")

    @guarded
    def tell(self, name: str, text: str) -> None:
        """Takes an answer as a cell of a clients file, empty for "not told"; a bad one is refused."""
        if text:
            trial = {"client": "new-client", "name": "-", name: text}
            make_profiles([trial], self.law.fields, self.codes, say(self.language, "explorer.title"))
        self._take(self.cells | {name: text})
        self.message.value = ""

    def _take(self, cells: dict[str, str]) -> None:
        """Takes answers that are good, or leaves all as it was where no plan can be made of them."""
        before = self.cells
        self.cells, self.is_saved = cells, False
        try:
            self.refresh()
        except Exception:
            self.cells = before
            raise

    def make_profile(self) -> pd.DataFrame:
        """The client on the screen as ``read_profiles`` would give it; a name is lent where none is told."""
        lent = {"client": "new-client", "name": say(self.language, "explorer.new_client")}
        cells = self.cells | {name: text for name, text in lent.items() if not self.cells[name]}
        return make_profiles([cells], self.law.fields, self.codes, "", are_checked=True)

    def refresh(self) -> None:
        """Works the answer out anew and shows it everywhere."""
        wish = Wish(self.start, self.include, self.capacity or None)
        self.case = make_case(self.law, self.make_profile(), self.as_of, wish, self.language)
        self.answer.value = make_answer(self.case)
        self.show_cells()
        self._show_question()
        texts = read_texts(self.language)["explorer"]
        self.graph.show(draw_graph(self.case) if self._has_nodes() else None, texts["graph_none"])
        self.timeline.show(draw_timeline(self.case), texts["timeline_none"])
        self.table.show(list_licences(self.case), {name: texts[f"column_{name}"] for name in COLUMNS}, texts)
        self._show_difference()
        self._show_card()

    def _has_nodes(self) -> bool:
        return bool(self.case.plan.steps or self.case.held or self.case.find_codes("undetermined"))

    # Clients and files

    @guarded
    def load(self, client: str) -> None:
        """Shows a client of the file, or an empty sheet where ``client`` is empty."""
        self._leave(lambda: self._load(client))

    def _load(self, client: str) -> None:
        self._replace(self._find_cells(self.clients, client) if client else self._make_empty())

    @guarded
    def start_from(self, sample: str) -> None:
        """Takes over the answers of a sample for a client that has its own id and name still to be told."""
        cells = self._find_cells(self.samples, sample) | {"client": "", "name": ""}
        self._leave(lambda: self._replace(cells, is_saved=False))

    @guarded
    def reset(self) -> None:
        """Clears all answers but id and name."""
        kept = {name: self.cells[name] for name in ("client", "name")}
        self._leave(lambda: self._replace(self._make_empty() | kept, is_saved=not any(kept.values())))

    def _replace(self, cells: dict[str, str], is_saved: bool = True) -> None:
        self._take(cells)
        self.is_saved = is_saved
        self.message.value = ""
        self.show_cells()

    def _leave(self, action: Callable[[], None]) -> None:
        """Does what loses the present answers, after asking where they are not saved."""
        if self.is_saved:
            action()
            return
        client = self.cells["client"] or say(self.language, "explorer.new_client")
        self._ask([say(self.language, "explorer.discard_ask", client=client)], [], "discard", "stay", action)

    @guarded
    def save(self) -> None:
        """Saves the client into the file that is named; asks before other answers are overwritten."""
        path = self._find_file()
        make_profiles([self.cells], self.law.fields, self.codes, path.name)
        saved = find_saved(path, self.law.fields, self.codes, self.cells["client"])
        said = {"client": self.cells["client"], "file": path.name}
        if saved is None:
            self._write(path, overwrite=False)
        elif changed := find_changed_cells(saved, self.cells):
            items = [self._say_change(name, *texts) for name, texts in changed.items()]
            question = say(self.language, "explorer.overwrite_ask", **said)
            self._ask([question], items, "overwrite", "keep", lambda: self._write(path, overwrite=True))
        else:
            self._settle(path, say(self.language, "explorer.saved_already", **said))

    def _write(self, path: Path, *, overwrite: bool) -> None:
        write_client(path, self.law.fields, self.codes, self.cells, overwrite=overwrite)
        said = {"client": self.cells["client"], "file": path.name}
        self._settle(path, say(self.language, "explorer.saved", **said))

    def _settle(self, path: Path, sentence: str) -> None:
        self.clients, self.file_path, self.is_saved = self._read_clients(path), path, True
        self._list_clients()
        self.show_cells()
        self.message.value = make_message("done", [sentence])

    def _find_file(self) -> Path:
        text = self.file.value.strip()
        if not text:
            raise UsageError("no clients file is named", "write its path, such as data/mine.csv")
        return self.project / text

    def _say_change(self, name: str, old: str, new: str) -> str:
        fields, language = self.law.fields, self.language
        label = fields[name].label[language] if name in fields else say(language, f"explorer.{_KEYS[name]}")
        empty = say(language, "explorer.empty")
        return say(language, "explorer.change", label=label, old=old or empty, new=new or empty)

    def _ask(
        self, lines: Sequence[str], items: Sequence[str], yes: str, no: str, action: Callable[[], None]
    ) -> None:
        self._action = action
        self.question_text.value = make_message("ask", lines, items)
        self.yes.description = say(self.language, f"explorer.{yes}")
        self.no.description = say(self.language, f"explorer.{no}")
        self.asking.layout.display = ""
        self.message.value = ""
        self.show_cells()

    @guarded
    def decide(self, is_yes: bool) -> None:
        """Answers the question that stands at the top, if there is one."""
        action, self._action = self._action, None
        self.asking.layout.display = "none"
        if action and is_yes:
            action()
        self.show_cells()

    # Day, start and staff

    @guarded
    def change_terms(self, **terms: Any) -> None:
        """Changes the day of the law, the start, what is planned for or the staff; a bad term is refused."""
        before = {name: getattr(self, name) for name in terms}
        try:
            for name, value in terms.items():
                if value is None:
                    label = say(self.language, f"explorer.{name}")
                    raise UsageError(*say(self.language, "explorer.day_missing", label=label).split("; ", 1))
                setattr(self, name, value)
            find_beginning(self.start)
            self.refresh()
        except Exception:
            for name, value in before.items():
                setattr(self, name, value)
            raise
        self.message.value = ""

    # What if

    @guarded
    def pin(self) -> None:
        """Keeps the present answer to compare with."""
        terms = {name: getattr(self, name) for name in ("as_of", "start", "include", "capacity")}
        self.pinned = (self.case, self.cells, terms)
        self._show_difference()

    @guarded
    def unpin(self) -> None:
        """Forgets the pinned answer."""
        self.pinned = None
        self._show_difference()

    @guarded
    def restore(self) -> None:
        """Goes back to the facts and terms of the pinned answer."""
        if self.pinned:
            _, cells, terms = self.pinned
            for name, value in terms.items():
                setattr(self, name, value)
            self._take(cells)

    def _show_difference(self) -> None:
        texts = read_texts(self.language)["explorer"]
        if self.pinned is None:
            self.strip.value = ""
            self.difference.value = f"<p>{escape(texts['pin_hint'])}</p>"
        else:
            old = self.pinned[0]
            if old.language != self.language:
                old = self._translate(old)
            self.strip.value = make_message("done", [say_strip(old, self.case)])
            self.difference.value = make_difference(old, self.case)
        for button in (self.unpin_button, self.restore_button):
            button.disabled = self.pinned is None

    def _translate(self, case: Case) -> Case:
        """The pinned case in the language of the screen."""
        cells = self.pinned[1] if self.pinned else {}
        lent = {"client": cells.get("client") or "new-client", "name": cells.get("name") or "-"}
        profiles = make_profiles([cells | lent], self.law.fields, self.codes, "", are_checked=True)
        return make_case(self.law, profiles, case.as_of, case.outlook.wish, self.language)

    # The report

    @guarded
    def report(self) -> None:
        """Writes the report of the client on the screen, in the background; ``writing`` is its thread."""
        if self.writing and self.writing.is_alive():
            return
        folder = self.out / self.cells["client"]
        profiles = make_profiles(
            [self.cells], self.law.fields, self.codes, say(self.language, "explorer.report")
        )
        answers = folder / "profile.csv"
        answers.unlink(missing_ok=True)
        write_client(answers, self.law.fields, self.codes, self.cells, overwrite=True)
        order = Order(
            notebook=self.notebook,
            out=self.out,
            catalogue=self.catalogue,
            clients=answers,
            as_of=self.as_of,
            start=self.start,
            language=self.language,
            include=self.include,
            capacity=self.capacity or None,
        )
        self.progress.value, self.progress.layout.display = 0, ""
        self.report_button.disabled, self.link.page = True, ""
        self.message.value = make_message("done", [say(self.language, "explorer.report_running")])
        self.writing = threading.Thread(target=self._write_report, args=(order, profiles), daemon=True)
        self.writing.start()

    @guarded
    def _write_report(self, order: Order, profiles: pd.DataFrame) -> None:
        def progress(done: int, total: int) -> None:
            self.progress.max, self.progress.value = total, done

        try:
            (entry,) = write_reports(order, self.law, profiles, lambda: datetime.now(UTC), progress)
            page = order.out / entry["client"] / "report.html"
            said = {"path": page, "error": entry["error"]}
            if entry["status"] in {"done", "up_to_date"}:
                self.link.name = str(page)
                self.link.page = page.read_text(encoding="utf-8")
                key = "report_done" if entry["status"] == "done" else "report_up_to_date"
                self.message.value = make_message("done", [say(order.language, f"explorer.{key}", **said)])
            else:
                sentence = say(order.language, "explorer.report_failed", **said)
                self.message.value = make_message("wrong", [sentence])
        finally:
            self.report_button.disabled = False
            self.progress.layout.display = "none"

    # Widgets

    def _build(self) -> None:
        self.labels: dict[str, HTML] = {}
        self.message, self.answer, self.strip = HTML(), HTML(), HTML()
        self.title = HTML()
        self.language_choice = ToggleButtons(options=[("中文", "zh"), ("English", "en")], value=self.language)
        self.client_list = Dropdown(layout=Layout(width="17rem"))
        self.sample_list = Dropdown(layout=Layout(width="13rem"))
        self.id = Text(continuous_update=False, layout=Layout(width="10rem"))
        self.name = Text(continuous_update=False, layout=Layout(width="15rem"))
        self.file = Text(
            value=_shorten(self.file_path, self.project),
            continuous_update=False,
            layout=Layout(width="12rem"),
        )
        self.save_button, self.reset_button = Button(icon="save"), Button()
        self.as_of_day, self.start_day = DatePicker(), DatePicker()
        self.capacity_count = BoundedIntText(min=0, max=99, continuous_update=False)
        self.include_list = SelectMultiple(rows=2)
        self.question_text, self.yes, self.no = HTML(), Button(button_style="warning"), Button()
        self.asking = VBox([self.question_text, HBox([self.yes, self.no])], layout=Layout(display="none"))
        self._build_form()
        self._build_answer()
        bar = Box(
            [
                self._label("client", self.client_list),
                self._label("sample", self.sample_list),
                self._label("id", self.id),
                self._label("name", self.name),
                self._label("file", self.file),
                self.save_button,
                self.reset_button,
            ]
        )
        bar.add_class("licences-bar")
        head = Box([self.title, self.language_choice])
        head.add_class("licences-head")
        body = Box([self.form, self.right])
        body.add_class("licences-body")
        self.root = VBox([HTML(_make_style()), head, bar, self.asking, self.message, body])
        self.root.add_class("licences-explorer")
        self._wire()

    def _build_form(self) -> None:
        self.search = Text()
        self.found = HTML()
        self.controls: dict[str, Control] = {
            field.name: make_control(field, self.tell) for field in self.law.fields.every
        }
        self.holdings = HoldingsControl(lambda _name, text: self.tell("holds", text))
        self.groups: dict[str, list[Control]] = {}
        for control in self.controls.values():
            self.groups.setdefault(control.field.group, []).append(control)
        panes = [VBox([control.box for control in controls]) for controls in self.groups.values()]
        terms = VBox(
            [
                self._label("as_of", self.as_of_day),
                self._label("start", self.start_day),
                self._label("capacity", self.capacity_count),
                self._label("include", self.include_list),
            ]
        )
        self.accordion = Accordion([*panes, self.holdings.box, terms], selected_index=0)
        self.matches = VBox()
        self.form = VBox([self.search, self.found, self.matches, self.accordion])
        self.form.add_class("licences-form")

    def _build_answer(self) -> None:
        self.question, self.asked = HTML(), Box()
        question = VBox([self.question, self.asked])
        question.add_class("licences-next")
        self.graph, self.timeline = LiveFigure(self.choose), LiveFigure(self.choose)
        self.table = LiveTable(self.choose)
        self.hint, self.difference, self.card = HTML(), HTML(), HTML()
        self.pin_button, self.unpin_button = Button(icon="thumb-tack"), Button()
        self.restore_button, self.report_button = Button(), Button(button_style="primary")
        for button in (self.pin_button, self.unpin_button, self.restore_button, self.report_button):
            button.layout.width = "auto"
        self.progress, self.link = IntProgress(layout=Layout(display="none", width="10rem")), ReportLink()
        self.writing: threading.Thread | None = None
        self.close = Button(layout=Layout(width="auto"))
        self.drawer = VBox([self.close, self.card], layout=Layout(display="none"))
        self.drawer.add_class("licences-drawer")
        what_if = VBox([HBox([self.unpin_button, self.restore_button]), self.difference])
        self.tabs = Tab([self.table.box, self.graph.box, self.timeline.box, what_if])
        actions = Box([self.pin_button, self.report_button, self.progress, self.link])
        actions.add_class("licences-actions")
        views = Box([VBox([self.hint, self.tabs]), self.drawer])
        views.add_class("licences-views")
        self.right = VBox([self.answer, self.strip, question, actions, views])
        self.right.add_class("licences-right")

    def _label(self, key: str, widget: Widget) -> VBox:
        self.labels[key] = HTML()
        box = VBox([self.labels[key], widget])
        box.add_class("licences-labelled")
        box.add_class(f"term-{key}")
        return box

    def _wire(self) -> None:
        def on_value(widget: Widget, act: Callable[[Any], None]) -> None:
            def changed(change: Mapping[str, Any]) -> None:
                if not self._setting:
                    act(change["new"])

            widget.observe(changed, "value")

        on_value(self.language_choice, self.speak)
        on_value(self.client_list, self.load)
        on_value(self.sample_list, lambda sample: self.start_from(sample) if sample else None)
        on_value(self.id, lambda text: self.tell("client", text.strip()))
        on_value(self.name, lambda text: self.tell("name", text.strip()))
        on_value(self.as_of_day, lambda day: self.change_terms(as_of=day))
        on_value(self.start_day, lambda day: self.change_terms(start=day))
        on_value(self.capacity_count, lambda count: self.change_terms(capacity=count))
        on_value(self.include_list, lambda chosen: self.change_terms(include=tuple(chosen)))
        on_value(self.search, self.find)
        for button, act in (
            (self.save_button, self.save),
            (self.reset_button, self.reset),
            (self.pin_button, self.pin),
            (self.unpin_button, self.unpin),
            (self.restore_button, self.restore),
            (self.report_button, self.report),
            (self.yes, lambda: self.decide(True)),
            (self.no, lambda: self.decide(False)),
            (self.close, lambda: self.choose(None)),
        ):
            button.on_click(lambda _button, act=act: act())

    @guarded
    def find(self, words: str) -> None:
        """Shows the questions that speak of some words, all groups where there are none."""
        found = [control for control in self.controls.values() if control.matches(words)]
        searching = bool(words.strip())
        self.matches.children = tuple(control.box for control in found) if searching else ()
        self.accordion.layout.display = "none" if searching else ""
        said = {"count": len(found), "total": len(self.controls)}
        self.found.value = say(self.language, "explorer.found", **said) if searching else ""

    @guarded
    def choose(self, code: str | None) -> None:
        """Shows the card of a licence, none where ``code`` is None."""
        self.code = code
        self._show_card()

    def _show_card(self) -> None:
        is_shown = self.code is not None and self.code in self.case.rows.index
        self.card.value = make_card(self.case, self.code) if is_shown and self.code else ""
        self.drawer.layout.display = "" if is_shown else "none"

    def _show_question(self) -> None:
        self.question.value = make_question(self.case)
        names = list(self.case.questions["field"].head(1))
        boxes = tuple(self.controls[name].box for name in names)
        if self.asked.children != boxes:
            self.asked.children = boxes

    def show_cells(self) -> None:
        """Shows the answers and terms in their controls."""
        self._setting = True
        try:
            for name, control in self.controls.items():
                if control.text != self.cells[name] or control.language != self.language:
                    control.show(self.cells[name])
            self.holdings.show(self.cells["holds"])
            self.id.value, self.name.value = self.cells["client"], self.cells["name"]
            self.as_of_day.value, self.start_day.value = self.as_of, self.start
            self.capacity_count.value, self.include_list.value = self.capacity, self.include
            known = [value for _, value in self.client_list.options]
            self.client_list.value = self.cells["client"] if self.cells["client"] in known else ""
            self.sample_list.value = ""
            self._title_groups()
        finally:
            self._setting = False

    def _title_groups(self) -> None:
        groups = read_vocabulary(find_data_folder() / "dictionary.yaml", "field_group")
        titles = [
            say(
                self.language,
                "explorer.group",
                name=groups[group][self.language],
                told=sum(bool(self.cells[control.field.name]) for control in controls),
                total=len(controls),
            )
            for group, controls in self.groups.items()
        ]
        more = [say(self.language, f"explorer.{key}") for key in ("holds", "settings")]
        if self.accordion.titles != (*titles, *more):
            self.accordion.titles = (*titles, *more)
        mark = "" if self.is_saved else f" <em>{escape(say(self.language, 'explorer.unsaved'))}</em>"
        self.title.value = f"<h1>{escape(say(self.language, 'explorer.title'))}{mark}</h1>"

    @guarded
    def speak(self, language: str) -> None:
        """Changes the language of everything on the screen."""
        self.language = language
        texts = read_texts(language)["explorer"]
        self._setting = True
        try:
            self.language_choice.value = language
            for key, label in self.labels.items():
                label.value = f"<label>{escape(texts[key])}</label>"
            for control in self.controls.values():
                control.speak(language)
            names = self.law.catalogue.groupby("code", sort=False)[f"name_{language}"].last()
            self.holdings.speak(language, {str(code): str(name) for code, name in names.items()})
            self.search.placeholder = texts["search"]
            self.id.placeholder = texts["id_hint"]
            for button, key in (
                (self.save_button, "save"),
                (self.reset_button, "reset"),
                (self.pin_button, "pin"),
                (self.unpin_button, "unpin"),
                (self.restore_button, "restore"),
                (self.report_button, "report"),
                (self.close, "close"),
            ):
                button.description = texts[key]
            self.link.label = texts["report_open"]
            self.hint.value = f"<p class='help'>{escape(texts['card_hint'])}</p>"
            self.tabs.titles = tuple(
                texts[f"tab_{key}"] for key in ("licences", "graph", "timeline", "what_if")
            )
            page = read_texts(language)["page"]["verdicts"]
            self.include_list.options = [(page[name], name) for name in ("recommended", "optional")]
            self._list_clients()
        finally:
            self._setting = False
        self.refresh()

    def _list_clients(self) -> None:
        self._setting = True
        try:
            texts = read_texts(self.language)["explorer"]
            self.client_list.options = [(texts["new_client"], ""), *_name_clients(self.clients)]
            self.sample_list.options = [(texts["choose"], ""), *_name_clients(self.samples)]
        finally:
            self._setting = False


_KEYS = {"client": "id", "name": "name", "holds": "holds"}


def _name_clients(clients: pd.DataFrame) -> list[tuple[str, str]]:
    if clients.empty:
        return []
    return [
        (f"{name} ({client})", client)
        for name, client in zip(clients["name"], clients["client"], strict=True)
    ]


def _shorten(path: Path, project: Path) -> str:
    return str(path.relative_to(project)) if path.is_relative_to(project) else str(path)
