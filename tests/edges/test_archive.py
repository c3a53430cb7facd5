# SPDX-License-Identifier: GPL-2.0-or-later
"""Does fetch() bring the whole thread and the other revisions, and one clear sentence for everything that goes wrong?

The stand-in archive answers the real b4 and liblore in their real child process.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from reviewbot.edges.archive import Fetched, Limits, fetch
from reviewbot.errors import ArchiveError
from tests.edges.series import V1, V2, V3, day, get
from tests.inbox import StandIn, make_mail


@pytest.mark.parametrize(("what", "first"), [("v1-r@x", V1), ("v2-1@x", V2), ("v3-0@x", V3)])
def test_thread_and_other_revisions(archive: StandIn, tmp_path: Path, what: str, first: tuple[bytes, ...]) -> None:
    """From any mail of any revision one gets all mails of all revisions, bytes untouched, the own thread first."""
    others = tuple(m for thread in (V3, V2, V1) if thread is not first for m in thread)

    assert get(archive, tmp_path, what) == Fetched(what, first + others)


def test_change_id_finds_a_renamed_series(tmp_path: Path) -> None:
    """A series that changed its subject is found by its change-id."""
    old = make_mail("old@x", "[PATCH] mm: old name", body="change-id: 20261101-fix-abc\n", headers=day(1))
    new = make_mail("new@x", "[PATCH v2] mm: new name", body="change-id: 20261101-fix-abc\n", headers=day(2))
    dependent = make_mail(
        "dep@x", "[PATCH v5] mm: on top", body="prerequisite-change-id: 20261101-fix-abc\n", headers=day(2)
    )
    with StandIn((old, new, dependent)) as archive:
        assert get(archive, tmp_path, "old@x").mails == (old, new)
        assert get(archive, tmp_path, "new@x").mails == (new, old)


def test_no_patch_no_search(tmp_path: Path) -> None:
    """A thread without patches is one request."""
    with StandIn((make_mail("talk@x", "a question"),)) as archive:
        assert get(archive, tmp_path, "talk@x").problems == ()
        assert archive.asked == ["GET /all/talk@x/t.mbox.gz"]


def test_odd_ids(tmp_path: Path) -> None:
    """Ids with slash, plus, percent and question mark reach the archive as they are."""
    mail = make_mail("a/b+c%2F?d#e=f@x", "a question")
    with StandIn((mail,)) as archive:
        assert get(archive, tmp_path, "a/b+c%2F?d#e=f@x").mails == (mail,)


def test_other_list_of_the_same_host(archive: StandIn, tmp_path: Path) -> None:
    """A mail that the archive redirects to another of its own lists is fetched there."""
    archive.fault, archive.when = "missing", lambda request: request.startswith("GET /all/")

    assert get(archive, tmp_path, "v1-0@x").mails[:3] == V1
    assert "HEAD /v1-0@x/" in archive.asked


def test_too_many_revisions(archive: StandIn, tmp_path: Path) -> None:
    """Of more threads than allowed the newest revisions are taken, and that is said."""
    fetched = get(archive, tmp_path, "v1-0@x", limits=Limits(seconds=5, threads=1))

    assert fetched.mails == V1 + V3
    assert fetched.problems == ("more than 1 threads hold other revisions; the newest were taken",)


# ---- faults ----


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("missing", "has no such mail"),
        ("hang", "did not answer within 1.5 s"),
        ("drip", "did not answer within 1.5 s"),
        ("error", "answered with HTTP status 500"),
        ("garbage", "answered with something that is no mbox"),
        ("text", "answered with something that is no mbox"),
        ("truncated", "the answer of"),
        ("short", "the answer of"),
        ("empty", "sent an empty thread"),
        ("bomb", "is larger than 50 MB"),
        ("redirect", "points to another host, 127.0.0.2, which is not followed"),
    ],
)
def test_faults_of_the_thread(archive: StandIn, tmp_path: Path, fault: str, words: str) -> None:
    """Each fault is one ArchiveError with id, archive, reason and advice, soon, and nothing is kept."""
    archive.fault = fault
    started = time.monotonic()
    with pytest.raises(ArchiveError) as caught:
        get(archive, tmp_path, limits=Limits(seconds=1.5, bytes=50 << 20))

    assert time.monotonic() - started < 10
    assert caught.value.what.startswith("cannot fetch v2-1@x: ")
    assert words in caught.value.what
    assert archive.url in caught.value.what
    assert "\n" not in str(caught.value)
    assert caught.value.hint
    assert not list(tmp_path.rglob("*.thread"))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("hang", "did not answer within 1.5 s"),
        ("error", "HTTP status 500"),
        ("garbage", "no mbox"),
        ("truncated", "broke off"),
        ("bomb", "larger than 50 MB"),
        ("redirect", "another host"),
    ],
)
def test_faults_of_the_search(archive: StandIn, tmp_path: Path, fault: str, words: str) -> None:
    """Where only the search fails, the thread is returned and a problem names the reason."""
    archive.fault, archive.when = fault, lambda request: request.startswith("POST")
    fetched = get(archive, tmp_path, limits=Limits(seconds=1.5, bytes=50 << 20))

    assert fetched.mails == V2
    assert len(fetched.problems) == 1
    assert fetched.problems[0].startswith("other revisions of the series could not be looked for: ")
    assert words in fetched.problems[0]


def test_no_server(tmp_path: Path) -> None:
    """An archive that is down is said to be out of reach."""
    with StandIn(()) as archive:
        url = archive.url
    with pytest.raises(ArchiveError, match="cannot be reached"):
        fetch("v2-1@x", archive=url, cache=tmp_path)


def test_another_thread(archive: StandIn, tmp_path: Path) -> None:
    """A thread that does not hold the mail asked for is not passed off as its thread."""
    archive.aliases["v2-1@x"] = "alien@x"
    with pytest.raises(ArchiveError, match="sent a thread that does not hold it"):
        get(archive, tmp_path)


@pytest.mark.parametrize("megabytes", [30, 150])
def test_little_memory(archive: StandIn, tmp_path: Path, megabytes: int) -> None:
    """A child that runs out of memory, at its start or over a large thread, is one sentence too."""
    archive.fault = "bomb"
    with pytest.raises(ArchiveError, match=f"cannot fetch v2-1@x: it takes more than {megabytes} MB of memory"):
        get(archive, tmp_path, limits=Limits(seconds=5, memory=megabytes << 20))


# ---- nobody else is talked to, nothing of the user's is read or written ----


def test_no_upstream(archive: StandIn, tmp_path: Path) -> None:
    """An archive that calls itself a mirror of lore does not make us ask lore."""
    archive.headers = {"X-Archive-Coverage": "partial", "X-Archive-Upstream": "https://lore.kernel.org/all"}
    with pytest.raises(ArchiveError, match="has no such mail"):
        get(archive, tmp_path, "unknown@x")


def test_redirect_to_another_archive(archive: StandIn, tmp_path: Path) -> None:
    """The host that a redirect names is never asked, not even for a search."""
    with StandIn(V1) as other:
        archive.fault, archive.elsewhere = "redirect", other.url
        archive.when = lambda request: request.startswith(("POST", "HEAD"))
        assert get(archive, tmp_path).mails == V2
        with pytest.raises(ArchiveError, match="not followed"):
            get(archive, tmp_path, "unknown@x")
        assert other.asked == []


def test_users_configuration(archive: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Masks in the folder's .b4-config and the user's gitconfig, and modules lying there, change nothing."""
    home = tmp_path / "home"
    home.mkdir()
    with StandIn(V1) as evil:
        masks = f'[b4]\n\tmidmask = {evil.url}/%s\n[liblore "{archive.url[:-4]}"]\n\tfallback = {evil.url[:-4]}\n'
        (home / ".b4-config").write_text(masks)
        (home / ".gitconfig").write_text(masks)
        (home / "b4.py").write_text("raise SystemExit('evil')\n")
        subprocess.run(["git", "init", "-q", str(home)], check=True)
        monkeypatch.chdir(home)
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            monkeypatch.setenv(name, str(home))
        before = sorted(home.rglob("*"))

        fetched = get(archive, tmp_path / "cache")

        assert fetched.mails == V2 + V3 + V1
        assert fetched.problems == ()
        assert evil.asked == []
        assert sorted(home.rglob("*")) == before


def test_what_git_sees(archive: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The git that b4 starts runs in an empty folder, with no home, configuration or secret of the user's."""
    spy = tmp_path / "bin" / "git"
    spy.parent.mkdir()
    spy.write_text(f'#!/bin/sh\n(pwd; ls -A; env) > {tmp_path}/seen\nexec {shutil.which("git")} "$@"\n')
    spy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{spy.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    get(archive, tmp_path / "cache")
    folder, *env = (tmp_path / "seen").read_text().splitlines()
    root = Path(folder).parent

    assert Path(folder).name == "run"
    assert {"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", f"GIT_CEILING_DIRECTORIES={root}"} <= set(env)
    assert {line for line in env if line.startswith(("HOME=", "XDG_"))} == {
        f"{name}={root}/home"
        for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
    }
    assert not [line for line in env if line.startswith(("SECRET_TOKEN", "GIT_DIR"))]
    assert "=" in env[0]  # ls printed nothing


def test_temporary_files(archive: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing stays in the temporary folder, after success and after failure."""
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    get(archive, tmp_path / "cache")
    archive.fault = "garbage"
    with pytest.raises(ArchiveError):
        get(archive, tmp_path / "cache", "v1-0@x")

    assert list(scratch.iterdir()) == []


def test_light_import() -> None:
    """The program itself never loads b4, liblore or requests."""
    code = "import sys, reviewbot.edges.archive; print(sorted({'b4', 'liblore', 'requests'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_strange_address(archive: StandIn, tmp_path: Path) -> None:
    """Of an address on another host only the id is used, and that is said."""
    fetched = get(archive, tmp_path, "http://evil.example.org/all/v2-1@x/T/#u")

    assert fetched.mails == V2 + V3 + V1
    assert fetched.problems == (
        f"the address names evil.example.org; only its message id was used, and {archive.url} was asked",
    )


def test_interrupt(archive: StandIn, tmp_path: Path) -> None:
    """Ctrl-C ends the fetch at once: no child lives on, no temporary file stays, nothing half is kept."""
    archive.fault = "hang"
    code = (
        "import sys; from pathlib import Path; from reviewbot.edges.archive import fetch\n"
        "try: fetch('v2-1@x', archive=sys.argv[1], cache=Path(sys.argv[2]))\n"
        "except KeyboardInterrupt: sys.exit(7)\n"
    )
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    env = {**os.environ, "TMPDIR": str(scratch)}
    argv = [sys.executable, "-c", code, archive.url, str(tmp_path / "cache")]
    with subprocess.Popen(argv, env=env, start_new_session=True) as caller:
        deadline = time.monotonic() + 10
        while not archive.asked and time.monotonic() < deadline and caller.poll() is None:
            time.sleep(0.02)
        assert archive.asked
        child = next(scratch.iterdir()).name
        caller.send_signal(signal.SIGINT)

        assert caller.wait(5) == 7
    assert list(scratch.iterdir()) == []
    assert not [p for p in Path("/proc").glob("[0-9]*/environ") if _mentions(p, child)]
    assert not (tmp_path / "cache").exists()


def _mentions(environ: Path, word: str) -> bool:
    try:
        return word.encode() in environ.read_bytes()
    except OSError:
        return False
