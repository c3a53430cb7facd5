# SPDX-License-Identifier: GPL-2.0-or-later
"""Report dev_err_probe() on an error that can only be -ENOMEM."""

import re

from reviewbot.rule import Category, Confidence, Example, Rule, Site

_MEMORY_ONLY = re.compile(
    r"devm_add_action(?:_or_reset)?|devm_k[mzc]?\w*alloc\w*|devm_k(?:strdup|memdup|asprintf)\w*"
    r"|k[vmzc]\w*alloc\w*|k(?:strdup|memdup|asprintf)\w*|devm_iio_device_alloc|devm_mutex_init"
)


def _memory_only(site: Site) -> bool:
    """The call can fail for want of memory alone, and the test is of its result."""
    errors = (site.text("r"), "-ENOMEM", f"PTR_ERR({site.text('r')})")
    return bool(_MEMORY_ONLY.fullmatch(site.text("f"))) and site.text("e") in errors


def _probe(body: str) -> str:
    return f"static int foo_probe(struct device *dev)\n{{\n\tstruct foo *foo;\n\tint ret;\n\n{body}\treturn 0;\n}}\n"


_TREE = {"include/linux/dev_printk.h": "int dev_err_probe(const struct device *dev, int err, const char *fmt, ...);\n"}

RULE = Rule(
    id="dev-err-probe-enomem",
    title="message about a lack of memory that is of no use",
    why="The allocator has said more than enough by then, and dev_err_probe() is silent on -ENOMEM in newer trees.",
    known_problems="That a function fails for want of memory alone is known by its name.",
    category=Category.API,
    confidence=Confidence.HIGH,
    raised_by=(
        r"\bENOMEM\b",
        r"dev_err_probe",
    ),
    patterns=("$r = $f(...); if ($_) return dev_err_probe($_, $e, ...);",),
    where=_memory_only,
    message="{f}() fails with -ENOMEM only, and the allocator says so; would a plain return do for dev_err_probe()?",
    needs={"dev_err_probe": ("include/linux/dev_printk.h", "include/linux/device.h")},
    references=("include/linux/dev_printk.h", "drivers/base/core.c"),
    measured="12 of 12 right, drivers/hwmon, iio, leds, clk, spi and power of 7.2, 2026-11",
    examples=(
        Example(
            "action",
            _probe(
                "\tret = devm_add_action_or_reset(dev, foo_off, foo); //~\n\tif (ret)\n"
                '\t\treturn dev_err_probe(dev, ret, "no action\\n");\n'
            ),
            headers=_TREE,
        ),
        Example(
            "allocation",
            _probe(
                "\tfoo = devm_kzalloc(dev, sizeof(*foo), GFP_KERNEL); //~\n\tif (!foo)\n"
                '\t\treturn dev_err_probe(dev, -ENOMEM, "no memory\\n");\n'
            ),
            headers=_TREE,
        ),
        Example(
            "other-errors",
            _probe('\tret = foo_reset(dev);\n\tif (ret)\n\t\treturn dev_err_probe(dev, ret, "no reset\\n");\n'),
            headers=_TREE,
        ),
        Example(
            "another-error",
            _probe(
                "\tfoo = devm_kzalloc(dev, sizeof(*foo), GFP_KERNEL);\n\tif (!foo_id(foo))\n"
                '\t\treturn dev_err_probe(dev, -ENODEV, "no foo\\n");\n'
            ),
            headers=_TREE,
        ),
        Example(
            "not-in-the-tree",
            _probe(
                "\tret = devm_add_action_or_reset(dev, foo_off, foo);\n\tif (ret)\n"
                '\t\treturn dev_err_probe(dev, ret, "no action\\n");\n'
            ),
        ),
    ),
)
