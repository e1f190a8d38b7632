"""Alerts and what people say of them: acknowledged, muted. The monitor's own troubles, and the alerts about these."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from msgspec.json import Decoder

from monitor.archive.codec import from_json, instant, instant_or_none, row, stamp, to_json
from monitor.archive.connection import insert
from monitor.archive.deliveries import end, of_alert
from monitor.errors import UsageError
from monitor.model import HEALTHY, Mute
from monitor.records import REMINDERS, AlertRecord, ChannelState, Delivery, Trouble

TROUBLES = Decoder(tuple[Trouble, ...])


def alerts(db: sqlite3.Connection, limit: int | None, older: int | None = None) -> tuple[AlertRecord, ...]:
    """Alerts with their deliveries, newest first, from before the one with the id `older`."""
    found = db.execute(
        "SELECT id FROM alerts WHERE id < coalesce(:older, id + 1) ORDER BY id DESC LIMIT :limit",
        row(limit=-1 if limit is None else limit, older=older),
    )
    return tuple(alert(db, each["id"]) for each in found.fetchall())


def alert(db: sqlite3.Connection, alert_id: int) -> AlertRecord:
    """An alert with its deliveries. UsageError if there is none of that id."""
    found = db.execute("SELECT * FROM alerts WHERE id = ?", (alert_id,)).fetchone()
    if found is None:
        raise UsageError(f"the archive has no alert {alert_id}; `monitor alerts list` shows what it has")
    return _alert(found, of_alert(db, alert_id))


def _alert(found: sqlite3.Row, its_deliveries: tuple[Delivery, ...]) -> AlertRecord:
    return AlertRecord(
        id=found["id"],
        change=found["change"],
        troubles=from_json(TROUBLES, found["troubles"], f"alert {found['id']}: its troubles"),
        created_at=instant(found["created_at"]),
        acknowledged_at=instant_or_none(found["acknowledged_at"]),
        deliveries=its_deliveries,
    )


def acknowledge(db: sqlite3.Connection, alert_id: int, now: datetime) -> None:
    """Note that somebody has seen to an alert: its repeats and reminders are cancelled. UsageError if there is no such alert."""
    alert(db, alert_id)
    db.execute(
        "UPDATE alerts SET acknowledged_at = coalesce(acknowledged_at, :now) WHERE id = :id", row(id=alert_id, now=now)
    )
    later = db.execute(
        "SELECT id FROM deliveries WHERE alert = ? AND state = 'owed' AND (repeat OR digest GLOB ?)",
        (alert_id, f"{REMINDERS}*"),
    ).fetchall()
    end(db, (each["id"] for each in later), "cancelled")


def mute(db: sqlite3.Connection, wanted: Mute, now: datetime) -> None:
    """Tell nobody of a page or topic until a time; a new time takes the place of the old one."""
    unmute(db, wanted.page, wanted.topic, now)
    insert(db, "mutes", page=wanted.page, topic=wanted.topic, until=wanted.until, created_at=now)


def unmute(db: sqlite3.Connection, page: str, topic: str, now: datetime) -> int:
    """End a mute now; how many there were."""
    ended = db.execute(
        "UPDATE mutes SET until = :now WHERE page = :page AND topic = :topic AND until > :now",
        row(page=page, topic=topic, now=now),
    )
    return ended.rowcount


def mutes(db: sqlite3.Connection, now: datetime) -> tuple[Mute, ...]:
    """The mutes in force, those that end first first."""
    found = db.execute("SELECT * FROM mutes WHERE until > :now ORDER BY until, id", row(now=now))
    return tuple(Mute(instant(each["until"]), each["page"], each["topic"]) for each in found)


def stop(db: sqlite3.Connection, channel: str, now: datetime, reason: str, probe_at: datetime) -> None:
    """Note that a channel takes nothing any more, and when to try it again. Since when, it was told the first time."""
    db.execute(
        """INSERT INTO stopped_channels (name, stopped_at, reason, probe_at) VALUES (:name, :now, :reason, :probe_at)
        ON CONFLICT (name) DO UPDATE SET reason = excluded.reason, probe_at = excluded.probe_at""",
        row(name=channel, now=now, reason=reason, probe_at=probe_at),
    )


def resume(db: sqlite3.Connection, channel: str) -> None:
    """Note that a channel is well again: what is owed through it goes out."""
    db.execute("DELETE FROM stopped_channels WHERE name = ?", (channel,))


def stopped(db: sqlite3.Connection) -> tuple[ChannelState, ...]:
    """The channels that stopped."""
    found = db.execute("SELECT * FROM stopped_channels ORDER BY name")
    return tuple(
        ChannelState(each["name"], instant(each["stopped_at"]), each["reason"], instant(each["probe_at"]))
        for each in found
    )


def given_up(db: sqlite3.Connection) -> dict[str, tuple[int, datetime, str]]:
    """Channel -> how many alerts it never took that nobody has acknowledged, since when, and the last error."""
    found = db.execute(
        """SELECT channel, count(*) AS many, min(failed_at) AS since, error, max(failed_at) FROM deliveries
        JOIN alerts ON alerts.id = deliveries.alert
        WHERE state = 'failed' AND acknowledged_at IS NULL GROUP BY channel"""
    )
    return {each["channel"]: (each["many"], instant(each["since"]), each["error"]) for each in found}


def troubles(db: sqlite3.Connection) -> tuple[Trouble, ...]:
    """The monitor's troubles that have not ended, oldest first; of a page with the outcome of the check that gave the reason."""
    found = db.execute(
        """SELECT kind, subject, since, reason, (
            SELECT outcome FROM checks JOIN pages ON pages.id = checks.page
            WHERE vendor || '/' || name = subject AND at >= since AND checks.reason IN (troubles.reason, '')
            AND outcome NOT IN (SELECT value FROM json_each(:healthy)) ORDER BY at DESC LIMIT 1
        ) AS outcome FROM troubles WHERE ended_at IS NULL ORDER BY since, troubles.id""",
        row(healthy=tuple(HEALTHY)),
    )
    return tuple(
        Trouble(each["kind"], each["subject"], instant(each["since"]), each["reason"], outcome=each["outcome"] or "")
        for each in found
    )


def note_troubles(
    db: sqlite3.Connection, told: Sequence[Trouble], untold: Sequence[Trouble], channels: Sequence[str], now: datetime
) -> None:
    """Note troubles that began or ended: one alert for those to be told, owed to the channels; the others are just noted."""
    for trouble in (*told, *untold):
        _note_trouble(db, trouble)
    if not told:
        return
    of_these = to_json(tuple(told)).decode()
    owing = insert(db, "alerts", troubles=of_these, created_at=now)
    for channel in channels:
        text = "\n".join((channel, stamp(now), *(f"{each.kind} {each.subject} {each.ended_at}" for each in told)))
        insert(
            db,
            "deliveries",
            alert=owing,
            channel=channel,
            key=hashlib.sha256(text.encode()).hexdigest(),
            state="owed",
            urgent=False,
            created_at=now,
            due_at=now,
            next_at=now,
        )


def _note_trouble(db: sqlite3.Connection, trouble: Trouble) -> None:
    named = {"kind": trouble.kind, "subject": trouble.subject}
    if trouble.ended_at is None:
        insert(db, "troubles", **named, since=trouble.since, reason=trouble.reason)
    else:
        db.execute(
            "UPDATE troubles SET ended_at = :ended_at WHERE kind = :kind AND subject = :subject AND ended_at IS NULL",
            row(**named, ended_at=trouble.ended_at),
        )
