"""Case: all that is known of one client on one day, told, needed, and what comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from licences.assessment.contradictions import Contradiction, find_contradictions
from licences.assessment.explain import Finding, explain
from licences.assessment.questions import find_settled_by_none, rank_questions
from licences.assessment.verdicts import Judgement, is_concerned, judge
from licences.book.place import is_book
from licences.law.catalogue import Catalogue, add_own_times, read_catalogue
from licences.law.in_force import LawInForce, UpcomingChange, find_law_for, find_law_in_force
from licences.law.working_days import find_usual_start
from licences.planning.forecast import Forecast, PlanOptions, make_forecasts
from licences.reading.places import find_own_clients
from licences.reading.sources import read_clients_place
from licences.rules.case_files import NO_CASE_FILE, CaseFile
from licences.rules.facts import RARE, choose_clients, list_extra, read_profiles
from licences.rules.stages import find_present

if TYPE_CHECKING:
    from licences.analysis.mark import Mark
    from licences.planning.needs import PlannedStage
    from licences.planning.schedule import Plan, Step
    from licences.rules.kleene import Profile


@dataclass(frozen=True, eq=False)
class Case:
    """One client, assessed and planned; everything that a report says is taken from here.

    findings: by code, in the catalogue's order; of a client told in stages those of the stage that counts. profile: of the
    present. questions: the client's rows of ``rank_questions``. case_file: what a book keeps of it, without the notes
    that never leave the firm: everything for the client is made from a case. extra: the client's texts in columns of the
    firm's own, by their names. mark: what a document on it says of itself, None
    for nothing.
    """

    client: str
    name: str
    language: str
    as_of: date
    start: date
    catalogue: Catalogue
    profile: Profile
    held: dict[str, date | None]
    findings: Mapping[str, Finding]
    questions: pd.DataFrame
    contradictions: list[Contradiction]
    forecast: Forecast
    case_file: CaseFile = NO_CASE_FILE
    mark: Mark | None = None
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def law(self) -> LawInForce:
        """The law in force for the client, in the reader's language."""
        return find_law_for(self.catalogue, self.as_of, self.language, self.profile, self.case_file.overrides)

    @property
    def rows(self) -> pd.DataFrame:
        """The rows of the catalogue in force, indexed by code."""
        return self.law.rows

    @property
    def plan(self) -> Plan:
        """What is obtained in what order, and by when."""
        return self.forecast.plan

    @property
    def is_operating(self) -> bool | None:
        """Whether the client trades today; None where that is not told."""
        return self.forecast.is_operating

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the plan."""
        return self.forecast.plan.steps

    def name_code(self, code: str) -> str:
        """The licence's name in the reader's language."""
        return self.law.entries[code].name

    def short(self, code: str) -> str:
        """What the trade calls the licence, in the reader's language."""
        return self.law.short(code)

    def find_codes(self, *verdicts: str) -> list[str]:
        """The codes of these verdicts, in the catalogue's order."""
        return [code for code, finding in self.findings.items() if finding.verdict in verdicts]

    @cached_property
    def rare(self) -> list[str]:
        """The open facts that only few businesses have, to be answered together."""
        return [str(name) for name in self.questions.loc[self.questions["group"] == RARE, "field"]]

    @cached_property
    def settled_by_none(self) -> list[str]:
        """The codes that one answer settles: nothing of what is ``rare`` is so."""
        entries = find_law_in_force(self.catalogue, self.as_of, self.language).entries
        ours = self.case_file.find_overrides("verdict", self.as_of)
        entries = {code: entry for code, entry in entries.items() if code not in ours}
        return find_settled_by_none(entries, self.catalogue.fields, self.profile, self.rare)

    @property
    def launch(self) -> tuple[date, date, date] | None:
        """By when all that is required is done in 50, 80 and 90 percent of the draws; None where no date can be promised."""
        return self.forecast.launch

    @cached_property
    def coming(self) -> tuple[UpcomingChange, ...]:
        """What begins or ends within a year, or before the plan ends, and is or may be of concern.

        That is what touches a licence needed, held or undetermined, and what will newly apply.
        """
        finishes = [days[-1] for days in self.forecast.simulation.finishes.values()]
        until = max([pd.Timestamp(self.as_of) + pd.DateOffset(years=1), *map(pd.Timestamp, finishes)])
        return tuple(
            change
            for change in self.law.coming
            if pd.Timestamp(change.day) <= until and self.find_concerned(change) is not None
        )

    def find_concerned(self, change: UpcomingChange) -> PlannedStage | None:
        """The first stage in which a change ahead is or may be of concern; None where it never is."""
        return next(
            (
                stage
                for stage in self.plan.stages
                if is_concerned(change.entry, stage.verdicts, self.held, stage.profile)
            ),
            None,
        )


@dataclass(frozen=True)
class Given:
    """The law and the clients that a batch has read already: what the files would say.

    client: whose they are, empty where they are all clients of the file. mark: of the documents.
    """

    client: str
    catalogue_path: str
    clients_path: str
    catalogue: Catalogue
    profiles: pd.DataFrame
    mark: Mark | None = None


_given: list[Given] = []


def hand_over(given: Given) -> None:
    """Lets ``open_case`` in this process take a client from memory where just that is asked for."""
    _given[:] = [given]


def forget_given() -> None:
    """Takes back what was handed over."""
    _given.clear()


def find_given(client: str, catalogue: str, clients: str) -> tuple[Catalogue, pd.DataFrame] | None:
    """What was handed over, where just that is asked for."""
    given = _find_given(client, catalogue, clients)
    return (given.catalogue, given.profiles) if given else None


def _find_given(client: str, catalogue: str, clients: str) -> Given | None:
    for given in _given:
        if (given.client, given.catalogue_path, given.clients_path) == (client, catalogue, clients):
            return given
    return None


def _read(client: str, catalogue: str, clients: str, as_of: date) -> Given:
    """What the files say; of a client of a book its next report is held against what was issued last."""
    ours = read_catalogue(Path(catalogue) if catalogue else None)
    file = read_clients_place(clients) if clients else find_own_clients()
    profiles = read_profiles(file, ours.fields, ours.codes)
    chosen = choose_clients(profiles, [client])
    if is_book(file):
        from licences.analysis.last_issue import find_issued_record, read_last_issues  # which know the case
        from licences.analysis.record import hand_over_record

        (whose,) = chosen["client"]
        hand_over_record(find_issued_record(whose, read_last_issues(file, whose).get(whose)))
    return Given(client, catalogue, clients, add_own_times(ours, profiles, as_of), chosen)


def open_case(
    client: str,
    as_of: str,
    start: str,
    language: str,
    catalogue: str = "",
    clients: str = "",
    include: str = "",
    capacity: int = 0,
    seed: int = 0,
    *,
    prepares: bool = True,
) -> Case:
    """Reads the data files and works out one client's case.

    as_of, start: ISO dates; empty for today, and for the next working day. catalogue, clients: paths; empty for the project's own files. include:
    verdicts to plan for beside ``required``, separated by commas. capacity: how many applications are
    prepared at a time, 0 for no limit. seed: of the simulation. prepares: whether applications are prepared
    first, or all papers are complete at the start.

    Raises: LicencesError where a file holds problems or the client is unknown.
    """
    today = date.today()
    day = date.fromisoformat(as_of) if as_of else today
    given = _find_given(client, catalogue, clients) or _read(client, catalogue, clients, day)
    chosen = tuple(filter(None, include.split(",")))
    first = date.fromisoformat(start) if start else find_usual_start(today, day)
    plan_options = PlanOptions(first, chosen, capacity or None, seed, prepares)
    case = make_case(given.catalogue, find_present(given.profiles, day), day, plan_options, language)
    return replace(case, mark=given.mark)


def make_case(
    catalogue: Catalogue,
    profiles: pd.DataFrame,
    as_of: date,
    plan_options: PlanOptions,
    language: str,
    judged: Iterable[Judgement] | None = None,
) -> Case:
    """The case of the one client in ``profiles``.

    judged: what ``judge`` gives, where it is at hand.
    """
    judged = [
        replace(one, case_file=one.case_file.strip_internal())
        for one in (judge(catalogue, profiles, as_of) if judged is None else judged)
    ]
    contradictions = find_contradictions(catalogue, profiles, as_of, language, judged)
    findings = explain(catalogue, profiles, as_of, language, judged, contradictions, over_stages=True)
    (one,) = judged
    return Case(
        client=one.client,
        name=one.name,
        language=language,
        as_of=as_of,
        start=plan_options.start,
        catalogue=catalogue,
        profile=one.profile,
        held=one.held,
        findings={finding.code: finding for finding in findings},
        questions=rank_questions(catalogue, profiles, as_of, judged),
        case_file=one.case_file,
        extra=list_extra(profiles)[0],
        contradictions=contradictions,
        forecast=next(make_forecasts(catalogue, profiles, as_of, plan_options, language, judged)),
    )
