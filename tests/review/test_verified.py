# SPDX-License-Identifier: GPL-2.0-or-later
"""Is only a change offered that applies, parses, silences its rule and raises no other?"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Sequence

import pytest

from reviewbot.match.site import TreeView
from reviewbot.model import Address, AppliedPatch, Comment, Coverage, FileChange, Finding, Held, Raised, Skipped
from reviewbot.registry import load_rules
from reviewbot.review import verified
from reviewbot.review.fixup import Fixup
from reviewbot.review.reports import Rules
from reviewbot.review.verdict import judge
from reviewbot.review.verified import Mended, mend, reconsidered, why_unsound, with_diffs, with_refused
from reviewbot.rule import Rule
from reviewbot.syntax.facts import SyntaxFacts
from tests.review.made import patch, rule, series
from tests.rules.harness import MadeUpTree

FIX = rule(suggestion="good({x})", fixes=True)
BEFORE = "int f(int a)\n{\n\tone();\n\treturn a;\n}\n\nint g(int a)\n{\n\ttwo();\n\treturn a;\n}\n"


class _Latin(MadeUpTree):
    """A tree whose files are no UTF-8 where they have other characters than ASCII."""

    def read(self, path: str) -> bytes | None:
        """See Snapshot."""
        return self.files[path].encode("latin-1") if path in self.files else None


def _patch(after: str, before: str = BEFORE, path: str = "a.c") -> AppliedPatch:
    """The patch that makes one text of the other."""
    lines = before.split("\n"), after.split("\n")
    diff = "\n".join(difflib.unified_diff(lines[0], lines[1], f"a/{path}", f"b/{path}", lineterm=""))
    return patch(f"{diff}\n", _Latin({path: before}), _Latin({path: after}))


def _mended(after: str, *rules: Rule, before: str = BEFORE) -> tuple[tuple[Finding, ...], tuple[Mended, ...], Rules]:
    whole = series(_patch(after, before))
    running = Rules(rules or (FIX,), TreeView(whole.snapshot, SyntaxFacts()))
    findings, _coverage = judge(whole, running)
    made = mend(whole, findings, running)
    return with_diffs(findings, made), made, running


def _added(*statements: str) -> str:
    """The file with statements put into f()."""
    return BEFORE.replace("\tone();\n", "\tone();\n" + "".join(f"\t{line}\n" for line in statements))


def _refusals(after: str, *rules: Rule) -> list[str]:
    """Why nothing is offered; the test fails if something is."""
    findings, made, _rules = _mended(after, *rules)
    assert [finding.diff for finding in findings if finding.rule == "bad"] == [None]
    assert [one.mends for one in made] == [()]
    return [skipped.why for one in made for skipped in one.refused]


def test_a_verified_change() -> None:
    """The finding gets the diff against the patch's result."""
    (finding,), (made,), _rules = _mended(_added("bad(1);"))

    assert finding.diff == (
        "--- a/a.c\n+++ b/a.c\n@@ -1,7 +1,7 @@\n"
        " int f(int a)\n {\n \tone();\n-\tbad(1);\n+\tgood(1);\n \treturn a;\n }\n \n"
    )
    assert (finding.compiled, made.refused) == (False, ())
    assert [change.after.decode() for change in made.changes] == [_added("good(1);")]


@pytest.mark.parametrize("held", [Held.DISMISSED, Held.ADOPTED, Held.MUTED])
def test_nothing_for_what_is_not_drafted(held: Held) -> None:
    """What the reviewer has judged, or somebody has raised, is not mended and not tried."""
    whole = series(_patch(_added("bad(1);")))
    running = Rules((FIX,), TreeView(whole.snapshot, SyntaxFacts()))
    (finding,), _coverage = judge(whole, running)
    said = Comment(Address("Bob", "bob@example.org"), False, None, "r@x", 1, "good()?")  # noqa: FBT003  # no bot

    assert mend(whole, [dataclasses.replace(finding, held=held)], running) == ()
    assert mend(whole, [dataclasses.replace(finding, raised=Raised(said, 1))], running) == ()


def test_file_without_a_last_line_end() -> None:
    """The last line may stand in the diff though nothing ends it."""
    after = _added("bad(1);").removesuffix("\n\nint g(int a)\n{\n\ttwo();\n\treturn a;\n}\n")
    (finding,), _made, _rules = _mended(after)
    assert finding.diff is not None
    assert finding.diff.endswith(" }\n\\ No newline at end of file\n")


def test_what_does_not_parse() -> None:
    """A suggestion that breaks the code is counted, and not shown; what was broken before does not matter."""
    broken = dataclasses.replace(FIX, suggestion="good({x}")
    assert _refusals(_added("bad(1);"), broken) == ["the changed code is not understood, or two changes overlap"]
    assert _refusals(_added("bad(1);", "if (a {"), broken) == _refusals(_added("bad(1);"), broken)


def test_what_the_rule_reports_still() -> None:
    """A suggestion that its own rule reports, too, is none."""
    assert _refusals(_added("bad(1);"), dataclasses.replace(FIX, suggestion="bad({x} + 1)")) == [
        "bad reports the changed code, too"
    ]


def test_what_another_rule_reports() -> None:
    """A suggestion is refused where a rule reports it that was silent in this function."""
    other = rule(id="no-good", patterns=("good($x)",))
    assert _refusals(_added("bad(1);"), FIX, other) == ["no-good reports the changed code"]
    assert _refusals(_added("bad(1);").replace("two();", "good(2);"), FIX, other) == [
        "no-good reports the changed code"
    ]


def test_what_another_rule_said_before() -> None:
    """A remark on the same code from before is no new one because the code around it has other words."""
    around = rule(id="around", patterns=("outer($x)",))
    findings, _made, _rules = _mended(_added("outer(bad(1));"), FIX, around)

    assert {finding.rule: bool(finding.diff) for finding in findings} == {"bad": True, "around": False}


@pytest.mark.parametrize("line", ["/* page \f break */", "/* line end \r */", "/* \xe9t\xe9 */"])
def test_what_a_mail_cannot_carry(line: str) -> None:
    """A diff with such a line beside the change would not apply as it is read in a mail."""
    whole = series(_patch(_added(line, "bad(1);")))
    running = Rules((FIX,), TreeView(whole.snapshot, SyntaxFacts()))
    (one,) = mend(whole, judge(whole, running)[0], running)

    assert [skipped.why for skipped in one.refused] == ["a mail cannot carry the lines around it"]


PEAR = """\
struct pear {
\tunsigned long pr_state;
};
static inline bool pear_ripe(const struct pear *p)
{
\treturn (p->pr_state & 0x9) == 0x1;
}
"""


def test_helper_of_a_header() -> None:
    """A change that calls a helper of a header which the file does not see brings the #include."""
    (ask,) = (one for one in load_rules() if one.id == "open-coded-helper")
    before = "#include <linux/apple.h>\n\nint f(struct pear *p)\n{\n\treturn 0;\n}\n"
    after = before.replace("return 0", "return (p->pr_state & 0x9) == 0x1")
    headers = {"include/linux/apple.h": "int apple;\n", "include/linux/pear.h": PEAR}
    made = _patch(after, before, "drivers/a.c")
    old, new = (_Latin({"drivers/a.c": text, **headers}) for text in (before, after))
    whole = series(AppliedPatch(made.patch, old, new, made.files))
    running = Rules((ask,), TreeView(whole.snapshot, SyntaxFacts()))
    (one,) = mend(whole, judge(whole, running)[0], running)

    assert [change.after.decode() for change in one.changes] == [
        before.replace(".h>\n", ".h>\n#include <linux/pear.h>\n").replace("return 0", "return pear_ripe(p)")
    ]


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail with a thousand findings does not keep the machine busy: the first are tried, the others counted."""
    monkeypatch.setattr(verified, "_MOST_PLACES", 2)
    (finding,), _made, _rules = _mended(_added(*["bad(1);"] * 3))
    assert finding.diff is not None
    assert finding.diff.count("+\tgood(1);") == 1
    monkeypatch.setattr(verified, "_MOST_FINDINGS", 1)
    _findings, (made,), _rules = _mended(_added("bad(1);", "bad(2);"))

    assert [skipped.why for skipped in made.refused] == ["of a patch 1 findings are tried"]


def test_path_that_git_quotes() -> None:
    """A file whose name would have to be quoted in a diff gets none."""
    whole = series(_patch(_added("bad(1);"), path="a b.c"))
    running = Rules((FIX,), TreeView(whole.snapshot, SyntaxFacts()))
    (one,) = mend(whole, judge(whole, running)[0], running)

    assert (one.mends, len(one.refused)) == ((), 1)


@pytest.mark.parametrize("wrong", ["- two();", " three();", "+\tbetter(1);"])
def test_diff_of_another_text(wrong: str) -> None:
    """A diff is tried on the file before anybody sees it: it has to apply, and to make what was verified of it."""
    _findings, (made,), rules = _mended(_added("bad(1);"))
    (change,) = made.changes
    fixed = Fixup("a.c", change.before, change.after, made.mends[0].reports, ())
    line = {"-": "-\tbad(1);", " ": " \tone();", "+": "+\tgood(1);"}[wrong[0]]

    assert why_unsound(fixed, change.diff, rules) == ""
    assert why_unsound(fixed, change.diff.replace(line, wrong), rules) == "a mail cannot carry the lines around it"


def test_what_cannot_be_followed() -> None:
    """Silence of a rule that gave up is no proof: what could be looked at before has to be looked at after."""
    path = rule(id="path", patterns=("take($x); ... drop($x);",))
    blind = dataclasses.replace(FIX, patterns=("bad($x);",), suggestion="goto nowhere;")
    assert _refusals(_added("take(a);", "bad(a);", "drop(a);"), blind, path) == [
        "paths of f() cannot be followed in the changed code"
    ]


def test_all_places_or_the_first() -> None:
    """A remark's change takes all of its places; where one of them speaks against it, the first alone."""
    both = _mended(_added("bad(1);", "bad(1);"))
    assert both[0][0].diff is not None
    assert both[0][0].diff.count("+\tgood(1);") == 2
    picky = rule(id="picky", patterns=("good(2)",))
    named = dataclasses.replace(FIX, message="is it good?")
    (finding,), (made,), _rules = _mended(_added("bad(1);", "bad(2);"), named, picky)

    assert len(finding.repeats) == 1
    assert [change.after.decode() for change in made.changes] == [_added("good(1);", "bad(2);")]


def test_changes_that_do_not_go_together() -> None:
    """Of two changes of one place the first is offered; the other is counted, and has no diff."""
    outer = rule(id="outer", patterns=("outer($x)",), suggestion="fine({x})", fixes=True)
    findings, (made,), _rules = _mended(_added("outer(bad(1));"), outer, FIX)
    offered = {finding.rule: finding.diff is not None for finding in findings}

    assert sum(offered.values()) == 1
    assert len(made.mends) == len(made.refused) == 1
    assert made.refused[0].why.startswith("together with the other fix-ups ")


def test_only_what_is_drafted() -> None:
    """What the patch is not blamed for, what is shown only, and what is no fix have no change, and are not counted."""
    nursery = dataclasses.replace(FIX, nursery=True)
    assert _mended(_added("bad(1);"), nursery)[1] == ()
    assert _mended(_added("bad(1);"), rule(suggestion="good({x})"))[1] == ()
    assert _mended(_added("bad(1);", "one();"), before=_added("bad(1);"))[1] == ()


def test_built() -> None:
    """Somebody else's word is asked on each change alone and on all together, and what passes is called compiled."""
    asked: list[bytes] = []

    def objection(_patch: AppliedPatch, changes: Sequence[FileChange]) -> str:
        (change,) = changes
        asked.append(change.after)
        return "it brings a warning" if b"good(2)" in change.after else ""

    after = _added("bad(1);").replace("two();", "bad(2);")
    one, other = (rule(id=f"bad-{n}", patterns=(f"bad({n})",), suggestion=f"good({n})", fixes=True, message="is it?")
                  for n in (1, 2))  # fmt: skip
    _findings, (made,), rules = _mended(after, one, other)
    findings = [mend.finding for mend in made.mends]
    built = reconsidered(made, rules, objection)

    assert len(asked) == 2
    assert [mend.finding.rule for mend in built.mends] == ["bad-1"]
    assert [(skipped.what, skipped.why) for skipped in built.refused] == [("fix-up for bad-2", "it brings a warning")]
    assert [finding.compiled for finding in with_diffs(findings, (built,))] == [True, False]
    assert with_diffs(findings, (built,))[1].diff is None


def test_coverage() -> None:
    """What is not offered is said with all else that was not done."""
    (made,) = _mended(_added("bad(1);"), dataclasses.replace(FIX, suggestion="bad(2)"))[1]
    old = Skipped("f()", "a.c", "odd")

    assert with_refused(Coverage(1, 1, (old,)), (made,)).skipped == (
        old, Skipped("fix-up for bad", "a.c", "bad reports the changed code, too")
    )  # fmt: skip
