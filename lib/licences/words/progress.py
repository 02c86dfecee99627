"""Progress of a case in a reader's language: what is done, with whom the rest lies, and what is late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypedDict

from licences.analysis.progress import Pending, Progress, find_progress
from licences.planning.moves import MONTH_DAYS, Move, find_moves
from licences.words.applications import say_reason_of
from licences.words.deadlines import say_duty
from licences.words.operating import say_for
from licences.words.papers import PaperView, count_by_code, view_papers
from licences.words.texts import join_sentences, mark_day, say, say_day

if TYPE_CHECKING:
    from licences.analysis.case import Case
    from licences.book.events import Event
    from licences.planning.deadlines import Deadline


class DoneView(TypedDict):
    """Something that was decided: ``what`` says it with its number and its expiry."""

    code: str
    short: str
    event: str
    on: date
    number: str
    until: date | None
    what: str


class PendingView(TypedDict):
    """An application with the authority; ``until`` says until when at the latest, or what to do."""

    code: str
    short: str
    since: date
    limit_on: date | None
    expected_on: date | None
    is_overdue: bool
    authority: str
    until: str


class AwaitedView(TypedDict):
    """What the client has to do; papers: by name. since: None where nothing tells it."""

    code: str
    short: str
    kind: str
    what: str
    since: date | None
    by: date | None
    papers: list[str]


class LateView(TypedDict):
    """What should have been begun."""

    code: str
    short: str
    days: int
    what: str


class DeadlineView(TypedDict):
    """A last day ahead, or one that has gone by."""

    code: str
    short: str
    day: date
    days_left: int
    is_overdue: bool
    what: str


class RowOfProgress(TypedDict):
    """A licence, a day or a number, and what is to be said; is_late where it is overdue."""

    name: str
    when: str
    what: str
    is_late: bool


class TableOfProgress(TypedDict):
    """One question about a case: with a title, the headings of its three columns, and its rows."""

    title: str
    columns: tuple[str, str, str]
    rows: list[RowOfProgress]


class ProgressView(TypedDict):
    """How a case has come on.

    launch: in a sentence what became of the day that was planned, empty where nothing can be said. begun: when the case
    began, empty where that is not told. tables: what there is to say, as every format shows it.
    """

    since: date
    engaged_on: date | None
    done: list[DoneView]
    pending: list[PendingView]
    awaited: list[AwaitedView]
    late: list[LateView]
    deadlines: list[DeadlineView]
    planned: date | None
    now: date | None
    moved_days: int | None
    launch: str
    begun: str
    tables: list[TableOfProgress]


def view_progress(case: Case, since: date | None = None) -> ProgressView:
    """How a case has come on since a day, by default within a month."""
    progress = find_progress(case, since)
    engaged_on, own = case.plan.engaged_on, partial(say, case.language)
    baseline = case.forecast.baseline
    planned = {step.code: step.start for step in baseline.steps} if baseline else {}
    view: ProgressView = {
        "since": progress.since,
        "engaged_on": engaged_on,
        "done": [_view_done(case, event) for event in progress.done],
        "pending": [_view_pending(case, one) for one in progress.pending],
        "awaited": list(_list_awaited(case)),
        "late": [
            {
                "code": step.code,
                "short": case.short(step.code),
                "days": days,
                "what": own("progress.planned_from", day=say_day(planned.get(step.code))),
            }
            for step, days in progress.late
        ],
        "deadlines": [_view_deadline(case, one) for one in progress.deadlines],
        "planned": progress.launch.planned if progress.launch else None,
        "now": progress.launch.now if progress.launch else case.plan.launch,
        "moved_days": progress.launch.moved_days if progress.launch else None,
        "launch": _say_launch(case, progress),
        "begun": say(case.language, "progress.engaged", day=engaged_on) if engaged_on else "",
        "tables": [],
    }
    view["tables"] += _list_tables(view, case.language)
    return view


def _list_tables(view: ProgressView, language: str) -> Iterator[TableOfProgress]:
    """The questions about a case of which there is something to say."""
    own = partial(say, language)

    def make(key: str, when: str, rows: list[RowOfProgress], **gaps: date) -> Iterator[TableOfProgress]:
        columns = (own("plan.step"), own(f"progress.column_{when}"), own("progress.column_what"))
        if rows:
            yield {"title": own(f"progress.{key}", **gaps), "columns": columns, "rows": rows}

    def row(name: str, when: str, what: str, *, is_late: bool = False) -> RowOfProgress:
        return {"name": name, "when": when, "what": what, "is_late": is_late}

    late = [row(one["short"], str(one["days"]), one["what"], is_late=True) for one in view["late"]]
    pending = [
        row(
            one["short"],
            say_day(one["since"]),
            join_sentences(
                (
                    own("progress.expected", day=mark_day(one["expected_on"]))
                    if one["expected_on"]
                    else None,
                    one["until"],
                ),
                language,
            ),
            is_late=one["is_overdue"],
        )
        for one in view["pending"]
    ]
    awaited = [row(one["short"], mark_day(one["by"]), one["what"]) for one in view["awaited"]]
    done = [row(one["short"], say_day(one["on"]), one["what"]) for one in view["done"]]
    deadlines = [
        row(one["short"], say_day(one["day"]), one["what"], is_late=one["is_overdue"])
        for one in view["deadlines"]
    ]
    yield from make("late", "late", late)
    yield from make("awaited_title", "by", awaited)
    yield from make("pending", "since", pending)
    yield from make("done", "day", done, day=view["since"])
    yield from make("deadlines", "day", deadlines)


def _view_done(case: Case, event: Event) -> DoneView:
    own = partial(say, case.language)
    said = own(f"progress.event.{event.kind}")
    if event.kind == "refused" and (reason := say_reason_of(event)):
        said = own("progress.because", what=said, reason=reason)
    parts = [
        said,
        own("progress.number", number=event.number) if event.number else "",
        own("progress.until", day=say_day(event.until)) if event.until else "",
    ]
    return {
        "code": event.code,
        "short": case.short(event.code),
        "event": event.kind,
        "on": event.happened_on or case.as_of,
        "number": event.number,
        "until": event.until,
        "what": own("list").join(filter(None, parts)),
    }


def _view_pending(case: Case, one: Pending) -> PendingView:
    own = partial(say, case.language)
    authority = str(case.law.entries[one.code].row[f"authority_{case.language}"])
    if one.is_overdue:
        until = own("progress.ask", authority=authority.rstrip(".。"))
        if one.limit_on and one.limit_on < case.as_of:
            until = own("progress.limit_over", day=say_day(one.limit_on), ask=until)
    elif one.limit_on:
        until = own("progress.limit", day=mark_day(one.limit_on))
    else:
        until = own("progress.no_limit")
    return {
        "code": one.code,
        "short": case.short(one.code),
        "since": one.since,
        "limit_on": one.limit_on,
        "expected_on": one.expected_on,
        "is_overdue": one.is_overdue,
        "authority": authority,
        "until": until,
    }


def _list_awaited(case: Case) -> Iterator[AwaitedView]:
    """What the client has to do within the first month, what came back first."""
    papers = view_papers(case.plan)
    soon = case.start + timedelta(days=MONTH_DAYS)
    moves = [move for move in find_moves(case.plan, count_by_code(papers)).values() if move.who == "client"]
    asked = [move for move in moves if move.kind != "papers" or (move.by is not None and move.by <= soon)]
    for move in sorted(asked, key=lambda one: (_RANK.index(one.kind), one.by or date.max)):
        yield _view_awaited(case, move, papers)


_RANK = ("correct", "refused", "condition", "answer", "papers")


def _view_awaited(case: Case, move: Move, papers: list[PaperView]) -> AwaitedView:
    own, course = partial(say, case.language), case.plan.courses.get(move.code)
    names = [one["name"] for one in papers if one["who"] == "client" and move.code in one["codes"]]
    reason = say_reason_of(course) if course and move.kind in {"correct", "refused"} else ""
    what = own(f"progress.awaited.{move.kind}", names=own("list").join(names), count=len(names))
    return {
        "code": move.code,
        "short": case.short(move.code),
        "kind": move.kind,
        "what": own("progress.because", what=what, reason=reason) if reason else what,
        "since": course.last_on if course and move.kind in {"correct", "refused"} else None,
        "by": move.by,
        "papers": names if move.kind == "papers" else [],
    }


def _view_deadline(case: Case, one: Deadline) -> DeadlineView:
    key = "duty" if one.kind == "duty" else "expired" if one.is_expired else "renewal"
    told = {"day": say_day(one.expires_on)} if one.expires_on else {}
    return {
        "code": one.code,
        "short": case.short(one.code),
        "day": one.last_day,
        "days_left": one.days_left,
        "is_overdue": one.is_overdue,
        "what": say_duty(one.event, case.language) or say(case.language, f"progress.{key}", **told),
    }


def _say_launch(case: Case, progress: Progress) -> str:
    """What became of the day that was planned at the beginning, and what is late."""
    own, launch = partial(say_for, case.is_operating, case.language), progress.launch
    if launch is None or launch.planned is None:
        return ""
    planned, moved = mark_day(launch.planned), launch.moved_days
    if moved is None or launch.now is None:
        return own("progress.launch_unknown", planned=planned)
    key = "later" if moved > 0 else "earlier" if moved < 0 else "kept"
    return own(f"progress.launch_{key}", planned=planned, now=mark_day(launch.now), count=abs(moved))


class DoneJson(TypedDict):
    """Something that was decided."""

    code: str
    short: str
    event: str
    on: str
    number: str | None
    until: str | None
    text: str


class PendingJson(TypedDict):
    """An application that lies with the authority."""

    code: str
    short: str
    since: str
    limit_on: str | None
    expected_on: str | None
    is_overdue: bool
    authority: str
    text: str


class AwaitedJson(TypedDict):
    """What the client has to do."""

    code: str
    short: str
    kind: str
    since: str | None
    by: str | None
    papers: list[str]
    text: str


class LateJson(TypedDict):
    """What should have been begun and has not."""

    code: str
    short: str
    late_days: int
    text: str


class LastDayJson(TypedDict):
    """A last day ahead, or one that has gone by."""

    code: str
    short: str
    last_day: str
    days_left: int
    is_overdue: bool
    text: str


class LaunchSinceJson(TypedDict):
    """What became of the launch that was planned at the beginning."""

    planned: str | None
    now: str | None
    moved_days: int | None
    text: str


class ProgressJson(TypedDict):
    """Where a case stands."""

    client: str
    name: str
    as_of: str
    since: str
    engaged_on: str | None
    launch: LaunchSinceJson
    done: list[DoneJson]
    with_authority: list[PendingJson]
    with_client: list[AwaitedJson]
    late: list[LateJson]
    deadlines: list[LastDayJson]


def describe_progress(case: Case, view: ProgressView) -> ProgressJson:
    """Where a case stands, as ``licences progress --json`` promises it."""
    return {
        "client": case.client,
        "name": case.name,
        "as_of": case.as_of.isoformat(),
        "since": view["since"].isoformat(),
        "engaged_on": _write(view["engaged_on"]),
        "launch": {
            "planned": _write(view["planned"]),
            "now": _write(view["now"]),
            "moved_days": view["moved_days"],
            "text": view["launch"],
        },
        "done": [
            {
                "code": one["code"],
                "short": one["short"],
                "event": one["event"],
                "on": one["on"].isoformat(),
                "number": one["number"] or None,
                "until": _write(one["until"]),
                "text": one["what"],
            }
            for one in view["done"]
        ],
        "with_authority": [
            {
                "code": one["code"],
                "short": one["short"],
                "since": one["since"].isoformat(),
                "limit_on": _write(one["limit_on"]),
                "expected_on": _write(one["expected_on"]),
                "is_overdue": one["is_overdue"],
                "authority": one["authority"],
                "text": one["until"],
            }
            for one in view["pending"]
        ],
        "with_client": [
            {
                "code": one["code"],
                "short": one["short"],
                "kind": one["kind"],
                "since": _write(one["since"]),
                "by": _write(one["by"]),
                "papers": one["papers"],
                "text": one["what"],
            }
            for one in view["awaited"]
        ],
        "late": [
            {"code": one["code"], "short": one["short"], "late_days": one["days"], "text": one["what"]}
            for one in view["late"]
        ],
        "deadlines": [
            {
                "code": one["code"],
                "short": one["short"],
                "last_day": one["day"].isoformat(),
                "days_left": one["days_left"],
                "is_overdue": one["is_overdue"],
                "text": one["what"],
            }
            for one in view["deadlines"]
        ],
    }


def _write(day: date | None) -> str | None:
    return day.isoformat() if day else None
