"""Sheet of the papers of a workbook: each once, to tick off and follow up."""

from __future__ import annotations

from dataclasses import dataclass

from licences.render.excel.cells import Table
from licences.render.excel.cover import star_day
from licences.render.excel.entered import PAPER, Entry
from licences.render.excel.parts import Author, Part, join_lines, part
from licences.words.papers import PaperView, make_placeholder

RECEIVED = 2  # from this state on a paper is there


@dataclass(frozen=True)
class ListedPaper:
    """A paper, and what its reader entered beside it."""

    paper: PaperView
    entry: Entry

    @property
    def is_there(self) -> bool:
        """Whether it has come, as far as the reader says."""
        state = self.entry.state
        return (
            self.entry.tick is not None
            or self.entry.done_on is not None
            or (isinstance(state, int) and state >= RECEIVED)
        )


def list_papers(author: Author) -> list[ListedPaper]:
    """The papers of a case in the order in which they are needed; last what is to be asked for."""
    unknown = [
        make_placeholder(author.own("no_documents"), code, short)
        for code, short in author.view["undocumented"].items()
    ]
    return [ListedPaper(paper, _take(author, paper)) for paper in (*author.view["papers"], *unknown)]


def _take(author: Author, paper: PaperView) -> Entry:
    """What was entered beside a paper in any language, or beside the document of one of its applications."""
    code = paper["id"] or paper["codes"][0]
    also = list(zip(paper["codes"], paper["texts"], strict=True))
    return author.kept.take(PAPER, code, paper["name"], also, by_code=bool(paper["id"]))


def make_papers(author: Author, papers: list[ListedPaper]) -> Table:
    """What to prepare, in the order in which it is needed."""
    own = author.own

    def say_uses(one: ListedPaper) -> str:
        uses = one.paper["uses"]
        marked = [author.say("papers.use", name=name, remark=remark) for name, remark in uses if remark]
        return author.join_some([*marked, *(name for name, remark in uses if not remark)])

    parts: list[Part] = [
        author.make_tick(lambda one: one.entry),
        part(own("paper"), 28, lambda one: one.paper["name"]),
        part(own("for_what"), 30, say_uses),
        part(own("brings"), 10, lambda one: one.paper["brought_by"]),
        part(own("by_when"), 12, lambda one: star_day(one.paper["needed_by"])),
        part(
            own("paper_note"),
            18,
            lambda one: join_lines((one.paper["form"], one.paper["valid"], one.paper["remark"])),
        ),
        author.make_state(PAPER, 10, lambda one: one.entry),
        author.make_entry("received_on", 12, lambda one: one.entry, "done_on"),
        author.make_entry("remarks", 14, lambda one: one.entry, "remarks"),
        author.make_code(lambda one: one.entry.code),
    ]
    return author.make_table("papers", parts, papers, own("papers_none"), fixed=2)
