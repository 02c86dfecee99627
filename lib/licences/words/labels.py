"""Labels: what a column of the catalogue is called, and what stands in it, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from licences.law.diff import make_plain
from licences.law.in_force import Licence
from licences.reading.dictionary import Column, read_dictionary
from licences.reading.places import find_data_folder
from licences.words.texts import fill, join_names, read_texts, say, say_number

_LISTED = 6
GROUNDS = ("_basis", "_unit")  # the ends of columns that say whence a datum comes, or what it counts
_WEIGHTIEST = (
    "obligation", "kind", "name", "applies_when", "eligible_when", "conditions", "documents", "requires",
    "yearly_duty", "duty_windows", "statutory_days", "days_likely", "validity_years", "fee_cny",
    "yearly_fee_cny", "penalty", "authority", "foreign_rule", "legal_basis",
)  # fmt: skip


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


def say_fields(was: Licence, now: Licence, changed: Iterable[str], language: str) -> str:
    """Columns that differ between two rows, those first that ask something of the client; of numbers both."""
    stems = {name: name.removesuffix(f"_{language}") for name in changed if not name.endswith(GROUNDS)}
    places = {stem: at for at, stem in enumerate(_WEIGHTIEST)}
    ordered = sorted(stems, key=lambda name: places.get(stems[name], len(places)))
    labels = [_say_field(was, now, name, language) for name in ordered or changed]
    return join_some(labels, language)


def join_some(names: Sequence[str], language: str) -> str:
    """The first of some names, and how many more there are."""
    shown = say(language, "list").join(names[:_LISTED])
    if len(names) <= _LISTED:
        return shown
    count = len(names) if language == "zh" else len(names) - _LISTED
    return say(language, "changes.more", names=shown, count=count)


def _say_field(was: Licence, now: Licence, field: str, language: str) -> str:
    """What a field is called; of a number also what it was and what it is."""
    label, (old, new) = name_field(field, language), (make_plain(one.row[field]) for one in (was, now))
    if not (isinstance(old, (int, float)) and isinstance(new, (int, float))):
        return label
    sides = {"old": say_cell(field, old, was.row, language), "new": say_cell(field, new, now.row, language)}
    return say(language, "changes.number", label=label, **sides)


@cache
def _list_columns() -> dict[str, Column]:
    table = read_dictionary(find_data_folder() / "dictionary.yaml")["licences.csv"]
    return {column.name: column for column in table.columns}
