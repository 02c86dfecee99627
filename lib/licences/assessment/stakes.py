"""Stakes: how much hangs on a licence, and how likely a business has what a fact asks."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from licences.law.in_force import Licence
    from licences.rules.facts import Field

# The weights are this project's choice: what is required counts three times what is recommended, and so on.
_OBLIGATION = {"required": 9.0, "forbidden": 9.0, "recommended": 3.0, "undetermined": 3.0, "optional": 1.0}
_USUAL = {"common": 1.0, "some": 0.5, "rare": 0.25}
_CLOSES = {"yes": 1.0, "no": 0.0}
_UNKNOWN = 0.5  # what is not known is neither nothing nor all
_SMALL_FINE_CNY, _LARGE_FINE_CNY = 10_000, 1_000_000


@lru_cache(maxsize=4096)
def weigh_licence(entry: Licence) -> float:
    """How much hangs on a licence: by its obligation, up to three times that by what happens without it.

    Once for itself, once where the business may be closed, once where the fine is a million yuan or more.
    """
    closes = _CLOSES.get(str(entry.row["penalty_closes"]), _UNKNOWN)
    fine = _weigh_fine(entry.row["penalty_max_cny"], entry.row["penalty_min_cny"])
    return _OBLIGATION[str(entry.row["obligation"])] * (1 + closes + fine)


def _weigh_fine(highest: Any, lowest: Any) -> float:
    """From 0, up to ten thousand yuan, to 1, from a million on; in between each tenfold fine counts half more."""
    fine = lowest if pd.isna(highest) else highest
    if pd.isna(fine):
        return _UNKNOWN
    tenfold = math.log(max(float(fine), _SMALL_FINE_CNY) / _SMALL_FINE_CNY, _LARGE_FINE_CNY / _SMALL_FINE_CNY)
    return min(1.0, tenfold)


def weigh_field(field: Field) -> float:
    """How likely a business has what a fact asks, as this project estimates it."""
    return _USUAL[field.usual]
