# SPDX-License-Identifier: GPL-2.0-or-later
"""What does the reviewer say of findings, and what has come of it for each rule?"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from reviewbot.cli.draft import holding
from reviewbot.cli.keep import ledger_in, now
from reviewbot.cli.screen import say
from reviewbot.cli.settings import Settings, read_settings
from reviewbot.edges import ledger
from reviewbot.errors import UsageError
from reviewbot.mail.clean import one_line
from reviewbot.model import Held, Judgement, Shown, Tally
from reviewbot.registry import load_all
from reviewbot.review.standing import MUTE_BELOW, MUTE_FROM, is_muted, muted_words, short_ids

VERSION = 1
_HEADINGS = ("rule", "found", "drafted", "adopted", "dismissed", "precision", "drafts")


def judge(word: str, what: Held, why: str) -> None:
    """Keep that a finding was dismissed or adopted, and say what follows."""
    why = one_line(why)
    if what is Held.DISMISSED and not why:
        raise UsageError("a dismissal needs a reason, for those who meet the finding again", "say it with --why TEXT")
    settings = read_settings(Path.cwd())
    found = _found(settings, word)
    first = found[0]
    made = Judgement(what, first.rule, first.fingerprint, first.series, first.revision, why, _who(settings), now())
    before = ledger.judge(ledger_in(settings.state), found, made)
    say(f"{what.value}: {_name(found)}")
    for old in before:
        if (old.what, old.why) != (what, why):
            say(f"it was {old.what.value} before{f': {old.why}' if old.why else ''}")
    if what is Held.DISMISSED:
        for short, state in holding(ledger_in(settings.state), frozenset(one.fingerprint for one in found)):
            again = "" if state == "edited" else "check again, or "
            say(f"draft {short} still has the remark: {again}`reviewbot draft edit {short}`")
    tally = ledger.known(ledger_in(settings.state)).tallies[first.rule]
    if is_muted(tally):
        say(muted_words(tally))


def take_back(word: str, what: Held) -> None:
    """Forget that a finding was dismissed, or adopted; raises UsageError if it was not."""
    settings = read_settings(Path.cwd())
    found = _found(settings, word)
    if not ledger.take_back(ledger_in(settings.state), found, what):
        raise UsageError(f"{_name(found)} was not {what.value}", "`reviewbot check` shows what it was")
    say(f"no longer {what.value}: {_name(found)}")


def print_stats(*, as_json: bool) -> None:
    """Print how each rule has done."""
    tallies = ledger.known(ledger_in(read_settings(Path.cwd()).state)).tallies
    rows = [tallies[rule] for rule in sorted(tallies)]
    if as_json:
        muting = {"below": MUTE_BELOW, "judged": MUTE_FROM}
        made = {"version": VERSION, "muting": muting, "rules": [_as_dict(tally) for tally in rows]}
        sys.stdout.write(json.dumps(made, indent=2) + "\n")
        return
    if not rows:
        say("nothing was found yet; `reviewbot check` keeps what it shows")
        return
    lines = [_HEADINGS, *(_cells(tally) for tally in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(_HEADINGS))]
    for line in lines:
        numbers = (cell.rjust(width) for cell, width in zip(line[1:6], widths[1:6], strict=True))
        say("  ".join((line[0].ljust(widths[0]), *numbers, line[6])))


def unmute(rule: str, *, undo: bool) -> None:
    """Have the drafts of a rule made whatever its figures say; `undo` lets the figures decide again."""
    settings = read_settings(Path.cwd())
    place = ledger_in(settings.state)
    rules = {one.id for one in load_all(settings.user_rules, tried=False).rules}
    if rule not in rules and rule not in ledger.known(place).tallies:
        raise UsageError(f"there is no rule {rule[:60]}", "`reviewbot rules` lists them")
    if not undo:
        ledger.unmute(place, rule, _who(settings), now())
        say(f"drafts of {rule} are made, whatever its figures say")
    elif ledger.unmute_no_more(place, rule):
        say(f"the figures decide on drafts of {rule}")
    else:
        raise UsageError(f"{rule} was not unmuted", "`reviewbot rules stats` shows which rules are")


def _who(settings: Settings) -> str:
    sender = settings.sender
    return f"{sender.name} <{sender.email}>" if sender.name else sender.email


def _found(settings: Settings, word: str) -> tuple[Shown, ...]:
    """The finding that a word names, which may stand in more than one file; raises UsageError."""
    found = ledger.find(ledger_in(settings.state), word.lower())
    prints = {one.fingerprint for one in found}
    if not found:
        raise UsageError(f"no finding {word[:60]} was shown", "`reviewbot check` shows the id behind each finding")
    if len(prints) > 1:
        names = ", ".join(sorted(short_ids(prints).values())[:6])
        raise UsageError(f"{word} is the beginning of more than one finding's id", f"those are {names}")
    return found


def _name(found: tuple[Shown, ...]) -> str:
    places = " and ".join(dict.fromkeys(one.place for one in found))
    (short,) = short_ids((found[0].fingerprint,)).values()
    return f"{short} {found[0].rule} in {places}"


def _standing(tally: Tally) -> str:
    if tally.unmuted:
        return "unmuted"
    return "muted" if is_muted(tally) else "made"


def _cells(tally: Tally) -> tuple[str, ...]:
    part = f"{tally.precision:.0%} of {tally.judged}" if tally.precision is not None else "-"
    counts = (str(count) for count in (tally.found, tally.drafted, tally.adopted, tally.dismissed))
    return (tally.rule, *counts, part, _standing(tally))


def _as_dict(tally: Tally) -> dict[str, object]:
    return {
        "rule": tally.rule,
        "found": tally.found,
        "drafted": tally.drafted,
        "adopted": tally.adopted,
        "dismissed": tally.dismissed,
        "judged": tally.judged,
        "precision": tally.precision,
        "muted": is_muted(tally),
        "unmuted": tally.unmuted,
    }
