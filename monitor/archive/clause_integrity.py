"""Whether documents can be read, the index of clauses says what they hold, and the index of words what the clauses do."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import groupby

from monitor.archive.blobs import Blobs
from monitor.archive.clause_index import clauses_by_key, indexed_words
from monitor.archive.codec import DOCUMENT, from_json, to_json
from monitor.errors import DamagedRecord
from monitor.model import Block, Clause

AGAIN = "`monitor search --reindex` makes the index again"
_PAGES = """SELECT id, indexed_pages.version FROM pages
    LEFT JOIN indexed_pages ON indexed_pages.page = pages.id ORDER BY id"""
_SPELLS = """SELECT clauses.id, clauses.key, clauses.text, spells.began, spells.ended, places.kind, places.trail
    FROM clauses JOIN spells ON spells.clause = clauses.id
    JOIN places ON places.id = spells.place AND places.page = clauses.page WHERE clauses.page = ?"""


def in_documents(db: sqlite3.Connection) -> Iterator[str]:
    """Every version whose document is damaged, or holds other clauses than the index says."""
    blobs = Blobs(db)
    for page, last_noted in db.execute(_PAGES).fetchall():
        noted, more = _Noted(db.execute(_SPELLS, (page,)).fetchall()), last_noted is not None
        found = db.execute("SELECT id, document FROM versions WHERE page = ? ORDER BY seen_at, id", (page,)).fetchall()
        for version, sha256 in found:
            holds: dict[int, Clause] | None = None
            try:
                holds = clauses_by_key(from_json(DOCUMENT, blobs.get(sha256), f"version {version}: its document"))
            except DamagedRecord as damage:
                yield f"version {version}: {damage}"
            if more:
                yield from noted.at(version, holds)
            more = more and version != last_noted
        yield from noted.at_the_end(page, is_whole=bool(found) and found[-1]["id"] == last_noted)


class _Noted:
    """What the index says of a page, held against its versions, one after the other."""

    def __init__(self, spells: list[sqlite3.Row]) -> None:
        self._coming: defaultdict[int, list[sqlite3.Row]] = defaultdict(list)
        for spell in spells:
            self._coming[spell["began"]].append(spell)
        self._unsaid = {spell["key"]: spell for spell in spells}  # whose words were met in no version yet
        self._stands: dict[int, sqlite3.Row] = {}
        self._last: Mapping[int, Clause] = {}
        self._is_all_known = True

    def at(self, version: int, holds: Mapping[int, Clause] | None) -> Iterator[str]:
        """What is wrong at a version that holds these clauses; None where nobody can tell any more."""
        for key, spell in list(self._stands.items()):
            if spell["ended"] == version:
                yield from self._wrong_place(self._stands.pop(key))
        come = {spell["key"]: spell for spell in self._coming.pop(version, ())}
        twice = come.keys() & self._stands.keys()
        self._stands |= come
        self._last = holds or {}
        self._is_all_known &= holds is not None
        if holds is not None and (twice or self._stands.keys() != holds.keys()):
            yield f"version {version}: the index has other clauses than its document; {AGAIN}"
        for key in [
            key for key, spell in self._unsaid.items() if key in self._last and spell["text"] == self._last[key].text
        ]:
            del self._unsaid[key]

    def at_the_end(self, page: int, *, is_whole: bool) -> Iterator[str]:
        """What is wrong when the last version has been seen; unless `is_whole`, some are not noted yet, and may have the words."""
        for spell in self._stands.values():
            yield from self._wrong_place(spell)
            if spell["ended"] is not None:
                yield f"clause {spell['id']}: the index ends it with a version that is none of its page; {AGAIN}"
        if self._coming:
            yield f"page {page}: the index has clauses of versions that are none of this page, or not indexed; {AGAIN}"
        for spell in self._unsaid.values() if is_whole and self._is_all_known else ():
            yield f"clause {spell['id']}: no version has the words that the index has; {AGAIN}"

    def _wrong_place(self, spell: sqlite3.Row) -> Iterator[str]:
        clause = self._last.get(spell["key"])
        if clause is not None and _place(clause.block) != (spell["kind"], spell["trail"]):
            yield f"clause {spell['id']}: the index has it under other headings than its page; {AGAIN}"


def _place(block: Block) -> tuple[str, str]:
    return block.kind, _stored(block.trail)


@lru_cache(maxsize=1 << 10)  # many clauses stand under the same headings
def _stored(trail: tuple[str, ...]) -> str:
    return to_json(trail).decode()


def in_words(db: sqlite3.Connection) -> Iterator[str]:
    """Every clause whose words the index of words has otherwise, and every word that it does not find where it is."""
    counted: Counter[int] = Counter()  # clause -> a sum over its words, which other words or another order would change
    for term, places in groupby(
        db.execute("SELECT term, doc, offset FROM clause_terms"), key=lambda place: place["term"]
    ):
        clauses = set()
        for _, clause, offset in places:
            counted[clause] += hash((term, offset))
            clauses.add(clause)
        if _holding(db, term) != len(clauses):
            yield f"the word {term!r} is not found in every clause that holds it; {AGAIN}"
    lengths = dict(db.execute("SELECT id, sz FROM clause_words_docsize").fetchall())
    everything = [len(lengths), sum(sum(_numbers(length)) for length in lengths.values())]
    for clause, text in db.execute("SELECT id, text FROM clauses"):
        words = indexed_words(text).split()
        told = sum(hash((word, offset)) for offset, word in enumerate(words))
        if counted.pop(clause, 0) != told or _numbers(lengths.pop(clause, b"")) != [len(words)]:
            yield f"clause {clause}: the index of words has other words than the clause; {AGAIN}"
    (total,) = db.execute("SELECT block FROM clause_words_data WHERE id = 1").fetchone() or (b"",)
    if _numbers(total) != everything and any(everything):
        yield f"the index of words counts other words than there are; {AGAIN}"
    for clause in counted.keys() | lengths.keys():
        yield f"clause {clause}: the index of words has it, and it is not there; {AGAIN}"


def _holding(db: sqlite3.Connection, term: str) -> int:
    asked = '"' + term.replace('"', '""') + '"'
    (many,) = db.execute("SELECT count(*) FROM clause_words WHERE clause_words MATCH ?", (asked,)).fetchone()
    return int(many)


def _numbers(blob: object) -> list[int]:
    """The numbers in a record of FTS5: seven bits a byte, the highest first, each byte but a number's last marked.

    None in what is no bytes: a damaged file may hold anything there.
    """
    numbers, value = [], 0
    for byte in blob if isinstance(blob, bytes) else ():
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(value)
            value = 0
    return numbers
