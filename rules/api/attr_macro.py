# SPDX-License-Identifier: GPL-2.0-or-later
"""Report attributes that spell mode and functions out, and groups of attributes that a macro defines."""

import re
from collections.abc import Iterator

from reviewbot.rule import Advice, Category, Confidence, Example, Place, Rule, Seek, Site, SourceText

_HEADERS = ("include/linux/device.h", "include/linux/iio/sysfs.h", "include/linux/sysfs.h")
_MACRO = r"\b(IIO_DEVICE_ATTR|DEVICE_ATTR|DRIVER_ATTR|BUS_ATTR|CLASS_ATTR)"
_ATTRIBUTE = re.compile(_MACRO + r"\s?\(\s?(\w+),\s*([\w| ]+?),\s*(\w+),\s*(\w+)(?:,\s*[^()]*)?\s?\)")
_GROUPS = re.compile(
    r"\bstatic\s+const\s+struct\s+attribute_group\s*\*\s*(?:const\s+)?(\w+)_groups\[\]\s*=\s*\{\s*&(\w+)\s*,\s*NULL\s*,?\s*\}\s*;"
)
_MODES = {
    "0444": "RO",
    "S_IRUGO": "RO",
    "0644": "RW",
    "S_IRUGO|S_IWUSR": "RW",
    "S_IWUSR|S_IRUGO": "RW",
    "0200": "WO",
    "S_IWUSR": "WO",
}


def _attributes(source: SourceText) -> Iterator[Place]:
    """Functions must belong to the attribute: they hold its name, and serve no other."""
    for found in _ATTRIBUTE.finditer(source.bare):
        macro, name, mode, show, store = found.groups()
        kind = _MODES.get(mode.replace(" ", ""))
        given = {"RO": store == "NULL", "WO": show == "NULL", "RW": "NULL" not in (show, store)}
        used = [function for function in (show, store) if function != "NULL"]
        own = all(name in function and _uses(source.bare, function) <= _DEFINED_AND_USED for function in used)
        line = source.bare[source.bare.rfind("\n", 0, found.start()) + 1 : found.start()]
        if kind and given[kind] and own and "#" not in line:
            yield Place(found.start(), found.end(), (("name", f"{macro}_{kind}"), ("what", name)))


def _groups(source: SourceText) -> Iterator[Place]:
    """A list of one group, which has attributes and nothing else."""
    for found in _GROUPS.finditer(source.bare):
        group = re.search(rf"struct\s+attribute_group\s+{found.group(2)}\s*=\s*\{{([^{{}}]*)\}}", source.bare)
        plain = group is not None and re.findall(r"\.(\w+)\s*=", group.group(1)) == ["attrs"]
        if group is not None and found.group(2) == f"{found.group(1)}_group":
            name = "ATTRIBUTE_GROUPS" if plain else "__ATTRIBUTE_GROUPS"
            yield Place(found.start(), found.end(), (("name", name), ("what", found.group(1))))


_DEFINED_AND_USED = 2


def _uses(text: str, function: str) -> int:
    return len(re.findall(rf"\b{function}\b", text))


def _advice(site: Site) -> Advice | None:
    name = site.text("name")
    return Advice(name) if site.declares(name, _HEADERS) else None


def _code(text: str, name: str = "speed") -> str:
    functions = "".join(
        f"static ssize_t {name}_{kind}(struct device *dev)\n{{\n\treturn 0;\n}}\n\n" for kind in ("show", "store")
    )
    return f"{functions}{text}\n"


_GROUP = "static const struct attribute_group a_group = {\n\t.attrs = a_attrs,\n};\n"
_LIST = "static const struct attribute_group *a_groups[] = { //~\n\t&a_group,\n\tNULL,\n};"
_TREE = {
    "include/linux/device.h": "DEVICE_ATTR_RO DEVICE_ATTR_RW DEVICE_ATTR_WO",
    "include/linux/iio/sysfs.h": "IIO_DEVICE_ATTR_RO IIO_DEVICE_ATTR_RW",
    "include/linux/sysfs.h": "ATTRIBUTE_GROUPS __ATTRIBUTE_GROUPS",
}

RULE = Rule(
    id="attr-macro",
    title="attribute with mode and functions spelt out",
    why="The shorter macros tie mode and names of the functions to the attribute, so that they cannot disagree.",
    known_problems="The functions have to be renamed for it, to the attribute's name and _show or _store.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    raised_by=(r"DEVICE_ATTR(?:_2)?_[RW]",),
    patterns=(Seek(("_ATTR",), _attributes, ("name", "what")), Seek(("attribute_group",), _groups, ("name", "what"))),
    advice=_advice,
    message="the macro {name}() says all of this; would it do for {what}?",
    references=("include/linux/device.h", "include/linux/sysfs.h", "include/linux/iio/sysfs.h"),
    measured="19 of 20 right, drivers/hwmon, iio and leds of 7.2, 2026-11",
    examples=(
        Example("read-only", _code("DEVICE_ATTR(speed, 0444, speed_show, NULL); //~"), headers=_TREE),
        Example("both", _code("IIO_DEVICE_ATTR(speed, 0644, speed_show, speed_store, 0); //~"), headers=_TREE),
        Example("write-only", _code("DEVICE_ATTR(speed, S_IWUSR, NULL, speed_store); //~"), headers=_TREE),
        Example("group", _code(_GROUP + _LIST), headers=_TREE),
        Example(
            "group-with-more", _code(_GROUP.replace(".attrs", ".is_visible = v,\n\t.attrs") + _LIST), headers=_TREE
        ),
        Example(
            "two-groups", _code(_GROUP + _LIST.replace(" //~", "").replace("NULL", "&b_group,\n\tNULL")), headers=_TREE
        ),
        Example("another-mode", _code("DEVICE_ATTR(speed, 0400, speed_show, NULL);"), headers=_TREE),
        Example("mode-without-its-function", _code("DEVICE_ATTR(speed, 0644, speed_show, NULL);"), headers=_TREE),
        Example(
            "shared-function",
            _code("DEVICE_ATTR(speed, 0444, speed_show, NULL);\nDEVICE_ATTR(speed1, 0444, speed_show, NULL);"),
            headers=_TREE,
        ),
        Example("not-in-the-tree", _code("DEVICE_ATTR(speed, 0444, speed_show, NULL);")),
    ),
)
