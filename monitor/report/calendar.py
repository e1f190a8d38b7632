"""Recorded changes as a calendar of when their texts take effect: what each says, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import reduce

from monitor.calendars import Event, Step, follow, ics
from monitor.records import Dated
from monitor.report.catalogue import words_of
from monitor.report.message import message
from monitor.report.style import Style
from monitor.words import one_line

MOST_TEXT = 4_000
"""Characters of an event's text from one change."""
MOST_QUOTE = 500


def calendar_events(dated: Iterable[Dated], style: Style, standing: tuple[Event, ...] = ()) -> tuple[Event, ...]:
    """What takes effect by changes, the oldest first: those that are told announce it, and all of them may move or end it.

    `standing` are the events of the changes before them.
    """
    return reduce(follow, (_step(each, style) for each in dated), standing)


def calendar_text(
    events: tuple[Event, ...], style: Style, days: int | None = None, until: datetime | None = None
) -> str:
    """The events as a calendar in the reader's language, with an alarm so many days before each."""
    return ics(events, words_of(style).say("calendar"), days, until)


def _step(dated: Dated, style: Style) -> Step:
    record, said = dated.record, dated.effective
    page = f"{record.vendor}/{record.page}"
    if said is None:
        return Step(page, record.seen_at, None)
    quote = one_line(said.text, MOST_QUOTE)
    event = None if record.change.verdict == "quiet" else _event(page, dated, said.day, quote, style)
    return Step(page, record.seen_at, said.day, quote, event)


def _event(page: str, dated: Dated, day: date, quote: str, style: Style) -> Event:
    """A change as its event: the alert's sentence and its text."""
    record = dated.record
    said = message(record, style, way_out=dated.way_out)
    return Event(
        page=page,
        day=day,
        announced_at=record.seen_at,
        at=record.seen_at,
        summary=words_of(style).say("calendar-event", subject=said.subject),
        text=said.text.strip()[:MOST_TEXT],
        quote=quote,
        url=said.url,
    )
