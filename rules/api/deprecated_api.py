# SPDX-License-Identifier: GPL-2.0-or-later
"""Report calls that the tree itself calls deprecated."""

import re
from collections.abc import Iterator

from reviewbot.rule import Advice, Category, Confidence, Example, Place, Rule, Seek, Site, SourceText

_NEW = {
    "SIMPLE_DEV_PM_OPS": ("DEFINE_SIMPLE_DEV_PM_OPS", "include/linux/pm.h"),
    "UNIVERSAL_DEV_PM_OPS": ("DEFINE_RUNTIME_DEV_PM_OPS", "include/linux/pm_runtime.h"),
    "SET_SYSTEM_SLEEP_PM_OPS": ("SYSTEM_SLEEP_PM_OPS", "include/linux/pm.h"),
    "SET_RUNTIME_PM_OPS": ("RUNTIME_PM_OPS", "include/linux/pm.h"),
    "strlcpy": ("strscpy", "include/linux/string.h"),
    "strncpy": ("strscpy", "include/linux/string.h"),
    "create_singlethread_workqueue": ("alloc_ordered_workqueue", "include/linux/workqueue.h"),
    "create_workqueue": ("alloc_workqueue", "include/linux/workqueue.h"),
    "irq_set_affinity_hint": ("irq_set_affinity_and_hint", "include/linux/interrupt.h"),
    "simple_strtoul": ("kstrtoul", "include/linux/kstrtox.h"),
    "simple_strtol": ("kstrtol", "include/linux/kstrtox.h"),
}
_CALL = re.compile(rf"(?<![\w.>])({'|'.join(_NEW)})\s?\(")


def _calls(source: SourceText) -> Iterator[Place]:
    if not source.path.startswith(("drivers/", "sound/", "net/", "mm/", "fs/", "kernel/", "block/")):
        return
    for found in _CALL.finditer(source.bare):
        line = source.bare[source.bare.rfind("\n", 0, found.start()) + 1 : found.start()]
        if not line.lstrip().startswith("#"):
            yield Place(found.start(), found.end(), (("old", found.group(1)),))


def _advice(site: Site) -> Advice | None:
    new, header = _NEW[site.text("old")]
    return Advice(new) if site.declares(new, (header, "include/linux/kernel.h")) else None


def _code(call: str, before: str = "") -> str:
    return f"{before}\nvoid f(char *a, const char *b)\n{{\n\t{call}\n}}\n"


_TREE = {"include/linux/string.h": "strscpy", "include/linux/pm.h": "DEFINE_SIMPLE_DEV_PM_OPS"}

RULE = Rule(
    id="deprecated-api",
    title="deprecated call",
    why="The tree has a better call, and is being cleared of this one.",
    known_problems="strncpy() for a field that is padded and has no end is right, and wants strtomem_pad() rather.",
    category=Category.API,
    confidence=Confidence.HIGH,
    patterns=(Seek(tuple(_NEW), _calls, ("old",)),),
    advice=_advice,
    message="the tree has {helper}() where {old}() is deprecated; would it do?",
    references=("Documentation/process/deprecated.rst", "include/linux/pm.h", "include/linux/workqueue.h"),
    measured="10 of 10 right as to new code, drivers/input, media, net, platform, rtc and spi of 7.2, 2026-11",
    examples=(
        Example("string", _code("strncpy(a, b, 4); //~"), headers=_TREE),
        Example("table", _code("g();", "SIMPLE_DEV_PM_OPS(a, b, c); //~\n"), headers=_TREE),
        Example("new", _code("strscpy(a, b);"), headers=_TREE),
        Example("defined", _code("g();", "#define copy(a, b) strncpy(a, b, 4)\n"), headers=_TREE),
        Example("member", _code("ops->strncpy(a, b, 4);"), headers=_TREE),
        Example("boot", _code("strncpy(a, b, 4);"), headers=_TREE, path="tools/example.c"),
        Example("not-in-the-tree", _code("strncpy(a, b, 4);")),
    ),
)
