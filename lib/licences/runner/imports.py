"""Imports of nbformat, papermill and Voilà without what takes longer than all the rest: a process of ours calls them first."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
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
    if "papermill.iorw" in sys.modules:
        return
    has_store = _STORE not in sys.modules and find_spec(_STORE) is not None
    with _hide(*[_STORE] * has_store), _put_off(_WEB):
        import papermill.iorw
    if has_store:
        papermill.iorw.S3 = _open_store


def import_voila() -> None:
    """Imports Voilà without what fetches pages of the web, which comes when one is fetched."""
    with _put_off(_WEB):
        import voila.app  # noqa: F401


def _open_store(*given: Any, **named: Any) -> Any:
    from papermill.s3 import S3

    return S3(*given, **named)


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


@contextmanager
def _put_off(name: str) -> Iterator[None]:
    """Who imports a module meanwhile gets one that imports it when something is asked of it; all others get it as ever."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = stand_in = ModuleType(name)
    vars(stand_in)["__getattr__"] = lambda asked: getattr(import_module(name), asked)
    try:
        yield
    finally:
        del sys.modules[name]
