# SPDX-License-Identifier: GPL-2.0-or-later
"""Which helpers mean the same as a piece of code?  Arguments by fit, decided by equality.

A helper is found for an expression, for its opposite, and for some operands of its && or ||.  What is exact was
decided: the helper's body with the arguments put in has the canonical term of the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from reviewbot.helpers import truth
from reviewbot.helpers.agree import agreement
from reviewbot.helpers.axioms import COMPARING, ONCE
from reviewbot.helpers.canon import Canon
from reviewbot.helpers.entry import Entry
from reviewbot.helpers.fit import Bound, Fit, hardest_first
from reviewbot.helpers.look import Look, own_names, shapes
from reviewbot.helpers.spell import one_line, spell
from reviewbot.helpers.template import Template
from reviewbot.helpers.types import TypeOf
from reviewbot.helpers.world import TreeWorld
from reviewbot.helpers.worth import BITS, LONG_LONG
from reviewbot.match.unify import operands
from reviewbot.syntax.term import Term

_SPOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|\w+|->|<<|>>|&&|\|\||[=<>!]=|[-+*/%&|^<>=?.~]')
_UNARY = re.compile(r"(^|[(,=?:!&|<>+]|return)\s*(?:[&*!]\s*)+")
_CONSTANT = re.compile(r"\b[A-Z][A-Z0-9_]*\b")
_WRITING = frozenset({"assign", "update", "init"})
_BY_ADDRESS = ONCE | {"WRITE_ONCE"}
_MASKING = frozenset({("binary", "&"), ("binary", "|"), ("unary", "~"), ("assign", "|="), ("assign", "&=")})
_TRUTH_ASKED = frozenset({"if", "while", "cond"})


@dataclass(frozen=True, slots=True)
class Found:
    """A helper for a piece of code.

    `call` replaces the code's `terms` (operands of one && or || where there are several; else one).  `saved` is how
    many words fewer there are to read.  `typed` is False where an argument's type is not known.  `has_same_arguments`:
    the code is a call of them; `is_wrapped`: it is a call of any kind; `is_mask`: it is an operand of & | or ~;
    `repeats`: there are several arguments, all the same.  `macro`: the one whose text the code is, "" in a function.
    `differs` says what is not the same, (in the helper, in the code), for a near miss.
    """

    entry: Entry
    call: str
    terms: tuple[Term, ...]
    saved: int
    typed: bool
    has_same_arguments: bool = False
    is_wrapped: bool = False
    is_mask: bool = False
    repeats: bool = False
    differs: tuple[tuple[str, str], ...] = ()
    macro: str = ""

    @property
    def start(self) -> int:
        """Where the code begins: an offset in bytes."""
        return min(term.start for term in self.terms)

    @property
    def end(self) -> int:
        """Where the code ends: an offset in bytes."""
        return max(term.end for term in self.terms)


@dataclass(slots=True)
class _Piece:
    """A sub-expression: whether only its truth is asked for, its lenient canonical value, whether it is a mask."""

    term: Term
    truth: bool
    value: Term
    mask: bool = False
    _names: frozenset[str] | None = None

    def holds(self, names: frozenset[str]) -> bool:
        """True if all these names stand in the value."""
        if self._names is None:
            self._names = frozenset(own_names(self.value))
        return names <= self._names


@dataclass(slots=True)
class Expression:
    """One expression of a file (its `source` bytes), and all its parts, ready to be compared with helpers."""

    world: TreeWorld
    type_of: TypeOf
    term: Term
    source: bytes
    truth: bool = False
    strict: Canon = field(init=False)
    wide: Canon = field(init=False)
    lenient: Canon = field(init=False)
    _pieces: list[_Piece] | None = None
    _by_kind: dict[str, list[_Piece]] | None = None
    _originals: dict[str, Term] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.strict = Canon(self.world, self.type_of)
        self.wide = Canon(self.world, self.type_of, wide=True)
        self.lenient = Canon(self.world, self.type_of, lenient=True)

    def pieces(self) -> list[_Piece]:
        """The parts that could be a helper's body, outermost first."""
        if self._pieces is None:
            self._pieces = []
            stack = [(self.term, self.truth, False, False)]
            while stack:
                term, asked, mask, part = stack.pop()
                masks = (term.kind, term.value) in _MASKING
                if term.kind in _WRITING:
                    stack += [(kid, False, masks, False) for kid in _read_parts(term)][::-1]
                    if term is not self.term:
                        continue
                value = self.lenient.value(term)
                self._originals.setdefault(value.key, term)
                if asked:
                    self._originals.setdefault(self.lenient.as_truth(value).key, term)
                if term.kids and not _is_hint(term) and not part:
                    self._pieces.append(_Piece(term, asked, self.lenient.as_truth(value) if asked else value, mask))
                if term.kind not in _WRITING:
                    stack += [
                        (kid, _asks_truth(term, at), masks, term.kind == "dot")
                        for at, kid in enumerate(_read_parts(term))
                    ][::-1]
        return self._pieces

    def find(self, look: Look, *, near: bool = False) -> Iterator[Found]:
        """The places where this helper's body stands; with `near` also those where one name differs."""
        kinds = self._kinds()
        chains = kinds.get("&&", ()) if look.is_chain else ()
        pieces = [piece for piece in kinds.get(look.shape, ()) if not piece.truth or look.body.kind == "truth"]
        asked = [piece for piece in kinds.get(look.asked_shape, ()) if piece.truth] if look.asked_shape else []
        if not (pieces or asked or chains):
            return
        fit = Fit(self.lenient.substituted, int(near))
        for body, some in ((look.body, pieces), (look.asked, asked)):
            for piece in some:
                if near or piece.holds(look.names):
                    yield from self._whole(look, body, piece, fit)
        for piece in chains:
            yield from self._operands(look, piece, fit)

    def _kinds(self) -> dict[str, list[_Piece]]:
        """The parts by the shape of their value, and all chains of && and || under "&&"."""
        if self._by_kind is None:
            self._by_kind = {}
            for piece in self.pieces():
                for name in shapes(piece.value):
                    self._by_kind.setdefault(name, []).append(piece)
                if piece.term.kind == "binary" and piece.term.value in ("&&", "||"):
                    self._by_kind.setdefault("&&", []).append(piece)
        return self._by_kind

    def _whole(self, look: Look, body: Term, piece: _Piece, fit: Fit) -> Iterator[Found]:
        if look.is_statement and piece.term is not self.term:
            return
        if body.kind == "truth" and len(body.kids) != len(piece.value.kids):
            return
        bounds: Iterator[Bound]
        if body.kind == "truth":
            bounds = (bound for bound, _taken in fit.among(hardest_first(body.kids), piece.value.kids, {}))
        else:
            bounds = fit.find(body, piece.value)
        for bound in bounds:
            value = self.strict.value(piece.term)
            code = self.strict.as_truth(value) if piece.truth else value
            yield from self._decided(look, bound, code, (piece.term,), piece)

    def _operands(self, look: Look, piece: _Piece, fit: Fit) -> Iterator[Found]:
        """Some operands of a chain: those whose atoms the helper's body speaks of."""
        body, parts = look.asked, operands(piece.term, piece.term.value)
        values = [self.lenient.truth(part) for part in parts]
        given = {atom.key: atom for value in values for atom in truth.atoms(value)}
        if len(given) <= len(body.kids):
            return
        for bound, taken in fit.among(hardest_first(body.kids), tuple(given.values()), {}):
            chosen = [part for part, value in zip(parts, values, strict=True) if _within(value, taken)]
            covered = {atom.key for part in chosen for atom in truth.atoms(self.lenient.truth(part))}
            if covered != taken or len(chosen) < 2:
                continue
            join = truth.all_of if piece.term.value == "&&" else truth.any_of
            code = join(self.strict.truth(part) for part in chosen)
            yield from self._decided(look, bound, code, tuple(chosen), piece)

    def _decided(self, look: Look, bound: Bound, code: Term, terms: tuple[Term, ...], piece: _Piece) -> Iterator[Found]:
        template = self.world.template_of(look.entry)  # the strict one, which decides
        arguments = self._arguments(template, bound) if template is not None else None
        if template is None or arguments is None:
            return
        values = tuple(value for value, _text in arguments)
        differs = {name: term for name, term in bound.items() if name.startswith("≠")}
        asked = piece.truth or len(terms) > 1
        sign = self._sign(self.wide, template, values, differs, code, asked=asked)
        if sign is None and (plain := self._read_plainly(template)) is not None:
            sign = self._sign(self.wide, plain, values, differs, code, asked=asked)
        loose = Canon(self.world, self.type_of, convert=False) if sign is None else None
        if loose is not None:
            sign = self._sign(loose, template, values, differs, code, asked=asked)
        if sign is None:
            return
        if self._tests_pointer(code):
            return
        found = self._found(template, look.entry, bound, terms, arguments, sign)
        if found is not None:
            typed = found.typed and loose is None
            yield replace(found, typed=typed, is_mask=piece.mask, differs=self._words(look.entry, piece.term, differs))

    def _sign(
        self, canon: Canon, template: Template, values: tuple[Term, ...], differs: Bound, code: Term, *, asked: bool
    ) -> str | None:
        """Nothing ("") if the body with these arguments is the code, "!" if it is the opposite, None if neither."""
        body = canon.filled(template, values)
        if body is None:
            return None
        if differs:
            body = canon.substituted(body, {name[1:]: term for name, term in differs.items()})
        body = canon.as_truth(body) if asked else body
        if body.key == code.key:
            return ""
        opposite = truth.is_truth(code) and truth.is_truth(body) and truth.negated(body).key == code.key
        return "!" if opposite else None

    def _read_plainly(self, template: Template) -> Template | None:
        """A body that reads with READ_ONCE() as one that does not: code that reads plainly loses nothing by it."""
        if not any(name in template.body.key for name in ONCE):
            return None
        return replace(template, body=self._plain(template.body))

    def _plain(self, term: Term) -> Term:
        kids = tuple(self._plain(kid) for kid in term.kids)
        if term.kind == "call" and kids[0].value in ONCE and len(kids) == 2:
            return kids[1]
        return self.strict.rebuilt(term, kids) if kids else term

    def called(self, look: Look, bound: Bound, terms: tuple[Term, ...], difference: tuple[str, str]) -> Found | None:
        """The call of a helper that is not equal, with these bindings; None where it cannot be written or typed."""
        template = self.world.template_of(look.entry)
        arguments = self._arguments(template, bound) if template is not None else None
        if template is None or arguments is None:
            return None
        found = self._found(template, look.entry, bound, terms, arguments, "")
        return replace(found, differs=(difference,)) if found is not None else None

    def _found(
        self,
        template: Template,
        entry: Entry,
        bound: Bound,
        terms: tuple[Term, ...],
        arguments: list[tuple[Term, str]],
        sign: str,
    ) -> Found | None:
        agrees = [agreement(self.type_of, entry, template, at, value) for at, (value, _t) in enumerate(arguments)]
        if False in agrees:
            return None
        if entry.name in COMPARING and not self._alike([value for value, _text in arguments]):
            agrees.append(None)
        if entry.name in BITS and len(terms) == 1 and not self._is_as_wide(entry.name, terms[0]):
            agrees.append(None)
        call = f"{sign}{entry.name}({', '.join(text for _value, text in arguments)})"
        code_text = self._text(terms)
        keys = {bound[f"${name}"].key for _kind, name in template.parameters}
        has_same_arguments = len(terms) == 1 and self._calls_with(terms[0], keys)
        wrapped = len(terms) == 1 and _stripped(terms[0]).kind == "call"
        saved = spoken(code_text) - spoken(call)
        repeats = len(keys) == 1 < len(arguments)
        return Found(entry, call, terms, saved, None not in agrees, has_same_arguments, wrapped, repeats=repeats)

    def _text(self, terms: tuple[Term, ...]) -> str:
        return " && ".join(self.source[term.start : term.end].decode("utf-8", "replace") for term in terms)

    def _is_as_wide(self, name: str, term: Term) -> bool:
        """True where a shifted bit has the width of the macro: 1ULL << n that of BIT_ULL(), all else that of BIT()."""
        code = self._text((term,))
        return bool(LONG_LONG.search(code)) == (name == "BIT_ULL")

    def _tests_pointer(self, code: Term) -> bool:
        """True for code that asks whether a pointer member is set, which says nothing of what it is set for."""
        alone = code.kids[0] if code.kind == "truth" and len(code.kids) == 1 else None
        kind = self.type_of(alone) or "" if alone is not None and alone.kind == "mem" else ""
        return kind.endswith("*") or "(*" in kind or "( *" in kind

    def _alike(self, values: list[Term]) -> bool:
        """True for values of one type, or a number beside others: what min() and max() can compare."""
        kinds = {self.type_of.tree.resolved(self.type_of(value) or "?") for value in values if value.kind != "num"}
        return len(kinds) == 1 and "?" not in kinds

    def _calls_with(self, term: Term, keys: set[str]) -> bool:
        """True for code that is a call (or its opposite) whose arguments are those of the helper."""
        term = _stripped(term)
        given = [self.lenient.value(kid).key for kid in term.kids[1:]]
        return term.kind == "call" and len(given) == len(keys) and set(given) == keys

    def _words(self, entry: Entry, term: Term, differs: Bound) -> tuple[tuple[str, str], ...]:
        """The constants that differ, (the helper's, the code's), as each of them writes it."""
        code = self._text((term,))
        names = ((name[1:], one.value) for name, one in differs.items())
        return tuple((self._written_as(one, entry.body), self._written_as(other, code)) for one, other in names)

    def _written_as(self, name: str, text: str) -> str:
        """The one word of a text that means a constant; the constant itself where there is none, or more."""
        words = set(_CONSTANT.findall(text))
        meant = [word for word in words if name in self.world.catalogue.anchors.of_name(word)]
        return meant[0] if len(meant) == 1 and name not in words else name

    def _arguments(self, template: Template, bound: Bound) -> list[tuple[Term, str]] | None:
        """Each argument as a strict canonical term and as text; None where one is not known or cannot be written."""
        out = []
        for _kind, name in template.parameters:
            lenient = bound.get(f"${name}")
            if lenient is None:
                return None
            original = self._originals.get(lenient.key)
            text = one_line(self.source, original) if original is not None else None
            text = text if text is not None else spell(lenient, self._written())
            if not text:  # a type that was not read has none
                return None
            out.append((self.strict.value(original) if original is not None else lenient, text))
        return out

    def _written(self) -> dict[str, str]:
        same = ((key, term) for key, term in self._originals.items() if self.strict.value(term).key == key)
        texts = {key: one_line(self.source, term) for key, term in same}
        return {key: text for key, text in texts.items() if text is not None}


def _stripped(term: Term) -> Term:
    """A term without `!`, likely() and unlikely()."""
    while (term.kind, term.value) == ("unary", "!") or _is_hint(term):
        term = term.kids[-1]
    return term


def _is_hint(term: Term) -> bool:
    return term.kind == "call" and len(term.kids) == 2 and term.kids[0].value in ("likely", "unlikely")


def _read_parts(term: Term) -> tuple[Term, ...]:
    """The parts of a term whose values are read: not what is written to, and not what only its address is taken of."""
    if term.kind == "call" and len(term.kids) > 1 and term.kids[0].value in _BY_ADDRESS:
        return (*_below(term.kids[1]), *term.kids[2:])
    if term.kind in _WRITING or (term.kind, term.value) == ("unary", "&"):
        return (*_below(term.kids[0]), *term.kids[1:])
    return term.kids


def _below(place: Term) -> tuple[Term, ...]:
    """What is read to know where a place is."""
    while place.kind == "dot" and place.kids:
        place = place.kids[0]
    return place.kids


def _within(value: Term, taken: set[str]) -> bool:
    names = {atom.key for atom in truth.atoms(value)}
    return bool(names) and names <= taken


def spoken(code: str) -> int:
    """How many words there are to read in a piece of code: names, numbers, strings, operators between two of them."""
    return len(_SPOKEN.findall(_UNARY.sub(r"\1", code)))


def _asks_truth(parent: Term, index: int) -> bool:
    if parent.kind in _TRUTH_ASKED:
        return index == 0
    return (parent.kind == "binary" and parent.value in ("&&", "||")) or (parent.kind, parent.value) == ("unary", "!")
