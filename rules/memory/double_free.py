# SPDX-License-Identifier: GPL-2.0-or-later
"""Report memory or a reference that is given back twice on one path."""

import re

from reviewbot.rule import Assume, Category, Confidence, Example, Meta, Rule, Site

_FREES = (
    *("kfree", "kvfree", "vfree", "kfree_sensitive", "kvfree_sensitive"),
    *("of_node_put", "fwnode_handle_put", "put_device", "clk_put"),
)
_TESTS = re.compile(r"test|kunit")


def _is_the_same(site: Site) -> bool:
    """The same variable at two places, on a path that never starts over, and no test of what happens then."""
    return not site.match.starts_over() and not site.has_effects("p") and not _TESTS.search(site.match.path)


def _in(body: str) -> str:
    return (
        "static int foo_load(struct foo *foo)\n{\n\tstruct bar *p = foo_find(foo);\n\tint ret;\n\n"
        f"{body}\treturn 0;\nerr_free:\n\tkfree(p);\n\treturn ret;\n}}\n"
    )


def _early(between: str, mark: str = " //~", free: str = "kfree(p);") -> str:
    """The error path frees, and jumps to where it is freed once more."""
    code = _in(f"\tret = foo_go(p);\n\tif (ret) {{\n\t\t{free}\n{between}\t\tgoto err_free;\n\t}}\n")
    return code.replace("err_free:\n\tkfree(p);", f"err_free:\n\t{free}{mark}")


RULE = Rule(
    id="double-free",
    title="memory or reference given back twice",
    why="The second call frees what may belong to somebody else by then, or drops a reference that another holds.",
    known_problems="Two references that were taken before, and are dropped one after the other, look the same.",
    category=Category.CORRECTNESS,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"double[- ](?:free|put)",
        r"(?:freed|put|released) (?:twice|again|already)",
        r"already (?:freed|released|put)",
        r"use[- ]after[- ]free",
    ),
    patterns=tuple(f"{free}@f($p, ...); ... {free}@f($p, ...);" for free in _FREES),
    unless=(Assume("!$p"), "$get($p)"),
    metavariables={
        "get": Meta(matching=r"\w*_get|get_device|no_free_ptr|retain_and_null_ptr"),
        "p": Meta(matching=r"[^&].*"),
    },
    where=_is_the_same,
    message="{f}() was called for `{p}` in line {line1} already ({through}); is this not once too often?",
    references=("mm/slub.c", "drivers/of/dynamic.c", "scripts/coccinelle/free/kfree.cocci"),
    measured="5 of 5 right, drivers/{clk,gpu,iio,media,pci,scsi,soc,usb}, fs, kernel, mm, net, sound of 7.2, 2026-11",
    examples=(
        *(Example(free, _early("", free=f"{free}(p);")) for free in _FREES),
        Example("with-a-size", _early("", free="kfree_sensitive(p, 8);")),
        Example("member", _early("", free="kfree(foo->p);")),
        Example("cleared", _early("\t\tp = NULL;\n", "")),
        Example("returned", _in("\tret = foo_go(p);\n\tif (ret) {\n\t\tkfree(p);\n\t\treturn ret;\n\t}\n")),
        Example("known-to-be-nothing", _early("\t\tif (p)\n\t\t\treturn ret;\n", "")),
        Example("taken-again", _early("\t\tbar_get(p);\n", "")),
        Example("used-since", _early("\t\tfoo_show(p);\n")),
        Example("embedded", _early("", "", "put_device(&p->dev);")),
        Example("in-a-test", _early("", ""), path="lib/tests/foo_kunit.c"),
        Example("one-after-the-other", _in("\twhile (ret > 0)\n\t\tkfree(foo->p[--ret]);\n")),
        Example(
            "tried-again",
            _in(
                "again:\n\tret = foo_go(foo);\n\tif (ret == -EAGAIN) {\n\t\tkfree(foo->p);\n\t\tgoto again;\n\t}\n"
                "\tkfree(foo->p);\n"
            ),
        ),
        Example("in-a-loop", _in("\twhile (foo_remove(foo, p))\n\t\tkfree(p);\n\treturn 0;\n")),
    ),
)
