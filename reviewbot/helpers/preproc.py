# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a macro's call stand for?  Arguments put into bodies, `##` joined, as far as bounds allow.

It refuses what only a compiler's preprocessor knows: conditions, `#` strings and variable arguments stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from reviewbot.syntax.macros import Macro

Lookup = Callable[[str], Macro | None]
"""The macro of a name, None for a name that is none."""
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|[A-Za-z_]\w*|[0-9][\w.]*|##|\s+|.', re.DOTALL)
_MAX_TOKENS = 20_000
_MAX_DEPTH = 12


def tokens(text: str) -> list[str]:
    """The tokens of a text, white space included, so that joining them gives the text again."""
    return _TOKEN.findall(text)


def arguments(parts: list[str], opening: int) -> tuple[tuple[str, ...], int] | None:
    """The arguments of the call whose `(` is token `opening`, and the index behind its `)`; None if it has no end."""
    depth, out, now = 0, list[str](), list[str]()
    for at in range(opening, len(parts)):
        part = parts[at]
        if part in "([{":
            depth += 1
            if depth == 1:
                continue
        elif part in ")]}":
            depth -= 1
            if depth == 0:
                return (*out, "".join(now).strip()), at + 1
        elif part == "," and depth == 1:
            out.append("".join(now).strip())
            now = []
            continue
        now.append(part)
    return None


def filled(macro: Macro, values: tuple[str, ...]) -> str | None:
    """The macro's body with its parameters replaced; None where the number of arguments does not fit."""
    names = macro.parameters
    if names is None:
        return macro.body
    if len(names) != len(values) and not (len(names) <= 1 and values in (("",), ())):
        return None
    known = dict(zip(names, values, strict=False))
    parts = tokens(macro.body)
    out = [known.get(part, part) for part in parts]
    for at, part in enumerate(parts):
        if part == "##":
            out[at] = ""
            for beside in (at - 1, at + 1):
                if 0 <= beside < len(parts) and parts[beside].isspace():
                    out[beside] = ""
    return "".join(out)


def expand(text: str, lookup: Lookup, hidden: frozenset[str] = frozenset()) -> str:
    """The text with the calls of known macros replaced, again and again up to 12 levels and 20,000 tokens in all."""
    return _expand(text, lookup, hidden, [_MAX_TOKENS], 0)


def _expand(text: str, lookup: Lookup, hidden: frozenset[str], left: list[int], depth: int) -> str:
    parts = tokens(text)
    left[0] -= len(parts)
    if left[0] < 0 or depth > _MAX_DEPTH:
        return text
    out = list[str]()
    at = 0
    while at < len(parts):
        name = parts[at]
        at += 1
        macro = lookup(name) if (name[0].isalpha() or name[0] == "_") and name not in hidden else None
        if macro is None:
            out.append(name)
            continue
        body, end = _called(macro, parts, at, lambda text: _expand(text, lookup, hidden, left, depth + 1))
        if body is None:
            out.append(name)
            continue
        at = end
        out.append(_expand(body, lookup, hidden | {name}, left, depth + 1))
    return "".join(out)


def _called(macro: Macro, parts: list[str], at: int, inner: Callable[[str], str]) -> tuple[str | None, int]:
    """What a macro stands for where its name is token `at - 1`, and the index behind; None if it is not called."""
    if macro.parameters is None:
        return macro.body, at
    opening = at
    while opening < len(parts) and parts[opening].isspace():
        opening += 1
    if opening >= len(parts) or parts[opening] != "(":
        return None, at
    found = arguments(parts, opening)
    if found is None:
        return None, at
    # what is pasted stays as it is; other arguments are expanded before they are put in
    values = found[0] if "##" in macro.body else tuple(inner(value) for value in found[0])
    return filled(macro, values), found[1]
