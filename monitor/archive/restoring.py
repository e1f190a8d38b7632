"""Putting a backup in the archive's place."""

from __future__ import annotations

import os
from contextlib import closing, suppress
from datetime import datetime
from itertools import islice
from pathlib import Path

from monitor.archive import integrity, schema
from monitor.archive.connection import FAULTS, Lock, connect, naming
from monitor.errors import ArchiveError

JOURNALS = ("-journal", "-wal", "-shm")
_MOST_PROBLEMS = 5


def restore(copy: Path, archive: Path, now: datetime, *, wait: float = 0.0) -> Path | None:
    """Put a copy in the archive's place, if the copy is whole; where what stood there is kept now, if anything stood there.

    There is an archive at every moment: the old one, then the new one. ArchiveBusy while another process writes to it.
    """
    if copy.exists() and archive.exists() and copy.samefile(archive):
        raise ArchiveError(f"{copy} is the archive itself")
    with naming(archive):
        archive.parent.mkdir(parents=True, exist_ok=True)
        lock = Lock(archive, wait)
        try:
            with schema.built(archive) as unfinished:
                _copied(copy, unfinished)
                _proven(copy, unfinished)
                return _kept_beside(archive, now)
        finally:
            lock.release()


def _copied(copy: Path, unfinished: Path) -> None:
    """The copy through SQLite, not as a file: its last transaction may stand in a journal beside it."""
    if not copy.is_file():
        raise ArchiveError(f"no archive at {copy}")
    with naming(copy), closing(connect(copy, "rw")) as source, closing(connect(unfinished, "rwc")) as into:
        schema.identify(source, copy)
        source.backup(into)


def _proven(copy: Path, unfinished: Path) -> None:
    with closing(connect(unfinished, "rw")) as db:
        schema.prepare(db, unfinished, "write")
        problems = list(islice(integrity.problems(db), _MOST_PROBLEMS))
    if problems:
        raise ArchiveError("\n".join((f"{copy} is not whole, and the archive stays as it is:", *problems)))


def _kept_beside(archive: Path, now: datetime) -> Path | None:
    """Give the archive, sound or not, a second name, under which it stays when the first becomes that of the copy."""
    if not archive.exists():
        return None
    with suppress(*FAULTS), closing(connect(archive, "rw")) as db:
        db.execute("SELECT count(*) FROM sqlite_master")  # a journal that a killed writer left is played back by this
    beside = archive.with_name(f"{archive.name}.before-{now:%Y%m%dT%H%M%SZ}")
    os.link(archive, beside)
    for kind in JOURNALS:  # or it would be played back into the copy
        journal = archive.with_name(archive.name + kind)
        if journal.exists():
            journal.rename(beside.with_name(beside.name + kind))
    return beside
