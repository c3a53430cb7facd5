# SPDX-License-Identifier: GPL-2.0-or-later
"""Which options do the Kconfig files of a tree define?  One place that defines will do; no condition is looked at."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

_TOP = "Kconfig"
_ARCHES = (
    *("alpha", "arc", "arm", "arm64", "csky", "hexagon", "loongarch", "m68k", "microblaze", "mips", "nios2"),
    *("openrisc", "parisc", "powerpc", "riscv", "s390", "sh", "sparc", "um", "x86", "xtensa"),
)
"""What $(SRCARCH) may be; a folder cannot be listed here."""
_DEFINES = re.compile(rb"^[ \t]*(?:menu)?config[ \t]+(\w+)", re.MULTILINE)
_SOURCE = re.compile(rb"^[ \t]*o?(r?)source[ \t]+\"?([^\"\s]+)\"?", re.MULTILINE)
_MAX_FILES = 10_000


def is_kconfig(path: str) -> bool:
    """True for the path of a Kconfig file: `Kconfig`, `Kconfig.debug`."""
    return posixpath.basename(path).partition(".")[0] == "Kconfig"


def options_of(read: Callable[[str], bytes | None]) -> frozenset[str]:
    """The options (without CONFIG_) that the top Kconfig file and what it sources define; none without such a file."""
    out: set[str] = set()
    todo, seen = [_TOP], {_TOP}
    while todo and len(seen) < _MAX_FILES:
        path = todo.pop()
        text = read(path) or b""
        out |= {name.decode("utf-8", "replace") for name in _DEFINES.findall(text)}
        for beside, name in _SOURCE.findall(text):
            found = name.decode("utf-8", "replace")
            new = {one for one in _paths(f"{posixpath.dirname(path)}/{found}" if beside else found) if one not in seen}
            seen |= new
            todo += sorted(new)
    return frozenset(out)


def _paths(name: str) -> set[str]:
    """The paths that a `source` may mean."""
    name = name.removeprefix("$(srctree)/")
    filled = [re.sub(r"\$\((?:SRCARCH|HEADER_ARCH)\)", arch, name) for arch in _ARCHES] if "$(" in name else [name]
    return {posixpath.normpath(one).lstrip("/") for one in filled}
