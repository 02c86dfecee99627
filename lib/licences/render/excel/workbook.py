"""Workbook of a client, sheet by sheet: what is to do, to bring, to pay and to answer, to fill in and follow up."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from licences.analysis.case import Case
from licences.render.brand import Brand
from licences.render.excel.cover import join_line, make_cover
from licences.render.excel.earlier import make_earlier
from licences.render.excel.entered import Entry
from licences.render.excel.look import make_look
from licences.render.excel.money import make_money
from licences.render.excel.papers import list_papers, make_papers
from licences.render.excel.parts import Author
from licences.render.excel.questions import make_questions
from licences.render.excel.sources import make_licences, make_sources
from licences.render.excel.timing import make_deadlines, make_plan
from licences.render.excel.todo import make_todo
from licences.render.excel.writer import draw_book
from licences.words.marks import say_mark_in_short
from licences.words.texts import say


def make_workbook(case: Case, brand: Brand | None = None, entered: Sequence[Entry] = ()) -> bytes:
    """The workbook of a client as the bytes of an ``.xlsx`` file.

    What is not known is an empty cell or says so, never 0. Whatever a client typed is text, never a
    formula. entered: what a reader entered in the workbook before; it stands in the same row again, or,
    where that is no longer there, on a sheet of its own. The same arguments give the same bytes.
    """
    brand, own = brand or Brand(), partial(say, case.language)
    author = Author(case, entered)
    papers = list_papers(author)
    tables = {
        "todo": make_todo(author, papers),
        "papers": make_papers(author, papers),
        "plan": make_plan(author),
        "deadlines": make_deadlines(author),
        "money": make_money(author),
        "questions": make_questions(author),
        "sources": make_sources(author),
        "licences": make_licences(author),
        **make_earlier(author),
    }
    look = make_look(
        own("workbook.title"),
        join_line(case.name),
        case.as_of,
        brand,
        case.language,
        say_mark_in_short(case.mark, case.language),
    )
    cover = make_cover(case, brand, {key: table.name for key, table in tables.items()})
    return draw_book(own("workbook.sheets.about"), cover, list(tables.values()), look)
