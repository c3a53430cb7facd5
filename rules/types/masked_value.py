# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a field that is cut out of a register by its mask alone."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, Site, SourceText

_MASKED = re.compile(r"(?:(?<![=!<>&|^])=|\breturn)\s*([\w.>\[\]-]+\s*&\s*([A-Z][A-Z0-9_]*_(?:MASK|MSK)))\s*;")


def _find(source: SourceText) -> Iterator[Place]:
    for function in source.functions:
        for found in _MASKED.finditer(source.bare, function.body, function.end):
            if not re.search(rf"\b{found.group(2)}\s*\)?\s*(?:>>|<<)", source.bare[function.body : function.end]):
                yield Place(found.start(1), found.end(1), (("m", found.group(2)),))


def _where(site: Site) -> bool:
    return site.in_kernel()


def _f(body: str) -> str:
    return f"int f(u32 reg)\n{{\n\tu32 val;\n\n{body}}}\n"


_TREE = {"include/linux/bitfield.h": "#define FIELD_GET(mask, reg)\n"}

RULE = Rule(
    id="masked-value",
    title="field taken by its mask alone",
    why="FIELD_GET() also shifts, so that the value stays right when the field moves.",
    known_problems="Bits that are compared with constants of the same place are right as they are, and as often meant.",
    category=Category.STYLE,
    confidence=Confidence.LOW,
    raised_by=(r"\bFIELD_(?:GET|PREP|MODIFY)\b",),
    patterns=(Seek(words=("_MASK", "_MSK"), find=_find, fields=("m",)),),
    where=_where,
    message="the field of {m} is used unshifted; would FIELD_GET({m}, ...) be better?",
    helper="FIELD_GET",
    needs={"FIELD_GET": ("include/linux/bitfield.h",)},
    references=("include/linux/bitfield.h",),
    default=False,
    nursery=True,
    examples=(
        Example("assigned", _f("\tval = reg & A_MODE_MASK; //~\n\treturn g(val);\n"), headers=_TREE),
        Example("returned", _f("\treturn reg & A_MODE_MASK; //~\n"), headers=_TREE),
        Example("shifted", _f("\tval = reg & A_MODE_MASK;\n\treturn (reg & A_MODE_MASK) >> 3;\n"), headers=_TREE),
        Example("bit", _f("\tval = reg & A_ENABLE;\n\treturn g(val);\n"), headers=_TREE),
        Example("user-space", _f("\treturn reg & A_MODE_MASK;\n"), headers=_TREE, path="tools/a.c"),
        Example("older-tree", _f("\treturn reg & A_MODE_MASK;\n")),
    ),
)
