# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a draft read as a good reviewer writes?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviewbot.model import Confidence, Finding, Verdict
from reviewbot.review.draft import DraftStyle, draft, sentences
from tests.review.made import finding, message, patch
from tests.review.replies import BODY, ME, draft_of, line_of, text
from tests.rules.harness import MadeUpTree

WHOLE = (
    "On Mon, 02 Nov 2026 10:00:00 +0000, Ann Author wrote:\n"
    "> [ ... ]\n"
    "> diff --git a/a.c b/a.c\n"
    "> index 1111111..2222222 100644\n"
    "> --- a/a.c\n"
    "> +++ b/a.c\n"
    "> @@ -10,9 +10,11 @@ int pear(void)\n"
    ">  \tone();\n"
    ">  \ttwo();\n"
    ">  \tthree();\n"
    ">  \tfour();\n"
    ">  \tfive();\n"
    ">  \tsix();\n"
    "> +\tbad(1);\n"
    "\n"
    "Can this fail? The caller does not look.\n"
    "\n"
    ">  \tseven();\n"
    "> +\tbad(2);\n"
    "\n"
    "Same here.\n"
    "\n"
    "> [ ... ]\n"
    "> diff --git a/b.c b/b.c\n"
    "> --- a/b.c\n"
    "> +++ b/b.c\n"
    "> @@ -1,2 +1,3 @@\n"
    ">  int x;\n"
    "> +bad(4);\n"
    "\n"
    "Is this needed?\n"
    "\n"
    "\tgood(4);\n"
    "\n"
    "> [ ... ]\n"
)


def test_whole_draft() -> None:
    """Attribution, headers, five lines of context, remarks under their lines, marks where something is cut."""
    made = text(
        finding(line_of("bad(1)"), "can this fail? the caller does not look"),
        finding(line_of("bad(2)"), "can this fail? the caller does not look"),
        finding(line_of("bad(4)"), "is this needed?", rule="other", suggestion="good(4);"),
    )
    assert made == WHOLE


def test_context_is_cut() -> None:
    """More than five lines above are cut, with a mark."""
    made = text(finding(line_of("eight()")))
    assert "> @@ -10,9 +10,11 @@ int pear(void)\n> [ ... ]\n>  \tfive();\n>  \tsix();\n> +\tbad(1);\n" in made
    assert "four()" not in made


def test_own_text_is_wrapped_and_code_is_not() -> None:
    """Words are wrapped at 72 columns; quoted lines and suggestions stay as they are."""
    suggestion = "good(a_line_that_is_longer_than_seventy_two_columns, and_is_never_wrapped_at_all, three);"
    made = text(finding(line_of("a_line_that"), "would this " + "and that " * 20 + "do?", suggestion=suggestion))

    assert "> +\tbad(a_line_that_is_longer_than_seventy_two_columns, and_is_never_wrapped_at_all, three);\n" in made
    assert f"\n\t{suggestion}\n" in made
    own = [line for line in made.split("\n")[1:] if line[:1] not in (">", "\t")]
    assert max(map(len, own)) <= 72
    assert " ".join(own).split() == ("Would this " + "and that " * 20 + "do?").split()


def test_same_rule_other_words() -> None:
    """The same rule says only the other code, or nothing new; a near miss of it has its own words."""
    made = text(
        finding(line_of("bad(1)"), "is 1 good?", suggestion="good(1);"),
        finding(line_of("bad(2)"), "is 2 good?", suggestion="good(2);"),
        finding(line_of("eight()"), "is 2 good?", suggestion="good(2);"),
        finding(line_of("bad(4)"), "is it meant to be good?", confidence=Confidence.MODERATE, suggestion="good(4);"),
    )
    assert "\nIs 1 good?\n\n\tgood(1);\n" in made
    assert "> +\tbad(2);\n\nSame here:\n\n\tgood(2);\n" in made
    assert ">  \teight();\n\nSame here.\n" in made
    assert "> +bad(4);\n\nIs it meant to be good?\n\n\tgood(4);\n" in made


def test_same_rule_other_helper() -> None:
    """Another helper is another remark: "same here" would not say which one is meant."""
    made = text(
        finding(line_of("bad(1)"), "would good() do?", helper="good()", suggestion="good(1)"),
        finding(line_of("bad(2)"), "would fine() do?", helper="fine()", suggestion="fine(2)"),
    )

    assert "Same here" not in made
    assert "\nWould good() do?\n" in made
    assert "\nWould fine() do?\n" in made


def test_same_here_only_of_the_remark_above() -> None:
    """After a remark of another rule the words name the helper, or are said again."""
    for helper, again in (("good", "good() here, too?"), (None, "Can this fail?")):
        made = text(
            finding(line_of("bad(1)"), "can this fail?", helper=helper),
            finding(line_of("seven()"), "is it odd?", rule="other"),
            finding(line_of("bad(2)"), "can this fail?", helper=helper),
        )
        assert f"> +\tbad(2);\n\n{again}\n" in made
        assert "Same here" not in made


def test_code_in_a_message_is_not_parted() -> None:
    """A proposal within a message stands on a line of its own when it is long, in one piece."""
    code = "good(first_argument ? second_argument : third_argument, fourth_argument + fifth_argument)"
    made = text(finding(line_of("bad(1)"), f"this is the smaller of the two; would {code} do?", suggestion=code))
    assert f"\nThis is the smaller of the two; would\n{code}\ndo?\n" in made


def test_no_draft_for_a_quoted_diff() -> None:
    """Who quotes a diff did not write it, and is not written to."""
    applied = patch(BODY, MadeUpTree({}), MadeUpTree({}))
    remark, style = finding(line_of("bad(1)")), DraftStyle(ME, frozenset())
    assert draft(applied, [remark], style) is not None
    assert draft(replace(applied, patch=replace(applied.patch, quote_depth=1)), [remark], style) is None


@pytest.mark.parametrize("mark", ["", "> "])
def test_plain_diff(mark: str) -> None:
    """A patch without `diff --git` names its file as well, also when it has two."""
    one = "--- a/a.c\n+++ b/a.c\n@@ -1 +1,2 @@\n int x;\n+bad(1);\n"
    body = one + one.replace("a.c", "b.c")
    body = "".join(f"{mark}{line}\n" for line in body.splitlines())
    quoted = "".join(f">{'' if mark else ' '}{line}\n" for line in body.splitlines()[5:])
    assert f"> [ ... ]\n{quoted}\n" in text(finding(10), mail=message(body))


def test_date_as_it_was_sent() -> None:
    """The date is in the sender's time zone."""
    made = text(finding(line_of("bad(1)")), mail=message(BODY, headers="Date: Mon, 02 Nov 2026 01:30:00 -0800\n"))
    assert made.startswith("On Mon, 02 Nov 2026 01:30:00 -0800, Ann Author wrote:\n")


def test_two_remarks_on_a_line() -> None:
    """Two rules on one line share the quote."""
    made = text(finding(line_of("bad(1)"), "one?", rule="a"), finding(line_of("bad(1)"), "two?", rule="b"))
    assert "> +\tbad(1);\n\nOne?\n\nTwo?\n" in made
    assert made.count("bad(1)") == 1


def test_three_remarks_of_style() -> None:
    """Of style, three remarks are enough; of the rest, none is dropped."""
    lines = [line_of(word) for word in ("one()", "two()", "three()", "four()", "five()")]
    styled = [finding(line, f"{n} styled?", rule="s") for n, line in enumerate(lines)]
    made = text(*styled, finding(line_of("bad(4)"), "matters?"), style=frozenset({"s"}))
    assert [f"{n} styled?" in made for n in range(5)] == [True, True, True, False, False]
    assert "Matters?" in made
    assert text(*styled).count("styled?") == 5


@pytest.mark.parametrize(
    "unwanted",
    [
        finding(line_of("bad(1)"), verdict=Verdict.PRE_EXISTING),
        finding(line_of("bad(1)"), verdict=Verdict.FIXED_LATER),
        finding(line_of("bad(1)"), confidence=Confidence.LOW),
        finding(0),
    ],
)
def test_not_worth_a_mail(unwanted: Finding) -> None:
    """What the patch did not do, what is not sure, and what is not in the diff is not mailed; nor is praise."""
    assert draft_of(unwanted) is None
    assert draft_of() is None


@pytest.mark.parametrize(
    ("message_text", "wanted"),
    [
        ("is it? it may be", "Is it? It may be."),
        ("dev_err_probe() logs; would it do?", "dev_err_probe() logs; would it do?"),
        ("this leaks the folio", "This leaks the folio."),
        ("`x` is unused", "`x` is unused."),
    ],
)
def test_sentences(message_text: str, wanted: str) -> None:
    """A rule's words become sentences, and code keeps its case."""
    assert sentences(message_text) == wanted


@pytest.mark.parametrize(
    ("message_text", "code", "wanted"),
    [
        ("this is x ? a : c elements in one product", "(x ? a : c) * 8", "This is x ? a : c elements in one product."),
        ("this is x? a : c elements", "x? a : c", "This is x? a : c elements."),
        ("would min(x, c? pear : x) do?", "", "Would min(x, c? pear : x) do?"),
        ("len is short; would it do?", "f(len)", "len is short; would it do?"),
        ("is it? it may be", 'f("it")', "Is it? It may be."),
    ],
)
def test_code_keeps_its_case(message_text: str, code: str, wanted: str) -> None:
    """A word of the code is no start of a sentence."""
    assert sentences(message_text, code) == wanted


def test_diff_quoted_in_a_reply() -> None:
    """A diff that the mail itself quotes gets one more mark, and no blank between the marks."""
    body = "> diff --git a/a.c b/a.c\n> --- a/a.c\n> +++ b/a.c\n> @@ -1 +1,2 @@\n>  int x;\n> +bad(1);\n"
    made = text(finding(6), mail=message(body))
    assert ">> diff --git a/a.c b/a.c\n>> --- a/a.c\n" in made or "> > diff" not in made
    assert ">> +bad(1);\n\nIs it good here?\n" in made


def test_wrapped_hunk_header() -> None:
    """The rest of a hunk's header that the mail wrapped is quoted with it."""
    body = "diff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n@@ -1 +1,2 @@ int f(struct\npear *p)\n int x;\n+bad(1);\n"
    made = text(finding(7), mail=message(body))
    assert "> @@ -1 +1,2 @@ int f(struct\n> pear *p)\n>  int x;\n> +bad(1);\n" in made
