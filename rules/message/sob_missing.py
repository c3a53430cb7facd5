# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a patch whose message has no Signed-off-by."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, MessageText, Place, Rule, SeekMessage

_SIGNED = re.compile(r"^[> ]*signed-off-by:", re.MULTILINE | re.IGNORECASE)


def _find(message: MessageText) -> Iterator[Place]:
    if not _SIGNED.search(message.text):
        text = message.text.rstrip()
        start = text.rfind("\n") + 1
        yield Place(start, max(len(text), start + 1))


RULE = Rule(
    id="sob-missing",
    title="no Signed-off-by",
    why="A patch cannot be applied without its author's Signed-off-by, which certifies where the code comes from.",
    known_problems="A patch that is sent for discussion alone may be unsigned on purpose.",
    category=Category.STYLE,
    confidence=Confidence.HIGH,
    raised_by=(r"Signed-off-by|\bSoB\b|sign[- ]?off",),
    nursery=True,
    patterns=(SeekMessage(_find),),
    message="there is no Signed-off-by; was it left out, or does it stand below the `---`?",
    references=("Documentation/process/submitting-patches.rst",),
    examples=(
        Example("unsigned", "fruit: count the pears\n\nThey were not counted. //~\n"),
        Example("subject-alone", "fruit: count the pears //~\n"),
        Example("signed", "fruit: count the pears\n\nSigned-off-by: Ann Author <ann@example.org>\n"),
        Example("other-case", "fruit: count the pears\n\nSigned-Off-By: Ann Author <ann@example.org>\n"),
    ),
)
