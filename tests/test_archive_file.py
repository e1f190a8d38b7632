"""The archive's file: one writer, readers meanwhile, and nobody else's file touched."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from archive_fakes import HOUR, PAGE, START, read, unchanged, with_change
from sqlite_utils import Database, Migrations

import monitor.archive.migrations
from monitor.archive import Archive, Mode, schema
from monitor.archive.connection import connect, journal_mode, writing
from monitor.archive.migrations import MIGRATIONS
from monitor.archive.schema import SCHEMA_VERSION
from monitor.errors import ArchiveBusy, ArchiveError, NewerArchive


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "archive.db"


def test_a_second_writer_is_told_who_holds_the_archive(path: Path) -> None:
    """While one writes, a second writer gives up after its wait and names the first one's process."""
    with Archive(path), pytest.raises(ArchiveBusy, match=f"id {os.getpid()}"):
        Archive(path, wait=0.1)


def test_a_second_writer_waits_for_its_turn(path: Path) -> None:
    """A writer that waits gets the archive as soon as it is free."""
    first = Archive(path)
    threading.Timer(0.1, first.close).start()
    with Archive(path, wait=5) as second:
        second.record(PAGE, read("one"))


def test_a_writer_that_died_holds_nothing(path: Path) -> None:
    """The lock of a process that was killed is free."""
    dying = (
        f"import os, pathlib; from monitor.archive import Archive; Archive(pathlib.Path({str(path)!r})); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", dying], check=False, timeout=20)
    with Archive(path, wait=0) as archive:
        assert archive.pages() == ()


def test_what_a_killed_writer_left_half_done_is_undone_for_readers_too(path: Path) -> None:
    """A transaction that a kill cut short is rolled back by whoever opens the archive next, be it only to read."""
    crashed = path.with_name("crashed.db")
    with Archive(path) as writer:
        with_change(writer)
        writer._db.execute("PRAGMA cache_size = 2")  # so that what is not committed is in the file already
        with pytest.raises(TimeoutError), writing(writer._db):
            writer._db.execute("UPDATE changes SET summary = ?", ("half done " * 50_000,))
            for name in os.listdir(path.parent):  # noqa: PTH208 - names, to tell what belongs to the archive
                if name.startswith(path.name) and not name.endswith(".lock"):
                    shutil.copy(path.with_name(name), crashed.with_name(name.replace(path.name, crashed.name)))
            raise TimeoutError
    with Archive(crashed, mode="read") as reader:
        assert [record.change.summary for record in reader.changes()] != []
        assert list(reader.verify()) == []


def test_readers_read_while_one_writes(path: Path) -> None:
    """A reader needs no lock: it reads what is committed, also in the middle of a transaction."""
    with Archive(path) as writer:
        with_change(writer)
        with writing(writer._db), Archive(path, mode="read") as reader:
            writer._db.execute("DELETE FROM findings")
            (change,) = reader.changes()
            assert change.change.findings


def test_a_reader_writes_nothing(path: Path) -> None:
    """An archive opened to be read refuses every record."""
    Archive(path).close()
    with Archive(path, mode="read") as reader, pytest.raises(ArchiveError, match="readonly"):
        reader.record(PAGE, read("one"))


def test_a_reader_makes_no_archive(path: Path) -> None:
    """Reading an archive that is not there says how one is made, and makes none."""
    with pytest.raises(ArchiveError, match="monitor check"):
        Archive(path, mode="read")
    assert list(path.parent.iterdir()) == []


def test_a_missing_folder_is_made(path: Path) -> None:
    """A new archive may lie in a folder that is not there yet."""
    Archive(path.parent / "new" / "folder" / "archive.db").close()
    assert (path.parent / "new" / "folder" / "archive.db").exists()


@pytest.mark.parametrize(
    "content", [b"", b"<!doctype html><p>Not found</p>" * 50, b"SQLite format 3\x00" + b"\x07" * 500]
)
@pytest.mark.parametrize("mode", ["read", "write", "beside"])
def test_a_file_that_is_no_archive_is_left_as_it_is(path: Path, content: bytes, mode: Mode) -> None:
    """An empty file, a page, a broken file: each is refused by name and not touched."""
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match=r"archive\.db"):
        Archive(path, mode=mode)
    assert path.read_bytes() == content


def test_another_programs_database_is_left_as_it_is(path: Path) -> None:
    """A database of another program is refused by name and not touched."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE pages (id INTEGER)")
    content = path.read_bytes()
    with pytest.raises(ArchiveError, match="another program's"):
        Archive(path)
    assert path.read_bytes() == content


def test_a_newer_archive_is_refused(path: Path) -> None:
    """An archive of a later program is refused, and its lock given back."""
    Archive(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    for _ in range(2):
        with pytest.raises(NewerArchive, match="newer program"):
            Archive(path, wait=0)


def test_an_older_archive_is_migrated_or_left_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that fails midway leaves the archive as it was; one that succeeds keeps its records."""
    with Archive(path) as archive:
        archive.record(PAGE, read("one"))
    content = path.read_bytes()
    migrations = Migrations("monitor")
    for released in MIGRATIONS.pending(Database(memory=True)):
        migrations()(released.fn)
    broken = [True]

    @migrations()
    def one_more_table(db: Database) -> None:
        db.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY) STRICT")
        if broken:
            db.execute("CREATE TABLE pages (id INTEGER)")

    monkeypatch.setattr(monitor.archive.migrations, "MIGRATIONS", migrations)
    monkeypatch.setattr(schema, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    with pytest.raises(ArchiveError, match="already exists"):
        Archive(path)
    assert path.read_bytes() == content
    with pytest.raises(ArchiveError, match="older program"):
        Archive(path, mode="read")
    broken.clear()
    with Archive(path) as archive:
        assert archive.pages()[0].versions == 1
        assert archive._db.execute("SELECT * FROM notes").fetchall() == []


def test_the_schema_version_is_the_number_of_migrations(path: Path) -> None:
    """A new archive has the program's schema version and its application id."""
    with Archive(path) as archive:
        assert archive._db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION
        assert len(MIGRATIONS.applied(Database(archive._db))) == SCHEMA_VERSION
        assert archive._db.execute("PRAGMA application_id").fetchone()[0] == schema.APPLICATION_ID


def test_a_killed_creation_is_begun_anew(path: Path) -> None:
    """What a creation left that was killed midway is in nobody's way."""
    path.with_name("archive.db.new").write_bytes(b"half of it")
    with Archive(path) as archive:
        assert archive.pages() == ()
    assert sorted(each.name for each in path.parent.iterdir()) == ["archive.db", "archive.db.lock"]


def test_wal_only_where_its_reset_is_safe() -> None:
    """The write-ahead log is used by versions of SQLite alone that cannot corrupt the file when it is reset."""
    safe = [(3, 51, 3), (3, 52, 0), (3, 50, 7), (3, 44, 6), (4, 0, 0)]
    unsafe = [(3, 40, 1), (3, 44, 5), (3, 45, 0), (3, 50, 6), (3, 51, 0), (3, 51, 2)]
    assert {journal_mode(each) for each in safe} == {"wal"}
    assert {journal_mode(each) for each in unsafe} == {"truncate"}


def test_commits_survive_a_power_cut(path: Path) -> None:
    """A writer's connection has the pragmas by which no commit is lost and no reference dangles."""
    with Archive(path) as archive:
        wanted = {"synchronous": 2, "foreign_keys": 1, "trusted_schema": 0, "cell_size_check": 1, "busy_timeout": 30000}
        assert {name: archive._db.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted} == wanted


def test_a_transaction_claims_the_file_when_it_begins(path: Path) -> None:
    """A transaction takes the right to write before it reads, so that it cannot find it gone afterwards."""
    with closing(connect(path, "rwc")) as one, closing(connect(path, "rw")) as other:
        other.execute("PRAGMA busy_timeout = 0")
        with writing(one), pytest.raises(sqlite3.OperationalError, match="locked"), writing(other):
            pass


def test_what_follows_a_lost_transaction_is_not_committed(path: Path) -> None:
    """An exception in a transaction undoes all of it, also one that SQLite has rolled back by itself."""
    with closing(connect(path, "rwc")) as db:
        db.execute("CREATE TABLE notes (text TEXT UNIQUE ON CONFLICT ROLLBACK)")
        with pytest.raises(sqlite3.IntegrityError), writing(db):
            db.execute("INSERT INTO notes VALUES ('one')")
            db.execute("INSERT INTO notes VALUES ('one')")
        assert db.execute("SELECT count(*) FROM notes").fetchone()[0] == 0


def test_swallowing_a_lost_transaction_is_an_error(path: Path) -> None:
    """Whoever goes on after SQLite rolled back is told at the end of the transaction."""
    with closing(connect(path, "rwc")) as db:
        db.execute("CREATE TABLE notes (text TEXT UNIQUE ON CONFLICT ROLLBACK)")
        with pytest.raises(sqlite3.OperationalError, match="no transaction"), writing(db):
            db.execute("INSERT INTO notes VALUES ('one')")
            with suppress(sqlite3.IntegrityError):
                db.execute("INSERT INTO notes VALUES ('one')")


def test_threads_take_turns(path: Path) -> None:
    """Threads that share an archive record whole checks, one after the other."""
    with Archive(path) as archive:
        starts = range(4)
        run = [
            threading.Thread(
                target=lambda n=n: [archive.record(PAGE, unchanged("x", START + (10 * n + i) * HOUR)) for i in range(5)]
            )
            for n in starts
        ]
        for thread in run:
            thread.start()
        for thread in run:
            thread.join()
        assert archive.pages()[0].captures == 20
        assert list(archive.verify()) == []


def test_a_backup_is_a_whole_archive(path: Path) -> None:
    """A backup made while the archive is in use is an archive of its own, and replaces nothing."""
    copy = path.with_name("copy.db")
    with Archive(path) as archive, Archive(path, mode="read") as reader:
        with_change(archive, "mail")
        reader.backup(copy)
        with pytest.raises(ArchiveError, match="exists already"):
            archive.backup(copy)
        with Archive(copy) as copied:
            assert list(copied.changes()) == list(archive.changes())
            assert list(copied.verify()) == []
