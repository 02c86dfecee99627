"""Picture of what can happen to an application after what: drawn from data/application_events.csv.

``python docs/states.py`` writes docs/states.svg; a test holds that it is up to date.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from html import escape
from math import hypot
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
PICTURE = PROJECT / "docs" / "states.svg"
WIDTH, HEIGHT, WIDE, HIGH = 1010, 400, 128, 44
INK, SOFT, LINE, FONT = "#1f2933", "#52606d", "#9aa5b1", "Helvetica, Arial, sans-serif"
OURS, THEIRS, HELD, OVER = "#fdf1df", "#dcebf7", "#eef3e6", "#f5f7f9"
# Where each stands, as its middle, and what colour it has; several events that lead on alike share a box.
BOXES = {
    "nothing recorded": (("start",), 90, 120, OVER),
    "preparing": (("preparing",), 270, 120, OURS),
    "submitted": (("submitted",), 450, 120, THEIRS),
    "accepted": (("accepted",), 630, 120, THEIRS),
    "returned": (("returned",), 540, 230, OURS),
    "resubmitted": (("resubmitted",), 720, 230, THEIRS),
    "held": (("granted", "renewed", "changed"), 900, 120, HELD),
    "over": (("refused", "withdrawn", "cancelled"), 450, 350, OVER),
}


def draw_states() -> str:
    """The picture as SVG, of the table as it is."""
    with (PROJECT / "data" / "application_events.csv").open(encoding="utf-8-sig", newline="") as file:
        after = {row["event"]: row["after"].split(";") for row in csv.DictReader(file)}
    boxes = {event: name for name, (events, *_) in BOXES.items() for event in events}
    links = sorted(
        {
            (boxes[before], boxes[event])
            for event, befores in after.items()
            for before in befores
            if before and boxes[before] != boxes[event]
        }
    )
    return "\n".join(_draw(links)) + "\n"


def _draw(links: list[tuple[str, str]]) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="{FONT}">'
    )
    yield "<title>What can happen to an application, and after what</title>"
    yield (
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        f'orient="auto-start-reverse"><path d="M0,0 L8,4 L0,8 Z" fill="{SOFT}"/></marker></defs>'
    )
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    for first, last in links:
        if (last, first) not in links:
            yield _draw_link(first, last, "")
        elif first < last:
            yield _draw_link(first, last, ' marker-start="url(#tip)"')
    for name, (events, x, y, colour) in BOXES.items():
        high = HIGH + 15 * (len(events) - 1) * (len(events) > 1)
        yield (
            f'<rect x="{x - WIDE / 2:g}" y="{y - high / 2:g}" width="{WIDE}" height="{high}" rx="6" '
            f'fill="{colour}" stroke="{LINE}"/>'
        )
        lines = [name] if len(events) == 1 else list(events)
        top = y - 8 * (len(lines) - 1) + 5
        for at, text in enumerate(lines):
            yield (
                f'<text x="{x}" y="{top + 17 * at:g}" font-size="14" text-anchor="middle" fill="{INK}">{escape(text)}</text>'
            )
    said = "yellow: we and the client · blue: the authority · green: it is held · two tips: both ways"
    yield f'<text x="{WIDTH - 20}" y="{HEIGHT - 30}" font-size="12" text-anchor="end" fill="{SOFT}">{said}</text>'
    yield "</svg>"


def _draw_link(first: str, last: str, begin: str) -> str:
    (_, x0, y0, _), (_, x1, y1, _) = BOXES[first], BOXES[last]
    start, end = _find_edge(first, x1, y1), _find_edge(last, x0, y0)
    is_level = abs(y0 - y1) < HIGH and abs(x0 - x1) > 200
    bend = -40 - abs(x0 - x1) * 0.22 if is_level else 0
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + bend)
    if is_level:
        start, end = (
            _find_edge(first, x0 + (x1 - x0) / 4, y0 - HIGH),
            _find_edge(last, x1 - (x1 - x0) / 4, y1 - HIGH),
        )
    return (
        f'<path d="M{start[0]:.1f},{start[1]:.1f} Q{middle[0]:.1f},{middle[1]:.1f} {end[0]:.1f},{end[1]:.1f}" '
        f'fill="none" stroke="{SOFT}" stroke-width="1.1"{begin} marker-end="url(#tip)"/>'
    )


def _find_edge(name: str, x: float, y: float) -> tuple[float, float]:
    """Where the line from the middle of a box to a point leaves the box."""
    events, x0, y0, _ = BOXES[name]
    high = HIGH + 15 * (len(events) - 1) * (len(events) > 1)
    across, down = x - x0, y - y0
    length = hypot(across, down) or 1
    share = min(
        WIDE / 2 / abs(across) if across else length,
        high / 2 / abs(down) if down else length,
    )
    return x0 + across * share, y0 + down * share


if __name__ == "__main__":
    PICTURE.write_text(draw_states(), encoding="utf-8")
