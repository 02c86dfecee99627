"""What each thing that is shown of a client says, as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from io import BytesIO, StringIO

import pandas as pd
from openpyxl import load_workbook
from rich.console import Console

from licences.analysis.case import Case
from licences.render.brand import Brand
from licences.render.excel.workbook import make_workbook
from licences.render.figures.graph import draw_graph
from licences.render.figures.plan import draw_launch, draw_renewals, draw_timeline
from licences.render.html.explorer import make_answer, make_difference, say_strip
from licences.render.html.sections import SECTIONS, make_section
from licences.render.ics import make_calendar
from licences.render.terminal_plan import draw_plans
from licences.render.word.document import make_word
from word_files import list_texts


def read_page(case: Case) -> str:
    """The client's page, and what is printed of it."""
    return unescape("".join(make_section(case, name).html for name in SECTIONS))


def read_word(case: Case) -> str:
    return "\n".join(list_texts(make_word(case, Brand(), length="full")))


def read_workbook(case: Case) -> str:
    """Every cell of every sheet; a date as ISO."""
    sheets = load_workbook(BytesIO(make_workbook(case))).worksheets
    return "\n".join(str(value) for sheet in sheets for row in sheet.values for value in row if value)


def read_calendar(case: Case) -> str:
    return re.sub(r"\r\n ", "", make_calendar(case, holds="all").decode())


def read_terminal(case: Case) -> str:
    """What ``licences plan`` prints, on a terminal wide enough to fold nothing."""
    console = Console(width=400, record=True, file=StringIO())
    profile = pd.DataFrame({"client": [case.client], "name": [case.name]})
    for part in draw_plans([case.forecast], profile, case.catalogue, case.as_of, case.language):
        console.print(part)
    return console.export_text()


def read_figures(case: Case) -> str:
    """Titles, legends, labels and what shows under the mouse, of the figures that are drawn."""
    drawn = [draw(case) for draw in (draw_graph, draw_timeline, draw_launch, draw_renewals)]
    return "\n".join(str(figure.to_plotly_json()) for figure in drawn if figure)


def read_explorer(case: Case) -> str:
    """The pane with the answer, and beside a pinned answer that is the same."""
    return unescape(make_answer(case) + make_difference(case, case) + say_strip(case, case))


Reader = Callable[[Case], str]
READERS: tuple[Reader, ...] = (
    read_page,
    read_word,
    read_workbook,
    read_calendar,
    read_terminal,
    read_figures,
    read_explorer,
)
