"""Explorer, ``diff`` and what a report says since the last one tell the same of how launch and fees move."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any, get_args

import pandas as pd
import pytest
from test_diff import AS_OF, change

from licences.analysis.case import Case, make_case
from licences.analysis.compare import LaunchKind, compare_cases, find_fees, find_launch
from licences.analysis.impact import ClientImpact, find_impacts, find_plan_moves
from licences.analysis.record import find_recorded_fees, find_recorded_launch, make_record
from licences.assessment.verdicts import judge
from licences.law.catalogue import Catalogue
from licences.law.diff import compare_laws
from licences.law.in_force import find_law_in_force
from licences.planning.forecast import PlanOptions
from licences.planning.simulation import simulate
from licences.render.html.explorer import say_strip
from licences.rules.facts import list_cells, make_profiles
from licences.words.json_views import _describe_impact
from licences.words.operating import say_for
from licences.words.since_last import tell_changes

PLAIN = PlanOptions(date(2026, 11, 24))
WHOLE = PlanOptions(PLAIN.start, ("recommended", "optional"), capacity=3)
UNDATED: dict[str, object] = dict.fromkeys(["days_min", "days_likely", "days_max", "statutory_days"], pd.NA)
UNTOLD, NEITHER = "cannot be told", "neither has one"
Cells = dict[str, str]
Said = tuple[object, object]


@pytest.fixture(scope="module", autouse=True)
def _few_draws() -> Iterator[None]:
    """A plan is drawn 200 times: which answers can be compared does not hang on the number."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("licences.planning.forecast.simulate", partial(simulate, draws=200))
        yield


@pytest.fixture(scope="module")
def samples(catalogue: Catalogue, sample_clients: pd.DataFrame) -> list[Cells]:
    records: list[Any] = sample_clients.to_dict("records")
    return [list_cells(record, catalogue.fields) for record in records]


def make_cases(
    catalogue: Catalogue, answers: Sequence[Cells], plan_options: PlanOptions = PLAIN
) -> Iterator[Case]:
    """The cases of some answers, read and judged together: one by one that takes longer than all the rest."""
    rows = [cells | {"client": f"client-{at}"} for at, cells in enumerate(answers)]
    codes = set(catalogue.rows["code"])
    profiles = make_profiles(rows, catalogue.fields, codes, "", are_checked=True)
    clients = profiles[["client"]]
    for at, one in enumerate(judge(catalogue, profiles, AS_OF)):
        yield make_case(catalogue, clients.iloc[[at]], AS_OF, plan_options, "en", [one])


# What each says, as a number or as UNTOLD


def has_none(old: Case, new: Case) -> bool:
    """Whether neither has a day, promised or not."""
    return old.plan.launch is None and new.plan.launch is None


def ask_explorer(old: Case, new: Case) -> Said:
    said = re.fullmatch(
        r"Against the pinned answer: \d+ more, \d+ fewer, (.+), fees (.+)\.", say_strip(old, new)
    )
    assert said
    launch, fees = said.groups()
    nothing = {
        "no date to compare": NEITHER if has_none(old, new) else UNTOLD,
        "opening dates not comparable": UNTOLD,
        "dates of completion not comparable": UNTOLD,
    }
    days = 0 if launch.startswith("the same day (") else nothing.get(launch) or read_days(launch)
    amounts = {"unchanged": 0.0, "not comparable": UNTOLD}
    return days, amounts[fees] if fees in amounts else read_number(fees.removesuffix(" CNY"))


def ask_diff(old: Case, new: Case, one: ClientImpact) -> Said:
    told = _describe_impact(one, [])
    days, cny = (
        UNTOLD if told[name] is None else told[name] for name in ("launch_moved_days", "fees_moved_cny")
    )
    return NEITHER if has_none(old, new) else days, cny


def ask_since_last(old: Case, new: Case) -> Said:
    told = tell_changes(new, keep_record(old), keep_record(new))
    title = say_for(new.is_operating, "en", "retrospect.dates")
    said = " ".join(dict(told["parts"]).get(title, [])) if told else ""
    if has_none(old, new):
        assert "instead of" not in said.partition("Known official fees")[0]
        days: object = NEITHER
    elif re.search(
        "not compared with the last one;|an opening date|a date of completion|left to obtain",
        said,
        re.IGNORECASE,
    ):
        days = UNTOLD
    else:
        at_80 = re.search(r"(?:80% sure:|Not before) [^.,]+ instead of [^.,]+, ([^.,]+)", said)
        days = read_days(at_80[1]) if at_80 else 0
    totals = re.search(r"Known official fees add up to (.+?) CNY instead of (.+?) CNY\.", said)
    is_untold = "Official fees are not compared" in said
    assert not (totals and is_untold)
    moved = round(read_number(totals[1]) - read_number(totals[2]), 2) if totals else 0.0
    return days, UNTOLD if is_untold else moved


@lru_cache(maxsize=64)
def keep_record(case: Case) -> Any:
    """What the notebook of a case's report keeps."""
    return json.loads(json.dumps(make_record(case)))


def read_days(text: str) -> int:
    said = re.fullmatch(r"([\d,]+) working days? (later|earlier)(?: \((?:80% sure|not before)\))?", text)
    assert said, text
    return int(read_number(said[1])) * (1 if said[2] == "later" else -1)


def read_number(text: str) -> float:
    return float(text.replace(",", ""))


def ask_all(old: Case, new: Case, one: ClientImpact | None = None) -> list[Said]:
    if one is None:
        days, cny = find_plan_moves(old.forecast, new.forecast)
        one = ClientImpact(new.client, new.name, launch_moved_days=days, fees_moved_cny=cny)
    return [ask_explorer(old, new), ask_diff(old, new, one), ask_since_last(old, new)]


# Random answers


def change_answers(rng: random.Random, cells: Cells, samples: list[Cells], codes: list[str]) -> Cells:
    """The answers with one to four facts, of which holdings are one, told otherwise."""
    changed = dict(cells)
    fields = [name for name in cells if name not in {"client", "name", "holds", "group"}]
    for _ in range(rng.randint(1, 4)):
        if rng.random() < 0.25:
            changed["holds"] = change_holdings(rng, changed["holds"], codes)
            continue
        name = rng.choice(fields)
        known = {one[name] for one in samples} | {""}
        known |= {"yes", "no"} if known & {"yes", "no"} else set()
        changed[name] = rng.choice(sorted(known - {changed[name]}))
    return changed


def change_holdings(rng: random.Random, holds: str, codes: list[str]) -> str:
    held = dict(item.partition("@")[::2] for item in holds.split(";") if item)
    what = rng.choice(["add", "add", "drop", "expire", "all", "none"])
    if what == "all":
        return ";".join(sorted({*codes} - {*rng.sample(codes, rng.randint(0, 6))}))
    if what == "none":
        return ""
    if what == "add" or not held:
        held[rng.choice(codes)] = rng.choice(["", "2026-12-15", "2029-03-31", "2026-11-01"])
    elif what == "drop":
        del held[rng.choice(sorted(held))]
    else:
        held[rng.choice(sorted(held))] = rng.choice(["2026-11-22", "2026-11-23", "2030-01-01"])
    return ";".join(f"{code}@{day}" if day else code for code, day in held.items())


def walk(catalogue: Catalogue, samples: list[Cells], count: int) -> Iterator[tuple[Case, Case]]:
    """Pairs of answers that lie one to four facts apart, on a way of ten steps from one sample after the other."""
    rng = random.Random(11)  # noqa: S311 - it draws the same each time, and each kind of move
    codes = sorted(find_law_in_force(catalogue, AS_OF).entries)
    for at in range(count // 10):
        answers = [samples[at % len(samples)]]
        for _ in range(10):
            answers.append(change_answers(rng, answers[-1], samples, codes))
        yield from pairwise(make_cases(catalogue, answers, rng.choice([PLAIN, PLAIN, WHOLE])))


def test_all_three_say_the_same_of_a_thousand_random_pairs_of_answers(
    catalogue: Catalogue, samples: list[Cells]
) -> None:
    kinds, told = Counter[str](), Counter[tuple[bool, bool]]()
    unlike = []
    for old, new in walk(catalogue, samples, 1000):
        kinds[compare_cases(old, new).launch_move.kind] += 1
        said = ask_all(old, new)
        told[said[0][0] == UNTOLD, said[0][1] == UNTOLD] += 1
        unlike += [(old.profile, new.profile, said)] if len(set(said)) > 1 else []
    assert unlike == []
    assert set(kinds) == set(get_args(LaunchKind))
    assert min(told[launch, fees] for launch in (True, False) for fees in (True, False)) > 20


def test_all_three_say_the_same_of_each_yes_that_becomes_a_no_and_the_reverse(
    catalogue: Catalogue, samples: list[Cells]
) -> None:
    unlike, pairs = [], 0
    for cells in samples:
        told = {name: text for name, text in cells.items() if text in {"yes", "no"}}
        others = [cells | {name: "no" if text == "yes" else "yes"} for name, text in told.items()]
        old, *news = make_cases(catalogue, [cells, *others])
        for name, new in zip(told, news, strict=True):
            pairs += 1
            said = ask_all(old, new)
            unlike += [(cells["client"], name, said)] if len(set(said)) > 1 else []
    assert pairs > 900
    assert unlike == []


def test_all_three_say_the_same_of_random_changes_of_the_law(
    catalogue: Catalogue, sample_clients: pd.DataFrame, samples: list[Cells]
) -> None:
    rng = random.Random(20261124)  # noqa: S311 - as above
    codes = [code for code, row in find_law_in_force(catalogue, AS_OF).entries.items() if row.duration]
    changes: list[dict[str, object]] = [
        {"fee_cny": float("nan")},
        {"fee_cny": 500.0},
        {"yearly_fee_cny": 30.0},
        {"kind": "code", "yearly_fee_cny": float("nan")},
        {
            "days_min": 60,
            "days_likely": 80,
            "days_max": 120,
            "statutory_days": pd.NA,
            "days_unit": "working",
            **dict.fromkeys(["days_min_basis", "days_likely_basis", "days_max_basis"], "estimate"),
        },
        UNDATED,
        UNDATED | {"fee_cny": float("nan"), "yearly_fee_cny": float("nan")},
        {"eligible_when": "registered_capital_cny >= 900000000"},
        {"applies_when": "mlps_level >= 3 and listed_service_industry"},
        {"applies_when": "True"},
        {"obligation": "recommended"},
    ]
    olds = list(make_cases(catalogue, samples))
    unlike, told = [], Counter[tuple[bool, bool]]()
    for _ in range(16):
        new = catalogue
        for _ in range(rng.randint(1, 3)):
            new = change(new, rng.choice(codes), **rng.choice(changes))
        difference = compare_laws(catalogue, new, AS_OF)
        impacts = {one.client: one for one in find_impacts(difference, sample_clients, PLAIN)}
        clients = [cells["client"] for cells in samples]
        for client, old, case in zip(clients, olds, make_cases(new, samples), strict=True):
            said = ask_all(old, case, impacts.get(client, ClientImpact(client, old.name)))
            told[said[0][0] == UNTOLD, said[0][1] == UNTOLD] += 1
            unlike += [(client, said)] if len(set(said)) > 1 else []
    assert unlike == []
    assert min(told[launch, fees] for launch in (True, False) for fees in (True, False)) > 0


def test_a_record_keeps_what_launch_and_fees_are_compared_by(
    catalogue: Catalogue, samples: list[Cells]
) -> None:
    for old, new in walk(catalogue, samples, 200):
        records = [keep_record(old), keep_record(new)]
        assert [find_recorded_launch(record) for record in records] == [
            find_launch(case.forecast) for case in (old, new)
        ]
        for kept, fees in zip(
            find_recorded_fees(*records), map(find_fees, (old.forecast, new.forecast)), strict=True
        ):
            assert kept.known_cny == fees.known_cny
            assert kept.unknown_yearly_fees == fees.unknown_yearly_fees
            assert sorted(kept.unknown_fees) == sorted(fees.unknown_fees)
