"""Clauses found by their words, and the clauses of a version with the spells in which they stand."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.archive import clause_index, versions
from monitor.archive.blobs import Blobs
from monitor.archive.clause_index import key_of_text
from monitor.archive.codec import TEXTS, SqlValue, from_json, instant, row
from monitor.archive.pages import page_id
from monitor.clauses import clauses
from monitor.errors import UsageError
from monitor.query import Phrase, Query
from monitor.records import Blame, RecordedClause, Spell, VersionRecord, Wanted

_Connected = Callable[[], AbstractContextManager[sqlite3.Connection]]
_FEW = 500
"""Clauses that are looked for first where nobody says how many are wanted."""
AT_ONCE = 100
"""Clauses that are read in one go; whoever searches may have enough of the first."""
_ONE_MORE = "SELECT 1 FROM clause_words WHERE clause_words MATCH :asked LIMIT 1 OFFSET :most"
_FREQUENT = 5_000
"""Clauses that hold what is asked for past which they are not weighed against each other: it takes longer than people wait."""
ANYWHERE = Wanted()
_LATEST = datetime.max.replace(tzinfo=UTC)
_STANDS = "EXISTS (SELECT 1 FROM spells WHERE spells.clause = clause_words.rowid AND spells.ended IS NULL)"
_FILTERS = {  # the plus keeps SQLite from asking for the words anew for each of these clauses
    "vendor": "+rowid IN (SELECT clauses.id FROM pages JOIN clauses ON clauses.page = pages.id WHERE pages.vendor = :vendor)",
    "page": "+rowid IN (SELECT id FROM clauses WHERE page = :page)",
    "time": """EXISTS (SELECT 1 FROM spells
        JOIN versions AS came ON came.id = spells.began LEFT JOIN versions AS went ON went.id = spells.ended
        WHERE spells.clause = clause_words.rowid AND came.seen_at <= :until
        AND (went.id IS NULL OR went.seen_at > :since))""",
}


class Clauses:
    """The clauses of an archive. Methods may raise ArchiveError."""

    def __init__(self, reading: _Connected, writing: _Connected, blobs: Blobs) -> None:
        self._reading, self._writing, self._blobs = reading, writing, blobs

    def search(
        self, query: Query, wanted: Wanted = ANYWHERE, *, standing: bool = False, limit: int | None = None
    ) -> Iterator[RecordedClause]:
        """The clauses that hold what is asked for, the best first, those that stand before those that are gone.

        The times wanted are those between which they stood; with `standing`, what is gone is left out. UsageError for a page or
        a vendor that the archive does not have.
        """
        with self._reading() as db:
            return self._found(_questions(db, query, wanted, standing=standing), limit)

    def _found(self, questions: Sequence[_Question], limit: int | None) -> Iterator[RecordedClause]:
        left = limit
        for question in questions:
            for ids in self._ids(question, left):
                left = None if left is None else left - len(ids)
                for start in range(0, len(ids), AT_ONCE):
                    with self._reading() as db:
                        some = _clauses(db, ids[start : start + AT_ONCE])
                    yield from some

    def _ids(self, question: _Question, limit: int | None) -> Iterator[list[int]]:
        """The clauses that are the answer, by their ids, so many at most; without a limit the first few, then all others."""
        parts = ((limit, 0),) if limit is not None else ((_FEW, 0), (-1, _FEW))
        for most, after in parts:
            with self._reading() as db:
                found = db.execute(question.sql, question.values | {"limit": most, "after": after}).fetchall()
            yield [each["rowid"] for each in found]

    def blame(self, vendor: str, page: str, at: datetime | None = None) -> Blame:
        """The version in force at a time, or the last one, and of each of its clauses the spell in which it stands there.

        UsageError if there is no such version.
        """
        with self._reading() as db:
            return self.blame_of(versions.version_id_at(db, vendor, page, at or _LATEST))

    def blame_of(self, version_id: int) -> Blame:
        """A version, and of each of its clauses the spell in which it stands there. UsageError if there is none of that id."""
        with self._reading() as db:
            return _blame(db, versions.version(db, self._blobs, version_id))

    def behind(self) -> int:
        """How many versions cannot be searched yet: those of an earlier program, until the archive was opened to write."""
        with self._reading() as db:
            return clause_index.behind(db)

    def catch_up(self) -> None:
        """Index what was recorded and could not be indexed at once: the past of a page, the archive of an earlier program."""
        with self._reading() as db:
            clause_index.catch_up(db, self._blobs)

    def reindex(self) -> None:
        """Make the index again, from the documents. If it is cut short, whoever opens the archive next to write goes on with it."""
        with self._writing() as db:
            clause_index.clear(db)
        self.catch_up()
        with self._writing() as db:
            clause_index.compact(db)


@dataclass(frozen=True, slots=True)
class _Question:
    """One read of the index of words: SQL, and the values in it."""

    sql: str
    values: dict[str, SqlValue]


def _questions(db: sqlite3.Connection, query: Query, wanted: Wanted, *, standing: bool) -> tuple[_Question, ...]:
    """How clauses are looked for: first those that stand, then those that are gone, each time the best first.

    Best is what holds the rarer words oftener in fewer others. Of a frequent word so much stands that what is gone need not even
    be weighed; and where it stands nearly everywhere, no clause is better for it, and the newest come first. UsageError for a page
    or a vendor that is not there.
    """
    values = row(
        asked=_matching(query),
        vendor=wanted.vendor,
        page=_page(db, wanted),
        since=wanted.since or "",
        until=wanted.until or "9",  # all times begin with a year: after the one, before the other
    )
    filters = [_FILTERS[name] for name in _filters(wanted)]
    everywhere = db.execute(_ONE_MORE, values | {"most": _FREQUENT}).fetchone() is not None
    order = "rowid DESC" if everywhere else "bm25(clause_words)"
    return tuple(
        _Question(
            f"SELECT rowid FROM clause_words WHERE {' AND '.join(('clause_words MATCH :asked', stands, *filters))} "  # noqa: S608
            f"ORDER BY {order} LIMIT :limit OFFSET :after",
            values,
        )
        for stands in ((_STANDS,) if standing else (_STANDS, f"NOT {_STANDS}"))
    )


def _filters(wanted: Wanted) -> Iterator[str]:
    if wanted.page or wanted.vendor:
        yield "page" if wanted.page else "vendor"
    if wanted.since or wanted.until:
        yield "time"


def _page(db: sqlite3.Connection, wanted: Wanted) -> int | None:
    """The id of the page asked for. UsageError where the archive has no such page or vendor, as nothing was ever found there."""
    if wanted.page:
        return page_id(db, wanted.vendor or "", wanted.page)
    known = db.execute("SELECT 1 FROM pages WHERE vendor = ?", (wanted.vendor,)).fetchone()
    if wanted.vendor and known is None:
        raise UsageError(f"{wanted.vendor}: the archive has no page of this vendor")
    return None


def _clauses(db: sqlite3.Connection, ids: Sequence[int]) -> list[RecordedClause]:
    """These clauses with their spells, in this order."""
    rows = db.execute(
        "SELECT * FROM recorded_clauses WHERE clause IN (SELECT value FROM json_each(?)) ORDER BY since, began_version",
        (json.dumps(ids),),
    )
    by_clause: defaultdict[int, list[sqlite3.Row]] = defaultdict(list)
    for each in rows:
        by_clause[each["clause"]].append(each)
    return [_clause(by_clause[id_]) for id_ in ids if id_ in by_clause]


def _blame(db: sqlite3.Connection, version: VersionRecord) -> Blame:
    """A version, and since when each of its clauses stands."""
    rows = db.execute(
        """SELECT * FROM recorded_clauses WHERE vendor = :vendor AND page = :page
        AND (since, began_version) <= (:at, :version)
        AND (ended_version IS NULL OR (ended_at, ended_version) > (:at, :version))""",
        row(vendor=version.vendor, page=version.page, at=version.seen_at, version=version.id),
    )
    spells = {each["key"]: _spell(each) for each in rows}
    stands = [(clause, key_of_text(clause.text)) for clause in clauses(version.document)]
    return Blame(version, tuple((clause, None if key is None else spells.get(key)) for clause, key in stands))


def _matching(query: Query) -> str:
    """A question in the language of FTS5. Every word of it is letters and digits, in quotes, so that none is an operator."""
    asked = " AND ".join(f"({' OR '.join(map(_phrase, group))})" for group in query.groups)
    return f"({asked}) NOT ({' OR '.join(map(_phrase, query.without))})" if query.without else asked


def _phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.words)}"' + (" *" if phrase.prefix else "")


def _clause(rows: Sequence[sqlite3.Row]) -> RecordedClause:
    first = rows[0]
    return RecordedClause(first["vendor"], first["page"], first["text"], tuple(map(_spell, rows)))


def _spell(found: sqlite3.Row) -> Spell:
    return Spell(
        began=found["began_version"],
        since=instant(found["since"]),
        brought_by=found["brought_by"],
        as_read=bool(found["as_read"]),
        ended=found["ended_version"],
        last_seen_at=instant(found["last_seen_at"]),
        dropped_by=found["dropped_by"],
        ended_as_read=bool(found["ended_as_read"]),
        kind=found["kind"],
        trail=from_json(TEXTS, found["trail"], f"clause {found['clause']}: its headings"),
        language=found["language"],
    )
