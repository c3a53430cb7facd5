# SPDX-License-Identifier: GPL-2.0-or-later
"""Report regmap_update_bits() and read-modify-write that regmap_set_bits() and its family say better."""

import re

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_HEADERS = ("include/linux/regmap.h",)
_SAME, _ZERO, _CHOICE, _OTHER_CHOICE, _VALUE, _SET, _CLEAR = range(7)
_ONES = re.compile(r"0x[fF]{2,}[uU]?|~0[uU]?|U8_MAX|U16_MAX|U32_MAX|-1")
_FIELD = re.compile(r"(?:MASK|MSK|_M)\b|^GENMASK")


def _advice(site: Site) -> Advice | None:
    if site.match.path.startswith("drivers/base/regmap/"):
        return None
    kind = site.match.alternative
    if kind in (_SET, _CLEAR):
        return _rewritten(site, "regmap_set_bits" if kind == _SET else "regmap_clear_bits")
    if kind in (_CHOICE, _OTHER_CHOICE):
        return _chosen(site)
    if kind == _VALUE:
        return _valued(site)
    if _is_field(site):
        return None
    return _call(site, "regmap_set_bits" if kind == _SAME else "regmap_clear_bits")


def _is_field(site: Site) -> bool:
    """A field of several bits: all ones or zero is one of its values, and nobody sets or clears bits."""
    value = site.value_of("k")
    if value is None:
        return _FIELD.search(site.text("k")) is not None
    return value & (value - 1) != 0 and "|" not in site.text("k")


def _call(site: Site, name: str, *more: str) -> Advice:
    arguments = ", ".join([site.text("m"), site.text("r"), site.text("k"), *more])
    return Advice(name, f"{name}({arguments})", (("fact", f"this is {name}()"),))


def _chosen(site: Site) -> Advice:
    if site.declares("regmap_assign_bits", _HEADERS):
        condition = site.text("c") if site.match.alternative == _CHOICE else f"!({site.text('c')})"
        return _call(site, "regmap_assign_bits", condition)
    fact = "this sets or clears bits, as regmap_set_bits() and regmap_clear_bits() (or regmap_assign_bits()) do"
    return Advice("regmap_set_bits", None, (("fact", fact),))


def _valued(site: Site) -> Advice | None:
    """All ones for a single bit, or a truth value for a bit that is not the lowest."""
    mask = site.value_of("k")
    if _ONES.fullmatch(site.text("v")):
        return _call(site, "regmap_set_bits") if mask is None or not _is_field(site) else None
    if site.type_of("v") != "bool" or mask is None or mask & 1 or mask & (mask - 1):
        return None
    fact = (
        f"the truth value `{site.text('v')}` is not shifted to the mask, as FIELD_PREP() or regmap_assign_bits() would"
    )
    return Advice("FIELD_PREP", None, (("fact", fact),))


def _rewritten(site: Site, name: str) -> Advice | None:
    """The value that was read must serve for nothing else, before or after."""
    value = rf"(?<![\w.>]){re.escape(site.text('v'))}\b"
    between = re.split(rf"&{value}", site.before(20))[-1]
    if len(re.findall(rf"(?<!return ){value}", between)) > 1:
        return None
    if re.search(rf"{value}(?!\s*=[^=])", site.after(400).split("regmap_read")[0]):
        return None
    arguments = ", ".join(site.text(part) for part in "mrb")
    fact = f"read, modify and write is {name}() in one"
    return Advice(name, f"{name}({arguments})", (("fact", fact),))


def _code(body: str, define: str = "#define FOO_EN BIT(2)\n#define FOO_MODE_MASK GENMASK(3, 2)\n") -> str:
    head = "int f(struct regmap *map, bool on)\n{\n\tunsigned int v;\n\tint ret;\n\n"
    return f"{define}\n{head}{body}\n\treturn ret;\n}}\n"


def _update(mask: str, value: str, mark: str = " //~") -> str:
    return _code(f"\tret = regmap_update_bits(map, 3, {mask}, {value});{mark}")


def _write(change: str, mark: str = " //~", more: str = "") -> str:
    read = "\tret = regmap_read(map, 3, &v);\n\tif (ret)\n\t\treturn ret;\n"
    return _code(f"{read}\t{change}\n\tret = regmap_write(map, 3, v);{mark}{more}")


_OLD = {"include/linux/regmap.h": "regmap_set_bits regmap_clear_bits"}
_TREE = {"include/linux/regmap.h": "regmap_set_bits regmap_clear_bits regmap_assign_bits"}

RULE = Rule(
    id="regmap-bits",
    title="bits set or cleared by regmap_update_bits()",
    why="regmap_set_bits(), regmap_clear_bits() and regmap_assign_bits() name the bits once and say what happens",
    known_problems=(
        "A mask whose value is not seen is taken for a field of several bits by its name; a register that must be "
        "written even if nothing changes is not known."
    ),
    category=Category.API,
    confidence=Confidence.MODERATE,
    patterns=(
        "regmap_update_bits($m, $r, $k, $k)",
        "regmap_update_bits($m, $r, $k, 0)",
        "regmap_update_bits($m, $r, $k, $c ? $k : 0)",
        "regmap_update_bits($m, $r, $k, $c ? 0 : $k)",
        "regmap_update_bits($m, $r, $k, $v)",
        "regmap_read($m, $r, &$v); ... $v |= $b; ... regmap_write($m, $r, $v);",
        "regmap_read($m, $r, &$v); ... $v &= ~$b; ... regmap_write($m, $r, $v);",
    ),
    advice=_advice,
    message="{fact}; would that do here?",
    needs={"regmap_set_bits": _HEADERS},
    references=_HEADERS,
    measured="19 of 20 right, drivers/hwmon, iio, leds, mfd, input, power, spi, watchdog and rtc of 7.2, 2026-11",
    examples=(
        Example("set", _update("FOO_EN", "FOO_EN"), headers=_TREE, suggestion="regmap_set_bits(map, 3, FOO_EN)"),
        Example("clear", _update("FOO_EN", "0"), headers=_TREE, suggestion="regmap_clear_bits(map, 3, FOO_EN)"),
        Example("all-ones", _update("FOO_EN", "0xff"), headers=_TREE, suggestion="regmap_set_bits(map, 3, FOO_EN)"),
        Example("two-bits", _update("BIT(2) | BIT(5)", "BIT(2) | BIT(5)"), headers=_TREE),
        Example(
            "choice",
            _update("FOO_EN", "on ? FOO_EN : 0"),
            headers=_TREE,
            suggestion="regmap_assign_bits(map, 3, FOO_EN, on)",
        ),
        Example(
            "choice-the-other-way",
            _update("FOO_EN", "on ? 0 : FOO_EN"),
            headers=_TREE,
            suggestion="regmap_assign_bits(map, 3, FOO_EN, !(on))",
        ),
        Example("choice-in-an-older-tree", _update("FOO_EN", "on ? FOO_EN : 0"), headers=_OLD),
        Example("truth-value-not-shifted", _update("FOO_EN", "on"), headers=_TREE),
        Example("read-or-write", _write("v |= FOO_EN;"), headers=_TREE, suggestion="regmap_set_bits(map, 3, FOO_EN)"),
        Example(
            "read-and-write", _write("v &= ~FOO_EN;"), headers=_TREE, suggestion="regmap_clear_bits(map, 3, FOO_EN)"
        ),
        Example("value-returned-on-error", _write("if (ret)\n\t\treturn v;\n\tv |= FOO_EN;"), headers=_TREE),
        Example("value-used-again", _write("v |= FOO_EN;", "", "\n\tuse(v);"), headers=_TREE),
        Example("value-tested-too", _write("if (v & BIT(7))\n\t\tgo();\n\tv |= FOO_EN;", ""), headers=_TREE),
        Example("field-by-a-macro", _update("BAR_SEL_MASK(on)", "0", ""), headers=_TREE),
        Example("one-of-two-bits", _update("BIT(2) | BIT(5)", "BIT(2)", ""), headers=_TREE),
        Example("last-value-of-a-field", _update("FOO_MODE_MASK", "FOO_MODE_MASK", ""), headers=_TREE),
        Example("first-value-of-a-field", _update("FOO_MODE_MASK", "0", ""), headers=_TREE),
        Example("field-by-its-name", _update("BAR_MODE_MASK", "0", ""), headers=_TREE),
        Example("truth-value-of-the-lowest-bit", _update("BIT(0)", "on", ""), headers=_TREE),
        Example("another-register", _write("v |= FOO_EN;", "").replace("write(map, 3", "write(map, 4"), headers=_TREE),
        Example("regmap-itself", _update("FOO_EN", "FOO_EN", ""), headers=_TREE, path="drivers/base/regmap/x.c"),
        Example("not-in-the-tree", _update("FOO_EN", "FOO_EN", "")),
    ),
)
