"""Panels of the explorer beside its controls, as HTML and as a table; what a client typed is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
from markupsafe import Markup

from licences.analysis.case import Case
from licences.analysis.compare import Comparison, compare_cases
from licences.assessment.holdings import DONE
from licences.assessment.verdicts import BY_WEIGHT
from licences.planning.simulation import SHARES
from licences.render.html.sections import make_environment, make_sections
from licences.render.html.typesetting import typeset
from licences.rules.facts import Field
from licences.words.cases import view_licence
from licences.words.deadlines import view_deadlines
from licences.words.missing import SHOWN, say_more, view_missing
from licences.words.operating import read_texts_for, say_for
from licences.words.phrases import say_rare, say_value
from licences.words.plans import view_launch
from licences.words.promise import view_promise
from licences.words.research import say_research
from licences.words.scope import say_scope
from licences.words.since_last import list_left_out
from licences.words.stages import view_stages
from licences.words.texts import mark_day, read_texts, say, say_number, say_share

COLUMNS = (
    "verdict",
    "licence",
    "why",
    "missing",
    "blockers",
    "status",
    "phase",
    "basis",
    "source",
    "checked",
)


def _render(macro: str, *values: object) -> str:
    """One macro of the explorer's template."""
    template = make_environment().get_template("explorer.html.j2")
    return str(getattr(template.module, macro)(*values)).strip()


def make_answer(case: Case) -> str:
    """The deadlines of what is held, what is missing today where it trades, how many licences of each verdict, by when, and what contradicts itself."""
    texts = read_texts_for(case.is_operating, case.language)
    open_and_blocked = [
        code
        for code in case.find_codes("required")
        if case.findings[code].failed_conditions and case.findings[code].status not in DONE
    ]
    launch: Mapping[str, Any] = view_launch(case.forecast) or {}
    missing = view_missing(case.forecast)
    sections = make_sections(case.language, is_operating=case.is_operating)
    dues = {"case": case, "deadlines": view_deadlines(case.forecast.deadlines, case.plan.law)}
    view = {
        "deadlines": Markup(sections.deadlines(dues)),  # noqa: S704 - the template has escaped it
        "forbidden": [view_licence(case, code) for code in case.find_codes("forbidden")],
        "warnings": [warning.message for warning in case.contradictions],
        "counts": {verdict: len(case.find_codes(verdict)) for verdict in BY_WEIGHT},
        "blocked": len(open_and_blocked),
        "is_operating": case.is_operating,
        "missing": missing[:SHOWN],
        "missing_more": say_more(len(missing) - SHOWN, case.language),
        "launch": launch.get("days"),
        "decider": launch.get("decider"),
        "decider_share": launch.get("decider_share"),
        "is_estimate": launch.get("is_estimate"),
        "provisional": launch.get("provisional"),
        "scope": say_scope(case.catalogue, case.as_of, case.language),
        "promise": view_promise(case.forecast),
        "stages": Markup(sections.stages({"stages": view_stages(case.forecast)})),  # noqa: S704 - as above
    }
    return typeset(_render("answer", view, texts["page"], texts["explorer"]), case.language)


def make_question(case: Case) -> str:
    """What the best next question would settle."""
    texts = read_texts(case.language)
    outside = [case.name_code(code) for code, finding in case.findings.items() if finding.is_outside]
    view: dict[str, Any] = {"label": None, "outside": outside}
    if len(case.questions):
        best = case.questions.iloc[0]
        view |= {
            "label": case.catalogue.fields[best["field"]].label[case.language],
            "settles": [case.name_code(code) for code in best["settles"]],
            "conditions": [case.name_code(code) for code in best["conditions"]],
            "open": len(case.find_codes("undetermined")) - len(outside),
        }
    return typeset(_render("question", view, texts["page"], texts["explorer"]), case.language)


def make_rare(case: Case) -> str:
    """What only few businesses have, folded, and what one answer to all of it settles; empty where none is open."""
    labels = [case.catalogue.fields[name].label[case.language] for name in case.rare]
    view = {
        "title": say(case.language, "rare.title", count=len(labels)),
        "intro": say_rare(len(case.settled_by_none), case.language),
        "labels": labels,
    }
    return typeset(_render("rare", view if labels else None), case.language)


def make_label(field: Field, language: str, told: bool) -> str:
    """What a fact is called; its help opens with a click."""
    said = {"label": field.label[language], "help": field.help[language]}
    return typeset(_render("label", said, told), language)


def make_message(kind: str, lines: Iterable[str], items: Iterable[str] = ()) -> str:
    """Sentences to the consultant: ``done``, ``ask`` or ``wrong``; empty where there is nothing to say."""
    return _render("message", kind, list(lines), list(items))


def make_head(case: Case, name: str, is_saved: bool) -> str:
    """Whom the answer is about, and whether that is saved."""
    texts = read_texts(case.language)["explorer"]
    return _render("head", texts, name, is_saved)


def make_card(case: Case, code: str) -> str:
    """The card of one licence: what the report says of it in several places; folded, what we know of our reading."""
    research = say_research(case.law.entries[code].row, case.language)
    html = str(make_sections(case.language).card(view_licence(case, code), research=research))
    return typeset(html, case.language)


def view_licences(case: Case) -> Iterator[Mapping[str, Any]]:
    """What is said of each licence in force, one after the other, what matters most first."""
    return (view_licence(case, code) for verdict in BY_WEIGHT for code in case.find_codes(verdict))


def list_licences(case: Case, views: Sequence[Mapping[str, Any]] | None = None) -> pd.DataFrame:
    """The licences in force as a table for reading, one row each, indexed by code; all texts.

    views: those of ``view_licences``, where they are there already.

    Columns are COLUMNS. What is forbidden comes first, then what is required, then what is open; a verdict carries a number
    in front so that sorting keeps that order.
    """
    language = case.language
    codes = [code for verdict in BY_WEIGHT for code in case.find_codes(verdict)]
    findings = list(view_licences(case)) if views is None else views
    comma = say(language, "list")
    return pd.DataFrame(
        {
            "verdict": [
                f"{BY_WEIGHT.index(one['verdict'])} {say(language, 'page.verdicts.' + one['verdict'])}"
                for one in findings
            ],
            "licence": [
                " ".join(dict.fromkeys((one["name"], one["official_name"], one["code"]))) for one in findings
            ],
            "why": [comma.join(one["because"]) for one in findings],
            "missing": [comma.join(one["missing"]) for one in findings],
            "blockers": [comma.join(one["blockers"]) for one in findings],
            "status": [one["status_text"] if one["is_licence"] else "–" for one in findings],
            "phase": [one["phase"] for one in findings],
            "basis": [one["legal_basis"] for one in findings],
            "source": [one["source"] for one in findings],
            "checked": [f"{one['checked_on']} ({one['age']}, {one['confidence']})" for one in findings],
        },
        index=pd.Index(codes, name="code"),
    )


def make_difference(old: Case, new: Case) -> str:
    """The pinned answer and the present one side by side."""
    texts = read_texts(new.language)
    comparison = compare_cases(old, new)
    view = {
        "rows": list(_list_sides(old, new, comparison)),
        "lists": [
            (say(new.language, "explorer.facts_changed"), _say_facts(old, new, comparison), "facts"),
            (say(new.language, "explorer.gained"), _name(old, new, comparison.gained), "gained"),
            (say(new.language, "explorer.lost"), _name(old, new, comparison.lost), "lost"),
            (say(new.language, "explorer.changed"), _say_changed(old, new, comparison), "changed"),
            (say(new.language, "explorer.reasons"), _say_reasons(old, new, comparison), "reasons"),
        ],
        "is_same": not (comparison.gained or comparison.lost or comparison.changed),
    }
    return typeset(_render("difference", view, texts["page"], texts["explorer"]), new.language)


def say_strip(old: Case, new: Case) -> str:
    """The difference to the pinned answer in one line."""
    language, comparison = new.language, compare_cases(old, new)
    move = comparison.launch_move
    if move.kind == "compared":
        moved = _say_move(move.moved_days, language)
        key = "strip_launch" if len(move.days) == len(SHARES) else "strip_launch_likely"
        launch = say(language, f"explorer.{key}", moved=moved)
    else:
        launch = say_for(
            new.is_operating,
            language,
            f"explorer.strip_launch_{'others' if move.kind == 'of_others' else 'none'}",
        )
    return say(
        language,
        "explorer.strip",
        gained=len(comparison.gained),
        lost=len(comparison.lost),
        launch=launch,
        fees=_say_fees_move(comparison.fees_move.moved_cny, language),
    )


def _list_sides(old: Case, new: Case, comparison: Comparison) -> Iterable[Mapping[str, str]]:
    language = new.language

    def side(label: str, before: object, after: object, note: str = "") -> Mapping[str, str]:
        return {"label": label, "old": str(before), "new": str(after), "note": note}

    yield side(say(language, "explorer.as_of"), old.as_of, new.as_of)
    yield side(say(language, "explorer.start"), old.start, new.start)
    for verdict in BY_WEIGHT:
        counts = [len(case.find_codes(verdict)) for case in (old, new)]
        moved = counts[1] - counts[0]
        note = f"{moved:+d}" if moved else ""
        yield side(say(language, f"page.verdicts.{verdict}"), counts[0], counts[1], note)
    for label, was, now, note in _list_launches(comparison, new):
        yield side(label, _say_date(was, language), _say_date(now, language), note)
    (old_fees, new_fees), fees_move = comparison.fees, comparison.fees_move
    for key, *amounts, moved_cny in (
        ("fees", old_fees.fee_cny, new_fees.fee_cny, fees_move.fee_cny),
        ("yearly_fees", old_fees.yearly_fee_cny, new_fees.yearly_fee_cny, fees_move.yearly_fee_cny),
    ):
        before, after = (_say_amount(amount, language) for amount in amounts)
        yield side(say(language, f"explorer.{key}"), before, after, _say_fees_move(moved_cny, language))
    yield side(say(language, "explorer.unknown_fees"), old_fees.unknown, new_fees.unknown)


def _say_date(day: Any, language: str) -> str:
    return mark_day(day) if day else say(language, "explorer.no_date")


def _list_launches(comparison: Comparison, new: Case) -> Iterator[tuple[str, date | None, date | None, str]]:
    """The days that can be promised, or not before which: label, old, new, and how it moves where it can be told."""
    move, launches, language = comparison.launch_move, comparison.launches, new.language
    other = say(language, "explorer.not_comparable") if move.kind == "of_others" else ""
    moves = [_say_move(days, language) for days in move.days]
    are_compared = move.kind == "compared"
    if any(launch.days for launch in launches):
        days = ((launch.days or (None,) * len(SHARES)) for launch in launches)
        told = moves if are_compared else [other] * len(SHARES)
        own = partial(say_for, new.is_operating, language, "explorer.chance")
        labels = [own(share=say_share(share)) for share in SHARES]
        yield from zip(labels, *days, told, strict=True)
    if not all(launch.is_promised for launch in launches):
        was, now = (None if launch.is_promised else launch.likely for launch in launches)
        yield say(language, "explorer.not_before"), was, now, moves[0] if are_compared else other


def _say_reasons(old: Case, new: Case, comparison: Comparison) -> list[str]:
    """Why the launch or the fees of two answers cannot be compared."""
    move, unknown = comparison.launch_move, comparison.fees_move.unknown
    reasons: list[str] = []
    if move.kind == "of_others":
        reasons += list_left_out(
            move, new.is_operating, new.language, lambda code: _name(old, new, [code])[0]
        )
    if unknown:
        names = say(new.language, "list").join(_name(old, new, unknown))
        reasons.append(say(new.language, "explorer.fees_reason", names=names))
    return reasons


def _say_move(days: int | None, language: str) -> str:
    if not days:
        return say(language, "explorer.unmoved")
    return say(language, "explorer.later" if days > 0 else "explorer.earlier", days=abs(days))


def _say_amount(amount: float | None, language: str) -> str:
    if amount is None:
        return say(language, "unknown")
    return say(language, "explorer.amount", number=say_number(amount))


def _say_fees_move(amount: float | None, language: str) -> str:
    if amount is None:
        return say(language, "explorer.not_comparable")
    if not amount:
        return say(language, "explorer.fees_same")
    sign = "+" if amount > 0 else ""
    return say(language, "explorer.amount", number=sign + say_number(amount))


def _name(old: Case, new: Case, codes: Iterable[str]) -> list[str]:
    return [(new if code in new.rows.index else old).name_code(code) for code in codes]


def _say_changed(old: Case, new: Case, comparison: Comparison) -> list[str]:
    return [
        say(
            new.language,
            "explorer.change",
            label=_name(old, new, [code])[0],
            old=say(new.language, f"page.verdicts.{was}"),
            new=say(new.language, f"page.verdicts.{now}"),
        )
        for code, was, now in comparison.changed
    ]


def _say_facts(old: Case, new: Case, comparison: Comparison) -> list[str]:
    fields = new.catalogue.fields
    return [
        say(
            new.language,
            "explorer.change",
            label=fields[name].label[new.language],
            old=say_value(fields[name], old.profile.get(name), new.language),
            new=say_value(fields[name], new.profile[name], new.language),
        )
        for name in comparison.facts
    ]
