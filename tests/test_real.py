# SPDX-License-Identifier: GPL-2.0-or-later
"""Does the whole tool do its job on real mail, from a real public-inbox, on real Linux trees?"""

from __future__ import annotations

import json
import lzma
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reviewbot.match.engine import Terms
from reviewbot.match.run import run_rule, wanted
from reviewbot.match.site import TreeView
from reviewbot.model import SourceFile
from reviewbot.registry import load_rules
from reviewbot.syntax.facts import read_facts
from reviewbot.syntax.parse import parse
from tests.conftest import real_tree
from tests.inbox import PublicInbox, inbox_of
from tests.rules.harness import FolderTree

pytestmark = [pytest.mark.shared, pytest.mark.tree, pytest.mark.inbox]

SEED = "seed-barry-rfc@reconstructed.invalid"
HELPERS = {
    "7.2": ("is_cow_mapping", "is_cow_mapping(mpnt->vm_flags)"),
    "7.3": ("vma_is_cow_mapping", "vma_is_cow_mapping(mpnt)"),
    "6.1": ("is_cow_mapping", "is_cow_mapping(mpnt->vm_flags)"),
}
VERSION_6 = "20260707192228.14647-1-daniel.lezcano@oss.qualcomm.com"
WANTED_SERIES = 20


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Iterator[PublicInbox]:
    """A public-inbox with the seed's thread and the threads of the labelled cases."""
    seed = (shared / "seed" / "thread.mbox").read_bytes()
    threads = lzma.decompress((shared / "bench" / "threads.mbox.xz").read_bytes())
    with inbox_of(tmp_path_factory.mktemp("real") / "inbox", [seed, threads]) as running:
        yield running


@pytest.fixture(autouse=True)
def _warm(warm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command keeps the catalogues of real trees from test to test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(warm))


def check(what: str, tree: Path, *options: str) -> dict[str, Any]:
    """Run `reviewbot check` as a user does; its JSON."""
    argv = [sys.executable, "-m", "reviewbot", "check", what, "--tree", str(tree), "--format", "json", *options]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False, env=dict(os.environ))
    assert done.returncode in (0, 1), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def cow(found: dict[str, Any]) -> dict[str, Any]:
    """The one founding finding."""
    findings = [f for f in found["findings"] if f["rule"] == "is-cow-mapping"]
    assert len(findings) == 1
    one: dict[str, Any] = findings[0]
    return one


@pytest.mark.parametrize("version", sorted(HELPERS))
@pytest.mark.parametrize("source", ["inbox", "mbox", "page"])
def test_seed(version: str, source: str, inbox: PublicInbox, shared: Path) -> None:
    """The founding diff gets the helper of each tree, from the archive, from an mbox and from a web page's text."""
    tree = real_tree(version)
    if source == "inbox":
        found = check(SEED, tree, "--archive", inbox.url)
    elif source == "mbox":
        found = check(SEED, tree, "--mbox", str(shared / "seed" / "thread.mbox"))
    else:
        found = check(str(shared / "seed" / "page.txt"), tree)
    finding = cow(found)

    assert (finding["helper"], finding["suggestion"]) == HELPERS[version]
    assert finding["file"] == "mm/mmap.c"
    assert "VM_MAYWRITE where this tests VM_WRITE" in finding["message"]
    # dup_mmap() stands in kernel/fork.c in 6.1, so nothing applies there
    assert found["series"]["applied"] is (version != "6.1")
    assert finding["verdict"] == ("unproven" if version == "6.1" else "introduced")
    # what does not apply is told by file and hunk, in git's own words
    refused = [p for p in found["problems"] if "patch failed: mm/mmap.c:1762" in p and "(hunk 1 of mm/mmap.c)" in p]
    assert len(refused) == (version == "6.1")


def test_seed_is_already_raised(shared: Path, tmp_path: Path) -> None:
    """With David's mail in the thread nothing is drafted, and he is named; with the thread cut before it, it is."""
    whole = shared / "seed" / "thread.mbox"
    mails = whole.read_bytes().split(b"From mboxrd@z")
    cut = tmp_path / "cut.mbox"
    cut.write_bytes(b"From mboxrd@z".join(mails[:2]))
    raised = check(SEED, real_tree("7.2"), "--mbox", str(whole), "--out", str(tmp_path / "whole"))
    first = check(SEED, real_tree("7.2"), "--mbox", str(cut), "--out", str(tmp_path / "first"))

    assert cow(raised)["raised"]["by"] == "David Hildenbrand (Arm)"
    assert cow(raised)["raised"]["msgid"] == "seed-david@reconstructed.invalid"
    assert cow(raised)["raised"]["text"].startswith("Likely is_cow_mapping() is what")
    assert raised["drafts"] == []
    assert cow(first)["raised"] is None
    assert len(first["drafts"]) == 1


def test_earlier_versions(shared: Path, tmp_path: Path) -> None:
    """The sixth version of a real series is compared with the fifth, and says what of the reviewers' is open."""
    mbox = tmp_path / "month.mbox"
    mbox.write_bytes(lzma.decompress((shared / "bench" / "replay-hwmon-W72.mbox.xz").read_bytes()))
    found = check(VERSION_6, real_tree("7.2"), "--mbox", str(mbox))

    assert found["history"]["revision"] == 5
    assert [(r["by"], r["revision"]) for r in found["history"]["not_addressed"]] == [("Krzysztof Kozlowski", 5)]
    assert "ABI break" in found["history"]["not_addressed"][0]["text"]


def test_real_series(inbox: PublicInbox, shared: Path) -> None:
    """Twenty real series that apply are fetched, applied and reviewed on their trees."""
    cases = [json.loads(line) for line in (shared / "bench" / "cases.jsonl").read_text().splitlines()]
    roots = {c["series_root_msgid"]: c for c in cases if c["applies"]}
    chosen = [roots[root] for root in sorted(roots)][:: max(1, len(roots) // WANTED_SERIES)][:WANTED_SERIES]
    reviewed = [check(c["patch_msgid"], real_tree(c["tree"]), "--archive", inbox.url) for c in chosen]

    assert len(reviewed) == WANTED_SERIES
    for case, found in zip(chosen, reviewed, strict=True):
        patches = {p["msgid"]: p for p in found["series"]["patches"]}
        assert patches[case["patch_msgid"]]["applied"], case["patch_msgid"]


KNOWN = (
    ("20241216175044.4144442-3-ninad@linux.ibm.com", "6.12", "dev-err-probe-result", "drivers/hwmon/pmbus/crps.c", 38),
    ("20241024085922.133071-10-tmyu0@nuvoton.com", "6.12", "dev-err-probe", "drivers/rtc/rtc-nct6694.c", 228),
    ("20221207163359.26564-3-larry.lai@yunjingtech.com", "6.1", "kcalloc", "drivers/pinctrl/pinctrl-upboard.c", 1271),
)


@pytest.mark.parametrize(("msgid", "version", "rule", "path", "line"), KNOWN)
def test_known_findings(msgid: str, version: str, rule: str, path: str, line: int, inbox: PublicInbox) -> None:
    """What a human reviewer asked for under these lines is found there."""
    found = check(msgid, real_tree(version), "--archive", inbox.url)
    places = {(f["patch"], f["rule"], f["file"], f["line"], f["verdict"]) for f in found["findings"]}

    assert (msgid, rule, path, line, "introduced") in places


FOUNDING = (
    b"int f(struct vm_area_struct *vma)\n{\n"
    b"\treturn !vma->vm_file || (!(vma->vm_flags & VM_SHARED) &&\n\t\t\t\t (vma->vm_flags & VM_WRITE));\n}\n"
)


@pytest.mark.parametrize("folder", ["mm", "fs", "kernel", "drivers/gpu"])
def test_no_false_cow(folder: str) -> None:
    """The founding rule reports the founding code, and nothing of Linux 7.2 as it is: its sites mean something else."""
    tree = real_tree("7.2")
    snapshot = FolderTree(tree)
    view = TreeView(snapshot, read_facts(snapshot))
    rule = next(r for r in load_rules() if r.id == "is-cow-mapping")
    files = sorted(p for p in (tree / folder).rglob("*.[ch]") if wanted(rule, p.read_bytes()))
    assert files
    sources = [SourceFile(str(p.relative_to(tree)), p.read_bytes()) for p in files]
    planted = SourceFile("mm/planted.c", FOUNDING)
    found = [r for s in (planted, *sources) for r in run_rule(rule, Terms(parse(s, view.facts)), view)]

    assert [f"{r.match.path}:{r.match.span.first_line}" for r in found] == ["mm/planted.c:3"]
