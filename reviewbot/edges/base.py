# SPDX-License-Identifier: GPL-2.0-or-later
"""On which commit does a series stand?  What it says, what its blob ids prove, what the settings name, then HEAD.

It only puts candidates in order; apply.py finds out which of them takes the series.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from reviewbot.edges.kernel import Tree
from reviewbot.edges.pathsafe import printable, wrong_path
from reviewbot.errors import ProcessError, TreeError
from reviewbot.model import BaseChoice, Series

_MOST_REFS = 50
_MOST_BLOBS = 300
_SEARCHED_BLOBS = 8
_SEARCH_SECONDS = 5.0
_COMMIT_ID = re.compile(r"[0-9a-f]{7,64}")


def candidates(
    tree: Tree, series: Series, *, wanted: str | None, refs: tuple[str, ...]
) -> Iterator[tuple[BaseChoice, str]]:
    """The bases to try, best first, no commit twice: each with "" or, if it cannot be had, the reason in words.

    At least one can be had.  `wanted` is the user's own word and then the only one; TreeError if it does not exist, or
    if the tree has no commit at all.
    """
    if tree.git_dir is None:
        if wanted is not None:
            raise TreeError(f"{tree.name} is no git repository, so it has no revision {wanted!r}", "leave --base out")
        yield BaseChoice(tree.name, None, "a plain folder has no other state"), ""
        return
    if wanted is not None:
        commit = tree.resolve(wanted)
        if commit is None:
            raise TreeError(f"{tree.name} has no revision {printable(wanted)!r}", "name a commit, tag or branch")
        yield BaseChoice(wanted, commit, "named with --base"), ""
        return
    seen: set[str] = set()
    for choice, words in _known(tree, series, refs):
        if choice.commit is None or choice.commit not in seen:
            yield choice, words
        if choice.commit is not None:
            seen.add(choice.commit)
    if not seen:
        raise TreeError(f"{tree.name} has no commit to apply patches to", "name one with --base")


def _known(tree: Tree, series: Series, refs: tuple[str, ...]) -> Iterator[tuple[BaseChoice, str]]:
    if series.base_commit is not None:
        yield _said(tree, series, series.base_commit)
    found = _by_blobs(tree, _pre_images(series), refs)
    if found is not None:
        yield found, ""
    for ref in refs:
        commit = tree.resolve(ref)
        why = "named in the setting reviewbot.base"
        yield BaseChoice(printable(ref), commit, why), "" if commit else "the tree has no such revision"
    commit = tree.resolve("HEAD")
    if commit is not None:
        yield BaseChoice("HEAD", commit, "nothing better is known"), ""


def _said(tree: Tree, series: Series, commit_id: str) -> tuple[BaseChoice, str]:
    """The base-commit that the sender names, who is not trusted with anything but an id."""
    why = f"base-commit of the {'cover letter' if series.cover else 'patch'}"
    commit = tree.resolve(commit_id) if _COMMIT_ID.fullmatch(commit_id) else None
    return BaseChoice(printable(commit_id)[:12], commit, why), "" if commit else "the tree does not have this commit"


def _pre_images(series: Series) -> dict[str, str]:
    """Path and (abbreviated) blob of each file as the series finds it."""
    found: dict[str, str] = {}
    touched: set[str] = set()
    for patch in series.patches:
        for diff in patch.files:
            old, blob = diff.old_path, diff.old_blob
            if old and blob and old not in touched and not wrong_path(old) and _COMMIT_ID.fullmatch(blob):
                found[old] = blob
        touched.update(path for diff in patch.files for path in (diff.old_path, diff.new_path) if path)
    return found


def _by_blobs(tree: Tree, wanted: dict[str, str], refs: tuple[str, ...]) -> BaseChoice | None:
    """A commit whose files are the very blobs that the patches were made from."""
    blobs = _full_ids(tree, wanted)
    if not blobs:
        return None
    named = [(ref, tree.resolve(ref)) for ref in (*refs, "HEAD")]
    for name, commit in (*named, *_references(tree)):
        if commit is not None and _has(tree, commit, blobs):
            return BaseChoice(printable(name), commit, f"the blobs of its pre-images are those of {printable(name)}")
    commit = _search(tree, blobs)
    return BaseChoice(commit[:12], commit, "the blobs of its pre-images are those of this commit") if commit else None


def _full_ids(tree: Tree, wanted: dict[str, str]) -> dict[str, str]:
    """The pre-images by their full ids; nothing if one of them is not in the repository."""
    if not 0 < len(wanted) <= _MOST_BLOBS:
        return {}
    found: dict[str, str] = {}
    for path, blob in wanted.items():
        known = tree.scratch.blob(blob)
        if known is None:
            return {}
        found[path] = known[0]
    return found


def _has(tree: Tree, commit: str, blobs: dict[str, str]) -> bool:
    base = tree.at(commit)
    return all(base.blob_id(path) == blob for path, blob in blobs.items())


def _references(tree: Tree) -> Iterator[tuple[str, str | None]]:
    """Names and commits of the newest branches and tags."""
    form = "--format=%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end) %(refname:short)"
    words = ("for-each-ref", f"--count={_MOST_REFS}", "--sort=-creatordate", form)
    done = tree.ask(*words, "refs/heads", "refs/tags", "refs/remotes")
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        oid, _blank, name = line.partition(" ")
        yield name, tree.resolve(oid)


def _search(tree: Tree, blobs: dict[str, str]) -> str | None:
    """A commit of any branch's history that has all the blobs, if git finds one in some seconds."""
    deadline = time.monotonic() + _SEARCH_SECONDS
    for path, blob in list(blobs.items())[:_SEARCHED_BLOBS]:
        words = ("log", "-1", "--all", "--format=%H %P", "--no-ext-diff", "--no-textconv", f"--find-object={blob}")
        left = deadline - time.monotonic()
        try:
            done = tree.ask(*words, "--", path, timeout=max(0.1, left))
        except ProcessError:
            return None
        # the newest change of the blob: it came with this commit, or was replaced by it and is in the parent
        for commit in done.stdout.decode("utf-8", "replace").split():
            if _has(tree, commit, blobs):
                return commit
    return None
