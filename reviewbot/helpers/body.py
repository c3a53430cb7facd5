# SPDX-License-Identifier: GPL-2.0-or-later
"""Which one expression is the body of a helper?  Locals are put in, early returns become choices, checks are left out.

It refuses loops, gotos, assignments to anything but a local, and macros that are more than an expression.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reviewbot.helpers.checks import is_check
from reviewbot.helpers.entry import Entry, Kind
from reviewbot.syntax.facts import SyntaxFacts
from reviewbot.syntax.normalise import normalise
from reviewbot.syntax.parse import first_error, parse_bytes
from reviewbot.syntax.term import Term, to_term

_HEAD = b"int f(void)\n"
READ_AFTER = "int f(void)\n\t{ return\t"
"""What stands before an expression that was read alone, so that its places are those behind it."""
_NARROW = re.compile(r"^(?:bool|_Bool|char|short|(?:__)?[us](?:8|16|32))$")
_MAX_STATEMENTS = 12
_MAX_TEXT = 3000
_NO_EXPRESSION = re.compile(
    r"^\s*(?:do\b|\{|if\b|for\b|while\b|switch\b|return\b|else\b|asm\b|static\b|extern\b)|[^#]#[^#]|##|;\s*$"
)


@dataclass(frozen=True, slots=True)
class Body:
    """A helper's body as one uncanonical term.  `is_statement`: it is done for its effect and has no value.
    `bare`: the parameters of a macro that stand in it without parentheses."""

    term: Term
    is_statement: bool = False
    bare: frozenset[str] = frozenset()


def read_body(entry: Entry, facts: SyntaxFacts) -> Body | None:
    """The body of an inline or a macro; None for any other, and for what is not one expression."""
    if not entry.body or len(entry.body) > _MAX_TEXT:
        return None
    if entry.kind is Kind.INLINE:
        block = _block(entry.body, facts)
        return _reduced(block, entry.result == "void") if block is not None else None
    if entry.kind is not Kind.MACRO or any(name.endswith("...") for _kind, name in entry.parameters):
        return None
    text = entry.body
    inner = _statement_expression(text)
    if inner is not None:
        block = _block(inner, facts)
        found = _reduced(block, is_void=False, is_macro=True) if block is not None else None
        return Body(found.term, bare=_bare(entry)) if found else None
    term = read_expression(text, facts) if not _NO_EXPRESSION.search(text) and is_closed(text) else None
    return Body(term, term.kind in ("assign", "update"), _bare(entry)) if term is not None else None


def is_closed(text: str) -> bool:
    """True for a macro's body that no operator beside it can tear apart: in parentheses, or no operation at all."""
    plain = text.strip()
    depth = 0
    for at, letter in enumerate(plain):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and letter == ")" and plain.startswith("(") and at < len(plain) - 1:
            break
    else:
        if plain.startswith("("):
            return True
    outside = re.sub(r"\([^()]*\)", "", plain)
    while (shorter := re.sub(r"\([^()]*\)", "", outside)) != outside:
        outside = shorter
    return not re.search(r"[-+*/%&|^<>=?:]", re.sub(r"->|^\s*[-&*~!]+", " ", outside))


def _statement_expression(text: str) -> str | None:
    plain = text.strip()
    return plain[1:-1] if plain.startswith("({") and plain.endswith("})") else None


def _bare(entry: Entry) -> frozenset[str]:
    """The macro's parameters that an operator of the body could tear apart."""
    out = set()
    for _kind, name in entry.parameters:
        for found in re.finditer(rf"(?<![\w.>]){re.escape(name)}\b" if name else "(?!)", entry.body):
            before, after = entry.body[: found.start()].rstrip(), entry.body[found.end() :].lstrip()
            if not (before[-1:] in ("(", ",", "") and after[:1] in (")", ",", "")):
                out.add(name)
    return frozenset(out)


def read_expression(text: str, facts: SyntaxFacts) -> Term | None:
    """The term of a piece of C text that is one expression, None if it is none."""
    block = _block("{ return\t" + text + "; }", facts)
    if block is None or len(block.kids) != 1 or block.kids[0].kind != "return" or len(block.kids[0].kids) != 1:
        return None
    return block.kids[0].kids[0]


def _block(text: str, facts: SyntaxFacts) -> Term | None:
    # type arguments are told from parameters by the indentation of their line
    raw = _HEAD + b"\t" + text.encode().replace(b"\n", b"\n\t")
    root = parse_bytes(normalise(raw, facts))
    function = root.named_children[0] if root.named_children else None
    block = function.child_by_field_name("body") if function is not None else None
    if first_error(root) is not None or block is None or len(root.named_children) != 1:
        return None
    return to_term(block, lambda start, end: raw[start:end].decode("utf-8", "replace"))


def _reduced(block: Term, is_void: bool, is_macro: bool = False) -> Body | None:  # noqa: FBT001, FBT002
    statements = [kid for kid in block.kids if not _is_check(kid)]
    if not statements or len(statements) > _MAX_STATEMENTS:
        return None
    if is_void:
        only = statements[0]
        if len(statements) != 1 or only.kind not in ("expr", "return") or len(only.kids) != 1:
            return None
        return Body(only.kids[0], is_statement=True)
    if is_macro and statements[-1].kind == "expr":
        last = statements[-1]
        statements[-1] = last.rebuilt("return", "", last.kids)
    term = _result(statements, {})
    return Body(term) if term is not None else None


def _is_check(statement: Term) -> bool:
    if statement.kind == "empty":
        return True
    call = statement.kids[0] if statement.kind == "expr" and statement.kids else None
    return call is not None and call.kind == "call" and is_check(call.kids[0].value)


def _result(statements: list[Term], names: dict[str, Term], known: frozenset[str] = frozenset()) -> Term | None:
    """What a list of statements returns, with locals (`known`) replaced by what they stand for."""
    names = dict(names)
    for index, statement in enumerate(statements):
        if statement.kind == "return":
            value = substitute(statement.kids[0], names) if len(statement.kids) == 1 else None
            return value if value is not None and not _holds(value, known - names.keys()) else None
        if statement.kind == "block":
            return _result([*statement.kids, *statements[index + 1 :]], names, known)
        if statement.kind == "if":
            return _choice(statement, statements[index + 1 :], names, known)
        if _declared(statement) & known:
            return None  # an inner name hides an outer one
        known |= _declared(statement)
        found = _assigned(statement)
        if found is None or not {name for name, _value in found} <= known:
            return None
        for name, value in found:
            names[name] = substitute(value, names)
    return None


def _holds(term: Term, names: frozenset[str]) -> bool:
    """True for a term that speaks of one of the names: a local of no known value is nothing that code could hold."""
    return bool(names) and any(part.kind == "id" and part.value in names for part in term.walk())


def _choice(statement: Term, rest: list[Term], names: dict[str, Term], known: frozenset[str]) -> Term | None:
    """`if (c) return a; return b;` and `if (c) return a; else return b;`"""
    yes = _result([statement.kids[1]], names, known)
    no = _result([*statement.kids[2:], *rest], names, known)
    if yes is None or no is None:
        return None
    return statement.rebuilt("cond", "", (substitute(statement.kids[0], names), yes, no))


def _declared(statement: Term) -> frozenset[str]:
    """The names that a declaration declares."""
    if statement.kind != "decl":
        return frozenset()
    made = (kid for kid in statement.kids if kid.kind not in ("type", "macro_type_specifier", "struct_specifier"))
    places = (kid.kids[0] if kid.kind == "init" else kid for kid in made)
    return frozenset(part.value for place in places for part in place.walk() if part.kind == "id")


def _assigned(statement: Term) -> list[tuple[str, Term]] | None:
    """The locals that a declaration or assignment gives values; None for any other statement."""
    if statement.kind == "decl":
        made = [kid for kid in statement.kids if kid.kind == "init"]
        kind = statement.kids[0] if statement.kids and statement.kids[0].kind == "id" else None
        return [(kid.kids[0].value, _held(kind, kid)) for kid in made if len(kid.kids) == 2]
    only = statement.kids[0] if statement.kind == "expr" and len(statement.kids) == 1 else None
    if only is not None and only.kind == "assign" and only.value == "=" and only.kids[0].kind == "id":
        return [(only.kids[0].value, only.kids[1])]
    return None


def _held(kind: Term | None, made: Term) -> Term:
    """What a local holds that is declared with a value: the value in its type, as far as that is one word."""
    is_pointer = made.start < made.kids[0].start  # `*p = e`
    if kind is None or is_pointer or not _NARROW.match(kind.value):
        return made.kids[1]
    return Term("cast", "", (Term("type", "", (kind,)), made.kids[1]), made.kids[1].start, made.kids[1].end)


def substitute(term: Term, names: dict[str, Term], *, members: bool = False) -> Term:
    """The term with identifiers replaced by what `names` says, with `members` those of members, too (as in a macro);
    the same object where nothing is replaced."""
    if term.kind == "id":
        return names.get(term.value, term)
    kids = tuple(substitute(kid, names, members=members) for kid in term.kids)
    value = term.value
    if members and term.kind in ("arrow", "dot") and value in names and names[value].kind == "id":
        value = names[value].value
    if value == term.value and all(a is b for a, b in zip(kids, term.kids, strict=True)):
        return term
    return Term(term.kind, value, kids, term.start, term.end)
