"""What proves a change: its records as the ledger has them, and the way from their entries to the ledger's head."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from monitor.archive import captures, changes, ledger, versions
from monitor.archive.blobs import Blobs
from monitor.errors import DamagedRecord
from monitor.records import Evidence, Proof, Proved

_ENDS = """SELECT id, snapshot FROM checks WHERE page = :page AND version IN (:before, :after) AND id IN (
    (SELECT id FROM checks WHERE page = :page AND version = :before ORDER BY at, id LIMIT 1),
    (SELECT id FROM checks WHERE page = :page AND version = :before ORDER BY at DESC, id DESC LIMIT 1),
    (SELECT id FROM checks WHERE page = :page AND version = :after ORDER BY at, id LIMIT 1),
    (SELECT id FROM checks WHERE page = :page AND version = :after ORDER BY at DESC, id DESC LIMIT 1)) ORDER BY at, id"""
"""The first and the last capture of each side."""

Record = tuple[str, int]


def evidence(db: sqlite3.Connection, blobs: Blobs, change: int) -> Evidence:
    """All that shows a change. UsageError if there is none of that id, DamagedRecord if it is not what was recorded."""
    told = changes.change(db, change)
    db.execute("SAVEPOINT evidence")  # the records and the ledger's head are of one moment
    try:
        sides = dict(db.execute("SELECT page, before, after FROM changes WHERE id = ?", (change,)).fetchone())
        ends = db.execute(_ENDS, sides).fetchall()
        records = tuple(_records(db, change, sides, ends))
        proof = _proof(db, records)
        return Evidence(
            told,
            versions.version(db, blobs, sides["before"]),
            versions.version(db, blobs, sides["after"]),
            tuple(captures.capture(db, blobs, each["id"]) for each in ends),
            dict(_contents(db, blobs, records)),
            {sha256: blobs.get(sha256) for sha256 in _documents(db, sides)},
            proof,
        )
    finally:
        db.execute("RELEASE evidence")


def _records(db: sqlite3.Connection, change: int, sides: dict[str, int], ends: list[sqlite3.Row]) -> Iterator[Record]:
    """The change, and all that it rests on or led to."""
    yield "pages", sides["page"]
    yield "changes", change
    for kind, column in ("findings", "change"), ("alerts", "change"):
        found = db.execute(f"SELECT id FROM {kind} WHERE {column} = ? ORDER BY id", (change,))  # noqa: S608
        yield from ((kind, each["id"]) for each in found)
    yield from (("versions", sides[side]) for side in ("before", "after"))
    yield from (("checks", each["id"]) for each in ends)
    brought = {each["snapshot"] for each in ends if each["snapshot"] is not None}
    read = db.execute("SELECT snapshot FROM versions WHERE id IN (:before, :after)", sides)
    yield from (("snapshots", snapshot) for snapshot in sorted(brought | {each["snapshot"] for each in read}))


def _contents(
    db: sqlite3.Connection, blobs: Blobs, records: Iterable[Record]
) -> Iterator[tuple[str, tuple[bytes, str]]]:
    for kind, record in records:
        if kind == "snapshots":
            found = db.execute("SELECT sha256, content_type FROM snapshots WHERE id = ?", (record,)).fetchone()
            yield found["sha256"], (blobs.get(found["sha256"]), found["content_type"])


def _documents(db: sqlite3.Connection, sides: dict[str, int]) -> list[str]:
    found = db.execute("SELECT document FROM versions WHERE id IN (:before, :after)", sides)
    return [each["document"] for each in found]


def _proof(db: sqlite3.Connection, records: tuple[Record, ...]) -> Proof:
    last = ledger.head(db)
    entered = ledger.last_entries(db, records)
    assert last is not None
    proved = tuple(_proved(db, kind, record, entered) for kind, record in records)
    numbers = {number for each in proved for number in ledger.way(each.entry, last.id)}
    return Proof(proved, tuple(ledger.step(db, number) for number in sorted(numbers, reverse=True)))


def _proved(db: sqlite3.Connection, kind: str, record: int, entered: dict[Record, int]) -> Proved:
    text = ledger.record_text(db, kind, record)
    number = entered.get((kind, record))
    entry = number and ledger.entry(db, number)
    if not entry or text is None or ledger.digest_of(db, kind, record) != entry.digest:
        raise DamagedRecord(f"{kind} {record} is not what was recorded; `monitor verify` says what else is broken")
    return Proved(kind, record, text, entry.id)
