# SPDX-License-Identifier: GPL-2.0-or-later
"""How does code that replaces other code lie in its place?  In lines that fit, and without needless parentheses."""

from __future__ import annotations

import re

from reviewbot.brackets import closing

_LIMIT = 100
"""What a line may hold before checkpatch complains; what has to be broken is broken at 80, as the coding style says."""
_PREFERRED = 80
_TAB = 8
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)+\'')
_CALL = re.compile(r"!?[A-Za-z_]\w*\(")
_NO_CALL = re.compile(r"(?:[=|&+\-*/%<>,?:!~^(\[{;]|\breturn)[ \t\n]*\($")
"""What stands before parentheses that only group."""


def fitted(code: str, before: str) -> str:
    """A statement that is too long behind `before`, the start of its line, broken between the arguments of its call.

    Strings are never broken, nor is what has lines already.
    """
    column, plain = len(before.expandtabs(_TAB)), _without_strings(code)
    opened = plain.find("(")
    if "\n" in code or not code.endswith(";") or column + len(code) <= _LIMIT or opened < 0:
        return code
    first, *others = _arguments(code, plain, opened)
    at = column + opened + 1
    margin = "\t" * (at // _TAB) + " " * (at % _TAB)
    lines = [code[: opened + 1] + first]
    used = column + len(lines[0])
    for argument in others:
        if used + 1 + len(argument) <= _PREFERRED:
            lines[-1] += f" {argument}"
            used += 1 + len(argument)
        else:
            lines.append(margin + argument)
            used = at + len(argument)
    return "\n".join(lines)


def is_grouped(code: str, before: str, after: str) -> bool:
    """True for a call that would stand in parentheses of its own, where those say nothing."""
    call = _CALL.match(code)
    if call is None or not after.startswith(")") or not _NO_CALL.search(before):
        return False
    return closing(_without_strings(code), call.end() - 1) == len(code)


def _without_strings(code: str) -> str:
    return _STRING.sub(lambda found: "x" * len(found[0]), code)


def _arguments(code: str, plain: str, opened: int) -> list[str]:
    """The arguments of a call with their commas, the last with what follows; `plain` is the code without strings."""
    depth, start, out = 0, opened + 1, []
    for at in range(opened + 1, closing(plain, opened) - 1):
        depth += (plain[at] in "([{") - (plain[at] in ")]}")
        if plain[at] == "," and depth == 0:
            out.append(code[start : at + 1].strip())
            start = at + 1
    return [*out, code[start:].strip()]
