"""The archive: one SQLite file that holds every capture, what was read in it, what changed and who is owed an alert."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from monitor.archive import (
    captures,
    changes,
    clause_index,
    integrity,
    ledger,
    pages,
    proofs,
    recording,
    retention,
    schema,
    tally,
    versions,
)
from monitor.archive.alerting import Alerting
from monitor.archive.blobs import Blobs
from monitor.archive.browsing import Browsing
from monitor.archive.connection import Lock, Mode, break_off, connect, naming, writing
from monitor.archive.listing import Listing
from monitor.archive.past import Past
from monitor.archive.recording import Recorded
from monitor.archive.search import Clauses
from monitor.errors import ArchiveError
from monitor.model import Document, Known, Outcome, Page, Settled, Version
from monitor.records import (
    CaptureRecord,
    ChangeRecord,
    Edition,
    Entry,
    Evidence,
    PageState,
    Removable,
    Tally,
    VersionRecord,
)

AT_ONCE = 100
"""Records that are read in one go; whoever asked may have enough of the first."""


class Archive(Browsing, Alerting):
    """An open archive; threads may share one, and take turns.

    Every method may raise ArchiveError: the file is full, damaged, or was opened to read only. Those that name a record
    raise UsageError where there is none, DamagedRecord where it is not what was stored.
    """

    def __init__(self, path: Path, *, mode: Mode = "write", wait: float = 30.0, longest: float | None = None) -> None:
        """Opens the archive, to "write" as the only process that checks pages, and makes it if there is none.

        "read" waits for nobody, and writes nothing. "beside" is for what people say of alerts while a daemon runs: it writes
        only what stands by itself (an acknowledgement, a mute, another try), each in a transaction of its own.

        Raises ArchiveBusy if after `wait` seconds another process still writes, NewerArchive for a later program's
        archive, ArchiveError for a file that is none. Reading waits for nobody. With `longest`, no statement is at work so
        many seconds after the opening: it is broken off with ArchiveBusy.
        """
        self._path = path
        self._turn = threading.RLock()
        with naming(path), ExitStack() as opened:
            if mode != "write" and not path.exists():
                raise ArchiveError(f"no archive at {path}; `monitor check` makes one")
            if mode == "write":
                path.parent.mkdir(parents=True, exist_ok=True)
                opened.callback(Lock(path, wait).release)
                if not path.exists():
                    schema.create(path)
            # A reader, too, may have to roll back what a killed writer left half done; `query_only` keeps it from all else.
            self._db = connect(path, "rw")
            opened.callback(self._db.close)
            schema.prepare(self._db, path, mode)
            if longest is not None:
                break_off(self._db, longest)
            if mode != "read":
                ledger.watch(self._db)
            self._blobs = Blobs(self._db)
            if mode == "write":
                clause_index.catch_up(self._db, self._blobs)
            self._opened = opened.pop_all()

    def close(self) -> None:
        """Close the file and let others write."""
        with self._turn:
            self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._path

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._turn, naming(self._path):
            yield self._db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as db:
            if db.in_transaction:
                yield db
                return
            with writing(db):
                yield db
                ledger.append(db)

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is written within is one transaction: all of it, or, where it is left by an error, nothing."""
        with self._writing():
            yield

    # --- checks ----------------------------------------------------------------------------------------------------

    def known(self, page: Page, now: datetime) -> Known:
        """What is known of a page before a check. Cheap: neither bytes nor documents are read."""
        with self._reading() as db:
            return pages.known(db, page, now)

    def record(self, page: Page, outcome: Outcome) -> Recorded:
        """Everything that one check leaves, in one transaction. Checks of a page come in the order of their time."""
        with self._writing() as db:
            return recording.record(db, self._blobs, page, outcome)

    def reread(self, page: Page, version: Version, at: datetime) -> int:
        """Record what another way of reading finds in the last good snapshot of a page: a version, and no check. Its id."""
        with self._writing() as db:
            return recording.reread(db, self._blobs, page, version, at)

    def captured(self, page: Page) -> frozenset[tuple[datetime, str | None]]:
        """All captures of a page, each by its time and the SHA-256 of what it brought: two may be of one second."""
        with self._reading() as db:
            return captures.captured(db, page)

    def past(self, page: Page) -> Past:
        """A page's past, for captures that come in later than those after them."""
        return Past(page, self._reading, self._writing, self._blobs)

    def last_capture(self, page: Page) -> datetime | None:
        """The time of the last capture of a page, if there is one."""
        with self._reading() as db:
            return captures.last(db, page)

    def last_snapshot(self, page: Page) -> tuple[CaptureRecord, bytes, str] | None:
        """The last healthy capture of a page that brought bytes, these, and their content type."""
        with self._reading() as db:
            found = captures.last_read(db, page)
            return None if found is None else (found[0], self._blobs.get(found[0].snapshot or ""), found[1])

    # --- records ---------------------------------------------------------------------------------------------------

    def pages(self) -> tuple[PageState, ...]:
        """Where every page stands, by vendor and name."""
        with self._reading() as db:
            return pages.pages(db)

    def later(self, now: datetime) -> dict[str, tuple[datetime, str]]:
        """The pages, as `vendor/page`, whose next check is not due yet: when it is, and at which address the last one was."""
        with self._reading() as db:
            return pages.later(db, now)

    def history(self, vendor: str, page: str, *, limit: int | None = None) -> tuple[CaptureRecord, ...]:
        """The captures of a page, oldest first: all, or the last ones."""
        with self._reading() as db:
            return captures.history(db, vendor, page, limit)

    def capture(self, capture_id: int) -> Settled:
        """A capture as it was recorded, with its bytes and headers, credentials apart."""
        with self._reading() as db:
            return captures.capture(db, self._blobs, capture_id)

    def snapshot(self, sha256: str) -> bytes:
        """The bytes of that SHA-256 (hex)."""
        with self._reading():
            return self._blobs.get(sha256)

    def content(self, version_id: int) -> tuple[bytes, str]:
        """The bytes that a version was read from, and their content type."""
        with self._reading() as db:
            return versions.content(db, self._blobs, version_id)

    def document(self, version_id: int) -> Document:
        """What was read in a version."""
        with self._reading() as db:
            return versions.document(db, self._blobs, version_id)

    def version(self, version_id: int) -> VersionRecord:
        """A version with its document."""
        with self._reading() as db:
            return versions.version(db, self._blobs, version_id)

    def version_at(self, vendor: str, page: str, at: datetime) -> VersionRecord:
        """The version in force at a time. UsageError with the first one's date if that is later."""
        with self._reading() as db:
            return versions.version(db, self._blobs, versions.version_id_at(db, vendor, page, at))

    def versions(self, vendor: str, page: str) -> Iterator[VersionRecord]:
        """A page's versions, oldest first; each document is read when its turn comes."""
        with self._reading() as db:
            found = versions.version_ids(db, vendor, page)
        return map(self.version, found)

    def editions(self, vendor: str) -> tuple[Edition, ...]:
        """The versions of a vendor's pages, newest first, without their texts."""
        with self._reading() as db:
            return versions.editions(db, vendor)

    def changes(
        self,
        *,
        vendor: str | None = None,
        page: str | None = None,
        topic: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        verdict: str | None = None,
        importance: str | None = None,
        older: int | None = None,
        newest_first: bool = True,
        limit: int | None = None,
    ) -> Iterator[ChangeRecord]:
        """The changes that pass every filter given, by the time they were seen; `topic` is that of a finding.

        From `since` on, before `until`, and before the change with the id `older`.
        """
        given = {
            "vendor": vendor, "page": page, "topic": topic, "since": since, "until": until, "verdict": verdict,
            "importance": importance, "older": older,
        }  # fmt: skip
        with self._reading() as db:
            ids = changes.ids(db, given, newest_first=newest_first, limit=limit)
        return self._changes(ids)

    def _changes(self, ids: Sequence[int]) -> Iterator[ChangeRecord]:
        for start in range(0, len(ids), AT_ONCE):
            with self._reading() as db:
                some = changes.changes(db, ids[start : start + AT_ONCE])
            yield from some

    def change(self, change_id: int) -> ChangeRecord:
        """One change."""
        with self._reading() as db:
            return changes.change(db, change_id)

    @property
    def clauses(self) -> Clauses:
        """The clauses of all versions, by their words and since when they stand."""
        return Clauses(self._reading, self._writing, self._blobs)

    @property
    def listing(self) -> Listing:
        """Everything of a kind, oldest first, without filling the memory."""
        return Listing(self._reading)

    # --- the file --------------------------------------------------------------------------------------------------

    def tally(self, before: Tally | None = None) -> Tally:
        """How much there is. Cheap with the one `before`: changes are only ever added, so those since then are counted."""
        with self._reading() as db:
            return tally.tally(db, before or Tally())

    def head(self) -> Entry | None:
        """The ledger's last entry: who writes it down can prove later that nothing before it was changed."""
        with self._reading() as db:
            return ledger.head(db)

    def verify(self, held: tuple[int, bytes] | None = None) -> Iterator[str]:
        """Every problem of the archive in a sentence that names the record; none if all is well.

        `held` is the number and the hash of an entry that was the ledger's head at some time.
        """
        with self._reading() as db:
            yield from integrity.problems(db, held)

    def evidence(self, change_id: int) -> Evidence:
        """All that shows a change, with the proof of it."""
        with self._reading() as db:
            return proofs.evidence(db, self._blobs, change_id)

    def removable(self, before: datetime) -> tuple[Removable, ...]:
        """The snapshots that no version, alert or later reading needs, and that no capture has brought since a time."""
        with self._reading() as db:
            return retention.removable(db, before)

    def remove(self, some: Sequence[Removable], now: datetime, reason: str) -> None:
        """Let go of the bytes of snapshots; the captures stay, and what was removed, when and why is recorded."""
        with self._writing() as db:
            retention.remove(db, self._blobs, some, now, reason)

    def vacuum(self) -> None:
        """Write the file anew without the room that nothing fills."""
        with self._reading() as db:
            clause_index.compact(db)
            db.execute("VACUUM")

    def backup(self, target: Path) -> None:
        """Write a copy of the archive as of now, whole or not at all; ArchiveError if the file exists."""
        with self._reading(), naming(target):
            schema.copy(self._db, target)
