"""The days on which texts take effect as a calendar: events <-> iCalendar (RFC 5545), and what becomes of an event. Pure.

An event keeps its UID while its day moves, and counts its moves as SEQUENCE, so that whoever subscribed sees it go along.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from icalendar import Alarm, Calendar, Component
from icalendar import Event as Entry

PRODUCT = "-//terms-monitor//terms-monitor//EN"
REFRESH = timedelta(hours=6)
_PAGE, _QUOTE, _SEEN, _ANNOUNCED, _UNTIL = (
    f"X-TERMS-MONITOR-{name}" for name in ("PAGE", "QUOTED", "SEEN", "ANNOUNCED", "UNTIL")
)
"""Properties of ours, which calendars pass over; by them whoever goes on with a calendar knows what it tells."""
_MOST_TEXT = 20_000
"""Characters of an event's text; what is more is cut where it is added."""


@dataclass(frozen=True, slots=True)
class Event:
    """What takes effect on a day: `page` is `vendor/page`, `url` its address, `text` what there is to say of it, `quote` the words
    of the page that name the day.

    It was announced in the text that was first seen at `announced_at`; the one that was seen `at` says what stands here.
    `sequence` counts what became of its day since; one that is `cancelled` takes effect on no day.
    """

    page: str
    day: date
    announced_at: datetime
    at: datetime
    summary: str
    text: str
    quote: str = ""
    url: str = ""
    sequence: int = 0
    cancelled: bool = False

    @property
    def uid(self) -> str:
        """The same wherever the event is written, and whatever becomes of it."""
        said = f"terms-monitor:{self.page} {self.announced_at.isoformat()}"
        return f"{uuid.uuid5(uuid.NAMESPACE_URL, said)}@terms-monitor"


@dataclass(frozen=True, slots=True)
class Step:
    """What a page's text, first seen at a time, says of the day on which it takes effect, in which words; None where it names none.

    `event` is what there is to announce, if anything is.
    """

    page: str
    at: datetime
    day: date | None
    quote: str = ""
    event: Event | None = None


def follow(events: Iterable[Event], step: Step) -> tuple[Event, ...]:
    """The events after one more text of a page: its last one moves, ends or is confirmed, or a new one comes.

    What has taken effect stays as it was. A step that was taken before changes nothing.
    """
    before = tuple(events)
    last = next((event for event in reversed(before) if event.page == step.page), None)
    if last and step.at <= last.at:
        return before
    if last and last.day >= step.at.date() and not (last.cancelled and step.day != last.day):
        after = _became(last, step)
        return tuple(after if event is last else event for event in before)
    comes = step.event is not None and step.day is not None and step.day >= step.at.date()
    return (*before, step.event) if comes and step.event else before


def _became(event: Event, step: Step) -> Event:
    """What an event that is still to come becomes by the next text of its page."""
    if step.day is None or step.day < step.at.date():
        return replace(event, at=step.at, cancelled=True, sequence=event.sequence + 1)
    moved = step.day != event.day or event.cancelled
    text = f"{event.text}\n\n{step.event.text}"[:_MOST_TEXT] if step.event else event.text
    if not moved and text == event.text:
        return event
    quote, sequence = step.quote if moved else event.quote, event.sequence + moved
    return replace(event, day=step.day, at=step.at, text=text, quote=quote, cancelled=False, sequence=sequence)


def ics(events: Sequence[Event], name: str, days: int | None, until: datetime | None = None) -> str:
    """The events as a calendar of that name, with an alarm so many days before each; None for none.

    `until` is kept in it for whoever goes on with it: the time of the last text that it tells of.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for property_ in ("name", "x-wr-calname"):
        calendar.add(property_, name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    if until:
        calendar.add(_UNTIL, until.astimezone(UTC).isoformat())
    for event in sorted(events, key=lambda event: (event.day, event.page, event.announced_at)):
        calendar.add_component(_component(event, days))
    return str(calendar.to_ical(), "utf-8")


def _component(event: Event, days: int | None) -> Entry:
    component = Entry()
    component.add("uid", event.uid)
    component.add("dtstamp", event.at)
    component.add("created", event.announced_at)
    component.add("last-modified", event.at)
    component.add("sequence", event.sequence)
    component.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    component.add("transp", "TRANSPARENT")
    component.add("dtstart", event.day)
    component.add("summary", event.summary)
    component.add("description", f"{event.quote}\n\n{event.text}" if event.quote else event.text)
    if event.url:
        component.add("url", event.url)
    component.add(_PAGE, event.page)
    component.add(_QUOTE, str(len(event.quote)))
    component.add(_SEEN, event.at.astimezone(UTC).isoformat())
    component.add(_ANNOUNCED, event.announced_at.astimezone(UTC).isoformat())
    if days and not event.cancelled:
        component.add_component(_alarm(event, days))
    return component


def _alarm(event: Event, days: int) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", event.summary)
    alarm.add("trigger", timedelta(days=-days))
    return alarm


def events_of(calendar: str | bytes) -> tuple[tuple[Event, ...], datetime | None]:
    """The events of a calendar as `ics` writes it, and until when it tells. Raises ValueError for anything else."""
    try:
        read = Calendar.from_ical(calendar)
        until = read.get(_UNTIL)
        events = tuple(map(_event, read.walk("VEVENT")))
        return events, datetime.fromisoformat(str(until)) if until else None
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise ValueError("not a calendar of ours") from error


def _event(component: Component) -> Event:
    said, length = str(component["description"]), int(str(component[_QUOTE]))
    return Event(
        page=str(component[_PAGE]),
        day=component.decoded("dtstart"),
        announced_at=datetime.fromisoformat(str(component[_ANNOUNCED])),
        at=datetime.fromisoformat(str(component[_SEEN])),
        summary=str(component["summary"]),
        text=said[length + 2 :] if length else said,
        quote=said[:length],
        url=str(component.get("url", "")),
        sequence=int(str(component["sequence"])),
        cancelled=str(component["status"]) == "CANCELLED",
    )
