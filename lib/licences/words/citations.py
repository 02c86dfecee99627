"""Citations in a reader's language: what a lawyer looks up, and not where we have read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from licences.law.citations import Source, find_cited, read_cited
from licences.words.texts import say


class TextView(TypedDict):
    """A text of law as a list of sources has it: title, number and day in one, and its official address."""

    number: int
    said: str
    address: str | None


def list_texts(
    rows: Iterable[tuple[str, Mapping[str, Any]]], language: str
) -> tuple[list[TextView], dict[str, list[int]]]:
    """The texts that rows rest on, each once and numbered from 1, and by code the numbers of a row's own.

    A row of which no text is known is listed by what it says of its source.
    """
    texts: dict[str, TextView] = {}
    cites: dict[str, list[int]] = {}
    cited = read_cited()
    for code, row in rows:
        own = row["source_url"]
        told = [
            (say_source(source, language), source["address"] or None) for source in find_cited(row, cited)
        ]
        for said, address in told or [(str(row["source"]), own if isinstance(own, str) else None)]:
            text = texts.setdefault(said, {"number": len(texts) + 1, "said": said, "address": address})
            cites.setdefault(code, []).append(text["number"])
    return list(texts.values()), cites


def cite(row: Mapping[str, Any], language: str) -> tuple[str, str | None]:
    """The texts that a row rests on, by title, number and day, and the official address of one of them.

    Where the evidence names none it is what the row says of its source.
    """
    cited, own = find_cited(row, read_cited()), row["source_url"]
    address = own if isinstance(own, str) else None
    if not cited:
        return str(row["source"]), address
    is_copy = address is not None and "github" in address.casefold()
    address = next((source["address"] for source in cited if source["address"]), None if is_copy else address)
    joined = say(language, "page.cited.and").join(say_source(source, language) for source in cited)
    return joined, address


def say_source(source: Source, language: str) -> str:
    """A text by its title, and in brackets its number and the day on which it was published."""
    title = source["title_zh"] if source["title_zh"].startswith("《") else f"《{source['title_zh']}》"
    day = source["published_on"]
    told = [source["number"], say(language, "page.cited.published", day=day) if day else ""]
    if language != "zh":
        told.insert(0, title)
        title = source[f"title_{language}"]
    told = [one for one in told if one]
    if not told:
        return title
    return say(language, "page.cited.one", title=title, told=say(language, "page.cited.between").join(told))
