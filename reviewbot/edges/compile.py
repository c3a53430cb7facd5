# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a fix-up build?  The user's command on a scratch export of the tree, before the change and after it.

Only a user who asks for it has anything built: a build runs what the tree says.  So a series that touches more than
code, documentation, lists of objects and plain options (a Makefile's rule, a script, a host program) is not built.
"""

from __future__ import annotations

import re
import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reviewbot.edges.kernel import Tree
from reviewbot.edges.pathsafe import printable
from reviewbot.edges.process import OutputBoundError, TimeOutError, run, user_env
from reviewbot.errors import TreeError, UsageError
from reviewbot.model import AppliedPatch, AppliedSeries, FileChange, FileDiff, Progress, Snapshot

_EXPORT_SECONDS = 600.0
_BUILD_SECONDS = 900.0
_ALL_SECONDS = 3600.0
_CPU_SECONDS = 900
_MEMORY = 16 << 30
_FILE_SIZE = 4 << 30
_MAX_OUTPUT = 16 << 20
_MOST_WORDS = 200
_INERT = re.compile(r"(?:.*/)?(?:[^/]+\.(?:c|h|rst|txt|yaml|dts|dtsi|dtso)|MAINTAINERS)", re.DOTALL)
_HOST = re.compile(
    r"(?:scripts|tools|usr)/.*|arch/[^/]+/(?:tools|boot)/.*\.[ch]|(?:.*/)?(?:gen_[^/]*|mk[a-z]+|conmakehash)\.c",
    re.DOTALL,
)
"""Where the code of programs stands that the build itself runs."""
_COMMENT = re.compile(r"\s*#[^$]*", re.ASCII)
_SET = re.compile(r"\s*(?!host|user)[\w-]+-(?:y|m|objs|\$\(CONFIG_\w+\))\s*[:+]?=", re.ASCII)
_OBJECT = re.compile(r"[\w/-]+(?:\.o|/)", re.ASCII)
_READS = re.compile(r"\s*(?:o|r|or)?source\b", re.ASCII)
_READS_KCONFIG = re.compile(r'\s*source "(?:[\w-]+/)*Kconfig(?:\.[\w-]+)?"\s*', re.ASCII)
_NAME = re.compile(r"\w[\w.+,/-]*\.c", re.ASCII)
"""A source that can be handed to a build: no option, no assignment, nothing that make would expand."""
_WARNING = re.compile(r"\bwarning\b", re.IGNORECASE)
_ERROR = re.compile(r"\berror\b|\*\*\*|undefined reference", re.IGNORECASE)
_PLACE = re.compile(r":\d+(?::\d+)?(?=:)|\bline \d+")


@dataclass(frozen=True, slots=True)
class _Built:
    """How a build ended: what went wrong, "" if nothing did, and its warnings without their places."""

    failure: str
    warnings: Counter[str]


@dataclass(slots=True)
class Workshop:
    """An export of the base of a series in the scratch folder of its tree, made when it is first needed."""

    tree: Tree
    applied: AppliedSeries
    words: tuple[str, ...]
    progress: Progress = lambda _step: None
    _top: Path | None = None
    _until: float = 0.0
    _before: dict[tuple[str, tuple[str, ...]], _Built] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises UsageError for a tree that is no git repository."""
        if self.tree.git_dir is None or self.applied.base.commit is None:
            raise UsageError(
                f"--compile needs a git repository as the tree, and {self.tree.name} is a plain folder",
                "clone the tree, or leave --compile out",
            )

    def objection(self, patch: AppliedPatch, changes: Sequence[FileChange]) -> str:
        """Why these changes of a patch's result are not to be offered, a clause; "" if they build without new warnings.

        Raises TreeError if the tree cannot be exported, ProcessError if the command cannot be started.
        """
        objects = _objects(patch, changes)
        if patch.after is None or not objects:
            return "it changes no file that has an object"
        if why := self._dangerous() or next((_odd(name) for name in objects if _odd(name)), ""):
            return why
        top = self._exported()
        _lay(top, self._state(patch.after))
        key = (patch.patch.message.msgid, objects)
        if key not in self._before:
            self.progress(f"building {objects[0]} as patch {patch.patch.index} leaves it")
            self._before[key] = self._build(top, objects)
        before = self._before[key]
        if before.failure:
            return f"the patch itself does not build: {before.failure}"
        _lay(top, {change.path: change.after for change in changes})
        self.progress(f"building {objects[0]} with the fix-up")
        after = self._build(top, objects)
        if after.failure:
            return f"it does not build: {after.failure}"
        new = after.warnings - before.warnings
        return f"it brings a warning: {min(new)}" if new else ""

    def _dangerous(self) -> str:
        """What of the series a build would run, as an objection."""
        bad = min((d.path for p in self.applied.patches for d in p.files if not _is_inert(d)), default="")
        return f"not built, since the series changes {printable(bad)}, which a build may run" if bad else ""

    def _state(self, snapshot: Snapshot) -> dict[str, bytes | None]:
        """What stands in a snapshot at the paths that the series touches."""
        paths = {path for p in self.applied.patches for d in p.files for path in (d.old_path, d.new_path) if path}
        return {path: snapshot.read(path) for path in sorted(paths)}

    def _exported(self) -> Path:
        """The files of the base in a folder of their own, with the configuration that the user's tree has."""
        if self._top is not None:
            return self._top
        self.progress(f"exporting {self.applied.base.name} to build in")
        scratch = self.tree.scratch
        top, index = scratch.place.parent / "build", scratch.place / "build-index"
        top.mkdir()
        at = ("-c", "core.bare=false", f"--work-tree={top}")
        for words in (("read-tree", str(self.applied.base.commit)), ("checkout-index", "--all", "--force", "--quiet")):
            done = scratch.git(*at, *words, index=index, timeout=_EXPORT_SECONDS)
            if done.returncode != 0:
                said = printable(done.stderr.decode("utf-8", "replace").strip().split("\n")[0])
                raise TreeError(f"{self.tree.name} cannot be exported to build in: {said}", "is the disk full?")
        config = self.tree.folder / ".config"
        if config.is_file() and not (top / ".config").exists():
            shutil.copyfile(config, top / ".config")
        self._top = top
        return top

    def _build(self, top: Path, objects: tuple[str, ...]) -> _Built:
        for name in objects:
            (top / name).unlink(missing_ok=True)  # so that the compiler says all of its warnings, each time
        argv = _argv(self.words, objects)
        self._until = self._until or time.monotonic() + _ALL_SECONDS
        left = min(_BUILD_SECONDS, self._until - time.monotonic())
        if left <= 0:
            return _Built(f"the builds before took {_ALL_SECONDS:g} s", Counter())
        try:
            bounds = {"memory": _MEMORY, "cpu": _CPU_SECONDS, "file_size": _FILE_SIZE, "max_output": _MAX_OUTPUT}
            done = run(argv, stdin=b"", cwd=top, env=user_env(), timeout=left, **bounds)
        except (TimeOutError, OutputBoundError) as error:
            return _Built(error.what, Counter())
        lines = (done.stdout + b"\n" + done.stderr).decode("utf-8", "replace").split("\n")
        warnings = Counter(_plain(line) for line in lines if _WARNING.search(line))
        if done.returncode == 0:
            return _Built("", warnings)
        wrong = next((line for line in lines if _ERROR.search(line)), "")
        return _Built(_plain(wrong) or f"{argv[0]} ended with status {done.returncode}", warnings)


def _is_inert(diff: FileDiff) -> bool:
    """True for a change of a file that makes a build run nothing that it did not run, as far as can be seen."""
    paths = [path for path in (diff.old_path, diff.new_path) if path]
    if any(_HOST.fullmatch(path) for path in paths):
        return False
    if all(_INERT.fullmatch(path) for path in paths):
        return True
    names = {path.rpartition("/")[2] for path in paths}
    lines = [line.text for hunk in diff.hunks for line in hunk.lines if line.kind != " "]
    if names <= {"Makefile", "Kbuild"}:
        return bool(lines) and all(_is_list(line) for line in lines)
    return all(name.startswith("Kconfig") for name in names) and bool(lines) and all(map(_is_option, lines))


def _is_list(line: str) -> bool:
    """True for a line of a Makefile that lists objects and folders, or says nothing."""
    named = _SET.match(line)
    words = line[named.end() if named else 0 :].removesuffix("\\").split()
    return bool(_COMMENT.fullmatch(line)) or all(map(_OBJECT.fullmatch, words))


def _is_option(line: str) -> bool:
    """True for a line of a Kconfig file without macros, that reads no other file but a Kconfig file."""
    return "$" not in line and (not _READS.match(line) or bool(_READS_KCONFIG.fullmatch(line)))


def _argv(words: tuple[str, ...], objects: tuple[str, ...]) -> list[str]:
    """The command; `{objects}` as a word becomes a word for each, within a word they stand with blanks between."""
    out: list[str] = []
    for word in words:
        out += objects if word == "{objects}" else [word.replace("{objects}", " ".join(objects))]
    return out


def _objects(patch: AppliedPatch, changes: Sequence[FileChange]) -> tuple[str, ...]:
    """The objects of the changed sources; where headers alone change, those of all sources that the patch touches."""
    changed = [change.path for change in changes if change.path.endswith(".c")]
    touched = [diff.new_path for diff in patch.files if diff.new_path and diff.new_path.endswith(".c")]
    headers = len(changed) < len(changes)
    sources = dict.fromkeys((*changed, *(touched if headers else ())))
    return tuple(f"{path.removesuffix('.c')}.o" for path in sorted(sources))


def _odd(name: str) -> str:
    fine = _NAME.fullmatch(f"{name.removesuffix('.o')}.c")
    return "" if fine else f"not built, since {printable(name)} is no name to hand to a build"


def _lay(top: Path, files: Mapping[str, bytes | None]) -> None:
    """Make the files hold this (None: be gone); one that does already keeps its time of change."""
    for path, data in files.items():
        file = top / path
        if data is None or file.is_symlink():
            file.unlink(missing_ok=True)
        if data is not None and not (file.is_file() and file.read_bytes() == data):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)


def _plain(line: str) -> str:
    """A compiler's line without the numbers of its place."""
    return printable(" ".join(_PLACE.sub("", line).split()))[:_MOST_WORDS]
