# SPDX-License-Identifier: GPL-2.0-or-later
"""At which name or statement does a position of a semantic patch stand?  That of another word moves to the nearest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from reviewbot.cocci.body import Token

STATEMENTS = frozenset({"return", "goto", "break", "continue", "if", "while", "for", "do", "switch"})
"""Words that take a mark for their statement."""
_NO_NAMES = frozenset({"sizeof", "struct", "union", "enum", "unsigned", "signed", "const", "typeof", "else", "long"})
_NAME = re.compile(r"[A-Za-z_]\w*")


def moved(tokens: Sequence[Token]) -> list[Token]:
    """The same words, with positions at names and statements alone: `f(x)@p` is `f@p(x)`, `x =@p e` is `x@p = e`.

    What follows no name at all moves to the next one; `goto l@p` is `goto@p l`.
    """
    out = list(tokens)
    for at, token in enumerate(tokens):
        if not token.marks or _takes(out, at):
            continue
        to = _before(out, at)
        out[at] = replace(out[at], marks=())
        out[to] = replace(out[to], marks=(*out[to].marks, *token.marks))
    return out


def _takes(tokens: list[Token], at: int) -> bool:
    text = tokens[at].text
    if at and tokens[at - 1].text == "goto":
        return False
    return text in STATEMENTS or bool(_NAME.fullmatch(text) and text not in _NO_NAMES)


def _before(tokens: list[Token], at: int) -> int:
    if tokens[at].text == ")":
        opened = _opening(tokens, at)
        if opened > 0 and (_takes(tokens, opened - 1)):
            return opened - 1
    for step in (-1, 1):
        n = at + step
        while 0 <= n < len(tokens) and tokens[n].text not in ("{", "}") and not (step < 0 and tokens[n].text == ";"):
            if _takes(tokens, n):
                return n
            n += step
    return at


def _opening(tokens: list[Token], at: int) -> int:
    depth = 0
    for n in range(at, -1, -1):
        depth += (tokens[n].text == ")") - (tokens[n].text == "(")
        if depth == 0:
            return n
    return -1
