"""A cell of the catalogue before and after a change of law: both sides in words, whole or cut down to what differs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from licences.law.rows import make_plain
from licences.rules.logic import read_rule
from licences.words.labels import say_cell
from licences.words.phrases import say_rule
from licences.words.texts import begin_sentence, say

if TYPE_CHECKING:
    from licences.law.diff import Difference, RowChange
    from licences.law.in_force import LawInForce, Licence

_WHOLE = 60  # characters of a text that is shown whole in any case
_LONGEST = {"zh": 160, "en": 240}  # and of a longer one at most so many,
_AROUND = {"zh": 60, "en": 120}  # of which so many at most are alike on either side of what differs
_WORD = 20  # as many characters are left out at most so that no word is cut
_CLAUSE_END = re.compile(r"[；。]|; |[,.] (?=[A-Z])")
_FULL_STOPS = (".", "。")


def say_sides(difference: Difference, change: RowChange) -> tuple[str, str]:
    """A cell before and now, in words."""
    was, now = difference.find_entries(change.code)
    return _say_side(difference.old, change.field, change.old, was), _say_side(
        difference.new, change.field, change.new, now
    )


def _say_side(law: LawInForce, field: str, value: Any, entry: Licence | None) -> str:
    """A cell, in the units of the entry in force where it can be that of it; another period has its own.

    An expression is put into words, and a code by the name of what it stands for.
    """
    language = law.language
    if value and field in {"applies_when", "eligible_when"}:
        rule = read_rule(str(value), law.catalogue.fields)
        return begin_sentence(say_rule(rule.node, law.catalogue.fields, language))
    if value and field in {"requires", "superseded_by"}:
        groups = value if isinstance(value, list) else str(value).split(";")
        known = set(law.catalogue.rows["code"])
        names = [[code.strip() for code in one.split("|")] for one in groups]
        named = [
            [law.catalogue.find_names(code, language)[0] if code in known else code for code in some]
            for some in names
        ]
        return say(language, "list").join(say(language, "or").join(some) for some in named)
    row = entry.row if entry and make_plain(entry.row[field]) == value else {}
    return say_cell(field, value, row, language)


def contrast(difference: Difference, change: RowChange) -> tuple[str, str]:
    """A cell before and now in words, cut down to where they differ: of a list the items that go and that come."""
    language = difference.new.language
    if isinstance(change.old, list) and isinstance(change.new, list):
        sides = (change.old, change.new)
        gone, come = ([item for item in one if item not in other] for one, other in (sides, sides[::-1]))
        kept = len(change.old) - len(gone)
        if kept and (gone or come):
            rest = say(language, "changes.kept", count=kept)
            said = (say_cell(change.field, items, {}, language) if items else "" for items in (gone, come))
            old, new = (say(language, "list").join(filter(None, (one, rest))) for one in said)
            return old, new
    old, new = say_sides(difference, change)
    if change.field.startswith(("name_", "short_")):  # no name is cut
        return old, new
    if max(len(old), len(new)) <= _WHOLE or isinstance(change.old, list) or isinstance(change.new, list):
        return old, new
    return _cut_alike(old, new, language)


def _cut_alike(old: str, new: str, language: str) -> tuple[str, str]:
    """Two texts without what both begin and end with; the clauses that differ stay whole where these are short."""
    start = _count_alike(old, new)
    end = min(min(len(old), len(new)) - start, _count_alike(old[::-1], new[::-1]))
    near = _find_word(old, start - _AROUND[language])
    start = max([near, *(mark.end() for mark in _CLAUSE_END.finditer(old, near) if mark.end() <= start)])
    return _cut(old, start, end, language), _cut(new, start, end, language)


def _count_alike(old: str, new: str) -> int:
    """How many characters two texts begin with alike."""
    alike = (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other)
    return next(alike, min(len(old), len(new)))


def _find_word(text: str, at: int) -> int:
    """Where the word begins that holds a character; the character itself where there is no space shortly before it."""
    at = max(0, min(at, len(text)))
    return text.rfind(" ", max(0, at - _WORD), at) + 1 or at if at < len(text) else at


def _cut(text: str, start: int, end: int, language: str) -> str:
    """A piece of a text from its character ``start``, with an ellipsis where something is left out.

    The last ``end`` characters are alike in another text: of these it goes on to the end of the clause.
    """
    differing = len(text) - end
    mark = _CLAUSE_END.search(text, differing, differing + _AROUND[language])
    stop = mark.start() if mark else _find_word(text, differing + _AROUND[language])
    if text[stop:] in _FULL_STOPS:
        stop = len(text)
    if stop > start + _LONGEST[language]:
        stop = _find_word(text, start + _LONGEST[language])
    return ("…" if start else "") + text[start:stop].strip(" ,，、") + ("…" if stop < len(text) else "")
