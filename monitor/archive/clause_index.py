"""Which clauses a page's versions hold: each once, the spells in which it stood, and the words in it. All of it can be made again.

A clause is the same where the comparison says so, and a new spell begins where the comparison would report something: a clause
that was not there, or an item that went from "We never share:" to "We may share:".
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import NamedTuple

from monitor.archive.blobs import Blobs
from monitor.archive.codec import DOCUMENT, TEXTS, from_json, row, to_json
from monitor.archive.connection import insert, writing
from monitor.compare import lead, standing
from monitor.errors import DamagedRecord
from monitor.extract.normalise import comparable
from monitor.model import Block, Clause, Document
from monitor.query import forms

AT_ONCE = 50
"""Versions that are read in one transaction: what a kill costs."""
TABLES = ("indexed_pages", "spells", "clauses", "places")
"""What is noted, beside the index of words; rows of those before refer to those behind."""
_BEHIND = """SELECT pages.id, coalesce(indexed_pages.version, 0) FROM pages
    LEFT JOIN indexed_pages ON indexed_pages.page = pages.id WHERE indexed_pages.version IS NOT pages.version"""


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
        return self._leads[place]


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
    _note(db, page, version)


def catch_up(db: sqlite3.Connection, blobs: Blobs) -> None:
    """Note the clauses of versions that were recorded before there was an index, some in each transaction: a kill costs little.

    A version whose document is damaged is passed over; `verify` names it.
    """
    for page, _ in db.execute(_BEHIND).fetchall():
        more = True
        while more:
            with writing(db):
                more = _catch_up(db, blobs, page)


def clear(db: sqlite3.Connection) -> None:
    """Take back all that was noted, within the caller's transaction, so that `catch_up` makes it again."""
    for table in TABLES:
        db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
    db.execute("INSERT INTO clause_words (clause_words) VALUES ('delete-all')")


def compact(db: sqlite3.Connection) -> None:
    """Merge the pieces that the index of words grew by: smaller, and quicker to search."""
    with writing(db):
        db.execute("INSERT INTO clause_words (clause_words) VALUES ('optimize')")


def behind(db: sqlite3.Connection) -> int:
    """How many versions there are whose clauses are not noted yet."""
    return sum(
        int(db.execute("SELECT count(*) FROM versions WHERE page = ? AND id > ?", tuple(each)).fetchone()[0])
        for each in db.execute(_BEHIND).fetchall()
    )


def _catch_up(db: sqlite3.Connection, blobs: Blobs, page: int) -> bool:
    """Note the next versions of a page; whether there may be more."""
    found = db.execute(
        """SELECT id, document FROM versions
        WHERE page = :page AND id > coalesce((SELECT version FROM indexed_pages WHERE page = :page), 0)
        ORDER BY id LIMIT :most""",
        row(page=page, most=AT_ONCE),
    ).fetchall()
    for version, sha256 in found:
        try:
            document = from_json(DOCUMENT, blobs.get(sha256), f"version {version}: its document")
        except DamagedRecord:
            _note(db, page, version)
        else:
            add(db, page, version, document)
    return len(found) == AT_ONCE


def _note(db: sqlite3.Connection, page: int, version: int) -> None:
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
        return from_json(DOCUMENT, to_json(DOCUMENT, document), "a document")
    return document
