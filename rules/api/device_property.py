# SPDX-License-Identifier: GPL-2.0-or-later
"""Report properties that a driver reads from the device tree alone."""

import re

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_HEADERS = ("include/linux/property.h",)
_TREE_ONLY = re.compile(
    r"drivers/(?:of|clk|pinctrl|irqchip|soc|clocksource|pci|firmware|cpufreq|base|bus|gpu|opp|memory|remoteproc|cpuidle)/"
)
_OTHERS = re.compile(
    r"for_each_(?:available_)?child_of_node|of_xlate"
    r"|\b(?<!dev_)of_(?!property_|match_|device_|node_|fwnode)(?:\w*_)?(?:get|parse|find|address|irq|graph|iomap)\w*\s*\("
)
"""What there is no name for without the device tree, so that the function goes on reading it."""
_NODE = r"(?:\bdev(?:ice)?\.of_node|\bdev->of_node|\bdev_of_node\(.*\))$"


def _advice(site: Site) -> Advice | None:
    """The node must be the device's own, and the file no friend of the device tree."""
    call = re.match(r"(of_property_\w+)", site.code())
    node, path = site.text("n"), site.match.path
    if call is None or not path.startswith(("drivers/", "sound/")) or _TREE_ONLY.match(path):
        return None
    own = rf"\b{re.escape(node)}\s*=\s*[^;,]*(?:\bdev\.of_node|\bdev->of_node|\bdev_of_node\([^;]*\))\s*[;,]"
    if not re.search(_NODE, node) and not re.search(own, site.function_text()):
        return None
    if _OTHERS.search(site.function_text()):
        return None
    name = call.group(1).replace("of_", "device_", 1)
    return Advice(name) if site.declares(name, _HEADERS) else None


def _code(call: str, mark: str = "", before: str = "") -> str:
    return (
        f"int f(struct i2c_client *client, struct device_node *child)\n{{\n\tu32 v = 0;\n{before}\n"
        f"\t{call};{mark}\n\treturn v;\n}}\n"
    )


_NAMES = ("read_u32", "read_u8", "read_u16", "read_u64", "read_bool", "read_string", "present", "read_u32_array")
_TREE = {"include/linux/property.h": " ".join(f"device_property_{name}" for name in _NAMES)}
_OWN = "client->dev.of_node"

RULE = Rule(
    id="device-property",
    title="property read from the device tree alone",
    why="device_property_*() read the same from ACPI and software nodes, so that the driver works there too.",
    known_problems="Hardware that exists on device-tree machines only gains nothing but the form.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    patterns=tuple(f"of_property_{name}($n, ...)" for name in _NAMES),
    advice=_advice,
    message="this reads the device tree alone; would {helper}() do here?",
    references=("include/linux/property.h",),
    measured="18 of 20 right, drivers/hwmon, iio and leds of 7.2, 2026-11",
    examples=(
        *(Example(f"{name}", _code(f'of_property_{name}({_OWN}, "a", &v)', " //~"), headers=_TREE) for name in _NAMES),
        Example(
            "by-a-local",
            _code('of_property_read_u32(np, "a", &v)', " //~", f"\tstruct device_node *np = {_OWN};\n"),
            headers=_TREE,
        ),
        Example("of-a-child", _code('of_property_read_u32(child, "a", &v)'), headers=_TREE),
        Example(
            "children-walked-too",
            _code(f'of_property_read_u32({_OWN}, "a", &v)', "", f"\tfor_each_child_of_node({_OWN}, child)\n\t\tv++;\n"),
            headers=_TREE,
        ),
        Example(
            "address-read-too",
            _code(f'of_property_read_u32({_OWN}, "a", &v)', "", f"\tof_address_to_resource({_OWN}, 0, &r);\n"),
            headers=_TREE,
        ),
        Example("clock", _code(f'of_property_read_u32({_OWN}, "a", &v)'), headers=_TREE, path="drivers/clk/example.c"),
        Example("not-in-the-tree", _code(f'of_property_read_u32({_OWN}, "a", &v)')),
    ),
)
