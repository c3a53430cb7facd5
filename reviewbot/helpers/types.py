# SPDX-License-Identifier: GPL-2.0-or-later
"""Of what type is an expression?  Locals, members of the tree's structures, results of its functions, typedef chains.

Unknown is a value (None), not a guess: where headers disagree or a name is not seen, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from reviewbot.helpers.catalogue import Catalogue
from reviewbot.helpers.declare import clean_type
from reviewbot.helpers.entry import Kind
from reviewbot.helpers.header import blank_comments, block_end
from reviewbot.syntax.normalise import normalise
from reviewbot.syntax.parse import parse_bytes
from reviewbot.syntax.scope import declared
from reviewbot.syntax.term import Term

_MAX_STRUCT = 100_000
_MAX_CHAIN = 12
_INT, _LONG = 32, 64
_TAG = re.compile(r"^(?:const )?(struct|union) (\w+)( [\*\[].*)?$")
_ONE_BITMAP = re.compile(r"struct\s*\w*\s*\{\s*DECLARE_BITMAP\(\s*(\w+)\s*,[^;]*\);\s*\}$")
_QUALIFIER = re.compile(
    r"\b(?:const|volatile|__user|__iomem|__rcu|__percpu|__force|__private|__bitwise|static|register)\b"
)
_SUFFIX = re.compile(r"^(.*?)\s*((?:\*|\[[^\]]*\]|\s)*)$", re.DOTALL)
_INTEGERS = {
    "char": (False, 8), "signed char": (False, 8), "unsigned char": (True, 8), "bool": (True, 8), "_Bool": (True, 8),
    "short": (False, 16), "unsigned short": (True, 16), "int": (False, 32), "unsigned int": (True, 32),
    "unsigned": (True, 32), "signed": (False, 32), "signed int": (False, 32), "short int": (False, 16),
    "long": (False, 64), "long int": (False, 64), "unsigned long": (True, 64), "unsigned long int": (True, 64),
    "long unsigned int": (True, 64), "long long": (False, 66), "unsigned long long": (True, 66),
    "u8": (True, 8), "u16": (True, 16), "u32": (True, 32), "u64": (True, 66), "s8": (False, 8), "s16": (False, 16),
    "s32": (False, 32), "s64": (False, 66), "__u8": (True, 8), "__u16": (True, 16), "__u32": (True, 32),
    "__u64": (True, 66), "__s8": (False, 8), "__s16": (False, 16), "__s32": (False, 32), "__s64": (False, 66),
    "size_t": (True, 64), "ssize_t": (False, 64), "uintptr_t": (True, 64), "loff_t": (False, 66), "pgoff_t": (True, 64),
    "dma_addr_t": (True, 65), "phys_addr_t": (True, 65),
}  # fmt: skip
"""Signedness and width.  What has 32 bits or 64 has a width of its own, between those of int and long long (66): 64 for
`long`, 65 for an address, which may have more bits than a long and never has fewer."""

KNOWN = {"current": "struct task_struct *", "jiffies": "unsigned long"}
"""The types of names that mean the same everywhere (include/asm-generic/current.h, include/linux/jiffies.h)."""


@dataclass(frozen=True, slots=True)
class Member:
    """A structure's member: its type as people write it, and which anonymous union (a number, 0 for none) holds it."""

    kind: str
    union: int


@dataclass(slots=True)
class TreeTypes:
    """The types that a tree's headers declare, and those of one file's own text on top."""

    catalogue: Catalogue
    _members: dict[str, dict[str, Member]] = field(default_factory=dict)
    _integers: dict[str, tuple[bool, int] | None] = field(default_factory=dict)
    _resolved: dict[str, str] = field(default_factory=dict)
    _tags: dict[str, str] = field(default_factory=dict)

    def resolved(self, kind: str) -> str:
        """A type with its typedefs followed and its qualifiers dropped: "vm_flags_t" is "unsigned long".

        What its typedefs do not lead to a type stays itself, as a name that no header declares.
        """
        if kind not in self._resolved:
            self._resolved[kind] = self._followed(kind)
        return self._resolved[kind]

    def _followed(self, kind: str) -> str:
        base, stars = asked = _parted(kind)
        for _ in range(_MAX_CHAIN):
            text = None if base in _INTEGERS or " " in base else self.catalogue.typedef(base)
            if text is None or "{" in text or "(" in text:
                return f"{base} {stars}".strip()
            base, stars = _parted(f"{text} {stars}")
            if not base:
                break
        return " ".join(asked).strip()

    def integer(self, kind: str) -> tuple[bool, int] | None:
        """True for unsigned, and the width, of an integer type (an enum is an unsigned int); None for all else."""
        if kind not in self._integers:
            plain = self.resolved(kind)
            found = _INTEGERS.get(plain)
            self._integers[kind] = (True, 32) if plain.startswith("enum ") and "*" not in plain else found
        return self._integers[kind]

    def member(self, kind: str | None, name: str) -> Member | None:
        """A member of a structure type (no pointer), None where it is not known."""
        return self.members(kind).get(name)

    def members(self, kind: str | None) -> dict[str, Member]:
        """All members of a structure type; none where it is not known."""
        if kind is None:
            return {}
        if kind not in self._tags:
            found = _TAG.match(self.resolved(kind))
            self._tags[kind] = found.group(2) if found and not found.group(3) else ""
        tag = self._tags[kind]
        return self.of_tag(tag) if tag else {}

    def result(self, function: str) -> str | None:
        """The type that a function returns, where all that declare it agree."""
        kinds = {e.result for e in self.catalogue.named(function) if e.kind in (Kind.INLINE, Kind.FUNCTION)}
        return kinds.pop() if len(kinds) == 1 else None

    def bitmap_member(self, kind: str) -> str | None:
        """The only member of a type that is nothing but a bitmap."""
        base, stars = _parted(kind)
        text = self.catalogue.typedef(base) if not stars else None
        found = _ONE_BITMAP.match(text) if text else None
        return found.group(1) if found else None

    def of_tag(self, tag: str) -> dict[str, Member]:
        """The members of a structure or union by its tag."""
        if tag not in self._members:
            self._members[tag] = self._read(tag)
        return self._members[tag]

    def _read(self, tag: str) -> dict[str, Member]:
        for path, offset in self.catalogue.structs(tag):
            text = self.catalogue.read(path)
            found = self.parsed(text, offset) if text is not None else {}
            if found:
                return found
        return {}

    def parsed(self, text: bytes, offset: int) -> dict[str, Member]:
        """The members of the structure that is declared at an offset of a text."""
        brace = text.find(b"{", offset, offset + 400)
        end = block_end(text, brace, _MAX_STRUCT) if brace >= 0 else -1
        if end < 0:
            return {}
        raw = blank_comments(text[offset:end]).removeprefix(b"typedef") + b";"
        return dict(_members(raw, normalise(raw, self.catalogue.facts)))


@dataclass(slots=True)
class FileTypes(TreeTypes):
    """The types that one file declares itself, above those of the tree."""

    tree: TreeTypes | None = None
    text: bytes = b""
    structs: Mapping[str, int] = field(default_factory=dict)
    results: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.tree is not None:  # a file declares structures here, and no typedefs
            self._integers, self._resolved, self._tags = self.tree._integers, self.tree._resolved, self.tree._tags

    def of_tag(self, tag: str) -> dict[str, Member]:
        """See TreeTypes."""
        if tag in self.structs:
            if tag not in self._members:
                self._members[tag] = self.parsed(self.text, self.structs[tag])
            return self._members[tag]
        return self.tree.of_tag(tag) if self.tree is not None else {}

    def result(self, function: str) -> str | None:
        """See TreeTypes."""
        own = self.results.get(function)
        return own if own is not None else (self.tree.result(function) if self.tree is not None else None)


def _members(raw: bytes, plain: bytes) -> list[tuple[str, Member]]:
    """The members of the first structure of a text, anonymous structures and unions opened."""
    out: list[tuple[str, Member]] = []
    unions = 0
    root = parse_bytes(plain)
    top = next((node for node in root.named_children if node.type.endswith("_specifier")), None)
    body = top.child_by_field_name("body") if top is not None else None
    todo = (
        [(node, int(top is not None and top.type == "union_specifier")) for node in body.named_children] if body else []
    )
    todo.reverse()
    while todo:
        node, union = todo.pop()
        if node.type != "field_declaration":
            todo += [(kid, union) for kid in reversed(node.named_children)]  # an #ifdef, or what was not understood
            continue
        inner = node.child_by_field_name("type")
        block = inner.child_by_field_name("body") if inner is not None else None
        if block is not None and not node.children_by_field_name("declarator"):
            if inner is not None and inner.type == "union_specifier":
                unions += 1
            within = unions if inner is not None and inner.type == "union_specifier" else 0
            todo += [(kid, within) for kid in reversed(block.named_children)]
            continue
        text = lambda start, end: raw[start:end].decode("utf-8", "replace")  # noqa: E731
        out += [(name, Member(clean_type(kind), union)) for name, kind in declared(text, node)]
    return out


def _parted(kind: str) -> tuple[str, str]:
    """A type's base and its stars; an array is a pointer to its elements."""
    found = _SUFFIX.match(" ".join(_QUALIFIER.sub(" ", kind).split()))
    if found is None:
        return kind, ""
    return found.group(1), re.sub(r"\[[^\]]*\]", "*", found.group(2)).replace(" ", "")


def pointee(kind: str | None) -> str | None:
    """What a pointer type points to; None for no pointer."""
    if kind is None:
        return None
    base, stars = _parted(kind)
    return f"{base} {stars[:-1]}".strip() if stars else None


@dataclass(slots=True)
class TypeOf:
    """The types of canonical terms, with the types of `names` (locals, parameters, `$p` of a template)."""

    tree: TreeTypes
    names: Mapping[str, str]

    def __call__(self, term: Term) -> str | None:
        """The type of a canonical term, None where it is not known."""
        find = _TYPES_OF.get(term.kind)
        return find(self, term) if find is not None else None

    def _id(self, term: Term) -> str | None:
        return self.names.get(term.value)

    def _mem(self, term: Term) -> str | None:
        found = self.tree.member(self(term.kids[0]), term.value)
        return found.kind if found else None

    def _deref(self, term: Term) -> str | None:
        return pointee(self.tree.resolved(kind) if (kind := self(term.kids[0])) else None)

    def _addr(self, term: Term) -> str | None:
        kind = self(term.kids[0])
        return f"{kind} *" if kind else None

    def _outer(self, term: Term) -> str | None:
        return f"struct {term.value.partition('.')[0]} *"

    def _call(self, term: Term) -> str | None:
        return self.tree.result(term.kids[0].value) if term.kids[0].kind == "id" else None

    def _like(self, term: Term) -> str | None:
        return self(term.kids[1])

    def _joined(self, term: Term) -> str | None:
        """The usual arithmetic conversions: the widest of the parts, if all are known or one is as wide as can be."""
        best: tuple[int, bool, str] = (0, False, "")
        unknown = False
        for kid in term.kids:
            kind = self(kid)
            found = self.tree.integer(kind) if kind else None
            if kind and kind.endswith("*"):
                return kind
            if found is None:
                unknown = True
            elif found[1] < _INT:  # C makes an int of it
                best = max(best, (_INT, False, "int"))
            else:
                best = max(best, (found[1], found[0], kind or ""))
        is_widest = best[0] >= _LONG and best[1]
        return best[2] or None if is_widest or not unknown else None

    def _times(self, term: Term) -> str | None:
        kind = self(term.kids[0])
        found = self.tree.integer(kind) if kind else None
        return "int" if found is not None and found[1] < _INT else kind

    def _cond(self, term: Term) -> str | None:
        one, other = self(term.kids[1]), self(term.kids[2])
        kind = one if one == other or term.kids[2].kind == "num" else other if term.kids[1].kind == "num" else None
        found = self.tree.integer(kind) if kind else None
        return "int" if found is not None and found[1] < _INT else kind


_TYPES_OF: dict[str, Callable[[TypeOf, Term], str | None]] = {
    "id": TypeOf._id,
    "mem": TypeOf._mem,
    "deref": TypeOf._deref,
    "index": TypeOf._deref,
    "addr": TypeOf._addr,
    "outer": TypeOf._outer,
    "call": TypeOf._call,
    "cast": lambda _t, term: term.value,
    "truth": lambda _t, _term: "bool",
    "num": lambda _t, _term: "int",
    "sizeof": lambda _t, _term: "size_t",
    "like": TypeOf._like,
    **dict.fromkeys(("sum", "prod", "and", "or", "xor", "div", "mod"), TypeOf._joined),
    **dict.fromkeys(("times", "shr"), TypeOf._times),
    "cond": TypeOf._cond,
}
