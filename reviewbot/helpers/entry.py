# SPDX-License-Identifier: GPL-2.0-or-later
"""What is known of a helper before anybody asks for its meaning?  Plain values, one an entry of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What an entry is: how it is called, and whether it has a body to compare with."""

    INLINE = "inline"
    """A static inline function."""
    MACRO = "macro"
    """A function-like macro."""
    ITERATOR = "iterator"
    """A macro that loops over the statement behind it."""
    CLASS = "class"
    """What DEFINE_FREE, DEFINE_GUARD, DEFINE_LOCK_GUARD_0/1 or DEFINE_CLASS declare, for __free(), guard(), CLASS()."""
    FUNCTION = "function"
    """A function that a header only declares: it has a type, and no body here."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A name that a header offers.

    `line` is 1-based.  `parameters` are (type, name) as written, the type "" for a macro's.  `body` is a function's
    block with its braces, or a macro's text with comments and line joins removed.  `guards` are the preprocessor's
    conditions around it, outermost first ("ifdef CONFIG_NUMA", "else of if FOO").  `summary` is kernel-doc's.
    `uses` counts the files of the tree that hold the name, -1 where they were not counted.
    """

    kind: Kind
    name: str
    path: str
    line: int
    result: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    body: str = ""
    guards: tuple[str, ...] = ()
    summary: str = ""
    deprecated: bool = False
    uses: int = -1

    @property
    def signature(self) -> str:
        """The declaration on one line, as people write it in mails."""
        if self.kind is Kind.CLASS:
            return f"{self.result}({self.name})"
        # the type of a pointer to a function holds its name
        words = [kind if f"*{name})" in kind else f"{kind} {name}".strip() for kind, name in self.parameters]
        words = [word.replace("* ", "*") for word in words]
        head = f"{self.result} ".replace("* ", "*") if self.result else ""
        return f"{head}{self.name}({', '.join(words) or ('void' if self.result else '')})"


@dataclass(frozen=True, slots=True)
class Constant:
    """An object-like macro: `body` is its text; `guarded` says that a preprocessor's condition decides about it."""

    name: str
    path: str
    body: str
    guarded: bool


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """All that one header declares.

    `unions` are the (type, name) of the members of anonymous unions.  `structs` are (tag, offset of its declaration in
    bytes); `typedefs` (name, what it stands for, as written); `includes` the names between <> or quotes, as written.
    """

    entries: tuple[Entry, ...] = ()
    constants: tuple[Constant, ...] = ()
    structs: tuple[tuple[str, int], ...] = ()
    typedefs: tuple[tuple[str, str], ...] = ()
    includes: tuple[str, ...] = ()
    unions: tuple[tuple[tuple[str, str], ...], ...] = ()


def include_name(path: str) -> str:
    """What stands between <> to include a header of the tree: uapi/ and vdso/ are reached through linux/."""
    name = path.removeprefix("include/").removeprefix("uapi/")
    return f"linux/{name.removeprefix('vdso/')}" if name in _THROUGH_LINUX else name


_THROUGH_LINUX = frozenset(f"vdso/{name}.h" for name in ("bits", "const", "math64", "time64", "limits", "jiffies"))
