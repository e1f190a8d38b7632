"""Who is told of a change, through which channel, and when; who is reminded before it takes effect.

Pure: the watchlist's rules and the mutes in force -> what is owed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from monitor.hours import label, next_digest, reminded_at
from monitor.model import Change, Importance, Mute, Override, Owed, Page, Reminder, Rule
from monitor.records import reminder_of

NEWS_LASTS = timedelta(days=1)
"""For so long after a message nobody is reminded of what it told."""


def owe(
    page: Page, change: Change, rules: tuple[Rule, ...], mutes: tuple[Mute, ...], now: datetime
) -> tuple[Owed, ...]:
    """What a change owes to whom: one message a channel, at the earliest time that a rule names, and the repeats asked for."""
    if change.verdict == "quiet":
        return ()
    fitting = [rule for rule in rules if _applies(rule, page, change)]
    wanted = [owed for rule in fitting for owed in _owed(rule, page, change, mutes, now)]
    chosen: dict[tuple[str, bool], Owed] = {}
    for owed in sorted(wanted, key=lambda owed: (owed.muted, owed.at, bool(owed.digest), not owed.urgent)):
        chosen.setdefault((owed.channel, owed.repeat), owed)
    return tuple(chosen.values())


def remind(owed: tuple[Owed, ...], day: date, reminder: Reminder) -> tuple[Owed, ...]:
    """The reminders of a change that takes effect on a day: one on each channel that was told of it well before."""
    at = reminded_at(day, reminder)
    told = (each.channel for each in owed if not (each.repeat or each.muted) and at - each.at >= NEWS_LASTS)
    return tuple(Owed(channel, at, reminder_of(day)) for channel in dict.fromkeys(told))


def _applies(rule: Rule, page: Page, change: Change) -> bool:
    return (
        (change.importance == "major" or rule.importance != "major")
        and (not rule.topics or bool(set(rule.topics) & topics_told(change, rule.importance)))
        and is_about(rule, page)
    )


def topics_told(change: Change, importance: Importance = "major") -> set[str]:
    """What a change touches for who wants to hear of this importance: also what has too small a share of it to be its topic."""
    return {f.topic for f in change.findings if f.importance == "major" or importance != "major"} | set(change.topics)


def is_about(entry: Override | Rule, page: Page) -> bool:
    """Whether an entry of the watchlist is about a page: its vendor, its name and its type are among those it names."""
    return (
        (not entry.vendors or page.vendor in entry.vendors)
        and (not entry.pages or page.key in entry.pages)
        and (not entry.types or page.type in entry.types)
    )


def _owed(rule: Rule, page: Page, change: Change, mutes: tuple[Mute, ...], now: datetime) -> Iterator[Owed]:
    """What one rule that fits owes."""
    digest = rule.digest or (rule.mentions if change.verdict == "note" else None)
    at, name = (next_digest(digest, now), label(digest)) if digest else (now, "")
    muted = _is_muted(rule, page, change, mutes, now)
    for channel in rule.send:
        yield Owed(channel, at, name, urgent=rule.urgent, muted=muted)
    if rule.escalate and change.verdict == "alert" and not muted:
        for channel in rule.escalate.send:
            yield Owed(channel, at + rule.escalate.after, repeat=True, urgent=rule.urgent)


def _is_muted(rule: Rule, page: Page, change: Change, mutes: tuple[Mute, ...], now: datetime) -> bool:
    """Whether all that the rule would tell of a change is muted: its page, its vendor, or every topic the rule is about."""
    topics = topics_told(change, rule.importance)
    return is_silent(page.vendor, page.name, topics.intersection(rule.topics or topics), mutes, now)


def is_silent(vendor: str, page: str, topics: set[str], mutes: tuple[Mute, ...], now: datetime) -> bool:
    """Whether nobody is to be told of these topics of a page: it is muted, or its vendor, or each of the topics."""
    here = [mute for mute in mutes if mute.until > now and mute.page in ("", vendor, f"{vendor}/{page}")]
    silent = {mute.topic for mute in here}
    return "" in silent or (bool(topics) and topics <= silent)
