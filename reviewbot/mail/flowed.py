# SPDX-License-Identifier: GPL-2.0-or-later
"""What did the author of a format=flowed text (RFC 3676) write, diffs left whole?"""

from __future__ import annotations

import re

_DIFF_START = re.compile(r"diff --git |--- \S|@@ -\d")
_DIFF_LINE = (" ", "+", "-", "@", "\\", "diff ")


def unflow(text: str, *, delsp: bool) -> str:
    """Text with LF line ends to the same with soft line breaks joined and space stuffing removed.

    Quoted lines stay as they are.  Inside a diff a line that ends in a blank is joined only to one that cannot be a
    diff line itself, and stuffing is left alone where the sender put none.
    """
    lines = text.split("\n")
    diff_at = next((i for i, line in enumerate(lines) if _DIFF_START.match(line)), len(lines))
    stuffed = not any(line[:1] == " " and line[1:2] not in (" ", "") for line in lines[diff_at:])
    out: list[str] = []
    pending: list[str] = []
    for number, line in enumerate(lines):
        quoted = line.startswith(">")
        content = line[1:] if stuffed and line.startswith(" ") else line
        if pending and (quoted or _stands_alone(content, in_diff=number > diff_at)):
            out.append("".join(pending))
            pending = []
        if content.endswith(" ") and content != "-- " and not quoted and number + 1 < len(lines):
            pending.append(content[:-1] if delsp else content)
            continue
        out.append("".join(pending) + content)
        pending = []
    return "\n".join(out)


def _stands_alone(content: str, *, in_diff: bool) -> bool:
    if content == "-- ":
        return True
    return in_diff and (not content or content.startswith(_DIFF_LINE))
