# SPDX-License-Identifier: GPL-2.0-or-later
"""How do canonical terms combine?  Comparisons, casts, calls and storage, as far as the tree's types allow.

Here stands what helpers.algebra leaves open since it takes a type or a header to decide it.  What cannot be unfolded
stays a call and equals itself alone; what is too large stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reviewbot.helpers import algebra, compiled_checks, truth
from reviewbot.helpers.algebra import number
from reviewbot.helpers.anchors import OPAQUE
from reviewbot.helpers.axioms import ONCE
from reviewbot.helpers.kinds import (
    INT,
    LONG,
    LONG_LONG,
    NEVER,
    container_of,
    fits_in,
    is_fixed,
    is_fixed_everywhere,
    is_path,
    is_promotion,
    is_small,
    low_width,
    plain,
    pointed_type,
    renamed,
)
from reviewbot.helpers.template import Template, World
from reviewbot.syntax.term import Term

_MAX_PARTS, _MAX_DEPTH, _MAX_FILLED, _MAX_FILLED_DEPTH = 300, 40, 1200, 60
MAX_LEVELS, _MAX_BITS = 14, 8
BOOL = frozenset({"bool", "_Bool"})
TypeOf = Callable[[Term], str | None]
_THROUGH = frozenset({"_AC", "UL", "ULL", "_UL", "_ULL", "U", "PF_POISONED_CHECK", "__builtin_expect"})
_KEPT = OPAQUE | compiled_checks.VALUES.keys()
_SHIFTED = frozenset({"BIT", "BIT_ULL", "_BITUL", "_BITULL", "BIT_U8", "BIT_U16", "BIT_U32", "BIT_U64"})
_MASKS = frozenset({"GENMASK", "GENMASK_ULL", "__GENMASK", "GENMASK_U8", "GENMASK_U16", "GENMASK_U32", "GENMASK_U64"})
_CONTAINERS = frozenset({"container_of", "container_of_const"})


@dataclass(slots=True)
class Values:
    """Combines canonical terms.  `type_of` answers for canonical terms; `lenient` takes every integer for an unsigned
    word and drops casts, which is good for finding candidates and not for deciding.  Without `convert` what is not
    known of types is taken to agree, which is good for a question.  `wide`: a long has 64 bits, which is good for a
    body beside code that shifts one by 32: where it is narrower, that code has no meaning."""

    world: World
    type_of: TypeOf
    lenient: bool = False
    convert: bool = True
    wide: bool = False
    level: int = 0

    def as_truth(self, value: Term) -> Term:
        """The truth of a canonical value."""
        if value.kind == "truth":
            return value
        known = number(value)
        if known is not None and abs(known) < 1 << 63:
            return algebra.ONE if known else algebra.ZERO
        if value.kind == "cond":
            condition, yes, no = value.kids
            return truth.choice(condition, self.as_truth(yes), self.as_truth(no))
        if value.kind == "cast" and (self._widens(value) or self._holds_pointer(value)):
            return self.as_truth(value.kids[0])
        if value.kind == "times" and int(value.value) & 1:  # an even factor may shift all bits out
            return self.as_truth(value.kids[0])
        return self._any_bit(value) or truth.atom(value)

    def _any_bit(self, value: Term) -> Term | None:
        masked = self.masked(value)
        if masked is None:
            return None
        base, indices = masked
        return truth.any_of(truth.atom(Term("bit", "", (base, index))) for index in indices)

    def masked(self, value: Term) -> tuple[Term, tuple[Term, ...]] | None:
        """`x & (A | B)` as x and the indices of the single bits A and B."""
        if value.kind != "and" or len(value.kids) < 2:
            return None
        masks = [kid for kid in value.kids if self._indices(kid)]
        if len(masks) != 1:
            return None
        rest = algebra.bits_and(kid for kid in value.kids if kid is not masks[0])
        return self.unwidened(rest), self._indices(masks[0])

    def _indices(self, mask: Term) -> tuple[Term, ...]:
        """The indices of the single bits that a mask is made of; none where it is not known to be."""
        out = []
        for part in mask.kids if mask.kind == "or" else (mask,):
            value = number(part)
            if part.kind == "pow2":
                out.append(part.kids[0])
            elif part.kind == "id" and self.world.single_bit(part.value) is not None:
                out.append(Term("log2", "", (part,)))
            elif value is not None and 0 < value < 1 << 64 and value.bit_count() <= _MAX_BITS:
                out += [algebra.constant(at) for at in range(64) if value >> at & 1]
            else:
                return ()
        return tuple(out)

    def equal(self, one: Term, other: Term) -> Term:
        """one == other"""
        for left, right in ((one, other), (other, one)):
            if number(right) == 0:
                return truth.negated(self.as_truth(left))
            masked = self.masked(left)
            wanted = self._indices(right)
            if masked is None or not wanted:
                continue
            base, indices = masked
            keys = {index.key for index in wanted}
            if keys <= {index.key for index in indices} and self._are_distinct(indices):
                bits = ((index, truth.atom(Term("bit", "", (base, index)))) for index in indices)
                return truth.all_of(bit if index.key in keys else truth.negated(bit) for index, bit in bits)
        if one.key == other.key:
            return algebra.ONE
        if is_small(one) and is_small(other):
            return algebra.ZERO
        if truth.is_truth(one) and truth.is_truth(other):
            both = truth.all_of((one, other))
            return truth.any_of((both, truth.all_of((truth.negated(one), truth.negated(other)))))
        bare = self.unwidened(one), self.unwidened(other)
        if all(is_small(term) or self.is_unsigned(term) for term in bare):
            one, other = bare
        kids = sorted((one, other), key=lambda term: term.key)
        return truth.atom(Term("eq", "", tuple(kids)))

    def less(self, one: Term, other: Term) -> Term:
        """one < other"""
        low, high = number(one), number(other)
        if is_small(one) and is_small(other):
            return algebra.ONE if (low or 0) < (high or 0) else algebra.ZERO
        if low is not None and 0 <= low < (1 << 31) - 1:
            if low == 0 and self.is_unsigned(other):
                return self.as_truth(other)
            return truth.negated(truth.atom(Term("lt", "", (other, algebra.constant(low + 1)))))
        if high == 1 and self.is_unsigned(one):
            return truth.negated(self.as_truth(one))
        if one.key == other.key:
            return algebra.ZERO
        return truth.atom(Term("lt", "", (one, other)))

    def shifted_down(self, value: Term, by: Term) -> Term:
        """value >> by; two shifts are one where that may be done: a u32 has no bit left after 16 and 16."""
        base, first = algebra.shift_of(value)
        last = number(by)
        again = first > 0 and (value.kind == "shr" or self.is_unsigned(base))
        if again and last is not None and 0 <= last < self._shiftable(base) - first:
            value, by = base, algebra.constant(first + last)
        return algebra.shifted_down(value, by, unsigned=self.is_unsigned(value))

    def _shiftable(self, value: Term) -> int:
        """By fewer bits than this a value may be shifted; 0 where its type is not known."""
        found = self._integer(value)
        if self.lenient or (found is None and not self.convert):
            return LONG
        width = found[1] if found is not None else 0
        return LONG if width >= LONG_LONG or (width >= LONG and self.wide) else INT * bool(width)

    def is_unsigned(self, value: Term) -> bool:
        """True if the value is known to be unsigned (or taken for it)."""
        if self.lenient:
            return True
        found = self._integer(value)
        return found is not None and found[0]

    def _integer(self, value: Term) -> tuple[bool, int] | None:
        kind = self.type_of(value)
        return self.world.integer(kind) if kind else None

    def _holds_pointer(self, cast: Term) -> bool:
        """True for a pointer cast to something as wide."""
        to = self.world.integer(cast.value)
        wide = cast.value.endswith("*") or (to is not None and to[1] >= LONG)
        return wide and (self.type_of(cast.kids[0]) or "").endswith("*")

    def _are_distinct(self, indices: tuple[Term, ...]) -> bool:
        """True for indices of different bits: numbers, and constants that are not the same number by another name."""
        values = [self._bit_number(index) for index in indices]
        known = [value for value in values if isinstance(value, int)]
        return None not in values and len(set(known)) == len(known)

    def _bit_number(self, index: Term) -> int | str | None:
        """The number of a bit, the name of an enumerator that stands for it, None for what may be any."""
        if index.kind == "log2":
            return self.world.single_bit(index.kids[0].value)
        value = number(index)
        if value is not None:
            return value
        return index.value if index.kind == "id" and index.value.isupper() else None

    def _widens(self, cast: Term) -> bool:
        """True for a cast that keeps the value: of an unsigned integer to one that is at least as wide."""
        to, of = self.world.integer(cast.value), self._integer(cast.kids[0])
        return to is not None and of is not None and of[0] and to[1] >= of[1]

    def unwidened(self, value: Term) -> Term:
        """The value without casts that keep it."""
        while value.kind == "cast" and self._widens(value):
            value = value.kids[0]
        return value

    def uncast(self, value: Term, width: int) -> Term:
        """The value without casts to integers of at least `width` bits."""
        while value.kind == "cast" and (found := self.world.integer(value.value)) and found[1] >= width:
            value = value.kids[0]
        return value

    def cast(self, kind: str, value: Term) -> Term:
        """(kind)value; dropped where it says nothing."""
        if self.lenient and (kind.endswith("*") or self.world.integer(kind)):
            return value
        if kind.startswith(("typeof", "__typeof")):
            return value if self.lenient or is_fixed_everywhere(value) else Term("cast", plain(kind), (value,))
        if number(value) is not None and fits_in(number(value) or 0, self.world.integer(kind)):
            return value
        if kind in BOOL:
            return self.as_truth(value)
        known = self.type_of(value)
        if known is not None and (plain(known) == plain(kind)):
            return value
        to, of = self.world.integer(kind), self.world.integer(known) if known is not None else None
        if to is not None and (to == of or is_promotion(of, to)):
            return value
        return Term("cast", plain(kind), (value,))

    def cast_like(self, other: Term, value: Term) -> Term:
        """(typeof(other))value; a constant by name is taken to fit in any type that is no narrower than int."""
        known, integer = self.type_of(other), self._integer(other)
        if self.lenient or (integer and integer[1] >= INT and number(value) is None and is_fixed(value)):
            return value
        if known is not None:
            return self.cast(known, value)
        return value if not self.convert and is_fixed(value) else Term("like", "", (value, other))

    def filled(self, template: Template, arguments: tuple[Term, ...]) -> Term | None:
        """A template's body with canonical arguments; None where it would be too large or mean something else."""
        if self.level >= MAX_LEVELS:
            return None
        for (_kind, name), argument in zip(template.parameters, arguments, strict=True):
            if name in template.bare and argument.kind not in _SIMPLE:
                return None
            if not argument.fits(_MAX_PARTS, _MAX_DEPTH):
                return None
        pairs = zip(template.parameters, arguments, strict=True)
        values = {f"${name}": self._converted(kind, value) for (kind, name), value in pairs}
        self.level += 1
        try:
            out = self.substituted(template.body, values)
        finally:
            self.level -= 1
        if not out.fits(_MAX_FILLED, _MAX_FILLED_DEPTH):
            return None
        return self.as_truth(out) if template.is_truth else out

    def _converted(self, kind: str, value: Term) -> Term:
        """An argument as the parameter sees it, where the types are known and the value could change."""
        to, of = self.world.integer(kind) if kind else None, self._integer(value)
        if self.lenient or not self.convert or number(value) is not None:
            return value
        if kind.endswith("*") and (element := self.world.integer(kind[:-1])):
            # a pointer to numbers reads what it points to as its own type says
            given = pointed_type(self.type_of(value) or kind)
            return value if self.world.integer(given) == element else Term("cast", plain(kind), (value,))
        if to is None or of is None:
            return value
        keeps = to[1] >= of[1] and (to[0] == of[0] or (of[0] and to[1] > of[1]))
        return value if keeps else self.cast(kind, value)

    def returned(self, kind: str, value: Term) -> Term:
        """A value as the result of a function: converted where its type is known to be another."""
        return self._converted(kind, value)

    def substituted(self, term: Term, values: dict[str, Term]) -> Term:
        """A canonical term with names replaced by canonical terms, in canonical shape again."""
        if term.kind == "id":
            return values.get(term.value, term)
        if not any(name in term.key for name in values):
            return term  # none of the names stands in it
        kids = tuple(self.substituted(kid, values) for kid in term.kids)
        if term.kind in ("mem", "outer") and "$" in term.value:
            term = Term(term.kind, renamed(term.value, values), term.kids)
        elif all(new is old for new, old in zip(kids, term.kids, strict=True)):
            return term
        return self.rebuilt(term, kids)

    def rebuilt(self, term: Term, kids: tuple[Term, ...]) -> Term:
        """The canonical term of a kind with other canonical parts."""
        rebuild = _REBUILDERS.get(term.kind)
        return rebuild(self, term, kids) if rebuild else Term(term.kind, term.value, kids)

    def call(self, name: Term, arguments: tuple[Term, ...], written: tuple[Term, ...] = ()) -> Term:
        """A call with canonical arguments; `written` are those of the source, whose types and names may be asked."""
        word = name.value if name.kind == "id" else ""
        if word in ("likely", "unlikely") and len(arguments) == 1:
            return self.as_truth(arguments[0])
        if (word in _THROUGH or (self.lenient and word in ONCE)) and arguments:
            return arguments[0]
        if word in _SHIFTED and len(arguments) == 1:
            return algebra.power(arguments[0])
        if word in _MASKS and len(arguments) == 2:
            return algebra.total(
                (algebra.power(algebra.total((arguments[0], algebra.ONE))), algebra.power(arguments[1])), (1, -1)
            )
        if word in compiled_checks.VALUES and self._passes(word, arguments):
            return compiled_checks.VALUES[word]
        if word == "test_bit" and len(arguments) == 2:
            return truth.atom(Term("bit", "", (self.storage(arguments[1]), algebra.bit_index(arguments[0]))))
        if word in _CONTAINERS and len(arguments) == 3 and is_path((written or arguments)[2]):
            return container_of(arguments[0], (written or arguments)[1], (written or arguments)[2])
        template = self.world.template(word, len(arguments)) if word and word not in _KEPT else None
        if template is not None and not template.is_statement:
            out = self.filled(template, arguments)
            if out is not None:
                return out
        return Term("call", "", (name, *arguments))

    def _passes(self, check: str, arguments: tuple[Term, ...]) -> bool:
        """True for a check at compile time that is taken to pass; without `convert` also where types are unknown."""
        passes = compiled_checks.passes(check, arguments, self.type_of, self.world.integer)
        return self.lenient or (not self.convert if passes is None else passes)

    def storage(self, pointer: Term) -> Term:
        """The word at a pointer; a bitmap that shares its storage with an integer member is that member."""
        if pointer.kind == "mem" and self.world.is_bitmap(self.type_of(pointer.kids[0]), pointer.value):
            return self.word(pointer.kids[0])
        return algebra.pointed(pointer)

    def word(self, bitmap: Term) -> Term:
        """The word that a bitmap's first bits are."""
        if bitmap.kind == "mem":
            word = self.world.word_of(self.type_of(bitmap.kids[0]), bitmap.value)
            if word is not None:
                return algebra.member(bitmap.kids[0], word)
        return Term("word", "", (bitmap,))


_SIMPLE = frozenset({"id", "num", "str", "call", "mem", "deref", "index", "addr"})


def masking(canon: Values, terms: tuple[Term, ...]) -> Term:
    """The AND of terms; a mask of low bits makes casts of what it masks superfluous."""
    low = min((low_width(term) for term in terms), default=NEVER)
    return algebra.bits_and(canon.uncast(term, low) if low < NEVER else canon.unwidened(term) for term in terms)


Rebuild = Callable[[Values, Term, tuple[Term, ...]], Term]


def _rebuilt_truth(canon: Values, term: Term, kids: tuple[Term, ...]) -> Term:
    return truth.replaced(term, [canon.as_truth(kid) for kid in kids])


def _rebuilt_outer(_canon: Values, term: Term, kids: tuple[Term, ...]) -> Term:
    kind, _dot, name = term.value.rpartition(".")
    return algebra.container(kids[0], kind, name)


def _rebuilt_bit(_canon: Values, _term: Term, kids: tuple[Term, ...]) -> Term:
    return truth.atom(Term("bit", "", (kids[0], algebra.bit_index(kids[1]))))


_REBUILDERS: dict[str, Rebuild] = {
    "sum": lambda _c, t, k: algebra.total((*k, algebra.constant(int(t.value)))),
    "times": lambda _c, t, k: algebra.total(k, (int(t.value),)),
    "prod": lambda _c, _t, k: algebra.product(k),
    "pow2": lambda _c, _t, k: algebra.power(k[0]),
    "div": lambda _c, _t, k: algebra.quotient(k[0], k[1]),
    "shr": lambda c, _t, k: c.shifted_down(k[0], k[1]),
    "mod": lambda c, _t, k: algebra.remainder(k[0], k[1], unsigned=c.is_unsigned(k[0])),
    "and": lambda c, _t, k: masking(c, k),
    "or": lambda _c, _t, k: algebra.bits_or(k),
    "xor": lambda _c, _t, k: algebra.bits_xor(k),
    "eq": lambda c, _t, k: c.equal(k[0], k[1]),
    "lt": lambda c, _t, k: c.less(k[0], k[1]),
    "truth": _rebuilt_truth,
    "bit": _rebuilt_bit,
    "cond": lambda c, _t, k: truth.choice(c.as_truth(k[0]), k[1], k[2]),
    "cast": lambda c, t, k: c.cast(t.value, k[0]),
    "like": lambda c, _t, k: c.cast_like(k[1], k[0]),
    "deref": lambda c, _t, k: c.storage(k[0]),
    "addr": lambda _c, _t, k: algebra.address(k[0]),
    "mem": lambda _c, t, k: algebra.member(k[0], t.value),
    "word": lambda c, _t, k: c.word(k[0]),
    "index": lambda _c, _t, k: algebra.element(k[0], k[1]),
    "outer": _rebuilt_outer,
    "call": lambda c, _t, k: c.call(k[0], k[1:]),
    "log2": lambda _c, _t, k: Term("log2", "", k),
    "undecided": lambda _c, t, k: Term("undecided", t.value, k),
}
