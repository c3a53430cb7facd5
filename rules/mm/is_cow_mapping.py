# SPDX-License-Identifier: GPL-2.0-or-later
"""Ask whether a test for a private writable mapping is meant to be one for a copy-on-write mapping.

The exact test is what open-coded-helper reports; this rule knows what is nearly it, and why that matters.
"""

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_COW = "($f & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE"
_WRITABLE = "($f & (VM_SHARED | VM_WRITE)) == VM_WRITE"
_WRITABLE_NOW = (
    "it tests VM_MAYWRITE where this tests VM_WRITE: a private mapping that is read-only now can be made writable by "
    "mprotect(), or be written with FOLL_FORCE, and hold anonymous pages"
)


def _is_loose(site: Site) -> bool:
    """`(f & (VM_SHARED | VM_WRITE)) == VM_WRITE` is the idiom of code that means writable now (mm/gup.c, uprobes)."""
    return "==" not in site.code()


def _advice(site: Site) -> Advice | None:
    """Ask the tree itself which helper tests for a private mapping that may be written."""
    calls = [call for call in site.equivalent(_COW) if call.typed]
    return Advice(calls[0].name, calls[0].call, (("reason", _WRITABLE_NOW),), exact=False) if calls else None


_HEADER_61 = """
#define VM_WRITE	0x00000002
#define VM_SHARED	0x00000008
#define VM_MAYWRITE	0x00000020
static inline bool is_cow_mapping(vm_flags_t flags)
{
	return (flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;
}
"""
_HEADER_73 = """
#define INIT_VM_FLAG(name) BIT((__force int) VMA_ ## name ## _BIT)
#define VM_WRITE	INIT_VM_FLAG(WRITE)
#define VM_SHARED	INIT_VM_FLAG(SHARED)
#define VM_MAYWRITE	INIT_VM_FLAG(MAYWRITE)
static __always_inline bool vma_flags_test(const vma_flags_t *flags, vma_flag_t bit)
{
	const unsigned long *bitmap = flags->__vma_flags;

	return test_bit((__force int)bit, bitmap);
}
static __always_inline bool vma_test(const struct vm_area_struct *vma, vma_flag_t bit)
{
	return vma_flags_test(&vma->flags, bit);
}
static inline bool vma_flags_is_cow_mapping(const vma_flags_t *flags)
{
	return vma_flags_test(flags, VMA_MAYWRITE_BIT) &&
		!vma_flags_test(flags, VMA_SHARED_BIT);
}
static inline bool vma_is_cow_mapping(const struct vm_area_struct *vma)
{
	return vma_flags_is_cow_mapping(&vma->flags);
}
"""
_TYPES_73 = """
typedef unsigned long vm_flags_t;
typedef struct {
	DECLARE_BITMAP(__vma_flags, NUM_VMA_FLAG_BITS);
} vma_flags_t;
struct vm_area_struct {
	struct mm_struct *vm_mm;
	union {
		const vm_flags_t vm_flags;
		vma_flags_t flags;
	};
};
"""
_OLD = {"include/linux/mm.h": _HEADER_61}
_NEW = {"include/linux/mm.h": _HEADER_73, "include/linux/mm_types.h": _TYPES_73}


def _in_function(condition: str) -> str:
    return (
        f"int f(struct vm_area_struct *vma, unsigned long f)\n{{\n\tif ({condition})\n\t\treturn 1;\n\treturn 0;\n}}\n"
    )


RULE = Rule(
    id="is-cow-mapping",
    title="test for a writable private mapping that may mean a copy-on-write one",
    why=(
        "A private mapping can get anonymous pages as soon as it may become writable (VM_MAYWRITE), not only while it "
        "is writable (VM_WRITE): mprotect() can make it writable later, and FOLL_FORCE writes to it as it is."
    ),
    known_problems=(
        "Two tests of VM_SHARED and VM_WRITE that are really about being writable now are put as a question; the same "
        "as one mask is taken to mean that and is left alone."
    ),
    category=Category.API,
    confidence=Confidence.HIGH,
    raised_by=(r"\bcow_mapping\b|is_cow",),
    patterns=(_WRITABLE,),
    where=_is_loose,
    advice=_advice,
    message="is {suggestion} what you want to check? {reason}",
    near_message="is {suggestion} what you want to check? {reason}",
    references=("include/linux/mm.h", "Documentation/mm/process_addrs.rst"),
    examples=(
        Example(
            "near",
            "bool f(struct vm_area_struct *v)\n{\n\treturn !v->vm_file || (!(v->vm_flags & VM_SHARED) && //~\n"
            "\t\t\t\t(v->vm_flags & VM_WRITE));\n}\n",
            headers=_OLD,
            suggestion="is_cow_mapping(v->vm_flags)",
        ),
        Example(
            "near-in-a-tree-with-vma-flags",
            "bool f(struct vm_area_struct *v)\n{\n\treturn !v->vm_file || (!(v->vm_flags & VM_SHARED) && //~\n"
            "\t\t\t\t(v->vm_flags & VM_WRITE));\n}\n",
            headers=_NEW,
            suggestion="vma_is_cow_mapping(v)",
        ),
        Example(
            "pointer-to-pointer",
            "bool f(struct vm_area_struct **v)\n{\n\treturn !((*v)->vm_flags & VM_SHARED) && //~\n"
            "\t\t((*v)->vm_flags & VM_WRITE);\n}\n",
            headers=_OLD,
            suggestion="is_cow_mapping((*v)->vm_flags)",
        ),
        Example(
            "exact-is-another-rule",
            "bool f(vm_flags_t f)\n{\n\treturn !(f & VM_SHARED) && (f & VM_MAYWRITE);\n}\n",
            headers=_OLD,
        ),
        Example(
            "structure-not-seen",
            "bool f(struct mmap_state *m)\n{\n\treturn !(m->vmg->vm_flags & VM_SHARED) &&\n"
            "\t\t(m->vmg->vm_flags & VM_WRITE);\n}\n",
            headers=_NEW,
        ),
        Example("shared-alone", "bool f(vm_flags_t f)\n{\n\treturn !(f & VM_SHARED);\n}\n", headers=_OLD),
        Example(
            "two-mappings",
            "bool f(vm_flags_t f, vm_flags_t g)\n{\n\treturn !(f & VM_SHARED) && (g & VM_WRITE);\n}\n",
            headers=_OLD,
        ),
        Example(
            "shared-writable",
            "bool f(vm_flags_t f)\n{\n\treturn (f & VM_SHARED) && (f & VM_WRITE);\n}\n",
            headers=_OLD,
        ),
        Example(
            "writable-now",
            "bool f(vm_flags_t f)\n{\n\treturn (f & (VM_WRITE | VM_SHARED)) == VM_WRITE;\n}\n",
            headers=_OLD,
        ),
        Example("no-helper-in-the-tree", "bool f(vm_flags_t f)\n{\n\treturn !(f & VM_SHARED) && (f & VM_WRITE);\n}\n"),
    ),
)
