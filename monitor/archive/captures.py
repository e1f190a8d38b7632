"""Captures as they were recorded: every attempt to get a page."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from monitor.archive.blobs import Blobs
from monitor.archive.codec import HEADERS, HOPS, instant, instant_or_none, row, unpack
from monitor.archive.pages import page_id
from monitor.errors import UsageError
from monitor.model import HEALTHY, Page, Settled
from monitor.records import CaptureRecord, Outage

CAPTURES = """SELECT checks.*, snapshots.sha256, snapshots.size, changes.id AS change
    FROM checks LEFT JOIN snapshots ON snapshots.id = checks.snapshot
    LEFT JOIN changes ON changes.after = checks.version AND checks.began"""


def captured(db: sqlite3.Connection, page: Page) -> frozenset[tuple[datetime, str | None]]:
    """All captures of a page, each by its time and the SHA-256 of what it brought: two may be of one second."""
    found = db.execute(
        """SELECT at, sha256 FROM checks LEFT JOIN snapshots ON snapshots.id = checks.snapshot
        WHERE checks.page = (SELECT id FROM pages WHERE vendor = :vendor AND name = :name)""",
        row(vendor=page.vendor, name=page.name),
    )
    return frozenset((instant(each["at"]), each["sha256"]) for each in found)


def last(db: sqlite3.Connection, page: Page) -> datetime | None:
    """The time of the last capture of a page, if there is one."""
    found = db.execute(
        "SELECT at FROM checks JOIN pages ON pages.last_check = checks.id WHERE vendor = :vendor AND name = :name",
        row(vendor=page.vendor, name=page.name),
    ).fetchone()
    return None if found is None else instant(found["at"])


def history(db: sqlite3.Connection, vendor: str, name: str, limit: int | None) -> tuple[CaptureRecord, ...]:
    """The captures of a page, oldest first: all, or the last ones."""
    found = db.execute(
        f"{CAPTURES} WHERE checks.page = :page ORDER BY at DESC, checks.id DESC LIMIT :limit",
        row(page=page_id(db, vendor, name), limit=-1 if limit is None else limit),
    )
    return tuple(map(capture_record, reversed(found.fetchall())))


def checks(
    db: sqlite3.Connection, vendor: str, name: str, *, older: int | None, limit: int
) -> tuple[CaptureRecord, ...]:
    """Captures of a page, newest first, from before the one with the id `older`."""
    before = "(at, checks.id) < (SELECT at, id FROM checks WHERE id = :older)" if older is not None else "true"
    found = db.execute(
        f"{CAPTURES} WHERE checks.page = :page AND {before} ORDER BY at DESC, checks.id DESC LIMIT :limit",
        row(page=page_id(db, vendor, name), older=older, limit=limit),
    )
    return tuple(map(capture_record, found))


def outages(db: sqlite3.Connection, vendor: str, name: str, *, limit: int, last: int) -> tuple[Outage, ...]:
    """When a page could not be read, newest first, by its `last` checks: so many are looked at, however many there are."""
    found = db.execute(
        """WITH recent AS (
            SELECT id, at, outcome, reason, outcome NOT IN ('ok', 'not_modified') AS failed FROM checks
            WHERE page = :page ORDER BY at DESC, id DESC LIMIT :last
        ), told AS (SELECT *, sum(NOT failed) OVER (ORDER BY at, id) AS good FROM recent)
        SELECT min(at) AS since, max(at) AS last_at, count(*) AS checks, outcome, reason,
            (SELECT at FROM told AS next WHERE next.good = told.good + 1 AND NOT next.failed) AS until
        FROM told WHERE failed GROUP BY good ORDER BY since DESC LIMIT :limit""",
        row(page=page_id(db, vendor, name), limit=limit, last=last),
    )
    return tuple(
        Outage(
            instant(each["since"]),
            instant(each["last_at"]),
            instant_or_none(each["until"]),
            each["checks"],
            each["outcome"],
            each["reason"],
        )
        for each in found
    )


def owner(db: sqlite3.Connection, check: int) -> tuple[str, str, CaptureRecord]:
    """The vendor and the page that a capture is of, and its record. UsageError if there is none."""
    found = db.execute(f"{CAPTURES} WHERE checks.id = ?", (check,)).fetchone()
    if found is None:
        raise UsageError(f"the archive has no capture {check}")
    page = db.execute("SELECT vendor, name FROM pages WHERE id = ?", (found["page"],)).fetchone()
    return page["vendor"], page["name"], capture_record(found)


def last_read(db: sqlite3.Connection, page: Page) -> tuple[CaptureRecord, str] | None:
    """The last healthy capture of a page that brought bytes, and their content type."""
    found = db.execute(
        f"{CAPTURES} JOIN pages ON pages.last_read = checks.id WHERE vendor = :vendor AND name = :name",
        row(vendor=page.vendor, name=page.name),
    ).fetchone()
    return None if found is None else (capture_record(found), found["content_type"])


def capture(db: sqlite3.Connection, blobs: Blobs, check: int) -> Settled:
    """A capture as it was recorded, headers and bytes too. UsageError if there is none."""
    found = db.execute(f"{CAPTURES} WHERE checks.id = ?", (check,)).fetchone()
    if found is None:
        raise UsageError(f"the archive has no capture {check}")
    return Settled(
        at=instant(found["at"]),
        url=found["url"],
        outcome=found["outcome"],
        reason=found["reason"],
        final_url=found["final_url"],
        status=found["status"],
        headers=unpack(HEADERS, found["headers"], f"capture {check}: its headers"),
        hops=unpack(HOPS, found["hops"], f"capture {check}: its redirects"),
        body=None if found["sha256"] is None else blobs.get(found["sha256"]),
        content_type=found["content_type"],
        seconds=found["seconds"],
        retry_after=found["retry_after"],
        held=found["outcome"] in HEALTHY and found["snapshot"] is not None and found["version"] is None,
    )


def capture_record(found: sqlite3.Row) -> CaptureRecord:
    """A row of `CAPTURES` as the archive tells it."""
    return CaptureRecord(
        id=found["id"],
        at=instant(found["at"]),
        outcome=found["outcome"],
        reason=found["reason"],
        status=found["status"],
        url=found["url"],
        final_url=found["final_url"],
        snapshot=found["sha256"],
        size=found["size"],
        version=found["version"] if found["began"] else None,
        change=found["change"],
    )
