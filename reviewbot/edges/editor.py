# SPDX-License-Identifier: GPL-2.0-or-later
"""How does the user edit a draft?  On a copy beside it, in an editor of his choice, which no shell starts.

The copy stays until its mail has taken the draft's place: whatever happens on the way, no word is lost.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from pathlib import Path

from reviewbot.edges.gitconfig import git_editor
from reviewbot.edges.outbox import change_draft, read_draft
from reviewbot.edges.process import run_in_front
from reviewbot.errors import DraftError, OutputError, UsageError

SUFFIX = ".edit"


def editor_command(folder: Path) -> tuple[str, ...]:
    """The words of $VISUAL, $EDITOR or git's core.editor as it holds in `folder`, whichever is set first."""
    known = (("$VISUAL", os.environ.get("VISUAL", "")), ("$EDITOR", os.environ.get("EDITOR", "")))
    source, text = next(((name, value) for name, value in known if value.strip()), ("", ""))
    source, text = (source, text) if text else ("core.editor of git config", git_editor(folder))
    if not text.strip():
        raise UsageError("no editor is set", "set $VISUAL, $EDITOR, or core.editor with git config")
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise UsageError(f"{source} cannot be read ({error}): {text[:100]}", "set it to a command") from None


def edit_draft(path: Path, command: tuple[str, ...], check: Callable[[bytes, bytes], bytes]) -> bool:
    """Let the user edit a draft; False if it is as it was.

    `check` makes the mail to keep from that before and that after, or raises DraftError.  A copy that an earlier edit
    left behind is edited further.  Raises OutputError, and DraftError with the copy's name.
    """
    before = read_draft(path)
    copy = path.with_name(path.name + SUFFIX)
    _begin(copy, before)
    status = run_in_front((*command, str(copy)))
    again = f"`reviewbot draft edit` goes on with it; remove {copy.name} to begin anew"
    if status:
        after = _read(copy)
        if after == before:
            copy.unlink(missing_ok=True)
            raise DraftError(f"the editor ended with status {status}, and the draft is as it was")
        raise DraftError(f"the editor ended with status {status}; the draft is as it was, your edit in {copy}", again)
    try:
        after = _read(copy)
        mail = after if after == before else check(before, after)
    except DraftError as error:
        raise DraftError(f"{error.what}; the draft is as it was, your edit in {copy}", again) from None
    if mail != before:
        change_draft(path, mail)
    copy.unlink(missing_ok=True)
    return mail != before


def _begin(copy: Path, mail: bytes) -> None:
    """Make the copy, unless one is left from before; a link is not followed."""
    try:
        if copy.is_symlink():
            raise OutputError(f"{copy} is a link, and not edited", "remove it")
        with copy.open("xb") as out:
            out.write(mail)
    except FileExistsError:
        return
    except OSError as error:
        raise OutputError(
            f"the draft cannot be copied to {copy}: {error.strerror or error}", "check the folder's permissions"
        ) from error


def _read(copy: Path) -> bytes:
    try:
        return copy.read_bytes()
    except OSError as error:
        raise DraftError(f"the editor left no file ({error.strerror or error})") from error
