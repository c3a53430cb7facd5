# SPDX-License-Identifier: GPL-2.0-or-later
"""Which text parts does a mail hold?  A bounded MIME reader that takes any bytes and never raises."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

Headers = tuple[tuple[str, str], ...]

_DEPTH = 10
_PARTS = 200
_HEAD = 1024 * 1024
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(rb"[!-9;-~]{1,100}[ \t]*:")
_PARAMETER = re.compile(r';\s*(charset|format|delsp|boundary|name|filename)\*?\d?\*?\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)')
_BASE64 = re.compile(rb"[A-Za-z0-9+/\r\n]*={0,2}")


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of a mail: its type in lower case, its parameters, whether it is an attachment, its decoded bytes."""

    type: str
    charset: str
    flowed: bool
    delsp: bool
    name: str
    attached: bool
    data: bytes


def split_head(raw: bytes) -> tuple[Headers, bytes]:
    """A mail's header fields (names in lower case, values unfolded) and the bytes after the blank line.

    Bytes that do not start with a header field are all body.
    """
    if raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]
    if not _FIELD.match(raw):
        return (), raw[1:] if raw.startswith(b"\n") else raw
    end = _END_OF_HEAD.search(raw)
    head, body = (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")
    fields: list[tuple[str, list[str]]] = []
    for line in head[:_HEAD].split(b"\n"):
        text = _header_string(line.rstrip(b"\r"))
        if text[:1] in (" ", "\t") and fields:
            fields[-1][1].append(text.strip())
        elif _FIELD.match(line):
            name, _, value = text.partition(":")
            fields.append((name.strip().lower(), [value.strip()]))
    return tuple((name, " ".join(values)) for name, values in fields), body


def header(headers: Headers, name: str) -> str:
    """The first field of that name (lower case), or ""."""
    return next((value for key, value in headers if key == name), "")


def parts(headers: Headers, body: bytes) -> Iterator[Part]:
    """The leaves of a mail in order, transfer encoding removed; nesting and number are bounded."""
    for count, (leaf_headers, data) in enumerate(_leaves(headers, body, 0)):
        if count == _PARTS:
            return
        yield _leaf(leaf_headers, data)


def _header_string(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _parameters(value: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _PARAMETER.finditer(value[:4096].replace("\0", "\ufffd") if "\0" in value else value[:4096]):
        found.setdefault(match.group(1), match.group(2).strip('"'))
    return found


def _type(headers: Headers) -> str:
    return header(headers, "content-type").partition(";")[0].strip().lower() or "text/plain"


def _leaves(headers: Headers, body: bytes, depth: int) -> Iterator[tuple[Headers, bytes]]:
    boundary = _lowered(header(headers, "content-type")).get("boundary", "")
    if not _type(headers).startswith("multipart/") or not boundary or depth == _DEPTH:
        yield headers, body
        return
    pieces = _between(body, boundary.encode("utf-8", "replace"))
    if not pieces:
        yield (), body
    for piece in pieces:
        if piece.startswith((b"\n", b"\r\n")):  # a part without header fields
            yield (), piece.lstrip(b"\r").removeprefix(b"\n")
        else:
            yield from _leaves(*split_head(piece), depth + 1)


def _between(body: bytes, boundary: bytes) -> list[bytes]:
    pieces: list[bytes] = []
    start = -1
    for match in re.finditer(rb"(?m)^--" + re.escape(boundary) + rb"(--)?[ \t]*\r?$\n?", body):
        if start >= 0:
            pieces.append(body[start : match.start()].removesuffix(b"\n").removesuffix(b"\r"))
        start = match.end()
        if match.group(1) or len(pieces) > _PARTS:
            return pieces
    if start >= 0:
        pieces.append(body[start:])
    return pieces


def _lowered(value: str) -> dict[str, str]:
    """Parameters of a header value; their names are compared without case, their values are kept."""
    return _parameters(
        re.sub(r"(?i);\s*(charset|format|delsp|boundary|name|filename)", lambda m: m.group().lower(), value[:4096])
    )


def _leaf(headers: Headers, data: bytes) -> Part:
    given = _lowered(header(headers, "content-type"))
    disposition = header(headers, "content-disposition")
    return Part(
        type=_type(headers),
        charset=given.get("charset", ""),
        flowed=given.get("format", "").lower() == "flowed",
        delsp=given.get("delsp", "").lower() == "yes",
        name=_lowered(disposition).get("filename", "") or given.get("name", ""),
        attached=disposition.strip().lower().startswith("attachment"),
        data=_transfer_decoded(data, header(headers, "content-transfer-encoding").strip().lower()),
    )


def _transfer_decoded(data: bytes, encoding: str) -> bytes:
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data)
    if encoding != "base64":
        return data
    # a list's footer in plain text may follow: stop at the padding, or at the first character that is none of base64's
    match = _BASE64.match(data.lstrip())
    digits = re.sub(rb"[^A-Za-z0-9+/]", b"", match.group() if match else b"")
    whole = digits[: len(digits) - 1] if len(digits) % 4 == 1 else digits
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
