"""Graph of what comes before what, as a figure draws it: without circles, and in the order in which it was told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Node:
    """A licence. kind: a key of ``graph.KINDS``. is_critical: whether it is on the path that decides the launch."""

    kind: str
    is_critical: bool = False


@dataclass(frozen=True)
class Edge:
    """From a prerequisite to what needs it. is_alternative: whether another prerequisite would do as well."""

    is_alternative: bool = False
    is_critical: bool = False


@dataclass
class Ordering:
    """Licences by code, and edges by the codes of what comes first and of what needs it."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str], Edge] = field(default_factory=dict)
    before: dict[str, list[str]] = field(default_factory=dict)
    after: dict[str, list[str]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[str]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def add_node(self, code: str, node: Node) -> None:
        """Adds a licence."""
        self.nodes[code] = node
        self.before[code], self.after[code] = [], []

    def add_edge(self, needed: str, code: str, edge: Edge) -> None:
        """Adds an edge between two licences that are there, or changes it."""
        if (needed, code) not in self.edges:
            self.before[code].append(needed)
            self.after[needed].append(code)
        self.edges[needed, code] = edge

    def choose(self, codes: Collection[str]) -> Ordering:
        """Some of the licences, with the edges between them."""
        chosen = Ordering()
        for code in codes:
            chosen.add_node(code, self.nodes[code])
        for needed in codes:
            for code in self.after[needed]:
                if code in chosen.nodes:
                    chosen.add_edge(needed, code, self.edges[needed, code])
        return chosen

    def drop_edges(self, dropped: Iterable[tuple[str, str]]) -> None:
        """Takes edges away."""
        for needed, code in dropped:
            del self.edges[needed, code]
            self.before[code].remove(needed)
            self.after[needed].remove(code)

    def list_layers(self) -> Iterator[list[str]]:
        """What waits for nothing, then what waits for that alone, and so on."""
        waits = {code: len(needed) for code, needed in self.before.items()}
        layer = [code for code, count in waits.items() if not count]
        while layer:
            yield layer
            following = []
            for later in (later for code in layer for later in self.after[code]):
                waits[later] -= 1
                if not waits[later]:
                    following.append(later)
            layer = following

    def list_in_order(self) -> list[str]:
        """All codes, each behind what it needs."""
        return [code for layer in self.list_layers() for code in layer]

    def find_roundabout(self) -> list[tuple[str, str]]:
        """The edges that follow from longer ways."""
        all_before: dict[str, set[str]] = {}
        for code in self.list_in_order():
            all_before[code] = set(self.before[code]).union(*(all_before[one] for one in self.before[code]))
        return [
            (needed, code)
            for needed, code in self.edges
            if any(needed in all_before[one] for one in self.before[code])
        ]
