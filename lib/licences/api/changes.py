"""Changes of law for an analyst: what differs between two days or two catalogues, and whom it touches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd

from licences.analysis.impact import ClientImpact, find_impacts
from licences.api.clients import Clients
from licences.api.days import Day, read_day
from licences.errors import UsageError
from licences.law.catalogue import Catalogue, read_catalogue
from licences.law.diff import Difference, compare_days, compare_laws
from licences.law.working_days import find_usual_start
from licences.planning.forecast import PlanOptions
from licences.words.messages import find_messages, find_profiles, make_messages_table, make_rows_table, tell


@dataclass(frozen=True, eq=False)
class Changes:
    """What differs between two states of the law.

    Examples
    --------
    >>> import licences as lc
    >>> changes = lc.diff("2025-07-17", "2025-07-18", language="en")
    >>> changes.frame["code"].unique().tolist()
    ['PERSONAL_INFORMATION_OFFICER']
    """

    difference: Difference

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a field that differs, in words: licence, code, change, field, old, new."""
        return make_rows_table(self.difference)

    def impact(self, clients: Clients, *, start: Day | None = None) -> Impact:
        """How the change touches clients, those first to whom it matters most.

        start: when the plans begin of which launch and fees are compared; by default the next working day
        after the later day.
        """
        first = read_day("start", start) or find_usual_start(date.today(), self.difference.new.as_of)
        clients = clients.find_present(self.difference.new.as_of)
        found = find_impacts(self.difference, clients.frame, PlanOptions(first))
        return Impact(self.difference, clients, found)


@dataclass(frozen=True, eq=False)
class Impact:
    """How a change of law touches clients.

    Examples
    --------
    >>> import licences as lc
    >>> impact = lc.diff("2025-07-17", "2025-07-18", language="en").impact(lc.read_clients())
    >>> impact.frame.loc[0, ["client", "gained"]].tolist()
    ['grand-bazaar', ['PERSONAL_INFORMATION_OFFICER']]
    >>> int(impact.messages["count"].sum()) == len(impact.frame)
    True
    """

    difference: Difference
    clients: Clients
    touched: list[ClientImpact]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a client that is touched, what matters most first.

        Columns: client, name, gained, lost (codes), launch_moved_days (working days, later is positive) and
        fees_moved_cny, both missing where they cannot be told, tell (sentences).
        """
        told = find_profiles(self.difference, self.clients.frame, self.touched)
        rows = [
            {
                "client": one.client,
                "name": one.name,
                "gained": list(one.gained),
                "lost": list(one.lost),
                "launch_moved_days": one.launch_moved_days,
                "fees_moved_cny": one.fees_moved_cny,
                "tell": tell(self.difference, one, told[one.client]),
            }
            for one in self.touched
        ]
        columns = ["client", "name", "gained", "lost", "launch_moved_days", "fees_moved_cny", "tell"]
        frame = pd.DataFrame(rows, columns=columns)
        return frame.astype({"launch_moved_days": "Int64", "fees_moved_cny": "Float64"})

    @cached_property
    def messages(self) -> pd.DataFrame:
        """What to tell, one row a message: matter, tell, count (of clients), clients."""
        return make_messages_table(
            self.difference, find_messages(self.difference, self.touched, self.clients.frame)
        )


def diff(
    old: Day | Catalogue, new: Day | Catalogue, *, as_of: Day | None = None, catalogue: Catalogue | None = None,
    language: str = "zh",
) -> Changes:  # fmt: skip
    """What differs between two days of one catalogue, or between two catalogues on a day.

    Parameters
    ----------
    old, new : two dates or ISO texts, or two Catalogue
    as_of : date or ISO text, optional
        The day on which two catalogues are compared; today by default.
    catalogue : Catalogue, optional
        Whose days are compared; what ships with the package by default.
    language : {"zh", "en"}

    Raises
    ------
    LicencesError
        Where a day is none, or a day is held against a catalogue.

    Examples
    --------
    >>> import licences as lc
    >>> changes = lc.diff("2025-07-17", "2025-07-18", language="en")
    >>> changes.frame["change"].unique().tolist()
    ['added']
    """
    if isinstance(old, Catalogue) and isinstance(new, Catalogue):
        return Changes(compare_laws(old, new, read_day("as_of", as_of) or date.today(), language))
    if isinstance(old, Catalogue) or isinstance(new, Catalogue):
        raise UsageError("a day and a catalogue cannot be compared", "give two days or two catalogues")
    first, last = read_day("old", old), read_day("new", new)
    if first is None or last is None:
        raise UsageError("two days are to be compared", "give both, as 2025-07-17 and 2025-07-18")
    return Changes(compare_days(catalogue or read_catalogue(), first, last, language))
