"""`verify` finds what was damaged or tampered with, and names it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from archive_fakes import HOUR, PAGE, START, changed, read, with_change

from monitor.archive import Archive


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "archive.db"
    with Archive(path) as archive:
        with_change(archive, "mail")
        archive.record(PAGE, changed("old", START + 2 * HOUR))
    yield path


def problems(path: Path) -> list[str]:
    with Archive(path, mode="read") as archive:
        return list(archive.verify())


def tamper(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(sql)


def test_a_sound_archive_has_no_problem(path: Path) -> None:
    """An archive as the program wrote it has no problem."""
    assert problems(path) == []


def test_what_people_add_for_themselves_is_no_problem(path: Path) -> None:
    """Tables, views and indexes of others, such as Datasette's and sqlite-utils', are theirs."""
    for sql in (
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)",
        "CREATE VIEW mine AS SELECT * FROM changes",
        "CREATE INDEX by_outcome ON checks (outcome)",
    ):
        tamper(path, sql)
    assert problems(path) == []


@pytest.mark.parametrize(
    ("tampering", "named"),
    [
        ("DROP TRIGGER ledger_keeps_its_entries", "the trigger ledger_keeps_its_entries is not as the program made it"),
        ("DROP INDEX checks_of_page", "the index checks_of_page is not as the program made it"),
        (
            "CREATE TRIGGER sly AFTER INSERT ON checks BEGIN DELETE FROM alerts; END",
            "the trigger sly is not of this program",
        ),
        ("DELETE FROM blobs WHERE id = 1", "row 1 of snapshots refers to a row of blobs that is not there"),
        ("DELETE FROM versions WHERE id = 1", "row 1 of changes refers to a row of versions"),
        ("DELETE FROM changes WHERE id = 1", "row 1 of alerts refers to a row of changes"),
        ("DELETE FROM checks WHERE id = 1", "version 1 was begun by no capture"),
        ("DELETE FROM checks WHERE id = 3", "row 1 of pages refers to a row of checks"),
        ("UPDATE snapshots SET size = 1 WHERE id = 2", "snapshot 2 has another size"),
        ("UPDATE snapshots SET page = 7 WHERE id = 1", "version 1 was read from another page's snapshot"),
        ("UPDATE versions SET page = 7 WHERE id = 2", "capture 2 found another page's version"),
        ("UPDATE changes SET before = 2 WHERE id = 1", "change 1 is not between two successive versions"),
        ("UPDATE changes SET seen_at = previous_at WHERE id = 2", "change 2 was not seen when its version was"),
        ("UPDATE pages SET version = 1", "page 1 does not stand at its last version"),
        ("UPDATE pages SET last_change = 1", "page 1 does not stand at its last change"),
        ("UPDATE pages SET last_check = 1", "page 1 does not stand at its last capture"),
        ("UPDATE deliveries SET next_at = NULL", "delivery 1 is neither done nor due"),
        ("UPDATE deliveries SET state = 'sent', next_at = NULL", "delivery 1 is sent without a time"),
        ("UPDATE checks SET headers = x'00' WHERE id = 3", "capture 3: its headers cannot be decompressed"),
        ("UPDATE versions SET document = (SELECT sha256 FROM snapshots) WHERE id = 2", "version 2: its document"),
    ],
)
def test_what_was_tampered_with_is_named(path: Path, tampering: str, named: str) -> None:
    """Each record that was deleted or changed by hand is named in a sentence."""
    tamper(path, tampering)
    assert any(named in problem for problem in problems(path)), problems(path)


def test_a_byte_flipped_on_the_disk_is_found(path: Path) -> None:
    """A byte that changed in the file itself is found, and the bytes that it belongs to are named."""
    with Archive(path) as archive:
        recorded = archive.record(PAGE, read("".join(map(chr, range(0x4E00, 0x6000))), START + 3 * HOUR))
        (stored,) = archive._db.execute("SELECT data FROM blobs WHERE sha256 = ?", (recorded.snapshot,)).fetchone()
    assert recorded.snapshot
    content = bytearray(path.read_bytes())
    content[content.index(stored[1000:1030])] ^= 1
    path.write_bytes(content)
    assert any(recorded.snapshot in problem for problem in problems(path))


def test_a_torn_file_is_told_in_sentences(path: Path) -> None:
    """A file that SQLite itself cannot read to its end is reported, not raised."""
    content = bytearray(path.read_bytes())
    for page in range(4, len(content) // 4096):
        content[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    path.write_bytes(content)
    found = problems(path)
    assert any("integrity" in each or "file" in each for each in found)
