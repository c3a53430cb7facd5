# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a loop that reads, tests and waits until a timeout, as the macros of iopoll.h do."""

import re
from collections.abc import Iterator

from reviewbot.rule import (
    Advice,
    Category,
    Confidence,
    Example,
    Place,
    Rule,
    Seek,
    Site,
    SourceText,
    block_end,
    block_start,
    closing,
)

_DELAYS = ("udelay", "ndelay", "mdelay", "usleep_range", "msleep", "fsleep", "cpu_relax")
_DELAY = re.compile(rf"\b({'|'.join(_DELAYS)})\s*\([^;{{}}]*\)\s*;")
_ATOMIC = frozenset({"udelay", "ndelay", "mdelay", "cpu_relax"})
_READ = re.compile(r"\b((?:\w*_)?(?:read|ioread|get)\w*)\s*\(")
_COUNTS = re.compile(
    r"time_(?:before|after|is_after_jiffies|is_before_jiffies)\w*\s*\(|ktime_(?:before|after|compare)\s*\("
    r"|--\s*\w|\w\s*--|\w\s*\+\+|\+\+\s*\w"
)
_LEAVES = r"(?:break|return\b[^;{}]*|goto\s+\w+)\s*;"
_LEAVE = rf"(?:{_LEAVES}|\{{\s*(?:[^;{{}}]*;\s*)?{_LEAVES}\s*\}})"
_TEST = rf"if\s*\((?:[^();{{}}]|\((?:[^();{{}}]|\([^();{{}}]*\))*\))*\)\s*{_LEAVE}"
_BODY = re.compile(rf"\s*(?:\w[^;{{}}()]*\([^;{{}}]*\)\s*;\s*)?(?:{_TEST}\s*){{0,3}}")


def _find(source: SourceText) -> Iterator[Place]:
    if not source.path.startswith(("drivers/", "sound/")):
        return
    for one in source.functions:
        body = source.bare[one.body : one.end]
        for delay in _DELAY.finditer(body):
            found = _loop(body, delay)
            if found is not None:
                start, end, read = found
                kind = "_atomic" if delay.group(1) in _ATOMIC else ""
                yield Place(one.body + start, one.body + end, (("read", read), ("kind", kind)))


def _loop(body: str, delay: re.Match[str]) -> tuple[int, int, str] | None:
    """The loop around a delay, if it is of that kind: where it starts and ends, and the function that it reads with."""
    start = block_start(body, delay.start())
    if start < 0:
        return None
    end = block_end(body, delay.end())
    inner = body[start + 1 : delay.start()] + body[delay.end() : end]
    head = re.search(r"(?:\bdo|\b(?:while|for)\s*\((?:[^(){}]|\((?:[^(){}]|\([^(){}]*\))*\))*\))\s*\Z", body[:start])
    if head is None or len(_DELAY.findall(inner)) > 0:
        return None
    control, last = head.group(), end + 1
    if control.startswith("do"):
        tail = re.match(r"\s*while\s*\(", body[end + 1 :])
        if tail is None:
            return None
        last = closing(body, end + tail.end())
        control = body[end + 1 : last]
    read = _READ.search(inner) or _READ.search(control)
    if read is None or not _BODY.fullmatch(inner) or re.search(r"&\s*[\w>-]+\[[a-z]|\w\[[a-z]\w*\]\s*=(?!=)", inner):
        return None
    counts = _COUNTS.search(control) or re.search(rf"if\s*\([^{{}};]*(?:{_COUNTS.pattern})", inner)
    asks = re.search(r"\bif\b", inner) or "&&" in control
    return (head.start(), last, read[1]) if counts and asks else None


def _advice(site: Site) -> Advice | None:
    """The macro for the function that reads, as far as the tree has it."""
    read, kind = site.text("read"), site.text("kind")
    for name, header in ((f"{read}_poll_timeout{kind}", _HEADERS), (f"read_poll_timeout{kind}", _HEADERS[:1])):
        if site.declares(name, header):
            return Advice(name)
    return None


def _in(loop: str) -> str:
    declared = "\tunsigned long end = jiffies + HZ;\n\tint ret, tries = 10;\n\tu32 val;\n\n"
    return f"static int foo_wait(struct foo *foo)\n{{\n{declared}{loop}\treturn -ETIMEDOUT;\n}}\n"


_HEADERS = ("include/linux/iopoll.h", "include/linux/regmap.h")
_TREE = {
    "include/linux/iopoll.h": "read_poll_timeout read_poll_timeout_atomic readl_poll_timeout readl_poll_timeout_atomic",
    "include/linux/regmap.h": "regmap_read_poll_timeout",
}
_READL = "\t\tval = readl(foo->base);\n\t\tif (val & 1)\n\t\t\treturn 0;\n"
_DO = f"\tdo {{ //~\n{_READL}\t\tudelay(10);\n\t}} while (--tries);\n"

RULE = Rule(
    id="poll-timeout",
    title="loop that polls until a timeout",
    why="The macros of iopoll.h read once more after the timeout, which loops by hand forget, and name the condition.",
    known_problems="What else happens between two reads, and must, is looked for by the shape of the loop alone.",
    category=Category.API,
    confidence=Confidence.LOW,
    patterns=(Seek(tuple(_DELAYS), _find, ("read", "kind")),),
    advice=_advice,
    message="this loop reads with {read}() until a timeout; would {helper}() do?",
    references=("include/linux/iopoll.h", "include/linux/regmap.h"),
    measured="21 of 22 right before the last excuse, drivers/{hwmon,iio,leds,usb} and sound/soc of 7.2, 2026-11",
    examples=(
        Example("do", _in(_DO), headers=_TREE),
        Example(
            "while",
            _in(f"\twhile (time_before(jiffies, end)) {{ //~\n{_READL}\t\tusleep_range(10, 20);\n\t}}\n"),
            headers=_TREE,
        ),
        Example("for", _in(f"\tfor (ret = 0; ret < 9; ret++) {{ //~\n{_READL}\t\tmsleep(1);\n\t}}\n"), headers=_TREE),
        Example(
            "regmap",
            _in(
                "\tdo { //~\n\t\tret = regmap_read(foo->map, 1, &val);\n\t\tif (ret)\n\t\t\treturn ret;\n"
                "\t\tif (val & 1)\n\t\t\tbreak;\n\t\tfsleep(10);\n\t} while (time_before(jiffies, end));\n"
            ),
            headers=_TREE,
        ),
        Example(
            "own-function",
            _in("\twhile (tries--) { //~\n\t\tif (foo_read(foo) & 1)\n\t\t\tbreak;\n\t\tudelay(1);\n\t}\n"),
            headers=_TREE,
        ),
        Example(
            "test-of-the-time-inside",
            _in(
                "\tfor (;;) { //~\n\t\tval = readl(foo->base);\n\t\tif (val)\n\t\t\tbreak;\n"
                "\t\tif (time_after(jiffies, end))\n\t\t\treturn -EIO;\n\t\tcpu_relax();\n\t}\n"
            ),
            headers=_TREE,
        ),
        Example("no-timeout", _in(_DO.replace("--tries", "true").replace(" //~", "")), headers=_TREE),
        Example(
            "does-more", _in(_DO.replace("\t\tudelay", "\t\tkick(foo);\n\t\tudelay").replace(" //~", "")), headers=_TREE
        ),
        Example(
            "samples",
            _in(
                "\tfor (ret = 0; ret < 9; ret++) {\n\t\tval = foo_read(foo, &foo->v[ret]);\n\t\tif (val)\n"
                "\t\t\treturn 1;\n\t\tmsleep(1);\n\t}\n"
            ),
            headers=_TREE,
        ),
        Example("no-loop", _in("\tif (tries--) {\n" + _READL + "\t\tudelay(10);\n\t}\n"), headers=_TREE),
        Example(
            "writes",
            _in(_DO.replace("val = readl(foo->base)", "writel(1, foo->base)").replace(" //~", "")),
            headers=_TREE,
        ),
        Example(
            "two-delays",
            _in(_DO.replace("\t\tudelay", "\t\tudelay(1);\n\t\tudelay").replace(" //~", "")),
            headers=_TREE,
        ),
        Example("not-in-the-tree", _in(_DO.replace(" //~", ""))),
        Example("no-driver", _in(_DO.replace(" //~", "")), headers=_TREE, path="lib/example.c"),
    ),
)
