"""Operating: whether a client trades today, which settles no verdict and says what the question is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OPERATING = "operating"  # the one profile field that no rule names: it is about the report, not about the law


def is_operating(profile: Mapping[str, Any]) -> bool | None:
    """Whether a client trades today; None where that is not told."""
    told = profile.get(OPERATING)
    return None if told is None else bool(told)
