"""Explorer: what a client does on the left; what it needs, in what order and by when on the right."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial, wraps
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, cast

import pandas as pd
from ipywidgets import Widget

from licences.analysis.case import make_case
from licences.app.board import Board
from licences.app.clients import find_case_file, find_cells, find_saved_cells, find_stages, read_clients
from licences.app.entries import EntryRefusedError, write_entry
from licences.app.incoming import DroppedClients, find_whose, read_dropped
from licences.app.inquiry import make_questionnaire_file
from licences.app.later import Later
from licences.app.layout import HIDDEN, SHOWN, Screen
from licences.app.refusals import IDENTITY, check_folder, check_seen, find_path, name_cell
from licences.app.terms import Pinned, Places, Terms
from licences.app.transfer import MAX_UPLOAD_BYTES, Upload
from licences.app.widgets import Seen
from licences.book.place import is_book
from licences.errors import LicencesError, OvertakenError, UsageError
from licences.law.catalogue import Catalogue, add_own_times
from licences.planning.schedule import find_beginning
from licences.reading.characters import fold
from licences.reading.files import say_why
from licences.reading.places import find_own_file
from licences.render.brand import read_brand
from licences.render.html.explorer import (
    COLUMNS,
    list_licences,
    make_answer,
    make_card,
    make_difference,
    make_head,
    make_message,
    make_question,
    make_rare,
    say_strip,
    view_licences,
)
from licences.rules.answers import Answers
from licences.rules.asking import find_asked
from licences.rules.case_files import CASE_FILE, find_case_present
from licences.rules.client_files import find_changed_cells, find_saved, write_alone, write_client
from licences.rules.facts import NOT_ASKED, RARE, choose_clients, make_profiles
from licences.rules.keeping import begin_writing, lay_case_file
from licences.rules.meanwhile import HOLDS, take_over
from licences.rules.stages import STAGES, find_present
from licences.words.extents import say_doubts, say_extent, say_understood
from licences.words.problems import say_error, translate
from licences.words.texts import read_texts, say

if TYPE_CHECKING:
    from licences.batch.run import BatchJob

P = ParamSpec("P")
FORMULA = ("=", "+", "-", "@")  # what a spreadsheet takes for the beginning of one


def guarded(method: Callable[Concatenate[Explorer, P], None]) -> Callable[Concatenate[Explorer, P], None]:
    """What goes wrong becomes a sentence in the page; the answers stay, and so does the kernel."""

    @wraps(method)
    def run(explorer: Explorer, /, *given: P.args, **named: P.kwargs) -> None:
        try:
            method(explorer, *given, **named)
        except LicencesError as error:
            explorer.say("wrong", say_error(error, explorer.language).splitlines())
        except Exception as error:  # noqa: BLE001 - whatever it is, it becomes a sentence
            explorer.say_fault(error)
        explorer.show_told()

    return cast("Callable[Concatenate[Explorer, P], None]", run)


def guarded_view(method: Callable[[Explorer], Iterator[None]]) -> Callable[[Explorer], Iterator[None]]:
    """What goes wrong with a view becomes a sentence in the page, and the others are shown."""

    @wraps(method)
    def run(explorer: Explorer) -> Iterator[None]:
        try:
            yield from method(explorer)
        except Exception as error:  # noqa: BLE001 - whatever it is, it becomes a sentence
            explorer.say_fault(error)

    return run


class Explorer:
    """What the consultant does with the widgets of a Screen, and what follows from it.

    ``cells`` are the client's answers as a clients file holds them, ``opened`` those of ``file`` when the
    client was read from there or saved last; ``case`` is the present answer;
    ``pinned`` is what it is compared with; ``page`` is the widget to show.

    page_id: what that is called, where who shows it has to know before it is made. is_ahead: whether it is
    made before anybody asks; table and figures then wait until a browser shows the page.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        places: Places,
        terms: Terms,
        language: str,
        client: str = "",
        page_id: Mapping[str, str] | None = None,
        *,
        is_ahead: bool = False,
    ) -> None:
        find_beginning(terms.start)
        read_texts(language)
        self.catalogue, self.places, self.terms, self.language = catalogue, places, terms, language
        self.codes = set(catalogue.codes)
        self.file = places.clients
        self.clients = read_clients(self.file, catalogue)
        self.catalogue = add_own_times(catalogue, self.clients, terms.as_of)
        self.samples = read_clients(places.samples, catalogue)
        self.cells = find_cells(self.clients, client, self.catalogue.fields) if client else self._make_empty()
        self.opened = self.cells if client else None
        self.is_saved = True
        self.pinned: Pinned | None = None
        self.code: str | None = None
        self.writing: threading.Thread | None = None
        self._action: Callable[[], None] | None = None
        self._is_setting = False
        self.board: Board | None = None
        self.later = Later(waits=is_ahead)
        upload = Upload(self.take_file, self.refuse_file)
        self.screen = Screen(
            catalogue.fields,
            self.tell,
            self.choose,
            self.offer,
            upload,
            Seen(self.later.begin),
            self._sum_up,
            page_id or {},
        )
        self.screen.file.value = str(
            self.file.relative_to(places.work) if self.file.is_relative_to(places.work) else self.file
        )
        self._wire()
        self._speak()

    def _sum_up(self) -> str:
        counted = f"{len(self.codes)} licences, {len(self.catalogue.fields.every)} facts to tell"
        return translate(counted, self.language)

    @property
    def page(self) -> Widget:
        """The widget to show."""
        return self.screen.page

    # Answers

    @guarded
    def tell(self, name: str, text: str) -> None:
        """Takes an answer as a cell of a clients file, empty for "not told"; a bad one is refused."""
        is_typed = name in IDENTITY or self.catalogue.fields[name].type == "number"
        check_seen({name: text}, self.catalogue.fields, self.language)
        if text and is_typed:
            others = {"client": "new-client", "name": "-"}
            make_profiles([others | {name: text}], self.catalogue.fields, self.codes, self._say("title"))
        self._take(self.cells | {name: text})

    @guarded
    def reset(self) -> None:
        """Clears all answers but id and name."""
        kept = {name: text for name, text in self.cells.items() if name in ("client", "name", *NOT_ASKED)}
        self._leave(lambda: self._take(self._make_empty() | kept))

    @guarded
    def change_terms(self, name: str, value: Any) -> None:
        """Changes the day of the law, the start, what is planned for or the staff; a bad one is refused."""
        if value is None:
            raise UsageError(self._say(name), self._say("day_missing"))
        before = self.terms
        self.terms = Terms(**{**vars(before), name: value})
        try:
            find_beginning(self.terms.start)
            self._add_own_times()
            self.refresh()
        except Exception:
            self.terms = before
            self._add_own_times()
            raise

    @guarded
    def tell_none(self) -> None:
        """Tells that the client has nothing of what only few businesses have and it has not told."""
        fields = self.catalogue.fields
        self._take(self.cells | {name: fields[name].none_cell for name in self.case.rare})

    def _make_empty(self) -> dict[str, str]:
        return dict.fromkeys((*IDENTITY, *self.catalogue.fields.by_name), "")

    def _take(self, cells: dict[str, str], is_saved: bool = False) -> None:
        """Takes answers that are good, or leaves all as it was where no plan can be made of them."""
        before = self.cells
        self.cells = cells
        try:
            self.refresh()
        except Exception:
            self.cells = before
            raise
        self.is_saved = is_saved
        self.say("done", [])

    def _make_profiles(self, cells: dict[str, str]) -> pd.DataFrame:
        """A client whose cells are good, as ``read_profiles`` gives it, with what counts of its case file on the day of the law.

        What it is called is lent.
        """
        lent = {"client": "new-client", "name": self._say("new_client")}
        cells = cells | {name: text for name, text in lent.items() if not cells[name]}
        made = make_profiles([cells], self.catalogue.fields, self.codes, "", are_checked=True)
        if is_book(self.file):
            made = lay_case_file(made, find_case_file(self.clients, cells["client"]))
            made = find_case_present(made, self.terms.as_of)
        stages = find_stages(self.clients, cells["client"])
        is_ahead = all(stage.begins_on > self.terms.as_of for stage in stages)
        return (
            made.assign(**{STAGES: pd.Series([stages], index=made.index, dtype=object)}) if is_ahead else made
        )

    # Clients and files

    @guarded
    def load(self, client: str) -> None:
        """Shows a client of the file, or an empty sheet where ``client`` is empty; a book is read anew for it."""
        if is_book(self.file):
            self._read_anew()
        cells = find_cells(self.clients, client, self.catalogue.fields) if client else self._make_empty()
        self._leave(lambda: self._open(cells, is_saved=True))

    def _tell_stages(self, client: str) -> None:
        """Says of a client told in stages that its start is shown, and when it changes."""
        if days := [stage.begins_on.isoformat() for stage in find_stages(self.clients, client)]:
            key = "stages_book" if is_book(self.file) else "stages"
            self.say("done", [self._say(key, days=say(self.language, "list").join(days))])

    @guarded
    def start_from(self, sample: str) -> None:
        """Takes over the answers of a sample for a client whose id and name are still to be told."""
        cells = find_cells(self.samples, sample, self.catalogue.fields) | dict.fromkeys(
            ("client", "name", *NOT_ASKED), ""
        )
        self._leave(lambda: self._open(cells, is_saved=False))

    @guarded
    def save(self) -> None:
        """Saves the client into the file that is named.

        Asks before other answers are overwritten, and says where somebody else changed them meanwhile.
        """
        path = find_path(self.screen.file.value, self.places, self.catalogue.fields, self.language)
        check_seen(self.cells, self.catalogue.fields, self.language)
        make_profiles([self.cells], self.catalogue.fields, self.codes, path.name)
        saved = find_saved(path, self.catalogue.fields, self.codes, self.cells["client"])
        opened = self._find_opened(path)
        if saved and opened and is_book(path):
            self._follow_book([], (HOLDS,))
            opened = self.opened
        changed = find_changed_cells(saved, self.cells) if saved else {}
        said = {"client": self.cells["client"], "file": path.name}
        if saved is None and opened is None:
            self._write(path, None)
        elif saved is None or changed:
            items = [self._say_change(name, *texts) for name, texts in changed.items()]
            key = "gone" if saved is None else "overwrite" if opened in (None, saved) else "overtaken"
            yes, no = ("save", "leave_out") if saved is None else ("overwrite", "keep")
            self._ask(self._say(f"{key}_ask", **said), items, yes, no, lambda: self._write(path, saved))
        else:
            self._settle(path, self._say("saved_already", **said))

    @guarded
    def take_file(self, name: str, content: bytes) -> None:
        """Takes a file of the consultant's machine: shows its clients to choose from, or the answers that came back."""
        dropped = read_dropped(name, content, self.catalogue)
        if isinstance(dropped, DroppedClients):
            self._leave(lambda: self._show_dropped(name, dropped))
            return
        client = find_whose(dropped, self.clients, self.cells)
        cells = self.cells
        if fold(client) != fold(cells["client"]):
            is_known = client in set(self.clients["client"])
            cells = (
                find_cells(self.clients, client, self.catalogue.fields) if is_known else self._make_empty()
            )
        self._leave_for(client, lambda: self._offer_answers(name, dropped, cells))

    def _leave_for(self, client: str, action: Callable[[], None]) -> None:
        if client.casefold() == self.cells["client"].casefold():
            action()
        else:
            self._leave(action)

    def _show_dropped(self, name: str, dropped: DroppedClients) -> None:
        """Lists the clients of a dropped file, and opens it where it holds but one."""
        self.file, self.clients = dropped.path, dropped.clients
        self._add_own_times()
        self._list_clients()
        only = str(self.clients["client"].iloc[0]) if len(self.clients) == 1 else ""
        cells = find_cells(self.clients, only, self.catalogue.fields) if only else self._make_empty()
        self._open(cells, is_saved=not only)
        extent = replace(dropped.extent, file=name)
        lines = [
            say_extent(extent, self.language),
            *say_understood(extent, self.language),
            *say_doubts(extent.doubts, self.catalogue.fields, self.language),
        ]
        self.say("done", [*lines, self._say("upload_clients", name=name)])

    def _offer_answers(self, name: str, answers: Answers, cells: dict[str, str]) -> None:
        """Shows what answers would change, and takes them over when the consultant says so."""
        told = {"client": answers.client, "name": answers.name} if not cells["client"] else {}
        told = {key: text for key, text in told.items() if text and not cells[key]}
        after = {**cells, **told, **answers.cells}
        changed = find_changed_cells(cells, after)
        if not changed:
            self.say("done", [self._say("upload_same", name=name)])
            return
        client = after["name"] or after["client"] or self._say("new_client")
        items = [self._say_change(key, *texts) for key, texts in changed.items()]
        items += [
            f"{name_cell(key, self.catalogue.fields, self.language)}: {remark}"
            for key, remark in answers.remarks.items()
        ]
        question = self._say("upload_answers", client=client, name=name)
        self._ask(question, items, "upload_take", "upload_leave", lambda: self._take_answers(after, cells))

    def _take_answers(self, after: dict[str, str], before: dict[str, str]) -> None:
        if before["client"].casefold() != self.cells["client"].casefold():
            self.opened = before if before["client"] else None
            self.screen.inquiry.begin()
        self._take(after)

    def refuse_file(self, name: str) -> None:
        """Says that a file is too large to be taken."""
        self.say("wrong", [self._say("upload_too_large", name=name, most=MAX_UPLOAD_BYTES // 1_000_000)])

    @guarded
    def offer(self, kind: str) -> None:
        """Hands the questionnaire of the client on the screen to the browser: ``xlsx`` or ``html``."""
        brand = read_brand(find_own_file("brand.yaml", self.places.work))
        file = make_questionnaire_file(kind, self.case, self.profiles, self.cells, brand)
        name = file[0]
        self.screen.download.hand(*file)
        self.say("done", [self._say("questionnaire_made", name=name)])

    def _find_opened(self, path: Path) -> dict[str, str] | None:
        """The cells of this client as ``path`` held them when they were read, where they were read from there."""
        if path != self.file or self.opened is None:
            return None
        is_same = fold(self.opened["client"]) == fold(self.cells["client"])
        return self.opened if is_same else None

    def _open(self, cells: dict[str, str], *, is_saved: bool) -> None:
        self.screen.inquiry.begin()
        self._take(cells, is_saved)
        self.opened = cells if is_saved and cells["client"] else None
        if self.opened:
            self._tell_stages(cells["client"])

    def _write(self, path: Path, over: Mapping[str, str] | None) -> None:
        try:
            write_client(path, self.catalogue.fields, self.codes, self.cells, over)
        except OvertakenError:
            self.save()  # which asks about what stands there now
        except OSError as error:
            raise LicencesError(self._say("not_written", file=path.name, why=say_why(error))) from None
        else:
            self._settle(path, self._say("saved", client=self.cells["client"], file=path.name))

    def _settle(self, path: Path, sentence: str) -> None:
        self.file, self.is_saved = path, True
        self._read_anew()
        self.opened = find_saved_cells(self.clients, self.cells, self.catalogue.fields)
        if is_book(path):
            self.cells = self.opened or self.cells
            self.refresh()
        self._list_clients()
        is_formula = path.suffix.lower() == ".csv" and self.cells["name"].startswith(FORMULA)
        remarks = [self._say("formula", name=self.cells["name"])] if is_formula else []
        self.say("done", [sentence, *remarks])

    def _read_anew(self) -> None:
        self.clients = read_clients(self.file, self.catalogue)
        self._add_own_times()

    def _add_own_times(self) -> None:
        self.catalogue = add_own_times(self.catalogue, self.clients, self.terms.as_of)

    # What a book keeps beside what the client tells

    def _take_over(self, saved: Mapping[str, str], names: Collection[str] | None = None) -> list[str]:
        """Takes over what others changed meanwhile and we did not; which cells of ours that changes."""
        opened = self._find_opened(self.file)
        if opened is None:
            return []
        cells, self.opened = take_over(self.cells, opened, saved, names)
        changed = [name for name, text in cells.items() if text != self.cells.get(name)]
        self.cells = cells
        return changed

    @guarded
    def follow_book(self) -> None:
        """Reads the book anew and shows what it says now; answers that are not saved stay."""
        self._follow_book([say(self.language, "board.refreshed")])

    def _follow_book(self, lines: Sequence[str], names: Collection[str] | None = None) -> None:
        self._read_anew()
        saved = find_saved_cells(self.clients, self.cells, self.catalogue.fields)
        changed = self._take_over(saved, names) if saved else []
        self._list_clients()
        self.refresh()
        fields = self.catalogue.fields
        labels = [name_cell(name, fields, self.language) for name in changed if name != HOLDS]
        seen = {"labels": say(self.language, "list").join(labels)}
        if self.board:
            self.board.tell("done", [*lines, *([say(self.language, "board.seen", **seen)] if labels else [])])

    @guarded
    def record(self) -> None:
        """Writes what stands in the form of the case into the book; what speaks against it is said beside the form."""
        if self.board is None:
            return
        typed, language = self.board.read(), self.language
        try:
            self._read_anew()
            saved = find_saved_cells(self.clients, self.cells, self.catalogue.fields)
            if saved is None:
                raise EntryRefusedError(say(language, "board.save_first"))
            name = self.case.law.short(typed.code)
            said = write_entry(self.file, saved["client"], typed, self.catalogue, name, language)
        except LicencesError as error:
            self.board.tell("wrong", say_error(error, language).splitlines())
            return
        self.board.clear()
        later = {"day": typed.on, "as_of": self.terms.as_of}
        is_ahead = typed.on is not None and typed.on > self.terms.as_of
        self._follow_book([said, *([say(language, "board.not_yet", **later)] if is_ahead else [])])

    def _show_board(self) -> None:
        """Shows the case where the clients are of a book, and no tab of it where they are not."""
        if not is_book(self.file):
            self.board = None
            self.screen.set_case_tab(None, self.language)
            return
        if self.board is None:
            self.board = Board(self.record, self.follow_book, begin_writing().by, self.terms.as_of)
        if self.board.language != self.language:
            names = self._name_licences()
            self.board.speak(self.language, {code: names[code] for code in names if code in self.codes})
        self.screen.set_case_tab(self.board.box, self.language)
        self.board.show(self.case, self.profiles[CASE_FILE].iloc[0])

    def _name_licences(self) -> dict[str, str]:
        names = self.catalogue.rows.groupby("code", sort=False)[f"name_{self.language}"].last()
        return {str(code): str(name) for code, name in names.items()}

    def _say_change(self, name: str, old: str, new: str) -> str:
        empty = self._say("empty")
        return self._say(
            "change",
            label=name_cell(name, self.catalogue.fields, self.language),
            old=old or empty,
            new=new or empty,
        )

    # Questions to the consultant

    def _leave(self, action: Callable[[], None]) -> None:
        """Does what loses the present answers, after asking where they are not saved."""
        if self.is_saved:
            action()
            return
        client = self.cells["name"] or self.cells["client"] or self._say("new_client")
        self._ask(self._say("discard_ask", client=client), [], "discard", "stay", action)

    def _ask(
        self, question: str, items: Sequence[str], yes: str, no: str, action: Callable[[], None]
    ) -> None:
        self._action = action
        self.say("done", [])
        screen = self.screen
        screen.asked.value = make_message("ask", [question], items)
        screen.yes.description, screen.no.description = self._say(yes), self._say(no)
        screen.asking.layout.display = SHOWN

    @guarded
    def decide(self, is_yes: bool) -> None:
        """Answers the question that stands at the top, if there is one."""
        action, self._action = self._action, None
        self.screen.asking.layout.display = HIDDEN
        if action and is_yes:
            action()

    # What if

    @guarded
    def pin(self) -> None:
        """Keeps the present answer to compare with."""
        self.pinned = Pinned(self.case, self.cells, self.opened, self.terms, self.profiles)
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
            self.terms, self.opened = self.pinned.terms, self.pinned.opened
            self._add_own_times()
            self._take(self.pinned.cells)
            if is_book(self.file):
                self._follow_book([], (HOLDS,))

    # The report

    @guarded
    def report(self) -> None:
        """Writes the report of the client on the screen, in the background; ``writing`` is its thread.

        The answers on the screen go into ``profile.csv`` beside it, saved or not, so that the report
        can be made again from what it was made of. Where a book holds just them the report is made from the book.
        """
        from licences.batch.run import BatchJob

        if self.writing and self.writing.is_alive():
            return
        profiles = make_profiles([self.cells], self.catalogue.fields, self.codes, self._say("report"))
        check_seen(self.cells, self.catalogue.fields, self.language)
        answers = self.places.out / self.cells["client"] / "profile.csv"
        check_folder(answers.parent, self.language)
        write_alone(answers, self.catalogue.fields, self.codes, self.cells)
        clients = answers
        if is_book(self.file):
            self._follow_book([])
            profiles, clients = self._find_reported(answers)
        order = BatchJob(
            notebook=self.places.notebook,
            out=self.places.out,
            catalogue=self.places.catalogue,
            clients=clients,
            as_of=self.terms.as_of,
            start=self.terms.start,
            language=self.language,
            include=self.terms.include,
            capacity=self.terms.capacity or None,
            book=self.places.clients if is_book(self.places.clients) else None,
            brand=read_brand(find_own_file("brand.yaml", self.places.work)),
        )
        self.screen.progress.value = 0
        self.screen.progress.layout.display = SHOWN
        self.screen.buttons["report"].disabled, self.screen.link.page = True, ""
        self.say("done", [self._say("report_running")])
        self.writing = threading.Thread(target=self._write_report, args=(order, profiles), daemon=True)
        self.writing.start()

    def _find_reported(self, answers: Path) -> tuple[pd.DataFrame, Path]:
        """Whom a report from a book is about, with its case file, and the place of its answers."""
        saved = find_saved_cells(self.clients, self.cells, self.catalogue.fields)
        if saved and not find_changed_cells(saved, self.cells):
            whose = choose_clients(self.clients, [saved["client"]])
            return find_present(whose, self.terms.as_of), self.file
        return self._make_profiles(self.cells), answers

    @guarded
    def _write_report(self, order: BatchJob, profiles: pd.DataFrame) -> None:
        from licences.batch.run import write_reports

        def progress(done: int, total: int) -> None:
            self.screen.progress.max, self.screen.progress.value = total, done

        try:
            now = lambda: datetime.now(UTC)  # noqa: E731 - said once, used once
            (entry,) = write_reports(order, self.catalogue, profiles, now, progress, keeps_warm=True)
            page = order.out / entry["client"] / "report.html"
            is_there = entry["status"] in {"done", "up_to_date"}
            if is_there:
                self.screen.link.name = str(page)
                self.screen.link.page = page.read_text(encoding="utf-8")
            key = f"report_{entry['status']}" if is_there else "report_failed"
            sentence = self._say(key, path=page, error=entry["error"])
            self.say("done" if is_there else "wrong", [sentence])
        finally:
            self.screen.buttons["report"].disabled = False
            self.screen.progress.layout.display = HIDDEN

    # What the screen shows

    def refresh(self) -> None:
        """Works the answer out anew and shows it everywhere."""
        terms, screen = self.terms, self.screen
        profiles = self._make_profiles(self.cells)
        case = make_case(self.catalogue, profiles, terms.as_of, terms.plan_options, self.language)
        self.case, self.profiles = case, profiles
        screen.answer.value = make_answer(case)
        screen.question.value = make_question(case)
        best = tuple(screen.controls[name].box for name in case.questions["field"].head(1))
        if screen.best.children != best:
            screen.best.children = best
        asked = case.questions.loc[case.questions["group"] != RARE, "field"]
        screen.inquiry.show(list(asked), self.cells, self.language)
        screen.rare.value = make_rare(case)
        screen.buttons["none"].layout.display = SHOWN if case.rare else HIDDEN
        self._show_difference()
        self._show_card()
        self._show_board()
        self._show_views()

    def _show_views(self) -> None:
        """Shows table and figures right after the answer, the one in sight first."""
        views = [self._show_table, self._show_graph, self._show_timeline]
        at = self.screen.tabs.selected_index
        if at is not None and at < len(views):
            views.insert(0, views.pop(at))
        self.later.do(views)

    @guarded_view
    def _show_table(self) -> Iterator[None]:
        views = []
        for view in view_licences(self.case):
            views.append(view)
            yield
        texts = read_texts(self.language)["explorer"]
        headings = {name: texts[f"column_{name}"] for name in COLUMNS}
        self.screen.table.show(list_licences(self.case, views), headings, texts)

    @guarded_view
    def _show_graph(self) -> Iterator[None]:
        from licences.render.figures.graph import draw_graph

        self.screen.graph.show(draw_graph(self.case), self._say("graph_none"))
        yield

    @guarded_view
    def _show_timeline(self) -> Iterator[None]:
        from licences.render.figures.plan import draw_timeline

        self.screen.timeline.show(draw_timeline(self.case), self._say("timeline_none"))
        yield

    def show_told(self) -> None:
        """Shows the answers and terms in their controls."""
        screen = self.screen
        with self._setting():
            asked = find_asked(self.case.profile, self.catalogue.fields)
            screen.show_cells(self.cells, asked, self.language)
            screen.as_of.value, screen.start.value = self.terms.as_of, self.terms.start
            screen.capacity.value, screen.include.value = self.terms.capacity, self.terms.include
            is_known = self.cells["client"] in set(self.clients["client"])
            screen.client.value = self.cells["client"] if is_known else ""
            screen.sample.value = ""
            name = self.cells["name"] or self.cells["client"] or self._say("new_client")
            screen.title.value = make_head(self.case, name, self.is_saved)

    def say(self, kind: str, lines: Sequence[str]) -> None:
        """Says something at the top: ``done`` or ``wrong``; nothing where there are no lines."""
        self.screen.message.value = make_message(kind, lines)

    def say_fault(self, error: Exception) -> None:
        """Says that something went wrong that nobody foresaw."""
        logging.getLogger(__name__).error("the explorer could not do what it was asked for", exc_info=error)
        self.say("wrong", [self._say("failed", error=f"{type(error).__name__}: {error}")])

    def _say(self, key: str, **values: object) -> str:
        return say(self.language, f"explorer.{key}", **values)

    def _show_difference(self) -> None:
        screen = self.screen
        if self.pinned is None:
            screen.strip.value = ""
            screen.difference.value = f"<p>{escape(self._say('pin_hint'))}</p>"
        else:
            old, terms = self.pinned.case, self.pinned.terms
            if old.language != self.language:
                profiles = self.pinned.profiles
                old = make_case(self.catalogue, profiles, terms.as_of, terms.plan_options, self.language)
                self.pinned = replace(self.pinned, case=old)
            screen.strip.value = make_message("done", [say_strip(old, self.case)])
            screen.difference.value = make_difference(old, self.case)
        for name in ("unpin", "restore"):
            screen.buttons[name].disabled = self.pinned is None

    @guarded
    def choose(self, code: str | None) -> None:
        """Shows the card of a licence, none where ``code`` is None."""
        self.code = code
        self._show_card()

    def _show_card(self) -> None:
        code = self.code if self.code in self.case.rows.index else None
        self.screen.card.value = make_card(self.case, code) if code else ""
        self.screen.drawer.layout.display = SHOWN if code else HIDDEN

    @guarded
    def speak(self, language: str) -> None:
        """Changes the language of everything on the screen."""
        self.language = language
        self._speak()

    def _speak(self) -> None:
        with self._setting():
            self.screen.speak(self.language, self._name_licences())
        self._list_clients()
        self._action = None
        self.screen.asking.layout.display = HIDDEN
        self.refresh()
        self.show_told()

    def _list_clients(self) -> None:
        with self._setting():
            for widget, clients, first in (
                (self.screen.client, self.clients, "new_client"),
                (self.screen.sample, self.samples, "choose"),
            ):
                named = zip(clients["name"], clients["client"], strict=True)
                options = [(f"{name} ({client})", client) for name, client in named]
                widget.options = [(self._say(first), ""), *options]

    # Wires

    @contextmanager
    def _setting(self) -> Iterator[None]:
        """While the explorer sets widgets itself, their changes are not the consultant's."""
        was, self._is_setting = self._is_setting, True
        try:
            yield
        finally:
            self._is_setting = was

    def _wire(self) -> None:
        screen = self.screen

        def on_value(widget: Widget, act: Callable[[Any], None]) -> None:
            widget.observe(lambda change: None if self._is_setting else act(change["new"]), "value")

        on_value(screen.language, self.speak)
        on_value(screen.client, self.load)
        on_value(screen.sample, self.start_from)
        on_value(screen.id, lambda text: self.tell("client", text.strip()))
        on_value(screen.name, lambda text: self.tell("name", text.strip()))
        for name in ("as_of", "start", "capacity", "include"):
            on_value(getattr(screen, name), partial(self.change_terms, name))
        screen.search.observe(lambda change: self.screen.find(change["new"], self.language), "value")
        for name in ("save", "reset", "pin", "unpin", "restore", "report"):
            screen.buttons[name].on_click(lambda _button, name=name: getattr(self, name)())
        screen.buttons["none"].on_click(lambda _button: self.tell_none())
        screen.buttons["close"].on_click(lambda _button: self.choose(None))
        screen.yes.on_click(lambda _button: self.decide(True))
        screen.no.on_click(lambda _button: self.decide(False))
