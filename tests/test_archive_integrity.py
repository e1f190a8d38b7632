"""`verify` finds what was damaged or tampered with, and names it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from archive_fakes import HOUR, PAGE, START, changed, read, with_change

from monitor.archive import Archive
from monitor.errors import ArchiveError


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


def test_a_message_that_is_no_text_is_told(path: Path) -> None:
    """SQLite names what is broken by its bytes, whatever they are; who opens the archive reads them, and no traceback."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA writable_schema = 1")
        db.execute(
            "UPDATE sqlite_master SET name = CAST(x'd5626364' AS TEXT), sql = 'CREATE TABLE (' WHERE name = 'alerts'"
        )
    said = r"damaged: it says malformed database schema \(\\xd5bcd\)"
    assert re.match(f"the file cannot be read further: {said}", problems(path)[0])
    with Archive(path, mode="read") as archive, pytest.raises(ArchiveError, match=f"archive.db: {said}"):
        archive.pages()


def test_nothing_in_the_place_of_a_text_is_told(path: Path) -> None:
    """A turned bit can make a text nothing at all, whatever the table says: that is named, and raised nowhere."""
    loose = "UPDATE sqlite_master SET sql = replace(sql, 'text TEXT{}', 'text TEXT{}') WHERE name = 'clauses'"
    for statements in (
        ("PRAGMA writable_schema = 1", loose.format(" NOT NULL", "")),
        ("UPDATE clauses SET text = NULL WHERE id = 2",),
        ("PRAGMA writable_schema = 1", loose.format("", " NOT NULL")),
    ):
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            for statement in statements:
                db.execute(statement)
    assert any("the file holds what was never written" in problem for problem in problems(path))


def test_a_torn_file_is_told_in_sentences(path: Path) -> None:
    """A file that SQLite itself cannot read to its end is reported, not raised."""
    content = bytearray(path.read_bytes())
    for page in range(4, len(content) // 4096):
        content[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    path.write_bytes(content)
    found = problems(path)
    assert any("integrity" in each or "file" in each for each in found)


@pytest.mark.parametrize(
    ("tampering", "named"),
    [
        ("UPDATE clauses SET key = key + 1 WHERE id = 2", "version 1: the index has other clauses than its document"),
        (
            "UPDATE clauses SET text = 'We never train.' WHERE id = 2",
            "clause 2: no version has the words that the index has",
        ),
        ("UPDATE clauses SET page = 7 WHERE id = 2", "version 1: the index has other clauses than its document"),
        ("UPDATE spells SET ended = NULL WHERE ended = 2", "version 2: the index has other clauses than its document"),
        ("UPDATE spells SET ended = 3 WHERE ended = 2", "version 2: the index has other clauses than its document"),
        ("UPDATE spells SET ended = 9 WHERE clause = 1", "the index ends it with a version that is none of its page"),
        ("UPDATE spells SET began = 2 WHERE clause = 1", "version 1: the index has other clauses than its document"),
        ("UPDATE spells SET began = 9 WHERE clause = 1", "page 1: the index has clauses of versions that are none"),
        ("INSERT INTO spells VALUES (1, 2, NULL, 1)", "version 2: the index has other clauses than its document"),
        (
            "UPDATE places SET trail = '[]' WHERE id = 2",
            "clause 2: the index has it under other headings than its page",
        ),
        (
            "UPDATE places SET kind = 'item' WHERE id = 1",
            "clause 1: the index has it under other headings than its page",
        ),
        ("UPDATE places SET page = 9 WHERE id = 1", "version 1: the index has other clauses than its document"),
        ("UPDATE indexed_pages SET version = 1", "page 1: the index has clauses of versions that are none"),
        (
            "DELETE FROM clause_words_docsize WHERE id = 2",
            "clause 2: the index of words has other words than the clause",
        ),
        (
            "UPDATE clause_words_docsize SET sz = x'09' WHERE id = 2",
            "the index of words counts other words than there are",
        ),
        (
            "UPDATE clause_words_docsize SET sz = NULL WHERE id = 2",
            "clause 2: the index of words has other words than the clause",
        ),
        (
            "INSERT INTO clause_words (rowid, words) VALUES (99, 'new')",
            "clause 99: the index of words has it, and it is not there",
        ),
        (
            "INSERT INTO clause_words (clause_words, rowid, words) VALUES ('delete', 2, 'old')",
            "clause 2: the index of words has other words than the clause",
        ),
        ("UPDATE clause_words_idx SET pgno = 9", "clause 2: the index of words has other words than the clause"),
    ],
)
def test_an_index_that_says_what_no_document_does_is_named(path: Path, tampering: str, named: str) -> None:
    """What the search would find wrong, or not find, is named with the clause or the version; and it can be made again."""
    tamper(path, tampering)
    found = problems(path)
    assert any(named in problem for problem in found), found
    with Archive(path) as archive:
        archive.clauses.reindex()
        assert list(archive.verify()) == []


def test_a_word_that_is_not_found_where_it_stands_is_named(path: Path) -> None:
    """The index of words may hold a word and yet not find it: each word is looked for."""
    with Archive(path) as archive:
        archive.record(PAGE, changed(" ".join(f"word{number}" for number in range(2_000)), START + 3 * HOUR))
    assert problems(path) == []
    tamper(path, "DELETE FROM clause_words_idx")
    assert any("'word999' is not found in every clause that holds it" in problem for problem in problems(path))
