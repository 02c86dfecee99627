"""Sandbox of a Word template: it can name what it is given, and reach, run and use up nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, cast

from jinja2 import StrictUndefined, Template, TemplateAssertionError, TemplateRuntimeError, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer

from licences.errors import suggest
from licences.render.word.budget import (
    LARGEST_NUMBER,
    TooMuchError,
    check,
    check_length,
    check_numbers,
    find_budget,
    weigh,
)
from licences.render.word.context import NAMES, ClientName
from licences.render.word.filters import FILTERS, METHODS, OWN_FILTERS, TESTS
from licences.render.word.parts import clean_text

LOOP_NAMES = frozenset(
    {"depth", "depth0", "first", "index", "index0", "last", "length", "nextitem", "previtem", "revindex", "revindex0"}
)  # fmt: skip
_DEEPEST = 60
_SLICE_STEPS = 100
_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign, nodes.With, nodes.Name,
    nodes.Const, nodes.Tuple, nodes.List, nodes.Dict, nodes.Pair, nodes.CondExpr, nodes.Filter, nodes.Test,
    nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Concat, nodes.Compare, nodes.Operand, nodes.Not, nodes.And,
    nodes.Or, nodes.BinExpr, nodes.UnaryExpr, nodes.Call, nodes.Keyword,
)  # fmt: skip
_TAGS: Mapping[type[nodes.Node], str] = {
    nodes.AssignBlock: "{% set %} … {% endset %}", nodes.Block: "{% block %}", nodes.CallBlock: "{% call %}",
    nodes.Extends: "{% extends %}", nodes.FilterBlock: "{% filter %}", nodes.FromImport: "{% from %}",
    nodes.Import: "{% import %}", nodes.Include: "{% include %}", nodes.Macro: "{% macro %}",
    nodes.ScopedEvalContextModifier: "{% autoescape %}",
}  # fmt: skip


class Picture(str):
    """A mark that is printed where a picture is to stand; neither a template nor a client can write one."""

    __slots__ = ()


def freeze(value: Any, frozen: dict[int, Any] | None = None) -> Any:
    """The same in plain values that cannot be changed: texts, numbers, tuples and read-only mappings.

    frozen: what is frozen already, by the identity of what it was. Raises: TypeError for anything else.
    """
    kind = type(value)
    if kind is str or kind in {bool, int, float, type(None), Picture}:
        return value
    if kind is ClientName:
        return ClientName(value, freeze(value.extra, frozen))
    frozen = {} if frozen is None else frozen
    found = frozen.get(id(value))
    if found is not None:
        return found
    if isinstance(value, Mapping):
        found = MappingProxyType({key: freeze(each, frozen) for key, each in value.items()})
    elif isinstance(value, list | tuple):
        found = tuple([freeze(each, frozen) for each in value])
    elif isinstance(value, date):
        return value.isoformat()
    else:
        raise TypeError(f"{kind.__name__} is nothing for a template")
    frozen[id(value)] = found
    return found


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """What fills a template. A template is the same for each client of a batch, and is compiled once."""

    intercepted_binops = frozenset(ImmutableSandboxedEnvironment.default_binop_table)

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=_Unknown, finalize=_print, optimized=False)
        self.globals.clear()
        self.filters = {**FILTERS, **OWN_FILTERS}
        self.tests = dict(TESTS)
        self._find_template = lru_cache(maxsize=64)(super().from_string)

    def from_string(self, source: Any, *args: Any, **more: Any) -> Template:
        if args or more:
            return super().from_string(source, *args, **more)
        return self._find_template(source)

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        _check_names(source)
        _Confiner().visit(source)
        source.set_environment(self)
        return super()._generate(source, name, filename, defer_init)

    @staticmethod
    def concat(pieces: Iterable[str]) -> str:
        """Puts together what a template writes, and stops it where that is too much."""
        budget, made = find_budget(), []
        for piece in pieces:
            budget.take_characters(len(piece))
            made.append(piece)
        return "".join(made)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A part of what a template was given; of nothing does it see what Python has."""
        if isinstance(obj, MappingProxyType | dict):
            return self.getitem(obj, attribute)
        if isinstance(obj, ClientName) and attribute == "extra":
            return obj.extra
        if isinstance(obj, LoopContext) and attribute in LOOP_NAMES:
            return getattr(obj, attribute)
        if isinstance(obj, StrictUndefined):
            str(obj)  # raises what is to be said
        if attribute.startswith("_"):
            return self.unsafe_undefined(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, MappingProxyType | dict) and isinstance(argument, str | int | float | None):
            try:
                return obj[argument]
            except KeyError:
                return self.undefined(obj=obj, name=str(argument))
        if isinstance(obj, tuple | list | str) and isinstance(argument, int):
            try:
                return obj[argument]
            except IndexError:
                return self.undefined(obj=obj, name=str(argument))
        return self.getattr(obj, str(argument) if isinstance(argument, str | int) else "")

    def call(self, _context: Context, called: Any, *_told: Any, **_named: Any) -> Any:
        """Nothing that a template holds can be called; what it may call has become a filter."""
        raise SecurityError(f"{type(called).__name__} cannot be called")

    def call_binop(self, _context: Context, operator: str, left: Any, right: Any) -> Any:
        """Works out a sum, within bounds."""
        check_numbers(weigh(left), weigh(right))
        if isinstance(left, str) and operator == "%":
            raise SecurityError("a text cannot be filled in with %; write ~ between the parts")
        if operator == "*":
            for text, times in ((left, right), (right, left)):
                if not isinstance(text, int | float) and isinstance(times, int):
                    check_length(len(text) * max(0, times))
        elif operator == "+" and not isinstance(left, int | float):
            check_length(len(left) + len(right))
        elif operator == "**" and math.log2(max(abs(left), 2)) * abs(right) > math.log2(LARGEST_NUMBER):
            raise TooMuchError("the template makes a number beyond all bounds")
        return check(self.binop_table[operator](left, right))


@cache
def make_environment() -> TemplateEnvironment:
    return TemplateEnvironment()


class _Unknown(StrictUndefined):
    """What a template names and was not given; it says what may have been meant."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        whole, name = self._undefined_obj, self._undefined_name
        if self._undefined_hint or name is None or whole is missing:
            return str(super()._undefined_message)
        if isinstance(whole, Mapping):
            return f"an entry has no attribute {name!r}; {suggest(str(name), list(map(str, whole)))}"
        kinds = {
            Picture: "a picture",
            str: "a text",
            ClientName: "a text",
            tuple: "a list",
            list: "a list",
            LoopContext: "loop",
        }
        return f"{kinds.get(type(whole), type(whole).__name__)} has no attribute {name!r}"


def _print(value: Any) -> Any:
    """What is printed of a value: nothing for what is not known, no characters that an XML file may not hold."""
    if type(value) is str:
        return clean_text(value)
    if value is None:
        return ""
    if isinstance(value, Picture | int | float):
        return value
    if isinstance(value, StrictUndefined | str):
        return clean_text(str(value))
    raise TemplateRuntimeError(
        "a list cannot be printed; name one of its entries, write a loop, or add |join(', ')"
    )


def _check_names(template: nodes.Template) -> None:
    """Raises: TemplateAssertionError for a name that is neither given nor made in the template."""
    made = {name.name for name in template.find_all(nodes.Name) if name.ctx != "load"}
    asked = {
        node.node.name
        for node in template.find_all((nodes.Test, nodes.Filter))
        if node.name in {"defined", "undefined", "default", "d"} and isinstance(node.node, nodes.Name)
    }
    for name in template.find_all(nodes.Name):
        if name.name not in {*made, *asked, *NAMES, "loop"}:
            raise TemplateAssertionError(
                f"{name.name!r} is undefined; {suggest(name.name, NAMES)}", name.lineno
            )


class _Confiner(NodeTransformer):
    """Takes of a template only what is for one, and has all that can be much paid for."""

    def __init__(self) -> None:
        self.depth = 0

    def visit(self, node: nodes.Node, *told: Any, **named: Any) -> Any:
        self._check_kind(node)
        self.depth += 1
        if self.depth > _DEEPEST:
            raise TemplateAssertionError(f"tags or brackets lie more than {_DEEPEST} deep", node.lineno)
        visited = super().visit(node, *told, **named)
        self.depth -= 1
        return visited

    def _check_kind(self, node: nodes.Node) -> None:
        if not isinstance(node, _NODES):
            tag = _TAGS.get(type(node), type(node).__name__)
            raise TemplateAssertionError(f"{tag} is not for a Word template", node.lineno)
        for kind, known in ((nodes.Filter, FILTERS), (nodes.Test, TESTS)):
            if type(node) is kind and node.name not in known:
                word = kind.__name__.lower()
                raise TemplateAssertionError(
                    f"no {word} {node.name!r}; {suggest(node.name, known)}", node.lineno
                )

    def visit_TemplateData(self, node: nodes.TemplateData) -> nodes.Node:  # noqa: N802 - Jinja's name for it
        """Braces that are to be printed; docxtpl would replace them in what a client typed too."""
        for written, meant in (("{_{", "{{"), ("}_}", "}}"), ("{_%", "{%"), ("%_}", "%}")):
            node.data = node.data.replace(written, meant)
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        if node.recursive:
            raise TemplateAssertionError("'recursive' is not for a Word template", node.lineno)
        weight = 1 + _count_nodes([*node.body, *([node.test] if node.test else [])])
        self.generic_visit(node)
        node.iter = _filter(" each", node.iter, nodes.Const(weight, lineno=node.lineno))
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802
        method = node.node.attr if isinstance(node.node, nodes.Getattr) else ""
        if not isinstance(node.node, nodes.Getattr) or node.dyn_args or node.dyn_kwargs:
            named = f" ({node.node.name})" if isinstance(node.node, nodes.Name) else ""
            raise TemplateAssertionError(f"a Word template has no functions{named}", node.lineno)
        if method not in METHODS:
            raise TemplateAssertionError(
                f"no method {method!r} in a Word template; {suggest(method, METHODS)}", node.lineno
            )
        called = _filter(METHODS[method], node.node.node, *node.args)
        called.kwargs = node.kwargs  # type: ignore[assignment]  # Jinja makes Keywords of them
        return self.generic_visit(called)

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:  # noqa: N802
        if node.dyn_args or node.dyn_kwargs or node.node is None:
            raise TemplateAssertionError("'*' is not for a Word template", node.lineno)
        return self.generic_visit(node)

    visit_Test = visit_Filter  # noqa: N815

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _filter(" parts", nodes.Tuple(node.nodes, "load", lineno=node.lineno))

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.expr = _filter(" weigh", node.expr)
        for operand in node.ops:
            operand.expr = _filter(" weigh", operand.expr)
        return node

    def visit_List(self, node: nodes.Expr) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _filter(" weigh", node)

    visit_Dict = visit_List  # noqa: N815

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return node if node.ctx == "store" else _filter(" weigh", node)


def _filter(name: str, value: nodes.Node, *told: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(cast("nodes.Expr", value), name, list(told), [], None, None, lineno=value.lineno)


def _count_nodes(parts: Iterable[nodes.Node]) -> int:
    """What one round of a loop costs; loops within pay for themselves."""
    count = 0
    for part in parts:
        inner = [part.iter] if isinstance(part, nodes.For) else part.iter_child_nodes()
        count += (_SLICE_STEPS if isinstance(part, nodes.Slice) else 1) + _count_nodes(inner)
    return count
