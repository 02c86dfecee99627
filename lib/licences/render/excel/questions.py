"""Sheet of the open questions of a workbook: what each settles, and a place for the answer."""

from __future__ import annotations

from licences.render.excel.cells import Table
from licences.render.excel.entered import QUESTION
from licences.render.excel.parts import Author, Part, join_lines, part
from licences.words.cases import QuestionView

RARE = "rare"  # known again by this, the one answer to all that few businesses have


def make_questions(author: Author) -> Table:
    """What matters most first; what few businesses have stands last, below one answer to all of it."""
    own, rare = author.own, author.view["rare"]
    questions: list[QuestionView] = [one for one in author.view["questions"] if not one["is_rare"]]
    if rare:
        title: QuestionView = {
            "field": RARE, "label": rare["title"], "asked": rare["title"], "help": rare["intro"], "settles": [], "conditions": [],
            "share": "", "is_rare": True,
        }  # fmt: skip
        questions += [title, *rare["questions"]]
    rows = [(one, author.kept.take(QUESTION, one["field"], one["label"])) for one in questions]

    def say_settled(question: QuestionView) -> str:
        conditions = author.join_some(question["conditions"])
        return join_lines(
            (author.join_some(question["settles"]), conditions and own("conditions", names=conditions))
        )

    parts: list[Part] = [
        part(own("question"), 34, lambda one: one[0]["label"]),
        part(own("meant"), 34, lambda one: one[0]["help"]),
        part(own("settles"), 26, lambda one: say_settled(one[0])),
        author.make_entry("answer", 18, lambda one: one[1], "answer"),
        author.make_entry("answered_on", 12, lambda one: one[1], "done_on"),
        author.make_entry("remarks", 16, lambda one: one[1], "remarks"),
        author.make_code(lambda one: one[0]["field"]),
    ]
    return author.make_table("questions", parts, rows, own("questions_none"))
