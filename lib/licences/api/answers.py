"""Answers for an analyst: what each client needs and why, as objects to look into and as tidy frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd

from licences.analysis.group import make_groups
from licences.api.clients import Clients
from licences.api.days import Day, read_day
from licences.assessment.contradictions import find_contradictions
from licences.assessment.explain import Finding, explain
from licences.assessment.holdings import find_implied_of
from licences.assessment.questions import rank_questions
from licences.assessment.remedies import find_remedies
from licences.assessment.verdicts import Judgement, judge
from licences.errors import UnknownNameError
from licences.law.in_force import LawInForce, find_law_in_force
from licences.reading.dictionary import LANGUAGES
from licences.rules.kleene import Trace
from licences.rules.licence_names import NoLicenceError
from licences.words.findings import FindingView, say_finding, say_status
from licences.words.groups import list_notes
from licences.words.labels import label_value
from licences.words.overrides import OverriddenView
from licences.words.remedies import RemediesView, say_remedies
from licences.words.texts import say


@dataclass(frozen=True, eq=False)
class LicenceAnswer:
    """What one client is told of one licence.

    Attributes
    ----------
    client, code, name, official_name : str
        ``name`` in the answer's language; the official one is Chinese.
    verdict : str
        ``required``, ``recommended``, ``optional``, ``not_needed``, or ``undetermined`` where a fact that
        decides it is not told.
    status : str
        ``held``, ``expiring``, ``expired``, ``not_held``, or ``implied`` where something held required it.
    last_day_to_apply : date or None
        For the renewal of what is held or has expired; None where no expiry is told.
    implied_by : list of str
        The codes held that required it; empty unless ``implied``.
    trading_without : bool or None
        Whether the client trades today without what it needs; None where that is not told, and for what is
        not required or not missing.
    because, would_change_if, blockers : list of str
        Sentences in the answer's language.
    missing_facts : list of str
        The facts not told that can still change the verdict; no others.
    trace : Trace
        The rule part by part, each with its truth and what was told.
    begins_on : date or None
        Of a client told in stages the day of the stage from which the verdict is; None where it is so from
        the start.
    overridden : dict or None
        What the firm holds against the rules, of a client of a book: ``verdict``, ``because``, ``by``, ``on``, ``until``.
        Plans and reports go by it; ``verdict`` and what it rests on stay the rules'.

    Examples
    --------
    >>> import licences as lc
    >>> answer = lc.assess(lc.read_clients(), as_of="2026-11-23", language="en")
    >>> express = answer["paper-plane-post", "EXPRESS"]
    >>> express.verdict, express.because[0]
    ('required', 'Runs its own couriers')
    >>> express.trace.truth
    True
    """

    client: str
    code: str
    name: str
    official_name: str
    verdict: str
    status: str
    because: list[str]
    would_change_if: list[str]
    blockers: list[str]
    missing_facts: list[str]
    legal_basis: str
    source_url: str | None
    checked_on: date
    trace: Trace
    implied_by: list[str]
    begins_on: date | None
    trading_without: bool | None
    last_day_to_apply: date | None
    overridden: OverriddenView | None


@dataclass(frozen=True, eq=False)
class Answer:
    """What each client needs on a day, and why.

    ``answer["shop"]`` maps the codes in force to what the client is told of them, ``answer["shop", "EDI"]`` is
    one of these.

    Attributes
    ----------
    clients : Clients
    as_of : date
        The day of the law.
    language : str
        ``zh`` or ``en``; of every text.

    Examples
    --------
    >>> import licences as lc
    >>> answer = lc.assess(lc.read_clients(), as_of="2026-11-23", language="en")
    >>> answer["corner-shop", "EDI"].verdict
    'not_needed'
    >>> int((answer.frame["verdict"] == "required").sum()) > 100
    True
    >>> answer.questions.columns.tolist()
    ['client', 'field', 'label', 'settles', 'share', 'conditions', 'stake', 'group']
    """

    clients: Clients
    as_of: date
    language: str

    @property
    def law(self) -> LawInForce:
        """The licences in force on the day, with their rules read."""
        return find_law_in_force(self.clients.catalogue, self.as_of, self.language)

    @cached_property
    def judgements(self) -> dict[str, Judgement]:
        """For each client what it told and holds, and its verdicts by code."""
        return {one.client: one for one in judge(self.clients.catalogue, self.clients.frame, self.as_of)}

    @cached_property
    def _findings(self) -> dict[str, dict[str, Finding]]:
        found: dict[str, dict[str, Finding]] = {client: {} for client in self.judgements}
        ours, told = self.clients.catalogue, self.clients.frame
        judged = list(self.judgements.values())
        for one in explain(ours, told, self.as_of, self.language, judged, over_stages=True):
            found[one.client][one.code] = one
        return found

    def find_client(self, client: str) -> Judgement:
        """What one client told and holds. Raises: UnknownNameError."""
        if client not in self.judgements:
            raise UnknownNameError("client", client, self.judgements)
        return self.judgements[client]

    def __getitem__(self, key: str | tuple[str, str]) -> Mapping[str, LicenceAnswer] | LicenceAnswer:
        client, code = (key, None) if isinstance(key, str) else key
        self.find_client(client)
        if code is None:
            return {one: self._answer(finding) for one, finding in self._findings[client].items()}
        if code not in self._findings[client]:
            raise UnknownNameError("licence in force", code, self._findings[client])
        return self._answer(self._findings[client][code])

    def __iter__(self) -> Iterator[str]:
        return iter(self.judgements)

    def _answer(self, finding: Finding) -> LicenceAnswer:
        said = say_finding(finding, self.language)
        last_day = said["last_day_to_apply"]
        return LicenceAnswer(
            client=finding.client,
            code=finding.code,
            name=finding.licence.name,
            official_name=finding.licence.official_name,
            verdict=finding.by_rules,
            status=finding.status,
            because=said["because"],
            would_change_if=said["would_change_if"],
            blockers=said["blockers"],
            missing_facts=said["missing_facts"],
            legal_basis=said["legal_basis"],
            source_url=said["source_url"],
            checked_on=date.fromisoformat(said["checked_on"]),
            trace=finding.trace,
            implied_by=list(finding.implied_by),
            begins_on=finding.begins_on,
            trading_without=finding.trading_without,
            last_day_to_apply=date.fromisoformat(last_day) if last_day else None,
            overridden=said["overridden"],
        )

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a client and licence in force; labels beside codes, lists of sentences, days as dates."""
        rows = [
            self._list_cells(finding, say_finding(finding, self.language))
            for found in self._findings.values()
            for finding in found.values()
        ]
        frame = pd.DataFrame(rows)
        days = ("last_day_to_apply", "checked_on")
        trading = frame["trading_without"].astype("boolean")
        return frame.assign(**{name: pd.to_datetime(frame[name]) for name in days}, trading_without=trading)

    def _list_cells(self, finding: Finding, said: FindingView) -> dict[str, object]:
        return {
            "client": finding.client,
            "client_name": self.judgements[finding.client].name,
            "code": finding.code,
            "licence": finding.licence.name,
            "official_name": finding.licence.official_name,
            "verdict": finding.by_rules,
            "verdict_label": say(self.language, f"verdict.{finding.by_rules}"),
            "status": finding.status,
            "status_label": say_status(finding.status, finding.implied_by, self.law.short, self.language),
            "last_day_to_apply": said["last_day_to_apply"],
            "implied_by": list(finding.implied_by),
            "trading_without": finding.trading_without,
            "phase": finding.licence.phase,
            "phase_label": label_value("phase", finding.licence.phase, self.language),
            **{
                key: said[key]
                for key in ("because", "missing_facts", "would_change_if", "blockers", "legal_basis")
            },
            "source_url": said["source_url"],
            "checked_on": said["checked_on"],
            "overridden": said["overridden"],
        }

    @cached_property
    def groups(self) -> pd.DataFrame:
        """The companies of each group side by side, a row a group, licence and company; nothing is merged.

        Columns: group, code, licence, kind (``forbidden``, ``held_elsewhere``, ``held_by_none``, ``advised``,
        ``unneeded``, ``met`` or ``open``), client, client_name, verdict (the one that counts), status, begins_on, note. What concerns none of the
        companies is left out. That one company holds a licence changes nothing for another.
        """
        findings = [one for found in self._findings.values() for one in found.values()]
        rows = [
            {
                "group": group.name,
                "code": row.code,
                "licence": one.licence.name,
                "kind": row.kind,
                "client": one.client,
                "client_name": group.companies[one.client],
                "verdict": one.verdict,
                "status": one.status,
                "begins_on": one.begins_on,
                "note": " ".join(list_notes(row, group, self.language)),
            }
            for group in make_groups(self.clients.frame, findings)
            for row in group.rows
            for one in row.findings
        ]
        columns = [
            *("group", "code", "licence", "kind", "client", "client_name", "verdict", "status", "begins_on"),
            "note",
        ]
        return pd.DataFrame(rows, columns=columns).astype({"begins_on": "datetime64[us]"})

    @cached_property
    def questions(self) -> pd.DataFrame:
        """The facts still open, those first on which most hangs; one row a client and fact.

        Columns: client, field, label, settles (codes that an answer decides), share (of the client's open
        licences, how many an answer decides on average, 0 to 1), conditions (codes whose condition it decides), stake (the
        licences that an answer decides on average, weighed by what it is to do without them and by how usual the
        fact is), group (``rare`` for what only few businesses have, which comes last; else None).
        """
        ours = self.clients.catalogue
        frame = rank_questions(ours, self.clients.frame, self.as_of, list(self.judgements.values()))
        labels = [ours.fields[name].label[self.language] for name in frame["field"]]
        frame.insert(2, "label", labels)
        return frame

    @cached_property
    def contradictions(self) -> list[str]:
        """What the clients' own answers cannot all be, in sentences."""
        found = find_contradictions(self.clients.catalogue, self.clients.frame, self.as_of, self.language)
        return [f"{one.client}: {one.message}" for one in found]


def assess(clients: Clients, *, as_of: Day | None = None, language: str = "zh") -> Answer:
    """What each client needs, and why.

    Parameters
    ----------
    clients : Clients
    as_of : date or ISO text, optional
        The day of the law; today by default.
    language : {"zh", "en"}

    Raises
    ------
    LicencesError
        Where the day or the language is none.

    Examples
    --------
    >>> import licences as lc
    >>> answer = lc.assess(lc.read_clients(), as_of="2026-11-23", language="en")
    >>> sorted(code for code, one in answer["corner-shop"].items() if one.verdict == "required")
    ['APP_FILING', 'BUSINESS_LICENCE', 'FOOD_OWN_SITE', 'FOOD_PREPACKAGED', 'INCIDENT_REPORT', 'MLPS_GRADING', 'PI_IMPACT_ASSESSMENT', 'PSB_FILING', 'SALT']
    """
    if language not in LANGUAGES:
        raise UnknownNameError("language", language, LANGUAGES)
    day = read_day("as_of", as_of) or date.today()
    return Answer(clients.find_present(day), day, language)


def what_if(answer: Answer, client: str, licence: str) -> RemediesView:
    """What would make a licence needed, not needed, or obtainable for a client.

    Returns
    -------
    dict
        ``needed``, ``not_needed`` and ``eligible``, each with ``reached`` (None where it cannot be told yet)
        and ``ways``: every smallest change, as ``facts`` and what to do in ``steps``.

    Raises
    ------
    LicencesError
        Where the client is unknown or the licence not in force.

    Examples
    --------
    >>> import licences as lc
    >>> answer = lc.assess(lc.read_clients(), as_of="2026-11-23", language="en")
    >>> lc.what_if(answer, client="paper-plane-post", licence="EXPRESS")["eligible"]["ways"][1]["steps"]
    ['no longer run international express']
    """
    one, entries = answer.find_client(client), answer.law.entries
    with suppress(NoLicenceError):
        licence = answer.clients.catalogue.find_code(licence)
    if licence not in entries:
        raise UnknownNameError("licence in force", licence, entries)
    aims = find_remedies(entries[licence], one.profile, licence in find_implied_of(one, answer.law))
    return say_remedies(one, licence, aims, answer.clients.catalogue.fields, answer.language)
