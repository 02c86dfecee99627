"""Picture of the rooms: drawn from the import contract of pyproject.toml and each room's first line.

``python docs/rooms.py`` writes docs/rooms.svg; a test holds that it is up to date.
"""

from __future__ import annotations

import ast
import textwrap
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
PICTURE = PROJECT / "docs" / "rooms.svg"
WIDTH, LEFT, RIGHT, TOP, BAR, GAP = 1010, 70, 760, 74, 46, 8
INK, SOFT, LINE = "#1f2933", "#52606d", "#9aa5b1"
SHOWN, WORKED_OUT, ENGINE, BASE = "#dcebf7", "#eef3e6", "#fdf1df", "#f5f7f9"
FONT = "Helvetica, Arial, sans-serif"


def draw_rooms() -> str:
    """The picture as SVG, of the rooms as they are now."""
    contracts = _read_contracts()
    layers = [[_find_room(name) for name in layer.split("|")] for layer in contracts["layers"]["layers"]]
    pure = {_find_room(name) for name in contracts["forbidden"]["source_modules"]}
    formats = [_find_room(name) for name in contracts["independence"]["modules"]]
    purposes = {room: _read_first_line(room) for layer in layers for room in layer}
    return "\n".join(_draw(layers, pure, formats, purposes | {"runner": _read_first_line("runner")})) + "\n"


def _draw(
    layers: Sequence[Sequence[str]], pure: set[str], formats: Sequence[str], purposes: Mapping[str, str]
) -> Iterator[str]:
    height = TOP + len(layers) * (BAR + GAP) + 20
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" font-family="{FONT}">'
    )
    yield "<title>The rooms of the package, from the top down; each imports only from below</title>"
    yield f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    yield _write(LEFT, 32, "The rooms of the package", 18, INK, weight=700)
    yield _write(LEFT, 54, "Each imports only from below, and no room knows those above it.", 13, SOFT)
    yield from _draw_arrow(LEFT - 28, TOP, height - 34)
    for at, layer in enumerate(layers):
        top = TOP + at * (BAR + GAP)
        width = (RIGHT - LEFT - GAP * (len(layer) - 1)) / len(layer)
        for place, room in enumerate(layer):
            left = LEFT + place * (width + GAP)
            colour = WORKED_OUT if room in pure else BASE if layer is layers[-1] else SHOWN
            yield _draw_box(left, top, width, BAR, colour)
            yield _write(left + 14, top + 19, room, 14, INK, weight=700)
            yield _write(left + 14, top + 36, purposes[room], 12, SOFT)
            if room == "render":
                yield _write(
                    RIGHT - 14, top + 19, f"independent: {', '.join(formats)}", 12, SOFT, anchor="end"
                )
    yield from _draw_remarks([layer[0] for layer in layers], pure, purposes["runner"])
    yield "</svg>"


def _draw_remarks(rooms: Sequence[str], pure: set[str], runner: str) -> Iterator[str]:
    """What stands at the right: the engine that knows no law, and what binds a room beyond the order."""
    left, width = RIGHT + 24, WIDTH - RIGHT - 44
    top = TOP + rooms.index("render") * (BAR + GAP)
    yield _draw_box(left, top, width, 2 * BAR + GAP, ENGINE)
    yield _write(left + 14, top + 19, "runner", 14, INK, weight=700)
    lines = [*_fold(runner), *_fold("Imports errors and readers.")]
    yield from (_write(left + 14, top + 36 + 15 * at, line, 12, SOFT) for at, line in enumerate(lines))
    places = [at for at, room in enumerate(rooms) if room in pure]
    top, bottom = TOP + places[0] * (BAR + GAP), TOP + places[-1] * (BAR + GAP) + BAR
    yield f'<path d="M{RIGHT + 8},{top} h8 V{bottom} h-8" fill="none" stroke="{LINE}" stroke-width="1.5"/>'
    lines = _fold(
        "Knows neither words nor pictures: returns data, and may not import plotly, jinja2 or a format."
    )
    middle = (top + bottom) / 2 - 15 * len(lines) / 2 + 12
    yield from (_write(left + 4, middle + 15 * at, line, 12, SOFT) for at, line in enumerate(lines))


def _draw_arrow(x: float, top: float, bottom: float) -> Iterator[str]:
    yield f'<path d="M{x},{top} V{bottom}" stroke="{LINE}" stroke-width="2"/>'
    yield f'<path d="M{x - 6},{bottom - 8} L{x},{bottom + 2} L{x + 6},{bottom - 8} Z" fill="{LINE}"/>'
    yield (
        f'<text x="{x - 10}" y="{(top + bottom) / 2}" font-size="12" fill="{SOFT}" text-anchor="middle" '
        f'transform="rotate(-90 {x - 10} {(top + bottom) / 2})">imports</text>'
    )


def _draw_box(left: float, top: float, width: float, height: float, colour: str) -> str:
    return (
        f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" rx="4" '
        f'fill="{colour}" stroke="{LINE}" stroke-width="0.75"/>'
    )


def _write(
    x: float, y: float, text: str, size: int, colour: str, weight: int = 400, anchor: str = "start"
) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" '
        f'fill="{colour}">{escape(text)}</text>'
    )


def _fold(text: str) -> list[str]:
    return textwrap.wrap(text, 27)


def _read_contracts() -> dict[str, dict[str, list[str]]]:
    """The contracts by type; of the forbidden ones the one that keeps words and pictures out."""
    text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    found = {contract["type"]: contract for contract in contracts if contract["type"] != "forbidden"}
    kept_out = [one for one in contracts if "plotly" in one.get("forbidden_modules", ())]
    return found | {"forbidden": kept_out[0]}


def _find_room(module: str) -> str:
    return module.strip().rpartition(".")[2]


def _read_first_line(room: str) -> str:
    folder = PROJECT / "lib" / "licences"
    path = folder / room / "__init__.py" if (folder / room).is_dir() else folder / f"{room}.py"
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0]


if __name__ == "__main__":
    PICTURE.write_text(draw_rooms(), encoding="utf-8")
