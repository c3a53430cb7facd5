# SPDX-License-Identifier: GPL-2.0-or-later
"""Which macros of a tree iterate and which only annotate?  Read from its .clang-format and its own headers.

It refuses to guess: a tree without these files gives empty facts, and the code is parsed as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reviewbot.model import Snapshot

_HEADERS = (
    "include/linux/compiler_attributes.h",
    "include/linux/compiler_types.h",
    "include/linux/compiler.h",
    "include/linux/compiler-context-analysis.h",
    "include/linux/init.h",
    "include/linux/cache.h",
    "include/linux/cleanup.h",
    "include/linux/linkage.h",
    "include/linux/percpu-defs.h",
    "include/linux/export.h",
    "include/linux/kernel.h",
    "include/linux/memblock.h",
    "include/kunit/visibility.h",
    "include/linux/sched/debug.h",
    "include/linux/stackdepot.h",
    "include/asm-generic/fault-inject.h",
    "arch/x86/include/asm/linkage.h",
    "tools/include/linux/compiler.h",
)
_MACRO = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+(\w+)(\([\w, .]*\))?[ \t]*((?:[^\n\\]|\\\n|\\.)*)", re.MULTILINE)
_ATTRIBUTE = re.compile(rb"(?:inline )?__attribute__\s*\(\(|__section\s*\(|_Pragma\s*\(|__declspec\b")
# attributes of the compiler and of sparse that no header defines for every configuration
_ALWAYS = frozenset(
    b"__attribute__ __cleanup __extension__ __force __free __acquires __releases __must_hold __exit __init".split()
)


@dataclass(frozen=True, slots=True)
class SyntaxFacts:
    """Names of macros, as bytes: those that loop over a following statement, and those that say nothing to a parser."""

    iterators: frozenset[bytes] = frozenset()
    annotations: frozenset[bytes] = _ALWAYS


def read_facts(snapshot: Snapshot) -> SyntaxFacts:
    """The facts of a tree; empty sets but for the compiler's own attributes where it has none of the files."""
    style = snapshot.read(".clang-format") or b""
    iterators = re.findall(rb"^  - '?(\w+)'?[ \t]*$", style, re.MULTILINE)
    found = set(_ALWAYS)
    texts = [text for path in _HEADERS if (text := snapshot.read(path))]
    for _ in range(2):  # a second pass sees annotations made of annotations
        for text in texts:
            found |= _annotations(text, found)
    return SyntaxFacts(frozenset(iterators), frozenset(found))


def _annotations(text: bytes, known: set[bytes]) -> set[bytes]:
    found = set()
    for name, _parameters, body in _MACRO.findall(text):
        words = re.sub(rb"/\*.*?\*/|//[^\n]*|\\\n", b" ", body, flags=re.DOTALL).split()
        is_guard = name.endswith((b"_H", b"_H_", b"_H__")) or name.startswith(
            (b"CONFIG_", b"__HAVE", b"HAVE_", b"ARCH_")
        )
        if is_guard or (name.isupper() and words != [b"static"]):
            continue
        if not words:
            # an empty body annotates when it is spelt like one; `#define foo` is more often a switch
            if name.startswith(b"__") or name in (b"asmlinkage", b"noinline", b"notrace"):
                found.add(name)
        elif _ATTRIBUTE.match(b" ".join(words)) or all(w in known or w in (b"static", b"inline") for w in words):
            found.add(name)
    return found
