# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a local allocation that is freed by hand on every way out."""

import re
from collections.abc import Iterable

from reviewbot.rule import Advice, Category, Confidence, Example, Place, Rule, Seek, Site, SourceFunction, SourceText

_FREE = re.compile(r"^\t+kfree\s*\(\s*((\w+)(?:\[\d\]\.\w+)?)\s*\);", re.MULTILINE)
_ALLOC = r"(?:k[mzc]alloc\w*|kmalloc_array|kmemdup\w*|kstrn?dup\w*|kasprintf|memdup_user\w*)\s*\("
_AFTER = re.compile(
    r"\s*(?:(?:kfree|mutex_unlock|of_node_put|fwnode_handle_put)\s*\([^;]*\);\s*)*"
    r"(?:return\b[^;]*;|goto\b[^;]*;|\}\s*\Z|\w+:)"
)
_LABEL = re.compile(r"^\w+:(?!:)\s*(?:(?:dev|pr)_\w+\([^;]*\);\s*)*", re.MULTILINE)
_LABEL_UNDOES = re.compile(r"(?:\w+:\s*)*(?:kfree\s*\(|return\b)")
_LONGEST = 80


def _find(source: SourceText) -> Iterable[Place]:
    """From the declaration to the last kfree() of each local that is allocated once and freed on the ways out."""
    for function in source.functions:
        body = source.bare[function.body : function.end]
        if "kfree" not in body or len(re.findall(r"^.*\S", body, re.MULTILINE)) > _LONGEST:
            continue
        for what in dict.fromkeys(found.group(1) for found in _FREE.finditer(body)):
            frees = [found for found in _FREE.finditer(body) if found.group(1) == what]
            start = _declared(function, body, frees[0].group(2))
            if start is None or not _is_owned(body, what) or not _is_simple(body, frees):
                continue
            kept = "" if _is_freed_always(body, what) else "kept"
            if not kept or _is_handed_on_once(body, what):
                yield Place(start, function.body + frees[-1].end(), (("p", what), ("kept", kept)))


def _is_freed_always(body: str, what: str) -> bool:
    """True if each return below the allocation has a kfree() right before it, or is that of a failed allocation."""
    name = re.escape(what)
    taken = re.search(rf"(?<![\w>.]){name}\s*=(?!=)\s*{_ALLOC}|&{name}\s*[,)]", body)
    at = taken.end() if taken else 0
    failed = re.match(r"[^{}]*?\bif\s*\([^;{}]*\)\s*(?:\{[^}]*\}|[^;{}]*;)", body[at:])
    rest = body[at + failed.end() if failed else at :]
    ways = list(re.finditer(r"^(\t+)return\b", rest, re.MULTILINE))
    good = re.compile(rf"^(\t+)kfree\s*\(\s*{name}\s*\);\s*(?:\w+\([^;]*\);\s*|\w+ = [^;]*;\s*)*return\b", re.MULTILINE)
    freed = {found.end() for found in good.finditer(rest) if re.search(rf"^{found.group(1)}return\Z", found[0], re.M)}
    ends = re.search(rf"\n\t(?:kfree\s*\(\s*{name}\s*\)|return\b[^;]*|goto \w+);\s*\}}\s*\Z", rest)
    return bool(ends) and all(way.end() in freed for way in ways)


def _is_handed_on_once(body: str, what: str) -> bool:
    """True if the pointer is returned or kept in one place, and nothing else gets hold of what it points to."""
    name = re.escape(what)
    handed = list(re.finditer(rf"(?:->|\.)\w+\s*=\s*{name};|\breturn {name};", body))
    calls = rf"\b(?:INIT_\w+|\w*(?:register|add|init|set)\w*)\s*\([^;]*(?<!\w)&?{name}\b"
    if len(handed) != 1 or re.search(calls, body) or re.search(r"\w_(?:free|put)\s*\(", body):
        return False
    return re.search(r"\bgoto\b", body[handed[0].end() :]) is None


def _declared(function: SourceFunction, body: str, name: str) -> int | None:
    """Where a local of this name is declared, if it is a pointer or an array of structures."""
    pattern = rf"^\t(?!static\b)(?:const\s+)?(?:struct\s+)?\w+\s+(?:\*{name}\b(?!\s*__free)|{name}\[)[^;]*"
    found = re.search(pattern, body, re.MULTILINE)
    return function.body + found.start() + 1 if found else None


def _is_owned(body: str, what: str) -> bool:
    """True if exactly one allocation is assigned, and nothing else but NULL, or the address is passed on."""
    name = re.escape(what)
    given = [value.strip() for value in re.findall(rf"(?<![\w>.]){name}\s*=(?!=)\s*([^;]*);", body)]
    given = [value for value in given if value not in ("NULL", "no_free_ptr")]
    if re.search(rf"\b{name}\s*(?:\+\+|\+=)|(?:\+\+|--){name}\b", body):
        return False
    if not given:
        return re.search(rf"\w\([^;]*&{name}\s*[,)]", body) is not None
    return len(given) == 1 and re.match(_ALLOC, given[0]) is not None


def _is_simple(body: str, frees: list[re.Match[str]]) -> bool:
    """True if the attribute would save more than one line, and gotos undo nothing else."""
    if not all(_AFTER.match(body, free.end()) for free in frees):
        return False
    labels = list(_LABEL.finditer(body))
    if not all(_LABEL_UNDOES.match(body, label.end()) for label in labels):
        return False
    others = set(re.findall(r"\b\w+_(?:free|put|unlock\w*|unregister)\s*\(", body[labels[0].end() :] if labels else ""))
    if others or "__free(" in body or re.search(r"\bgoto\s+(?:again|retry)", body):
        return False
    result = re.match(r"\s*return\s+([a-z_]\w*);", body[frees[-1].end() :])
    assigned = result is not None and len(re.findall(rf"\b{result.group(1)}\s*=", body)) > 0
    return len(frees) > 1 or bool(labels) or assigned


def _advice(site: Site) -> Advice | None:
    path, text = site.match.path, site.file_text()
    if path.startswith(("net/", "drivers/net/ethernet/", "drivers/net/wireless/", "tools/")) or not site.in_kernel():
        return None
    if not path.startswith(("drivers/", "sound/")) and "cleanup.h" not in text and "__free(" not in text:
        return None
    return Advice("__free(kfree)", exact=not site.text("kept"))


def _function(body: str, declared: str = "\tstruct b *p; //~\n") -> str:
    return f"static int f(struct a *a)\n{{\n{declared}\tint ret;\n\n{body}}}\n"


_TREE = {"include/linux/slab.h": "DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))\n"}
_QUIET = "\tstruct b *p;\n"
_TAKE = "\tp = kzalloc(sizeof(*p), GFP_KERNEL);\n\tif (!p)\n\t\treturn -ENOMEM;\n"
_GOTO = _TAKE + "\tret = g(a, p);\n\tif (ret)\n\t\tgoto out;\n\tret = h(a, p);\nout:\n\tkfree(p);\n\treturn ret;\n"
_TWICE = _TAKE + "\tif (!a->on) {\n\t\tkfree(p);\n\t\treturn -EIO;\n\t}\n\tg(a, p);\n\tkfree(p);\n\treturn 0;\n"
_KEPT = (
    _TAKE
    + "\tif (!a->on) {\n\t\tkfree(p);\n\t\treturn -EIO;\n\t}\n\tif (g(p))\n\t\tgoto out;\n\ta->b = p;\n\treturn 0;\n"
)

RULE = Rule(
    id="free-attribute",
    title="allocation that is freed by hand on every way out",
    why="With __free() the memory is freed wherever the function is left, so that error paths return at once.",
    known_problems=(
        "In a file that does not use cleanup.h, one function with __free() among many without is not always wanted; "
        "what a called function does with the pointer is not known."
    ),
    category=Category.API,
    confidence=Confidence.MODERATE,
    raised_by=(r"__free\b",),
    patterns=(Seek(("kfree(",), _find, ("p", "kept")),),
    advice=_advice,
    message="`{p}` is freed by hand on each way out; would __free(kfree) simplify this?",
    near_message="`{p}` is freed by hand on each error path; would __free(kfree), with no_free_ptr(), simplify this?",
    needs={"DEFINE_FREE": ("include/linux/slab.h",)},
    references=("include/linux/cleanup.h", "Documentation/core-api/cleanup.rst"),
    measured="17 of 20 right before the last two excuses, drivers/{clk,platform,power,usb} and more of 7.2, 2026-11",
    examples=(
        Example("goto", _function(_GOTO), headers=_TREE),
        Example("twice", _function(_TWICE), headers=_TREE),
        Example("kept-at-the-end", _function(_KEPT + "out:\n\tkfree(p);\n\treturn -EIO;\n"), headers=_TREE),
        Example(
            "given-by-a-function",
            _function(_GOTO.replace(_TAKE, "\tret = get(a, &p);\n\tif (ret)\n\t\treturn ret;\n")),
            headers=_TREE,
        ),
        Example(
            "member-of-a-local",
            _function(_TWICE.replace("p = ", "m[0].buf = ").replace("(p)", "(m[0].buf)"), "\tstruct m m[] = {}; //~\n"),
            headers=_TREE,
        ),
        Example(
            "kept-early",
            _function(
                _GOTO.replace("\tret = g", "\ta->b = p;\n\tret = g").replace("ut:", "ut:\n\tif (ret)\n\t"), _QUIET
            ),
            headers=_TREE,
        ),
        Example("registered", _function(_KEPT.replace("a->b = p", "b_register(&p->b)"), _QUIET), headers=_TREE),
        Example(
            "freed-on-a-condition",
            _function(_GOTO.replace("\tkfree(p)", "\tif (ret)\n\t\tkfree(p)"), _QUIET),
            headers=_TREE,
        ),
        Example(
            "kept-at-the-end-of-a-void-one",
            _function(
                _TAKE.replace(" -ENOMEM", "")
                + "\tif (!a->on) {\n\t\tkfree(p);\n\t\treturn;\n\t}\n"
                + "\tif (g(p)) {\n\t\tkfree(p);\n\t\treturn;\n\t}\n\th(p);\n",
                _QUIET,
            ).replace("int f", "void f"),
            headers=_TREE,
        ),
        Example("plain", _function(_TAKE + "\tg(a, p);\n\tkfree(p);\n\treturn 0;\n", _QUIET), headers=_TREE),
        Example("undoes-more", _function(_GOTO.replace("out:\n", "out:\n\tk(a);\n"), _QUIET), headers=_TREE),
        Example(
            "undoes-more-below",
            _function(_GOTO.replace("\treturn ret", "\tk_put(a);\n\treturn ret"), _QUIET),
            headers=_TREE,
        ),
        Example("work-below", _function(_GOTO.replace("\treturn ret", "\tk(a);\n\treturn ret"), _QUIET), headers=_TREE),
        Example("moved", _function(_GOTO.replace("h(a, p)", "h(a, p++)"), _QUIET), headers=_TREE),
        Example("not-allocated", _function(_GOTO.replace("kzalloc(", "b_new("), _QUIET), headers=_TREE),
        Example("parameter", _function(_GOTO.replace(_TAKE, ""), "").replace("*a)", "*a, void *p)"), headers=_TREE),
        Example("no-cleanup-here", _function(_GOTO, _QUIET), headers=_TREE, path="fs/a.c"),
        Example("network", _function(_GOTO, _QUIET), headers=_TREE, path="drivers/net/ethernet/a.c"),
        Example("not-in-the-tree", _function(_GOTO, _QUIET)),
    ),
)
