# SPDX-License-Identifier: GPL-2.0-or-later
"""Does git take this diff?  One `git apply --cached` on an index held in memory, and git's words if it does not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from reviewbot.edges.pathsafe import printable
from reviewbot.edges.scratch import Entry, Scratch
from reviewbot.errors import TreeError
from reviewbot.model import Patch

ALREADY = "the tree already holds what the patch does"
_SECONDS = 30.0
_MOST_WORDS = 600
_FAILED = re.compile(r"patch failed: (.+?):(\d+)(?:;|$)")
_ABOUT = re.compile(r"(?:error: )?([^;]+?): (?:does not exist|already exists|patch does not apply|No such file)")
_NOISE = re.compile(r"(?:warning|hint|Checking|Applied|Falling back|Performing|U )|.*lacks the necessary blob")


@dataclass(frozen=True, slots=True)
class Index:
    """An index file's bytes, and what stands in it by path."""

    scratch: Scratch
    data: bytes
    entries: Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A diff for git, options that forgive something, and what they forgive in words."""

    diff: bytes
    options: tuple[str, ...] = ()
    how: str = ""

    def on(self, index: Index, seconds: float) -> tuple[Index | None, str]:
        """The index with the diff applied; or None and git's words.  ProcessError if git hits a limit."""
        file = index.scratch.place / "index"
        file.with_suffix(".lock").unlink(missing_ok=True)  # of a git that was stopped
        file.unlink(missing_ok=True)
        if index.data:  # an empty index is no file at all
            file.write_bytes(index.data)
        # the author's white space errors are no business of git's here
        words = ("apply", "--cached", "--whitespace=nowarn", *self.options, "-")
        scratch = index.scratch
        done = scratch.git(*words, stdin=self.diff, index=file, timeout=max(0.1, min(seconds, _SECONDS)))
        if done.returncode < 0:
            return None, f"git apply was stopped by signal {-done.returncode}, at a bound on memory or time"
        if done.returncode != 0:
            return None, _words(done.stderr)
        made = _listed(scratch)
        if made == index.entries:
            return None, ALREADY
        return Index(scratch, file.read_bytes(), made), ""


def partial_index(scratch: Scratch, entries: Mapping[str, Entry]) -> Index:
    """An index that holds just these entries."""
    file = scratch.place / "index"
    file.unlink(missing_ok=True)
    lines = "".join(f"{entry.mode} {entry.oid}\t{path}\0" for path, entry in entries.items())
    done = scratch.git("update-index", "-z", "--index-info", stdin=lines.encode("utf-8", "surrogateescape"), index=file)
    if done.returncode != 0:
        raise TreeError(f"git cannot index the files of the series: {_words(done.stderr)}", "report this as a bug")
    return Index(scratch, file.read_bytes() if file.exists() else b"", dict(entries))


def _listed(scratch: Scratch) -> dict[str, Entry]:
    """The entries of the index (which has no conflicts: git apply fails with them)."""
    done = scratch.git("ls-files", "--stage", "-z", index=scratch.place / "index")
    found: dict[str, Entry] = {}
    for line in done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        head, _tab, path = line.partition("\t")
        mode, oid, _stage = head.split(" ")
        found[path] = Entry(mode, oid)
    return found


def _words(stderr: bytes) -> str:
    """What git said, on one line and fit for a terminal."""
    lines = [printable(line) for line in stderr.decode("utf-8", "replace").split("\n")[:50]]
    told = dict.fromkeys(line.removeprefix("error: ") for line in lines if line and not _NOISE.match(line))
    return "; ".join(list(told)[:4])[:_MOST_WORDS] or "git said nothing"


def failure_place(words: str, patch: Patch) -> tuple[str, int] | None:
    """The path that git's words name, and the 1-based hunk; 0 where they name a line that no hunk starts at."""
    failed = _FAILED.search(words)
    if failed is None:
        about = _ABOUT.match(words)
        return (about.group(1), 0) if about else None
    path, line = failed.group(1), int(failed.group(2))
    hunks = next((file.hunks for file in patch.files if path in (file.old_path, file.new_path)), ())
    return path, next((number for number, hunk in enumerate(hunks, start=1) if hunk.old_start == line), 0)
