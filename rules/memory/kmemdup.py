# SPDX-License-Identifier: GPL-2.0-or-later
"""Report an allocation that is filled by memcpy() at once."""

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_HEADERS = ("include/linux/string.h", "include/linux/device.h", "include/linux/device/devres.h", "include/linux/slab.h")
_PLAIN = 4


def _advice(site: Site) -> Advice | None:
    name = "kmemdup" if site.match.alternative < _PLAIN else "devm_kmemdup"
    arguments = [site.text(part) for part in "dsng" if site.text(part)]
    return Advice(name, f"{name}({', '.join(arguments)})") if site.declares(name, _HEADERS) else None


def _code(call: str, copied: str = "len", mark: str = " //~") -> str:
    return (
        "void *f(struct device *dev, const void *src, size_t len)\n{\n\tvoid *p;\n\n"
        f"\tp = {call};{mark}\n\tif (!p)\n\t\treturn NULL;\n\tmemcpy(p, src, {copied});\n\treturn p;\n}}\n"
    )


_TREE = {"include/linux/string.h": "kmemdup", "include/linux/device.h": "devm_kmemdup"}
_CALLS = ("kmalloc($n, $g)", "kzalloc($n, $g)", "devm_kmalloc($d, $n, $g)", "devm_kzalloc($d, $n, $g)")

RULE = Rule(
    id="kmemdup",
    title="copy of memory by allocation and memcpy()",
    why="kmemdup() allocates and copies in one call, and does not clear what is written at once.",
    known_problems="A buffer that is filled further by its size elsewhere is the same.",
    category=Category.API,
    confidence=Confidence.HIGH,
    patterns=tuple(
        f"$p = {call}; if (!$p) {test} memcpy($p, $s, $n);" for call in _CALLS for test in ("return $r;", "goto $l;")
    ),
    advice=_advice,
    message="`{p}` is a copy of `{s}`; would {helper}() do?",
    references=("include/linux/string.h", "scripts/coccinelle/api/memdup.cocci"),
    measured="4 of 4 right, drivers/iio, platform, power and nine other folders of 7.2, 2026-11",
    examples=(
        *(
            Example(f"{call.split('(')[0]}-{test}", text, headers=_TREE)
            for call in _CALLS
            for test, text in (
                ("return", _code(call.replace("$n", "len").replace("$g", "GFP_KERNEL").replace("$d", "dev"))),
                (
                    "goto",
                    _code(call.replace("$n", "len").replace("$g", "GFP_KERNEL").replace("$d", "dev"))
                    .replace("\t\treturn NULL", "\t\tgoto out")
                    .replace("\treturn p", "out:\n\treturn p"),
                ),
            )
        ),
        Example("another-length", _code("kmalloc(len + 1, GFP_KERNEL)", mark=""), headers=_TREE),
        Example(
            "not-copied",
            _code("kmalloc(len, GFP_KERNEL)", mark="").replace("memcpy(p, src", "fill(p, src"),
            headers=_TREE,
        ),
        Example("not-in-the-tree", _code("kmalloc(len, GFP_KERNEL)", mark="")),
    ),
)
