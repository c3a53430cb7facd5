# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a return below a switch that never gets there."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText, block_start

_LABEL = re.compile(r"[{}]|\bcase\b[^:;{}]*:|\bdefault\s*:")
_LEAVES = re.compile(r"\s*(?:return\b|goto\b|fallthrough$)")


def _never_ends(block: str) -> bool:
    """The last statement of a block leaves the function, whatever comes."""
    text = block.rstrip()
    if text.endswith(";"):
        return bool(_LEAVES.match(re.split(r"[;{}]", text[:-1])[-1]))
    if not text.endswith("}"):
        return False
    at = max(block_start(text, len(text) - 1), 0)
    inner, head = text[at + 1 : -1], text[:at].rstrip()
    if re.search(r"(?<!\w)switch\s*\((?:[^(){}]|\([^(){}]*\))*\)$", head):
        return _exhausts(inner)
    return (not head or head[-1] in ";}") and _never_ends(inner)


def _exhausts(body: str) -> bool:
    """A switch has a default, and each of its arms leaves the function."""
    labels, depth = [], 0
    for found in _LABEL.finditer(body):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0 and found[0] not in "{}":
            labels.append(found)
    if not any(found[0].startswith("default") for found in labels) or re.search(r"\bbreak\b", body):
        return False
    ends = [found.start() for found in labels[1:]] + [len(body)]
    arms = [body[found.end() : end] for found, end in zip(labels, ends, strict=True)]
    return bool(arms[-1].strip()) and all(not arm.strip() or _never_ends(arm) for arm in arms)


def _find(file: SourceText) -> Iterator[Place]:
    for one in file.functions:
        body = file.bare[one.body : one.end]
        for found in re.finditer(r"\}\s*(return\b[^;{}]*;)", body):
            block = body[: found.start() + 1]
            head = block[: max(block_start(block, len(block) - 1), 0)].rstrip()
            if (
                "#" not in body
                and head.endswith(")")
                and re.search(r"\bswitch\s*\([^{};]*\)$", head)
                and _never_ends(block)
            ):
                yield Place(one.body + found.start(1), one.body + found.end(1))


def _in(arms: str, end: str = "\treturn 0;\n") -> str:
    return f"static int foo_mode(struct foo *foo, int kind)\n{{\n\tswitch (kind) {{\n{arms}\t}}\n{end}}}\n"


_REACHED = "\treturn 0; //~\n"
_ARM = "\tcase 1:\n\t\treturn foo->a;\n"

RULE = Rule(
    id="unreachable-return",
    title="return that is never reached",
    why="A reader looks for the way that leads there, and the compiler cannot warn when an arm forgets its return.",
    known_problems="A macro that holds a break is not seen.",
    category=Category.STYLE,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"never (?:reach|get|execut)",
        r"unreachable",
        r"redundant",
        r"dead code",
    ),
    patterns=(Seek(("switch",), _find),),
    message="each arm of the switch above returns, so this return is unreachable; is it redundant?",
    references=("Documentation/process/coding-style.rst",),
    measured="10 of 10 right, drivers/hwmon, drivers/iio and drivers/leds of 7.2, 2026-11",
    examples=(
        Example("default", _in(_ARM + "\tdefault:\n\t\treturn -EINVAL;\n", _REACHED)),
        Example(
            "nested",
            _in(
                _ARM + "\tcase 2:\n\t\tswitch (foo->n) {\n\t\tcase 3:\n"
                "\t\t\treturn 1;\n\t\tdefault:\n\t\t\treturn 2;\n\t\t}\n"
                "\tdefault:\n\t\treturn -EINVAL;\n",
                _REACHED,
            ),
        ),
        Example(
            "braces",
            _in("\tcase 1: {\n\t\tint a = foo->a;\n\n\t\treturn a;\n\t}\n\tdefault:\n\t\treturn 2;\n", _REACHED),
        ),
        Example("no-default", _in(_ARM)),
        Example("break", _in(_ARM + "\tcase 2:\n\t\tbreak;\n\tdefault:\n\t\treturn 2;\n")),
        Example(
            "condition",
            _in(_ARM + "\tcase 2:\n\t\tif (foo->n)\n\t\t\treturn 2;\n\tdefault:\n\t\tif (foo->m)\n\t\t\treturn 2;\n"),
        ),
        Example("runs-out", _in(_ARM + "\tdefault:\n\t\tfoo->n = 1;\n")),
    ),
)
