"""Changes as they were recorded, with their findings."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from monitor.archive.codec import AMOUNT, TEXTS, from_json, instant, row
from monitor.archive.pages import page_id
from monitor.errors import UsageError
from monitor.model import Change, Finding
from monitor.records import ChangeRecord, Moved, Side

_CHANGES = "SELECT * FROM recorded_changes"
_FILTERS = {
    "vendor": "vendor = :vendor",
    "page": "page = :page",
    "topic": "id IN (SELECT change FROM findings WHERE topic = :topic)",
    "since": "seen_at >= :since",
    "until": "seen_at < :until",
    "verdict": "verdict = :verdict",
    "importance": "importance = :importance",
    "older": "(seen_at, id) < (SELECT seen_at, id FROM changes WHERE id = :older)",
}


def ids(
    db: sqlite3.Connection, given: Mapping[str, str | int | datetime | None], *, newest_first: bool, limit: int | None
) -> list[int]:
    """The changes that pass every filter given, by the time they were seen; their ids."""
    where = " AND ".join(_FILTERS[name] for name, value in given.items() if value is not None) or "true"
    order = "seen_at DESC, id DESC" if newest_first else "seen_at, id"
    sql = f"SELECT id FROM recorded_changes WHERE {where} ORDER BY {order} LIMIT :limit"  # noqa: S608 - our own conditions
    return [each["id"] for each in db.execute(sql, row(limit=-1 if limit is None else limit, **given))]


def changes(db: sqlite3.Connection, ids: Sequence[int]) -> list[ChangeRecord]:
    """These changes, in this order."""
    some = "SELECT * FROM recorded_changes WHERE id IN (SELECT value FROM json_each(?))"
    found = db.execute(some, (json.dumps(ids),)).fetchall()
    by_id = {each["id"]: each for each in found}
    return [_change_record(db, by_id[id_]) for id_ in ids if id_ in by_id]


def change(db: sqlite3.Connection, change: int) -> ChangeRecord:
    """A recorded change. UsageError if there is none of that id."""
    found = db.execute(f"{_CHANGES} WHERE id = ?", (change,)).fetchone()
    if found is None:
        raise UsageError(f"the archive has no change {change}")
    return _change_record(db, found)


def neighbours(db: sqlite3.Connection, change: int) -> tuple[int | None, int | None]:
    """The changes of the same page before and after one."""
    return _beside(db, change, "<", "DESC"), _beside(db, change, ">", "ASC")


def _beside(db: sqlite3.Connection, change: int, side: str, order: str) -> int | None:
    found = db.execute(
        f"""SELECT other.id FROM changes AS this JOIN changes AS other ON other.page = this.page
        AND (other.seen_at, other.id) {side} (this.seen_at, this.id) WHERE this.id = ?
        ORDER BY other.seen_at {order}, other.id {order} LIMIT 1""",  # noqa: S608 - signs of ours
        (change,),
    ).fetchone()
    return None if found is None else int(found["id"])


def amounts(db: sqlite3.Connection, vendor: str, name: str, *, limit: int) -> tuple[Moved, ...]:
    """The findings of a page in which an amount differs, the newest `limit`, oldest first."""
    found = db.execute(
        """SELECT findings.*, changes.seen_at FROM changes JOIN findings ON findings.change = changes.id
        WHERE changes.page = ? AND (amount_before IS NOT NULL OR amount_after IS NOT NULL)
        ORDER BY changes.seen_at DESC, findings.id DESC LIMIT ?""",
        (page_id(db, vendor, name), limit),
    ).fetchall()
    return tuple(Moved(each["change"], instant(each["seen_at"]), _finding(each)) for each in reversed(found))


def _change_record(db: sqlite3.Connection, found: sqlite3.Row) -> ChangeRecord:
    findings = db.execute("SELECT * FROM findings WHERE change = ? ORDER BY id", (found["id"],))
    return ChangeRecord(
        id=found["id"],
        vendor=found["vendor"],
        vendor_name=found["vendor_name"],
        page=found["page"],
        type=found["type"],
        url=found["url"],
        seen_at=instant(found["seen_at"]),
        previous_at=instant(found["previous_at"]),
        before=Side(found["before_version"], found["before_snapshot"], instant(found["before_seen_at"])),
        after=Side(found["after_version"], found["after_snapshot"], instant(found["after_seen_at"])),
        change=Change(
            verdict=found["verdict"],
            importance=found["importance"],
            topics=from_json(TEXTS, found["topics"], f"change {found['id']}: its topics"),
            summary=found["summary"],
            findings=tuple(map(_finding, findings)),
            why=found["why"],
        ),
    )


def _finding(found: sqlite3.Row) -> Finding:
    name = f"finding {found['id']}"
    before, after = found["amount_before"], found["amount_after"]
    return Finding(
        topic=found["topic"],
        change=found["kind"],
        before=found["before"],
        after=found["after"],
        reading=found["reading"],
        importance=found["importance"],
        trail=from_json(TEXTS, found["trail"], name),
        amount_before=None if before is None else from_json(AMOUNT, before, name),
        amount_after=None if after is None else from_json(AMOUNT, after, name),
        rule=found["rule"],
    )
