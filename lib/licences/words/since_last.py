"""Messages about what has changed since a client's last report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from licences.analysis.compare import LaunchMove, find_fees_move, find_launch_move
from licences.analysis.record import (
    REST,
    SOURCES,
    Record,
    choose_since,
    find_earlier,
    find_recorded_fees,
    find_recorded_launch,
    is_packed,
    make_record,
)
from licences.assessment.verdicts import BY_WEIGHT, NEEDED
from licences.law.diff import OF_APPLYING, OF_NEEDED, is_of_sources
from licences.planning.simulation import SHARES
from licences.words.changes import Side, say_changes
from licences.words.findings import list_blockers
from licences.words.labels import join_some
from licences.words.operating import say_for
from licences.words.phrases import say_value
from licences.words.texts import join_names, join_sentences, mark_day, say, say_amount, say_share
from licences.words.upcoming import say_coming

if TYPE_CHECKING:
    from licences.analysis.case import Case

_LAUNCH_KEYS = {
    "gone": "retrospect.launch_gone",
    "done": "page.launch_done",
    "new": "retrospect.launch_new",
    "again": "retrospect.launch_again",
    "opened": "retrospect.launch_opened",
}


def tell_since_last(case: Case) -> dict[str, Any] | None:
    """What has changed since the client's last report, in the reader's language.

    title, intro: texts; parts: titles, each with its list of sentences, at least one. None where there is
    no earlier report that said something else.
    """
    record = make_record(case)
    return tell_changes(case, choose_since(record, find_earlier(case.client)), record)


def tell_changes(case: Case, old: Record | None, new: Record) -> dict[str, Any] | None:
    """What a report on a case, of which ``new`` is the record, says of an earlier one; as ``tell_since_last``."""
    if old is None:
        return None
    own = partial(say, case.language)
    lists = {
        "verdicts": list(_say_verdicts(case, old, new)),
        "conditions": list(_say_conditions(case, old, new)),
        "rows": list(_say_rows(case, old, new)),
        "sources": list(_say_sources(case, old, new)),
        "coming": list(_say_coming(case, old, new)),
        "facts": list(_say_facts(case, old, new)),
        "held": list(_say_held(case, old, new)),
        "dates": [*_say_launch(case, old, new), *_say_fees(case, old, new)],
    }
    title = partial(say_for, case.is_operating, case.language)
    parts = [(title(f"retrospect.{name}"), sentences) for name, sentences in lists.items() if sentences]
    is_readable = old["language"] == new["language"]
    if not parts and not is_readable:
        return None
    issued = old.get("issued", {})
    key = "intro" if old["as_of"] <= new["as_of"] else "intro_earlier"
    intro = own(f"retrospect.{'issued_' * bool(issued)}{key}", as_of=old["as_of"], **issued)
    return {
        "title": own("retrospect.title"),
        "intro": intro
        if is_readable
        else join_sentences((intro, own("retrospect.other_language")), case.language),
        "parts": parts or [(own("retrospect.rows"), [own("retrospect.small")])],
    }


def _name(case: Case, code: str, *records: Record) -> str:
    for record in records:
        if code in record["names"] and record["language"] == case.language:
            return join_names(*record["names"][code])
    rows = case.catalogue.rows[case.catalogue.rows["code"] == code]
    if len(rows):
        return join_names(str(rows[f"name_{case.language}"].iloc[-1]), str(rows["name_zh"].iloc[-1]))
    return next((join_names(*record["names"][code]) for record in records if code in record["names"]), code)


def _say_verdicts(case: Case, old: Record, new: Record) -> Iterator[str]:
    own = partial(say, case.language)
    moved = []
    for code in {**new["verdicts"], **old["verdicts"]}:
        was, now = (record["verdicts"].get(code, "not_needed") for record in (old, new))
        if was != now:
            moved.append((code, was, now))
    for code, was, now in sorted(moved, key=lambda move: BY_WEIGHT.index(move[2])):
        key = (
            "forbidden" if now == "forbidden"
            else "allowed" if (was, now) == ("forbidden", "not_needed")
            else "gained" if now in NEEDED and was not in NEEDED
            else "lost" if now == "not_needed"
            else "moved"
        )  # fmt: skip
        yield own(f"retrospect.verdict_{key}", name=_name(case, code, new, old),
                  old=own(f"verdict.{was}"), new=own(f"verdict.{now}"))  # fmt: skip


def _say_conditions(case: Case, old: Record, new: Record) -> Iterator[str]:
    """What can no longer be obtained as things are, and what now can."""
    own = partial(say, case.language)
    for code in new["blocked"]:
        if code not in old["blocked"]:
            blockers = own("retrospect.between").join(
                list_blockers(case.findings[code].licence, case.findings[code].profile, case.language)
            )
            yield own("changes.one.blocked", names=_name(case, code, new), blockers=blockers)
    for code in old["blocked"]:
        is_open = new["verdicts"].get(code) in NEEDED and code not in {**new["held"], **new["implied"]}
        if code not in new["blocked"] and is_open:
            yield own("changes.one.obtainable", names=_name(case, code, new))


def _say_rows(case: Case, old: Record, new: Record) -> Iterator[str]:
    own = partial(say, case.language)
    for code in new["rows"]:
        fields = [name for name in _list_changed(code, old, new) if not _is_of_sources(name)]
        if fields:
            said = say_changes(
                fields, partial(_find_sides, old["rows"][code], new["rows"][code]), case.language
            )
            told = said or own("changes.of_details")
            yield own("retrospect.row", name=_name(case, code, new), fields=told)


def _list_changed(code: str, old: Record, new: Record) -> list[str]:
    """The cells of a row that differ and of which both reports speak."""
    before, after = old["rows"].get(code), new["rows"][code]
    if before is None or (before.keys() == {REST}) is not (after.keys() == {REST}):
        return []  # the verdict has changed, and that is said
    fields = [name for name in {**after, **before} if before.get(name) != after.get(name)]
    unsaid = OF_APPLYING | OF_NEEDED
    fields = [name for name in fields if name not in unsaid or (name in before and name in after)]
    if old["language"] != new["language"]:
        fields = [
            name for name in fields if name not in {REST, SOURCES} and not name.endswith(("_zh", "_en"))
        ]
    return fields


def _is_of_sources(name: str) -> bool:
    return name == SOURCES or is_of_sources(name)


def _say_sources(case: Case, old: Record, new: Record) -> Iterator[str]:
    """The licences of which only what is behind them has changed, in one sentence."""
    codes = [
        code
        for code in new["rows"]
        if (fields := _list_changed(code, old, new)) and all(map(_is_of_sources, fields))
    ]
    if codes:
        yield say(case.language, "list").join(_name(case, code, new) for code in codes)


def _find_sides(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> tuple[Side, Side] | None:
    """A cell in the two reports; None where one of them kept its hash alone."""
    old, new = before.get(name), after.get(name)
    return None if name == REST or is_packed(old) or is_packed(new) else ((old, before), (new, after))


def _say_coming(case: Case, old: Record, new: Record) -> Iterator[str]:
    known = 3 if old["language"] == new["language"] else 2  # the hash is of what a row says in the language
    before = [item[:known] for item in old["coming"]]
    for change, item in zip(case.coming, new["coming"], strict=True):
        if item[:known] not in before:
            name = join_names(change.entry.name, change.entry.row["name_zh"])
            what = say_coming(change, case.law, case.profile, case.plan.kept)
            yield say(case.language, "changes.one.announced", day=change.day, names=name, what=what)
    for code, day, _ in old["coming"]:
        starts = [record["rows"].get(code, {}).get("in_force_from") for record in (old, new)]
        is_ahead = code in [one for one, *_ in new["coming"]] or day <= case.as_of.isoformat()
        if not is_ahead and starts[0] == starts[1]:
            yield say(case.language, "retrospect.coming_gone", name=_name(case, code, old), day=day)


def _say_facts(case: Case, old: Record, new: Record) -> Iterator[str]:
    for field in case.catalogue.fields.every:
        was, now = old["facts"].get(field.name), new["facts"].get(field.name)
        if was != now:
            yield say(case.language, "retrospect.fact", label=field.label[case.language],
                      old=say_value(field, was, case.language), new=say_value(field, now, case.language))  # fmt: skip


def _say_held(case: Case, old: Record, new: Record) -> Iterator[str]:
    own = partial(say, case.language)
    for code in {**new["held"], **old["held"]}:
        name = _name(case, code, new, old)
        if code not in old["held"]:
            yield own("retrospect.held_new", name=name)
        elif code not in new["held"]:
            yield own("retrospect.held_gone", name=name)
        elif old["held"][code] != new["held"][code]:
            day = new["held"][code] or own("not_told")
            yield own("retrospect.held_until", name=name, old=old["held"][code] or own("not_told"), new=day)
        if code in new["expired"] and code not in old["expired"]:
            yield own("retrospect.expired", name=name, day=new["held"][code])
    for code, by in new["implied"].items():
        if code not in old.get("implied", {}) and code not in old["held"]:
            names = own("list").join(_name(case, one, new, old) for one in by)
            yield own("retrospect.implied", name=_name(case, code, new, old), names=names)


def _say_launch(case: Case, old: Record, new: Record) -> Iterator[str]:
    own = partial(say_for, case.is_operating, case.language)
    launches = find_recorded_launch(old), find_recorded_launch(new)
    move = find_launch_move(*launches)
    if move.kind in _LAUNCH_KEYS:
        yield own(_LAUNCH_KEYS[move.kind])
    elif move.kind == "of_others":
        yield from list_left_out(
            move, case.is_operating, case.language, lambda code: _name(case, code, new, old)
        )
        days = [
            own("retrospect.sure", share=own("page.chance", share=say_share(share)), day=mark_day(day))
            for share, day in zip(SHARES, launches[1].days or (), strict=False)
        ] or [own("retrospect.not_before_now", day=mark_day(launches[1].likely))]
        yield own("retrospect.not_compared", days=own("list").join(days))
    elif any(move.days):
        before, after = (launch.days or (launch.likely,) for launch in launches)
        for share, was, now, moved in zip(SHARES, before, after, move.days, strict=False):
            if moved:
                key = "later" if moved > 0 else "earlier"
                side = {"old": mark_day(was), "new": mark_day(now), "count": abs(moved)}
                if launches[1].days:
                    yield own(f"retrospect.launch_{key}", share=say_share(share), **side)
                else:
                    yield own(f"retrospect.not_before_{key}", **side)
        if old["start"] != new["start"]:
            yield own("retrospect.start", old=old["start"], new=new["start"])
    for day, now in new.get("stages", {}).items():
        was = old.get("stages", {}).get(day)
        if was and was != now:
            yield own("retrospect.stage_moved", day=day, old=was, new=now)


def list_left_out(
    move: LaunchMove, is_operating: bool | None, language: str, name_code: Callable[[str], str]
) -> Iterator[str]:
    """Why two opening dates are not of the same licences, a sentence a reason."""
    own = partial(say_for, is_operating, language)
    for key in ("leaves_out", "takes_in", "leaves_open"):
        if names := [name_code(code) for code in getattr(move, key)]:
            yield own(f"retrospect.{key}", names=own("list").join(names))


def _say_fees(case: Case, old: Record, new: Record) -> Iterator[str]:
    own, move = partial(say, case.language), find_fees_move(*find_recorded_fees(old, new))
    if move.unknown:
        names = join_some([_name(case, code, new, old) for code in move.unknown], case.language)
        yield own("retrospect.fees_not_compared", names=names, new=say_amount(new["fees_cny"], case.language))
    elif move.moved_cny:
        yield own(
            "retrospect.fees",
            old=say_amount(old["fees_cny"], case.language),
            new=say_amount(new["fees_cny"], case.language),
        )
