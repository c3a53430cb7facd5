# SPDX-License-Identifier: GPL-2.0-or-later
"""Report limits that a hwmon driver refuses or cuts off in place of clamping them."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceFunction, SourceText

_VALUE = re.compile(r"\b(?:unsigned )?long (\w+)\s*[,)]")
_SMALL = re.compile(r"\b(?:u8|u16|u32|int|unsigned int) (\w*(?:val|volt|temp|limit|curr|power|speed)\w*)\s*[,)]")
_DISCRETE = re.compile(
    r"enable|mode|auto|channels|interval|_div|beep|reset|pwm|type|fault|alarm|label|pulses|samples", re.I
)
_LITTLE = re.compile(r"[<>]=?\s?[0-9]$|[<>]=?\s?(?:[1-9]|1[0-6])\s?$")
_BOUNDED = r"(?:clamp|min|max)\w*\([^;]*\b{0}\b|\bif\s?\([^;{{}}]*\b{0}\b\s?[<>]"
_BEYOND = r"{0}\s?(?:<=?|>=?)\s?[^;{{}}|&()]{{1,60}}?"
_REFUSED = rf"if\s?\(\s?({_BEYOND}(?:\s?\|\|\s*{_BEYOND})?)\)\s*\{{{{?\s*return\s-E(?:INVAL|RANGE);"


def _limits(source: SourceText) -> Iterator[Place]:
    """Functions that write a limit, by name."""
    if not source.path.startswith("drivers/hwmon/"):
        return
    for function in source.functions:
        named = re.search(r"write|set|store", function.name) and not re.search(r"cur_state", function.name)
        if named and not _DISCRETE.search(function.name):
            yield from _in_function(source, function)


def _in_function(source: SourceText, function: SourceFunction) -> Iterator[Place]:
    head, body = source.bare[function.start : function.body], source.bare[function.body : function.end]
    wide = _VALUE.findall(head)
    for name in [*wide, *_SMALL.findall(head)]:
        if name in wide and not re.search(
            rf"clamp\w*\([^;]*\b{name}\b|(?:min|max)\w*\([^;]*\b{name}\b|\bif\s?\([^;{{}}]*\b{name}\b\s?[<>]", body
        ):
            for found in re.finditer(rf"\((?:u8|u16|s8|s16)\)\s?\(?{name}\b|\b(?:u8|u16|s8|s16) \w+ = {name};", body):
                start = function.body + found.start()
                yield Place(start, start + len(found.group()), (("x", name), ("fact", f"cuts `{name}` off")))
        for found in re.finditer(_REFUSED.format(name), body):
            case = re.findall(r"\bcase (\w+)", body[: found.start()])
            if (case and _DISCRETE.search(case[-1])) or not _is_range(found.group(1), name in wide):
                continue
            start = function.body + found.start()
            yield Place(start, start + len(found.group()), (("x", name), ("fact", f"refuses `{name}`")))


def _is_range(condition: str, wide: bool) -> bool:  # noqa: FBT001
    """A range of a physical value; small numbers are choices."""
    if wide:
        return _LITTLE.search(condition.strip()) is None or condition.strip().endswith("<= 0")
    return re.search(r"MIN|LOW", condition) is not None and re.search(r"MAX|HIGH", condition) is not None


def _code(body: str, kind: str = "long", name: str = "foo_write") -> str:
    return (
        f"static int {name}(struct device *dev, u32 attr, {kind} val)\n{{\n\tswitch (attr) {{\n"
        f"\tcase hwmon_in_min:\n{body}\n\t}}\n\treturn put(dev, val);\n}}\n"
    )


_PATH = "drivers/hwmon/example.c"

RULE = Rule(
    id="hwmon-clamp",
    title="limit that is not clamped",
    why="User space cannot know the range of a chip's limits, so hwmon drivers write the nearest value that it takes.",
    known_problems="A value that is a choice and not a quantity is known by its name and by small bounds only.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"\bclamp",
        r"(?:over|under)flow",
    ),
    patterns=(Seek(("long ", "u16 ", "u8 ", "u32 ", "int "), _limits, ("x", "fact")),),
    message="this {fact}, where hwmon drivers take the nearest; would clamp_val({x}, ...) (or clamp()) do?",
    references=("Documentation/hwmon/sysfs-interface.rst", "include/linux/minmax.h"),
    nursery=True,
    examples=(
        Example("refused", _code("\t\tif (val < 0 || val > 65535) //~\n\t\t\treturn -EINVAL;"), path=_PATH),
        Example("not-positive", _code("\t\tif (val <= 0) //~\n\t\t\treturn -EINVAL;"), path=_PATH),
        Example("cut-off", _code("\t\tu16 v = val; //~\n\n\t\tput(dev, v);"), path=_PATH),
        Example(
            "named-bounds",
            _code("\t\tif (val < FOO_MIN || val > FOO_MAX) //~\n\t\t\treturn -EINVAL;", "u32"),
            path=_PATH,
        ),
        Example("clamped", _code("\t\tu16 v;\n\n\t\tval = clamp_val(val, 0, 9);\n\t\tv = (u16)val;"), path=_PATH),
        Example("choice", _code("\t\tif (val < 0 || val > 3)\n\t\t\treturn -EINVAL;"), path=_PATH),
        Example(
            "mode",
            _code("\t\tif (val < 0 || val > 255)\n\t\t\treturn -EINVAL;").replace("in_min", "pwm_enable"),
            path=_PATH,
        ),
        Example(
            "reading", _code("\t\tif (val < 0 || val > 65535)\n\t\t\treturn -EINVAL;", name="foo_read"), path=_PATH
        ),
        Example("other-subsystem", _code("\t\tif (val < 0 || val > 65535)\n\t\t\treturn -EINVAL;")),
    ),
)
