"""What is wrong with an archive, one sentence a problem, each naming the record."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from monitor.archive import audit, schema
from monitor.archive.blobs import Blobs
from monitor.archive.clause_integrity import in_documents, in_words
from monitor.archive.codec import HEADERS, HOPS, unpack
from monitor.archive.connection import FAULTS, said_by
from monitor.errors import DamagedRecord

# What is last is so by its time; by its number where the clock once went back. What an import brings in later has higher numbers.
_RULES = {
    "snapshot {} has another size than its bytes": """
        SELECT snapshots.id FROM snapshots JOIN blobs USING (sha256) WHERE snapshots.size <> blobs.size""",
    "version {} was read from another page's snapshot": """
        SELECT versions.id FROM versions JOIN snapshots ON snapshots.id = versions.snapshot
        WHERE snapshots.page <> versions.page""",
    "version {} was begun by no capture": """
        SELECT id FROM versions
        WHERE NOT technical AND id NOT IN (SELECT version FROM checks WHERE began AND version IS NOT NULL)""",
    "capture {} brought another page's bytes": """
        SELECT checks.id FROM checks JOIN snapshots ON snapshots.id = checks.snapshot
        WHERE snapshots.page <> checks.page""",
    "capture {} found another page's version": """
        SELECT checks.id FROM checks JOIN versions ON versions.id = checks.version
        WHERE versions.page <> checks.page""",
    "change {} is not between two successive versions of its page": """
        SELECT changes.id FROM changes JOIN versions AS new ON new.id = changes.after
        WHERE new.page <> changes.page OR changes.before NOT IN (
            (SELECT max(id) FROM versions WHERE page = changes.page AND id < changes.after),
            (SELECT id FROM versions
            WHERE page = changes.page AND id <= max(changes.before, changes.after)
                AND (seen_at, id) < (new.seen_at, new.id)
            ORDER BY seen_at DESC, id DESC LIMIT 1))""",
    "change {} was not seen when its version was": """
        SELECT changes.id FROM changes JOIN versions ON versions.id = changes.after
        WHERE versions.seen_at <> changes.seen_at""",
    "page {} does not stand at its last version": """
        SELECT id FROM pages WHERE version IS NOT (SELECT max(id) FROM versions WHERE page = pages.id) AND version IS NOT
            (SELECT id FROM versions WHERE page = pages.id ORDER BY seen_at DESC, id DESC LIMIT 1)""",
    "page {} does not stand at its last change": """
        SELECT id FROM pages WHERE last_change IS NOT (SELECT max(id) FROM changes WHERE page = pages.id) AND last_change IS NOT
            (SELECT id FROM changes WHERE page = pages.id ORDER BY seen_at DESC, id DESC LIMIT 1)""",
    "page {} does not stand at its last capture": """
        SELECT id FROM pages WHERE last_check IS NOT (SELECT max(id) FROM checks WHERE page = pages.id) AND last_check IS NOT
            (SELECT id FROM checks WHERE page = pages.id ORDER BY at DESC, id DESC LIMIT 1)""",
    "version {} was not last seen by its last capture": """
        SELECT id FROM versions WHERE last_seen_at IS NOT
            (SELECT max(versions.seen_at, coalesce(max(checks.at), '')) FROM checks WHERE checks.version = versions.id)""",
    "the bytes {} are not one frame above those that they need": """
        SELECT blobs.sha256 FROM blobs JOIN blobs AS base ON base.sha256 = blobs.base
        WHERE blobs.depth <> base.depth + 1""",
    "delivery {} is neither done nor due at any time": """
        SELECT id FROM deliveries WHERE (state IN ('owed', 'sending')) <> (next_at IS NOT NULL)""",
    "delivery {} is sent without a time, or has a time without being sent": """
        SELECT id FROM deliveries WHERE (state = 'sent') <> (sent_at IS NOT NULL)""",
}


_LET_GO = """SELECT blobs.sha256 FROM blobs WHERE data = x'' AND sha256 NOT IN (SELECT document FROM versions)
    AND NOT EXISTS (SELECT 1 FROM snapshots WHERE snapshots.sha256 = blobs.sha256
        AND snapshots.id NOT IN (SELECT snapshot FROM removals))"""
"""Bytes that are gone as the rules of retention have it: their removal is recorded."""


def problems(db: sqlite3.Connection, held: tuple[int, bytes] | None = None) -> Iterator[str]:
    """Every problem found. Each read is short, lest a writer wait; all bytes come from the file, none from a cache.

    `held` is the number and the hash of an entry of the ledger that was its head at some time.
    """
    if held:
        yield from audit.not_held(db, *held)
    for search in (
        _in_file,
        schema.foreign,
        _in_references,
        _in_rules,
        _in_blobs,
        in_documents,
        in_words,
        _in_answers,
        audit.problems,
    ):
        try:
            yield from search(db)
        except FAULTS as error:
            yield f"the file cannot be read further: {said_by(error)}"
        except (AttributeError, LookupError, TypeError, ValueError) as error:  # nothing, or bytes, where a text must be
            yield f"the file holds what was never written: {type(error).__name__}: {error}"


def _in_file(db: sqlite3.Connection) -> Iterator[str]:
    for (line,) in db.execute("PRAGMA integrity_check").fetchall():
        if line != "ok":
            yield f"the file: {line}"


def _in_references(db: sqlite3.Connection) -> Iterator[str]:
    for table, row, parent, _ in db.execute("PRAGMA foreign_key_check").fetchall():
        yield f"row {row} of {table} refers to a row of {parent} that is not there"


def _in_rules(db: sqlite3.Connection) -> Iterator[str]:
    for sentence, search in _RULES.items():
        for (row,) in db.execute(search).fetchall():
            yield sentence.format(row)


def _in_blobs(db: sqlite3.Connection) -> Iterator[str]:
    blobs = Blobs(db)
    for (sha256,) in db.execute(f"SELECT sha256 FROM blobs WHERE sha256 NOT IN ({_LET_GO}) ORDER BY id").fetchall():  # noqa: S608
        try:
            blobs.get(sha256)
        except DamagedRecord as damage:
            yield str(damage) if sha256 in str(damage) else f"the bytes {sha256} are lost: {damage}"


def _in_answers(db: sqlite3.Connection) -> Iterator[str]:
    for (check,) in db.execute("SELECT id FROM checks ORDER BY id").fetchall():
        headers, hops = db.execute("SELECT headers, hops FROM checks WHERE id = ?", (check,)).fetchone()
        try:
            unpack(HEADERS, headers, f"capture {check}: its headers")
            unpack(HOPS, hops, f"capture {check}: its redirects")
        except DamagedRecord as damage:
            yield str(damage)
