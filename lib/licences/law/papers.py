"""Papers: what applications ask for, each named once, and how the documents of a row name them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from licences.errors import Problem, quote, suggest
from licences.reading.dictionary import LANGUAGES, read_dictionary
from licences.reading.places import find_data_file
from licences.reading.tables import try_to_read_table

PAPERS, DOCUMENTS = "papers.csv", "documents"
_ITEM = re.compile(r"([a-z][a-z0-9_]*)(?:\s*[:：]\s*(.*))?", re.ASCII | re.DOTALL)
_WITH_REMARK = {"zh": "{}（{}）", "en": "{} ({})"}
Names = Mapping[str, Mapping[str, str]]
"""By language what each paper is called."""


@dataclass(frozen=True)
class Item:
    """One of the documents of a row.

    paper: its id, None for a text that stands as it is, its own paper. remark: what this application wants of
    the paper, None where nothing is said.
    """

    text: str
    paper: str | None = None
    remark: str | None = None

    def say(self, names: Names, language: str) -> str:
        """What a reader sees: the paper's name, and the remark behind it in brackets."""
        if self.paper is None or self.paper not in names[language]:
            return self.text
        name = names[language][self.paper]
        return _WITH_REMARK[language].format(name, self.remark) if self.remark else name


def split_item(text: str) -> Item:
    """``business_licence`` or ``business_licence:stamped``; whatever else is a text of its own."""
    found = _ITEM.fullmatch(text)
    return Item(text, found[1], found[2]) if found else Item(text)


def try_to_read_papers() -> tuple[pd.DataFrame, list[Problem]]:
    """The papers, one row each, with what cannot be read beside them. Columns as ``data/dictionary.yaml`` has them.

    They are those that ship where the data folder has none. Raises: ProblemsError where the file is broken.
    """
    file = find_data_file(PAPERS)
    return try_to_read_table(file, read_dictionary(file.parent / "dictionary.yaml")[PAPERS])


def list_names(papers: pd.DataFrame) -> dict[str, dict[str, str]]:
    """By language what each paper is called."""
    columns = {language: papers[f"name_{language}"].fillna(papers["id"]) for language in LANGUAGES}
    return {language: dict(zip(papers["id"], names, strict=True)) for language, names in columns.items()}


def resolve_rows(rows: pd.DataFrame, papers: pd.DataFrame) -> pd.DataFrame:
    """The rows with their documents as a reader sees them, and with ``papers``: their ids, None for a text."""
    names = list_names(papers)
    told = [resolve_row(row, names) for row in rows[list(_list_columns())].to_dict("records")]
    return rows.assign(
        **{
            name: pd.Series([row[name] for row in told], index=rows.index, dtype="object")
            for name in (*_list_columns(), "papers")
        }
    )


def resolve_row(row: Mapping[Any, Any], names: Names) -> dict[str, tuple[Any, ...]]:
    """The documents of one row as a reader sees them, in both languages, and the ids of its papers."""
    items = _split_documents(row)
    said = {
        f"{DOCUMENTS}_{language}": tuple(item.say(names, language) for item in items[language])
        for language in LANGUAGES
    }
    return said | {"papers": tuple(item.paper for item in items[LANGUAGES[0]])}


def find_paper_problems(rows: pd.DataFrame, papers: pd.DataFrame, file: str) -> list[Problem]:
    """Documents of rows, not yet resolved, that name no paper or one twice, or not the same in both languages."""
    known = set(papers["id"])
    told = zip(rows.index, rows[list(_list_columns())].to_dict("records"), strict=True)
    return [
        Problem(file, int(line), f"{DOCUMENTS}_{language}", wrong, right)
        for line, row in told
        for language, wrong, right in find_faults(row, known)
    ]


def find_name_problems(papers: pd.DataFrame, file: str) -> list[Problem]:
    """Papers that are called as another one, so that no reader can tell the two apart."""
    return [
        Problem(
            file, int(line), column, f"{quote(name)} is what {first[name]} is called", "tell the two apart"
        )
        for column in (f"name_{language}" for language in LANGUAGES)
        for first in [papers.drop_duplicates(column).set_index(column)["id"].to_dict()]
        for line, paper, name in zip(papers.index, papers["id"], papers[column], strict=True)
        if not pd.isna(name) and first[name] != paper
    ]


def find_faults(row: Mapping[Any, Any], known: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Of the documents of one row: in which language, what is wrong, what would be right."""
    items = _split_documents(row)
    for language, told in items.items():
        seen: set[str] = set()
        for item in told:
            if item.paper is None:
                continue
            if item.paper in seen:
                yield language, f"{item.paper} stands there twice", "keep one, with one remark"
            elif item.paper not in known:
                yield language, f"no paper {item.paper!r}", suggest(item.paper, known)
            seen.add(item.paper)
            if item.remark is not None and (not item.remark or item.remark[0] in ":："):
                yield language, f"{quote(item.text)} has no remark", "write one colon and a text, or neither"
    first, second = ([item.paper for item in items[language]] for language in LANGUAGES)
    if len(first) == len(second) and first != second:
        at = next(at for at, pair in enumerate(zip(first, second, strict=True)) if pair[0] != pair[1])
        texts = [items[language][at].text for language in LANGUAGES]
        wrong = f"{quote(texts[1])} stands where the Chinese has {quote(texts[0])}"
        yield LANGUAGES[1], wrong, "name the same papers in the same order"


def find_unnamed_papers(rows: pd.DataFrame, papers: pd.DataFrame, file: str) -> list[Problem]:
    """Documents of rows, resolved, that are texts of their own, so that no list knows them again."""
    names = list_names(papers)
    right = f"name one of its papers, or add one to {PAPERS}"
    return [
        Problem(
            file, int(line), column, f"{quote(text)} is not a paper of {PAPERS}", _suggest(text, told, right)
        )
        for column, told in zip(_list_columns(), names.values(), strict=True)
        for line, texts, ids in zip(rows.index, rows[column], rows["papers"], strict=True)
        for text, paper in zip(texts, ids, strict=True)
        if paper is None
    ]


def _suggest(text: str, names: Mapping[str, str], otherwise: str) -> str:
    """The id of the paper that is called as a text, or nearly."""
    by_name = {name.casefold(): paper for paper, name in names.items()}
    paper = by_name.get(text.casefold())
    return f"write {paper}" if paper else otherwise


def _split_documents(row: Mapping[Any, Any]) -> dict[str, Sequence[Item]]:
    return {language: [split_item(text) for text in row[f"{DOCUMENTS}_{language}"]] for language in LANGUAGES}


def _list_columns() -> tuple[str, ...]:
    return tuple(f"{DOCUMENTS}_{language}" for language in LANGUAGES)
