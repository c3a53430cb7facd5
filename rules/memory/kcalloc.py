# SPDX-License-Identifier: GPL-2.0-or-later
"""Report an allocation of count times size in one argument."""

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_HEADERS = ("include/linux/slab.h", "include/linux/mm.h", "include/linux/device.h", "include/linux/device/devres.h")
_ARRAY = {
    "kzalloc": "kcalloc",
    "kmalloc": "kmalloc_array",
    "kvzalloc": "kvcalloc",
    "kvmalloc": "kvmalloc_array",
    "devm_kzalloc": "devm_kcalloc",
    "devm_kmalloc": "devm_kmalloc_array",
}


def _advice(site: Site) -> Advice | None:
    name = _ARRAY.get(site.text("alloc"))
    if name is None or not site.declares(name, _HEADERS) or site.text("n").startswith("sizeof"):
        return None
    arguments = [site.text("n"), f"sizeof({site.text('t')})", site.text("g")]
    if site.text("d"):
        arguments.insert(0, site.text("d"))
    return Advice(name, f"{name}({', '.join(arguments)})", exact=not site.is_constant("n"))


def _assign(call: str, mark: str = "") -> str:
    return (
        f"int f(struct device *dev, int n)\n{{\n\tstruct a *p;\n\n\tp = {call};{mark}\n\treturn p ? 0 : -ENOMEM;\n}}\n"
    )


_TREE = {
    "include/linux/slab.h": "kcalloc kmalloc_array kvcalloc kvmalloc_array",
    "include/linux/device.h": "devm_kcalloc devm_kmalloc_array",
}

RULE = Rule(
    id="kcalloc",
    title="array allocated by a multiplication",
    why="The product can overflow and give a buffer that is too small; the array allocators check for that.",
    known_problems="With a constant count nothing can overflow, and the remark is one of style alone.",
    category=Category.API,
    confidence=Confidence.HIGH,
    raised_by=(r"\b\w*alloc_(?:array|objs)\b",),
    patterns=("$alloc($n * sizeof($t), $g)", "$alloc($d, $n * sizeof($t), $g)"),
    advice=_advice,
    message="this is {n} elements in one product; would {helper}() do?",
    near_message="{n} is constant, so nothing can overflow; as a matter of style, would {helper}() do?",
    references=("Documentation/process/deprecated.rst", "include/linux/slab.h"),
    examples=(
        Example(
            "kzalloc",
            _assign("kzalloc(n * sizeof(*p), GFP_KERNEL)", " //~"),
            headers=_TREE,
            suggestion="kcalloc(n, sizeof(*p), GFP_KERNEL)",
        ),
        Example(
            "size-first",
            _assign("kmalloc(sizeof(struct a) * (n + 1), GFP_KERNEL)", " //~"),
            headers=_TREE,
            suggestion="kmalloc_array(n + 1, sizeof(struct a), GFP_KERNEL)",
        ),
        Example(
            "managed",
            _assign("devm_kzalloc(dev, sizeof(*p) * n, GFP_KERNEL)", " //~"),
            headers=_TREE,
            suggestion="devm_kcalloc(dev, n, sizeof(*p), GFP_KERNEL)",
        ),
        Example("constant-count", _assign("kzalloc(2 * sizeof(*p), GFP_KERNEL)", " //~"), headers=_TREE),
        Example("one-element", _assign("kzalloc(sizeof(*p), GFP_KERNEL)"), headers=_TREE),
        Example("header-and-tail", _assign("kzalloc(sizeof(*p) + n * sizeof(int), GFP_KERNEL)"), headers=_TREE),
        Example("three-factors", _assign("kzalloc(n * n * sizeof(*p), GFP_KERNEL)"), headers=_TREE),
        Example("other-function", _assign("my_alloc(n * sizeof(*p), GFP_KERNEL)"), headers=_TREE),
        Example("not-in-the-tree", _assign("kzalloc(n * sizeof(*p), GFP_KERNEL)")),
    ),
)
