# SPDX-License-Identifier: GPL-2.0-or-later
"""How is a term written as the argument of a call?  As the file writes it, else by the rules of precedence.

It refuses what it could only guess: a cast that no file wrote, and every kind of term that it does not know.
"""

from __future__ import annotations

from collections.abc import Mapping

from reviewbot.syntax.term import Term

_PRIMARY = frozenset({"id", "num", "str", "call", "arrow", "dot", "index"})
_REFUSED = frozenset({"comma", "opaque", "type"})


def texts_of(term: Term, source: bytes) -> dict[str, str]:
    """The text in `source` of the term and of each of its parts, by key, on one line.

    Texts with comments in them are left out, and so are keys that stand for two texts, as casts can.
    """
    out: dict[str, str] = {}
    refused: set[str] = set()
    for part in term.walk():
        text = " ".join(source[part.start : part.end].decode("utf-8", "replace").split())
        same = "".join(out.setdefault(part.key, text).split()) == "".join(text.split())
        if part.kind in _REFUSED or not text or "/*" in text or "//" in text or not same:
            refused.add(part.key)
    return {key: text for key, text in out.items() if key not in refused}


def show(term: Term, written: Mapping[str, str]) -> str | None:
    """The term as C text, by `written` (texts by key) where that has it; None if it cannot be told."""
    if term.kind in ("id", "num", "str"):
        return term.value
    if term.key in written:
        return written[term.key]
    parts = [show(kid, written) for kid in term.kids]
    inner = [text for text in parts if text is not None]
    if len(inner) < len(parts) or not inner:
        return None
    first = inner[0] if term.kids[0].kind in _PRIMARY else f"({inner[0]})"
    if term.kind in ("arrow", "dot"):
        return f"{first}{'->' if term.kind == 'arrow' else '.'}{term.value}"
    if term.kind == "call":
        return f"{first}({', '.join(inner[1:])})"
    if term.kind == "index" and len(inner) == 2:
        return f"{first}[{inner[1]}]"
    if term.kind == "unary":
        return f"{term.value}{first}"
    if term.kind == "binary" and len(inner) == 2:
        second = inner[1] if term.kids[1].kind in _PRIMARY else f"({inner[1]})"
        return f"{first} {term.value} {second}"
    return None
