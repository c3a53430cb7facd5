# SPDX-License-Identifier: GPL-2.0-or-later
"""Report an option of the configuration that no Kconfig file defines."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, Site, SourceText

_DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(?:if|ifdef|ifndef|elif)\b(?:[^\n\\]|\\.)*", re.MULTILINE | re.DOTALL)
_ASKS = re.compile(r"\bIS_(?:ENABLED|REACHABLE|BUILTIN|MODULE)\s*\(\s*CONFIG_\w+\s*\)")
_OPTION = re.compile(r"\bCONFIG_([A-Z0-9]\w*)")
_CLAUSE = re.compile(r"\s*(select|imply|depends\s+on|visible\s+if|if)\s+(.*)")
_CONDITION = re.compile(r"\s(?:if)\s(.*)")
_NO_SYMBOL = re.compile(r"\"[^\"]*\"|'[^']*'|\$\((?:[^()]|\([^()]*\))*\)|#.*")
_SYMBOL = re.compile(r"(?<![\w.-])([A-Z0-9]*[A-Z]\w*)(?![\w.-])")


def _in_code(source: SourceText) -> Iterator[Place]:
    """The options that #if and the IS_...() macros ask for."""
    defined = set(re.findall(r"#[ \t]*define[ \t]+CONFIG_(\w+)", source.bare))
    for asked in (*_DIRECTIVE.finditer(source.bare), *_ASKS.finditer(source.bare)):
        for option in _OPTION.finditer(source.bare, asked.start(), asked.end()):
            name = option[1].removesuffix("_MODULE")
            if not defined & {name, option[1]}:
                yield Place(option.start(), option.end(), (("option", name),))


def _in_kconfig(source: SourceText) -> Iterator[Place]:
    """The options that select, imply and conditions name."""
    for start, line in _statements(source.text):
        clause = _CLAUSE.fullmatch(line) or _CONDITION.search(line)
        if clause is None:
            continue
        text = _NO_SYMBOL.sub(lambda found: " " * len(found[0]), line)
        at = clause.start(clause.re.groups)
        for symbol in _SYMBOL.finditer(text, at):
            yield Place(start + symbol.start(), start + symbol.end(), (("option", symbol[1]),))


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Offset and text of each line that is not help."""
    at, helps = 0, -1
    for line in text.split("\n"):
        indent = len(line.expandtabs()) - len(line.expandtabs().lstrip())
        if helps == 0 and line.strip():
            helps = max(indent, 1)
        if line.strip() and indent < helps:
            helps = -1
        if helps < 0:
            yield at, line
            helps = 0 if line.strip() == "help" else -1
        at += len(line) + 1


def _is_nowhere(site: Site) -> bool:
    name = site.text("option")
    return site.in_kernel() and not site.has_option(name) and site.expand(f"CONFIG_{name}", ()) is None


_TREE = {
    "Kconfig": 'source "arch/$(SRCARCH)/Kconfig"\nsource "drivers/Kconfig"\n',
    "drivers/Kconfig": "config FOO\n\tbool\nmenuconfig BAR\n\ttristate\n",
    "arch/arm/Kconfig": "config ARM\n\tbool\n",
    "drivers/own.h": "#define CONFIG_OWN 1\n",
}


def _code(line: str, more: str = "") -> str:
    return f"{more}\nint f(void)\n{{\n{line}\n\treturn 0;\n}}\n"


def _kconfig(lines: str, name: str) -> Example:
    return Example(name, f'config FOO_A\n\tbool "Foo"\n{lines}', path="drivers/foo/Kconfig", headers=_TREE)


RULE = Rule(
    id="config-undefined",
    title="option that no Kconfig file defines",
    why="The condition never holds, or the dependency is never met, and nothing says so when the kernel is built.",
    known_problems="An option that another series brings is not known, nor one of a new architecture or of a Makefile.",
    category=Category.CORRECTNESS,
    confidence=Confidence.HIGH,
    raised_by=(
        r"Kconfig",
        r"(?:undefined|unknown|no such|exist)\b.*\b(?:config|option|symbol)",
        r"(?:config|option|symbol)\b.*\b(?:undefined|unknown|exist)",
    ),
    patterns=(
        Seek(("CONFIG_",), _in_code, ("option",)),
        Seek(("select", "imply", "depends on", "if"), _in_kconfig, ("option",), kconfig=True),
    ),
    where=_is_nowhere,
    message="no Kconfig file defines {option}; is it spelt right, or does it depend on another series?",
    references=("Documentation/kbuild/kconfig-language.rst", "scripts/checkkconfigsymbols.py"),
    measured="76 of 78 right in 50,058 C files of 7.2, 14 of 14 in its Kconfig files, 2026-11",
    examples=(
        Example("ifdef", _code("#ifdef CONFIG_FO //~\n\tg();\n#endif"), headers=_TREE),
        Example(
            "if-defined", _code("#if defined(CONFIG_FOO) || defined(CONFIG_FO) //~\n\tg();\n#endif"), headers=_TREE
        ),
        Example("is-enabled", _code("\tif (IS_ENABLED(CONFIG_FO)) //~\n\t\tg();"), headers=_TREE),
        Example("module", _code("#ifdef CONFIG_BAR_MODULE\n\tg();\n#endif"), headers=_TREE),
        Example(
            "defined",
            _code("#ifdef CONFIG_ARM\n\tg();\n#endif\n\tif (IS_ENABLED(CONFIG_FOO))\n\t\tg();"),
            headers=_TREE,
        ),
        Example("of-the-file", _code("#ifdef CONFIG_FO\n\tg();\n#endif", "#define CONFIG_FO 1\n"), headers=_TREE),
        Example("of-a-private-header", _code("#ifdef CONFIG_OWN\n\tg();\n#endif", '#include "own.h"\n'), headers=_TREE),
        Example("comment", _code("\t/* CONFIG_FO */"), headers=_TREE),
        Example("tools", _code("#ifdef CONFIG_FO\n\tg();\n#endif"), headers=_TREE, path="tools/a.c"),
        Example("no-kconfig", _code("#ifdef CONFIG_FO\n\tg();\n#endif")),
        _kconfig("\tselect FO //~\n", "select"),
        _kconfig("\tdepends on FOO && (FO || !ARM) //~\n", "depends"),
        _kconfig("\tdefault y if FO //~\n", "condition"),
        _kconfig(
            '\tdepends on FOO=y && BAR != n && $(success,FO) # FO\n\tselect ARM if BAR\n\tdefault "FO"\n', "all-there"
        ),
        _kconfig("\thelp\n\t  Foo.\n\n\t  select FO\n\nconfig FOO_B\n\tselect FO //~\n", "help"),
    ),
)
