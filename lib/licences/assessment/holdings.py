"""Holdings that follow from others: who holds a licence that required another is taken to hold that one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from licences.assessment.verdicts import NEEDED, PLACES_NEEDED, VERDICTS, Judgement, judge, number_verdicts
from licences.law.in_force import LawInForce, find_law_in_force
from licences.rules.facts import find_denied, split_holdings
from licences.rules.logic import Facts

if TYPE_CHECKING:
    from licences.law.catalogue import Catalogue

DONE = frozenset({"held", "expiring", "implied"})  # the statuses of what is not to be obtained any more
_COULD_BE = NEEDED | {"undetermined"}
_PLACES_COULD_BE = [VERDICTS.index(verdict) for verdict in _COULD_BE]


def find_implied(
    law: LawInForce,
    verdicts: Mapping[str, str],
    held: Mapping[str, date | None],
    denied: Collection[str] = (),
) -> dict[str, tuple[str, ...]]:
    """What a client is taken to hold on the day of the law, and by code which of what it holds required that.

    held: codes and when they expire. denied: codes that it says it does not hold. What is held and has not
    expired implies what it required, and what is implied implies in turn. Implied is only what applies to
    the client and of which it tells nothing: what has expired stays so. Of alternatives none is implied
    where the client holds one or more than one could apply, since it is then not known which it was.

    ``held`` in a rule is not touched by this: rules ask what the client has told.
    """
    implied: dict[str, list[str]] = {}
    for root, expires_on in held.items():
        if root not in law.entries or (expires_on is not None and expires_on < law.as_of):
            continue
        seen, ahead = {root}, [root]
        while ahead:
            for group in law.entries[ahead.pop()].requires:
                code = _settle(group, verdicts, held, denied)
                if code is not None and code not in seen:
                    seen.add(code)
                    ahead.append(code)
                    implied.setdefault(code, []).append(root)
    return {code: tuple(implied[code]) for code in law.entries if code in implied}


def _settle(
    group: Iterable[str], verdicts: Mapping[str, str], held: Collection[str], denied: Collection[str]
) -> str | None:
    """The one of some alternatives that a client must have had, None where that cannot be told or is told."""
    possible = []
    for code in group:
        if code in held:
            return None
        if code not in denied and verdicts.get(code) in _COULD_BE:
            possible.append(code)
    return possible[0] if len(possible) == 1 and verdicts[possible[0]] in NEEDED else None


def find_implied_of(judgement: Judgement, law: LawInForce) -> dict[str, tuple[str, ...]]:
    """As ``find_implied``, of a client that was judged."""
    return find_implied(law, judgement.verdicts, judgement.held, judgement.denied)


def list_implied(
    catalogue: Catalogue, profiles: pd.DataFrame, as_of: date
) -> list[tuple[str, dict[str, tuple[str, ...]]]]:
    """The clients that are taken to hold something, in the file's order, each with what ``find_implied`` says."""
    law = find_law_in_force(catalogue, as_of)
    holders = ImpliedHolders(law, Facts(profiles, catalogue.fields, as_of))
    some = np.logical_or.reduce([holders.find(code) for code in law.entries])
    chosen = profiles[some]
    judged = judge(catalogue, chosen, as_of) if len(chosen) else ()
    return [(one.client, find_implied_of(one, law)) for one in judged]


class ImpliedHolders:
    """The clients that are taken to hold a code, for any number of clients at once, as ``find_implied`` says it.

    No province has prerequisites of its own, so that the law of the whole country says it for all.
    """

    def __init__(self, law: LawInForce, facts: Facts) -> None:
        self.law, self.facts = law, facts
        items = facts.profiles["holds"].tolist()
        places = {item: at for at, item in enumerate(dict.fromkeys(items))}
        self._kinds = np.fromiter((places[item] for item in items), dtype=np.intp, count=len(items))
        self._told = [split_holdings(item) for item in places]
        self._denied = [find_denied(item) for item in places]
        self._is_any = any(told for told in self._told)
        self._known: dict[str, NDArray[np.bool_]] = {}

    def find(self, code: str) -> NDArray[np.bool_]:
        """The clients that are taken to hold a code without telling so."""
        if code not in self._known:
            self._known[code] = self._work_out(code)
        return self._known[code]

    def _work_out(self, code: str) -> NDArray[np.bool_]:
        implied = np.zeros(len(self.facts), dtype=np.bool_)
        if not self._is_any or code not in self.law.entries:
            return implied
        for other, entry in self.law.entries.items():
            for group in entry.requires:
                if code not in group:
                    continue
                leads = self._holds(other) | self.find(other)
                for one in group if leads.any() else ():
                    leads &= ~self._tells(one)
                    if one != code:
                        leads &= ~self._could_be(one)
                implied |= leads
        if implied.any():
            implied &= np.isin(self._number(code), PLACES_NEEDED) & ~self._spread(self._denied, code)
        return implied

    def _holds(self, code: str) -> NDArray[np.bool_]:
        return self.facts.find_holders(code) if any(code in told for told in self._told) else self._nobody()

    def _tells(self, code: str) -> NDArray[np.bool_]:
        return self._spread(self._told, code)

    def _could_be(self, code: str) -> NDArray[np.bool_]:
        could: NDArray[np.bool_] = np.isin(self._number(code), _PLACES_COULD_BE)
        return could & ~self._spread(self._denied, code)

    def _number(self, code: str) -> NDArray[np.int8]:
        entry = self.law.entries.get(code)
        if entry is None:
            return np.full(len(self.facts), VERDICTS.index("not_needed"), dtype=np.int8)
        return number_verdicts(entry, self.facts)

    def _spread(self, kinds: Iterable[Collection[str]], code: str) -> NDArray[np.bool_]:
        """Whether a code is among what each client tells; clients that tell the same are of a kind."""
        among = np.fromiter((code in told for told in kinds), dtype=np.bool_)
        return among[self._kinds] if len(among) else self._nobody()

    def _nobody(self) -> NDArray[np.bool_]:
        return np.zeros(len(self.facts), dtype=np.bool_)
