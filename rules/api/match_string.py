# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a ladder of string comparisons, which a table and match_string() are."""

import re
from collections.abc import Iterator

from reviewbot.rule import Advice, Category, Confidence, Example, Place, Rule, Seek, Site, SourceText

_HEADERS = ("include/linux/string.h", "include/linux/property.h", "include/linux/string_helpers.h")
_FIRST = re.compile(r"(?<!else )\bif \(!\s?strcmp\(([\w.>-]+), ")
_FEWEST = 3


def _ladders(source: SourceText) -> Iterator[Place]:
    """At least three comparisons of one string, each of which sets the same variable."""
    for found in _FIRST.finditer(source.bare):
        name = re.escape(found.group(1))
        step = rf"if \(!\s?strcmp\({name}, [^;{{}}()]{{1,60}}\)\)\s*\{{?\s*([\w.>*-]+) = [^;{{}}]{{1,80}};\s*\}}?\s*"
        pattern, at, targets = re.compile(rf"(?:else\s+)?{step}"), found.start(), []
        while rung := pattern.match(source.bare, at):
            targets.append(rung.group(1))
            at = rung.end()
        if len(targets) >= _FEWEST and len(set(targets)) == 1:
            own = source.text[max(0, found.start() - 600) : found.start()]
            known = re.search(rf"property_read_string\([^;]*&{name}\)", own)
            tail = re.match(r"else\b[^;]*;", source.bare[at : at + 200])
            yield Place(
                found.start(),
                at + (tail.end() if tail else 0),
                (("s", found.group(1)), ("property", "1" if known else "")),
            )


def _advice(site: Site) -> Advice:
    known = site.text("property") and site.declares("device_property_match_property_string", _HEADERS)
    return Advice("device_property_match_property_string" if known else "match_string")


def _code(ladder: str, before: str = "") -> str:
    return f"int f(struct device *dev, const char *s)\n{{\n\tint v = 0;\n\n{before}{ladder}\n\treturn v;\n}}\n"


_RUNGS = [f'if (!strcmp(s, "{word}"))%s\n\t\tv = {number};\n' for number, word in enumerate("abc")]
_LADDER = "\t" + "\telse ".join([_RUNGS[0] % " //~", _RUNGS[1] % "", _RUNGS[2] % ""])
_TREE = {"include/linux/string.h": "match_string", "include/linux/property.h": "device_property_match_property_string"}

RULE = Rule(
    id="match-string",
    title="ladder of string comparisons",
    why="A table of the words and match_string() say which word has which number, and what is unknown is one test.",
    known_problems="Words whose values are not in order need a second table.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    patterns=(Seek(("strcmp",), _ladders, ("s", "property")),),
    advice=_advice,
    message="`{s}` is compared with one word after the other; would a table and {helper}() do?",
    needs={"match_string": _HEADERS},
    references=("include/linux/string.h", "include/linux/property.h"),
    nursery=True,
    examples=(
        Example("ladder", _code(_LADDER), headers=_TREE),
        Example("property", _code(_LADDER, '\tdevice_property_read_string(dev, "x", &s);\n'), headers=_TREE),
        Example(
            "two-words",
            _code('\tif (!strcmp(s, "a"))\n\t\tv = 1;\n\telse if (!strcmp(s, "b"))\n\t\tv = 2;\n'),
            headers=_TREE,
        ),
        Example("different-work", _code(_LADDER.replace(" //~", "").replace("v = 1", "w = 1")), headers=_TREE),
        Example("not-in-the-tree", _code(_LADDER.replace(" //~", ""))),
    ),
)
