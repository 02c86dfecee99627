"""Dictionary: what every column of every data file means, as ``data/dictionary.yaml`` says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from licences.errors import Problem, ProblemsError, cut
from licences.reading.characters import fold
from licences.reading.near import Names
from licences.reading.yaml_files import recall

LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Column:
    """What one column of a data file means; the validator of its cells.

    also_called: other names that a header may give it. counts_in: what a number of it counts, in each language.
    is_free: whether what people write in place of what is asked is understood.
    """

    name: str
    type: str
    label: Mapping[str, str]
    required: bool = False
    values: Mapping[str, Mapping[str, str]] | None = None
    aliases: Mapping[str, str] | None = None
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    unit: str | None = None
    basis_of: str | None = None
    pairs_with: str | None = None
    is_percent: bool = False
    means: str = ""
    also_called: tuple[str, ...] = ()
    counts_in: tuple[str, ...] = ()
    is_free: bool = False

    @cached_property
    def names(self) -> Names:
        """How each of the values may be written."""
        spellings = {value: [value, *labels.values()] for value, labels in (self.values or {}).items()}
        for other, value in (self.aliases or {}).items():
            spellings[value].append(other)
        return Names(spellings)


@dataclass(frozen=True)
class Table:
    """The columns of one data file and the columns that tell its rows apart; none where rows may be alike.

    is_free: whether people make such files as they like, so that near misses, totals, remarks and columns of their own are understood.
    """

    columns: tuple[Column, ...]
    key: tuple[str, ...]
    means: str = ""
    is_free: bool = False

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def wanted(self) -> frozenset[str]:
        """The columns by which the header of the file is known."""
        return frozenset({*self.key, *(column.name for column in self.columns if column.required)})

    @cached_property
    def spellings(self) -> dict[str, str]:
        """How a column may be called in a header, folded: by its name, or by a label that is no other's."""
        labels = Counter(
            name
            for column in self.columns
            for name in {fold(label) for label in (*column.label.values(), *column.also_called)}
        )
        named = {
            fold(label): column.name
            for column in self.columns
            for label in (*column.label.values(), *column.also_called)
            if labels[fold(label)] == 1
        }
        return named | {fold(column.name): column.name for column in self.columns}

    @cached_property
    def names(self) -> Names:
        """How each column may be called in a header, nearly."""
        return Names(
            {
                column.name: (column.name, *column.label.values(), *column.also_called)
                for column in self.columns
            }
        )

    def compile(self) -> None:
        """Works out now what is looked up again and again."""
        _ = self.spellings, self.names
        for column in self.columns:
            _ = column.names


@cache
def read_dictionary(path: Path) -> dict[str, Table]:
    """The data dictionary: for each data file its table. Raises: MissingFileError."""
    content = _read_yaml(path)
    try:
        return _make_tables(content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        wrong = f"is no data dictionary ({type(error).__name__}: {cut(str(error))})"
        raise ProblemsError([Problem(str(path), 0, "", wrong, "install licences again")]) from None


def _make_tables(content: Mapping[str, Any]) -> dict[str, Table]:
    vocabularies = content["vocabularies"]
    return {
        file: Table(
            columns=tuple(
                _make_column(name, entry, vocabularies) for name, entry in table["columns"].items()
            ),
            key=tuple(table["key"]),
            means=table["means"],
        )
        for file, table in content["files"].items()
    }


@cache
def read_vocabulary(path: Path, name: str) -> dict[str, dict[str, str]]:
    """The closed list ``name`` of the dictionary: value to its label in each language."""
    return _label_values(_read_yaml(path)["vocabularies"][name])


@cache
def _read_yaml(path: Path) -> Any:
    return recall(path, "install licences again")


def _label_values(vocabulary: Mapping[Any, Collection[str]]) -> dict[str, dict[str, str]]:
    return {str(value): dict(zip(LANGUAGES, labels, strict=True)) for value, labels in vocabulary.items()}


def _make_column(name: str, entry: Mapping[str, Any], vocabularies: Mapping[str, Any]) -> Column:
    known = dict(entry)
    label = dict(zip(LANGUAGES, known.pop("label"), strict=True))
    values = _label_values(vocabularies[known.pop("values")]) if "values" in known else None
    known["also_called"] = tuple(known.get("also_called", ()))
    return Column(name=name, label=label, values=values, **known)


@dataclass(frozen=True)
class Understanding:
    """How people call a fact, and which answers are likely, beyond what a form asks.

    plausible: the least and the most that is likely, each None where there is none; 0 always is.
    probably: what an answer beyond them is meant as: ``ten_thousands`` of what is asked, a ``year`` in
    place of the months since, or a ``share`` in place of percents; empty where nothing can be said.
    """

    also_called: tuple[str, ...] = ()
    plausible: tuple[float | None, float | None] = (None, None)
    probably: str = ""


@cache
def read_understanding(path: Path) -> dict[str, Understanding]:
    """Of each field that the dictionary says more of how people write it. Raises: MissingFileError."""
    told = _read_yaml(path).get("understood") or {}
    try:
        return {
            name: Understanding(
                tuple(entry.get("also_called", ())),
                (entry.get("least"), entry.get("most")),
                entry.get("probably", ""),
            )
            for name, entry in told.items()
        }
    except (AttributeError, TypeError) as error:
        wrong = f"is no data dictionary ({type(error).__name__}: {cut(str(error))})"
        raise ProblemsError([Problem(str(path), 0, "", wrong, "install licences again")]) from None
