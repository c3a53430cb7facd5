# SPDX-License-Identifier: GPL-2.0-or-later
"""What does this mail say?  Any bytes become a Message, and what was mended or is not to be trusted is said."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from reviewbot.mail.address import addresses, header_text, parse_address, real_author
from reviewbot.mail.charset import to_text
from reviewbot.mail.clean import body_text, one_line
from reviewbot.mail.dates import parse_date, parse_local_date
from reviewbot.mail.flowed import unflow
from reviewbot.mail.hypertext import html_to_text
from reviewbot.mail.mime import Headers, Part, header, parts, split_head
from reviewbot.mail.subject import parse_subject
from reviewbot.model import Address, Message

MOST_BODY = 10 * 1024 * 1024

_ID = re.compile(r"<\s*([!-;=?-~]{1,990})\s*>")
_BARE_ID = re.compile(r"[!-;=?-~]{1,990}")
_MOST_REFERENCES = 1000
_DIFF = re.compile(rb"(?m)^(?:diff --git |--- [^\n]+\n\+\+\+ )")
_PATCH_NAME = re.compile(r"\.(?:patch|diff)(?:\.txt)?$", re.IGNORECASE)
_IN_BODY_FROM = re.compile(r"\n{0,5}From:[ \t]*([^\n]{1,500}(?:\n[ \t]+[^\n]{1,500})?)\n")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part's text beside the bytes it stands for; `exact` where their lines are the same lines."""

    text: str
    data: bytes
    exact: bool
    problems: tuple[str, ...]


def decode(raw: bytes) -> Message:
    """The bytes of one mail to a Message; never raises."""
    headers, content = _opened(raw)
    subject = header_text(header(headers, "subject"))
    body, problems = _body(headers, content)
    author, author_problem = _author(headers)
    if parse_subject(subject).is_patch and not parse_subject(subject).is_reply:
        author = _in_body_author(body) or author
    msgid, id_problem = _message_id(headers, raw)
    date, date_problem = parse_date(header(headers, "date"))
    replied = _ID.search(header(headers, "in-reply-to")[:4096])
    list_id = header_text(header(headers, "list-id"))
    named = re.search(r"<([^<>\s]+)>", list_id)
    return Message(
        msgid=msgid,
        subject=subject,
        author=author,
        date=date,
        in_reply_to=replied.group(1) if replied else None,
        references=tuple(_ID.findall(header(headers, "references")))[-_MOST_REFERENCES:],
        to=addresses(header(headers, "to")),
        cc=addresses(header(headers, "cc")),
        list_id=(named.group(1) if named else list_id) or None,
        body=body,
        raw=raw,
        problems=tuple(p for p in (id_problem, date_problem, author_problem, *problems) if p),
    )


def exact_lines(message: Message) -> list[bytes] | None:
    """The body's lines as the bytes that were sent, CRs kept, one for each line of `body`; None where they differ."""
    pieces = list(_pieces(*_opened(message.raw)))
    if not all(piece.exact for piece in pieces):
        return None
    lines = b"".join(piece.data for piece in pieces).split(b"\n")
    return lines if len(lines) == message.body.count("\n") + 1 else None


def sender(message: Message) -> str:
    """The address in the From field itself, in lower case, whoever wrote the patch."""
    return parse_address(header(split_head(message.raw)[0], "from")).email.lower() or message.author.email.lower()


def sent_date(message: Message) -> datetime | None:
    """The mail's date in its sender's time zone; in UTC where the mail itself does not tell that moment."""
    moment, _problem = parse_local_date(header(split_head(message.raw)[0], "date"))
    return moment if moment == message.date else message.date


def _opened(raw: bytes) -> tuple[Headers, bytes]:
    headers, content = split_head(raw)
    first = raw.find(b"\n")
    if headers and raw[first - 1 : first] == b"\r":  # the wire's line ends, none of the author's
        content = content.replace(b"\r\n", b"\n")
    return headers, content


def _body(headers: Headers, content: bytes) -> tuple[str, list[str]]:
    pieces = list(_pieces(headers, content))
    body = "".join(piece.text for piece in pieces)
    return body, list(dict.fromkeys(problem for piece in pieces for problem in piece.problems))


def _pieces(headers: Headers, content: bytes) -> Iterator[_Piece]:
    """The texts that make up the body: plain parts and patches, else the HTML; each ends its last line."""
    leaves = list(parts(headers, content))
    chosen = [leaf for leaf in leaves if _is_text(leaf)]
    if not any(leaf.data.strip() for leaf in chosen):
        chosen = [leaf for leaf in leaves if leaf.type == "text/html" and not leaf.attached] or chosen
    left = MOST_BODY
    for number, leaf in enumerate(chosen):
        yield _piece(leaf, left, last=number + 1 == len(chosen))
        left -= min(left, len(leaf.data))


def _is_text(leaf: Part) -> bool:
    if _PATCH_NAME.search(leaf.name) or leaf.type.endswith(("x-patch", "x-diff")):
        return True
    if leaf.type != "text/plain":
        return False
    return not leaf.attached or bool(_DIFF.search(leaf.data[:65536]))


def _piece(leaf: Part, left: int, *, last: bool) -> _Piece:
    problems = []
    data = leaf.data
    if len(data) > left:
        data = data[: data.rfind(b"\n", 0, left) + 1]
        problems.append(f"the body is over {MOST_BODY} bytes; the rest was left out")
    if data.count(b"\r\n") == data.count(b"\n"):  # not mixed: line ends of the transport, not of the patched file
        data = data.replace(b"\r\n", b"\n")
    text, problem = to_text(data, leaf.charset)
    problems.append(problem)
    is_html = leaf.type == "text/html" and not _PATCH_NAME.search(leaf.name)
    if is_html:
        text = html_to_text(text)
        problems.append("the mail is HTML only; its text was taken from the HTML")
    text = body_text(text)
    if leaf.flowed and not is_html:
        text = unflow(text, delsp=leaf.delsp)
    if not last:
        text = text if text.endswith("\n") or not text else text + "\n"
        data = data if data.endswith(b"\n") or not data else data + b"\n"
    exact = not is_html and not leaf.flowed and text.count("\n") == data.count(b"\n")
    return _Piece(text, data, exact, tuple(p for p in problems if p))


def _message_id(headers: Headers, raw: bytes) -> tuple[str, str]:
    value = header(headers, "message-id")
    match = _ID.search(value[:4096])
    if match:
        return match.group(1), ""
    if _BARE_ID.fullmatch(value) and "@" in value:
        return value, ""
    made_up = hashlib.sha1(raw, usedforsecurity=False).hexdigest()[:16] + "@no-message-id.invalid"
    return made_up, f"the mail has no usable Message-ID; {made_up} was made up"


def _author(headers: Headers) -> tuple[Address, str]:
    author, problem = real_author(
        parse_address(header(headers, "from")[:4096]),
        addresses(header(headers, "x-original-from")),
        addresses(header(headers, "reply-to")),
        (*addresses(header(headers, "cc")), *addresses(header(headers, "to"))),
    )
    return author, one_line(problem)


def _in_body_author(body: str) -> Address | None:
    match = _IN_BODY_FROM.match(body)
    found = parse_address(match.group(1)) if match else None
    return found if found and found.email else None
