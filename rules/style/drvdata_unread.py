# SPDX-License-Identifier: GPL-2.0-or-later
"""Report driver data that is set and never read."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceFunction, SourceText

_SET = re.compile(
    r"\b(platform_set_drvdata|i2c_set_clientdata|spi_set_drvdata)\s*\(\s*(\w+)\s*,\s*((?:[^();]|\([^();]*\))+?)\s*\)\s*;"
)
_GET = re.compile(
    r"\b(?:\w+_get_drvdata|i2c_get_clientdata|dev_get_platdata_drvdata)\b(?!\s*\([^();]*(?:->|\.)parent\s*\))"
)
_DIRECT = re.compile(r"\bdriver_data\b\s*[;,)-]")
_SHARED = re.compile(
    r"#\s*include\s+\"|EXPORT_SYMBOL|\bmfd_add|devm_mfd_add|_platform_(?:default_)?populate|device_for_each_child|auxiliary_"
    r"|component_add|platform_device_register|device_add\b|_subdev_init|\bdrm_|\bsnd_|\bvfio|_hcd\b|ahci_|wdev|net_device"
)
_OPS = re.compile(r"\bstruct\s+hwmon_ops\s+\w+\s*=\s*\{([^}]*)\}")


def _find(source: SourceText) -> Iterator[Place]:
    if not source.path.endswith(".c") or _SHARED.search(source.text) or _DIRECT.search(source.bare):
        return
    others = _of_hwmon(source)
    reads = [at.start() for at in _GET.finditer(source.bare)]
    if any(not any(f.start <= at < f.end for f in others) for at in reads):
        return
    for found in _SET.finditer(source.bare):
        if found.group(3) != "NULL":
            name = found.group(1)
            yield Place(found.start(), found.end(), (("set", name), ("get", name.replace("_set_", "_get_"))))
            return


def _of_hwmon(source: SourceText) -> list[SourceFunction]:
    """The functions that only hwmon operations reach: their device is not the driver's, and has its own data."""
    names = {name for ops in _OPS.finditer(source.bare) for name in re.findall(r"=\s*(\w+)", ops.group(1))}
    for _ in range(3):
        for function in source.functions:
            uses = [at.start() for at in re.finditer(rf"\b{function.name}\b", source.bare)]
            uses = [at for at in uses if not function.start <= at < function.body]
            users = [next((f.name for f in source.functions if f.start <= at < f.end), "") for at in uses]
            if users and all(user in names for user in users):
                names.add(function.name)
    return [function for function in source.functions if function.name in names]


_PROBE = (
    "static int a_probe(struct platform_device *pdev)\n{\n\tstruct a *a = g(pdev);\n\n"
    "\tplatform_set_drvdata(pdev, a);%s\n\treturn h(a);\n}\n"
)
_OPERATION = (
    "static int a_read(struct device *dev)\n{\n\tstruct a *a = %s;\n\n\treturn a->b;\n}\n\n"
    "static const struct hwmon_ops a_ops = {\n\t.read = a_read,\n};\n\n"
)

RULE = Rule(
    id="drvdata-unread",
    title="driver data set and never read",
    why="Data that nobody asks for makes readers look for the one who does.",
    known_problems="A subsystem or a child device that reads the data of its parent in another file is not seen.",
    category=Category.STYLE,
    confidence=Confidence.MODERATE,
    raised_by=(r"(?:[sg]et)_(?:drvdata|clientdata)",),
    patterns=(
        Seek(
            words=("platform_set_drvdata", "i2c_set_clientdata", "spi_set_drvdata"), find=_find, fields=("set", "get")
        ),
    ),
    message="nothing in this file calls {get}(); is {set}() needed?",
    references=("include/linux/device.h", "drivers/base/dd.c"),
    measured=(
        "20 of 20 right, drivers/hwmon and drivers/iio of 7.2; 6 of 6 right, a month of linux-hwmon (7.2), 2026-11"
    ),
    examples=(
        Example("platform", _PROBE % " //~"),
        Example(
            "i2c",
            "static int a_probe(struct i2c_client *c)\n{\n\ti2c_set_clientdata(c, g(c)); //~\n\treturn 0;\n}\n",
        ),
        Example("read-by-hwmon-alone", _OPERATION % "dev_get_drvdata(dev)" + _PROBE % " //~"),
        Example("parent-read", _OPERATION.replace("a_ops", "a_b") % "dev_get_drvdata(dev->parent)" + _PROBE % " //~"),
        Example(
            "read",
            _PROBE % "" + "static void a_remove(struct platform_device *p)\n{\n\tx(platform_get_drvdata(p));\n}\n",
        ),
        Example(
            "read-in-a-callback",
            "static int a_suspend(struct device *dev)\n{\n\treturn x(dev_get_drvdata(dev));\n}\n" + _PROBE % "",
        ),
        Example("cleared", _PROBE.replace("pdev, a)", "pdev, NULL)") % ""),
        Example("own-header", '#include "a.h"\n\n' + _PROBE % ""),
        Example("children", _PROBE.replace("h(a)", "devm_mfd_add_devices(a)") % ""),
        Example("read-directly", "void *f(struct device *d)\n{\n\treturn d->driver_data;\n}\n\n" + _PROBE % ""),
    ),
)
