"""Imports of nbformat and papermill without what takes longer than all the rest: a process of ours calls them first."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import LazyLoader, find_spec, module_from_spec
from typing import Any

_FORMATS = ("rfc3987_syntax", "rfc3986_validator", "isoduration")
_STORE, _WEB = "boto3", "requests"


def import_nbformat() -> None:
    """Imports what checks notebooks, so that it finds no grammars of web addresses and of lengths of time.

    jsonschema would compile them at import, and nothing here asks for them. What is imported already, by whoever
    this process belongs to, stays as it is; afterwards the grammars can be imported as before.
    """
    with _hide(*_FORMATS):
        import nbformat  # noqa: F401


def import_papermill() -> None:
    """Imports papermill without what fetches notebooks from elsewhere, which comes when one is asked for there."""
    _import_later(_WEB)
    if "papermill.iorw" in sys.modules or _STORE in sys.modules or find_spec(_STORE) is None:
        import papermill

        return
    with _hide(_STORE):
        import papermill.iorw
    papermill.iorw.S3 = _open_store


def _open_store(*given: Any, **named: Any) -> Any:
    from papermill.s3 import S3

    return S3(*given, **named)


def _import_later(name: str) -> None:
    """A module is there from now on, and is read when somebody first asks something of it."""
    spec = None if name in sys.modules else find_spec(name)
    if spec is None or spec.loader is None:
        return
    spec.loader = LazyLoader(spec.loader)
    sys.modules[name] = module = module_from_spec(spec)
    spec.loader.exec_module(module)


@contextmanager
def _hide(*names: str) -> Iterator[None]:
    """Modules that are not imported yet cannot be meanwhile."""
    ours = [name for name in names if name not in sys.modules]
    for name in ours:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in ours:
            del sys.modules[name]
