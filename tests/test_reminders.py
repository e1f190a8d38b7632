"""Whoever is told of a change is told again before it takes effect: once, on the day that stands, unless nobody wants it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from deliver_samples import MemoryChannel
from fakes import DAY, HOUR, PAGE, START, TRAINS, captured, terms
from house import House

from monitor import outbox, pipeline
from monitor.archive import Archive
from monitor.decide import taking_effect
from monitor.model import Change, Mute, Owed, Page, Reminder, Rule
from monitor.outbox import Manner
from monitor.pipeline import Judgement
from monitor.records import Delivery, Folding
from monitor.report.style import Style
from monitor.routing import remind

JUNE = date(2031, 6, 1)
REMINDED = datetime(2031, 5, 25, 8, tzinfo=UTC)
OPT_OUT = "You can opt out of training at any time in the settings of your account."
NOTE = "We keep the records of what you paid for as long as the law asks us to."
LATER = REMINDED + HOUR


def told(day: str = "1 June 2031", **swapped: str) -> bytes:
    """A text with news that takes effect on a day."""
    return terms(**{"p5": f"{TRAINS} {OPT_OUT}", "p11": f"These terms take effect on {day}."} | swapped)


@pytest.fixture
def place(house: House) -> House:
    """An archive that has seen the first text of a page; people want to be reminded a week before."""
    house.judgement = Judgement((Rule(("mail",)),), reminder=Reminder(7))
    house.check(terms())
    return house


def reminders(archive: Archive) -> list[Delivery]:
    return [delivery for delivery in archive.deliveries() if delivery.reminds_of]


def send(place: House, at: datetime, style: Style | None = None) -> MemoryChannel:
    """What a channel takes in one pass."""
    channel = MemoryChannel()
    outbox.deliver(place.archive, {"mail": channel}, at, Manner(style or Style()))
    return channel


# --- what is owed -----------------------------------------------------------------------------------------------------


def test_a_reminder_is_owed_with_the_change(place: House) -> None:
    """In the transaction of the change, once for each channel that is told, in the morning so many days before."""
    place.check(told())
    (reminder,) = reminders(place.archive)
    assert (reminder.channel, reminder.state, reminder.due_at, reminder.reminds_of) == ("mail", "owed", REMINDED, JUNE)
    assert len({delivery.key for delivery in place.archive.deliveries()}) == 2


def test_the_morning_is_that_of_the_reader() -> None:
    """Eight o'clock where the reader is, whatever the clocks do in between."""
    owed = (Owed("mail", datetime(2031, 3, 1, tzinfo=UTC)),)
    (shanghai,) = remind(owed, JUNE, Reminder(7, "Asia/Shanghai"))
    (berlin,) = remind(owed, date(2031, 4, 2), Reminder(7, "Europe/Berlin"))
    assert (shanghai.at, berlin.at.hour) == (datetime(2031, 5, 25, tzinfo=UTC), 7)


@pytest.mark.parametrize(
    "owed",
    [
        (),
        (Owed("mail", REMINDED - HOUR),),
        (Owed("mail", LATER, "weekly on Monday at 08:00 UTC"),),
        (Owed("mail", START, muted=True),),
        (Owed("mail", START, repeat=True),),
    ],
)
def test_nobody_is_reminded_of_what_was_hardly_told(owed: tuple[Owed, ...]) -> None:
    """Not of what is told to nobody, is muted, or comes within a day of the reminder: the alert is reminder enough."""
    assert remind(owed, JUNE, Reminder(7)) == ()


@pytest.mark.parametrize(
    ("verdict", "day", "reminder", "count"),
    [
        ("alert", JUNE, Reminder(7), 2),
        ("alert", JUNE, None, 1),
        ("note", JUNE, Reminder(7), 1),
        ("alert", START.date() - DAY, Reminder(7), 1),
        ("alert", None, Reminder(7), 1),
        ("alert", START.date() + 3 * DAY, Reminder(7), 1),
    ],
)
def test_only_an_alert_on_a_day_to_come_is_reminded_of(
    place: House, verdict: str, day: date | None, reminder: Reminder | None, count: int
) -> None:
    """A note, a day that is past, none at all, one that comes too soon, or nobody who wants it: nothing more is owed."""
    change = Change(verdict, "major", ("training",), "they train")  # type: ignore[arg-type]
    seen = place.check(told()).outcome
    outcome = replace(seen, change=change, owed=(Owed("mail", START),), effective_on=None)
    assert len(taking_effect(PAGE, outcome, day, reminder).owed) == count


def test_an_import_reminds_nobody(place: House) -> None:
    """What is decided and not sent is not sent later either."""
    place.judgement = Judgement((), reminder=Reminder(7))
    place.check(told())
    assert place.verdicts() == ["alert"] and place.archive.deliveries() == ()


# --- what becomes of it ------------------------------------------------------------------------------------------------


def test_a_day_that_moves_takes_its_reminder_along(place: House) -> None:
    """What was told is reminded of before the day that stands, though the move itself is told to nobody."""
    place.check(told())
    place.check(told("15 June 2031"))
    (reminder,) = reminders(place.archive)
    assert (reminder.reminds_of, reminder.due_at) == (date(2031, 6, 15), REMINDED + 14 * DAY)
    assert place.verdicts() == ["alert", "quiet"]


def test_a_day_that_comes_sooner_is_told_at_once(place: House) -> None:
    """A reminder that would be late already is due now."""
    place.check(told())
    place.check(told("8 May 2031"))
    (reminder,) = reminders(place.archive)
    assert (reminder.reminds_of, reminder.due_at) == (date(2031, 5, 8), place.now)


@pytest.mark.parametrize(
    "after", [terms(), told(p11="We will tell you when these terms take effect."), told("1 January 2031")]
)
def test_a_day_that_is_withdrawn_is_nobodys_to_be_reminded_of(place: House, after: bytes) -> None:
    """The old text is back, names no day any more, or one that is past: the reminder is cancelled."""
    place.check(told())
    place.check(after)
    assert [delivery.state for delivery in reminders(place.archive)] == ["cancelled"]
    assert not any("Takes effect on" in subject for subject in send(place, LATER).subjects)


def test_an_unchanged_text_leaves_the_reminder_alone(place: House) -> None:
    """So do failures, and a change of something else under the same day."""
    place.check(told())
    owed = reminders(place.archive)
    place.checks(told(), "timeout", "not_modified", told(p12=NOTE))
    assert [each for each in reminders(place.archive) if each.key == owed[0].key] == owed


def test_pages_are_reminded_of_by_their_own_days(place: House) -> None:
    """A day that moves on one page moves nothing on another."""
    other = Page("other", "terms", "terms", "https://other.example/terms")
    place.check(told())
    place.check(terms(), page=other)
    place.check(told("15 June 2031"), page=other)
    assert {reminder.reminds_of for reminder in reminders(place.archive)} == {JUNE, date(2031, 6, 15)}


def test_who_acknowledged_an_alert_is_not_reminded(place: House) -> None:
    """Somebody has seen to it."""
    place.check(told())
    place.archive.acknowledge(reminders(place.archive)[0].alert, place.now)
    assert [delivery.state for delivery in place.archive.deliveries()] == ["cancelled", "owed"]


@pytest.mark.parametrize(
    ("mute", "state"),
    [
        (Mute(LATER + DAY, "acme/terms"), "muted"),
        (Mute(LATER + DAY, "acme"), "muted"),
        (Mute(LATER + DAY, topic="training"), "owed"),  # choice is not muted
        (Mute(LATER - DAY, "acme/terms"), "owed"),
    ],
)
def test_what_was_muted_since_is_not_reminded_of(place: House, mute: Mute, state: str) -> None:
    """A mute that holds when the reminder is due keeps it back; one that has ended does not."""
    place.check(told())
    send(place, place.now)
    place.archive.mute(mute, place.now)
    sent = send(place, LATER)
    assert [delivery.state for delivery in reminders(place.archive)] == [state.replace("owed", "sent")]
    assert len(sent.taken) == (state == "owed")


# --- what is sent ------------------------------------------------------------------------------------------------------


def test_the_reminder_says_it_all_again(place: House) -> None:
    """The sentence, the day, the words that name it, how to opt out, the clause before and after."""
    place.check(told())
    assert len(send(place, place.now).taken) == 1
    assert send(place, REMINDED - HOUR).taken == []
    (message,) = send(place, LATER).taken
    assert message.subject.startswith("Takes effect on 1 June 2031: Acme AI ")
    for words in (
        "You were told of this before", "Takes effect: 1 June 2031", "These terms take effect on 1 June 2031.",
        f"How to opt out: {OPT_OUT}", "{+We use your chats to train our models.+}",
    ):  # fmt: skip
        assert words in message.text
    assert "You were told of this before" in message.html and OPT_OUT in message.html
    assert (message.payload["reminds_of"], message.at) == ("2031-06-01", REMINDED)
    assert send(place, LATER + 30 * DAY).taken == []


def test_a_moved_reminder_quotes_the_text_that_stands(place: House) -> None:
    """Not the words that named another day."""
    place.check(told())
    send(place, place.now)
    place.check(told("15 June 2031"))
    (message,) = send(place, LATER + 14 * DAY).taken
    assert message.subject.startswith("Takes effect on 15 June 2031: ")
    assert "These terms take effect on 15 June 2031." in message.text and "effect on 1 June" not in message.text


def test_what_takes_effect_on_one_day_goes_as_one_message(place: House) -> None:
    """Two pages, one message, with how to opt out of each; a program is told of the day, too."""
    other = Page("other", "terms", "terms", "https://other.example/terms", "Other AI")
    place.check(told())
    place.check(terms(), page=other)
    place.check(told(), page=other)
    send(place, place.now)
    (message,) = send(place, LATER, Style("zh")).taken
    assert message.subject.startswith("2031年6月1日生效：") and "此前已提醒过您的变更即将生效" in message.text
    assert message.text.count(f"如何退出：{OPT_OUT}") == 2
    assert message.payload["reminds_of"] == "2031-06-01" and json.dumps(message.payload)


def test_whoever_is_killed_while_reminding_reminds_again(place: House) -> None:
    """A claim that runs out is sent under the same key; nothing else is needed to remember it."""
    place.check(told())
    send(place, place.now)
    claimed = place.archive.claim(LATER, timedelta(minutes=10), Folding())
    place.archive.close()
    with Archive(place.path) as archive:
        channel = MemoryChannel()
        outbox.deliver(archive, {"mail": channel}, LATER + HOUR, Manner())
        assert claimed and [message.key for message in channel.taken] == [claimed.key]


def test_cancelling_one_of_a_parcel_leaves_the_others(place: House) -> None:
    """Two that were to go together and failed in passing: when one is cancelled, the other goes by itself."""
    other = Page("other", "terms", "terms", "https://other.example/terms", "Other AI")
    place.check(told())
    place.check(terms(), page=other)
    place.check(told(), page=other)
    send(place, place.now)
    parcel = place.archive.claim(LATER, timedelta(minutes=10), Folding())
    assert parcel and len(parcel.deliveries) == 2
    place.archive.failed(parcel.first.id, LATER, "busy", LATER + HOUR)
    place.archive.acknowledge(parcel.first.alert, LATER)
    assert len(send(place, LATER + 2 * HOUR).taken) == 1


def test_a_page_taken_by_hand_moves_the_reminder_too(place: House) -> None:
    """However a text was come by, it says when it takes effect; one that leaves the day alone cancels nothing."""
    place.check(told())
    for body, day in ((told(p12=NOTE), JUNE), (told("15 June 2031"), date(2031, 6, 15))):
        place.now += DAY
        pipeline.take(PAGE, captured(body, place.now), place.archive, Judgement())
        assert [(each.state, each.reminds_of) for each in reminders(place.archive)] == [("owed", day)]
