# SPDX-License-Identifier: GPL-2.0-or-later
"""Report the first entry of a list, or NULL of an empty one, by hand."""

from reviewbot.rule import Category, Confidence, Example, Rule

_HEADERS = ("include/linux/list.h",)


def _code(body: str) -> str:
    return f"struct foo *f(struct list_head *l, struct list_head *m)\n{{\n{body}\n}}\n"


_TREE = {"include/linux/list.h": "list_first_entry_or_null"}
_ENTRY = "list_first_entry(l, struct foo, node)"

RULE = Rule(
    id="list-first-or-null",
    title="first entry or NULL by hand",
    why="list_first_entry_or_null() asks the list once.",
    known_problems="None is known.",
    category=Category.API,
    confidence=Confidence.HIGH,
    patterns=(
        "list_empty($l) ? NULL : list_first_entry($l, $t, $m)",
        "if (list_empty($l)) return NULL; return list_first_entry($l, $t, $m);",
        "if (list_empty($l)) return NULL; $p = list_first_entry($l, $t, $m);",
    ),
    message="an empty list gives NULL here; would list_first_entry_or_null() do?",
    helper="list_first_entry_or_null",
    suggestion="list_first_entry_or_null({l}, {t}, {m})",
    needs={"list_first_entry_or_null": _HEADERS},
    references=_HEADERS,
    nursery=True,
    examples=(
        Example("choice", _code(f"\treturn list_empty(l) ? NULL : {_ENTRY}; //~"), headers=_TREE),
        Example("returns", _code(f"\tif (list_empty(l)) //~\n\t\treturn NULL;\n\treturn {_ENTRY};"), headers=_TREE),
        Example(
            "assigned",
            _code(f"\tstruct foo *p;\n\n\tif (list_empty(l)) //~\n\t\treturn NULL;\n\n\tp = {_ENTRY};\n\treturn p;"),
            headers=_TREE,
        ),
        Example("two-lists", _code(f"\treturn list_empty(m) ? NULL : {_ENTRY};"), headers=_TREE),
        Example("another-value", _code(f"\treturn list_empty(l) ? spare : {_ENTRY};"), headers=_TREE),
        Example("not-in-the-tree", _code(f"\treturn list_empty(l) ? NULL : {_ENTRY};")),
    ),
)
