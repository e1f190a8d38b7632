"""What is owed as a message: the records that it is about, taken from the archive and put into words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from monitor import reading
from monitor.apart import Run, here
from monitor.errors import DamagedRecord, ReadingError, UsageError
from monitor.meaning.effective import effective
from monitor.meaning.twins import disagreements
from monitor.meaning.way_out import way_out
from monitor.model import DATA_TOPICS, Disagreement, Document, Effective, Link, WayOut
from monitor.records import ChangeRecord, Dated, Message, Parcel, Records, TwinSays
from monitor.report.digest import digest_message
from monitor.report.message import message
from monitor.report.notice import notice_message
from monitor.report.style import Style

PAST = timedelta(days=30)
LATEST = datetime.max.replace(tzinfo=UTC)


def compose(records: Records, parcel: Parcel, style: Style, run: Run = here) -> Message:
    """The message that a parcel is sent as: of one change, of many, of what takes effect, or of the monitor's own troubles.

    The links of a page are read where `run` does it.
    """
    first = parcel.first
    if day := first.reminds_of:
        written = _reminder(records, parcel, day, style, run)
    elif first.change is None:
        alert = records.alert(first.alert)
        written = notice_message(alert.troubles, style, key=parcel.key, at=alert.created_at)
    elif len(parcel.deliveries) > 1 or first.digest:
        changes = [records.change(each.change) for each in parcel.deliveries if each.change is not None]
        written = digest_message(changes, style, key=parcel.key, period=first.digest.partition(" ")[0])
    else:
        written = _of_change(records, parcel, records.change(first.change), style, run)
    return replace(written, served=first.served)


def dated(records: Records, record: ChangeRecord, run: Run = here) -> Dated | None:
    """A change with the day on which its text takes effect, new or not; None where the text can no longer be read."""
    after = _document(records, record.after.version)
    if after is None:
        return None
    said = effective(after)
    of_use = said and record.change.verdict != "quiet"
    return Dated(record, said, _read(records, record, run).way_out if of_use else None)


def _reminder(records: Records, parcel: Parcel, day: date, style: Style, run: Run) -> Message:
    """The message about what takes effect on a day, and was told before."""
    changes = [records.change(each.change) for each in parcel.deliveries if each.change is not None]
    first = parcel.first
    if len(changes) == 1:
        return replace(_of_change(records, parcel, changes[0], style, run, day), at=first.due_at)
    ways_out = {record.id: _read(records, record, run).way_out for record in changes}
    return digest_message(changes, style, key=parcel.key, reminds_of=day, until=first.due_at, ways_out=ways_out)


def _of_change(
    records: Records, parcel: Parcel, record: ChangeRecord, style: Style, run: Run, reminds_of: date | None = None
) -> Message:
    """The message about one change. What is damaged beside the change itself costs a detail, and not the alert.

    A reminder leaves out what else changed on the page.
    """
    read = _read(records, record, run)
    stands = _as_it_stands(records, record, reminds_of, parcel.first.due_at) if reminds_of else None
    return message(
        record,
        style,
        key=parcel.key,
        before=None if reminds_of else read.before,
        after=None if reminds_of else read.after,
        links=read.links,
        effective=stands or _takes_effect(record, read.before, read.after),
        way_out=read.way_out,
        alert=parcel.first.alert,
        repeat=parcel.first.repeat,
        reminds_of=reminds_of,
        twins=_twins(records, record, read.after, style),
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """What is read of a change for its message beside the record; what is damaged is left out."""

    before: Document | None
    after: Document | None
    links: tuple[Link, ...]
    way_out: WayOut | None


def _read(records: Records, record: ChangeRecord, run: Run) -> _Read:
    before, after = _document(records, record.before.version), _document(records, record.after.version)
    of_data = not set(DATA_TOPICS).isdisjoint(record.change.topics)
    links = _links(records, record, run)
    return _Read(before, after, links, way_out(after, links) if after and of_data else None)


def _takes_effect(record: ChangeRecord, before: Document | None, after: Document | None) -> Effective | None:
    """When the new text takes effect, if it says so; a day long past is its history, and no news."""
    found = effective(after, before) if after else None
    return found if found and found.day >= (record.previous_at - PAST).date() else None


def _as_it_stands(records: Records, record: ChangeRecord, day: date, at: datetime) -> Effective:
    """The day of a reminder, and the words that name it in the text that stood at a time: a later one may have moved it."""
    try:
        found = effective(records.version_at(record.vendor, record.page, at).document)
    except DamagedRecord:
        found = None
    return found if found and found.day == day else Effective(day, "")


def _twins(records: Records, record: ChangeRecord, after: Document | None, style: Style) -> tuple[TwinSays, ...]:
    """The pages that state the same facts as a page, and say otherwise now what its new text says."""
    twins = style.about(record.vendor, record.page).twins if after else ()
    said = (TwinSays(key, _otherwise(records, after, key)) for key in twins if after)
    return tuple(twin for twin in said if twin.otherwise)


def _otherwise(records: Records, here: Document, key: str) -> tuple[Disagreement, ...]:
    vendor, _, page = key.partition("/")
    try:
        return disagreements(here, records.version_at(vendor, page, LATEST).document)
    except (DamagedRecord, UsageError):  # the twin was not read yet
        return ()


def _document(records: Records, version: int) -> Document | None:
    try:
        return records.document(version)
    except DamagedRecord:
        return None


def _links(records: Records, record: ChangeRecord, run: Run) -> tuple[Link, ...]:
    try:
        body, content_type = records.content(record.after.version)
        return run(reading.links, body, content_type, record.url)
    except (DamagedRecord, ReadingError):
        return ()
