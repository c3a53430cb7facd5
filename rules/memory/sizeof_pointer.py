# SPDX-License-Identifier: GPL-2.0-or-later
"""Report an allocation whose size names a type where the pointer itself could say it."""

import re

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_ALLOCATORS = re.compile(
    r"(?:devm_)?k[vm]?[mzc]?(?:alloc|malloc|zalloc|calloc|malloc_array|memdup_array)(?:_array|_node)?|kvm?alloc"
)
_DOCUMENT = ("Documentation/process/deprecated.rst",)
_TYPE = re.compile(
    r"(?:const\s+)?(?:(?:struct|union|enum)\s+\w+|(?:un)?signed(?:\s+\w+)*|(?:int|long|short|char|bool)(?:\s+\w+)*"
    r"|[us](?:8|16|32|64)|__[lb]e(?:16|32|64)|\w+_t)\s*\**"
)


def _names_a_type(site: Site) -> bool:
    """The size is a type, and the pointer, where its declaration is seen, points to that type."""
    if not _ALLOCATORS.fullmatch(site.text("alloc")) or not _TYPE.fullmatch(site.text("t")) or site.has_effects("p"):
        return False
    declared = site.type_of("p")
    return declared is None or _plain(declared) == _plain(site.text("t") + " *")


def _plain(kind: str) -> str:
    return re.sub(r"\bconst\b|\s", "", kind)


def _advice(site: Site) -> Advice:
    pointer, flags = site.text("p"), re.fullmatch(r"(?:.*=\s*)?k[mz]alloc\(sizeof\s*\([^()]*\),\s*(\w+)\)", site.code())
    if flags and site.declares("kzalloc_obj", _DOCUMENT):
        name = f"{site.text('alloc')}_obj"
        return Advice(name, f"{name}(*{pointer}{'' if flags.group(1) == 'GFP_KERNEL' else ', ' + flags.group(1)})")
    fixed = re.sub(r"sizeof\s*\([^()]*\)", lambda _found: f"sizeof(*{pointer})", site.code(), count=1)
    one_line = " ".join(fixed.split())
    return Advice(suggestion=one_line.partition("=")[2].strip())


def _assign(statement: str, mark: str = "", kind: str = "struct a *p;") -> str:
    return f"int f(struct b *b, int n)\n{{\n\t{kind}\n\n\t{statement}{mark}\n\treturn 0;\n}}\n"


RULE = Rule(
    id="sizeof-pointer",
    title="size of an allocation by the type's name",
    why="sizeof(*p) stays right when the type of the pointer changes; a type's name has to be changed with it.",
    known_problems="The type of a structure's field is not looked up; there the type is taken to be the right one.",
    category=Category.STYLE,
    confidence=Confidence.HIGH,
    patterns=("$p = $alloc(..., sizeof($t), ...)",),
    where=_names_a_type,
    advice=_advice,
    message="sizeof(*{p}) follows the type of {p}; would {suggestion} do?",
    references=("Documentation/process/coding-style.rst",),
    examples=(
        Example(
            "struct",
            _assign("p = kzalloc(sizeof(struct a), GFP_KERNEL);", " //~"),
            suggestion="kzalloc(sizeof(*p), GFP_KERNEL)",
        ),
        Example(
            "field",
            _assign("b->a = devm_kzalloc(b->dev, sizeof(struct a), GFP_KERNEL);", " //~"),
            suggestion="devm_kzalloc(b->dev, sizeof(*b->a), GFP_KERNEL)",
        ),
        Example(
            "array-of-numbers",
            _assign("b->regs = kcalloc(n, sizeof(u16), GFP_KERNEL);", " //~"),
            suggestion="kcalloc(n, sizeof(*b->regs), GFP_KERNEL)",
        ),
        Example(
            "array-of-pointers",
            _assign("b->names = devm_kcalloc(b->dev, n, sizeof(char *), GFP_KERNEL);", " //~"),
            suggestion="devm_kcalloc(b->dev, n, sizeof(*b->names), GFP_KERNEL)",
        ),
        Example(
            "declaration",
            _assign("n = 1;", kind="struct a *p = kmalloc(sizeof(struct a), GFP_KERNEL); //~"),
            suggestion="kmalloc(sizeof(*p), GFP_KERNEL)",
        ),
        Example(
            "tree-that-has-typed-allocators",
            _assign("b->a = kzalloc(sizeof(struct a), GFP_ATOMIC);", " //~"),
            headers={"Documentation/process/deprecated.rst": "ptr = kzalloc_obj(*ptr, gfp);"},
            suggestion="kzalloc_obj(*b->a, GFP_ATOMIC)",
        ),
        Example("already", _assign("p = kzalloc(sizeof(*p), GFP_KERNEL);")),
        Example("other-type", _assign("p = kzalloc(sizeof(struct a), GFP_KERNEL);", kind="void *p;")),
        Example("variable", _assign("p = kmalloc(sizeof(buffer), GFP_KERNEL);")),
        Example("no-allocation", _assign("p = read_it(sizeof(struct a), GFP_KERNEL);")),
        Example("with-tail", _assign("p = kzalloc(sizeof(struct a) + n, GFP_KERNEL);")),
        Example("moving-target", _assign("*next(b) = kzalloc(sizeof(struct a), GFP_KERNEL);")),
    ),
)
