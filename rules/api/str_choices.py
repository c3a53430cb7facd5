# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a choice between two words for which the tree has a helper."""

import re

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_HEADERS = ("include/linux/string_choices.h", "include/linux/string_helpers.h")
_WORD = re.compile(r'"([a-z]+)"')


def _advice(site: Site) -> Advice | None:
    """The helpers are named after their words: str_yes_no() answers "yes" or "no"."""
    if not site.in_kernel() or site.match.path in _HEADERS:
        return None
    if "TP_printk" in site.file_text():
        return None  # user space reads these formats, and cannot call the helpers
    if site.match.alternative == 1:
        name = "str_plural"
        return Advice(name, f"str_plural({site.text('n')})") if site.declares(name, _HEADERS) else None
    yes, no = _WORD.fullmatch(site.text("a")), _WORD.fullmatch(site.text("b"))
    if yes is None or no is None:
        return None
    name = f"str_{yes.group(1)}_{no.group(1)}"
    return Advice(name, f"{name}({site.text('x')})") if site.declares(name, _HEADERS) else None


def _print(choice: str) -> str:
    return f'void f(struct a *a, int n)\n{{\n\tpr_info("%s\\n", {choice}\n}}\n'


_TREE = {"include/linux/string_choices.h": "str_yes_no str_on_off str_off_on str_enabled_disabled str_plural"}
_OLD = {"include/linux/string_helpers.h": "str_yes_no str_on_off"}

RULE = Rule(
    id="str-choices",
    title="open-coded choice between two words",
    why="The helpers keep the words alike everywhere, and let the linker keep one copy of them.",
    known_problems="Words that are part of a fixed format, where a common spelling is no gain, are reported as well.",
    category=Category.API,
    confidence=Confidence.HIGH,
    patterns=("$x ? $a : $b", '$n == 1 ? "" : "s"'),
    advice=_advice,
    message="the tree has a helper for these two words; would {suggestion} do?",
    references=("include/linux/string_choices.h", "scripts/coccinelle/api/string_choices.cocci"),
    examples=(
        Example("yes-no", _print('a->ok ? "yes" : "no"); //~'), headers=_TREE, suggestion="str_yes_no(a->ok)"),
        Example(
            "other-way-round",
            _print('(a->f & 1) ? "off" : "on"); //~'),
            headers=_TREE,
            suggestion="str_off_on(a->f & 1)",
        ),
        Example(
            "in-an-older-header", _print('a->ok ? "on" : "off"); //~'), headers=_OLD, suggestion="str_on_off(a->ok)"
        ),
        Example("plural", _print('n == 1 ? "" : "s"); //~'), headers=_TREE, suggestion="str_plural(n)"),
        Example("plural-in-an-older-tree", _print('n == 1 ? "" : "s");'), headers=_OLD),
        Example("no-such-helper", _print('a->ok ? "left" : "right");'), headers=_TREE),
        Example("older-tree", _print('a->ok ? "enabled" : "disabled");'), headers=_OLD),
        Example("longer-words", _print('a->ok ? "yes\\n" : "no\\n");'), headers=_TREE),
        Example("not-words", _print("a->ok ? a->yes : a->no);"), headers=_TREE),
        Example(
            "trace-event",
            "#define f(x) TP_printk(x)\n" + _print('a->ok ? "yes" : "no");'),
            headers=_TREE,
            path="include/trace/events/x.h",
        ),
        Example("user-space", _print('a->ok ? "yes" : "no");'), headers=_TREE, path="tools/perf/x.c"),
    ),
)
