# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a list of enumerators whose last one has no comma."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_ENUM = re.compile(r"\benum\b\s*\w*\s*\{([^{}]*)\}")
_END = re.compile(r"(?i)max|num|count|cnt|last|end|nr_|_nr|total|size|invalid|_n$|sentinel|^nr|_n_|^n_")


def _find(source: SourceText) -> Iterator[Place]:
    for found in _ENUM.finditer(source.bare):
        last = re.search(r"[,{]?\s*(\w+)(?:\s*=[^,]*)?\s*\Z", found.group(1))
        body = found.group(1).rstrip()
        if last is None or "," not in body or body.endswith(",") or "\n" not in found.group(1)[len(body) :]:
            continue
        if not _END.search(last.group(1)):
            start = found.start(1) + last.start(1)
            yield Place(start, found.start(1) + len(body), (("e", last.group(1)),))


def _enum(body: str) -> str:
    return f"enum a {{{body}}};\n\nint f(void)\n{{\n\treturn A_ONE;\n}}\n"


RULE = Rule(
    id="enum-comma",
    title="no comma after the last enumerator",
    why="The next one to be added then changes one line and not two.",
    known_problems="A last entry that counts the others, and is called in an unusual way, is reported.",
    category=Category.STYLE,
    confidence=Confidence.MODERATE,
    raised_by=(r"\bcommas?\b",),
    patterns=(Seek(words=("enum",), find=_find, fields=("e",)),),
    message="more can be added after `{e}`; would a trailing comma keep that to one line of diff?",
    references=("Documentation/process/coding-style.rst",),
    lists=("linux-iio", "linux-leds"),
    measured="18 of 20 right, drivers/iio and drivers/leds of 7.2, 2026-11",
    examples=(
        Example("plain", _enum("\n\tA_ONE,\n\tA_TWO //~\n")),
        Example("with-a-value", _enum("\n\tA_ONE = 1,\n\tA_TWO = 2 //~\n")),
        Example("comma", _enum("\n\tA_ONE,\n\tA_TWO,\n")),
        Example("count", _enum("\n\tA_ONE,\n\tA_TWO,\n\tA_NUM\n")),
        Example("brace-on-the-last-line", _enum("\n\tA_ONE,\n\tA_TWO ")),
        Example("one-line", _enum(" A_ONE, A_TWO ")),
    ),
)
