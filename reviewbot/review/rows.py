# SPDX-License-Identifier: GPL-2.0-or-later
"""How far apart do two things stand in a diff, and where does its code stand in another version of it?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reviewbot.mail.places import squeezed
from reviewbot.model import Comment, FileDiff

NEAR = 3
_SHORT = 12
"""Lines of a quote that was cut to what is meant; of a longer one only the last line is."""
_TELLING = 20
_WORDY = 4


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a diff: which one of all its lines, in which hunk, and its text without white space."""

    at: int
    hunk: int
    path: str
    kind: str
    key: str
    mail_line: int
    new_line: int | None


def rows_of(files: Iterable[FileDiff]) -> tuple[Row, ...]:
    """The lines of a diff in their order; hunks stand further apart than anything that is near."""
    return tuple(_rows(files))


def _rows(files: Iterable[FileDiff]) -> Iterator[Row]:
    at = number = 0
    for file in files:
        for hunk in file.hunks:
            number += 1
            at += 2 * NEAR
            for line in hunk.lines:
                at += 1
                yield Row(at, number, file.path, line.kind, squeezed(line.text), line.mail_line, line.new_line)


def meant(rows: Sequence[Row], comment: Comment) -> tuple[Row, ...]:
    """The lines that a comment is about, of its own patch's diff: a short quote as a whole, of a long one the last."""
    first, last = comment.mail_lines
    quoted = [row for row in rows if first <= row.mail_line <= last]
    if not quoted:  # the last line of the place was wrapped
        quoted = [row for row in rows if row.mail_line <= last][-1:]
    own = [row for row in quoted if row.hunk == quoted[-1].hunk]
    return tuple(own if len(own) <= _SHORT else own[-1:])


def is_near(some: Sequence[Row], others: Sequence[Row]) -> bool:
    """True for lines of one diff that stand at most three lines apart."""
    if not some or not others:
        return False
    return some[0].at - NEAR <= others[-1].at and others[0].at <= some[-1].at + NEAR


def same_code(rows: Sequence[Row], mine: Sequence[Row], here: Sequence[Row]) -> Iterator[Row]:
    """Where lines of one version's files (`here`, of all those in `mine`) stand in another version's (`rows`).

    Of several places it is the one whose lines around are most alike; a short line alone is no place.
    """
    old, new = ([row for row in side if row.kind != "-"] for side in (rows, mine))
    index = {row.at: number for number, row in enumerate(new)}
    for row in here:
        alike = [(_likeness(old, at, new, index[row.at]), at) for at, other in enumerate(old) if other.key == row.key]
        best = max((likeness for likeness, _at in alike), default=0)
        if best > 1 or (best and len(row.key) >= _TELLING):
            yield from (old[at] for likeness, at in alike if likeness == best)


def _likeness(old: Sequence[Row], here: int, new: Sequence[Row], there: int) -> int:
    """How many of the lines at and near two places are the same; braces and blank lines do not count."""
    low = -min(NEAR, here, there)
    high = min(NEAR, len(old) - 1 - here, len(new) - 1 - there)
    pairs = ((old[here + step].key, new[there + step].key) for step in range(low, high + 1))
    return sum(one == other and len(one) >= _WORDY for one, other in pairs)
