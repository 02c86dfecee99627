"""Changes of a row in a reader's language: by what they mean to who applies, and not by columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from licences.analysis.record import REST
from licences.law.diff import is_of_sources
from licences.law.rows import make_plain
from licences.words.labels import GROUNDS, say_cell
from licences.words.texts import is_short, say, say_amount

if TYPE_CHECKING:
    from licences.law.in_force import Licence

Side = tuple[Any, Mapping[str, Any]]
"""A cell as JSON has it, and the row that says what its days are."""
Sides = Callable[[str], "tuple[Side, Side] | None"]
"""By column what was and what is; None where that is not to be told."""

# What a reader asks about, what matters most first, with the columns that tell it, the one that says most first.
_TOPICS: dict[str, tuple[str, ...]] = {
    "applies": ("obligation", "applies_when", "kind"),
    "time": ("days_likely", "statutory_days", "days_max", "days_min"),
    "fee": ("fee_cny",),
    "yearly_fee": ("yearly_fee_cny",),
    "validity": ("validity_years",),
    "renewal": ("renewal_lead_days", "renewal_latest_days"),
    "conditions": ("conditions", "eligible_when"),
    "documents": ("documents",),
    "duty": ("yearly_duty", "duty_windows"),
    "requires": ("requires",),
    "authority": ("authority", "level"),
    "penalty": ("penalty_max_cny", "penalty_min_cny", "penalty_closes", "penalty"),
    "foreign_rule": ("foreign_rule",),
    "name": ("name", "short"),
    "legal_basis": ("legal_basis",),
    "market": ("market_min_cny", "market_max_cny", "fee_note"),
    "phase": ("phase", "article_phase", "article_item", "catalogue_code"),
    "notes": ("note", "advice", "definition", "relevance", "examples", REST),
}
_TOPIC_OF = {column: topic for topic, columns in _TOPICS.items() for column in columns}
# Expressions, codes, and texts of several sentences: that they differ is said, not how.
_UNTOLD = frozenset(
    {"applies_when", "eligible_when", "requires", "duty_windows", "yearly_duty", "penalty", "foreign_rule",
     "legal_basis", "fee_note", "note", "advice", "definition", "relevance", "examples", "article_item",
     "catalogue_code"}
)  # fmt: skip
_NAMED, _ALL = 3, 4  # more than _ALL are too many to name: then as many as _NAMED are


def say_changes(columns: Iterable[str], find_sides: Sides, language: str) -> str:
    """What has changed of a row: what matters most by its content, and how much more there is; empty for sources alone."""
    changed: dict[str, list[str]] = {}
    for column in columns:
        topic = _TOPIC_OF.get(_find_stem(column, language))
        if topic and not column.endswith(GROUNDS):
            changed.setdefault(topic, []).append(column)
    topics = [topic for topic in _TOPICS if topic in changed]
    shown = topics if len(topics) <= _ALL else topics[:_NAMED]
    said = [_say_topic(topic, changed[topic], find_sides, language) for topic in shown]
    joined = say(language, "changes.between").join(said)
    left = len(topics) - len(shown)
    return say(language, "changes.and_details", told=joined, count=left) if left else joined


def say_changes_between(was: Licence, now: Licence, columns: Iterable[str], language: str) -> str:
    """The same of two rows of a licence; where nothing but sources and checks differs it says so."""
    told = list(columns)

    def find_sides(column: str) -> tuple[Side, Side]:
        return (make_plain(was.row[column]), was.row), (make_plain(now.row[column]), now.row)

    said = say_changes(told, find_sides, language)
    return said or say(language, f"changes.{'of_sources' if all(map(is_of_sources, told)) else 'of_details'}")


def _find_stem(column: str, language: str) -> str:
    return column.removesuffix(f"_{language}").removesuffix("_zh")


def _say_topic(topic: str, columns: list[str], find_sides: Sides, language: str) -> str:
    """What a reader asks about, with what was and what is where that is short."""
    label = say(language, f"changes.topics.{topic}")
    order = {name: at for at, name in enumerate(_TOPICS[topic])}
    for column in sorted(columns, key=lambda name: order.get(_find_stem(name, language), len(order))):
        sides = None if _find_stem(column, language) in _UNTOLD else find_sides(column)
        said = _say_sides(column, *sides, language) if sides else ""
        if said:
            return say(language, "changes.topic", label=label, sides=said)
    return label


def _say_sides(column: str, was: Side, now: Side, language: str) -> str:
    """What was and what is; empty where that is too long. Of a list the one item that comes or goes."""
    old, new = was[0], now[0]
    if isinstance(old, list) and isinstance(new, list) and column.startswith(("conditions", "documents")):
        come, gone = ([one for one in a if one not in b] for a, b in ((new, old), (old, new)))
        if old and new and len(come) + len(gone) == 1:
            only = say_cell(column, (come or gone)[0], {}, language)
            if is_short(only):
                return say(language, f"changes.{'come' if come else 'gone'}", what=only)
        return ""
    before, after = (_say_side(column, *side, language) for side in (was, now))
    return say(language, "changes.sides", old=before, new=after) if is_short(before + after) else ""


def _say_side(column: str, value: Any, row: Mapping[str, Any], language: str) -> str:
    if value is None or value == []:
        return say(language, "unknown")
    if column.endswith("_cny"):
        key = "a_year" if column.startswith("yearly") else "once"
        return say(language, f"changes.sums.{key}", amount=say_amount(value, language))
    if column == "validity_years":
        return say(language, "changes.sums.years", count=say_amount(value, language))
    return say_cell(column, value, row, language)
