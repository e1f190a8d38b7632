"""Writing one check down: all its rows, from the page to what is owed, within the caller's transaction."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from monitor.archive import clause_index, reminders
from monitor.archive.blobs import Blobs
from monitor.archive.codec import pack, row, stamp, to_json
from monitor.archive.connection import insert
from monitor.errors import ArchiveError
from monitor.model import HEALTHY, Capture, Change, Outcome, Owed, Page, Version
from monitor.records import day_reminded_of

CREDENTIALS = frozenset(
    (
        "authentication-info", "authorization", "cookie", "proxy-authentication-info", "proxy-authorization",
        "set-cookie", "set-cookie2", "x-amz-security-token", "x-api-key", "x-auth-token", "x-csrf-token",
        "x-xsrf-token",
    )
)  # fmt: skip
"""Headers that are never stored, in lower case."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one check left: its id, the SHA-256 of its bytes, and the version and the change that it began, if any."""

    check: int
    snapshot: str | None
    version: int | None
    change: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a page stood when a check was made: its row, the version in force, the last check that brought bytes of it."""

    page: int
    version: int | None
    last_read: int | None


def record(db: sqlite3.Connection, blobs: Blobs, page: Page, outcome: Outcome) -> Recorded:
    """Write an outcome down. ArchiveError if it contradicts itself."""
    before = _put_page(db, page)
    recorded = put(db, blobs, page, before, outcome)
    if recorded.version is not None:
        reminders.follow(db, before.page, outcome.effective_on, outcome.capture.at)
    if outcome.fingerprint:
        db.execute("UPDATE versions SET fingerprint = ? WHERE id = ?", (outcome.fingerprint, before.version))
    _put_state(db, before.page, outcome, recorded)
    return recorded


def reread(db: sqlite3.Connection, blobs: Blobs, page: Page, version: Version, at: datetime) -> int:
    """Write down what another way of reading finds in a page's last snapshot; no check was made, so none is recorded."""
    before = _put_page(db, page)
    version_id = put_version(db, blobs, before, None, version, at)
    db.execute("UPDATE pages SET version = ? WHERE id = ?", (version_id, before.page))
    return version_id


def put(db: sqlite3.Connection, blobs: Blobs, page: Page, before: Standing, outcome: Outcome) -> Recorded:
    """The rows of one check, wherever in the page's time it lies; where the page stands afterwards is left to the caller."""
    _refuse_contradictions(page, before, outcome)
    capture = outcome.capture
    snapshot, sha256 = _put_snapshot(db, blobs, before, capture)
    version = change = None
    if outcome.version is not None:
        version = put_version(db, blobs, before, snapshot, outcome.version, capture.at)
    if outcome.change is not None and version is not None:
        change = put_change(db, before, version, outcome.change, capture.at)
    check = _put_check(db, before, snapshot, version, outcome)
    if change is not None and (outcome.owed or _is_alert(outcome.change)):
        put_alert(db, page, change, outcome.owed, capture.at)
    return Recorded(check, sha256, version, change)


def _refuse_contradictions(page: Page, before: Standing, outcome: Outcome) -> None:
    if outcome.version is not None and outcome.capture.outcome not in HEALTHY:
        raise ArchiveError(f"{page.key}: a capture that is {outcome.capture.outcome!r} begins no version")
    if outcome.change is not None and outcome.version is None:
        raise ArchiveError(f"{page.key}: a change needs the version that it leads to")
    if outcome.change is not None and before.version is None:
        raise ArchiveError(f"{page.key}: a page's first version is no change")
    if outcome.owed and outcome.change is None:
        raise ArchiveError(f"{page.key}: an alert needs its change")


def _is_alert(change: Change | None) -> bool:
    """Whether a change is told, be it to nobody: without channels, and in an import, alerts are decided and not sent."""
    return change is not None and change.verdict == "alert"


def _put_page(db: sqlite3.Connection, page: Page) -> Standing:
    """Where the page stood before this check; what the watchlist says of it is brought up to date."""
    found = db.execute(
        """INSERT INTO pages (vendor, name, vendor_name, type, url) VALUES (:vendor, :name, :vendor_name, :type, :url)
        ON CONFLICT (vendor, name) DO UPDATE
        SET vendor_name = excluded.vendor_name, type = excluded.type, url = excluded.url
        RETURNING id, version, last_read""",
        row(vendor=page.vendor, name=page.name, vendor_name=page.vendor_name, type=page.type, url=page.url),
    ).fetchone()
    return Standing(*found)


def _put_snapshot(
    db: sqlite3.Connection, blobs: Blobs, before: Standing, capture: Capture
) -> tuple[int | None, str | None]:
    if capture.body is None:
        return None, None
    sha256 = blobs.put(capture.body, like=_similar(db, before, capture), sha256=capture.sha256)
    values = row(page=before.page, sha256=sha256, content_type=capture.content_type)
    found = db.execute(
        "SELECT id FROM snapshots WHERE page = :page AND sha256 = :sha256 AND content_type = :content_type", values
    ).fetchone()
    if found is not None:
        return found["id"], sha256
    return insert(db, "snapshots", **values, size=len(capture.body), seen_at=capture.at), sha256


def _similar(db: sqlite3.Connection, before: Standing, capture: Capture) -> str | None:
    """The bytes that these most likely resemble: good ones the last good ones, bad ones whatever came last."""
    if capture.outcome in HEALTHY and before.last_read is not None:
        sql = "SELECT sha256 FROM checks JOIN snapshots ON snapshots.id = checks.snapshot WHERE checks.id = :last_read"
    else:
        sql = "SELECT sha256 FROM snapshots WHERE page = :page ORDER BY id DESC LIMIT 1"
    found = db.execute(sql, row(page=before.page, last_read=before.last_read)).fetchone()
    return None if found is None else found["sha256"]


def put_version(
    db: sqlite3.Connection, blobs: Blobs, before: Standing, snapshot: int | None, version: Version, at: datetime
) -> int:
    """A version, seen first at a time; without a snapshot it was read in the bytes that stand."""
    if snapshot is None:
        read = db.execute("SELECT snapshot FROM checks WHERE id = ?", (before.last_read,)).fetchone()
        snapshot = read and read["snapshot"]
    last = db.execute("SELECT document FROM versions WHERE id = ?", (before.version,)).fetchone()
    document = blobs.put(to_json(version.document), like=last and last["document"])
    version_id = insert(
        db,
        "versions",
        page=before.page,
        snapshot=snapshot,
        seen_at=at,
        last_seen_at=at,
        key=version.key,
        fingerprint=version.fingerprint,
        edition=version.edition,
        technical=version.technical,
        title=version.document.title,
        language=version.document.language,
        size=len(version.document.text),
        document=document,
    )
    clause_index.note(db, before.page, version_id, version.document)
    return version_id


def put_change(db: sqlite3.Connection, before: Standing, version: int, change: Change, at: datetime) -> int:
    """A change from the version that stood to another, with its findings."""
    last = db.execute("SELECT last_seen_at FROM versions WHERE id = ?", (before.version,)).fetchone()
    change_id = insert(
        db,
        "changes",
        page=before.page,
        before=before.version,
        after=version,
        seen_at=at,
        previous_at=last["last_seen_at"],
        verdict=change.verdict,
        importance=change.importance,
        topics=change.topics,
        summary=change.summary,
        why=change.why,
    )
    put_findings(db, change_id, change)
    return change_id


def put_findings(db: sqlite3.Connection, change_id: int, change: Change) -> None:
    """What a change means, one row a finding."""
    for finding in change.findings:
        insert(
            db,
            "findings",
            change=change_id,
            topic=finding.topic,
            kind=finding.change,
            before=finding.before,
            after=finding.after,
            reading=finding.reading,
            importance=finding.importance,
            trail=finding.trail,
            amount_before=finding.amount_before,
            amount_after=finding.amount_after,
            rule=finding.rule,
        )


def _shows_version(outcome: Outcome) -> bool:
    """Whether a check showed the version that stands after it. One whose text is held, or was not confirmed, is healthy, too."""
    read = outcome.version is not None or bool(outcome.fingerprint)
    return outcome.capture.outcome in HEALTHY and (read or outcome.capture.body is None)


def _put_check(
    db: sqlite3.Connection, before: Standing, snapshot: int | None, version: int | None, outcome: Outcome
) -> int:
    capture, shows = outcome.capture, _shows_version(outcome)
    if shows and version is None:
        db.execute(
            "UPDATE versions SET last_seen_at = max(last_seen_at, :at) WHERE id = :version",
            row(at=capture.at, version=before.version),
        )
    return insert(
        db,
        "checks",
        page=before.page,
        at=capture.at,
        url=capture.url,
        outcome=capture.outcome,
        reason=capture.reason,
        final_url=capture.final_url,
        status=capture.status,
        content_type=capture.content_type,
        seconds=capture.seconds,
        retry_after=capture.retry_after,
        headers=pack(tuple(header for header in capture.headers if header[0].lower() not in CREDENTIALS)),
        hops=pack(capture.hops),
        snapshot=snapshot,
        version=(version or before.version) if shows else None,
        began=version is not None,
    )


def put_alert(db: sqlite3.Connection, page: Page, change: int, owed: tuple[Owed, ...], at: datetime) -> None:
    """An alert, and what is owed of it to each channel. A key says which text became which, when, for whom, and what else of it."""
    keys = db.execute(
        """SELECT old.key AS before, new.key AS after FROM changes
        JOIN versions AS old ON old.id = changes.before JOIN versions AS new ON new.id = changes.after
        WHERE changes.id = ?""",
        (change,),
    ).fetchone()
    alert = insert(db, "alerts", change=change, created_at=at)
    for each in owed:
        told = "\n".join((page.key, keys["before"], keys["after"], stamp(at), each.channel))
        insert(
            db,
            "deliveries",
            alert=alert,
            channel=each.channel,
            key=hashlib.sha256((told + "\nrepeat" * each.repeat + _reminder(each)).encode()).hexdigest(),
            state="muted" if each.muted else "owed",
            digest=each.digest,
            repeat=each.repeat,
            urgent=each.urgent,
            created_at=at,
            due_at=each.at,
            next_at=None if each.muted else each.at,
        )


def _reminder(owed: Owed) -> str:
    """What makes the key of a reminder another than that of what it reminds of."""
    return f"\n{owed.digest}" if day_reminded_of(owed.digest) else ""


def _put_state(db: sqlite3.Connection, page: int, outcome: Outcome, recorded: Recorded) -> None:
    held, healthy = outcome.held, outcome.capture.outcome in HEALTHY
    db.execute(
        """UPDATE pages SET
            last_check = :check,
            last_good = CASE WHEN :healthy THEN :check ELSE last_good END,
            last_read = CASE WHEN :shows AND :snapshot IS NOT NULL THEN :check ELSE last_read END,
            version = coalesce(:version, version),
            last_change = coalesce(:change, last_change),
            failing_since = CASE WHEN :healthy THEN NULL ELSE coalesce(failing_since, :at) END,
            failures = CASE WHEN :healthy THEN 0 ELSE failures + 1 END,
            held_key = :held_key, held_since = :held_since, held_times = :held_times,
            next_check_at = :next_check_at,
            needs_browser = max(needs_browser, :needs_browser),
            effective_on = CASE WHEN :version IS NULL THEN effective_on ELSE :effective_on END
        WHERE id = :page""",
        row(
            page=page,
            check=recorded.check,
            snapshot=recorded.snapshot,
            version=recorded.version,
            change=recorded.change,
            healthy=healthy,
            shows=_shows_version(outcome),
            at=outcome.capture.at,
            held_key=held.key if held else None,
            held_since=held.since if held else None,
            held_times=held.times if held else None,
            next_check_at=outcome.next_check_at,
            needs_browser=outcome.needs_browser,
            effective_on=outcome.effective_on.isoformat() if outcome.effective_on else None,
        ),
    )
