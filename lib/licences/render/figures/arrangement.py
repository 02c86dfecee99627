"""Arrangement of what comes before what: chains as boxes from left to right, and lists of what waits for the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from licences.render.figures.ordering import Ordering
from licences.render.figures.style import estimate_width, wrap

FEWEST = 3  # so many that wait for the same and lead to nothing are a list
_SIZE, _LINE, _MARGIN = 11, 14, 8


@dataclass(frozen=True)
class Listing:
    """Licences that need the same and that nothing needs: what they need, with whether another would do as well."""

    needs: tuple[tuple[str, bool], ...]
    codes: list[str]
    is_held: bool = False


@dataclass
class Arrangement:
    """Where things stand, in pixels from the top left: a place and a label a code, a frame and a title a list.

    lines: the corners of each edge, from what comes first to what needs it. boxed: the codes of chains.
    """

    width: float
    height: float = 0.0
    places: dict[str, tuple[float, float]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    lines: dict[tuple[str, str], list[tuple[float, float]]] = field(default_factory=dict)
    boxed: set[str] = field(default_factory=set)
    frames: list[tuple[float, float]] = field(default_factory=list)
    titles: list[tuple[float, str]] = field(default_factory=list)


def find_listings(graph: Ordering) -> tuple[list[str], list[Listing]]:
    """What is drawn in boxes, and what in lists: what can be done at any time first, what is held already last.

    Whatever leads on to something, or follows on the path that decides, is a box.
    """
    leaves: dict[tuple[tuple[str, bool], ...], list[str]] = {}
    for code in graph:
        edges = [graph.edges[needed, code] for needed in graph.before[code]]
        if not graph.after[code] and not any(edge.is_critical for edge in edges):
            needs = tuple(sorted((one, graph.edges[one, code].is_alternative) for one in graph.before[code]))
            leaves.setdefault(needs, []).append(code)
    combs = {needs: codes for needs, codes in leaves.items() if needs and len(codes) >= FEWEST}
    listed = {code for codes in combs.values() for code in codes}
    lonely = [
        code
        for code in graph
        if not graph.before[code] and all(later in listed for later in graph.after[code])
    ]
    order = {code: at for at, code in enumerate(graph.list_in_order())}

    def is_held(code: str) -> bool:
        return graph.nodes[code].kind == "held"

    def rank(needs: tuple[tuple[str, bool], ...]) -> tuple[bool, int]:
        return not all(is_held(one) for one, _ in needs), max(order[one] for one, _ in needs)

    listings = [Listing((), [code for code in lonely if not is_held(code)])]
    listings += [
        Listing(needs, [code for code in combs[needs] if not is_held(code)])
        for needs in sorted(combs, key=rank)
    ]
    held = [code for code in graph if is_held(code) and (code in listed or code in lonely)]
    listings.append(Listing((), held, is_held=True))
    boxes = [code for code in graph if code not in listed and code not in lonely]
    return boxes, [listing for listing in listings if listing.codes]


def arrange(
    graph: Ordering,
    names: Mapping[str, str],
    language: str,
    width: float,
    tell: Callable[[Listing], str],
    *,
    is_narrow: bool = False,
) -> Arrangement:
    """Where everything stands in a figure of a width: boxes on top, lists in columns below.

    names: short names by code. tell: the title of a list. is_narrow: boxes stand below each other, indented.
    """
    made = Arrangement(width)
    boxes, listings = find_listings(graph)
    chain = graph.choose(boxes)
    made.boxed.update(boxes)
    (_stack_boxes if is_narrow else _place_boxes)(made, chain, names, language)
    for listing in listings:
        _list_codes(made, graph, listing, tell(listing), names, language, is_narrow=is_narrow)
    return made


def _place_boxes(made: Arrangement, chain: Ordering, names: Mapping[str, str], language: str) -> None:
    """A column for each step away from the beginning; within it, beside what comes before.

    What leads on to something stands above what does not, so that lines stay short.
    """
    columns: dict[str, int] = {}
    for column, layer in enumerate(chain.list_layers()):
        columns |= dict.fromkeys(layer, column)
    for code in chain:  # what waits for nothing stands just before what needs it
        if chain.after[code] and not chain.before[code]:
            columns[code] = min(columns[later] for later in chain.after[code]) - 1
    count = max(columns.values(), default=0) + 1
    step = made.width / max(count, 3)
    rows: dict[str, float] = {}
    for column in range(count):
        layer = [code for code in chain if columns[code] == column]
        wanted = {}
        for code in layer:
            before = [rows[needed] for needed in chain.before[code]]
            wanted[code] = sum(before) / len(before) if before else 0.0
        bottom = 0.0
        for code in sorted(layer, key=lambda one: (wanted[one], not chain.after[one], one)):
            lines = wrap(names[code], language, step - 40, _SIZE)
            height = 18 + _LINE * len(lines)
            rows[code] = max(bottom + height / 2 + 2 * (not bottom), wanted[code])
            bottom = rows[code] + height / 2
            made.places[code] = (2 + column * step, rows[code])
            made.labels[code] = "<br>".join(lines)
        made.height = max(made.height, bottom)
    for needed, code in chain.edges:
        (x0, y0), (x1, y1) = made.places[needed], made.places[code]
        turn = x1 - 16  # lines to one column share a trunk beside it
        made.lines[needed, code] = [(x0 + 8, y0), (turn, y0), (turn, y1), (x1 - 1, y1)]


def _stack_boxes(made: Arrangement, chain: Ordering, names: Mapping[str, str], language: str) -> None:
    """A row for each, indented by the steps before it, below the last of what it needs."""
    depths: dict[str, int] = {}
    order = chain.list_in_order()
    ranks = {code: at for at, code in enumerate(order)}
    parents = {code: max(chain.before[code], key=ranks.__getitem__, default="") for code in order}

    def visit(code: str) -> None:
        depths[code] = depths[parents[code]] + 1 if parents[code] else 0
        x = 2 + 22 * depths[code]
        lines = wrap(names[code], language, made.width - x - 30, _SIZE)
        height = 16 + _LINE * len(lines)
        made.places[code] = (x, made.height + height / 2)
        made.labels[code] = "<br>".join(lines)
        made.height += height
        for later in order:
            if parents[later] == code:
                visit(later)

    for code in order:
        if not parents[code]:
            visit(code)
    for needed, code in chain.edges:
        (x0, y0), (x1, y1) = made.places[needed], made.places[code]
        made.lines[needed, code] = [(x0 + 8, y0), (x0 + 8, y1), (x1 - 1, y1)]


def _list_codes(
    made: Arrangement,
    graph: Ordering,
    listing: Listing,
    title: str,
    names: Mapping[str, str],
    language: str,
    *,
    is_narrow: bool,
) -> None:
    """A frame with a title, and its licences in columns, to be read downwards."""
    room = made.width - 2 * _MARGIN
    widest = room if is_narrow else room / 2
    labels = {code: wrap(names[code], language, widest - 26, _SIZE) for code in listing.codes}
    needed = 26 + max(estimate_width(line, _SIZE) for lines in labels.values() for line in lines)
    columns = max(1, min(len(labels), int(room // needed)))
    top = made.height + (6 if made.height else 0)
    made.titles.append((top + _MARGIN, "<br>".join(said := wrap(title, language, room, _SIZE))))
    begin = top + _MARGIN + _LINE * len(said) + 6
    bottom, shares = begin, _share_out(_order(graph, listing.codes), columns)
    for column, codes in enumerate(shares):
        y = begin
        for code in codes:
            height = _LINE * len(labels[code]) + (14 if graph.nodes[code].is_critical else 6)
            made.places[code] = (_MARGIN + column * room / columns, y + height / 2)
            made.labels[code] = "<br>".join(labels[code])
            y += height
        bottom = max(bottom, y)
    made.height = bottom + _MARGIN / 2
    made.frames.append((top, made.height))


def _share_out(codes: Sequence[str], columns: int) -> Iterable[Sequence[str]]:
    rows = -(-len(codes) // columns)
    return [codes[at : at + rows] for at in range(0, len(codes), rows)]


def _order(graph: Ordering, codes: Iterable[str]) -> list[str]:
    """What decides first, then by kind, as the legend has them."""
    kinds = ("required", "chosen", "undetermined", "held")
    return sorted(
        codes, key=lambda code: (not graph.nodes[code].is_critical, kinds.index(graph.nodes[code].kind))
    )
