# SPDX-License-Identifier: GPL-2.0-or-later
"""Report registrations of hwmon devices that new drivers should no longer use."""

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_HEADERS = ("include/linux/hwmon.h",)


def _advice(site: Site) -> Advice | None:
    if site.match.path == "drivers/hwmon/hwmon.c":
        return None
    name = "hwmon_device_register_with_info"
    return Advice(f"devm_{name}" if site.code().startswith("devm_") else name)


def _code(call: str, mark: str = "") -> str:
    return f"int f(struct device *dev, void *data)\n{{\n\tstruct device *h = {call};{mark}\n\n\treturn !h;\n}}\n"


_TREE = {"include/linux/hwmon.h": "hwmon_device_register_with_info devm_hwmon_device_register_with_info"}

RULE = Rule(
    id="hwmon-with-info",
    title="deprecated registration of a hwmon device",
    why="With a description of the channels the core makes the attributes, with their standard names and permissions.",
    known_problems="A driver with many attributes outside of the standard may be better off as it is.",
    category=Category.API,
    confidence=Confidence.HIGH,
    raised_by=(r"with_info",),
    patterns=(
        "hwmon_device_register($d)",
        "hwmon_device_register_with_groups($d, ...)",
        "devm_hwmon_device_register_with_groups($d, ...)",
    ),
    advice=_advice,
    message="this registration is deprecated; would {helper}() do here?",
    needs={"hwmon_device_register_with_info": _HEADERS},
    references=("Documentation/hwmon/hwmon-kernel-api.rst", "include/linux/hwmon.h"),
    measured="10 of 10 right as to new code, drivers/hwmon of 7.2, 2026-11",
    examples=(
        Example("bare", _code("hwmon_device_register(dev)", " //~"), headers=_TREE),
        Example("groups", _code('hwmon_device_register_with_groups(dev, "a", data, groups)', " //~"), headers=_TREE),
        Example(
            "managed", _code('devm_hwmon_device_register_with_groups(dev, "a", data, groups)', " //~"), headers=_TREE
        ),
        Example("with-info", _code('hwmon_device_register_with_info(dev, "a", data, &info, NULL)'), headers=_TREE),
        Example("core", _code("hwmon_device_register(dev)"), headers=_TREE, path="drivers/hwmon/hwmon.c"),
        Example("not-in-the-tree", _code("hwmon_device_register(dev)")),
    ),
)
