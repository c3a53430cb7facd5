# SPDX-License-Identifier: GPL-2.0-or-later
"""What do the alternatives of a rule say of each other?  On a path one ends a gap in place of another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from reviewbot.cocci.text import GAP, Written, hold, joined
from reviewbot.errors import CocciError

_MOST = 40
"""Alternatives that are compared with each other."""


def settle(reporting: Sequence[Written], silent: Sequence[Written], line: int) -> None:
    """Add to each alternative that reports what others say; raises CocciError where that is not known of a silent one.

    A silent one ends the gap also where both fit; of two that report, each has its own place.
    """
    for one in silent:
        found = [other for other in reporting if _settled(other, one, other.instead)]
        if not found and not all(_apart(other, one) for other in reporting):
            raise CocciError(line, "a branch without the position that is reported")
    for one, other in permutations(reporting, 2) if len(reporting) <= _MOST else ():
        _settled(other, one, other.between)


def _is_gap(word: str) -> bool:
    return word == GAP or word.endswith(" ...")


def _ends(word: str) -> bool:
    return word in (";", "}") or _is_gap(word)


def _settled(other: Written, one: Written, said: list[tuple[str, ...]]) -> bool:
    """True if both are alike but for one step, before which there is a gap; the one step is added to what is said."""
    first = _common(other.words, one.words)
    while first and not _is_gap(other.words[first - 1]):
        first -= 1
    rest, mine = other.words[first:], one.words[first:]
    last = _common(rest[::-1], mine[::-1])
    while last and not (mine[: len(mine) - last] and _ends(mine[len(mine) - last - 1])):
        last -= 1
    if not first or last >= len(rest) or last >= len(mine):
        return False
    texts = _excuses(joined(list(mine[: len(mine) - last])))
    gap = sum(map(_is_gap, other.words[:first])) - 1
    if texts and 0 <= gap < len(said) and not (said is other.between and other.any[gap]):
        said[gap] = tuple(dict.fromkeys((*said[gap], *texts)))
    return bool(texts)


def _excuses(text: str) -> tuple[str, ...]:
    """The step of a silent alternative as what ends a gap."""
    if text.startswith(("if (", "while (", "each (")):
        if text.endswith(" ..."):
            head = text.removesuffix(" ...")
            whole = (f"{head} $$S_;", f"{head} $$S_; else $$T_;")
            return whole if text.startswith("if") else whole[:1] if text.startswith("each") else ()
        held = hold(text)
        return (held,) if held else ()
    if "{" in text or text.count(";") > 1 or " ... " in text:
        return ()
    return (text if text.endswith(";") else f"{text};",)


def _apart(other: Written, one: Written) -> bool:
    """True for two expressions that are never the same code, as `a + b` and `a + b - 1`."""
    if other.path or one.path or ";" in other.text + one.text:
        return False
    return _operator(other) != _operator(one)


def _operator(one: Written) -> str:
    """The last operator of a sum, which is what the whole is."""
    depth, out = 0, ""
    for word in one.words:
        depth += word.count("(") - word.count(")")
        out = word if depth == 0 and word in ("+", "-") else out
    return out


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    size = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        size += 1
    return size
