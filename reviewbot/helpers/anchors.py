# SPDX-License-Identifier: GPL-2.0-or-later
"""Which names must stand in code that means what a helper means?  Names of its body, and what those unfold to.

A name that unfolds (a helper, a macro of other names) is replaced by the names of its body, so that `VM_SHARED` and
`BIT(VMA_SHARED_BIT)` have the same anchors.  Only tokens are read, nothing is parsed: this decides where to look.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from reviewbot.helpers.checks import CHECK
from reviewbot.helpers.entry import Constant, Entry, Kind
from reviewbot.helpers.preproc import expand
from reviewbot.syntax.macros import Macro

_WORD = re.compile(r"[A-Za-z_]\w*")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
BUILDERS = frozenset(
    [
        "BIT",
        "BIT_ULL",
        "_BITUL",
        "_BITULL",
        "BIT_U8",
        "BIT_U16",
        "BIT_U32",
        "BIT_U64",
        "_AC",
        "UL",
        "ULL",
        "_UL",
        "_ULL",
        "U",
        "GENMASK",
        "GENMASK_ULL",
    ]
)
"""Macros that make numbers of numbers."""
_NO_NAMES = BUILDERS | frozenset(
    [
        "if",
        "else",
        "return",
        "sizeof",
        "typeof",
        "__typeof__",
        "for",
        "while",
        "do",
        "switch",
        "case",
        "break",
        "continue",
        "goto",
        "static",
        "inline",
        "const",
        "volatile",
        "unsigned",
        "signed",
        "int",
        "long",
        "short",
        "char",
        "bool",
        "void",
        "_Bool",
        "struct",
        "union",
        "enum",
        "true",
        "false",
        "NULL",
        "u8",
        "u16",
        "u32",
        "u64",
        "s8",
        "s16",
        "s32",
        "s64",
        "__u8",
        "__u16",
        "__u32",
        "__u64",
        "__s8",
        "__s16",
        "__s32",
        "__s64",
        "uint8_t",
        "uint16_t",
        "uint32_t",
        "uint64_t",
        "size_t",
        "ssize_t",
        "loff_t",
        "pgoff_t",
        "gfp_t",
        "sector_t",
        "uintptr_t",
        "likely",
        "unlikely",
        "__builtin_expect",
        "__GENMASK",
        "test_bit",
        "container_of",
        "container_of_const",
        "__force",
        "__user",
        "__iomem",
        "__rcu",
        "PF_POISONED_CHECK",
        "READ_ONCE",
        "data_race",
        "typecheck",
        "__must_be_array",
        "BUILD_BUG_ON_ZERO",
        "__BUILD_BUG_ON_ZERO_MSG",
    ]
)
_ASIDE = re.compile(rf"\b(?=\w+\s*\()(?:{CHECK}|pr_\w+)\s*\([^;]*;")
_LOCAL = re.compile(
    r"[{;]\s*(?!return\b)(?:(?:const|unsigned|signed|struct|enum|union|volatile|static)\s+)*\w+[\s*]+(\w+)\s*(?:=[^=]|;|,)"
)
_MEMBER = re.compile(r"(?:->|\.)\s*([A-Za-z_]\w*)")
_TAGS = ("struct", "union", "enum")
_TAG = re.compile(r"(?:\(|[{;])\s*(?:const\s+)?(?:struct|union|enum)\s+\w+(?=[\s*]*(?:\)|\w))")
"""A tag in a cast, a sizeof or a declaration; as an argument of container_of() it stays."""
_STUB = re.compile(
    r"^\{\s*(?:return\s+(?:-?\w+|\(?-?\d+\)?|ERR_PTR\(-\w+\)|NULL)\s*;\s*)?\}$|^(?:0|1|NULL|false|true|\(?-?\d+\)?|do\s*\{\s*\}\s*while\s*\(0\)|\(\(void\)\s*\(?\w*\)?\))?$"
)
_STATEMENT = re.compile(r"\b(?:for|while|do|goto|switch|asm|__asm__|alloca)\b|for_each")
_FORWARD = re.compile(r"^(?:\{\s*(?:return\s+)?|\()?\s*(\w+)\s*\(([\w\s,()]*)\)\s*(?:;\s*\}|\))?$")
_OPERATORS = ("/", "%", ">>", "<<", "?", "sizeof", "^", "~")
_LOW_BITS = re.compile(r"&[^&;]*-\s*1\b")
_SUFFIX = re.compile(r"[uUlL]{1,3}|[xX][0-9a-fA-F]+[uUlL]*|__force|\w+_t|[us](?:8|16|32|64)")
_CAST_DIFFERENCE = re.compile(r"\w\)\s*\([^;<>]*-[^;<>]*[<>]")
_MAX_NAMES = 40
_MAX_CALLS = 3
_MAX_STRING = 30
_EMPTY = frozenset({'""'})
Names = frozenset[str]
NONE: Names = frozenset()
OPAQUE: Names = frozenset(
    {"min", "max", "min_t", "max_t", "min3", "max3", "clamp", "clamp_t", "clamp_val", "abs", "swap"}
)
"""What every tree has under the same name, and writes so that no two trees have the same body: not unfolded."""


def is_stub(entry: Entry) -> bool:
    """True for a definition that stands in where a feature is configured out."""
    return bool(entry.guards) and bool(_STUB.match(" ".join(_ASIDE.sub("", entry.body).split())))


def only_passes_on(entry: Entry) -> str | None:
    """The function that a body calls with the very parameters, and does nothing else; "" for a body that is no
    expression, None for any other."""
    body = entry.body.strip()
    if _STATEMENT.search(body) or body.startswith(("do", "if", "{ }")):
        return ""
    found = _FORWARD.match(body)
    if found is None:
        return None
    words = [part.strip(" \t\n()") for part in found.group(2).split(",")]
    own = {name for _kind, name in entry.parameters}
    return found.group(1) if len(set(words)) == len(words) and set(words) <= own else None


def definite(entries: Sequence[Entry]) -> Entry | None:
    """The one body that a call of this name has; None where there is none, or the headers give several."""
    real = [entry for entry in entries if entry.kind in (Kind.INLINE, Kind.MACRO) and not is_stub(entry)]
    if not real or any(entry.kind is Kind.FUNCTION and entry.guards for entry in entries):
        return None
    if any(_is_overridden(entry) for entry in real):
        return None
    if len(real) > 1 and len({" ".join(entry.body.split()) for entry in real}) > 1:
        return None
    return real[0] if real[0].body and not _STATEMENT.search(real[0].body) else None


def _is_overridden(entry: Entry) -> bool:
    """True for a default that an architecture may replace: `#ifndef pte_young`, `#ifndef __HAVE_ARCH_PTE_SAME`."""
    return any(
        guard.startswith("ifndef ") and (guard[7:] == entry.name or "HAVE_ARCH" in guard or "ARCH_HAS" in guard)
        for guard in entry.guards
    )


def is_symbolic(body: str) -> bool:
    """True for an object-like macro's body that is made of other names, and not of numbers alone."""
    words = [word for word in _WORD.findall(_STRING.sub("", body)) if word not in BUILDERS and not _is_suffix(word)]
    return bool(words) and not body.startswith(("__attribute__", "do", "struct", '"'))


_TYPES = frozenset(["unsigned", "signed", "int", "long", "short", "char"])


def _is_suffix(word: str) -> bool:
    """True for what is no name of a value: the suffix of a number, a type in a cast."""
    return word in _TYPES or _SUFFIX.fullmatch(word) is not None


@dataclass(slots=True)
class Anchors:
    """The anchors of one tree's names.  `named` and `constants` look up what headers declare; `weak` are
    members that other members share their storage with, so that code may name either.  Names that are not among `own`
    are those of `base`, which has been asked for most of them before."""

    named: Callable[[str], Sequence[Entry]]
    constants: Callable[[str], Sequence[Constant]]
    weak: Names = NONE
    base: Anchors | None = None
    own: Names = NONE
    _known: dict[str, Names] = field(default_factory=dict)

    def of_entry(self, entry: Entry) -> Names:
        """The names that code equal to a helper's body must hold."""
        own = {name for _kind, name in entry.parameters}
        text = _ASIDE.sub(" ", entry.body)
        if entry.kind is Kind.INLINE:
            own |= {found.group(1) for found in _LOCAL.finditer(text)}
            own -= {found.group(1) for found in _MEMBER.finditer(text)}
        return self.of_text(text, frozenset(own))

    def of_text(self, text: str, without: Names = NONE) -> Names:
        """The anchors of a piece of code."""
        if any(tag in text for tag in _TAGS):
            text = _TAG.sub("(", text)
        out: set[str] = set()
        if '"' in text:
            out.update(word for word in _STRING.findall(text) if len(word) <= _MAX_STRING and word not in _EMPTY)
            text = _STRING.sub(" ", text)
        for word in frozenset(_WORD.findall(text)) - _NO_NAMES - without - self.weak:
            known = self._known.get(word)
            out |= known if known is not None else self.of_name(word)
        return frozenset(out)

    def all_of(self, text: str) -> Names:
        """The anchors of a piece of code, and the stand-ins of helpers that hold no name."""
        return self.of_text(text) | operators(text) | self.weak_in(text)

    def weak_in(self, text: str) -> Names:
        """Stand-ins for the weak names in a text, for helpers that hold no other name."""
        return frozenset(f"~{word}" for word in self.weak.intersection(_WORD.findall(text)) - _NO_NAMES)

    def marks(self, entry: Entry) -> Names:
        """Stand-ins for anchors of a helper that holds no name at all: operators of its body, and of those it calls."""
        found = frozenset(mark for body in self._bodies(entry, _MAX_CALLS) for mark in operators(body))
        seldom = found - ({"op-<", "op&-1"} if "op~" in found else {"op-<"})
        return seldom or found

    def _bodies(self, entry: Entry, left: int) -> Iterator[str]:
        """The body of a helper and those of the helpers that it calls, so many levels deep."""
        yield entry.body
        for word in sorted(set(_WORD.findall(entry.body)) - _NO_NAMES - OPAQUE) if left else ():
            inner = definite(self.named(word))
            if inner is not None and inner.name != entry.name:
                yield from self._bodies(inner, left - 1)

    def of_name(self, name: str) -> Names:
        """The anchors that a name unfolds to; itself where it does not unfold."""
        known = self._known.get(name)
        if known is None and self.base is not None and name not in self.own:
            known = self._known[name] = self.base.of_name(name)
        if known is None:
            self._known[name] = frozenset((name,))  # what it is within its own body
            known = self._unfolded(name)
            if len(known) > _MAX_NAMES:
                known = frozenset((name,))
            self._known[name] = known
        return known

    def _unfolded(self, name: str) -> Names:
        entries = self.named(name)
        if name in OPAQUE:
            return frozenset((name,))
        if entries:
            entry = definite(entries)
            return self.of_entry(entry) if entry is not None else frozenset((name,))
        found = [self.of_text(body) for body in self.bodies(name)]
        return found[0] if found and all(one == found[0] for one in found) else frozenset((name,))

    def bodies(self, name: str) -> list[str]:
        """The texts that an object-like macro may stand for; none where it is a number or its conditions decide."""
        found = self.constants(name)
        if not found or (len(found) == 1 and found[0].guarded):
            return []
        if not all(is_symbolic(one.body) for one in found):
            return []
        return [self.pasted(one.body) for one in found]

    def pasted(self, text: str) -> str:
        """A text with the calls of macros that paste names together replaced: INIT_VM_FLAG(SHARED)."""
        return expand(text, self._pasting) if "(" in text else text

    def _pasting(self, name: str) -> Macro | None:
        for entry in self.named(name):
            if entry.kind is Kind.MACRO and "##" in entry.body:
                return Macro(name, tuple(word for _kind, word in entry.parameters), entry.body)
        return None


def operators(text: str) -> Names:
    """Stand-ins for anchors of helpers that hold no name at all: the operators that are seldom."""
    found = {f"op{word}" for word in _OPERATORS if word in text}
    if "&" in text and _LOW_BITS.search(text):
        found.add("op&-1")
    if ")" in text and _CAST_DIFFERENCE.search(text):
        found.add("op-<")
    return frozenset(found)
