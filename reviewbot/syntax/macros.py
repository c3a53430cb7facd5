# SPDX-License-Identifier: GPL-2.0-or-later
"""Which macros does a text define, with what parameters and body?  The preprocessor's own conditions are not judged."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MACRO = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+(\w+)(\(([\w, \t]*)\))?[ \t]+((?:[^\n\\]|\\\n|\\.)+)", re.MULTILINE)
COMMENT = re.compile(rb"/\*.*?\*/|//[^\n]*", re.DOTALL)
"""A comment of either kind, as bytes."""


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro: its parameters (None for an object-like one) and its body with comments and line joins removed."""

    name: str
    parameters: tuple[str, ...] | None
    body: str


def read_macros(text: bytes) -> dict[str, Macro]:
    """The macros that have a body, by name; of several definitions the last one."""
    out = {}
    for name, call, parameters, body in _MACRO.findall(text):
        plain = COMMENT.sub(b" ", body.replace(b"\\\n", b" ")).decode("utf-8", "replace")
        names = tuple(p.strip() for p in parameters.decode().split(",")) if call else None
        # a comment may open here and close on a later line
        out[name.decode()] = Macro(name.decode(), names, plain.split("/*")[0].strip())
    return out
