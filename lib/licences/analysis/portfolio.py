"""Portfolio: what each of many clients needs, what holds it up, what falls due, and what to ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from licences.analysis.case import find_given
from licences.analysis.due import Call, find_calls
from licences.analysis.portfolio_rows import MONTHS, PortfolioRows, find_unlike
from licences.assessment.contradictions import find_contradictions
from licences.assessment.holdings import ImpliedHolders
from licences.assessment.operating import OPERATING
from licences.assessment.verdicts import VERDICTS, find_failing, find_verdicts, judge, number_verdicts
from licences.errors import UsageError
from licences.law.catalogue import Catalogue, add_own_times, read_catalogue
from licences.law.in_force import LawInForce, UpcomingChange, find_law_in_force
from licences.planning.capacity import Levelled, count_load, level
from licences.planning.forecast import PlanOptions, make_forecasts
from licences.reading.places import find_own_clients
from licences.reading.sources import read_clients_place
from licences.rules.facts import read_profiles, split_holdings
from licences.rules.logic import Facts
from licences.rules.stages import find_present


@dataclass(frozen=True)
class Ahead:
    """A change of law ahead, and the clients that need, may need or hold that, or will.

    newly_required: of how many it is required then and was not before. newly_blocked: how many need it
    and can then not obtain it, and could before.
    """

    change: UpcomingChange
    clients: list[str]
    newly_required: int = 0
    newly_blocked: int = 0


@dataclass(frozen=True, eq=False)
class Portfolio:
    """What is known of all clients on one day; every number of the portfolio's page is taken from here.

    profiles: the clients file. verdicts: as ``find_verdicts`` gives them. clients: one row a client (index
    client): name, open (required, still to be obtained), undated (of those, how many have no date), launch
    (by likely times, NaT where there is none), promise (whether that date can be given: its kind), undetermined,
    expired. steps: one row a client and licence to obtain:
    client, code, verdict, start, submit_on, finish, latest_start, slack_days, preparation_days, days, unit,
    requires, and whether it is
    ``is_begun`` where it is under way, ``is_first``, ``is_last`` or ``is_on_path`` of what decides the launch, or ``blocks``: it has no date, and
    not because it waits for another. events: one row a thing that falls due within MONTHS or has expired: client, code, kind
    (renewal or duty), is_planned (for a licence still to be obtained), first and last day, expires_on. questions: one row
    a client and open fact: client, field, settles (codes), worth (how many verdicts an answer settles on
    average, each kind of answer counted alike), conditions (codes to be obtained that it may block), stake
    (the same verdicts weighed as ``rank_questions`` weighs them).
    """

    catalogue: Catalogue
    as_of: date
    start: date
    language: str
    capacity: int
    profiles: pd.DataFrame
    verdicts: pd.DataFrame
    clients: pd.DataFrame
    steps: pd.DataFrame
    events: pd.DataFrame
    questions: pd.DataFrame

    @property
    def law(self) -> LawInForce:
        """The law in force, in the reader's language."""
        return find_law_in_force(self.catalogue, self.as_of, self.language)

    @cached_property
    def is_operating(self) -> bool | None:
        """Whether the clients trade today: all of them, none that is known to, or None where some do."""
        told = self.profiles[OPERATING] if OPERATING in self.profiles else pd.Series(dtype="boolean")
        trading = told.fillna(False)
        return bool(len(trading)) if trading.all() else None if trading.any() else False

    @cached_property
    def contradicting(self) -> list[str]:
        """The clients whose answers cannot all be true."""
        warned = find_contradictions(self.catalogue, self.profiles, self.as_of, self.language)
        return list(dict.fromkeys(warning.client for warning in warned))

    @cached_property
    def counts(self) -> pd.DataFrame:
        """How many clients have each verdict: one row a code, one column a verdict, and ``held`` of those required."""
        numbers = {
            code: np.bincount(self.verdicts[code].cat.codes, minlength=len(VERDICTS))
            for code in self.verdicts
        }
        counts = pd.DataFrame.from_dict(numbers, orient="index", columns=list(VERDICTS), dtype=int)
        to_obtain = self.steps.loc[self.steps["verdict"] == "required", "code"].value_counts()
        counts["to_obtain"] = to_obtain.reindex(counts.index, fill_value=0)
        return counts.rename_axis("code")

    @cached_property
    def bottlenecks(self) -> pd.DataFrame:
        """Which licences hold clients up, worst first.

        One row a code: holds_up (clients in which it blocks, decides the launch or comes first), blocks,
        decides, comes_first, on_path, to_obtain: all numbers of clients.
        """
        steps = self.steps
        holding = steps["blocks"] | steps["is_last"] | steps["is_first"]
        flags = {"blocks": "blocks", "decides": "is_last", "comes_first": "is_first", "on_path": "is_on_path"}
        marked = pd.DataFrame(
            {"code": steps["code"], "holds_up": holding}
            | {name: steps[flag] for name, flag in flags.items()}
            | {"to_obtain": True}
        )
        counts = marked.groupby("code").sum().astype(int)
        return counts[counts["holds_up"] > 0].sort_values(
            ["holds_up", "blocks", "decides", "code"], ascending=[False, False, False, True]
        )

    @cached_property
    def due(self) -> pd.DataFrame:
        """What falls due by month: one row a code, kind, is_planned and month (its first day): count.

        What is overdue has the month NaT.
        """
        events = self.events
        months = events["last"].dt.to_period("M").dt.to_timestamp()
        months = months.where(events["last"] >= pd.Timestamp(self.as_of))
        grouped = events.assign(month=months).groupby(["code", "kind", "is_planned", "month"], dropna=False)
        return grouped.size().rename("count").reset_index()

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Whom to call, overdue first; see ``find_calls``."""
        return find_calls(self.catalogue, self.profiles, self.as_of, language=self.language)

    @cached_property
    def ahead(self) -> list[Ahead]:
        """The changes of law of the next MONTHS that concern a client, earliest first."""
        facts = Facts(self.profiles, self.catalogue.fields, self.as_of)
        until = pd.Timestamp(self.as_of) + pd.DateOffset(months=MONTHS)
        not_needed, required = VERDICTS.index("not_needed"), VERDICTS.index("required")
        found, implied = [], ImpliedHolders(self.law, facts)
        for change in self.law.coming:
            if pd.Timestamp(change.day) > until:
                continue
            code, before = change.entry.code, change.before
            then = number_verdicts(change.entry, facts)
            was = np.full_like(then, not_needed) if before is None else number_verdicts(before, facts)
            holds = np.fromiter(
                (code in split_holdings(items) for items in self.profiles["holds"]), dtype=np.bool_
            )
            holds |= implied.find(code)
            concerned = (then != not_needed) | (was != not_needed) | holds
            if code in self.verdicts:
                concerned |= self.verdicts[code].cat.codes.to_numpy() != not_needed
            if not concerned.any():
                continue
            duty = (then == required) & (was != required) & ~holds
            bar = find_failing(change.entry, then, facts) & ~find_failing(before, was, facts) & ~holds
            ends = change.kind == "end"
            found.append(
                Ahead(
                    change,
                    self.profiles["client"][concerned].tolist(),
                    0 if ends else int(duty.sum()),
                    0 if ends else int(bar.sum()),
                )
            )
        return found

    @cached_property
    def asked(self) -> pd.DataFrame:
        """The open facts over all clients, those first on which most hangs, last what only few businesses have.

        One row a field (index): clients (that have not told it and for whom it decides something), worth
        (verdicts that all their answers settle on average), conditions (applications that it may block), stake
        (those verdicts weighed), is_rare.
        """
        questions = self.questions.assign(blocking=self.questions["conditions"].map(len))
        grouped = questions.groupby("field").agg(
            clients=("client", "size"),
            worth=("worth", "sum"),
            conditions=("blocking", "sum"),
            stake=("stake", "sum"),
        )
        grouped[["worth", "stake"]] = grouped[["worth", "stake"]].round(6)
        grouped["is_rare"] = [self.catalogue.fields[str(name)].is_rare for name in grouped.index]
        return grouped.sort_values(
            ["is_rare", "stake", "conditions", "clients", "field"],
            ascending=[True, False, False, False, True],
        )

    @cached_property
    def applications(self) -> pd.DataFrame:
        """The steps that have dates."""
        return self.steps[self.steps["start"].notna()].reset_index(drop=True)

    @cached_property
    def levelled(self) -> Levelled | None:
        """The applications spread by ``capacity``; None where there is no limit."""
        return level(self.applications, self.capacity) if self.capacity else None

    @cached_property
    def launches(self) -> pd.Series[pd.Timestamp]:
        """By client the day by which what is required and has a date is done, where the capacity has put it.

        NaT where nothing has a date, or something finds no place.
        """
        if self.levelled is None:
            return self.clients["launch"]
        dated = self.applications.assign(finish=self.levelled.finished)
        required = dated[dated["verdict"] == "required"]
        last = required.groupby("client")["finish"].max()
        last[required.loc[required["finish"].isna(), "client"].unique()] = pd.NaT
        return last.reindex(self.clients.index)

    @cached_property
    def load(self) -> pd.DataFrame:
        """By month from the start on: begun, preparing, under_way; where there is a capacity also each ``levelled_``."""
        dated = self.applications
        last = [dated["finish"].max()]
        if self.levelled is not None:
            last.append(pd.Timestamp(pd.Series(self.levelled.finished).max()))
        ends = max((day for day in last if not pd.isna(day)), default=pd.Timestamp(self.start))
        first = pd.Timestamp(self.start)
        months = (ends.year - first.year) * 12 + ends.month - first.month + 1
        load = count_load(dated["start"], dated["submit_on"], dated["finish"], self.start, months)
        if self.levelled is None:
            return load
        ours = self.levelled
        load_then = count_load(ours.begun, ours.submitted, ours.finished, self.start, months)
        return load.join(load_then.add_prefix("levelled_"))

    def choose(self, clients: Iterable[str]) -> Portfolio:
        """The portfolio of some of its clients alone."""
        chosen = set(clients)
        frames = {
            name: frame[frame["client"].isin(chosen)].reset_index(drop=True)
            for name in ("profiles", "steps", "events", "questions")
            if (frame := getattr(self, name)) is not None
        }
        kept = self.clients.index.isin(chosen)
        portfolio = replace(self, clients=self.clients[kept], verdicts=self.verdicts[kept], **frames)
        if self.levelled is not None:
            rows = self.applications["client"].isin(chosen).to_numpy()
            portfolio.__dict__["levelled"] = self.levelled.choose(rows)  # the capacity is one for all clients
        return portfolio


def open_portfolio(
    as_of: str,
    start: str,
    language: str,
    catalogue: str = "",
    clients: str = "",
    capacity: int = 0,
    *,
    prepares: bool = True,
) -> Portfolio:
    """Reads the data files, each once, and works out the portfolio.

    as_of, start: ISO dates. catalogue, clients: paths; empty for the project's own files. capacity: how
    many applications are prepared at a time over all clients, 0 for no limit. prepares: whether applications
    are prepared first, or all papers are complete at the start.

    Raises: LicencesError where a file holds problems, or the plan cannot start on that day.
    """
    day = date.fromisoformat(as_of)
    ours, profiles = find_given("", catalogue, clients) or _read(catalogue, clients, day)
    present = find_present(profiles, day)
    return make_portfolio(
        ours, present, day, date.fromisoformat(start), language, capacity, prepares=prepares
    )


def _read(catalogue: str, clients: str, as_of: date) -> tuple[Catalogue, pd.DataFrame]:
    ours = read_catalogue(Path(catalogue) if catalogue else None)
    file = read_clients_place(clients) if clients else find_own_clients()
    profiles = read_profiles(file, ours.fields, ours.codes)
    return add_own_times(ours, profiles, as_of), profiles


def make_portfolio(
    catalogue: Catalogue,
    profiles: pd.DataFrame,
    as_of: date,
    start: date,
    language: str = "zh",
    capacity: int = 0,
    *,
    prepares: bool = True,
) -> Portfolio:
    """The portfolio of the clients in ``profiles``; clients with the same answers share a plan.

    Raises: UsageError where the plan cannot start on that day, or the capacity is less than nothing.
    """
    if capacity < 0:
        raise UsageError(f"a capacity of {capacity} is none", "give 1 or more, or 0 for no limit")
    judged = list(judge(catalogue, profiles, as_of))
    unlike, kinds = find_unlike(judged)
    gathered = PortfolioRows(find_law_in_force(catalogue, as_of, language))
    plan_options = PlanOptions(start, prepares=prepares)
    forecasts = make_forecasts(catalogue, profiles, as_of, plan_options, language, unlike)
    for one, forecast in zip(unlike, forecasts, strict=True):
        gathered.add(one, forecast.plan)
    told = profiles[["client", "name"]].assign(alike=kinds)
    clients, steps, events, questions = (told.merge(frame, on="alike") for frame in gathered.make_frames())
    return Portfolio(
        catalogue=catalogue,
        as_of=as_of,
        start=start,
        language=language,
        capacity=capacity,
        profiles=profiles,
        verdicts=find_verdicts(catalogue, profiles, as_of),
        clients=clients.drop(columns="alike").set_index("client"),
        **{
            name: frame.drop(columns=["alike", "name"])
            for name, frame in (("steps", steps), ("events", events), ("questions", questions))
        },
    )
