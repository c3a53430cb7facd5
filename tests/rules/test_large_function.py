# SPDX-License-Identifier: GPL-2.0-or-later
"""Does every shipped rule keep its time budget in a function of 5,000 lines and 300 branches?"""

from __future__ import annotations

from reviewbot.edges.cputime import limit_of
from reviewbot.match.budget import SECONDS
from reviewbot.match.site import TreeView
from reviewbot.registry import load_rules
from reviewbot.review.reports import Rules
from tests.rules.harness import FACTS, MadeUpTree

_LINES, _BRANCHES = 5000, 300
_HEADERS = {
    "include/linux/dev_printk.h": "int dev_err_probe(const struct device *dev, int err, const char *fmt, ...);\n"
}
_BRANCH = """\
	p{n} = kzalloc(sizeof(*p{n}), GFP_KERNEL);
	if (!p{n}) {{
		dev_err(dev, "no memory for {n}\\n");
		ret = -ENOMEM;
		goto err;
	}}
	mutex_lock(&d->lock);
	ret = regmap_read(d->map, REG_{n}, &value);
	if (ret < 0 && value & (FLAG_A | FLAG_B)) {{
		mutex_unlock(&d->lock);
		goto err;
	}}
	mutex_unlock(&d->lock);
"""
_STEP = "\td->value[{n}] = (value >> {n}) & 0xff;\n"


def _code() -> str:
    """One function that takes, tests, locks and gives back all the way."""
    declared = "".join(f"\tstruct pear *p{n};\n" for n in range(_BRANCHES // 2))
    head = f"static int pear_probe(struct device *dev, struct d *d)\n{{\n\tint ret, value;\n{declared}\n"
    freed = "".join(f"\tkfree(p{n});\n" for n in range(_BRANCHES // 2))
    tail = f"\treturn 0;\n\nerr:\n{freed}\tkfree(p0);\n\treturn ret;\n}}\n"
    left = _LINES - head.count("\n") - tail.count("\n") - _BRANCH.count("\n") * (_BRANCHES // 2)
    each = left // (_BRANCHES // 2) + 1
    body = "".join(
        _BRANCH.format(n=n) + "".join(_STEP.format(n=(n * each + m) % 31) for m in range(each))
        for n in range(_BRANCHES // 2)
    )
    return head + body + tail


def test_large_function_stays_within_the_budget() -> None:
    """No rule is stopped, and what a rule gives up by counting its steps is said."""
    code = _code()
    rules = Rules(load_rules(), TreeView(MadeUpTree(_HEADERS), FACTS), limit=limit_of(SECONDS))
    found = rules.in_text("drivers/pear.c", code.encode())

    assert code.count("\n") >= _LINES
    assert code.count("\tif (") == _BRANCHES
    assert [one.analysed for one in found.functions] == [True]
    assert [one for one in found.skipped if one.rule] == []
    assert [one.match.span.first_line for one in found.reports if one.rule.id == "double-free"] == [
        code[: code.index("\treturn ret;")].count("\n")
    ]
