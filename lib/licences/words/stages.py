"""Stages of a client in a reader's language: from when, what changes, what is needed anew, and whether that is in time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, TypedDict

from licences.planning.promise import NOT_BEFORE
from licences.words.phrases import say_told
from licences.words.promise import say_promise, say_reason
from licences.words.texts import begin_sentence, join_sentences, mark_day, say

if TYPE_CHECKING:
    from licences.law.in_force import LawInForce
    from licences.planning.forecast import Forecast
    from licences.planning.stages import StagePlan


class StageView(TypedDict):
    """A stage as every format shows it.

    number: 1 for the present. title: from when it is. changes: what is otherwise than before, as sentences' parts,
    changes_text all of it; needed: the short names of what it is the first to need, needed_text all of it. promise: by
    when all is done, or why that cannot be said. summary: from when, what changes and what is needed. late: by how much it begins too early, empty where it does not.
    sentence: all of it as one text.
    """

    number: int
    begins_on: date | None
    title: str
    label: str
    changes: list[str]
    changes_text: str
    needed: list[str]
    needed_text: str
    promise: str
    summary: str
    late: str
    sentence: str


def view_stages(forecast: Forecast) -> list[StageView]:
    """The present and what is to come; nothing where the client is not told in stages."""
    said: set[str] = set()
    views = []
    for number, stage in enumerate(forecast.stages, start=1):
        # Why no date can be promised at present stands above, and a later stage says only what it adds to that.
        if number == 1:
            said.update(code for reason in stage.promise.reasons for code in reason.codes)
        views.append(_view_stage(stage, number, forecast, said))
        said.update(code for reason in stage.promise.reasons for code in reason.codes)
    return views


def say_from(begins_on: date | None, language: str) -> str:
    """From when something is needed."""
    if begins_on is None:
        return say(language, "stages.present")
    return say(language, "stages.begins", day=begins_on.isoformat())


def _view_stage(stage: StagePlan, number: int, forecast: Forecast, said: Collection[str]) -> StageView:
    law = forecast.plan.law
    language, fields = law.language, law.catalogue.fields
    changes = [say_told(fields[name], value, language) for name, value in stage.changes.items()]
    needed = [law.short(code) for code in stage.codes]
    joined = say(language, "list").join
    changes_text = say(language, "stages.between").join(changes)
    needed_text = joined(needed) if needed else say(language, "stages.needs_nothing")
    title, late = say_from(stage.begins_on, language), _say_late(stage, language)
    promise = _say_promise(stage, said, law)
    key = "stages.then" if changes else "stages.now"
    summary = say(language, key, title=begin_sentence(title), changes=changes_text, needed=needed_text)
    return {
        "number": number,
        "begins_on": stage.begins_on,
        "title": title,
        "label": say(language, "stages.number", number=number),
        "changes": changes,
        "changes_text": changes_text,
        "needed": needed,
        "needed_text": needed_text,
        "promise": promise,
        "summary": summary,
        "late": late,
        "sentence": join_sentences((summary, promise, late), language),
    }


def _say_promise(stage: StagePlan, said: Collection[str], law: LawInForce) -> str:
    """By when all is done, or why that cannot be said, but for what was said of an earlier stage."""
    if stage.promise.kind != NOT_BEFORE:
        return say_promise(stage.promise, stage.launch, law)
    new = [
        say_reason(replace(reason, codes=codes), law)
        for reason in stage.promise.reasons
        if (codes := tuple(code for code in reason.codes if code not in said))
    ]
    key = "not_before" if stage.likely else "no_date"
    parts = [say(law.language, f"stages.{key}", day=mark_day(stage.likely))]
    if new:
        reasons = say(law.language, "promise.between").join(new)
        parts.append(say(law.language, "stages.besides", reasons=reasons))
    return join_sentences(parts, law.language)


def _say_late(stage: StagePlan, language: str) -> str:
    return say(language, "stages.late", days=stage.late_days) if stage.late_days else ""
