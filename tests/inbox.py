# SPDX-License-Identifier: GPL-2.0-or-later
"""Archives on the loopback: a real public-inbox, and a small stand-in that can also misbehave.

`PublicInbox` starts what Debian's package public-inbox installs; `StandIn` answers the few requests of liblore and b4
from a list of mails, and knows the faults of `FAULTS`.  Both are context managers with a `url` for --archive, and serve
benches and scripts as well as tests.  No file is written outside the folder given.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

FROM_LINE = b"From mboxrd@z Thu Jan  1 00:00:00 1970\n"
ADDRESS = "test@lists.example.org"
IMPORT = (
    "use PublicInbox::Config; use PublicInbox::InboxWritable;"
    "my $inbox = PublicInbox::Config->new->lookup_name(shift) or die 'no inbox';"
    "PublicInbox::InboxWritable->new($inbox)->import_mbox(\\*STDIN, 'mboxrd');"
)


def to_mboxrd(mails: Iterable[bytes]) -> bytes:
    """The mails as one mboxrd file, as public-inbox writes it."""
    quoted = (re.sub(rb"^(>*From )", rb">\1", mail, flags=re.MULTILINE) for mail in mails)
    return b"".join(FROM_LINE + mail + b"\n" for mail in quoted)


def make_mail(msgid: str, subject: str, *, to: str = "", body: str = "Hello.\n", headers: str = "") -> bytes:
    """A small mail by A. Author; `to` is the id it answers, `headers` whole lines that replace the usual ones."""
    usual = {"From": "A. Author <author@example.org>", "Date": "Mon, 02 Nov 2026 10:00:00 +0000",
             "Message-ID": f"<{msgid}>", "Subject": subject}  # fmt: skip
    if to:
        usual["In-Reply-To"] = f"<{to}>"
    own = {line.partition(":")[0].lower() for line in headers.splitlines()}
    lines = [f"{name}: {value}\n" for name, value in usual.items() if name.lower() not in own]
    return ("".join(lines) + headers + "\n" + body).encode("utf-8", "surrogateescape")


# ---- the real one ----


class PublicInbox:
    """A public-inbox v2 archive with an extindex, served on a free loopback port while the `with` block runs."""

    def __init__(self, folder: Path, mboxes: Iterable[bytes]) -> None:
        """`folder` must not hold anything yet; `mboxes` are mboxrd files."""
        self.folder = folder
        self.mboxes = tuple(mboxes)
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}/all"
        self._server: subprocess.Popen[bytes] | None = None

    @staticmethod
    def missing() -> str:
        """What keeps public-inbox from running here, "" if nothing does."""
        tools = ("public-inbox-init", "public-inbox-extindex", "public-inbox-httpd", "perl", "git")
        absent = [tool for tool in tools if shutil.which(tool) is None]
        return f"{', '.join(absent)} not found (apt-get install public-inbox libsearch-xapian-perl)" if absent else ""

    def __enter__(self) -> PublicInbox:
        """Import the mail, index it, start the server and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        inbox, extindex, config = self.folder / "test", self.folder / "all", self.folder / "config"
        base = f"http://127.0.0.1:{self.port}"
        self._run("public-inbox-init", "-V2", "--skip-docdata", "-j1", "-L", "full",
                  "test", str(inbox), f"{base}/test", ADDRESS)  # fmt: skip
        for mbox in self.mboxes:
            self._run("perl", "-w", "-e", IMPORT, "test", stdin=mbox)
        self._run("git", "config", "-f", str(config), "extindex.all.topdir", str(extindex))
        self._run("git", "config", "-f", str(config), "extindex.all.url", self.url)
        self._run("public-inbox-extindex", "--no-fsync", "--all", str(extindex))
        with (self.folder / "httpd.log").open("wb") as log:
            argv = ("public-inbox-httpd", "-l", f"{base}", "-W0")
            self._server = subprocess.Popen(argv, env=self._env(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the server."""
        if self._server is not None:
            self._server.terminate()
            try:
                self._server.wait(5)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()

    def _wait(self) -> None:
        assert self._server is not None
        for _ in range(200):
            if self._server.poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"public-inbox-httpd does not answer: {(self.folder / 'httpd.log').read_text()}")

    def _env(self) -> dict[str, str]:
        home = str(self.folder)
        names = {"HOME": home, "XDG_CACHE_HOME": home, "XDG_DATA_HOME": home, "PI_CONFIG": f"{home}/config"}
        git = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **names, **git}

    def _run(self, *argv: str, stdin: bytes = b"") -> None:
        done = subprocess.run(argv, input=stdin, env=self._env(), capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{argv[0]} failed: {done.stderr.decode(errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# ---- the stand-in ----


class StandIn:
    """A server of mails on the loopback, with one fault at will.

    `fault` is "" or a method name of _Handler's faults; `when` chooses the requests it strikes, by method and path.
    `asked` lists the requests ("GET /all/x@y/t.mbox.gz") in order; `aliases` names ids that bring another's thread.
    """

    def __init__(self, mails: Iterable[bytes]) -> None:
        self.mails = tuple(mails)
        self.fault = ""
        self.when: Callable[[str], bool] = lambda _request: True
        self.headers: dict[str, str] = {}
        self.asked: list[str] = []
        self.aliases: dict[str, str] = {}
        self.elsewhere = "http://127.0.0.2:9/"
        self.released = threading.Event()
        stand_in = self

        class Handler(_Handler):
            archive = stand_in

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/all"

    def __enter__(self) -> StandIn:
        """Start serving."""
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of hanging requests, and stop."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def thread(self, msgid: str) -> list[bytes]:
        """The mails of one discussion, by In-Reply-To and References, in the order given; [] for an unknown id."""
        msgid = self.aliases.get(msgid, msgid)
        links = [(_ids(m, "Message-ID"), _ids(m, "Message-ID", "In-Reply-To", "References")) for m in self.mails]
        if not any(msgid in own for own, _ in links):
            return []
        inside, before = {msgid}, 0
        while len(inside) > before:
            before = len(inside)
            for _, ids in links:
                if ids & inside:
                    inside |= ids
        return [m for m, (_, ids) in zip(self.mails, links, strict=True) if ids & inside]

    def search(self, query: str) -> list[bytes]:
        """The threads of mails that a query of b4's finds (subject and author, or change-id; and a range of days)."""
        subjects = re.findall(r's:"([^"]*)" AND f:"([^"]*)"', query)
        phrases = re.findall(r'nq:"([^"]*)"', query)
        first, last = re.findall(r"d:(\d*)\.\.(\d*)", query)[0]
        hits: dict[bytes, None] = {}
        for raw in self.mails:
            mail = message_from_bytes(raw)
            try:
                day = parsedate_to_datetime(str(mail["Date"])).astimezone(UTC).strftime("%Y%m%d")
            except (ValueError, OverflowError):
                continue
            named = any(s in str(mail["Subject"]) and f in str(mail["From"]) for s, f in subjects)
            if first <= day <= (last or "99999999") and (named or any(p.encode() in raw for p in phrases)):
                hits.update(dict.fromkeys(self.thread(next(iter(_ids(raw, "Message-ID"))))))
        return list(hits)


def _ids(raw: bytes, *names: str) -> set[str]:
    mail = message_from_bytes(raw)
    return {i for name in names for value in mail.get_all(name, []) for i in re.findall(r"<([^<>\s]+)>", str(value))}


class _Handler(BaseHTTPRequestHandler):
    archive: StandIn

    def _handle(self) -> None:
        request = f"{self.command} {urllib.parse.unquote(self.path)}"
        self.archive.asked.append(request)
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.archive.fault and self.archive.when(request):
            getattr(self, f"fault_{self.archive.fault}")()
            return
        path, _, query = self.path.partition("?")
        parts = [urllib.parse.unquote(p) for p in path.split("/")]
        if self.command == "POST":
            self._mails(self.archive.search(urllib.parse.parse_qs(query)["q"][0]))
        elif self.command == "HEAD" and self.archive.thread(parts[1]):
            self._answer(302, b"", {"Location": f"/list/{path.strip('/')}/"})
        elif len(parts) == 4 and parts[1] in ("all", "list") and parts[3] == "t.mbox.gz":
            self._mails(self.archive.thread(parts[2]))
        elif len(parts) == 4 and parts[1] == "list" and self.command == "HEAD":
            self._answer(200, b"")
        else:
            self._answer(404, b"")

    do_GET = do_HEAD = do_POST = _handle  # noqa: N815 - names that http.server asks for

    def _mails(self, mails: list[bytes]) -> None:
        self._answer(200 if mails else 404, gzip.compress(to_mboxrd(mails), mtime=0) if mails else b"")

    def _answer(
        self, status: int, body: bytes, headers: dict[str, str] | None = None, length: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {**self.archive.headers, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def fault_hang(self) -> None:
        """Say nothing until the server stops."""
        self.archive.released.wait(30)

    def fault_drip(self) -> None:
        """Send a byte every tenth of a second, so that no single read waits long."""
        self._answer(200, b"", length=1 << 20)
        while not self.archive.released.wait(0.1):
            try:
                self.wfile.write(b"\x1f")
                self.wfile.flush()
            except OSError:
                return

    def fault_error(self) -> None:
        """Answer with 500."""
        self._answer(500, b"no")

    def fault_missing(self) -> None:
        """Answer with 404, as an archive does that has the mail under another list."""
        self._answer(404, b"")

    def fault_garbage(self) -> None:
        """Answer with a web page where a gzip file belongs."""
        self._answer(200, b"<html>are you a robot?</html>")

    def fault_text(self) -> None:
        """Answer with a gzip file that holds no mbox."""
        self._answer(200, gzip.compress(b"hello\n"))

    def fault_truncated(self) -> None:
        """Answer with half of a gzip file."""
        whole = gzip.compress(to_mboxrd(self.archive.mails))
        self._answer(200, whole[: len(whole) // 2])

    def fault_short(self) -> None:
        """Promise more bytes than come."""
        whole = gzip.compress(to_mboxrd(self.archive.mails))
        self._answer(200, whole, length=len(whole) + 100)

    def fault_empty(self) -> None:
        """Answer with a gzip file of nothing."""
        self._answer(200, gzip.compress(b""))

    def fault_bomb(self) -> None:
        """Answer with 100 MB of zeros in 100 kB."""
        self._answer(200, gzip.compress(FROM_LINE + bytes(100 << 20), compresslevel=1))

    def fault_redirect(self) -> None:
        """Send the client to another host."""
        self._answer(302, b"", {"Location": self.archive.elsewhere})

    def log_message(self, *_: object) -> None:  # keep the tests' output clean
        """Say nothing."""


# ---- pytest's side ----


@contextmanager
def inbox_of(folder: Path, mboxes: Iterable[bytes]) -> Iterator[PublicInbox]:
    """A running PublicInbox, or a skipped test where it is not installed."""
    if why := PublicInbox.missing():
        pytest.skip(why)
    with PublicInbox(folder, mboxes) as inbox:
        yield inbox


@pytest.fixture
def public_inbox(tmp_path: Path) -> Iterator[Callable[[Iterable[bytes]], PublicInbox]]:
    """A function that starts a PublicInbox of given mboxrd files; all are stopped when the test ends."""
    running: list[PublicInbox] = []

    def start(mboxes: Iterable[bytes]) -> PublicInbox:
        if why := PublicInbox.missing():
            pytest.skip(why)
        running.append(PublicInbox(tmp_path / f"inbox{len(running)}", mboxes).__enter__())
        return running[-1]

    yield start
    for inbox in running:
        inbox.__exit__()
