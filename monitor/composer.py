"""What is owed as a message: the records that it is about, taken from the archive and put into words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from monitor import extract
from monitor.errors import DamagedRecord, ReadingError
from monitor.meaning import effective, way_out
from monitor.model import DATA_TOPICS, Document, Effective, Link
from monitor.records import AlertRecord, ChangeRecord, Message, Parcel
from monitor.report import Style, digest_message, message, notice_message

PAST = timedelta(days=30)


class Records(Protocol):
    """What the archive tells of what is owed."""

    def alert(self, alert_id: int, /) -> AlertRecord:
        """An alert."""
        ...

    def change(self, change_id: int, /) -> ChangeRecord:
        """A change."""
        ...

    def document(self, version_id: int, /) -> Document:
        """The text of a version."""
        ...

    def content(self, version_id: int, /) -> tuple[bytes, str]:
        """The bytes that a version was read from, and their content type."""
        ...


def compose(records: Records, parcel: Parcel, style: Style) -> Message:
    """The message that a parcel is sent as: of one change, of many, or of the monitor's own troubles."""
    first = parcel.first
    if first.change is None:
        alert = records.alert(first.alert)
        written = notice_message(alert.troubles, style, key=parcel.key, at=alert.created_at)
    elif len(parcel.deliveries) > 1 or first.digest:
        changes = [records.change(each.change) for each in parcel.deliveries if each.change is not None]
        written = digest_message(changes, style, key=parcel.key, period=first.digest.partition(" ")[0])
    else:
        written = _of_change(records, parcel, records.change(first.change), style)
    return replace(written, served=first.served)


def _of_change(records: Records, parcel: Parcel, record: ChangeRecord, style: Style) -> Message:
    """The message about one change. What is damaged beside the change itself costs a detail, and not the alert."""
    before, after = _document(records, record.before.version), _document(records, record.after.version)
    of_data = not set(DATA_TOPICS).isdisjoint(record.change.topics)
    links = _links(records, record)
    return message(
        record,
        style,
        key=parcel.key,
        before=before,
        after=after,
        links=links,
        effective=_takes_effect(record, before, after),
        way_out=way_out(after, links) if after and of_data else None,
        alert=parcel.first.alert,
        repeat=parcel.first.repeat,
    )


def _takes_effect(record: ChangeRecord, before: Document | None, after: Document | None) -> Effective | None:
    """When the new text takes effect, if it says so; a day long past is its history, and no news."""
    found = effective(after, before) if after else None
    return found if found and found.day >= (record.previous_at - PAST).date() else None


def _document(records: Records, version: int) -> Document | None:
    try:
        return records.document(version)
    except DamagedRecord:
        return None


def _links(records: Records, record: ChangeRecord) -> tuple[Link, ...]:
    try:
        body, content_type = records.content(record.after.version)
        return extract.links(body, content_type, record.url)
    except (DamagedRecord, ReadingError):
        return ()
