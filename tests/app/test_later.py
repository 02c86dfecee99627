"""What follows an answer: done at once where nobody else can do anything, else in pieces between which others come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from functools import partial

from licences.app.later import Later


def count(done: list[str], name: str, seconds: float = 0) -> Iterator[None]:
    for at in range(3):
        time.sleep(seconds)
        done.append(f"{name}{at}")
        yield


def test_without_a_loop_all_is_done_at_once() -> None:
    done: list[str] = []
    Later(waits=False).do([partial(count, done, "a"), partial(count, done, "b")])
    assert done == ["a0", "a1", "a2", "b0", "b1", "b2"]


def test_nothing_is_done_before_a_page_is_seen() -> None:
    done: list[str] = []
    later = Later(waits=True)
    later.do([partial(count, done, "a")])
    assert done == []
    later.begin()
    assert done == ["a0", "a1", "a2"]


def test_what_is_asked_meanwhile_comes_between_and_what_is_outdated_is_left() -> None:
    done: list[str] = []

    async def serve() -> None:
        later = Later(waits=False)
        later.do([partial(count, done, "old", 0.06)])
        assert done == []
        await asyncio.sleep(0.02)
        assert done == ["old0"]
        later.do([partial(count, done, "new")])
        await asyncio.sleep(0.3)

    asyncio.run(serve())
    assert done == ["old0", "new0", "new1", "new2"]
