# SPDX-License-Identifier: GPL-2.0-or-later
"""Report what a probe function takes by hand where the tree has a managed function for it."""

import re
from collections.abc import Iterable

from reviewbot.rule import (
    Advice,
    Category,
    Confidence,
    Example,
    Place,
    Rule,
    Seek,
    Site,
    SourceFunction,
    SourceText,
    closing,
)

_CALL = re.compile(r"(?<![\w.>])(?!devm_)([a-z]\w*)\s*\(")
_UNDO = re.compile(
    r"unregister|deregister|free|release|remove|destroy|disable|cleanup|delete|(?:^|_)put(?:_|$)|unmap|exit|del_"
)
_TAKES = re.compile(
    r"register|(?:^|_)(?:add|get|setup|init|create|enable|request|allocate|alloc|populate|map)(?:_|$)|ioremap|request_"
)
_NEVER = re.compile(
    r"^(?:k[vmz]?\w*alloc|mutex_init|clk_get_|clk_enable|get_|pm_runtime_get|device_add_group|device_register$|bitmap_)"
)
_OTHER = {
    "of_clk_add_provider": "devm_of_clk_add_hw_provider",
    "clk_register": "devm_clk_hw_register",
    "hwmon_device_register_with_groups": "devm_hwmon_device_register_with_info",
}
_LISTED = "Documentation/driver-api/driver-model/devres.rst"
_NOT_THERE = ("drivers/base/", "drivers/gpu/", "sound/core/", "sound/pci/")


def _find(source: SourceText) -> Iterable[Place]:
    """The calls in probe functions, and in the static functions that probe functions call, that take something."""
    if not source.path.startswith(("drivers/", "sound/")) or source.path.startswith(_NOT_THERE):
        return
    for function in _probing(source):
        body = source.bare[function.body : function.end]
        actions = _actions(source, body)
        for call in _CALL.finditer(body):
            name = call.group(1)
            put = re.search(rf"\b{name.split('_get')[0]}_put\s*\(", body) if "_get" in name else None
            if _TAKES.search(name) and not (
                _UNDO.search(name) or _NEVER.search(name) or put or _in_order(name, actions)
            ):
                start = function.body + call.start()
                undo = re.search(rf"\b{name.replace('allocate', 'free')}\s*\(", source.bare[start + 1 : function.end])
                last = start + 1 + undo.start() if undo and "allocate" in name else start
                yield Place(start, closing(source.bare, source.bare.index("(", last)), (("f", name),))


def _actions(source: SourceText, body: str) -> list[list[str]]:
    """What the device-managed actions that a function adds undo: the names of the functions that they call."""
    added = set(re.findall(r"\bdevm_add_action\w*\s*\([^,;]*,\s*(\w+)", body))
    texts = [source.bare[f.body : f.end] for f in source.functions if f.name in added]
    return [[name for name in _CALL.findall(text) if _UNDO.search(name)] for text in texts]


def _in_order(name: str, actions: list[list[str]]) -> bool:
    """True if an action undoes a call together with something else, which the order of the two depends on."""
    taking = _TAKES.search(name)
    stem = name[: taking.start()] if taking else name
    own = [[one.startswith(stem) for one in action] for action in actions]
    return bool(stem) and any(any(each) and not all(each) for each in own)


def _probing(source: SourceText) -> list[SourceFunction]:
    """The probe functions, and those that only these and the like call."""
    heads = {f.name: source.bare[f.start : f.body] for f in source.functions}
    found = {f.name for f in source.functions if re.search(r"(?:^|_)probe\d*$", f.name)}
    static = {name for name, head in heads.items() if re.search(r"\bstatic\b", head)}
    called: dict[str, set[str]] = {name: set() for name in static}
    for function in source.functions:
        for name in set(re.findall(r"\w+", source.bare[function.body : function.end])) & static:
            called[name].add(function.name)
    for _ in range(3):
        found |= {name for name, owners in called.items() if owners and owners - {name} <= found}
    found = {name for name in found if not re.search(r"\b__init\b", heads[name])}
    return [f for f in source.functions if f.name in found]


def _advice(site: Site) -> Advice | None:
    """The managed function stands in the list of them, or in a header that the file includes."""
    text, name = site.file_text(), site.text("f")
    twin = _OTHER.get(name, f"devm_{name}")
    headers = tuple(f"include/{path}" for path in re.findall(r"^#\s*include\s*<([\w./-]+)>", text, re.MULTILINE))
    near = ("include/linux/device.h", "include/linux/device/devres.h", _LISTED)
    return Advice(twin) if site.declares(twin, headers + near) else None


_TREE = {"include/linux/foo.h": "foo_register devm_foo_register foo_get_name devm_foo_unregister"}
_HEADERS = "#include <linux/foo.h>\n"


def _driver(body: str, name: str = "bar_probe", kind: str = "static int", more: str = "") -> str:
    return (
        f"{_HEADERS}{kind} {name}(struct platform_device *pdev)\n{{\n\tstruct bar *bar = pdev->bar;\n\tint ret;\n\n"
        f"{body}\treturn 0;\n}}\n{more}"
    )


_CALLER = "static int bar_probe(struct platform_device *pdev)\n{\n\treturn bar_setup(pdev);\n}\n"

RULE = Rule(
    id="devm-twin",
    title="taken by hand where a managed function exists",
    why=(
        "What a devm_ function takes is given back when the probe fails and when the device goes, in the right order "
        "and without a line in remove() or an error path."
    ),
    known_problems=(
        "Nothing tells that the object has to outlive the device, or has to be given back before something that is not "
        "managed; in old drivers that manage nothing it is one remark of many."
    ),
    category=Category.API,
    confidence=Confidence.MODERATE,
    raised_by=(r"\bdevm_\w+",),
    patterns=(
        Seek(("register", "request", "add", "get", "setup", "init", "create", "enable", "alloc", "map"), _find, ("f",)),
    ),
    advice=_advice,
    message="the tree has {helper}(), which undoes this by itself; can it be used here?",
    references=(_LISTED,),
    measured="36 of 40 right, drivers/{hwmon,iio,leds,gpio,rtc,power/supply,platform} of 7.2, 2026-11",
    examples=(
        Example("probe", _driver("\tret = foo_register(bar->foo, pdev); //~\n"), headers=_TREE),
        Example(
            "helper-of-probe", _driver("\tret = foo_register(bar); //~\n", "bar_setup", more=_CALLER), headers=_TREE
        ),
        Example(
            "clock-provider",
            _driver("\tret = of_clk_add_provider(np, get, bar->clk); //~\n"),
            headers={"include/linux/foo.h": "devm_of_clk_add_hw_provider"},
        ),
        Example(
            "of-the-list",
            _driver("\tbar->input = input_allocate_device(); //~\n"),
            headers={_LISTED: "  devm_input_allocate_device()\n"},
        ),
        Example(
            "groups", _driver("\tdevice_add_groups(dev, groups);\n"), headers={_LISTED: "devm_device_add_groups()\n"}
        ),
        Example(
            "for-a-moment",
            _driver("\tcell = foo_get(&pdev->dev);\n\tread(cell);\n\tfoo_put(cell);\n"),
            headers={"include/linux/foo.h": "devm_foo_get"},
        ),
        Example(
            "undone-by-an-action-of-several",
            "static void bar_stop(void *bar)\n{\n\tfoo_unregister(bar);\n\tclk_disable(bar->clk);\n}\n"
            + _driver("\tret = foo_register(bar);\n\tret = devm_add_action_or_reset(dev, bar_stop, bar);\n"),
            headers=_TREE,
        ),
        Example(
            "undone-by-an-action-of-its-own",
            "static void bar_stop(void *bar)\n{\n\tfoo_unregister(bar);\n}\n"
            + _driver("\tret = foo_register(bar); //~\n\tret = devm_add_action_or_reset(dev, bar_stop, bar);\n"),
            headers=_TREE,
        ),
        Example("managed", _driver("\tret = devm_foo_register(bar->foo, pdev);\n"), headers=_TREE),
        Example("no-twin", _driver("\tname = foo_get_name(bar->foo);\n"), headers=_TREE),
        Example("undone", _driver("\tfoo_unregister(bar->foo);\n"), headers=_TREE),
        Example("not-in-probe", _driver("\tret = foo_register(bar->foo);\n", "bar_open"), headers=_TREE),
        Example(
            "helper-of-others-too",
            _driver(
                "\tret = foo_register(bar);\n",
                "bar_setup",
                more=_CALLER + "static int bar_open(struct bar *bar)\n{\n\treturn bar_setup(bar->pdev);\n}\n",
            ),
            headers=_TREE,
        ),
        Example("module", _driver("\tret = foo_register(bar);\n", kind="static int __init"), headers=_TREE),
        Example("not-a-driver", _driver("\tret = foo_register(bar);\n"), headers=_TREE, path="net/bar.c"),
    ),
)
