# SPDX-License-Identifier: GPL-2.0-or-later
"""Has somebody made this remark already?  Compares findings with the comments of a thread: their places, their words.

A comment is the same remark if it stands within three lines of the finding (in another revision: of its code) and names
the helper or the defect; or if it names the helper for the patch as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reviewbot.mail.versions import Posting
from reviewbot.model import Anchor, AppliedPatch, Comment, Finding, Patch, Raised
from reviewbot.review.answers import answer_to, is_author
from reviewbot.review.rows import Row, is_near, meant, rows_of, same_code
from reviewbot.rule import Rule

_CALLED = re.compile(r"\b([A-Za-z_]\w{3,})\s*\(")
_KEYWORDS = frozenset({"sizeof", "return", "while", "switch", "typeof"})
_AS_ABOVE = re.compile(
    r"\W*(?:ditto|same|here[, ]+too|likewise|as above|and (?:here|again)|again|idem|similar(?:ly)?|also here)\b",
    re.IGNORECASE,
)
_EVERYWHERE = re.compile(
    r"\b(?:everywhere|elsewhere|throughout|same (?:here|for|applies|below)"
    r"|other (?:places|instances|cases|occurrences|functions|calls)"
    r"|all|below|in (?:the )?probe|ditto|etc|and so on|(?:whole|entire) (?:driver|file|patch))\b",
    re.IGNORECASE,
)
_MOST_AS_ABOVE = 80


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said of a series: its postings, the comments, and what is asked of them again and again."""

    postings: Sequence[Posting]
    comments: Sequence[Comment]
    patches: Mapping[str, Patch] = field(init=False)
    revisions: Mapping[str, int] = field(init=False)
    _rows: dict[str, tuple[Row, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        pairs = [(posting, patch) for posting in self.postings for patch in posting.patches]
        object.__setattr__(self, "patches", {patch.message.msgid: patch for _, patch in pairs})
        object.__setattr__(self, "revisions", {patch.message.msgid: posting.revision for posting, patch in pairs})

    def rows(self, msgid: str) -> tuple[Row, ...]:
        """The diff lines of a patch mail of the series, in any revision."""
        if msgid not in self._rows:
            self._rows[msgid] = rows_of(self.patches[msgid].files) if msgid in self.patches else ()
        return self._rows[msgid]

    def raised(self, comment: Comment) -> Raised:
        """The comment with its revision and the author's answer."""
        answer = answer_to(comment, self.comments, self.author(comment))
        return Raised(comment, self.revisions.get(comment.patch, 0), answer)

    def is_one_file(self, one: str, path: str, other: str, other_path: str) -> bool:
        """True for files of one name in two patches, or of names that the other version has not: one was renamed."""
        if path == other_path or self.revisions.get(one) == self.revisions.get(other):
            return path == other_path
        paths = {msgid: self._paths(self.revisions.get(msgid, 0)) for msgid in (one, other)}
        return path not in paths[other] and other_path not in paths[one]

    def _paths(self, revision: int) -> frozenset[str]:
        patches = (patch for msgid, patch in self.patches.items() if self.revisions[msgid] == revision)
        return frozenset(file.path for patch in patches for file in patch.files)

    def author(self, comment: Comment) -> Patch | None:
        """The patch that a comment is about, whose author may answer it."""
        return self.patches.get(comment.patch)


def with_raised(
    findings: Iterable[Finding], patches: Sequence[AppliedPatch], talk: Talk, rules: Iterable[Rule]
) -> Iterator[Finding]:
    """The findings, those with a comment that somebody made already."""
    known = {rule.id: rule.raised_by for rule in rules}
    rows = {p.patch.message.msgid: rows_of(p.files) for p in patches}
    words = _full_texts(talk.comments)
    for finding in findings:
        found = _same_remark(finding, rows[finding.patch], talk, words, known.get(finding.rule, ()))
        yield replace(finding, raised=talk.raised(found)) if found else finding


def _full_texts(comments: Sequence[Comment]) -> list[tuple[Comment, str]]:
    """Comments with their words; of "ditto" with the words of what the same mail says before it."""
    out: list[tuple[Comment, str]] = []
    for comment in comments:
        text = comment.text
        if out and len(text) <= _MOST_AS_ABOVE and out[-1][0].msgid == comment.msgid and _AS_ABOVE.match(text):
            text += "\n" + out[-1][1]
        out.append((comment, text))
    return out


def _same_remark(
    finding: Finding, rows: Sequence[Row], talk: Talk, comments: Sequence[tuple[Comment, str]], raised_by: Sequence[str]
) -> Comment | None:
    """The comment that says it: of people before machines, of the author last, of equal ones the first."""
    names = _names(finding)
    words = _pattern([*raised_by, *(rf"\b{re.escape(name)}\b" for name in names), _phrase(finding.rule)])
    helper = _pattern([rf"\b{re.escape(name)}\b" for name in names]) if names else None
    here = [r for r in rows if r.path == finding.path and r.kind != "-" and _holds(finding, r)]
    found: list[tuple[int, int, Comment]] = []
    for number, (comment, text) in enumerate(comments):
        if not words.search(text):
            continue
        near = _near(finding, rows, here, comment, talk)
        if near or (helper and helper.search(text) and _for_all(finding, comment, text, talk)):
            patch = talk.author(comment)
            mine = patch is not None and is_author(comment, patch)
            found.append((2 * mine + (not near) + comment.is_bot, number, comment))
    return min(found)[2] if found else None


def _holds(finding: Finding, row: Row) -> bool:
    places = [(finding.line, finding.last_line), *((place.line, place.last_line) for place in finding.repeats)]
    return row.new_line is not None and any(first <= row.new_line <= last for first, last in places)


def _names(finding: Finding) -> tuple[str, ...]:
    """The identifiers that the finding proposes: its helper, and what the suggestion calls that the code does not."""
    called = _CALLED.findall(finding.suggestion or "")
    old = set(re.findall(r"\w+", finding.code))
    names = [
        *re.findall(r"^\w+(?=\(|$)", finding.helper or ""),
        *(n for n in called if n not in old and n not in _KEYWORDS),
    ]
    return tuple(dict.fromkeys(name for name in names if re.fullmatch(r"[A-Za-z_]\w*", name)))


def _phrase(rule: str) -> str:
    """A rule's id as somebody may write it: "dev-err-probe" is dev_err_probe, or dev err probe."""
    return r"\b" + r"[-_ ]".join(re.escape(word) for word in rule.split("-")) + r"\b"


def _pattern(texts: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{text})" for text in texts), re.IGNORECASE)


def _near(finding: Finding, rows: Sequence[Row], here: Sequence[Row], comment: Comment, talk: Talk) -> bool:
    """True for a comment within three lines of a finding, in its patch's diff or in that of another version."""
    if comment.anchor is Anchor.MESSAGE:
        first, last = comment.mail_lines
        in_message = not here and finding.mail_line > 0 and comment.patch == finding.patch
        return in_message and first - 3 <= finding.mail_line <= last + 3
    if comment.anchor is not Anchor.CODE:
        return False
    theirs = talk.rows(comment.patch)
    spoken = meant(theirs, comment)
    if comment.patch == finding.patch:
        lines = {row.mail_line for row in here}
        return any(is_near((row,), spoken) for row in theirs if row.mail_line in lines)
    if not spoken or not talk.is_one_file(finding.patch, finding.path, comment.patch, comment.path):
        return False
    mine = [row for row in rows if row.path == finding.path]
    there = [row for row in theirs if row.path == comment.path]
    return any(is_near((row,), spoken) for row in same_code(there, mine, here))


def _for_all(finding: Finding, comment: Comment, text: str, talk: Talk) -> bool:
    """True for what is said of the patch as a whole, in any of its versions: not placed, or of all such places."""
    patch = talk.patches.get(comment.patch)
    if patch is None or is_author(comment, patch):
        return False
    if not any(file.path == finding.path for file in patch.files):
        return False
    placed = comment.anchor in (Anchor.CODE, Anchor.MESSAGE)
    return bool(_EVERYWHERE.search(text)) if placed else not comment.is_bot
