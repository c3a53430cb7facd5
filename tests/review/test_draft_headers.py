# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a draft thread where it should, whatever the mail holds, and do git send-email and mutt take it?"""

from __future__ import annotations

import os
import shutil
import subprocess
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from reviewbot.model import Address, Message
from tests.review.made import finding, message
from tests.review.replies import BODY, draft_of, line_of, reply, text


def test_headers() -> None:
    """The reply goes to the author, with copies to all others but oneself, and threads under the patch."""
    mail = message(
        BODY,
        subject="[PATCH v2 1/2] mm: grow",
        headers="To: list@example.org, Bob <bob@example.org>\nCc: BOB@example.org, Rita <RITA@example.org>, "
        "cc@example.org\nIn-Reply-To: <0@x>\nReferences: <root@x> <0@x>\n",
    )
    made = reply(finding(line_of("bad(1)")), mail=mail)

    assert made["From"] == "Rita Reader <rita@example.org>"
    assert made["To"] == "Ann Author <ann@example.org>"
    assert [a.addr_spec for a in made["Cc"].addresses] == ["list@example.org", "bob@example.org", "cc@example.org"]
    assert made["Subject"] == "Re: [PATCH v2 1/2] mm: grow"
    assert made["In-Reply-To"] == "<1@x>"
    assert made["References"].split() == ["<root@x>", "<0@x>", "<1@x>"]
    assert made["Content-Type"] == 'text/plain; charset="utf-8"'


def test_answer_to_an_answer() -> None:
    """A second Re: is not put in front of the first."""
    assert reply(finding(line_of("bad(1)")), mail=message(BODY, subject="re: grow"))["Subject"] == "re: grow"


def test_made_up_id() -> None:
    """An id that reviewbot made up is not answered: no mail reader knows it."""
    mail = message(BODY, msgid="0123456789abcdef@archive-page.invalid")
    made = reply(finding(line_of("bad(1)")), mail=mail)
    assert made["In-Reply-To"] is None
    assert made["References"] is None


def test_many_references_and_copies() -> None:
    """Of a long thread the root and the newest ids are named; long headers are folded."""
    ids = " ".join(f"<{n}@a-rather-long-host-name.example.org>" for n in range(200))
    people = ", ".join(f"Person {n} <person{n}@example.org>" for n in range(80))
    made = draft_of(finding(line_of("bad(1)")), mail=message(BODY, headers=f"References: {ids}\nCc: {people}\n"))
    assert made is not None
    head = made.split(b"\n\n")[0]
    assert max(map(len, head.split(b"\n"))) <= 78
    read = message_from_bytes(made, policy=policy.default)
    assert len(read["References"].split()) == 51
    assert read["References"].split()[0] == "<0@a-rather-long-host-name.example.org>"
    assert len(read["Cc"].addresses) == 81


@pytest.mark.parametrize(
    "name",
    [
        "Jürgen Größe",
        "李 明",
        "Doe, Jane",
        'A "B" C',
        "J. R. Hacker",
        "=?utf-8?q?x=0ABcc:_evil?=",
        "back\\slash",
        "X (Y)",
    ],
)
def test_names(name: str) -> None:
    """Names of all kinds come back as they were, and one address stays one address."""
    mail = message(BODY)
    author = Address(name, "ann@example.org")
    made = reply(finding(line_of("bad(1)")), mail=Message(**{**_fields(mail), "author": author}))  # type: ignore[arg-type]
    (read,) = made["To"].addresses
    assert read.addr_spec == "ann@example.org"
    assert read.display_name == name
    assert made["Bcc"] is None


def _fields(mail: Message) -> dict[str, object]:
    return {name: getattr(mail, name) for name in Message.__slots__}


@pytest.mark.parametrize(
    "subject",
    [
        "[PATCH] x\n\tBcc: evil@example.org",
        "[PATCH] x\r\nBcc: evil@example.org",
        "[PATCH] =?utf-8?q?x=0ABcc:_evil=40example.org?=",
        "[PATCH] =?utf-8?b?PT91dGYtOD9xP3g9MEFCY2M6X2V2aWw/PQ==?=",
        "[PATCH] x\x00\x1b[2J",
        "[PATCH] für " + "ü" * 300,
    ],
)
def test_no_header_is_injected(subject: str) -> None:
    """No subject makes another header, or leaves the ASCII that headers are made of."""
    made = draft_of(finding(line_of("bad(1)")), mail=message(BODY, subject=subject))
    assert made is not None
    head = made.split(b"\n\n")[0]
    assert head.isascii()
    assert b"\x1b" not in made
    assert b"\0" not in made
    read = message_from_bytes(made, policy=policy.default)
    assert sorted(read.keys()) == sorted(
        ["From", "To", "Cc", "Subject", "In-Reply-To", "References", "MIME-Version", "Content-Type",
         "Content-Transfer-Encoding"]
    )  # fmt: skip
    assert str(read["Subject"]).startswith("Re: [PATCH] ")


def test_hostile_addresses() -> None:
    """An address with line ends or angle brackets cannot add a header or a person."""
    mail = message(BODY)
    evil = (Address("E\nBcc: x@y", "e@example.org\nBcc: x@y"), Address("", "a@b>,c@d"))
    made = reply(finding(line_of("bad(1)")), mail=Message(**{**_fields(mail), "cc": evil}))  # type: ignore[arg-type]
    assert made["Bcc"] is None
    assert len(made["Cc"].addresses) == 3


def test_text_beyond_ascii() -> None:
    """Words of any language are kept in the body."""
    body = BODY.replace("two();", 'two("größer 木");')
    assert '"größer 木"' in text(finding(line_of("bad(1)", body)), mail=message(body))


# ---- the programs that will read it ----


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A draft in a file."""
    made = draft_of(
        finding(line_of("bad(1)")), mail=message(BODY, subject="[PATCH] grün", headers="Cc: Bö <b@x.org>\n")
    )
    assert made is not None
    (tmp_path / "1.eml").write_bytes(made)
    return tmp_path / "1.eml"


def run(*argv: str | Path, cwd: Path) -> str:
    """Run a program that must succeed."""
    env = {**os.environ, "TERM": "dumb", "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run([str(word) for word in argv], cwd=cwd, env=env, capture_output=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def test_git_send_email(file: Path) -> None:
    """git send-email would send it as it is: to the right people, in the right thread."""
    probe = subprocess.run(["git", "send-email", "-h"], capture_output=True, text=True, check=False)
    if "not a git command" in probe.stderr:
        pytest.skip("git send-email is not installed (apt-get install git-email)")
    run("git", "init", "-q", cwd=file.parent)
    said = run("git", "-c", "user.name=R", "-c", "user.email=rita@example.org", "send-email", "--dry-run",
               "--confirm=never", "--suppress-cc=self", "--smtp-server=/bin/true", file, cwd=file.parent)  # fmt: skip
    assert "Result: OK" in said
    assert "In-Reply-To: <1@x>" in said
    assert "ann@example.org" in said
    assert "b@x.org" in said


def test_mutt(file: Path) -> None:
    """mutt opens the draft for editing and finds recipients, subject and text in it."""
    if not shutil.which("mutt"):
        pytest.skip("mutt is not installed (apt-get install mutt)")
    keep = file.parent / "sent.eml"
    send = file.parent / "send"
    send.write_text(f"#!/bin/sh\ncat > {keep}\n")
    send.chmod(0o755)
    run("mutt", "-n", "-F", "/dev/null", "-e", f"set sendmail={send}", "-e", "set copy=no", "-e", "set sendmail_wait=0",
        "-e", "set charset=utf-8", "-H", file, cwd=file.parent)  # fmt: skip
    sent = message_from_bytes(keep.read_bytes(), policy=policy.default)
    assert isinstance(sent, EmailMessage)
    assert [a.addr_spec for a in sent["To"].addresses] == ["ann@example.org"]
    assert sent["Subject"] == "Re: [PATCH] grün"
    assert sent["In-Reply-To"] == "<1@x>"
    assert "\nIs it good here?\n" in sent.get_content()
