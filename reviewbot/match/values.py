# SPDX-License-Identifier: GPL-2.0-or-later
"""Which truths of one value decide each other?  `x < 0` says `x`, `x == A` says not `x == B`, NULL is no error pointer.

A value is looked at as one of a few classes (zero, negative, positive, each constant it is compared with); a truth
decides another where all classes that agree with the one agree on the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reviewbot.syntax.term import Term

_CONSTANT = re.compile(r"^[A-Z][A-Z0-9_]*$")
_NUMBER = re.compile(r"^(-?(?:0[xX][0-9a-fA-F]{1,16}|0|[1-9]\d{0,18}))[uUlL]*$")
_WORDS = {"NULL": 0, "false": 0, "true": 1}


@dataclass(frozen=True, slots=True)
class Value:
    """What is known of a value: its `number`, or its `sign` (-1, 1), or at least the `name` of a constant."""

    number: int | None = None
    sign: int | None = None
    name: str = ""

    @property
    def truth(self) -> bool | None:
        """Whether it is not zero."""
        if self.number is not None:
            return self.number != 0
        return True if self.sign else None

    def below(self, sign: int) -> bool | None:
        """Whether it lies on this side of zero."""
        known = self.sign if self.number is None else (self.number > 0) - (self.number < 0)
        return None if known is None else known == sign


@dataclass(frozen=True, slots=True)
class Form:
    """A truth about the value `base`: "truth", "negative", "positive", "error" (IS_ERR), or "=" (it is `constant`)."""

    base: str
    what: str
    constant: Value | None = None


def constant(term: Term) -> Value | None:
    """The value of a constant term: a number, an error code, NULL, or a name in capitals that says no more."""
    if term.kind == "num":
        found = _NUMBER.match(term.value)
        return Value(number=int(found.group(1), 0), name=term.value) if found else None
    if term.kind == "id":
        number = _WORDS.get(term.value)
        if number is not None:
            return Value(number=number, name=term.value)
        return Value(name=term.value) if _CONSTANT.match(term.value) else None
    if term.kind == "unary" and term.value == "-":
        inner = constant(term.kids[0])
        if inner is None or inner.number is not None:
            return None if inner is None or inner.number is None else Value(number=-inner.number, name=term.key)
        return Value(sign=-1, name=term.key)  # -EINVAL: the names of the kernel's negated constants are error codes
    return None


def form(term: Term) -> Form:
    """What a truth (of a condition without ! && ||) is about."""
    if term.kind == "binary" and len(term.kids) == 2:
        left, right = term.kids
        if term.value == "<" and right.key == "num:0":
            return Form(left.key, "negative")
        if term.value == "<" and left.key == "num:0":
            return Form(right.key, "positive")
        if term.value == "==":
            for one, other in ((left, right), (right, left)):
                value = constant(other)
                if value is not None:
                    return Form(one.key, "=", value)
    if term.kind == "call" and term.kids[0].value == "IS_ERR" and len(term.kids) == 2:
        return Form(term.kids[1].key, "error")
    return Form(term.key, "truth")


def decided(about: Form, value: Value) -> bool | None:
    """Whether a truth holds of a value; None if that is not known."""
    if about.what == "truth":
        return value.truth
    if about.what == "negative":
        return value.below(-1)
    if about.what == "positive":
        return value.below(1)
    if about.what == "error":  # error pointers are negative numbers, pointers positive ones
        return value.below(-1)
    other = about.constant
    if other is None:
        return None
    if value.name and value.name == other.name:
        return True
    if value.number is not None and other.number is not None:
        return value.number == other.number
    return _differ(value, other)


def _differ(value: Value, other: Value) -> bool | None:
    """False for two values that cannot be the same; two names are taken for two values, a name and a number are not."""
    if value.name and (value.number is None) != (other.number is None):
        known = value if other.number == 0 else other if value.number == 0 else None
        return False if known is not None and known.truth else None
    return False if value.name != other.name else None


def implied(forms: Mapping[int, Form]) -> Iterator[tuple[int, bool, int, bool]]:
    """For truths about one value, by number: (a, t, b, u) says that a being t makes b u."""
    classes = [Value(number=0), Value(sign=-1), Value(sign=1)]
    classes += [f.constant for f in forms.values() if f.constant is not None]
    rows = {at: [decided(about, value) for value in classes] for at, about in forms.items()}
    for a, given in rows.items():
        for truth in (True, False):
            agree = [i for i, here in enumerate(given) if here is not (not truth)]
            for b, wanted in rows.items():
                seen = {wanted[i] for i in agree}
                if a != b and len(seen) == 1 and None not in seen:
                    yield a, truth, b, seen == {True}
