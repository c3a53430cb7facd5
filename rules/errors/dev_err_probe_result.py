# SPDX-License-Identifier: GPL-2.0-or-later
"""Report dev_err_probe() whose result is dropped just before a return of an error."""

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site


def _returns_error(site: Site) -> bool:
    """The same error is returned, or another one that is written as an error."""
    given, returned = site.text("e"), site.text("r")
    return given == returned or returned.startswith("-E") or site.type_of("r") in ("int", "unsigned int", "s32", "u32")


def _advice(site: Site) -> Advice:
    if site.text("e") != site.text("r"):
        return Advice("dev_err_probe", exact=False)
    call = site.code()[: site.code().rindex(";", 0, site.code().rindex("return"))]
    lines = " ".join(line.strip() for line in call.split("\n"))
    return Advice("dev_err_probe", f"return {lines.strip()};")


def _probe(body: str) -> str:
    return f"static int foo_probe(struct device *dev)\n{{\n\tint ret, value;\n\n{body}\treturn 0;\n}}\n"


RULE = Rule(
    id="dev-err-probe-result",
    title="result of dev_err_probe() dropped before a return",
    why="dev_err_probe() returns the error that it was given, so that `return dev_err_probe(...)` says it all.",
    known_problems="Where another error is returned than was logged, it cannot be known which one was meant.",
    category=Category.API,
    confidence=Confidence.HIGH,
    raised_by=(r"dev_err_probe",),
    patterns=("dev_err_probe($d, $e, ...); return $r;",),
    where=_returns_error,
    advice=_advice,
    message="dev_err_probe() returns {e}; would return dev_err_probe() do instead of the separate return?",
    near_message="dev_err_probe() logs {e} and {r} is returned; which one is meant?",
    references=("include/linux/dev_printk.h",),
    examples=(
        Example(
            "same-variable",
            _probe(
                '\tret = bar();\n\tif (ret) {\n\t\tdev_err_probe(dev, ret, "no bar\\n"); //~\n\t\treturn ret;\n\t}\n'
            ),
            suggestion='return dev_err_probe(dev, ret, "no bar\\n");',
        ),
        Example(
            "same-constant",
            _probe(
                '\tif (!bar()) {\n\t\tdev_err_probe(dev, -EIO, //~\n\t\t\t      "no bar %d\\n", 1);\n'
                "\t\treturn -EIO;\n\t}\n"
            ),
            suggestion='return dev_err_probe(dev, -EIO, "no bar %d\\n", 1);',
        ),
        Example(
            "another-variable",
            _probe('\tif (bar(&value)) {\n\t\tdev_err_probe(dev, -EIO, "no bar\\n"); //~\n\t\treturn value;\n\t}\n'),
        ),
        Example(
            "another-constant",
            _probe('\tif (bar(&value)) {\n\t\tdev_err_probe(dev, ret, "no bar\\n"); //~\n\t\treturn -EIO;\n\t}\n'),
        ),
        Example(
            "logged-and-ignored",
            _probe('\tif (bar()) {\n\t\tdev_err_probe(dev, -EIO, "no bar\\n");\n\t\treturn 0;\n\t}\n'),
        ),
        Example("returned", _probe('\tif (bar())\n\t\treturn dev_err_probe(dev, -EIO, "no bar\\n");\n')),
        Example(
            "undone-between",
            _probe('\tif (bar()) {\n\t\tdev_err_probe(dev, ret, "no bar\\n");\n\t\tundo();\n\t\treturn ret;\n\t}\n'),
        ),
    ),
)
