# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a result of snprintf() that is used as the length of what was written."""

import re

from reviewbot.rule import Category, Confidence, Example, Rule, Site

_HEADERS = ("include/linux/sprintf.h", "include/linux/kernel.h")


def _is_length(site: Site) -> bool:
    """Read back by its length, and never compared."""
    rest, name = site.after(40), re.escape(site.text("n"))
    if re.search(rf"\b{name}\s*(?:>=?|==|<)|\bmin\w*\([^;]*\b{name}\b|WARN\w*\([^;]*\b{name}\b", rest):
        return False
    return re.search(rf"(?:simple_read_from_buffer|copy_to_user|memcpy)\([^;]*\b{name}\b", rest) is not None


def _code(use: str, mark: str = " //~") -> str:
    return (
        "ssize_t f(struct file *file, char *to, size_t count, loff_t *pos, int v)\n{\n\tchar buf[16];\n\tint len;\n\n"
        f'\tlen = snprintf(buf, sizeof(buf), "%d", v);{mark}\n\t{use}\n}}\n'
    )


_READ = "return simple_read_from_buffer(to, count, pos, buf, len);"
_TREE = {"include/linux/sprintf.h": "snprintf scnprintf"}

RULE = Rule(
    id="snprintf-length",
    title="length that would have been written",
    why="snprintf() returns what a larger buffer would have taken, so that the length can lie beyond the buffer.",
    known_problems="Where the text cannot be longer than the buffer the two are the same.",
    category=Category.CORRECTNESS,
    confidence=Confidence.MODERATE,
    raised_by=(r"\bscnprintf\b",),
    patterns=("$n = snprintf($b, $s, ...)", "$n = vsnprintf($b, $s, ...)"),
    where=_is_length,
    message="if `{b}` is too small, `{n}` is more than was written; would scnprintf() do?",
    needs={"scnprintf": _HEADERS},
    references=("include/linux/sprintf.h", "lib/vsprintf.c"),
    nursery=True,
    examples=(
        Example("read-back", _code(_READ), headers=_TREE),
        Example("variable-arguments", _code(_READ).replace("snprintf", "vsnprintf"), headers=_TREE),
        Example("compared", _code("if (len >= sizeof(buf))\n\t\treturn -E2BIG;\n\t" + _READ, ""), headers=_TREE),
        Example("only-returned", _code("return put(buf) ?: len;", ""), headers=_TREE),
        Example("written-length", _code(_READ, "").replace("snprintf", "scnprintf"), headers=_TREE),
        Example("not-in-the-tree", _code(_READ, "")),
    ),
)
