# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a finding that somebody has made already told from one that nobody has?"""

from __future__ import annotations

import pytest

from reviewbot.mail.comments import read_comments
from reviewbot.mail.series import build_series
from reviewbot.mail.thread import build_thread
from reviewbot.mail.versions import postings
from reviewbot.model import AppliedPatch, Message, Raised
from reviewbot.review.answers import agrees, is_remark
from reviewbot.review.draft import worth_drafting
from reviewbot.review.history import still_open
from reviewbot.review.raised import Talk, with_raised
from tests.review.made import finding, message, rule
from tests.rules.harness import MadeUpTree

CODE = [f"+\tstep_{n}(pear);" for n in range(12)]
AT = 5
"""The line of the file with the finding, which the sixth of the added lines is."""


def sent(msgid: str, subject: str, code: list[str], above: str = "", words: str = "Pears.") -> Message:
    """A patch that adds lines to a file."""
    diff = f"--- a/a.c\n+++ b/a.c\n@@ -0,0 +1,{len(code)} @@\n" + "\n".join(code) + "\n"
    headers = f"In-Reply-To: <{above}>\nReferences: <{above}>\n" if above else ""
    return message(f"{words}\n---\n{diff}-- \n2.1\n", msgid=msgid, subject=subject, headers=headers)


def reply(text: str, msgid: str = "r@x", above: str = "1@x", who: str = "Bob Reviewer <bob@example.org>") -> Message:
    """An answer to a mail."""
    headers = f"From: {who}\nIn-Reply-To: <{above}>\nReferences: <{above}>\n"
    return message(text, msgid=msgid, subject="Re: [PATCH] one", headers=headers)


ONE = sent("1@x", "[PATCH] one", CODE)


def quoted(*lines: str) -> str:
    """Lines with a quote mark."""
    return "".join(f"> {line}\n" for line in lines)


def talk(*mails: Message, of: str = "1@x") -> tuple[Talk, list[AppliedPatch]]:
    """What is said in a thread, and the patches of the series."""
    thread = build_thread(mails)
    series = build_series(thread, of)
    posted = postings(thread, series)
    tree = MadeUpTree({})
    applied = [AppliedPatch(p, tree, tree, p.files) for p in series.patches]
    return Talk(posted, read_comments(thread, posted).comments), applied


def found(*mails: Message, of: str = "1@x", raised_by: tuple[str, ...] = (), **changes: object) -> Raised | None:
    """By whom a finding on the sixth line was raised."""
    said, patches = talk(*mails, of=of)
    fields = {"path": "a.c", "line": AT + 1, "last_line": AT + 1, "patch": of, "code": "step_5(pear)", **changes}
    one = finding(10, **{"helper": "do_steps", **fields})  # type: ignore[arg-type]
    (made,) = with_raised([one], patches, said, [rule(raised_by=raised_by)])
    assert worth_drafting(made) is (made.raised is None)
    return made.raised


@pytest.mark.parametrize(
    ("place", "text", "by"),
    [
        (AT, "Use do_steps() here.", "Bob Reviewer"),
        (AT + 3, "Use do_steps() here.", "Bob Reviewer"),
        (AT - 3, "Use do_steps() here.", "Bob Reviewer"),
        (AT + 4, "Use do_steps() here.", ""),
        (AT - 4, "Use do_steps() here.", ""),
        (AT + 4, "Use do_steps(), here and elsewhere.", "Bob Reviewer"),
        (AT, "Why this?", ""),
        (AT, "Is this undo_steps()?", ""),
        (AT, "That is bad.", "Bob Reviewer"),
        (AT, "It may step over the end.", "Bob Reviewer"),
        (AT + 5, "It may step over the end, everywhere.", ""),
    ],
    ids=[
        "here",
        "below",
        "above",
        "too far below",
        "too far above",
        "all",
        "other",
        "other name",
        "rule",
        "words",
        "words afar",
    ],
)
def test_place_and_words(place: int, text: str, by: str) -> None:
    """A comment is the same remark within three lines, by the helper's name, the rule's id or its words."""
    body = quoted(*(CODE if place > AT + 3 else ["@@ ...", CODE[place]])) if place == len(CODE) else quoted(CODE[place])
    raised = found(ONE, reply(f"{body}\n{text}\n"), raised_by=(r"over the end",))

    assert (raised.comment.by if raised else "") == by


def test_not_placed() -> None:
    """A person's words on the patch as a whole raise what they name, a machine's do not."""
    assert found(ONE, reply("Please use do_steps().\n")) is not None
    assert found(ONE, reply("Please use do_steps().\n", who="Sashiko <sashiko-bot@example.org>")) is None


def test_ditto() -> None:
    """ "Same here" says what the same mail said before it."""
    body = f"{quoted(CODE[0])}\nUse do_steps().\n\n{quoted(*CODE[1:6])}\nSame here.\n"
    raised = found(ONE, reply(body))

    assert raised is not None
    assert raised.comment.text == "Same here."


def test_machine_and_person() -> None:
    """A person is named before a machine, whoever came first; a machine is named as one."""
    robot = reply(f"{quoted(CODE[AT])}\nUse do_steps()?\n", "b@x", who="sashiko-bot@example.org")
    raised = found(ONE, robot)
    assert raised is not None
    assert raised.comment.by == "Sashiko (bot)"
    both = found(ONE, robot, reply(f"{quoted(CODE[AT])}\nUse do_steps().\n"))
    assert both is not None
    assert both.comment.by == "Bob Reviewer"


def test_answer() -> None:
    """What the author answered stands beside it; another's answer does not."""
    said = reply(f"{quoted(CODE[AT])}\nUse do_steps().\n")
    below = f"> > {CODE[AT]}\n> \n> Use do_steps().\n\n"
    other = reply(f"{below}I think so too.\n", "o@x", "r@x", "Cyd <cyd@example.org>")
    author = reply(f"{below}Good catch, will fix.\n", "a@x", "r@x", "Ann Author <ann@example.org>")
    alone, both = found(ONE, said, other), found(ONE, said, other, author)

    assert alone is not None
    assert alone.answer is None
    assert both is not None
    assert both.answer is not None
    assert both.answer.text == "Good catch, will fix."


def test_another_revision() -> None:
    """A comment on v1 raises a finding on v2 by the same code, wherever that stands there."""
    shifted = ["+\tint new;", "+\tint more;", "+\tint lines;", "+\tint still;", *CODE]
    two = sent("2@x", "[PATCH v2] one", shifted, above="1@x")
    said = reply(f"{quoted(CODE[AT])}\nUse do_steps().\n")
    raised = found(ONE, two, said, of="2@x", line=AT + 5, last_line=AT + 5)

    assert raised is not None
    assert (raised.revision, raised.comment.patch) == (1, "1@x")
    assert found(ONE, two, said, of="2@x", line=1, last_line=1) is None


def test_one_line_of_many() -> None:
    """Of equal lines in another revision it is the one among the same neighbours that was meant."""
    same = [
        line for n in range(3) for line in (f"+\tfirst_{n}();", f"+\tsecond_{n}();", "+\treturn -EIO;", "+", "+", "+")
    ]
    one = sent("1@x", "[PATCH] one", same)
    two = sent("2@x", "[PATCH v2] one", ["+\tint new;", *same], above="1@x")
    said = reply(f"{quoted(*same[6:9])}\nUse do_steps().\n")

    assert found(one, two, said, of="2@x", line=10, last_line=10) is not None
    assert found(one, two, said, of="2@x", line=4, last_line=4) is None
    assert found(one, two, said, of="2@x", line=16, last_line=16) is None


def test_other_file() -> None:
    """The same line of another file of the series is another place; that of a file with another name in v1 is not."""
    first, second = (sent(f"{n}@x", f"[PATCH {n}/2] one", CODE, above="0@x").body for n in (1, 2))
    cover = message("Both.\n", msgid="0@x", subject="[PATCH 0/2] one")
    above = "In-Reply-To: <0@x>\nReferences: <0@x>\n"
    one = message(first, msgid="1@x", subject="[PATCH 1/2] one", headers=above)
    other = message(second.replace("a.c", "b.c"), msgid="2@x", subject="[PATCH 2/2] two", headers=above)
    said = reply(f"{quoted(CODE[AT])}\nUse do_steps().\n")
    renamed = message(first.replace("a.c", "new.c"), msgid="3@x", subject="[PATCH v2] one", headers=above)

    assert found(cover, one, other, said, of="1@x") is not None
    assert found(cover, one, other, said, of="2@x", path="b.c") is None
    assert found(cover, one, said, renamed, of="3@x", path="new.c") is not None


def open_in(code: list[str], *mails: Message, words: str = "Pears.") -> list[str]:
    """What is said to be not addressed in a second version with that code."""
    two = sent("2@x", "[PATCH v2] one", code, above="1@x", words=words)
    said, _patches = talk(ONE, two, *mails, of="2@x")
    thread = build_thread((ONE, two, *mails))
    return [r.comment.text for r in still_open(build_series(thread, "2@x"), said)]


REMARK = reply(f"{quoted(CODE[AT])}\nThis leaks the pear.\n")
UNDER = f"> > {CODE[AT]}\n> \n> This leaks the pear.\n\n"
ANN = "Ann Author <ann@example.org>"


def test_not_addressed() -> None:
    """A remark stays open while its code is as it was, three lines around it too, wherever the hunk is."""
    far, near = [*CODE[:-1], "+\tother(pear);"], [*CODE[: AT + 2], "+\tother(pear);", *CODE[AT + 3 :]]

    assert open_in(CODE, REMARK) == ["This leaks the pear."]
    assert open_in(["+\tint new;", *far], REMARK) == ["This leaks the pear."]
    assert open_in(near, REMARK) == []
    assert open_in([*CODE[:AT], *CODE[AT + 1 :]], REMARK) == []


@pytest.mark.parametrize(
    ("answer", "who", "stays"),
    [
        ("Good catch, will fix.", ANN, True),
        ("That is intended.", ANN, False),
        ("Ok, but then it is slow.", ANN, False),
        ("Agreed.", "Cyd <cyd@example.org>", True),
        ("It is freed in the caller.", "Cyd <cyd@example.org>", False),
    ],
)
def test_answered(answer: str, who: str, stays: bool) -> None:
    """A remark that somebody answered otherwise than by agreeing is settled."""
    assert open_in(CODE, REMARK, reply(f"{UNDER}{answer}\n", "a@x", "r@x", who)) == ["This leaks the pear."] * stays


@pytest.mark.parametrize(
    "text",
    [
        *("Ok.", "Nice, thanks!", "LGTM", "Reviewed-by: Bob Reviewer <bob@example.org>", "+1", "Up to you."),
        *("Looks good to me.", "This isn't a bug introduced by this patch, but is it right?"),
    ],
)
def test_no_remark(text: str) -> None:
    """Acknowledgements, tags, what is taken back and what is of older code ask for nothing."""
    assert open_in(CODE, reply(f"{quoted(CODE[AT])}\n{text}\n")) == []


def test_machines_and_authors_leave_nothing_open() -> None:
    """Only people other than the author make remarks that have to be addressed."""
    body = f"{quoted(CODE[AT])}\nThis leaks the pear.\n"

    assert open_in(CODE, reply(body, who="sashiko-bot@example.org")) == []
    assert open_in(CODE, reply(body, who=ANN)) == []


def test_a_later_tag_settles() -> None:
    """A reviewer who gives his tag to a later version has nothing left to ask."""
    body = f"{quoted('Pears.')}\nReviewed-by: Bob Reviewer <bob@example.org>\n"

    assert open_in(CODE, REMARK, reply(body, "t@x", "2@x")) == []


def test_commit_message() -> None:
    """A remark on the commit message is open while its line is there."""
    remark = reply(f"{quoted('Pears.')}\nSay which pears.\n")

    assert open_in(CODE, remark) == ["Say which pears."]
    assert open_in(CODE, remark, words="Green pears.") == []


def test_words_of_an_answer() -> None:
    """Agreement is told from an answer that holds on."""
    said, _patches = talk(ONE, reply("Sure, in v2.\n"), reply("No, this is needed because of pears.\n", "s@x"))

    assert [agrees(c) for c in said.comments] == [True, False]
    assert all(is_remark(c) for c in said.comments)
