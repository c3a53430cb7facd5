# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a rule report in a commit message?  Its own search finds places in the text, whose trailers are read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reviewbot.match.run import Report, fill
from reviewbot.match.site import History
from reviewbot.model import COMMIT_MESSAGE, Match, Span
from reviewbot.rule import Rule, SeekMessage

_TRAILER = re.compile(r"^([A-Za-z][A-Za-z-]*):[ \t]+(\S.*)$")
_MAX_REPORTS = 20


@dataclass(frozen=True, slots=True)
class CommitText:
    """The message of one commit.  Implements reviewbot.rule.MessageText."""

    text: str
    paths: tuple[str, ...] = ()
    history: History = lambda _commit: None

    @property
    def subject(self) -> str:
        """See MessageText."""
        return self.text.partition("\n")[0]

    @property
    def trailers(self) -> tuple[tuple[str, str], ...]:
        """See MessageText."""
        last = self.text.rstrip().rpartition("\n\n")[2]
        return tuple((m.group(1), m.group(2)) for line in last.split("\n") if (m := _TRAILER.match(line)))

    def subject_of(self, commit: str) -> str | None:
        """See MessageText."""
        return self.history(commit)


def reads_messages(rule: Rule) -> bool:
    """True for a rule that looks at commit messages."""
    return any(isinstance(pattern, SeekMessage) for pattern in rule.patterns)


def run_message(rule: Rule, message: CommitText) -> Iterator[Report]:
    """All reports of a rule in a commit message, by place; offsets are characters of its text."""
    found: dict[tuple[int, int], Report] = {}
    for pattern in rule.patterns:
        if not isinstance(pattern, SeekMessage):
            continue
        for place in pattern.find(message):
            if 0 <= place.start < place.end <= len(message.text) and len(found) < _MAX_REPORTS:
                code = message.text[place.start : place.end]
                first = message.text.count("\n", 0, place.start) + 1
                span = Span(place.start, place.end, first, first + code.rstrip("\n").count("\n"))
                words = {name: " ".join(text.split()) for name, text in place.bindings}
                match = Match(COMMIT_MESSAGE, span, place.bindings, "")
                found[place.start, place.end] = Report(
                    rule=rule,
                    match=match,
                    message=fill(rule.message, words),
                    helper=None,
                    suggestion=None,
                    exact=True,
                    code=code,
                    key=" ".join(code.split()),
                )
    yield from (found[place] for place in sorted(found))
