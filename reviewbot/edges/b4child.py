# SPDX-License-Identifier: GPL-2.0-or-later
"""What does an archive hold of a thread and of the other revisions of its series?  (The child process; see archive.py.)

Run by its path, never imported by the program: b4 is an application, with process globals, sys.exit and endless loops
of its own.  Standard input is one JSON object, `Request`; the answer stands in the folder `out`: `answer.json`, and
the mboxrd files that it names, as the archive sent them.  answer.json is written when the thread is here and again
when the other revisions are, so that whatever happens to this process in between costs only those.
It judges nothing and repairs nothing: b4 sees tiny clean copies of the patch mails, our own program the raw bytes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import os
import signal
import sys
import urllib.parse
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import TypedDict, cast

import requests
from liblore import LoreNode, RemoteError
from liblore.utils import parse_message, split_mbox_as_bytes
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, ReadTimeoutError

from reviewbot.edges.b4clean import Clean, clean, same_series

SLACK = timedelta(days=14)
"""b4 takes for newer what was sent later, but a late v2 is often sent after v3, and clocks and time zones differ."""


class Request(TypedDict):
    """What standard input says.  `seconds` bounds the thread, and the other revisions once more."""

    msgid: str
    archive: str
    out: str
    agent: str
    seconds: float
    bytes: int
    threads: int


class RefusedError(Exception):
    """The archive's answer is none; `kind` is a key of archive.py's table of sentences, `detail` fills it in."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail


class TimeUp(BaseException):
    """The time is over, wherever we are: in a read, in a loop of b4's, in a regular expression."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise TimeUp in the block when it has run for so many seconds of real time."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise TimeUp

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


# ---- the wire: one host, so many bytes ----


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL, with the default port filled in."""
    parts = urllib.parse.urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


class BoundedAdapter(HTTPAdapter):
    """Transport that talks to one origin only, and reads no more bytes than allowed, before and after gunzip.

    liblore reads and unpacks whole answers at once, so the bounds have to stand in front of it.
    """

    def __init__(self, archive: str, limit: int) -> None:
        super().__init__()
        self.home = origin(archive)
        self.left = limit

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002, FBT001, FBT002 - the base class's signature
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,  # noqa: FBT001, FBT002
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send one request; the response comes back with its bounded body already read."""
        there = origin(request.url or "")
        upgraded = self.home[:2] == ("http", there[1]) and there == ("https", there[1], 443)
        if there != self.home and not upgraded:
            raise RefusedError("elsewhere", there[1])
        request.headers["Accept-Encoding"] = "identity"
        response = super().send(request, True, timeout, verify, cert, proxies)  # noqa: FBT003
        response._content = self._body(response)
        response._content_consumed = True  # type: ignore[attr-defined]  # requests' own flag; its stubs omit it
        return response

    def _body(self, response: requests.Response) -> bytes:
        body = bytearray()
        try:
            while piece := response.raw.read(1 << 16, decode_content=False):
                body += piece
                if len(body) > self.left:
                    raise RefusedError("too-large")
        except ReadTimeoutError as err:
            raise RefusedError("timeout") from err
        except HTTPError as err:
            raise RefusedError("truncated") from err
        self.left -= max(len(body), self._inflated(body))
        return bytes(body)

    def _inflated(self, body: bytearray) -> int:
        """How many bytes a gzip body holds, without holding them; faults are left for gunzip itself to name."""
        unzip, total = zlib.decompressobj(31), 0
        if not body.startswith(b"\x1f\x8b"):
            return 0
        for start in range(0, len(body), 1 << 14):
            rest = bytes(body[start : start + (1 << 14)])
            while rest:
                if unzip.eof:  # the next member of a gzip file of several
                    unzip = zlib.decompressobj(31)
                try:
                    total += len(unzip.decompress(rest, 1 << 20))
                except zlib.error:
                    return total
                if total > self.left:
                    raise RefusedError("too-large")
                rest = unzip.unused_data if unzip.eof else unzip.unconsumed_tail
        return total


def connect(request: Request) -> LoreNode:
    """A node for the archive that follows no mirror, upstream, fallback or foreign redirect and keeps no cache."""
    session = requests.Session()
    session.headers["User-Agent"] = request["agent"]
    adapter = BoundedAdapter(request["archive"], request["bytes"])
    session.adapters.clear()
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    wait = min(30.0, request["seconds"])
    node = LoreNode(request["archive"], follow_upstream=False, cache_dir=None, request_timeout=(min(10.0, wait), wait))
    node.set_requests_session(session)
    return node


def get_thread(node: LoreNode, msgid: str) -> bytes:
    """The mboxrd of a thread as the archive sent it; RefusedError says why there is none."""
    try:
        with faults_named():
            raw = node.get_mbox_by_msgid(msgid)
    except RemoteError as err:
        raise refused(err) from err
    if not raw.strip():
        raise RefusedError("empty")
    if not raw.startswith(b"From "):
        raise RefusedError("garbage")
    return raw


@contextmanager
def faults_named() -> Iterator[None]:
    """Turn what requests and gunzip raise in the block into RefusedError; RemoteError passes."""
    try:
        yield
    except EOFError as err:
        raise RefusedError("truncated") from err
    except requests.RequestException as err:
        raise RefusedError("unreachable") from err
    except (zlib.error, gzip.BadGzipFile) as err:
        raise RefusedError("garbage") from err


def refused(err: RemoteError) -> RefusedError:
    """What a failed request means."""
    if err.status_code in (300, 404):  # 300: public-inbox knows only similar ids
        return RefusedError("unknown")
    if err.status_code is not None:
        return RefusedError("status", str(err.status_code))
    if isinstance(err.__cause__, requests.Timeout):
        return RefusedError("timeout")
    return RefusedError("unreachable")


# ---- the other revisions ----


class CleanNode:
    """What b4 takes for its liblore node: real searches, of which only clean copies of patches come back."""

    def __init__(self, node: LoreNode) -> None:
        self.hostname = node.hostname
        self._node = node

    def get_mbox_by_query(self, query: str, *, full_threads: bool = False, nocache: bool = False) -> bytes:
        """Search; b4 would take any RemoteError for "nothing found", which only a 404 is."""
        try:
            with faults_named():
                raw = self._node.get_mbox_by_query(query, full_threads=full_threads, nocache=nocache)
        except RemoteError as err:
            if err.status_code == 404:
                raise
            raise refused(err) from err
        patches = (m.mail() for m in clean_copies(raw) if m.patch)
        return b"\n".join(b"From mboxrd@z Thu Jan  1 00:00:00 1970\n" + mail for mail in patches)


def clean_copies(raw: bytes) -> list[Clean]:
    """The clean copies of the mails of an mboxrd."""
    return [m for m in map(clean, split_mbox_as_bytes(raw)) if m]


def other_revisions(node: LoreNode, thread: list[Clean], msgid: str) -> list[str]:
    """Message ids of patches of other revisions that b4 finds, the highest revision first, then by id."""
    series = same_series(thread, msgid)
    dates = [m.date for m in series if m.date]
    if not series:
        return []
    if not dates:
        raise RefusedError("dates")
    import b4  # here, because a thread without a patch does not need it
    import b4.mbox

    masks = {"b4.midmask": f"{node.url}/%s", "b4.linkmask": f"{node.url}/%s", "b4.searchmask": ""}
    safe = {"b4.attestation-policy": "off", "b4.attestation-check-dkim": "no"}
    b4.setup_config(argparse.Namespace(config=masks | safe))
    b4.LORENODE = cast("LoreNode", CleanNode(node))
    found: dict[str, int] = {}
    for direction in (1, -1):
        shifted = (replace(m, date=(m.date or min(dates)) - direction * SLACK) for m in series)
        msgs = [parse_message(m.mail()) for m in shifted]
        for msg in b4.mbox.get_extra_series(msgs, direction=direction, wantvers=list(range(100)))[len(series) :]:
            found[b4.LoreMessage.get_clean_msgid(msg) or ""] = b4.LoreSubject(msg["Subject"]).revision
    return sorted(found, key=lambda i: (-found[i], i))


# ---- the answer ----


class Answer:
    """answer.json and the mbox files beside it."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.threads: list[str] = []
        self.problems: list[str] = []

    def add(self, raw: bytes) -> None:
        """Keep one thread."""
        name = f"{len(self.threads)}.mbox"
        (self.out / name).write_bytes(raw)
        self.threads.append(name)

    def write(self, *, done: bool, refused: RefusedError | None = None) -> None:
        """Write answer.json in one step."""
        text = {"threads": self.threads, "problems": self.problems, "done": done}
        if refused is not None:
            text |= {"refused": refused.kind, "detail": refused.detail}
        scratch = self.out / "answer.new"
        scratch.write_text(json.dumps(text), "utf-8")
        scratch.replace(self.out / "answer.json")


def add_revisions(node: LoreNode, request: Request, raw: bytes, answer: Answer) -> None:
    """Fetch the whole thread of every other revision."""
    thread = clean_copies(raw)
    seen = {m.msgid for m in thread}
    for msgid in other_revisions(node, thread, request["msgid"]):
        if msgid in seen:
            continue
        if len(answer.threads) > request["threads"]:
            answer.problems.append(
                f"more than {request['threads']} threads hold other revisions; the newest were taken"
            )
            return
        raw = get_thread(node, msgid)
        answer.add(raw)
        seen.update(m.msgid for m in clean_copies(raw))


def answer_to(request: Request, answer: Answer) -> None:
    """Fetch the thread, then the other revisions; RefusedError and TimeUp of the thread go to the caller."""
    node = connect(request)
    with deadline(request["seconds"]):
        thread = get_thread(node, request["msgid"])
    answer.add(thread)
    answer.write(done=False)
    try:
        with deadline(request["seconds"]):
            add_revisions(node, request, thread, answer)
    except RefusedError as err:
        answer.write(done=False, refused=err)
        return
    except TimeUp:
        answer.write(done=False, refused=RefusedError("timeout"))
        return
    answer.write(done=True)


def main() -> int:
    """Read the request, write the answer; the exit status says only whether an answer was written at all."""
    request: Request = json.load(sys.stdin.buffer)
    os.dup2(2, 1)  # b4 prints as it likes; standard output is nobody's
    logging.disable(logging.CRITICAL)
    answer = Answer(Path(request["out"]))
    try:
        answer_to(request, answer)
    except RefusedError as err:
        answer.write(done=False, refused=err)
    except TimeUp:
        answer.write(done=False, refused=RefusedError("timeout"))
    except MemoryError:
        answer.write(done=False, refused=RefusedError("memory"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
