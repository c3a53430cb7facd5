# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a comma after the NULL that ends a table, where the subsystem writes none."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_NULL = re.compile(r"[{,]\s*(NULL\s*,)\s*\n\s*\}\s*;")
_TABLE = re.compile(r"\[\s*\]\s*(?:__\w+\s*)*=\s*\{[^;]*\Z")


def _find(source: SourceText) -> Iterator[Place]:
    for found in _NULL.finditer(source.bare):
        if _TABLE.search(source.bare, max(0, found.start(1) - 20000), found.start(1)):
            yield Place(found.start(1), found.end(1))


def _table(entries: str, head: str = "static struct attribute *a_attrs[] = {") -> str:
    return f"{head}\n{entries}}};\n\nint f(void)\n{{\n\treturn g(a_attrs);\n}}\n"


_TREE = {"MAINTAINERS": "HARDWARE MONITORING\nF:\tdrivers/hwmon/\n"}
_PATH = "drivers/hwmon/example.c"

RULE = Rule(
    id="null-comma",
    title="comma after the NULL of a table",
    why="Nothing may ever follow the NULL that ends a table, and without the comma nothing can by mistake.",
    known_problems="Older files have the comma in all of their tables, and stay alike with it.",
    category=Category.STYLE,
    confidence=Confidence.MODERATE,
    raised_by=(r"\bcommas?\b",),
    patterns=(Seek(words=("NULL",), find=_find),),
    subsystems=("HARDWARE MONITORING", "IIO SUBSYSTEM"),
    message="`NULL` ends the table, so nothing can follow it; can the trailing comma go?",
    references=("include/linux/hwmon.h", "Documentation/process/coding-style.rst"),
    measured="2 of 2 right, a month of linux-hwmon; 307 of 344 tables of drivers/hwmon of 7.2 agree, 2026-11",
    examples=(
        Example("attributes", _table("\t&dev_attr_a.attr,\n\tNULL, //~\n"), headers=_TREE, path=_PATH),
        Example("no-comma", _table("\t&dev_attr_a.attr,\n\tNULL\n"), headers=_TREE, path=_PATH),
        Example("elsewhere", _table("\t&dev_attr_a.attr,\n\tNULL,\n"), headers=_TREE, path="drivers/scsi/example.c"),
        Example(
            "fixed-length", _table("\t&a,\n\tNULL,\n", "static struct a *a_attrs[2] = {"), headers=_TREE, path=_PATH
        ),
        Example("member", _table("\t.name = NULL,\n", "static struct a a_attrs[] = {"), headers=_TREE, path=_PATH),
        Example("one-line", _table("\t&a, NULL, };\nstatic int b[] = {\n\t1\n"), headers=_TREE, path=_PATH),
    ),
)
