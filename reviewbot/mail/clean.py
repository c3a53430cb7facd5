# SPDX-License-Identifier: GPL-2.0-or-later
"""Which characters of a mail may reach a terminal or a header, and what stands in the place of the others."""

from __future__ import annotations

import re

# C0 but tab and newline, DEL, C1 (0x9b is a terminal's CSI), bidi controls, line separators, lone surrogates
_HARMFUL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_CR_LF = re.compile(r"\r+\n")


def one_line(text: str) -> str:
    """Text for a header field or a name: white space runs become one blank, harmful characters U+FFFD."""
    return _HARMFUL.sub("\ufffd", " ".join(text.split()))


def body_text(text: str) -> str:
    """Text of a body: line ends become LF, harmful characters U+FFFD; the number of LFs stays the same."""
    if "\r" in text:
        text = _CR_LF.sub("\n", text)
    return text if text.isascii() and text.isprintable() else _HARMFUL.sub("\ufffd", text)
