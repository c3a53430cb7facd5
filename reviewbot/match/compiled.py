# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a pattern's text ask for?  Text becomes terms, a truth function, and the words that a file must hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from reviewbot.errors import PatternError
from reviewbot.match.boolean import Formula, IsBit, formula
from reviewbot.match.conditions import Truth, truth_of
from reviewbot.match.normal import ISOMORPHISMS, normal
from reviewbot.match.steps import AT, EACH, LABEL_AT, WITHIN, Step, marked, steps_of
from reviewbot.match.unify import DOTS, is_dots, is_metavariable
from reviewbot.rule import Pattern
from reviewbot.syntax.parse import first_error, parse_text
from reviewbot.syntax.term import MAX_DEPTH, Term, head_term, to_term

_FLAG = re.compile(r"^[A-Z][A-Z0-9_]*$")
_IGNORED_WORDS = frozenset({"NULL", "likely", "unlikely", DOTS, WITHIN})
_MAX_TEXT = 4000
_MARK = re.compile(r'("(?:[^"\\\n]|\\.)*"?)|(?<![\w$])(\$?\w+)((?:@\w+)+)')
_STATEMENT_MARK = re.compile(r"(?<![\w$])(return|goto|break|continue|if|while|for|do|switch)((?:@\w+)+)")
_EACH = re.compile(r"(?<![\w$])each\s*\(")
_STATEMENTS = re.compile(r"[;}]|^(?:\w+: *)*(?:if|while|for)\b")
_WITHIN = re.compile(r"<\.\.\.(.*?)\.\.\.>", re.DOTALL)
_GAP = re.compile(rf"(^\s*|[;{{}})]\s*){DOTS}(?!\s*[,)])")
"""`...` in the place of a statement; among arguments it is followed by a comma or a parenthesis."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A pattern ready to match.

    `steps` are the terms: one expression, or statements in sequence; `path` are the steps of a path through the
    control flow, () for a pattern without `...` between statements; `between` and `instead` are what is said of each
    gap, and `head` is that of the functions to look in, None for any.
    `truth` is the Boolean function of a condition, None for all else.  `words` are the identifiers that the code must
    hold; `anchor` is the one to look for (bytes): a word or an operator, empty for an excuse that needs none.
    """

    source: Pattern
    steps: tuple[Term, ...]
    path: tuple[Step, ...]
    between: tuple[tuple[Compiled, ...], ...]
    instead: tuple[tuple[Compiled, ...], ...]
    statements: bool
    truth: Formula | None
    flags: frozenset[str]
    words: tuple[bytes, ...]
    anchor: bytes
    on: frozenset[str]
    head: Term | None = None

    @property
    def metavariables(self) -> frozenset[str]:
        """The names of the metavariables, without `$`."""
        return metavariables(*self.steps, *((self.head,) if self.head else ()))

    @property
    def marks(self) -> frozenset[str]:
        """The names of the marks."""
        return frozenset(part.value[1:] for step in self.steps for part in step.walk() if part.kind == "at")

    @property
    def fields(self) -> frozenset[str]:
        """The names that a message may use: metavariables, and on a path the lines of its steps and the way."""
        written = sum(step.written for step in self.path)
        lines = {f"line{number}" for number in range(1, written + 1)}
        places = {f"line_{name}" for name in self.metavariables}
        return self.metavariables | places | (lines | {"through"} if self.path else set())

    def is_bit(self, term: Term) -> str | None:
        """The identity of a flag that the pattern itself speaks of."""
        return term.value if term.kind == "id" and term.value in self.flags else None


def metavariables(*terms: Term) -> frozenset[str]:
    """The names of the metavariables in terms, without `$`; `$_` is none."""
    names = {part.value for term in terms for part in term.walk() if is_metavariable(part.value)}
    return frozenset(name[1:] for name in names) - {"_"}


@lru_cache(maxsize=4096)
def compile_pattern(pattern: Pattern) -> Compiled:
    """Compile a pattern; raises PatternError that says what is wrong with its text."""
    compiled = _compile(pattern)
    head = _head(pattern.function) if pattern.function else None
    return replace(compiled, anchor=_anchor(compiled.steps, compiled.words, pattern), head=head)


@lru_cache(maxsize=4096)
def compile_excuse(text: str) -> Compiled:
    """Compile an excuse: one expression or statement, which is never looked for in a file and needs no word."""
    compiled = _compile(Pattern(text))
    if compiled.path or len(compiled.steps) > 1:
        raise PatternError(f"excuse {text!r} is more than one expression or statement", "write one excuse for each")
    return compiled


def _compile(pattern: Pattern) -> Compiled:
    on = _isomorphisms(pattern)
    steps, statements = _read(pattern.text)
    steps = tuple(normal(step, on) for step in steps)
    path = steps_of(steps, pattern.text)
    _check_path(pattern, path)
    if isinstance(pattern.report, str) and pattern.report not in metavariables(*steps):
        raise PatternError(f"pattern {pattern.text!r} reports at {pattern.report!r}, which it does not mark")
    flags = frozenset(t.value for step in steps for t in step.walk() if t.kind == "id" and _FLAG.match(t.value))
    truth = None
    dots = any(part.kind == "binary" and is_dots(kid) for part in steps[0].walk() for kid in part.kids)
    if not statements and not dots and "boolean" in on and _is_condition(steps[0]):
        truth = _truth(steps[0], lambda term: term.value if term.value in flags else None)
    between, instead = (
        tuple(tuple(map(compile_excuse, texts)) for texts in given) for given in (pattern.between, pattern.instead)
    )
    return Compiled(pattern, steps, path, between, instead, statements, truth, flags, _words(steps), b"", on)


@lru_cache(maxsize=4096)
def compile_assumption(text: str) -> Truth:
    """The condition that an Assume is about; raises PatternError."""
    steps, statements = _read(text)
    if statements:
        raise PatternError(f"assumption {text!r} is no condition", "write it without a semicolon")
    return truth_of(normal(steps[0], truth=True))


def _check_path(pattern: Pattern, path: tuple[Step, ...]) -> None:
    written = sum(step.written for step in path)
    gaps = sum(step.gap for step in path)
    for name, given in (("any", pattern.any), ("between", pattern.between), ("instead", pattern.instead)):
        if given and isinstance(given, tuple) and len(given) != gaps:
            raise PatternError(f"pattern {pattern.text!r} says {name}= of {len(given)} gaps, and has {gaps}")
    if pattern.path not in ("some", "every"):
        raise PatternError(f"pattern {pattern.text!r} asks for path={pattern.path!r}", 'it is "some" or "every"')
    if isinstance(pattern.report, int) and not -written <= pattern.report < written:
        raise PatternError(f"pattern {pattern.text!r} reports at step {pattern.report}, and has {written} on its path")


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
    text = _STATEMENT_MARK.sub(lambda m: "".join(f"{LABEL_AT}{p}: " for p in m[2][1:].split("@")) + m[1], text)
    text = _EACH.sub(f"{EACH}: while (", text)
    plain = _MARK.sub(lambda m: m[1] or m[2] + m[3].replace("@", AT), _WITHIN.sub(_held, text))
    plain = plain.replace("...", f" {DOTS} ").strip()
    statements = plain.endswith((";", "}", DOTS)) and bool(_STATEMENTS.search(plain))
    if statements:
        plain = _GAP.sub(rf"\1{DOTS};", plain)
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
    if any(part.kind == "decl" and any(kid.value == DOTS for kid in part.kids) for part in term.walk()):
        raise PatternError(f"pattern {text!r} is not C that can be parsed", "a statement ends in ; before `...`")
    if any(part.kind == "opaque" for part in term.walk()):
        raise PatternError(f"pattern {text[:60]!r} is nested more than {MAX_DEPTH} levels deep")
    kids = tuple(marked(kid) for kid in term.kids)
    if not statements:
        kids = kids[0].kids if len(kids) == 1 and kids[0].kind == "return" else ()
    if not kids or (not statements and len(kids) > 1):
        raise PatternError(f"pattern {text!r} is neither one expression nor statements that end in ; or }}")
    return kids, statements


def _held(found: re.Match[str]) -> str:
    """`<... e ...>` as a call, `<... s; ...>` as a label, until it is parsed."""
    inner = found[1].strip()
    return f" {WITHIN}: {inner} " if inner.endswith(";") else f" {WITHIN}({inner}) "


def _head(text: str) -> Term:
    """The head of a function: its type and its declarator, `...` for any parameters."""
    typed = re.match(r"\s*\$?\w+(?:@\w+)*\s*\(", text) is None
    plain = _MARK.sub(lambda m: m[1] or m[2] + m[3].replace("@", AT), text if typed else f"$_ {text}")
    raw = re.sub(r"\(\s*\.\.\.\s*\)", f"({DOTS} {DOTS})", plain).encode() + b" {}"
    root = parse_text(raw.decode())
    if first_error(root) is not None or [kid.type for kid in root.named_children] != ["function_definition"]:
        raise PatternError(f"{text!r} is no head of a function")
    head = head_term(root.named_children[0], lambda start, end: raw[start:end].decode())
    return marked(_dotted(head))


def _dotted(term: Term) -> Term:
    if term.kind == "variadic_parameter" or any(map(is_dots, term.kids)):
        return Term("id", DOTS)
    kids = tuple(_dotted(kid) for kid in term.kids)
    return term.rebuilt(term.kind, term.value, kids) if kids != term.kids else term


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


def _is_binary(sign: str, term: Term) -> bool:
    return term.kind == "binary" and term.value == sign


def _is_changed(value: str, term: Term) -> bool:
    return term.kind == "assign" and term.value == value


_Sign = tuple[str, Callable[[Term], bool]]
_OPERATORS: tuple[_Sign, ...] = (
    ("?", lambda t: t.kind == "cond"),
    ("sizeof", lambda t: t.kind == "sizeof"),
    ("goto", lambda t: t.kind == "goto"),
    ("return", lambda t: t.kind == "return"),
    (">>", lambda t: t.kind == "binary" and t.value == ">>"),
    ("<<", lambda t: t.kind == "binary" and t.value == "<<"),
    *((sign, partial(_is_binary, sign)) for sign in ("==", "!=", "||", "&&", "|")),
    ("&", lambda t: t.kind in ("binary", "unary") and t.value == "&"),
    ("if", lambda t: t.kind == "if"),
    ("while", lambda t: t.kind == "while"),
    ("for", lambda t: t.kind == "for"),
)


_TESTS = frozenset({"if", "while", "for", "&&", "||"})
"""What a test on a path need not have: it is that of any statement, and `x && ...` may be x alone."""
_ON_PATHS: tuple[_Sign, ...] = (
    ("=", lambda t: t.kind == "assign"),
    ("(", lambda t: t.kind in ("call", "each")),
)
"""What will do where only a function has to be found, and not each place in it."""
_WORDLESS: tuple[_Sign, ...] = (
    ("=", partial(_is_changed, "=")),
    _ON_PATHS[-1],
    *((sign, partial(_is_binary, sign)) for sign in ("+", "*")),
    *((value[0], partial(_is_changed, value)) for value in ("+=", "-=")),  # which is `++`, `--` as well
    ("!", lambda t: (t.kind, t.value) == ("unary", "!")),
    *((value, partial(_is_changed, value)) for value in ("*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=")),
)
"""What is looked for where a pattern says that it has no word."""


def _anchor(steps: tuple[Term, ...], words: tuple[bytes, ...], pattern: Pattern) -> bytes:
    if words:
        return words[0]
    terms = [term for step in steps for term in step.walk()]
    on_path = any(term.kind == "gap" for term in terms)
    more = _WORDLESS if pattern.smpl else _ON_PATHS if on_path else ()
    for token, present in _OPERATORS + more:
        if pattern.smpl and on_path and token in _TESTS:
            continue
        if any(present(term) for term in terms):
            return token.encode()
    raise PatternError(
        f"pattern {pattern.text!r} has no identifier and no ?, sizeof, goto, return, if or operator to look for",
        "name a function, field or constant in it",
    )
