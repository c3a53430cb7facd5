# SPDX-License-Identifier: GPL-2.0-or-later
"""What is at the path that the user calls the kernel tree, and which commits do names in it stand for?

A repository (work tree, linked work tree, bare, or a folder inside of one) or a plain folder.  The user's repository
is only ever asked what names mean: no command here writes to it, takes a lock, or runs what its configuration names.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reviewbot.edges.process import Completed, clean_env, run
from reviewbot.edges.scratch import Scratch, open_scratch
from reviewbot.edges.snapshot import Base, CommitBase, FolderBase
from reviewbot.errors import TreeError, UsageError

_SECONDS = 60.0
_HINT = "name a kernel tree with --tree"
_ID = re.compile(r"[0-9a-f]{7,64}")
_FULL_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
# safe.directory: who may own the tree is the user's affair when nothing that its configuration names is run
_CAREFUL = (
    *("-c", "safe.directory=*"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "log.showSignature=false"),
    *("-c", "protocol.allow=never"),
)


@dataclass(frozen=True, slots=True)
class Tree:
    """An open tree: its top folder, the user's git directory (None for a plain folder), and the scratch to write to."""

    name: str
    folder: Path
    git_dir: Path | None
    scratch: Scratch

    def ask(self, *words: str, timeout: float = _SECONDS) -> Completed:
        """Run a git command that only reads on the user's repository."""
        argv = ("git", *_CAREFUL, f"--git-dir={self.git_dir}", *words)
        return run(argv, cwd=self.scratch.place, env=self.scratch.env, timeout=timeout)

    def resolve(self, revision: str) -> str | None:
        """The commit that a revision means; None if there is none.  A name that looks like an option is none."""
        if self.git_dir is None or revision.startswith("-") or not revision.isprintable():
            return None
        if _FULL_ID.fullmatch(revision):  # asked of the scratch, which cannot fetch what a partial clone lacks
            found = self.scratch.reader.get(f"{revision}^{{commit}}")
            return found.oid if found else None
        done = self.ask("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        oid = done.stdout.decode("utf-8", "replace").strip()
        return oid if done.returncode == 0 and _FULL_ID.fullmatch(oid) else None

    def subject_of(self, commit: str) -> str | None:
        """The subject of the commit that an (abbreviated) id means; None if the repository does not hold it."""
        found = self.resolve(commit) if _ID.fullmatch(commit) else None
        done = self.ask("log", "-1", "--format=%s", found) if found else None
        return done.stdout.decode("utf-8", "replace").strip() if done and done.returncode == 0 else None

    def named(self, revision: str | None) -> Base:
        """The tree at a revision, or the folder as it stands (None); UsageError where there is no such revision."""
        commit = self.resolve(revision) if revision is not None else None
        if revision is not None and commit is None:
            raise UsageError(f"{self.name} has no revision {revision}", "name another one with --base")
        return self.at(commit)

    def at(self, commit: str | None) -> Base:
        """The tree at a commit, or the plain folder as it stands (None)."""
        return FolderBase(self.scratch, self.folder) if commit is None else CommitBase(self.scratch, commit)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a repository has its parts."""

    git_dir: Path
    top: Path
    objects: Path
    object_format: str


@contextmanager
def open_tree(path: Path, scratch: Path) -> Iterator[Tree]:
    """Open the tree at `path` for the time of a `with` block; a folder made below the folder `scratch` lives as long.

    TreeError if there is no such folder or nothing to read in it.
    """
    try:
        path = path.resolve(strict=True)
        empty = not any(path.iterdir())
    except FileNotFoundError:
        raise TreeError(f"the tree {path} does not exist", _HINT) from None
    except NotADirectoryError:
        raise TreeError(f"the tree {path} is no folder", _HINT) from None
    except (OSError, RuntimeError) as err:  # RuntimeError: a loop of links
        raise TreeError(f"the tree {path} cannot be read ({err})", _HINT) from err
    place = None if empty else _repository(path)
    if place is None and (empty or not any(child.name != ".git" for child in path.iterdir())):
        raise TreeError(f"the tree {path} has neither commits nor files", _HINT)
    folder = place.top if place else path
    with tempfile.TemporaryDirectory(prefix="tree-", dir=scratch) as ours:
        objects, object_format = (place.objects, place.object_format) if place else (None, "sha1")
        with open_scratch(Path(ours), objects, object_format) as made:
            yield Tree(str(folder), folder, place.git_dir if place else None, made)


@contextmanager
def opened(path: Path) -> Iterator[Tree]:
    """The same with a scratch folder of its own, which is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="reviewbot-") as scratch, open_tree(path, Path(scratch)) as tree:
        yield tree


def _repository(path: Path) -> _Place | None:
    """The repository that a folder is, or is part of; None for a plain folder."""
    git_dir = _answer(path, "rev-parse", "--absolute-git-dir")
    if git_dir is None:
        return None
    top = _answer(path, "rev-parse", "--show-toplevel") or git_dir  # a bare repository has no top
    if Path(top) != path and not git_dir.startswith(f"{path}/") and top != git_dir and _is_foreign(path):
        return None
    if not _answer(path, "rev-parse", "--verify", "--quiet", "HEAD") and not _answer(path, "for-each-ref", "--count=1"):
        return None  # made, but nothing committed: the files are all there is
    objects = _answer(path, "rev-parse", "--path-format=absolute", "--git-path", "objects")
    object_format = _answer(path, "rev-parse", "--show-object-format")
    if objects is None or object_format not in ("sha1", "sha256"):
        raise TreeError(f"git cannot say where {path} keeps its objects", "reviewbot needs git 2.31 or later")
    return _Place(Path(git_dir), Path(top), Path(objects), object_format)


def _is_foreign(path: Path) -> bool:
    """True for a folder that only lies in another repository: a tarball unpacked there, or a kernel tree in it."""
    unknown = _answer(path, "rev-parse", "--verify", "--quiet", "HEAD:./") is None
    return unknown or ((path / "MAINTAINERS").is_file() and (path / "Kbuild").is_file())


def _answer(path: Path, *words: str) -> str | None:
    """What git prints when asked in a folder; None if it fails."""
    done = run(("git", *_CAREFUL, *words), cwd=path, env=clean_env(), timeout=_SECONDS)
    return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n") if done.returncode == 0 else None
