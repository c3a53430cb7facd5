# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a rule meant for this file of this tree?  The tree's version, and who maintains the file.

What a file or folder belongs to is what MAINTAINERS says (its F: and X: lines, get_maintainer.pl's reading of them).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from reviewbot.rule import Rule

_NUMBERS = re.compile(rb"^(VERSION|PATCHLEVEL)[ \t]*=[ \t]*(\d{1,4})[ \t]*$", re.MULTILINE)
_ENTRY = re.compile(r"^(?![A-Z]:)(\S[^\n]*)\n((?:[A-Z]:[^\n]*\n)+)", re.MULTILINE)
_LINE = re.compile(r"^([FX]):\s*(\S+)", re.MULTILINE)
_WILD = re.compile(r"[*?\[]")
_MAX_MAINTAINERS = 8 << 20
Version = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Subsystem:
    """An entry of MAINTAINERS: its title, the patterns of its files, and those of the files that it leaves out."""

    title: str
    files: tuple[str, ...]
    without: tuple[str, ...] = ()

    def has(self, path: str) -> bool:
        """True for a file of the entry."""
        return any(_covers(p, path) for p in self.files) and not any(_covers(p, path) for p in self.without)


def version_of(makefile: bytes) -> Version | None:
    """The version that a tree's top Makefile gives; None where it gives none."""
    numbers = {name: int(number) for name, number in _NUMBERS.findall(makefile[:2000])}
    return (numbers[b"VERSION"], numbers[b"PATCHLEVEL"]) if len(numbers) == 2 else None


def subsystems_of(maintainers: bytes) -> tuple[Subsystem, ...]:
    """The entries of a MAINTAINERS file that name files."""
    text = maintainers[:_MAX_MAINTAINERS].decode("utf-8", "replace")
    out = []
    for entry in _ENTRY.finditer(text):
        lines = _LINE.findall(entry.group(2))
        files, without = (tuple(p for kind, p in lines if kind == wanted) for wanted in "FX")
        if files:
            out.append(Subsystem(entry.group(1).strip(), files, without))
    return tuple(out)


def _covers(pattern: str, path: str) -> bool:
    """True if a file pattern of MAINTAINERS covers a path: a folder covers what is below it, `*` no slash."""
    literal = _WILD.split(pattern, maxsplit=1)[0]
    if not path.startswith(literal):
        return False
    if pattern.endswith("/"):
        depth = pattern.count("/")
        return literal == pattern or fnmatchcase("/".join(path.split("/")[:depth]) + "/", pattern)
    return pattern.count("/") == path.count("/") and fnmatchcase(path, pattern)


def parsed(version: str) -> Version | None:
    """A version as a rule writes it, "6.12"; None for what is none."""
    found = re.fullmatch(r"(\d{1,4})\.(\d{1,4})", version)
    return (int(found.group(1)), int(found.group(2))) if found else None


def is_for_version(rule: Rule, version: Version | None) -> bool:
    """True unless the tree is known to be older than the rule's `since`, or not older than its `until`."""
    since, until = parsed(rule.since), parsed(rule.until)
    if version is None:
        return True
    return (since is None or version >= since) and (until is None or version < until)
