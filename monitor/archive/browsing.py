"""What people leaf through in an archive, in bounded portions: through indexes, and without the documents."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime

from monitor.archive import captures, changes, pages, versions
from monitor.archive.connected import Connected
from monitor.records import (
    CaptureRecord,
    Moved,
    Outage,
    PageState,
    SnapshotRecord,
    Standing,
    VersionEntry,
    VersionRecord,
)


class Browsing(Connected):
    """The part of an archive that answers those who look around in it."""

    @abstractmethod
    def version(self, version_id: int) -> VersionRecord:
        """A version with its document."""

    def standings(self) -> tuple[Standing, ...]:
        """Where every page stands, by vendor and name, with nothing counted."""
        with self._reading() as db:
            return pages.standings(db)

    def page(self, vendor: str, page: str) -> PageState:
        """Where one page stands."""
        with self._reading() as db:
            return pages.page(db, vendor, page)

    def checks(self, vendor: str, page: str, *, older: int | None = None, limit: int) -> tuple[CaptureRecord, ...]:
        """Captures of a page, newest first, from before the one with the id `older`."""
        with self._reading() as db:
            return captures.checks(db, vendor, page, older=older, limit=limit)

    def outages(self, vendor: str, page: str, *, limit: int, last: int) -> tuple[Outage, ...]:
        """When a page could not be read, newest first, as its `last` checks tell."""
        with self._reading() as db:
            return captures.outages(db, vendor, page, limit=limit, last=last)

    def owner(self, capture_id: int) -> tuple[str, str, CaptureRecord]:
        """The vendor and the page that a capture is of, and its record."""
        with self._reading() as db:
            return captures.owner(db, capture_id)

    def sightings(self, sha256: str) -> tuple[SnapshotRecord, ...]:
        """Where the bytes of that SHA-256 (hex) were served, oldest first."""
        with self._reading() as db:
            return versions.sightings(db, sha256)

    def entry(self, version_id: int) -> VersionEntry:
        """A version without its document."""
        with self._reading() as db:
            return versions.entry(db, version_id)

    def entry_at(self, vendor: str, page: str, at: datetime) -> VersionEntry:
        """The version in force at a time, without its document. UsageError with the first one's date if that is later."""
        with self._reading() as db:
            return versions.entry(db, versions.version_id_at(db, vendor, page, at))

    def current(self) -> dict[str, tuple[int, ...]]:
        """Vendor -> the versions that its pages show now, by their numbers."""
        with self._reading() as db:
            return pages.current(db)

    def entries(self, vendor: str, page: str, *, limit: int) -> tuple[VersionEntry, ...]:
        """A page's versions without their documents, newest first."""
        with self._reading() as db:
            return versions.entries(db, vendor, page, limit=limit)

    def neighbours(self, change_id: int) -> tuple[int | None, int | None]:
        """The changes of the same page before and after one."""
        with self._reading() as db:
            return changes.neighbours(db, change_id)

    def amounts(self, vendor: str, page: str, *, limit: int) -> tuple[Moved, ...]:
        """The findings of a page in which an amount differs: the newest `limit` of them, oldest first."""
        with self._reading() as db:
            return changes.amounts(db, vendor, page, limit=limit)
