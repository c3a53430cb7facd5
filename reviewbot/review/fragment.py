# SPDX-License-Identifier: GPL-2.0-or-later
"""How can a hunk be read without its file?  Its lines are made a function of their own, and places are mapped back.

It claims nothing on what stands outside of the hunk: findings here are unproven by nature.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reviewbot.model import Hunk

_HEAD = re.compile(r"((?:[A-Za-z_]\w{0,80}[\s*]{1,9}){0,8}?)([A-Za-z_]\w{0,80})\s{0,3}\(")
_NOISE = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Fragment:
    """One side of a hunk as C.  Line n of `text` is line n - `offset` of `lines`, 1-based."""

    text: str
    offset: int


def fragment(hunk: Hunk, side: str) -> Fragment:
    """The post-image (`side` "+") or pre-image ("-") of a hunk, in braces where it starts inside a function."""
    lines = [line.text for line in hunk.lines if line.kind in (" ", side)]
    lowest, end = _depths("\n".join(lines))
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("{"):
        opening, opened = [_head(hunk.section)], 0
    elif lowest < 0 or (first[:1] in ("\t", " ") and not first.lstrip().startswith(("*", "/*"))):
        opened = max(1, -lowest)
        opening = [_head(hunk.section), "{" * opened]
    else:
        opening, opened = [], 0
    closing = ["}" * (end + opened)] if end + opened > 0 else []
    return Fragment("\n".join([*opening, *lines, *closing]) + "\n", len(opening))


def _head(section: str) -> str:
    """The head of the function that a hunk's header names; git cuts it short, so parameters may be lost."""
    found = _HEAD.match(section)
    if found is None:
        return "void hunk(void)"
    whole = section.rstrip().endswith(")") and section.count("(") == section.count(")")
    if found.group(1) and whole:
        return section.strip()
    return f"{found.group(1) or 'void '}{found.group(2)}(void)"


def _depths(text: str) -> tuple[int, int]:
    """The lowest brace depth on the way through the text, and the depth at its end."""
    depth = lowest = 0
    for mark in re.findall(r"[{}]", _NOISE.sub("", text)):
        depth += 1 if mark == "{" else -1
        lowest = min(lowest, depth)
    return lowest, depth
