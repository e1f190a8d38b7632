"""The outbox's rows: what is owed, being sent, sent, or given up.

A delivery is owed until `next_at`, the time of its next try. Claiming one moves that to the end of the lease, so a sender that
dies leaves a row which says so, and which becomes due by itself. Deliveries that go as one message are folded into the first of
them: it stands for all, attempt by attempt, until it is sent.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta

from monitor.archive.codec import TEXTS, from_json, instant, instant_or_none, row
from monitor.errors import UsageError
from monitor.records import Delivery, DeliveryState, Folding, Parcel

MOST_FOLDED = 1000
_DELIVERIES = "SELECT deliveries.*, alerts.change FROM deliveries JOIN alerts ON alerts.id = deliveries.alert"


def deliveries(db: sqlite3.Connection, state: DeliveryState | None, limit: int | None) -> tuple[Delivery, ...]:
    """Deliveries, newest first."""
    where = "true" if state is None else "state = :state"
    found = db.execute(
        f"{_DELIVERIES} WHERE {where} ORDER BY deliveries.id DESC LIMIT :limit",
        row(state=state, limit=-1 if limit is None else limit),
    )
    return tuple(map(_delivery, found))


def of_alert(db: sqlite3.Connection, alert: int) -> tuple[Delivery, ...]:
    """The deliveries of an alert, newest first."""
    found = db.execute(f"{_DELIVERIES} WHERE alert = ? ORDER BY deliveries.id DESC", (alert,))
    return tuple(map(_delivery, found))


def owed(db: sqlite3.Connection) -> tuple[int, int]:
    """How many deliveries are neither sent nor given up, and how many of these have failed once already."""
    found = db.execute(
        "SELECT count(*), count(failed_at) FROM deliveries WHERE state IN ('owed', 'sending')"
    ).fetchone()
    return int(found[0]), int(found[1])


def claim(db: sqlite3.Connection, now: datetime, lease: timedelta, folding: Folding) -> Parcel | None:
    """Take what is due longest, with all that goes with it, for as long as the lease.

    A channel that stopped is given nothing but a probe, and the next one not before this one's lease has run out.
    """
    first = _first_due(db, now, folding)
    if first is None:
        return None
    if not first["attempts"]:
        _fold(db, first, now, folding)
    values = row(id=first["id"], channel=first["channel"], until=now + lease)
    db.execute(
        """UPDATE deliveries SET state = 'sending', attempts = attempts + 1, next_at = :until
        WHERE id = :id OR folded_into = :id""",
        values,
    )
    db.execute("UPDATE stopped_channels SET probe_at = max(probe_at, :until) WHERE name = :channel", values)
    found = db.execute(
        f"{_DELIVERIES} WHERE deliveries.id = :id OR folded_into = :id ORDER BY deliveries.id <> :id, deliveries.id",
        values,
    )
    return Parcel(tuple(map(_delivery, found)))


def _first_due(db: sqlite3.Connection, now: datetime, folding: Folding) -> sqlite3.Row | None:
    found: sqlite3.Row | None = db.execute(
        """SELECT * FROM deliveries WHERE state IN ('owed', 'sending') AND next_at <= :now AND folded_into IS NULL
        AND channel NOT IN (SELECT name FROM stopped_channels WHERE probe_at > :now)
        AND channel NOT IN (SELECT value FROM json_each(:closed))
        AND (urgent OR channel NOT IN (SELECT value FROM json_each(:quiet)))
        ORDER BY next_at, id LIMIT 1""",
        row(now=now, closed=tuple(folding.closed), quiet=tuple(folding.quiet)),
    ).fetchone()
    return found


def _fold(db: sqlite3.Connection, first: sqlite3.Row, now: datetime, folding: Folding) -> None:
    """Fold into a delivery what is due with it: the rest of its digest, or of a storm. Alerts about the monitor go alone."""
    if first["alone"] or not (first["digest"] or first["channel"] in folding.channels):
        return
    found = db.execute(
        """SELECT deliveries.id FROM deliveries JOIN alerts ON alerts.id = deliveries.alert
        WHERE state = 'owed' AND next_at <= :now AND channel = :channel AND digest = :digest AND repeat = :repeat
        AND urgent = :urgent AND NOT alone AND attempts = 0 AND folded_into IS NULL AND alerts.change IS NOT NULL
        AND EXISTS (SELECT 1 FROM alerts AS own WHERE own.id = :alert AND own.change IS NOT NULL)
        ORDER BY deliveries.id LIMIT :most""",
        row(now=now, most=MOST_FOLDED, **{name: first[name] for name in _SHARED}),
    ).fetchall()
    if first["digest"] or len(found) > folding.storm:
        others = [(first["id"], each["id"]) for each in found if each["id"] != first["id"]]
        db.executemany("UPDATE deliveries SET folded_into = ? WHERE id = ?", others)


_SHARED = ("alert", "channel", "digest", "repeat", "urgent")


def sent(db: sqlite3.Connection, delivery: int, now: datetime, note: str) -> None:
    """Note that the channel took it, and is well; `note` says what is wrong all the same."""
    _demand(db, delivery)
    values = row(id=delivery, now=now, note=note)
    db.execute(
        """UPDATE deliveries SET state = 'sent', sent_at = :now, next_at = NULL, error = :note
        WHERE id = :id OR folded_into = :id""",
        values,
    )
    db.execute("DELETE FROM stopped_channels WHERE name = (SELECT channel FROM deliveries WHERE id = :id)", values)


def failed(
    db: sqlite3.Connection,
    delivery: int,
    now: datetime,
    error: str,
    retry_at: datetime | None,
    served: tuple[str, ...] = (),
) -> None:
    """Note that the channel did not take it, and when to try again; with None, never. `served` have it already.

    A delivery that was sent stays so: a sender that outlived its lease may come late.
    """
    _demand(db, delivery)
    state = "failed" if retry_at is None else "owed"
    db.execute(
        """UPDATE deliveries SET state = :state, next_at = :retry_at, failed_at = :now, error = :error, served = :served
        WHERE (id = :id OR folded_into = :id) AND state <> 'sent'""",
        row(id=delivery, state=state, retry_at=retry_at, now=now, error=error, served=served),
    )


def unfold(db: sqlite3.Connection, delivery: int, now: datetime, error: str) -> None:
    """Owe each delivery of a parcel by itself: the channel refused them together for good, and may take most of them alone."""
    db.execute(
        """UPDATE deliveries SET state = 'owed', next_at = :now, failed_at = :now, error = :error, alone = 1,
            folded_into = NULL
        WHERE (id = :id OR folded_into = :id) AND state <> 'sent'""",
        row(id=delivery, now=now, error=error),
    )


def retry(db: sqlite3.Connection, delivery: int, now: datetime) -> None:
    """Owe a delivery again, from now, that was given up or waits for its next try; and all that goes with it.

    UsageError for one that is neither.
    """
    _demand(db, delivery)
    (state,) = db.execute("SELECT state FROM deliveries WHERE id = ?", (delivery,)).fetchone()
    if state not in ("owed", "failed"):
        raise UsageError(f"delivery {delivery} is {state}; only one that was given up or waits can be sent again")
    db.execute(
        """WITH parcel (first) AS (SELECT coalesce(folded_into, id) FROM deliveries WHERE id = :id)
        UPDATE deliveries SET state = 'owed', next_at = :now, due_at = :now
        WHERE (id = (SELECT first FROM parcel) OR folded_into = (SELECT first FROM parcel)) AND state IN ('owed', 'failed')""",
        row(id=delivery, now=now),
    )


def end(db: sqlite3.Connection, some: Iterable[int], state: DeliveryState) -> None:
    """Owe deliveries no longer, in a state that says why."""
    for delivery in tuple(some):
        alone(db, delivery)
        db.execute("UPDATE deliveries SET state = :state, next_at = NULL WHERE id = :id", row(id=delivery, state=state))


def alone(db: sqlite3.Connection, delivery: int) -> None:
    """Take a delivery out of the parcel that it was folded into, or stood for: the others go by themselves."""
    db.execute("UPDATE deliveries SET folded_into = NULL WHERE id = :id OR folded_into = :id", row(id=delivery))


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
        due_at=instant(found["due_at"]),
        next_at=instant_or_none(found["next_at"]),
        sent_at=instant_or_none(found["sent_at"]),
        error=found["error"],
        digest=found["digest"],
        repeat=bool(found["repeat"]),
        served=from_json(TEXTS, found["served"], f"delivery {found['id']}: its recipients"),
    )
