"""What was told beside what is known: new, the same, told again, different, contradictory, or not sure."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from licences.analysis.intake import (
    AGAIN,
    CONFLICT,
    DIFFERS,
    HOLDS,
    NEW,
    SAME,
    THEIRS,
    UNSURE,
    Intake,
    Known,
    add_contradictions,
    compare_answers,
    list_notes,
    list_told,
)
from licences.book.clients import Fact
from licences.book.events import Event
from licences.book.notes import Note
from licences.law.catalogue import Catalogue
from licences.rules.answers import CHECKLIST, PAGE, Answers

CELLS = {"client": "a", "name": "A", "holds": "ICP@2027-01-01;EDI", "has_app": "yes", "registered_users": "5"}
ON = date(2026, 11, 30)


def answer(**more: Any) -> Answers:
    return Answers(**{"file": "f", "kind": PAGE, "client": "a", "told_by": "W", "told_on": ON} | more)


def compare(catalogue: Catalogue, *answers: Answers, known: Known | None = None) -> Intake:
    return compare_answers("a", answers, known or Known(CELLS), catalogue.fields, "2026-11-23")


def tell(intake: Intake) -> dict[str, str]:
    return {one.name: one.kind for one in intake.items}


def test_each_answer_is_told_by_what_becomes_of_it_what_to_look_at_first(catalogue: Catalogue) -> None:
    told = answer(
        cells={"has_app": "no", "registered_users": "5", "sends_sms": "yes"}, unsure=("mlps_level",)
    )
    found = compare(catalogue, told)
    kinds = {"has_app": DIFFERS, "sends_sms": NEW, "mlps_level": UNSURE, "registered_users": SAME}
    assert list(tell(found).items()) == list(kinds.items())
    assert found.make_cells() == CELLS | {"sends_sms": "yes"}
    assert found.decide(THEIRS).make_cells() == CELLS | {"sends_sms": "yes", "has_app": "no"}
    assert found.decide({"has_app": "ours"}).open == []


@pytest.mark.parametrize(
    ("kept_on", "kind"), [(None, AGAIN), (date(2026, 11, 29), AGAIN), (ON, SAME), (date(2026, 12, 1), SAME)]
)
def test_in_a_book_an_answer_that_is_told_on_a_later_day_is_kept_too(
    catalogue: Catalogue, kept_on: date | None, kind: str
) -> None:
    fact = Fact("has_app", "yes", None, "L", kept_on, "told", "2026", "li")
    known = Known(CELLS, {"has_app": fact})
    found = compare(catalogue, answer(cells={"has_app": "yes"}), known=known)
    assert tell(found) == {"has_app": kind}
    assert found.changes_something == (kind == AGAIN)
    assert tell(compare(catalogue, answer(cells={"has_app": "yes"}))) == {"has_app": SAME}


def test_files_that_agree_are_one_answer_of_the_later_day_and_others_are_in_conflict(
    catalogue: Catalogue,
) -> None:
    later = answer(file="g", told_by="V", told_on=date(2026, 12, 2), cells={"sends_sms": "yes"})
    found = compare(catalogue, later, answer(cells={"sends_sms": "yes"}))
    (item,) = found.items
    assert (item.kind, item.new.by, item.new.file) == (NEW, "V", "g")
    assert list_told(found) == [({"sends_sms": "yes"}, item.new)]
    assert tell(compare(catalogue, later, answer(unsure=("sends_sms",)))) == {"sends_sms": CONFLICT}


def test_a_new_client_is_told_with_its_name_by_whom_it_comes_from(catalogue: Catalogue) -> None:
    one = answer(name="新", cells={"has_app": "no"})
    other = answer(file="g", told_by="V", cells={"sends_sms": "yes"})
    found = compare(catalogue, one, other, known=Known(None, {}))
    assert found.is_new
    identity = {"client": "a", "name": "新", HOLDS: ""}
    assert [cells for cells, _ in list_told(found)] == [identity | {"has_app": "no"}, {"sends_sms": "yes"}]
    empty = compare(catalogue, answer(name="新"), known=Known(None, {}))
    assert [cells for cells, _ in list_told(empty)] == [identity]


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        ("ICP", SAME),
        ("ICP@2027-01-01", SAME),
        ("ICP@2032-01-01", DIFFERS),
        ("EDI@2031-01-01", NEW),
        ("SP@2031-01-01", NEW),
    ],
)
def test_what_is_held_is_compared_by_its_expiry(catalogue: Catalogue, item: str, kind: str) -> None:
    found = compare(catalogue, answer(kind=CHECKLIST, holds=(item,)))
    assert [one.kind for one in found.items] == [kind]
    code = item.partition("@")[0]
    holds = found.decide(THEIRS).make_cells()[HOLDS].split(";")
    assert (item in holds) == (item != "ICP")
    assert len([one for one in holds if one.startswith(code)]) == 1


def test_a_book_is_told_what_is_dated_as_an_event_and_once(catalogue: Catalogue) -> None:
    granted = Event("SP", "granted", ON, until=date(2031, 1, 1))
    told = answer(kind=CHECKLIST, holds=("SP@2031-01-01",), events=(granted,))
    found = compare(catalogue, told, known=Known(CELLS, {}))
    assert (found.items, [event for event, _ in found.events]) == ((), [granted._replace(by="W")])
    again = compare(catalogue, told, known=Known(CELLS, {}, [granted._replace(id=1)]))
    assert (again.events, again.changes_something) == ((), False)
    assert [one.kind for one in compare(catalogue, told).items] == [NEW]


def test_remarks_and_notes_that_are_kept_are_not_noted_again(catalogue: Catalogue) -> None:
    note = Note("EDI", "bring the lease", "us", "", ON)
    told = answer(remarks={"has_app": "later"}, notes=(note,))
    found = compare(catalogue, told, known=Known(CELLS, {}))
    noted = list_notes(found, catalogue.fields, date(2026, 12, 24))
    assert [(one.code, one.note, one.by, one.noted_on) for one in noted] == [
        ("EDI", "bring the lease", "W", ON),
        ("", "有App: later", "W", ON),
    ]
    assert compare(catalogue, told, known=Known(CELLS, {}, (), noted)).changes_something is False


def test_only_the_contradictions_that_come_with_the_answers_are_named(catalogue: Catalogue) -> None:
    def name(known: dict[str, str], **cells: str) -> list[tuple[str, ...]]:
        found = compare(catalogue, answer(cells=cells), known=Known(CELLS | known))
        (one,) = add_contradictions([found], catalogue, catalogue.codes, date(2026, 11, 23), "en")
        return [fields for fields, _ in one.contradictions]

    against = {"own_categories": "drugs"}
    (fields,) = name(against, sells_own_goods="no")
    assert {"own_categories", "sells_own_goods"} <= set(fields)
    assert name(against | {"sells_own_goods": "no"}, sends_sms="yes") == []
    assert name(against | {"sells_own_goods": "no"}, sells_own_goods="no") == []


def test_an_edition_that_is_older_than_ours_is_told(catalogue: Catalogue) -> None:
    assert (
        compare(catalogue, answer(edition="2026-01-01"), answer(edition="2026-11-23")).edition == "2026-01-01"
    )
    assert compare(catalogue, answer(edition="2026-11-23"), answer(edition="")).edition == ""
