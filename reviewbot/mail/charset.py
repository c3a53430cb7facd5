# SPDX-License-Identifier: GPL-2.0-or-later
"""What text do these bytes hold, when their charset label may lie?"""

from __future__ import annotations

import codecs
import re

_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,39}")
# an allow list: "zlib", "punycode" or "idna" are codecs as well, and no charsets
_KNOWN = ("iso8859", "iso2022", "cp", "koi8", "gb", "big5", "euc", "shift", "utf", "ascii", "mac", "tis", "hz", "johab")
_ESCAPING = ("iso2022", "utf-16", "utf-32", "hz", "utf-7")
_SHOWN = 40


def to_text(data: bytes, label: str) -> tuple[str, str]:
    """Bytes and the charset they are labelled with ("" if none) to their text, and a problem or ""."""
    codec = _codec(label)
    if codec and codec.startswith(_ESCAPING):
        text = _try(data, codec)
        if text is not None:
            return text, ""
    text = _try(data, "utf-8")
    if text is not None:
        return text, _lie(label, codec, text)
    text = _try(data, codec) if codec not in ("", "ascii", "utf-8") else None
    if text is not None:
        return text, ""
    named = f'charset "{_shown(label)}"' if label else "no charset"
    return data.decode("latin-1"), f"the mail says {named}, which its text is not; it was read as Latin-1"


def _lie(label: str, codec: str, text: str) -> str:
    if label and not codec:
        return f'the charset "{_shown(label)}" is unknown; the text was read as UTF-8'
    if not text.isascii() and codec != "utf-8" and label:
        return f'the mail says charset "{_shown(label)}" but its text is UTF-8'
    return ""


def _codec(label: str) -> str:
    """The codec's own name, or "" where the label names no charset that we accept."""
    if not _LABEL.fullmatch(label):
        return ""
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return ""
    return name if name.startswith(_KNOWN) else ""


def _try(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (LookupError, ValueError):  # UnicodeError is a ValueError
        return None


def _shown(label: str) -> str:
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in label[:_SHOWN])
