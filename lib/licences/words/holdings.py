"""Holdings that follow from others in words: which clients are taken to hold what, and since they hold what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypedDict

from licences.words.texts import say

_MOST_CLIENTS = 50  # so many are named; of thousands nobody reads a line each

Implied = tuple[str, Mapping[str, tuple[str, ...]]]
"""A client, and by code what it is taken to hold with what of what it holds required that."""


class ImpliedJson(TypedDict):
    """A licence that a client is taken to hold, since what it holds required it."""

    client: str
    code: str
    implied_by: list[str]


def describe_implied(found: Sequence[Implied]) -> dict[str, list[ImpliedJson]]:
    """All that is taken as held under the key ``implied``, which is left out where there is nothing."""
    listed: list[ImpliedJson] = [
        {"client": client, "code": code, "implied_by": list(by)}
        for client, implied in found
        for code, by in implied.items()
    ]
    return {"implied": listed} if listed else {}


def say_implied(found: Sequence[Implied], language: str) -> Iterator[str]:
    """A line for each client and for what it holds, by codes, as the clients file has them."""
    comma = say(language, "list")
    for client, implied in found[:_MOST_CLIENTS]:
        by_cause: dict[tuple[str, ...], list[str]] = {}
        for code, by in implied.items():
            by_cause.setdefault(by, []).append(code)
        for by, codes in by_cause.items():
            key = "by_one" if len(by) == 1 else "by_several"
            told = {"by": comma.join(by), "names": comma.join(codes)}
            yield say(language, f"implied.{key}", client=client, **told)
    if len(found) > _MOST_CLIENTS:
        yield say(language, "implied.more", count=len(found) - _MOST_CLIENTS)
