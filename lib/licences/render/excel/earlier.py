"""Sheet of what a reader entered in an earlier workbook beside something that has no row any more."""

from __future__ import annotations

from licences.render.excel.cells import Column, Table
from licences.render.excel.entered import SHEETS
from licences.render.excel.parts import Author, Part, part


def make_earlier(author: Author) -> dict[str, Table]:
    """All that has found no place, whole; nothing where there is none. To be made after the other sheets."""
    left = author.kept.left
    if not left:
        return {}
    own, mark = author.own, author.own("tick_mark")
    tick = Column(own("tick"), 7, {mark: "held"}, is_centred=True, entry="text")
    parts: list[Part] = [
        part(own("where"), 13, lambda one: own(f"sheets.{SHEETS[one.kind]}")),
        part(own("earlier_what"), 27, lambda one: one.name),
        (tick, lambda one: one.tick),
        (Column(own("status"), 11, entry="text"), lambda one: author.say_state(one, one.kind) or None),
        author.make_entry("submitted_on", 12, lambda one: one, "submitted_on"),
        author.make_entry("finished_on", 14, lambda one: one, "done_on"),
        author.make_entry("answer", 16, lambda one: one, "answer"),
        author.make_entry("valid_until", 12, lambda one: one, "valid_until"),
        author.make_entry("remarks", 27, lambda one: one, "remarks"),
        author.make_code(lambda one: one.code),
        author.make_code(lambda one: one.kind, "kind"),
    ]
    return {"earlier": author.make_table("earlier", parts, left, "", fixed=2)}
