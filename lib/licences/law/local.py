"""Local rules: what a province asks otherwise, put into the rows of those who are registered there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pandas as pd

from licences.errors import Problem, suggest
from licences.law.papers import DOCUMENTS, find_faults, list_names, resolve_row
from licences.law.rows import BEGINNING, END, hold_on
from licences.law.sources import find_ground
from licences.reading.dictionary import LANGUAGES, Column, Table, read_dictionary
from licences.reading.places import find_data_folder
from licences.reading.tables import convert_cells

if TYPE_CHECKING:
    from licences.rules.facts import Fields

REMARK = "remark"
PROVINCE = "province"
# What a row is, and to whom it applies, is national law; a province changes what is asked and how long it takes.
_NATIONAL = frozenset(
    {"code", "in_force_from", "in_force_to", "superseded_by", "kind", "obligation", "phase", "requires",
     "applies_when", "eligible_when", "article_item", "article_phase", "name", "short", "definition",
     "relevance", "changed", "research_note", "confidence", "source", "source_url", "checked_on"}
)  # fmt: skip


@dataclass(frozen=True)
class LocalCell:
    """What a province says of one column of a licence, or beside it: by language, and where that is written.

    column: without its language, ``remark`` for a sentence beside the row. text: in both languages.
    """

    province: str
    column: str
    text: Mapping[str, str]
    source: Mapping[str, str]
    article: str


def find_local_cells(local: pd.DataFrame, province: str, as_of: date) -> pd.DataFrame:
    """The rows of ``local.csv`` that hold in a province on a day."""
    return local[(local["province"] == province) & hold_on(local, as_of)]


def list_local_texts(local: pd.DataFrame, as_of: date, language: str) -> dict[tuple[str, str, str], str]:
    """What provinces say on a day in a language, by province, code and column; several remarks are one text."""
    texts: dict[tuple[str, str, str], list[str]] = {}
    for cell in local[hold_on(local, as_of)].to_dict("records"):
        key = (str(cell["province"]), str(cell["code"]), find_stem(str(cell["column"])))
        texts.setdefault(key, []).append(str(cell[f"value_{language}"]))
    return {key: " ".join(said) for key, said in texts.items()}


def apply_cells(
    row: Mapping[str, Any], cells: pd.DataFrame, sources: pd.DataFrame, papers: pd.DataFrame
) -> tuple[dict[str, Any], tuple[LocalCell, ...]]:
    """A row of the catalogue as it is in a province, and what was put into it or stands beside it."""
    changed, said = dict(row), []
    by_id = sources.set_index("id")
    for cell in cells.to_dict("records"):
        stem = find_stem(str(cell["column"]))
        source = by_id.loc[cell["source"]]
        text = {language: str(cell[f"value_{language}"]) for language in LANGUAGES}
        values = {} if stem == REMARK else _read_values(stem, cell, find_ground(source))
        if stem == DOCUMENTS:
            values = resolve_row(values, list_names(papers))
            text = {language: ";".join(values[f"{stem}_{language}"]) for language in LANGUAGES}
        said.append(
            LocalCell(
                str(cell["province"]),
                stem,
                text,
                {language: str(source[f"title_{language}"]) for language in LANGUAGES},
                "" if pd.isna(cell["article"]) else str(cell["article"]),
            )
        )
        changed |= values
    return changed, tuple(said)


def find_stem(column: str) -> str:
    """A column of two languages without its language: ``penalty_zh`` and ``penalty_en`` are ``penalty``."""
    names = _list_columns()
    stem = column.removesuffix("_zh").removesuffix("_en")
    return stem if f"{stem}_zh" in names else column


def _list_columns() -> dict[str, Column]:
    table = read_dictionary(find_data_folder() / "dictionary.yaml")["licences.csv"]
    return {column.name: column for column in table.columns}


def _read_values(stem: str, cell: Mapping[Any, Any], basis: str) -> dict[str, Any]:
    columns = _list_columns()
    pairs = {f"{stem}_{language}": cell[f"value_{language}"] for language in LANGUAGES}
    if stem in columns:
        pairs = {stem: cell["value_zh"]}
    values = {name: _read_value(columns[name], str(text))[0] for name, text in pairs.items()}
    return values | ({f"{stem}_basis": basis} if f"{stem}_basis" in columns else {})


def _read_value(column: Column, text: str) -> tuple[Any, list[Problem]]:
    """A cell of a column as the catalogue's own reader types it."""
    table = Table(columns=(column,), key=(column.name,))
    frame, problems = convert_cells([column.name], [1], [[text]], table, "")
    return frame[column.name].iloc[0], problems


def find_local_problems(
    local: pd.DataFrame,
    rows: pd.DataFrame,
    sources: pd.DataFrame,
    papers: pd.DataFrame,
    fields: Fields,
    file: str,
) -> list[Problem]:
    """Local rules of a province, licence, column, source or paper that does not exist, and values of another type."""
    known: dict[str, dict[str, Any]] = {
        "province": dict(fields[PROVINCE].values) if PROVINCE in fields else {},
        "code": dict.fromkeys(rows["code"]),
        "source": dict.fromkeys(sources["id"]),
    }
    ids = set(papers["id"])
    problems = []
    for line, cell in local.iterrows():
        at = int(str(line))
        for name, values in known.items():
            if not pd.isna(cell[name]) and cell[name] not in values:
                problems.append(
                    Problem(file, at, name, f"no {name} {cell[name]!r}", suggest(str(cell[name]), values))
                )
        problems += [
            Problem(file, at, *fault) for fault in (*_find_faults(cell), *_find_paper_faults(cell, ids))
        ]
    return [*problems, *_find_overlaps(local, file)]


def _find_overlaps(local: pd.DataFrame, file: str) -> Iterator[Problem]:
    """Two values of one column of a licence that hold in a province on the same day; remarks may be many."""
    stems = local["column"].dropna().astype(str).map(find_stem)
    values = local.loc[stems[stems != REMARK].index].assign(stem=stems)
    for _, ours in values.groupby(["province", "code", "stem"], sort=False):
        for (earlier, one), (line, other) in combinations(ours.iterrows(), 2):
            starts = max(one["in_force_from"], other["in_force_from"], key=lambda day: _order(day, BEGINNING))
            ends = min(one["in_force_to"], other["in_force_to"], key=lambda day: _order(day, END))
            if _order(starts, BEGINNING) <= _order(ends, END):
                wrong = f"{other['column']} has a value in line {earlier} for the same time"
                yield Problem(
                    file, int(str(line)), "in_force_from", wrong, "let one end before the other begins"
                )


def _order(day: Any, empty: pd.Timestamp) -> pd.Timestamp:
    return empty if pd.isna(day) else pd.Timestamp(day)


def _find_faults(cell: pd.Series) -> Iterator[tuple[str, str, str]]:
    if pd.isna(cell["column"]):
        return
    name, columns = str(cell["column"]), _list_columns()
    stem = find_stem(name)
    if stem == REMARK:
        return
    names = [stem] if stem in columns else [f"{stem}_{language}" for language in LANGUAGES]
    if not set(names) <= columns.keys():
        yield "column", f"unknown column {name!r}", suggest(name, {**columns, REMARK: None})
        return
    if stem in _NATIONAL or stem.endswith("_basis"):
        right = "write a remark" if stem in _NATIONAL else "leave it out; it follows from the source"
        yield "column", f"{name} is the same in every province", right
        return
    if stem in columns and cell["value_zh"] != cell["value_en"]:
        yield "value_en", f"{name} has one value for both languages", f"write {cell['value_zh']}"
    for one, language in zip(names, LANGUAGES, strict=False):
        column, text = columns[one], cell[f"value_{language}"]
        if pd.isna(text):
            continue
        value, problems = _read_value(column, str(text))
        for problem in problems:
            yield f"value_{language}", problem.wrong, problem.right
        if not problems and column.values is not None and str(value) not in column.values:
            yield f"value_{language}", f"unknown value {text!r}", suggest(str(text), column.values)


def _find_paper_faults(cell: pd.Series, papers: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """What is wrong in the documents that a province asks."""
    told = [cell[f"value_{language}"] for language in LANGUAGES]
    if pd.isna(cell["column"]) or find_stem(str(cell["column"])) != DOCUMENTS or pd.isna(told).any():
        return
    for language, wrong, right in find_faults(_read_values(DOCUMENTS, cell.to_dict(), ""), papers):
        yield f"value_{language}", wrong, right
