"""Answers of a client that came back: what a file tells, by whom and when, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from licences.errors import Problem, ProblemsError, suggest
from licences.reading.characters import find_wrong_character, fold, take_away
from licences.rules.facts import Fields, list_cells, make_profiles

if TYPE_CHECKING:
    from licences.book.events import Event
    from licences.book.notes import Note

QUESTIONNAIRE, PAGE, CHECKLIST, EVENTS = "questionnaire", "answers", "checklist", "events"
TICKS = frozenset({"√", "✓", "✔", "☑", "v", "y", "yes", "true", "1", "是", "有", "对"})
UNTICKED = frozenset({"☐", "□", "n", "no", "false", "0", "否", "无", "没有"})


class Place(NamedTuple):
    """Where an answer stands: a line from 1, and what a problem names as its column."""

    line: int
    column: str


@dataclass(frozen=True)
class Answers:
    """What a file tells of one client.

    kind: QUESTIONNAIRE, PAGE, CHECKLIST or EVENTS. client: its id, empty where the file does not say it; titles: the
    texts that may say it instead. cells: as a clients file has them, by field. unsure: the fields of which the client
    is not sure. remarks: by field. told_by: who answered, empty where not told. told_on: None where not known.
    days: of answers that were given on days of their own. edition: of the law for which it was asked, as ISO.
    holds: what is held, as items of a clients file. events: what happened to applications, of which a clients file
    keeps nothing but what is held; ``holds`` has that too. notes: what is to be remembered. passed_over: what the
    file says too unclearly to be kept.
    """

    file: str
    kind: str
    client: str
    name: str = ""
    titles: tuple[str, ...] = ()
    cells: Mapping[str, str] = field(default_factory=dict)
    unsure: tuple[str, ...] = ()
    remarks: Mapping[str, str] = field(default_factory=dict)
    told_by: str = ""
    told_on: date | None = None
    days: Mapping[str, date] = field(default_factory=dict)
    edition: str = ""
    holds: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    notes: tuple[Note, ...] = ()
    passed_over: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_cells(
    told: Mapping[str, str], places: Mapping[str, Place], fields: Fields, file: str
) -> tuple[dict[str, str], list[Problem]]:
    """The answers that can be read, as the cells of a clients file, and what is wrong with the others.

    told: by field, in words of any language or as a clients file has them.
    """
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    for name, text in told.items():
        clean = take_away(text).strip()
        if wrong := find_wrong_character(clean):
            problems.append(Problem(file, *places[name], *wrong))
        elif clean:
            texts[name] = _tell_tick(clean, name, fields)
    while texts:
        try:
            profiles = make_profiles([{"client": "nobody", "name": "-", **texts}], fields, None, file)
        except ProblemsError as error:
            refused = {one.column for one in error.problems} & texts.keys()
            problems += [
                replace(one, line=places[one.column].line, column=places[one.column].column)
                for one in error.problems
                if one.column in refused
            ]
            if not refused:
                raise
            texts = {name: text for name, text in texts.items() if name not in refused}
            continue
        (record,) = profiles.to_dict("records")
        cells = list_cells({str(name): value for name, value in record.items()}, fields)
        return {name: cells[name] for name in texts}, problems
    return {}, problems


def _tell_tick(text: str, name: str, fields: Fields) -> str:
    """A tick in the place of a yes."""
    return "yes" if fields[name].type == "bool" and fold(text) in TICKS - {"1"} else text


def find_unknown_field(name: str, fields: Fields) -> tuple[str, str]:
    """What is wrong with a question that the profile fields do not have, and what would be right."""
    return f"no question {name!r} is known", f"{suggest(name, fields.by_name)}; or update licences"


def check_text(text: str, longest: int) -> tuple[str, str] | None:
    """What is wrong with a name or a remark, None where nothing is."""
    if len(text) > longest:
        return f"has {len(text):,} characters", f"write at most {longest}"
    if "\0" in text:
        return "holds U+0000, which cannot be seen", "type it anew"
    return find_wrong_character(take_away(text))


def tidy(text: str) -> str:
    """A text on one line, without what cannot be seen."""
    return " ".join(take_away(text).split())


def join_remarks(texts: Sequence[str]) -> str:
    """Several remarks as one."""
    return "; ".join(dict.fromkeys(filter(None, map(tidy, texts))))
