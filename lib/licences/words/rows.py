"""Rows of the catalogue in a reader's language, the same for every client."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, TypedDict, cast

import pandas as pd

from licences.law.durations import find_weakest
from licences.law.in_force import Licence, find_shown
from licences.law.local import PROVINCE, REMARK
from licences.law.rows import make_plain
from licences.words.citations import cite
from licences.words.labels import is_unit, label_value, name_stem, say_cell
from licences.words.texts import say, say_amount, say_number, write_days


class RowView(TypedDict):
    """What a row of the catalogue says, the same for every client.

    fine: the amounts that the penalty names, and whether it closes the business. source: what a lawyer can
    look up. time, limit, validity, fee, yearly_fee, market_price, fine: with their unit and ground, empty
    where not known. Of a column in two languages the reader's is there under the name without the language.
    local: what of it is a province's own rule, in sentences.
    """

    code: str
    name: str
    short: str
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
    fine: str
    fee_note: str | None
    note: str | None
    confidence: str
    confidence_level: str
    is_doubtful: bool
    time: str
    limit: str
    validity: str
    fee: str
    yearly_fee: str
    market_price: str
    source: str
    source_url: str | None
    local: list[str]
    published_on: date | None
    checked_on: date


@lru_cache(maxsize=4096)
def view_row(licence: Licence, language: str) -> RowView:
    """What a row of the catalogue says, in a reader's language."""
    row = {str(name): clean_cell(value) for name, value in licence.row.items()}
    said = {
        name[: -len(language) - 1]: _write_days(value, language)
        for name, value in find_shown(row, language).items()
        if name.endswith(f"_{language}")
    }
    source, address = cite(licence.row, language)
    return cast(
        RowView,
        said
        | {
            "code": licence.code,
            "short": licence.short or licence.name,
            "official_name": row["name_zh"],
            "kind": label_value("kind", row["kind"], language),
            "phase": label_value("phase", row["phase"], language),
            "level": say(language, "list").join(
                label_value("level", level, language) for level in row["level"]
            ),
            "confidence": label_value("confidence", row["confidence"], language),
            "confidence_level": row["confidence"],
            "is_doubtful": row["confidence"] == "low",
            "time": _say_time(licence, row, language),
            "limit": _say_number_of(row, "statutory_days", "statutory_days_unit", language),
            "validity": _say_number_of(row, "validity_years", None, language),
            "fee": _say_number_of(row, "fee_cny", None, language),
            "yearly_fee": _say_number_of(row, "yearly_fee_cny", None, language),
            "market_price": _say_amounts(row, "market", language),
            "fine": _say_fine(row, language),
            "source": source,
            "source_url": address,
            "local": say_local(licence, language),
            "published_on": row["published_on"],
            "checked_on": row["checked_on"],
        },
    )


def say_local(licence: Licence, language: str) -> list[str]:
    """What of a licence is the rule of the client's province, or stands beside it, each with its source."""
    said = []
    for cell in licence.local:
        if is_unit(cell.column):
            continue
        key, values = "local.remark", {"what": cell.text[language]}
        if cell.column != REMARK:
            key = "local.cell"
            values["label"] = name_stem(cell.column, language)
            if cell.column in licence.row:
                values["what"] = say_cell(
                    cell.column, make_plain(licence.row[cell.column]), licence.row, language
                )
        province = licence.applies.fields[PROVINCE].values[cell.province][language]
        cited = " ".join(filter(None, (cell.source[language], cell.article)))
        said.append(write_days(say(language, key, province=province, source=cited, **values), language))
    return said


def _write_days(value: Any, language: str) -> Any:
    """A text with its days written out, or each of a list."""
    if isinstance(value, list):
        return [_write_days(one, language) for one in value]
    return write_days(value, language) if isinstance(value, str) else value


def clean_cell(value: Any) -> Any:
    """A cell as a plain value: a date, a list, or None where it is empty."""
    if isinstance(value, pd.Timestamp):
        return value.date()
    if isinstance(value, (tuple, list)):
        return list(value)
    return None if pd.isna(value) else value


def _say_time(licence: Licence, row: Mapping[str, Any], language: str) -> str:
    """The catalogue's times of a licence, behind those of the firm's own cases where there are any."""
    said, time = say_times(row, language), licence.duration
    if time is None or time.own is None:
        return said
    label = label_value("days_likely_basis", time.basis, language)
    days = (time.shortest_days, time.likely_days, time.longest_days)
    own = say(
        language,
        "page.times",
        numbers=" – ".join(map(say_number, days)),
        unit=label_value("days_unit", time.unit, language),
        basis=say(language, "durations.ground", ground=label, cases=time.own.cases),
    )
    return say(language, "durations.both", own=own, catalogue=said) if said else own


def say_times(row: Mapping[str, Any], language: str) -> str:
    """``5 – 15 – 30 working days (estimate)``, or that there is no waiting; the weakest ground of the three is named."""
    names = [name for name in ("days_min", "days_likely", "days_max") if row[name] is not None]
    if not names:
        return ""
    weakest = find_weakest(row[f"{name}_basis"] for name in names)
    basis = label_value("days_likely_basis", weakest, language)
    if not any(row[name] for name in names):
        return say(language, "page.no_waiting", basis=basis)
    return say(
        language,
        "page.times",
        numbers=" – ".join(say_number(row[name]) for name in names),
        unit=label_value("days_unit", row["days_unit"], language),
        basis=basis,
    )


def _say_number_of(row: Mapping[str, Any], name: str, unit: str | None, language: str) -> str:
    if row[name] is None:
        return ""
    key = f"page.number_of.{name}"
    basis = label_value(f"{name}_basis", row[f"{name}_basis"], language)
    unit_label = label_value(unit, row[unit], language) if unit else ""
    return say(language, key, number=say_amount(float(row[name]), language), unit=unit_label, basis=basis)


def _say_amounts(row: Mapping[str, Any], name: str, language: str) -> str:
    """A range of yuan with its ground, such as what agents charge; empty where no end of it is known."""
    kind, values = _measure(row, name, language)
    key = "market_price" if name == "market" else "fine"
    return say(language, f"page.{key}.{kind}", **values) if kind else ""


def _measure(row: Mapping[str, Any], name: str, language: str) -> tuple[str, dict[str, str]]:
    """What is known of a range of yuan, as the key of its text, and the amounts with the weakest ground."""
    ends = {"least": row[f"{name}_min_cny"], "most": row[f"{name}_max_cny"]}
    told = {end: value for end, value in ends.items() if value is not None}
    if not told:
        return "", {}
    grounds = [row[f"{name}_{at}_cny_basis"] for at in ("min", "max") if row[f"{name}_{at}_cny"] is not None]
    basis = label_value("days_likely_basis", find_weakest(grounds), language)
    kind = "up_to" if "least" not in told else "from" if "most" not in told else "range"
    if kind == "range" and told["least"] == told["most"]:
        kind = "one"
    return kind, {end: say_amount(value, language) for end, value in told.items()} | {"basis": basis}


def _say_fine(row: Mapping[str, Any], language: str) -> str:
    """The fine that the penalty names and whether it closes the business; what is no text of a rule says so."""
    parts = {}
    fine = _say_amounts(row, "penalty", language)
    if fine:
        names = [name for name in ("penalty_min_cny", "penalty_max_cny") if row[name] is not None]
        parts[fine] = find_weakest(row[f"{name}_basis"] for name in names)
    if row["penalty_closes"] == "yes":
        parts[say(language, "page.fine.closes")] = row["penalty_closes_basis"]
    alike = len(set(parts.values())) == 1
    said = say(language, "page.fine.and").join(
        text if alike else _label_ground(text, basis, language) for text, basis in parts.items()
    )
    if alike:
        said = _label_ground(said, next(iter(parts.values())), language)
    return said[:1].upper() + said[1:]


def _label_ground(text: str, basis: str, language: str) -> str:
    if basis == "rule_text":
        return text
    return say(
        language, "page.fine.basis", fine=text, basis=label_value("days_likely_basis", basis, language)
    )
