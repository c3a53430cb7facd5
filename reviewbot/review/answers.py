# SPDX-License-Identifier: GPL-2.0-or-later
"""What became of a comment in its thread: who answered it, does the answer agree, and was it a remark at all?

It judges by lists of words.  Where they do not decide, a comment counts as answered: silence is the better mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reviewbot.mail.decode import sender
from reviewbot.model import Anchor, Comment, Patch

_TRAILER = re.compile(r"(?m)^\s*[A-Z][\w-]*-(?:by|for|bisected): .*$|^\s*(?:Fixes|Link|Closes|Cc): .*$")
_NOTHING = re.compile(
    r"\W*(?:(?:ok(?:ay)?|yes|yep|yeah|sure|ack(?:ed)?|agreed?|right|true|indeed|nice|great|good|perfect|cool"
    r"|awesome|lgtm|looks? (?:good|fine|ok|great|correct|sane|reasonable)|thanks?|thank you|thx|applied|queued"
    r"|fine|well done|neat|np|no problem|lol|heh|\+1|(?:to|with|for|by) (?:me|this|that)|very much|now|too"
    r"|so much|this|that|it|is|for|the|patch|a lot|and|but|otherwise|same|here|nit)\W*)+",
    re.IGNORECASE,
)
_DROPPED = re.compile(
    r"\b(?:fine with me|up to you|your (?:call|choice)|keep it|never ?mind|(?:don't|not) insist|no strong|feel free"
    r"|ignore (?:this|that|me))\b",
    re.IGNORECASE,
)
_CLEAN = re.compile(
    r"found no issues|no issues? (?:were )?found|\bapplied (?:to|,|this)|queued (?:up )?for", re.IGNORECASE
)
_OLD = re.compile(
    r"(?:isn't|is not|not) (?:a |an )?(?:bug|issue|problem)?\s*(?:introduced|added|caused) by this|pre-?existing",
    re.IGNORECASE,
)
_AGREES = re.compile(
    r"\b(?:will|i'?ll|fixed|done|good (?:catch|point|idea|spot)|nice catch|agreed?|ack(?:ed)?|sure|ok(?:ay)?|yes|yep"
    r"|right|indeed|makes sense|my bad|oops|oh no|thanks for (?:catching|spotting|pointing|the)|noted|true|of course"
    r"|absolutely|next (?:version|revision)|in v\d+)\b",
    re.IGNORECASE,
)
_BUT = re.compile(
    r"\b(?:but|however|although|unfortunately|disagree|(?:don'?t|do not|not) (?:think|see|need|want|sure|agree)|prefer"
    r"|intend(?:ed|tional)?|on purpose|false positive|because|no)\b|\?",
    re.IGNORECASE,
)
_MOST_HOPS = 20


def is_author(comment: Comment, patch: Patch) -> bool:
    """True for the words of whoever sent or wrote the patch."""
    author, said = patch.message.author, comment.author
    if said.email and said.email.lower() in (author.email.lower(), sender(patch.message)):
        return True
    return bool(author.name) and _names(author.name) == _names(said.name)


def _names(name: str) -> list[str]:
    """The parts of a name, in whatever order they are written."""
    return sorted(re.findall(r"\w+", name.lower()))


def is_remark(comment: Comment) -> bool:
    """False for an acknowledgement, praise, trailers alone, and what takes itself back or is of older code."""
    text = _TRAILER.sub("", comment.text).strip()
    if not re.search(r"\w", text) or _NOTHING.fullmatch(text) or _CLEAN.search(text):
        return False
    if _DROPPED.search(text):
        return False
    return not _OLD.search(text)


def answers_to(comment: Comment, comments: Sequence[Comment]) -> Iterator[Comment]:
    """What others said directly under a comment, in order."""
    return (c for c in comments if c.answers == comment.key and c.author != comment.author)


def answer_to(comment: Comment, comments: Sequence[Comment], patch: Patch | None) -> Comment | None:
    """The patch's author's first words under a comment, or under another's answer to it; None without any."""
    if patch is None or is_author(comment, patch):
        return None
    waiting, seen = [comment.key], {comment.key}
    for _ in range(_MOST_HOPS):
        below = [c for c in comments if c.answers in waiting and c.key not in seen]
        mine = next((c for c in below if is_author(c, patch)), None)
        if mine or not below:
            return mine
        waiting = [c.key for c in below]
        seen.update(waiting)
    return None


def agrees(answer: Comment) -> bool:
    """True for an answer that takes the remark on ("will fix in v3"), and says nothing against it."""
    return bool(_AGREES.search(answer.text)) and not _BUT.search(answer.text)


def is_settled(comment: Comment, answer: Comment | None, comments: Sequence[Comment]) -> bool:
    """True where somebody answered the comment other than by taking it on."""
    if answer is not None and not agrees(answer):
        return True
    return any(not agrees(other) and is_remark(other) for other in answers_to(comment, comments) if other is not answer)


def can_stay_open(comment: Comment) -> bool:
    """True for a remark, no answer to another, under a line whose fate in a later version can be seen."""
    return comment.answers is None and comment.anchor in (Anchor.CODE, Anchor.MESSAGE) and is_remark(comment)
