"""What it would take to change an answer, on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from rich.text import Text

from licences.law.kinds import OBLIGATIONS
from licences.words.overrides import say_ground
from licences.words.remedies import say_aim
from licences.words.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from licences.assessment.remedies import Aim
    from licences.assessment.verdicts import Judgement
    from licences.law.in_force import Licence
    from licences.rules.facts import Fields


def draw_remedies(
    one: Judgement, entry: Licence, aims: Mapping[str, Aim], fields: Fields, as_of: date, language: str
) -> list[RenderableType]:
    """What it would take, aim by aim, each way on a line of its own."""
    title = say(
        language,
        "what_it_takes.title",
        name=one.name,
        client=one.client,
        licence=_name_both(entry),
        as_of=as_of,
    )
    ours = one.overridden.get(entry.code)
    verdict = say(language, f"verdict.{one.by_rules.get(entry.code, one.verdicts[entry.code])}")
    head = Text(title, style="bold").append(f"  {entry.code}", style="not bold dim")
    parts = [head, Text(say(language, "what_it_takes.verdict", verdict=verdict))]
    if ours:
        held, ground = say(language, f"verdict.{ours.value}"), say_ground(ours, language)
        parts.append(Text(say(language, "override.stands", ours=held, ground=ground), style="bold"))
    obligation = str(entry.row["obligation"])
    for name, aim in aims.items():
        if name == "eligible" and obligation in OBLIGATIONS.values():
            continue
        first, *ways = say_aim(name, aim, one.profile, fields, language, obligation)
        parts += [Text(""), Text(first), *(Text(f"  {way}") for way in ways)]
    return [*parts, Text("")]


def _name_both(entry: Licence) -> str:
    official = entry.official_name
    return entry.name if entry.name == official else f"{entry.name} {official}"
