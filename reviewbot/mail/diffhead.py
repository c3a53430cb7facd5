# SPDX-License-Identifier: GPL-2.0-or-later
"""Which file does a diff's header speak of, and what became of it?  Does not judge whether a path is safe."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from reviewbot.mail.clean import one_line
from reviewbot.model import FileDiff, Hunk

_EXTENDED = re.compile(
    r"(old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to"
    r"|rename old|rename new|similarity index|dissimilarity index|index) (.{1,4096})"
)
_BINARY = re.compile(r"Binary files .{1,4096} differ|GIT binary patch")
_INDEX = re.compile(r"([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: ([0-7]{6}))?\s*")
_STAMP = re.compile(r"\t.*|\s{1,40}(?:\d{4}-\d\d-\d\d \d\d:\d\d|[A-Z][a-z]{2} [A-Z][a-z]{2} +\d).*")
_ESCAPES = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}
_ESCAPE = re.compile(rb'\\([abtnvfr"\\]|[0-3][0-7]{2})')
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_SUBMODULE = "160000"


@dataclass(frozen=True, slots=True)
class FileHeader:
    """What the lines above a file's first hunk say; paths as they stand there, "" where no line names one."""

    git: str = ""
    old: str = ""
    new: str = ""
    renamed: tuple[str, str] = ("", "")
    copied: tuple[str, str] = ("", "")
    blobs: tuple[str, str] = ("", "")
    modes: tuple[str, str] = ("", "")
    added: bool = False
    deleted: bool = False
    binary: bool = False


def read_header_line(header: FileHeader, line: str) -> FileHeader | None:
    """The header with what one extended header line adds; None if the line is none."""
    if _BINARY.match(line):
        return replace(header, binary=True)
    match = _EXTENDED.match(line)
    if not match:
        return None
    key, value = match.group(1), match.group(2)
    if key == "index":
        index = _INDEX.fullmatch(value)
        if not index:
            return header
        mode = index.group(3) or ""
        modes = header.modes if not mode or any(header.modes) else (mode, mode)
        return replace(header, blobs=(index.group(1), index.group(2)), modes=modes)
    if key.endswith("mode"):
        return _with_mode(header, key, value.strip())
    if key.startswith("rename"):
        old, new = header.renamed
        return replace(header, renamed=(value, new) if key.endswith(("from", "old")) else (old, value))
    if key.startswith("copy"):
        old, new = header.copied
        return replace(header, copied=(value, new) if key.endswith("from") else (old, value))
    return header


def _with_mode(header: FileHeader, key: str, mode: str) -> FileHeader:
    old, new = header.modes
    if key.startswith("old"):
        return replace(header, modes=(mode, new))
    if key == "new mode":
        return replace(header, modes=(old, mode))
    if key.startswith("new"):
        return replace(header, modes=("", mode), added=True)
    return replace(header, modes=(mode, ""), deleted=True)


def file_diff(header: FileHeader, hunks: tuple[Hunk, ...]) -> FileDiff | None:
    """The header and its hunks as a FileDiff; None where no path can be read."""
    old, new = _paths(header)
    status = _status(header, old, new)
    if status == "added":
        old = None
    if status == "deleted":
        new = None
    if not (old or new):
        return None
    return FileDiff(
        old_path=old,
        new_path=new,
        status=status,
        hunks=hunks,
        old_blob=header.blobs[0] if header.blobs[0].strip("0") else None,
        new_blob=header.blobs[1] if header.blobs[1].strip("0") else None,
        old_mode=header.modes[0] or None,
        new_mode=header.modes[1] or None,
    )


def _status(header: FileHeader, old: str | None, new: str | None) -> str:
    if _SUBMODULE in header.modes:
        return "submodule"
    if header.binary:
        return "binary"
    if header.added or old is None:
        return "added"
    if header.deleted or new is None:
        return "deleted"
    if all(header.renamed):
        return "renamed"
    if all(header.copied):
        return "copied"
    if all(header.modes) and header.modes[0] != header.modes[1] and not header.old:
        return "mode"
    return "modified"


def _paths(header: FileHeader) -> tuple[str | None, str | None]:
    for pair in (header.renamed, header.copied):
        if all(pair):
            return _unquote(pair[0].strip()), _unquote(pair[1].strip())
    if header.old and header.new:
        return _stripped(_marker_path(header.old), _marker_path(header.new))
    return _stripped(*_git_paths(header.git))


def _marker_path(text: str) -> str | None:
    """The path of a `---` or `+++` line, its time stamp cut off; None for /dev/null."""
    quoted = _QUOTED.match(text)
    if quoted:
        return _unquote(quoted.group())
    stamp = _STAMP.search(text)
    if stamp and "1970-01-01" in stamp.group():  # diff -N of a file that is not there
        return None
    path = text[: stamp.start()] if stamp else text.rstrip()
    return None if path == "/dev/null" else path


def _git_paths(text: str) -> tuple[str | None, str | None]:
    """Both paths of a `diff --git` line, which are equal but for the prefix when no other line names them."""
    text = text.strip()
    quoted = _QUOTED.match(text)
    if quoted:
        return _unquote(quoted.group()), _unquote(text[quoted.end() :].strip())
    middle = len(text) // 2
    if text[middle : middle + 1] == " " and text[:middle].partition("/")[2] == text[middle + 1 :].partition("/")[2]:
        return text[:middle], text[middle + 1 :]
    old, _, new = text.partition(" b/")
    return old, "b/" + new if new else old


def _stripped(old: str | None, new: str | None) -> tuple[str | None, str | None]:
    """Paths without a/ and b/, or whatever two different first folders stand there in their place."""
    if old is None or new is None:
        return _one_stripped(old), _one_stripped(new)
    old_head, _, old_rest = old.partition("/")
    new_head, _, new_rest = new.partition("/")
    if old_rest and new_rest and old_head != new_head and (old_rest == new_rest or (old_head, new_head) == ("a", "b")):
        return old_rest, new_rest
    if (old_head, new_head) in (("a", "a"), ("b", "b")) and old_rest and new_rest:
        return old_rest, new_rest
    if old in (new + ".orig", new + ".old"):
        return new, new
    return old, new


def _one_stripped(path: str | None) -> str | None:
    if path is None:
        return None
    head, _, rest = path.partition("/")
    return rest if len(head) == 1 and rest else path


def _unquote(text: str) -> str:
    """A path as git quotes it ("a/f\\303\\251.c" in double quotes) to the path itself."""
    if not (text.startswith('"') and text.endswith('"') and len(text) > 1):
        return text

    def plain(match: re.Match[bytes]) -> bytes:
        code = match.group(1).decode()
        return bytes((_ESCAPES[code] if code in _ESCAPES else int(code, 8),))

    path = _ESCAPE.sub(plain, text[1:-1].encode("utf-8", "surrogateescape")).decode("utf-8", "replace")
    # a path that holds control characters names no file of a tree: it must differ, not reach a terminal
    return path if path.isprintable() else one_line(path)
