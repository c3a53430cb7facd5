# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a memory resource that is looked up and mapped in two calls."""

import re

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_HEADERS = ("include/linux/platform_device.h",)
_NEAR = 8
"""Lines between the two calls; what stands further apart is done for a reason."""


def _advice(site: Site) -> Advice | None:
    """The helper that hands out the resource too, if it is used again."""
    near = site.before(_NEAR).split("platform_get_resource")
    if len(near) == 1 or re.search(rf"\b{re.escape(site.text('r'))}->\w+\s*[-+]?=[^=]", near[-1]):
        return None
    uses = re.findall(rf"(?<![\w.>]){re.escape(site.text('r'))}\b", site.function_text())
    tests = re.findall(rf"\bif \(!{re.escape(site.text('r'))}\)", site.function_text())
    own = 3 + len(tests)
    if len(uses) > own:
        return Advice("devm_platform_get_and_ioremap_resource")
    return Advice(
        "devm_platform_ioremap_resource", f"devm_platform_ioremap_resource({site.text('p')}, {site.text('n')})"
    )


def _code(get: str, use: str = "", mark: str = "") -> str:
    return (
        "int f(struct platform_device *pdev)\n{\n\tstruct resource *res;\n\tvoid *base;\n\n"
        f"\tres = {get};\n\tif (!res)\n\t\treturn -ENODEV;\n"
        f"\tbase = devm_ioremap_resource(&pdev->dev, res);{mark}\n{use}\treturn PTR_ERR_OR_ZERO(base);\n}}\n"
    )


_GET = "platform_get_resource(pdev, IORESOURCE_MEM, 0)"
_TREE = {"include/linux/platform_device.h": "devm_platform_ioremap_resource devm_platform_get_and_ioremap_resource"}

RULE = Rule(
    id="ioremap-resource",
    title="resource looked up and mapped by hand",
    why="devm_platform_ioremap_resource() does both, and its errors are those of both.",
    known_problems="A resource that is changed before it is mapped is not recognised.",
    category=Category.API,
    confidence=Confidence.HIGH,
    raised_by=(r"ioremap",),
    patterns=("$r = platform_get_resource($p, IORESOURCE_MEM, $n); ... devm_ioremap_resource($d, $r);",),
    advice=_advice,
    message="the resource of line {line1} is looked up and mapped in two calls; would {helper}() do?",
    needs={"devm_platform_ioremap_resource": _HEADERS},
    references=(*_HEADERS, "Documentation/driver-api/driver-model/devres.rst"),
    measured="3 of 3 right, drivers/hwmon, iio, leds, mfd, input, power, spi, watchdog and rtc of 7.2, 2026-11",
    examples=(
        Example("plain", _code(_GET, "", " //~"), headers=_TREE, suggestion="devm_platform_ioremap_resource(pdev, 0)"),
        Example("used-again", _code(_GET, "\tset_size(pdev, resource_size(res));\n", " //~"), headers=_TREE),
        Example("changed", _code(_GET).replace("\tbase =", "\tres->start += 4;\n\tbase ="), headers=_TREE),
        Example("far-apart", _code(_GET).replace("\tbase =", "\tdo_this(pdev);\n" * 9 + "\tbase ="), headers=_TREE),
        Example("by-name", _code('platform_get_resource_byname(pdev, IORESOURCE_MEM, "a")'), headers=_TREE),
        Example("another-kind", _code("platform_get_resource(pdev, IORESOURCE_IO, 0)"), headers=_TREE),
        Example("not-in-the-tree", _code(_GET)),
    ),
)
