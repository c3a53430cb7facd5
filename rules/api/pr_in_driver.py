# SPDX-License-Identifier: GPL-2.0-or-later
"""Report pr_err() and its like in a driver's function that has a device at hand."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceFunction, SourceText

_ELSEWHERE = re.compile(
    r"drivers/(?:base|acpi|xen|of|cpufreq|cpuidle|firmware|edac|gpu/drm/(?!bridge|panel)|hv|iommu)/"
)
_CALL = re.compile(r"\bpr_(err|warn|warning|info|notice|debug)(?:_once|_ratelimited)?\s*\(")
_DEVICES = (
    "device|i2c_client|platform_device|spi_device|iio_dev|usb_interface|hid_device|acpi_device|pci_dev|net_device|"
    "led_classdev|i3c_device|input_dev|mdio_device|regmap"
)
_DEVICE = re.compile(rf"\bstruct (?:{_DEVICES}) ?\* ?\w")
_LOCAL = re.compile(
    r"\bstruct (\w+) ?\* ?(?:const )?\w+\s*=[^;]*\b(?:\w*drvdata|iio_priv|netdev_priv|container_of|to_\w+)\s*\("
)
_PARAMETER = re.compile(r"\bstruct (\w+) ?\* ?(?:const )?\w+")
_NEAR = 600


def _prints(source: SourceText) -> Iterator[Place]:
    """Calls of one function that stand close together are one place."""
    if not source.path.startswith(("drivers/", "sound/")) or _ELSEWHERE.match(source.path):
        return
    for function in source.functions:
        calls = list(_CALL.finditer(source.bare, function.body, function.end))
        if not calls or not _has_device(source, function):
            continue
        runs: list[list[re.Match[str]]] = []
        for call in calls:
            if runs and call.start() - runs[-1][-1].end() < _NEAR:
                runs[-1].append(call)
            else:
                runs.append([call])
        yield from (_place(source, run) for run in runs)


def _place(source: SourceText, run: list[re.Match[str]]) -> Place:
    end = source.bare.find(";", run[-1].end()) + 1 or run[-1].end()
    level = {"warning": "warn", "debug": "dbg"}.get(run[0].group(1), run[0].group(1))
    call = run[0].group().split("(")[0].strip()
    said = f"{call}() does not" if len(run) == 1 else f"{call}() here and {len(run) - 1} more below do not"
    return Place(run[0].start(), end, (("said", said), ("level", level)))


def _has_device(source: SourceText, function: SourceFunction) -> bool:
    """A parameter is a device or holds one, or a local is taken out of one."""
    head = " ".join(source.bare[function.start : function.body].split())
    body = source.bare[function.body : function.end]
    if "__init" in head or "_alloc(" in body:
        return False
    if _DEVICE.search(head):
        return True
    holders = {*_PARAMETER.findall(head), *_LOCAL.findall(body)}
    return any(_holds_device(source.bare, name) for name in holders)


def _holds_device(text: str, name: str) -> bool:
    found = re.search(rf"\bstruct\s+{name}\s*\{{(.*?)^\}}", text, re.DOTALL | re.MULTILINE)
    return found is not None and _DEVICE.search(re.sub(r"\s+", " ", found.group(1))) is not None


def _code(call: str, head: str = "static int f(struct device *dev, int ret)") -> str:
    return f"struct foo {{\n\tstruct device *dev;\n\tint n;\n}};\n\n{head}\n{{\n{call}\n\treturn ret;\n}}\n"


RULE = Rule(
    id="pr-in-driver",
    title="message that does not say of which device",
    why="dev_err() and its like name the device and its driver; pr_err() leaves open which of several it was.",
    known_problems="A device that is not registered has no name to print; an old driver may use pr_err() throughout.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    raised_by=(r"\b(?:dev|netdev|hid)_(?:err|warn|info|dbg|notice|crit)\w*",),
    patterns=(Seek(("pr_",), _prints, ("said", "level")),),
    message="{said} say which device this is about; would dev_{level}() (dev_err_probe() in probe) do?",
    references=("Documentation/process/coding-style.rst", "include/linux/dev_printk.h"),
    measured="19 of 22 right, drivers/hwmon, iio, leds, input, platform and mfd of 7.2, 2026-11",
    examples=(
        Example("parameter", _code('\tpr_err("failed\\n"); //~')),
        Example("holder", _code('\tpr_warn_once("odd\\n"); //~', "static int f(struct foo *foo, int ret)")),
        Example(
            "taken-out-of-another",
            _code('\tstruct foo *foo = iio_priv(p);\n\n\tpr_debug("odd\\n"); //~', "static int f(void *p, int ret)"),
        ),
        Example("two-close-together", _code('\tif (ret)\n\t\tpr_err("a\\n"); //~\n\telse\n\t\tpr_err("b\\n");')),
        Example("no-device", _code('\tpr_err("failed\\n");', "static int f(int ret)")),
        Example("holder-of-none", _code('\tpr_err("failed\\n");', "static int f(struct bar *bar, int ret)")),
        Example("initialisation", _code('\tpr_err("failed\\n");', "static int __init f(struct device *dev, int ret)")),
        Example("being-made", _code('\tdev = foo_alloc(ret);\n\tpr_err("failed\\n");')),
        Example("no-driver", _code('\tpr_err("failed\\n");'), path="kernel/example.c"),
        Example("drivers-core", _code('\tpr_err("failed\\n");'), path="drivers/base/example.c"),
    ),
)
