# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a table at file level that could be static or const."""

import re
from collections.abc import Iterator

from reviewbot.rule import Advice, Category, Confidence, Example, Place, Rule, Seek, Site, SourceText

_OBJECT = re.compile(
    r"^(static\s+)?(struct\s+\w+|(?:__)?[us](?:8|16|32|64)|(?:unsigned\s+)?(?:int|char|long|short))\s+(\w+)\s*((?:\[[^\]]*\])*)\s*=\s*\{",
    re.MULTILINE,
)
_WRITTEN_TO = re.compile(
    r"driver|attribute|_ops$|_class|notifier|hook|_param|work|list|lock|timer|item|ctl_table|led_|trigger|kobj|cdev|bus_type"
    r"|miscdevice|_chip$|resource|platform_d|property|software_node|acpi|snd_|clk|mfd_cell|vm_|device$|console|_desc$|file_system"
)
_INCLUDE = re.compile(r"^#\s*include\s+([<\"])([^>\"]+)[>\"]", re.MULTILINE)


def _find(source: SourceText) -> Iterator[Place]:
    if not source.path.endswith(".c") or "{" not in source.bare:
        return
    for found in _OBJECT.finditer(source.bare):
        static, kind, name, array = found.groups()
        rest = source.bare[: found.start()] + source.bare[found.end() :]
        if (
            re.search(rf"\bextern\b[^;]*\b{name}\b|EXPORT_\w+\s*\(\s*{name}\b", rest)
            or "#" in source.bare[found.start() : found.end()]
        ):
            continue
        if static and (_WRITTEN_TO.search(kind) or not _read_only(rest, name, array.count("["))):
            continue
        yield Place(found.start(), found.end() - 1, (("v", name), ("static", "yes" if static else "")))


def _read_only(text: str, name: str, dimensions: int) -> bool:
    """True if all uses of a name are known to write nothing."""
    uses = list(re.finditer(rf"(&\s*)?\b{name}\b((?:\s*\[[^\]]*\]|\s*\.\s*\w+)*)", text))
    written = rf"(?:\+\+|--)\s*{name}\b|\b{name}\b"
    written += r"(?:\s*\[[^\]]*\]|\s*(?:\.|->)\s*\w+)*\s*(?:\+\+|--|(?:[-+|&^*/]|<<|>>)?=(?!=))"
    if not uses or re.search(written, text):
        return False
    return all(_reads(text, use, dimensions) for use in uses)


def _reads(text: str, use: re.Match[str], dimensions: int) -> bool:
    before = text[max(0, use.start() - 100) : use.start()]
    if re.search(r"(?:ARRAY_SIZE|sizeof)\s*\(?\s*\*?\s*\Z", before):
        return True
    if use.group(1):
        return bool(re.search(r"\(\s*(?:kernel_ulong_t|unsigned long|uintptr_t)\s*\)\s*\Z|\.data\s*=\s*\Z", before))
    return bool(use.group(2)) and use.group(2).count("[") >= dimensions


def _advice(site: Site) -> Advice | None:
    name, text = site.text("v"), site.file_text()
    if site.text("static"):
        return Advice("const", fields=(("what", "never written"),))
    folder = site.match.path.rpartition("/")[0]
    headers = [f"{folder}/{m[2]}" if m[1] == '"' else f"include/{m[2]}" for m in _INCLUDE.finditer(text)]
    if site.declares(name, tuple(headers)) or len(re.findall(rf"\b{name}\b", text)) < 2:
        return None
    return Advice("static", exact=False)


def _file(head: str, body: str) -> str:
    return f"{head} {{\n\t1, 2,\n}};\n\nint f(int i)\n{{\n\t{body}\n}}\n"


RULE = Rule(
    id="const-table",
    title="table that could be static const",
    why="What is never written belongs in read-only memory, and a name that one file uses should not clash.",
    known_problems="A declaration in a file that this one does not include is not seen.",
    category=Category.STYLE,
    confidence=Confidence.MODERATE,
    raised_by=(r"\bconst\b",),
    patterns=(Seek(words=("= {", "={"), find=_find, fields=("v", "static")),),
    advice=_advice,
    message="`{v}` is {what} in this file; can it be const?",
    near_message="no header declares `{v}` for other files; can it be static, and const if nothing writes it?",
    references=("Documentation/process/coding-style.rst", "scripts/const_structs.checkpatch"),
    measured="25 of 25 right, drivers/hwmon and drivers/iio of 7.2, 2026-11",
    examples=(
        Example("array", _file("static u8 a_regs[] =", "return a_regs[i];").replace("= {", "= { //~", 1)),
        Example(
            "structure-as-data",
            _file("static struct a_info a_regs =", "return g((kernel_ulong_t)&a_regs);").replace("= {", "= { //~", 1),
        ),
        Example("not-static", _file("u8 a_regs[] =", "return a_regs[i];").replace("= {", "= { //~", 1)),
        Example("const", _file("static const u8 a_regs[] =", "return a_regs[i];")),
        Example("written", _file("static u8 a_regs[] =", "return a_regs[i] = 3;")),
        Example("handed-on", _file("static u8 a_regs[] =", "return g(a_regs);")),
        Example("pointer-handed-on", _file("static struct a_info a_regs =", "return g(&a_regs);")),
        Example("counted", _file("static u8 a_regs[] =", "a_regs[i]++;\n\treturn 0;")),
        Example("row-handed-on", _file("static u8 a_regs[2][2] =", "return g(a_regs[i]);")),
        Example("driver", _file("static struct i2c_driver a_regs =", "return a_regs.x;")),
        Example("exported", _file("u8 a_regs[] =", "return a_regs[i];") + "EXPORT_SYMBOL_GPL(a_regs);\n"),
        Example(
            "declared",
            '#include "a.h"\n' + _file("u8 a_regs[] =", "return a_regs[i];"),
            headers={"drivers/a.h": "extern u8 a_regs[2];\n"},
        ),
    ),
)
