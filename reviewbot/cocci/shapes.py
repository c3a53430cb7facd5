# SPDX-License-Identifier: GPL-2.0-or-later
"""Which shapes of an alternative have no counterpart in our patterns, whatever stands in them?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from reviewbot.cocci.body import Token
from reviewbot.cocci.declare import Declared
from reviewbot.errors import CocciError

HEADS = frozenset({"if", "while"})
LEAVES = frozenset({"return", "goto", "break", "continue"})
BESIDE = frozenset({"return", "sizeof", "goto", "struct", "union", "enum", "unsigned", "signed", "const", "typeof"})
"""Words that another one may follow and that are no declaration."""
IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_REFUSED = frozenset({"for", "do", "switch", "case", "default", "asm", "##"})


def closing(tokens: Sequence[Token], at: int, opens: str, closes: str) -> int:
    """Where the bracket at `at` ends."""
    depth = 0
    for n in range(at, len(tokens)):
        depth += (tokens[n].text == opens) - (tokens[n].text == closes)
        if depth == 0:
            return n
    raise CocciError(tokens[at - 1].line, f"`{opens}` without `{closes}`")


def refuse_shapes(tokens: Sequence[Token], *, metavariables: Mapping[str, Declared], path: bool) -> None:
    """Raise CocciError for the first of them; `path` if the alternative has `...` between statements."""
    depth = 0
    for at, token in enumerate(tokens):
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
        one = metavariables.get(token.text)
        if one is not None and one.refused and one.kind != "position":
            raise CocciError(one.line, one.refused)
        if one is None and (token.text in _REFUSED or (path and token.text == "else")):
            raise CocciError(token.line, f"`{token.text}`")
        if IDENTIFIER.fullmatch(token.text):
            _refuse_name(tokens, at, depth, metavariables)
        if token.text == "=" and tokens[at + 1 : at + 2] and tokens[at + 1].text == "{":
            raise CocciError(token.line, "an initialiser")


def _refuse_name(tokens: Sequence[Token], at: int, depth: int, metavariables: Mapping[str, Declared]) -> None:
    """A name that begins a declaration, a function's definition or an iterator."""
    token, after = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else None
    if after is None:
        return
    if after.text == "(" and token.text not in HEADS:
        follows = tokens[closing(tokens, at + 1, "(", ")") + 1 :][:1]
        if follows and ((depth == 0 and follows[0].text == "{") or _kind(follows[0], metavariables) == "statement"):
            iterator = _kind(token, metavariables) == "iterator" or "each" in token.text
            raise CocciError(token.line, "an iterator" if iterator else "a function's definition")
    if depth:
        return
    beside = (
        IDENTIFIER.fullmatch(after.text)
        and after.line == token.line
        and "statement"
        not in (
            _kind(token, metavariables),
            _kind(after, metavariables),
        )
    )
    if token.text in ("struct", "union", "enum") or (beside and token.text not in BESIDE | LEAVES | {"else"}):
        raise CocciError(token.line, _declaration(tokens[at:]))


def _kind(token: Token, metavariables: Mapping[str, Declared]) -> str:
    one = metavariables.get(token.text)
    return one.kind if one else ""


def _declaration(tokens: Sequence[Token]) -> str:
    words = [token.text for token in tokens]
    if next((word for word in words if word in (";", "=", "{", "(")), "") == "(":
        return "a function's definition"
    return "an initialiser" if "{" in words else "a declaration"
