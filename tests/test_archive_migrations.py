"""An archive of an earlier program is brought up to date with all that it holds, or stays as it is."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from archive_fakes import HOUR, PAGE, START, changed, read
from sqlite_utils import Database

from monitor.archive import Archive, schema
from monitor.archive.connection import connect, writing
from monitor.archive.migrations import MIGRATIONS
from monitor.archive.schema import SCHEMA_VERSION
from monitor.errors import ArchiveError

FIRST = """
INSERT INTO pages (id, vendor, name, vendor_name, type, url) VALUES (1, 'acme', 'terms', 'Acme', 'terms', 'https://acme.example/');
INSERT INTO blobs (sha256, size, depth, data) VALUES (hex(zeroblob(32)), 0, 0, x'');
INSERT INTO snapshots (page, sha256, content_type, size, seen_at) SELECT 1, sha256, 'text/html', 0, :at FROM blobs;
INSERT INTO versions (page, snapshot, seen_at, last_seen_at, key, fingerprint, edition, technical, title, language, size, document)
    SELECT 1, 1, :at, :at, value, '', '1', 0, '', 'en', 0, sha256 FROM blobs, json_each('["old", "new"]');
INSERT INTO changes (page, before, after, seen_at, previous_at, verdict, importance, topics, summary, why)
    VALUES (1, 1, 2, :at, :at, 'alert', 'major', '["training"]', 'they train now', '');
UPDATE pages SET version = 2, last_change = 1;
INSERT INTO alerts (change, reason, created_at) VALUES (1, 'change', :at);
INSERT INTO deliveries (alert, channel, key, state, attempts, created_at, next_at, sent_at, failed_at, error) VALUES
    (1, 'mail', hex(zeroblob(32)), 'owed', 2, :at, :at, NULL, :at, '451 later'),
    (1, 'hook', hex(randomblob(32)), 'sent', 1, :at, NULL, :at, NULL, ''),
    (1, 'chat', hex(randomblob(32)), 'failed', 9, :at, NULL, NULL, :at, 'gone');
"""


@pytest.fixture
def first_archive(tmp_path: Path) -> Path:
    """An archive of the first schema, with an alert owed, sent and given up."""
    path = tmp_path / "archive.db"
    with closing(connect(path, "rwc")) as db:
        with writing(db):
            MIGRATIONS.apply(Database(db, execute_plugins=False), stop_before="alerts_of_any_kind")
            db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
            db.execute("PRAGMA user_version = 1")
        for statement in FIRST.split(";\n"):
            db.execute(statement, {"at": "2031-03-01T08:30:00.000000Z"})
    return path


def tables(path: Path) -> dict[str, str]:
    """What an archive is made of: every table, index and view, by name."""
    with closing(sqlite3.connect(path)) as db:
        found = db.execute(
            "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_%' ESCAPE '\\'"
        )
        return {name: " ".join((sql or "").replace('"', "").split()) for name, sql in found}


def test_an_early_archive_is_brought_up_to_date(first_archive: Path) -> None:
    """What was owed, sent and given up under the first schema is so under this one, and the archive is sound."""
    with Archive(first_archive) as archive:
        assert [(each.channel, each.state, each.attempts, each.error) for each in archive.deliveries()] == [
            ("chat", "failed", 9, "gone"),
            ("hook", "sent", 1, ""),
            ("mail", "owed", 2, "451 later"),
        ]
        (alert,) = archive.alerts()
        assert (alert.change, alert.troubles, alert.created_at) == (1, (), START)
        assert not [problem for problem in archive.verify() if "deliver" in problem or "alert" in problem]


def test_an_early_archive_becomes_like_a_new_one(first_archive: Path, tmp_path: Path) -> None:
    """Every table, index and view of an archive that was brought up to date is that of one made anew."""
    for path in (first_archive, tmp_path / "new.db"):
        Archive(path).close()
    assert tables(first_archive) == tables(tmp_path / "new.db")


def test_an_early_archive_is_used_as_any_other(first_archive: Path) -> None:
    """Checks go on where they were, after the migration."""
    with Archive(first_archive) as archive:
        archive.record(PAGE, changed("newer", START + HOUR, "mail"))
        assert [alert.change for alert in archive.alerts()] == [2, 1]


def test_only_who_writes_brings_it_up_to_date(first_archive: Path) -> None:
    """To read an early archive, or to note something in it, is refused with what to do; the file stays as it is."""
    before = first_archive.read_bytes()
    for mode in ("read", "beside"):
        with pytest.raises(ArchiveError, match="monitor check"):
            Archive(first_archive, mode=mode)
    assert first_archive.read_bytes() == before


def test_a_failed_migration_leaves_the_archive_as_it_was(first_archive: Path, tmp_path: Path) -> None:
    """A migration that breaks off, at its last statement or before, changes nothing."""
    kept = tmp_path / "kept.db"
    shutil.copy(first_archive, kept)
    with closing(connect(first_archive, "rw")) as db:
        db.execute("CREATE TABLE troubles (id)")  # what the migration would make is there already
    before = tables(first_archive)
    with pytest.raises(ArchiveError, match="troubles"):
        Archive(first_archive)
    assert tables(first_archive) == before


def test_a_new_archive_takes_checks(tmp_path: Path) -> None:
    """An archive made anew by all migrations records a first check."""
    with Archive(tmp_path / "new.db") as archive:
        assert archive.record(PAGE, read("old")).version == 1


RELEASED = sorted((Path(__file__).parent / "archives").glob("schema-*.db.gz"))
"""What the demo left under each schema that was released before this one."""


@pytest.fixture(params=RELEASED, ids=lambda path: path.name.removesuffix(".db.gz"))
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An archive as a released program left it."""
    path = tmp_path / "archive.db"
    path.write_bytes(gzip.decompress(request.param.read_bytes()))
    return path


def contents(path: Path) -> dict[str, set[str]]:
    """The rows of each table of an early archive that later ones have as well, without what later columns say."""
    with closing(sqlite3.connect(path)) as db:
        return {
            table: {repr(each) for each in db.execute(f"SELECT {columns} FROM {table}")}
            for table, columns in KEPT.items()
        }


KEPT = {
    "pages": "id, vendor, name, type, url, version, last_change, next_check_at",
    "blobs": "sha256, size, data",
    "snapshots": "id, page, sha256, content_type, size, seen_at",
    "checks": "id, page, at, url, outcome, reason, status, headers, hops, snapshot, version, began",
    "versions": "id, page, snapshot, seen_at, last_seen_at, key, edition, document",
    "changes": "id, page, before, after, seen_at, verdict, topics, summary, why",
    "findings": "id, change, topic, before, after, reading, rule",
    "alerts": "id, change, created_at",
}


def test_there_is_a_kept_archive_of_every_schema_before_this_one() -> None:
    """Whoever changes the schema keeps an archive of the one before."""
    assert [path.name for path in RELEASED] == [f"schema-{number}.db.gz" for number in range(1, SCHEMA_VERSION)]


def test_a_kept_archive_is_brought_up_to_date_with_all_that_it_holds(kept: Path) -> None:
    """Every row is there afterwards as it was, the archive is whole, all bytes come back, and checks go on."""
    before = contents(kept)
    with Archive(kept) as archive:
        assert list(archive.verify()) == []
        for page in archive.pages():
            for capture in archive.history(page.vendor, page.page):
                assert capture.snapshot is None or archive.snapshot(capture.snapshot)
            assert all(version.document.text for version in archive.versions(page.vendor, page.page))
        assert contents(kept) == before
        archive.record(PAGE, read("one"))


@pytest.mark.parametrize("kept", RELEASED[4:5], ids=["schema-5"], indirect=True)
def test_clauses_that_an_earlier_program_split_otherwise_are_split_anew(kept: Path) -> None:
    """Else the index would hold what no document says by today's rules, and `verify` would call the archive damaged."""
    with closing(sqlite3.connect(kept)) as db, db:
        db.execute("UPDATE clauses SET text = text || ' 5.2 Data.', key = key + 1 WHERE id = 1")
    with Archive(kept) as archive:
        assert list(archive.verify()) == []


def test_a_migration_that_is_interrupted_anywhere_changes_nothing(kept: Path) -> None:
    """However far it came, the archive is as it was, and the next attempt succeeds."""
    before, steps = dump(kept), 2
    interrupted = 0
    while True:
        with closing(connect(kept, "rw")) as db:
            db.set_progress_handler(iter([0] * steps + [1] * 100_000).__next__, 50)
            try:
                schema.migrate(db)
            except sqlite3.OperationalError:
                interrupted += 1
            else:
                break
        assert dump(kept) == before
        steps = steps * 3 // 2 + 1
    assert interrupted > 3


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return [*db.iterdump(), str(db.execute("PRAGMA user_version").fetchone())]
