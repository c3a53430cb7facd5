# SPDX-License-Identifier: GPL-2.0-or-later
"""Report sprintf() and its like into the buffer of a sysfs show() function."""

import re

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_SHOW = re.compile(
    r"\b(?:struct\s+\w*(?:attribute|kobject)\b|struct\s+class\b|struct\s+device_driver\b|struct\s+bus_type\b)"
)
# the signature of a show() says so whatever the function is called: x_available(), get_x()
_ATTRIBUTE = re.compile(r"\bstruct\s+(?:device|kobj)_attribute\s*\*")
_PRINT = re.compile(r"(sprintf|snprintf|scnprintf)\s*\((.*)\)\s*", re.DOTALL)


def _is_show(site: Site) -> bool:
    """A function that takes an attribute and a buffer, or is called show, and prints to its own last parameter."""
    head = site.function_text().partition("{")[0]
    buffer = site.text("b")
    last = re.search(r"char\s*\*\s*(\w+)\s*\)\s*$", head)
    is_show = _ATTRIBUTE.search(head) or ("show" in site.match.function and _SHOW.search(head))
    return bool(is_show) and last is not None and last.group(1) == buffer


def _advice(site: Site) -> Advice:
    at = site.match.alternative >= _FIRST_AT
    helper = "sysfs_emit_at" if at else "sysfs_emit"
    found = _PRINT.search(site.code())
    rest = found.group(2).strip() if found else ""
    skipped = 2 if found and found.group(1) != "sprintf" else 1
    for _ in range(skipped):
        rest = _after_comma(rest)
    place = f"{site.text('b')}, {site.text('l')}" if at else site.text("b")
    return Advice(helper, f"{helper}({place}, {' '.join(rest.split())})" if rest else None)


def _after_comma(text: str) -> str:
    depth = 0
    for index, char in enumerate(text):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            return text[index + 1 :]
    return ""


_PATTERNS = (
    "sprintf($b, ...)",
    "snprintf($b, $s, ...)",
    "scnprintf($b, $s, ...)",
    "sprintf($b + $l, ...)",
    "snprintf($b + $l, $s, ...)",
    "scnprintf($b + $l, $s, ...)",
)
_FIRST_AT = 3


def _show(statement: str, name: str = "x_show", buffer: str = "buf") -> str:
    head = f"static ssize_t {name}(struct device *dev, struct device_attribute *attr, char *{buffer})"
    return f"{head}\n{{\n\tint len = 0, v = g(dev);\n\n\t{statement}\n\treturn len;\n}}\n"


_TREE = {
    "include/linux/sysfs.h": "int sysfs_emit(char *buf, const char *fmt, ...);\nint sysfs_emit_at(char *buf, int at);\n"
}

RULE = Rule(
    id="sysfs-emit",
    title="sprintf() in a sysfs show() function",
    why="sysfs_emit() knows that the buffer is one page, cannot overrun it, and warns when it is another one.",
    known_problems="A function with the signature of a show() that is no sysfs callback is reported, too.",
    category=Category.API,
    confidence=Confidence.HIGH,
    patterns=_PATTERNS,
    where=_is_show,
    advice=_advice,
    message="a show() function prints to sysfs; would {helper}() do?",
    needs={"sysfs_emit": ("include/linux/sysfs.h",)},
    references=("Documentation/filesystems/sysfs.rst", "include/linux/sysfs.h"),
    examples=(
        Example(
            "sprintf",
            _show('return sprintf(buf, "%d\\n", v); //~'),
            headers=_TREE,
            suggestion='sysfs_emit(buf, "%d\\n", v)',
        ),
        Example(
            "snprintf",
            _show('return snprintf(buf, PAGE_SIZE, "%d\\n", g(1, 2)); //~'),
            headers=_TREE,
            suggestion='sysfs_emit(buf, "%d\\n", g(1, 2))',
        ),
        Example(
            "scnprintf",
            _show('len = scnprintf(buf, PAGE_SIZE, "%d\\n", v); //~'),
            headers=_TREE,
            suggestion='sysfs_emit(buf, "%d\\n", v)',
        ),
        Example(
            "appended-sprintf",
            _show('len += sprintf(buf + len, "%d ", v); //~'),
            headers=_TREE,
            suggestion='sysfs_emit_at(buf, len, "%d ", v)',
        ),
        Example(
            "appended-snprintf",
            _show('len += snprintf(buf + len, PAGE_SIZE - len, "%d ", v); //~'),
            headers=_TREE,
            suggestion='sysfs_emit_at(buf, len, "%d ", v)',
        ),
        Example(
            "appended-scnprintf",
            _show('len += scnprintf(buf + len, PAGE_SIZE - len, "%d ", v); //~'),
            headers=_TREE,
            suggestion='sysfs_emit_at(buf, len, "%d ", v)',
        ),
        Example("other-buffer", _show('sprintf(name, "%d", v);'), headers=_TREE),
        Example(
            "any-name",
            _show('return sprintf(buf, "%d\\n", v); //~', name="x_available"),
            headers=_TREE,
            suggestion='sysfs_emit(buf, "%d\\n", v)',
        ),
        Example(
            "class-show",
            'static ssize_t x_show(struct class *c, char *buf)\n{\n\treturn sprintf(buf, "x"); //~\n}\n',
            headers=_TREE,
        ),
        Example(
            "not-a-show",
            'static ssize_t x_read(struct class *c, char *buf)\n{\n\treturn sprintf(buf, "x");\n}\n',
            headers=_TREE,
        ),
        Example("already", _show('return sysfs_emit(buf, "%d\\n", v);'), headers=_TREE),
        Example(
            "seq-file",
            'static int x_show(struct seq_file *m, char *buf)\n{\n\treturn sprintf(buf, "x");\n}\n',
            headers=_TREE,
        ),
        Example("not-in-the-tree", _show('return sprintf(buf, "%d\\n", v);')),
    ),
)
