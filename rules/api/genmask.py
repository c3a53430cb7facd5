# SPDX-License-Identifier: GPL-2.0-or-later
"""Report bits and masks that are written as shifts and numbers, where BIT() and GENMASK() say which bits they are."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_HEADERS = ("include/linux/bits.h", "include/linux/bitops.h")
_WHERE = re.compile(r"(?:drivers|sound|include/linux|net)/(?!.*(?:uapi/|dt-bindings/))")
_LIMIT = re.compile(
    r"SIZE|MAX|MIN|LEN|DEPTH|COUNT|CNT|NUM|NR|ORDER|SHIFT|LIMIT|ENTRIES|ALIGN|TIMEOUT|SCALE|FACTOR|STEP"
)
_BIT = re.compile(
    r"^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+\(?[ \t]*1(?:U|UL|u)?[ \t]*<<[ \t]*\(?(\d+)\)?[ \t]*\)?[ \t]*$", re.MULTILINE
)
_MASK = re.compile(
    r"^[ \t]*#[ \t]*define[ \t]+(\w+_(?:MASK|MSK))[ \t]+\(?(0x[0-9a-fA-F]{1,8})(?:U|UL|u)?\)?[ \t]*$", re.MULTILINE
)
_OPEN = re.compile(
    r"\(\s?\(?\s?1(?:U|UL|ULL|u|ull)?\s?<<\s?([\w.>-]{1,40}|\([^()\n]{1,40}\))\s?\)?\s?\)?\s?-\s?1(?:U|UL)?\b"
)
_NEAR, _WORD = 400, 0xFFFF


def _definitions(source: SourceText) -> Iterator[Place]:
    if not _WHERE.match(source.path):
        return
    bits = [found for found in _BIT.finditer(source.bare) if not _LIMIT.search(found.group(1))]
    named = [(found, "BIT()") for found in bits if not _is_value(source.bare, found)]
    for found in _MASK.finditer(source.bare):
        value = int(found.group(2), 16)
        low = (value & -value).bit_length() - 1
        run = value >> low if value else 0
        if 1 < run < _WORD and run & (run + 1) == 0 and not _LIMIT.search(found.group(1)):
            named.append((found, f"GENMASK({value.bit_length() - 1}, {low})"))
    yield from _merged(sorted(named, key=lambda pair: pair[0].start()))
    for found in _OPEN.finditer(source.bare):
        line = source.bare[source.bare.rfind("\n", 0, found.start()) + 1 : found.start()]
        if line.count("(") >= line.count(")") and not line.lstrip().startswith("#define") and "& " in line:
            count = found.group(1).strip("()")
            top = str(int(count) - 1) if count.isdigit() else f"{count} - 1"
            yield Place(
                found.start(), found.end(), (("fact", "this is a mask of the low bits"), ("name", f"GENMASK({top}, 0)"))
            )


def _is_value(text: str, found: re.Match[str]) -> bool:
    """One of the values of a field, as (0 << 4), (1 << 4) and (2 << 4) are."""
    near = text[max(0, found.start() - _NEAR) : found.end() + _NEAR]
    return re.search(rf"[^\w](?:0|[2-9])U? ?<< ?{found.group(2)}\b", near) is not None


def _merged(named: list[tuple[re.Match[str], str]]) -> Iterator[Place]:
    """Definitions that stand close together and want the same are one place."""
    runs: list[list[tuple[re.Match[str], str]]] = []
    for found, name in named:
        near = runs and found.start() - runs[-1][-1][0].end() < _NEAR
        if near and runs[-1][0][1].split("(")[0] == name.split("(")[0]:
            runs[-1].append((found, name))
        else:
            runs.append([(found, name)])
    for run in runs:
        more = f" and {len(run) - 1} more just below" if len(run) > 1 else ""
        fact = f"a shift or number defines {run[0][0].group(1)}{more}"
        yield Place(run[0][0].start(), run[-1][0].end(), (("fact", fact), ("name", run[0][1])))


def _code(define: str, body: str = "v", mark: str = "") -> str:
    return f"{define}\n\nint f(int v, int n)\n{{\n\treturn {body};{mark}\n}}\n"


_TREE = {"include/linux/bits.h": "BIT GENMASK"}

RULE = Rule(
    id="genmask",
    title="bit or mask as a number",
    why="BIT() and GENMASK() say which bits are meant, in the data sheet's own terms, and have the right type.",
    known_problems="A number that is a limit or a distance and is not named so is taken for a bit.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    raised_by=(r"\b(?:BIT|GENMASK)(?:_ULL|_U\d+)?\(",),
    patterns=(Seek(("#define", "<<"), _definitions, ("fact", "name")),),
    message="{fact}; would {name} say which bits are meant?",
    needs={"GENMASK": _HEADERS},
    references=("include/linux/bits.h",),
    measured="17 of 20 right, drivers/hwmon, iio, leds, mfd, input, power, spi, watchdog and rtc of 7.2, 2026-11",
    examples=(
        Example("bit", _code("#define FOO_EN\t(1 << 3) //~"), headers=_TREE),
        Example("bits-in-a-row", _code("#define FOO_EN\t(1 << 3) //~\n#define FOO_ON\t(1<<4)"), headers=_TREE),
        Example("mask", _code("#define FOO_MODE_MASK\t0x70 //~"), headers=_TREE),
        Example("bit-and-mask", _code("#define FOO_EN\t(1 << 3) //~\n#define FOO_MODE_MASK\t0x70 //~"), headers=_TREE),
        Example("low-bits", _code("", "v & ((1u << n) - 1)", " //~"), headers=_TREE),
        Example("low-bits-of-nothing", _code("", "n + ((1u << v) - 1)"), headers=_TREE),
        Example("mask-with-holes", _code("#define FOO_MODE_MASK\t0x50"), headers=_TREE),
        Example("limit", _code("#define FOO_MAX_LEN\t(1 << 12)"), headers=_TREE),
        Example("values-of-a-field", _code("#define FOO_AUTO\t(1 << 4)\n#define FOO_OFF\t(2 << 4)"), headers=_TREE),
        Example("whole-word", _code("#define FOO_ID_MASK\t0xffff"), headers=_TREE),
        Example("no-mask", _code("#define FOO_MODE\t0x70"), headers=_TREE),
        Example("for-user-space", _code("#define FOO_EN\t(1 << 3)"), headers=_TREE, path="include/uapi/linux/foo.h"),
        Example("not-in-the-tree", _code("#define FOO_EN\t(1 << 3)")),
    ),
)
