# SPDX-License-Identifier: GPL-2.0-or-later
"""Report the error in a pointer that is replaced by a constant."""

import re

from reviewbot.rule import Advice, Category, Confidence, Example, Meta, Rule, Site

_ERROR = r"-E[A-Z0-9]+|ERR_PTR\(-E[A-Z0-9]+\)"
_MAKER = r"(?<![\w>.]){name}\s*=\s*(\w+)\s*\("


def _loses(site: Site) -> bool:
    """What gave the pointer is called here, may fail in other ways as far as it is seen, and no detection goes on."""
    if "EPROBE_DEFER" in site.text("e") or re.search(r"detect|optional", site.match.function):
        return False
    text = site.function_text()
    makers = re.findall(_MAKER.format(name=re.escape(site.text("p"))), text)
    for maker in set(makers):
        own = re.search(
            rf"^\w[^\n;{{}}#]*\b{maker}\([^;{{]*\)\s*\{{(.*?)^\}}", site.file_text(), re.MULTILINE | re.DOTALL
        )
        given = set(re.findall(r"-E[A-Z0-9]+", own.group(1))) if own else set()
        if (
            own
            and not re.search(r"ERR_CAST|PTR_ERR|ERR_PTR\((?!-)|return\s+(?!ERR_PTR)\w+\(", own.group(1))
            and len(given) == 1
        ):
            return site.text("e") not in given and site.text("e")[8:-1] not in given
    return bool(makers)


def _advice(site: Site) -> Advice:
    pointer = site.text("p")
    return Advice(
        None, None, (("instead", f"ERR_CAST({pointer})" if "ERR_PTR" in site.text("e") else f"PTR_ERR({pointer})"),)
    )


def _in(body: str, more: str = "", name: str = "foo_set", kind: str = "int ") -> str:
    declared = "\tstruct bar *p = bar_get(foo);\n\tint ret = 0;\n"
    return f"{more}static {kind}{name}(struct foo *foo)\n{{\n{declared}\n{body}\treturn 0;\n}}\n"


_TEST = "\tif (IS_ERR(p)) //~\n\t\treturn -ENOMEM;\n"
_QUIET = _TEST.replace(" //~", "")
_BLOCK = "\tif (IS_ERR(p)) {{ //~\n{}\t}}\n"
_OWN = (
    "static struct bar *bar_get(struct foo *foo)\n{{\n\tif (!foo->bar)\n\t\treturn ERR_PTR({});\n"
    "\treturn foo->bar;\n}}\n\n"
)

RULE = Rule(
    id="err-ptr-overwritten",
    title="error in a pointer replaced by a constant",
    why="The caller learns less than was known: a deferred probe, a full memory and a missing thing all look alike.",
    known_problems="A conversion that the caller relies on is not known.",
    category=Category.CORRECTNESS,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"error (?:code|pointer|value)",
        r"\bPTR_ERR",
        r"overwrit",
    ),
    patterns=(
        "if (IS_ERR($p)) return $e;",
        "if (IS_ERR($p)) { $print(...); return $e; }",
        "if (IS_ERR($p)) { $r = $e; goto $l; }",
        "if (IS_ERR($p)) { $print(...); $r = $e; goto $l; }",
        "if (IS_ERR($p)) return dev_err_probe($d, $e, ...);",
    ),
    metavariables={"e": Meta(matching=_ERROR)},
    where=_loses,
    advice=_advice,
    message="{e} overwrites the error in `{p}`; could {instead} be returned?",
    references=("include/linux/err.h",),
    measured="21 of 23 right, drivers/clk, drivers/usb, fs/ext4, mm and sound/soc of 7.2, 2026-11",
    examples=(
        Example("plain", _in(_TEST)),
        Example("pointer", _in(_TEST.replace("-ENOMEM", "ERR_PTR(-ENOMEM)"), kind="void *")),
        Example("with-a-message", _in(_BLOCK.format('\t\tpr_err("no bar\\n");\n\t\treturn -ENODEV;\n'))),
        Example("goto", _in(_BLOCK.format("\t\tret = -ENODEV;\n\t\tgoto out;\n") + "out:\n")),
        Example(
            "goto-with-a-message",
            _in(_BLOCK.format('\t\tpr_err("no bar\\n");\n\t\tret = -ENODEV;\n\t\tgoto out;\n') + "out:\n"),
        ),
        Example("dev-err-probe", _in(_TEST.replace("-ENOMEM", 'dev_err_probe(foo->dev, -ENODEV, "no bar\\n")'))),
        Example("other-error-of-the-file", _in(_TEST, _OWN.format("-ENODEV"))),
        Example("same-error-of-the-file", _in(_QUIET, _OWN.format("-ENOMEM"))),
        Example("its-own", _in(_QUIET.replace("-ENOMEM", "PTR_ERR(p)"))),
        Example("got-elsewhere", _in(_QUIET.replace("(p)", "(foo->bar)"))),
        Example("no-error", _in(_QUIET.replace("-ENOMEM", "0"))),
        Example("deferred", _in(_QUIET.replace("-ENOMEM", "-EPROBE_DEFER"))),
        Example("detect", _in(_QUIET, name="foo_detect")),
    ),
)
