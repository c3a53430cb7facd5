# SPDX-License-Identifier: GPL-2.0-or-later
"""In which order can the statements of a function run?  The graph; syntax.flow_build makes it.

A node is a byte range with a kind, never a syntax node.  An edge says under which circumstances it is taken; what a
condition means, and which ways through the graph contradict themselves, is the business of match.
"""

from __future__ import annotations

from dataclasses import dataclass

ENTRY = 0
"""The index of the node before the first statement."""
EXIT = 1
"""The index of the node that all ways out lead to."""
MAX_NODES = 20_000
"""A function with more nodes is not analysed."""
MAX_NESTING = 60
"""Statements nested deeper are not analysed; the builder's own recursion is a few times that."""
CODE = frozenset({"step", "decl", "stop", "cond", "each", "switch", "return"})
"""The kinds of nodes that evaluate something."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A successor, and when it is taken: "" always, "true", "false", "case 3", "default", "fall-through", "back"
    (to the head of a loop), "goto", "break", "continue"."""

    to: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class FlowNode:
    """Something that happens.  Kinds:

    entry, exit; step (an expression statement, a part of a for's head), decl, stop (a call that does not return);
    cond (of if, while, do, for), each (the head of an iterator macro), preproc (#if), switch; case, label, goto,
    break, continue, join (where a `for (;;)` starts over); return; scoped (the head of a scoped_guard());
    cleanup (a scope is left: `start` and `end` are those of the declaration that it cleans up);
    leave (the function is left: the place is that of the return, or of the function's closing brace).
    """

    kind: str
    start: int
    end: int
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """The graph of one function; node 0 is the entry, node 1 the exit, the others stand in order of the text, but for
    the clean-up of scopes that a goto leaves.  `why` says what kept it from being complete, "" if nothing did."""

    nodes: tuple[FlowNode, ...]
    why: str = ""

    @property
    def complete(self) -> bool:
        """True when every way through the function is in the graph."""
        return not self.why
