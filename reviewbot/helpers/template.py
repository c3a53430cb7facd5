# SPDX-License-Identifier: GPL-2.0-or-later
"""What does the algebra ask of a tree?  Bodies behind calls, what macros are made of, which members share storage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from reviewbot.syntax.term import Term


@dataclass(frozen=True, slots=True)
class Template:
    """A helper's body in canonical shape.  A parameter p is the name `$p` in it; those in `bare` take only arguments
    that are no operation, since the macro does not parenthesise them.  `is_truth`: the result is a bool."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    body: Term
    is_truth: bool
    is_statement: bool = False
    bare: frozenset[str] = frozenset()


class World(Protocol):
    """What the tree says of names and types; None and False where it does not say."""

    def template(self, name: str, count: int) -> Template | None:
        """The body behind a call with so many arguments."""

    def constant(self, name: str) -> Term | None:
        """What an object-like macro is made of, as an uncanonical term."""

    def word_of(self, struct: str | None, member: str) -> str | None:
        """The integer member that shares its storage with a bitmap member of a structure type."""

    def is_bitmap(self, kind: str | None, member: str) -> bool:
        """True for the only member of a type that is nothing but a bitmap."""

    def single_bit(self, name: str) -> int | None:
        """The number of the bit that an object-like macro is, None for anything else."""

    def is_type(self, name: str) -> bool:
        """True for the name of a typedef."""

    def integer(self, kind: str) -> tuple[bool, int] | None:
        """Signedness (True: unsigned) and width in bits of a type's name; None for what is no integer."""
