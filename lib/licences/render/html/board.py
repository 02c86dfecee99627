"""Board of a case in the explorer as HTML; what anybody typed is escaped."""

from __future__ import annotations

from licences.analysis.case import Case
from licences.render.html.sections import make_environment
from licences.render.html.typesetting import typeset
from licences.rules.case_files import CaseFile
from licences.words.board import view_board
from licences.words.texts import read_texts


def make_board(case: Case, case_file: CaseFile) -> str:
    """The applications of a client by state and as a table, with what we hold against the rules, and notes."""
    template = make_environment().get_template("board.html.j2")
    text = read_texts(case.language)["board"]
    return typeset(str(template.render(view=view_board(case, case_file), text=text)).strip(), case.language)
