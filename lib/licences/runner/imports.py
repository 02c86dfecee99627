"""Import of nbformat without a grammar that takes longer than all the rest: a process of ours calls it first."""

from __future__ import annotations

import sys

_GRAMMAR = "rfc3987_syntax"


def import_nbformat() -> None:
    """Imports what checks notebooks, so that it finds no grammar of internationalised web addresses.

    jsonschema would compile it at import, and nothing here asks for it. What is imported already, by whoever
    this process belongs to, stays as it is; afterwards the grammar can be imported as before.
    """
    is_ours = _GRAMMAR not in sys.modules
    if is_ours:
        sys.modules[_GRAMMAR] = None  # type: ignore[assignment]
    try:
        import nbformat  # noqa: F401
    finally:
        if is_ours:
            del sys.modules[_GRAMMAR]
