# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a local that is returned, or has bits changed, on a path on which nothing has set it."""

import re

from reviewbot.rule import Category, Confidence, Example, Rule, Site

_KINDS = r"(?:unsigned\s+)?(?:int|long|ssize_t|size_t|bool|u8|u16|u32|u64)"


def _declared_bare(site: Site) -> bool:
    """A local without an initial value, whose name no call takes: a macro may set what it is given."""
    name, text = re.escape(site.text("r")), site.function_text()
    body = text[text.find("{") :]
    declared = re.search(rf"^\t+{_KINDS}\s+(?:[^;(){{}}]*,\s*)?{name}\s*[,;]", body, re.MULTILINE)
    if "switch" in body and "default:" not in body:  # an enumeration may have no other values
        return False
    before = site.before(body.count("\n")) if site.match.alternative else body
    given = rf"\basm\b|\b(?!if|while|switch|return|for)\w+\s*\((?:[^;]*,)?\s*{name}\s*[,)]"
    return bool(declared) and not re.search(given, before)


def _in(body: str, declared: str = "\tint ret;\n") -> str:
    return f"static int foo_set(struct foo *foo, int n)\n{{\n{declared}\n{body}}}\n"


RULE = Rule(
    id="maybe-uninitialised",
    title="value that is not set on a path",
    why="What the stack held before decides whether the caller sees an error.",
    known_problems="That a loop runs once at least, or that conditions exclude each other by meaning, is not known.",
    category=Category.CORRECTNESS,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"\buninit",
        r"initiali[sz]ed?\b",
    ),
    patterns=("... return $r;", "... $r |= $m;", "... $r &= $m;"),
    unless=("$r = $_", "$r |= $_", "$r &= $_", "&$r"),
    where=_declared_bare,
    message="`{r}` is uninitialized here {through}; is a value for it missing?",
    nursery=True,
    references=("Documentation/process/coding-style.rst",),
    examples=(
        Example("branch", _in("\tif (n)\n\t\tret = foo_send(foo);\n\treturn ret; //~\n")),
        Example("bits-set", _in("\tret |= n; //~\n\treturn ret;\n")),
        Example("bits-cleared", _in("\tret &= ~n; //~\n\treturn ret;\n")),
        Example("bits-cleared-and-passed-on", _in("\tu &= ~n; //~\n\tfoo_write(foo, u);\n\treturn u;\n", "\tu32 u;\n")),
        Example("bits-of-what-a-macro-sets", _in("\tget_user(ret, foo);\n\tret |= n;\n\treturn n;\n")),
        Example("set", _in("\tif (n)\n\t\tret = foo_send(foo);\n\telse\n\t\tret = 0;\n\treturn ret;\n")),
        Example("initial-value", _in("\tif (n)\n\t\tret = foo_send(foo);\n\treturn ret;\n", "\tint ret = 0;\n")),
        Example(
            "enumeration",
            _in("\tswitch (n) {\n\tcase FOO_ONE:\n\t\tret = foo_send(foo);\n\t\tbreak;\n\t}\n\treturn ret;\n"),
        ),
        Example("parameter", _in("\treturn n;\n")),
        Example("given-to-a-macro", _in("\tget_user(ret, foo);\n\treturn ret;\n")),
        Example("given-by-address", _in("\tfoo_get(foo, &ret);\n\treturn ret;\n")),
    ),
)
