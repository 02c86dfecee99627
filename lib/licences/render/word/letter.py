"""Letter of a Word file: the words that a template may name for its first pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from licences.analysis.case import Case
from licences.planning.promise import DATES, NONE
from licences.words.cases import view_case
from licences.words.operating import read_texts_for
from licences.words.texts import add_note, fill, join_sentences, mark_day, say

Words = dict[str, Any]


def describe_letter(case: Case) -> Words:
    """What a letter says, by the names that a template uses."""
    view = view_case(case)
    own, texts = view["letter"], read_texts_for(case.is_operating, case.language)
    return {
        "labels": {name: texts[name] for name in ("letter", "deadlines", "stages", "progress", "word")},
        "reference": own["reference"],
        "subject": own["subject"],
        "greeting": own["greeting"],
        "scope_sentence": own["scope"],
        "answer_in_short": own["answer"],
        "opening": _describe_opening(case),
        "missing_rows": [
            {
                "name": case.short(one["code"]),
                "risk": one["risk"],
                "by": one["by"],
                "is_forbidden": one["is_forbidden"],
            }
            for one in view["missing_first"]
        ],
        "periods": [
            {
                "title": period["title"],
                "tasks": [{"who": who, "what": list(what)} for who, what in period["tasks"]],
            }
            for period in own["periods"]
        ],
        "goals": [dict(goal) for goal in own["goals"]],
        "goals_by": texts["letter"]["by" if view["launch"] else "by_usual"],
        "goals_note": own["goals_note"],
        "questions_more": own["questions_more"],
        "costs_in_short": list(own["costs"]),
        "needs": list(own["needs"]),
        "close": own["close"],
    }


def _describe_opening(case: Case) -> Words | None:
    """When it can open: the day in large, or why there is none yet; None where nothing is to be obtained.

    lead, large: of the day, empty where there is none. reasons: why no day can be promised. sentences: the rest.
    """
    view, page = view_case(case), read_texts_for(case.is_operating, case.language)["page"]
    promise, launch = view["promise"], view["launch"]
    lead, large, reasons, sentences = "", "", list[str](), list[str]()
    if promise["kind"] != DATES:
        if promise["not_before"]:
            large = fill(page["promise_from"], day=mark_day(promise["not_before"]))
        if promise["kind"] == NONE:
            sentences.append(promise["sentence"])
        else:
            lead = page["promise_why"]
            reasons = [f"{reason}{page['stop']}" for reason in promise["reasons"]]
        sentences += filter(None, [promise["settle"]])
    elif launch and promise["recommended"]:
        chance = fill(page["chance"], share=promise["recommended"][0])
        lead_in = say(case.language, "word.label", label=page["promise_lead"])
        large = add_note(f"{lead_in}{promise['recommended_text']}", chance, case.language)
        sentences.append(join_sentences(_list_dated(case), case.language))
    else:
        return None
    return {"large": large, "lead": lead, "reasons": reasons, "sentences": sentences}


def _list_dated(case: Case) -> Iterator[str]:
    view, page = view_case(case), read_texts_for(case.is_operating, case.language)["page"]
    launch = view["launch"]
    yield view["promise"]["range_text"]
    if launch is not None:
        parts = (fill(page["decided"], share=launch["decider_share"]), launch["decider"])
        yield join_sentences(parts, case.language) + page["stop"]
        if launch["is_estimate"]:
            yield page["launch_estimate"]
        if launch["provisional"]:
            yield f"* {page['provisional']}"
