"""Reminders: deliveries that wait for the days before a text takes effect. They go along when the day moves, and away with it.

A reminder is owed in the transaction of its change, and waits under a digest that names the day: those of one day go as one
message. What a later text says of the day is noted in the transaction of that text, so that nobody is reminded of another one.
"""

from __future__ import annotations

import sqlite3
from datetime import date, datetime

from monitor.archive.changes import change
from monitor.archive.codec import instant, row
from monitor.archive.deliveries import alone, end
from monitor.model import Mute
from monitor.records import REMINDERS, day_reminded_of, reminder_of
from monitor.routing import is_silent, topics_told

_OF_PAGE = """SELECT deliveries.id, digest, due_at FROM deliveries
    JOIN alerts ON alerts.id = deliveries.alert JOIN changes ON changes.id = alerts.change
    WHERE changes.page = :page AND deliveries.state = 'owed' AND digest GLOB :reminders"""
_DUE = """SELECT deliveries.id, alerts.change FROM deliveries JOIN alerts ON alerts.id = deliveries.alert
    WHERE deliveries.state = 'owed' AND next_at <= :now AND digest GLOB :reminders"""


def follow(db: sqlite3.Connection, page: int, day: date | None, now: datetime) -> None:
    """Let the reminders that a page's changes owe go along with the day on which its text takes effect now; None for no day.

    One that is late by that is due at once. A day that the text no longer names is nobody's to be reminded of.
    """
    found = db.execute(_OF_PAGE, row(page=page, reminders=f"{REMINDERS}*")).fetchall()
    if day is None:
        end(db, (each["id"] for each in found), "cancelled")
        return
    for each in found:
        if (old := day_reminded_of(each["digest"])) and old != day:
            due = max(instant(each["due_at"]) + (day - old), now)
            alone(db, each["id"])
            db.execute(
                "UPDATE deliveries SET digest = :digest, due_at = :due, next_at = :due WHERE id = :id",
                row(id=each["id"], digest=reminder_of(day), due=due),
            )


def hush(db: sqlite3.Connection, mutes: tuple[Mute, ...], now: datetime) -> None:
    """Keep back the reminders that are due of what somebody muted since it was told."""
    if mutes:
        due = db.execute(_DUE, row(now=now, reminders=f"{REMINDERS}*")).fetchall()
        end(db, (each["id"] for each in due if _is_muted(db, each["change"], mutes, now)), "muted")


def _is_muted(db: sqlite3.Connection, change_id: int, mutes: tuple[Mute, ...], now: datetime) -> bool:
    record = change(db, change_id)
    return is_silent(record.vendor, record.page, topics_told(record.change), mutes, now)
