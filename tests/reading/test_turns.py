"""Turns in a folder: one after the other, and nobody waits for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from licences.errors import UsageError
from licences.reading.turns import take_turns


def test_a_second_waits_and_is_told_where_the_first_does_not_end(tmp_path: Path) -> None:
    with (
        take_turns(tmp_path),
        pytest.raises(UsageError, match="another is saving"),
        take_turns(tmp_path, 0.05),
    ):
        pass
    with take_turns(tmp_path, 0.05):
        assert list(tmp_path.iterdir()) == []


def test_a_turn_ends_with_what_goes_wrong_in_it(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), take_turns(tmp_path):
        1 / 0  # noqa: B018 - anything that goes wrong
    with take_turns(tmp_path, 0.05):
        pass
