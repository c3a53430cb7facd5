# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a managed clock that is enabled by hand and stays enabled."""

import re

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_HEADER = "include/linux/clk.h"

_HEAD = re.compile(r"^(?!#)\w[^;\n=]*?(\w+)\s*\(", re.MULTILINE)
_SWITCH = re.compile(
    r"start|open|enable|_on$|resume|request|apply|prepare(?!d)|power|_set|_up$|activate|busy|xfer|wake"
)


def _is_switched(site: Site, leaf: str) -> bool:
    """True if the function that enables it is one that is called more than once, by its name."""
    text = site.file_text()
    found = re.search(rf"\bclk_prepare_enable\s*\([^;()]*\b{leaf}\s*\)", text)
    heads = _HEAD.findall(text[: found.start()]) if found else []
    return bool(heads) and heads[-1] != site.match.function and _SWITCH.search(heads[-1]) is not None


def _advice(site: Site) -> Advice | None:
    """The variant that gets and enables, where the file enables this clock once, and disables it at the end only."""
    text, leaf = site.file_text(), re.escape(re.split(r"->|\.", site.text("c"))[-1])
    helper = ("devm_clk_get_enabled", "devm_clk_get_optional_enabled")[site.match.alternative]
    if not site.declares(helper, (_HEADER,)):
        return None
    uses = re.findall(rf"\b(clk_(?:bulk_)?\w*(?:enable|disable)\w*)\s*\([^;()]*\b{leaf}\s*\)", text)
    takes = [use for use in uses if "disable" not in use]
    others = re.findall(rf"\bclk_set_(?:rate|parent)\s*\([^;()]*\b{leaf}\b", text)
    elsewhere = re.search(r"\bstatic\s+[\w\s]*\b\w*(?:suspend|resume)\w*\s*\([^;{]*\{[^}]*\bclk_", text)
    if _is_switched(site, leaf) or takes != ["clk_prepare_enable"] or others or elsewhere:
        return None
    return Advice(helper, f"{helper}({site.text('d')}, {site.text('n')})")


_TREE = {_HEADER: "devm_clk_get_enabled devm_clk_get_optional_enabled"}


def _probe(call: str, more: str = "", rest: str = "") -> str:
    return (
        f"int f_probe(struct device *dev, struct a *a)\n{{\n\ta->clk = {call}\n\tif (IS_ERR(a->clk))\n"
        f"\t\treturn PTR_ERR(a->clk);\n\n{more}\treturn clk_prepare_enable(a->clk);\n}}\n{rest}"
    )


_REMOVE = "void f_remove(struct a *a)\n{\n\tclk_disable_unprepare(a->clk);\n}\n"

RULE = Rule(
    id="devm-clk-enabled",
    title="managed clock that is enabled by hand",
    why="The _enabled variant also disables the clock when the probe fails and when the device goes.",
    known_problems="A clock that another file of the driver switches off and on again is not known.",
    category=Category.API,
    confidence=Confidence.HIGH,
    raised_by=(r"devm_clk_\w*enabled",),
    patterns=("$c = devm_clk_get($d, $n)", "$c = devm_clk_get_optional($d, $n)"),
    advice=_advice,
    message="this clock is enabled once and stays so; would {helper}() get and enable it in one go?",
    references=(_HEADER,),
    measured="18 of 20 right before two more excuses, drivers/{iio,rtc,gpio,i2c,watchdog} and more of 7.2, 2026-11",
    examples=(
        Example(
            "probe-and-remove",
            _probe("devm_clk_get(dev, NULL); //~", rest=_REMOVE),
            headers=_TREE,
            suggestion="devm_clk_get_enabled(dev, NULL)",
        ),
        Example(
            "optional",
            _probe('devm_clk_get_optional(dev, "bus"); //~'),
            headers=_TREE,
            suggestion='devm_clk_get_optional_enabled(dev, "bus")',
        ),
        Example("not-in-the-tree", _probe("devm_clk_get(dev, NULL);", rest=_REMOVE)),
        Example("rate-set-before", _probe("devm_clk_get(dev, NULL);", "\tclk_set_rate(a->clk, 1);\n"), headers=_TREE),
        Example(
            "enabled-again",
            _probe("devm_clk_get(dev, NULL);", rest="int g(struct a *a)\n{\n\treturn clk_prepare_enable(a->clk);\n}\n"),
            headers=_TREE,
        ),
        Example(
            "suspended",
            _probe(
                "devm_clk_get(dev, NULL);",
                rest="static int f_suspend(struct device *dev)\n{\n\tclk_disable_unprepare(a->clk);\n\treturn 0;\n}\n",
            ),
            headers=_TREE,
        ),
        Example(
            "switched",
            _probe("devm_clk_get(dev, NULL);", "\treturn 0;\n").replace(
                "\treturn clk_prepare_enable", "}\n\nint f_open(struct a *a)\n{\n\treturn clk_prepare_enable"
            ),
            headers=_TREE,
        ),
    ),
)
