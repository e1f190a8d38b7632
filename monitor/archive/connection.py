"""Opening an archive's file: its pragmas, its lock, its transactions.

One process writes; any number read meanwhile. Every failure of SQLite leaves here as an `ArchiveError`.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from monitor.archive.codec import Value, row
from monitor.errors import ArchiveBusy, ArchiveError

Mode = Literal["write", "read", "beside"]
"""Why an archive is opened: to check pages, to look, or to note something while another process checks pages."""

BUSY_SECONDS = 30.0
POLL_SECONDS = 0.05
STEPS_BETWEEN_LOOKS = 10_000
"""Instructions of SQLite, some microseconds each thousand, between two looks at whether time is up."""

FAULTS = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises. Its message on a damaged file may quote bytes that are no text, which Python then cannot read."""
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_INTERRUPT)


def journal_mode(sqlite: tuple[int, int, int]) -> str:
    """The journal mode for this version of SQLite.

    WAL only where its reset no longer can corrupt the file (fixed in 3.51.3, and in 3.50.7 and 3.44.6:
    https://sqlite.org/wal.html#walreset). TRUNCATE loses no commit to a power cut either, which DELETE may.
    """
    fixed = sqlite >= (3, 51, 3) or (3, 50, 7) <= sqlite < (3, 51) or (3, 44, 6) <= sqlite < (3, 45)
    return "wal" if fixed else "truncate"


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A bare connection that begins no transaction of its own. `mode`: "rw", or "rwc" to make the file.

    Threads may share it if they take turns.
    """
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    db = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    return db


def connect_in_memory() -> sqlite3.Connection:
    """A connection to a database of its own, gone when it is closed."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.row_factory = sqlite3.Row
    return db


def configure(db: sqlite3.Connection, *, read_only: bool) -> None:
    """Set every pragma, and read each back: SQLite is silent about one that it did not apply."""
    wanted: dict[str, str | int] = {
        "busy_timeout": int(BUSY_SECONDS * 1000),
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "mmap_size": 0,
        "query_only": int(read_only),
    }
    if not read_only:
        major, minor, patch = sqlite3.sqlite_version_info
        wanted |= {"journal_mode": journal_mode((major, minor, patch)), "synchronous": 2, "temp_store": 2}
    for pragma, value in wanted.items():
        db.execute(f"PRAGMA {pragma} = {value}")
        (applied,) = db.execute(f"PRAGMA {pragma}").fetchone() or (0,)  # builds without mmap answer nothing
        if applied != value:
            raise ArchiveError(f"PRAGMA {pragma} is {applied} and should be {value}")


def break_off(db: sqlite3.Connection, seconds: float) -> None:
    """Let no statement be at work once so many seconds are over; it then fails as interrupted."""
    end = time.monotonic() + seconds
    db.set_progress_handler(lambda: time.monotonic() > end, STEPS_BETWEEN_LOOKS)
    db.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")


@contextmanager
def writing(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One transaction, all or nothing.

    IMMEDIATE, because a deferred one that reads before it writes fails at once where it should wait. A full disk rolls
    the transaction back by itself, and each statement after that would be committed alone: let the error pass.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def insert(db: sqlite3.Connection, table: str, **values: Value) -> int:
    """Insert one row; its id. Table and columns are named by the calls, never by data."""
    marks = ", ".join(f":{column}" for column in values)
    done = db.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", row(**values))  # noqa: S608
    assert done.lastrowid is not None
    return done.lastrowid


def said_by(fault: Exception) -> str:
    """What a fault of SQLite says."""
    if isinstance(fault, UnicodeDecodeError):
        return f"damaged: it says {bytes(fault.object).decode('utf-8', 'backslashreplace')}"
    return str(fault)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise into an ArchiveError that names the file."""
    try:
        yield
    except FAULTS as error:
        busy = getattr(error, "sqlite_errorcode", 0) & 0xFF in _BUSY
        raise (ArchiveBusy if busy else ArchiveError)(f"{path}: {said_by(error)}") from error
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror or error}") from error


class Lock:
    """The right to write: an exclusive `flock` on `<archive>.lock`, which the kernel frees when its holder dies."""

    def __init__(self, archive: Path, wait: float) -> None:
        """Waits up to `wait` seconds; then ArchiveBusy, with the holder's process id."""
        path = archive.with_name(archive.name + ".lock")
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            self._acquire(archive, time.monotonic() + wait)
        except BaseException:
            self.release()
            raise

    def _acquire(self, archive: Path, deadline: float) -> None:
        while not self._taken():
            if time.monotonic() >= deadline:
                holder = os.pread(self._file, 32, 0).decode("ascii", "replace").strip() or "unknown"
                raise ArchiveBusy(f"{archive} is being written to by another process (id {holder}); try again later")
            time.sleep(POLL_SECONDS)
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def _taken(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Let others write."""
        os.close(self._file)
