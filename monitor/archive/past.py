"""A page's past: what was known at a time of it, and captures that come in later than those after them.

Rows are only added, but for what says where a page stands, if that turns out later than it seemed, and for the change by which
an import met a version that was there: more of the past may come in between, and that change is made anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from monitor.archive import recording
from monitor.archive.blobs import Blobs
from monitor.archive.codec import instant, instant_or_none, row
from monitor.archive.pages import EARLIER
from monitor.archive.recording import Recorded, Standing
from monitor.model import Capture, Change, Known, Outcome, Page, Version
from monitor.records import Stood

_VERSIONS = """SELECT versions.id, key, edition, versions.seen_at, last_seen_at, technical, changes.before AS led_from
    FROM versions LEFT JOIN changes ON changes.after = versions.id WHERE versions.page = :page"""
_LAST = {
    "version": "SELECT id FROM versions WHERE page = :page ORDER BY seen_at DESC, id DESC LIMIT 1",
    "last_change": "SELECT id FROM changes WHERE page = :page ORDER BY seen_at DESC, id DESC LIMIT 1",
    "last_good": """SELECT id FROM checks WHERE page = :page AND outcome IN ('ok', 'not_modified')
        ORDER BY at DESC, id DESC LIMIT 1""",
    "last_read": """SELECT id FROM checks WHERE page = :page AND version IS NOT NULL AND snapshot IS NOT NULL
        ORDER BY at DESC, id DESC LIMIT 1""",
}
"""The records at which a page stands, as columns of `pages`."""
_Connected = Callable[[], AbstractContextManager[sqlite3.Connection]]


@dataclass(frozen=True, slots=True)
class Past:
    """The past of one page. Times are those of captures."""

    page: Page
    _reading: _Connected
    _writing: _Connected
    _blobs: Blobs

    def last_at(self) -> datetime | None:
        """When the page was captured last."""
        with self._reading() as db:
            (last,) = db.execute(
                "SELECT max(at) FROM checks JOIN pages ON pages.id = checks.page WHERE vendor = :vendor AND name = :name",
                row(vendor=self.page.vendor, name=self.page.name),
            ).fetchone()
            return instant_or_none(last)

    def around(self, at: datetime) -> tuple[Stood | None, Stood | None]:
        """The version in force at a time, and the one after it."""
        with self._reading() as db:
            given = row(page=_page(db, self.page), at=at)
            older = f"{_VERSIONS} AND versions.seen_at <= :at ORDER BY versions.seen_at DESC, versions.id DESC LIMIT 1"
            newer = f"{_VERSIONS} AND versions.seen_at > :at ORDER BY versions.seen_at, versions.id LIMIT 1"
            before, after = (db.execute(sql, given).fetchone() for sql in (older, newer))
            return before and _stood(before), after and _stood(after)

    def known(self, at: datetime) -> Known:
        """What was known of the page at a time, but for what went wrong before."""
        with self._reading() as db:
            page = _page(db, self.page)
            found = db.execute(
                """SELECT id, key, fingerprint, edition, language, seen_at, size FROM versions
                WHERE page = :page AND seen_at <= :at ORDER BY seen_at DESC, id DESC LIMIT 1""",
                row(page=page, at=at),
            ).fetchone()
            if found is None:
                return Known()
            return Known(
                version_id=found["id"],
                key=found["key"],
                fingerprint=found["fingerprint"],
                edition=found["edition"],
                language=found["language"],
                seen_at=instant(found["seen_at"]),
                size=found["size"],
                earlier=_earlier(db, page, found["id"], at),
            )

    def unseen(self, at: datetime) -> tuple[int, ...]:
        """The captures up to a time, oldest first, since the last one that showed a version."""
        with self._reading() as db:
            given = row(page=_page(db, self.page), at=at)
            last = db.execute(
                """SELECT at, id FROM checks WHERE page = :page AND at <= :at AND version IS NOT NULL
                ORDER BY at DESC, id DESC LIMIT 1""",
                given,
            ).fetchone()
            since = {"since": last["at"], "id": last["id"]} if last else {"since": "", "id": 0}
            found = db.execute(
                "SELECT id FROM checks WHERE page = :page AND at <= :at AND (at, id) > (:since, :id) ORDER BY at, id",
                {**given, **since},
            )
            return tuple(each["id"] for each in found)

    def record(self, outcome: Outcome) -> Recorded:
        """Everything that a capture leaves at its time. What was recorded of later times stays."""
        with self._writing() as db:
            before = _standing(db, self.page, outcome.capture.at)
            return self._put(db, before, outcome)

    def show(self, capture: Capture, version: int) -> Recorded:
        """Record a capture that shows a version which begins later: its text was there earlier than was known."""
        with self._writing() as db:
            before = replace(_standing(db, self.page, capture.at), version=version)
            return self._put(db, before, Outcome(capture, fingerprint="that of its version"))

    def _put(self, db: sqlite3.Connection, before: Standing, outcome: Outcome) -> Recorded:
        made = recording.put(db, self._blobs, self.page, before, outcome)
        last = _advance(
            db, before.page, version=made.version, last_change=made.change, last_good=made.check, last_read=made.check
        )
        if "version" in last:  # what it says of when it takes effect holds from now on
            effective_on = outcome.effective_on.isoformat() if outcome.effective_on else None
            db.execute("UPDATE pages SET effective_on = ? WHERE id = ?", (effective_on, before.page))
        return made

    def reread(self, version: Version, at: datetime) -> int:
        """Record what another way of reading finds in the bytes that stood at a time: a technical version, seen then."""
        with self._writing() as db:
            before = _standing(db, self.page, at)
            made = recording.put_version(db, self._blobs, before, None, version, at)
            _advance(db, before.page, version=made)
            return made

    def joints(self) -> tuple[tuple[Stood, Stood], ...]:
        """Where what an import brought in meets a version that was there: the last one brought in, and that version."""
        with self._reading() as db:
            order = f"{_VERSIONS} ORDER BY versions.seen_at, versions.id"
            stood = [_stood(each) for each in db.execute(order, row(page=_page(db, self.page)))]
            return tuple((before, after) for before, after in pairwise(stood) if after.loose and before.id > after.id)

    def join(self, before: Stood, after: Stood, change: Change | None) -> None:
        """Record the change at such a place; None where the two say the same. One that an earlier import made is made anew."""
        with self._writing() as db:
            page = _page(db, self.page)
            _remove_change(db, page, after.id)
            if change is None:
                return
            made = recording.put_change(db, Standing(page, before.id, None), after.id, change, after.seen_at)
            if change.verdict == "alert":
                recording.put_alert(db, self.page, made, (), after.seen_at)
            _advance(db, page, last_change=made)

    def stretch(self, before: Stood, after: Stood) -> None:
        """Note in the change that joins two versions when the earlier one was seen last, if more captures of it came in."""
        with self._writing() as db:
            db.execute(
                "UPDATE changes SET previous_at = :at WHERE after = :after AND previous_at < :at",
                row(at=before.last_seen_at, after=after.id),
            )


def _page(db: sqlite3.Connection, page: Page) -> int:
    (found,) = db.execute("SELECT id FROM pages WHERE vendor = ? AND name = ?", (page.vendor, page.name)).fetchone()
    return int(found)


def _stood(found: sqlite3.Row) -> Stood:
    return Stood(
        id=found["id"],
        key=found["key"],
        edition=found["edition"],
        seen_at=instant(found["seen_at"]),
        last_seen_at=instant(found["last_seen_at"]),
        technical=bool(found["technical"]),
        led_from=found["led_from"],
    )


def _earlier(db: sqlite3.Connection, page: int, version: int, at: datetime) -> tuple[tuple[str, datetime], ...]:
    """The texts that the page had shown before, within the time that counts, and when last."""
    found = db.execute(
        """SELECT key, max(last_seen_at) AS last FROM versions
        WHERE page = :page AND seen_at <= :at AND last_seen_at >= :since AND id <> :version GROUP BY key ORDER BY last DESC""",
        row(page=page, at=at, since=at - EARLIER, version=version),
    )
    return tuple((each["key"], instant(each["last"])) for each in found)


def _standing(db: sqlite3.Connection, page: Page, at: datetime) -> Standing:
    """Where the page stood at a time."""
    given = row(page=_page(db, page), at=at)
    version = db.execute(
        "SELECT id FROM versions WHERE page = :page AND seen_at <= :at ORDER BY seen_at DESC, id DESC LIMIT 1", given
    ).fetchone()
    read = db.execute(
        """SELECT id FROM checks WHERE page = :page AND at <= :at AND version IS NOT NULL AND snapshot IS NOT NULL
        ORDER BY at DESC, id DESC LIMIT 1""",
        given,
    ).fetchone()
    return Standing(_page(db, page), version and version["id"], read and read["id"])


def _advance(db: sqlite3.Connection, page: int, **made: int | None) -> set[str]:
    """Let the page stand at what was made, where that turns out to be the last of its kind by its time; the columns so set."""
    latest = {column for column, record in made.items() if record is not None and record == _last(db, page, column)}
    for column in latest:
        db.execute(f"UPDATE pages SET {column} = ? WHERE id = ?", (made[column], page))  # noqa: S608
    return latest


def _last(db: sqlite3.Connection, page: int, column: str) -> int | None:
    found = db.execute(_LAST[column], row(page=page)).fetchone()
    return None if found is None else int(found["id"])


def _remove_change(db: sqlite3.Connection, page: int, after: int) -> None:
    """Take away the change that an import made where it met a version; nobody was told of it."""
    found = db.execute("SELECT id FROM changes WHERE after = ?", (after,)).fetchone()
    if found is None:
        return
    given = {"page": page, "change": found["id"]}
    db.execute(
        """UPDATE pages SET last_change =
            (SELECT id FROM changes WHERE page = :page AND id <> :change ORDER BY seen_at DESC, id DESC LIMIT 1)
        WHERE id = :page AND last_change = :change""",
        given,
    )
    for table, column in (("alerts", "change"), ("findings", "change"), ("changes", "id")):
        db.execute(f"DELETE FROM {table} WHERE {column} = :change", given)  # noqa: S608
