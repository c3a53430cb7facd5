# SPDX-License-Identifier: GPL-2.0-or-later
"""What would a reader see of an HTML-only mail?  Its text and line breaks, nothing else.

The standard html.parser is not used: broken markup makes it take quadratic time.
"""

from __future__ import annotations

import html
import re

_MOST = 1024 * 1024
_TAG = re.compile(r"(<[^<>]*>)")
_NAME = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_BLOCKS = frozenset(
    ("p", "div", "br", "tr", "li", "ul", "ol", "table", "blockquote", "pre", "hr", "dl", "dt", "dd", "section")
) | {f"h{level}" for level in range(1, 7)}
_UNSEEN = frozenset(("script", "style", "head", "title"))


def html_to_text(text: str) -> str:
    """HTML (its first megabyte) to plain text with LF line ends; broken HTML gives what can be read of it."""
    pieces: list[str] = []
    unseen = ""
    preformatted = False
    for piece in _TAG.split(text[:_MOST]):
        tag = _NAME.match(piece)
        closing, name = (tag.group(1), tag.group(2).lower()) if tag else ("", "")
        if unseen:
            unseen = "" if closing and name == unseen else unseen
        elif name in _UNSEEN and not closing:
            unseen = name
        elif name in _BLOCKS:
            preformatted = not closing if name == "pre" else preformatted
            if name == "br" or not _at_line_start(pieces):
                pieces.append("\n")
        elif not piece.startswith("<"):
            words = _unescaped(piece) if preformatted else _SPACE.sub(" ", _unescaped(piece))
            words = words.lstrip(" ") if not preformatted and _at_line_start(pieces) else words
            pieces.extend([words] if words else [])
    return "".join(pieces).replace("\xa0", " ")


def _at_line_start(pieces: list[str]) -> bool:
    return not pieces or pieces[-1].endswith("\n")


def _unescaped(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:  # a character number of thousands of digits
        return text
