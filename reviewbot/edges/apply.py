# SPDX-License-Identifier: GPL-2.0-or-later
"""What is the tree after each patch?  `git apply` on a temporary index of only the files that the series touches.

There is no work tree and no big index: an index of Linux has 90,000 entries, that of a series a few.  What does not
apply as it stands is tried in more forgiving ways, and what was forgiven is said.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from reviewbot.edges.base import candidates
from reviewbot.edges.gitapply import ALREADY, Attempt, Index, failure_place, partial_index
from reviewbot.edges.kernel import Tree
from reviewbot.edges.landed import is_restorable, landed
from reviewbot.edges.pathsafe import paths_of, printable, refused, wrong_path, wrong_place
from reviewbot.edges.scratch import Entry
from reviewbot.edges.snapshot import TreeSnapshot
from reviewbot.errors import ProcessError, TreeError
from reviewbot.mail.repair import restore, to_text
from reviewbot.model import AppliedPatch, AppliedSeries, BaseChoice, FileDiff, Patch, Series

_SECONDS = 120.0
"""For a series on all its bases together."""


@dataclass(frozen=True, slots=True)
class _State:
    """Where the series stands: what it looks like, and the index that git works on."""

    snapshot: TreeSnapshot
    index: Index


def apply_series(tree: Tree, series: Series, *, base: str | None = None, refs: tuple[str, ...] = ()) -> AppliedSeries:
    """Apply a series to the first base that takes all of it, else to the one that takes most.

    `base` is the user's own choice and then the only one; `refs` are the bases that the settings name.  A patch that
    does not apply is no error: it has no `after`, and git's words.  TreeError for a `base` that does not exist, or a
    tree without any commit.
    """
    deadline = time.monotonic() + _SECONDS
    best: AppliedSeries | None = None
    tried: list[tuple[BaseChoice, str]] = []
    for choice, words in candidates(tree, series, wanted=base, refs=refs):
        if choice.commit is None and tree.git_dir is not None:
            tried.append((choice, words))
            continue
        done = _apply_on(tree, series, choice, deadline)
        if best is None or _count(done) > _count(best):
            best = done
        if done.applied or not series.patches:
            break
        tried.append((choice, next(patch.error for patch in done.patches if patch.after is None)))
    if best is None:
        raise TreeError(f"{tree.name} has no commit to apply patches to", "name one with --base")
    others = tuple((choice, words) for choice, words in tried if choice != best.base)
    return AppliedSeries(series, best.base, best.snapshot, best.patches, others)


def _count(done: AppliedSeries) -> int:
    return sum(patch.after is not None for patch in done.patches)


def _apply_on(tree: Tree, series: Series, choice: BaseChoice, deadline: float) -> AppliedSeries:
    """The series on one base."""
    start = TreeSnapshot(choice.name, tree.at(choice.commit), tree.scratch)
    state = _State(start, partial_index(tree.scratch, _touched(series, start)))
    out: list[AppliedPatch] = []
    for patch in series.patches:
        done, state = _apply_one(patch, state, f"after patch {patch.index}/{series.expected}", deadline)
        out.append(done)
    return AppliedSeries(series, choice, start, tuple(out))


def _touched(series: Series, start: TreeSnapshot) -> dict[str, Entry]:
    """What stands at the paths that the series touches, and whatever is no folder where one should be above them."""
    wanted = {
        path for patch in series.patches for diff in patch.files for path in paths_of(diff) if not wrong_path(path)
    }
    above = {path[:at] for path in wanted for at, c in enumerate(path) if c == "/"}
    found = ((path, start.entry(path)) for path in sorted(wanted | above))
    return {path: entry for path, entry in found if entry is not None and not entry.is_folder}


def _apply_one(patch: Patch, state: _State, name: str, deadline: float) -> tuple[AppliedPatch, _State]:
    """One patch on the last good state; the new state is the old one if it does not apply."""
    failed = partial(AppliedPatch, patch, state.snapshot, None, patch.files)
    why = refused(patch) or _misplaced(patch, state.snapshot)
    if why:
        return failed(error=f"patch {patch.index} is refused: {why}"), state
    first = ""
    for attempt in _ways(patch, state.snapshot):
        if time.monotonic() > deadline:
            first = first or f"not tried: the series took more than {_SECONDS:g} s"
            break
        try:
            index, words = attempt.on(state.index, deadline - time.monotonic())
        except ProcessError as err:
            index, words = None, err.what
        if index is not None:
            return _succeed(patch, state, index, attempt.how, name)
        if words == ALREADY:
            return failed(error=words), state
        first = first or words
    return failed(error=first, failed_at=failure_place(first, patch)), state


def _succeed(patch: Patch, state: _State, index: Index, how: str, name: str) -> tuple[AppliedPatch, _State]:
    """The state after git took a patch, unless git saw another patch than we did."""
    old, new = state.index.entries, index.entries
    changed = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    strange = changed - {path for diff in patch.files for path in paths_of(diff)}
    if strange:
        words = f"patch {patch.index} is refused: git would change {printable(min(strange))}, which its diff hides"
        return AppliedPatch(patch, state.snapshot, None, patch.files, error=words), state
    before = state.snapshot
    files = {**before.files, **dict.fromkeys(old), **new}
    after = TreeSnapshot(name, before.base, before.scratch, files)
    return AppliedPatch(patch, before, after, landed(patch.files, before, after), how), _State(after, index)


def _misplaced(patch: Patch, before: TreeSnapshot) -> str | None:
    for diff in patch.files:
        for path in paths_of(diff):
            if why := wrong_place(path, before.entry):
                return f"{printable(path)} {why}"
    return None


def _ways(patch: Patch, before: TreeSnapshot) -> Iterator[Attempt]:
    """Ways to give a patch to git, from the strictest on."""
    diff = patch.diff.encode("utf-8", "surrogateescape")
    exact = diff if patch.raw_diff is None else patch.raw_diff
    yield Attempt(exact)
    if exact != diff:
        yield Attempt(diff, how="line ends and encoding as the mail was decoded")
    yield Attempt(exact, ("--3way",), how="merged three-way with the blobs that it names")
    if not patch.files or any(file.status == "binary" for file in patch.files):
        return
    yield Attempt(diff, ("--ignore-whitespace",), how="white space ignored")
    restored = [_restored(file, before) for file in patch.files]
    mended = tuple(file for file, _how in restored if file is not None)
    if len(mended) == len(restored):
        words = [how for _file, how in restored if how]
        if any(hunk.lied for file in patch.files for hunk in file.hunks):
            words.append("hunk counts recounted")
        how = ", ".join(dict.fromkeys(words)) or "hunks placed by their lines"
        yield Attempt(to_text(mended).encode("utf-8", "surrogateescape"), ("--unidiff-zero",), how)


def _restored(file: FileDiff, before: TreeSnapshot) -> tuple[FileDiff | None, str]:
    """A file's diff with the file's own lines, and what had to be done; None if its lines are not there."""
    if file.old_path is None:
        return file, ""
    original = before.read(file.old_path)
    if original is None or not is_restorable(file):
        return None, ""
    if not original:
        return file, ""
    found = restore(file, original)
    return found.file, found.how
