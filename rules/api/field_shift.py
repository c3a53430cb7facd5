# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a value for a register field that is shifted to, or masked with, the mask that is given beside it."""

import re
from collections.abc import Iterator

from reviewbot.rule import Advice, Category, Confidence, Example, Place, Rule, Seek, Site, SourceText

_HEADERS = ("include/linux/bitfield.h",)
_MASK_WORD, _SHIFT_WORD = r"_(?:MASK|MSK)$", r"_(?:SHIFT|SHFT|OFFSET|POS|LSB)$"
_MODIFIED = 2
_PUT_IN = re.compile(r"\(\s?[\w.>-]+ & ~\s?(\w+_(?:MASK|MSK))\s?\)\s*\|\s*\(\s?[^()&;]{1,80}?\s?& \1\s?\)")


def _modified(source: SourceText) -> Iterator[Place]:
    """(old & ~MASK) | (new & MASK)."""
    for found in _PUT_IN.finditer(source.bare):
        yield Place(found.start(), found.end(), (("m", found.group(1)),))


def _advice(site: Site) -> Advice | None:
    """Mask and shift must be of one field, by their names or values."""
    mask = site.text("m")
    if not re.match(r"(?:drivers|sound)/", site.match.path) or not site.match.function:
        return None
    if site.match.alternative == _MODIFIED:
        name = "FIELD_MODIFY" if site.declares("FIELD_MODIFY", _HEADERS) else "FIELD_PREP"
        return Advice(name, None, (("call", f"FIELD_PREP({mask}, ...) or FIELD_MODIFY()"),))
    if not site.is_constant("m"):
        return None
    stem, value = re.sub(_MASK_WORD, "", mask), site.value_of("m")
    shift = site.value_of("s")
    alike = stem != mask and stem == re.sub(_SHIFT_WORD, "", site.text("s"))
    lowest = value is not None and shift is not None and value & -value == 1 << shift
    if not alike and not lowest:
        return None
    if alike and lowest and not site.is_constant("x"):
        return None  # field-get-prep says so
    call = f"FIELD_PREP({mask}, {site.text('x')})"
    return Advice("FIELD_PREP", call, (("call", call),))


def _code(call: str, mark: str = " //~") -> str:
    return (
        "#define FOO_MODE_MASK GENMASK(5, 4)\n#define FOO_MODE_SHIFT 4\n#define FOO_FAST 2\n\n"
        f"int f(struct regmap *map, int old, int v)\n{{\n\treturn {call};{mark}\n}}\n"
    )


_TREE = {"include/linux/bitfield.h": "FIELD_GET FIELD_PREP"}
_UPDATE = "regmap_update_bits(map, 1, FOO_MODE_MASK, %s)"

RULE = Rule(
    id="field-shift",
    title="field shifted beside its mask",
    why="FIELD_PREP() takes the shift from the mask, so that the two cannot disagree, and checks a constant.",
    known_problems="A value that was already shifted, and is masked to be safe, is no field value for FIELD_PREP().",
    category=Category.API,
    confidence=Confidence.MODERATE,
    raised_by=(r"\bFIELD_(?:GET|PREP|MODIFY)\b",),
    patterns=(
        "regmap_update_bits($r, $a, $m, $x << $s)",
        "regmap_write_bits($r, $a, $m, $x << $s)",
        Seek(("_MASK", "_MSK"), _modified, ("m",)),
    ),
    advice=_advice,
    message="the mask says where the field is; would {call} do?",
    needs={"FIELD_PREP": _HEADERS},
    references=_HEADERS,
    measured="18 of 20 right, drivers/hwmon, iio, leds, mfd, input, power, spi, watchdog and rtc of 7.2, 2026-11",
    examples=(
        Example(
            "constant",
            _code(_UPDATE % "FOO_FAST << FOO_MODE_SHIFT"),
            headers=_TREE,
            suggestion="FIELD_PREP(FOO_MODE_MASK, FOO_FAST)",
        ),
        Example("number", _code(_UPDATE % "v << 4"), headers=_TREE, suggestion="FIELD_PREP(FOO_MODE_MASK, v)"),
        Example("forced", _code((_UPDATE % "FOO_FAST << FOO_MODE_SHIFT").replace("update", "write")), headers=_TREE),
        Example("put-in", _code("(old & ~FOO_MODE_MASK) | (v & FOO_MODE_MASK)"), headers=_TREE),
        Example("mask-of-a-variable", _code((_UPDATE % "v << 4").replace("FOO_MODE_MASK", "old"), ""), headers=_TREE),
        Example("put-in-by-a-variable", _code("(old & ~v) | (old & v)", ""), headers=_TREE),
        Example("variable-by-names", _code(_UPDATE % "v << FOO_MODE_SHIFT", ""), headers=_TREE),
        Example("shift-of-another", _code(_UPDATE % "v << 3", ""), headers=_TREE),
        Example("no-driver", _code(_UPDATE % "v << 4", ""), headers=_TREE, path="lib/example.c"),
        Example("not-in-the-tree", _code(_UPDATE % "v << 4", "")),
    ),
)
