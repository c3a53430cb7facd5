# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a table of device ids of a driver that no module loader can see."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_TABLE = re.compile(r"\bstruct\s+(of|i2c|spi|platform|acpi|usb|pci)_device_id\s+(\w+)\s*\[\s*\w*\s*\]\s*(?:__\w+\s*)?=")


def _find(source: SourceText) -> Iterator[Place]:
    for found in _TABLE.finditer(source.bare):
        kind, name = found.groups()
        shown = rf"\bMODULE_DEVICE_TABLE\s*\(\s*{kind}\s*,"  # one table can hold the ids of several
        used = (
            rf"\.(?:of_match_table|id_table|acpi_match_table)\s*=\s*(?:of_match_ptr\s*\(\s*|ACPI_PTR\s*\(\s*)?{name}\b"
        )
        module = re.search(r"\bmodule_(?:\w+_)?driver\s*\(|\bmodule_(?:init|exit)\s*\(", source.bare)
        if module and re.search(used, source.bare) and not re.search(shown, source.bare):
            yield Place(found.start(), found.end(), (("t", name), ("bus", kind)))


def _driver(last: str, mark: str = " //~", member: str = "of_match_table = a_ids") -> str:
    return (
        f"static const struct of_device_id a_ids[] = {{{mark}\n\t{{ }}\n}};\n\nstatic struct platform_driver a = {{\n"
        f"\t.driver = {{\n\t\t.{member},\n\t}},\n}};\n{last}\n\nint f(void)\n{{\n\treturn 0;\n}}\n"
    )


RULE = Rule(
    id="device-table-missing",
    title="device table without MODULE_DEVICE_TABLE()",
    why="Without it the module has no alias, and is not loaded when the device is found.",
    known_problems="A module that is always loaded by hand, or by another one, needs none.",
    category=Category.CORRECTNESS,
    confidence=Confidence.HIGH,
    raised_by=(r"MODULE_DEVICE_TABLE",),
    patterns=(Seek(words=("_device_id",), find=_find, fields=("t", "bus")),),
    message="`{t}` has no MODULE_DEVICE_TABLE({bus}, {t}); will the module be loaded by itself?",
    references=("include/linux/module.h", "scripts/coccinelle/misc/of_table.cocci"),
    measured="20 of 22 right, drivers/clk, drivers/mfd, drivers/power and more of 7.2, 2026-11",
    examples=(
        Example("platform", _driver("module_platform_driver(a);")),
        Example("pointer", _driver("module_platform_driver(a);", member="of_match_table = of_match_ptr(a_ids)")),
        Example("module-init", _driver("module_init(a_init);")),
        Example("shown", _driver("module_platform_driver(a);\nMODULE_DEVICE_TABLE(of, a_ids);", "")),
        Example("shown-in-another", _driver("module_platform_driver(a);\nMODULE_DEVICE_TABLE(of, all_ids);", "")),
        Example("built-in", _driver("builtin_platform_driver(a);", "")),
        Example("other-use", _driver("module_platform_driver(a);", "", "name = a_ids")),
    ),
)
