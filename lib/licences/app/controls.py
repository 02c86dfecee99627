"""Controls, one a fact: what each shows is a cell of a clients file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from html import escape
from typing import Any

from ipywidgets import (
    HTML,
    Box,
    Button,
    Combobox,
    DatePicker,
    Dropdown,
    HBox,
    Layout,
    Text,
    ToggleButton,
    ToggleButtons,
    VBox,
    Widget,
)

from licences.reading.dictionary import LANGUAGES
from licences.reading.tables import NONE
from licences.render.html.explorer import make_label
from licences.rules.facts import DENIED, Field, Fields, split_set
from licences.words.texts import say

Tell = Callable[[str, str], None]


@cache
def share_layout(width: str | None = None) -> Layout:
    """One layout for all widgets of a width: a page with a model for each opens in half the time."""
    return Layout(width=width)


@cache
def share_style(kind: type[Widget]) -> Widget:
    """One style for all widgets of a kind."""
    style: Any = kind.class_traits()["style"]
    return style.klass()


def share(kind: type[Widget], *given: Any, width: str | None = None, **named: Any) -> Widget:
    """A widget with the layout of all of its width, and the style of all of its kind."""
    style = {"style": share_style(kind)} if "style" in kind.class_traits() else {}  # type: ignore[arg-type]
    return kind(*given, layout=share_layout(width), **style, **named)


class Control:
    """The control of one fact. ``text`` is its cell, empty where the fact is not told.

    is_asked: whether it is to be seen; of a client to which the fact cannot matter it is not.

    tell: called with the field's name and the new text when the consultant changes it.
    """

    def __init__(self, field: Field, tell: Tell, language: str) -> None:
        self.field, self.tell, self.language = field, tell, language
        self.text = ""
        self.label = share(HTML, make_label(field, language, told=False))
        self._setting = False
        classes = ("licences-control", f"field-{field.name}")
        self.box = share(VBox, [self.label, self._make_inputs()], _dom_classes=classes)
        self._is_asked = True

    @property
    def is_asked(self) -> bool:
        return self._is_asked

    @is_asked.setter
    def is_asked(self, is_asked: bool) -> None:
        if is_asked != self._is_asked:
            self._is_asked = is_asked
            (self.box.remove_class if is_asked else self.box.add_class)("licences-not-asked")

    def speak(self, language: str) -> None:
        """Changes the language of label, help and answers."""
        self.language = language
        self._setting = True
        try:
            self._relabel()
        finally:
            self._setting = False
        self.show(self.text)

    def show(self, text: str) -> None:
        """Shows a cell without telling it."""
        self.text = text
        self._setting = True
        try:
            self._set(text)
        finally:
            self._setting = False
        self.label.value = make_label(self.field, self.language, bool(text))

    def _changed(self, _change: Any) -> None:
        if self._setting:
            return
        text = self.read()
        if text != self.text:
            self.tell(self.field.name, text)

    def _say(self, key: str) -> str:
        return say(self.language, f"explorer.{key}")

    def _make_inputs(self) -> Widget:
        raise NotImplementedError

    def _relabel(self) -> None:
        raise NotImplementedError

    def _set(self, text: str) -> None:
        raise NotImplementedError

    def read(self) -> str:
        """The cell that the inputs stand for."""
        raise NotImplementedError


class YesNoControl(Control):
    """Yes, no, or not told."""

    def _make_inputs(self) -> Widget:
        self.buttons = share(ToggleButtons, options=self._list(), value="")
        self.buttons.observe(self._changed, "value")
        return self.buttons

    def _list(self) -> list[tuple[str, str]]:
        answers = (("yes", "yes"), ("no", "no"), ("not_told", ""))
        return [(self._say(key), text) for key, text in answers]

    def _relabel(self) -> None:
        self.buttons.options = self._list()

    def _set(self, text: str) -> None:
        self.buttons.value = text

    def read(self) -> str:
        return str(self.buttons.value)


class ChoiceControl(Control):
    """One of a list, or not told."""

    def _make_inputs(self) -> Widget:
        self.list = share(Dropdown, options=self._list(), value="", width="100%")
        self.list.observe(self._changed, "value")
        return self.list

    def _list(self) -> list[tuple[str, str]]:
        named = [(labels[self.language], value) for value, labels in self.field.values.items()]
        return [(self._say("not_told"), ""), *named]

    def _relabel(self) -> None:
        self.list.options = self._list()

    def _set(self, text: str) -> None:
        self.list.value = text

    def read(self) -> str:
        return str(self.list.value)


class SetControl(Control):
    """Any of a list; none at all is an answer of its own, and nothing pressed is not told."""

    def _make_inputs(self) -> Widget:
        self.chips = {
            value: share(ToggleButton, description=label, width="auto") for value, label in self._list()
        }
        for value, chip in self.chips.items():
            chip.observe(lambda _change, value=value: self._press(value), "value")
        return share(Box, list(self.chips.values()), _dom_classes=("licences-chips",))

    def _list(self) -> list[tuple[str, str]]:
        named = [(value, labels[self.language]) for value, labels in self.field.values.items()]
        return [*named, (NONE, self._say("none_of_these"))]

    def _press(self, value: str) -> None:
        if self._setting:
            return
        self._setting = True
        if self.chips[value].value:  # none and something exclude each other
            for other, chip in self.chips.items():
                if (other == NONE) != (value == NONE):
                    chip.value = False
        self._setting = False
        self._changed(None)

    def _relabel(self) -> None:
        for value, label in self._list():
            self.chips[value].description = label

    def _set(self, text: str) -> None:
        members = (split_set(text) or {NONE}) if text else set()
        for value, chip in self.chips.items():
            chip.value = value in members

    def read(self) -> str:
        return ";".join(sorted(value for value, chip in self.chips.items() if chip.value))


class NumberControl(Control):
    """A number with its unit; an empty cell is not told, and never zero."""

    def _make_inputs(self) -> Widget:
        hint = self._say("not_told")
        self.entry = share(Text, continuous_update=False, placeholder=hint, width="11rem")
        self.entry.observe(self._changed, "value")
        self.unit = share(HTML, escape(self.field.unit[self.language]))
        return share(HBox, [self.entry, self.unit])

    def _relabel(self) -> None:
        self.entry.placeholder = self._say("not_told")
        self.unit.value = escape(self.field.unit[self.language])

    def _set(self, text: str) -> None:
        self.entry.value = text

    def read(self) -> str:
        return str(self.entry.value).replace(",", "").replace("，", "").strip()


KINDS: dict[str, type[Control]] = {
    "bool": YesNoControl,
    "choice": ChoiceControl,
    "set": SetControl,
    "number": NumberControl,
}


def make_control(field: Field, tell: Tell, language: str) -> Control:
    """The control that suits a field's type."""
    return KINDS[field.type](field, tell, language)


def speaks_of(field: Field, words: str) -> bool:
    """Whether a fact speaks of something, in either language."""
    said = [field.name, *field.label.values(), *field.help.values()]
    said += [label for labels in field.values.values() for label in labels.values()]
    return all(any(word in text.casefold() for text in said) for word in words.casefold().split())


class Controls(Mapping[str, Control]):
    """The controls of all facts, by name; each is made when it is asked for first, since a browser makes few at once.

    language: of those that are made from now on. introduce: called with one that was just made.
    """

    def __init__(self, fields: Fields, tell: Tell, introduce: Callable[[Control], None]) -> None:
        self.fields, self.tell, self.introduce = fields, tell, introduce
        self.language = LANGUAGES[0]
        self.made: dict[str, Control] = {}

    def __getitem__(self, name: str) -> Control:
        if name not in self.made:
            self.made[name] = make_control(self.fields[name], self.tell, self.language)
            self.introduce(self.made[name])
        return self.made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.fields.by_name)

    def __len__(self) -> int:
        return len(self.fields.by_name)


class HoldingsControl:
    """What the client holds: a cell such as ``EDI@2029-03-31;ICP``, and a helper that adds to it."""

    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        self.text = ""
        self.codes: dict[str, str] = {}
        self.label = share(HTML)
        self.entry = share(Text, continuous_update=False, width="100%")
        self.licence = share(Combobox, ensure_option=True, width="100%")
        self.expires = share(DatePicker, width="100%")
        self.add = share(Button, width="auto")
        self.entry.observe(self._changed, "value")
        self.add.on_click(self._add)
        self.box = share(VBox, [self.label, self.entry, self.licence, share(HBox, [self.expires, self.add])])
        self.box.add_class("licences-control")
        self.box.add_class("field-holds")

    def speak(self, language: str, names: Mapping[str, str]) -> None:
        """Changes the language; ``names`` are the licences that can be held, by code."""
        self.codes = {f"{name} ({code})": code for code, name in names.items()}
        self.licence.options = list(self.codes)
        self.licence.placeholder = say(language, "explorer.holds_licence")
        self.expires.tooltip = say(language, "explorer.holds_expires")
        self.add.description = say(language, "explorer.add")
        self.label.value = say(language, "explorer.holds_help")

    def show(self, text: str) -> None:
        """Shows a cell without telling it."""
        self.text = text
        self.entry.value = text

    def _changed(self, _change: Any) -> None:
        text = self.entry.value.strip().strip(";；")
        if text != self.text:
            self.tell("holds", text)

    def _add(self, _button: Any) -> None:
        code = self.codes.get(self.licence.value)
        if code:
            item = f"{code}@{self.expires.value}" if self.expires.value else code
            kept = [
                one
                for one in self.text.split(";")
                if one and one.removeprefix(DENIED).partition("@")[0] != code
            ]
            self.licence.value, self.expires.value = "", None
            self.tell("holds", ";".join([*kept, item]))
