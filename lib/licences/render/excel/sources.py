"""Sheets of the grounds of a workbook: the texts of law behind each licence, and every licence in a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from licences.assessment.verdicts import BY_WEIGHT
from licences.law.citations import find_cited, read_cited
from licences.render.excel.cells import Table
from licences.render.excel.cover import DASH
from licences.render.excel.parts import Author, Part, make_link, part, read_day
from licences.words.cases import LicenceView
from licences.words.citations import cite
from licences.words.labels import label_value

TONES = {
    "forbidden": "forbidden",
    "required": "required",
    "undetermined": "undetermined",
    "recommended": "advised",
    "optional": "advised",
    "held": "held",
    "implied": "held",
    "expiring": "alarm",
    "expired": "alarm",
}


@dataclass(frozen=True)
class _Text:
    """A text that a licence rests on."""

    licence: LicenceView
    title: str
    number: str
    published_on: date | None
    address: str | None


def make_sources(author: Author) -> Table:
    """On what each licence rests: the texts by title, number and day, where they lie, and how sure that is."""
    own, say = author.own, author.say
    doubts = {label_value("confidence", "low", author.case.language): "estimate"}
    parts: list[Part] = [
        part(own("licence"), 21, lambda one: one.licence["short"]),
        part(own("law"), 42, lambda one: one.title),
        part(own("number"), 17, lambda one: one.number),
        part(say("page.published"), 12, lambda one: one.published_on),
        part(own("address"), 26, lambda one: make_link(one.address)),
        part(say("page.checked_title"), 12, lambda one: one.licence["checked_on"]),
        part(say("page.confidence"), 10, lambda one: one.licence["confidence"], doubts),
        author.make_code(lambda one: one.licence["code"]),
    ]
    return author.make_table("sources", parts, list(_list_texts(author)), own("licences_none"))


def _list_texts(author: Author) -> Iterator[_Text]:
    language, every = author.case.language, read_cited()
    for licence in _list_known(author):
        row = author.entries[licence["code"]].row
        cited, (said, address) = find_cited(row, every), cite(row, language)
        has_own = any(source["address"] for source in cited)
        for at, source in enumerate(cited):
            title = source["title_zh"]
            title = title if title.startswith("《") else f"《{title}》"
            yield _Text(
                licence,
                title if language == "zh" else f"{source[f'title_{language}']}\n{title}",
                source["number"],
                read_day(source["published_on"]),
                source["address"] or (address if at == 0 and not has_own else None),
            )
        if not cited:
            yield _Text(licence, said, "", licence["published_on"], address)


def _list_known(author: Author) -> list[LicenceView]:
    """What is needed, could be, or cannot be told yet."""
    return [licence for group in author.view["needed"].values() for licence in group]


def make_licences(author: Author) -> Table:
    """Every licence in a line, by verdict; what is not needed comes last, with the reason alone."""
    own, say, held = author.own, author.say, author.case.held
    verdicts = {say(f"page.verdicts.{one}"): TONES[one] for one in BY_WEIGHT[:-1]}
    known, others = _list_known(author), author.view["not_needed"]
    statuses = {say(f"status.{one}"): TONES[one] for one in ("held", "expiring", "expired")}
    statuses |= {one["status_text"]: TONES["implied"] for one in known if one["status"] == "implied"}

    def say_status(one: LicenceView) -> str:
        if one["verdict"] == "not_needed" and one["status"] == "not_held":
            return DASH
        return one["status_text"] if one["is_licence"] else DASH

    def say_why(one: LicenceView) -> str:
        asked = own("waits.facts", names=author.join_some(one["missing"])) if one["missing"] else None
        told = (*one["because"], *one["blockers"], asked if one["verdict"] == "undetermined" else None)
        told = (*told, *(say("note.label", note=text) for text in one["remarks"]))
        return say("deadlines.between").join(filter(None, told))

    parts: list[Part] = [
        part(own("licence"), 22, lambda one: one["short"]),
        part(own("official"), 32, lambda one: one["official_name"]),
        part(own("verdict"), 12, lambda one: say(f"page.verdicts.{one['verdict']}"), verdicts),
        part(say("page.status_title"), 10, say_status, statuses),
        part(own("expires"), 11, lambda one: held.get(one["code"])),
        part(say("page.why_short"), 53, say_why),
        author.make_code(lambda one: one["code"]),
    ]
    return author.make_table("licences", parts, [*known, *others], own("licences_none"))
