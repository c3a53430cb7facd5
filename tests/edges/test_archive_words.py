# SPDX-License-Identifier: GPL-2.0-or-later
"""Is what the user types taken for the right message id and archive, and everything else refused?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewbot.edges.archive import archive_url, parse_what
from reviewbot.errors import UsageError


@pytest.mark.parametrize(
    ("text", "msgid"),
    [
        ("a.b-1@example.org", "a.b-1@example.org"),
        ("  <a@example.org>\n", "a@example.org"),
        ("id:a@example.org", "a@example.org"),
        ("id:<a@example.org>", "a@example.org"),
        ("Message-ID: <a@example.org>", "a@example.org"),
        ("Y3uFWH5GV/x7UDcP@smile.example.org", "Y3uFWH5GV/x7UDcP@smile.example.org"),
        ("https://lore.kernel.org/all/a@example.org/", "a@example.org"),
        ("https://lore.kernel.org/r/a@example.org", "a@example.org"),
        ("https://lore.kernel.org/linux-mm/a@example.org/T/#u", "a@example.org"),
        ("https://lore.kernel.org/linux-mm/a@example.org/t.mbox.gz?x=1", "a@example.org"),
        ("https://lore.kernel.org/all/a%2Fb%2Bc%40example.org/", "a/b+c@example.org"),
        ("https://patch.msgid.link/a@example.org", "a@example.org"),
        ("lore.kernel.org/all/a@example.org/", "a@example.org"),
        ("http://127.0.0.1:8080/all/a@example.org/raw", "a@example.org"),
    ],
)
def test_forms_of_an_id(text: str, msgid: str) -> None:
    """Every form in which people pass on a mail gives its bare id."""
    assert parse_what(text) == msgid


@pytest.mark.parametrize(
    "text",
    [
        "", "no-at-sign", "@", "a@", "@b", "a@b@c", "a b@example.org", "a\tb@c", "a@b\nX: y", "a@b\0c", 'a"b@c',
        "a<b@c", "../../x@y", "a/../x@y", "..@y", "/etc/x@y", "//evil/x@y", "<http://evil/x@y>", "id:http://evil/x@y",
        "ftp://evil/x@y", "file:///x@y", "a\\b@c", "a\u202eb@c", "é@example.org", "a" * 200 + "@b", "a@" + "b" * 260,
        "x" * 3000,
        "https://user:secret@evil/", "https://user@evil/a@b", "https://lore.kernel.org/all/", "https://lore.kernel.org/all/a@b@c/",
        "https://lore.kernel.org/all/%2e%2e%2fx@y/", "https://lore.kernel.org/all/a%0ab@c/", "https://[bad/a@b",
    ],
)  # fmt: skip
def test_what_is_no_id(text: str) -> None:
    """What could be taken for a path, an address, an option's value or several headers is refused."""
    with pytest.raises(UsageError):
        parse_what(text)


@given(st.text(max_size=60) | st.from_regex(r"(https?://[a-z.]{1,9}/)?[!-~]{0,20}@[!-~]{0,20}", fullmatch=True))
def test_any_text(text: str) -> None:
    """Whatever is typed is refused, or gives an id that is safe in an address, a header and a path."""
    try:
        msgid = parse_what(text)
    except UsageError:
        return
    assert msgid.count("@") == 1
    assert msgid.isascii()
    assert msgid.isprintable()
    assert not set(msgid) & set('<>" \\')
    assert ".." not in msgid
    assert not msgid.startswith("/")
    assert parse_what(msgid) == msgid


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://lore.kernel.org/all", "https://lore.kernel.org/all"),
        ("https://lore.kernel.org/all/", "https://lore.kernel.org/all"),
        ("https://lore.kernel.org", "https://lore.kernel.org/all"),
        ("https://lore.kernel.org/", "https://lore.kernel.org/all"),
        ("HTTP://LORE.Example.ORG:8080/linux-mm//", "http://lore.example.org:8080/linux-mm"),
        ("http://[::1]:81/all", "http://[::1]:81/all"),
    ],
)
def test_archive_addresses(text: str, url: str) -> None:
    """An archive has one address, however it is written."""
    assert archive_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "", "lore", "lore.kernel.org/all", "ftp://lore.kernel.org/all", "file:///all", "https:///all",
        "https://a:b@lore.kernel.org/all",
        "https://lore.kernel.org/all?q=1",
        "https://lore.kernel.org/all#x", "https://lore.kernel.org/%s", "https://lore.kernel.org/a b",
        "https://lore.kernel.org:x/all", "https://lore.kernel.org/../all", "https://-o\n/all", "https://[::1/all",
    ],
)  # fmt: skip
def test_no_archive(text: str) -> None:
    """Credentials, masks, queries and other schemes are no archive."""
    with pytest.raises(UsageError):
        archive_url(text)
