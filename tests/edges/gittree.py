# SPDX-License-Identifier: GPL-2.0-or-later
"""Which trees and patches do the tests of git apply work on?  Small ones, made by git or by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from reviewbot.edges.apply import apply_series
from reviewbot.edges.kernel import open_tree
from reviewbot.edges.process import clean_env, run
from reviewbot.mail.diff import parse_diff
from reviewbot.model import Address, AppliedPatch, AppliedSeries, Message, Patch, Series

WHO = {
    **{f"GIT_{role}_NAME": "A. Author" for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{role}_EMAIL": "author@example.org" for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{role}_DATE": "2026-11-02T10:00:00+0000" for role in ("AUTHOR", "COMMITTER")},
}
FILE = b"int a;\nint b;\nint c;\nint d;\nint e;\nint f;\nint g;\nint h;\n"
D_TO_X = """\
--- a/mm/one.c
+++ b/mm/one.c
@@ -2,5 +2,5 @@
 int b;
 int c;
-int d;
+int x;
 int e;
 int f;
"""
AFTER_X = FILE.replace(b"int d;", b"int x;")


def git(folder: Path, *words: str, stdin: bytes = b"") -> str:
    """What git prints in a folder; the test fails if git does."""
    done = run(("git", *words), cwd=folder, env=clean_env() | WHO, stdin=stdin, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode("utf-8", "surrogateescape").strip("\n")


def fill(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files below a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def commit(folder: Path, files: Mapping[str, bytes], *words: str) -> str:
    """Write files and commit all of them; the commit's id."""
    fill(folder, files)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "A commit", *words)
    return git(folder, "rev-parse", "HEAD")


def repository(folder: Path, files: Mapping[str, bytes] | None = None) -> Path:
    """A repository of one commit; by default of the file mm/one.c."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "master", "--template=")
    commit(folder, {"mm/one.c": FILE} if files is None else files)
    return folder


def message(msgid: str, body: str) -> Message:
    """A mail with this body."""
    author = Address("A. Author", "author@example.org")
    return Message(msgid, "[PATCH] mm: a change", author, None, None, (), (), (), None, body, body.encode())


def patch(diff: str, index: int = 1, *, raw: bytes | None = None, in_reply: bool = False) -> Patch:
    """A patch whose mail's body is the diff and nothing else, so that mail lines are the diff's lines."""
    mail = message(f"{index}@example.org", diff)
    return Patch(mail, index, f"mm: change {index}", parse_diff(diff), diff, raw, in_reply)


def series(*diffs: str | Patch, base_commit: str | None = None) -> Series:
    """A series of these diffs."""
    patches = tuple(d if isinstance(d, Patch) else patch(d, i) for i, d in enumerate(diffs, start=1))
    return Series(1, len(patches), None, patches, "mm: a change", base_commit=base_commit)


@contextmanager
def applied(
    tree: Path, what: Series, *, base: str | None = None, refs: tuple[str, ...] = ()
) -> Iterator[AppliedSeries]:
    """The series applied to the tree at a path; its snapshots can be read inside the block."""
    scratch = tree.parent / f"scratch-{tree.name}"
    scratch.mkdir(exist_ok=True)
    with open_tree(tree, scratch) as opened:
        yield apply_series(opened, what, base=base, refs=refs)


@contextmanager
def one_applied(tree: Path, diff: str | Patch) -> Iterator[AppliedPatch]:
    """One patch applied to the tree."""
    with applied(tree, series(diff)) as done:
        yield done.patches[0]


def result(tree: Path, diff: str | Patch, path: str = "mm/one.c") -> bytes | None:
    """What a file holds after a patch; the test fails if the patch does not apply."""
    with one_applied(tree, diff) as done:
        assert done.after is not None, done.error
        return done.after.read(path)


def refusal(tree: Path, diff: str | Patch) -> str:
    """Why a patch does not apply; the test fails if it does."""
    with one_applied(tree, diff) as done:
        assert done.after is None
        return done.error


def fingerprint(folder: Path) -> dict[str, tuple[int, int, int, str]]:
    """Mode, size, time of change and content of all that lies below a folder, git's own files too."""
    found = {}
    for path in sorted(folder.rglob("*")):
        info = path.lstat()
        data = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes() if path.is_file() else b""
        name = str(path.relative_to(folder))
        found[name] = (info.st_mode, info.st_size, info.st_mtime_ns, hashlib.sha256(data).hexdigest())
    return found


def added(path: str, *lines: str, mode: str = "100644") -> str:
    """The diff that adds a file."""
    body = "".join(f"+{line}\n" for line in lines)
    head = f"diff --git a/{path} b/{path}\nnew file mode {mode}\n--- /dev/null\n+++ b/{path}\n"
    return f"{head}@@ -0,0 +1,{len(lines)} @@\n{body}"
