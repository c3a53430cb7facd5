# SPDX-License-Identifier: GPL-2.0-or-later
"""Report macros that open-code a register field, by mask and shift."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_HEADERS = ("include/linux/bitfield.h",)
_MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)\((\w+)(?:, ?\w+)*\)[ \t]+((?:.*\\\n){0,4}.*)$", re.MULTILINE)
_MASK = r"(?:0x[0-9a-fA-F]+[uU]?|GENMASK\([^()]*\)|\w+_(?:MASK|MSK))"
_NEAR = 400
_PREP = "FIELD_PREP() (or FIELD_GET())"
_SHIFT = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+?)_(SHIFT|SHFT|OFFSET|POS)[ \t]+(\d+)\b.*$", re.MULTILINE)


def _macros(source: SourceText) -> Iterator[Place]:
    """Definitions that stand close together are one place."""
    if not re.match(r"(?:drivers|sound)/", source.path) or "/uapi/" in source.path:
        return
    found = [(one, fact, helper) for one, fact, helper in _found(source.bare) if helper]
    runs: list[list[tuple[re.Match[str], str, str]]] = []
    for each in sorted(found, key=lambda one: one[0].start()):
        if runs and each[0].start() - runs[-1][-1][0].end() < _NEAR:
            runs[-1].append(each)
        else:
            runs.append([each])
    for run in runs:
        more = f" (and {len(run) - 1} more below)" if len(run) > 1 else ""
        yield Place(run[0][0].start(), run[-1][0].end(), (("fact", run[0][1] + more), ("name", run[0][2])))


def _found(text: str) -> Iterator[tuple[re.Match[str], str, str]]:
    """Macros, what to say of them, and the helper to name ("" for none)."""
    for found in _MACRO.finditer(text):
        body = re.sub(r"[\\\s]+", "", found.group(3))
        known = "FIELD_" in body or "->" in body or len(re.findall(rf"\b{found.group(2)}\b", body)) > 1
        yield found, f"{found.group(1)}() masks and shifts", "" if known else _helper(body, found.group(2))
    for found in _SHIFT.finditer(text):
        name = rf"(?:{found.group(1)}_{found.group(2)}|{found.group(3)})"
        value = rf"(?:GENMASK\([^()\n]*, ?{name} ?\)|\(.*<< ?{name} ?\)|BIT\( ?{name} ?\))"
        mask = rf"^[ \t]*#[ \t]*define[ \t]+{found.group(1)}_(?:MASK|MSK)[ \t]+{value}"
        known = re.search(mask, text, re.MULTILINE) is not None
        fact = f"the mask says what {found.group(1)}_{found.group(2)} says"
        yield found, fact, "FIELD_GET() and FIELD_PREP()" if known else ""


def _helper(body: str, name: str) -> str:
    """What a body without blanks does with its parameter; whole bytes are no fields."""
    value = rf"\(?{name}\)?"
    if re.search(rf"\({value}&\(?{_MASK}\)?\)>>\w", body):
        return "" if re.search(r"&0x[fF]{2}0*\)>>(?:8|16|24)", body) else "FIELD_GET() (or FIELD_PREP())"
    before = re.search(rf"\({value}&(?P<mask>{_MASK})\)<<\(?\w+\)?", body)
    if before:
        return "" if re.fullmatch(r"0x[fF]{2}|0x[fF]{4}|0x0*1", before.group("mask")) else _PREP
    after = re.search(rf"\({value}<<\w+\)&\(?{_MASK}|{_MASK}&\({value}<<\w+\)", body)
    return _PREP if after and not re.search(r"&0x0*[fF]{2}0*\b|&[(]?0x0*[fF]{2}0*", body) else ""


def _code(define: str) -> str:
    return f"{define}\n\nint f(void)\n{{\n\treturn 0;\n}}\n"


_TREE = {"include/linux/bitfield.h": "FIELD_GET FIELD_PREP"}

RULE = Rule(
    id="field-macro",
    title="macro for a register field",
    why="With the mask alone, FIELD_GET() and FIELD_PREP() at the place of use find the shift and check constants.",
    known_problems="Initialisers of tables need a constant without a type, for which FIELD_PREP_CONST() may be needed.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    raised_by=(r"\bFIELD_(?:GET|PREP|MODIFY)\b",),
    patterns=(Seek(("#define",), _macros, ("fact", "name")),),
    message="{fact}; would the mask alone and {name} do?",
    needs={"FIELD_GET": _HEADERS},
    references=_HEADERS,
    measured="18 of 20 right, drivers/hwmon, iio, leds, mfd, input, power, spi, watchdog and rtc of 7.2, 2026-11",
    examples=(
        Example("get", _code("#define FOO_EXP(v)\t(((v) & GENMASK(15, 12)) >> 12) //~"), headers=_TREE),
        Example("prep-masked-before", _code("#define FOO_SET(x)\t(((x) & 0x7) << 4) //~"), headers=_TREE),
        Example("prep-masked-after", _code("#define FOO_MODE(x)\t(0xc0 & ((x) << 6)) //~"), headers=_TREE),
        Example(
            "shift-of-a-mask",
            _code("#define FOO_TIME_SHIFT\t3 //~\n#define FOO_TIME_MASK\tGENMASK(4, FOO_TIME_SHIFT)"),
            headers=_TREE,
        ),
        Example("shift-alone", _code("#define FOO_TIME_SHIFT\t3"), headers=_TREE),
        Example("byte-of-an-address", _code("#define FOO_ADDR(x)\t(((x) & 0xFF) << 8 | 0x10)"), headers=_TREE),
        Example("high-byte", _code("#define FOO_HIGH(x)\t(((x) & 0xff00) >> 8)"), headers=_TREE),
        Example(
            "two-in-a-row",
            _code("#define FOO_A(x)\t(((x) & 0x7) << 4) //~\n#define FOO_B(x)\t(((x) & 0x7) << 8)"),
            headers=_TREE,
        ),
        Example("packed", _code("#define FOO_MAP(x)\t((((x) & 0x7e) >> 1) | (((x) & 1) << 6))"), headers=_TREE),
        Example("shifted-to-a-byte", _code("#define FOO_CMD(v)\t(((v) << 16) & 0x00FF0000)"), headers=_TREE),
        Example("field-already", _code("#define FOO_SET(x)\tFIELD_PREP(FOO_MASK, (x) & 0x7)"), headers=_TREE),
        Example("bit-by-number", _code("#define FOO_BIT(x)\t(1 << (x))"), headers=_TREE),
        Example("no-driver", _code("#define FOO_SET(x)\t(((x) & 0x7) << 4)"), headers=_TREE, path="fs/example.c"),
        Example("not-in-the-tree", _code("#define FOO_SET(x)\t(((x) & 0x7) << 4)")),
    ),
)
