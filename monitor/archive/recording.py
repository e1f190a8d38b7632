"""Writing one check down: all its rows, from the page to what is owed, within the caller's transaction."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from monitor.archive import clause_index
from monitor.archive.blobs import Blobs
from monitor.archive.codec import DOCUMENT, HEADERS, HOPS, pack, row, stamp, to_json
from monitor.archive.connection import insert
from monitor.errors import ArchiveError
from monitor.model import HEALTHY, Capture, Change, Outcome, Owed, Page, Version

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


def record(db: sqlite3.Connection, blobs: Blobs, page: Page, outcome: Outcome) -> Recorded:
    """Write an outcome down. ArchiveError if it contradicts itself."""
    _refuse_contradictions(page, outcome)
    capture = outcome.capture
    before = _put_page(db, page)
    snapshot, sha256 = _put_snapshot(db, blobs, before, capture)
    version = _put_version(db, blobs, before, snapshot, outcome.version, capture.at)
    change = _put_change(db, before, version, outcome.change, capture)
    check = _put_check(db, before, snapshot, version, outcome)
    if outcome.fingerprint:
        db.execute("UPDATE versions SET fingerprint = ? WHERE id = ?", (outcome.fingerprint, before["version"]))
    if change is not None and (outcome.owed or _is_alert(outcome.change)):
        _put_alert(db, page, change, outcome.owed, capture)
    _put_state(db, before["id"], outcome, Recorded(check, sha256, version, change))
    return Recorded(check, sha256, version, change)


def reread(db: sqlite3.Connection, blobs: Blobs, page: Page, version: Version, at: datetime) -> int:
    """Write down what another way of reading finds in a page's last snapshot; no check was made, so none is recorded."""
    before = _put_page(db, page)
    version_id = _put_version(db, blobs, before, None, version, at)
    db.execute("UPDATE pages SET version = ? WHERE id = ?", (version_id, before["id"]))
    assert version_id is not None
    return version_id


def _refuse_contradictions(page: Page, outcome: Outcome) -> None:
    if outcome.version is not None and outcome.capture.outcome not in HEALTHY:
        raise ArchiveError(f"{page.key}: a capture that is {outcome.capture.outcome!r} begins no version")
    if outcome.change is not None and outcome.version is None:
        raise ArchiveError(f"{page.key}: a change needs the version that it leads to")
    if outcome.owed and outcome.change is None:
        raise ArchiveError(f"{page.key}: an alert needs its change")


def _is_alert(change: Change | None) -> bool:
    """Whether a change is told, be it to nobody: without channels, and in an import, alerts are decided and not sent."""
    return change is not None and change.verdict == "alert"


def _put_page(db: sqlite3.Connection, page: Page) -> sqlite3.Row:
    """The page's row as it was before this check but for what the watchlist says of it."""
    found: sqlite3.Row = db.execute(
        """INSERT INTO pages (vendor, name, vendor_name, type, url) VALUES (:vendor, :name, :vendor_name, :type, :url)
        ON CONFLICT (vendor, name) DO UPDATE
        SET vendor_name = excluded.vendor_name, type = excluded.type, url = excluded.url
        RETURNING *""",
        row(vendor=page.vendor, name=page.name, vendor_name=page.vendor_name, type=page.type, url=page.url),
    ).fetchone()
    return found


def _put_snapshot(
    db: sqlite3.Connection, blobs: Blobs, page: sqlite3.Row, capture: Capture
) -> tuple[int | None, str | None]:
    if capture.body is None:
        return None, None
    sha256 = blobs.put(capture.body, like=_similar(db, page, capture), sha256=capture.sha256)
    values = row(page=page["id"], sha256=sha256, content_type=capture.content_type)
    found = db.execute(
        "SELECT id FROM snapshots WHERE page = :page AND sha256 = :sha256 AND content_type = :content_type", values
    ).fetchone()
    if found is not None:
        return found["id"], sha256
    return insert(db, "snapshots", **values, size=len(capture.body), seen_at=capture.at), sha256


def _similar(db: sqlite3.Connection, page: sqlite3.Row, capture: Capture) -> str | None:
    """The bytes that these most likely resemble: good ones the last good ones, bad ones whatever came last."""
    if capture.outcome in HEALTHY and page["last_read"] is not None:
        sql = "SELECT sha256 FROM checks JOIN snapshots ON snapshots.id = checks.snapshot WHERE checks.id = :last_read"
    else:
        sql = "SELECT sha256 FROM snapshots WHERE page = :id ORDER BY id DESC LIMIT 1"
    found = db.execute(sql, dict(page)).fetchone()
    return None if found is None else found["sha256"]


def _put_version(
    db: sqlite3.Connection,
    blobs: Blobs,
    page: sqlite3.Row,
    snapshot: int | None,
    version: Version | None,
    at: datetime,
) -> int | None:
    if version is None:
        return None
    if snapshot is None:  # a reading of the bytes that the server says still stand
        read = db.execute("SELECT snapshot FROM checks WHERE id = ?", (page["last_read"],)).fetchone()
        snapshot = read and read["snapshot"]
    last = db.execute("SELECT document FROM versions WHERE id = ?", (page["version"],)).fetchone()
    document = blobs.put(to_json(DOCUMENT, version.document), like=last and last["document"])
    version_id = insert(
        db,
        "versions",
        page=page["id"],
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
    clause_index.add(db, page["id"], version_id, version.document)
    return version_id


def _put_change(
    db: sqlite3.Connection, page: sqlite3.Row, version: int | None, change: Change | None, capture: Capture
) -> int | None:
    if change is None:
        return None
    last = db.execute("SELECT last_seen_at FROM versions WHERE id = ?", (page["version"],)).fetchone()
    if last is None:
        raise ArchiveError(f"{page['vendor']}/{page['name']}: a page's first version is no change")
    change_id = insert(
        db,
        "changes",
        page=page["id"],
        before=page["version"],
        after=version,
        seen_at=capture.at,
        previous_at=last["last_seen_at"],
        verdict=change.verdict,
        importance=change.importance,
        topics=change.topics,
        summary=change.summary,
        why=change.why,
    )
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
    return change_id


def _shows_version(outcome: Outcome) -> bool:
    """Whether a check showed the version that stands after it. One whose text is held, or was not confirmed, is healthy, too."""
    read = outcome.version is not None or bool(outcome.fingerprint)
    return outcome.capture.outcome in HEALTHY and (read or outcome.capture.body is None)


def _put_check(
    db: sqlite3.Connection, page: sqlite3.Row, snapshot: int | None, version: int | None, outcome: Outcome
) -> int:
    capture, shows = outcome.capture, _shows_version(outcome)
    if shows and version is None:
        db.execute(
            "UPDATE versions SET last_seen_at = max(last_seen_at, :at) WHERE id = :version",
            row(at=capture.at, version=page["version"]),
        )
    return insert(
        db,
        "checks",
        page=page["id"],
        at=capture.at,
        url=capture.url,
        outcome=capture.outcome,
        reason=capture.reason,
        final_url=capture.final_url,
        status=capture.status,
        content_type=capture.content_type,
        seconds=capture.seconds,
        retry_after=capture.retry_after,
        headers=pack(HEADERS, tuple(header for header in capture.headers if header[0].lower() not in CREDENTIALS)),
        hops=pack(HOPS, capture.hops),
        snapshot=snapshot,
        version=(version or page["version"]) if shows else None,
        began=version is not None,
    )


def _put_alert(db: sqlite3.Connection, page: Page, change: int, owed: tuple[Owed, ...], capture: Capture) -> None:
    """An alert, and what is owed of it to each channel. A key says which text became which, when, and for whom."""
    keys = db.execute(
        """SELECT old.key AS before, new.key AS after FROM changes
        JOIN versions AS old ON old.id = changes.before JOIN versions AS new ON new.id = changes.after
        WHERE changes.id = ?""",
        (change,),
    ).fetchone()
    alert = insert(db, "alerts", change=change, created_at=capture.at)
    for each in owed:
        told = "\n".join((page.key, keys["before"], keys["after"], stamp(capture.at), each.channel))
        insert(
            db,
            "deliveries",
            alert=alert,
            channel=each.channel,
            key=hashlib.sha256((told + "\nrepeat" * each.repeat).encode()).hexdigest(),
            state="muted" if each.muted else "owed",
            digest=each.digest,
            repeat=each.repeat,
            urgent=each.urgent,
            created_at=capture.at,
            due_at=each.at,
            next_at=None if each.muted else each.at,
        )


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
