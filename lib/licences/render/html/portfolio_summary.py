"""Summary of a portfolio, the answer first: who is held up, and what to clear, ask, renew and staff."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from licences.analysis.portfolio import Ahead, Portfolio
from licences.law.in_force import Licence
from licences.words.labels import name_both
from licences.words.operating import say_for
from licences.words.texts import join_sentences, mark_day, say, say_number

FEW_NAMES = 5  # so many clients stand in a cell
NAMED = 30  # clients that are named one by one


def say_text(portfolio: Portfolio, key: str, **values: object) -> str:
    """A text of the portfolio, its whole numbers written out."""
    told = {name: say_number(value) if isinstance(value, int) else value for name, value in values.items()}
    return say_for(portfolio.is_operating, portfolio.language, f"portfolio.{key}", **told)


def name_licence(portfolio: Portfolio, code: str, short: bool = False) -> dict[str, str]:
    """A licence's name, and the official Chinese one where that is another; ``short``: what the trade calls it."""
    named = name_entry(portfolio.law.entries[code])
    return named | {"name": portfolio.law.short(code)} if short else named


def name_entry(entry: Licence) -> dict[str, str]:
    """The name of an entry, in force or not, and the official Chinese one where that is another."""
    official = entry.official_name
    return {"code": entry.code, "name": entry.name, "official": "" if official == entry.name else official}


def name_clients(portfolio: Portfolio, clients: Iterable[str]) -> str:
    """The names of some clients; of many the first, and how many more there are."""
    told = list(dict.fromkeys(clients))
    names = portfolio.clients["name"]
    said = say(portfolio.language, "list").join(str(names[one]) for one in told[:NAMED])
    more = len(told) - NAMED
    return said if more <= 0 else said + say_text(portfolio, "more", count=more)


def describe_summary(portfolio: Portfolio) -> dict[str, Any]:
    """What the first thing on the page needs to know, as plain values."""
    clients, events = portfolio.clients, portfolio.events
    held_up, ready = int((clients["undated"] > 0).sum()), int((clients["open"] == 0).sum())
    soon = pd.Timestamp(portfolio.as_of) + pd.DateOffset(months=3)
    today = pd.Timestamp(portfolio.as_of)
    due = int(((events["last"] < soon) & (events["last"] >= today)).sum())
    parts = [say_text(portfolio, "answer", clients=len(clients), open=int((clients["open"] > 0).sum()))]
    if held_up:
        parts.append(say_text(portfolio, "answer_held_up", count=held_up))
    if not held_up and len(clients):
        parts.append(say_text(portfolio, "answer_free"))
    return {
        "forbidden": [
            (
                name_licence(portfolio, str(code)),
                name_clients(portfolio, portfolio.verdicts.index[told == "forbidden"]),
            )
            for code, told in portfolio.verdicts.items()
            if (told == "forbidden").any()
        ],
        "answer": join_sentences(parts, portfolio.language),
        "counts": [
            (kind, *_split_count(portfolio, f"count_{name}", count))
            for kind, name, count in (
                ("required", "open", int((portfolio.steps["verdict"] == "required").sum())),
                ("blocked", "held_up", held_up),
                ("undetermined", "undetermined", int(clients["undetermined"].sum())),
                ("renew", "due", due),
                ("recommended", "ready", ready),
            )
        ],
        "first": [*_say_first(portfolio)],
        "warning": say_text(portfolio, "contradicting", count=len(portfolio.contradicting)),
        "few": len(portfolio.contradicting) <= FEW_NAMES,
        "contradicting": name_clients(portfolio, portfolio.contradicting),
    }


def say_ahead(portfolio: Portfolio, one: Ahead) -> str:
    """What a change ahead is to the clients."""
    said = [say_text(portfolio, f"ahead_{one.change.kind}")]
    for key, count in (("required", one.newly_required), ("blocked", one.newly_blocked)):
        if count:
            said.append(say_text(portfolio, f"ahead_{key}", count=count))
    return say(portfolio.language, "retrospect.between").join(said)


def _split_count(portfolio: Portfolio, key: str, count: int) -> tuple[str, str]:
    """A number, and what it counts."""
    number = say_number(count)
    return number, say_text(portfolio, key, count=count).removeprefix(number).strip()


def _say_first(portfolio: Portfolio) -> Iterable[tuple[str, str, str]]:
    """What to do first, each with the anchor and the heading of the section that says more."""
    if len(portfolio.bottlenecks):
        code = str(portfolio.bottlenecks.index[0])
        row = portfolio.bottlenecks.iloc[0]
        holds = [
            say_text(portfolio, f"first_{kind}", count=int(row[kind]))
            for kind in ("blocks", "decides", "comes_first")
            if row[kind]
        ]
        said = say_text(
            portfolio,
            "first_bottleneck",
            name=name_both(portfolio.law.entries[code]),
            count=int(row["holds_up"]),
            clients=len(portfolio.clients),
            how=say(portfolio.language, "portfolio.list").join(holds),
        )
        yield "bottlenecks", say_text(portfolio, "first_bottleneck_title"), said
    if len(portfolio.asked):
        field = portfolio.catalogue.fields[str(portfolio.asked.index[0])]
        row = portfolio.asked.iloc[0]
        yield (
            "questions",
            say_text(portfolio, "first_question_title"),
            say_text(
                portfolio,
                "first_question" if row["worth"] else "first_condition",
                label=field.label[portfolio.language],
                count=int(row["clients"]),
                worth=say_worth(row["worth"]),
                conditions=int(row["conditions"]),
            ),
        )
    today = pd.Timestamp(portfolio.as_of)
    late = int((portfolio.events["last"] < today).sum())
    ahead = portfolio.events[portfolio.events["last"] >= today]
    title = say_text(portfolio, "first_due_title")
    if len(ahead):
        months = ahead["last"].dt.strftime("%Y-%m").value_counts().sort_index()
        peak = months[months == months.max()].index[0]
        said = say_text(
            portfolio,
            "first_due",
            day=mark_day(ahead["last"].min().date()),
            month=peak,
            count=int(months.max()),
            all=len(ahead),
        )
        yield "due", title, (say_text(portfolio, "first_overdue", count=late) + said if late else said)
    if portfolio.ahead:
        most = max(portfolio.ahead, key=lambda one: one.newly_required + one.newly_blocked)
        said = say_text(
            portfolio,
            "first_ahead",
            day=most.change.day.isoformat(),
            name=name_both(most.change.entry),
            what=say_ahead(portfolio, most),
            count=len(most.clients),
        )
        yield "ahead", say_text(portfolio, "first_ahead_title"), said
    if len(portfolio.applications):
        yield "load", say_text(portfolio, "first_load_title"), say_load(portfolio)


def say_load(portfolio: Portfolio) -> str:
    """The month with the most in preparation, and what the capacity makes of it."""
    load, levelled = portfolio.load, portfolio.levelled
    if not load["preparing"].any():
        return say_text(portfolio, "load_complete", all=int(load["begun"].sum()))
    peak = load["preparing"].idxmax()
    said = say_text(
        portfolio,
        "load_peak",
        month=f"{peak:%Y-%m}",
        count=int(load["preparing"].max()),
        all=int(load["begun"].sum()),
    )
    if levelled is None:
        return said
    late = levelled.late_days > 0
    ends = pd.Series(levelled.begun).max()
    values = {
        "capacity": levelled.capacity,
        "last": "–" if pd.isna(ends) else f"{ends:%Y-%m}",
        "late": int(late.sum()),
        "clients": int(portfolio.applications["client"][late].nunique()),
    }
    said += say_text(portfolio, "load_levelled" if late.any() else "load_fits", **values)
    unplaced = int(levelled.is_unplaced.sum())
    return said + say_text(portfolio, "load_unplaced", count=unplaced) if unplaced else said


def say_worth(worth: float) -> str:
    """A number of verdicts on average, in few digits."""
    return f"{worth:,.0f}" if worth >= 10 or float(worth).is_integer() else f"{worth:,.1f}"
