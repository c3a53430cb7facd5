# SPDX-License-Identifier: GPL-2.0-or-later
"""Report what a managed function gave, and what gives it back by hand as well."""

import re
from collections.abc import Iterable

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_TAKE = re.compile(r"(?<![\w>.])([a-z_]\w*(?:(?:->|\.|\[\w+\])+\w*)*)\s*=\s*(devm_\w+)\s*\(")
_UNDO = {
    r"devm_k\w*alloc\w*|devm_kmemdup\w*|devm_kstrn?dup\w*|devm_kasprintf": ("kfree", "kvfree", "kfree_sensitive"),
    r"devm_clk_get\w*": ("clk_put",),
    r"devm_(?:gpiod_get\w*)": ("gpiod_put",),
    r"devm_regulator_get\w*": ("regulator_put",),
    r"devm_(?:ioremap\w*|platform_ioremap\w*)": ("iounmap",),
    r"devm_thermal_of_cooling_device_register|devm_thermal_cooling_device_register": (
        "thermal_cooling_device_unregister",
    ),
    r"devm_hwmon_device_register\w*": ("hwmon_device_unregister",),
    r"devm_input_allocate_device": ("input_free_device",),
    r"devm_reset_control_get\w*": ("reset_control_put",),
    r"devm_iio_device_alloc": ("iio_device_free",),
    r"devm_rtc_allocate_device|devm_rtc_device_register": ("rtc_device_unregister",),
    r"devm_power_supply_register\w*": ("power_supply_unregister",),
    r"devm_phy_get|devm_usb_get_phy\w*": ("phy_put", "usb_put_phy"),
}


def _find(source: SourceText) -> Iterable[Place]:
    """Both the call that takes and the call that gives back, of one member, or of one local of one function."""
    text = source.bare
    for take in _TAKE.finditer(text):
        what, devm = take.group(1), take.group(2)
        undo = next((names for kind, names in _UNDO.items() if re.fullmatch(kind, devm)), ())
        leaf = re.split(r"->|\.", what)[-1]
        start, end = _around(source, take.start()) if leaf == what else (0, len(text))
        if not undo or end == 0:
            continue
        if _is_taken_by_hand(text[start:end], leaf) or re.search(r"\[", leaf):
            continue
        before = r"[\w>.\[\]-]*(?:->|\.)" if leaf != what else ""
        call = rf"\b({'|'.join(undo)})\s*\(\s*{before}{leaf}\s*\)"
        for other in re.finditer(call, text[start:end]):
            words = (("p", what), ("devm", devm), ("undo", other.group(1)))
            yield Place(take.start(), take.end(2), words)
            yield Place(start + other.start(), start + other.end(), words)


def _around(source: SourceText, at: int) -> tuple[int, int]:
    """The body of the function around a place."""
    return next(((f.body, f.end) for f in source.functions if f.body <= at < f.end), (0, 0))


def _is_taken_by_hand(text: str, leaf: str) -> bool:
    """True if something else is assigned to it too: then the call may give that back."""
    values = re.findall(rf"(?<!\w){leaf}\s*=(?!=)\s*([^;]*);", text)
    return any(not re.match(r"devm_|NULL\s*$|ERR_PTR\b", value.strip()) for value in values)


def _driver(take: str, undo: str, name: str = "bar_remove") -> str:
    return (
        f"static int bar_probe(struct device *dev, struct bar *bar)\n{{\n\tvoid *p;\n\n\t{take}\n\treturn 0;\n}}\n"
        f"static void {name}(struct bar *bar)\n{{\n\t{undo}\n}}\n"
    )


_ALLOC = "bar->buf = devm_kzalloc(dev, 8, GFP_KERNEL);"

RULE = Rule(
    id="devm-and-manual",
    title="managed and given back by hand",
    why="What a devm_ function gave is given back once more when the device goes: a double free.",
    known_problems="A member of another structure with the same name is taken for the same thing.",
    category=Category.CORRECTNESS,
    confidence=Confidence.HIGH,
    raised_by=(
        r"double[- ]free",
        r"\bdevm_",
    ),
    patterns=(Seek(("devm_",), _find, ("p", "devm", "undo")),),
    message="`{p}` comes from {devm}() and is given to {undo}() as well; is that not done twice (double free)?",
    references=("Documentation/driver-api/driver-model/devres.rst", "scripts/coccinelle/free/devm_free.cocci"),
    measured="4 of 4 right, drivers and sound of 7.2, 2026-11",
    examples=(
        Example("member", _driver(f"{_ALLOC} //~", "kfree(bar->buf); //~")),
        Example("clock", _driver("bar->clk = devm_clk_get(dev, NULL); //~", "clk_put(bar->clk); //~")),
        Example("local", _driver("p = devm_kzalloc(dev, 8, GFP_KERNEL); //~\n\tkfree(p); //~", "g(bar);")),
        Example("managed-release", _driver(_ALLOC, "devm_kfree(bar->dev, bar->buf);")),
        Example("another-local", _driver("p = devm_kzalloc(dev, 8, GFP_KERNEL);", "kfree(p);")),
        Example(
            "either", _driver(f"{_ALLOC}\n\tif (!dev)\n\t\tbar->buf = kzalloc(8, GFP_KERNEL);", "kfree(bar->buf);")
        ),
        Example("local-of-that-name", _driver(_ALLOC, "void *buf = g(bar);\n\n\tkfree(buf);")),
        Example("another-member", _driver(_ALLOC, "kfree(bar->buffer);")),
    ),
)
