"""Tables of what clients told on a terminal: what to look at first, then what is new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from licences.analysis.intake import KINDS, SAME, Intake, Item
from licences.render.terminal import make_table
from licences.words.intake import list_passed_over, name_item, say_event, say_item
from licences.words.problems import say_problem
from licences.words.texts import say

if TYPE_CHECKING:
    from licences.rules.facts import Fields

_STYLES = {"conflict": "bold red", "differs": "bold yellow", "new": "green", "unsure": "dim", "again": "dim"}


def draw_intake(
    intakes: Sequence[Intake], fields: Fields, names: Mapping[str, str], language: str
) -> Iterator[RenderableType]:
    """All that was told, client by client. names: of the licences by code."""
    for one in intakes:
        yield from _draw_client(one, fields, names, language)


def _draw_client(
    one: Intake, fields: Fields, names: Mapping[str, str], language: str
) -> Iterator[RenderableType]:
    key = "intake.new_client" if one.is_new else "intake.client"
    yield Text(say(language, key, name=one.name or one.client, client=one.client), style="bold")
    yield Text(say(language, "intake.files", files=say(language, "list").join(a.file for a in one.answers)))
    if one.edition:
        yield Text(say(language, "intake.edition", edition=one.edition), style="yellow")
    shown = [item for item in one.items if item.kind != SAME]
    for kind in KINDS:
        if items := [item for item in shown if item.kind == kind]:
            yield _draw_items(items, kind, fields, names, language)
    for told, message in one.contradictions:
        labels = say(language, "list").join(fields[name].label[language] for name in told if name in fields)
        yield Text(
            say(language, "intake.contradiction", fields=labels, message=message), style="bold magenta"
        )
    for event, _ in one.events:
        key = "intake.event" if one.known.is_kept_in_a_book else "intake.no_event"
        yield Text(say(language, key, event=say_event(event, names, language)))
    remarks = [
        *((fields[name].label[language], text) for name, text, _ in one.remarks),
        *((names.get(note.code, note.code), note.note) for note, _ in one.notes),
    ]
    for about, text in remarks:
        key = "intake.remark" if one.known.is_kept_in_a_book else "intake.no_remark"
        yield Text(say(language, key, remark=f"{about}: {text}" if about else text))
    for fault in list_passed_over(one):
        yield Text(say(language, "intake.passed_over", fault=say_problem(fault, language)), style="yellow")
    if same := len(one.items) - len(shown):
        yield Text(say(language, "intake.same", count=same), style="dim")
    if not one.changes_something and not one.open and not one.conflicts:
        yield Text(say(language, "intake.nothing"))
    yield Text("")


def _draw_items(
    items: Sequence[Item], kind: str, fields: Fields, names: Mapping[str, str], language: str
) -> RenderableType:
    labels = [say(language, f"intake.{name}") for name in ("question", "known", "told")]
    table = make_table(say(language, f"intake.kind.{kind}", count=len(items)), labels, (4, 4, 4))
    for item in items:
        old, new = (say_item(told, item, fields, language) for told in (item.old, item.new))
        if kind == "conflict":
            old, new = f"{item.old.file}: {old}", f"{item.new.file}: {new}"
        cells = [Text(text) for text in (name_item(item, fields, names, language), old, new)]
        table.add_row(*cells, style=_STYLES[kind])
    return table
