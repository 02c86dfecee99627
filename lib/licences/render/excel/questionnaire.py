"""Questionnaire as a workbook: a protected sheet of questions, in which the answers can be filled in and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import Any

from licences.analysis.questionnaire import Questionnaire
from licences.reading.tables import MAX_NUMBER, NONE
from licences.render.brand import Brand
from licences.render.excel.cells import Cell, Look
from licences.render.excel.look import make_look
from licences.render.excel.writer import Pen, fit_row, open_book
from licences.rules.facts import Field
from licences.words.questionnaire import (
    AskedFact,
    AskedQuestion,
    say_limits,
    say_made,
    say_questions,
    say_title,
)
from licences.words.texts import join_sentences, read_texts, say, write_day

KIND = "questionnaire"
PROPERTY = "licences."  # begins what the file says of itself: kind, client, edition, made_on, lang
BY, NAME, REST = "@by", "@name", "@rest"  # what the hidden column has beside fields
CODE, NUMBER, QUESTION, HELP, ANSWER, UNIT, WHO, REMARK = range(8)  # the columns
_LISTS = 9  # the first of the hidden columns with what a choice chooses from
_ASKED = {NUMBER: "number", QUESTION: "strong"}
_GROUP = {
    NUMBER: ("number",),
    QUESTION: ("strong",),
    HELP: ("quiet",),
}  # of a row that stands above several facts
_HEADERS = ("number", "question", "help", "answer", "unit", "who", "remark")
_WIDTHS = (10, 5, 34, 62, 22, 8, 14, 26)
_LONGEST_LIST = 255  # characters of a list that stands within a rule of Excel's
_LONGEST_MESSAGE = 255
_MARGIN = 0.92  # of a column's width, so that letters a little wider than ours are not cut


def make_questionnaire_workbook(
    questionnaire: Questionnaire, language: str, brand: Brand | None = None
) -> bytes:
    """The questionnaire as the bytes of an ``.xlsx`` file, the same for the same arguments.

    A hidden first column says what each row asks: a field, ``field=value`` for each value of a set and ``field=none``
    for none of them, ``@by`` for who answers, ``@name`` for a new client's name, and ``@rest`` for a tick that says
    that of the rare facts further down none is so that is left empty.
    """
    brand, target = brand or Brand(), BytesIO()
    title = say_title(questionnaire, language)
    day = write_day(questionnaire.made_on, language)
    look = replace(
        make_look(title, questionnaire.name, questionnaire.made_on, brand, language),
        dated=day,
        page=say(language, "questionnaire.page_of"),
    )
    book = open_book(target, look)
    told = {
        "kind": KIND,
        "client": questionnaire.client,
        "edition": questionnaire.edition,
        "made_on": questionnaire.made_on.isoformat(),
        "lang": language,
    }
    for name, value in told.items():
        book.set_custom_property(f"{PROPERTY}{name}", value, "text")
    _Form(book, look, questionnaire, language).draw()
    book.close()
    return target.getvalue()


class _Form:
    """Draws the one sheet from the top down."""

    def __init__(self, book: Any, look: Look, questionnaire: Questionnaire, language: str) -> None:
        self.questionnaire, self.language, self.look = questionnaire, language, look
        self.own = partial(say, language)
        self.pen = Pen(book, look)
        self.pen.styles |= {
            "open": {"locked": False},
            "by_hand": {"num_format": "General", "align": "left"},
            "group": {"bg_color": "#eef1f4"},
            "big": {"bold": True, "font_size": 15},
            "quiet": {"font_color": self.pen.styles["label"]["font_color"]},
            "plain": {"valign": "top"},
            "strong": {"bold": True},
            "aside": {"align": "right", "bold": True},
            "number": {"align": "center", "font_color": self.pen.styles["label"]["font_color"]},
        }
        self.sheet = self.pen.add_sheet(self.own("questionnaire.sheet"))
        self.row = 0
        self.lists: dict[tuple[str, ...], str] = {}

    def draw(self) -> None:
        sheet = self.sheet
        sheet.set_landscape()
        sheet.hide_gridlines(2)
        for at, width in enumerate(_WIDTHS):
            sheet.set_column(at, at, width, None, {"hidden": at == CODE})
        self._draw_top()
        asked = say_questions(self.questionnaire, self.language)
        for number, question in enumerate(asked, start=1):
            self._draw_question(number, question)
        sheet.print_area(0, NUMBER, max(self.row - 1, 0), REMARK)
        sheet.protect("", {"format_columns": True, "format_rows": True})
        sheet.activate()

    def _draw_top(self) -> None:
        own, look = self.own, self.look
        self._write_line(look.title, "big")
        made = say_made(self.questionnaire, self.language)
        firm = own("questionnaire.from", firm=look.firm) if look.firm else ""
        self._write_line(" · ".join(filter(None, [firm, made])), "quiet")
        for text in read_texts(self.language)["questionnaire"]["how_sheet"]:
            self._write_line(text, "plain")
        self._draw_about(BY, own("questionnaire.by"))
        if not self.questionnaire.client:
            self._draw_about(NAME, own("questionnaire.name"))
        labels = [own(f"questionnaire.{name}") for name in _HEADERS]
        self.pen.write(self.sheet, self.row, CODE, None, "header")
        for at, label in enumerate(labels, start=NUMBER):
            self.pen.write(self.sheet, self.row, at, label, "header")
        self.sheet.set_row(self.row, 22)
        self.sheet.freeze_panes(self.row + 1, HELP)
        self.sheet.repeat_rows(self.row)
        self.row += 1

    def _write_line(self, text: str, style: str) -> None:
        """A line at the top, which runs on over the cells beside it."""
        self.pen.write(self.sheet, self.row, NUMBER, text, style)
        self.row += 1

    def _draw_about(self, code: str, label: str) -> None:
        """Something about the sheet as a whole, filled in where the answers are."""
        self._draw_row(code, ("", "", label, None, "", "", ""), (ANSWER,), {HELP: "aside"})

    def _draw_question(self, number: int, question: AskedQuestion) -> None:
        """A question: its one fact, or a heading and below it a row a fact."""
        if not question.title:
            self._draw_fact(number, question.facts[0], question.facts[0].who)
            for fact in question.facts[1:]:
                self._draw_fact("", fact, fact.who)
            return
        self._draw_heading(number, question)
        for fact in question.facts:
            self._draw_fact("", fact, "" if question.who else fact.who)

    def _draw_heading(self, number: int, question: AskedQuestion) -> None:
        """What stands above several facts; of what only few have with a tick that answers what is left empty."""
        own = self.own
        hint = "" if question.is_rare else own("questionnaire.each_sheet")
        cells = (number, question.title, hint, None, None, question.who, None)
        for at, cell in enumerate(cells, start=NUMBER):
            self.pen.write(self.sheet, self.row, at, cell, "cell", "group", *_GROUP.get(at, ()))
        fit_row(self.sheet, self.row, ["", *cells], [1e9, *(width * _MARGIN for width in _WIDTHS[1:])])
        self.row += 1
        if question.is_rare:
            labels = (
                "",
                own("questionnaire.rare_rest_sheet"),
                own("questionnaire.rare_sheet"),
                None,
                "",
                "",
                "",
            )
            self._offer(self._draw_row(REST, labels, (ANSWER,), _ASKED), [own("questionnaire.tick")])

    def _draw_fact(self, number: int | str, asked: AskedFact, who: str) -> None:
        field, own = asked.field, self.own
        said = [
            asked.only_if,
            own("questionnaire.choose_all_sheet") if field.type == "set" else "",
            asked.help,
        ]
        head, styles = join_sentences(said, self.language), _ASKED if number else {}
        if field.type == "set":
            self._draw_row("", (number, asked.asked, head, "", "", who, ""), (), styles)
            tick = [own("questionnaire.tick")]
            for value, label in (*asked.values, (NONE, own("questionnaire.none_of_these"))):
                code = f"{field.name}={value}"
                row = self._draw_row(
                    code, ("", "", label, None, "", "", None), (ANSWER, REMARK), {HELP: "line"}
                )
                self._offer(row, tick)
            return
        cells = (number, asked.asked, head, None, asked.unit, who, None)
        row = self._draw_row(field.name, cells, (ANSWER, REMARK), styles)
        self._check(row, field, [label for _, label in asked.values])

    def _draw_row(
        self, code: str, cells: Sequence[Cell], opened: Sequence[int], styles: dict[int, str]
    ) -> int:
        """A row of the form; what it asks stands in the hidden column. opened: the columns to be filled in."""
        row = self.row
        self.pen.write(self.sheet, row, CODE, code, "cell")
        for at, cell in enumerate(cells, start=NUMBER):
            extra = (styles[at],) if at in styles else ()
            look = ("entry", "open", "by_hand") if at in opened else extra
            self.pen.write(self.sheet, row, at, cell, "cell", *look)
        fit_row(self.sheet, row, ["", *cells], [1e9, *(width * _MARGIN for width in _WIDTHS[1:])])
        self.row += 1
        return row

    def _check(self, row: int, field: Field, labels: Sequence[str]) -> None:
        """Lets a reader pick, or refuses what is no such number."""
        own = self.own
        not_sure = own("questionnaire.not_sure")
        if field.type == "bool":
            self._offer(row, [own("questionnaire.yes"), own("questionnaire.no"), not_sure])
        elif field.type == "choice":
            self._offer(row, [*labels, not_sure])
        else:
            self.sheet.data_validation(
                row,
                ANSWER,
                row,
                ANSWER,
                {
                    "validate": "decimal",
                    "criteria": "between",
                    "minimum": _shorten(max(field.minimum, -MAX_NUMBER)),
                    "maximum": _shorten(min(field.maximum, MAX_NUMBER)),
                    "error_title": own("questionnaire.answer"),
                    "error_message": say_limits(field, self.language)[:_LONGEST_MESSAGE],
                },
            )

    def _offer(self, row: int, texts: Sequence[str]) -> None:
        """A list to pick from; one that is too long for the rule, or has commas, stands in a hidden column."""
        joined = ",".join(texts)
        is_plain = len(joined) <= _LONGEST_LIST and not any("," in text or '"' in text for text in texts)
        rule = {
            "validate": "list",
            "source": list(texts) if is_plain else self._find_list(tuple(texts)),
            "error_title": self.own("questionnaire.answer"),
            "error_message": self.own("questionnaire.pick"),
        }
        self.sheet.data_validation(row, ANSWER, row, ANSWER, rule)

    def _find_list(self, texts: tuple[str, ...]) -> str:
        """Where some texts stand as a list, one below the other."""
        if texts not in self.lists:
            from xlsxwriter.utility import xl_col_to_name

            at = _LISTS + len(self.lists)
            self.sheet.set_column(at, at, 10, None, {"hidden": True})
            for row, text in enumerate(texts):
                self.pen.write(self.sheet, row, at, text, "plain")
            name = xl_col_to_name(at, col_abs=True)
            self.lists[texts] = f"={name}$1:{name}${len(texts)}"
        return self.lists[texts]


def _shorten(number: float) -> float:
    """A whole number without its ``.0``."""
    return int(number) if float(number).is_integer() else number
