"""The outbox's rows: what is owed to whom, claimed for a while, sent or failed.

`next_at` of a delivery that is owed says when to try it, of one that is being sent when to give its sender up for dead.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from monitor.archive.codec import instant, instant_or_none, row
from monitor.errors import UsageError
from monitor.records import Delivery

_DELIVERIES = "SELECT deliveries.*, alerts.change FROM deliveries JOIN alerts ON alerts.id = deliveries.alert"


def deliveries(db: sqlite3.Connection, state: str | None, limit: int | None) -> tuple[Delivery, ...]:
    """Deliveries, newest first."""
    where = "true" if state is None else "state = :state"
    found = db.execute(
        f"{_DELIVERIES} WHERE {where} ORDER BY deliveries.id DESC LIMIT :limit",
        row(state=state, limit=-1 if limit is None else limit),
    )
    return tuple(map(_delivery, found))


def claim(db: sqlite3.Connection, now: datetime, lease: timedelta) -> Delivery | None:
    """Take the delivery that is due longest, for as long as the lease."""
    taken = db.execute(
        """UPDATE deliveries SET state = 'sending', attempts = attempts + 1, next_at = :until WHERE id = (
            SELECT id FROM deliveries WHERE state IN ('owed', 'sending') AND next_at <= :now
            ORDER BY next_at, id LIMIT 1
        ) RETURNING id""",
        row(now=now, until=now + lease),
    ).fetchall()
    if not taken:
        return None
    return _delivery(db.execute(f"{_DELIVERIES} WHERE deliveries.id = ?", (taken[0]["id"],)).fetchone())


def sent(db: sqlite3.Connection, delivery: int, now: datetime) -> None:
    """Note that the channel took it."""
    _demand(db, delivery)
    db.execute(
        "UPDATE deliveries SET state = 'sent', sent_at = :now, next_at = NULL, error = '' WHERE id = :id",
        row(id=delivery, now=now),
    )


def failed(db: sqlite3.Connection, delivery: int, now: datetime, error: str, retry_at: datetime | None) -> None:
    """Note that the channel did not take it, and when to try again; with None, never.

    A delivery that was sent stays so: a sender that outlived its lease may come late.
    """
    _demand(db, delivery)
    state = "failed" if retry_at is None else "owed"
    db.execute(
        """UPDATE deliveries SET state = :state, next_at = :retry_at, failed_at = :now, error = :error
        WHERE id = :id AND state <> 'sent'""",
        row(id=delivery, state=state, retry_at=retry_at, now=now, error=error),
    )


def retry(db: sqlite3.Connection, delivery: int, now: datetime) -> None:
    """Owe a delivery again, from now, that failed or waits for its next try."""
    _demand(db, delivery)
    db.execute(
        "UPDATE deliveries SET state = 'owed', next_at = :now WHERE id = :id AND state IN ('owed', 'failed')",
        row(id=delivery, now=now),
    )


def _demand(db: sqlite3.Connection, delivery: int) -> None:
    if db.execute("SELECT 1 FROM deliveries WHERE id = ?", (delivery,)).fetchone() is None:
        raise UsageError(f"the archive has no delivery {delivery}")


def _delivery(found: sqlite3.Row) -> Delivery:
    return Delivery(
        id=found["id"],
        alert=found["alert"],
        change=found["change"],
        channel=found["channel"],
        key=found["key"],
        state=found["state"],
        attempts=found["attempts"],
        created_at=instant(found["created_at"]),
        next_at=instant_or_none(found["next_at"]),
        sent_at=instant_or_none(found["sent_at"]),
        error=found["error"],
    )
