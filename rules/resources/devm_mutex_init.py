# SPDX-License-Identifier: GPL-2.0-or-later
"""Report mutex_init() in a driver that manages its resources, where nothing destroys the mutex."""

import re

from reviewbot.rule import Category, Confidence, Example, Rule, Site

_HEADER = "include/linux/mutex.h"


def _never_destroyed(site: Site) -> bool:
    """A driver's function with managed resources, in a file that has no mutex_destroy() of this member."""
    text = site.function_text()
    if not site.match.path.startswith(("drivers/", "sound/")) or re.search(r"\b__init\b", text.split("{")[0]):
        return False
    if not re.search(r"\b(?:devm|pcim)_\w+\(", text) and "probe" not in site.match.function:
        return False
    if re.search(r"\b(?:mutex_destroy|k[vmzc]*alloc\w*|kref_(?:init|get)|refcount_set)\(", text):
        return False  # what is counted, or freed by itself, may live longer than the device
    member = re.escape(re.split(r"->|\.|&", site.text("m"))[-1].strip())
    return not re.search(rf"\bmutex_destroy\s*\([^;]*\b{member}\s*\)", site.file_text())


def _probe(body: str, name: str = "foo_probe") -> str:
    return (
        f"static int {name}(struct platform_device *pdev)\n{{\n\tstruct foo *foo = platform_get_drvdata(pdev);\n\n"
        f"{body}\treturn 0;\n}}\n"
    )


_TREE = {_HEADER: "#define devm_mutex_init(dev, mutex) 0\n"}

RULE = Rule(
    id="devm-mutex-init",
    title="mutex that is initialised and never destroyed",
    why=(
        "With CONFIG_DEBUG_MUTEXES, mutex_destroy() finds a use of the mutex after the device is gone; "
        "devm_mutex_init() calls it at the right time, for one line more."
    ),
    known_problems=(
        "A structure that lives longer than the device, and a mutex that is destroyed in another file of the driver, "
        "are not known."
    ),
    category=Category.API,
    confidence=Confidence.HIGH,
    patterns=("mutex_init($m)",),
    where=_never_destroyed,
    message="nothing destroys this mutex; would devm_mutex_init(), with its result checked, do here?",
    helper="devm_mutex_init",
    needs={"devm_mutex_init": (_HEADER,)},
    references=(_HEADER,),
    measured=(
        "19 of 20 right, drivers/{hwmon,iio,input,leds,gpio} of 7.2; "
        "9 of 9 right, a month of linux-hwmon (7.2), 2026-11"
    ),
    examples=(
        Example(
            "managed",
            _probe("\tfoo->clk = devm_clk_get(&pdev->dev, NULL);\n\tmutex_init(&foo->lock); //~\n", "foo_setup"),
            headers=_TREE,
        ),
        Example("probe", _probe("\tmutex_init(&foo->lock); //~\n"), headers=_TREE),
        Example(
            "another-one-destroyed",
            "static void foo_remove(struct foo *foo)\n{\n\tmutex_destroy(&foo->io_lock);\n}\n"
            + _probe("\tmutex_init(&foo->lock); //~\n\tmutex_init(&foo->io_lock);\n"),
            headers=_TREE,
        ),
        Example("destroyed-on-error", _probe("\tmutex_init(&foo->lock);\n\tmutex_destroy(m);\n"), headers=_TREE),
        Example(
            "freed-by-itself",
            _probe("\tfoo = kzalloc(sizeof(*foo), GFP_KERNEL);\n\tmutex_init(&foo->lock);\n"),
            headers=_TREE,
        ),
        Example(
            "counted",
            _probe("\tmutex_init(&foo->lock);\n\tkref_init(&foo->users);\n\tdevm_add_action(dev, foo_put, foo);\n"),
            headers=_TREE,
        ),
        Example("not-of-a-device", _probe("\tmutex_init(&foo->lock);\n", "foo_open"), headers=_TREE),
        Example(
            "module",
            "static int __init foo_probe(void)\n{\n\tmutex_init(&foo_lock);\n\treturn 0;\n}\n",
            headers=_TREE,
        ),
        Example("not-a-driver", _probe("\tmutex_init(&foo->lock);\n"), headers=_TREE, path="net/foo.c"),
        Example("not-in-the-tree", _probe("\tmutex_init(&foo->lock);\n")),
    ),
)
