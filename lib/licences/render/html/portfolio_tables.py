"""Table of clients by licences, of signs or of shares: a column a client, or a group of many."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from licences.analysis.portfolio import Portfolio
from licences.assessment.verdicts import BY_WEIGHT
from licences.reading.tables import NONE
from licences.rules.facts import split_set
from licences.words.texts import say

GROUPS = 8  # so many stand side by side
SIGNS = ("held", "blocked", *BY_WEIGHT)


def make_matrix(portfolio: Portfolio) -> pd.DataFrame:
    """One row a code that some client needs or may need, one column a client, each cell one of SIGNS.

    What is required is ``held``, ``blocked`` where it is to be obtained and has no date, or else
    ``required``. What most clients need stands first.
    """
    matrix = portfolio.verdicts.astype(object).T
    steps = portfolio.steps[portfolio.steps["verdict"] == "required"]
    matrix = matrix.mask(matrix == "required", "held")
    for client, code, start in zip(steps["client"], steps["code"], steps["start"], strict=True):
        matrix.at[code, client] = "blocked" if pd.isna(start) else "required"
    counts = portfolio.counts
    order = counts.sort_values(
        ["forbidden", "required", "undetermined"], ascending=False, kind="stable"
    ).index
    return matrix.loc[[code for code in order if (matrix.loc[code] != "not_needed").any()]]


def find_groups(portfolio: Portfolio, field_name: str) -> dict[str, NDArray[np.bool_]]:
    """The largest groups of clients by what they answer to a field, and who is in each.

    A client that names several values of a set is in several groups. At most GROUPS of them, by size.
    Numbers are not grouped but for whether they are told. Raises: UnknownNameError where there is no such field.
    """
    field, language = portfolio.catalogue.fields[field_name], portfolio.language
    told = portfolio.profiles[field_name]
    masks: dict[str, NDArray[np.bool_]] = {}
    if field.type == "bool":
        for value, label in ((True, "yes"), (False, "no")):
            masks[say(language, label)] = (told == value).fillna(value=False).to_numpy(dtype=bool)
    elif field.type == "number":
        masks[say(language, "portfolio.told")] = told.notna().to_numpy(dtype=bool)
    else:
        members = told.map(lambda value: split_set(str(value)), na_action="ignore")
        for value in sorted({item for one in members.dropna() for item in one}):
            label = (
                say(language, "none") if value == NONE else field.values.get(value, {}).get(language, value)
            )
            masks[label] = np.array(
                [isinstance(one, frozenset) and value in one for one in members], dtype=bool
            )
    masks[say(language, "not_told")] = told.isna().to_numpy(dtype=bool)
    sized = sorted(
        (label for label in masks if masks[label].any()), key=lambda label: -int(masks[label].sum())
    )
    return {label: masks[label] for label in sized[:GROUPS]}


def make_shares(portfolio: Portfolio, groups: dict[str, NDArray[np.bool_]]) -> dict[str, pd.DataFrame]:
    """For each code the number of clients and their share: required, to_obtain, undetermined, then by group required.

    What is forbidden stands apart, before everything.

    ``clients`` and ``share``: one row a code, what most clients need first; one column each of these.
    """
    counts, total = portfolio.counts, max(1, len(portfolio.clients))
    counts = counts[counts.index.isin(list(portfolio.catalogue.codes))]
    numbers = counts[["required", "to_obtain", "undetermined"]].copy()
    sizes = dict.fromkeys(numbers.columns, total)
    place = portfolio.verdicts.dtypes.iloc[0].categories.get_loc("required") if len(counts) else 0
    for label, mask in groups.items():
        column = f"group {label}"
        numbers[column] = [
            int((portfolio.verdicts[code].cat.codes[mask] == place).sum()) for code in counts.index
        ]
        sizes[column] = max(1, int(mask.sum()))
    numbers = numbers.sort_values(["required", "undetermined"], ascending=False, kind="stable")
    return {"clients": numbers, "share": numbers / pd.Series(sizes)}
