"""Cards of licences in a Word file: what is said of each, in a few lines and in full."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from licences.analysis.case import Case
from licences.words.cases import LicenceView, view_case
from licences.words.operating import read_texts_for
from licences.words.texts import add_note, fill, join_sentences, mark_day, say

Words = dict[str, Any]
_CHANGES = 6  # that a card names
_CODE = re.compile(r"(?<![A-Z0-9_])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![A-Z0-9_])")


def describe_licences(case: Case) -> dict[str, Words]:
    """What a template may name of each licence that is shown or undetermined, by code."""
    view, cards = view_case(case), _Cards(case)
    return {
        licence["code"]: cards.describe(licence)
        for licence in [*view["shown"], *view["needed"]["undetermined"]]
    }


class _Cards:
    def __init__(self, case: Case) -> None:
        view = view_case(case)
        self.case, self.cites = case, view["cites"]
        self.listed = {due["code"] for due in view["renewals"] if not due["is_renewal"]}
        texts = read_texts_for(case.is_operating, case.language)
        self.page: Mapping[str, Any] = texts["page"]
        self.label = str(texts["word"]["label"])

    def describe(self, licence: LicenceView) -> Words:
        page = self.page
        is_other = licence["name"] != licence["official_name"]
        law = [licence["legal_basis"], licence["penalty"]]
        status, until = licence["status_text"], self.case.held.get(licence["code"])
        remarks = [say(self.case.language, "note.label", note=text) for text in licence["remarks"]]
        blocked = [f"{page['blocked_sign']} {blocker}" for blocker in licence["blockers"]]
        day = licence["last_day_text"]
        last_day = say(self.case.language, "deadlines.of_holding", day=day) if day else ""
        tags = [
            page["verdicts"][licence["verdict"]],
            licence["kind"],
            licence["phase"],
            *([status] if licence["is_licence"] else []),
            licence["code"],
        ]
        return dict(licence) | {
            "forbidden_text": "\n".join(filter(None, [licence["definition"], *licence["because"], *law])),  # type: ignore[typeddict-item]
            "why_text": self._join(licence["because"]),
            "names": licence["name"] + (f" {licence['official_name']}" if is_other else ""),
            "verdict_label": page["verdicts"][licence["verdict"]],
            "status_label": "\n".join(
                filter(None, (status, licence["needed_from"], last_day, str(until or "")))
            ),
            "reasons": "\n".join(
                filter(
                    None, [licence["advice"], *licence["because"], licence["legal_basis"], *blocked, *remarks]
                )
            ),
            "tags": " · ".join(tags),
            "facts": self._list(self._list_facts(licence)),
            "source_text": "\n".join(filter(None, (licence["source"], licence["source_url"]))),
            "published": str(licence["published_on"] or page["unknown"]),
            "checked": f"{licence['checked_on']}\n{licence['age']}",
            "sure_mark": page["sure_marks"][licence["confidence_level"]],
            "blocked": blocked,
            "lines": self._list(self._list_lines(licence)),
            "more": self._list(self._list_more(licence)),
            "expires": self._say_expiry(licence),
        }

    def _list(self, pairs: Iterable[tuple[str, str | None]]) -> list[Words]:
        return [
            {"label": label, "heading": fill(self.label, label=label) if label else "", "text": text}
            for label, text in pairs
            if text
        ]

    def _join(self, texts: Iterable[str]) -> str:
        return str(self.page["list"]).join(texts)

    def _say_expiry(self, licence: LicenceView) -> str:
        until = self.case.held.get(licence["code"])
        key = "expired" if licence["status"] == "expired" else "expires"
        return say(self.case.language, f"deadlines.{key}", day=mark_day(until)) if until else ""

    def _list_lines(self, licence: LicenceView) -> Iterator[tuple[str, str | None]]:
        """What a client wants to know first: why, from whom, how long it takes, and by which law."""
        page, years = self.page, licence["validity"]
        time = [licence["time"], fill(str(page["valid_for"]), years=years) if years else ""]
        yield say(self.case.language, "note.title"), " ".join(licence["remarks"])
        yield page["why_short"], self._join(licence["because"])
        yield page["authority"], licence["authority"]
        yield page["time_short"], str(page["between"]).join(filter(None, time))
        cited = "".join(f" [{number}]" for number in self.cites.get(licence["code"], ()))
        yield page["legal_basis"], f"{licence['legal_basis'] or ''}{cited}".strip()

    def _list_more(self, licence: LicenceView) -> Iterator[tuple[str, str | None]]:
        """What else is known; what a licence that cannot be told yet waits for stands in a list of its own."""
        page = self.page
        yield "", self._name_codes(licence["note"] or "")
        told = (licence["definition"], licence["relevance"])  # type: ignore[typeddict-item]
        yield "", self._name_codes(join_sentences(told, self.case.language))
        if licence["verdict"] != "undetermined":
            yield page["missing_title"], self._join(licence["missing"])
        rule = self._list_rule(licence)
        if licence["code"] in self.listed:  # its duty stands in the list of what falls due
            rule = (pair for pair in rule if pair[0] != page["yearly_duty"])
        yield from rule
        yield page["would_be_obtainable"], "\n".join(licence["obtainable"][:_CHANGES])
        yield page["would_change"], "\n".join(licence["changes"][:_CHANGES])

    def _name_codes(self, text: str) -> str:
        """A text of the catalogue with the names of the licences of which it gives the codes."""
        known = self.case.law.entries
        return _CODE.sub(lambda found: self.case.short(found[0]) if found[0] in known else found[0], text)

    def _list_rule(self, licence: LicenceView) -> Iterator[tuple[str, str | None]]:
        page = self.page
        yield page["conditions"], "\n".join(licence["conditions"] or ())
        for key in ("limit", "yearly_duty"):
            yield page[key], licence[key]
        yield page["fee"], self._say_fee(licence)
        fine = f"{licence['fine']}{page['stop']}" if licence["fine"] else ""
        yield page["penalty"], join_sentences((fine, licence["penalty"]), self.case.language)
        yield page["foreign_rule"], licence["foreign_rule"]
        yield page["local_title"], "\n".join(licence["local"])
        yield page["examples"], licence["examples"]  # type: ignore[typeddict-item]

    def _say_fee(self, licence: LicenceView) -> str:
        told = (licence["fee"], licence["yearly_fee"], licence["market_price"], licence["fee_note"])
        return join_sentences(told, self.case.language)

    def _list_facts(self, licence: LicenceView) -> Iterator[tuple[str, str | None]]:
        """All of it, for a template that keeps it in one table."""
        page = self.page
        yield page["conditions"], "\n".join(licence["conditions"] or ())
        yield page["authority"], add_note(licence["authority"] or "", licence["level"], self.case.language)
        for key in ("legal_basis", "time", "limit", "validity", "yearly_duty"):
            yield page[key], licence[key]
        yield from (pair for pair in self._list_rule(licence) if pair[0] in self._of_facts)
        yield page["would_change"], "\n".join(licence["changes"][:_CHANGES])
        checked = fill(str(page["checked_on"]), day=licence["checked_on"], age=licence["age"])
        sure = f"{page['confidence']}: {licence['confidence']}"
        yield page["source"], add_note(licence["source"], self._join((checked, sure)), self.case.language)

    @property
    def _of_facts(self) -> set[str]:
        keys = ("fee", "penalty", "foreign_rule", "local_title", "examples")
        return {self.page[key] for key in keys}
