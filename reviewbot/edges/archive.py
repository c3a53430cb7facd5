# SPDX-License-Identifier: GPL-2.0-or-later
"""Which mails belong to a message id?  Its thread and the threads of its series' other revisions, as raw bytes.

The archive is a public-inbox (lore).  liblore and b4 ask it, in a child process (b4child.py) with bounds on time,
memory and bytes, in an empty folder and with an environment of its own: no git configuration, `.b4-config` or b4
state of the user's is read or written, and no host but the archive's is talked to.  What was fetched is kept
(archive_local.py), for work without network.  Mails are not parsed here, and nothing is said about their contents.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import urllib.parse
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from reviewbot import __version__
from reviewbot.edges import archive_local, process
from reviewbot.edges.b4clean import MSGID
from reviewbot.errors import ArchiveError, UsageError
from reviewbot.mail.mbox import split

BOOT = "import runpy, sys; sys.path += sys.argv[1:]; runpy.run_module('reviewbot.edges.b4child', run_name='__main__')"
"""Behind the standard library the child searches what it is told and nothing else (-S: no site-packages of its own)."""

LORE_HOSTS = ("lore.kernel.org", "patch.msgid.link", "msgid.link")
PASSED_ON = ("PATH", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
             "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")  # fmt: skip
"""What the child learns of the user's environment: how to reach the network, and nothing else."""

CLAUSES = {
    "unknown": ("{archive} has no such mail", "check the id, or give the mail itself as a file"),
    "status": ("{archive} answered with HTTP status {detail}", "try again later, or use --offline"),
    "unreachable": ("{archive} cannot be reached", "check the network and --archive, or use --offline"),
    "timeout": ("{archive} did not answer within {seconds:g} s", "try again later, or use --offline"),
    "garbage": (
        "{archive} answered with something that is no mbox",
        "open the address in a browser to see what it says",
    ),
    "truncated": ("the answer of {archive} broke off", "try again, or use --offline"),
    "empty": ("{archive} sent an empty thread", "check the id, or give the mail itself as a file"),
    "other": ("{archive} sent a thread that does not hold it", "check the id, or give the mail itself as a file"),
    "too-large": ("the answer of {archive} is larger than {megabytes} MB", "save the mails and give the file instead"),
    "elsewhere": (
        "{archive} points to another host, {detail}, which is not followed",
        "set --archive to that host if it is right",
    ),
    "memory": ("it takes more than {memory} MB of memory", "save the mails and give the file instead"),
    "dates": ("no patch of the thread has a credible date", ""),
    "died": ("b4 failed ({detail})", "save the mails and give the file instead"),
}
"""What the child's answers mean: a clause about the archive, and what the user can do."""

OUTAGES = ("status", "unreachable", "timeout", "garbage", "truncated")
"""Answers that say nothing about the thread, so that a kept copy is the better answer."""

OUT_OF_MEMORY = ("MemoryError", "annot allocate memory", "failed to map segment")
"""How Python and the dynamic linker end a child that has no more."""

ID_HINT = "an id looks like 20260102030405.1234-1-name@example.org"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetch: seconds for the thread (and as many again for the other revisions), memory in bytes,
    bytes of mail in all, and threads beside the first."""

    seconds: float = 60.0
    memory: int = 1 << 30
    bytes: int = 200 << 20
    threads: int = 30


@dataclass(frozen=True, slots=True)
class Fetched:
    """The mails found: the named mail's thread in the archive's order, then those of the other revisions, newest first.

    `mails` are raw bytes without mbox "From " lines, none twice; `problems` says what could not be had."""

    msgid: str
    mails: tuple[bytes, ...]
    problems: tuple[str, ...] = ()


class _RefusedError(ArchiveError):
    """An ArchiveError that remembers its kind."""

    def __init__(self, kind: str, what: str, hint: str) -> None:
        super().__init__(what, hint)
        self.kind = kind


# ---- what is asked, and whom ----


def parse_what(text: str) -> str:
    """The message id in what a user typed: an id, `<id>`, `id:<id>`, or the address of a mail in an archive.

    No angle brackets in the result.  UsageError for everything else, above all for ids that could be taken for a
    path or an address.
    """
    return _parse(text)[1]


def archive_url(text: str) -> str:
    """An archive's address in one form: http or https, no trailing slash, `/all` where no path is given."""
    text = text.strip()
    try:
        parts = urllib.parse.urlsplit(text if text.isprintable() else "")  # urlsplit drops line ends without a word
        host, port = parts.hostname or "", parts.port
    except ValueError as err:
        raise UsageError(f"{text!r} is no address of an archive") from err
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:.]+", host):
        raise UsageError(f"{text!r} is no address of an archive", "give an http or https address")
    if parts.username is not None or parts.query or parts.fragment or not re.fullmatch(r"[\w./~+-]*", parts.path, re.A):
        raise UsageError(f"the archive's address {text!r} holds more than host, port and path")
    if ".." in parts.path:
        raise UsageError(f"the archive's address {text!r} holds '..'")
    netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    return f"{parts.scheme}://{netloc}{parts.path.rstrip('/') or '/all'}"


def _parse(text: str) -> tuple[str, str]:
    """The host that was named ("" if none) and the message id."""
    text = text.strip()
    if len(text) > 2000 or not text.isprintable():
        raise UsageError(f"{text[:300]!r} is no message id", ID_HINT)
    if text.startswith(tuple(f"{h}/" for h in LORE_HOSTS)):
        text = f"https://{text}"
    if re.match(r"https?://", text, re.IGNORECASE):
        return _parse_url(text)
    msgid = re.sub(r"^(?:id|mid|Message-ID):\s*", "", text, flags=re.IGNORECASE)
    if msgid.startswith("<") and msgid.endswith(">"):
        msgid = msgid[1:-1]
    return "", _checked(msgid, text)


def _parse_url(text: str) -> tuple[str, str]:
    try:
        parts = urllib.parse.urlsplit(text)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.username is not None:
        raise UsageError(f"{text!r} is no address of a mail")
    for segment in parts.path.split("/"):
        value = urllib.parse.unquote(segment)
        if "@" in value:
            return host.lower(), _checked(value.removeprefix("<").removesuffix(">"), text)
    raise UsageError(f"the address {text!r} names no message id", "copy the address of the mail itself")


def _checked(msgid: str, text: str) -> str:
    elsewhere = ".." in msgid or "://" in msgid or msgid.startswith("/") or '"' in msgid
    if len(msgid) > 250 or elsewhere or not MSGID.fullmatch(msgid):
        raise UsageError(f"{text[:300]!r} is no message id", ID_HINT)
    return msgid


# ---- fetching ----


def fetch(
    what: str,
    *,
    archive: str,
    cache: Path,
    offline: bool = False,
    limits: Limits = Limits(),
) -> Fetched:
    """Fetch the mails that belong to `what` (see parse_what) from `archive` (see archive_url).

    With `offline`, only the copy kept below `cache` is read.  Otherwise the archive is always asked, since threads
    grow; when it is out of order and a copy is kept, that is returned, and a problem says how old it is.
    ArchiveError, in one sentence with id and archive, when there is nothing to return; UsageError as parse_what.
    """
    url = archive_url(archive)
    host, msgid = _parse(what)
    strange = _strange_host(host, url)
    kept = None
    if offline:
        kept = archive_local.load(cache, url, msgid)
        if kept is None:
            raise ArchiveError(f"the thread of {msgid} from {url} is not in the cache", "run once without --offline")
        return Fetched(msgid, kept.mails, strange + kept.problems)
    try:
        mails, problems = _ask(msgid, url, limits)
    except _RefusedError as err:
        kept = archive_local.load(cache, url, msgid) if err.kind in OUTAGES else None
        if kept is None:
            raise
        return Fetched(
            msgid, kept.mails, (*strange, f"{err.what}; this is a copy made {_age(kept.age)} ago", *kept.problems)
        )
    try:
        archive_local.save(cache, url, msgid, mails, problems)
    except OSError as err:
        problems += (f"the thread could not be kept in {cache}: {err.strerror}",)
    return Fetched(msgid, mails, strange + problems)


def _strange_host(host: str, archive: str) -> tuple[str, ...]:
    ours = urllib.parse.urlsplit(archive).hostname or ""
    if host in ("", ours) or {host, ours} <= {*LORE_HOSTS, "www.lore.kernel.org"}:
        return ()
    return (f"the address names {host}; only its message id was used, and {archive} was asked",)


def _age(seconds: float) -> str:
    """A length of time in words, in the largest unit that fits."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute"


def _ask(msgid: str, archive: str, limits: Limits) -> tuple[tuple[bytes, ...], tuple[str, ...]]:
    """Ask the archive through the child; the mails and the problems."""
    with tempfile.TemporaryDirectory(prefix="reviewbot-") as name:
        root = Path(name).resolve()
        for folder in ("out", "run", "home"):
            (root / folder).mkdir()
        kind, detail = _run_child(root, msgid, archive, limits)
        answer = _answer(root / "out")
        threads = [split((root / "out" / file).read_bytes()) for file in answer["threads"]]
    if "refused" in answer:
        kind, detail = answer["refused"], answer["detail"]
    elif not answer["done"] and not kind:
        kind, detail = "died", "no answer"
    clause, hint = _sentence(kind, detail, archive, limits)
    if not threads:
        raise _RefusedError(kind, f"cannot fetch {msgid}: {clause}", hint)
    if not any(_holds(mail, msgid) for mail in threads[0].messages):
        clause, hint = _sentence("other", "", archive, limits)
        raise _RefusedError("other", f"cannot fetch {msgid}: {clause}", hint)
    problems = (*answer["problems"], *(p for thread in threads for p in thread.problems))
    if clause:
        problems += (f"other revisions of the series could not be looked for: {clause}",)
    return tuple(dict.fromkeys(mail for thread in threads for mail in thread.messages)), problems


def _answer(out: Path) -> dict[str, Any]:
    """What the child wrote before it ended."""
    try:
        answer: dict[str, Any] = json.loads((out / "answer.json").read_bytes())
    except FileNotFoundError:
        answer = {"threads": [], "problems": [], "done": False}
    return answer


def _sentence(kind: str, detail: str, archive: str, limits: Limits) -> tuple[str, str]:
    """The clause and hint for a kind of answer ("" for the kind "")."""
    if not kind:
        return "", ""
    clause, hint = CLAUSES[kind]
    detail = "".join(c for c in detail if c.isprintable())[:200]
    sizes = {"megabytes": limits.bytes >> 20, "memory": limits.memory >> 20, "seconds": limits.seconds}
    return clause.format(archive=archive, detail=detail, **sizes), hint


def _holds(mail: bytes, msgid: str) -> bool:
    """True if the head of a mail names the message id."""
    head = re.split(rb"\r?\n\r?\n", mail[: 1 << 18], maxsplit=1)[0]
    return msgid.encode() in head


def _run_child(root: Path, msgid: str, archive: str, limits: Limits) -> tuple[str, str]:
    """Run b4child; the kind and detail of its own failure, ("", "") if it ended well."""
    request: dict[str, object] = {
        "msgid": msgid,
        "archive": archive,
        "out": str(root / "out"),
        "agent": f"reviewbot/{__version__}",
    }
    bounds = {"seconds": limits.seconds, "bytes": limits.bytes, "threads": limits.threads}
    argv = (sys.executable, "-I", "-S", "-c", BOOT, *_search_path())
    try:
        done = process.run(
            argv,
            stdin=json.dumps({**request, **bounds}).encode(),
            cwd=root / "run",
            env=_environment(root, archive),
            timeout=2 * limits.seconds + 10,
            max_output=1 << 20,
            memory=limits.memory,
        )
    except process.TimeOutError:
        return "timeout", ""
    except process.OutputBoundError as err:
        return "died", err.what
    last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    if not done.returncode:
        return "", ""
    if any(sign in last for sign in OUT_OF_MEMORY):
        return "memory", ""
    return "died", last or f"exit status {done.returncode}"


def _environment(root: Path, archive: str) -> dict[str, str]:
    """The child's whole environment."""
    home = str(root / "home")
    ours = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    if urllib.parse.urlsplit(archive).hostname in ("localhost", "127.0.0.1", "::1"):
        ours |= {"no_proxy": "*", "NO_PROXY": "*"}
    homes = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"), home)
    git = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CEILING_DIRECTORIES": str(root)}
    return {**ours, **homes, **git, "LC_ALL": "C.UTF-8", "TZ": "UTC", "TMPDIR": home}


def _search_path() -> list[str]:
    """Where this program finds its modules, so that the child does too; not the current folder, which is anyone's."""
    if any(find_spec(name) is None for name in ("b4", "liblore")):
        raise ArchiveError("b4 or liblore is not installed", "install reviewbot with its dependencies: pip install .")
    ours = str(Path(__file__).resolve().parents[2])
    return [ours, *(p for p in sys.path if Path(p).is_absolute() and p not in (ours, str(Path.cwd())))]
