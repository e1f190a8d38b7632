"""Where a page stands: what a check may rest on, and what people are shown."""

from __future__ import annotations

import sqlite3
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any

from monitor.archive.alerts import mutes
from monitor.archive.codec import HEADERS, instant, instant_or_none, row, unpack
from monitor.errors import DamagedRecord, UsageError
from monitor.model import Held, Known, Page, Validators
from monitor.records import PageState, Standing

EARLIER = timedelta(days=30)
"""How long a text counts as one that the page showed before."""
TRUSTED = timedelta(days=7)
"""How long the server's word that nothing changed is taken; then the page is fetched unconditionally."""


def known(db: sqlite3.Connection, page: Page, now: datetime) -> Known:
    """What is known of a page before a check; nothing of an unknown one."""
    found = db.execute(
        """SELECT pages.*, coalesce(versions.key, '') AS key, coalesce(versions.fingerprint, '') AS fingerprint,
            coalesce(versions.edition, '') AS edition, coalesce(versions.language, '') AS language,
            versions.seen_at, coalesce(versions.size, 0) AS size,
            checks.at AS read_at, checks.url AS read_url, checks.headers, changes.seen_at AS changed_at,
            coalesce(snapshots.sha256, '') AS sha256, coalesce(snapshots.content_type, '') AS content_type
        FROM pages LEFT JOIN versions ON versions.id = pages.version LEFT JOIN checks ON checks.id = pages.last_read
        LEFT JOIN changes ON changes.id = pages.last_change
        LEFT JOIN snapshots ON snapshots.id = checks.snapshot AND checks.version = pages.version
        WHERE pages.vendor = :vendor AND pages.name = :name""",
        row(vendor=page.vendor, name=page.name),
    ).fetchone()
    if found is None:
        return Known()
    return Known(
        version_id=found["version"],
        key=found["key"],
        fingerprint=found["fingerprint"],
        edition=found["edition"],
        snapshot=found["sha256"],
        content_type=found["content_type"],
        language=found["language"],
        seen_at=instant_or_none(found["seen_at"]),
        size=found["size"],
        validators=_validators(found, page, now),
        earlier=_earlier(db, found["id"], found["version"], now),
        held=_held(found),
        failing_since=instant_or_none(found["failing_since"]),
        failures=found["failures"],
        mutes=mutes(db, now),
        changed_at=instant_or_none(found["changed_at"]),
        effective_on=date.fromisoformat(found["effective_on"]) if found["effective_on"] else None,
        needs_browser=bool(found["needs_browser"]),
    )


def _validators(found: sqlite3.Row, page: Page, now: datetime) -> Validators:
    """What to echo of the last answer that was read, if it was this address's and is recent by any clock."""
    if found["read_url"] != page.url or not timedelta(0) <= now - instant(found["read_at"]) <= TRUSTED:
        return Validators()
    try:
        headers = {name.lower(): value for name, value in unpack(HEADERS, found["headers"], f"{page.key}: the headers")}
    except DamagedRecord:  # the page is asked for in full
        return Validators()
    return Validators(etag=headers.get("etag"), last_modified=headers.get("last-modified"))


def _earlier(db: sqlite3.Connection, page: int, version: int | None, now: datetime) -> tuple[tuple[str, datetime], ...]:
    found = db.execute(
        """SELECT key, max(last_seen_at) AS last FROM versions
        WHERE page = :page AND last_seen_at >= :since AND id <> :version GROUP BY key ORDER BY last DESC""",
        row(page=page, version=version, since=now - EARLIER),
    )
    return tuple((each["key"], instant(each["last"])) for each in found)


def _held(found: sqlite3.Row) -> Held | None:
    if found["held_key"] is None:
        return None
    return Held(found["held_key"], instant(found["held_since"]), found["held_times"])


def pages(db: sqlite3.Connection) -> tuple[PageState, ...]:
    """Where every page stands, by vendor and name."""
    return tuple(map(_page_state, db.execute("SELECT * FROM page_states ORDER BY vendor, page")))


def later(db: sqlite3.Connection, now: datetime) -> dict[str, tuple[datetime, str]]:
    """The pages, as `vendor/page`, whose next check is not due yet: when it is, and at which address the last one was."""
    found = db.execute(
        "SELECT vendor || '/' || name AS key, next_check_at, url FROM pages WHERE next_check_at > :now", row(now=now)
    )
    return {each["key"]: (instant(each["next_check_at"]), each["url"]) for each in found}


def standings(db: sqlite3.Connection) -> tuple[Standing, ...]:
    """Where every page stands, by vendor and name; nothing is counted, so that it takes as long as there are pages."""
    columns = ", ".join(field.name for field in fields(Standing))
    found = db.execute(f"SELECT {columns} FROM page_states ORDER BY vendor, page")  # noqa: S608 - names of ours
    return tuple(Standing(**_standing(each)) for each in found)


def current(db: sqlite3.Connection) -> dict[str, tuple[int, ...]]:
    """Vendor -> the versions that its pages show now, by their numbers."""
    found: dict[str, tuple[int, ...]] = {}
    for each in db.execute("SELECT vendor, version FROM pages WHERE version IS NOT NULL ORDER BY vendor, name"):
        found[each["vendor"]] = (*found.get(each["vendor"], ()), each["version"])
    return found


def page(db: sqlite3.Connection, vendor: str, name: str) -> PageState:
    """Where one page stands. UsageError if the archive has no such page."""
    found = db.execute("SELECT * FROM page_states WHERE vendor = ? AND page = ?", (vendor, name)).fetchone()
    if found is None:
        raise UsageError(f"{vendor}/{name}: the archive has no such page")
    return _page_state(found)


def _page_state(found: sqlite3.Row) -> PageState:
    return PageState(
        **_standing(found), captures=found["captures"], versions=found["versions"], changes=found["changes"]
    )


def _standing(found: sqlite3.Row) -> dict[str, Any]:
    return {
        "vendor": found["vendor"],
        "vendor_name": found["vendor_name"],
        "page": found["page"],
        "type": found["type"],
        "url": found["url"],
        "last_check_at": instant_or_none(found["last_check_at"]),
        "outcome": found["outcome"],
        "reason": found["reason"] or "",
        "last_good_at": instant_or_none(found["last_good_at"]),
        "failing_since": instant_or_none(found["failing_since"]),
        "failures": found["failures"],
        "last_change_at": instant_or_none(found["last_change_at"]),
        "last_change_id": found["last_change_id"],
        "next_check_at": instant_or_none(found["next_check_at"]),
    }


def page_id(db: sqlite3.Connection, vendor: str, name: str) -> int:
    """The id of a page's row; UsageError if the archive has no such page."""
    found = db.execute("SELECT id FROM pages WHERE vendor = ? AND name = ?", (vendor, name)).fetchone()
    if found is None:
        raise UsageError(f"{vendor}/{name}: the archive has no such page")
    return int(found["id"])
