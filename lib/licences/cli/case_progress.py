"""The command that says where cases stand."""

from __future__ import annotations

import argparse
import json

import pandas as pd

from licences.cli.answers import read_plan_options
from licences.cli.options import find_as_of, find_book, find_start, read_files
from licences.errors import UsageError
from licences.rules.case_files import CASE_FILE


def tell_progress(options: argparse.Namespace) -> int:
    """Prints where each case stands; of all clients those of which anything is recorded."""
    find_book(options, "keeps what happened")
    from licences.analysis.case import make_case
    from licences.words.progress import describe_progress, view_progress

    catalogue, profiles = read_files(options)
    if not (options.client or options.group):
        profiles = profiles[_is_begun(profiles)]
    as_of, plan_options = find_as_of(options), read_plan_options(options, find_start(options))
    if options.since and options.since > as_of:
        raise UsageError(f"--since {options.since} lies after {as_of}", "give an earlier day")
    cases = [
        make_case(catalogue, profiles.iloc[[at]], as_of, plan_options, options.lang)
        for at in range(len(profiles))
    ]
    told = [(case, view_progress(case, options.since)) for case in cases]
    if options.json:
        print(
            json.dumps([describe_progress(case, view) for case, view in told], ensure_ascii=False, indent=1)
        )
        return 0
    from licences.render.terminal import show
    from licences.render.terminal_progress import draw_progress

    show(part for case, view in told for part in draw_progress(case, view))
    return 0


def _is_begun(profiles: pd.DataFrame) -> pd.Series:
    """The clients of which it is known when their case began, or that anything happened on a day."""
    has_events = [any(one.happened_on for one in file.events) for file in profiles[CASE_FILE]]
    return profiles["engaged_on"].notna() | pd.Series(has_events, index=profiles.index, dtype=bool)
