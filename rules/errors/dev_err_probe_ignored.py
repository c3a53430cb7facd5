# SPDX-License-Identifier: GPL-2.0-or-later
"""Report dev_err_probe() after which the probe goes on as if nothing had happened."""

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site


def _in_probe(site: Site) -> bool:
    """Elsewhere it may be called for its words alone."""
    return "probe" in site.match.function


def _advice(site: Site) -> Advice:
    """Say whether the error is returned a line later, with success on the same way, or not at all."""
    after = site.after(4).split("\n")
    following = next((line.strip() for line in after if line.strip() not in ("", "}")), "")
    if following == f"return {site.text('e')};":
        return Advice(
            "dev_err_probe", fields=(("question", "would return dev_err_probe() here and return 0 below do"),)
        )
    return Advice("dev_err_probe", fields=(("question", "the probe goes on here; is a return missing"),))


def _probe(body: str, name: str = "foo_probe") -> str:
    return f"static int {name}(struct device *dev)\n{{\n\tint ret;\n\n\tret = bar(dev);\n{body}}}\n"


RULE = Rule(
    id="dev-err-probe-ignored",
    title="probe goes on after dev_err_probe()",
    why="dev_err_probe() is for errors that end the probe: where it goes on, what failed is used, a deferral lost.",
    known_problems="An error that is not fatal on purpose is reported; dev_warn() would say that.",
    category=Category.CORRECTNESS,
    confidence=Confidence.MODERATE,
    raised_by=(r"dev_err_probe",),
    patterns=("if ($c) dev_err_probe($d, $e, ...);",),
    where=_in_probe,
    advice=_advice,
    message="dev_err_probe() returns the error, and nothing is done with it; {question}?",
    references=("include/linux/dev_printk.h",),
    examples=(
        Example(
            "goes-on", _probe('\tif (ret) //~\n\t\tdev_err_probe(dev, ret, "no bar\\n");\n\tuse(dev);\n\treturn 0;\n')
        ),
        Example("in-braces", _probe('\tif (ret) { //~\n\t\tdev_err_probe(dev, ret, "no bar\\n");\n\t}\n\treturn 0;\n')),
        Example(
            "returned-below", _probe('\tif (ret) //~\n\t\tdev_err_probe(dev, ret, "no bar\\n");\n\n\treturn ret;\n')
        ),
        Example("returned", _probe('\tif (ret)\n\t\treturn dev_err_probe(dev, ret, "no bar\\n");\n\treturn 0;\n')),
        Example(
            "left-otherwise",
            _probe(
                '\tif (ret) {\n\t\tdev_err_probe(dev, ret, "no bar\\n");\n\t\tgoto out;\n\t}\nout:\n\treturn ret;\n'
            ),
        ),
        Example(
            "not-in-probe",
            _probe('\tif (ret)\n\t\tdev_err_probe(dev, ret, "no bar\\n");\n\treturn 0;\n', "foo_resume"),
        ),
    ),
)
