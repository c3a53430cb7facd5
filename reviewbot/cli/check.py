# SPDX-License-Identifier: GPL-2.0-or-later
"""How does `reviewbot check` turn options and settings into a review on the screen?"""

from __future__ import annotations

import shlex
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from reviewbot.cli.keep import Kept, keep, recall
from reviewbot.cli.options import CheckOptions, Format
from reviewbot.cli.screen import Screen, watched
from reviewbot.cli.settings import Settings, read_settings
from reviewbot.cli.show import show_review
from reviewbot.edges.archive import archive_url
from reviewbot.edges.fixups import write_fixups
from reviewbot.edges.outbox import paths_text
from reviewbot.edges.sources import is_local
from reviewbot.errors import OutputError, UsageError
from reviewbot.model import Held, Known, Review
from reviewbot.pipeline import Request
from reviewbot.pipeline import check as review_series
from reviewbot.review.render import to_json

_MAX_STDIN = 512 << 20


def run_check(options: CheckOptions) -> int:
    """Review, print, write the drafts; the exit status: 0 clean, 1 findings, 2 as _status() says."""
    settings = read_settings(Path.cwd())
    known, unread = recall(settings.state)
    request = _request(options, settings, known)
    review = watched(lambda progress: review_series(request, progress))
    out = options.out or settings.out
    kept = keep(settings.state, review, out, everything=options.everything) if not unread else Kept(problems=(unread,))
    review, failed = replace(review, problems=(*review.problems, *kept.problems)), kept.failed
    try:
        kept = replace(kept, fixups=_write_fixups(review, options.fixup))
    except OutputError as error:
        failed = failed or error
    archive = "" if is_local(request.what, request.mboxes) else request.archive
    if options.format is Format.JSON:
        drafts = paths_text(kept.written.paths if out else ())
        sys.stdout.write(to_json(review, drafts, archive, paths_text(kept.fixups)))
    else:
        show_review(Screen(), review, kept, archive, everything=options.everything)
    if failed:  # the review itself is not lost with its drafts
        raise failed
    return _status(review)


def _status(review: Review) -> int:
    """2 if a rule was refused or took too long; 1 with findings that were not dismissed; else 2 if no patch applied at
    all, since a few hunks alone prove nothing; else 0."""
    if review.refused or review.coverage.over_budget:
        return 2
    if any(f.is_blamed and f.held is not Held.DISMISSED for f in review.findings):
        return 1
    return 0 if any(p.after is not None for p in review.applied.patches) else 2


def _request(options: CheckOptions, settings: Settings, known: Known) -> Request:
    if options.what == "-":
        stdin = sys.stdin.buffer.read(_MAX_STDIN + 1)
        if len(stdin) > _MAX_STDIN:
            raise UsageError(f"standard input is larger than {_MAX_STDIN >> 20} MB", "cut out the mails in question")
    else:
        stdin = b""
    return Request(
        what=options.what,
        tree=(options.tree or settings.tree or Path()).expanduser(),
        archive=archive_url(options.archive or settings.archive),
        cache=settings.cache,
        mboxes=options.mboxes,
        base=options.base,
        refs=settings.refs,
        offline=options.offline,
        rule_names=options.rule_names or settings.rule_names,
        user_rules=settings.user_rules,
        sender=settings.sender,
        stdin=stdin,
        known=known,
        compile=_command(options.compile),
        budget=options.budget or settings.budget,
    )


def _command(text: str | None) -> tuple[str, ...]:
    """The words of a command; a program that is named by a path is meant from where the user stands."""
    if text is None:
        return ()
    try:
        program, *words = shlex.split(text)
    except ValueError as error:
        why = "it is empty" if not text.strip() else str(error).lower()
        raise UsageError(f"--compile cannot be read as a command: {why}", "as in 'make -s {objects}'") from None
    if "/" in program and Path(program).exists():
        program = str(Path(program).absolute())
    elif "/" not in program and shutil.which(program) is None:
        raise UsageError(f"--compile names {program}, and there is no such program", "install it, or check PATH")
    return program, *words


def _write_fixups(review: Review, folder: Path | None) -> tuple[Path, ...]:
    if folder is None:
        return ()
    series = tuple(p.patch.message.msgid for p in review.applied.patches)
    return write_fixups(folder.expanduser(), review.fixups, series)
