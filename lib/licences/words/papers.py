"""Papers to bring in a reader's language: what each is called, who brings it, for what and by when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, TypedDict

import pandas as pd

from licences.law.papers import DOCUMENTS, PAPERS
from licences.planning.papers import NeededPaper, find_papers
from licences.reading.dictionary import read_dictionary
from licences.reading.places import find_data_folder
from licences.words.labels import join_some
from licences.words.texts import say

if TYPE_CHECKING:
    from licences.law.catalogue import Catalogue
    from licences.planning.schedule import Plan


class PaperView(TypedDict):
    """A paper as every format shows it.

    id: empty for a text of a row's own. uses: pairs of a licence's short name and what it wants of the paper, empty
    where it wants nothing special. needed_for: all of it as a text; used_by: the first of these licences. codes: of these licences. who: ``client``, ``us`` or ``third_party``. brought_by, form, valid: empty where not known.
    """

    id: str
    name: str
    official_name: str
    kind: str
    who: str
    brought_by: str
    form: str
    valid: str
    remark: str
    uses: list[tuple[str, str]]
    codes: list[str]
    texts: list[str]
    needed_for: str
    used_by: str
    needed_by: date | None
    needed_latest: date | None


def view_papers(plan: Plan, codes: Iterable[str] = ()) -> list[PaperView]:
    """The papers of a plan and of ``codes``, each once, by the day on which the first application needs it."""
    known = _list_papers(plan.law.catalogue)
    return [_view(one, known.get(one.paper or "", {}), plan) for one in find_papers(plan, codes)]


def make_placeholder(text: str, code: str, short: str) -> PaperView:
    """A line for a licence of which no list of documents is known."""
    return {
        "id": "", "name": text, "official_name": "", "kind": "", "who": "client", "brought_by": "", "form": "", "valid": "", "remark": "",
        "uses": [(short, "")], "codes": [code], "texts": [text], "needed_for": short, "used_by": short, "needed_by": None, "needed_latest": None,
    }  # fmt: skip


def count_by_who(papers: Iterable[PaperView]) -> dict[str, int]:
    """How many papers each brings: ``client``, ``us``, ``third_party``; a text of a row's own is the client's."""
    counts = dict.fromkeys(("client", "us", "third_party"), 0)
    for paper in papers:
        counts[paper["who"]] += 1
    return counts


def group_by_who(papers: Iterable[PaperView]) -> dict[str, list[PaperView]]:
    """The papers that each brings, of whoever brings one: the client first."""
    groups: dict[str, list[PaperView]] = {"client": [], "us": [], "third_party": []}
    for paper in papers:
        groups[paper["who"]].append(paper)
    return {who: ours for who, ours in groups.items() if ours}


def count_by_code(papers: Iterable[PaperView]) -> dict[str, dict[str, int]]:
    """The same for each application that asks for them."""
    counts: dict[str, dict[str, int]] = {}
    for paper in papers:
        for code in paper["codes"]:
            ours = counts.setdefault(code, {})
            ours[paper["who"]] = ours.get(paper["who"], 0) + 1
    return counts


def _view(one: NeededPaper, row: dict[str, Any], plan: Plan) -> PaperView:
    language = plan.law.language
    name = _read(row, f"name_{language}") or one.text
    uses = [(plan.law.short(use.code), _find_remark(use.text, name)) for use in one.uses]
    days = row.get("valid_days")
    return {
        "id": one.paper or "",
        "name": name,
        "official_name": _read(row, "name_zh") or _find_official(one, plan),
        "kind": _label("kind", row, language),
        "who": _read(row, "brought_by") or "client",
        "brought_by": _label("brought_by", row, language),
        "form": _label("form", row, language),
        "valid": "" if days is None or pd.isna(days) else say(language, "papers.valid", count=int(days)),
        "remark": _read(row, f"remark_{language}"),
        "uses": uses,
        "codes": [use.code for use in one.uses],
        "texts": [use.text for use in one.uses],
        "needed_for": say(language, "list").join(
            say(language, "papers.use", name=short, remark=remark) if remark else short
            for short, remark in uses
        ),
        "used_by": say(
            language, "page.documents_used", names=join_some([short for short, _ in uses], language, 3)
        ),
        "needed_by": one.needed_by,
        "needed_latest": one.needed_latest,
    }


def _find_official(one: NeededPaper, plan: Plan) -> str:
    """What a text of a row's own is in Chinese."""
    row, use = plan.law.entries[one.uses[0].code].row, one.uses[0]
    at = row[f"{DOCUMENTS}_{plan.law.language}"].index(use.text)
    return str(row[f"{DOCUMENTS}_zh"][at])


def _find_remark(text: str, name: str) -> str:
    """What an application wants of a paper, without the brackets in which it stands behind the name."""
    rest = text.removeprefix(name).strip()
    return rest[1:-1] if rest and rest != text and rest[0] in "（(" else ""


def _label(column: str, row: dict[str, Any], language: str) -> str:
    value = _read(row, column)
    return str((_list_columns()[column].values or {})[value][language]) if value else ""


def _read(row: dict[str, Any], column: str) -> str:
    """A text of a row, empty where the row says nothing."""
    value = row.get(column)
    return "" if value is None or pd.isna(value) else str(value)


@cache
def _list_columns() -> dict[str, Any]:
    table = read_dictionary(find_data_folder() / "dictionary.yaml")[PAPERS]
    return {column.name: column for column in table.columns}


@cache
def _list_papers(catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    rows = catalogue.papers.to_dict("records")
    return {str(row["id"]): {str(name): value for name, value in row.items()} for row in rows}
