"""Sheets of the days of a workbook: the plan's steps, and the deadlines of what is held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from licences.planning.deadlines import DOUBTFUL
from licences.planning.renewals import Renewal
from licences.planning.simulation import SHARES
from licences.render.excel.cells import Cell, Day, Table, Toned
from licences.render.excel.cover import star_day
from licences.render.excel.parts import Author, Part, join_lines, list_waits, mark_late, part
from licences.words.deadlines import say_duty
from licences.words.plans import StepView, say_ground
from licences.words.texts import say_share


def make_plan(author: Author) -> Table:
    """The steps in the plan's order; how sure the days are only where they can be promised."""
    own = author.own

    def chance(at: int) -> Part:
        def read(one: Mapping[str, Any]) -> Cell:
            return star_day(one["percentiles"][at][1] if one["percentiles"] else None)

        return part(own("chance", share=say_share(SHARES[at])), 12, read)

    chances = [chance(at) for at in range(len(SHARES))] if author.view["launch"] else []
    needed = []
    if author.case.plan.is_staged:
        needed = [part(author.say("stages.from"), 13, lambda one: one["begins_on"] or one["needed_from"])]
    used = 28 + 3 * 12 + 10 + sum(column.width for column, _ in (*chances, *needed))
    parts: list[Part] = [
        part(own("step"), 28, lambda one: one["short"]),
        *needed,
        part(own("begin"), 12, lambda one: star_day(one["start"])),
        part(own("submit_on"), 12, lambda one: star_day(one["submit_on"])),
        part(own("finish"), 12, lambda one: star_day(one["finish"])),
        part(own("slack"), 10, lambda one: one["step"].slack_days, is_centred=True),
        *chances,
        part(own("plan_notes"), min(140 - used, 66), lambda one: join_lines(_list_notes(author, one))),
        author.make_code(lambda one: one["code"]),
    ]
    return author.make_table("plan", parts, author.view["steps"], own("plan_none"))


def _list_notes(author: Author, step: StepView) -> Iterator[str | None]:
    own = author.own
    if step["on_path"]:
        yield own("on_path")
    yield from list_waits(author, step)
    yield from step["notes"]
    yield step["advice"]
    if step["step"].duration:
        yield own("time_ground", basis=step["basis"])


def make_deadlines(author: Author) -> Table:
    """What falls due, overdue first, by its last day; then what cannot be dated because its expiry is not told."""
    case, own = author.case, author.own
    told: dict[str, str] = {}
    rows = [(event, _say_what(author, event, told)) for event in case.forecast.due]
    untold: list[tuple[Renewal | str, str]] = [
        (code, own("due_untold")) for code in case.forecast.untold_expiries
    ]

    def dated(label: str, width: int, read: Any, **look: Any) -> Part:
        return part(label, width, lambda one: None if isinstance(one[0], str) else read(one[0]), **look)

    def read_name(one: tuple[Renewal | str, str]) -> Cell:
        event = one[0]
        if isinstance(event, str):
            return case.short(event)
        name = case.short(event.code)
        return Toned(name, "overdue") if event.renew_by < case.as_of else name

    def star(event: Renewal, *, is_ours: bool, name: str) -> Cell:
        day = getattr(event, name)
        return None if day is None else Day(day, is_ours and event.provisional)

    states = {own("due_states.overdue"): "overdue", own("due_states.planned"): "done"}
    parts: list[Part] = [
        part(own("licence"), 24, read_name),
        part(own("due"), 34, lambda one: one[1], {own("due_untold"): "undetermined"}),
        dated(own("renew_from"), 12, lambda event: star(event, is_ours=True, name="renew_from")),
        dated(
            author.say("deadlines.column_day"),
            14,
            lambda event: mark_late(event.renew_by, case.as_of, is_provisional=event.provisional),
        ),
        dated(
            author.say("deadlines.column_left"),
            10,
            lambda event: float((event.renew_by - case.as_of).days),
            is_centred=True,
        ),
        dated(own("expires"), 12, lambda event: star(event, is_ours=event.is_planned, name="expires_on")),
        dated(own("status"), 14, lambda event: own(f"due_states.{_find_state(event, author)}"), marks=states),
        dated(own("due_remark"), 20, lambda event: _say_remark(author, event)),
        author.make_code(lambda one: one[0] if isinstance(one[0], str) else one[0].code),
    ]
    return author.make_table("deadlines", parts, [*rows, *untold], author.say("page.renewals_none"))


def _find_state(event: Renewal, author: Author) -> str:
    if event.renew_by < author.case.as_of:
        return "overdue"
    return "planned" if event.is_planned else "open"


def _say_what(author: Author, event: Renewal, told: dict[str, str]) -> str:
    """A renewal, or what the duty is; the first time in full. told: by duty the licence of which it is said; added to."""
    duty = say_duty(event, author.case.language)
    if duty is None:
        return author.own("due_renewal")
    key = event.duty or event.code
    if key not in told:
        told[key] = event.code
        return duty
    if told[key] == event.code:
        return author.own("due_again")
    return author.own("due_as", name=author.case.short(told[key]))


def _say_remark(author: Author, event: Renewal) -> str:
    verdict = "" if event.is_planned else author.case.findings[event.code].verdict
    doubt = author.say(f"deadlines.doubt.{verdict}") if verdict in DOUBTFUL else None
    return join_lines((doubt, author.own("due_ground", basis=say_ground(event, author.case.language))))
