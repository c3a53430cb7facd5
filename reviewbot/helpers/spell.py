# SPDX-License-Identifier: GPL-2.0-or-later
"""How is a canonical term written as the argument of a call?  As the code writes it, else by the rules of precedence.

It refuses (None) what it could only guess: conditions, casts and bits that the code did not write itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from reviewbot.syntax.term import Term

_TAG = re.compile(rb"\b(?:const\s+)?(?:struct|union|enum)\s+$")
_STARS = re.compile(rb"[\s*]*\*")
_PRIMARY = frozenset({"id", "num", "str", "call", "mem", "index"})


def one_line(source: bytes, term: Term) -> str | None:
    """The text of a term in its file, on one line; None where it holds a comment or the term has no place."""
    start, end = term.start, term.end
    tag = _TAG.search(source[max(0, start - 40) : start]) if term.kind == "id" else None
    if tag:  # a type as an argument, of which the term is the name alone
        stars = _STARS.match(source, end)
        start, end = start - len(tag.group()), stars.end() if stars else end
    text = " ".join(source[start:end].decode("utf-8", "replace").split())
    return text if text and "/*" not in text and "//" not in text and text.count("(") == text.count(")") else None


def spell(term: Term, written: Mapping[str, str]) -> str | None:
    """A canonical term as C; `written` are the texts of canonical keys that the code itself has."""
    if term.key in written:
        return written[term.key]
    spelling = _SPELLINGS.get(term.kind)
    return spelling(term, written) if spelling else None


def _grouped(term: Term, written: Mapping[str, str]) -> str | None:
    text = spell(term, written)
    if text is None or term.kind in _PRIMARY or text.isidentifier():
        return text
    return f"({text})"


def _member(term: Term, written: Mapping[str, str]) -> str | None:
    base = term.kids[0]
    if base.kind == "num" or (base.kind == "deref" and base.kids[0].kind == "num"):
        return None
    inner = base.kids[0] if base.kind == "deref" else base
    text = _grouped(inner, written)
    return f"{text}{'->' if base.kind == 'deref' else '.'}{term.value}" if text is not None else None


def _prefix(sign: str) -> Callable[[Term, Mapping[str, str]], str | None]:
    def spelt(term: Term, written: Mapping[str, str]) -> str | None:
        text = _grouped(term.kids[0], written)
        return f"{sign}{text}" if text is not None else None

    return spelt


def _chain(sign: str) -> Callable[[Term, Mapping[str, str]], str | None]:
    def spelt(term: Term, written: Mapping[str, str]) -> str | None:
        parts = [_grouped(kid, written) for kid in term.kids]
        known = [part for part in parts if part is not None]
        return f" {sign} ".join(known) if len(known) == len(parts) else None

    return spelt


def _call(term: Term, written: Mapping[str, str]) -> str | None:
    parts = [spell(kid, written) for kid in term.kids[1:]]
    known = [part for part in parts if part is not None]
    name = term.kids[0].value
    return f"{name}({', '.join(known)})" if term.kids[0].kind == "id" and len(known) == len(parts) else None


def _index(term: Term, written: Mapping[str, str]) -> str | None:
    base, at = _grouped(term.kids[0], written), spell(term.kids[1], written)
    return f"{base}[{at}]" if base is not None and at is not None else None


def _sum(term: Term, written: Mapping[str, str]) -> str | None:
    out = ""
    kids = sorted(term.kids, key=lambda kid: kid.kind == "times" and kid.value.startswith("-"))
    for kid in kids:
        factor, part = (int(kid.value), kid.kids[0]) if kid.kind == "times" else (1, kid)
        text = _grouped(part, written)
        if text is None:
            return None
        text = text if abs(factor) == 1 else f"{text} * {abs(factor)}"
        out += (f" - {text}" if factor < 0 else f" + {text}") if out else (f"-{text}" if factor < 0 else text)
    return out if int(term.value or "0") == 0 else None  # a number that the code does not have would surprise


_SPELLINGS: dict[str, Callable[[Term, Mapping[str, str]], str | None]] = {
    "id": lambda t, _w: t.value,
    "num": lambda t, _w: t.value,
    "str": lambda t, _w: t.value,
    "mem": _member,
    "deref": _prefix("*"),
    "addr": _prefix("&"),
    "call": _call,
    "index": _index,
    "sum": _sum,
    "or": _chain("|"),
    "and": _chain("&"),
    "prod": _chain("*"),
    "div": _chain("/"),
}
