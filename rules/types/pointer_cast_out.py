# SPDX-License-Identifier: GPL-2.0-or-later
"""Report the address of an integer that is cast to a pointer to an integer of another width."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, Site, SourceText

_CAST = re.compile(r"[(,]\s*(\(\s*((?:unsigned\s+)?\w+)\s*\*\s*\)\s*&\s*(\w+))\s*[,)]")
_WIDTH = {
    "u16": 2, "s16": 2, "__be16": 2, "__le16": 2, "uint16_t": 2, "short": 2,
    "u32": 4, "s32": 4, "__be32": 4, "__le32": 4, "uint32_t": 4, "int": 4, "unsigned int": 4,
    "u64": 8, "s64": 8, "__be64": 8, "__le64": 8, "uint64_t": 8, "long": 9, "unsigned long": 9, "size_t": 9,
    "u8": 1, "s8": 1, "bool": 1, "uint8_t": 1,
}  # fmt: skip
"""The bytes of an integer; a long is of none of the fixed widths."""


def _find(source: SourceText) -> Iterator[Place]:
    if not source.path.startswith(
        ("drivers/", "sound/", "net/")
    ):  # where the width of a long is known, the cast is usual
        return
    for function in source.functions:
        for found in _CAST.finditer(source.bare, function.body, function.end):
            words = (("t", " ".join(found.group(2).split())), ("v", found.group(3)))
            yield Place(found.start(1), found.end(1), words)


def _differs(site: Site) -> bool:
    to = _WIDTH.get(site.text("t"))
    kind = _WIDTH.get((site.declared_type(site.text("v")) or "").removeprefix("const "))
    return to is not None and kind is not None and to != 1 and to != kind


def _f(kind: str, call: str) -> str:
    return f"int f(struct regmap *map)\n{{\n\t{kind} val = 0;\n\n\treturn {call};\n}}\n"


RULE = Rule(
    id="pointer-cast-out",
    title="integer written through a pointer to another width",
    why=(
        "The callee writes as many bytes as its type has: too few leave the rest as it was and the value wrong on one "
        "byte order, too many overwrite what lies beside."
    ),
    known_problems="A callee that uses the pointer as bytes alone is reported.",
    category=Category.CORRECTNESS,
    confidence=Confidence.MODERATE,
    raised_by=(r"\bcast",),
    patterns=(Seek(words=("*)&", "*) &"), find=_find, fields=("t", "v")),),
    where=_differs,
    message="the address of `{v}` is cast to {t} *, which has another width; is a {t} variable needed?",
    references=("Documentation/core-api/unaligned-memory-access.rst",),
    nursery=True,
    examples=(
        Example("narrower", _f("int", "regmap_bulk_read(map, 1, (u16 *)&val, 1)").replace("1);", "1); //~")),
        Example("wider", _f("u8", "regmap_read(map, 1, (unsigned int *)&val); //~").replace("~;", "~")),
        Example("long", _f("u32", "find_first_bit((unsigned long *)&val, 32); //~").replace("~;", "~")),
        Example("code-of-one-machine", _f("u64", "find_first_bit((unsigned long *)&val, 64)"), path="arch/x86/a.c"),
        Example("bytes", _f("int", "g(map, (u8 *)&val)")),
        Example("sign", _f("int", "g(map, (u32 *)&val)")),
        Example("structure", _f("struct a", "g(map, (u32 *)&val)")),
    ),
)
