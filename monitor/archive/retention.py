"""Which bytes an archive may do without, and letting go of them.

A version's first and last snapshot stay for ever, whatever an alert cites is among them, and so does the record of every
capture with the SHA-256 of what it brought. What goes are the bytes in between, and those of failures, once they are old.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from monitor.archive.blobs import Blobs
from monitor.archive.codec import row
from monitor.archive.connection import insert
from monitor.records import Removable

_NEEDED = """
    SELECT snapshot FROM versions
    UNION SELECT snapshot FROM (SELECT snapshot, max(at) FROM checks
        WHERE version IS NOT NULL AND snapshot IS NOT NULL GROUP BY version)
    UNION SELECT snapshot FROM checks WHERE id IN (SELECT last_read FROM pages)"""


def removable(db: sqlite3.Connection, before: datetime) -> tuple[Removable, ...]:
    """The snapshots that nothing needs and that no capture has brought since `before`, oldest first."""
    found = db.execute(
        f"""SELECT snapshots.id, pages.vendor, pages.name, snapshots.sha256, snapshots.size, max(checks.at) AS last
        FROM snapshots JOIN pages ON pages.id = snapshots.page JOIN checks ON checks.snapshot = snapshots.id
        WHERE snapshots.id NOT IN ({_NEEDED}) AND snapshots.id NOT IN (SELECT snapshot FROM removals)
        GROUP BY snapshots.id HAVING max(checks.at) < :before ORDER BY last""",  # noqa: S608
        row(before=before),
    )
    return tuple(
        Removable(each["id"], f"{each['vendor']}/{each['name']}", each["sha256"], each["size"]) for each in found
    )


def remove(db: sqlite3.Connection, blobs: Blobs, some: Iterable[Removable], now: datetime, reason: str) -> None:
    """Let go of the bytes of snapshots; that and why is recorded. Bytes that something else needs as well stay."""
    for each in some:
        insert(db, "removals", snapshot=each.snapshot, removed_at=now, reason=reason)
    unneeded = db.execute(
        """SELECT DISTINCT sha256 FROM snapshots JOIN removals ON removals.snapshot = snapshots.id
        WHERE sha256 NOT IN (SELECT document FROM versions) AND sha256 NOT IN
            (SELECT sha256 FROM snapshots WHERE id NOT IN (SELECT snapshot FROM removals))"""
    )
    blobs.forget({each["sha256"] for each in unneeded})
