"""Expressions over the profile fields: a short whitelist, and nothing else is understood."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from licences.errors import ExpressionError, UnknownNameError, suggest
from licences.reading.tables import NONE
from licences.rules.facts import HELD, Field, Fields

MAX_LENGTH = 2_000
GRAMMAR = "use field names, and, or, not, comparisons with a literal, in, and parentheses"
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip

Value = bool | float | str


@dataclass(frozen=True)
class Atom:
    """One statement about one fact: ``is`` (a yes/no), ``has`` (a member of a set), or a comparison."""

    field: str
    op: str
    value: Value = True


@dataclass(frozen=True)
class Not:
    part: Node


@dataclass(frozen=True)
class And:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Or:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Always:
    value: bool


Node = Atom | Not | And | Or | Always


def find_atoms(node: Node) -> Iterator[Atom]:
    """The atoms of an expression from left to right, each as often as it stands there."""
    match node:
        case Atom():
            yield node
        case Not(part):
            yield from find_atoms(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from find_atoms(part)


def read_expression(text: str, fields: Fields) -> Node:
    """The meaning of an expression. Raises: ExpressionError."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(text, f"the expression has {len(text)} characters", f"at most {MAX_LENGTH}")
    try:
        return _Reader(text, fields).read(ast.parse(text.strip(), mode="eval").body)
    except SyntaxError as error:
        wrong = f"the expression breaks off at character {error.offset or 1}"
        raise ExpressionError(text, wrong, GRAMMAR) from None
    except (RecursionError, MemoryError, ValueError):
        raise ExpressionError(text, "the expression cannot be read", GRAMMAR) from None


class _Reader:
    """Turns Python's syntax tree into ours and refuses whatever is not on the list."""

    def __init__(self, text: str, fields: Fields) -> None:
        self.text, self.fields = text, fields

    def fail(self, wrong: str, right: str = GRAMMAR) -> ExpressionError:
        return ExpressionError(self.text, wrong, right)

    def read(self, node: ast.expr) -> Node:
        match node:
            case ast.BoolOp(op=ast.And(), values=parts):
                return And(tuple(self.read(part) for part in parts))
            case ast.BoolOp(op=ast.Or(), values=parts):
                return Or(tuple(self.read(part) for part in parts))
            case ast.UnaryOp(op=ast.Not(), operand=part):
                return Not(self.read(part))
            case ast.Constant(value=bool(value)):
                return Always(value)
            case ast.Name(id=name):
                field = self.find_field(name)
                if field.type != "bool":
                    raise self.fail(
                        f"{name!r} is a {field.type}, not a yes or no", "compare it with a literal"
                    )
                return Atom(name, "is")
            case ast.Compare(left=left, ops=ops, comparators=rights):
                sides = [left, *rights]
                links = tuple(
                    self.read_comparison(one, _OPERATORS.get(type(op), ""), other)
                    for one, op, other in zip(sides, ops, rights, strict=False)
                )
                return links[0] if len(links) == 1 else And(links)
        raise self.fail(f"{_name_node(node)} is not allowed in an expression")

    def read_comparison(self, left: ast.expr, op: str, right: ast.expr) -> Node:
        if not op:
            raise self.fail("'is' is not allowed in an expression", "write == or !=")
        if op in {"in", "not in"}:
            found = self.read_membership(left, right)
            return Not(found) if op == "not in" else found
        if isinstance(left, ast.Name):
            name, value = left.id, self.read_literal(right)
        elif isinstance(right, ast.Name):
            name, value, op = right.id, self.read_literal(left), _MIRRORED[op]
        else:
            self.refuse_foreign(left, right)
            raise self.fail("a comparison names no field", "compare a field with a literal")
        if op == "!=":
            return Not(self.make_atom(name, "==", value))
        return self.make_atom(name, op, value)

    def read_membership(self, left: ast.expr, right: ast.expr) -> Node:
        if isinstance(right, ast.Name):
            value = self.read_literal(left)
            field = self.find_field(right.id)
            if field.type != "set":
                raise self.fail(f"{right.id!r} is no set", "use in with a set of values")
            return Atom(right.id, "has", self.check_value(field, value))
        if isinstance(left, ast.Name) and isinstance(right, (ast.Tuple, ast.List, ast.Set)) and right.elts:
            values = [self.read_literal(element) for element in right.elts]
            return Or(tuple(self.make_atom(left.id, "==", value) for value in values))
        self.refuse_foreign(left, right)
        raise self.fail(
            "in needs a set of the profile or a list of literals", "write 'drugs' in own_categories"
        )

    def make_atom(self, name: str, op: str, value: Value) -> Node:
        field = self.find_field(name)
        if field.type == "number":
            if isinstance(value, (bool, str)):
                raise self.fail(f"{name!r} is a number and {value!r} is none", "compare it with a number")
            return Atom(name, op, float(value))
        if op != "==":
            raise self.fail(
                f"{name!r} is a {field.type} and has no order", "only numbers are larger or smaller"
            )
        if field.type == "bool":
            if not isinstance(value, bool):
                raise self.fail(f"{name!r} is a yes or no and {value!r} is neither", "write True or False")
            return Atom(name, "is") if value else Not(Atom(name, "is"))
        if field.type == "set" and value != NONE:
            raise self.fail(
                f"the set {name!r} is compared with {value!r}", "use in, or compare it with 'none'"
            )
        return Atom(name, "==", value if value == NONE else self.check_value(field, value))

    def check_value(self, field: Field, value: Value) -> str:
        if value not in field.values:
            if field.name == HELD:
                raise self.fail(f"no licence {value!r}", suggest(str(value), field.values))
            raise self.fail(f"{field.name!r} has no value {value!r}", suggest(str(value), field.values))
        return str(value)

    def find_field(self, name: str) -> Field:
        try:
            return self.fields[name]
        except UnknownNameError as error:
            wrong, right = str(error).split("; ", 1)
            raise self.fail(wrong, right) from None

    def read_literal(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(value=bool() | str() as value):
                return value
            case ast.Constant(value=int() | float() as value):
                return float(value)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                return -float(value)
        self.refuse_foreign(node)
        raise self.fail("a field is compared with something that is no literal", "compare it with a literal")

    def refuse_foreign(self, *nodes: ast.expr) -> None:
        allowed = (ast.Name, ast.Constant, ast.Tuple, ast.List, ast.Set, ast.UnaryOp)
        for node in nodes:
            if not isinstance(node, allowed):
                raise self.fail(f"{_name_node(node)} is not allowed in an expression")


def _name_node(node: ast.AST) -> str:
    names = {
        ast.Call: "a call", ast.Attribute: "an attribute", ast.Subscript: "a subscript",
        ast.ListComp: "a comprehension", ast.SetComp: "a comprehension", ast.DictComp: "a comprehension",
        ast.GeneratorExp: "a comprehension", ast.Lambda: "a lambda", ast.BinOp: "arithmetic",
        ast.IfExp: "a condition", ast.NamedExpr: "an assignment", ast.JoinedStr: "a formatted text",
    }  # fmt: skip
    return names.get(type(node), f"{type(node).__name__.lower()}")
