# SPDX-License-Identifier: GPL-2.0-or-later
"""Report an alias of a module for a bus that it has no device table of."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_ALIAS = re.compile(r"\bMODULE_ALIAS\s*\(\s*\"(platform|i2c|spi):[^\"]*\"\s*\)")


def _find(source: SourceText) -> Iterator[Place]:
    for found in _ALIAS.finditer(source.text):
        if not re.search(rf"\bMODULE_DEVICE_TABLE\s*\(\s*{found.group(1)}\b", source.bare):
            yield Place(found.start(), found.end(), (("bus", found.group(1)),))


def _file(lines: str) -> str:
    return f"int f(void)\n{{\n\treturn 0;\n}}\n{lines}\n"


RULE = Rule(
    id="module-alias",
    title="MODULE_ALIAS() in place of a device table",
    why="A table of ids names what the driver binds to, and gives the module its aliases by itself.",
    known_problems="The children of an MFD are bound by their name, and an alias is what most of their drivers have.",
    category=Category.STYLE,
    confidence=Confidence.LOW,
    raised_by=(r"MODULE_ALIAS",),
    patterns=(Seek(words=("MODULE_ALIAS",), find=_find, fields=("bus",)),),
    message="the alias stands for a {bus} id; would an id table with MODULE_DEVICE_TABLE({bus}, ...) be better?",
    references=("include/linux/module.h",),
    default=False,
    nursery=True,
    examples=(
        Example("platform", _file('MODULE_ALIAS("platform:a"); //~')),
        Example("i2c", _file('MODULE_ALIAS("i2c:a"); //~\nMODULE_DEVICE_TABLE(of, a_ids);')),
        Example("table", _file('MODULE_ALIAS("spi:a");\nMODULE_DEVICE_TABLE(spi, a_ids);')),
        Example("other-alias", _file('MODULE_ALIAS("net-pf-3");')),
        Example("two-tables", _file('MODULE_DEVICE_TABLE(platform, a_ids);\nMODULE_ALIAS("platform:a");')),
    ),
)
