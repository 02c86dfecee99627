"""Rows of the catalogue in a reader's language, the same for every client."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, TypedDict, cast

import pandas as pd

from licences.law.durations import find_weakest
from licences.law.in_force import Licence
from licences.words.labels import label_value
from licences.words.texts import say, say_number


class RowView(TypedDict):
    """What a row of the catalogue says, the same for every client.

    time, limit, validity, fee, yearly_fee: with their unit and ground, empty where not known. Of a column
    in two languages the reader's is there under the name without the language.
    """

    code: str
    name: str
    official_name: str
    kind: str
    phase: str
    level: str
    authority: str | None
    legal_basis: str
    documents: list[str]
    conditions: str | None
    foreign_rule: str | None
    advice: str | None
    yearly_duty: str | None
    penalty: str | None
    fee_note: str | None
    note: str | None
    confidence: str
    is_doubtful: bool
    time: str
    limit: str
    validity: str
    fee: str
    yearly_fee: str
    source: str
    source_url: str | None
    published_on: date | None
    checked_on: date


@lru_cache(maxsize=4096)
def view_row(licence: Licence, language: str) -> RowView:
    """What a row of the catalogue says, in a reader's language."""
    row = {str(name): clean_cell(value) for name, value in licence.row.items()}
    said = {name[: -len(language) - 1]: value for name, value in row.items() if name.endswith(f"_{language}")}
    return cast(
        RowView,
        said
        | {
            "code": licence.code,
            "official_name": row["name_zh"],
            "kind": label_value("kind", row["kind"], language),
            "phase": label_value("phase", row["phase"], language),
            "level": say(language, "list").join(
                label_value("level", level, language) for level in row["level"]
            ),
            "confidence": label_value("confidence", row["confidence"], language),
            "is_doubtful": row["confidence"] == "low",
            "time": _say_times(row, language),
            "limit": _say_number_of(row, "statutory_days", "statutory_days_unit", language),
            "validity": _say_number_of(row, "validity_years", None, language),
            "fee": _say_number_of(row, "fee_cny", None, language),
            "yearly_fee": _say_number_of(row, "yearly_fee_cny", None, language),
            "source": row["source"],
            "source_url": row["source_url"],
            "published_on": row["published_on"],
            "checked_on": row["checked_on"],
        },
    )


def clean_cell(value: Any) -> Any:
    """A cell as a plain value: a date, a list, or None where it is empty."""
    if isinstance(value, pd.Timestamp):
        return value.date()
    if isinstance(value, (tuple, list)):
        return list(value)
    return None if pd.isna(value) else value


def _say_times(row: Mapping[str, Any], language: str) -> str:
    """``5 – 15 – 30 working days (estimate)``; the weakest ground of the three is named."""
    names = [name for name in ("days_min", "days_likely", "days_max") if row[name] is not None]
    if not names:
        return ""
    weakest = find_weakest(row[f"{name}_basis"] for name in names)
    return say(
        language,
        "page.times",
        numbers=" – ".join(say_number(row[name]) for name in names),
        unit=label_value("days_unit", row["days_unit"], language),
        basis=label_value("days_likely_basis", weakest, language),
    )


def _say_number_of(row: Mapping[str, Any], name: str, unit: str | None, language: str) -> str:
    if row[name] is None:
        return ""
    key = f"page.number_of.{name}"
    basis = label_value(f"{name}_basis", row[f"{name}_basis"], language)
    unit_label = label_value(unit, row[unit], language) if unit else ""
    return say(language, key, number=say_number(float(row[name])), unit=unit_label, basis=basis)
