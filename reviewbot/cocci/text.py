# SPDX-License-Identifier: GPL-2.0-or-later
"""What is an alternative in our pattern language, and how do its words become a text?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from reviewbot.cocci.shapes import LEAVES
from reviewbot.errors import CocciError
from reviewbot.rule import Assume

GAP = "\f..."
"""`...` between statements, until all is written."""
_TIGHT = (
    (re.compile(r"(?<=[(,=?:&|<>!]) - (?=\d)"), " -"),
    (re.compile(r"\s+(?=[;,)\]])|(?<=[(\[!]) +|(?<=\w) +(?=\()(?<!\bif )(?<!\bwhile )(?<!\bfor )(?<!\beach )"), ""),
    (re.compile(r" (->) "), r"\1"),
)


@dataclass(slots=True)
class Written:
    """An alternative in our language.

    `words` are those of the text, with GAP for gaps; `function` is the head of the function that it stands in;
    `starred` the number of the step to report, None for none or no path.  `lacks` are patterns by which the path is
    none, each with the mark that both share.
    """

    text: str = ""
    words: tuple[str, ...] = ()
    function: str = ""
    lacks: list[tuple[str, str]] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    starred: int | None = None
    unless: list[str | Assume] = field(default_factory=list)
    path: bool = False
    any: list[bool] = field(default_factory=list)
    between: list[tuple[str, ...]] = field(default_factory=list)
    instead: list[tuple[str, ...]] = field(default_factory=list)
    strict: bool = False
    every: bool | None = None


def joined(out: list[str]) -> str:
    """The words as text: `-1` is one word in C's grammar, and calls look like calls."""
    text = " ".join(out).replace(GAP, "...")
    for wide, narrow in _TIGHT:
        text = wide.sub(narrow, text)
    return text.strip()


def undotted(text: str, line: int) -> str:
    """`!x || ...` that is not to hold is `!x` that is not to hold."""
    text = re.sub(r"\s*\|\|\s*\.\.\.", "", text)
    if "..." in re.sub(r"\(\s*\.\.\.\s*\)|,\s*\.\.\.", "", text):
        raise CocciError(line, "a condition with `...` that is not to hold")
    return text


def hold(text: str) -> str:
    """`if (c) { ... x; }` as an excuse: an `if` whose branch holds x, wherever in it."""
    found = re.fullmatch(r"(if \(.*\)) \{ \.\.\. (.*?);?(?: \.\.\.)? \}(?: \.\.\.)?", text)
    if found is None or "{" in found[2] or " ... " in found[2] or found[2].startswith("if "):
        return ""
    if found[2].split()[0] in LEAVES:
        return f"{found[1]} <... {found[2]}; ...>"
    return f"{found[1]} <... {found[2]} ...>;"
