"""Tab of the explorer for a client's case: its applications on a board, and a form to record what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache, partial

from ipywidgets import HTML, Box, Button, DatePicker, Dropdown, Text, VBox, Widget

from licences.analysis.case import Case
from licences.app.controls import share
from licences.app.entries import EVENT, NOTE, OVERRIDE, WHAT, Typed, has_expiry
from licences.book.notes import AUDIENCES, US
from licences.book.overrides import KINDS
from licences.render.html.board import make_board
from licences.render.html.explorer import make_message
from licences.rules.applications import START, read_kinds
from licences.rules.case_entries import GIVEN
from licences.rules.case_files import CaseFile
from licences.words.board import name_event
from licences.words.texts import say

VERDICT = "verdict"


@cache
def _list_events() -> tuple[str, ...]:
    return tuple(name for name in read_kinds() if name != START)


class Board:
    """The widgets of the tab, laid out in ``box``.

    record: called when the consultant wants what stands in the form to be written. refresh: when the book is to be read anew.
    by: who records, until another is named. on: the day that the form begins with.
    """

    def __init__(self, record: Callable[[], None], refresh: Callable[[], None], by: str, on: date) -> None:
        self.language = ""
        self.shown, self.said = share(HTML), share(HTML)
        self.what, self.code, self.kind = share(Dropdown), share(Dropdown), share(Dropdown)
        self.audience, self.held, self.verdict = share(Dropdown), share(Dropdown), share(Dropdown)
        self.on, self.until = share(DatePicker, value=on), share(DatePicker)
        self.number, self.text, self.value = share(Text), share(Text), share(Text)
        self.by = share(Text, value=by)
        self.record, self.refresh = share(Button, button_style="primary"), share(Button)
        self.fields = share(Box)
        self.fields.add_class("licences-entry")
        self.title = share(HTML)
        buttons = share(Box, [self.record, self.refresh])
        buttons.add_class("licences-actions")
        self.box = share(VBox, [self.shown, self.title, self.fields, buttons, self.said])
        for widget in (self.what, self.kind, self.held):
            widget.observe(lambda _change: self._arrange(), "value")
        self.record.on_click(lambda _button: record())
        self.refresh.on_click(lambda _button: refresh())

    def speak(self, language: str, names: Mapping[str, str]) -> None:
        """Changes the language; ``names`` are the licences that can be held, by code. What is typed stays."""
        own = partial(say, language)
        self.language = ""  # while the choices change, nothing is arranged by them
        self.title.value = make_title(language)
        choices: list[tuple[Dropdown, Iterable[tuple[str, str]]]] = [
            (self.what, ((own(f"board.form.{one}"), one) for one in WHAT)),
            (self.kind, ((name_event(one, language), one) for one in _list_events())),
            (self.audience, ((own(f"board.form.{one}"), one) for one in reversed(AUDIENCES))),
            (self.held, ((own(f"board.form.{one}"), one) for one in KINDS)),
            (self.verdict, ((own(f"verdict.{one}"), one) for one in GIVEN)),
            (self.code, _name_codes(own("board.form.choose"), names)),
        ]
        for widget, options in choices:
            kept = widget.value
            listed = list(options)
            widget.options = listed
            widget.value = kept if kept is not None else listed[0][1]
        for key in ("record", "refresh"):
            getattr(self, key).description = own(f"board.form.{key}")
        self.tell("done", [])
        self.language = language
        self._arrange()

    def show(self, case: Case, case_file: CaseFile) -> None:
        """Shows a case; case_file: with the notes for us alone."""
        self.shown.value = make_board(case, case_file)

    def tell(self, kind: str, lines: Iterable[str]) -> None:
        """Says something beside the form: ``done`` or ``wrong``; nothing where there are no lines."""
        self.said.value = make_message(kind, lines)

    def read(self) -> Typed:
        """What stands in the form."""
        return Typed(
            what=str(self.what.value),
            code=str(self.code.value or ""),
            kind=str(self.kind.value),
            on=self.on.value,
            number=str(self.number.value),
            until=self.until.value,
            text=str(self.text.value),
            audience=str(self.audience.value),
            by=str(self.by.value),
            held=str(self.held.value),
            value=str(self.verdict.value if self.held.value == VERDICT else self.value.value),
        )

    def clear(self) -> None:
        """Empties what belongs to one entry alone, once that is written."""
        self.number.value = self.text.value = self.value.value = ""
        self.until.value = None
        self.audience.value = US

    def _arrange(self) -> None:
        """Shows what an entry of its kind needs; what else was typed stays where it is."""
        if not self.language:
            return
        typed = self.read()
        fields: dict[str, tuple[Widget, ...]] = {
            EVENT: (self.kind, self.on, *((self.number, self.until) if has_expiry(typed.kind) else ())),
            NOTE: (self.audience, self.on),
            OVERRIDE: (self.held, self.verdict if typed.held == VERDICT else self.value, self.on, self.until),
        }
        shown = (self.what, self.code, *fields[typed.what], self.text, self.by)
        own = partial(say, self.language)
        keys = {
            self.text: {EVENT: "text", NOTE: "note_text", OVERRIDE: "because"}[typed.what],
            self.until: "counts_until" if typed.what == OVERRIDE else "until",
        }
        names = ("what", "code", "kind", "audience", "held", VERDICT, "value", "on", "number", "by")
        keys |= {getattr(self, name): name for name in names}
        for widget in shown:
            widget.description = own(f"board.form.{keys[widget]}")
        if self.fields.children != shown:
            self.fields.children = shown


def make_title(language: str) -> str:
    """The heading of the form, as HTML."""
    return f"<h3>{say(language, 'board.form.title')}</h3>"


def _name_codes(first: str, names: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(first, ""), *((f"{name} ({code})", code) for code, name in names.items())]
