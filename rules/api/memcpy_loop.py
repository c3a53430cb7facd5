# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a loop that copies an array element by element."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_SIDE = r"([A-Za-z_][\w.>-]*)\[\1(?:\s*\+\s*[\w.>-]+)?\]"
_HEAD = r"for\s*\(\s*(?:(?:int|size_t|unsigned int|u32|u8)\s+)?(\w+)\s*=\s*0\s*;\s*\1\s*(?:<|!=)\s*[^;&{}]*;"
_LOOP = re.compile(rf"{_HEAD}\s*(?:\1\s*\+\+|\+\+\s*\1)\s*\)\s*(\{{?)\s*{_SIDE}\s*=\s*{_SIDE}\s*;(\s*\}})?")
_DECLARED = r"(?<![\w.>])((?:struct |unsigned )?\w+)\s+(?:__\w+\s+)?(?:\w+(?:\[[^\]]*\])?,\s*)*\**\s*{}\s*(?:\[|[;,)=])"


def _loops(source: SourceText) -> Iterator[Place]:
    """Both sides are arrays of their own, of elements that are not known to differ, in plain memory."""
    for found in _LOOP.finditer(source.bare):
        brace, to, origin, closed = found.groups()[1:]
        around = [f for f in source.functions if f.start <= found.start() < f.end]
        if to == origin or not around or (brace and not closed):
            continue
        body = source.bare[around[0].start : around[0].end]
        types = [_element(body, source.bare, side) for side in (to, origin)]
        if not (all(types) and types[0] != types[1]) and not re.search(r"__iomem|\bvolatile\b", body):
            yield Place(found.start(), found.end(), (("a", to), ("b", origin)))


def _element(body: str, text: str, side: str) -> str:
    """The type of the elements, "" if it is not seen."""
    leaf = re.split(r"->|\.", side)[-1]
    pattern = _DECLARED.format(re.escape(leaf))
    found = re.search(pattern, text if leaf != side else body) or re.search(pattern, text)
    return found.group(1) if found and found.group(1) not in ("return", "else") else ""


def _code(loop: str, mark: str = " //~", types: tuple[str, str] = ("u8", "u8")) -> str:
    head = f"void f(struct a *s, {types[0]} *to, const {types[1]} *from, int n)\n{{\n\tint i;\n\n"
    return f"{head}\tfor (i = 0; i < n; i++){mark}\n\t\t{loop}\n}}\n"


RULE = Rule(
    id="memcpy-loop",
    title="array copied by a loop",
    why="memcpy() says what the loop does in one line, and is faster.",
    known_problems="Elements of members whose types are declared elsewhere are taken to have one size.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    raised_by=(r"\bmemcpy\b",),
    patterns=(Seek(("for (",), _loops, ("a", "b")),),
    message="this loop copies `{b}` to `{a}` as it is; would memcpy() do?",
    references=("include/linux/string.h",),
    measured="19 of 20 right, drivers/hwmon, iio, leds, mfd, input, net/can and net/wireless of 7.2, 2026-11",
    examples=(
        Example("plain", _code("to[i] = from[i];")),
        Example("from-an-offset", _code("to[i] = from[i + 4];")),
        Example("to-an-offset", _code("to[i + n] = from[i];")),
        Example("members", _code("s->data[i] = s->buf->data[i];")),
        Example("wider-elements", _code("to[i] = from[i];", "", ("u32", "u8"))),
        Example("braces", _code("{\n\t\tto[i] = from[i];\n\t\t}")),
        Example("more-in-the-loop", _code("{\n\t\tto[i] = from[i];\n\t\tuse(i);\n\t\t}", "")),
        Example("until-the-last", _code("to[i] = from[i];", "").replace("i < n;", "i < n && from[i];")),
        Example("converted", _code("to[i] = cpu_to_le16(from[i]);", "")),
        Example("moved-within", _code("to[i] = to[i + 1];", "")),
        Example("device-memory", _code("to[i] = from[i];", "", ("volatile u8", "volatile u8"))),
    ),
)
