# SPDX-License-Identifier: GPL-2.0-or-later
"""Report an #ifdef around suspend and resume functions."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_HEADERS = ("include/linux/pm.h",)
_IF = re.compile(
    r"^[ \t]*#[ \t]*if(?:def[ \t]+|[ \t]+defined[ \t]*\(?[ \t]*)(CONFIG_PM(?:_SLEEP)?)\b[^\n]*$", re.MULTILINE
)
_END = re.compile(r"^[ \t]*#[ \t]*(?:endif|else|elif|if)", re.MULTILINE)
_CALLBACK = re.compile(r"^static\s+int\s+(?:__maybe_unused\s+)?(\w*(?:suspend|resume)\w*)\s*\(", re.MULTILINE)


def _conditions(source: SourceText) -> Iterator[Place]:
    """What the condition holds must be functions for a driver's table."""
    if not source.path.startswith(("drivers/", "sound/")):
        return
    for found in _IF.finditer(source.bare):
        end = _END.search(source.bare, found.end())
        names = _CALLBACK.findall(source.bare, found.end(), end.start() if end else found.end())
        if names:
            name = "pm_sleep_ptr()" if found.group(1).endswith("SLEEP") else "pm_ptr()"
            yield Place(found.start(), found.end(), (("name", name), ("f", names[0])))


def _code(condition: str, name: str = "foo_suspend") -> str:
    function = f"static int {name}(struct device *dev)\n{{\n\treturn 0;\n}}"
    return f"{condition}\n{function}\n#endif\n\nint f(void)\n{{\n\treturn 0;\n}}\n"


_TREE = {"include/linux/pm.h": "pm_ptr pm_sleep_ptr"}

RULE = Rule(
    id="pm-ptr",
    title="#ifdef around suspend and resume",
    why="With pm_ptr() the compiler sees the functions in each configuration, and drops them where they are not used.",
    known_problems="Functions that use what exists under the condition only have to stay in it.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"pm_(?:sleep_)?ptr",
        r"DEFINE_SIMPLE_DEV_PM",
    ),
    patterns=(Seek(("CONFIG_PM",), _conditions, ("name", "f")),),
    message="{name} drops `{f}` where it is not used; would that (as pm_ptr()) do without the #ifdef?",
    needs={"pm_ptr": _HEADERS},
    references=_HEADERS,
    measured="10 of 10 right as to new code, drivers/iio, power, rtc, spi and video/backlight of 7.2, 2026-11",
    examples=(
        Example("sleep", _code("#ifdef CONFIG_PM_SLEEP //~"), headers=_TREE),
        Example("any", _code("#if defined(CONFIG_PM) //~", "foo_runtime_resume"), headers=_TREE),
        Example("something-else", _code("#ifdef CONFIG_PM", "foo_setup"), headers=_TREE),
        Example("another-option", _code("#ifdef CONFIG_OF"), headers=_TREE),
        Example("core", _code("#ifdef CONFIG_PM_SLEEP"), headers=_TREE, path="kernel/power/example.c"),
        Example("not-in-the-tree", _code("#ifdef CONFIG_PM_SLEEP")),
    ),
)
