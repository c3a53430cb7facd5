# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a managed regulator that is only enabled by hand."""

import re

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_HEADER = "include/linux/regulator/consumer.h"
_ENABLE = {"regulator_enable", "regulator_disable"}
_HELPERS = (
    ("devm_regulator_get_enable", "devm_regulator_get_enable_read_voltage"),
    ("devm_regulator_get_enable_optional", "devm_regulator_get_enable_read_voltage"),
)

_HEAD = re.compile(r"^(?!#)\w[^;\n=]*?(\w+)\s*\(", re.MULTILINE)
_SWITCH = re.compile(
    r"start|open|enable|_on$|resume|request|apply|prepare(?!d)|power|_set|_up$|activate|busy|xfer|wake"
)


def _is_switched(site: Site, leaf: str) -> bool:
    """True if the function that enables it is one that is called more than once, by its name."""
    text = site.file_text()
    found = re.search(rf"\bregulator_enable\s*\([^;()]*\b{leaf}\s*\)", text)
    heads = _HEAD.findall(text[: found.start()]) if found else []
    return bool(heads) and heads[-1] != site.match.function and _SWITCH.search(heads[-1]) is not None


def _advice(site: Site) -> Advice | None:
    """The variant that gets and enables, where the file does nothing else with this regulator but ask its voltage."""
    text, leaf = site.file_text(), re.escape(re.split(r"->|\.", site.text("r"))[-1])
    uses = re.findall(rf"\b(\w+)\s*\(\s*(?:\w+(?:->|\.))*{leaf}\s*[,)]", text)
    done = {
        use for use in uses if use not in ("IS_ERR", "IS_ERR_OR_NULL", "PTR_ERR", "PTR_ERR_OR_ZERO", "if", "ERR_PTR")
    }
    if uses.count("regulator_enable") != 1 or done - _ENABLE - {"regulator_get_voltage"}:
        return None
    resumes = re.findall(
        r"^[\w\s*]*\b\w*(?:suspend|resume|power|_on|_off)\w*\([^;{]*\{.*?^\}", text, re.MULTILINE | re.DOTALL
    )
    if _is_switched(site, leaf) or any(
        re.search(rf"regulator_(?:en|dis)able\s*\([^;]*{leaf}", body) for body in resumes
    ):
        return None
    helper = _HELPERS[site.match.alternative]["regulator_get_voltage" in done]
    return Advice(helper) if site.declares(helper, (_HEADER,)) else None


_TREE = {_HEADER: " ".join(helper for pair in _HELPERS for helper in pair)}


def _probe(call: str, more: str = "", rest: str = "") -> str:
    return (
        f"int f_probe(struct device *dev, struct a *a)\n{{\n\ta->vdd = {call}\n\tif (IS_ERR(a->vdd))\n"
        f"\t\treturn PTR_ERR(a->vdd);\n\n{more}\treturn regulator_enable(a->vdd);\n}}\n{rest}"
    )


_REMOVE = "void f_remove(struct a *a)\n{\n\tregulator_disable(a->vdd);\n}\n"

RULE = Rule(
    id="devm-regulator-enable",
    title="managed regulator that is only enabled",
    why="The variants that get and enable also disable it when the device goes, and need no pointer to be kept.",
    known_problems="A regulator that another file of the driver switches, or an alias of its pointer, is not known.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    raised_by=(r"devm_regulator_\w*enable",),
    patterns=("$r = devm_regulator_get($d, $n)", "$r = devm_regulator_get_optional($d, $n)"),
    advice=_advice,
    message="this regulator is enabled once and stays so; would {helper}() do all of it?",
    references=(_HEADER,),
    measured="18 of 20 right before two more excuses, drivers/{iio,rtc,gpio,i2c,watchdog} and more of 7.2, 2026-11",
    examples=(
        Example("probe-and-remove", _probe('devm_regulator_get(dev, "vdd"); //~', rest=_REMOVE), headers=_TREE),
        Example("optional", _probe('devm_regulator_get_optional(dev, "vdd"); //~'), headers=_TREE),
        Example(
            "voltage-too",
            _probe('devm_regulator_get(dev, "vdd"); //~', "\ta->mv = regulator_get_voltage(a->vdd) / 1000;\n"),
            headers=_TREE,
        ),
        Example("not-in-the-tree", _probe('devm_regulator_get(dev, "vdd");')),
        Example(
            "voltage-set",
            _probe('devm_regulator_get(dev, "vdd");', "\tregulator_set_voltage(a->vdd, 1, 2);\n"),
            headers=_TREE,
        ),
        Example(
            "switched-in-suspend",
            _probe('devm_regulator_get(dev, "vdd");', rest=_REMOVE.replace("f_remove", "f_suspend")),
            headers=_TREE,
        ),
        Example(
            "never-enabled",
            _probe('devm_regulator_get(dev, "vdd");').replace("regulator_enable", "f_setup"),
            headers=_TREE,
        ),
        Example(
            "switched",
            _probe('devm_regulator_get(dev, "vdd");', "\treturn 0;\n").replace(
                "\treturn regulator_enable", "}\n\nint f_open(struct a *a)\n{\n\treturn regulator_enable"
            ),
            headers=_TREE,
        ),
    ),
)
