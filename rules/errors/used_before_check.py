# SPDX-License-Identifier: GPL-2.0-or-later
"""Report what a call fills in, and is used before the call's error is tested."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_CALL = re.compile(r"(?<![\w.>])(?P<r>[a-z_]\w*)\s*=\s*(?P<f>[a-z_]\w*)\s*\((?P<a>(?:[^(){};]|\([^(){};]*\))*)\)\s*;")
_NUMBER = r"(?:(?:unsigned\s+)?(?:int|long|char|short)|unsigned|[usb]e?(?:8|16|32|64)|__[lb]e\d\d|[su]\d+|size_t|bool)"


def _is_unset(body: str, start: int, name: str, tail: str) -> bool:
    """A local number or array of numbers that nothing has set before."""
    before = body[:start]
    declared = re.search(rf"^\s*{_NUMBER}\s+(?:[^;=()]*[\s,])?{name}{tail}\s*[,;]", before, re.MULTILINE)
    return bool(declared) and not re.search(rf"\b{name}\b", before[declared.end() :] if declared else "")


def _unset(body: str, found: re.Match[str]) -> Iterator[str]:
    for argument in found["a"].split(","):
        given = re.fullmatch(r"\s*(&?)\s*([a-z_]\w*)\s*", argument)
        if given and _is_unset(body, found.start(), given[2], "" if given[1] else r"\s*\[[^]]*\]"):
            yield given[2]


def _find(file: SourceText) -> Iterator[Place]:
    for one in file.functions:
        body = file.bare[one.body : one.end]
        for found in _CALL.finditer(body):
            result, rest = found["r"], body[found.end() :]
            tested = re.match(rf"([^;{{}}]*);(?:\s*\}})?\s*if\s*\(\s*{result}\s*(?:<\s*0|!=\s*0)?\s*\)", rest)
            if not tested or re.search(rf"\b(?:if|while|for|switch|return|case|{result})\b", tested[1]):
                continue
            for name in _unset(body, found):
                used = re.search(rf"=.*(?<![&\w]){name}\b", tested[1], re.DOTALL)
                if used and not re.search(rf"\bsizeof\s*\(\s*{name}|&\s*{name}\b", tested[1]):
                    start = one.body + found.end() + len(tested[1]) - len(tested[1].lstrip())
                    yield Place(start, one.body + found.end() + tested.end(1), (("f", found["f"]), ("v", name)))
                    break


def _in(body: str) -> str:
    names = "\tunsigned int val;\n\tu8 buf[2];\n\tint ret;\n\n"
    return f"static int foo_get(struct foo *foo)\n{{\n{names}{body}\treturn 0;\n}}\n"


_TEST = "\tif (ret)\n\t\treturn ret;\n"

RULE = Rule(
    id="used-before-check",
    title="result used before the error is tested",
    why="If the call fails, nothing was filled in, and a random value is computed with.",
    known_problems="Only a single statement between the call and the test is looked at.",
    category=Category.CORRECTNESS,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"\bNULL\b",
        r"before (?:the|it|being|check)",
    ),
    patterns=(Seek(("if",), _find, ("f", "v")),),
    message="`{v}` is uninitialized if {f}() fails, and used before its error handling; should the test come first?",
    references=("include/linux/err.h", "Documentation/process/coding-style.rst"),
    nursery=True,
    examples=(
        Example("number", _in("\tret = foo_read(foo, &val);\n\tfoo->val = val * 2; //~\n" + _TEST)),
        Example("buffer", _in("\tret = foo_read(foo, buf, 2);\n\tfoo->val = buf[0]; //~\n" + _TEST)),
        Example(
            "in-a-branch",
            _in(
                "\tif (foo->on) {\n\t\tret = foo_read(foo, buf, 2);\n\t\tfoo->val = buf[0]; //~\n\t}\n"
                + _TEST.replace("ret)", "ret < 0)")
            ),
        ),
        Example("tested", _in("\tret = foo_read(foo, &val);\n" + _TEST + "\tfoo->val = val;\n")),
        Example("set-before", _in("\tval = 0;\n\tret = foo_read(foo, &val);\n\tfoo->val = val;\n" + _TEST)),
        Example("something-else", _in("\tret = foo_read(foo, &val);\n\tfoo->val = 3;\n" + _TEST)),
        Example("passed-on", _in("\tret = foo_read(foo, &val);\n\tret = foo_more(foo, val);\n" + _TEST)),
    ),
)
