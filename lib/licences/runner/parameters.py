"""Parameters that a notebook takes, read by Python's own grammar."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from licences.errors import UsageError, suggest

TAG = "parameters"
_TYPES: Mapping[str, type] = {one.__name__: one for one in (str, int, float, bool)}


@dataclass(frozen=True)
class Parameter:
    """A name that the cell of parameters gives a value to, and the types that fit; none where any does."""

    name: str
    types: frozenset[type] = frozenset()

    def takes(self, value: object) -> bool:
        """Whether a value fits; a whole number does where any number does, and a truth value is no number."""
        return not self.types or type(value) in self.types or (type(value) is int and float in self.types)


def check_parameters(
    notebook: Mapping[str, Any], name: str, parameters: Mapping[str, str | int]
) -> AbstractSet[str]:
    """Holds parameters against a notebook's own, and names these.

    notebook: as ``parse_notebook`` gives it; name: of its file. Raises: UsageError where it does not take one.
    """
    known = read_parameters(notebook, name, parameters)
    for asked, value in parameters.items():
        if asked not in known:
            raise UsageError(f"{name} takes no parameter {asked!r}", suggest(asked, known))
        if not known[asked].takes(value):
            wanted, given = sorted(one.__name__ for one in known[asked].types), type(value).__name__
            wrong = f"the parameter {asked!r} of {name} takes {' or '.join(wanted)}, and is given {given}"
            raise UsageError(wrong, f"write a default there that is {given}")
    return known.keys()


def read_parameters(
    notebook: Mapping[str, Any], name: str, wanted: Mapping[str, object] | None = None
) -> dict[str, Parameter]:
    """The parameters of a notebook by name.

    wanted: what it is to take, for who has none. Raises: UsageError where there is not one cell of them.
    """
    tagged = [
        (at, cell) for at, cell in enumerate(notebook["cells"], start=1) if TAG in cell["metadata"]["tags"]
    ]
    how = "in JupyterLab: Property Inspector, Cell Tags"
    if not tagged:
        names = ", ".join(wanted or ())
        right = f"give {names or 'them'} each a default in one cell, and the cell that tag ({how})"
        raise UsageError(f"{name} has no cell with the tag {TAG!r}", right)
    if len(tagged) > 1:
        places = ", ".join(str(at) for at, _ in tagged)
        wrong = f"{name} has {len(tagged)} cells with the tag {TAG!r}: {places}"
        raise UsageError(wrong, f"leave it on one of them ({how})")
    at, cell = tagged[0]
    if cell["cell_type"] != "code":
        raise UsageError(f"{name}: cell {at} has the tag {TAG!r}, and no code", "make it a cell of code")
    try:
        tree = _parse(cell["source"])
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        said = error.msg if isinstance(error, SyntaxError) else "it cannot be understood"
        raise UsageError(f"{name}: cell {at}{line}: {said}", "the parameters are plain Python") from None
    found = [Parameter(one, types) for line in tree.body for one, types in _find_assigned(line)]
    return {one.name: one for one in found}


def _parse(source: str) -> ast.Module:
    """The cell as Python; what IPython alone knows in it, such as ``%matplotlib inline``, names no parameter."""
    try:
        return ast.parse(source)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        lines = source.splitlines(keepends=True)
        plain = "".join("\n" if line.startswith("%%") else line for line in lines)
        return ast.parse(TransformerManager().transform_cell(plain))


def _find_assigned(line: ast.stmt) -> Iterator[tuple[str, frozenset[type]]]:
    """The names that a statement gives a value to, each with the types that fit."""
    match line:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _match(target, value)
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
            yield name, _find_annotated(annotation) or _find_types(value)


def _match(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[str, frozenset[type]]]:
    match target:
        case ast.Name(id=name):
            yield name, _find_types(value)
        case ast.Starred(value=inner):
            yield from _match(inner, None)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            values: list[Any] = [None] * len(targets)
            if isinstance(value, ast.Tuple | ast.List) and not any(
                isinstance(one, ast.Starred) for one in (*targets, *value.elts)
            ):
                values = value.elts
            for inner, own in zip(targets, values, strict=False):
                yield from _match(inner, own)


def _find_types(default: ast.expr | None) -> frozenset[type]:
    """The type of a default that is written out; none for None, and for what is only known once it runs."""
    if default is None:
        return frozenset()
    try:
        value = ast.literal_eval(default)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return frozenset()
    return frozenset() if value is None else frozenset({type(value)})


def _find_annotated(annotation: ast.expr) -> frozenset[type]:
    """The types that an annotation such as ``str`` or ``int | None`` names; none where it says more than that."""
    match annotation:
        case ast.Name(id=name) if name in _TYPES:
            return frozenset({_TYPES[name]})
        case ast.BinOp(left=one, op=ast.BitOr(), right=other):
            both = [_find_annotated(part) for part in (one, other) if not _is_none(part)]
            return frozenset.union(*both) if both and all(both) else frozenset()
    return frozenset()


def _is_none(annotation: ast.expr) -> bool:
    return isinstance(annotation, ast.Constant) and annotation.value is None
