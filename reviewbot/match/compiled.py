# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a pattern's text ask for?  Text becomes terms, a truth function, and the words that a file must hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from reviewbot.errors import PatternError
from reviewbot.match.boolean import Formula, IsBit, formula
from reviewbot.match.normal import ISOMORPHISMS, normal
from reviewbot.match.unify import DOTS, is_metavariable
from reviewbot.rule import Pattern
from reviewbot.syntax.parse import first_error, parse_text
from reviewbot.syntax.term import MAX_DEPTH, Term, to_term

_FLAG = re.compile(r"^[A-Z][A-Z0-9_]*$")
_IGNORED_WORDS = frozenset({"NULL", "likely", "unlikely", DOTS})
_MAX_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Compiled:
    """A pattern ready to match.

    `steps` are the terms: one expression, or statements in sequence (control-flow `...` between them would be a step of
    kind "gap").  `truth` is the Boolean function of a condition, None for all else.  `words` are the
    identifiers that the code must hold; `anchor` is the one to look for (bytes): a word or an operator.
    """

    source: Pattern
    steps: tuple[Term, ...]
    statements: bool
    truth: Formula | None
    flags: frozenset[str]
    words: tuple[bytes, ...]
    anchor: bytes
    on: frozenset[str]

    @property
    def metavariables(self) -> frozenset[str]:
        """The names of the metavariables, without `$`."""
        names = {t.value for step in self.steps for t in step.walk() if is_metavariable(t.value)}
        return frozenset(name[1:] for name in names) - {"_"}

    def is_bit(self, term: Term) -> str | None:
        """The identity of a flag that the pattern itself speaks of."""
        return term.value if term.kind == "id" and term.value in self.flags else None


@lru_cache(maxsize=4096)
def compile_pattern(pattern: Pattern) -> Compiled:
    """Compile a pattern; raises PatternError that says what is wrong with its text."""
    on = _isomorphisms(pattern)
    steps, statements = _read(pattern.text)
    steps = tuple(normal(step, on) for step in steps)
    gaps = [step for step in steps if step.kind == "gap"]
    if gaps:
        raise PatternError(
            f"pattern {pattern.text!r} has `...` between statements, which control flow has to decide",
            "write the statements that follow each other, or wait for path patterns",
        )
    flags = frozenset(t.value for step in steps for t in step.walk() if t.kind == "id" and _FLAG.match(t.value))
    truth = None
    if not statements and "boolean" in on and _is_condition(steps[0]):
        truth = _truth(steps[0], lambda term: term.value if term.value in flags else None)
    words = _words(steps)
    return Compiled(pattern, steps, statements, truth, flags, words, _anchor(steps, words, pattern), on)


def _isomorphisms(pattern: Pattern) -> frozenset[str]:
    unknown = set(pattern.without) - set(ISOMORPHISMS)
    if unknown:
        raise PatternError(
            f"pattern {pattern.text!r} switches off {', '.join(sorted(unknown))}, which is no isomorphism",
            f"known are {', '.join(sorted(ISOMORPHISMS))}",
        )
    return frozenset(ISOMORPHISMS) - set(pattern.without)


def _read(text: str) -> tuple[tuple[Term, ...], bool]:
    if len(text) > _MAX_TEXT:
        raise PatternError(f"pattern of {len(text)} characters is too long", f"at most {_MAX_TEXT} are read")
    plain = text.strip().replace("...", f" {DOTS} ")
    statements = plain.endswith((";", "}", DOTS)) and bool(re.search(r"[;}]", plain))
    if statements:
        plain = re.sub(rf"{DOTS}(?!\s*[,)])", f"{DOTS};", plain) if _gapped(plain) else plain
    body = plain if statements else f"return {plain};"
    code = f"void f(void) {{ {body} }}"
    root = parse_text(code)
    if first_error(root) is not None:
        raise PatternError(f"pattern {text!r} is not C that can be parsed", "metavariables are written $name")
    raw = code.encode()
    function = root.named_children[0]
    block = function.child_by_field_name("body")
    if block is None or len(root.named_children) != 1:
        raise PatternError(f"pattern {text!r} is more than one expression or list of statements")
    term = to_term(block, lambda start, end: raw[start:end].decode())
    if any(part.kind == "opaque" for part in term.walk()):
        raise PatternError(f"pattern {text[:60]!r} is nested more than {MAX_DEPTH} levels deep")
    kids = tuple(_gap(kid) for kid in term.kids)
    if not statements:
        kids = kids[0].kids if len(kids) == 1 and kids[0].kind == "return" else ()
    if not kids or (not statements and len(kids) > 1):
        raise PatternError(f"pattern {text!r} is neither one expression nor statements that end in ; or }}")
    return kids, statements


def _gapped(plain: str) -> bool:
    return bool(re.search(rf"(?:^|[;}}{{])\s*{DOTS}", plain))


def _gap(term: Term) -> Term:
    if term.kind == "expr" and term.kids[0].value == DOTS:
        return Term("gap", "")
    return term


def _is_condition(term: Term) -> bool:
    return (term.kind == "unary" and term.value == "!") or (
        term.kind == "binary" and term.value in ("&&", "||", "==", "!=")
    )


def _truth(term: Term, is_bit: IsBit) -> Formula | None:
    found = formula(term, is_bit)
    return found if len(found.atoms()) > 1 else None


def _words(steps: tuple[Term, ...]) -> tuple[bytes, ...]:
    words: dict[str, None] = {}
    for step in steps:
        for term in step.walk():
            name = term.value if term.kind in ("id", "arrow", "dot", "goto", "label") else ""
            if name and not is_metavariable(name) and name not in _IGNORED_WORDS:
                words[name] = None
    return tuple(sorted((w.encode() for w in words), key=len, reverse=True))


_OPERATORS: tuple[tuple[str, Callable[[Term], bool]], ...] = (
    ("?", lambda t: t.kind == "cond"),
    ("sizeof", lambda t: t.kind == "sizeof"),
    ("goto", lambda t: t.kind == "goto"),
    ("return", lambda t: t.kind == "return"),
    (">>", lambda t: t.kind == "binary" and t.value == ">>"),
    ("<<", lambda t: t.kind == "binary" and t.value == "<<"),
)


def _anchor(steps: tuple[Term, ...], words: tuple[bytes, ...], pattern: Pattern) -> bytes:
    if words:
        return words[0]
    terms = [term for step in steps for term in step.walk()]
    for token, present in _OPERATORS:
        if any(present(term) for term in terms):
            return token.encode()
    raise PatternError(
        f"pattern {pattern.text!r} has no identifier and no ?, sizeof, goto, return or shift to look for",
        "name a function, field or constant in it",
    )
