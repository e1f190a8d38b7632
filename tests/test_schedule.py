"""When checks are due."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.schedule import Cron, Interval, Rhythm, after_failure, latest, next_check, parse_every, sooner

NOW = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)  # a Tuesday
MOMENTS = st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def _items(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    span = st.tuples(number, number).map(sorted).map(lambda ends: f"{ends[0]}-{ends[1]}")
    step = st.tuples(st.just("*"), st.integers(1, 9)).map(lambda pair: f"{pair[0]}/{pair[1]}")
    return st.one_of(st.just("*"), step, st.lists(number.map(str) | span, min_size=1, max_size=3).map(",".join))


CRON_LINES = st.tuples(_items(0, 59), _items(0, 23), _items(1, 28), _items(1, 12), _items(0, 7)).map(" ".join)


def _values(item: str, low: int, high: int) -> set[int]:
    """A slow second reading of a cron field."""
    found: set[int] = set()
    for part in item.split(","):
        span, _, step = part.partition("/")
        first, _, last = (f"{low}-{high}" if span == "*" else span).partition("-")
        found |= {n for n in range(int(first), int(last or first) + 1) if (n - int(first)) % int(step or 1) == 0}
    return found


def _first_match(line: str, moments: Iterator[datetime]) -> datetime | None:
    day, weekday = line.split()[2], line.split()[4]
    bounds = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
    fields = [_values(item, low, high) for item, (low, high) in zip(line.split(), bounds, strict=True)]
    join = any if day[0] != "*" and weekday[0] != "*" else all
    for moment in moments:
        on_weekday = bool({moment.isoweekday(), moment.isoweekday() % 7} & fields[4])
        on_time = moment.minute in fields[0] and moment.hour in fields[1] and moment.month in fields[3]
        if on_time and join((moment.day in fields[2], on_weekday)):
            return moment
    return None


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("1m", timedelta(minutes=1)),
        ("15m", timedelta(minutes=15)),
        ("6h", timedelta(hours=6)),
        ("1d", timedelta(days=1)),
        ("1w", timedelta(weeks=1)),
    ],
)
def test_interval_units(text: str, length: timedelta) -> None:
    """An interval is a number and one of m, h, d, w."""
    assert parse_every(text) == Interval(length)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("0 */6 * * *", datetime(2026, 3, 10, 18, tzinfo=UTC)),
        ("30 12 * * *", datetime(2026, 3, 11, 12, 30, tzinfo=UTC)),
        ("31 12 * * *", datetime(2026, 3, 10, 12, 31, tzinfo=UTC)),
        ("0 9 * * mon-fri", datetime(2026, 3, 11, 9, tzinfo=UTC)),
        ("0 9 * * Sun", datetime(2026, 3, 15, 9, tzinfo=UTC)),
        ("0 9 * * 7", datetime(2026, 3, 15, 9, tzinfo=UTC)),
        ("0 0 1 JAN *", datetime(2027, 1, 1, tzinfo=UTC)),
        ("0 0 13 * fri", datetime(2026, 3, 13, tzinfo=UTC)),
        ("0 0 20 * wed", datetime(2026, 3, 11, tzinfo=UTC)),
        ("5,10 0-12/4 * * *", datetime(2026, 3, 11, 0, 5, tzinfo=UTC)),
        ("0 0 29 2 *", datetime(2028, 2, 29, tzinfo=UTC)),
    ],
)
def test_cron_line_names_its_next_moment(line: str, expected: datetime) -> None:
    """A cron line is read as crontab(5) reads it: lists, ranges, steps, names, Sunday as 0 or 7, either day field."""
    assert next_check(Rhythm(line), NOW, NOW) == expected


def test_leap_day_across_a_century() -> None:
    """A leap day is found even where it is eight years away."""
    last = datetime(2096, 3, 1, tzinfo=UTC)
    assert next_check(Rhythm("0 0 29 2 *"), last, last) == datetime(2104, 2, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "", "6", "h", "0m", "-1h", "1.5h", "6 h", "6y", "367d", "53w", "999999w", "٣h", "* * * *", "* * * * * *",
        "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 13 *", "* * * * 8", "*/0 * * * *", "5/2 * * * *",
        "*/x * * * *", "5- * * * *", "-5 * * * *", "5-* * * * *", "9-5 * * * *", "1,,2 * * * *", "* * * foo *",
        "@daily", "mon * * * *", "0 0 31 2 *", "0 0 30-31 feb */2", "² * * * *", "*/ * * * *", "** * * * *",
    ],
)  # fmt: skip
def test_what_is_no_schedule_is_refused_in_words(text: str) -> None:
    """Whatever is neither an interval nor a possible cron line raises ValueError that says what was expected."""
    with pytest.raises(ValueError, match=r"expected|backwards"):
        parse_every(text)


@settings(max_examples=50)
@given(st.text(max_size=20) | CRON_LINES)
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes the parser raise anything but ValueError."""
    try:
        assert isinstance(parse_every(text), Interval | Cron)
    except ValueError as error:
        assert str(error)


@settings(max_examples=40)
@given(CRON_LINES, MOMENTS)
def test_cron_agrees_with_trying_every_minute(line: str, last: datetime) -> None:
    """The next moment is the one that trying every minute of two days would find."""
    start = last.replace(second=0, microsecond=0)
    tried = (start + timedelta(minutes=count) for count in range(1, 2 * 24 * 60))
    expected = _first_match(line, tried)
    due = next_check(Rhythm(line), last, last)
    assert due == expected if expected else due >= start + timedelta(days=2)


@given(st.sampled_from(["1m", "6h", "1w", "*/5 * * * *", "0 0 29 2 *"]) | CRON_LINES, MOMENTS, MOMENTS)
def test_next_check_is_after_the_last(every: str, last: datetime, now: datetime) -> None:
    """The next check lies after the last one and never before now, whatever the clock did in between."""
    due = next_check(Rhythm(every), last, now)
    assert due > last
    assert due >= now


@pytest.mark.parametrize("every", ["6h", "0 */6 * * *"])
def test_missed_checks_are_made_up_once(every: str) -> None:
    """After a long pause one check is due, at once, and the one after it is due in its ordinary time."""
    assert next_check(Rhythm(every), NOW - timedelta(days=9), NOW) == NOW
    assert NOW < next_check(Rhythm(every), NOW, NOW) <= NOW + timedelta(hours=6)


def test_other_time_zones_are_understood() -> None:
    """A moment in another zone counts as the moment it is; due times come in UTC."""
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    assert next_check(Rhythm("0 13 * * *"), tokyo, tokyo) == datetime(2026, 3, 10, 13, tzinfo=UTC)
    assert next_check(Rhythm("6h"), tokyo, tokyo).tzinfo is UTC


@pytest.mark.parametrize(
    ("every", "failures", "minutes"),
    [
        ("6h", 1, 15),
        ("6h", 2, 30),
        ("6h", 3, 60),
        ("6h", 5, 240),
        ("6h", 6, 360),
        ("6h", 5000, 360),
        ("5m", 1, 5),
        ("0 */6 * * *", 1, 15),
        ("35 12 * * *", 1, 5),
    ],
)
def test_failures_are_retried_sooner_than_the_schedule(every: str, failures: int, minutes: int) -> None:
    """The first retry comes after 15 minutes, each later one after twice as long, none after the schedule's time."""
    assert after_failure(Rhythm(every), failures, NOW, None, NOW) == NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("retry_after", "expected"),
    [
        (5.0, timedelta(minutes=15)),
        (3600.0, timedelta(hours=1)),
        (10 * 3600.0, timedelta(hours=10)),
        (1e9, timedelta(hours=24)),
        (float("inf"), timedelta(hours=24)),
        (-5.0, timedelta(minutes=15)),
    ],
)
def test_retry_after_is_honoured_up_to_a_day(retry_after: float, expected: timedelta) -> None:
    """What the server asked for is honoured past the schedule, but never for longer than 24 hours."""
    assert after_failure(Rhythm("6h"), 1, NOW, retry_after, NOW) == NOW + expected


# --- time zones, spread, sooner and later ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "zone", "after", "due"),
    [
        ("0 8 * * *", "Europe/Berlin", "2026-01-10T06:59", "2026-01-10T07:00"),
        ("0 8 * * *", "Europe/Berlin", "2026-07-10T05:00", "2026-07-10T06:00"),
        ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00", "2026-03-29T01:30"),  # no such time on that day
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T00:00", "2026-10-25T00:30"),  # twice on that day; the first
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30", "2026-10-26T01:30"),
        ("0 0 * * 1", "Asia/Shanghai", "2026-11-22T12:00", "2026-11-22T16:00"),
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00", "2026-10-03T15:45"),
    ],
)
def test_a_cron_line_keeps_the_clock_of_its_zone(line: str, zone: str, after: str, due: str) -> None:
    """A cron line names times of its time zone, also on the days on which clocks are changed, and each day once."""
    moment, expected = (datetime.fromisoformat(text + "+00:00") for text in (after, due))
    assert next_check(Rhythm(line, zone), moment, moment) == expected


def test_pages_that_began_together_come_apart() -> None:
    """Of an interval each page has its own, up to a twentieth shorter; a cron line is kept to the minute."""
    dues = {next_check(Rhythm("12h", phase=number / 10), NOW, NOW) for number in range(11)}
    assert len(dues) == 11
    assert min(dues) == NOW + timedelta(hours=11.4) and max(dues) == NOW + timedelta(hours=12)
    assert next_check(Rhythm("0 13 * * *", phase=1.0), NOW, NOW) == next_check(Rhythm("0 13 * * *"), NOW, NOW)


@pytest.mark.parametrize(
    ("every", "changed_ago", "hours"),
    [("12h", 1, 6), ("12h", 47, 6), ("12h", 49, 12), ("90m", 1, 1), ("30m", 1, 0.5), ("0 0 * * *", 1, 11.5)],
)
def test_a_restless_page_is_checked_sooner(every: str, changed_ago: float, hours: float) -> None:
    """For two days after a change a page is checked twice as often, not more than hourly; a cron line is kept."""
    rhythm = Rhythm(every)
    due = sooner(next_check(rhythm, NOW, NOW), rhythm, NOW, NOW - timedelta(hours=changed_ago), None)
    assert due == NOW + timedelta(hours=hours)


def test_a_text_is_looked_at_on_the_day_it_takes_effect() -> None:
    """A page whose text takes effect before its next check is checked on that day, by the clock of its zone; never later."""
    rhythm, week = Rhythm("1w", "Asia/Shanghai"), NOW + timedelta(weeks=1)
    assert sooner(week, rhythm, NOW, None, date(2026, 3, 14)) == datetime(2026, 3, 13, 16, 10, tzinfo=UTC)
    assert sooner(week, rhythm, NOW, None, date(2026, 3, 10)) == week  # has begun
    assert sooner(week, rhythm, NOW, None, date(2026, 5, 1)) == week


def test_what_has_failed_for_long_is_asked_less_often() -> None:
    """After two weeks of failures a page is tried at four times its interval, at most a week."""
    long_ago = NOW - timedelta(days=14)
    assert after_failure(Rhythm("6h"), 99, long_ago, None, NOW) == NOW + timedelta(hours=24)
    assert after_failure(Rhythm("3d"), 99, long_ago, None, NOW) == NOW + timedelta(days=7)
    assert after_failure(Rhythm("4w"), 99, long_ago, None, NOW) == NOW + timedelta(weeks=4)
    assert after_failure(Rhythm("6h"), 99, long_ago + timedelta(hours=1), None, NOW) == NOW + timedelta(hours=6)


@settings(max_examples=60)
@given(
    st.sampled_from(["1m", "6h", "4w", "366d", "*/5 * * * *", "0 0 29 2 *"]),
    st.integers(0, 99),
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.none() | st.floats(0, 1e9),
)
def test_no_check_sets_a_later_turn_than_the_latest(
    every: str, failures: int, failing: timedelta, retry: float | None
) -> None:
    """Whatever a check comes to, the turn that it sets lies within the bound by which a wrong clock is told."""
    rhythm = Rhythm(every)
    assert next_check(rhythm, NOW, NOW) <= latest(rhythm, NOW)
    assert after_failure(rhythm, failures, NOW - failing, retry, NOW) <= latest(rhythm, NOW)
