# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a pattern's term fit a term of the code, and how?  Structure only; meaning is the business of match.boolean."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from reviewbot.syntax.term import Term

Bindings = dict[str, Term]
DOTS = "__dots__"
COMMUTING = frozenset({"&", "|", "^", "&&", "||", "+", "*", "==", "!="})
_CHAINS = COMMUTING - {"==", "!="}
_MAX_OPERANDS = 12


class Checked(dict[str, Term]):
    """Bindings that ask, before a metavariable is bound, whether it may be bound to this code."""

    def __init__(self, bound: Mapping[str, Term], allows: Callable[[str, Term, Mapping[str, Term]], bool]) -> None:
        super().__init__(bound)
        self.allows = allows


def is_metavariable(name: str) -> bool:
    """True for `$p` and `$_`."""
    return name.startswith("$")


def is_dots(term: Term) -> bool:
    """True for the `...` that stands for any number of parts."""
    return term.kind == "id" and term.value == DOTS


def unify(pattern: Term, code: Term, bound: Bindings, *, commute: bool = True) -> Iterator[Bindings]:
    """All ways in which `pattern` fits `code` given `bound`; each answer is `bound` with the new bindings."""
    if pattern.kind == "id" and is_metavariable(pattern.value):
        yield from _bind(pattern.value, code, bound)
        return
    special = _SPECIAL.get(pattern.kind)
    if special and (pattern.kind != "expr" or code.kind == "decl"):
        yield from special(pattern, code, bound, commute)
        return
    if commute and pattern.kind == "binary" and any(map(is_dots, operands(pattern, pattern.value))):
        yield from _unify_some(pattern, code, bound)
        return
    if pattern.kind != code.kind:
        return
    if pattern.kind in ("arrow", "dot") and is_metavariable(pattern.value):
        name = Term("id", code.value, (), code.start, code.end)
        for now in _bind(pattern.value, name, bound):
            yield from unify_all(pattern.kids, code.kids, now, commute=commute)
        return
    if pattern.value != code.value:
        return
    if commute and pattern.kind == "binary" and pattern.value in COMMUTING:
        yield from _unify_chain(pattern, code, bound)
        return
    yield from unify_all(pattern.kids, code.kids, bound, commute=commute)


def _at(pattern: Term, code: Term, bound: Bindings, commute: bool) -> Iterator[Bindings]:  # noqa: FBT001
    for now in unify(pattern.kids[0], code, bound, commute=commute):
        yield from _bind(pattern.value, code, now)


def _statement(pattern: Term, code: Term, bound: Bindings, _commute: bool) -> Iterator[Bindings]:  # noqa: FBT001
    yield from _bind(pattern.value, code, bound)


def _within(pattern: Term, code: Term, bound: Bindings, commute: bool) -> Iterator[Bindings]:  # noqa: FBT001
    for part in code.walk():
        yield from unify(pattern.kids[0], part, bound, commute=commute)


def _initialised(pattern: Term, code: Term, bound: Bindings, commute: bool) -> Iterator[Bindings]:  # noqa: FBT001
    """An assignment as a statement is found as the initialisation in a declaration."""
    for kid in code.kids if pattern.kids[0].kind == "assign" else ():
        yield from unify(pattern.kids[0], kid, bound, commute=commute)


def _both(pattern: Term, code: Term, bound: Bindings, commute: bool) -> Iterator[Bindings]:  # noqa: FBT001
    for now in unify(pattern.kids[0], code, bound, commute=commute):
        yield from unify(pattern.kids[1], code, now, commute=commute)


def _declared(pattern: Term, code: Term, bound: Bindings, commute: bool) -> Iterator[Bindings]:  # noqa: FBT001
    """`$t $x = 1;` is any one declarator of a declaration; a type that is a metavariable may have stars, too."""
    if code.kind != "decl" or not pattern.kids or not code.kids:
        return
    *wanted, declarator = pattern.kids
    words = [kid for kid in code.kids if kid.kind not in _BESIDE_TYPE]
    for now in unify_all(tuple(wanted), (words[0],), bound, commute=commute):
        for one in words[1:]:
            name = undecorated(one) if is_metavariable(wanted[0].value) else one
            yield from unify(declarator, name, now, commute=commute)


def undecorated(declarator: Term) -> Term:
    """A declarator without stars and brackets."""
    while declarator.kind in ("pointer_declarator", "array_declarator") and declarator.kids:
        declarator = declarator.kids[0]
    return declarator


_BESIDE_TYPE = frozenset({"storage_class_specifier", "type_qualifier", "attribute_specifier"})
"""What stands in a declaration beside its type and its declarators."""
_SPECIAL = {
    "at": _at,
    "statement": _statement,
    "within": _within,
    "both": _both,
    "expr": _initialised,
    "decl": _declared,
}
"""Parts of a pattern that C does not have, and statements that are found in declarations."""


def _bind(name: str, code: Term, bound: Bindings) -> Iterator[Bindings]:
    if name == "$_":
        yield bound
    elif name not in bound:
        now = {**bound, name: code}
        if not isinstance(bound, Checked):
            yield now
        elif bound.allows(name[1:], code, bound):
            yield Checked(now, bound.allows)
    elif bound[name].key == code.key:
        yield bound


def unify_all(
    patterns: tuple[Term, ...], codes: tuple[Term, ...], bound: Bindings, *, commute: bool = True
) -> Iterator[Bindings]:
    """Fit a list of parts, in order; `...` among the patterns stands for any number of parts."""
    if not patterns:
        if not codes:
            yield bound
        return
    head, rest = patterns[0], patterns[1:]
    if is_dots(head):
        for skipped in range(len(codes) + 1):
            yield from unify_all(rest, codes[skipped:], bound, commute=commute)
        return
    if codes:
        for now in unify(head, codes[0], bound, commute=commute):
            yield from unify_all(rest, codes[1:], now, commute=commute)


def operands(term: Term, operator: str) -> tuple[Term, ...]:
    """The operands of a chain of one operator, from left to right: `a && (b && c)` has three."""
    if operator not in _CHAINS:
        return term.kids
    out: list[Term] = []
    stack = [term]
    while stack:
        at = stack.pop()
        if at.kind == "binary" and at.value == operator:
            stack.extend(reversed(at.kids))
        else:
            out.append(at)
    return tuple(out)


def _unify_chain(pattern: Term, code: Term, bound: Bindings) -> Iterator[Bindings]:
    wanted, given = operands(pattern, pattern.value), operands(code, code.value)
    if len(wanted) == len(given) <= _MAX_OPERANDS:
        # operands with no metavariable of their own first: they prune the search
        ordered = tuple(sorted(wanted, key=lambda term: is_metavariable(term.value)))
        yield from _assign(ordered, given, bound)


def _unify_some(pattern: Term, code: Term, bound: Bindings) -> Iterator[Bindings]:
    """`x || ...` is one of the operands, or x alone."""
    wanted = tuple(term for term in operands(pattern, pattern.value) if not is_dots(term))
    given = operands(code, pattern.value) if (code.kind, code.value) == ("binary", pattern.value) else (code,)
    if len(wanted) <= len(given) <= _MAX_OPERANDS:
        yield from _assign(wanted, given, bound)


def _assign(wanted: tuple[Term, ...], given: tuple[Term, ...], bound: Bindings) -> Iterator[Bindings]:
    if not wanted:
        yield bound
        return
    for index, operand in enumerate(given):
        for now in unify(wanted[0], operand, bound):
            yield from _assign(wanted[1:], given[:index] + given[index + 1 :], now)
