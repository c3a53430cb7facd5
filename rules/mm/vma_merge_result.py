# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a VMA that is used as if what may merge or split it had not been called."""

from reviewbot.rule import Advice, Assume, Category, Confidence, Example, Rule, Site

_MODIFIES = ("vma_modify_flags", "vma_modify_name", "vma_modify_policy", "vma_modify_flags_uffd")
_CALLS = (*(f"{name}($i, $p, $v, ...)" for name in _MODIFIES), "vma_merge_extend($i, $v, $d)")
_DROPPED = (*_CALLS, "vma_merge_new_range($s)")
_PATTERNS = (*(f"{call};" for call in _DROPPED), *(f"$r = {call}; ... $v->$m;" for call in _CALLS))


def _advice(site: Site) -> Advice | None:
    """The result is kept in another variable, or nowhere."""
    if site.text("r") == site.text("v") != "":
        return None
    call = (*_DROPPED, *_CALLS)[site.match.alternative]
    return Advice(None, None, (("f", call.partition("(")[0]),))


def _in(body: str) -> str:
    return (
        "static int foo_set(struct vma_iterator *vmi, struct vm_area_struct *prev, struct vm_area_struct *vma,\n"
        "\t\t   struct vma_merge_struct *vmg, vm_flags_t flags)\n{\n\tstruct vm_area_struct *new;\n\n"
        f"{body}\treturn 0;\n}}\n"
    )


def _call(of: str) -> str:
    code = of.replace("$i", "vmi").replace("$p", "prev").replace("$v", "vma").replace("$d", "4096")
    return code.replace("$s", "vmg").replace("...", "vma->vm_start, vma->vm_end, flags")


def _name(of: str) -> str:
    return of.partition("(")[0]


_NEW = f"\tnew = {_call(_CALLS[0])};\n\tif (IS_ERR(new))\n\t\treturn PTR_ERR(new);\n"
_EXTEND = f"\tnew = {_call(_CALLS[-1])};\n"
_USE = "\tvma->vm_private_data = NULL; //~\n"
_QUIET = _USE.replace(" //~", "")

RULE = Rule(
    id="vma-merge-result",
    title="VMA used after what may have merged it",
    why="A merge may free the VMA that was passed in, and the call may fail: only its result is what to go on with.",
    known_problems="Where the caller knows that nothing can be merged, the old VMA is still right.",
    category=Category.CORRECTNESS,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"\bmerge",
        r"\bstale\b",
    ),
    patterns=_PATTERNS,
    unless=(Assume("IS_ERR($r)"), Assume("!$r")),
    advice=_advice,
    message="{f}() may fail, or free the VMA that it is given; is its result what to go on with?",
    references=("mm/vma.c", "mm/vma.h"),
    nursery=True,
    examples=(
        *(Example(f"{_name(call)}-dropped", _in(f"\t{_call(call)}; //~\n")) for call in _DROPPED),
        *(Example(f"old-one-after-{_name(call)}", _in(f"\tnew = {_call(call)};\n{_USE}")) for call in _CALLS),
        Example("result-used", _in(f"{_NEW}\tnew->vm_private_data = NULL;\n")),
        Example("result-in-its-place", _in(f"{_NEW}\tvma = new;\n{_QUIET}")),
        Example("one-variable", _in(f"\tvma = {_call(_CALLS[0])};\n\tif (IS_ERR(vma))\n\t\treturn 1;\n{_QUIET}")),
        Example("failed", _in(_NEW.replace("return PTR_ERR(new)", "vma->vm_private_data = NULL"))),
        Example("not-merged", _in(f"{_EXTEND}\tif (!new)\n\t{_QUIET}")),
        Example("tested-at-once", _in("\tif (!vma_merge_new_range(vmg))\n\t\treturn -ENOMEM;\n")),
    ),
)
