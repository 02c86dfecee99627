"""Tables of plans on a terminal: the launch, the steps, what falls due, what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from licences.law.working_days import read_calendar
from licences.planning.renewals import MONTHS
from licences.render.terminal import draw_deadlines, draw_forbidden, draw_scope, make_table
from licences.words.missing import view_missing
from licences.words.money import say_quotation_total, say_risk, view_money, view_quotation
from licences.words.operating import say_for
from licences.words.overrides import say_ground, say_note, say_override, view_note
from licences.words.plans import StepView, view_launch, view_steps
from licences.words.promise import view_promise
from licences.words.stages import view_stages
from licences.words.texts import add_note, mark_day, say, say_day, say_number

if TYPE_CHECKING:
    from licences.law.catalogue import Catalogue
    from licences.planning.forecast import Forecast


def draw_plans(
    forecasts: Iterable[Forecast],
    profiles: pd.DataFrame,
    catalogue: Catalogue,
    as_of: date,
    language: str,
) -> Iterator[RenderableType]:
    """For each client: what is forbidden, which deadlines are near, what is missing today where it trades, by when, its stages, what is at stake, the steps, what cannot be dated, what falls due, what it costs."""
    for forecast, name in zip(forecasts, profiles["name"], strict=True):
        yield Text(say(language, "plan.title", name=name, client=forecast.plan.client), style="bold")
        yield from draw_forbidden(forecast.plan.verdicts, forecast.plan.law)
        yield from _draw_case_file(forecast, language)
        yield from draw_deadlines(forecast.deadlines, forecast.plan.law)
        yield from _draw_missing(forecast, language)
        yield from _draw_launch(forecast, language)
        yield from _draw_stages(forecast, language)
        yield from _draw_risk(forecast)
        yield from _draw_steps(forecast, language)
        yield from _draw_doubts(forecast, catalogue, language)
        yield from _draw_dues(forecast, language)
        yield from _draw_costs(forecast, language)
        yield from _draw_quotation(forecast, language)
        yield Text()
    yield from draw_scope(catalogue, as_of, language)


def _draw_case_file(forecast: Forecast, language: str) -> Iterator[RenderableType]:
    """What we hold against the rules, and all notes."""
    law = forecast.plan.law
    for one in forecast.case_file.overrides:
        if one.kind != "verdict" and one.code in law.entries:
            yield Text(say_override(one, law))
        elif one.code in law.entries:
            ours, ground = say(language, f"verdict.{one.value}"), say_ground(one, language)
            said = say(language, "override.stands", ours=ours, ground=ground)
            yield Text(say(language, "note.of", name=law.short(one.code), note=said))
    for note in map(view_note, forecast.case_file.notes):
        said = say_note(note, language)
        name = law.short(note["code"])
        yield Text(say(language, "note.of", name=name, note=said) if note["code"] else said, style="bold")


def _draw_missing(forecast: Forecast, language: str) -> Iterator[RenderableType]:
    """What a client that trades is missing today, most urgent first."""
    if not forecast.is_operating:
        return
    missing = view_missing(forecast)
    if not missing:
        yield Text(say(language, "page.today.none"), style="green")
        return
    yield Text(say(language, "page.today.title"), style="bold red")
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    for number, one in enumerate(missing, start=1):
        table.add_row(Text(f"{number}."), Text(one["text"], style="bold red" if one["is_forbidden"] else ""))
    yield table


def _draw_launch(forecast: Forecast, language: str) -> Iterator[RenderableType]:
    name_code, launch = forecast.plan.law.short, view_launch(forecast)
    yield Text(view_promise(forecast)["sentence"], style="bold")
    if launch is None:
        return
    yield Text(
        say(language, "plan.launch", likely=mark_day(launch["likely"]), decider=launch["decider"],
            share=launch["decider_share"], draws=say_number(launch["draws"]))
    )  # fmt: skip
    codes = " → ".join(map(name_code, forecast.plan.critical_path))
    yield Text(say_for(forecast.is_operating, language, "plan.path", codes=codes))
    if forecast.basis == "estimate":
        yield Text(say(language, "plan.launch_estimate"), style="yellow")


def _draw_stages(forecast: Forecast, language: str) -> Iterator[RenderableType]:
    """Of a client told in stages what each brings and needs anew, and whether that is done before it begins."""
    stages = view_stages(forecast)
    if not stages:
        return
    yield Text(say(language, "stages.title"), style="bold")
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    for stage in stages:
        said = Text(stage["summary"])
        said.append(f"\n{stage['promise']}", style="dim")
        if stage["late"]:
            said.append(f"\n{stage['late']}", style="bold red")
        table.add_row(Text(f"{stage['number']}."), said)
    yield table


def _draw_steps(forecast: Forecast, language: str) -> Iterator[RenderableType]:
    plan = forecast.plan
    if not plan.steps:
        return
    table = make_table("", [say(language, "plan.step")])
    views = view_steps(forecast)
    has_chances = forecast.is_promised or bool(forecast.promised)
    for name in ("dates", "slack", *(("percentiles",) if has_chances else ()), "basis"):
        no_wrap = name != "basis"
        table.add_column(say(language, f"plan.{name}"), no_wrap=no_wrap, overflow="fold", max_width=11)
    for view in views:
        step, title = view["step"], _make_title(view, language)
        if step.start is None:
            table.add_row(title, Text("–"))
            continue
        ground = Text(view["basis"], style="yellow" if view["is_estimate"] else "")
        chances = [Text("\n".join(mark_day(day) for _, day in view["percentiles"]))] if has_chances else []
        table.add_row(
            title,
            Text("\n".join(map(mark_day, (step.start, step.submit_on, step.finish)))),
            Text(str(step.slack_days), style="bold" if step.critical else "", justify="right"),
            *chances,
            ground,
        )
    yield table
    announced_until = read_calendar().announced_until
    ends = [step.finish for step in plan.dated if step.finish]
    if has_chances:
        ends += [days[-1] for days in forecast.simulation.finishes.values()]
    if any(day > announced_until for day in ends):
        yield Text(say(language, "plan.provisional", day=announced_until.isoformat()), style="dim")


def _make_title(view: StepView, language: str) -> Text:
    """What a step is called, what it waits for, and what is to be said of it."""
    step, on_path = view["step"], view["on_path"]
    title = Text(f"{'▶ ' if on_path else ''}{view['short']}", style="bold" if on_path else "")
    if view["after"]:
        codes = say(language, "list").join(view["after"])
        title.append(f"\n{say(language, 'plan.after', codes=codes)}", style="dim")
    if view["begins_on"] and view["needed_from"]:
        title.append(f"\n{view['needed_from']}", style="cyan")
    if view["waits"]:
        title.append(f"\n{view['waits']}", style="yellow")
    if view["standing"]:
        title.append(f"\n{view['standing']}", style="red" if step.is_overdue else "green")
    if view["late"]:
        title.append(f"\n{view['late']}", style="red")
    if view["blocked_by"]:
        title.append(f"\n{view['blocked_by']}", style="red")
    for note in view["notes"]:
        title.append(f"\n{note}", style="yellow")
    return title.append(f"\n{step.code}", style="dim")


def _draw_doubts(forecast: Forecast, catalogue: Catalogue, language: str) -> Iterator[RenderableType]:
    labels = [catalogue.fields[name].label[language] for name in forecast.missing_facts]
    if labels:
        joined = say(language, "list").join(labels)
        yield Text(say(language, "plan.open_conditions", labels=joined), style="magenta")
    undetermined = sum(verdict == "undetermined" for verdict in forecast.plan.verdicts.values())
    if undetermined:
        yield Text(
            say_for(forecast.is_operating, language, "plan.undetermined", count=undetermined), style="magenta"
        )


def _draw_dues(forecast: Forecast, language: str) -> Iterator[RenderableType]:
    if forecast.due:
        columns = [say(language, f"plan.{name}") for name in ("due_by", "step", "due_what")]
        table = make_table(say(language, "plan.due", months=MONTHS), columns)
        table.columns[0].no_wrap = True
        for event in forecast.due:
            what = say(language, "plan.duty_of")
            if event.expires_on:
                what = say(language, "plan.renewal", day=event.expires_on.isoformat())
            dates = (
                f"{say_day(event.renew_from)} – {say_day(event.renew_by)}{'*' if event.provisional else ''}"
            )
            if event.renew_by < forecast.plan.as_of:
                what = add_note(what, say(language, "page.overdue"), language)
            if event.is_planned:
                what = add_note(what, say(language, "page.due_planned"), language)
            table.add_row(dates, forecast.plan.law.short(event.code), what)
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
    total = say(language, "page.quotation_total", told=say_quotation_total(forecast))
    yield Text(total, style="bold")
