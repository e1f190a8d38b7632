"""Making an archive, knowing one, and bringing it up to date.

An archive is known by its `application_id`; its `user_version` is the number of migrations applied to it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from monitor.archive.connection import Mode, configure, connect, connect_in_memory, writing
from monitor.errors import ArchiveError, NewerArchive

APPLICATION_ID = 0x544D4F4E  # "TMON"
SCHEMA_VERSION = 6  # the number of migrations


def create(path: Path) -> None:
    """Make a new archive. It is built beside its place and then moved there, so that nobody ever meets half of one."""
    with built(path) as unfinished, closing(connect(unfinished, "rwc")) as db:
        refuse_without_search(_modules(db))
        migrate(db)


def migrate(db: sqlite3.Connection) -> None:
    """Apply the migrations that an archive lacks, all or none."""
    from sqlite_utils import Database  # noqa: PLC0415 - slow, as are the migrations that it applies, and asked for here alone

    from monitor.archive.migrations import MIGRATIONS  # noqa: PLC0415

    with writing(db):
        wrapped = Database(db, execute_plugins=False)
        MIGRATIONS.apply(wrapped)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS.applied(wrapped))}")


def foreign(db: sqlite3.Connection) -> Iterator[str]:
    """What of the program's schema is missing or otherwise than it made it, and triggers of others; in sentences.

    Tables, indexes and views that people add for themselves are theirs.
    """
    ours, theirs = _as_made(), _made_of(db)
    for (kind, name), sql in ours.items():
        if theirs.get((kind, name)) != sql:
            yield f"the {kind} {name} is not as the program made it"
    yield from (
        f"the trigger {name} is not of this program" for kind, name in theirs.keys() - ours if kind == "trigger"
    )


@cache
def _as_made() -> dict[tuple[str, str], str]:
    with closing(connect_in_memory()) as fresh:
        migrate(fresh)
        return _made_of(fresh)


def _made_of(db: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """The SQL of every table, index, view and trigger; renaming leaves quotes, which mean nothing."""
    found = db.execute("SELECT type, name, coalesce(sql, '') AS sql FROM sqlite_master").fetchall()
    return {(each["type"], each["name"]): " ".join(each["sql"].replace('"', "").split()) for each in found}


def prepare(db: sqlite3.Connection, path: Path, mode: Mode) -> None:
    """Make a connection ready for use, and the archive one of this program's edition."""
    version = identify(db, path)
    configure(db, read_only=mode == "read")
    if mode == "write":
        refuse_without_search(_modules(db))
    if version < SCHEMA_VERSION:
        if mode != "write":
            raise ArchiveError(f"{path} was written by an older program; `monitor check` brings it up to date")
        migrate(db)


def copy(db: sqlite3.Connection, target: Path) -> None:
    """Write the archive as of now to a new file, which is whole as soon as it is there."""
    if target.exists():
        raise ArchiveError(f"{target} exists already; a backup does not replace it")
    with built(target) as unfinished, closing(connect(unfinished, "rwc")) as into:
        db.backup(into)


def refuse_without_search(modules: Collection[str]) -> None:
    """ArchiveError if SQLite, given what is built into it, has no full-text search."""
    if "fts5" not in modules:
        raise ArchiveError(
            f"this Python's SQLite ({sqlite3.sqlite_version}) was built without FTS5, its full-text search, which the archive needs"
        )


@contextmanager
def built(path: Path) -> Iterator[Path]:
    """A place beside a new file, from which it is moved when all that it holds is on the disk."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    try:
        yield unfinished
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def identify(db: sqlite3.Connection, path: Path) -> int:
    """The schema version of an archive. ArchiveError for a file that is none, NewerArchive for one of a later program.

    Reads only: a file of somebody else's stays as it is, an empty one too, as it may be all that is left of an archive.
    """
    try:
        (application,) = db.execute("PRAGMA application_id").fetchone()
        (version,) = db.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_NOTADB:
            raise
        raise ArchiveError(f"{path} is no archive: it is not an SQLite database; it is left as it is") from error
    if application != APPLICATION_ID:
        raise ArchiveError(f"{path} is no archive: it is {_likeness(path)}; it is left as it is")
    if version > SCHEMA_VERSION:
        raise NewerArchive(f"{path} was written by a newer program (schema {version}, this one knows {SCHEMA_VERSION})")
    return int(version)


def _modules(db: sqlite3.Connection) -> frozenset[str]:
    return frozenset(name for (name,) in db.execute("SELECT name FROM pragma_module_list"))


def _likeness(path: Path) -> str:
    return "another program's SQLite database" if path.stat().st_size else "an empty file"
