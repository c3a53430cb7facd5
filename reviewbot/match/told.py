# SPDX-License-Identifier: GPL-2.0-or-later
"""How is a path told: as waypoints for a program, as words for a person?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from reviewbot.match.course import Course
from reviewbot.model import Match, Waypoint

_BRANCHES = frozenset({"cond", "each", "preproc", "switch"})
_NAME = re.compile(r"^[\w.>-]+$")
_LOOP = re.compile(r"^\w*for_each\w*\s*\(")
_MOST = 60


class _Passed(Protocol):
    @property
    def node(self) -> int: ...

    @property
    def label(self) -> str: ...


def told(course: Course, chain: Sequence[_Passed], steps: Sequence[_Passed]) -> tuple[Waypoint, ...]:
    """The waypoints of a path: its steps, the branches that it takes, and the labels that it goes through."""
    return tuple(_waypoints(course, chain, steps))


def _waypoints(course: Course, chain: Sequence[_Passed], steps: Sequence[_Passed]) -> Iterator[Waypoint]:
    for before, at in zip((None, *chain[:-1]), chain, strict=True):
        if before is not None and at.label and course.flow.nodes[before.node].kind in _BRANCHES:
            yield Waypoint(course.line(before.node), at.label, _text(course, before.node))
        kind = course.flow.nodes[at.node].kind
        if at in steps:
            yield Waypoint(course.line(at.node), "step", _text(course, at.node))
        elif kind in ("goto", "label"):
            yield Waypoint(course.line(at.node), kind, _text(course, at.node).removeprefix("goto").strip(" ;"))


def _text(course: Course, n: int) -> str:
    text = " ".join(course.text(n).decode("utf-8", "replace").split())
    return text[1:-1].strip() if course.flow.nodes[n].kind in ("cond", "switch") and text.startswith("(") else text


def words(match: Match) -> dict[str, str]:
    """Fields for a message: line1, line2 ... of the steps, and `through`, the last turn that the path takes."""
    steps = [point for point in match.way if point.what == "step"]
    fields = {f"line{number}": str(point.line) for number, point in enumerate(steps, 1)}
    turns = [point for point in match.way if point.what not in ("step", "label")]
    if match.way:
        fields["through"] = _turn(turns[-1]) if turns else "on this path"
    return fields


def _turn(point: Waypoint) -> str:
    text = point.text if len(point.text) <= _MOST else point.text[: _MOST - 3] + "..."
    if point.what == "goto":
        return f"through `{text}`"
    if point.what not in ("true", "false"):
        return f"in `{point.what}` of `{text}`"
    taken = point.what == "true"
    if text.startswith("#"):
        return f"{'with' if taken else 'without'} `{text}`"
    if _LOOP.match(text):
        return f"{'inside of' if taken else 'after'} `{text}`"
    if _NAME.match(text):
        return f"when `{text}` is {'not 0' if taken else '0'}"
    return f"{'when' if taken else 'unless'} `{text}`"
