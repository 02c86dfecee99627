"""Labels: what a column of the catalogue is called, and what stands in it, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from licences.law.overrides import OVERRIDE
from licences.reading.dictionary import Column, read_dictionary
from licences.reading.places import find_data_folder
from licences.words.texts import fill, join_names, read_texts, say, say_number

if TYPE_CHECKING:
    from licences.law.in_force import Licence

_LISTED = 6
GROUNDS = ("_basis", "_unit")  # the ends of columns that say whence a datum comes, or what it counts


def name_both(licence: Licence) -> str:
    """A licence's name, and the official Chinese one in brackets where that is another."""
    return join_names(licence.name, licence.official_name)


def name_field(field: str, language: str) -> str:
    """What a column of the catalogue is called."""
    return _list_columns()[field].label[language]


def is_unit(field: str) -> bool:
    """Whether a column is the unit of a number, and so is said with that."""
    return field.endswith("_unit")


def name_stem(stem: str, language: str) -> str:
    """What a column is called, or two that say the same in two languages."""
    columns = _list_columns()
    return columns[stem if stem in columns else f"{stem}_{language}"].label[language]


def label_value(column: str, value: object, language: str) -> str:
    """A value of a closed list of the catalogue in a language."""
    if value == OVERRIDE:  # which no catalogue may say
        return say(language, "override.basis")
    return (_list_columns()[column].values or {})[str(value)][language]


def say_cell(field: str, value: Any, row: Mapping[str, Any], language: str) -> str:
    """A value of a column, as JSON has it, in words; the row says whether its days are working days."""
    if value is None or value == []:
        return say(language, "changes.empty")
    if isinstance(value, list):
        return say(language, "list").join(say_cell(field, item, row, language) for item in value)
    column = _list_columns()[field]
    labels = column.values or {}
    if str(value) in labels:
        return str(labels[str(value)][language])
    if not isinstance(value, (int, float)):
        return str(value)
    units = read_texts(language)["changes"]["units"]
    unit = column.unit or ""
    if unit.endswith("_unit"):
        unit = str(row.get(unit, "days"))
    return fill(units[unit], count=say_number(value)) if unit in units else say_number(value)


def join_some(names: Sequence[str], language: str, most: int = _LISTED) -> str:
    """The first of some names, and how many more there are."""
    shown = say(language, "list").join(names[:most])
    if len(names) <= most:
        return shown
    count = len(names) if language == "zh" else len(names) - most
    return say(language, "changes.more", names=shown, count=count)


@cache
def _list_columns() -> dict[str, Column]:
    table = read_dictionary(find_data_folder() / "dictionary.yaml")["licences.csv"]
    return {column.name: column for column in table.columns}
