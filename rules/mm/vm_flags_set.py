# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a direct write to the flags of a VMA."""

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_HELPERS = ("vm_flags_set", "vm_flags_clear", "vm_flags_reset")
_HEADER = ("include/linux/mm.h",)


def _advice(site: Site) -> Advice | None:
    name = _HELPERS[min(site.match.alternative, 2)]
    if site.match.alternative == 1 and not site.code().rstrip(";").split("=", 1)[-1].strip().startswith("~"):
        return None
    if not site.declares(name, _HEADER) or site.match.function.startswith(("vm_flags_", "__vm_flags", "vma_flags_")):
        return None
    kind = site.type_of("v")
    if kind is not None and "vm_area_struct" not in kind:
        return None
    if site.match.alternative == 2 and site.text("x").startswith("0"):
        return None
    return Advice(name, f"{name}({site.text('v')}, {site.text('x')})")


def _f(body: str, kind: str = "struct vm_area_struct") -> str:
    return f"void f({kind} *vma)\n{{\n\t{body}\n}}\n"


_TREE = {"include/linux/mm.h": "vm_flags_set vm_flags_clear vm_flags_reset"}

RULE = Rule(
    id="vm-flags-set",
    title="flags of a VMA written directly",
    why="The helpers assert the write lock of the mm and mark the VMA as being written, which a plain store does not.",
    known_problems="A VMA that nobody else can see yet may be written without the lock; vm_flags_init() says that.",
    category=Category.CORRECTNESS,
    confidence=Confidence.HIGH,
    patterns=("$v->vm_flags |= $x", "$v->vm_flags &= ~$x", "$v->vm_flags = $x"),
    advice=_advice,
    message="`{v}->vm_flags` is written without the helpers that check the lock; would {helper}() do?",
    references=("include/linux/mm.h", "Documentation/mm/process_addrs.rst"),
    nursery=True,
    examples=(
        Example(
            "set",
            _f("vma->vm_flags |= VM_IO | VM_PFNMAP; //~"),
            headers=_TREE,
            suggestion="vm_flags_set(vma, VM_IO | VM_PFNMAP)",
        ),
        Example(
            "clear",
            _f("vma->vm_flags &= ~VM_MAYWRITE; //~"),
            headers=_TREE,
            suggestion="vm_flags_clear(vma, VM_MAYWRITE)",
        ),
        Example("assigned", _f("vma->vm_flags = flags; //~"), headers=_TREE, suggestion="vm_flags_reset(vma, flags)"),
        Example("read", _f("if (vma->vm_flags & VM_IO)\n\t\tg(vma);"), headers=_TREE),
        Example("other-structure", _f("vma->vm_flags |= VM_IO;", "struct a"), headers=_TREE),
        Example("older-tree", _f("vma->vm_flags |= VM_IO;")),
    ),
)
