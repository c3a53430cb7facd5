# SPDX-License-Identifier: GPL-2.0-or-later
"""Where in a file does a diff with damaged white space belong, and what did its lines look like?

Pure: the file's bytes come in, a diff that git takes goes out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reviewbot.model import DiffLine, FileDiff, Hunk

_BLANKS = re.compile(r"\s+")
_LEADING = re.compile(r"[ \t]*")
_PLAIN_PATH = re.compile(r"[^\x00-\x1f\x7f\"\\]+")
_MOST_TRIED = 1000


@dataclass(frozen=True, slots=True)
class Restored:
    """A file's diff with the file's own lines in it, and how it came about; or None and the `problem`."""

    file: FileDiff | None
    how: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Image:
    """The pre-image: its lines, what they are without white space, and where each such key stands."""

    lines: tuple[str, ...]
    keys: tuple[str, ...]
    places: dict[str, list[int]]


def restore(diff: FileDiff, original: bytes) -> Restored:
    """A diff whose white space was damaged, and the file it is for, to the same diff as it must have been.

    Context and "-" lines become the file's own; tabs come back in "+" lines where they were lost in the lines beside;
    starts and counts are true.  Text of a file that is not UTF-8 holds surrogate escapes.
    """
    image = _image(original)
    hunks: list[Hunk] = []
    drift = offset = least = 0
    changed = False
    for number, hunk in enumerate(diff.hunks, start=1):
        place = _place(hunk, image, least, offset)
        if place is None:
            return Restored(None, problem=f"the lines of hunk {number} are not in {diff.path}")
        offset = place - (hunk.old_start - 1)
        mended = _rebuilt(hunk, image, place, drift)
        changed = changed or [line.text for line in mended.lines] != [line.text for line in hunk.lines]
        hunks.append(mended)
        least = place + hunk.old_count
        drift += hunk.new_count - hunk.old_count
    how = "tabs restored from the file's own lines" if changed else ""
    return Restored(replace(diff, hunks=tuple(hunks)), how)


def to_text(files: tuple[FileDiff, ...]) -> str:
    """Files to a git diff with true counts.

    A hunk without trailing (or leading) context needs `git apply --unidiff-zero`, since git takes its end for the
    end of the file.  Binary data and "No newline at end of file" are not kept in a FileDiff and so not written.
    """
    return "".join(_file_text(file) for file in files)


def _file_text(file: FileDiff) -> str:
    old, new = file.old_path or file.path, file.new_path or file.path
    out = [f"diff --git {_quoted('a/' + old)} {_quoted('b/' + new)}"]
    if file.status == "added":
        out.append(f"new file mode {file.new_mode or '100644'}")
    elif file.status == "deleted":
        out.append(f"deleted file mode {file.old_mode or '100644'}")
    elif file.old_mode and file.new_mode and file.old_mode != file.new_mode:
        out += [f"old mode {file.old_mode}", f"new mode {file.new_mode}"]
    if file.status in ("renamed", "copied"):
        word = "rename" if file.status == "renamed" else "copy"
        out += [f"{word} from {_quoted(old)}", f"{word} to {_quoted(new)}"]
    if file.old_blob and file.new_blob:
        same_mode = file.new_mode if file.old_mode == file.new_mode else None
        out.append(f"index {file.old_blob}..{file.new_blob}" + (f" {same_mode}" if same_mode else ""))
    if file.hunks:
        out.append(f"--- {_quoted('a/' + old) if file.old_path else '/dev/null'}")
        out.append(f"+++ {_quoted('b/' + new) if file.new_path else '/dev/null'}")
    for hunk in file.hunks:
        section = f" {hunk.section}" if hunk.section else ""
        ranges = f"-{hunk.old_start},{hunk.old_count} +{hunk.new_start},{hunk.new_count}"
        out.append(f"@@ {ranges} @@{section}")
        out += [line.kind + line.text for line in hunk.lines]
    return "\n".join(out) + "\n"


def _quoted(path: str) -> str:
    if _PLAIN_PATH.fullmatch(path):
        return path
    data = path.encode("utf-8", "surrogateescape")
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\{b:03o}" for b in data) + '"'


def _image(original: bytes) -> _Image:
    lines = original.decode("utf-8", "surrogateescape").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    keys = tuple(_key(line) for line in lines)
    places: dict[str, list[int]] = {}
    for number, key in enumerate(keys):
        places.setdefault(key, []).append(number)
    return _Image(tuple(lines), keys, places)


def _key(text: str) -> str:
    return _BLANKS.sub("", text)


def _place(hunk: Hunk, image: _Image, least: int, offset: int) -> int | None:
    """The 0-based line where the hunk's pre-image stands: of several places the one nearest to what it claims."""
    wanted = tuple(_key(line.text) for line in hunk.lines if line.kind != "+")
    claimed = max(0, hunk.old_start - 1)
    if not wanted:
        after = max(least, hunk.old_start + offset)
        return after - 1 if hunk.old_start and after <= len(image.lines) else 0 if not image.lines else None
    rarest = min(range(len(wanted)), key=lambda i: len(image.places.get(wanted[i], ())))
    near = sorted(image.places.get(wanted[rarest], ()), key=lambda p: abs(p - rarest - claimed - offset))
    for place in near[:_MOST_TRIED]:
        start = place - rarest
        if start >= least and image.keys[start : start + len(wanted)] == wanted:
            return start
    return None


def _rebuilt(hunk: Hunk, image: _Image, place: int, drift: int) -> Hunk:
    """The hunk with the file's own lines, and its "+" lines indented as those are."""
    own = [line for line in hunk.lines if line.kind != "+"]
    pairs = [(line.text, image.lines[place + i]) for i, line in enumerate(own)]
    width = _tab_width(pairs)
    known = {_key(theirs): theirs.lstrip(" \t") for _, theirs in pairs if theirs.strip()}
    old, new = place + 1, place + 1 + drift
    if not own:
        # a pure insertion stands after the line that its header names, in an empty file after line 0
        old, new = (place + 1, place + 2 + drift) if image.lines else (0, 1)
    start_old, start_new = old, new
    lines: list[DiffLine] = []
    for line in hunk.lines:
        is_old, is_new = line.kind != "+", line.kind != "-"
        if is_old:
            text = image.lines[old - 1]
        else:
            text = _indented(line.text, width, known) if width else line.text
        lines.append(DiffLine(line.kind, text, line.mail_line, old if is_old else None, new if is_new else None))
        old += is_old
        new += is_new
    return replace(hunk, old_start=start_old, new_start=start_new, lines=tuple(lines), lied=False)


def _tab_width(pairs: Sequence[tuple[str, str]]) -> tuple[int, int] | None:
    """How tabs became blanks, as (tab width, columns the diff mark takes of the first); None where they did not.

    Some clients expand tabs to the columns of the mail, where the diff's mark takes one of the first tab's eight;
    others put a fixed number of blanks for each.  Narrower tabs cannot be told from alignment and are left alone.
    """
    votes: Counter[tuple[int, int]] = Counter()
    for damaged, own in pairs:
        lead = _LEADING.match(own)
        indent = lead.group() if lead else ""
        tabs = indent.count("\t")
        blanks = len(damaged) - len(damaged.lstrip(" "))
        if not tabs or not own.strip() or damaged.startswith(indent):
            continue
        rest = len(indent) - tabs
        for way in ((8, 1), (8, 0), (4, 1), (4, 0)):
            if tabs * way[0] - way[1] + rest == blanks:
                votes[way] += 1
    return max(votes, key=lambda way: (votes[way], way)) if votes else None


def _indented(text: str, way: tuple[int, int], known: dict[str, str]) -> str:
    """A "+" line with its leading blanks as tabs, and the words of a line that it repeats as the file has them."""
    content = text.lstrip(" ")
    if content.startswith("\t"):
        return text
    width, taken = way
    blanks = len(text) - len(content)
    tabs, rest = divmod(blanks + taken, width)
    indent = "\t" * tabs + " " * rest if tabs else " " * blanks
    return indent + known.get(_key(content), content) if content else ""
