"""Which clauses a page's versions hold: each once, the spells in which it stood, and the words in it. All of it can be made again.

A clause is the same where the comparison says so, and a new spell begins where the comparison would report something: a clause
that was not there, or an item that went from "We never share:" to "We may share:".
"""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

from monitor.archive.blobs import Blobs
from monitor.archive.codec import DOCUMENT, TEXTS, from_json, row, to_json
from monitor.archive.connection import insert, writing
from monitor.clauses import lead, standing
from monitor.errors import DamagedRecord
from monitor.model import Block, Clause, Document
from monitor.normalise import comparable
from monitor.query import forms

_log = logging.getLogger("monitor.archive")

AT_ONCE = 50
"""Versions that are read in one transaction: what a kill costs."""
_CORRUPT_WORDS = sqlite3.SQLITE_CORRUPT_VTAB
TABLES = ("indexed_pages", "spells", "clauses", "places")
"""What is noted, beside the index of words; rows of those before refer to those behind."""
_BEHIND = """SELECT pages.id, indexed_pages.version FROM pages
    LEFT JOIN indexed_pages ON indexed_pages.page = pages.id
    WHERE indexed_pages.version IS NOT
        (SELECT id FROM versions WHERE versions.page = pages.id ORDER BY seen_at DESC, id DESC LIMIT 1)"""
_AFTER = """FROM versions WHERE page = :page AND (seen_at, id) >
    (coalesce((SELECT seen_at FROM versions WHERE id = :noted), ''), coalesce(:noted, 0))"""
_BEFORE = """SELECT id FROM versions WHERE page = :page AND (seen_at, id) < (SELECT seen_at, id FROM versions WHERE id = :version)
    ORDER BY seen_at DESC, id DESC LIMIT 1"""


class Standing(NamedTuple):
    """A clause that stands, by its row: the version that its spell began with, and its place."""

    clause: int
    began: int
    place: int


class Places:
    """The places of a page's clauses: the kind of block, and the headings above it."""

    def __init__(self, db: sqlite3.Connection, page: int) -> None:
        self._db, self._page = db, page
        found = db.execute("SELECT id, kind, trail FROM places WHERE page = ?", (page,)).fetchall()
        self._ids = {(each["kind"], _trail(each["trail"])): int(each["id"]) for each in found}
        self._leads = {id_: lead(kind, trail) for (kind, trail), id_ in self._ids.items()}

    def of(self, block: Block) -> int:
        """The id of a block's place, which is noted if it is new."""
        if (block.kind, block.trail) not in self._ids:
            place = insert(self._db, "places", page=self._page, kind=block.kind, trail=block.trail)
            self._ids[block.kind, block.trail] = place
            self._leads[place] = lead(block.kind, block.trail)
        return self._ids[block.kind, block.trail]

    def lead(self, place: int) -> str | None:
        """The lead ("We never share:") that stands at a place, if there is one."""
        return self._leads.get(place)


@lru_cache(maxsize=1 << 12)  # a page's next version has them again
def _trail(stored: str) -> tuple[str, ...]:
    return from_json(TEXTS, stored, "the headings of a clause")


@lru_cache(maxsize=1 << 15)
def key_of(form: str) -> int:
    """The key of a clause, by the form in which it is compared: 64 bits, signed as SQLite has them."""
    return int.from_bytes(hashlib.blake2b(form.encode(), digest_size=8).digest(), "big", signed=True)


def key_of_text(text: str) -> int | None:
    """The key of a clause, by its words; None for what is furniture."""
    return key_of(form) if (form := comparable(text)) else None


def clauses_by_key(document: Document) -> dict[int, Clause]:
    """The clauses that a document holds."""
    return {key_of(form): clause for form, clause in standing(document).items()}


def indexed_words(text: str) -> str:
    """What the index of words is given of a text: its words, one space apart."""
    return " ".join(forms(text))


def add(db: sqlite3.Connection, page: int, version: int, document: Document) -> None:
    """Note which clauses a page's new version holds, within the caller's transaction. What stands on is not written again."""
    before, now, places = _standing(db, page), clauses_by_key(_as_stored(document)), Places(db, page)
    leads = {places.lead(each.place) for each in before.values()} - {None}
    ids = _put_clauses(db, page, {key: clause.text for key, clause in now.items() if key not in before})
    begun = [(ids[key], version, places.of(now[key].block)) for key in ids]
    ended = [stood for key, stood in before.items() if key not in now]
    moved: list[tuple[int, Standing]] = []
    for key in before.keys() & now.keys():
        stood, place = before[key], places.of(now[key].block)
        if _is_elsewhere(places.lead(stood.place), places.lead(place), leads):
            ended.append(stood)
            begun.append((stood.clause, version, place))
        elif place != stood.place:
            moved.append((place, stood))
    db.executemany(
        "UPDATE spells SET place = ? WHERE clause = ? AND began = ?", [(p, s.clause, s.began) for p, s in moved]
    )
    db.executemany(
        "UPDATE spells SET ended = ? WHERE clause = ? AND began = ?", [(version, s.clause, s.began) for s in ended]
    )
    db.executemany("INSERT INTO spells (clause, began, place) VALUES (?, ?, ?)", sorted(begun))
    _come_to(db, page, version)


def note(db: sqlite3.Connection, page: int, version: int, document: Document) -> None:
    """Note a version that is just recorded, within the caller's transaction.

    One that lies before others that are noted makes the spells of its page uncertain: they are taken back, and made again by
    `catch_up`. Whatever is wrong with the index, the version is recorded, and can be searched when the index was made again.
    """
    noted = _noted(db, page)
    before = db.execute(_BEFORE, row(page=page, version=version)).fetchone()
    with _left_behind_if_damaged(db, page):
        if noted == (before and before["id"]):
            add(db, page, version, document)
        elif noted is not None and _lies_after(db, page, noted, version):
            _forget(db, page)


def catch_up(db: sqlite3.Connection, blobs: Blobs) -> None:
    """Note the clauses of versions that were recorded before there was an index, some in each transaction: a kill costs little.

    A version whose document is damaged is passed over; `verify` names it.
    """
    if many := behind(db):
        _log.info("%d versions are indexed for the search", many)
    for page, _ in db.execute(_BEHIND).fetchall():
        more = True
        while more:
            more = False
            with writing(db), _left_behind_if_damaged(db, page):
                more = _catch_up(db, blobs, page, most=AT_ONCE)


def clear(db: sqlite3.Connection) -> None:
    """Take back all that was noted, within the caller's transaction, so that `catch_up` makes it again."""
    for table in TABLES:
        db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
    db.execute("INSERT INTO clause_words (clause_words) VALUES ('delete-all')")


def compact(db: sqlite3.Connection) -> None:
    """Merge the pieces that the index of words grew by: smaller, and quicker to search."""
    db.execute("INSERT INTO clause_words (clause_words) VALUES ('optimize')")


def behind(db: sqlite3.Connection) -> int:
    """How many versions there are whose clauses are not noted yet."""
    return sum(
        int(db.execute(f"SELECT count(*) {_AFTER}", row(page=page, noted=noted)).fetchone()[0])
        for page, noted in db.execute(_BEHIND).fetchall()
    )


def _noted(db: sqlite3.Connection, page: int) -> int | None:
    """The last version of a page, by its time, up to which all are noted."""
    found = db.execute("SELECT version FROM indexed_pages WHERE page = ?", (page,)).fetchone()
    return None if found is None else int(found["version"])


def _lies_after(db: sqlite3.Connection, page: int, noted: int, version: int) -> bool:
    after = f"SELECT 1 {_AFTER} AND id = :last"
    return db.execute(after, row(page=page, noted=version, last=noted)).fetchone() is not None


def _forget(db: sqlite3.Connection, page: int) -> None:
    """Take back the spells of a page's clauses; their words stay, as they are needed again."""
    db.execute("DELETE FROM spells WHERE clause IN (SELECT id FROM clauses WHERE page = ?)", (page,))
    db.execute("DELETE FROM indexed_pages WHERE page = ?", (page,))


@contextmanager
def _left_behind_if_damaged(db: sqlite3.Connection, page: int) -> Iterator[None]:
    """What is noted within counts only if the index allowed it: where it is damaged, it stays as it was before."""
    db.execute("SAVEPOINT clauses")
    try:
        yield
        db.execute("SAVEPOINT written")  # the index of words writes what it held back, and fails now if ever
    except (sqlite3.DatabaseError, DamagedRecord) as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CONSTRAINT)
        if code != _CORRUPT_WORDS and code & 0xFF != sqlite3.SQLITE_CONSTRAINT:
            raise
        db.execute("ROLLBACK TO clauses")
        _log.error(
            "page %s: its clauses cannot be indexed: %s; `monitor search --reindex` makes the index again", page, error
        )
    db.execute("RELEASE clauses")


def _catch_up(db: sqlite3.Connection, blobs: Blobs, page: int, most: int) -> bool:
    """Note the next versions of a page, so many at most; whether there may be more."""
    sql = f"SELECT id, document {_AFTER} ORDER BY seen_at, id LIMIT :most"
    found = db.execute(sql, row(page=page, noted=_noted(db, page), most=most)).fetchall()
    for version, sha256 in found:
        try:
            document = from_json(DOCUMENT, blobs.get(sha256), f"version {version}: its document")
        except DamagedRecord:
            _come_to(db, page, version)
        else:
            add(db, page, version, document)
    return len(found) == most


def _come_to(db: sqlite3.Connection, page: int, version: int) -> None:
    db.execute("REPLACE INTO indexed_pages (page, version) VALUES (?, ?)", (page, version))


def _is_elsewhere(old: str | None, new: str | None, leads: Collection[str | None]) -> bool:
    """Whether an item went from one list to another that was there before; a lead in other words makes its items no news."""
    return old is not None and new is not None and new != old and new in leads


def _standing(db: sqlite3.Connection, page: int) -> dict[int, Standing]:
    """The clauses that stand on a page by what is noted, by their keys."""
    found = db.execute(
        """SELECT clauses.key, spells.clause, spells.began, spells.place
        FROM clauses JOIN spells ON spells.clause = clauses.id AND spells.ended IS NULL WHERE clauses.page = ?""",
        (page,),
    )
    return {key: Standing(*spell) for key, *spell in found}


def _put_clauses(db: sqlite3.Connection, page: int, texts: Mapping[int, str]) -> dict[int, int]:
    """The ids of clauses, by their keys, in the same order. One that went away, and comes back, has its row already."""
    known = db.execute(
        "SELECT key, id FROM clauses WHERE page = ? AND key IN (SELECT value FROM json_each(?))",
        (page, json.dumps(list(texts))),
    )
    ids: dict[int, int] = dict(known.fetchall())
    (last,) = db.execute("SELECT coalesce(max(id), 0) FROM clauses").fetchone()
    new = [(last + number, key) for number, key in enumerate((key for key in texts if key not in ids), 1)]
    db.executemany(
        "INSERT INTO clauses (id, page, key, text) VALUES (?, ?, ?, ?)",
        [(id_, page, key, texts[key]) for id_, key in new],
    )
    db.executemany(
        "INSERT INTO clause_words (rowid, words) VALUES (?, ?)", [(id_, indexed_words(texts[key])) for id_, key in new]
    )
    ids |= {key: id_ for id_, key in new}
    return {key: ids[key] for key in texts}


def _as_stored(document: Document) -> Document:
    """A document as it comes back from the archive, which keeps no lone surrogates."""
    try:
        "".join(text for block in document.blocks for text in (block.text, *block.trail)).encode()
    except UnicodeEncodeError:
        return from_json(DOCUMENT, to_json(document), "a document")
    return document
