"""Words of a document's mark: that it is a draft, or its number and the day on which it was issued."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licences.words.texts import say

if TYPE_CHECKING:
    from licences.analysis.mark import Mark


def say_mark(mark: Mark | None, language: str) -> str:
    """What a document says of itself, in a line; empty of one that says nothing, since it is of no book."""
    if mark is None:
        return ""
    if mark.is_draft:
        return say(language, "mark.draft")
    return say(language, "mark.issued", number=mark.number, day=mark.issued_on)


def say_mark_in_short(mark: Mark | None, language: str) -> str:
    """The same at the foot of a page, which has a day already: the number alone, or that it is a draft."""
    return mark.number if mark and mark.number else say_mark(mark, language)
