# SPDX-License-Identifier: GPL-2.0-or-later
"""Report entries of an i2c id table that name no member, in folders where all others do."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, Site, SourceText

_TABLE = re.compile(r"\bstruct\s+i2c_device_id\s+\w+\s*\[\s*\]\s*=\s*(\{\s*\{\s*\"[^\"]*\")")
_TURNED = re.compile(r"drivers/(?:hwmon|iio|leds|media|input|net|power|rtc|gpio)/")
_SPLIT = ("include/linux/device-id/i2c.h",)


def _find(source: SourceText) -> Iterator[Place]:
    if _TURNED.match(source.path):
        for found in _TABLE.finditer(source.text):
            yield Place(found.start(), found.end())


def _where(site: Site) -> bool:
    return site.declares("i2c_device_id", _SPLIT)


def _table(entry: str, mark: str = "") -> str:
    head = f"static const struct i2c_device_id a_id[] = {{{mark}"
    return f"{head}\n\t{entry},\n\t{{ }}\n}};\n\nint f(void)\n{{\n\treturn g(a_id);\n}}\n"


_TREE = {"include/linux/device-id/i2c.h": "struct i2c_device_id {};\n"}
_PATH = "drivers/iio/a.c"

RULE = Rule(
    id="i2c-id-name",
    title="i2c id without .name",
    why="The tables were converted to named members, so that struct i2c_device_id can change.",
    known_problems="Which folders were converted is known by their names.",
    category=Category.STYLE,
    confidence=Confidence.HIGH,
    raised_by=(
        r"\.name\s*=",
        r"named init",
        r"designated",
    ),
    patterns=(Seek(words=("i2c_device_id",), find=_find),),
    where=_where,
    message="other tables here name the members of an i2c_device_id; would `.name = ` and `.driver_data = ` do here?",
    references=("include/linux/device-id/i2c.h", "include/linux/mod_devicetable.h"),
    measured="10 of 10 right, drivers/hwmon and drivers/iio of 7.2, 2026-11",
    examples=(
        Example("name-alone", _table('{ "a" }', " //~"), path=_PATH, headers=_TREE),
        Example("with-data", _table('{ "a", 2 }', " //~"), path="drivers/hwmon/pmbus/a.c", headers=_TREE),
        Example("named", _table('{ .name = "a" }'), path=_PATH, headers=_TREE),
        Example("other-folder", _table('{ "a" }'), path="drivers/mfd/a.c", headers=_TREE),
        Example("older-tree", _table('{ "a" }'), path=_PATH),
    ),
)
