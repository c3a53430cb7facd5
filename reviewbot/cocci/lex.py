# SPDX-License-Identifier: GPL-2.0-or-later
"""Which rules, scripts and virtual names does a .cocci file hold, and on which lines?  What they say is not asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reviewbot.errors import CocciError

_COMMENT = re.compile(r'//[^\n]*|/\*.*?(?:\*/|\Z)|("(?:[^"\\\n]|\\.)*"?)', re.DOTALL)
_NAME = re.compile(r"\s*(?:script\s*:\s*(?P<language>\w+)|(?P<special>initialize|finalize)\s*:\s*\w+)?\s*(?P<rest>.*)")
_WORDS = frozenset({"depends", "exists", "forall", "disable", "expression", "identifier", "type", "extends", "using"})
_RULE_NAME = re.compile(r"[A-Za-z_][\w-]*")
_PART = re.compile(r"depends\s+on\s+(?P<depends>.*?)(?=\s+(?:exists|forall|disable|expression)\b|$)", re.DOTALL)
MAX_BYTES = 200_000
"""A .cocci file with more is none that anybody wrote."""


@dataclass(frozen=True, slots=True)
class Section:
    """One `@...@ ... @@ ...` of a file.

    `kind` is "rule", "script" or "special" (initialize, finalize); `name` is "" where none is given; `depends` is the
    text of its condition; `declared` and `body` are its two parts without comments (of a script as they are), which
    begin on the lines `declared_line` and `line`.
    """

    kind: str
    name: str
    language: str
    depends: str
    flags: frozenset[str]
    disabled: tuple[str, ...]
    declared: str
    declared_line: int
    body: str
    line: int
    header_line: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A file in its parts; `comment` is what it says of itself (its `///` and `//` lines at the top)."""

    virtuals: frozenset[str]
    sections: tuple[Section, ...]
    comment: tuple[str, ...]


def cut(text: str) -> Cut:
    """Cut a file into its sections; raises CocciError where one has no end."""
    if len(text) > MAX_BYTES:
        raise CocciError(1, f"a file of more than {MAX_BYTES} characters")
    text = text.replace("\r\n", "\n")
    top = re.search(r"^@", text, re.MULTILINE)
    prologue = text[: top.start()] if top else text
    found = re.findall(r"^\s*virtual\s+([^;\n]+)", _bare(prologue), re.MULTILINE)
    virtuals = frozenset(name.strip() for names in found for name in names.split(","))
    comment = tuple(line.lstrip("/").strip() for line in prologue.split("\n") if line.startswith("//"))
    return Cut(virtuals, tuple(_sections(text)), comment)


def _bare(text: str) -> str:
    """The text with blanks for comments; lines stay where they are."""
    return _COMMENT.sub(lambda m: m[1] or re.sub(r"[^\n]", " ", m[0]), text)


def _sections(text: str) -> Iterator[Section]:
    at = re.compile(r"^@", re.MULTILINE).search(text)
    while at:
        begin = at.start()
        line = text.count("\n", 0, begin) + 1
        head_end = text.find("@", begin + 1)
        declared_end = text.find("@@", head_end + 1)
        if text[begin : begin + 2] == "@@":
            head_end, declared_end = begin + 1, text.find("@@", begin + 2)
        if head_end < 0 or declared_end < 0:
            raise CocciError(line, "a rule without `@@`")
        at = re.compile(r"^@", re.MULTILINE).search(text, declared_end + 2)
        body = text[declared_end + 2 : at.start() if at else len(text)]
        yield _section(text[begin + 1 : head_end], line, text[head_end + 1 : declared_end], body)


def _section(header: str, line: int, declared: str, body: str) -> Section:
    parts = _NAME.fullmatch(" ".join(_bare(header).split()))
    rest = parts["rest"] if parts else ""
    kind = "script" if parts and parts["language"] else "special" if parts and parts["special"] else "rule"
    word = _RULE_NAME.match(rest)
    name = word.group() if word and word.group() not in _WORDS else ""
    options = rest[len(name) :].strip()
    depends = _PART.search(options)
    others = options.replace(depends.group(), "") if depends else options
    disabled = re.search(r"disable\s+([\w\s,]+)", others)
    names = re.findall(r"[\w]+", disabled[1]) if disabled else []
    declared_line = line + header.count("\n")
    return Section(
        kind,
        name,
        (parts["language"] or "") if parts else "",
        depends["depends"].strip() if depends else "",
        frozenset({"exists", "forall", "expression"} & set(others.split())),
        tuple(n for n in names if n not in _WORDS),
        declared if kind != "rule" else _bare(declared),
        declared_line,
        body if kind != "rule" else _bare(body),
        declared_line + declared.count("\n"),
        line,
    )
