# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a file that uses what a header declares and does not include it."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_USES = (
    ("bits.h", r"\b(?:BIT|GENMASK)(?:_ULL|_U\d+)?\s*\(", r"linux/(?:bits|bitops|bitfield|bitmap)\.h"),
    ("bitfield.h", r"\bFIELD_(?:GET|PREP|FIT|MODIFY|MAX|PREP_CONST)\s*\(", r"linux/bitfield\.h"),
    (
        "mod_devicetable.h",
        r"\bstruct\s+(?:of|i2c|spi|platform|acpi)_device_id\b",
        r"linux/mod_devicetable\.h|linux/device-id/",
    ),
)
_INCLUDE = re.compile(r"^#\s*include\s+[<\"]([^>\"]+)[>\"].*$", re.MULTILINE)


def _find(source: SourceText) -> Iterator[Place]:
    included = list(_INCLUDE.finditer(source.text))
    if not source.path.endswith(".c") or not included or re.search(r"^#\s*include\s+\"", source.text, re.MULTILINE):
        return
    names = " ".join(found.group(1) for found in included)
    wanted = _USES if "/iio/" in source.path else _USES[:2]
    lost = [
        (name, uses) for name, uses, given in wanted if re.search(uses, source.bare) and not re.search(given, names)
    ]
    if lost:
        use = re.search(lost[0][1], source.bare)
        words = (
            ("headers", ", ".join(name for name, _ in lost)),
            ("use", re.sub(r"\s*\($", "()", use.group(0)) if use else ""),
        )
        yield Place(included[0].start(), included[-1].end(), words)


def _file(body: str, *headers: str) -> str:
    return "".join(f"#include <linux/{one}>\n" for one in headers) + body + "\nint f(int a)\n{\n\treturn a & A;\n}\n"


RULE = Rule(
    id="include-missing",
    title="header that is used and not included",
    why="What comes in through another header is gone when that header changes.",
    known_problems="Whether another header is bound to include the one that is missing is known for a few only.",
    category=Category.STYLE,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"\b(?:missing|lacks?|needs?|forgot|asks? for|requires?|add|directly|explicit\w*)\b[^.]*\binclud",
        r"\binclud\w*\b[^.]*\b(?:missing|needed|required|linux/)",
        r"\bmissing\b[^.]*\bheader",
        r"\bheader\w*\b[^.]*\bmissing",
    ),
    patterns=(Seek(words=("#include",), find=_find, fields=("headers", "use")),),
    message="{use} is used and linux/{headers} is not included; should it be?",
    references=("Documentation/process/submit-checklist.rst",),
    lists=("linux-iio", "linux-hwmon"),
    measured="20 of 20 right, drivers/hwmon and drivers/iio of 7.2, 2026-11",
    examples=(
        Example("bits", _file("#define A BIT(1)\n", "module.h").replace(">\n", "> //~\n", 1)),
        Example("field", _file("#define A FIELD_PREP(B, 1)\n", "bits.h").replace(">\n", "> //~\n", 1)),
        Example(
            "ids",
            _file("static struct of_device_id A;\n", "of.h").replace(">\n", "> //~\n", 1),
            path="drivers/iio/a.c",
        ),
        Example("ids-elsewhere", _file("static struct of_device_id A;\n", "of.h")),
        Example("included", _file("#define A BIT(1)\n", "bits.h")),
        Example("through-its-own-user", _file("#define A BIT(1)\n", "bitfield.h")),
        Example("own-header", _file('#include "a.h"\n#define A BIT(1)\n', "module.h")),
        Example("comment", _file("/* BIT(1) */\n#define A 2\n", "module.h")),
    ),
)
