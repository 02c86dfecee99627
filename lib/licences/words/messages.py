"""Messages about a law change: a list a catalogue row, a list an affected client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from licences.assessment.operating import is_operating
from licences.law.diff import is_of_sources
from licences.law.local import PROVINCE, REMARK
from licences.law.rows import make_plain
from licences.rules.logic import read_profile
from licences.words.changes import say_changes_between
from licences.words.findings import list_blockers
from licences.words.labels import is_unit, name_both, name_field, name_stem
from licences.words.operating import say_for
from licences.words.phrases import join_claims
from licences.words.sides import say_sides
from licences.words.texts import (
    add_note,
    join_names,
    join_sentences,
    say,
    say_amount,
    say_number,
)
from licences.words.upcoming import say_coming, say_instead

if TYPE_CHECKING:
    from licences.analysis.impact import ClientImpact
    from licences.law.diff import Difference, LocalChange, RowChange
    from licences.rules.kleene import Profile

_RESEARCH = "research_note"
_OF_NEW = ("obligation", "applies_when")


def name_licence(difference: Difference, code: str) -> str:
    """A licence's name with the official Chinese one beside it; of the new law where it is in force there."""
    was, now = difference.find_entries(code)
    coming = (change.entry for change in difference.new.coming if change.entry.code == code)
    entry = now or was or next(coming, None)
    if entry:
        return name_both(entry)
    law = difference.new if code in set(difference.new.catalogue.rows["code"]) else difference.old
    return join_names(*law.catalogue.find_names(code, difference.new.language))


def list_readable(difference: Difference) -> list[RowChange]:
    """The changes that a reader of the difference's language sees; the other language is left out.

    So are sources, checks and research notes where something else of the row has changed. Of a row that is added
    and in force it also says what it asks.
    """
    language = difference.new.language
    other = "_en" if language == "zh" else "_zh"
    seen = []
    told = _find_told(difference)
    for change in difference.rows:
        if change.code in told and (_is_ground(change) or _is_said_by_number(change)):
            continue
        if change.field.endswith(other) and change.field != "name_zh":
            continue
        seen.append(change)
        was, now = difference.find_entries(change.code)
        if change.change == "added" and was is None and now is not None:
            cells = {name: make_plain(now.row[name]) for name in (*_OF_NEW, f"legal_basis_{language}")}
            seen += [replace(change, field=name, new=value) for name, value in cells.items()]
    return seen


def leaves_grounds_out(difference: Difference) -> bool:
    """Whether ``list_readable`` passes over sources, checks or research notes."""
    told = _find_told(difference)
    return any(change.code in told and _is_ground(change) for change in difference.rows)


def _find_told(difference: Difference) -> set[str]:
    """The codes of whose rows more has changed than on what they rest."""
    return {
        change.code for change in difference.rows if not (_is_ground(change) or _is_said_by_number(change))
    }


def _is_ground(change: RowChange) -> bool:
    """Whether it says only on what a row rests."""
    return is_of_sources(change.field) or change.field.startswith(_RESEARCH)


def _is_said_by_number(change: RowChange) -> bool:
    """Whether it is a unit that comes or goes with its number."""
    return is_unit(change.field) and None in (change.old, change.new)


def make_rows_table(difference: Difference) -> pd.DataFrame:
    """The changes of the catalogue in words, one row a field: licence, code, change, field, old, new."""
    language = difference.new.language
    return pd.DataFrame(
        [
            {
                "licence": name_licence(difference, change.code),
                "code": change.code,
                "change": say(language, f"changes.kinds.{change.change}"),
                "field": name_field(change.field, language),
                "old": old,
                "new": new,
            }
            for change in list_readable(difference)
            for old, new in [say_sides(difference, change)]
        ],
        columns=["licence", "code", "change", "field", "old", "new"],
    )


def make_clients_table(
    difference: Difference, touched: Iterable[ClientImpact], profiles: pd.DataFrame
) -> pd.DataFrame:
    """The clients touched, in their order: client, name, launch, fees, tell (sentences)."""
    language = difference.new.language
    told = find_profiles(difference, profiles, touched := list(touched))
    return pd.DataFrame(
        [
            {
                "client": one.client,
                "name": one.name,
                "launch": say_move(one.launch_moved_days, "working_days", language),
                "fees": say_move(one.fees_moved_cny, "cny", language),
                "tell": join_sentences(tell(difference, one, told[one.client]), language),
            }
            for one in touched
        ],
        columns=["client", "name", "launch", "fees", "tell"],
    )


@dataclass(frozen=True)
class Message:
    """The sentences that are told to some clients alike, and these clients; matter is one of MATTERS."""

    matter: str
    sentences: tuple[str, ...]
    touched: tuple[ClientImpact, ...]


def find_messages(
    difference: Difference, touched: Iterable[ClientImpact], profiles: pd.DataFrame
) -> list[Message]:
    """What to tell, and to whom: clients that are told the same stand together, what matters most first."""
    told = find_profiles(difference, profiles, touched := list(touched))
    alike: dict[tuple[str, tuple[str, ...]], list[ClientImpact]] = {}
    for one in touched:
        alike.setdefault((one.matter, tuple(tell(difference, one, told[one.client]))), []).append(one)
    return [Message(*key, tuple(ones)) for key, ones in alike.items()]


def make_messages_table(difference: Difference, messages: Iterable[Message]) -> pd.DataFrame:
    """What to tell, one row a message: matter, tell (sentences), count (of clients), clients (names and ids)."""
    language = difference.new.language
    return pd.DataFrame(
        [
            {
                "matter": say(language, f"changes.matters.{one.matter}"),
                "tell": join_sentences(one.sentences, language),
                "count": len(one.touched),
                "clients": _list_clients(one.touched, language),
            }
            for one in messages
        ],
        columns=["matter", "tell", "count", "clients"],
    )


def say_reach(difference: Difference, touched: Sequence[ClientImpact], profiles: pd.DataFrame) -> str:
    """In how many cells the law has changed and how many clients that concerns; a line below, who has a new duty."""
    language = difference.new.language
    counts = {"cells": len(difference.rows), "count": len(touched), "all": len(profiles)}
    lines = [say(language, "changes.reach.clients", **counts)]
    if obliged := [one for one in touched if one.duties]:
        names = _list_clients(obliged, language)
        lines.append(say(language, "changes.reach.duties", count=len(obliged), names=names))
    return "\n".join(lines)


def _list_clients(touched: Iterable[ClientImpact], language: str) -> str:
    """The names of clients, each with its id."""
    return say(language, "list").join(add_note(one.name, one.client, language) for one in touched)


def find_profiles(
    difference: Difference, profiles: pd.DataFrame, touched: Iterable[ClientImpact]
) -> dict[str, Profile]:
    """What each of the clients touched has told."""
    chosen = profiles[profiles["client"].isin({one.client for one in touched})]
    fields, as_of = difference.new.catalogue.fields, difference.new.as_of
    return {
        str(row["client"]): read_profile({str(name): value for name, value in row.items()}, fields, as_of)
        for row in chosen.to_dict("records")
    }


def say_move(moved: float | None, unit: str, language: str) -> str:
    """By how much something moves, with its sign; that it cannot be told is said."""
    if moved is None:
        return say(language, "changes.cannot_tell")
    number = f"+{say_number(moved)}" if moved > 0 else say_number(moved)
    return "–" if moved == 0 else say(language, f"changes.{unit}", count=number, amount=number)


def tell(difference: Difference, one: ClientImpact, profile: Profile) -> list[str]:
    """The sentences for one client, what matters most first."""
    language, fields = difference.new.language, difference.new.catalogue.fields
    own, name = partial(say, language), partial(name_licence, difference)

    def dated(code: str, sentence: str) -> str:
        day = one.find_day(code)
        return own("changes.one.from_stage", day=day, sentence=sentence) if day else sentence

    said = []
    for code in one.forbidden:
        entry = difference.new.entries[code]
        reasons = join_claims(entry.applies.explain(one.find_profile(code, profile)), fields, language)
        basis = str(entry.row[f"legal_basis_{language}"])
        said.append(dated(code, own("changes.one.forbidden", names=name(code), reasons=reasons, basis=basis)))
    for code in one.duties:
        entry = difference.new.entries[code]
        reasons = join_claims(entry.applies.explain(one.find_profile(code, profile)), fields, language)
        key = "new_duty" if reasons else "new_duty_always"
        said.append(dated(code, own(f"changes.one.{key}", names=name(code), reasons=reasons)))
    for code in one.blocked:
        blockers = list_blockers(difference.new.entries[code], one.find_profile(code, profile), language)
        joined = own("retrospect.between").join(blockers)
        said.append(dated(code, own("changes.one.blocked", names=name(code), blockers=joined)))
    said += [dated(code, text) for code, text in _tell_verdicts(difference, one, profile)]
    for code, verdict in one.rewritten:
        fields_text = _list_fields(difference, code)
        text = own(
            "changes.one.rewritten", names=name(code), verdict=own(f"verdict.{verdict}"), fields=fields_text
        )
        said.append(dated(code, text))
    said += [
        f"{name(change.code)}: {say_local_change(difference, change)}"
        for change in one.local
        if not is_unit(change.field)
    ]
    said += [own("changes.one.obtainable", names=name(code)) for code in one.obtainable]
    for code, _ in one.rechecked:
        said.append(own("changes.one.rechecked", names=name(code)))
    for code in one.announced:
        said += _tell_ahead(difference, code, one.find_profile(code, profile))
    moved = partial(say_for, is_operating(profile), language)
    return said + [moved(f"changes.one.{key}", **values) for key, values in _list_moves(one, language)]


def say_local_change(difference: Difference, change: LocalChange) -> str:
    """What a province's rule says now of a licence, or that it says it no longer."""
    language = difference.new.language
    province = difference.new.catalogue.fields[PROVINCE].values[change.province][language]
    key = "local_ended" if change.new is None else "local_remark" if change.field == REMARK else "local_cell"
    label = "" if change.field == REMARK else name_stem(change.field, language)
    what = change.new if change.new is not None else change.old
    return say(language, f"changes.one.{key}", province=province, label=label, what=what)


def _tell_verdicts(difference: Difference, one: ClientImpact, profile: Profile) -> Iterator[tuple[str, str]]:
    """By code what is no longer in force, what is to be asked, what is otherwise, and what is no longer needed."""
    language, fields = difference.new.language, difference.new.catalogue.fields
    own, name = partial(say, language), partial(name_licence, difference)
    lost = []
    for code, was, verdict in one.moved:
        if code in one.forbidden:
            continue
        if code not in difference.new.entries:
            instead = say_instead(difference.old.entries[code], difference.new)
            yield code, own("changes.one.ended", names=name(code), instead=instead)
        elif verdict == "undetermined":
            missing = difference.new.entries[code].applies.find_missing(one.find_profile(code, profile))
            labels = own("list").join(fields[field].label[language] for field in missing)
            key = "ask" if missing else "outside"
            yield code, own(f"changes.one.{key}", names=name(code), labels=labels)
        elif (was, verdict) == ("forbidden", "not_needed"):
            yield code, own("changes.one.allowed", names=name(code))
        elif code in one.lost and verdict == "not_needed":
            lost.append(name(code))
        elif code not in (*one.duties, *one.lost):
            key = "settled" if verdict == "not_needed" else "now_held" if code in one.held else "now_advised"
            yield code, own(f"changes.one.{key}", names=name(code), verdict=own(f"verdict.{verdict}"))
    if lost:
        yield "", own("changes.one.lost", names=own("list").join(lost))


def _tell_ahead(difference: Difference, code: str, profile: Profile) -> list[str]:
    """Each change of a licence that is still ahead, or that none is any more."""
    own, names = partial(say, difference.new.language), name_licence(difference, code)
    ahead = [change for change in difference.new.coming if change.entry.code == code]
    if not ahead:
        key = "came" if _has_come(difference, code) else "gone"
        return [own(f"changes.one.announced_{key}", names=names)]
    return [
        own("changes.one.announced", day=one.day, names=names, what=say_coming(one, difference.new, profile))
        for one in ahead
    ]


def _has_come(difference: Difference, code: str) -> bool:
    """Whether what was announced of a code is in force already by the new law."""
    was, now = difference.find_entries(code)
    return now is not None and (was is None or was.row["in_force_from"] != now.row["in_force_from"])


def _list_fields(difference: Difference, code: str) -> str:
    """What has changed in a row."""
    was, now = difference.old.entries[code], difference.new.entries[code]
    return say_changes_between(was, now, difference.fields[code], difference.new.language)


def _list_moves(one: ClientImpact, language: str) -> list[tuple[str, dict[str, str]]]:
    moves: list[tuple[str, dict[str, str]]] = []
    if one.launch_moved_days is None:
        moves.append(("launch_unknown", {}))
    elif one.launch_moved_days:
        key = "launch_later" if one.launch_moved_days > 0 else "launch_earlier"
        moves.append((key, {"count": say_number(abs(one.launch_moved_days))}))
    if one.fees_moved_cny is None:
        moves.append(("fees_unknown", {}))
    elif one.fees_moved_cny:
        key = "fees_more" if one.fees_moved_cny > 0 else "fees_less"
        moves.append((key, {"amount": say_amount(abs(one.fees_moved_cny), language)}))
    return moves
