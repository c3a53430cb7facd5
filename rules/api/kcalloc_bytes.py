# SPDX-License-Identifier: GPL-2.0-or-later
"""Report an array allocation whose elements are bytes."""

from reviewbot.rule import Advice, Category, Confidence, Example, Meta, Rule, Site

_HEADERS = ("include/linux/slab.h", "include/linux/device.h", "include/linux/device/devres.h")
_PLAIN = ("kzalloc", "kmalloc", "devm_kzalloc", "devm_kmalloc")
"""By the number of the pattern."""
_BYTES = r"sizeof\s*\(?\s*(?:unsigned char|signed char|char|u8|s8|__u8|uint8_t|int8_t)\s*\)?|1"


def _advice(site: Site) -> Advice | None:
    name = _PLAIN[site.match.alternative]
    if not site.declares(name, _HEADERS):
        return None
    arguments = [site.text(part) for part in "dng" if site.text(part)]
    return Advice(name, f"{name}({', '.join(arguments)})")


def _assign(call: str, mark: str = "") -> str:
    return f"int f(struct device *dev, int n)\n{{\n\tchar *p;\n\n\tp = {call};{mark}\n\treturn p ? 0 : -ENOMEM;\n}}\n"


_TREE = {"include/linux/slab.h": "kzalloc kmalloc", "include/linux/device.h": "devm_kzalloc devm_kmalloc"}

RULE = Rule(
    id="kcalloc-bytes",
    title="array of bytes allocated by element",
    why="The product with one cannot overflow, so the plain allocators say the same with an argument less.",
    known_problems="Whoever keeps all allocations of a file in one form may like it as it is.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    raised_by=(r"\b\w*alloc_(?:array|objs)\b",),
    patterns=(
        "kcalloc($n, $one, $g)",
        "kmalloc_array($n, $one, $g)",
        "devm_kcalloc($d, $n, $one, $g)",
        "devm_kmalloc_array($d, $n, $one, $g)",
    ),
    metavariables={"one": Meta(matching=_BYTES)},
    advice=_advice,
    message="the elements are single bytes, so that nothing is multiplied; would {helper}() do?",
    references=("include/linux/slab.h", "include/linux/device/devres.h"),
    measured="6 of 6 right, drivers/hwmon, iio, leds, mfd, input, net/can and net/wireless of 7.2, 2026-11",
    examples=(
        Example(
            "kcalloc",
            _assign("kcalloc(n, sizeof(char), GFP_KERNEL)", " //~"),
            headers=_TREE,
            suggestion="kzalloc(n, GFP_KERNEL)",
        ),
        Example(
            "managed",
            _assign("devm_kcalloc(dev, n, sizeof(unsigned char), GFP_KERNEL)", " //~"),
            headers=_TREE,
            suggestion="devm_kzalloc(dev, n, GFP_KERNEL)",
        ),
        Example("literal-one", _assign("kmalloc_array(n, 1, GFP_KERNEL)", " //~"), headers=_TREE),
        Example("managed-array", _assign("devm_kmalloc_array(dev, n, sizeof(u8), GFP_KERNEL)", " //~"), headers=_TREE),
        Example("larger-elements", _assign("kcalloc(n, sizeof(u16), GFP_KERNEL)"), headers=_TREE),
        Example("size-of-the-pointed-to", _assign("kcalloc(n, sizeof(*p), GFP_KERNEL)"), headers=_TREE),
        Example("not-in-the-tree", _assign("kcalloc(n, 1, GFP_KERNEL)")),
    ),
)
