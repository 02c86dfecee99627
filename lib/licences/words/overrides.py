"""What we hold against the rules, and notes, in a reader's language and as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypedDict

from licences.book.notes import CLIENT, Note
from licences.book.overrides import Override
from licences.words.texts import continue_sentence, say, say_amount

if TYPE_CHECKING:
    from licences.assessment.explain import Finding
    from licences.law.in_force import LawInForce


class GroundView(TypedDict):
    """Why we hold something against the rules, who says so, from which day on and until when; days are ISO texts."""

    because: str
    by: str
    on: str
    until: str | None


class OverriddenView(GroundView):
    """The verdict that we hold against the rules, and why."""

    verdict: str


class HeldView(GroundView):
    """An override of a client's licence; kind is ``verdict``, ``days`` or ``fee``."""

    code: str
    kind: str
    value: str


class NoteView(TypedDict):
    """A note; code is empty where it is of the client as a whole, audience is ``client`` or ``us``."""

    code: str
    note: str
    audience: str
    by: str
    on: str


def view_overridden(override: Override | None) -> OverriddenView | None:
    """An override of a verdict as plain values; None where the rules count."""
    return {"verdict": override.value, **_view_ground(override)} if override else None


def view_held(override: Override) -> HeldView:
    """An override of any kind as plain values."""
    ground = _view_ground(override)
    return {"code": override.code, "kind": override.kind, "value": override.value, **ground}


def _view_ground(one: Override) -> GroundView:
    until = one.until.isoformat() if one.until else None
    return {"because": one.because, "by": one.by, "on": one.given_on.isoformat(), "until": until}


def view_note(note: Note) -> NoteView:
    """A note as plain values."""
    return {
        "code": note.code,
        "note": note.note,
        "audience": note.audience,
        "by": note.by,
        "on": note.noted_on.isoformat(),
    }


def say_override(override: Override, law: LawInForce, by_rules: str = "") -> str:
    """What we hold of a licence, why, and what would count without; by_rules: the rules' verdict, of a verdict alone."""
    language = law.language
    values = {"name": law.short(override.code), "ground": say_ground(override, language)}
    if override.kind == "verdict":
        ours, theirs = (say(language, f"verdict.{one}") for one in (override.value, by_rules))
        return say(language, "override.verdict", ours=ours, by_rules=theirs, **values)
    if override.kind == "days":
        return say(language, "override.days", count=int(override.value), **values)
    return say(language, "override.fee", amount=say_amount(float(override.value), language), **values)


def say_ground(override: Override | GroundView, language: str) -> str:
    """Why we hold something, who says so, from when and until when."""
    told = _view_ground(override) if isinstance(override, Override) else override
    until = say(language, "override.until", day=told["until"]) if told["until"] else ""
    because = str(told["because"]).rstrip(" .。;；")
    return say(language, "override.ground", because=because, by=told["by"], on=told["on"], until=until)


def say_why(overridden: OverriddenView, by_rules: str, reasons: Iterable[str], language: str) -> str:
    """Why a verdict counts that is not the rules', and what these say; by_rules, reasons: their verdict and why."""
    return say(
        language,
        "override.why",
        ground=say_ground(overridden, language),
        by_rules=say(language, f"verdict.{by_rules}"),
        reasons=say(language, "list").join(map(continue_sentence, reasons)),
    )


def list_remarks(findings: Iterable[Finding], notes: Iterable[Note], law: LawInForce) -> Iterator[str]:
    """What stands near the top of a document: what we hold against the rules, and the notes for the client.

    Of the notes those of the client as a whole, and those of licences that have no entry of their own.
    """
    shown = set()
    for finding in findings:
        if finding.override:
            yield say_override(finding.override, law, finding.by_rules)
        if finding.verdict != "not_needed":
            shown.add(finding.code)
    for override in law.overrides:
        if override.kind != "verdict":
            yield say_override(override, law)
    for note in notes:
        if note.audience == CLIENT and note.code not in shown:
            yield (
                say(law.language, "note.of", name=law.short(note.code), note=note.note)
                if note.code
                else note.note
            )


def say_note(note: NoteView, language: str) -> str:
    """A note as we ourselves read it: for whom it is, by whom, and of which day."""
    return say(language, f"note.{note['audience']}", note=note["note"], by=note["by"], on=note["on"])
