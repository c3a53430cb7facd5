# SPDX-License-Identifier: GPL-2.0-or-later
"""Report dev_err_probe() whose message prints the error again."""

from reviewbot.rule import Category, Confidence, Example, Rule, Site


def _message_is_literal(site: Site) -> bool:
    """The last argument stands for the error of a format that is written here."""
    return site.text("m").lstrip().startswith('"') and "%" in site.text("m")


def _probe(body: str) -> str:
    return f"static int foo_probe(struct device *dev)\n{{\n\tstruct foo *foo;\n\tint ret;\n\n{body}\treturn 0;\n}}\n"


_TREE = {"include/linux/dev_printk.h": "int dev_err_probe(const struct device *dev, int err, const char *fmt, ...);\n"}
_TEST = "\tif (IS_ERR(foo))\n\t\treturn dev_err_probe(dev, "

RULE = Rule(
    id="dev-err-probe-prints-error",
    title="error printed twice by dev_err_probe()",
    why="dev_err_probe() puts the error's name in front of the message.",
    known_problems="A macro for the format is not looked into.",
    category=Category.API,
    confidence=Confidence.HIGH,
    raised_by=(
        r"dev_err_probe",
        r"%pe",
    ),
    patterns=(
        "dev_err_probe($d, $e, $m, ..., $e)",
        "dev_err_probe($d, $e, $m, ..., ERR_PTR($e))",
        "dev_err_probe($d, PTR_ERR($p), $m, ..., $p)",
    ),
    where=_message_is_literal,
    message="dev_err_probe() prints the error already; can it be dropped from the message?",
    needs={"dev_err_probe": ("include/linux/dev_printk.h", "include/linux/device.h")},
    references=("include/linux/dev_printk.h", "drivers/base/core.c"),
    measured="5 of 5 right, drivers/hwmon, iio, leds, clk, spi and power of 7.2, 2026-11",
    examples=(
        Example(
            "number",
            _probe('\tif (ret)\n\t\treturn dev_err_probe(dev, ret, "no foo: %d\\n", ret); //~\n'),
            headers=_TREE,
        ),
        Example(
            "name",
            _probe('\tif (ret)\n\t\treturn dev_err_probe(dev, ret, "no foo %s: %pe\\n", name, ERR_PTR(ret)); //~\n'),
            headers=_TREE,
        ),
        Example("pointer", _probe(_TEST + 'PTR_ERR(foo), "no foo (%pe)\\n", foo); //~\n'), headers=_TREE),
        Example("pointer-number", _probe(_TEST + 'PTR_ERR(foo), "no %ld\\n", PTR_ERR(foo)); //~\n'), headers=_TREE),
        Example("another-number", _probe(_TEST + 'PTR_ERR(foo), "no foo %d\\n", ret);\n'), headers=_TREE),
        Example(
            "count", _probe('\tif (ret != 2)\n\t\treturn dev_err_probe(dev, -EINVAL, "%d\\n", ret);\n'), headers=_TREE
        ),
        Example(
            "format-elsewhere", _probe("\tif (ret)\n\t\treturn dev_err_probe(dev, ret, NO_FOO, ret);\n"), headers=_TREE
        ),
        Example("not-in-the-tree", _probe('\tif (ret)\n\t\treturn dev_err_probe(dev, ret, "no foo: %d\\n", ret);\n')),
    ),
)
