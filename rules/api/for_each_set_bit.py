# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a loop that tests each bit of a value in turn."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_HEADERS = ("include/linux/find.h", "include/linux/bitops.h")
_HEAD = r"for\s?\(\s?(?:(?:int|unsigned int|u8|size_t) )?(\w+) = 0; ?\1 <[^;{}]{1,80}; ?(?:\1\+\+|\+\+\1)\)\s*\{?\s*"
_NOTHING = r"(?:(?:\w+ ){1,3}\*?\w+(?: = [^;{}]{1,60})?;\s*){0,3}"
_BIT = r"(?:BIT\(\1\)|\(?1U?L? << \1\)?)"
_TEST = rf"{_BIT} & ([\w.>-]+)|([\w.>-]+) & {_BIT}|test_bit\(\1, &([\w.>-]+)\)"
_LOOP = re.compile(rf"{_HEAD}{_NOTHING}if \((!?)\(?(?:{_TEST})\)?\)\s*(continue;)?")


def _loops(source: SourceText) -> Iterator[Place]:
    """The bit set is all that the loop asks: a test of a clear bit skips."""
    for found in _LOOP.finditer(source.bare):
        negative, skips = bool(found.group(2)), bool(found.group(6))
        value = found.group(3) or found.group(4) or found.group(5)
        body = source.bare[found.end() : found.end() + 1500]
        if negative == skips and not re.match(r"[^{}]*\}?\s*else\b", body):
            yield Place(found.start(), found.end(), (("x", value),))


def _code(test: str, more: str = "") -> str:
    return (
        "void f(unsigned long mask, int n)\n{\n\tint i;\n\n"
        f"\tfor (i = 0; i < n; i++) {{%s\n\t\tif ({test})\n\t\t\tset(i);\n{more}\t}}\n}}\n"
    )


_TREE = {"include/linux/find.h": "for_each_set_bit"}

RULE = Rule(
    id="for-each-set-bit",
    title="loop over the bits of a value",
    why="for_each_set_bit() says that only set bits matter, and jumps from one to the next.",
    known_problems="The value has to be an unsigned long for it, and the loop must do nothing else.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    patterns=(Seek(("for (",), _loops, ("x",)),),
    message="this loop acts on the set bits of `{x}`; would for_each_set_bit() do?",
    needs={"for_each_set_bit": _HEADERS},
    references=("include/linux/find.h",),
    nursery=True,
    examples=(
        Example("bit", _code("mask & BIT(i)") % " //~", headers=_TREE),
        Example("bit-first", _code("BIT(i) & mask") % " //~", headers=_TREE),
        Example("skipped", _code("!(mask & (1 << i))").replace("set(i)", "continue") % " //~", headers=_TREE),
        Example("clear-bits", _code("!(mask & BIT(i))") % "", headers=_TREE),
        Example("both", _code("mask & BIT(i)", "\t\telse\n\t\t\tclear(i);\n") % "", headers=_TREE),
        Example("another-test", _code("mask & BIT(n)") % "", headers=_TREE),
        Example("not-in-the-tree", _code("mask & BIT(i)") % ""),
    ),
)
