# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a file see the headers of the helpers that a change calls, and where does an #include go that is missing?"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reviewbot.helpers.catalogue import FOLDER
from reviewbot.helpers.scan import included
from reviewbot.match.site import TreeView

_KERNEL = f"{FOLDER}linux/"
_LINE = re.compile(rb"[^\n]*\n")
_OPEN = re.compile(rb"[ \t]*#[ \t]*if")
_CLOSE = re.compile(rb"[ \t]*#[ \t]*endif")
_INCLUDE = re.compile(rb"#[ \t]*include[ \t]*<(linux/[^>\n]+)>")


def with_headers(path: str, text: bytes, helpers: Iterable[str], view: TreeView) -> tuple[bytes, str]:
    """A file with an #include for what it does not see of these helpers; and what speaks against it, "" if nothing."""
    catalogue = view.suggester.world(path, text).catalogue
    seen = catalogue.reached(path, included(text))
    for name in dict.fromkeys(helpers):
        headers = sorted({entry.path for entry in catalogue.named(name)})
        if not headers or any(header in seen or not header.startswith(FOLDER) for header in headers):
            continue
        changed = None
        if len(headers) == 1 and headers[0].startswith(_KERNEL):
            changed = _inserted(text, headers[0].removeprefix(FOLDER).encode())
        if changed is None:
            return text, f"it needs {headers[0].removeprefix(FOLDER)}, which the file does not include"
        text = changed
    return text, ""


def _inserted(text: bytes, header: bytes) -> bytes | None:
    """The text with one more #include among those of linux/: in its order, if they have one, else behind the last.

    None where there is none outside of any #if.
    """
    depth, known = 0, list[tuple[bytes, int, int]]()
    for line in _LINE.finditer(text):
        depth += bool(_OPEN.match(line[0])) - bool(_CLOSE.match(line[0]))
        found = _INCLUDE.match(line[0])
        if found and depth == 0:
            known.append((found[1], line.start(), line.end()))
    if not known:
        return None
    in_order = known == sorted(known)
    at = next((start for name, start, _end in known if in_order and name > header), known[-1][2])
    return text[:at] + b"#include <" + header + b">\n" + text[at:]
