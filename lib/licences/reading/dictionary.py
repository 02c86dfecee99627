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
from licences.reading.yaml_files import load

LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Column:
    """What one column of a data file means; the validator of its cells."""

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


@dataclass(frozen=True)
class Table:
    """The columns of one data file and the columns that tell its rows apart; none where rows may be alike.

    takes_own: whether a file may have columns beside these, see ``find_own_columns``.
    """

    columns: tuple[Column, ...]
    key: tuple[str, ...]
    means: str = ""
    takes_own: bool = False

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def wanted(self) -> frozenset[str]:
        """The columns by which the header of the file is known."""
        return frozenset({*self.key, *(column.name for column in self.columns if column.required)})

    @cached_property
    def spellings(self) -> dict[str, str]:
        """How a column may be called in a header, folded: by its name, or by a label that is no other's."""
        labels = Counter(fold(label) for column in self.columns for label in set(column.label.values()))
        named = {
            fold(label): column.name
            for column in self.columns
            for label in column.label.values()
            if labels[fold(label)] == 1
        }
        return named | {fold(column.name): column.name for column in self.columns}


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
    return load(path, "install licences again")


def _label_values(vocabulary: Mapping[Any, Collection[str]]) -> dict[str, dict[str, str]]:
    return {str(value): dict(zip(LANGUAGES, labels, strict=True)) for value, labels in vocabulary.items()}


def _make_column(name: str, entry: Mapping[str, Any], vocabularies: Mapping[str, Any]) -> Column:
    known = dict(entry)
    label = dict(zip(LANGUAGES, known.pop("label"), strict=True))
    values = _label_values(vocabularies[known.pop("values")]) if "values" in known else None
    return Column(name=name, label=label, values=values, **known)
