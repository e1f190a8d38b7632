"""Quiet hours and digests keep the reader's clock, also where clocks are changed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.hours import is_quiet, label, next_digest
from monitor.model import Digest, QuietHours

NIGHT = QuietHours(time(22), time(7), "Europe/Berlin")
NOON = QuietHours(time(12), time(13), "Asia/Shanghai")
ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
)
MOMENTS = st.integers(1_577_836_800, 2_051_222_400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
DIGESTS = st.builds(Digest, st.sampled_from(["daily", "weekly"]), st.times(), st.integers(0, 6), ZONES)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text + "+00:00")


@pytest.mark.parametrize(
    ("hours", "moment", "quiet"),
    [
        (NIGHT, "2026-01-10T20:59", False),
        (NIGHT, "2026-01-10T21:00", True),
        (NIGHT, "2026-01-11T05:59", True),
        (NIGHT, "2026-01-11T06:00", False),
        (NIGHT, "2026-07-10T20:00", True),  # an hour earlier in summer
        (NIGHT, "2026-07-11T05:00", False),
        (NOON, "2026-01-10T04:30", True),
        (NOON, "2026-01-10T12:30", False),
    ],
)
def test_quiet_hours_are_the_readers(hours: QuietHours, moment: str, quiet: bool) -> None:
    """Quiet hours hold in their own time zone, past midnight too; they begin on the minute, and end on it."""
    assert is_quiet(hours, utc(moment)) is quiet


@pytest.mark.parametrize(
    ("digest", "moment", "due"),
    [
        (Digest("daily", time(8), zone="Europe/Berlin"), "2026-01-10T06:59", "2026-01-10T07:00"),
        (Digest("daily", time(8), zone="Europe/Berlin"), "2026-01-10T07:00", "2026-01-11T07:00"),
        (Digest("daily", time(8), zone="Europe/Berlin"), "2026-03-28T08:00", "2026-03-29T06:00"),  # summer begins
        (Digest("daily", time(2, 30), zone="Europe/Berlin"), "2026-03-29T00:00", "2026-03-29T01:30"),  # no such time
        (Digest("weekly", time(8), 0, "UTC"), "2026-11-25T12:00", "2026-11-30T08:00"),
        (Digest("weekly", time(8), 2, "UTC"), "2026-11-25T12:00", "2026-12-02T08:00"),
        (Digest("weekly", time(8), 3, "Asia/Shanghai"), "2026-11-25T23:59", "2026-11-26T00:00"),
    ],
)
def test_a_digest_is_due_at_its_hour(digest: Digest, moment: str, due: str) -> None:
    """A digest is due at its next hour in its time zone, a weekly one on its day; one that is due now waits for the next."""
    assert next_digest(digest, utc(moment)) == utc(due)


@given(DIGESTS, MOMENTS)
def test_no_digest_is_far(digest: Digest, moment: datetime) -> None:
    """Whatever the zone and the change of clocks, the next digest lies ahead, within a day or a week and an hour or two."""
    pause = next_digest(digest, moment) - moment
    assert timedelta(0) < pause <= timedelta(days=7 if digest.every == "weekly" else 1, hours=2)


def test_a_label_is_of_one_digest() -> None:
    """Digests of other days, hours or zones have other labels: they are other messages."""
    digests = [Digest(), Digest(at=time(9)), Digest("weekly"), Digest("weekly", weekday=3), Digest(zone="Asia/Tokyo")]
    assert len({label(digest) for digest in digests}) == len(digests)
