# SPDX-License-Identifier: GPL-2.0-or-later
"""Report of_match_ptr() and ACPI_PTR() around a table that is always there."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_MACRO = re.compile(r"\b(of_match_ptr|ACPI_PTR)\s*\(\s*(\w+)\s*\)")
_GUARD = re.compile(r"^#\s*(?:ifdef\s+|if\s+(?:defined|IS_ENABLED)\s*\(\s*)CONFIG_(?:OF|ACPI)\b", re.MULTILINE)


def _find(source: SourceText) -> Iterator[Place]:
    if _GUARD.search(source.bare):
        return
    for found in _MACRO.finditer(source.bare):
        if re.search(rf"\b{found.group(2)}\s*\[\s*\]", source.bare):
            yield Place(found.start(), found.end(), (("m", found.group(1)), ("t", found.group(2))))


def _driver(value: str, guard: tuple[str, str] = ("", "")) -> str:
    table = "static const struct of_device_id a_ids[] = {\n\t{ }\n};\n"
    return (
        f"{guard[0]}{table}{guard[1]}\nstatic struct platform_driver a = {{\n\t.driver = {{\n"
        f"\t\t.of_match_table = {value}\n"
        "\t},\n};\n\nint f(void)\n{\n\treturn 0;\n}\n"
    )


RULE = Rule(
    id="of-match-ptr",
    title="of_match_ptr() that only hides a table",
    why="Without OF the table is unused then, which warns, and the driver cannot bind through ACPI's PRP0001.",
    known_problems="A driver with __maybe_unused on its table may save its bytes on purpose.",
    category=Category.STYLE,
    confidence=Confidence.MODERATE,
    patterns=(Seek(words=("of_match_ptr", "ACPI_PTR"), find=_find, fields=("m", "t")),),
    message="`{t}` is built in any case; can the {m}() go?",
    references=("include/linux/of.h", "include/linux/acpi.h"),
    nursery=True,
    examples=(
        Example("of", _driver("of_match_ptr(a_ids), //~")),
        Example("acpi", _driver("ACPI_PTR(a_ids), //~")),
        Example("plain", _driver("a_ids,")),
        Example("guarded", _driver("of_match_ptr(a_ids),", ("#ifdef CONFIG_OF\n", "#endif\n"))),
        Example("table-elsewhere", _driver("of_match_ptr(b_ids),")),
    ),
)
