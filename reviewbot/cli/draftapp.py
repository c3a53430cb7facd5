# SPDX-License-Identifier: GPL-2.0-or-later
"""Which commands are there for drafts and judgements?  Options and their help, as in app.py, which takes them in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="List, show, edit, drop and export the drafts. Nothing is ever sent.")
judging = typer.Typer()
rules = typer.Typer()

Finding = Annotated[
    str, typer.Argument(metavar="FINDING", help="The id of a finding that `check` showed, or its first digits.")
]
Draft = Annotated[str, typer.Argument(metavar="N|ID", help="The number of a draft in the list, or its id.")]
Undo = Annotated[bool, typer.Option("--undo", help="Take it back.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON (docs/json.md).")]


@app.command("list")
def draft_list(as_json: AsJson = False) -> None:
    """List the drafts with their numbers, ids and remarks.

    Example:

      reviewbot draft list
    """
    from reviewbot.cli.draft import list_drafts

    list_drafts(as_json=as_json)


@app.command("show")
def draft_show(draft: Draft) -> None:
    """Print a draft as it would be sent.

    Example:

      reviewbot draft show 2
    """
    from reviewbot.cli.draft import show_draft

    show_draft(draft)


@app.command("edit")
def draft_edit(draft: Draft) -> None:
    """Edit a draft with $VISUAL, $EDITOR or git's core.editor; its headers are read again afterwards.

    Example:

      reviewbot draft edit 2
    """
    from reviewbot.cli.draft import change

    change(draft)


@app.command("drop")
def draft_drop(
    drafts: Annotated[list[str], typer.Argument(metavar="N|ID...", help="Numbers in the list, or ids.")],
) -> None:
    """Remove drafts, edited ones too. A further check of the series writes them anew.

    Example:

      reviewbot draft drop 2
    """
    from reviewbot.cli.draft import drop

    drop(tuple(drafts))


@app.command("export")
def draft_export(
    drafts: Annotated[
        list[str] | None, typer.Argument(metavar="[N|ID]...", help="Numbers in the list, or ids. Default: all.")
    ] = None,
    to: Annotated[Path | None, typer.Option(metavar="DIR", help="Copy each to a file there.")] = None,
    mbox: Annotated[Path | None, typer.Option(metavar="FILE", help="Copy all to one mbox.")] = None,
) -> None:
    """Copy drafts to where a program that sends mail takes them from. Nothing there is overwritten.

    Examples:

      reviewbot draft export 1 3 --to outgoing && git send-email outgoing/*.eml

      reviewbot draft export --mbox replies.mbox && mutt -f replies.mbox
    """
    from reviewbot.cli.draft import export

    export(tuple(drafts or ()), to, mbox)


@judging.command()
def dismiss(
    finding: Finding,
    why: Annotated[str, typer.Option(metavar="TEXT", help="The reason, for those who meet the finding again.")] = "",
    undo: Undo = False,
) -> None:
    """Say that a finding is wrong, or not worth a mail: it is never drafted again, in any version of the series.

    Examples:

      reviewbot dismiss 3f2a9c1 --why 'the caller holds the lock'

      reviewbot dismiss 3f2a9c1 --undo
    """
    from reviewbot.cli.judge import judge, take_back
    from reviewbot.model import Held

    if undo:
        take_back(finding, Held.DISMISSED)
    else:
        judge(finding, Held.DISMISSED, why)


@judging.command()
def adopt(finding: Finding, undo: Undo = False) -> None:
    """Say that you sent a finding's remark, so it was right: it counts for its rule, and is not drafted again.

    Examples:

      reviewbot adopt 3f2a9c1

      reviewbot adopt 3f2a9c1 --undo
    """
    from reviewbot.cli.judge import judge, take_back
    from reviewbot.model import Held

    if undo:
        take_back(finding, Held.ADOPTED)
    else:
        judge(finding, Held.ADOPTED, "")


@rules.command("stats")
def rules_stats(as_json: AsJson = False) -> None:
    """Show for each rule what was found, drafted, adopted and dismissed, and whether its drafts are muted.

    Examples:

      reviewbot rules stats

      reviewbot rules stats --json
    """
    from reviewbot.cli.judge import print_stats

    print_stats(as_json=as_json)


@rules.command("unmute")
def rules_unmute(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="The id of a rule.")], undo: Undo = False
) -> None:
    """Have a rule's drafts made again, however many of its findings were dismissed.

    Examples:

      reviewbot rules unmute is-cow-mapping

      reviewbot rules unmute is-cow-mapping --undo
    """
    from reviewbot.cli.judge import unmute

    unmute(rule_id, undo=undo)
