"""How much there is in an archive, counted through indexes: it is asked every few seconds, for years."""

from __future__ import annotations

import sqlite3
from typing import get_args

from monitor.archive.codec import instant_or_none
from monitor.records import DeliveryState, Tally


def tally(db: sqlite3.Connection, before: Tally) -> Tally:
    """How much there is, given what was counted before."""
    verdicts, last_change = _verdicts(db, before)
    (last,) = db.execute("SELECT max(at) FROM checks JOIN pages ON pages.last_check = checks.id").fetchone()
    return Tally(
        healthy=_healthy(db),
        verdicts=verdicts,
        deliveries={state: _deliveries(db, state) for state in get_args(DeliveryState)},
        troubles=_troubles(db),
        last_change=last_change,
        last_check_at=instant_or_none(last),
        size=_size(db),
    )


def _healthy(db: sqlite3.Connection) -> dict[str, bool]:
    found = db.execute("SELECT vendor, name, failing_since FROM pages ORDER BY vendor, name")
    return {f"{each['vendor']}/{each['name']}": each["failing_since"] is None for each in found}


def _verdicts(db: sqlite3.Connection, before: Tally) -> tuple[dict[str, int], int]:
    """All changes by verdict. Only those after the last one counted are read; if that is gone, this is another archive."""
    (known,) = db.execute("SELECT count(*) FROM changes WHERE id = ?", (before.last_change,)).fetchone()
    counted, last = (dict(before.verdicts), before.last_change) if known else ({}, 0)
    found = db.execute(
        "SELECT verdict, count(*) AS many, max(id) AS last FROM changes WHERE id > ? GROUP BY verdict", (last,)
    )
    for each in found:
        counted[each["verdict"]] = counted.get(each["verdict"], 0) + each["many"]
        last = max(last, each["last"])
    return counted, last


def _deliveries(db: sqlite3.Connection, state: str) -> int:
    (many,) = db.execute("SELECT count(*) FROM deliveries WHERE state = ?", (state,)).fetchone()
    return int(many)


def _troubles(db: sqlite3.Connection) -> dict[str, int]:
    """Those that have not ended, of which there are few: an index holds these only."""
    found = db.execute("SELECT kind, count(*) AS many FROM troubles WHERE ended_at IS NULL GROUP BY kind")
    return {each["kind"]: each["many"] for each in found}


def _size(db: sqlite3.Connection) -> int:
    (pages,), (bytes_a_page,) = (db.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    return int(pages) * int(bytes_a_page)
