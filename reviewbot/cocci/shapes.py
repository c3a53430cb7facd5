# SPDX-License-Identifier: GPL-2.0-or-later
"""Which shapes does an alternative have: a function's head, blocks; and which of them have no counterpart here?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from reviewbot.cocci.body import BOTH, Token
from reviewbot.cocci.declare import Declared
from reviewbot.errors import CocciError

HEADS = frozenset({"if", "while", "for"})
LEAVES = frozenset({"return", "goto", "break", "continue"})
IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
OPENS, CLOSES = "\x02", "\x03"
"""Stand for `<...` and `...>` in a list of words where they are around a statement that is held by a branch."""
_REFUSED = frozenset({"do", "switch", "case", "default", "asm", "##"})
Known = Mapping[str, Declared]


def closing(tokens: Sequence[Token], at: int, opens: str, closes: str) -> int:
    """Where the bracket at `at` ends."""
    depth = 0
    for n in range(at, len(tokens)):
        depth += (tokens[n].text == opens) - (tokens[n].text == closes)
        if depth == 0:
            return n
    raise CocciError(tokens[max(at - 1, 0)].line, f"`{opens}` without `{closes}`")


def is_iterator(tokens: Sequence[Token], at: int, known: Known) -> bool:
    """True for the name of an iterator with its arguments and what it repeats."""
    if not IDENTIFIER.fullmatch(tokens[at].text) or tokens[at].text in HEADS | {"switch"}:
        return False
    if at + 1 >= len(tokens) or tokens[at + 1].text != "(":
        return False
    after = closing(tokens, at + 1, "(", ")") + 1
    if after >= len(tokens) or (tokens[after].text != "{" and kind_of(tokens[after], known) != "statement"):
        return False
    kind = kind_of(tokens[at], known)
    return kind in ("iterator", "iterator name") or "each" in tokens[at].text or tokens[at].text == BOTH


def kind_of(token: Token, known: Known) -> str:
    """The kind of metavariable that a word is; "" for any other word."""
    one = known.get(token.text)
    return one.kind if one else ""


def headed(tokens: Sequence[Token], known: Known) -> tuple[Sequence[Token], Sequence[Token]]:
    """The head of a function, () for none, and what is in the function, or all."""
    texts = [token.text for token in tokens]
    if "{" not in texts:
        return (), tokens
    at = texts.index("{")
    if at < 3 or texts[at - 1] != ")" or closing(tokens, at, "{", "}") != len(tokens) - 1:
        return (), tokens
    opens = (n for n in range(at - 1, -1, -1) if texts[n] == "(" and closing(tokens, n, "(", ")") == at - 1)
    opened = next(opens, 0)
    name = opened - 1
    before = texts[:name]
    if name < 0 or texts[name] in HEADS | {"switch"} or is_iterator(tokens, name, known):
        return (), tokens
    if not IDENTIFIER.fullmatch(texts[name]) or any(not re.fullmatch(r"\w+|\*", word) for word in before):
        return (), tokens
    return tokens[:at], tokens[at + 1 : -1]


def nested(tokens: Sequence[Token]) -> Sequence[Token]:
    """What is in `<... s ...>` where that is all: s may stand anywhere."""
    if len(tokens) > 2 and (tokens[0].text, tokens[-1].text) in (("<...", "...>"), ("<+...", "...+>")):
        inner = tokens[1:-1]
        if not any(token.text in ("<...", "<+...") for token in inner) and not (tokens[0].whens or tokens[-1].whens):
            return inner
    return tokens


def held(tokens: Sequence[Token]) -> Sequence[Token]:
    """`if (c) { ... s ... } else { ... t ... }` as branches that hold s and t, wherever in them."""
    if len(tokens) < 4 or tokens[0].text != "if":
        return tokens
    close = closing(tokens, 1, "(", ")")
    if close + 1 >= len(tokens) or tokens[close + 1].text != "{":
        return tokens
    end = closing(tokens, close + 1, "{", "}")
    other = end + 2
    if other >= len(tokens) or [tokens[end + 1].text, tokens[other].text] != ["else", "{"]:
        return tokens
    last = closing(tokens, other, "{", "}")
    blocks = [tokens[close + 2 : end], tokens[other + 1 : last]]
    if last != len(tokens) - 1 or not all(_is_held(block) for block in blocks):
        return tokens
    return [*tokens[: close + 1], *_hold(blocks[0]), tokens[end + 1], *_hold(blocks[1])]


def _is_held(block: Sequence[Token]) -> bool:
    dots = [token for token in block if token.text == "..."]
    ends = len(block) > 2 and block[0].text == block[-1].text == "..."
    return ends and not any(when.kind != "any" for token in dots for when in token.whens)


def _hold(block: Sequence[Token]) -> list[Token]:
    inner = [token for token in block[1:-1] if token.text != ";"]
    if any(token.text in ("{", "}") for token in inner):
        raise CocciError(block[0].line, "a branch with a block in it, and `else`")
    ends = replace(inner[0], marks=(), whens=())
    return [replace(ends, text=OPENS), *inner, replace(ends, text=CLOSES), replace(ends, text=";")]


def operated(way: list[Token], metavariables: Known) -> list[list[Token]]:
    """A way with each operator that an operator metavariable may be."""
    ways = [way]
    for name, one in metavariables.items():
        if one.operators and any(token.text == name for token in way):
            ways = [
                [replace(token, text=sign) if token.text == name else token for token in other]
                for other in ways
                for sign in one.operators
            ]
    return ways


def unelsed(way: list[Token], known: Known) -> list[list[Token]]:
    """A way with and without an `else S` at its end, which SmPL's isomorphisms leave out as well."""
    alone = sum(token.text == way[-1].text for token in way) == 1
    if len(way) > 2 and alone and way[-2].text == "else" and kind_of(way[-1], known) == "statement":
        return [way, way[:-2]]
    return [way]


def unlooped(way: list[Token], known: Known) -> list[Token]:
    """A way that reports nothing with `x = E;` in place of `for (x = E; ...; ...) S`, which a path passes as well."""
    texts = [token.text for token in way]
    for at in [n for n, text in enumerate(texts) if text == "for"]:
        end = closing(way, at + 1, "(", ")")
        if (
            texts[end - 4 : end] == [";", "...", ";", "..."]
            and kind_of(way[min(end + 1, len(way) - 1)], known) == "statement"
        ):
            return [*way[:at], *way[at + 2 : end - 3], *way[end + 2 :]]
    return way


def refuse_shapes(tokens: Sequence[Token], *, metavariables: Known, path: bool) -> None:
    """Raise CocciError for the first of them; `path` if the alternative has `...` between statements."""
    depth = 0
    for at, token in enumerate(tokens):
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
        one = metavariables.get(token.text)
        if one is not None and one.refused:
            raise CocciError(one.line, one.refused)
        if one is None and (
            token.text in _REFUSED or (path and token.text == "else" and not _ends(tokens, at, metavariables))
        ):
            raise CocciError(token.line, f"`{token.text}`")
        if token.text == "for" and [word.text for word in tokens[at + 1 : at + 8]] != list("(") + [
            "...",
            ";",
            "...",
            ";",
            "...",
            ")",
        ]:
            raise CocciError(token.line, "`for`")
        if IDENTIFIER.fullmatch(token.text):
            _refuse_name(tokens, at, depth, metavariables)
        if token.text == "=" and tokens[at + 1 : at + 2] and tokens[at + 1].text == "{":
            raise CocciError(token.line, "an initialiser")


def _ends(tokens: Sequence[Token], at: int, known: Known) -> bool:
    """True for an `else S` that says nothing."""
    return at + 1 < len(tokens) and kind_of(tokens[at + 1], known) == "statement"


def _refuse_name(tokens: Sequence[Token], at: int, depth: int, known: Known) -> None:
    """A name that begins a function's definition, or a structure or the like."""
    token, after = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else None
    if after is None or is_iterator(tokens, at, known):
        return
    if after.text == "(" and token.text not in HEADS | {"switch"}:
        follows = tokens[closing(tokens, at + 1, "(", ")") + 1 :][:1]
        if follows and ((depth == 0 and follows[0].text == "{") or kind_of(follows[0], known) == "statement"):
            raise CocciError(token.line, "a function's definition among other code")
    if depth == 0 and token.text in ("struct", "union", "enum"):
        words = [word.text for word in tokens[at:]]
        if "{" in words[:3] or next((word for word in words if word in (";", "=", "{", "(", "[")), "") != "=":
            raise CocciError(token.line, "an initialiser" if "=" in words else "a declaration")
