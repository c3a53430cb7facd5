# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a test of vm_ops that may be meant as vma_is_anonymous()."""

import re

from reviewbot.rule import Category, Confidence, Example, Meta, Rule, Site


def _asked(site: Site) -> bool:
    return site.match.function not in ("vma_is_anonymous", "vma_set_anonymous") and not re.search(
        r"vm_ops(?:->| = )", site.function_text()
    )


def _f(body: str, kind: str = "struct vm_area_struct") -> str:
    return f"int f({kind} *vma)\n{{\n{body}\treturn 0;\n}}\n"


_TREE = {"include/linux/mm.h": "static inline bool vma_is_anonymous(struct vm_area_struct *vma)\n"}

RULE = Rule(
    id="vma-is-anonymous",
    title="open-coded vma_is_anonymous()",
    why="The helper says what the missing operations stand for.",
    known_problems="Where the operations are called next, the test is for the pointer and not for the kind of VMA.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    patterns=("!$v->vm_ops",),
    metavariables={"v": Meta(type="struct vm_area_struct *")},
    where=_asked,
    message="`{v}` without vm_ops is anonymous memory; is that asked here, and would vma_is_anonymous() say it?",
    helper="vma_is_anonymous",
    needs={"vma_is_anonymous": ("include/linux/mm.h",)},
    references=("include/linux/mm.h",),
    nursery=True,
    examples=(
        Example("test", _f("\tif (!vma->vm_ops) //~\n\t\treturn 1;\n"), headers=_TREE),
        Example("null", _f("\tif (vma->vm_ops == NULL) //~\n\t\treturn 1;\n"), headers=_TREE),
        Example("assigned", _f("\tif (!vma->vm_ops)\n\t\tvma->vm_ops = &ops;\n"), headers=_TREE),
        Example("called-next", _f("\tif (!vma->vm_ops || !vma->vm_ops->close)\n\t\treturn 1;\n"), headers=_TREE),
        Example("other-structure", _f("\tif (!vma->vm_ops)\n\t\treturn 1;\n", "struct a"), headers=_TREE),
        Example("older-tree", _f("\tif (!vma->vm_ops)\n\t\treturn 1;\n")),
    ),
)
