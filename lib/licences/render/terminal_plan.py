"""Tables of plans on a terminal: the launch, the steps, what falls due, what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import pandas as pd
from rich.console import RenderableType
from rich.text import Text

from licences.law.catalogue import Catalogue
from licences.law.working_days import read_calendar
from licences.planning.forecast import Forecast
from licences.planning.renewals import MONTHS
from licences.render.terminal import draw_forbidden, draw_scope, make_table
from licences.words.money import say_quotation_total, say_risk, view_money, view_quotation
from licences.words.plans import view_steps
from licences.words.texts import mark_day, say, say_day, say_number, say_share


def draw_plans(
    forecasts: Iterable[Forecast],
    profiles: pd.DataFrame,
    catalogue: Catalogue,
    as_of: date,
    language: str,
) -> list[RenderableType]:
    """For each client: what is forbidden, when it can open, what is at stake, the steps, what cannot be dated, what falls due, what it costs."""
    parts: list[RenderableType] = []
    for forecast, name in zip(forecasts, profiles["name"], strict=True):
        parts += [
            Text(say(language, "plan.title", name=name, client=forecast.plan.client), style="bold"),
            *draw_forbidden(forecast.plan.verdicts, forecast.plan.law),
            *_draw_launch(forecast, language),
            *_draw_risk(forecast),
            *_draw_steps(forecast, language),
            *_draw_doubts(forecast, catalogue, language),
            *_draw_dues(forecast, language),
            *_draw_costs(forecast, language),
            *_draw_quotation(forecast, language),
            Text(),
        ]
    return [*parts, *draw_scope(catalogue, as_of, language)]


def _draw_launch(forecast: Forecast, language: str) -> Iterator[RenderableType]:
    simulation, decider, likely = forecast.simulation, forecast.decided_by, forecast.plan.launch
    if simulation.launch is None or decider is None:
        yield Text(say(language, f"page.{forecast.no_launch}"))
        return
    p50, p80, p90 = map(mark_day, simulation.launch)
    name_code = forecast.plan.law.short
    share = say_share(simulation.decided_by[decider])
    yield Text(
        say(language, "plan.launch", p50=p50, p80=p80, p90=p90, likely=mark_day(likely), decider=name_code(decider),
            share=share, draws=say_number(simulation.draws))
    )  # fmt: skip
    if forecast.left_out:
        names = say(language, "list").join(map(name_code, forecast.left_out))
        yield Text(say(language, "page.left_out", names=names), style="bold red")
    yield Text(say(language, "plan.path", codes=" → ".join(map(name_code, forecast.plan.critical_path))))
    if forecast.basis == "estimate":
        yield Text(say(language, "plan.launch_estimate"), style="yellow")


def _draw_steps(forecast: Forecast, language: str) -> Iterator[RenderableType]:
    plan = forecast.plan
    if not plan.steps:
        return
    table = make_table("", [say(language, "plan.step")])
    for name in ("dates", "slack", "percentiles", "basis"):
        no_wrap = name != "basis"
        table.add_column(say(language, f"plan.{name}"), no_wrap=no_wrap, overflow="fold", max_width=11)
    for view in view_steps(forecast):
        step, on_path = view["step"], view["on_path"]
        title = Text(f"{'▶ ' if on_path else ''}{view['short']}", style="bold" if on_path else "")
        title.append(f"\n{step.code}", style="dim")
        before = (*step.requires, *step.queues_behind)
        if before:
            title.append(
                f"\n{say(language, 'plan.after', codes=say(language, 'list').join(map(plan.law.short, before)))}",
                style="dim",
            )
        if view["blocked_by"]:
            title.append(f"\n{view['blocked_by']}", style="red")
        for note in view["notes"]:
            title.append(f"\n{note}", style="yellow")
        if step.start is None:
            table.add_row(title, Text("–"), "", "", "")
            continue
        ground = Text(view["basis"], style="yellow" if view["is_estimate"] else "")
        table.add_row(
            title,
            Text(f"{mark_day(step.start)}\n{mark_day(step.finish)}"),
            Text(str(step.slack_days), style="bold" if step.critical else "", justify="right"),
            Text("\n".join(map(mark_day, forecast.simulation.finishes[step.code]))),
            ground,
        )
    yield table
    announced_until = read_calendar().announced_until
    if any(days[-1] > announced_until for days in forecast.simulation.finishes.values()):
        yield Text(say(language, "plan.provisional", day=announced_until.isoformat()), style="dim")


def _draw_doubts(forecast: Forecast, catalogue: Catalogue, language: str) -> Iterator[RenderableType]:
    labels = [f"{catalogue.fields[name].label[language]} ({name})" for name in forecast.missing_facts]
    if labels:
        joined = say(language, "list").join(labels)
        yield Text(say(language, "plan.open_conditions", labels=joined), style="magenta")
    undetermined = sum(verdict == "undetermined" for verdict in forecast.plan.verdicts.values())
    if undetermined:
        yield Text(say(language, "plan.undetermined", count=undetermined), style="magenta")


def _draw_dues(forecast: Forecast, language: str) -> Iterator[RenderableType]:
    if forecast.renewals:
        columns = [say(language, f"plan.{name}") for name in ("due_by", "step", "due_what")]
        table = make_table(say(language, "plan.due", months=MONTHS), columns)
        table.columns[0].no_wrap = True
        for event in forecast.renewals:
            what = say(language, "plan.duty_of")
            if event.expires_on:
                what = say(language, "plan.renewal", day=event.expires_on.isoformat())
            dates = (
                f"{say_day(event.renew_from)} – {say_day(event.renew_by)}{'*' if event.provisional else ''}"
            )
            if event.renew_by < forecast.plan.as_of:
                what += f" ({say(language, 'page.overdue')})"
            planned = say(language, "plan.planned") if event.is_planned else ""
            table.add_row(dates, forecast.plan.law.short(event.code), f"{what} {planned}".strip())
        yield table
    if forecast.untold_expiries:
        codes = say(language, "list").join(map(forecast.plan.law.short, forecast.untold_expiries))
        yield Text(say(language, "plan.untold", codes=codes), style="magenta")


def _draw_risk(forecast: Forecast) -> Iterator[RenderableType]:
    risk = say_risk(forecast)
    if risk:
        yield Text(risk, style="red")


def _draw_costs(forecast: Forecast, language: str) -> Iterator[RenderableType]:
    money = view_money(forecast)
    if not money["costs"]:
        return
    has_ours = bool(money["quotation"])
    keys = ["page.phase", "plan.one_off", "plan.yearly", "money.market", *["money.our_fee"] * has_ours]
    columns = [say(language, key) for key in (*keys, "plan.unknown_fees")]
    table = make_table(say(language, "plan.costs"), columns)
    for cost in money["costs"]:
        texts = [cost["fee_text"], cost["yearly_text"], cost["market_text"]]
        unknown = dict.fromkeys((*cost["unknown"], *cost["unknown_yearly"]))
        names = say(language, "list").join(unknown) or "–"
        table.add_row(*map(Text, (cost["phase"], *texts, *[cost["our_text"]] * has_ours, names)))
    yield table
    yield from map(Text, money["totals"])


def _draw_quotation(forecast: Forecast, language: str) -> Iterator[RenderableType]:
    """What the firm itself asks, where it says so; the total says what it leaves out."""
    quotation = view_quotation(forecast)
    if not quotation:
        return
    columns = [say(language, key) for key in ("plan.step", "money.our_fee", "money.remark")]
    table = make_table(say(language, "money.quotation"), columns, (2, 1, 2))
    for quote in quotation:
        title = Text(quote["short"]).append(f"\n{quote['code']}", style="dim")
        table.add_row(title, Text(say_number(quote["our_fee"])), Text(quote["remark"] or ""))
    yield table
    total = say(language, "money.quoted_total", told=say_quotation_total(forecast))
    yield Text(total, style="bold")
