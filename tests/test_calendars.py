"""A calendar of the days on which texts take effect: whoever reads calendars can read it, and a day that moves goes along."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from report_samples import HOSTILE, RECORD

from monitor.calendars import Event, Step, events_of, follow, ics
from monitor.model import Effective, WayOut
from monitor.records import Dated
from monitor.report.calendar import calendar_events, calendar_text
from monitor.report.style import Style

SEEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
DAY, JULY, AUGUST = timedelta(days=1), date(2026, 7, 8), date(2026, 8, 1)
EVENT = Event(
    "acme/terms",
    JULY,
    SEEN,
    SEEN,
    "Takes effect: they train",
    "They train.",
    "On July 8.",
    "https://acme.example/terms",
)
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n"), max_size=200)


def step(days: int, day: date | None, text: str = "", page: str = "acme/terms") -> Step:
    """What a text says that was seen so many days after the first; with a text, it is told."""
    at = SEEN + days * DAY
    event = Event(page, day, at, at, f"Takes effect: {text}", text, f"On {day}.") if text and day else None
    return Step(page, at, day, f"On {day}." if day else "", event)


def after(*steps: Step) -> tuple[Event, ...]:
    events: tuple[Event, ...] = (EVENT,)
    for each in steps:
        events = follow(events, each)
    return events


# --- what becomes of an event ------------------------------------------------------------------------------------------


def test_a_change_that_is_told_makes_an_event() -> None:
    """One that takes effect on a day to come; what took effect already, names no day or is told to nobody makes none."""
    first = step(0, JULY, "They train.")
    assert follow((), first) == (first.event,)
    for none in (step(0, JULY), step(0, None), step(0, date(2026, 3, 1), "They train.")):
        assert follow((), none) == ()


def test_a_day_that_moves_takes_its_event_along() -> None:
    """It keeps its UID, and its SEQUENCE says that it moved."""
    (moved,) = after(step(1, AUGUST))
    assert (moved.day, moved.sequence, moved.uid, moved.at) == (AUGUST, 1, EVENT.uid, SEEN + DAY)
    assert (moved.quote, moved.text) == ("On 2026-08-01.", EVENT.text)
    (again,) = after(step(1, AUGUST), step(2, JULY))
    assert (again.day, again.sequence, again.uid) == (JULY, 2, EVENT.uid)


def test_a_second_change_for_the_same_day_is_told_in_the_event() -> None:
    """One day on the page, one event, with both texts; nothing that a calendar would show elsewhere."""
    (event,) = after(step(1, JULY, "They share."))
    assert (event.text, event.sequence, event.summary) == ("They train.\n\nThey share.", 0, EVENT.summary)
    assert after(step(1, JULY)) == (EVENT,)


@pytest.mark.parametrize("day", [None, date(2026, 1, 1)])
def test_a_day_that_is_withdrawn_cancels_the_event(day: date | None) -> None:
    """The text names none any more, or an old one: the event is said to be off, not left out."""
    (event,) = after(step(1, day))
    assert (event.cancelled, event.sequence, event.uid) == (True, 1, EVENT.uid)


def test_a_day_that_is_back_is_on_again() -> None:
    """The text with the day stands again: so does its event. With another day, it is another one."""
    (event,) = after(step(1, None), step(2, JULY))
    assert (event.cancelled, event.sequence) == (False, 2)
    off, new = after(step(1, None), step(2, AUGUST, "They train."))
    assert off.cancelled and (new.day, new.sequence) == (AUGUST, 0) and new.uid != off.uid


def test_what_has_taken_effect_stays() -> None:
    """A later text of the page makes another event, and changes nothing of the past."""
    later = step(200, date(2027, 1, 1), "They sell.")
    assert after(later) == (EVENT, later.event)
    assert after(step(200, None)) == (EVENT,)


def test_a_text_that_was_taken_up_before_changes_nothing() -> None:
    """Whoever goes on from a calendar may begin with the last text again."""
    steps = (step(1, AUGUST, "They share."), step(2, None), step(3, AUGUST))
    events = after(*steps)
    assert after(*steps, *steps) == events


def test_pages_have_their_own_days() -> None:
    """What one page says moves nothing of another."""
    assert after(step(1, None, page="other/terms")) == (EVENT,)


# --- as iCalendar ------------------------------------------------------------------------------------------------------


def entries(text: str) -> list[Calendar]:
    return list(Calendar.from_ical(text).walk("VEVENT"))  # type: ignore[arg-type]


def test_an_event_is_a_day_with_an_alarm() -> None:
    """All day, free, with the sentence, the address and an alarm so many days before."""
    text = ics((EVENT,), "Terms", 7)
    (event,) = entries(text)
    lines = text.split("\r\n")
    for line in (
        "DTSTART;VALUE=DATE:20260708", "DTSTAMP:20260302T100000Z", "SEQUENCE:0", "STATUS:CONFIRMED", "TRANSP:TRANSPARENT",
        "SUMMARY:Takes effect: they train", "URL:https://acme.example/terms", f"UID:{EVENT.uid}", "TRIGGER:-P7D",
        "VERSION:2.0", "METHOD:PUBLISH", "NAME:Terms",
    ):  # fmt: skip
        assert line in lines, line
    assert len(event.walk("VALARM")) == 1 and len(text.encode()) == len(text)
    assert "VALARM" not in ics((EVENT,), "Terms", None)


def test_an_event_that_is_off_rings_nobody() -> None:
    """It says that it is cancelled."""
    text = ics((replace(EVENT, cancelled=True),), "Terms", 7)
    assert "STATUS:CANCELLED" in text and "VALARM" not in text


def test_lines_are_folded_and_text_is_escaped() -> None:
    """No line has more than 75 bytes, no character is cut in two, and what means something to calendars is only text."""
    event = replace(EVENT, summary="生效：" + "很长的条款，" * 40, text="a;b,c\\d\nEND:VEVENT\nBEGIN:VALARM\n")
    text = ics((event,), "条款", 7)
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert "\n" not in text.replace("\r\n", "")
    (read,) = entries(text)
    assert (str(read["summary"]), str(read["description"])) == (event.summary, f"On July 8.\n\n{event.text}")


@given(WORDS, WORDS, WORDS, st.integers(0, 9), st.booleans(), st.dates(date(1990, 1, 1)))
def test_what_is_written_is_read_back(summary: str, text: str, quote: str, sequence: int, off: bool, day: date) -> None:
    """Whatever an event says, the calendar gives it back."""
    event = replace(EVENT, summary=summary, text=text, quote=quote, sequence=sequence, cancelled=off, day=day)
    assert events_of(ics((event,), "Terms", 7, SEEN)) == ((event,), SEEN)


def test_an_empty_calendar_is_one() -> None:
    """Whoever subscribes before anything takes effect gets a calendar."""
    assert events_of(ics((), "Terms", 7)) == ((), None)


@pytest.mark.parametrize(
    "data", [b"", b"BEGIN:VCALENDAR", b"\xff\xfe", b"{}", ics((EVENT,), "T", 7).replace("X-TERMS", "X-T")]
)
def test_another_calendar_is_none_of_ours(data: bytes) -> None:
    """What somebody else wrote, or a disk damaged, is not taken for ours."""
    with pytest.raises(ValueError, match="not a calendar of ours"):
        events_of(data)


# --- of changes --------------------------------------------------------------------------------------------------------


def dated(day: date | None, **changes: object) -> Dated:
    record = replace(RECORD, **changes)  # type: ignore[arg-type]
    said = Effective(day, "These terms take effect then.") if day else None
    return Dated(record, said, WayOut("You can opt out.", "https://acme.example/out"))


@pytest.mark.parametrize(
    ("language", "head", "way_out"), [("en", "Takes effect: ", "How to opt out: "), ("zh", "生效：", "如何退出：")]
)
def test_a_change_is_an_event_in_the_readers_words(language: str, head: str, way_out: str) -> None:
    """The alert's sentence, the words before and after, those that name the day, and how to opt out."""
    (event,) = calendar_events([dated(JULY)], Style(language))
    assert event.summary == f"{head}Acme{'：' if language == 'zh' else ': '}{RECORD.change.summary}"
    assert event.quote == "These terms take effect then."
    for words in (f"{way_out}You can opt out.", "[-10,000,000-]{+1,000,000+}"):
        assert words in event.text
    assert (event.page, event.day, event.announced_at, event.url) == (
        "acme/free-plan",
        JULY,
        RECORD.seen_at,
        RECORD.url,
    )


def test_a_quiet_change_announces_nothing_and_moves_what_was_announced() -> None:
    """What is told to nobody is no event of its own."""
    quiet = replace(RECORD.change, verdict="quiet")
    later: dict[str, object] = {"seen_at": RECORD.seen_at + DAY, "change": quiet}
    assert calendar_events([dated(JULY, change=quiet)], Style()) == ()
    (event,) = calendar_events([dated(JULY), dated(AUGUST, **later)], Style())
    assert (event.day, event.sequence) == (AUGUST, 1)


def test_nothing_hostile_gets_out_of_its_place() -> None:
    """What a page says is text of one event, and an address that is none of the web is left out."""
    change = replace(RECORD.change, summary=HOSTILE)
    bad: dict[str, object] = {"change": change, "vendor_name": HOSTILE, "url": "javascript:alert(1)//" + HOSTILE}
    events = calendar_events([dated(JULY, **bad)], Style())
    assert len(entries(calendar_text(events, Style(), 7))) == 1
    assert events[0].url == "" and "\x00" not in events[0].text
