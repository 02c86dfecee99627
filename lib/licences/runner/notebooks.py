"""Notebook files: read within bounds, whatever program wrote them, as a notebook that can be run."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from licences.errors import UsageError
from licences.reading.bounds import MAX_DEPTH, MAX_NOTEBOOK_BYTES, MAX_NOTEBOOK_CELLS, MAX_NOTEBOOK_VALUES

KINDS = ("code", "markdown", "raw")
_LATEST = 4  # the major version of the format; older ones are converted
_IN_JUPYTER = "open it in Jupyter, and save it"
_CLEARED = "clear its outputs in Jupyter, and save it"
_NO_NOTEBOOK = "name a file that Jupyter has saved with --notebook"
_DATABRICKS = "application/vnd.databricks.v1+notebook"
_SURROGATE = re.compile("[\ud800-\udfff]")  # half of a character, which no file can hold
_LONGEST_ID = 64  # as the format has it
_PYTHONS = frozenset({"python", "python3", "ipython"})


def read_notebook(path: Path) -> bytes:
    """The bytes of a notebook. Raises: UsageError where it is no file, or too large."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            kind = "a folder" if stat.S_ISDIR(found.st_mode) else "no file"
            raise UsageError(f"the notebook {path} is {kind}", "check --notebook")
        if found.st_size > MAX_NOTEBOOK_BYTES:
            has = f"the notebook {path} has {found.st_size:,} bytes"
            wrong = f"{has}, and no more than {MAX_NOTEBOOK_BYTES:,} are read"
            raise UsageError(wrong, _CLEARED)
        return path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"no notebook {str(path)!r}", "check --notebook") from None
    except OSError as error:
        wrong = f"the notebook {path} cannot be read ({error.strerror or type(error).__name__})"
        raise UsageError(wrong, "check --notebook") from None


def parse_notebook(content: bytes, name: str) -> dict[str, Any]:
    """A notebook as plain JSON of the latest format, with all that it is run from and no outputs.

    Cells have a kind of KINDS, an id of their own, a text as source, and metadata. name: of the file.
    Raises: UsageError where it cannot be made out, or is not in Python.
    """
    told = _read_json(content, name)
    major = told.get("nbformat")
    if type(major) is not int or major < 1 or not ({"cells", "worksheets"} & set(told)):
        raise UsageError(f"{name} is not a notebook", _NO_NOTEBOOK)
    if major > _LATEST:
        wrong = f"{name} is written in the notebook format {major}, and {_LATEST} is the last one known"
        raise UsageError(wrong, "save it in an older format, or install a newer version of licences")
    metadata = _as_object(told.get("metadata"))
    if language := _find_other_language(metadata):
        raise UsageError(f"{name} is written in {language}", "write it in Python")
    cells = _find_cells(told, name)
    if len(cells) > MAX_NOTEBOOK_CELLS:
        wrong = f"{name} has {len(cells):,} cells, and no more than {MAX_NOTEBOOK_CELLS:,} are read"
        raise UsageError(wrong, "divide it")
    ids = _choose_ids(cells)
    places = [f"{name}: cell {at}" for at, _ in enumerate(cells, start=1)]
    made = list(map(_make_cell, cells, ids, places))
    for place, told_of in zip([name, *places], [metadata, *made], strict=True):
        if _is_deep(told_of):
            wrong = f"{place} has metadata more than {MAX_DEPTH} levels deep"
            raise UsageError(wrong, "delete them in Jupyter, and save it")
    gone = {"orig_nbformat", "orig_nbformat_minor", "signature"}
    kept = {key: value for key, value in metadata.items() if key not in gone}
    return {"cells": made, "metadata": kept, "nbformat": _LATEST, "nbformat_minor": 5}


def _read_json(content: bytes, name: str) -> dict[str, Any]:
    if not content.strip():
        raise UsageError(f"{name} is empty", _NO_NOTEBOOK)
    values = content.count(b",") + content.count(b"[") + content.count(b"{")
    if values > MAX_NOTEBOOK_VALUES:
        wrong = f"{name} holds some {values:,} values, and no more than {MAX_NOTEBOOK_VALUES:,} are read"
        raise UsageError(wrong, _CLEARED)
    try:
        told = json.loads(content.decode(json.detect_encoding(content)), parse_constant=_pass_over)
    except RecursionError:
        raise UsageError(f"{name} lies too many levels deep", _NO_NOTEBOOK) from None
    except UnicodeDecodeError:
        raise UsageError(f"{name} is not a notebook: it is not text in UTF-8", _NO_NOTEBOOK) from None
    except ValueError as error:
        at = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise UsageError(f"{name} is not a notebook: it is broken JSON{at}", _NO_NOTEBOOK) from None
    if not isinstance(told, dict):
        raise UsageError(f"{name} is not a notebook", _NO_NOTEBOOK)
    return told


def _pass_over(_constant: str) -> None:
    """NaN and the infinite, which Python writes into outputs and JSON does not know."""


def _find_cells(told: Mapping[str, Any], name: str) -> list[Any]:
    """The cells of a notebook of any format, as the latest one has them."""
    if told["nbformat"] == _LATEST:
        cells = told.get("cells")
    else:
        sheets: Any = told.get("worksheets", [told])
        lists: Any = [sheet.get("cells") for sheet in sheets] if _is_all(sheets, dict) else None
        cells = [_renew(cell) for one in lists for cell in one] if _is_all(lists, list) else None
    if not isinstance(cells, list):
        raise UsageError(f"{name} has no list of cells", _IN_JUPYTER)
    return cells


def _is_all(values: Any, kind: type) -> bool:
    return isinstance(values, list) and all(isinstance(one, kind) for one in values)


def _renew(cell: Any) -> Any:
    """A cell of a format before the latest one."""
    if not isinstance(cell, dict):
        return cell
    told = next((cell[key] for key in ("input", "code", "text", "source") if key in cell), "")
    kind = cell.get("cell_type")
    if kind == "heading":
        text, level = "".join(told) if _is_all(told, str) else told, cell.get("level")
        level = level if isinstance(level, int) and 1 <= level <= 6 else 1
        return cell | {"cell_type": "markdown", "source": f"{'#' * level} {text}"}
    return cell | {"cell_type": {"html": "markdown", "text": "markdown"}.get(str(kind), kind), "source": told}


def _find_other_language(metadata: Mapping[str, Any]) -> str | None:
    """The language in which a notebook says that it is written; None for Python, and where it says nothing."""
    places = [("kernelspec", "language"), ("language_info", "name"), (_DATABRICKS, "language")]
    told = [_as_object(metadata.get(place)).get(key) for place, key in places]
    return next((one for one in told if isinstance(one, str) and one.lower() not in _PYTHONS | {""}), None)


def _choose_ids(cells: list[Any]) -> list[str]:
    """An id for each cell: its own, and another one where it has none or a cell before has it."""
    ids = [cell.get("id") if isinstance(cell, dict) else None for cell in cells]
    told = [own if isinstance(own, str) else "" for own in ids]
    known, taken = set(told), dict[str, None]()
    for at, own in enumerate(told, start=1):
        chosen = own if 0 < len(own) <= _LONGEST_ID and own not in taken else f"cell-{at}"
        while chosen in taken or (chosen != own and chosen in known):
            chosen += "-"
        taken[chosen] = None
    return list(taken)


def _make_cell(cell: Any, own_id: str, where: str) -> dict[str, Any]:
    if not isinstance(cell, dict) or cell.get("cell_type") not in KINDS:
        kind = cell.get("cell_type") if isinstance(cell, dict) else None
        wrong = f"{where} is of the kind {kind!r}" if isinstance(kind, str) else f"{where} says no kind"
        raise UsageError(wrong, f"a cell is one of {', '.join(KINDS)}")
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str) or _SURROGATE.search(source):
        raise UsageError(f"{where} has a source that is no text", _IN_JUPYTER)
    metadata = {key: value for key, value in _as_object(cell.get("metadata")).items() if key != "trusted"}
    tags = metadata.get("tags", [])
    metadata["tags"] = [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
    made: dict[str, Any] = {
        "cell_type": cell["cell_type"],
        "id": own_id,
        "metadata": metadata,
        "source": source,
    }
    if cell["cell_type"] == "code":
        return made | {"execution_count": None, "outputs": []}
    attachments = {
        name: {
            kind: "".join(map(str, data)) if isinstance(data, list) else data for kind, data in one.items()
        }
        for name, one in _as_object(cell.get("attachments")).items()
        if isinstance(one, dict)
    }
    return made | ({"attachments": attachments} if attachments else {})


def _as_object(told: Any) -> dict[str, Any]:
    """What is told where it is a JSON object, else an empty one."""
    return told if isinstance(told, dict) else {}


def _is_deep(value: Any) -> bool:
    """Whether values lie in more levels than are read; level by level, for a function would have to be as deep."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for one in level
            if isinstance(one, (dict, list))
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True
