# SPDX-License-Identifier: GPL-2.0-or-later
"""Do real trees answer the founding question, and is each proposal a helper that the tree has at that very line?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reviewbot.edges.headercache import HeaderCache, Made
from reviewbot.edges.kernel import open_tree
from reviewbot.edges.snapshot import TreeSnapshot
from reviewbot.helpers.suggest import Suggester
from reviewbot.lookup import Question, look_up
from reviewbot.match.engine import Terms
from reviewbot.model import SourceFile
from reviewbot.syntax.facts import read_facts
from reviewbot.syntax.parse import parse
from tests.conftest import real_tree

pytestmark = pytest.mark.tree

_FOUNDING = "!(vma->vm_flags & VM_SHARED) && (vma->vm_flags & VM_WRITE)"
_EXACT = "!(vma->vm_flags & VM_SHARED) && (vma->vm_flags & VM_MAYWRITE)"
_CALLS = {
    "6.1": "is_cow_mapping(vma->vm_flags)",
    "6.12": "is_cow_mapping(vma->vm_flags)",
    "7.2": "is_cow_mapping(vma->vm_flags)",
    "7.3": "vma_is_cow_mapping(vma)",
}
_SEARCHED = ("mm/filemap.c", "mm/mmap.c", "fs/buffer.c", "net/core/dev.c", "drivers/hwmon/adt7475.c")


@pytest.fixture
def cache(warm: Path) -> Path:
    """Where the command, run with this XDG_CACHE_HOME, keeps what it learnt."""
    return warm / "reviewbot"


@pytest.mark.parametrize("version", sorted(_CALLS))
def test_founding_question(version: str, cache: Path) -> None:
    """The helper of each tree is named, for the exact condition and for the founding one with what differs."""
    tree = real_tree(version)
    exact = look_up(Question(_EXACT, tree, cache)).answer
    near = look_up(Question(_FOUNDING, tree, cache)).answer

    assert exact.whole[0].call == _CALLS[version]
    assert near.whole == ()
    assert near.close[0].call == _CALLS[version]
    (name, other), *more = near.close[0].differs
    assert more == []
    assert ("MAYWRITE" in name, "MAYWRITE" in other, "WRITE" in other) == (True, False, True)


@pytest.mark.parametrize("version", ["6.1", "7.2"])
def test_every_proposal_exists(version: str, cache: Path, tmp_path: Path) -> None:
    """A helper that is proposed stands in the tree, in the header and on the line that are named."""
    with open_tree(real_tree(version), tmp_path) as tree:
        base = tree.at(tree.resolve("HEAD"))
        facts = read_facts(TreeSnapshot(version, base, tree.scratch))
        made = HeaderCache(cache / "helpers").catalogue(base, facts)
        suggester = Suggester(made.catalogue)
        proposals = []
        for path in _SEARCHED:
            source = SourceFile(path, base.read(path) or b"")
            proposals += suggester.in_file(Terms(parse(source, facts))).find()
        wrong = [p for p in proposals if not _stands(base.read(p.entry.path) or b"", p.entry.line, p.entry.name)]

        assert len(proposals) > 20
        assert [f"{p.entry.name} {p.entry.path}:{p.entry.line}" for p in wrong] == []


def _stands(header: bytes, line: int, name: str) -> bool:
    """True if the header defines the name at that line: there itself, or made by the macro called there."""
    here = b"\n".join(header.split(b"\n")[line - 1 : line + 8])
    called = re.match(rb"\s*([A-Za-z_]\w*)\(", here)
    made = called is not None and called.group(1).isupper()
    return re.search(rb"\b%s\b" % name.encode(), here) is not None or made


def test_second_run_and_warm_start(cache: Path, tmp_path: Path) -> None:
    """The second opening of a tree scans nothing and counts nothing."""
    with open_tree(real_tree("7.2"), tmp_path) as tree:
        base = tree.at(tree.resolve("HEAD"))
        facts = read_facts(TreeSnapshot("7.2", base, tree.scratch))
        first = HeaderCache(cache / "helpers").catalogue(base, facts)
        again: Made = HeaderCache(cache / "helpers").catalogue(base, facts)

        assert (again.headers, again.scanned, again.counted) == (0, 0, 0)
        assert again.catalogue.named("is_cow_mapping") == first.catalogue.named("is_cow_mapping")
