"""Who is told of a change, through which channel, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.hours import label, next_digest
from monitor.model import Change, Digest, Escalation, Finding, Mute, Owed, Page, Rule
from monitor.routing import owe

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
PAGE = Page("acme", "terms", "terms", "")
ALERT = Change("alert", "major", ("training", "retention"), "they train now")
NOTE = replace(ALERT, verdict="note", importance="minor")
MAIL = Rule(("mail",))
WEEKLY = Digest("weekly", weekday=4)


def told(change: Change, *rules: Rule, mutes: tuple[Mute, ...] = ()) -> tuple[Owed, ...]:
    return owe(PAGE, change, rules, mutes, NOW)


@pytest.mark.parametrize(
    ("rule", "applies"),
    [
        (Rule(("mail",)), True),
        (Rule(("mail",), topics=("retention", "choice")), True),
        (Rule(("mail",), topics=("choice",)), False),
        (Rule(("mail",), importance="minor"), True),
        (Rule(("mail",), vendors=("acme",)), True),
        (Rule(("mail",), vendors=("other",)), False),
        (Rule(("mail",), pages=("acme/terms",)), True),
        (Rule(("mail",), pages=("acme/privacy",)), False),
        (Rule(("mail",), types=("terms",)), True),
        (Rule(("mail",), types=("privacy",)), False),
    ],
)
def test_a_rule_applies_when_every_filter_lets_through(rule: Rule, applies: bool) -> None:
    """Each filter of a rule that is given must fit the change; one topic of several is enough."""
    assert told(ALERT, rule) == ((Owed("mail", NOW),) if applies else ())


def test_a_channel_is_owed_a_change_once() -> None:
    """Several rules that name one channel owe it one message."""
    rules = (Rule(("mail", "hook")), Rule(("hook", "chat")), Rule(("mail",), topics=("training",)))
    assert sorted(owed.channel for owed in told(ALERT, *rules)) == ["chat", "hook", "mail"]


def test_the_earliest_rule_wins() -> None:
    """What one rule sends at once is not kept for the digest of another, and not told twice."""
    assert told(ALERT, Rule(("mail",), importance="minor", digest=WEEKLY), MAIL) == (Owed("mail", NOW),)


def test_a_digest_gathers() -> None:
    """What a rule with a digest takes is owed at the digest's hour, under its name."""
    assert told(ALERT, Rule(("mail",), digest=WEEKLY)) == (Owed("mail", next_digest(WEEKLY, NOW), label(WEEKLY)),)


def test_a_note_is_never_a_message_of_its_own() -> None:
    """A minor change goes to who asked for minor ones, with the day's digest where the rule names none; to no one else."""
    daily = Digest(zone="Asia/Shanghai")
    assert told(NOTE, MAIL) == ()
    assert told(NOTE, Rule(("mail",), importance="minor", mentions=daily)) == (
        Owed("mail", next_digest(daily, NOW), label(daily)),
    )


def test_a_quiet_change_is_told_to_nobody() -> None:
    """What is kept for the archive alone is owed to nobody, whatever the rules."""
    assert told(replace(ALERT, verdict="quiet"), MAIL, Rule(("mail",), importance="minor")) == ()


def test_an_alert_is_repeated_where_the_rule_says_so() -> None:
    """A rule that escalates owes the second channel a repeat, later; a note is never repeated."""
    rule = Rule(("mail",), importance="minor", escalate=Escalation(timedelta(hours=4), ("chat", "mail")))
    assert told(ALERT, rule) == (
        Owed("mail", NOW),
        Owed("chat", NOW + timedelta(hours=4), repeat=True),
        Owed("mail", NOW + timedelta(hours=4), repeat=True),
    )
    assert not any(owed.repeat for owed in told(NOTE, rule))


@pytest.mark.parametrize(
    ("mute", "rule", "muted"),
    [
        (Mute(LATER, "acme/terms"), MAIL, True),
        (Mute(LATER, "acme"), MAIL, True),
        (Mute(LATER, "acme/privacy"), MAIL, False),
        (Mute(NOW, "acme/terms"), MAIL, False),  # has just ended
        (Mute(LATER, topic="training"), MAIL, False),  # retention is not muted
        (Mute(LATER, topic="training"), Rule(("mail",), topics=("training",)), True),
        (Mute(LATER, "acme", "training"), Rule(("mail",), topics=("training",)), True),
        (Mute(LATER, "other", "training"), Rule(("mail",), topics=("training",)), False),
    ],
)
def test_what_is_muted_goes_to_nobody(mute: Mute, rule: Rule, muted: bool) -> None:
    """A mute holds for its page, vendor or topic until its time; a change with another topic beside is told all the same."""
    assert told(ALERT, rule, mutes=(mute,)) == (Owed("mail", NOW, muted=muted),)


def test_a_muted_alert_is_not_repeated() -> None:
    """What is muted does not come back through the second channel."""
    rule = Rule(("mail",), escalate=Escalation(timedelta(hours=4), ("chat",)))
    assert told(ALERT, rule, mutes=(Mute(LATER, "acme"),)) == (Owed("mail", NOW, muted=True),)


def test_a_mute_of_one_rule_is_not_a_mute_of_another() -> None:
    """A channel that a second rule tells of another topic is told, though the first rule's topic is muted."""
    rules = (Rule(("mail",), topics=("training",)), Rule(("mail",), topics=("retention",)))
    assert told(ALERT, *rules, mutes=(Mute(LATER, topic="training"),)) == (Owed("mail", NOW),)


def test_urgent_rules_mark_what_they_owe() -> None:
    """What an urgent rule owes is marked, so that it does not wait for the end of quiet hours."""
    assert told(ALERT, MAIL, replace(MAIL, urgent=True)) == (Owed("mail", NOW, urgent=True),)


def test_a_finding_with_a_small_share_is_found_by_its_rule() -> None:
    """A rule finds what a rewrite touches on its topic among much else, and a mute of the rest does not hide it."""
    finding = Finding("limits", "changed", "10 a day", "5 a day", "half as many")
    change = replace(ALERT, topics=("training",), findings=(finding,))
    assert told(change, Rule(("mail",), topics=("limits",))) == (Owed("mail", NOW),)
    assert told(change, MAIL, mutes=(Mute(LATER, topic="training"),)) == (Owed("mail", NOW),)
    minor = replace(change, findings=(replace(finding, importance="minor"),))
    assert told(minor, Rule(("mail",), topics=("limits",))) == ()
