"""Letter to a client in a reader's language: what is to be obtained by name, by when, who moves next, and what for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TypedDict

from licences.analysis.progress import has_progress
from licences.assessment.holdings import DONE
from licences.planning.moves import Move, Period, find_moves, find_periods
from licences.planning.promise import DATES
from licences.planning.simulation import PROMISED, SHARES
from licences.words.labels import join_some
from licences.words.money import say_costs_in_short
from licences.words.operating import read_texts_for
from licences.words.papers import PaperView, count_by_code
from licences.words.plans import say_obstacle
from licences.words.rows import view_row
from licences.words.texts import fill, join_sentences, mark_day, say_share, write_day

if TYPE_CHECKING:
    from licences.analysis.case import Case

QUESTIONS = 3  # that a letter asks


class GoalView(TypedDict):
    """A licence to obtain, in a line: its short name, who moves next and until when, and by when it is there.

    next_by, by: days, a dash where there is none; by is the day to give to others where dates can be promised,
    else by usual times. decides: whether it decides when all is done.
    """

    code: str
    short: str
    next: str
    next_by: str
    by: str
    decides: bool


class PeriodView(TypedDict):
    """A stretch of days: up to when, and who does what in it, a sentence's part each."""

    title: str
    tasks: list[tuple[str, list[str]]]


class LetterView(TypedDict):
    """What a letter says, in its order.

    answer: a paragraph. goals: what is to be obtained, by the day on which it is there. needs: what the client has to bring,
    answer, change or decide. costs: a sentence each.
    """

    date: str
    reference: str
    greeting: str
    subject: str
    scope: str
    answer: str
    goals: list[GoalView]
    goals_note: str
    questions_more: str
    periods: list[PeriodView]
    costs: list[str]
    needs: list[str]
    close: str


def view_letter(case: Case, papers: Sequence[PaperView], beside: Iterable[str] = ()) -> LetterView:
    """What is said in a letter about a case.

    papers: of its plan. beside: what else its answer says, such as how much cannot be judged yet.
    """
    return _Letter(case, papers).view(beside)


class _Letter:
    def __init__(self, case: Case, papers: Sequence[PaperView]) -> None:
        self.papers, self.brought = papers, count_by_code(papers)
        self.case, self.language, self.plan = case, case.language, case.plan
        self.texts: dict[str, Any] = read_texts_for(case.is_operating, case.language)["letter"]
        self.steps = {step.code: step for step in case.steps}
        self.required = case.find_codes("required")
        self.days = {code: case.forecast.find_day(code, step.finish) for code, step in self.steps.items()}
        self.open = self._order(code for code in self.required if case.findings[code].status not in DONE)
        self.moves = find_moves(case.plan, self.brought)

    def view(self, beside: Iterable[str]) -> LetterView:
        case, goals = self.case, [self._view_goal(code) for code in self.open]
        more = len(case.questions) - QUESTIONS
        return {
            "date": write_day((case.mark and case.mark.issued_on) or case.as_of, self.language),
            "reference": (case.mark and case.mark.number) or f"{case.client} / {case.as_of}",
            "greeting": self.texts["greeting"],
            "subject": self.texts["subject"],
            "scope": self.fill("scope", as_of=mark_day(case.as_of), count=self._count_answers()),
            "answer": self.join([*self._list_answer(), *beside]),
            "goals": goals,
            "goals_note": self._say_note(goals),
            "questions_more": self.fill("questions_more", count=more) if more > 0 else "",
            "periods": [view for view in self._view_periods() if view["tasks"]],
            "costs": list(say_costs_in_short(case.forecast)),
            "needs": list(self._list_needs()),
            "close": self.texts["close"],
        }

    def fill(self, key: str, **values: object) -> str:
        text: Any = self.texts
        for part in key.split("."):
            text = text[part]
        return fill(str(text), **values)

    def join(self, sentences: Iterable[str]) -> str:
        return join_sentences(sentences, self.language)

    def name(self, codes: Iterable[str]) -> str:
        return join_some([self.case.short(code) for code in codes], self.language)

    def _count_answers(self) -> int:
        return sum(self.case.profile[field.name] is not None for field in self.case.catalogue.fields.every)

    def _list_answer(self) -> Iterator[str]:
        case, promise = self.case, self.case.forecast.promise
        forbidden = case.find_codes("forbidden")
        overdue = [one.code for one in case.forecast.deadlines if one.is_overdue]
        if forbidden:
            yield self.fill("answer.forbidden", names=self.name(forbidden))
        if overdue:
            yield self.fill("answer.overdue", names=self.name(dict.fromkeys(overdue)))
        held, still = len(self.required) - len(self.open), len(self.open)
        key = "required" if self.open else "done" if self.required else "nothing"
        yield self.fill(f"answer.{key}", required=len(self.required), held=held, open=still)
        if promise.kind == DATES:
            if case.launch:
                share = say_share(SHARES[PROMISED])
                yield self.fill("answer.dates", day=mark_day(case.launch[PROMISED]), share=share)
        elif promise.not_before:
            yield self.fill("answer.not_before", day=mark_day(promise.not_before))
        else:
            yield self.texts["answer"]["no_date"]

    def _order(self, codes: Iterable[str]) -> list[str]:
        """By the day on which each is there, then as the plan has them; what has no day or no step comes last."""
        places = {code: at for at, code in enumerate(self.steps)}
        return sorted(
            codes, key=lambda code: (self.days.get(code) or date.max, places.get(code, len(places)))
        )

    def _view_goal(self, code: str) -> GoalView:
        move = self.moves.get(code)
        return {
            "code": code,
            "short": self.case.short(code),
            "next": self._say_next(move),
            "next_by": mark_day(move.by if move else None),
            "by": mark_day(self.days.get(code)),
            "decides": code in self.plan.critical_path,
        }

    def _say_note(self, goals: list[GoalView]) -> str:
        """What the marks in the table mean, where it has any."""
        notes = [
            self.texts["goals_note"] if any(goal["decides"] for goal in goals) else "",
            self.texts["goals_star"] if any("*" in goal["by"] + goal["next_by"] for goal in goals) else "",
        ]
        return self.join(notes)

    def _say_next(self, move: Move | None) -> str:
        if move is None:
            return "–"
        key = f"{move.kind}_{move.who}" if move.kind == "papers" else move.kind
        return self.fill(f"next.{key}", names=self.name(move.codes), count=move.papers, day=mark_day(move.by))

    def _view_periods(self) -> Iterator[PeriodView]:
        week, month = find_periods(self.plan, self.brought)
        for key, period in (("week", week), ("month", month)):
            title = self.fill(f"period.{key}", last=mark_day(period.last))
            tasks: dict[str, list[str]] = {who: [] for who in self.texts["who"]}
            for who, what in self._list_tasks(key, period):
                tasks[who].append(what)
            own = self.texts["who"]
            yield {"title": title, "tasks": [(own[who], what) for who, what in tasks.items() if what]}

    def _list_tasks(self, key: str, period: Period) -> Iterator[tuple[str, str]]:
        """Who does what in a period: in the first what cannot wait, first of all."""
        if key == "week":
            yield from self._list_urgent()
        case = self.case
        due = [
            self.fill("do.renew", name=case.short(one.code), day=mark_day(one.last_day))
            for one in case.forecast.deadlines
            if not one.is_overdue and period.first <= one.last_day <= period.last
        ]
        if due:
            yield "us", join_some(due, self.language)
        for who in ("client", "third_party"):
            if codes := [code for whose, code in period.papers if whose == who]:
                yield who, self.fill("do.papers", names=self.name(codes))
        for what in ("prepare", "submit"):
            if codes := list(getattr(period, what)):
                yield "us", self.fill(f"do.{what}", names=self.name(codes))

    def _list_urgent(self) -> Iterator[tuple[str, str]]:
        """Who does what at once: what cannot wait."""
        case = self.case
        if forbidden := case.find_codes("forbidden"):
            yield "client", self.fill("do.stop", names=self.name(forbidden))
        if not case.questions.empty:
            yield "client", self.texts["do"]["answer"]
        overdue = dict.fromkeys(one.code for one in case.forecast.deadlines if one.is_overdue)
        if still := [code for code in overdue if code not in self.open]:  # else the plan has it
            yield "us", self.fill("do.overdue", names=self.name(still))
        for who, kind in (("client", "correct"), ("us", "chase")):
            if codes := [move.code for move in self.moves.values() if move.kind == kind]:
                yield who, self.fill(f"do.{kind}", names=self.name(codes))

    def _list_needs(self) -> Iterator[str]:
        """What the client has to do, so that the rest can be done for it."""
        ours = [paper for paper in self.papers if paper["who"] == "client"]
        day = min(filter(None, (paper["needed_by"] for paper in ours)), default=None)
        if day:
            first = [paper["name"] for paper in ours if paper["needed_by"] == day]
            names = join_some(first, self.language)
            yield self.fill("need.papers", count=len(ours), first=len(first), day=mark_day(day), names=names)
        elif ours:
            yield self.fill("need.papers_undated", count=len(ours))
        for code in self.open:
            step, move = self.steps.get(code), self.moves.get(code)
            what = say_obstacle(step, self.plan) if step and move and move.kind == "condition" else None
            advice = view_row(self.case.law.entries[code], self.language)["advice"]
            for told in filter(None, (*(what or "").split("\n"), advice)):
                yield self.fill("need.condition", name=self.case.short(code), what=told.rstrip(".。"))
        if self.open and not has_progress(self.case):
            yield self.fill("need.consent", day=mark_day(self.case.start))
