# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a scan look again at what has changed since the last, and at nothing else?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

import reviewbot.scan as scanning
from reviewbot.model import Skipped
from reviewbot.scan import Batch, Scan, ScanRequest, scan
from tests.edges.gittree import fill

_HELPER = b"""\
#define TF_OPEN 0x1
#define TF_BUSY 0x8
struct thing { unsigned long tf_state; };
static inline bool thing_is_idle(const struct thing *t)
{
	return (t->tf_state & (TF_OPEN | TF_BUSY)) == TF_OPEN;
}
"""
_CODE = b"""\
#include <linux/thing.h>

int %s(struct thing *t)
{
	if (!(t->tf_state & TF_BUSY) && (t->tf_state & TF_OPEN))
		return 1;
	return 0;
}

int odd(void)
{
	if ) x;
}
"""
_FILES = {
    "include/linux/thing.h": _HELPER,
    "MAINTAINERS": b"",
    **{f"lib/{name}.c": b"int %c(struct thing *t) { return thing_is_idle(t); }\n" % ord(name) for name in "abcdefgh"},
    **{f"drivers/{name}.c": _CODE % name.encode() for name in ("pear", "plum")},
}
_OWN = """
from reviewbot.rule import Category, Confidence, Example, Rule

RULE = Rule(
    id="my-rule", title="t", why="w", known_problems="k", category=Category.STYLE, confidence=Confidence.LOW,
    patterns=("return 1;",), message="{message}", references=("MAINTAINERS",),
    examples=(Example("e", "int f(void)\\n{{\\n\\treturn 1; //~\\n}}\\n"),),
)
"""


@pytest.fixture
def request_(tmp_path: Path) -> ScanRequest:
    """The scan of two drivers by two rules, one of them the user's."""
    fill(tmp_path / "tree", _FILES)
    fill(tmp_path / "rules", {"my_rule.py": _OWN.format(message="m").encode()})
    names = ("open-coded-helper", "my-rule")
    tree, cache, rules = (tmp_path / name for name in ("tree", "cache", "rules"))
    return ScanRequest(tree, cache, ("drivers",), rule_names=names, user_rules=rules, jobs=1)


@contextmanager
def _looked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The paths that are looked at for the time of a block."""
    seen: list[str] = []
    look = scanning.scan_files

    def noting(request: ScanRequest, paths: list[str]) -> list[Batch]:
        seen.extend(paths)
        return look(request, paths)

    with monkeypatch.context() as patched:
        patched.setattr(scanning, "scan_files", noting)
        yield seen


def _places(done: Scan) -> list[tuple[str, int, str]]:
    return [(hit.path, hit.line, hit.rule) for hit in done.found.hits]


def test_second_scan(request_: ScanRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is looked at again, and the answer is the same, in all of its parts."""
    first = scan(request_)
    with _looked(monkeypatch) as seen:
        again = scan(request_)

    assert seen == []
    assert again == first
    assert [rule for _path, _line, rule in _places(first)] == ["open-coded-helper", "my-rule"] * 2


def test_second_scan_makes_the_same_diff(request_: ScanRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A diff is asked for by itself, and kept by itself."""
    scan(request_)
    first = scan(replace(request_, fix=True))
    with _looked(monkeypatch) as seen:
        again = scan(replace(request_, fix=True))

    assert seen == []
    assert again == first
    assert len(first.found.diffs) == 2


@pytest.mark.parametrize(
    ("path", "text", "looked"),
    [
        ("tree/drivers/pear.c", _CODE % b"fig", ["drivers/pear.c"]),
        ("tree/drivers/new.c", _CODE % b"new", ["drivers/new.c"]),
        ("tree/include/linux/thing.h", _HELPER.replace(b"idle", b"quiet"), ["drivers/pear.c", "drivers/plum.c"]),
        ("rules/my_rule.py", _OWN.format(message="other").encode(), ["drivers/pear.c", "drivers/plum.c"]),
        ("tree/README", b"words", []),
    ],
)
def test_what_changes_is_looked_at(
    request_: ScanRequest, monkeypatch: pytest.MonkeyPatch, path: str, text: bytes, looked: list[str]
) -> None:
    """A file by itself; what all files may depend on, or a rule, for all files.  The answer is that of a first scan."""
    scan(request_)
    (request_.tree.parent / path).write_bytes(text)
    with _looked(monkeypatch) as seen:
        again = scan(request_)

    assert seen == looked
    assert again == scan(replace(request_, kept=False))


def test_what_took_too_long_is_tried_again(request_: ScanRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that lacks what a rule could not finish is not kept."""
    late = Skipped("file", "drivers/pear.c", "rule my-rule is over its time budget", "my-rule")
    look = scanning.scan_files

    def slow(request: ScanRequest, paths: list[str]) -> list[Batch]:
        (batch,) = look(request, paths)
        part = replace(batch.parts["drivers/pear.c"], skipped=(late,))
        return [replace(batch, parts={**batch.parts, "drivers/pear.c": part})]

    with monkeypatch.context() as patched:
        patched.setattr(scanning, "scan_files", slow)
        scan(request_)
    with _looked(monkeypatch) as seen:
        scan(request_)

    assert seen == ["drivers/pear.c"]
