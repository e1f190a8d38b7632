"""Clauses found by their words, and the clauses of a version with the spells in which they stand."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from monitor.archive.clause_index import key_of_text
from monitor.archive.codec import TEXTS, from_json, instant, row
from monitor.archive.pages import page_id
from monitor.clauses import clauses
from monitor.errors import UsageError
from monitor.query import Phrase, Query
from monitor.records import Blame, RecordedClause, Spell, VersionRecord

SqlFilter = str | datetime | bool | None
_STANDS = "EXISTS (SELECT 1 FROM spells WHERE spells.clause = clauses.id AND spells.ended IS NULL)"
_STOOD = """EXISTS (SELECT 1 FROM spells
    JOIN versions AS came ON came.id = spells.began LEFT JOIN versions AS went ON went.id = spells.ended
    WHERE spells.clause = clauses.id AND {})"""
_FILTERS = {
    "vendor": "clauses.page IN (SELECT id FROM pages WHERE vendor = :vendor)",
    "page": "clauses.page IN (SELECT id FROM pages WHERE name = :page)",
    "standing": _STANDS,
    "since": _STOOD.format("(went.id IS NULL OR went.seen_at > :since)"),
    "until": _STOOD.format("came.seen_at <= :until"),
    "at": _STOOD.format("came.seen_at <= :at AND (went.id IS NULL OR went.seen_at > :at)"),
}


def search(db: sqlite3.Connection, query: Query, given: Mapping[str, SqlFilter], limit: int | None) -> list[int]:
    """The clauses that hold what is asked for and pass every filter given, by their ids, the best first.

    What stands comes before what is gone; of these, first what holds the rarer words oftener in fewer others.
    """
    _refuse_unknown(db, given)
    wanted = {name: value for name, value in given.items() if value}
    where = " AND ".join(("clause_words MATCH :asked", *(_FILTERS[name] for name in wanted)))
    found = db.execute(
        f"""SELECT clauses.id FROM clause_words CROSS JOIN clauses ON clauses.id = clause_words.rowid
        WHERE {where} ORDER BY {_STANDS} DESC, rank LIMIT :limit""",  # noqa: S608 - our own conditions
        row(asked=matching(query), limit=-1 if limit is None else limit, **wanted),
    )
    return [each["id"] for each in found]


def found(db: sqlite3.Connection, ids: Sequence[int]) -> list[RecordedClause]:
    """These clauses with their spells, in this order."""
    rows = db.execute(
        "SELECT * FROM recorded_clauses WHERE clause IN (SELECT value FROM json_each(?)) ORDER BY began_version",
        (json.dumps(ids),),
    )
    by_clause: defaultdict[int, list[sqlite3.Row]] = defaultdict(list)
    for each in rows:
        by_clause[each["clause"]].append(each)
    return [_clause(by_clause[id_]) for id_ in ids if id_ in by_clause]


def blame(db: sqlite3.Connection, version: VersionRecord) -> Blame:
    """A version, and since when each of its clauses stands."""
    rows = db.execute(
        """SELECT * FROM recorded_clauses WHERE vendor = :vendor AND page = :page
        AND began_version <= :version AND (ended_version IS NULL OR ended_version > :version)""",
        row(vendor=version.vendor, page=version.page, version=version.id),
    )
    spells = {each["key"]: _spell(each) for each in rows}
    stands = [(clause, key_of_text(clause.text)) for clause in clauses(version.document)]
    return Blame(version, tuple((clause, None if key is None else spells.get(key)) for clause, key in stands))


def matching(query: Query) -> str:
    """A question in the language of FTS5. Every word of it is letters and digits, in quotes, so that none is an operator."""
    asked = " AND ".join(f"({' OR '.join(map(_phrase, group))})" for group in query.groups)
    return f"({asked}) NOT ({' OR '.join(map(_phrase, query.without))})" if query.without else asked


def _phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.words)}"' + (" *" if phrase.prefix else "")


def _refuse_unknown(db: sqlite3.Connection, given: Mapping[str, SqlFilter]) -> None:
    """UsageError for a page or a vendor that the archive does not have: nothing was ever found there."""
    vendor, page = given.get("vendor"), given.get("page")
    if page:
        page_id(db, str(vendor), str(page))
    elif vendor and db.execute("SELECT 1 FROM pages WHERE vendor = ?", (vendor,)).fetchone() is None:
        raise UsageError(f"{vendor}: the archive has no page of this vendor")


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
