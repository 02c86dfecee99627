"""Whom to call, in a reader's language: about what, by when, what is missing, and what happened last."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Literal, TypedDict, cast

from licences.law.papers import DOCUMENTS
from licences.words.deadlines import say_days_left
from licences.words.labels import join_some
from licences.words.texts import join_sentences, say

if TYPE_CHECKING:
    from licences.analysis.due import Call
    from licences.law.in_force import LawInForce

COLUMNS = (
    "client", "client_code", "contact", "licence", "official", "code", "kind", "concern", "last_day", "days_left",
    "since_day", "expires", "missing", "last_event", "last_event_on", "remark",
)  # fmt: skip
"""The columns of a table of calls, by the keys of what they are called."""
_FEW = 3  # papers, or facts, that are named; the others are counted


class CallView(TypedDict):
    """A call as every format shows it; ``call`` holds its figures, the rest is in the reader's language.

    licence: its short name; official_name: the Chinese one. what: a renewal, what the duty is, or what is to be asked
    for or handed in. left: how many days are left, since when it is overdue or waits. expiry: on which day it
    expires or has, empty where it does not. missing: papers or answers, empty where none is known. remark: that it
    may not be needed any more. event: what happened last to the application, last: and when; both empty where
    nothing is recorded.
    """

    call: Call
    client: str
    name: str
    contact: str
    code: str
    licence: str
    official_name: str
    kind: str
    what: str
    last_day: date | None
    is_provisional: bool
    is_overdue: bool
    left: str
    expiry: str
    missing: str
    remark: str
    event: str
    last: str


class CallJson(TypedDict):
    """One thing about which a client is to be called."""

    client: str
    client_name: str
    contact: str
    code: str
    short: str
    official_name: str
    kind: Literal["renewal", "duty", "decision", "correction"]
    last_day: str | None
    days_left: int | None
    is_overdue: bool
    since: str | None
    expires_on: str | None
    what: str
    verdict: str
    missing: str
    missing_facts: list[str]
    last_event: str | None
    last_event_on: str | None
    provisional: bool
    extra: dict[str, str]


def view_calls(calls: Iterable[Call], law: LawInForce) -> list[CallView]:
    """Calls in their order."""
    return [_view(one, law) for one in calls]


def describe_calls(calls: Iterable[Call], law: LawInForce) -> list[CallJson]:
    """Calls in their order, as JSON has them."""
    return [_describe(view) for view in view_calls(calls, law)]


def name_own_columns(calls: Iterable[Call]) -> list[str]:
    """The columns of the firm's own that the clients of calls have, in their order."""
    return list(dict.fromkeys(name for one in calls for name in one.extra))


def list_cells(view: CallView, own: Iterable[str] = ()) -> list[str | int | date | None]:
    """A row of a table of calls, a cell for each of COLUMNS, then one for each of the firm's own columns."""
    one = view["call"]
    return [
        one.name,
        one.client,
        one.contact,
        view["licence"],
        view["official_name"],
        one.code,
        view["kind"],
        view["what"],
        one.last_day,
        one.days_left,
        one.since,
        one.expires_on,
        view["missing"],
        view["event"],
        one.last.happened_on if one.last else None,
        view["remark"],
        *(one.extra.get(name, "") for name in own),
    ]


def name_columns(language: str, own: Iterable[str] = ()) -> list[str]:
    """What COLUMNS are called, then the firm's own columns, one that has the name of another with a mark."""
    names = [say(language, f"due.{name}") for name in COLUMNS]
    for name in own:
        taken = {one.casefold() for one in names}
        marked = (f"{name} ({count})" if count > 1 else name for count in itertools.count(1))
        names.append(next(one for one in marked if one.casefold() not in taken))
    return names


def say_none(within_days: int, as_of: date, language: str) -> str:
    """That nothing is due."""
    return say(language, "due.none", count=within_days, as_of=as_of)


def say_intro(within_days: int, as_of: date, language: str) -> str:
    """What the list holds, and in which order."""
    return say(language, "due.intro", count=within_days, as_of=as_of)


def _view(one: Call, law: LawInForce) -> CallView:
    language, entry = law.language, one.entry
    is_over = one.expires_on is not None and one.expires_on < law.as_of
    return {
        "call": one,
        "client": one.client,
        "name": one.name,
        "contact": one.contact,
        "code": one.code,
        "licence": entry.short or entry.name,
        "official_name": entry.official_name,
        "kind": say(language, f"due.kinds.{one.kind}"),
        "what": _say_what(one, language),
        "last_day": one.last_day,
        "is_provisional": one.is_provisional,
        "is_overdue": one.is_overdue,
        "left": _say_left(one, language),
        "expiry": say(language, f"deadlines.{'expired' if is_over else 'expires'}", day=one.expires_on)
        if one.expires_on
        else "",
        "missing": _say_missing(one, law),
        "remark": say(language, f"deadlines.doubt.{one.verdict}") if one.is_doubtful else "",
        "event": say(language, f"due.events.{one.last.kind}") if one.last else "",
        "last": _say_last(one, language),
    }


def _say_what(one: Call, language: str) -> str:
    duty = one.entry.row[f"yearly_duty_{language}"]
    if one.kind == "duty" and isinstance(duty, str):
        return duty
    return say(language, f"due.what.{one.kind}")


def _say_left(one: Call, language: str) -> str:
    if one.days_left is not None:
        return say_days_left(one.days_left, language)
    return say(language, "due.since", day=one.since) if one.since else say(language, "due.since_unknown")


def _say_missing(one: Call, law: LawInForce) -> str:
    """The papers of a renewal, or of the application that was sent back, then what the client has to tell."""
    language, said = law.language, []
    papers = list(one.entry.row[f"{DOCUMENTS}_{language}"])
    if one.kind == "renewal" and papers:
        said.append(say(language, "due.papers", names=join_some(papers, language, _FEW)))
    if one.kind == "correction" and one.last and one.last.note:
        said.append(say(language, "due.note", note=one.last.note))
    if one.missing_facts:
        labels = [law.catalogue.fields[name].label[language] for name in one.missing_facts]
        said.append(say(language, "due.facts", names=join_some(labels, language, _FEW)))
    return join_sentences(said, language)


def _say_last(one: Call, language: str) -> str:
    if one.last is None:
        return ""
    said = say(language, f"due.events.{one.last.kind}")
    if one.last.happened_on is None:
        return said
    return say(language, "due.event_on", event=said, day=one.last.happened_on)


def _describe(view: CallView) -> CallJson:
    one = view["call"]
    last = one.last
    return {
        "client": one.client,
        "client_name": one.name,
        "contact": one.contact,
        "code": one.code,
        "short": view["licence"],
        "official_name": view["official_name"],
        "kind": cast('Literal["renewal", "duty", "decision", "correction"]', one.kind),
        "last_day": _write_day(one.last_day),
        "days_left": one.days_left,
        "is_overdue": one.is_overdue,
        "since": _write_day(one.since),
        "expires_on": _write_day(one.expires_on),
        "what": view["what"],
        "verdict": one.verdict,
        "missing": view["missing"],
        "missing_facts": list(one.missing_facts),
        "last_event": last.kind if last else None,
        "last_event_on": _write_day(last.happened_on) if last else None,
        "provisional": one.is_provisional,
        "extra": dict(one.extra),
    }


def _write_day(day: date | None) -> str | None:
    return day.isoformat() if day else None
