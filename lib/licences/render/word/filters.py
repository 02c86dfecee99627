"""Filters and tests that a Word template may use; each pays for what it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2 import TemplateRuntimeError, pass_context
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.runtime import Context, LoopContext
from jinja2.tests import TESTS as JINJA_TESTS

from licences.render.word.budget import check, check_length, find_budget, weigh

Filter = Callable[..., Any]
_PLAIN = (str, int, float, bool, type(None))
_FILTER_STEPS, _SORT_STEPS = 10, 10


def check_plain(*values: Any) -> None:
    """Raises: TemplateRuntimeError for a list where a text or a number is wanted."""
    for value in values:
        weigh(value)
        if not isinstance(value, _PLAIN):
            raise TemplateRuntimeError(
                "a list stands where a text is wanted; name one of its entries, or add |join(', ')"
            )


def _of_text(function: Filter) -> Filter:
    """A filter of one text or number that makes it no longer, but for what it is told to add."""

    def apply(value: Any, *told: Any, **named: Any) -> Any:
        check_plain(value, *told, *named.values())
        find_budget().take_steps(_FILTER_STEPS)
        return check(function(value, *told, **named))

    return apply


def _of_list(name: str) -> Filter:
    """A filter of Jinja's that works on a list; what it makes is a text, a number or a tuple."""
    function: Filter = JINJA_FILTERS[name]
    wants = getattr(function, "jinja_pass_arg", None)  # what Jinja hands over before the value

    @pass_context
    def apply(context: Context, value: Any, *told: Any, **named: Any) -> Any:
        if isinstance(value, str):  # a list of signs
            find_budget().take_steps(len(value) * _FILTER_STEPS)
        before = find_budget().steps
        weigh((value, told, tuple(named.values())))
        find_budget().take_steps(_FILTER_STEPS + (before - find_budget().steps) * _SORT_STEPS)
        handed = {"context": context, "eval_context": context.eval_ctx, "environment": context.environment}
        first = (handed[wants.name],) if wants else ()
        return check(_settle(function(*first, value, *told, **named)))

    return apply


def _settle(value: Any) -> Any:
    """What a filter hands on one by one, as a tuple."""
    if isinstance(value, tuple):  # of groupby
        return tuple(map(_settle, value))
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        return value
    settled = []
    for each in value:
        find_budget().take_steps(_FILTER_STEPS)
        settled.append(_settle(each))
    return tuple(settled)


def _replace(value: Any, old: Any, new: Any, count: int | None = None) -> str:
    text, sought, put = str(value), str(old), str(new)
    most = text.count(sought) if count is None else min(count, text.count(sought))
    check_length(len(text) + max(0, len(put) - len(sought)) * most)
    return text.replace(sought, put, -1 if count is None else count)


@pass_context
def _join(context: Context, values: Any, between: Any = "", attribute: str | None = None) -> str:
    if attribute is not None:
        values = _of_list("map")(context, values, attribute=attribute)
    parts = list(weigh(values))
    check_plain(between, *parts)
    texts = ["" if part is None else str(part) for part in parts]
    check_length(sum(map(len, texts)) + len(str(between)) * len(texts))
    return str(between).join(texts)


def _join_parts(parts: tuple[Any, ...]) -> str:
    """What ``~`` does."""
    check_plain(*parts)
    texts = [str(part) for part in parts]
    check_length(sum(map(len, texts)))
    return "".join(texts)


def _round(value: float, precision: int = 0, method: str = "common") -> Any:
    if not -15 <= precision <= 15:
        raise TemplateRuntimeError("round takes -15 to 15 places")
    return JINJA_FILTERS["round"](value, precision, method)


def _truncate(value: Any, length: int = 255, end: str = "...") -> str:
    text = str(value)
    return text if len(text) <= length else text[: max(0, length - len(end))].rstrip() + end


def _split(text: Any, *told: Any) -> tuple[str, ...]:
    check_plain(text, *told)
    parts = tuple(str(text).split(*told))
    find_budget().take_steps(_FILTER_STEPS + len(parts))
    return parts


def _look_up(values: Any, key: Any, otherwise: Any = None) -> Any:
    return values.get(key, otherwise) if isinstance(values, Mapping) else None


def _list_of(values: Any, kind: str) -> Any:
    if not isinstance(values, Mapping):
        raise TemplateRuntimeError(f"{kind} wants names with values, such as 'page'")
    find_budget().take_steps(_FILTER_STEPS + len(values))
    return tuple(getattr(values, kind)())


def _cycle(loop: Any, *values: Any) -> Any:
    if not isinstance(loop, LoopContext) or not values:
        raise TemplateRuntimeError("cycle belongs to 'loop' and wants values")
    return values[loop.index0 % len(values)]


def _count(values: Any, weight: int) -> Any:
    """The entries of a loop, each paid for with what its body does."""
    budget = find_budget()
    for each in values:
        budget.take_steps(weight)
        yield each


_TEXT_FILTERS = ("abs", "capitalize", "float", "int", "lower", "string", "title", "trim", "upper")
_LIST_FILTERS = (
    "count", "first", "groupby", "last", "length", "list", "map", "max", "min", "reject", "rejectattr", "reverse",
    "select", "selectattr", "sort", "unique",
)  # fmt: skip
_VALUE_TESTS = (
    "boolean", "divisibleby", "eq", "equalto", "==", "even", "false", "float", "ge", ">=", "greaterthan", "gt", ">",
    "in", "integer", "iterable", "le", "<=", "lessthan", "lt", "<", "lower", "mapping", "ne", "!=", "number", "odd",
    "sequence", "string", "true", "upper",
)  # fmt: skip

FILTERS: Mapping[str, Filter] = {
    **{name: _of_text(JINJA_FILTERS[name]) for name in _TEXT_FILTERS},
    **{name: _of_list(name) for name in _LIST_FILTERS},
    "d": JINJA_FILTERS["default"],
    "default": JINJA_FILTERS["default"],
    "e": _of_text(lambda value: value),  # all that is printed is escaped
    "escape": _of_text(lambda value: value),
    "items": lambda values: _list_of(values, "items"),
    "join": _join,
    "replace": _of_text(_replace),
    "round": _of_text(_round),
    "truncate": _of_text(_truncate),
}
"""Filters by the names that a template calls them by."""

METHODS: Mapping[str, str] = {
    "capitalize": "capitalize", "cycle": " cycle", "endswith": " endswith", "get": " get", "items": "items",
    "join": " join", "keys": " keys", "lower": "lower", "replace": "replace", "split": " split",
    "startswith": " startswith", "strip": "trim", "title": "title", "upper": "upper", "values": " values",
}  # fmt: skip
"""What may be called as ``value.name()``, and the filter that does it: a template never holds a function."""

OWN_FILTERS: Mapping[str, Filter] = {
    " each": _count,
    " weigh": weigh,
    " parts": _join_parts,
    " cycle": _cycle,
    " get": _look_up,
    " keys": lambda values: _list_of(values, "keys"),
    " values": lambda values: _list_of(values, "values"),
    " split": _split,
    " join": pass_context(lambda context, between, values: _join(context, values, between)),
    " startswith": _of_text(lambda text, begin: str(text).startswith(str(begin))),
    " endswith": _of_text(lambda text, end: str(text).endswith(str(end))),
}
"""Filters that only we put in: a template cannot name what begins with a space."""


def _weighed(test: Filter) -> Filter:
    return lambda value, *told: test(weigh(value), *map(weigh, told))


_JINJA_TESTS: Mapping[str, Any] = JINJA_TESTS
TESTS: Mapping[str, Filter] = {
    **{name: _JINJA_TESTS[name] for name in ("defined", "undefined", "none")},
    **{name: _weighed(_JINJA_TESTS[name]) for name in _VALUE_TESTS},
}
"""Tests by the names that a template calls them by, after ``is``."""
