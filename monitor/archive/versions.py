"""Versions of pages, with the documents that were read."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from monitor.archive.blobs import Blobs
from monitor.archive.codec import DOCUMENT, from_json, instant, row
from monitor.archive.pages import page_id
from monitor.errors import UsageError
from monitor.model import Document
from monitor.records import Edition, SnapshotRecord, VersionEntry, VersionRecord

_VERSIONS = """SELECT versions.*, pages.vendor, pages.name, snapshots.sha256
    FROM versions JOIN pages ON pages.id = versions.page JOIN snapshots ON snapshots.id = versions.snapshot"""

_ENTRIES = """SELECT versions.*, pages.vendor, pages.name, snapshots.sha256, changes.id AS change,
    (SELECT id FROM checks WHERE checks.page = versions.page AND at = versions.seen_at AND version = versions.id AND began)
        AS capture
    FROM versions JOIN pages ON pages.id = versions.page JOIN snapshots ON snapshots.id = versions.snapshot
    LEFT JOIN changes ON changes.after = versions.id"""


def document(db: sqlite3.Connection, blobs: Blobs, version: int) -> Document:
    """What was read in a version. UsageError if there is none of that id."""
    found = db.execute("SELECT document FROM versions WHERE id = ?", (version,)).fetchone()
    if found is None:
        raise UsageError(f"the archive has no version {version}")
    return from_json(DOCUMENT, blobs.get(found["document"]), f"version {version}: its document")


def content(db: sqlite3.Connection, blobs: Blobs, version: int) -> tuple[bytes, str]:
    """The bytes that a version was read from, and their content type. UsageError if there is none of that id."""
    found = db.execute(
        """SELECT sha256, content_type FROM versions JOIN snapshots ON snapshots.id = versions.snapshot
        WHERE versions.id = ?""",
        (version,),
    ).fetchone()
    if found is None:
        raise UsageError(f"the archive has no version {version}")
    return blobs.get(found["sha256"]), found["content_type"]


def version(db: sqlite3.Connection, blobs: Blobs, version: int) -> VersionRecord:
    """A version with its document. UsageError if there is none of that id."""
    read = document(db, blobs, version)
    return _version_record(db.execute(f"{_VERSIONS} WHERE versions.id = ?", (version,)).fetchone(), read)


def version_ids(db: sqlite3.Connection, vendor: str, name: str) -> tuple[int, ...]:
    """The ids of a page's versions, oldest first."""
    found = db.execute("SELECT id FROM versions WHERE page = ? ORDER BY seen_at, id", (page_id(db, vendor, name),))
    return tuple(each["id"] for each in found)


def editions(db: sqlite3.Connection, vendor: str) -> tuple[Edition, ...]:
    """The versions of a vendor's pages, newest first, without their texts."""
    found = db.execute(
        """SELECT versions.id, pages.name, versions.seen_at, versions.last_seen_at, changes.id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM findings WHERE findings.change = changes.id) AS says_same
        FROM pages JOIN versions ON versions.page = pages.id LEFT JOIN changes ON changes.after = versions.id
        WHERE pages.vendor = ? ORDER BY versions.seen_at DESC, versions.id DESC""",
        (vendor,),
    )
    return tuple(
        Edition(
            each["id"], each["name"], instant(each["seen_at"]), instant(each["last_seen_at"]), bool(each["says_same"])
        )
        for each in found
    )


def version_id_at(db: sqlite3.Connection, vendor: str, name: str, at: datetime) -> int:
    """The version in force at a time. UsageError with the first one's date if that is later."""
    page = row(page=page_id(db, vendor, name), at=at)
    found = db.execute(
        "SELECT id FROM versions WHERE page = :page AND seen_at <= :at ORDER BY seen_at DESC, id DESC LIMIT 1", page
    ).fetchone()
    if found is not None:
        return int(found["id"])
    (first,) = db.execute("SELECT min(seen_at) FROM versions WHERE page = :page", page).fetchone()
    since = f"the first is of {instant(first):%Y-%m-%d %H:%M} UTC" if first else "there is none yet"
    raise UsageError(f"{vendor}/{name} has no version of {at:%Y-%m-%d %H:%M}: {since}")


def entry(db: sqlite3.Connection, version: int) -> VersionEntry:
    """A version without its document. UsageError if there is none of that id."""
    found = db.execute(f"{_ENTRIES} WHERE versions.id = ?", (version,)).fetchone()
    if found is None:
        raise UsageError(f"the archive has no version {version}")
    return _entry(found)


def entries(db: sqlite3.Connection, vendor: str, name: str, *, limit: int) -> tuple[VersionEntry, ...]:
    """A page's versions without their documents, newest first."""
    found = db.execute(
        f"{_ENTRIES} WHERE versions.page = ? ORDER BY versions.seen_at DESC, versions.id DESC LIMIT ?",
        (page_id(db, vendor, name), limit),
    )
    return tuple(map(_entry, found))


def sightings(db: sqlite3.Connection, sha256: str) -> tuple[SnapshotRecord, ...]:
    """Where the bytes of that SHA-256 were served, oldest first. UsageError if nowhere."""
    found = db.execute(  # page by page, because the index of snapshots begins with the page
        """SELECT pages.vendor, pages.name, snapshots.* FROM pages CROSS JOIN snapshots
        ON snapshots.page = pages.id AND snapshots.sha256 = ? ORDER BY snapshots.seen_at, snapshots.id""",
        (sha256,),
    ).fetchall()
    if not found:
        raise UsageError(f"the archive has no snapshot {sha256}")
    return tuple(
        SnapshotRecord(
            sha256, each["vendor"], each["name"], each["content_type"], each["size"], instant(each["seen_at"])
        )
        for each in found
    )


def _entry(found: sqlite3.Row) -> VersionEntry:
    return VersionEntry(
        id=found["id"],
        vendor=found["vendor"],
        page=found["name"],
        seen_at=instant(found["seen_at"]),
        last_seen_at=instant(found["last_seen_at"]),
        snapshot=found["sha256"],
        edition=found["edition"],
        technical=bool(found["technical"]),
        title=found["title"],
        language=found["language"],
        size=found["size"],
        change=found["change"],
        capture=found["capture"],
    )


def _version_record(found: sqlite3.Row, read: Document) -> VersionRecord:
    return VersionRecord(
        id=found["id"],
        vendor=found["vendor"],
        page=found["name"],
        seen_at=instant(found["seen_at"]),
        last_seen_at=instant(found["last_seen_at"]),
        snapshot=found["sha256"],
        edition=found["edition"],
        technical=bool(found["technical"]),
        document=read,
    )
