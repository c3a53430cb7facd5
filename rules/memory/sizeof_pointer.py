# SPDX-License-Identifier: GPL-2.0-or-later
"""Report an allocation whose size names a type where the pointer itself could say it."""

import re
from collections.abc import Iterator

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_ALLOCATORS = re.compile(
    r"(?:devm_)?k[vm]?[mzc]?(?:alloc|malloc|zalloc|calloc|malloc_array|memdup_array)(?:_array|_node)?|kvm?alloc"
)
_DOCUMENT = ("Documentation/process/deprecated.rst",)
_TYPE = re.compile(
    r"(?:const\s+)?(?:(?:struct|union|enum)\s+\w+|(?:un)?signed(?:\s+\w+)*|(?:int|long|short|char|bool)(?:\s+\w+)*"
    r"|[us](?:8|16|32|64)|__[lb]e(?:16|32|64)|\w+_t)\s*\**"
)
_BYTES = re.compile(r"(?:unsigned |signed )?char|(?:__)?[us]8|u?int8_t")
_FIELD = re.compile(r"(?:(\w+)|.*[\w)\]])\s*(?:->|\.)\s*(\w+)", re.DOTALL)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_STRUCT = re.compile(r"\bstruct\s+(\w+)\s*\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")


def _names_a_type(site: Site) -> bool:
    """The size is a type, and the pointer, where its declaration is seen, points to that type."""
    if _BYTES.fullmatch(site.text("t")) and re.search(r"calloc$|_array$", site.text("alloc")):
        return False  # kcalloc-bytes knows better
    if not _ALLOCATORS.fullmatch(site.text("alloc")) or not _TYPE.fullmatch(site.text("t")) or site.has_effects("p"):
        return False
    return _points_to_it(site) is not False


def _points_to_it(site: Site) -> bool | None:
    """True if the pointer is seen to be declared as one to the named type, False as one to another, None if unseen."""
    declared = site.type_of("p")
    found = {_plain(declared)} if declared is not None else _field_types(site)
    right = _plain(site.text("t") + " *")
    if not found or (right in found and len(found) > 1):
        return None
    return right in found


def _field_types(site: Site) -> set[str]:
    """The types that the file's structures give the field assigned to; of its own structure if that is known."""
    field = _FIELD.fullmatch(site.text("p"))
    if field is None:
        return set()
    base = re.fullmatch(r"(?:const )?struct (\w+) ?\*?", site.declared_type(field.group(1) or "") or "")
    return {
        kind
        for struct in _STRUCT.finditer(_COMMENT.sub(" ", site.file_text()))
        if base is None or struct.group(1) == base.group(1)
        for kind in _declared(struct.group(2), field.group(2))
    }


def _declared(body: str, field: str) -> Iterator[str]:
    """The plain types with which a structure's body declares a field."""
    for statement in body.split(";"):
        first, *more = re.split(r"[{}]", statement)[-1].split(",")
        kind = re.sub(r"\**\s*\w+\s*$", "", first)
        for declarator in (first, *(kind + " " + other for other in more)):
            name = re.search(r"(\w+)\s*$", declarator)
            if name and name.group(1) == field:
                yield _plain(declarator[: name.start()])


def _plain(kind: str) -> str:
    return re.sub(r"\bconst\b|\b__\w+|\s", "", kind)


def _advice(site: Site) -> Advice | None:
    size, call = site.offset_of("t"), site.offset_of("alloc")
    if not _points_to_it(site) or size is None or call is None:
        return Advice(exact=False)
    pointer, code = site.text("p"), site.code()
    flags = re.fullmatch(r"k[mz]alloc\(sizeof\s*\([^()]*\),\s*(\w+)\)", code[call:])
    if flags and site.declares("kzalloc_obj", _DOCUMENT):
        name = f"{site.text('alloc')}_obj"
        return Advice(name, f"{name}(*{pointer}{'' if flags.group(1) == 'GFP_KERNEL' else ', ' + flags.group(1)})")
    fixed = f"{code[call:size]}*{pointer}{code[size + len(site.text('t')) :]}"
    return Advice(suggestion=" ".join(fixed.split()))


def _assign(statement: str, mark: str = "", kind: str = "struct a *p;", head: str = "") -> str:
    return f"{head}int f(struct b *b, int n)\n{{\n\t{kind}\n\n\t{statement}{mark}\n\treturn 0;\n}}\n"


_STRUCTS = """struct b {
	struct device *dev;
	union {
		struct a *first, *a;	/* void *a; */
		void *data;
	};
	u16 *regs;
	const char **names;
};

"""

RULE = Rule(
    id="sizeof-pointer",
    title="size of an allocation by the type's name",
    why="sizeof(*p) stays right when the type of the pointer changes; a type's name has to be changed with it.",
    known_problems="A field whose structure is declared in another file is asked about, since its type is not seen.",
    category=Category.STYLE,
    confidence=Confidence.HIGH,
    raised_by=(r"sizeof\s*\(\s*\*",),
    patterns=("$p = $alloc(..., sizeof($t), ...)",),
    where=_names_a_type,
    advice=_advice,
    message="sizeof(*{p}) follows the type of {p}; would {suggestion} do?",
    near_message="does {p} point to {t}? then sizeof(*{p}) would follow its type",
    references=("Documentation/process/coding-style.rst",),
    examples=(
        Example(
            "struct",
            _assign("p = kzalloc(sizeof(struct a), GFP_KERNEL);", " //~"),
            suggestion="kzalloc(sizeof(*p), GFP_KERNEL)",
        ),
        Example(
            "field",
            _assign("b->a = devm_kzalloc(b->dev, sizeof(struct a), GFP_KERNEL);", " //~", head=_STRUCTS),
            suggestion="devm_kzalloc(b->dev, sizeof(*b->a), GFP_KERNEL)",
        ),
        Example(
            "array-of-numbers",
            _assign("b->regs = kcalloc(n, sizeof(u16), GFP_KERNEL);", " //~", head=_STRUCTS),
            suggestion="kcalloc(n, sizeof(*b->regs), GFP_KERNEL)",
        ),
        Example(
            "array-of-pointers",
            _assign("b->names = devm_kcalloc(b->dev, n, sizeof(char *), GFP_KERNEL);", " //~", head=_STRUCTS),
            suggestion="devm_kcalloc(b->dev, n, sizeof(*b->names), GFP_KERNEL)",
        ),
        Example(
            "declaration",
            _assign("n = 1;", kind="struct a *p = kmalloc(sizeof(struct a), GFP_KERNEL); //~"),
            suggestion="kmalloc(sizeof(*p), GFP_KERNEL)",
        ),
        Example(
            "tree-that-has-typed-allocators",
            _assign("b->a = kzalloc(sizeof(struct a), GFP_ATOMIC);", " //~", head=_STRUCTS),
            headers={"Documentation/process/deprecated.rst": "ptr = kzalloc_obj(*ptr, gfp);"},
            suggestion="kzalloc_obj(*b->a, GFP_ATOMIC)",
        ),
        Example(
            "sizeof-in-the-count",
            _assign("b->a = kcalloc(sizeof(n) * 8, sizeof(struct a), GFP_KERNEL);", " //~", head=_STRUCTS),
            suggestion="kcalloc(sizeof(n) * 8, sizeof(*b->a), GFP_KERNEL)",
        ),
        Example(
            "comparison-in-the-target",
            _assign("p[n == 1] = kmalloc(sizeof(struct a), GFP_KERNEL);", " //~"),
        ),
        Example("field-of-a-structure-not-seen", _assign("b->a = kzalloc(sizeof(struct a), GFP_KERNEL);", " //~")),
        Example(
            "field-that-points-to-anything", _assign("b->data = kzalloc(sizeof(struct a), GFP_KERNEL);", head=_STRUCTS)
        ),
        Example("field-of-another-type", _assign("b->regs = kzalloc(sizeof(struct a), GFP_KERNEL);", head=_STRUCTS)),
        Example("field-by-a-longer-way", _assign("c->b->data = kzalloc(sizeof(struct a), GFP_KERNEL);", head=_STRUCTS)),
        Example("array-of-bytes", _assign("p = kcalloc(n, sizeof(u8), GFP_KERNEL);", kind="u8 *p;")),
        Example("already", _assign("p = kzalloc(sizeof(*p), GFP_KERNEL);")),
        Example("other-type", _assign("p = kzalloc(sizeof(struct a), GFP_KERNEL);", kind="void *p;")),
        Example("variable", _assign("p = kmalloc(sizeof(buffer), GFP_KERNEL);")),
        Example("no-allocation", _assign("p = read_it(sizeof(struct a), GFP_KERNEL);")),
        Example("with-tail", _assign("p = kzalloc(sizeof(struct a) + n, GFP_KERNEL);")),
        Example("moving-target", _assign("*next(b) = kzalloc(sizeof(struct a), GFP_KERNEL);")),
    ),
)
