# SPDX-License-Identifier: GPL-2.0-or-later
"""Report cells of a multi-function device that the macros of mfd/core.h write shorter."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_HEADERS = ("include/linux/mfd/core.h",)
_MACROS = {
    ("name",): "MFD_CELL_NAME",
    ("id", "name"): "MFD_CELL_BASIC",
    ("name", "num_resources", "resources"): "MFD_CELL_RES",
    ("name", "of_compatible"): "MFD_CELL_OF",
}
_CELL = re.compile(r"\{[\s\\]*((?:\.\w+\s*=\s*[^;{}]*?)+)[\s\\]*\}")
_ARRAY = re.compile(r"\bstruct\s+mfd_cell\s+\w+\[[^\]]*\]\s*=\s*\{")
_MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+\w+\([^()\n]*\)[ \t]*\\?\s*(?=\{)", re.MULTILINE)


def _cells(source: SourceText) -> Iterator[Place]:
    """Tables in which each cell can have a macro, and bodies of macros."""
    if "linux/mfd/core.h" not in source.text:
        return
    for macro in _MACRO.finditer(source.bare):
        cell = _CELL.match(source.bare, macro.end())
        if cell and ".name" in cell.group(1) and _name(cell):
            yield Place(macro.start(), cell.end(), (("name", _name(cell)), ("fact", "this macro")))
    for array in _ARRAY.finditer(source.bare):
        end = source.bare.find("};", array.end())
        cells = list(_CELL.finditer(source.bare, array.end(), max(end, array.end())))
        names = [_name(cell) for cell in cells]
        if cells and all(names):
            yield Place(cells[0].start(), cells[-1].end(), (("name", names[0]), ("fact", "this table of cells")))


def _name(cell: re.Match[str]) -> str:
    return _MACROS.get(tuple(sorted(re.findall(r"\.(\w+)\s*=", cell.group(1)))), "")


def _code(cell: str, include: str = "mfd/core.h") -> str:
    table = f"static const struct mfd_cell cells[] = {{\n{cell}\n}};"
    return f"#include <linux/{include}>\n\n{table}\n\nint f(void)\n{{\n\treturn 0;\n}}\n"


_TREE = {"include/linux/mfd/core.h": "MFD_CELL_NAME MFD_CELL_BASIC MFD_CELL_RES MFD_CELL_OF"}

RULE = Rule(
    id="mfd-cell",
    title="cell of a multi-function device spelt out",
    why="The MFD_CELL_*() macros keep tables of cells to a line each.",
    known_problems="A table with a single cell that has more members is left alone.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    raised_by=(r"\bMFD_CELL",),
    patterns=(Seek(("mfd/core.h",), _cells, ("name", "fact")),),
    message="{fact} says what {name}() says; would that do?",
    needs={"MFD_CELL_NAME": _HEADERS},
    references=_HEADERS,
    measured="19 of 20 right as to new code, drivers/mfd of 7.2, 2026-11",
    examples=(
        Example("name", _code('\t{ .name = "a" }, //~\n\t{ .name = "b" },'), headers=_TREE),
        Example(
            "name-and-compatible", _code('\t{ //~\n\t\t.name = "a",\n\t\t.of_compatible = "x,a",\n\t},'), headers=_TREE
        ),
        Example(
            "macro",
            _code("\tCELL(1),").replace(
                "static", "#define CELL(n) \\ //~\n{ \\\n\t.name = NAME, \\\n\t.id = n, \\\n}\n\nstatic", 1
            ),
            headers=_TREE,
        ),
        Example(
            "more-members-beside", _code('\t{ .name = "a" },\n\t{ .name = "b", .id = 1, .ignore = 1 },'), headers=_TREE
        ),
        Example("more-members", _code('\t{ .name = "a", .pm_runtime_no_callbacks = true },'), headers=_TREE),
        Example("another-table", _code('\t{ .name = "a" },').replace("mfd_cell", "my_cell"), headers=_TREE),
        Example("no-mfd", _code('\t{ .name = "a" },', "module.h"), headers=_TREE),
        Example("not-in-the-tree", _code('\t{ .name = "a" },')),
    ),
)
