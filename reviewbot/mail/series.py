# SPDX-License-Identifier: GPL-2.0-or-later
"""Which series does a message belong to, and what is odd about it?  Pure assembly; fetches and applies nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from reviewbot.errors import MailError
from reviewbot.mail.find import FoundDiff, find_diff, may_hold_diff
from reviewbot.mail.group import Group, PatchMail, groups, has_own_diff, is_answer, same_topic
from reviewbot.mail.subject import parse_subject
from reviewbot.mail.thread import when
from reviewbot.model import FileDiff, Message, Patch, Series, Thread

_BASE = re.compile(r"(?m)^base-commit: ([0-9a-f]{7,64})\s*$")
_PREREQUISITE = re.compile(r"(?m)^prerequisite-patch-id: ([0-9a-f]{7,64})\s*$")
_IN_BODY_FIELD = re.compile(r"(?:From|Subject|Date|To|Cc): ")
_END_OF_MESSAGE = re.compile(r"(?m)^(?:---[ \t]*$|diff --git |--- [^\n]+\n\+\+\+ |Index: [^\n]+\n=)")
_SIGNATURE = re.compile(r"(?m)^-- $")
_PULL_BODY = re.compile(r"(?m)^are available in the [Gg]it repository at:")
_NAMED = 10


def build_series(thread: Thread, msgid: str, *, revision: int | None = None) -> Series:
    """The series that a message belongs to, at its own revision or at the one asked for.

    A patch, a cover letter or a reply to one gives that series; a reply with a diff of its own, or one that quotes a
    diff whose mail is not in the thread, gives a series of one.  Raises MailError where there is no patch.
    """
    message = thread.get(msgid)
    if not thread.messages:
        raise MailError(f"no mail was found for {msgid}", "check the message id or the file")
    if message is None:
        raise MailError(f"{msgid} is not among the {len(thread.messages)} mails that were read", "check the message id")
    found = groups(thread)
    home = {mail.message.msgid: group for group in found for mail in group.mails.values()}
    path = _path(thread, message)
    if message.msgid not in home:
        single = _single(message, path, home)
        if single:
            return single
    group = next((home[m.msgid] for m in path if m.msgid in home), None)
    if group is None:
        raise _nothing(message, path)
    series = _at_revision(group, found, msgid, revision)
    return replace(series, problems=(*_other_cover(series, group, msgid), *series.problems))


def commit_message(message: Message) -> str:
    """The commit message in a patch mail (or a cover letter's text): no in-body header, notes, diff or signature."""
    body = message.body
    end = _END_OF_MESSAGE.search(body) or _SIGNATURE.search(body)
    lines = (body[: end.start()] if end else body).strip("\n").split("\n")
    if _IN_BODY_FIELD.match(lines[0]):
        blank = next((i for i, line in enumerate(lines) if not line.strip()), len(lines))
        lines = lines[blank:]
    return "\n".join(lines).strip()


def message_lines(message: Message) -> tuple[int, int]:
    """The 1-based first and last line of the commit message in a patch mail's body; (0, 0) without one."""
    text = commit_message(message)
    begin = message.body.find(text)
    if not text or begin < 0:
        return 0, 0
    first = message.body.count("\n", 0, begin) + 1
    return first, first + text.count("\n")


def patch_id(files: Iterable[FileDiff]) -> str:
    """A hash of what a diff changes, the same for the same change at other lines or with other white space."""
    seal = hashlib.sha1(usedforsecurity=False)
    for file in files:
        seal.update(f"\0{file.old_path}\0{file.new_path}\0{file.status}".encode("utf-8", "replace"))
        for line in (line for hunk in file.hunks for line in hunk.lines if line.kind != " "):
            seal.update(("\0" + line.kind + "".join(line.text.split())).encode("utf-8", "replace"))
    return seal.hexdigest()


def _path(thread: Thread, message: Message) -> list[Message]:
    """The mail, the one it answers, and so on up."""
    parents = dict(thread.parents)
    mails = {m.msgid: m for m in thread.messages}
    path = [message]
    while path[-1].msgid in parents:
        path.append(mails[parents[path[-1].msgid]])
    return path


def _single(message: Message, path: Sequence[Message], home: dict[str, Group]) -> Series | None:
    """A series of one from a reply's own diff, or from a diff that it quotes out of another reply."""
    if has_own_diff(message) and (own := _diffs(message, 0)):
        return _series_of_one(message, own)
    if not may_hold_diff(message):
        return None
    source = next((m for m in path[1:] if has_own_diff(m) or m.msgid in home), None)
    if source is not None and source.msgid in home:
        return None
    if source is not None and (proposed := _diffs(source, 0)):
        return _series_of_one(source, proposed)
    if any(m.msgid in home for m in path):
        return None
    quoted = [diff for diff in find_diff(message) if diff.files]
    if not quoted:
        return None
    deepest = max(diff.quote_depth for diff in quoted)
    single = _series_of_one(message, [diff for diff in quoted if diff.quote_depth == deepest])
    problem = "the diff is quoted from a mail that is not here; no reply to it is drafted"
    return replace(single, problems=(problem, *single.problems)) if deepest else single


def _diffs(message: Message, depth: int) -> list[FoundDiff]:
    return [diff for diff in find_diff(message) if diff.quote_depth == depth and diff.files]


def _series_of_one(message: Message, diffs: list[FoundDiff]) -> Series:
    chosen = diffs[:1]
    paths = {file.path for file in chosen[0].files}
    problems: tuple[str, ...] = ()
    for diff in diffs[1:]:
        more = {file.path for file in diff.files}
        if paths & more:
            problems = (f"{message.msgid} holds {len(diffs)} diffs of the same files; the first is reviewed",)
            chosen = diffs[:1]
            break
        chosen.append(diff)
        paths |= more
    plain = parse_subject(message.subject).plain
    patch = _patch(message, 1, plain, chosen, in_reply=is_answer(message))
    return Series(1, 1, None, (patch,), plain, *_trailers([message]), problems=(*problems, *message.problems))


def _patch(message: Message, index: int, subject: str, diffs: Sequence[FoundDiff], *, in_reply: bool) -> Patch:
    raw = None
    if any(diff.raw is not None for diff in diffs):
        raw = b"".join(diff.text.encode() if diff.raw is None else diff.raw for diff in diffs)
    return Patch(
        message=message,
        index=index,
        subject=subject,
        files=tuple(file for diff in diffs for file in diff.files),
        diff="".join(diff.text for diff in diffs),
        raw_diff=raw,
        in_reply=in_reply,
        quote_depth=diffs[0].quote_depth if diffs else 0,
        problems=tuple(dict.fromkeys(problem for diff in diffs for problem in diff.problems)),
    )


def _trailers(mails: Sequence[Message]) -> tuple[str | None, str | None, tuple[str, ...]]:
    """base-commit, change-id and prerequisite patch ids, from the first mail that names each."""
    base = next((m.group(1) for mail in mails if (m := _BASE.search(mail.body))), None)
    change = next((m.group(1) for mail in mails if (m := re.search(r"(?m)^change-id: (\S{1,200})", mail.body))), None)
    return base, change, next((tuple(ids) for mail in mails if (ids := _PREREQUISITE.findall(mail.body))), ())


def _at_revision(group: Group, found: Sequence[Group], msgid: str, revision: int | None) -> Series:
    relatives = [other for other in found if other is group or same_topic(group, other)]
    by_revision: dict[int, list[Group]] = {}
    for other in relatives:
        by_revision.setdefault(other.revision, []).append(other)
    wanted = group.revision if revision is None else revision
    if wanted not in by_revision:
        have = ", ".join(f"v{number}" for number in sorted(by_revision))
        raise MailError(f"v{wanted} of the series of {msgid} is not here", f"found: {have}")
    built = {
        number: _series(group if number == group.revision else _latest(copies), copies, relatives)
        for number, copies in by_revision.items()
    }
    usable = {number: series for number, series in built.items() if series.patches}
    if wanted not in usable:
        raise _only_cover(built[wanted])
    chosen = usable.pop(wanted)
    newer = tuple(
        f"v{number} of this series exists: {series.msgid}"
        for number, series in sorted(usable.items())
        if number > wanted
    )
    return replace(
        chosen, problems=(*chosen.problems, *newer), older=tuple(series for _, series in sorted(usable.items()))
    )


def _other_cover(series: Series, group: Group, msgid: str) -> tuple[str, ...]:
    """What to say where the cover letter that was asked for is not the one that belongs to the patches."""
    asked = group.mails.get(0)
    if asked is None or asked.message.msgid != msgid or series.revision != group.revision:
        return ()
    if series.cover is None or series.cover.msgid == msgid:
        return ()
    return (f"{msgid} was sent again; the copy that is reviewed is {series.cover.msgid}",)


def _latest(copies: Sequence[Group]) -> Group:
    return max(copies, key=lambda group: (len(group.mails), when(group.first.message)))


def _series(group: Group, copies: Sequence[Group], relatives: Sequence[Group]) -> Series:
    """One revision: the group's patches, later copies of the same patches, and what an earlier revision must lend."""
    mails = dict(group.mails)
    problems = _take_resends(mails, group, copies)
    problems += _lend(mails, group, relatives)
    cover = mails.pop(0, None)
    patches = tuple(patch_of(mails[index]) for index in sorted(mails))
    if cover and cover.expected != group.expected:
        problems.append(f"the cover letter promises {cover.expected} patches, the patches say {group.expected}")
    missing = [index for index in range(1, group.expected + 1) if index not in mails]
    problems += _missing(missing, group.expected)
    messages = ([cover.message] if cover else []) + [patch.message for patch in patches]
    if cover:  # a patch's own stand under the patch
        problems += [f"{cover.message.msgid}: {problem}" for problem in cover.message.problems]
    return Series(
        group.revision,
        group.expected,
        cover.message if cover else None,
        patches,
        group.first.subject.plain,
        *_trailers(messages),
        problems=tuple(problems),
    )


def _missing(missing: Sequence[int], expected: int) -> list[str]:
    if len(missing) < 2:
        return [f"patch {index}/{expected} is missing" for index in missing]
    names = [str(index) for index in missing[:_NAMED]]
    names.append(f"{len(missing) - _NAMED} more" if len(missing) > _NAMED else names.pop())
    return [f"patches {', '.join(names[:-1])} and {names[-1]} of {expected} are missing"]


def patch_of(mail: PatchMail) -> Patch:
    """A patch mail (not a cover letter) with its diff read."""
    diffs = [diff for diff in find_diff(mail.message) if diff.quote_depth == 0]
    return _patch(mail.message, mail.index, mail.subject.plain, diffs, in_reply=False)


def _take_resends(mails: dict[int, PatchMail], group: Group, copies: Sequence[Group]) -> list[str]:
    """Put the later copy of a patch that was sent twice in its place; a changed one is only told of."""
    problems = []
    for copy in sorted((c for c in copies if c is not group), key=lambda c: when(c.first.message)):
        if copy.expected != group.expected:
            problems.append(
                f"v{group.revision} was also sent with another number of patches: {copy.first.message.msgid}"
            )
            continue
        for index, mail in sorted(copy.mails.items()):
            mine = mails.get(index)
            if mine is None:
                mails[index] = mail
            elif index and not _same_change(mine, mail):
                problems.append(f"patch {index} was sent again with other content: {mail.message.msgid}")
            elif when(mail.message) > when(mine.message):
                mails[index] = mail
                if index:
                    problems.append(f"patch {index} was sent twice; {mail.message.msgid} is the later copy")
    return problems


def _same_change(one: PatchMail, other: PatchMail) -> bool:
    return patch_id(patch_of(one).files) == patch_id(patch_of(other).files)


def _lend(mails: dict[int, PatchMail], group: Group, relatives: Sequence[Group]) -> list[str]:
    """A partial reroll: fill what was not sent again from the revision whose mails the new ones answer."""
    earlier = sorted((g for g in relatives if g.revision < group.revision and g.expected == group.expected),
                     key=lambda g: g.revision, reverse=True)  # fmt: skip
    known = {mail.message.msgid for g in earlier for mail in g.mails.values()}
    if 0 in mails or not group.above or not group.above <= known:
        return []
    problems = []
    for older in earlier:
        lent = [i for i in sorted(older.mails) if i and i not in mails]
        if lent:
            mails.update({i: older.mails[i] for i in lent})
            which = ", ".join(f"{i}/{group.expected}" for i in lent)
            problems.append(f"v{group.revision} was sent in part; from v{older.revision} come {which}")
    return problems


def _only_cover(series: Series) -> MailError:
    name = series.cover.msgid if series.cover else "the series"
    return MailError(
        f"{name} is a cover letter, and none of its {series.expected} patches is here",
        "fetch the whole thread, or name a patch",
    )


def _nothing(message: Message, path: Sequence[Message]) -> MailError:
    for mail in reversed(path):
        if parse_subject(mail.subject).is_pull or _PULL_BODY.search(mail.body):
            return MailError(f"{mail.msgid} is a git pull request", "reviewbot does not review pull requests")
    return MailError(
        f"{message.msgid} has no patch, and none stands above it in its thread", "name a patch's message id"
    )
