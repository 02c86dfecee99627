"""Workbook of clients to begin with: a row a client, labels as headers, words to pick from, and help at each cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from licences.reading.bounds import FIRST_DAY, LAST_DAY
from licences.reading.dictionary import Column
from licences.render.excel.writer import ENTRY, FONT
from licences.render.figures.style import INK, LINE
from licences.rules.facts import Fields
from licences.words.texts import say

ROWS = 300  # that the choices reach down to
FIXED = 2  # columns that stay: id and name
_LARGE = 1e15  # beyond what a cell of numbers can be told
_MOST_CHOICES = 255  # characters of a list that is written into a validation
_MOST_TITLE, _MOST_HELP = 32, 255  # characters that Excel shows beside a cell
_MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)  # so that the same form has the same bytes
_WIDTHS = {"bool": 12, "number": 14, "date": 14, "set": 26}


def make_clients_form(
    columns: Sequence[Column], fields: Fields, rows: Sequence[Mapping[str, str]], language: str
) -> bytes:
    """The form as the bytes of an ``.xlsx`` file, which a reader of clients takes as it is.

    rows: cells by column as a clients file has them; here they stand in the words of the language.
    """
    target = BytesIO()
    how = {"in_memory": True, "default_format_properties": {"font_name": FONT, "font_size": 10}}
    book = Workbook(target, how)
    book.set_properties(
        {"title": say(language, "clients_form.title"), "created": _MADE_AT.replace(tzinfo=None)}
    )
    sheet = book.add_worksheet(say(language, "clients_form.sheet"))
    sheet.freeze_panes(1, FIXED)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.set_row(0, 62)
    header = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": INK, "font_color": "#ffffff"}
    )
    line = {"bottom": 1, "bottom_color": LINE, "bg_color": ENTRY, "valign": "top"}
    entry = book.add_format(line | {"text_wrap": True, "num_format": "@"})
    number, day = book.add_format(line), book.add_format(line | {"num_format": "yyyy-mm-dd"})
    for at, column in enumerate(columns):
        field = fields.by_name.get(column.name)
        kind = field.type if field else column.type
        look = {"number": number, "date": day}.get(kind, entry)
        sheet.set_column(at, at, _WIDTHS.get(kind, 18), look)
        sheet.write_string(0, at, column.label[language], header)
        sheet.data_validation(1, at, ROWS, at, _make_validation(column, kind, fields, language))
        for row, cells in enumerate(rows, start=1):
            _write(sheet, row, at, cells.get(column.name, ""), column, kind, language, look)
    book.close()
    return target.getvalue()


def _write(
    sheet: Any, row: int, at: int, cell: str, column: Column, kind: str, language: str, look: Any
) -> None:
    """A cell in the words of the language; an empty one stays empty, which is not told."""
    if not cell:
        return
    if kind == "number":
        sheet.write_number(row, at, float(cell), look)
    elif kind == "date":
        sheet.write_datetime(row, at, datetime.combine(date.fromisoformat(cell), datetime.min.time()), look)
    else:
        sheet.write_string(row, at, _say_cell(cell, column, kind, language), look)


def _say_cell(cell: str, column: Column, kind: str, language: str) -> str:
    if kind == "bool":
        return say(language, cell)
    labels = column.values or {}
    return ";".join(labels[value][language] if value in labels else value for value in cell.split(";"))


def _make_validation(column: Column, kind: str, fields: Fields, language: str) -> dict[str, Any]:
    """What may be entered, and what is said beside the cell."""
    told = {
        "input_title": column.label[language][:_MOST_TITLE],
        "input_message": _cut(_say_help(column, kind, fields, language)),
        "error_title": column.label[language][:_MOST_TITLE],
        "error_message": _cut(say(language, f"clients_form.refused.{kind if kind in _WIDTHS else 'choice'}")),
    }
    choices = _list_choices(column, kind, language)
    if choices:
        return told | {"validate": "list", "source": choices}
    if kind == "number":
        least = -_LARGE if column.minimum is None else column.minimum
        most = _LARGE if column.maximum is None else column.maximum
        return told | {"validate": "decimal", "criteria": "between", "minimum": least, "maximum": most}
    if kind == "date":
        return told | {"validate": "date", "criteria": "between", "minimum": FIRST_DAY, "maximum": LAST_DAY}
    return told | {"validate": "any"}


def _list_choices(column: Column, kind: str, language: str) -> list[str]:
    """The words of one choice, where Excel takes so many."""
    if kind == "bool":
        return [say(language, "yes"), say(language, "no")]
    if kind == "set" or not column.values:
        return []
    words = [label[language] for label in column.values.values()]
    fits = len(",".join(words)) <= _MOST_CHOICES and not any("," in word for word in words)
    return words if fits else []


def _say_help(column: Column, kind: str, fields: Fields, language: str) -> str:
    """How to answer: what counts and, of a set, which words there are."""
    field = fields.by_name.get(column.name)
    if field is None:
        return say(language, f"clients_form.columns.{column.name}")
    if kind == "set" or (column.values and not _list_choices(column, kind, language)):
        words = "; ".join(label[language] for label in (column.values or {}).values())
        return say(language, "clients_form.set" if kind == "set" else "clients_form.one", words=words)
    return field.help[language]


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_HELP else text[: _MOST_HELP - 1] + "…"
