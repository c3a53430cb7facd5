# SPDX-License-Identifier: GPL-2.0-or-later
"""Report an error pointer that is freed."""

import re

from reviewbot.rule import Assume, Category, Confidence, Example, Meta, Rule, Site

_FREES = r"k(?:v)?free(?:_sensitive|_const)?|vfree|kfree_skb|free_percpu|kmem_cache_free|dput|fput"


def _is_freed(site: Site) -> bool:
    """The branch of the error goes straight there, and no class for __free() looks for error pointers itself."""
    after = [point.what for point in site.match.way[2:]]
    if after[0] not in ("goto", "step"):
        return False
    name = re.escape(site.text("p"))
    if not re.search(rf"\b{name}\s+__free\s*\(", site.function_text()):
        return True
    bodies = site.bodies(site.text("free"))
    return bool(bodies) and not any("IS_ERR" in body for body in bodies)


def _in(body: str, declared: str = "*p") -> str:
    return f"static int foo_set(struct foo *foo, void *u)\n{{\n\tchar {declared};\n\tint ret;\n\n{body}}}\n"


_TAKE = "\tp = memdup_user(u, 8);\n"
_GOTO = _TAKE + "\tif (IS_ERR(p)) {\n\t\tret = PTR_ERR(p);\n\t\tgoto out;\n\t}\n\tret = foo_send(foo, p);\n"
_OUT = "out:\n\tkfree(p); //~\n\treturn ret;\n"
_FREED = "\tkfree(p);\n\treturn ret;\n"
_JUMP = "\t\tgoto out;\n\t}"
_SCOPED = "*p __free(kfree) = NULL"
_TREE = {"include/linux/slab.h": "DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))\n"}

RULE = Rule(
    id="kfree-err-ptr",
    title="error pointer freed",
    why="kfree() leaves NULL alone and takes an error pointer for an address, so that the error path oopses.",
    known_problems="An error that is kept past another test, and a class of __free() that no header has, are not told.",
    category=Category.CORRECTNESS,
    confidence=Confidence.HIGH,
    raised_by=(
        r"\bERR_PTR",
        r"error pointer",
        r"\bIS_ERR",
    ),
    patterns=("if (IS_ERR($p)) ... $free($p);",),
    unless=(Assume("!IS_ERR($p)"),),
    metavariables={"free": Meta(matching=_FREES)},
    where=_is_freed,
    message="`{p}` is an error pointer here {through} and {free}() cannot take one; is another label meant?",
    measured=(
        "25 of 25 jumps that were moved to a freeing label on trial are told; no hit in drivers/{clk,gpu/drm/msm,hwmon,"
        "iio,media,staging,usb}, mm, net/core and sound/soc of 7.2, 2026-11"
    ),
    references=("include/linux/err.h", "mm/slub.c"),
    examples=(
        Example("goto", _in(_GOTO + _OUT)),
        Example("goto-alone", _in(_TAKE + "\tif (IS_ERR(p))\n\t\tgoto out;\n\tret = foo_send(foo, p);\n" + _OUT)),
        Example("goto-with-a-message", _in(_GOTO.replace("\t\tret", '\t\tpr_err("no\\n");\n\t\tret', 1) + _OUT)),
        Example("number-tested-later", _in(_GOTO.replace(_JUMP, "\t}\n\tif (ret)\n\t\treturn ret;") + _FREED)),
        Example("the-other-way", _in(_TAKE + "\tif (!IS_ERR(p))\n\t\tgoto out;\n\treturn 1;\nout:\n" + _FREED)),
        Example("returned", _in(_GOTO.replace("goto out", "return ret") + _FREED)),
        Example("set-to-null", _in(_GOTO.replace("goto", "p = NULL;\n\t\tgoto") + _OUT.replace(" //~", ""))),
        Example("tested-again", _in(_GOTO + "out:\n\tif (!IS_ERR(p))\n\t\tkfree(p);\n\treturn ret;\n")),
        Example("tested-for-null-too", _in(_GOTO + "out:\n\tif (!IS_ERR_OR_NULL(p))\n\t\tkfree(p);\n\treturn ret;\n")),
        Example("another-pointer", _in(_GOTO + "out:\n\tkfree(foo->q);\n\treturn ret;\n")),
        Example("another-call", _in(_GOTO + "out:\n\tfoo_log(p);\n\treturn ret;\n")),
        Example("by-scope", _in(_GOTO + "out:\n\treturn ret;\n", _SCOPED), headers=_TREE),
        Example(
            "by-scope-of-a-careless-class",
            _in(_GOTO + "out:\n\treturn ret;\n", _SCOPED).replace("NULL;", "NULL; //~"),
            headers={"include/linux/slab.h": "DEFINE_FREE(kfree, void *, if (_T) kfree(_T))\n"},
        ),
    ),
)
