# SPDX-License-Identifier: GPL-2.0-or-later
"""How is the text of a header laid out?  Comments blanked, conditions around a place, kernel-doc by name."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

_COMMENT = re.compile(rb"""/\*.*?(?:\*/|\Z)|//[^\n]*|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?""", re.DOTALL)
_DIRECTIVE = re.compile(rb"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b((?:[^\n\\]|\\\n|\\.)*)", re.MULTILINE)
_DOC = re.compile(rb"/\*\*\s*\n(.{0,20000}?)\*/", re.DOTALL)
_DOC_HEAD = re.compile(rb"\s*\*\s*(?:struct |union |enum |define )?(\w+)[ \t]*(?:\([^)\n]*\)[ \t]*)?(?:--|-|:)")
_DOC_SECTION = re.compile(
    r"@|(?:context|description|examples?|locking|notes?|returns?|return values?)\s*:", re.IGNORECASE
)
_DEFINED_NEXT = re.compile(rb"\s*#[ \t]*define[ \t]+(\w+)[ \t]*(?:1[ \t]*)?$", re.MULTILINE)
_ALWAYS = (b"__KERNEL__", b"__ASSEMBLY__", b"__ASSEMBLER__", b"__CHECKER__")
_MAX_SUMMARY = 200
_MAX_READ = 4 * _MAX_SUMMARY
_MAX_GUARDS = 20
Guards = tuple[str, ...]


def blank_comments(text: bytes) -> bytes:
    """The text with blanks for comments, byte for byte; line ends and strings stay."""
    return _COMMENT.sub(_blank, text)


def _blank(found: re.Match[bytes]) -> bytes:
    whole = found.group()
    if whole[:1] != b"/":
        return whole
    return re.sub(rb"[^\n]", b" ", whole) if b"\n" in whole else b" " * len(whole)


@dataclass
class Layout:
    """One header.  `plain` is its text with comments blanked; all offsets are bytes."""

    text: bytes
    plain: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.plain = blank_comments(self.text)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer(rb"\n", self.text))]

    def line(self, offset: int) -> int:
        """The 1-based line of an offset."""
        return bisect_right(self._line_starts, offset)

    def offset(self, line: int) -> int:
        """The offset where a 1-based line starts."""
        return self._line_starts[line - 1]

    @cached_property
    def _conditions(self) -> tuple[list[int], list[Guards]]:
        marks = list(self._stacks())
        return [offset for offset, _stack in marks], [stack for _offset, stack in marks]

    def guards(self, offset: int) -> Guards:
        """The conditions around an offset, outermost first; the header's own include guard is none."""
        offsets, stacks = self._conditions
        at = bisect_right(offsets, offset) - 1
        return stacks[at] if at >= 0 else ()

    def _stacks(self) -> Iterator[tuple[int, Guards]]:
        stack: list[str] = []
        for found in _DIRECTIVE.finditer(self.plain):
            word, condition = found.group(1).decode(), " ".join(found.group(2).decode("utf-8", "replace").split())
            if word == "endif":
                del stack[-1:]
            elif word in ("elif", "else"):
                before = stack.pop() if stack else ""
                stack.append(_other(before, f"elif {condition}" if word == "elif" else ""))
            else:
                stack.append("" if self._is_formal(found, word, condition) else f"{word} {condition}")
            yield found.end(), tuple(guard for guard in stack[:_MAX_GUARDS] if guard)

    def _is_formal(self, found: re.Match[bytes], word: str, condition: str) -> bool:
        """True for an include guard, and for what is always so when the kernel is compiled."""
        if found.group(2).strip() in _ALWAYS or condition.startswith("!defined(__ASSEMBL"):
            return True
        following = _DEFINED_NEXT.match(self.plain, found.end())
        return word == "ifndef" and following is not None and following.group(1) == found.group(2).strip()

    @cached_property
    def docs(self) -> dict[str, tuple[str, bool]]:
        """The kernel-doc summary of each name, and whether the comment calls it deprecated."""
        out = {}
        for comment in _DOC.finditer(self.text):
            head = _DOC_HEAD.match(comment.group(1))
            if head:
                summary = _summary(comment.group(1)[head.end() : head.end() + _MAX_READ])
                out[head.group(1).decode()] = (summary, b"deprecated" in comment.group(1).lower())
        return out


def _summary(text: bytes) -> str:
    """The summary that stands at the start of the rest of a kernel-doc comment: up to an empty line or a section."""
    first, *others = text.decode("utf-8", "replace").split("\n")
    lines = [first]
    for other in others:
        line = other.strip().removeprefix("*").strip()
        if not line or _DOC_SECTION.match(line):
            break
        lines.append(line)
    summary = " ".join(" ".join(lines).split())
    return summary if len(summary) <= _MAX_SUMMARY else summary[:_MAX_SUMMARY].rpartition(" ")[0] + " ..."


def _other(guard: str, condition: str) -> str:
    """The guard of the branch behind `guard`."""
    if condition or not guard:
        return condition
    return guard if guard.startswith("else of ") else f"else of {guard}"


def block_end(text: bytes, opening: int, bound: int) -> int:
    """The offset behind the `}` that closes the `{` at `opening`; -1 where it is not within `bound` bytes."""
    depth = 0
    for found in re.compile(rb"[{}]").finditer(text, opening, opening + bound):
        depth += 1 if found.group() == b"{" else -1
        if depth == 0:
            return found.end()
    return -1
