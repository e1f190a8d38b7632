"""The ledger: every record that was written or changed, by its SHA-256, each entry chained to those before it.

Whatever a transaction touches is noted by triggers of the connection, whichever statement does it, and entered as it stands
when the transaction ends. A record is what its last entry says. Who edits, removes or reorders past records or entries breaks
the chain, or ends at another head than the one that somebody holds.

An entry names the one before it, and besides the one whose number is its own without the lowest bit (6 names 5 and 4, 8 names 7
and 0), so that the way from the head back to any entry is short enough to be handed over as a proof.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from monitor.archive.codec import unpacked
from monitor.errors import DamagedRecord
from monitor.records import Entry, Step

NOTHING = bytes(32)
"""What stands for the hash of the entry 0, and for the digest of a record that was removed."""
KINDS = (
    "pages", "snapshots", "versions", "changes", "findings", "checks", "alerts", "deliveries", "mutes",
    "stopped_channels", "troubles", "removals",
)  # fmt: skip
"""The tables whose rows are entered; all have an integer key. What is made from these, such as an index, is not."""
DERIVED = {("versions", "last_seen_at")}
"""Columns that are not entered: an unchanged check moves this one, which is the time of a check that is entered."""
_CHUNK = 5_000


def watch(db: sqlite3.Connection) -> None:
    """Note from now on what this connection writes."""
    db.execute("CREATE TEMP TABLE touched (kind TEXT NOT NULL, record INTEGER NOT NULL)")
    for kind in KINDS:
        entered = ", ".join(_columns(db, kind))
        for event, side in ("INSERT", "new"), (f"UPDATE OF {entered}", "new"), ("DELETE", "old"):
            db.execute(
                f"""CREATE TEMP TRIGGER touched_{kind}_{event[:6].lower()} AFTER {event} ON main.{kind}
                BEGIN INSERT INTO touched VALUES ('{kind}', {side}.id); END"""  # noqa: S608
            )


def append(db: sqlite3.Connection) -> None:
    """Enter what the caller's transaction touched, in the order in which it did so first.

    What can no longer be read stays out, here and below: `verify` names it, and it holds up nothing else.
    """
    touched = db.execute("SELECT kind, record FROM touched GROUP BY kind, record ORDER BY min(rowid)").fetchall()
    if touched:
        _enter(db, [(each["kind"], each["record"]) for each in touched])
        db.execute("DELETE FROM touched")


def append_all(db: sqlite3.Connection) -> None:
    """Enter every record there is, as it stands."""
    for kind in KINDS:
        ids = [record for (record,) in db.execute(f"SELECT id FROM {kind} ORDER BY id")]  # noqa: S608
        for start in range(0, len(ids), _CHUNK):
            _enter(db, [(kind, record) for record in ids[start : start + _CHUNK]])


def _enter(db: sqlite3.Connection, records: Sequence[tuple[str, int]]) -> None:
    last, found = head(db), digests(db, records)
    number, before = (last.id, last.hash) if last else (0, NOTHING)
    entered: dict[int, bytes] = {}
    rows = []
    for kind, record in filter(found.__contains__, records):
        digest, number = found[kind, record], number + 1
        skipped = skipped_to(number)
        before = hash_of(number, kind, record, digest, before, entered.get(skipped) or _hash(db, skipped))
        entered[number] = before
        rows.append((number, kind, record, digest, before))
    db.executemany("INSERT INTO ledger (id, kind, record, digest, hash) VALUES (?, ?, ?, ?, ?)", rows)


def digests(db: sqlite3.Connection, records: Iterable[tuple[str, int]]) -> dict[tuple[str, int], bytes]:
    """The SHA-256 of each record as it stands, without those that cannot be read."""
    of_kind: defaultdict[str, list[int]] = defaultdict(list)
    for kind, record in records:
        of_kind[kind].append(record)
    found: dict[tuple[str, int], bytes] = {}
    for kind, ids in of_kind.items():
        found |= {(kind, record): NOTHING for record in ids}
        for row in _rows(db, kind, ids):
            try:
                found[kind, row["id"]] = _digest(_text(kind, row))
            except DamagedRecord:
                del found[kind, row["id"]]
    return found


def digest_of(db: sqlite3.Connection, kind: str, record: int) -> bytes:
    """The SHA-256 of a record as it stands. DamagedRecord if it cannot be read."""
    text = record_text(db, kind, record)
    return NOTHING if text is None else _digest(text)


def record_text(db: sqlite3.Connection, kind: str, record: int) -> str | None:
    """A record as its digest has it: JSON, keys in order, without what is empty; None if there is no such record."""
    return next((_text(kind, row) for row in _rows(db, kind, [record])), None)


def _rows(db: sqlite3.Connection, kind: str, ids: Sequence[int]) -> Iterable[sqlite3.Row]:
    """Records of a kind, with those of their columns that are entered, none of them computed."""
    entered = ", ".join(_columns(db, kind))
    return db.execute(f"SELECT {entered} FROM {kind} WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(ids),))  # noqa: S608


def _text(kind: str, found: sqlite3.Row) -> str:
    values = {
        column: unpacked(value, f"{kind} {found['id']}: {column}").decode() if isinstance(value, bytes) else value
        for column, value in zip(found.keys(), found, strict=True)
        if value is not None
    }
    return json.dumps({"table": kind, **values}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def hash_of(number: int, kind: str, record: int, digest: bytes, before: bytes, skipped: bytes) -> bytes:
    """An entry's hash: that of its number, its record, the record's digest, and the two entries that it names."""
    text = f"{number} {kind} {record} {digest.hex()} {before.hex()} {skipped.hex()}"
    return hashlib.sha256(text.encode()).digest()


def skipped_to(number: int) -> int:
    """The number of the earlier entry that an entry names besides the one before it."""
    return number & (number - 1)


def head(db: sqlite3.Connection) -> Entry | None:
    """The last entry."""
    found = db.execute("SELECT * FROM ledger WHERE id = (SELECT max(id) FROM ledger)").fetchone()
    return None if found is None else Entry(*found)


def entry(db: sqlite3.Connection, number: int) -> Entry | None:
    """The entry of that number."""
    found = db.execute("SELECT * FROM ledger WHERE id = ?", (number,)).fetchone()
    return None if found is None else Entry(*found)


def step(db: sqlite3.Connection, number: int) -> Step:
    """The entry of that number, which there is, with the hashes of those that it names."""
    found = entry(db, number)
    assert found is not None
    return Step(found, _hash(db, number - 1), _hash(db, skipped_to(number)))


def last_entries(db: sqlite3.Connection, records: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """The number of the last entry of each of these records."""
    wanted = tuple(records)
    values = ", ".join("(?, ?)" for _ in wanted)
    found = db.execute(
        f"SELECT kind, record, max(id) AS last FROM ledger WHERE (kind, record) IN (VALUES {values}) GROUP BY kind, record",  # noqa: S608
        [part for each in wanted for part in each],
    )
    return {(each["kind"], each["record"]): each["last"] for each in found}


def entries(db: sqlite3.Connection) -> Iterator[Entry]:
    """All entries in their order; each read is short, lest a writer wait."""
    last = 0
    while some := db.execute("SELECT * FROM ledger WHERE id > ? ORDER BY id LIMIT ?", (last, _CHUNK)).fetchall():
        yield from (Entry(*each) for each in some)
        last = some[-1]["id"]


def way(start: int, end: int) -> tuple[int, ...]:
    """The numbers of the entries that lead from the later one, `end`, back to `start`, each naming the next.

    >>> way(5, 12)
    (12, 8, 7, 6, 5)
    """
    numbers = [end]
    while numbers[-1] > start:
        skipped = skipped_to(numbers[-1])
        numbers.append(skipped if skipped >= start else numbers[-1] - 1)
    return tuple(numbers)


def _hash(db: sqlite3.Connection, number: int) -> bytes:
    found = entry(db, number)
    return found.hash if found else NOTHING


def _columns(db: sqlite3.Connection, kind: str) -> list[str]:
    """The columns of a record that are entered."""
    names = (each["name"] for each in db.execute(f"PRAGMA table_info({kind})"))
    return [name for name in names if (kind, name) not in DERIVED]
