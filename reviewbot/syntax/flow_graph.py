# SPDX-License-Identifier: GPL-2.0-or-later
"""Which nodes and edges has a flow so far, and which edges wait for the next node?  What syntax.flow_build builds with.

It knows scopes (what is to be cleaned up when one is left) and labels, and nothing of syntax.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from reviewbot.syntax.flow import EXIT, MAX_NODES, Edge, Flow, FlowNode

Place = tuple[int, int]
End = tuple[int, str]


class Refused(Exception):  # noqa: N818  # control flow within the builder, not an error of anybody
    """The function cannot be followed; the text says why."""


@dataclass(slots=True)
class Frame:
    """Something that break or continue leaves: a loop, a switch, a scoped guard."""

    live: tuple[Place, ...]
    kind: str
    head: int = -1
    breaks: list[End] = field(default_factory=list)
    continues: list[End] = field(default_factory=list)
    has_default: bool = False


class Graph:
    """Nodes and edges that grow; `ends` are the edges that wait for the next node, `live` what scopes clean up."""

    def __init__(self) -> None:
        self.ends: list[End] = []
        self.live: tuple[Place, ...] = ()
        self._places: list[tuple[str, int, int]] = []
        self._edges: list[list[Edge]] = []
        self._labels: dict[str, tuple[int, tuple[Place, ...]]] = {}
        self._gotos: list[tuple[int, str, tuple[Place, ...]]] = []

    def __len__(self) -> int:
        return len(self._places)

    def flow(self) -> Flow:
        """What was built, when every goto is led to its label."""
        for at, name, live in self._gotos:
            if name not in self._labels:
                raise Refused(f"there is no label {name}")
            target, there = self._labels[name]
            kept = next((i for i, (a, b) in enumerate(zip(live, there, strict=False)) if a != b), len(there))
            self.ends = [(at, "goto")]
            self.clean(live[kept:])
            self.lead(target)
        made = zip(self._places, self._edges, strict=True)
        return Flow(tuple(FlowNode(*place, tuple(dict.fromkeys(edges))) for place, edges in made))

    def node(self, kind: str, place: Place) -> int:
        """A node that nothing leads to yet."""
        if len(self._places) >= MAX_NODES:
            raise Refused(f"it has more than {MAX_NODES} statements")
        self._places.append((kind, *place))
        self._edges.append([])
        return len(self._places) - 1

    def edge(self, source: int, target: int, label: str) -> None:
        """One edge more."""
        self._edges[source].append(Edge(target, label))

    def lead(self, target: int, label: str = "") -> None:
        """Let all ends lead to a node."""
        for at, own in self.ends:
            self.edge(at, target, own or label)
        self.ends = []

    def add(self, kind: str, place: Place, label: str = "") -> int:
        """A node that comes next."""
        made = self.node(kind, place)
        self.lead(made, label)
        self.ends = [(made, "")]
        return made

    def clean(self, left: tuple[Place, ...]) -> None:
        """The clean-up of what is left, the last declaration first."""
        for place in reversed(left):
            if self.ends:
                self.add("cleanup", place)

    def leave_to(self, outer: tuple[Place, ...]) -> None:
        """The end of a scope: what it declared is cleaned up."""
        self.clean(self.live[len(outer) :])
        self.live = outer

    def way_out(self, place: Place) -> None:
        """The function is left from here."""
        self.add("leave", place)
        self.lead(EXIT)

    def mark(self, name: str, place: Place) -> None:
        """A label of the function."""
        if name in self._labels:
            raise Refused(f"there are two labels {name}")
        self._labels[name] = (self.add("label", place), self.live)

    def jump_to(self, name: str, place: Place) -> None:
        """A jump to a label that may come later."""
        self._gotos.append((self.add("goto", place), name, self.live))
        self.ends = []
