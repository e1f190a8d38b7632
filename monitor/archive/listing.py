"""Everything of a kind, oldest first, some rows at a time: a long read keeps no writer waiting, and fills no memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from monitor.archive.captures import CAPTURES, capture_record
from monitor.archive.codec import row, stamp
from monitor.archive.pages import page_id
from monitor.model import Page
from monitor.records import CaptureRecord, Wanted

AT_ONCE = 500
_END = "9999"
"""Later than any time that is stored."""
_PAGES = """SELECT * FROM pages
    WHERE (:vendor IS NULL OR vendor = :vendor) AND (:name IS NULL OR name = :name) ORDER BY vendor, name"""
_CAPTURES = f"""{CAPTURES} WHERE checks.page = :page
    AND (checks.at, checks.id) > (:at, :id) AND checks.at <= :until ORDER BY checks.at, checks.id LIMIT :most"""
_VERSIONS = """SELECT id, seen_at AS at FROM versions WHERE page = :page
    AND (seen_at, id) > (:at, :id) AND seen_at <= :until ORDER BY seen_at, id LIMIT :most"""
_CHANGES = """SELECT changes.id, seen_at AS at FROM changes JOIN pages ON pages.id = changes.page
    WHERE (:vendor IS NULL OR vendor = :vendor) AND (:name IS NULL OR name = :name)
    AND (seen_at, changes.id) > (:at, :id) AND seen_at <= :until ORDER BY seen_at, changes.id LIMIT :most"""
_ALERTS = """SELECT alerts.id, created_at AS at FROM alerts
    LEFT JOIN changes ON changes.id = alerts.change LEFT JOIN pages ON pages.id = changes.page
    WHERE (:vendor IS NULL OR vendor = :vendor) AND (:name IS NULL OR name = :name)
    AND (created_at, alerts.id) > (:at, :id) AND created_at <= :until ORDER BY created_at, alerts.id LIMIT :most"""


class Listing:
    """Goes through an archive, in steps of which each is a short read. What is recorded meanwhile may be in it."""

    def __init__(self, reading: Callable[[], AbstractContextManager[sqlite3.Connection]]) -> None:
        self._reading = reading

    def pages(self, wanted: Wanted) -> tuple[Page, ...]:
        """The pages asked for, by vendor and name, as they were watched last."""
        with self._reading() as db:
            return tuple(map(_page, db.execute(_PAGES, row(vendor=wanted.vendor, name=wanted.page))))

    def captures(self, page: Page, wanted: Wanted) -> Iterator[CaptureRecord]:
        """The captures of a page."""
        return map(capture_record, self._rows(_CAPTURES, wanted, page=self._id(page)))

    def versions(self, page: Page, wanted: Wanted) -> Iterator[int]:
        """The ids of a page's versions."""
        return (each["id"] for each in self._rows(_VERSIONS, wanted, page=self._id(page)))

    def changes(self, wanted: Wanted) -> Iterator[int]:
        """The ids of the changes."""
        return (each["id"] for each in self._rows(_CHANGES, wanted, vendor=wanted.vendor, name=wanted.page))

    def alerts(self, wanted: Wanted) -> Iterator[int]:
        """The ids of the alerts. Of a vendor or a page are those on its changes; the monitor's own are nobody's."""
        return (each["id"] for each in self._rows(_ALERTS, wanted, vendor=wanted.vendor, name=wanted.page))

    def _id(self, page: Page) -> int:
        with self._reading() as db:
            return page_id(db, page.vendor, page.name)

    def _rows(self, query: str, wanted: Wanted, **values: str | int | None) -> Iterator[sqlite3.Row]:
        """The rows of a query, which asks for some after a time and an id."""
        at, last = stamp(wanted.since) if wanted.since else "", 0
        until = stamp(wanted.until) if wanted.until else _END
        while True:
            with self._reading() as db:
                given = row(**values, at=at, id=last, until=until, most=AT_ONCE)
                some = db.execute(query, given).fetchall()
            yield from some
            if len(some) < AT_ONCE:
                return
            at, last = some[-1]["at"], some[-1]["id"]


def _page(found: sqlite3.Row) -> Page:
    return Page(found["vendor"], found["name"], found["type"], found["url"], vendor_name=found["vendor_name"])
