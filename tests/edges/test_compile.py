# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a fix-up built before and after by the user's command, in an export of the tree, and offered only if clean?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from reviewbot.edges import compile as compiling
from reviewbot.edges.apply import apply_series
from reviewbot.edges.compile import Workshop
from reviewbot.edges.kernel import open_tree
from reviewbot.edges.process import MissingProgramError
from reviewbot.errors import UsageError
from reviewbot.model import AppliedPatch, FileChange
from tests.edges.gittree import added, fill, fingerprint, repository, series

needs_cc = pytest.mark.skipif(
    not (shutil.which("cc") and shutil.which("make")), reason="cc and make are not installed on this machine"
)
MAKE = ("make", "-s", "{objects}")
CODE = "int pear(int a)\n{\n\treturn a;\n}\n"
FILES: Mapping[str, bytes] = {
    "Makefile": b"%.o: %.c\n\t@cc -Wall -Iinclude -c -o $@ $<\n\t@cat .config >> built 2>/dev/null || true\n",
    "drivers/pear.c": CODE.encode(),
    "include/pear.h": b"#define PEAR 1\n",
}
GROWN = CODE.replace("return a;", "return a + 1;")
GROW = """\
--- a/drivers/pear.c
+++ b/drivers/pear.c
@@ -1,4 +1,4 @@
 int pear(int a)
 {
-\treturn a;
+\treturn a + 1;
 }
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with a Makefile, one source and one header."""
    return repository(tmp_path / "repo", FILES)


@contextmanager
def _workshop(tree: Path, *diffs: str, words: tuple[str, ...] = MAKE) -> Iterator[tuple[Workshop, AppliedPatch]]:
    """The workshop of a series, and the series' first patch."""
    scratch = tree.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    with open_tree(tree, scratch) as opened:
        done = apply_series(opened, series(*diffs))
        assert done.applied
        yield Workshop(opened, done, words), done.patches[0]


def _change(before: str, after: str, path: str = "drivers/pear.c") -> FileChange:
    return FileChange(path, before.encode(), after.encode(), "")


def _objection(tree: Path, after: str, *diffs: str, before: str = GROWN, words: tuple[str, ...] = MAKE) -> str:
    """What is said of a change of the driver."""
    with _workshop(tree, *(diffs or (GROW,)), words=words) as (workshop, patch):
        return workshop.objection(patch, (_change(before, after),))


@needs_cc
@pytest.mark.parametrize(
    ("old", "new", "start"),
    [
        ("a + 1", "1 + a", ""),
        ("a + 1", "b", "it does not build: drivers/pear.c: error: "),
        ("return a + 1;", "int b;\n\treturn a;", "it brings a warning: drivers/pear.c: warning: unused variable"),
    ],
)
def test_after(tree: Path, old: str, new: str, start: str) -> None:
    """A change is offered when it builds without new warnings; else the compiler's first words are said."""
    said = _objection(tree, GROWN.replace(old, new))
    assert said.startswith(start)
    assert bool(said) == bool(start)


@needs_cc
def test_old_warnings(tree: Path) -> None:
    """A warning that was there before is none of the change's, on whatever line it stands after it."""
    warned = GROWN.replace("\treturn", "\tint b;\n\n\treturn")
    diff = GROW.replace("@@ -1,4 +1,4 @@", "@@ -1,4 +1,6 @@").replace("+\treturn", "+\tint b;\n+\n+\treturn")
    assert _objection(tree, warned.replace("{\n", "{\n\n\n"), diff, before=warned) == ""


@needs_cc
def test_a_patch_that_does_not_build(tree: Path) -> None:
    """Where the patch itself does not build nothing is offered, and that is said."""
    diff, broken = GROW.replace("a + 1", "b"), CODE.replace("return a", "return b")
    assert _objection(tree, CODE, diff, before=broken).startswith("the patch itself does not build: ")


@needs_cc
def test_state_of_its_patch(tree: Path) -> None:
    """A patch in the middle is built as it leaves the tree, whatever was built before, and however often."""
    later = GROW.replace("return a + 1;", "return plum;").replace("return a;", "return a + 1;")
    with _workshop(tree, GROW, later) as (workshop, first):
        second = workshop.applied.patches[1]
        broken = GROWN.replace("a + 1", "plum")
        for _time in range(2):
            assert workshop.objection(first, (_change(GROWN, GROWN.replace("a + 1", "1 + a")),)) == ""
            assert "does not build" in workshop.objection(second, (_change(broken, CODE),))


@needs_cc
def test_new_files_and_headers(tree: Path) -> None:
    """What a patch adds is there; where a header changes, the sources that the patch touches are built."""
    plum = added("drivers/plum.c", "#include <plum.h>", "int plum = PLUM;")
    header = added("include/plum.h", "#define PLUM 1")
    with _workshop(tree, header + plum) as (workshop, patch):
        text = "#define PLUM 1\n"
        assert workshop.objection(patch, (_change(text, "#define PLUM 2\n", "include/plum.h"),)) == ""
        assert "does not build" in workshop.objection(patch, (_change(text, "", "include/plum.h"),))


@needs_cc
def test_the_tree_is_left_alone(tree: Path) -> None:
    """Nothing is written to the user's tree, whose configuration is there to build with."""
    fill(tree, {".config": b"CONFIG_PEAR=y\n"})
    before = fingerprint(tree)
    with _workshop(tree, GROW) as (workshop, patch):
        assert workshop.objection(patch, (_change(GROWN, CODE),)) == ""
        (built,) = workshop.tree.scratch.place.parent.rglob("built")

        assert built.read_bytes() == b"CONFIG_PEAR=y\n" * 2
    assert fingerprint(tree) == before


@pytest.mark.parametrize(
    ("diff", "name"),
    [
        (added("Kbuild", "$(shell touch oops)"), "Kbuild"),
        (added("drivers/Makefile", "all:", "\ttouch oops"), "drivers/Makefile"),
        (added("drivers/Makefile", "hostprogs-y := oops.o"), "drivers/Makefile"),
        (added("drivers/Makefile", "obj-y += $(shell touch oops).o"), "drivers/Makefile"),
        (added("drivers/Makefile", "\t# $(shell touch oops)"), "drivers/Makefile"),
        (added("drivers/Makefile", "# plain \\", "all: ; touch oops"), "drivers/Makefile"),
        (added("drivers/Kconfig", 'def_bool "$(shell,touch oops)"'), "drivers/Kconfig"),
        (added("drivers/Kconfig", 'source "drivers/plum.txt"'), "drivers/Kconfig"),
        (added("drivers/Konfig", "config PLUM"), "drivers/Konfig"),
        (added("scripts/basic/fixdep.c", "int main(void);"), "scripts/basic/fixdep.c"),
        (added("lib/gen_pear_table.c", "int main(void);"), "lib/gen_pear_table.c"),
        (added("drivers/pear.sh", "touch oops", mode="100755"), "drivers/pear.sh"),
    ],
)
def test_what_a_build_would_run(tree: Path, diff: str, name: str) -> None:
    """A series that changes what a build runs is not built, not even its harmless patches."""
    words = ("touch", str(tree.parent / "ran"))
    said = _objection(tree, CODE, GROW, diff, words=words)

    assert said == f"not built, since the series changes {name}, which a build may run"
    assert not (tree.parent / "ran").exists()


@needs_cc
def test_new_driver(tree: Path) -> None:
    """Options and lists of objects, which every new driver brings, are no reason not to build."""
    lists = added(
        "drivers/plum/Makefile", "# plums", "obj-$(CONFIG_PLUM)\t+= plum.o stone/", "plum-y := a.o \\", "\tb.o"
    )
    options = added("drivers/plum/Kconfig", "config PLUM", '\ttristate "Plums"', 'source "drivers/plum/Kconfig.stone"')
    assert _objection(tree, CODE, GROW, lists + options) == ""


@pytest.mark.parametrize("name", ["--eval=x.c", "a=b.c", "$(shell id).c", "a b.c"])
def test_names_for_a_build(tree: Path, name: str) -> None:
    """A name that make would take for more than a name is handed to nobody."""
    words = ("touch", str(tree.parent / "ran"))
    with _workshop(tree, added(name, "int a;"), words=words) as (workshop, patch):
        said = workshop.objection(patch, (_change("int a;\n", "int b;\n", name),))

    assert said == f"not built, since {name.removesuffix('.c')}.o is no name to hand to a build"
    assert not (tree.parent / "ran").exists()


def test_nothing_to_build(tree: Path) -> None:
    """A header alone has no object."""
    diff = added("include/plum.h", "#define PLUM 1")
    with _workshop(tree, diff) as (workshop, patch):
        change = _change("#define PLUM 1\n", "#define PLUM 2\n", "include/plum.h")
        assert workshop.objection(patch, (change,)) == "it changes no file that has an object"


def test_words_of_the_command(tree: Path, tmp_path: Path) -> None:
    """`{objects}` is a word for each object; within a word they stand with blanks between; no shell reads it."""
    script = tmp_path / "say"
    script.write_text('#!/bin/sh\nfor word; do echo "$word"; done >> ' + str(tmp_path / "said") + "\n")
    script.chmod(0o755)
    plum = added("drivers/plum.c", "int plum;")
    with _workshop(tree, GROW + plum, words=(str(script), "{objects}", "O={objects}", "$HOME; id")) as (shop, patch):
        changes = (_change(GROWN, CODE), _change("int plum;\n", "int x;\n", "drivers/plum.c"))
        assert shop.objection(patch, changes) == ""

    objects = ["drivers/pear.o", "drivers/plum.o"]
    assert (tmp_path / "said").read_text().split("\n") == [*objects, f"O={' '.join(objects)}", "$HOME; id"] * 2 + [""]


def test_bounds(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that hangs or chatters is stopped, and counts as one that failed."""
    monkeypatch.setattr(compiling, "_BUILD_SECONDS", 0.3)
    assert "sleep did not end within 0.3 s" in _objection(tree, CODE, words=("sleep", "60"))
    monkeypatch.setattr(compiling, "_BUILD_SECONDS", 60.0)
    monkeypatch.setattr(compiling, "_MAX_OUTPUT", 1000)
    assert "yes wrote more than 1000 bytes" in _objection(tree, CODE, words=("yes",))
    monkeypatch.setattr(compiling, "_ALL_SECONDS", 0.0)
    assert "the builds before took 0 s" in _objection(tree, CODE, words=("true",))


def test_status_alone(tree: Path) -> None:
    """A command that fails without a word is said by its status."""
    assert _objection(tree, CODE, words=("false",)) == "the patch itself does not build: false ended with status 1"


def test_no_such_program(tree: Path) -> None:
    """A program that is not there is an error of its own, since the user meant another one."""
    with pytest.raises(MissingProgramError, match="no-such-make"):
        _objection(tree, CODE, words=("no-such-make",))


def test_plain_folder(tmp_path: Path) -> None:
    """A folder without commits cannot be exported."""
    with pytest.raises(UsageError, match="plain folder"), _workshop(fill(tmp_path / "plain", FILES), GROW):
        pass
