# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a test for -EPROBE_DEFER in front of dev_err_probe()."""

from reviewbot.rule import Category, Confidence, Example, Rule, Site


def _nothing_else(site: Site) -> bool:
    """What is returned early is the error itself."""
    given = site.text("e")
    return not site.text("r") or site.text("r") in (
        given,
        "-EPROBE_DEFER",
        f"ERR_PTR({given})",
        "ERR_PTR(-EPROBE_DEFER)",
    )


def _probe(body: str) -> str:
    return f"static int foo_probe(struct device *dev)\n{{\n\tstruct foo *foo;\n\tint ret;\n\n{body}\treturn 0;\n}}\n"


_TREE = {"include/linux/dev_printk.h": "int dev_err_probe(const struct device *dev, int err, const char *fmt, ...);\n"}
_SAY = 'return dev_err_probe(dev, PTR_ERR(foo), "no foo\\n");\n\t}\n'
_IF = "\tif (IS_ERR(foo)) {\n\t\tif (PTR_ERR(foo) == -EPROBE_DEFER)"

RULE = Rule(
    id="probe-defer-test",
    title="deferral tested in front of dev_err_probe()",
    why="dev_err_probe() prints nothing for a deferred probe, and keeps the reason, which the test takes away.",
    known_problems="None known.",
    category=Category.API,
    confidence=Confidence.HIGH,
    raised_by=(
        r"dev_err_probe",
        r"EPROBE_DEFER",
    ),
    patterns=(
        "if ($e == -EPROBE_DEFER) return $r; return dev_err_probe($_, $_, ...);",
        "if ($e == -EPROBE_DEFER) return $r; dev_err_probe($_, $_, ...);",
        "if ($e != -EPROBE_DEFER) dev_err_probe($_, $_, ...);",
        "if ($e == -EPROBE_DEFER) { dev_dbg(...); return $r; } return dev_err_probe($_, $_, ...);",
    ),
    where=_nothing_else,
    message="dev_err_probe() does the test for -EPROBE_DEFER itself; could it stand alone?",
    needs={"dev_err_probe": ("include/linux/dev_printk.h", "include/linux/device.h")},
    references=("include/linux/dev_printk.h",),
    measured="no finding in drivers and sound of 7.2, 2026-11; it can hardly be wrong",
    examples=(
        Example("returned", _probe(_IF + " //~\n\t\t\treturn -EPROBE_DEFER;\n\t\t" + _SAY), headers=_TREE),
        Example(
            "result-dropped",
            _probe(
                "\tif (ret) {\n\t\tif (ret == -EPROBE_DEFER) //~\n\t\t\treturn ret;\n"
                '\t\tdev_err_probe(dev, ret, "no foo\\n");\n\t\tfoo_off(dev);\n\t\treturn ret;\n\t}\n'
            ),
            headers=_TREE,
        ),
        Example(
            "negated",
            _probe(
                "\tif (ret) {\n\t\tif (ret != -EPROBE_DEFER) //~\n"
                '\t\t\tdev_err_probe(dev, ret, "no foo\\n");\n\t\treturn ret;\n\t}\n'
            ),
            headers=_TREE,
        ),
        Example(
            "with-a-debug-message",
            _probe(_IF + ' { //~\n\t\t\tdev_dbg(dev, "later\\n");\n\t\t\treturn -EPROBE_DEFER;\n\t\t}\n\t\t' + _SAY),
            headers=_TREE,
        ),
        Example(
            "more-is-done",
            _probe(_IF + " {\n\t\t\tfoo_off(dev);\n\t\t\treturn -EPROBE_DEFER;\n\t\t}\n\t\t" + _SAY),
            headers=_TREE,
        ),
        Example(
            "another-error",
            _probe(_IF.replace("EPROBE_DEFER", "ENOENT") + "\n\t\t\treturn 0;\n\t\t" + _SAY),
            headers=_TREE,
        ),
        Example("another-result", _probe(_IF + "\n\t\t\treturn 0;\n\t\t" + _SAY), headers=_TREE),
        Example("not-in-the-tree", _probe(_IF + "\n\t\t\treturn -EPROBE_DEFER;\n\t\t" + _SAY)),
    ),
)
