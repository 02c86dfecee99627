"""Sheet of what is to do: each licence to obtain and each deadline, who moves next, by when, and what it waits for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from licences.assessment.holdings import DONE
from licences.law.working_days import read_calendar
from licences.planning.moves import Move, find_moves
from licences.render.excel.cells import Cell, Table, Toned
from licences.render.excel.entered import TODO, Entry
from licences.render.excel.papers import ListedPaper
from licences.render.excel.parts import Author, Part, join_lines, list_waits, mark_late, part
from licences.words.plans import StepView

SUBMITTED, FINISHED = 2, 3  # places in the list of states
MOVERS = ("client", "third_party", "us")  # who brings what is lacking; of several the first is asked first
LATER = "later"  # nobody moves before others have
DUTIES = {"duty": "duty", "report": "report"}  # kinds of the catalogue that nobody obtains


@dataclass(frozen=True)
class Task:
    """One thing to do. key: by which its row is known again. who: moves next. waits: for what, a text a line.

    tone: of its name, empty for none.
    """

    key: str
    name: str
    who: str
    by: date | None
    waits: tuple[str | None, ...]
    tone: str = ""
    is_provisional: bool = False


def make_todo(author: Author, papers: Sequence[ListedPaper]) -> Table:
    """All that is to do; what is forbidden first, then by the day."""
    own, as_of = author.own, author.case.as_of
    rows = [(task, author.kept.take(TODO, task.key, task.name)) for task in list_tasks(author, papers)]

    def name(one: tuple[Task, Entry]) -> Cell:
        task = one[0]
        return Toned(task.name, task.tone) if task.tone else task.name

    parts: list[Part] = [
        part(own("task"), 27, name),
        part(own("who"), 10, lambda one: own(f"who_of.{_find_mover(*one)}")),
        part(
            own("by_when"), 12, lambda one: mark_late(one[0].by, as_of, is_provisional=one[0].is_provisional)
        ),
        part(own("waits_for"), 28, lambda one: join_lines(one[0].waits)),
        author.make_state(TODO, 11, lambda one: one[1]),
        author.make_entry("submitted_on", 12, lambda one: one[1], "submitted_on"),
        author.make_entry("done_on", 12, lambda one: one[1], "done_on"),
        author.make_entry("valid_until", 12, lambda one: one[1], "valid_until"),
        author.make_entry("remarks", 16, lambda one: one[1], "remarks"),
        author.make_code(lambda one: one[0].key),
    ]
    return author.make_table("todo", parts, rows, own("todo_none"))


def _find_mover(task: Task, entry: Entry) -> str:
    """Who moves next, by what the reader has entered of how far it is."""
    if entry.state == FINISHED or entry.done_on is not None:
        return "nobody"
    if entry.state == SUBMITTED or entry.submitted_on is not None:
        return "authority"
    return task.who


def list_tasks(author: Author, papers: Sequence[ListedPaper]) -> list[Task]:
    """What is forbidden and what is overdue, then what is to be asked; then the rest by its day, what has none last."""
    dated = [*_list_deadlines(author), *_list_obtained(author, papers)]
    dated.sort(key=lambda task: task.by or date.max)
    late = [task for task in dated if task.by and task.by < author.case.as_of]
    asked = [*_list_asked(author), *_list_untold(author)]
    return [*_list_forbidden(author), *late, *asked, *dated[len(late) :]]


def _list_forbidden(author: Author) -> Iterator[Task]:
    for one in author.view["forbidden"]:
        waits = (author.own("waits.at_once"), one["advice"])
        yield Task(
            f"{one['code']}/stop", _name(author, "stop", one["short"]), "client", None, waits, "forbidden"
        )


def _list_asked(author: Author) -> Iterator[Task]:
    own, view = author.own, author.view
    for one in view["outside"]:
        waits = (author.say("page.outside_note"),)
        yield Task(f"{one['code']}/outside", _name(author, "outside", one["short"]), "us", None, waits)
    if view["questions"]:
        count, sheet = len(view["questions"]), own("sheets.questions")
        yield Task("questions", own("task_of.questions", count=count, sheet=sheet), "client", None, ())


def _name(author: Author, kind: str, name: str) -> str:
    return author.own(f"task_of.{kind}", name=name)


def _list_deadlines(author: Author) -> Iterator[Task]:
    """What is held and runs out or has a duty near. Its key has its day: what was entered is not of the next time."""
    for one in author.view["deadlines"]:
        kind = "renewal" if one["deadline"].kind == "renewal" else "recurring"
        left, event = one["deadline"].days_left, one["deadline"].event
        waits = (
            author.own("waits.overdue", count=-left) if left < 0 else one["left"],
            one["expiry"],
            author.own("waits.window", day=event.renew_from)
            if event.renew_from and event.renew_from > author.case.as_of
            else None,
            one["remark"],
        )
        yield Task(
            key=f"{one['code']}/{kind}/{one['expires_on'] or one['last_day']}",
            name=_name(author, kind, one["short"]),
            who="client",
            by=one["last_day"],
            waits=waits,
            tone="overdue" if one["is_overdue"] else "",
            is_provisional=one["is_provisional"],
        )


def _list_untold(author: Author) -> Iterator[Task]:
    for code in author.case.forecast.untold_expiries:
        yield Task(f"{code}/expiry", _name(author, "expiry", author.case.short(code)), "client", None, ())


def _list_obtained(author: Author, papers: Sequence[ListedPaper]) -> Iterator[Task]:
    """What is to be obtained, in the plan or without a step of it."""
    steps = {step["code"]: step for step in author.view["steps"]}
    lacking = _find_lacking(papers)
    moves = find_moves(author.case.plan, lacking)
    known = [one["code"] for one in author.view["to_obtain"] if one["status"] not in DONE]
    for code in dict.fromkeys([*known, *steps]):
        kind = DUTIES.get(str(author.entries[code].row["kind"]), "obtain")
        step, lacks = steps.get(code), lacking.get(code, {})
        day = step["submit_on"] if step else None
        yield Task(
            key=code,
            name=_name(author, kind, author.case.short(code)),
            who=_find_first_mover(moves.get(code), lacks),
            by=day,
            waits=(*_list_waits(author, step), _say_lacking(author, lacks)),
            is_provisional=day is not None and day > read_calendar().announced_until,
        )


def _find_first_mover(move: Move | None, lacks: Mapping[str, int]) -> str:
    """Who moves next by the plan; without a step of it, who brings what is lacking, or who submits it."""
    if move is None:
        return next((who for who in MOVERS if lacks.get(who)), "us")
    return move.who or LATER


def _list_waits(author: Author, step: StepView | None) -> Iterator[str | None]:
    if step is None:
        return
    if step["begins_on"]:
        yield author.own("waits.from", begins=step["needed_from"])
    yield from list_waits(author, step)
    yield step["advice"]


def _find_lacking(papers: Sequence[ListedPaper]) -> dict[str, dict[str, int]]:
    """By licence how many papers each has still to bring; what is only to be asked for counts as ours."""
    lacking: dict[str, dict[str, int]] = {}
    for one in papers:
        is_known = bool(one.paper["kind"] or one.paper["id"] or one.paper["official_name"])
        for code in () if one.is_there or not is_known else one.paper["codes"]:
            counts = lacking.setdefault(code, dict.fromkeys(MOVERS, 0))
            counts[one.paper["who"]] += 1
    return lacking


def _say_lacking(author: Author, lacks: dict[str, int]) -> str | None:
    told = [
        author.own("waits.papers_of", who=author.own(f"who_of.{who}"), count=count)
        for who, count in lacks.items()
        if count
    ]
    return author.own("waits.papers", told=author.join(told)) if told else None
