# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a word that stands twice in a row in a commit message."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, MessageText, Place, Rule, SeekMessage

_TWICE = re.compile(r"(?<![\w.<>/=:-])([A-Za-z]{2,})(?:[ \t]+|[ \t]*\n)\1(?![\w.<>/=:(-])")
_RIGHT = frozenset({"that", "had", "long", "very", "bye", "knock", "blah"})
_QUOTED = re.compile(r"^(?:[ \t]{2,}|\t|>|\$|#|\[|\+|-|[A-Z][a-z-]+:)")


def _find(message: MessageText) -> Iterator[Place]:
    for found in _TWICE.finditer(message.text):
        line = message.text[message.text.rfind("\n", 0, found.start()) + 1 :]
        if found.group(1).lower() not in _RIGHT and not _QUOTED.match(line):
            yield Place(found.start(), found.end(), (("word", found.group(1)),))


RULE = Rule(
    id="doubled-word",
    title="word written twice",
    why="It is there to stay once the patch is applied, and git log is read for years.",
    known_problems="Names that are the same twice, and quoted logs that are not indented, look alike.",
    category=Category.STYLE,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"\btwice\b",
        r"duplicat",
    ),
    nursery=True,
    patterns=(SeekMessage(_find, ("word",)),),
    message="`{word}` stands twice here; once would do",
    references=("scripts/checkpatch.pl",),
    examples=(
        Example("one-line", "fruit: count the pears\n\nIn the the basket they are. //~\n"),
        Example("two-lines", "fruit: count the pears\n\nThey are in the //~\nthe basket.\n"),
        Example("two-sentences", "fruit: count the pears\n\nHe saw that that was so.\n"),
        Example("a-type", "fruit: count the pears\n\nA long long holds them.\n"),
        Example("a-log", "fruit: count the pears\n\nIt says:\n\n  read read write\n"),
        Example("a-name", "fruit: count the pears\n\nSee pear-pear pear/pear and pear_pear pear.pear\n"),
        Example("a-trailer", "fruit: count the pears\n\nReported-by: Ann Ann <ann@example.org>\n"),
    ),
)
