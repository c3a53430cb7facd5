# SPDX-License-Identifier: GPL-2.0-or-later
"""Which commands are there, and what do they mean?  Options and their help; the work is the pipeline's.

Each command imports what it needs when it is called: who asks for a helper waits for no mail library.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reviewbot import __version__
from reviewbot.cli import draftapp
from reviewbot.cli.options import CheckOptions, Format, ScanFormat, ScanOptions

app = typer.Typer(
    name="reviewbot",
    help="Review Linux kernel patches from the list by rules, and draft the replies. It never sends mail.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 clean, 1 findings, 2 could not check.",
)
rules_app = typer.Typer(invoke_without_command=True)
app.add_typer(rules_app, name="rules")
app.add_typer(draftapp.app, name="draft")
app.add_typer(draftapp.judging)
rules_app.add_typer(draftapp.rules)


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Print the version and exit.", is_eager=True)
    ] = False,
) -> None:
    if version:
        typer.echo(f"reviewbot {__version__}")
        raise typer.Exit


What = Annotated[
    str,
    typer.Argument(
        metavar="WHAT",
        help="A message id, a lore URL, a file (mbox, maildir, .eml, the text of an archive page) "
        "or - for standard input.",
    ),
]
Tree = Annotated[
    Path | None, typer.Option(help="Kernel tree: a git repository or a plain folder. Default: where you stand.")
]
Base = Annotated[
    str | None, typer.Option(metavar="REV", help="Apply to this revision and no other. Default: found out.")
]
Mbox = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", help="Look for the id in this mbox instead of the archive; may be repeated."),
]
Archive = Annotated[
    str | None, typer.Option(metavar="URL", help="public-inbox archive. Default: https://lore.kernel.org/all")
]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Write the draft replies there: one .eml a patch, and drafts.mbox. Default: where `draft` keeps them.",
    ),
]
Output = Annotated[Format, typer.Option("--format", help="Text for people, or JSON (docs/check.schema.json).")]
RuleIds = Annotated[list[str] | None, typer.Option(metavar="ID", help="Run only this rule; may be repeated.")]
Offline = Annotated[bool, typer.Option("--offline", help="Use only what was fetched before.")]
Fixup = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Write the verified fix-ups there, one patch for git am for each patch mended."),
]
Compile = Annotated[
    str | None,
    typer.Option(
        "--compile",
        metavar="CMD",
        help="Build {objects} with this before and after each fix-up, and offer only clean ones. "
        "It runs what the tree says (docs/fixups.md).",
    ),
]
Everything = Annotated[
    bool,
    typer.Option(
        "--all", help="Show what the series is not to blame for too: pre-existing, moved, removed, fixed later."
    ),
]

Budget = Annotated[
    float | None,
    typer.Option(
        min=0.001, max=86400, metavar="SECONDS", help="CPU time of one rule in one function. Default: 3 seconds."
    ),
]


@app.command()
def check(
    what: What,
    tree: Tree = None,
    base: Base = None,
    mbox: Mbox = None,
    archive: Archive = None,
    out: Out = None,
    output: Output = Format.TEXT,
    rule: RuleIds = None,
    offline: Offline = False,
    everything: Everything = False,
    fixup: Fixup = None,
    compile_with: Compile = None,
    budget: Budget = None,
) -> None:
    """Review a series: fetch its thread, apply it, run the rules, draft the replies.

    Examples:

      reviewbot check 20260102030405.1234-1-name@example.org

      reviewbot check https://lore.kernel.org/all/ID/ --tree ~/linux --out drafts --fixup fixups

      b4 am -o - ID | reviewbot check - --format json
    """
    from reviewbot.cli.check import run_check

    chosen = (what, tree, base, tuple(mbox or ()), archive, out, output, tuple(rule or ()), offline, everything)
    raise typer.Exit(run_check(CheckOptions(*chosen, budget, fixup, compile_with)))


@app.command()
def helper(
    expression: Annotated[
        str,
        typer.Argument(metavar="EXPRESSION", help="A C expression as it stands in the code, or with --search words."),
    ],
    tree: Tree = None,
    base: Annotated[str | None, typer.Option(metavar="REV", help="Ask this revision. Default: HEAD.")] = None,
    file: Annotated[
        str | None, typer.Option("--for", metavar="FILE", help="The file of the tree that the code stands in.")
    ] = None,
    types: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="NAME=TYPE", help="The type of a name in the expression; may be repeated."),
    ] = None,
    search: Annotated[bool, typer.Option("--search", help="Search names and kernel-doc for these words.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON (docs/json.md).")] = False,
) -> None:
    """Find the helper that means an expression, or nearly: its call, signature, header and kernel-doc line.

    Exit status: 0 with an answer, 1 without, 2 could not ask.

    Examples:

      reviewbot helper '!(vma->vm_flags & VM_SHARED) && (vma->vm_flags & VM_MAYWRITE)'

      reviewbot helper '(len + PAGE_SIZE - 1) >> PAGE_SHIFT' --for mm/mmap.c

      reviewbot helper --search 'cow mapping' --tree ~/linux --base v7.2
    """
    from reviewbot.cli.helper import run_helper

    given = tuple(types or ())
    status = run_helper(expression, tree=tree, base=base, file=file, types=given, search=search, as_json=as_json)
    raise typer.Exit(status)


@app.command()
def scan(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Files or folders of the tree; . for the whole of it.")
    ],
    tree: Tree = None,
    base: Annotated[
        str | None, typer.Option(metavar="REV", help="Scan this revision. Default: the files as they stand.")
    ] = None,
    rule: RuleIds = None,
    cocci: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Run this semantic patch (docs/smpl.md), and no rule but those named."),
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, max=256, help="Processes. Default: one for each CPU.")] = None,
    output: Annotated[
        ScanFormat, typer.Option("--format", help="Text for people, JSON, or the diff that takes the suggestions.")
    ] = ScanFormat.TEXT,
    budget: Budget = None,
) -> None:
    """Run the rules over files of a tree, for janitor work: no series, no drafts.

    Exit status: 0 without findings, 1 with some, 2 could not scan, or not with all rules.

    Examples:

      reviewbot scan drivers/hwmon --rule dev-err-probe

      reviewbot scan . --tree ~/linux --base v7.2 --format json

      reviewbot scan drivers/leds --format diff | git apply

      reviewbot scan drivers/hwmon --cocci scripts/coccinelle/null/eno.cocci
    """
    from reviewbot.cli.scan import run_scan

    options = ScanOptions(tuple(paths), tree, base, tuple(rule or ()), tuple(cocci or ()), jobs, output, budget)
    raise typer.Exit(run_scan(options))


@rules_app.callback()
def rules(context: typer.Context) -> None:
    """List the rules, or explain one.

    Examples:

      reviewbot rules

      reviewbot rules show is-cow-mapping
    """
    from reviewbot.cli.rules import list_rules

    if context.invoked_subcommand is None:
        raise typer.Exit(list_rules())


@rules_app.command("list")
def rules_list() -> None:
    """List the rules with their confidence and category.

    Example:

      reviewbot rules list
    """
    from reviewbot.cli.rules import list_rules

    raise typer.Exit(list_rules())


@rules_app.command("show")
def rules_show(rule_id: Annotated[str, typer.Argument(metavar="ID", help="The id of a rule.")]) -> None:
    """Explain one rule: why, what it gets wrong, its patterns, references and examples.

    Example:

      reviewbot rules show is-cow-mapping
    """
    from reviewbot.cli.rules import show_rule

    raise typer.Exit(show_rule(rule_id))


@rules_app.command("new")
def rules_new(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="The id of the new rule, as in double-put.")],
    folder: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write it there. Default: reviewbot.rules of git config.")
    ] = None,
) -> None:
    """Begin a rule: a file with two examples, one of which fails until the rule is written.

    Example:

      reviewbot rules new double-put --folder ~/rules
    """
    from reviewbot.cli.authoring import new_rule

    new_rule(rule_id, folder)


@rules_app.command("test")
def rules_test(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[ID|FILE]...", help="Ids of rules, or rule files. Default: all.")
    ] = None,
) -> None:
    """Run the examples of rules, and say of each that fails which part of the rule speaks against it.

    Exit status: 0 if all examples are as they say, 2 if not, or for a rule that cannot be loaded.

    Examples:

      reviewbot rules test is-cow-mapping

      reviewbot rules test ~/rules/double_put.py
    """
    from reviewbot.cli.authoring import try_rules

    raise typer.Exit(try_rules(tuple(names or ())))


@rules_app.command("cocci")
def rules_cocci(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Semantic patches of Coccinelle.")],
) -> None:
    """Say what of semantic patches is read, and what is refused and why.

    Exit status: 0 if all of it is read, 2 if not.

    Example:

      reviewbot rules cocci scripts/coccinelle/free/*.cocci
    """
    from reviewbot.cli.cocci import run_cocci

    raise typer.Exit(run_cocci(tuple(files)))


@rules_app.command("docs")
def rules_docs() -> None:
    """Print what all rules say, as Markdown.

    Example:

      reviewbot rules docs > rules.md
    """
    from reviewbot.cli.authoring import print_reference

    raise typer.Exit(print_reference())
