"""Promise in a reader's language: by when, or why no date can be promised yet and what would settle it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, TypedDict

from licences.planning.promise import DATES, NONE, Promise, Reason
from licences.planning.simulation import PROMISED, SHARES
from licences.words.labels import join_some
from licences.words.texts import join_sentences, mark_day, say, say_marked, say_share

if TYPE_CHECKING:
    from licences.law.in_force import LawInForce
    from licences.planning.forecast import Forecast


class PromiseView(TypedDict):
    """What a client can be promised; ``recommended`` and ``range`` are filled where dates can be.

    recommended: a share and the day to give to others, recommended_text: that day written out. range: the other shares and their days. not_before: None
    where nothing has a date. reasons: one a sentence's part. settle: which answers would help, None where none
    would. range_text: the range as a sentence. sentence: all of it as one text.
    """

    kind: str
    recommended: tuple[str, date] | None
    recommended_text: str
    range: list[tuple[str, date]]
    not_before: date | None
    reasons: list[str]
    settle: str | None
    range_text: str
    sentence: str


def view_promise(forecast: Forecast) -> PromiseView:
    """What can be said of the day on which all is done that is required at present."""
    return _view(forecast.promise, forecast.launch, forecast.plan.law)


def say_promise(promise: Promise, launch: tuple[date, date, date] | None, law: LawInForce) -> str:
    """What can be said of the day on which all is done that a promise is about, in one text."""
    return _view(promise, launch, law)["sentence"]


def _view(promise: Promise, launch: tuple[date, date, date] | None, law: LawInForce) -> PromiseView:
    language = law.language
    reasons = [say_reason(reason, law) for reason in promise.reasons]
    fields = dict.fromkeys(name for reason in promise.reasons for name in reason.fields)
    settle = None if promise.kind == NONE else _say_settle(fields, promise, law)
    days = [(say_share(share), day) for share, day in zip(SHARES, launch or (), strict=False)]
    recommended = days[PROMISED] if days else None
    others = [pair for pair in days if pair is not recommended]
    own = partial(say, language)
    if promise.kind == DATES:
        said = say_dates(recommended, others, language) if recommended else own("page.launch_done")
    elif promise.kind == NONE:
        said = own("promise.none")
    else:
        joined = own("promise.between").join(reasons)
        key, day = ("not_before", mark_day(promise.not_before)) if promise.not_before else ("no_date", "")
        said = own(f"promise.{key}", day=day, reasons=joined)
        said = join_sentences((said, settle), language)
    return {
        "kind": promise.kind,
        "recommended": recommended,
        "recommended_text": say_marked(recommended[1], language) if recommended else "",
        "range": others,
        "not_before": promise.not_before,
        "reasons": reasons,
        "settle": settle,
        "range_text": say_range(others, language) if others else "",
        "sentence": said,
    }


def say_dates(recommended: tuple[str, date], others: Iterable[tuple[str, date]], language: str) -> str:
    """The day to give to others, and the range around it."""
    share, day = recommended
    said = say(language, "promise.recommended", day=mark_day(day), share=share)
    return join_sentences((said, say_range(others, language)), language)


def say_range(others: Iterable[tuple[str, date]], language: str) -> str:
    """The earlier and the later day, and how sure each is."""
    (low, first), (high, last) = others
    return say(language, "promise.range", low=low, first=mark_day(first), high=high, last=mark_day(last))


def say_reason(reason: Reason, law: LawInForce) -> str:
    """Why no date can be promised, as the part of a sentence."""
    names = join_some([law.short(code) for code in reason.codes], law.language)
    return say(law.language, f"promise.{reason.kind}", names=names)


def _say_settle(fields: Iterable[str], promise: Promise, law: LawInForce) -> str | None:
    told, language = law.catalogue.fields, law.language
    names = sorted(fields, key=lambda name: told[name].is_rare)  # it is stable: what decides most stays first
    if not names:
        return None
    labels = join_some([told[name].label[language] for name in names], language)
    only = all(reason.kind == "undetermined" for reason in promise.reasons)
    return say(language, "promise.settle" if only else "promise.settle_in_part", labels=labels)
