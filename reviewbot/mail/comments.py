# SPDX-License-Identifier: GPL-2.0-or-later
"""Which comments do reviewers make in a thread, and under which lines of the patches do they stand?

A comment stands under the patch line whose quote is the last above it, or, where that is somebody's words, where those
words stand.  What quotes nothing of a patch, or nothing that can be told from other places, is kept as not placed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from reviewbot.mail.bots import bot_name, is_bot, reports
from reviewbot.mail.places import Budget, Place, Target, squeezed
from reviewbot.mail.quote import Words, words
from reviewbot.mail.series import message_lines
from reviewbot.mail.versions import Posting, standing
from reviewbot.model import Address, Anchor, Comment, DiffLine, Message, Patch, Thread

MOST_COMMENTS = 5000
_CODE_LINES = 6
_SKIPPED = 2
_HOPS = 30


@dataclass(frozen=True, slots=True)
class Discussion:
    """All comments on a series by the order of the thread, and what could not be read, a sentence each."""

    comments: tuple[Comment, ...]
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class _PatchText:
    """A patch mail's body, and what its lines are."""

    patch: Patch
    target: Target = field(init=False)
    diff: list[tuple[str, DiffLine]] = field(init=False)
    _at: list[int] = field(init=False)
    message: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.target = Target(self.patch.message.body.split("\n"))
        placed = ((file.path, line) for file in self.patch.files for hunk in file.hunks for line in hunk.lines)
        self.diff = sorted(placed, key=lambda pair: pair[1].mail_line)
        self._at = [line.mail_line for _path, line in self.diff]
        self.message = (0, 0) if self.patch.in_reply else message_lines(self.patch.message)

    def line(self, mail_line: int) -> tuple[str, DiffLine] | None:
        """The diff line that stands on a line of the mail, or was wrapped there."""
        at = bisect_right(self._at, mail_line) - 1
        if at < 0 or mail_line - self._at[at] > 1:
            return None
        return self.diff[at]

    def landed(self, path: str, line: int) -> int:
        """The line of the mail on which a post-image line stands; 0 if it is not in the diff."""
        return next((d.mail_line for p, d in self.diff if p == path and d.new_line == line), 0)

    def placed(self, comment: Comment, first: int, last: int) -> Comment:
        """A comment put under lines of this mail."""
        comment = replace(comment, patch=self.patch.message.msgid, mail_lines=(first, last))
        found = self.line(last)
        if found is None:
            inside = self.message[0] <= last <= self.message[1]
            return replace(comment, anchor=Anchor.MESSAGE if inside else Anchor.OTHER)
        path, line = found
        shown = [d.kind + d.text for p, d in self.diff if p == path and first <= d.mail_line <= last]
        return replace(
            comment, anchor=Anchor.CODE, path=path, old_line=line.old_line, new_line=line.new_line,
            code=tuple(shown[-_CODE_LINES:]),
        )  # fmt: skip


def read_comments(thread: Thread, postings: Sequence[Posting]) -> Discussion:
    """The comments of all mails about a series, whatever revision they answer; at most 5000."""
    reader = _Reader(thread, postings)
    out: list[Comment] = []
    for message in thread.messages:
        if message.msgid in reader.about and len(out) < MOST_COMMENTS:
            out += reader.comments(message)
    problems = []
    if len(out) >= MOST_COMMENTS:
        problems.append(f"the thread holds more than {MOST_COMMENTS} comments; the rest was not read")
    if reader.budget.left <= 0:
        problems.append("the thread is too large to place all its comments")
    return Discussion(tuple(_once(out[:MOST_COMMENTS])), tuple(problems))


def _once(comments: Sequence[Comment]) -> Iterator[Comment]:
    """Words that a mail of the thread says itself are not those of a quote in another one."""
    own = {squeezed(c.text) for c in comments if c.author.email}
    seen: set[str] = set()
    for comment in comments:
        if not comment.author.email:
            key = squeezed(comment.text)
            if key in own or key in seen:
                continue
            seen.add(key)
        yield comment


class _Reader:
    """Reads the mails of a thread in its order, parents before replies."""

    def __init__(self, thread: Thread, postings: Sequence[Posting]) -> None:
        self.about = standing(thread, postings)
        self.budget = Budget()
        self._parents = dict(thread.parents)
        self._texts = {p.message.msgid: _PatchText(p) for posting in postings for p in posting.patches}
        self._covers = {posting.cover for posting in postings}
        self._said: dict[str, list[tuple[Comment, Target]]] = {}

    def comments(self, message: Message) -> list[Comment]:
        """The comments of one mail."""
        patch = self._texts.get(message.msgid)
        if message.msgid in self._covers or (patch is not None and not patch.patch.quote_depth):
            return []
        texts = [self._texts[p.message.msgid] for p in self.about[message.msgid]]
        author, machine = bot_name(message.author), is_bot(message.author)
        out: list[Comment] = []
        after: dict[str, int] = {}
        if machine:
            out += self._reported(message, texts)
        for said in words(message, inner=self._is_orphan(message)):
            who = Address(said.author, "") if said.author else author
            by_machine = machine and not said.author
            blank = Comment(who, by_machine, message.date, message.msgid, said.first_line, said.text)
            found = self._answer(blank, said) or self._placed(blank, said, texts, after)
            if found is None and patch is None:
                found = replace(blank, patch=texts[0].patch.message.msgid if texts else "")
            if found is not None and found.text:
                out.append(found)
        self._said[message.msgid] = [(c, Target(c.text.split("\n"))) for c in out]
        return out

    def _is_orphan(self, message: Message) -> bool:
        """True where the mail that this one answers is not here, so that only its quote tells what it said."""
        parent = self._parents.get(message.msgid)
        return parent is None or message.in_reply_to not in (None, parent)

    def _reported(self, message: Message, texts: Sequence[_PatchText]) -> Iterator[Comment]:
        """What a machine says of a file and line."""
        for path, line, said, first_line in reports(message):
            who = bot_name(message.author)
            blank = Comment(who, is_bot(who), message.date, message.msgid, first_line, said)
            for text in texts:
                at = text.landed(path, line)
                if at:
                    yield text.placed(blank, at, at)
                    break

    def _placed(
        self, blank: Comment, said: Words, texts: Sequence[_PatchText], after: dict[str, int]
    ) -> Comment | None:
        """The comment under the patch lines that it quotes: of the nearest patch, else of the one that fits best."""
        kept = [line for line in said.quoted if squeezed(line)]
        for skipped in range(min(_SKIPPED + 1, len(kept))):
            quoted = kept[: len(kept) - skipped]
            found = [(text, place) for text in texts if (place := self._find(text, quoted, after))]
            if found:
                nearest = found[0][0] is texts[0]
                text, place = found[0] if nearest else max(found, key=lambda pair: pair[1].length)
                return self._finished(blank, text, place, after)
        return None

    def _find(self, text: _PatchText, quoted: Sequence[str], after: dict[str, int]) -> Place | None:
        return text.target.find(quoted, after.get(text.patch.message.msgid, 0), self.budget)

    def _finished(self, blank: Comment, text: _PatchText, place: Place, after: dict[str, int]) -> Comment | None:
        """The comment without what its first lines still quote, where a mail program broke a quoted line in two."""
        lines, last = blank.text.split("\n"), place.last
        while lines and (on := text.target.goes_on(replace(place, last=last), lines[0], self.budget)):
            lines.pop(0)
            last = on
        cut = len(blank.text.split("\n")) - len(lines)
        after[text.patch.message.msgid] = last
        blank = replace(blank, text="\n".join(lines).strip("\n"), first_line=blank.first_line + cut)
        return text.placed(blank, place.first, last) if blank.text else None

    def _answer(self, blank: Comment, said: Words) -> Comment | None:
        """The comment under another's words, and with them under their patch line."""
        kept = [line for line in said.quoted if squeezed(line)]
        mail, depth = self._parents.get(blank.msgid), 1
        for _ in range(_HOPS):
            if mail is None or not kept:
                return None
            if depth >= said.depth:  # a mail further up is quoted deeper
                for comment, target in self._said.get(mail, ()):
                    if target.find(kept[-1:], 0, self.budget):
                        return replace(
                            comment, author=blank.author, is_bot=blank.is_bot, date=blank.date, msgid=blank.msgid,
                            first_line=blank.first_line, text=blank.text, answers=comment.key,
                        )  # fmt: skip
            mail, depth = self._parents.get(mail), depth + 1
        return None
