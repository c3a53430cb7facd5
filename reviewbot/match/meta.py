# SPDX-License-Identifier: GPL-2.0-or-later
"""May a metavariable be bound to this code?  The constraints of a rule, asked while patterns are unified."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from reviewbot.rule import Meta
from reviewbot.syntax.term import Term

_CONSTANT = re.compile(r"^[A-Z][A-Z0-9_]*$")
_CONST = re.compile(r"\bconst\b")
TypesAt = Callable[[int], Mapping[str, str]]
"""The declared types of the names in the function around an offset."""


def is_constant(term: Term) -> bool:
    """True for code that is built of literals, sizeof and upper-case names only."""
    if term.kind in ("num", "str", "sizeof"):
        return True
    if term.kind == "id":
        return bool(_CONSTANT.match(term.value))
    if term.kind == "call":
        return bool(_CONSTANT.match(term.kids[0].value)) and all(is_constant(kid) for kid in term.kids[1:])
    return term.kind in ("binary", "unary", "cast", "type") and all(
        is_constant(kid) or kid.kind == "type" for kid in term.kids
    )


def type_of(term: Term, types: Mapping[str, str]) -> str | None:
    """The declared type of a name, or of what `&` and `*` make of one; None if it is unknown."""
    if term.kind == "id":
        return types.get(term.value)
    if term.kind == "unary" and term.value in ("&", "*"):
        inner = type_of(term.kids[0], types)
        if inner is None or inner.endswith("]"):
            return None
        if term.value == "&":
            return inner + ("*" if inner.endswith("*") else " *")
        return inner.removesuffix("*").rstrip() if inner.endswith("*") else None
    return None


def allows(
    metavariables: Mapping[str, Meta], types_at: TypesAt, text: Callable[[int, int], str]
) -> Callable[[str, Term, Mapping[str, Term]], bool]:
    """Answers whether a metavariable (without `$`) may be bound to a term of the file, given what others are."""

    def allowed(name: str, term: Term, bound: Mapping[str, Term]) -> bool:
        meta = metavariables.get(name)
        if meta is None:
            return True
        whole = bound.get("$" + meta.part_of)
        if meta.part_of and (whole is None or all(part.key != term.key for part in whole.walk())):
            return False
        return _holds(meta, term, types_at(term.start), text(term.start, term.end) or term.value)

    return allowed


def _holds(meta: Meta, term: Term, types: Mapping[str, str], text: str) -> bool:
    if meta.matching and not re.fullmatch(meta.matching, " ".join(text.split())):
        return False
    if meta.kind == "constant" and not is_constant(term):
        return False
    if meta.kind in ("identifier", "local") and term.kind != "id":
        return False
    if meta.kind == "local" and term.value not in types:
        return False
    if not meta.type and not meta.array:
        return True
    found = type_of(term, types)
    if meta.array:
        return meta.or_unknown if found is None else found.endswith("]")
    return meta.or_unknown if found is None else _plain(found) == _plain(meta.type)


def _plain(written: str) -> str:
    return "".join(_CONST.sub("", written).split())
