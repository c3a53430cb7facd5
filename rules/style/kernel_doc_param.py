# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a kernel-doc comment that does not name the parameters that its function has."""

import re
from collections.abc import Iterator

from reviewbot.rule import Advice, Category, Confidence, Example, Place, Rule, Seek, Site, SourceText

_DOC = re.compile(r"/\*\*\s*\n(?:[^*]|\*(?!/))*?\*/\s*\Z")
_NAME = re.compile(r"/\*\*\s*\n\s*\*\s*(\w+)\s*(?:\(\))?\s*[-:]")
_SECTIONS = ("return", "returns", "void", "context", "note")
_PARAMETER = re.compile(r"^\s*\*\s*@(\w+)(?:\.\.\.)?\s*:", re.MULTILINE)


def _find(source: SourceText) -> Iterator[Place]:
    for function in source.functions:
        start = source.text.rfind("/**", max(0, function.start - 6000), function.start)
        found = _DOC.match(source.text[start : function.start]) if start >= 0 else None
        name = _NAME.match(found.group(0)) if found else None
        if found is None or name is None or name.group(1) != function.name:
            continue
        said = _PARAMETER.findall(found.group(0))
        wanted = _parameters(source.bare[function.start : function.body], function.name)
        if not said or wanted is None:
            continue
        lost = [one for one in wanted if one not in said]
        odd = [one for one in said if one not in wanted and one.lower() not in _SECTIONS]
        if lost or odd:
            words = (
                ("f", function.name),
                ("lost", ", ".join("@" + one for one in lost)),
                ("odd", ", ".join("@" + one for one in odd)),
            )
            yield Place(start, function.start + len(source.text[function.start : function.body].rstrip()), words)


def _parameters(head: str, name: str) -> list[str] | None:
    """The names of a function's parameters; None if they are not understood."""
    found = re.search(rf"\b{name}\s*\(", head)
    if found is None or "..." in head:
        return None
    inner = head[found.end() : head.rfind(")")]
    if re.search(r"__(?:must_hold|acquires|releases|printf)|\)\s*\w*\s*\(", inner) or not re.search(r"\)\s*\Z", head):
        return None
    names = []
    for part in inner.split(","):
        last = re.search(r"(\w+)\s*(?:\[[^\]]*\]\s*)*\Z", part)
        if last is None:
            return None
        if part.strip() != "void":
            names.append(last.group(1))
    return names


def _advice(site: Site) -> Advice:
    lost, odd = site.text("lost"), site.text("odd")
    words = (
        f"lacks {lost}" if lost and not odd else f"has {odd} that it has not" if not lost else f"says {odd} for {lost}"
    )
    return Advice(fields=(("wrong", words),))


def _doc(lines: str, head: str = "int f(int a, char *b)", mark: str = " //~") -> str:
    return f"/**{mark}\n * f - do it\n{lines} *\n * Return: 0.\n */\n{head}\n{{\n\treturn 0;\n}}\n"


RULE = Rule(
    id="kernel-doc-param",
    title="kernel-doc that does not fit its function",
    why="scripts/kernel-doc warns of it, and who reads the comment looks for a parameter that is not there.",
    known_problems="A function whose parameters come from a macro is not understood.",
    category=Category.STYLE,
    confidence=Confidence.HIGH,
    raised_by=(r"kernel-?doc",),
    patterns=(Seek(words=("/**",), find=_find, fields=("f", "lost", "odd")),),
    advice=_advice,
    message="the kernel-doc of {f}() {wrong}; can the comment follow the parameters?",
    references=("Documentation/doc-guide/kernel-doc.rst",),
    measured="12 of 12 right, arch/x86, drivers/gpu/drm, drivers/hwmon, drivers/iio and kernel of 7.2, 2026-11",
    examples=(
        Example("lost", _doc(" * @a: one\n")),
        Example("odd", _doc(" * @a: one\n * @b: two\n * @c: three\n")),
        Example("renamed", _doc(" * @x: one\n * @b: two\n")),
        Example("complete", _doc(" * @a: one\n * @b: two\n", mark="")),
        Example("none-at-all", _doc("", mark="")),
        Example("no-parameters", _doc(" *\n", "int f(void)", "")),
        Example("section", _doc(" * @a: one\n * @b: two\n * @return: 0\n", mark="")),
        Example("variadic", _doc(" * @a: one\n", "int f(int a, ...)", "")),
        Example("of-another", _doc(" * @a: one\n", "int g(int a, int b)", "")),
        Example("no-kernel-doc", _doc(" * @a: one\n", mark="").replace("/**", "/*")),
    ),
)
