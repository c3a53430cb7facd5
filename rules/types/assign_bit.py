# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a bit that is set or cleared by hand after a condition."""

import re
from collections.abc import Iterator

from reviewbot.rule import Advice, Category, Confidence, Example, Place, Rule, Seek, Site, SourceText

_BIT = r"(?P<b>BIT\s*\(\s*[^()]+\s*\)|1U?L?\s*<<\s*\w+)"
_SET = re.compile(
    rf"(?<![\w.>\[\]-])(?P<v>[\w.>\[\]-]+)\s*\|=\s*{_BIT}\s*;\s*\}}?\s*else\s*\{{?\s*(?P=v)\s*&=\s*~\s*\(?\s*(?P=b)\s*\)?\s*;"
)
_CLEAR = re.compile(
    rf"(?<![\w.>\[\]-])(?P<v>[\w.>\[\]-]+)\s*&=\s*~\s*\(?\s*{_BIT}\s*\)?\s*;\s*\}}?\s*else\s*\{{?\s*(?P=v)\s*\|=\s*(?P=b)\s*;"
)


def _find(source: SourceText) -> Iterator[Place]:
    for pattern in (_SET, _CLEAR):
        for found in pattern.finditer(source.bare):
            yield Place(found.start(), found.end(), (("v", found["v"]), ("b", found["b"])))


def _advice(site: Site) -> Advice | None:
    if not site.match.function or not site.declares("__assign_bit", ("include/linux/bitops.h",)):
        return None
    return Advice("__assign_bit", exact=site.declared_type(site.text("v")) == "unsigned long")


def _f(body: str, kind: str = "unsigned long") -> str:
    return f"void f(bool on, {kind} val)\n{{\n{body}\tg(val);\n}}\n"


_TREE = {"include/linux/bitops.h": "#define __assign_bit(nr, addr, value)\n"}

RULE = Rule(
    id="assign-bit",
    title="bit set or cleared after a condition",
    why="The helper says in one line that the bit follows the condition.",
    known_problems="__assign_bit() takes an unsigned long only; for other types the remark is about the form alone.",
    category=Category.STYLE,
    confidence=Confidence.LOW,
    patterns=(Seek(words=("|=",), find=_find, fields=("v", "b")),),
    advice=_advice,
    message="{b} of `{v}` follows the condition; would {helper}() do?",
    near_message="{b} of `{v}` follows the condition; in an unsigned long, would __assign_bit() do?",
    references=("include/linux/bitops.h",),
    default=False,
    nursery=True,
    examples=(
        Example("set", _f("\tif (on)\n\t\tval |= BIT(3); //~\n\telse\n\t\tval &= ~BIT(3);\n"), headers=_TREE),
        Example(
            "cleared", _f("\tif (on)\n\t\tval &= ~BIT(3); //~\n\telse\n\t\tval |= BIT(3);\n", "u16"), headers=_TREE
        ),
        Example("other-bit", _f("\tif (on)\n\t\tval |= BIT(3);\n\telse\n\t\tval &= ~BIT(4);\n"), headers=_TREE),
        Example("no-else", _f("\tif (on)\n\t\tval |= BIT(3);\n"), headers=_TREE),
        Example("older-tree", _f("\tif (on)\n\t\tval |= BIT(3);\n\telse\n\t\tval &= ~BIT(3);\n")),
    ),
)
