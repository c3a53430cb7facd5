# SPDX-License-Identifier: GPL-2.0-or-later
"""Report an else after a branch that returns."""

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
    block_start,
    closing,
)

_ELSE = re.compile(r"\breturn\b([^;{}]*);\s*(\}\s*)?else\b(?!\s*(?:if\b|#))")
_HEAD = re.compile(r"\belse\s+if\s*\((?:[^(){};]|\((?:[^(){};]|\((?:[^(){};]|\([^(){};]*\))*\))*\))*\)\s*\Z")
_ALONE = re.compile(
    r"(?<!else )(?<!else)\bif\s*\((?:[^(){};]|\((?:[^(){};]|\((?:[^(){};]|\([^(){};]*\))*\))*\))*\)\s*\Z"
)
_TRUTH = {"0", "1", "true", "false"}


def _find(source: SourceText) -> Iterator[Place]:
    for function in source.functions:
        for found in _ELSE.finditer(source.bare, function.body, function.end):
            braces = bool(found.group(2))
            head = _opening(source.bare, found.start(), function.body) if braces else found.start()
            if head is None or _HEAD.search(source.bare[max(function.body, head - 400) : head]):
                continue
            first = source.bare[head if braces else function.body : found.start()]
            other = _branch(source.bare[found.end() : function.end])
            last = re.search(r"(?:[;{}]|\A)\s*return\b([^;{}]*);\s*\}?\s*\Z", other)
            if last is None or (braces and not _plain(first)) or (not braces and not _ALONE.search(first)):
                continue
            values = {found.group(1).strip(), last.group(1).strip()}
            first = first if braces else ""
            truth = values <= _TRUTH and ";" not in first and ";" not in other[:-1].rstrip("; \t\n}").strip()
            if not truth and (braces or ";" not in other[:-1]) and first.count(";") + 1 == other.count(";"):
                continue
            words = (("truth", "yes" if truth and len(values) == 2 else ""),)
            yield Place(found.start(), found.end(), words)


def _plain(before: str) -> bool:
    """True if a statement that follows this text in its block depends on no condition."""
    return before.rstrip()[-1:] in ("{", ";", "}", ":")


def _opening(text: str, end: int, start: int) -> int | None:
    """Where the `{` of the block stands that is open at `end`."""
    at = block_start(text, end)
    return at if at > start else None


def _branch(text: str) -> str:
    """The statement that follows an else."""
    text = text.lstrip()
    if not text.startswith("{"):
        return text[: text.find(";") + 1]
    return text[: closing(text, 0)]


def _advice(site: Site) -> Advice:
    return Advice(exact=not site.text("truth"))


def _f(body: str) -> str:
    return f"int f(int a)\n{{\n{body}}}\n"


RULE = Rule(
    id="else-after-return",
    title="else after a return",
    why="Without the else the other branch needs no indentation, and the way on is seen at once.",
    known_problems="Two branches of equal weight can be clearer side by side.",
    category=Category.STYLE,
    confidence=Confidence.MODERATE,
    raised_by=(r"\belse\b",),
    patterns=(Seek(words=("else",), find=_find, fields=("truth",)),),
    advice=_advice,
    message="the branch above returns, so the else is redundant; can its body stand without it?",
    near_message="the else is redundant after a return; would `return` of the condition, with !! if not bool, do?",
    references=("scripts/checkpatch.pl", "Documentation/process/coding-style.rst"),
    measured="26 of 29 right, drivers/hwmon, drivers/iio, mm and net/core of 7.2, 2026-11",
    examples=(
        Example(
            "blocks",
            _f("\tif (a) {\n\t\tg();\n\t\tk();\n\t\treturn 2; //~\n\t} else {\n\t\th();\n\t\treturn 3;\n\t}\n"),
        ),
        Example("truth", _f("\ta = g(a);\n\tif (a & 4)\n\t\treturn 1; //~\n\telse\n\t\treturn 0;\n")),
        Example("work-before-the-truth", _f("\tif (a) {\n\t\tg();\n\t\treturn 1; //~\n\t} else\n\t\treturn 0;\n")),
        Example("one-liners-of-equal-weight", _f("\tif (a)\n\t\treturn g();\n\telse\n\t\treturn h();\n")),
        Example(
            "chain",
            _f(
                "\tif (a == 1) {\n\t\tg();\n\t} else if (a == 2) {\n\t\treturn 2;\n"
                "\t} else {\n\t\treturn 3;\n\t}\n\treturn 0;\n"
            ),
        ),
        Example(
            "other-branch-goes-on",
            _f("\tif (a) {\n\t\tg();\n\t\treturn 2;\n\t} else {\n\t\th();\n\t}\n\treturn i();\n"),
        ),
        Example("else-if", _f("\tif (a) {\n\t\treturn 2;\n\t} else if (b) {\n\t\treturn 3;\n\t}\n\treturn 0;\n")),
        Example(
            "return-in-an-inner-block",
            _f("\tif (a) {\n\t\tif (b)\n\t\t\treturn 2;\n\t} else {\n\t\treturn 3;\n\t}\n\treturn 0;\n"),
        ),
        Example(
            "test-at-the-end-of-the-other-branch",
            _f(
                "\tif (a) {\n\t\tg();\n\t\treturn 2;\n"
                "\t} else {\n\t\th();\n\t\tif (b)\n\t\t\treturn 3;\n\t}\n\treturn 0;\n"
            ),
        ),
        Example(
            "equal-weight-in-braces",
            _f("\tif (a) {\n\t\tk();\n\t\treturn g();\n\t} else {\n\t\tl();\n\t\treturn h();\n\t}\n"),
        ),
    ),
)
