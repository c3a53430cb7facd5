# SPDX-License-Identifier: GPL-2.0-or-later
"""What would a good reviewer write?  One plain-text reply a patch, quoting the lines it is about, a remark under each.

The style is that of the lists (field notes, section 4): a fact, then a question; the real diff, never rewrapped; own
text at most 72 columns; `[ ... ]` for what is cut; no line numbers, no severity, nothing repeated at length.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from email.header import Header

from reviewbot.mail.clean import body_text, one_line
from reviewbot.model import Address, AppliedPatch, Category, Confidence, Draft, Finding, Message, Verdict

WIDTH = 72
_CONTEXT = 5
_MAX_STYLE = 3
_MAX_REFERENCES = 50
_MAX_HEADINGS = 12
_HEADER_WIDTH = 78
_MADE_UP = ("@archive-page.invalid", "@no-message-id.invalid")
"""Ids that reviewbot made up for mails without one: to answer them would thread the reply nowhere."""
_QUOTED_HUNK = re.compile(r"^[>| \t]*@@ ")
_QUOTED_FILE = re.compile(r"^[>| \t]*diff --git ")
_DIFF_LINE = re.compile(r"^[>| \t]*(?:[-+ \t\\]|@@|$)")
_SENTENCE = re.compile(r"(?<=[?.]) +(?=[a-z])")
CUT = "> [ ... ]"


@dataclass(frozen=True, slots=True)
class DraftStyle:
    """Who replies, and which categories of rules are style (at most three such remarks a patch)."""

    sender: Address
    style_rules: frozenset[str]


def worth_drafting(finding: Finding) -> bool:
    """True for what the patch introduced (or its hunks alone show) with at least moderate confidence, in its diff."""
    blamed = finding.verdict in (Verdict.INTRODUCED, Verdict.UNPROVEN)
    return blamed and finding.confidence is not Confidence.LOW and finding.mail_line > 0


def draft(patch: AppliedPatch, findings: Iterable[Finding], style: DraftStyle) -> Draft | None:
    """The reply to one patch, None if nothing is worth the maintainer's time."""
    chosen = _chosen([f for f in findings if worth_drafting(f)], style)
    if not chosen:
        return None
    message = patch.patch.message
    subject = message.subject if re.match(r"re:", message.subject, re.IGNORECASE) else f"Re: {message.subject}"
    subject = one_line(subject)
    head = "".join(f"{name}: {value}\n" for name, value in _headers(message, subject, style.sender) if value)
    text = body_text(_body(message, chosen))
    return Draft(message.msgid, subject, f"{head}\n{text}".encode())


def _chosen(findings: list[Finding], style: DraftStyle) -> list[Finding]:
    kept, styled = [], 0
    for finding in sorted(findings, key=lambda f: (f.mail_line, f.rule)):
        styled += finding.rule in style.style_rules
        if finding.rule not in style.style_rules or styled <= _MAX_STYLE:
            kept.append(finding)
    return kept


def _headers(message: Message, subject: str, sender: Address) -> list[tuple[str, str]]:
    own = {sender.email.lower(), message.author.email.lower(), ""}
    others: dict[str, Address] = {}
    for address in (*message.to, *message.cc):
        if address.email.lower() not in own:
            others.setdefault(address.email.lower(), address)
    known = () if message.msgid.endswith(_MADE_UP) else (message.msgid,)
    chain = [*message.references, *([message.in_reply_to] if message.in_reply_to else []), *known]
    # the root and the newest ones are what mail readers thread by
    chain = list(dict.fromkeys(chain))
    references = chain[:1] + chain[1:][-_MAX_REFERENCES:]
    return [
        ("From", _address(sender)),
        ("To", _address(message.author)),
        ("Cc", _folded(", ".join(_address(a) for a in others.values()), ", ", 4)),
        ("Subject", _encoded(subject, 9)),
        ("In-Reply-To", "".join(f"<{m}>" for m in known)),
        ("References", _folded(" ".join(f"<{m}>" for m in references), " ", 12)),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
    ]


def _folded(value: str, separator: str, used: int) -> str:
    """A header's value in lines of at most 78 columns where it can be parted; `used` columns are taken on the first."""
    lines = [""]
    for part in value.split(separator):
        if lines[-1] and len(lines[-1]) + len(separator) + len(part) + used > _HEADER_WIDTH:
            lines.append("")
            used = 1
        lines[-1] += f"{separator}{part}" if lines[-1] else part
    return f"{separator.rstrip()}\n ".join(lines)


def _encoded(text: str, used: int) -> str:
    """Text for a header: as it is where that is safe, else in encoded words, so that it is read as nothing but text."""
    if text.isascii() and "=?" not in text:
        return text
    return Header(text, "utf-8", maxlinelen=_HEADER_WIDTH - used).encode(linesep="\n")


def _address(address: Address) -> str:
    """An address for a header, "" without an email: the name quoted or encoded where it needs to be."""
    name = one_line(address.name)
    email = re.sub(r"[^\x21-\x7e]|[<>(),;:\\\"]", "", address.email)
    if not email or not name:
        return email
    if not name.isascii() or "=?" in name:
        return f"{_encoded(name, 10)} <{email}>"
    if re.fullmatch(r"[\w '-]+", name):
        return f"{name} <{email}>"
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{email}>'


def _body(message: Message, findings: list[Finding]) -> str:
    lines = message.body.split("\n")
    places = dict(_by_place(findings))
    out, shown, said = [attribution(message)], 0, dict[tuple[str, Confidence], str]()
    for at in sorted({at for place in places for at in _quoted(lines, place)}):
        out += _gap(lines, shown, at)
        out.append(_quote(lines[at]))
        shown = at + 1
        if shown in places:
            out += ["", *(line for finding in places[shown] for line in (*remark(finding, said), ""))]
    if any(line.strip() for line in lines[shown:]):
        out.append(CUT)
    return "\n".join(out).rstrip("\n") + "\n"


def _quoted(lines: list[str], place: int) -> set[int]:
    """The 0-based lines to quote for a remark under the 1-based line `place`: file and hunk headers, some context."""
    hunk = _above(lines, place - 1, _QUOTED_HUNK)
    file = _above(lines, hunk, _QUOTED_FILE)
    headings = range(file, min(hunk, file + _MAX_HEADINGS))
    start = hunk + 1
    if start < place and not _DIFF_LINE.match(lines[start]):
        start += 1  # the mail wrapped the hunk's header
    return {*headings, *range(hunk, start), *range(max(start, place - 1 - _CONTEXT), place)}


def _gap(lines: list[str], start: int, end: int) -> list[str]:
    """What stands for the lines [start, end) that are not quoted; a mark is no shorter than a single line."""
    if end - start == 1 and start > 0:
        return [_quote(lines[start])]
    return [CUT] if end > start else []


def _by_place(findings: list[Finding]) -> list[tuple[int, list[Finding]]]:
    places: dict[int, list[Finding]] = {}
    for finding in findings:
        places.setdefault(finding.mail_line, []).append(finding)
    return sorted(places.items())


def _above(lines: list[str], index: int, wanted: re.Pattern[str]) -> int:
    """The 0-based line at or above `index` that matches, or `index` where there is none."""
    return next((at for at in range(min(index, len(lines) - 1), -1, -1) if wanted.match(lines[at])), index)


def _quote(line: str) -> str:
    if not line.strip():
        return ">"
    return f">{line}" if line.startswith(">") else f"> {line}"


def attribution(message: Message) -> str:
    """The line that says whose words are quoted; without a date where the mail has none that can be read."""
    who = message.author.label or "the author"
    if message.date is None:
        return f"{who} wrote:"
    return f"On {message.date:%a, %d %b %Y %H:%M:%S %z}, {who} wrote:"


def remark(finding: Finding, said: dict[tuple[str, Confidence], str]) -> list[str]:
    """The lines of one remark.  `said` remembers what was said before in this mail, by rule; it is added to."""
    suggestion = finding.suggestion or ""
    kind = (finding.rule, finding.confidence)  # a near miss has another confidence, and needs its own words
    again = said.get(kind)
    said[kind] = finding.message
    if again == finding.message:
        return ["Same here."]
    if again is not None and suggestion:
        return ["Same here:", "", *_indented(suggestion)]
    text = textwrap.wrap(sentences(finding.message), WIDTH, break_long_words=False, break_on_hyphens=False)
    if suggestion and suggestion not in finding.message:
        return [*text, "", *_indented(suggestion)]
    return text


def _indented(code: str) -> list[str]:
    return [f"\t{line}" for line in code.split("\n")]


def sentences(message: str) -> str:
    """A rule's lower-case message as sentences; a word that is code keeps its case."""
    parts = [_capital(part) for part in _SENTENCE.split(message)]
    text = " ".join(parts)
    return text if text.endswith(("?", ".", "!", ":")) else f"{text}."


def _capital(part: str) -> str:
    first = part.split(" ", 1)[0]
    return part[:1].upper() + part[1:] if re.fullmatch(r"[a-z]+[,:?.]?", first) else part


def style_rules(categories: Iterable[tuple[str, Category]]) -> frozenset[str]:
    """The ids of the rules that are style."""
    return frozenset(rule for rule, category in categories if category is Category.STYLE)
