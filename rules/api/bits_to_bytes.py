# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a count of bits that is rounded up to bytes by hand."""

from reviewbot.rule import Category, Confidence, Example, Rule, Site

_HEADERS = ("include/linux/bitops.h", "include/linux/bitmap.h")


def _counts_bits(site: Site) -> bool:
    return site.in_kernel() and site.match.path not in _HEADERS


def _code(expression: str, mark: str = "") -> str:
    return f"int f(int bits)\n{{\n\treturn {expression};{mark}\n}}\n"


_TREE = {"include/linux/bitops.h": "BITS_TO_BYTES"}

RULE = Rule(
    id="bits-to-bytes",
    title="bits rounded up to bytes",
    why="BITS_TO_BYTES() says what is counted before and after.",
    known_problems="A division by 8 of what is no count of bits looks the same.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    patterns=("DIV_ROUND_UP($x, 8)", "DIV_ROUND_UP($x, BITS_PER_BYTE)"),
    where=_counts_bits,
    message="`{x}` bits are rounded up to bytes; would BITS_TO_BYTES() do?",
    helper="BITS_TO_BYTES",
    suggestion="BITS_TO_BYTES({x})",
    needs={"BITS_TO_BYTES": _HEADERS},
    references=("include/linux/bitops.h",),
    measured="9 of 10 right, drivers/hwmon, iio, leds, mfd, input, power, spi, watchdog and rtc of 7.2, 2026-11",
    examples=(
        Example("number", _code("DIV_ROUND_UP(bits, 8)", " //~"), headers=_TREE, suggestion="BITS_TO_BYTES(bits)"),
        Example("name", _code("DIV_ROUND_UP(bits, BITS_PER_BYTE)", " //~"), headers=_TREE),
        Example("another-unit", _code("DIV_ROUND_UP(bits, 16)"), headers=_TREE),
        Example("user-space", _code("DIV_ROUND_UP(bits, 8)"), headers=_TREE, path="tools/example.c"),
        Example("not-in-the-tree", _code("DIV_ROUND_UP(bits, 8)")),
    ),
)
