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

from reviewbot.mail.clean import body_text, one_line
from reviewbot.mail.decode import sent_date
from reviewbot.mail.fields import address_field, encoded, folded
from reviewbot.model import Address, AppliedPatch, Category, Confidence, Draft, Finding, Message, Verdict

WIDTH = 72
_CONTEXT = 5
_MAX_STYLE = 3
_MAX_REFERENCES = 50
_MAX_HEADINGS = 12
_MAX_NAMES = 6
_MADE_UP = ("@archive-page.invalid", "@no-message-id.invalid")
"""Ids that reviewbot made up for mails without one: to answer them would thread the reply nowhere."""
_QUOTED_HUNK = re.compile(r"^[>| \t]*@@ ")
_QUOTED_FILE = re.compile(r"^[>| \t]*diff --git ")
_DIFF_LINE = re.compile(r"^[>| \t]*(?:[-+ \t\\]|@@|$)")
_QUOTED_OLD = re.compile(r"^[>| \t]*--- \S")
_QUOTED_NEW = re.compile(r"^[>| \t]*\+\+\+ \S")
_STARTS = re.compile(r"(?:^|(?<=[\w)`][?.]) +)([a-z]+)(?=[ ,:?.]|$)")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_MOST_CODE = 10_000
_MOST_DIFF = 40
CUT = "> [ ... ]"


@dataclass(frozen=True, slots=True)
class DraftStyle:
    """Who replies, and which categories of rules are style (at most three such remarks a patch)."""

    sender: Address
    style_rules: frozenset[str]


def is_open(finding: Finding) -> bool:
    """True for what a patch was proven to introduce, at moderate confidence or more, that is unsaid and not held."""
    proven = finding.verdict is Verdict.INTRODUCED and finding.confidence is not Confidence.LOW
    return proven and finding.raised is None and finding.held is None


def worth_drafting(finding: Finding) -> bool:
    """True for what is open, and stands in the diff, where a reply can speak of it."""
    return is_open(finding) and finding.mail_line > 0


def draft(patch: AppliedPatch, findings: Iterable[Finding], style: DraftStyle) -> Draft | None:
    """The reply to one patch, None if nothing is worth the maintainer's time, or its author's mail is not here."""
    if patch.patch.quote_depth:  # the mail quotes it: who sent the mail did not write it
        return None
    chosen = _chosen([f for f in findings if worth_drafting(f)], style)
    if not chosen:
        return None
    message = patch.patch.message
    subject = message.subject if re.match(r"re:", message.subject, re.IGNORECASE) else f"Re: {message.subject}"
    subject = one_line(subject)
    head = "".join(f"{name}: {value}\n" for name, value in _headers(message, subject, style.sender) if value)
    text = body_text(_body(message, chosen))
    return Draft(message.msgid, subject, f"{head}\n{text}".encode(), tuple(f.fingerprint for f in chosen))


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
        ("From", address_field(sender)),
        ("To", address_field(message.author)),
        ("Cc", folded(", ".join(address_field(a) for a in others.values()), ", ", 4)),
        ("Subject", encoded(subject, 9)),
        ("In-Reply-To", "".join(f"<{m}>" for m in known)),
        ("References", folded(" ".join(f"<{m}>" for m in references), " ", 12)),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
    ]


def _body(message: Message, findings: list[Finding]) -> str:
    lines = message.body.split("\n")
    places = dict(_by_place(findings))
    out, shown, said = [attribution(message)], 0, list[Finding]()
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
    file = _heading(lines, hunk)
    headings = range(file, min(hunk, file + _MAX_HEADINGS))
    start = hunk + 1
    if start < place and not _DIFF_LINE.match(lines[start]):
        start += 1  # the mail wrapped the hunk's header
    return {*headings, *range(hunk, start), *range(max(start, place - 1 - _CONTEXT), place)}


def _heading(lines: list[str], hunk: int) -> int:
    """The 0-based line where the headers of a hunk's file begin: `diff --git`, or `---` of a plain diff."""
    git = _above(lines, hunk, _QUOTED_FILE)
    for at in range(min(hunk, len(lines) - 1) - 2, -1, -1):
        if at <= git < hunk:
            return git
        named = _QUOTED_OLD.match(lines[at]) and _QUOTED_NEW.match(lines[at + 1])
        if named and _QUOTED_HUNK.match(lines[at + 2]):
            return git if git < at <= git + _MAX_HEADINGS else at
    return git


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
    """The line that says whose words are quoted; the date as it was sent, if it can be read."""
    who = message.author.label or "the author"
    sent = sent_date(message)
    if sent is None:
        return f"{who} wrote:"
    return f"On {sent:%a, %d %b %Y %H:%M:%S %z}, {who} wrote:"


def remark(finding: Finding, said: list[Finding]) -> list[str]:
    """The lines of one remark.  `said` holds what was said before in this mail; the remark is added to it."""
    lines = [*_words(finding, said), *_elsewhere(finding), *_change(finding, said)]
    said.append(finding)
    return lines


def _words(finding: Finding, said: list[Finding]) -> list[str]:
    """What a remark says of its first place."""
    alike = [f for f in said if _kind(f) == _kind(finding)]
    follows = bool(alike) and alike[-1] is said[-1]
    same_words = any(f.message == finding.message for f in alike)
    is_shown = bool(_diff(finding))
    suggestion = "" if is_shown else finding.suggestion or ""
    if follows and (is_shown or alike[-1].message == finding.message):
        return ["Same here."]
    if follows and suggestion:
        return ["Same here:", "", *_indented(suggestion)]
    if same_words and finding.helper:
        text = [f"{finding.helper.removesuffix('()')}() here, too?"]
    else:
        text = _wrapped(finding)
    if suggestion and suggestion not in finding.message:
        return [*text, "", *_indented(suggestion)]
    return text


def _diff(finding: Finding) -> list[str]:
    """The lines of the verified change, if it is short enough for a mail."""
    lines = (finding.diff or "").removesuffix("\n").split("\n")
    return lines if finding.diff and len(lines) <= _MOST_DIFF else []


def _change(finding: Finding, said: list[Finding]) -> list[str]:
    """The verified change as a maintainer puts it, at the margin, where git can take it; it says if it was built."""
    diff = _diff(finding)
    if not diff:
        return []
    known = "compile-tested" if finding.compiled else "untested"
    opening = f"Also {known}:" if any(map(_diff, said)) else f"Something like this ({known})?"
    return ["", opening, "", *diff]


def _elsewhere(finding: Finding) -> list[str]:
    """A paragraph on the further places of a remark; none where there are none."""
    here = sum(place.function == finding.function for place in finding.repeats)
    others = dict.fromkeys(f"{place.function}()" for place in finding.repeats if place.function != finding.function)
    names = [name for name in others if name != "()"][:_MAX_NAMES]
    if len(names) < len(others):
        names.append(f"{len(others) - len(names)} more")
    words = [_more(here, "this function" if finding.function else "this file")] if here else []
    words += [f"in {' and '.join(filter(None, (', '.join(names[:-1]), names[-1])))}"] if names else []
    if not words:
        return []
    return ["", *textwrap.wrap(f"The same {', and '.join(words)}.", WIDTH, break_on_hyphens=False)]


def _more(count: int, where: str) -> str:
    return f"once more in {where}" if count == 1 else f"in {count} more places of {where}"


def _kind(finding: Finding) -> tuple[str, Confidence, str]:
    """What is said in the same words; a near miss has another confidence, and another helper needs its own name."""
    return finding.rule, finding.confidence, finding.helper or ""


def _wrapped(finding: Finding) -> list[str]:
    """The message in lines; what stands in it of the code is never parted, though it be too long for a line."""
    known = [finding.suggestion or "", finding.code]
    code = "\n".join(" ".join(text[:_MOST_CODE].split()) for text in known)
    pieces: list[str] = []
    last = ""
    for word in sentences(finding.message, f"{code} {finding.helper or ''}").split():
        if last and f"{last.lstrip('`')} {word.rstrip('`,;?.')}" in code:
            pieces[-1] += f" {word}"
        else:
            pieces.append(word)
        last = word
    lines = pieces[:1]
    for piece in pieces[1:]:
        if len(lines[-1]) + 1 + len(piece) > WIDTH:
            lines.append(piece)
        else:
            lines[-1] += f" {piece}"
    return lines


def _indented(code: str) -> list[str]:
    return [f"\t{line}" for line in code.split("\n")]


def sentences(message: str, code: str = "") -> str:
    """A rule's lower-case message as sentences; a word that is code, or a name in `code`, keeps its case."""
    names = frozenset(re.findall(r"[A-Za-z_]\w*", _STRING.sub("", code)))
    out, done, depth, ticks = "", 0, 0, 0
    for match in _STARTS.finditer(message):
        between = message[done : match.start(1)]
        depth += between.count("(") - between.count(")")
        ticks += between.count("`")
        word = match.group(1)
        is_code = word in names or depth > 0 or ticks % 2
        out += between + (word if is_code else word.capitalize())
        done = match.end()
    text = out + message[done:]
    return text if text.endswith(("?", ".", "!", ":")) else f"{text}."


def style_rules(categories: Iterable[tuple[str, Category]]) -> frozenset[str]:
    """The ids of the rules that are style."""
    return frozenset(rule for rule, category in categories if category is Category.STYLE)
