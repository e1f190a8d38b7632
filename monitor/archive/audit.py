"""What the ledger proves: that its chain is whole, and that every record is what it last said of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from monitor.archive import ledger
from monitor.archive.connection import FAULTS
from monitor.archive.ledger import KINDS, NOTHING
from monitor.errors import DamagedRecord
from monitor.records import Entry

_CHUNK = 1_000


def problems(db: sqlite3.Connection) -> Iterator[str]:
    """Everything that differs from the ledger, in sentences. Each read is short, lest a writer wait."""
    with closing(sqlite3.connect("")) as latest:  # on the disk where memory is short, and gone when closed
        latest.execute("CREATE TABLE latest (kind TEXT, record INTEGER, digest BLOB, PRIMARY KEY (kind, record))")
        yield from _in_chain(db, latest)
        for kind in KINDS:
            yield from _in_records(db, kind, latest)


def not_held(db: sqlite3.Connection, number: int, hash_: bytes) -> Iterator[str]:
    """Whether the ledger goes on from an entry that somebody wrote down."""
    found = ledger.entry(db, number)
    if found is None:
        yield f"the ledger ends before entry {number}, which was held: it was cut, or is another archive's"
    elif found.hash != hash_:
        yield f"entry {number} of the ledger is not the one that was held: the ledger was made anew, or is another archive's"


def _in_chain(db: sqlite3.Connection, latest: sqlite3.Connection) -> Iterator[str]:
    """Entries that are missing, or do not follow from those that they name; fills in each record's last digest."""
    spine = [Entry(0, "", 0, NOTHING, NOTHING)]
    last = spine[0]
    for entry in ledger.entries(db):
        if entry.id != last.id + 1:
            yield f"the ledger lacks the entries {last.id + 1} to {entry.id - 1}"
        skipped = ledger.skipped_to(entry.id)
        while spine[-1].id > skipped:
            spine.pop()
        if entry.hash != _expected(entry, last.hash, spine[-1].hash):
            yield f"entry {entry.id} of the ledger ({entry.kind} {entry.record}) does not follow from those before it"
        latest.execute("REPLACE INTO latest VALUES (?, ?, ?)", (entry.kind, entry.record, entry.digest))
        spine.append(entry)
        last = entry


def _expected(entry: Entry, before: bytes, skipped: bytes) -> bytes:
    return ledger.hash_of(entry.id, entry.kind, entry.record, entry.digest, before, skipped)


def _in_records(db: sqlite3.Connection, kind: str, latest: sqlite3.Connection) -> Iterator[str]:
    """Records that are not what the ledger says, that it does not have, or that are gone."""
    last = 0
    while some := _after(db, kind, last):
        said = dict(
            latest.execute(
                "SELECT record, digest FROM latest WHERE kind = ? AND record > ? AND record <= ?",
                (kind, last, some[-1]),
            )
        )
        for record, stands in _standing(db, kind, {*some, *said}):
            if said.get(record) != stands:
                yield from _surely(db, kind, record)
        last = some[-1]
    for (record,) in latest.execute("SELECT record FROM latest WHERE kind = ? AND record > ?", (kind, last)).fetchall():
        yield from _surely(db, kind, record)


def _standing(db: sqlite3.Connection, kind: str, records: set[int]) -> Iterator[tuple[int, bytes | None]]:
    """Records with their digests as they stand; one by one where the file is damaged, so that those before the damage are named."""
    try:
        found = ledger.digests(db, [(kind, record) for record in records])
    except FAULTS:
        return ((record, _digest(db, kind, record)) for record in records)
    return ((record, found.get((kind, record))) for record in records)


def _after(db: sqlite3.Connection, kind: str, last: int) -> list[int]:
    found = db.execute(f"SELECT id FROM {kind} WHERE id > ? ORDER BY id LIMIT ?", (last, _CHUNK))  # noqa: S608
    return [record for (record,) in found.fetchall()]


def _surely(db: sqlite3.Connection, kind: str, record: int) -> Iterator[str]:
    """The problem of a record that differs, if it still does: it may have been written meanwhile."""
    db.execute("SAVEPOINT audit")  # both are read as of one moment
    try:
        found = db.execute(
            "SELECT digest FROM ledger WHERE kind = ? AND record = ? ORDER BY id DESC LIMIT 1", (kind, record)
        ).fetchone()
        said, stands = found["digest"] if found else None, _digest(db, kind, record)
    finally:
        db.execute("RELEASE audit")
    if said != stands:
        yield f"{kind} {record} {_difference(said, stands)}"


def _difference(said: bytes | None, stands: bytes | None) -> str:
    if said is None:
        return "is not in the ledger"
    if stands == NOTHING:
        return "was removed by hand"
    if stands is None:
        return "cannot be read"
    return "stands again, and was removed" if said == NOTHING else "is not what was recorded"


def _digest(db: sqlite3.Connection, kind: str, record: int) -> bytes | None:
    try:
        return ledger.digest_of(db, kind, record)
    except DamagedRecord:
        return None
