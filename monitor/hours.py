"""Times of day where the reader is: quiet hours, and when a digest is due. Pure; times are aware, and given back in UTC."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.model import Digest, QuietHours, Reminder

MORNING = time(8)
"""When reminders are sent."""


def is_quiet(hours: QuietHours, moment: datetime) -> bool:
    """Whether a moment lies within quiet hours; their end does not."""
    clock = moment.astimezone(ZoneInfo(hours.zone)).time()
    if hours.begin <= hours.end:
        return hours.begin <= clock < hours.end
    return clock >= hours.begin or clock < hours.end


def next_digest(digest: Digest, moment: datetime) -> datetime:
    """The first time after a moment at which a digest is sent. An hour that a change of clocks skips comes right after it."""
    zone = ZoneInfo(digest.zone)
    today = moment.astimezone(zone).date()
    days = (today + timedelta(days=number) for number in range(9))
    named = (day for day in days if digest.every == "daily" or day.weekday() == digest.weekday)
    times = (datetime.combine(day, digest.at, zone).astimezone(UTC) for day in named)
    return next(time for time in times if time > moment)


def reminded_at(day: date, reminder: Reminder) -> datetime:
    """When those are reminded who were told of what takes effect on a day."""
    return datetime.combine(day - timedelta(days=reminder.days), MORNING, ZoneInfo(reminder.zone)).astimezone(UTC)


def label(digest: Digest) -> str:
    """A digest's name: what waits under the same name goes in the same message."""
    day = f" on {calendar.day_name[digest.weekday]}" if digest.every == "weekly" else ""
    return f"{digest.every}{day} at {digest.at:%H:%M} {digest.zone}"
