"""What must be true at the end: three records are laid side by side, what the site served, the archive, what the sinks took."""

from __future__ import annotations

import hashlib
import itertools
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from faulty import Arrival, Sink

from monitor.archive import Archive
from monitor.records import Parcel


@dataclass(frozen=True, slots=True)
class Ledger:
    """The archive's side: channel and key of everything that was sent as one message -> the alerts in it."""

    alerts: int
    deliveries: int
    parcels: dict[tuple[str, str], tuple[int, ...]]
    unsent: tuple[str, ...]


def ledger(path: Path) -> Ledger:
    """What an archive says was sent."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        firsts = dict(db.execute("SELECT id, coalesce(folded_into, id) FROM deliveries"))
    with Archive(path, mode="read") as archive:
        alerts, found = archive.alerts(), archive.deliveries()
    together = defaultdict(list)
    for delivery in sorted(found, key=lambda each: (each.id != firsts[each.id], each.id)):
        together[firsts[delivery.id]].append(delivery)
    parcels = {
        (parcel.first.channel, parcel.key): tuple(delivery.alert for delivery in parcel.deliveries)
        for parcel in (Parcel(tuple(some)) for some in together.values())
    }
    unsent = tuple(f"delivery {each.id} is {each.state}: {each.error}" for each in found if each.state != "sent")
    return Ledger(len(alerts), len(found), parcels, unsent)


def owed(path: Path) -> tuple[int, datetime | None]:
    """How many deliveries are owed, and when the last of them is due."""
    with Archive(path, mode="read") as archive:
        found = (*archive.deliveries(state="owed"), *archive.deliveries(state="sending"))
    return len(found), max((each.next_at for each in found if each.next_at), default=None)


def lost(told: Ledger, sinks: Sequence[Sink]) -> Iterator[str]:
    """Alerts that did not arrive at each recipient of each of their channels, and those that were not even sent."""
    yield from told.unsent
    arrived = {(each.channel, each.key, each.recipient) for sink in sinks for each in sink.arrivals}
    recipients = {sink.channel: sink.recipients for sink in sinks}
    for (channel, key), alerts in told.parcels.items():
        for recipient in recipients[channel]:
            if (channel, key, recipient) not in arrived:
                yield f"alerts {alerts} never arrived: {channel} {recipient} {key}"


def invented(told: Ledger, arrivals: Iterable[Arrival]) -> Iterator[str]:
    """What arrived that the archive does not know, or under an identifier that is not its key's alone."""
    identifiers = defaultdict(set)
    keys = defaultdict(set)
    for each in arrivals:
        if (each.channel, each.key) not in told.parcels:
            yield f"{each.channel} took what the archive does not know: {each.key}"
        identifiers[each.channel, each.key].add(each.identifier)
        keys[each.channel, each.identifier].add(each.key)
    for (channel, name), others in (*identifiers.items(), *keys.items()):
        if len(others) > 1:
            yield f"{channel}: {name} goes with {sorted(others)}"


def repeats(arrivals: Sequence[Arrival]) -> tuple[int, int, int]:
    """Duplicates, and what of them a sender could know of: those beyond the first that was acknowledged, in all and at most
    for one message."""
    times = Counter((each.channel, each.recipient, each.key) for each in arrivals)
    known = Counter((each.channel, each.recipient, each.key) for each in arrivals if each.acknowledged)
    needless = [number - 1 for number in known.values() if number > 1]
    return sum(times.values()) - len(times), sum(needless), max(needless, default=0)


def without_evidence(path: Path, served: dict[str, tuple[int, int]]) -> Iterator[str]:
    """Alerts whose change, or the bytes that it was read from, cannot be shown as the site served them."""
    with Archive(path, mode="read") as archive:
        for alert in archive.alerts():
            if alert.change is None:
                continue
            record = archive.change(alert.change)
            for side in (record.before, record.after):
                archive.document(side.version)
                content, _ = archive.content(side.version)
                digest = hashlib.sha256(content).hexdigest()
                if digest not in served or archive.snapshot(digest) != content:
                    yield f"alert {alert.id}: the site never served the bytes of version {side.version}"


def unrecorded(path: Path, served: dict[str, tuple[int, int]], revisions: Sequence[int]) -> Iterator[str]:
    """Texts in an order in which they were never served, steps between them without a change, changes without an alert,
    pages that do not end with the text that the site shows."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        texts = db.execute(
            """SELECT pages.name, versions.id, snapshots.sha256 FROM versions JOIN pages ON pages.id = versions.page
            JOIN snapshots ON snapshots.id = versions.snapshot ORDER BY versions.page, versions.id"""
        ).fetchall()
        steps = set(db.execute("SELECT before, after FROM changes JOIN alerts ON alerts.change = changes.id"))
    of_page: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for name, version, sha256 in texts:
        number, revision = served.get(sha256, (-1, -1))
        if name != f"p{number:04}":
            yield f"version {version} of {name}: the site never served its bytes"
        of_page[name].append((version, revision))
    for number, revision in enumerate(revisions):
        found = of_page.get(f"p{number:04}", [(0, -1)])
        if found[-1][1] != revision:
            yield f"page {number} shows revision {revision}; the archive's last is {found[-1][1]}"
        for (before, older), (after, newer) in itertools.pairwise(found):
            if newer <= older or (before, after) not in steps:
                yield f"page {number}: from revision {older} to {newer} there is no change with an alert"


def unsound(path: Path) -> Iterator[str]:
    """What `monitor verify` and SQLite itself find wrong with the file."""
    with Archive(path, mode="read") as archive:
        yield from archive.verify()
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        (said,) = db.execute("PRAGMA integrity_check").fetchone()
    if said != "ok":
        yield f"integrity_check: {said}"
