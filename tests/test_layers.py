# SPDX-License-Identifier: GPL-2.0-or-later
"""Do the imports keep the layers of docs/design.md, and do files, functions and side effects keep their bounds?"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent
_LEVELS = {
    "errors": 0,
    "brackets": 0,
    "model": 1,
    "rule": 2,
    "mail": 3,
    "syntax": 3,
    "match": 3,
    "cocci": 3,
    "helpers": 3,
    "rules": 3,
    "registry": 4,
    "review": 4,
    "edges": 4,
    "pipeline": 5,
    "lookup": 5,
    "scan": 5,
    "cli": 6,
    "__main__": 7,
}
# what stands beside each other and may still be used: matching reads syntax, and a rule's questions reach the helpers
_BESIDE = {
    ("match", "syntax"),
    ("match", "helpers"),
    ("cocci", "match"),
    ("helpers", "syntax"),
    ("helpers", "match"),
    ("registry", "rules"),
}
_MAX_FILE, _MAX_FUNCTION = 400, 40


def _sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (_ROOT / folder).rglob("*.py"))


def _module(path: Path) -> str:
    relative = path.relative_to(_ROOT).with_suffix("")
    parts = relative.parts[:-1] if relative.name == "__init__" else relative.parts
    return ".".join(("reviewbot", *parts) if parts[0] == "rules" else parts)


_PACKAGE = _sources("reviewbot", "rules")
_ALL = _sources("reviewbot", "rules", "tests")


def _each(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", [pytest.param(path, id=str(path.relative_to(_ROOT))) for path in paths])


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _imports(path: Path) -> Iterator[str]:
    """The modules of reviewbot that a file imports, wherever it does."""
    known = {_module(source) for source in _PACKAGE}
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.startswith("reviewbot"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("reviewbot"):
            inner = [f"{node.module}.{name.name}" for name in node.names]
            yield from (name if name in known else str(node.module) for name in inner)


def _part(module: str) -> str:
    return (module.split(".") + [""])[1]


def _allowed(importer: str, imported: str) -> bool:
    one, other = _part(importer), _part(imported)
    if one == other or not other or (one, other) in _BESIDE:
        return True
    return bool(one) and _LEVELS[other] < _LEVELS[one]


@_each(_PACKAGE)
def test_imports_come_from_lower_layers(path: Path) -> None:
    """A module imports only from lower layers, its own package, or what is named as standing beside it."""
    wrong = [name for name in _imports(path) if not _allowed(_module(path), name)]

    assert wrong == []


@_each(_sources("rules"))
def test_rule_file_imports_the_rule_module_alone(path: Path) -> None:
    """All that a rule file knows of reviewbot is reviewbot.rule."""
    assert set(_imports(path)) == {"reviewbot.rule"}


def test_no_module_imports_itself_by_a_round_about() -> None:
    """Imports at module level have no cycle, between packages that stand beside each other neither."""
    graph = {_module(path): sorted(set(_imports(path))) for path in _PACKAGE}
    done: set[str] = set()
    for start in graph:
        _visit(start, graph, (), done)


def _visit(module: str, graph: dict[str, list[str]], way: tuple[str, ...], done: set[str]) -> None:
    assert module not in way, " imports ".join((*way, module))
    if module in done:
        return
    for imported in graph.get(module, []):
        # a package's own __init__ gathers its modules, which do not import it back
        if imported != module:
            _visit(imported, graph, (*way, module), done)
    done.add(module)


@_each(_PACKAGE)
def test_side_effects_stand_at_the_edges(path: Path) -> None:
    """Only edges/process.py starts processes, and only the cli prints and exits."""
    module = _module(path)
    found = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [name.name for name in node.names] + [getattr(node, "module", None) or ""]
            found |= {"subprocess"} & {name.split(".")[0] for name in names}
        elif isinstance(node, ast.Call):
            found |= {"print", "sys.exit", "os.system", "os._exit"} & {ast.unparse(node.func)}
    allowed = {"reviewbot.edges.process": {"subprocess"}}

    assert found <= ({"print", "sys.exit"} if _part(module) == "cli" else allowed.get(module, set()))


@_each(_ALL)
def test_file_is_short_and_says_what_it_answers(path: Path) -> None:
    """A file has its licence, a docstring, and fewer than 400 lines."""
    text = path.read_text(encoding="utf-8")

    assert text.startswith("# SPDX-License-Identifier: GPL-2.0-or-later\n")
    assert ast.get_docstring(_tree(path))
    assert text.count("\n") < _MAX_FILE


@_each(_ALL)
def test_functions_are_short(path: Path) -> None:
    """No function has 40 lines or more."""
    long = [
        f"{node.name}: {lines} lines"
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) >= _MAX_FUNCTION
    ]

    assert long == []


def test_the_layers_are_those_of_the_package() -> None:
    """Every package and module of reviewbot has its level here."""
    parts = {_part(_module(path)) for path in _PACKAGE} - {""}

    assert parts <= set(_LEVELS)


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        ("reviewbot.model.code", "reviewbot.errors", True),
        ("reviewbot.syntax.parse", "reviewbot.match.run", False),
        ("reviewbot.mail.mime", "reviewbot.edges.archive", False),
        ("reviewbot.match.run", "reviewbot.syntax.term", True),
        ("reviewbot.review.verdict", "reviewbot.pipeline", False),
        ("reviewbot.cli.entry", "reviewbot.pipeline", True),
    ],
)
def test_the_layer_test_itself(importer: str, imported: str, allowed: bool) -> None:
    """The order that this file holds is the order of the design."""
    assert _allowed(importer, imported) is allowed
