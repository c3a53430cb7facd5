# SPDX-License-Identifier: GPL-2.0-or-later
"""Which rules are there?  Finds, loads and checks the rule files; one that does not load is an error."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import get_args

from reviewbot import rules as _home
from reviewbot.cocci.make import Cocci, read
from reviewbot.errors import PatternError, RuleLoadError, UsageError
from reviewbot.match.budget import Limit, OverBudget, unlimited
from reviewbot.match.places import when_of
from reviewbot.match.run import patterns_of
from reviewbot.match.scope import parsed
from reviewbot.match.trial import trial
from reviewbot.model import Skipped
from reviewbot.rule import Assume, MetaKind, Rule, Seek, SeekMessage

_FIELD = re.compile(r"\{(\w+)\}")
_ID = re.compile(r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$")


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rules that can run, by id: the shipped ones and those of the `files`.  `refused` are the user's others."""

    rules: tuple[Rule, ...]
    files: tuple[Path, ...] = ()
    refused: tuple[Skipped, ...] = ()

    def chosen(self, names: tuple[str, ...], addresses: tuple[str, ...]) -> Loaded:
        """What select() chooses, and what was refused of it; all that was refused where no rule is named."""
        if not names:
            return replace(self, rules=select(self.rules, (), addresses))
        refused = tuple(one for one in self.refused if one.rule in names)
        left = tuple(name for name in names if name not in {one.rule for one in refused})
        return Loaded(select(self.rules, left, ()) if left else (), self.files, refused)


def load_rules() -> tuple[Rule, ...]:
    """All shipped rules, by id.

    Raises RuleLoadError that names the file: it cannot be imported, has no RULE, breaks a convention, or repeats an id.
    """
    found: dict[str, Rule] = {}
    for path, module in _shipped():
        _add(_rule_of(path, module), path, found)
    return tuple(found[name] for name in sorted(found))


def load_all(user_folder: Path | None, limit: Limit = unlimited, *, tried: bool = True) -> Loaded:
    """All shipped rules, and those of the user's own folder (never the patched tree's).

    A rule of the user's that cannot run is refused, and the others are loaded: its file is not to be loaded, takes
    longer than `limit`, repeats an id, or (with `tried`) an example is not as it says.  RuleLoadError without a folder.
    """
    found = {rule.id: rule for rule in load_rules()}
    files, refused = [], []
    for path in _users(user_folder):
        try:
            rule = load_rule(path, limit)
            if tried:
                _try(rule, path, limit)
            _add(rule, path, found)
            files.append(path)
        except RuleLoadError as error:
            name = path.stem.replace("_", "-")
            why = error.what.removeprefix(f"rule file {path}").lstrip(": ")
            refused.append(Skipped(f"rule {name}", str(path), why, name))
    return Loaded(tuple(found[name] for name in sorted(found)), tuple(files), tuple(refused))


def _add(rule: Rule, path: Path, found: dict[str, Rule]) -> None:
    if rule.id in found:
        raise RuleLoadError(f"rule file {path} repeats the id {rule.id}", "rename one of the two")
    found[rule.id] = rule


def load_rule(path: Path, limit: Limit = unlimited) -> Rule:
    """The rule of one file, wherever it stands; raises RuleLoadError, or UsageError if there is no such file."""
    if not path.is_file():
        raise UsageError(f"the rule file {path} does not exist", "name a file, or the id of a rule that is loaded")
    try:
        with limit(lambda: path):
            return _rule_of(path, _imported(path))
    except OverBudget:
        raise RuleLoadError(f"rule file {path} takes too long to load", "look for a loop in it") from None


def _try(rule: Rule, path: Path, limit: Limit) -> None:
    for example in rule.examples:
        try:
            wrong = trial(rule, example, limit).wrong
        except Exception as error:  # as below
            raise RuleLoadError(f"rule file {path}: example {example.name!r}: {error!r}", "mend the rule") from error
        if wrong:
            raise RuleLoadError(f"rule file {path}: example {example.name!r}: {wrong[0]}", "see `reviewbot rules test`")


def load_cocci(paths: tuple[Path, ...]) -> tuple[Cocci, ...]:
    """What .cocci files came to, the ids of their rules unique; raises RuleLoadError for a file that is not there.

    What of a file is not read stands in its `refused`, and is not raised: the rest of it runs.
    """
    out: list[Cocci] = []
    taken: set[str] = set()
    for path in paths:
        try:
            text = path.expanduser().read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise RuleLoadError(f"{path} cannot be read: {error.strerror}", "name a .cocci file") from error
        one = read(text, str(path), frozenset(taken))
        taken |= {rule.id for rule in one.rules}
        out.append(one)
    return tuple(out)


def _rule_of(path: Path, module: ModuleType) -> Rule:
    rule = getattr(module, "RULE", None)
    if not isinstance(rule, Rule):
        raise RuleLoadError(f"rule file {path} defines no RULE", "see docs/authoring-rules.md for its shape")
    check(rule, path)
    return rule


def select(rules: tuple[Rule, ...], names: tuple[str, ...], addresses: tuple[str, ...]) -> tuple[Rule, ...]:
    """The rules to run: those named (UsageError for an unknown name), or without names those on for these lists."""
    by_id = {rule.id: rule for rule in rules}
    unknown = [name for name in names if name not in by_id]
    if unknown:
        raise UsageError(f"there is no rule {', '.join(unknown)}", "`reviewbot rules` lists them")
    if names:
        return tuple(by_id[name] for name in dict.fromkeys(names))
    return tuple(rule for rule in rules if _is_on(rule, addresses))


def _is_on(rule: Rule, addresses: tuple[str, ...]) -> bool:
    on_list = any(part in address for part in rule.lists for address in addresses)
    return on_list or (rule.default and not rule.lists)


def themes() -> dict[str, str]:
    """The theme of each shipped rule (the folder that it stands in), by its id."""
    return {path.stem.replace("_", "-"): path.parent.name for path in _files()}


def theme_of(rule: Rule) -> str:
    """The theme that a shipped rule stands under, "user" for a user's own; who asks for many takes themes()."""
    return themes().get(rule.id, "user")


def check(rule: Rule, path: Path) -> None:
    """Raise RuleLoadError where a rule breaks a convention that needs no example to see."""
    wrong = next(_wrongs(rule, path), None)
    if wrong:
        raise RuleLoadError(f"rule file {path}: {wrong}", "mend the rule file")


def _wrongs(rule: Rule, path: Path) -> Iterator[str]:
    if not _ID.match(rule.id) or rule.id.replace("-", "_") != path.stem:
        yield f"id {rule.id!r} is not the file's name with dashes"
    try:
        compiled = patterns_of(rule)
        excuses = [*when_of(rule).excuses, *(excuse for c in compiled for gap in c.between for excuse in gap)]
    except PatternError as error:
        yield str(error)
        return
    searches = (pattern for pattern in rule.patterns if isinstance(pattern, Seek | SeekMessage))
    fields = [set(one.fields) for one in (*compiled, *searches)]
    known = set.intersection(*fields) if fields else set()
    yield from _wrong_texts(rule, known)
    if not any(c.path for c in compiled) and any(isinstance(excuse, Assume) for excuse in rule.unless):
        yield "a condition is assumed, and no path is there that could take its branch"
    yield from _wrong_scope(rule)
    yield from _wrong_constraints(rule, {name for c in (*compiled, *excuses) for name in c.metavariables})


def _wrong_scope(rule: Rule) -> Iterator[str]:
    if any(isinstance(p, SeekMessage) for p in rule.patterns) and (rule.where or rule.advice or rule.unless):
        yield "where, advice and unless are asked of code, and the rule reads messages"
    for version in filter(None, (rule.since, rule.until)):
        if parsed(version) is None:
            yield f"{version!r} is no version, as in 6.12"


def _wrong_constraints(rule: Rule, known: set[str]) -> Iterator[str]:
    for name, meta in rule.metavariables.items():
        if name not in known:
            yield f"${name} is constrained, and no pattern or excuse has it"
        if meta.kind not in get_args(MetaKind):
            yield f"{meta.kind!r} is no kind of metavariable"
        try:
            re.compile(meta.matching)
        except re.error as error:
            yield f"{meta.matching!r} is no regular expression: {error}"


def _wrong_texts(rule: Rule, known: set[str]) -> Iterator[str]:
    for template in (rule.message, rule.helper or "", rule.suggestion or ""):
        unknown = set(_FIELD.findall(template)) - known
        if unknown and rule.advice is None:
            yield f"{{{sorted(unknown)[0]}}} is no metavariable of every pattern"
    for message in filter(None, (rule.message, rule.near_message)):
        if message.endswith(".") or message[:1].isupper():
            yield "a message starts in lower case and has no full stop"
    for text, name in ((rule.why, "why"), (rule.known_problems, "known_problems"), (rule.title, "title")):
        if not text:
            yield f"{name} is empty"
    if not rule.references or not rule.examples:
        yield "references and examples must not be empty"


def sources() -> tuple[Path, ...]:
    """The files of the program and of the shipped rules: what is reported can change with each of them."""
    package = Path(_home.__file__).parent.parent
    return (*sorted(package.rglob("*.py")), *_files())


def _files() -> tuple[Path, ...]:
    """The shipped rule files, by name; the packages of reviewbot.rules may span two folders in a checkout."""
    return tuple(
        path
        for folder in dict.fromkeys(_home.__path__)
        for path in sorted(Path(folder).rglob("*.py"))
        if path.name != "__init__.py" and path.parent != Path(folder)
    )


def _shipped() -> Iterator[tuple[Path, ModuleType]]:
    for path in _files():
        name = f"reviewbot.rules.{path.parent.name}.{path.stem}"
        try:
            yield path, importlib.import_module(name)
        except (Exception, SystemExit) as error:  # whatever a rule file raises is a rule that did not load
            raise RuleLoadError(f"rule file {path} cannot be loaded: {error}", "mend or remove it") from error


def _users(folder: Path | None) -> list[Path]:
    if folder is not None and not folder.is_dir():
        raise RuleLoadError(f"the rule folder {folder} does not exist", "see reviewbot.rules in git config")
    return sorted(folder.rglob("*.py")) if folder is not None else []


class _Loader(SourceFileLoader):
    """Reads a rule file and leaves its folder as it is."""

    def set_data(self, path: str, data: object, *, _mode: int = 0o666) -> None:
        """Called with the compiled code, which Python would keep in __pycache__."""


def _imported(path: Path) -> ModuleType:
    name = f"reviewbot_user_rules_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path, loader=_Loader(name, str(path)))
    if spec is None or spec.loader is None:
        raise RuleLoadError(f"rule file {path} is no Python module", "mend or remove it")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # as above
        raise RuleLoadError(f"rule file {path} cannot be loaded: {error}", "mend or remove it") from error
    return module
