"""The calendar beside the feeds is in step with the archive, whatever was told; and `changes --ics` prints one."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from fakes import DAY, PAGE, TRAINS, terms
from house import House

from monitor import wiring
from monitor.almanac import FILE, keep
from monitor.archive import Archive
from monitor.calendars import Event, events_of
from monitor.cli import cli
from monitor.errors import UsageError
from monitor.health import Watch
from monitor.outbox import Manner
from monitor.report.style import Style
from monitor.rounds import Round
from monitor.watchlist.loading import load

JUNE = date(2031, 6, 1)
WATCHLIST = """\
version: 1
settings: {{remind: 3d, language: zh, archive: {archive}}}
channels: {{news: {{kind: feed, folder: feeds}}}}
vendors:
  acme: {{pages: {{terms: {{type: terms, url: https://acme.example/terms}}}}}}
"""


def told(day: str = "1 June 2031", **swapped: str) -> bytes:
    """A text with news that takes effect on a day."""
    return terms(**{"p5": TRAINS, "p11": f"These terms take effect on {day}."} | swapped)


@pytest.fixture
def place(house: House) -> House:
    """An archive that has seen the first text of a page."""
    house.check(terms())
    return house


def kept(place: House) -> tuple[Event, ...]:
    """The calendar after a round."""
    folder = place.path.parent / "feeds"
    assert keep(place.archive, folder, Style(), 7, place.now) == ""
    return events_of((folder / FILE).read_bytes())[0]


def test_the_calendar_goes_along_with_the_archive(place: House) -> None:
    """Announced, moved by a change that is told to nobody, off when the old text is back: change by change."""
    assert kept(place) == ()
    place.check(told())
    (announced,) = kept(place)
    place.check(told("15 June 2031"))
    (moved,) = kept(place)
    place.check(terms())
    (off,) = kept(place)
    assert place.verdicts() == ["alert", "quiet", "quiet"]
    assert [announced.day, moved.day, off.day] == [JUNE, date(2031, 6, 15), date(2031, 6, 15)]
    assert [announced.sequence, moved.sequence, off.sequence] == [0, 1, 2] and off.cancelled
    assert announced.uid == moved.uid == off.uid and announced.summary.startswith("Takes effect: Acme AI ")


def test_a_calendar_made_late_is_the_same(place: House) -> None:
    """Whoever goes on change by change has what is made of all of them at once, and what `changes --ics` prints."""
    for body in (told(), told("15 June 2031"), told("15 June 2031", p12="We share your chats with advertisers.")):
        place.check(body)
        step_by_step = kept(place)
    (place.path.parent / "feeds" / FILE).unlink()
    assert kept(place) == step_by_step
    place.archive.close()
    done = CliRunner().invoke(cli, ["changes", "--ics", "--archive", str(place.path)])
    assert events_of(done.stdout_bytes)[0] == step_by_step


def test_nothing_is_written_where_nothing_changed(place: House) -> None:
    """A calendar that is right stays as it is."""
    place.check(told())
    kept(place)
    path = place.path.parent / "feeds" / FILE
    before = path.stat()
    place.check(told())
    kept(place)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_damaged_calendar_is_set_aside(place: House) -> None:
    """It is begun anew, and somebody is told."""
    place.check(told())
    (event,) = kept(place)
    path = place.path.parent / "feeds" / FILE
    path.write_bytes(b"BEGIN:VCALENDAR\r\nnot a calendar")
    assert "set aside as calendar.ics.broken" in keep(place.archive, path.parent, Style(), 7, place.now)
    assert kept(place) == (event,) and path.with_name("calendar.ics.broken").exists()


def test_a_calendar_that_cannot_be_written_is_told(place: House) -> None:
    """By somebody else who writes the feeds, or by the disk; the next round tries again."""
    folder = place.path.parent / "feeds"
    folder.mkdir()
    place.check(told())
    with locked(folder):
        assert "another process" in keep(place.archive, folder, Style(), 7, place.now)
    (folder / "file").write_text("")
    assert "cannot be written" in keep(place.archive, folder / "file", Style(), 7, place.now)
    assert len(kept(place)) == 1


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """A folder that somebody else holds."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    yield
    os.close(handle)


def test_a_text_that_cannot_be_read_ends_nothing(place: House) -> None:
    """A damaged document says nothing of the day: its change is left out."""
    place.check(told())
    assert len(kept(place)) == 1
    place.check(told(p12="We share your chats with advertisers."))
    place.archive.close()
    newest = "SELECT document FROM versions ORDER BY id DESC LIMIT 1"
    with closing(sqlite3.connect(place.path)) as db, db:
        db.execute(f"UPDATE blobs SET data = x'00' WHERE sha256 = ({newest})")
    with Archive(place.path) as place.archive:
        (event,) = kept(place)
        assert not event.cancelled and "advertisers" not in event.text


def test_a_round_keeps_the_calendars(place: House) -> None:
    """At the end of a round each folder of feeds has its calendar; what is wrong with one is told like other faults."""
    folder, file = place.path.parent / "feeds", place.path.parent / "file"
    file.write_text("")
    place.check(told())
    round_ = Round({}, Manner(), (PAGE,), Watch(free=0), (), calendars=(folder, file / "feeds"), alarm=7)
    delivered = round_.finish(place.archive, place.now)
    assert len(delivered.faults) == 1 and "cannot be written" in delivered.faults[0]
    assert len(events_of((folder / FILE).read_bytes())[0]) == 1


def test_every_feed_has_a_calendar(place: House) -> None:
    """The folders are those of the feed channels, the alarm is the reminder's."""
    path = place.path.with_name("watchlist.yaml")
    path.write_text(WATCHLIST.format(archive=place.path.name), "utf-8")
    round_ = wiring.rounds(load(path, {}), {})
    assert (round_.calendars, round_.alarm) == ((place.path.parent / "feeds",), 3)


def test_changes_are_printed_as_a_calendar(place: House) -> None:
    """In the language of the watchlist, with its alarm, of the changes that pass the filters."""
    place.check(told())
    path = place.path.with_name("watchlist.yaml")
    path.write_text(WATCHLIST.format(archive=place.path.name), "utf-8")
    place.archive.close()
    done = CliRunner().invoke(cli, ["changes", "--ics", "--watchlist", str(path)])
    assert "TRIGGER:-P3D" in done.stdout and "SUMMARY:生效：" in done.stdout
    assert done.stdout_bytes.replace(b"\r\n", b"").count(b"\n") == 0
    none = CliRunner().invoke(cli, ["changes", "--ics", "--vendor", "other", "--watchlist", str(path)])
    assert events_of(none.stdout_bytes) == ((), None)
    both = CliRunner().invoke(cli, ["changes", "--ics", "--json", "--watchlist", str(path)])
    assert isinstance(both.exception, UsageError)


def test_old_changes_begin_no_calendar(place: House) -> None:
    """What was announced more than a year ago has long taken effect."""
    place.check(told("1 June 2033"))
    folder = place.path.parent / "feeds"
    assert keep(place.archive, folder, Style(), 7, place.now + 500 * DAY) == ""
    assert events_of((folder / FILE).read_bytes())[0] == ()
