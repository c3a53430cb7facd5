# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a comma after the entry that ends a table."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_EMPTY = re.compile(r"[{,]\s*(\{\s*\}\s*,)\s*\}\s*;")
_TABLE = re.compile(r"\[\s*\]\s*(?:__\w+\s*)*=\s*\{[^;]*\Z")


def _find(source: SourceText) -> Iterator[Place]:
    for found in _EMPTY.finditer(source.bare):
        start = found.start(1)
        if "\n" in source.bare[found.end(1) : found.end()] and _TABLE.search(source.bare, max(0, start - 20000), start):
            yield Place(start, found.end(1), (("e", " ".join(found.group(1).rstrip(",").split())),))


def _table(entries: str, head: str = "static const struct of_device_id a_ids[] = {") -> str:
    return f"{head}\n{entries}}};\n\nint f(void)\n{{\n\treturn g(a_ids);\n}}\n"


RULE = Rule(
    id="terminator-comma",
    title="comma after the last entry of a table",
    why="Nothing may ever follow the entry that ends a table, and without the comma nothing can by mistake.",
    known_problems="Older files have the comma in all of their tables, and stay alike with it.",
    category=Category.STYLE,
    confidence=Confidence.HIGH,
    raised_by=(r"\bcommas?\b",),
    patterns=(Seek(words=("}",), find=_find, fields=("e",)),),
    message="`{e}` ends the table, so nothing can follow it; can the trailing comma go?",
    references=("include/linux/mod_devicetable.h", "Documentation/process/coding-style.rst"),
    measured="20 of 20 right, drivers/hwmon and drivers/iio of 7.2, 2026-11",
    examples=(
        Example("empty-braces", _table('\t{ .compatible = "a,b" },\n\t{ }, //~\n')),
        Example("tight-braces", _table('\t{ .compatible = "a,b" },\n\t{}, //~\n')),
        Example("comment", _table('\t{ .compatible = "a,b" },\n\t{ /* sentinel */ }, //~\n')),
        Example("null", _table("\t&dev_attr_a.attr,\n\tNULL,\n", "static struct attribute *a_ids[] = {")),
        Example("no-comma", _table('\t{ .compatible = "a,b" },\n\t{ }\n')),
        Example("fixed-length", _table("\t{ 1 },\n\t{ },\n", "static struct a a_ids[2] = {")),
        Example("one-line", _table("\t{ 1 }, { }, };\nstatic int b[] = {\n\t1\n", "static struct a a_ids[] = {")),
        Example("structure-member", _table("\t.a = 1,\n\t.b = { },\n", "static struct a a_ids = {")),
    ),
)
