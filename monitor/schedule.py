"""When a page's next check is due: intervals, cron lines, sooner tries after a failure. Times are aware, and given back in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=366)
FIRST_RETRY = timedelta(minutes=15)
LONGEST_RETRY_AFTER = timedelta(hours=24)
SPREAD = 0.05
RESTLESS, RESTLESS_PAUSE = timedelta(days=2), timedelta(hours=1)
"""For so long after a change a page is checked twice as often, but for that not more often than once an hour."""
DAY_BEGINS = time(0, 10)
GIVEN_UP_HOPE = timedelta(days=14)
SELDOM, SELDOM_AT_MOST = 4, timedelta(days=7)
HORIZON_DAYS = 8 * 366  # eight years lie between the leap days around a century

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_INTERVAL = re.compile(r"([0-9]{1,6})([mhdw])")
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class Interval:
    """A check every so often: `15m`, `6h`, `1d`, `1w`."""

    length: timedelta

    def after(self, moment: datetime, zone: str = "UTC") -> datetime:  # noqa: ARG002 - as long everywhere
        """The due time that follows a check at `moment`."""
        return moment.astimezone(UTC) + self.length


@dataclass(frozen=True, slots=True)
class Cron:
    """The moments that a cron line names, by the clock of a time zone; weekdays count from Sunday, 0.

    `either` says that both day fields are restricted, and a day needs to match only one of them, as crontab(5) has it.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    either: bool

    def after(self, moment: datetime, zone: str = "UTC") -> datetime:
        """The first moment named after `moment`; the horizon's end where it names none before that.

        A time that a change of clocks skips comes as much later, one that it repeats comes the first time.
        """
        clock = ZoneInfo(zone)
        today = moment.astimezone(clock).date()
        for offset in range(HORIZON_DAYS):
            day = today + timedelta(days=offset)
            if self._names(day):
                times = (time(hour, minute, tzinfo=clock) for hour in self.hours for minute in self.minutes)
                moments = (datetime.combine(day, each).astimezone(UTC) for each in times)
                if found := min((each for each in moments if each > moment), default=None):
                    return found
        return moment.astimezone(UTC) + timedelta(days=HORIZON_DAYS)

    def _names(self, day: date) -> bool:
        by_day, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return day.month in self.months and ((by_day or by_weekday) if self.either else (by_day and by_weekday))


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a page is checked: an interval or a cron line, in a time zone; `phase`, from 0 to 1, is the page's own."""

    every: str
    zone: str = "UTC"
    phase: float = 0.0


@dataclass(frozen=True, slots=True)
class _Field:
    """One of a cron line's five fields: its range, and the names that stand for its numbers."""

    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")),
    _Field("day of week", 0, 7, ("sun", "mon", "tue", "wed", "thu", "fri", "sat")),
)


def parse_every(text: str) -> Interval | Cron:
    """Read an interval or a cron line of five fields. Raises ValueError, which says what was expected."""
    fields = text.split()
    if len(fields) == len(_FIELDS):
        return _parse_cron(fields)
    found = _INTERVAL.fullmatch(text.strip())
    if not found:
        raise ValueError("expected an interval like `15m`, `6h`, `1d`, `1w`, or a cron line like `0 */6 * * *`")
    length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if not SHORTEST <= length <= LONGEST:
        raise ValueError("expected an interval from `1m` to `366d`")
    return Interval(length)


def next_check(rhythm: Rhythm, last: datetime, now: datetime) -> datetime:
    """When the check after the one at `last` is due; `now` where that time is past, so missed ones are made up once.

    Intervals are up to a twentieth shorter, of each page by as much each time, so that pages which began together come apart.
    """
    every = parse_every(rhythm.every)
    due = every.after(last, rhythm.zone)
    if isinstance(every, Interval):
        due -= every.length * SPREAD * rhythm.phase
    return max(due, now.astimezone(UTC))


def sooner(
    due: datetime, rhythm: Rhythm, now: datetime, changed_at: datetime | None, effective_on: date | None
) -> datetime:
    """The due time moved forward: after a change others often follow, and a text that takes effect is looked at on the day."""
    every = parse_every(rhythm.every)
    if isinstance(every, Interval) and changed_at is not None and now - changed_at < RESTLESS:
        due = min(due, now.astimezone(UTC) + max(every.length / 2, min(every.length, RESTLESS_PAUSE)))
    if effective_on is not None:
        begins = datetime.combine(effective_on, DAY_BEGINS, ZoneInfo(rhythm.zone)).astimezone(UTC)
        due = min(due, begins) if begins > now else due
    return due


def after_failure(
    rhythm: Rhythm, failures: int, failing_since: datetime, retry_after: float | None, now: datetime
) -> datetime:
    """When to try again after `failures` failures in a row, the last of them `now`.

    The first try comes after 15 minutes, each later one after twice as long, none later than the schedule has it; but what has
    failed for two weeks is asked less often. `retry_after` is the number of seconds that the server asked for; it is honoured up
    to 24 hours, past the schedule.
    """
    doublings = min(max(failures, 1) - 1, 16)
    patience = FIRST_RETRY * (1 << doublings)
    scheduled = parse_every(rhythm.every).after(now, rhythm.zone)
    due = min(scheduled, now.astimezone(UTC) + patience)
    if now - failing_since >= GIVEN_UP_HOPE:
        due = max(scheduled, min(now + SELDOM * (scheduled - now), now + SELDOM_AT_MOST).astimezone(UTC))
    if retry_after is None:
        return due
    asked = timedelta(seconds=min(LONGEST_RETRY_AFTER.total_seconds(), max(0.0, retry_after)))
    return max(due, now.astimezone(UTC) + asked)


def latest(rhythm: Rhythm, now: datetime) -> datetime:
    """The latest due time that a check at `now` could set, whatever it came to."""
    scheduled = parse_every(rhythm.every).after(now, rhythm.zone)
    return max(scheduled, now.astimezone(UTC) + max(SELDOM_AT_MOST, LONGEST_RETRY_AFTER))


def _parse_cron(texts: list[str]) -> Cron:
    minutes, hours, days, months, weekdays = (
        _parse_field(text, field) for text, field in zip(texts, _FIELDS, strict=True)
    )
    either = not texts[2].startswith("*") and not texts[4].startswith("*")
    if not either and all(day > _LONGEST_MONTHS[month - 1] for day in days for month in months):
        raise ValueError("expected a cron line that some day matches; no such month has that day")
    return Cron(minutes, hours, days, months, tuple(sorted({day % 7 for day in weekdays})), either)


def _parse_field(text: str, field: _Field) -> tuple[int, ...]:
    return tuple(sorted({number for part in text.split(",") for number in _parse_part(part, field)}))


def _parse_part(part: str, field: _Field) -> range:
    """One item of a field's list: `*`, `5`, `1-5`, and with a step `*/2` or `1-5/2`."""
    span, slash, step = part.partition("/")
    low, dash, high = span.partition("-")
    if span == "*":
        first, last = field.low, field.high
    else:
        first, last = _number(low, field), _number(high if dash else low, field)
    if last < first:
        raise ValueError(f"cron field {field.name}: the range `{span}` runs backwards")
    if not slash:
        return range(first, last + 1)
    if first == last or not re.fullmatch("[1-9][0-9]?", step):
        raise ValueError(f"cron field {field.name}: expected a step like `*/5` or `0-30/5`, not `{part}`")
    return range(first, last + 1, int(step))


def _number(text: str, field: _Field) -> int:
    if text.lower() in field.words:
        return field.words.index(text.lower()) + field.low
    if text.isascii() and text.isdigit() and field.low <= int(text) <= field.high:
        return int(text)
    raise ValueError(f"cron field {field.name}: expected {field.low} to {field.high}, not `{text}`")
