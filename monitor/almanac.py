"""The calendar beside the feeds: what takes effect when, kept in step with the archive, change by change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from monitor.apart import Run, here
from monitor.archive import Archive
from monitor.calendars import Event, events_of
from monitor.composer import dated
from monitor.deliver.feed import held, write_whole
from monitor.records import ChangeRecord, Dated
from monitor.report.calendar import calendar_events, calendar_text
from monitor.report.style import Style

FILE = "calendar.ics"
PAST = timedelta(days=400)
"""How far back a new calendar begins: hardly anything is announced longer before."""
MOST_BYTES = 64 << 20


def keep(archive: Archive, folder: Path, style: Style, days: int | None, now: datetime, run: Run = here) -> str:
    """Bring the calendar in a folder up to date; what is wrong, if anything is.

    `days` is as in `calendar_text`; pages are read where `run` does it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with held(folder):
            return _keep(archive, folder / FILE, style, days, now, run)
    except BlockingIOError:
        return f"{folder / FILE}: another process is writing the feeds"
    except OSError as error:
        return f"{folder / FILE}: the calendar cannot be written ({error.strerror})"


def _keep(archive: Archive, path: Path, style: Style, days: int | None, now: datetime, run: Run) -> str:
    standing, until, note = _standing(path)
    since = until or now - PAST
    records = tuple(archive.changes(since=since, newest_first=False))
    last = max((record.seen_at for record in records), default=since)
    if path.exists() and last == until:
        return note
    events = calendar_events(_dated(archive, records, run), style, standing)
    write_whole(path, calendar_text(events, style, days, last).encode())
    return note


def _dated(archive: Archive, records: tuple[ChangeRecord, ...], run: Run) -> Iterator[Dated]:
    return filter(None, (dated(archive, record, run) for record in records))


def _standing(path: Path) -> tuple[tuple[Event, ...], datetime | None, str]:
    """The events of the calendar that stands, until when it tells, and a note if it was damaged: it is then begun anew."""
    try:
        with path.open("rb") as file:
            events, until = events_of(file.read(MOST_BYTES))
        return events, until, ""
    except FileNotFoundError:
        return (), None, ""
    except ValueError:
        path.replace(path.with_name(f"{path.name}.broken"))
        return (), None, f"{path.name} was damaged: it is set aside as {path.name}.broken, and begun anew"
