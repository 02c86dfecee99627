"""Sections of the portfolio's page as HTML, their sentences in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from licences.analysis.portfolio import Portfolio
from licences.planning.promise import DATES, NONE
from licences.render.assets import read_asset
from licences.render.html.portfolio_calls import describe_calls
from licences.render.html.portfolio_summary import (
    FEW_NAMES,
    NAMED,
    describe_summary,
    name_clients,
    name_entry,
    name_licence,
    say_ahead,
    say_load,
    say_text,
    say_worth,
)
from licences.render.html.portfolio_tables import find_groups, make_matrix, make_shares
from licences.render.html.sections import Section, make_environment
from licences.render.html.typesetting import typeset
from licences.words.cases import say_note
from licences.words.deadlines import say_days_left
from licences.words.operating import read_texts_for
from licences.words.scope import say_scope
from licences.words.texts import mark_day, read_texts, say_number, say_share

SECTIONS = (
    "calls",
    "summary",
    "needed",
    "bottlenecks",
    "holding",
    "due",
    "events",
    "ahead",
    "questions",
    "load",
    "late",
    "clients",
    "limits",
)
FEW_CLIENTS = 30  # so many stand side by side in a table
SHOWN = 12  # rows of a table that is not about clients


def make_portfolio_section(portfolio: Portfolio, name: str, group_by: str = "own_categories") -> Section:
    """One section of SECTIONS, as HTML.

    group_by: the profile field by whose answers many clients are grouped.

    Raises: UnknownNameError where there is no such field.
    """
    template: Any = make_environment().get_template("portfolio.html.j2")
    view = {
        "text": read_texts_for(portfolio.is_operating, portfolio.language)["portfolio"],
        "page": read_texts(portfolio.language)["page"],
        "words": read_texts(portfolio.language)["deadlines"],
    }
    view |= _VIEWS[name](portfolio, group_by)
    style = read_asset("portfolio.css")
    html = str(getattr(template.module, name)(view, style))
    return Section(typeset(html, portfolio.language))


def _describe_needed(portfolio: Portfolio, group_by: str) -> dict[str, Any]:
    field = portfolio.catalogue.fields[group_by]
    if len(portfolio.clients) <= FEW_CLIENTS:
        return _describe_matrix(portfolio)
    groups = find_groups(portfolio, group_by)
    shares = make_shares(portfolio, groups)
    rows = [
        (
            name_licence(portfolio, code, short=True),
            list(map(_shade, shares["share"].loc[code], shares["clients"].loc[code])),
        )
        for code in map(str, shares["share"].index[shares["clients"].max(axis=1) > 0])
    ]
    columns = [say_text(portfolio, f"column_{name}") for name in ("required", "to_obtain", "undetermined")]
    return {
        "few": False,
        "columns": columns,
        "groups": [(label, say_number(int(mask.sum()))) for label, mask in groups.items()],
        "grouped_by": say_text(portfolio, "grouped_by", label=field.label[portfolio.language]),
        "rows": rows,
    }


def _describe_matrix(portfolio: Portfolio) -> dict[str, Any]:
    """One column a client; what few clients need is folded away."""
    matrix, needed = make_matrix(portfolio), portfolio.counts["required"]
    wanted = needed.reindex(matrix.index)
    tables: list[dict[str, Any]] = []
    for chosen, title in ((wanted > 1, ""), (wanted == 1, "needed_once"), (wanted == 0, "needed_rest")):
        rows = [
            (name_licence(portfolio, code, short=True), list(matrix.loc[code]), int(needed[code]))
            for code in map(str, matrix.index[chosen])
        ]
        tables.append({"title": title and say_text(portfolio, title, count=len(rows)), "rows": rows})
    return {"few": True, "columns": list(map(str, portfolio.clients["name"])), "tables": tables}


def _shade(share: float, count: int) -> tuple[int, str, str]:
    """A depth of 0 to 5, the share, and the number behind it."""
    return (
        0 if share == 0 else 1 + min(4, int(share * 5)),
        say_share(share) if count else "",
        say_number(count),
    )


def _describe_bottlenecks(portfolio: Portfolio, _: str) -> dict[str, Any]:
    table, steps = portfolio.bottlenecks, portfolio.steps
    holding = steps[steps["blocks"] | steps["is_last"] | steps["is_first"]]
    rows = []
    numbers: dict[Any, dict[Any, Any]] = table.head(SHOWN).to_dict("index")
    for code, row in numbers.items():
        clients = holding.loc[holding["code"] == code, "client"]
        rows.append(
            {
                **name_licence(portfolio, str(code)),
                **{str(name): say_number(int(value)) for name, value in row.items()},
                "clients": name_clients(portfolio, clients),
            }
        )
    left = len(table) - len(rows)
    return {"rows": rows, "left": say_text(portfolio, "bottlenecks_left", count=left) if left > 0 else ""}


def _describe_due(portfolio: Portfolio, _: str) -> dict[str, Any]:
    """A table of licences by months."""
    due = portfolio.due
    months = pd.period_range(pd.Timestamp(portfolio.as_of), periods=13, freq="M").to_timestamp()
    overdue = due["month"].isna().any()
    places = ([pd.NaT] if overdue else []) + list(months)
    totals = due.groupby("code")["count"].sum().sort_values(ascending=False, kind="stable")
    highest = (
        max(1, int(due.groupby(["code", "month"], dropna=False)["count"].sum().max())) if len(due) else 1
    )
    rows = []
    for code in totals.index:
        ours = due[due["code"] == code]
        cells = []
        for month in places:
            counts = ours[ours["month"].isna() if pd.isna(month) else ours["month"] == month]
            number = int(counts["count"].sum())
            kinds = "/".join(say_text(portfolio, f"kind_{kind}") for kind in dict.fromkeys(counts["kind"]))
            cells.append(
                (
                    0 if not number else 1 + min(4, 4 * number // highest),
                    say_number(number) if number else "",
                    kinds,
                )
            )
        rows.append((name_licence(portfolio, str(code), short=True), cells, say_number(int(totals[code]))))
    names = [say_text(portfolio, "overdue") if pd.isna(month) else f"{month:%Y-%m}" for month in places]
    return {"rows": rows, "months": names}


def _describe_events(portfolio: Portfolio, _: str) -> dict[str, Any]:
    """The soonest of what falls due, overdue first; what comes alike for many clients is one entry."""
    events = portfolio.events[~portfolio.events["is_planned"]]
    keys = ["last", "code", "kind", "expires_on"]
    today, language = pd.Timestamp(portfolio.as_of), portfolio.language
    every = events.groupby(keys, sort=True, dropna=False)["client"].agg(list)
    is_late = every.index.get_level_values("last") < today
    told: dict[Any, list[str]] = every[is_late | (np.arange(len(every)) < 2 * SHOWN)].to_dict()
    rows = [
        {
            **name_licence(portfolio, str(code), short=True),
            "day": mark_day(last.date()),
            "is_late": last < today,
            "left": say_days_left((last - today).days, language),
            "expires": "–" if pd.isna(expires_on) else expires_on.date().isoformat(),
            "kind": say_text(portfolio, f"kind_{kind}"),
            "count": say_number(len(clients)),
            "few": len(clients) <= FEW_NAMES,
            "clients": name_clients(portfolio, clients),
        }
        for (last, code, kind, expires_on), clients in told.items()
    ]
    return {"rows": rows}


def _describe_ahead(portfolio: Portfolio, _: str) -> dict[str, Any]:
    """The changes of law ahead and whom they concern."""
    rows = [
        {
            **name_entry(one.change.entry),
            "day": one.change.day.isoformat(),
            "what": say_ahead(portfolio, one),
            "note": say_note(one.change, portfolio.catalogue, portfolio.language),
            "count": say_number(len(one.clients)),
            "few": len(one.clients) <= FEW_NAMES,
            "clients": name_clients(portfolio, one.clients),
        }
        for one in portfolio.ahead
    ]
    return {"rows": rows}


def _describe_questions(portfolio: Portfolio, _: str) -> dict[str, Any]:
    language, questions = portfolio.language, portfolio.questions
    rows = []
    for name, row in portfolio.asked.head(SHOWN).iterrows():
        field = portfolio.catalogue.fields[str(name)]
        asked = questions[questions["field"] == name]
        codes = asked["settles"].explode().dropna().value_counts(sort=True)
        rows.append(
            {
                "label": field.label[language],
                "help": field.help[language],
                "count": say_number(int(row["clients"])),
                "worth": say_worth(float(row["worth"])),
                "conditions": say_number(int(row["conditions"])) if row["conditions"] else "–",
                "licences": [name_licence(portfolio, str(code), short=True) for code in codes.index[:3]],
                "clients": name_clients(portfolio, asked["client"]),
            }
        )
    left = len(portfolio.asked) - len(rows)
    return {"rows": rows, "left": say_text(portfolio, "questions_left", count=left) if left > 0 else ""}


def _describe_load(portfolio: Portfolio, _: str) -> dict[str, Any]:
    said = say_load(portfolio) if len(portfolio.applications) else ""
    return {"said": said, "capacity": portfolio.capacity}


def _describe_late(portfolio: Portfolio, _: str) -> dict[str, Any]:
    """What begins later than its slack allows, by licence."""
    levelled = portfolio.levelled
    if levelled is None:
        return {"rows": []}
    late = portfolio.applications.assign(late=levelled.late_days, begun=levelled.begun)
    late = late[late["late"] > 0]
    grouped = late.groupby("code").agg(count=("late", "size"), most=("late", "max"), last=("begun", "max"))
    grouped = grouped.sort_values(["most", "count", "code"], ascending=[False, False, True])
    left = grouped["count"].iloc[SHOWN:]
    return {
        "left": say_text(portfolio, "late_left", count=len(left), applications=int(left.sum()))
        if len(left)
        else "",
        "rows": [
            {
                **name_licence(portfolio, str(code)),
                "count": say_number(int(row["count"])),
                "most": say_number(int(row["most"])),
                "last": f"{row['last']:%Y-%m}",
                "clients": name_clients(portfolio, late.loc[late["code"] == code, "client"]),
            }
            for code, row in grouped.head(SHOWN).iterrows()
        ],
    }


def describe_clients(portfolio: Portfolio, clients: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of ``Portfolio.clients`` as they are shown."""
    soonest = portfolio.events[~portfolio.events["is_planned"]].groupby("client")["last"].min()
    blockers = portfolio.steps[portfolio.steps["blocks"]].groupby("client")["code"].agg(list)
    rows: dict[Any, dict[Any, Any]] = clients.to_dict("index")
    launches = portfolio.launches
    told = portfolio.profiles.reindex(columns=["client", "group"]).set_index("client")["group"].dropna()
    groups = told.to_dict()
    return [
        {
            "name": str(row["name"]),
            "client": str(client),
            "group": say_text(portfolio, "of_group", group=groups[client]) if client in groups else "",
            "open": say_number(int(row["open"])),
            "launch": _say_launch(portfolio, launches[client], str(row["promise"])),
            "undated": [
                name_licence(portfolio, code, short=True) for code in blockers.get(client, [])[:FEW_NAMES]
            ],
            "more": say_text(portfolio, "more", count=left)
            if (left := len(blockers.get(client, [])) - FEW_NAMES) > 0
            else "",
            "undetermined": say_number(int(row["undetermined"])),
            "due": mark_day(soonest[client].date()) if client in soonest.index else "–",
        }
        for client, row in rows.items()
    ]


def _say_launch(portfolio: Portfolio, day: Any, promise: str) -> str:
    """The likely day where it can be given, not before which where it cannot, a dash where there is none."""
    if pd.isna(day) or promise == NONE:
        return "–"
    marked = mark_day(day.date())
    return marked if promise == DATES else say_text(portfolio, "not_before", day=marked)


def say_launch(portfolio: Portfolio) -> str:
    """What the opening dates of the clients are."""
    key = "launch_levelled" if portfolio.capacity else "launch"
    return say_text(portfolio, f"{key}_mixed" if portfolio.is_operating is None else key)


def _describe_clients(portfolio: Portfolio, _: str) -> dict[str, Any]:
    clients = portfolio.clients
    worst = clients.sort_values(["undated", "undetermined", "open"], ascending=False, kind="stable").head(
        NAMED
    )
    left = len(clients) - len(worst)
    return {
        "launch": say_launch(portfolio),
        "rows": describe_clients(portfolio, worst),
        "left": say_text(portfolio, "clients_left", count=left) if left > 0 else "",
    }


_VIEWS: Mapping[str, Any] = {
    "calls": lambda portfolio, _: describe_calls(portfolio),
    "summary": lambda portfolio, _: describe_summary(portfolio),
    "needed": _describe_needed,
    "bottlenecks": lambda _portfolio, _: {},
    "holding": _describe_bottlenecks,
    "due": _describe_due,
    "events": _describe_events,
    "ahead": _describe_ahead,
    "questions": _describe_questions,
    "load": _describe_load,
    "late": _describe_late,
    "clients": _describe_clients,
    "limits": lambda portfolio, _: {
        "scope": say_scope(portfolio.catalogue, portfolio.as_of, portfolio.language)
    },
}
