# SPDX-License-Identifier: GPL-2.0-or-later
"""On which lines did a patch land?  Its file diffs with the line numbers and the white space of the trees around it.

Where the mail's own hunks, put in their place, make exactly the new file, they are kept as they are; else (after a
three-way merge) git's diff is taken, and each of its lines is tied to the line of the mail that it came from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher

from reviewbot.edges.scratch import Scratch
from reviewbot.edges.snapshot import TreeSnapshot
from reviewbot.mail.diff import parse_diff
from reviewbot.mail.repair import restore
from reviewbot.model import DiffLine, FileDiff, Hunk

_DIFF = ("diff", "--no-ext-diff", "--no-textconv", "--no-color", "--text", "--full-index")
_MOST_COMPARED = 1_000_000
_MOST_LINES = 50_000
_MOST_BY_GIT = 100
_Key = tuple[str, str]


def landed(files: tuple[FileDiff, ...], before: TreeSnapshot, after: TreeSnapshot) -> tuple[FileDiff, ...]:
    """The file diffs of an applied patch as they landed; a line that no mailed line accounts for has mail_line 0."""
    budget = iter(range(_MOST_BY_GIT))  # each costs a process; the rest keep the lines that the mail claims
    together: dict[str, FileDiff] = {}
    for diff in files:  # a path may come twice in the diff that a mail holds
        known = together.get(diff.path)
        together[diff.path] = diff if known is None else replace(known, hunks=known.hunks + diff.hunks)
    return tuple(_one(diff, before, after, budget) for diff in together.values())


def _one(diff: FileDiff, before: TreeSnapshot, after: TreeSnapshot, budget: Iterator[int]) -> FileDiff:
    old = before.blob_id(diff.old_path) if diff.old_path else None
    new = after.blob_id(diff.new_path) if diff.new_path else None
    diff = replace(diff, old_blob=old, new_blob=new)
    if not diff.hunks or diff.status in ("binary", "submodule"):
        return diff
    exact = _in_place(diff, before, after)
    if exact is not None:
        return exact
    if not old or not new or next(budget, None) is None:
        return diff
    return _by_git(diff, before.scratch, old, new)


def _in_place(diff: FileDiff, before: TreeSnapshot, after: TreeSnapshot) -> FileDiff | None:
    """The mail's own hunks at their true lines; None unless they turn the old file into the new one."""
    old = before.read(diff.old_path) if diff.old_path else b""
    new = after.read(diff.new_path) if diff.new_path else b""
    if old is None or new is None:  # a link: its target is no text of the snapshot
        return None
    if not old:
        placed: FileDiff | None = _as_added(diff)
    else:
        placed = restore(diff, old).file if is_restorable(diff) else None
    return placed if placed is not None and _patched(placed, _lines(old)) == _lines(new) else None


def is_restorable(diff: FileDiff) -> bool:
    """False for a diff of so many lines that a hostile one could keep restore() busy for minutes."""
    return sum(len(hunk.lines) for hunk in diff.hunks) <= _MOST_LINES


def _as_added(diff: FileDiff) -> FileDiff:
    """The one hunk of a file that was not there, or empty, counted from its line 1."""
    lines = [line for hunk in diff.hunks for line in hunk.lines]
    counted = tuple(replace(line, old_line=None, new_line=number) for number, line in enumerate(lines, start=1))
    return replace(diff, hunks=(replace(diff.hunks[0], old_start=0, new_start=1, lines=counted, lied=False),))


def _lines(data: bytes) -> list[str]:
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    return lines if lines[-1] else lines[:-1]


def _patched(diff: FileDiff, old: list[str]) -> list[str]:
    """What the hunks make of a file's lines."""
    out: list[str] = []
    at = 0
    for hunk in diff.hunks:
        start = hunk.old_start - 1 if hunk.old_count else hunk.old_start
        out += old[at:start]
        out += [line.text for line in hunk.lines if line.kind != "-"]
        at = start + hunk.old_count
    return out + old[at:]


def _by_git(diff: FileDiff, scratch: Scratch, old: str, new: str) -> FileDiff:
    """Git's diff between the two contents, tied to the lines of the mail."""
    done = scratch.git(*_DIFF, old, new)
    found = parse_diff(done.stdout.decode("utf-8", "surrogateescape"))
    hunks = found[0].hunks if found else ()
    return replace(diff, hunks=_tied(hunks, [line for hunk in diff.hunks for line in hunk.lines]))


def _tied(hunks: tuple[Hunk, ...], mailed: list[DiffLine]) -> tuple[Hunk, ...]:
    """The hunks with the mail lines of the longest runs of equal lines, in order."""
    ours = [line for hunk in hunks for line in hunk.lines]
    numbers = [0] * len(ours)
    if len(ours) * len(mailed) <= _MOST_COMPARED:
        matcher = SequenceMatcher(None, [_key(line) for line in ours], [_key(line) for line in mailed], autojunk=False)
        for block in matcher.get_matching_blocks():
            for step in range(block.size):
                numbers[block.a + step] = mailed[block.b + step].mail_line
    rest = iter(numbers)
    return tuple(
        replace(hunk, lines=tuple(replace(line, mail_line=next(rest)) for line in hunk.lines)) for hunk in hunks
    )


def _key(line: DiffLine) -> _Key:
    """A line as far as mail keeps it: white space comes and goes."""
    return line.kind, "".join(line.text.split())
