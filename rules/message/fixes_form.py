# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a Fixes: tag that is not written as tools read it."""

import re
from collections.abc import Iterator
from itertools import islice

from reviewbot.rule import Category, Confidence, Example, MessageText, Place, Rule, SeekMessage

_TAG = re.compile(r"^fixes:?[ \t]+(?:commit[ \t]+)?[0-9a-f]{6,40}\b.*(?:\n[^\n:]+\"\))?$", re.MULTILINE | re.IGNORECASE)
_QUOTED = re.compile(r"^Fixes: (?P<commit>[0-9a-f]{12,40}) \(\"(?P<subject>.+)\"\)$", re.MULTILINE)
_MOST = 20
"""Tags of one message that the tree is asked about; each costs two calls of git."""
_GOOD = re.compile(r'Fixes: [0-9a-f]{12,40} \(".+"\)')


def _find(message: MessageText) -> Iterator[Place]:
    for tag in _TAG.finditer(message.text):
        if not _GOOD.fullmatch(tag.group()):
            yield Place(tag.start(), tag.end(), (("what", _what(tag.group())),))
    for tag in islice(_QUOTED.finditer(message.text), _MOST):
        subject = message.subject_of(tag["commit"])
        if subject is not None and " ".join(subject.split()) != " ".join(tag["subject"].split()):
            yield Place(tag.start(), tag.end(), (("what", f'commit {tag["commit"][:12]} is "{subject}"'),))


def _what(tag: str) -> str:
    """What is wrong with a tag."""
    number = re.search(r"[0-9a-f]{6,40}", tag)
    if "\n" in tag:
        return "it stands on one line, however long"
    if not tag.startswith("Fixes: ") or re.match(r"Fixes: +commit", tag):
        return "it begins with `Fixes:` and the id"
    if number is not None and len(number.group()) < 12:
        return "the id has 12 digits at least"
    return 'the subject follows as ("subject")'


_BODY = "fruit: count the pears\n\nThey were not counted.\n\n{tag}\nSigned-off-by: Ann Author <ann@example.org>\n"
_ID = "123456789abcdef0123456789abcdef012345678"

RULE = Rule(
    id="fixes-form",
    title="Fixes: tag of another form, or with another subject",
    why="Stable trees and the tools that look for missing fixes read the tag by its form.",
    known_problems="A commit that the tree does not hold is not spoken of: it may stand in another branch.",
    category=Category.STYLE,
    confidence=Confidence.HIGH,
    raised_by=(r"\bFixes\b",),
    nursery=True,
    patterns=(SeekMessage(_find, ("what",)),),
    message="this Fixes: tag is not right: {what}",
    references=("Documentation/process/submitting-patches.rst",),
    examples=(
        Example("short-id", _BODY.format(tag='Fixes: 1234567 ("fruit: add pears") //~')),
        Example("word-commit", _BODY.format(tag='Fixes: commit 123456789abc ("fruit: add pears") //~')),
        Example("no-subject", _BODY.format(tag="Fixes: 123456789abc //~")),
        Example("no-quotes", _BODY.format(tag="Fixes: 123456789abc (fruit: add pears) //~")),
        Example("no-colon", _BODY.format(tag='Fixes 123456789abc ("fruit: add pears") //~')),
        Example("lower-case", _BODY.format(tag='fixes: 123456789abc ("fruit: add pears") //~')),
        Example("two-lines", _BODY.format(tag='Fixes: 123456789abc ("fruit: add pears //~\n and plums")')),
        Example("good", _BODY.format(tag='Fixes: 123456789abc ("fruit: add pears")')),
        Example("long-id", _BODY.format(tag='Fixes: 123456789abcdef0123456789abcdef012345678 ("fruit: add pears")')),
        Example(
            "another-subject",
            _BODY.format(tag='Fixes: 123456789abc ("fruit: add plums") //~'),
            commits={_ID: "fruit: add pears"},
        ),
        Example(
            "this-subject",
            _BODY.format(tag='Fixes: 123456789abc ("fruit: add pears")'),
            commits={_ID: "fruit: add pears"},
        ),
        Example(
            "another-commit",
            _BODY.format(tag='Fixes: 123456789abd ("fruit: add plums")'),
            commits={_ID: "fruit: add pears"},
        ),
        Example("prose", _BODY.format(tag="This fixes a crash when pears are counted.")),
    ),
)
