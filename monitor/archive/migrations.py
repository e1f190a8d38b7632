"""What an archive's tables, indexes and views are, as migrations: SQL, and nothing that opens files.

A released migration is never edited: a change of the schema is a new one at the end.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from monitor.archive import ledger
from monitor.archive.views import FIRST_VIEWS, SHOWN_VIEWS

MIGRATIONS = Migrations("monitor")

_TABLES = (
    """CREATE TABLE pages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        vendor TEXT NOT NULL,
        name TEXT NOT NULL,
        vendor_name TEXT NOT NULL,
        type TEXT NOT NULL,
        url TEXT NOT NULL,
        last_check INTEGER REFERENCES checks (id),
        last_good INTEGER REFERENCES checks (id), -- the last healthy check
        last_read INTEGER REFERENCES checks (id), -- the last healthy check that brought bytes
        version INTEGER REFERENCES versions (id), -- the current one
        last_change INTEGER REFERENCES changes (id),
        failing_since TEXT CHECK (length(failing_since) = 27),
        failures INTEGER NOT NULL DEFAULT 0,
        held_key TEXT,
        held_since TEXT CHECK (length(held_since) = 27),
        held_times INTEGER,
        next_check_at TEXT CHECK (length(next_check_at) = 27),
        UNIQUE (vendor, name)
    ) STRICT""",
    """CREATE TABLE blobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
        size INTEGER NOT NULL,
        base TEXT REFERENCES blobs (sha256), -- the bytes that these are compressed against
        depth INTEGER NOT NULL, -- how many bases have to be read first
        data BLOB NOT NULL,
        CHECK ((depth = 0) = (base IS NULL))
    ) STRICT""",
    """CREATE TABLE snapshots (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        page INTEGER NOT NULL REFERENCES pages (id),
        sha256 TEXT NOT NULL REFERENCES blobs (sha256),
        content_type TEXT NOT NULL,
        size INTEGER NOT NULL,
        seen_at TEXT NOT NULL CHECK (length(seen_at) = 27),
        UNIQUE (page, sha256, content_type)
    ) STRICT""",
    """CREATE TABLE versions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        page INTEGER NOT NULL REFERENCES pages (id),
        snapshot INTEGER NOT NULL REFERENCES snapshots (id),
        seen_at TEXT NOT NULL CHECK (length(seen_at) = 27),
        last_seen_at TEXT NOT NULL CHECK (length(last_seen_at) = 27),
        key TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        edition TEXT NOT NULL,
        technical INTEGER NOT NULL CHECK (technical IN (0, 1)),
        title TEXT NOT NULL,
        language TEXT NOT NULL,
        size INTEGER NOT NULL, -- characters of its text
        document TEXT NOT NULL REFERENCES blobs (sha256)
    ) STRICT""",
    """CREATE TABLE changes (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        page INTEGER NOT NULL REFERENCES pages (id),
        before INTEGER NOT NULL REFERENCES versions (id),
        after INTEGER NOT NULL UNIQUE REFERENCES versions (id),
        seen_at TEXT NOT NULL CHECK (length(seen_at) = 27),
        previous_at TEXT NOT NULL CHECK (length(previous_at) = 27),
        verdict TEXT NOT NULL CHECK (verdict IN ('alert', 'note', 'quiet')),
        importance TEXT NOT NULL CHECK (importance IN ('major', 'minor', 'none')),
        topics TEXT NOT NULL, -- JSON
        summary TEXT NOT NULL,
        why TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE findings (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        change INTEGER NOT NULL REFERENCES changes (id),
        topic TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('added', 'removed', 'changed')),
        before TEXT NOT NULL,
        after TEXT NOT NULL,
        reading TEXT NOT NULL,
        importance TEXT NOT NULL CHECK (importance IN ('major', 'minor', 'none')),
        trail TEXT NOT NULL, -- JSON
        amount_before TEXT, -- JSON
        amount_after TEXT, -- JSON
        rule TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE checks (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        page INTEGER NOT NULL REFERENCES pages (id),
        at TEXT NOT NULL CHECK (length(at) = 27),
        url TEXT NOT NULL,
        outcome TEXT NOT NULL,
        reason TEXT NOT NULL,
        final_url TEXT NOT NULL,
        status INTEGER,
        content_type TEXT NOT NULL,
        seconds REAL NOT NULL,
        retry_after REAL,
        headers BLOB NOT NULL, -- compressed JSON
        hops BLOB NOT NULL, -- compressed JSON
        snapshot INTEGER REFERENCES snapshots (id), -- the bytes it brought
        version INTEGER REFERENCES versions (id), -- the text that it found to stand
        began INTEGER NOT NULL CHECK (began IN (0, 1)) -- whether that text is new
    ) STRICT""",
    """CREATE TABLE alerts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        change INTEGER NOT NULL REFERENCES changes (id),
        reason TEXT NOT NULL,
        created_at TEXT NOT NULL CHECK (length(created_at) = 27)
    ) STRICT""",
    """CREATE TABLE deliveries (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        alert INTEGER NOT NULL REFERENCES alerts (id),
        channel TEXT NOT NULL,
        key TEXT NOT NULL UNIQUE CHECK (length(key) = 64),
        state TEXT NOT NULL CHECK (state IN ('owed', 'sending', 'sent', 'failed')),
        attempts INTEGER NOT NULL DEFAULT 0,
        created_at TEXT NOT NULL CHECK (length(created_at) = 27),
        next_at TEXT CHECK (length(next_at) = 27), -- when to try next; while sending, when to give up waiting
        sent_at TEXT CHECK (length(sent_at) = 27),
        failed_at TEXT CHECK (length(failed_at) = 27), -- the last time that the channel did not take it
        error TEXT NOT NULL DEFAULT ''
    ) STRICT""",
)
_INDEXES = (
    "CREATE INDEX checks_of_page ON checks (page, at)",
    "CREATE INDEX versions_of_page ON versions (page, last_seen_at)",
    "CREATE INDEX changes_of_page ON changes (page, seen_at)",
    "CREATE INDEX changes_by_time ON changes (seen_at)",
    "CREATE INDEX findings_of_change ON findings (change)",
    "CREATE INDEX findings_by_topic ON findings (topic, change)",
    "CREATE INDEX alerts_of_change ON alerts (change)",
    "CREATE INDEX deliveries_of_alert ON deliveries (alert)",
    "CREATE INDEX deliveries_by_state ON deliveries (state, next_at)",
)


_ALERTS = (
    "ALTER TABLE deliveries RENAME TO old_deliveries",
    "ALTER TABLE alerts RENAME TO old_alerts",
    """CREATE TABLE alerts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        change INTEGER REFERENCES changes (id),
        troubles TEXT NOT NULL DEFAULT '[]', -- JSON: what began or ended, in an alert about the monitor itself
        created_at TEXT NOT NULL CHECK (length(created_at) = 27),
        acknowledged_at TEXT CHECK (length(acknowledged_at) = 27),
        CHECK ((change IS NULL) = (troubles <> '[]'))
    ) STRICT""",
    """CREATE TABLE deliveries (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        alert INTEGER NOT NULL REFERENCES alerts (id),
        channel TEXT NOT NULL,
        key TEXT NOT NULL UNIQUE CHECK (length(key) = 64),
        state TEXT NOT NULL CHECK (state IN ('owed', 'sending', 'sent', 'failed', 'muted', 'cancelled')),
        digest TEXT NOT NULL DEFAULT '', -- what waits for the same digest goes in one message
        repeat INTEGER NOT NULL DEFAULT 0 CHECK (repeat IN (0, 1)), -- goes only if nobody acknowledged the alert
        urgent INTEGER NOT NULL DEFAULT 0 CHECK (urgent IN (0, 1)), -- goes in quiet hours, too
        alone INTEGER NOT NULL DEFAULT 0 CHECK (alone IN (0, 1)), -- is not sent together with others again
        folded_into INTEGER REFERENCES deliveries (id), -- the one that is sent for it, and holds the state of both
        attempts INTEGER NOT NULL DEFAULT 0,
        created_at TEXT NOT NULL CHECK (length(created_at) = 27),
        due_at TEXT NOT NULL CHECK (length(due_at) = 27), -- when it was to be sent at first, or was asked for again
        next_at TEXT CHECK (length(next_at) = 27), -- when to try next; while sending, when to give up waiting
        sent_at TEXT CHECK (length(sent_at) = 27),
        failed_at TEXT CHECK (length(failed_at) = 27), -- the last time that the channel did not take it
        served TEXT NOT NULL DEFAULT '[]', -- JSON: the channel's recipients who have it
        error TEXT NOT NULL DEFAULT ''
    ) STRICT""",
    "INSERT INTO alerts (id, change, created_at) SELECT id, change, created_at FROM old_alerts",
    """INSERT INTO deliveries
    (id, alert, channel, key, state, attempts, created_at, due_at, next_at, sent_at, failed_at, error)
    SELECT id, alert, channel, key, state, attempts, created_at, created_at, next_at, sent_at, failed_at, error
    FROM old_deliveries""",
    "DROP TABLE old_deliveries",
    "DROP TABLE old_alerts",
    "CREATE INDEX alerts_of_change ON alerts (change)",
    "CREATE INDEX deliveries_of_alert ON deliveries (alert)",
    "CREATE INDEX deliveries_by_state ON deliveries (state, next_at)",
    "CREATE INDEX deliveries_folded ON deliveries (folded_into) WHERE folded_into IS NOT NULL",
    """CREATE TABLE mutes (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        page TEXT NOT NULL, -- vendor/page, or vendor; empty: every page
        topic TEXT NOT NULL, -- empty: every topic
        until TEXT NOT NULL CHECK (length(until) = 27),
        created_at TEXT NOT NULL CHECK (length(created_at) = 27)
    ) STRICT""",
    "CREATE INDEX mutes_by_end ON mutes (until)",
    """CREATE TABLE stopped_channels (
        name TEXT PRIMARY KEY,
        stopped_at TEXT NOT NULL CHECK (length(stopped_at) = 27),
        reason TEXT NOT NULL,
        probe_at TEXT NOT NULL CHECK (length(probe_at) = 27) -- when one delivery is tried on it again
    ) STRICT""",
    """CREATE TABLE troubles (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        since TEXT NOT NULL CHECK (length(since) = 27),
        reason TEXT NOT NULL,
        ended_at TEXT CHECK (length(ended_at) = 27)
    ) STRICT""",
    "CREATE UNIQUE INDEX open_troubles ON troubles (kind, subject) WHERE ended_at IS NULL",
)

_LEDGER = (
    """CREATE TABLE ledger (
        id INTEGER PRIMARY KEY, -- counts from 1, without a gap
        kind TEXT NOT NULL, -- the record's table
        record INTEGER NOT NULL, -- its id
        digest BLOB NOT NULL CHECK (length(digest) = 32), -- SHA-256 of the record as it then stood; zeros: it was removed
        hash BLOB NOT NULL CHECK (length(hash) = 32) -- SHA-256 of this entry and of the two that it names
    ) STRICT""",
    """CREATE TRIGGER ledger_keeps_what_it_says BEFORE UPDATE ON ledger
    BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never changed'); END""",
    """CREATE TRIGGER ledger_keeps_its_entries BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never removed'); END""",
    "ALTER TABLE stopped_channels RENAME TO old_stopped_channels",
    """CREATE TABLE stopped_channels (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        stopped_at TEXT NOT NULL CHECK (length(stopped_at) = 27),
        reason TEXT NOT NULL,
        probe_at TEXT NOT NULL CHECK (length(probe_at) = 27) -- when one delivery is tried on it again
    ) STRICT""",
    """INSERT INTO stopped_channels (name, stopped_at, reason, probe_at)
    SELECT name, stopped_at, reason, probe_at FROM old_stopped_channels""",
    "DROP TABLE old_stopped_channels",
    """CREATE TABLE removals (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        snapshot INTEGER NOT NULL UNIQUE REFERENCES snapshots (id), -- whose bytes were let go
        removed_at TEXT NOT NULL CHECK (length(removed_at) = 27),
        reason TEXT NOT NULL
    ) STRICT""",
)

_CLAUSES = (
    "CREATE INDEX versions_by_time ON versions (page, seen_at)",
    """CREATE TABLE indexed_pages (
        page INTEGER PRIMARY KEY REFERENCES pages (id),
        version INTEGER NOT NULL REFERENCES versions (id) -- the last one whose clauses are noted
    ) STRICT""",
    """CREATE TABLE clauses (
        id INTEGER PRIMARY KEY,
        page INTEGER NOT NULL REFERENCES pages (id),
        key INTEGER NOT NULL, -- 64 bits of a hash of the text as compared
        text TEXT NOT NULL,
        UNIQUE (page, key)
    ) STRICT""",
    """CREATE TABLE places (
        id INTEGER PRIMARY KEY,
        page INTEGER NOT NULL REFERENCES pages (id),
        kind TEXT NOT NULL CHECK (kind IN ('heading', 'paragraph', 'item', 'row')),
        trail TEXT NOT NULL -- JSON
    ) STRICT""",
    "CREATE INDEX places_of_page ON places (page)",
    """CREATE TABLE spells (
        clause INTEGER NOT NULL REFERENCES clauses (id),
        began INTEGER NOT NULL REFERENCES versions (id),
        ended INTEGER REFERENCES versions (id) CHECK (ended <> began), -- the first version without it; null while it stands
        place INTEGER NOT NULL REFERENCES places (id),
        PRIMARY KEY (clause, began)
    ) STRICT, WITHOUT ROWID""",
    # Without content of its own, as the text stands in `clauses`. What is a word was settled before: see `query.py`.
    "CREATE VIRTUAL TABLE clause_words USING fts5 (words, content = '', tokenize = 'ascii')",
    "CREATE VIRTUAL TABLE clause_terms USING fts5vocab (clause_words, 'instance')",
    """CREATE VIEW recorded_clauses AS
    SELECT clauses.id AS clause, pages.vendor, pages.name AS page, clauses.key, places.kind, places.trail, clauses.text,
        spells.began AS began_version, came.seen_at AS since, came.technical AS as_read, brought.id AS brought_by,
        last.last_seen_at, spells.ended AS ended_version, went.seen_at AS ended_at,
        coalesce(went.technical, 0) AS ended_as_read, dropped.id AS dropped_by, came.language
    FROM clauses
    JOIN pages ON pages.id = clauses.page
    JOIN spells ON spells.clause = clauses.id
    JOIN places ON places.id = spells.place
    JOIN versions AS came ON came.id = spells.began
    JOIN indexed_pages ON indexed_pages.page = clauses.page
    JOIN versions AS last ON last.id = CASE WHEN spells.ended IS NULL THEN indexed_pages.version
        ELSE (SELECT id FROM versions WHERE versions.page = clauses.page
            AND (versions.seen_at, versions.id) < (SELECT seen_at, id FROM versions AS next WHERE next.id = spells.ended)
            ORDER BY versions.seen_at DESC, versions.id DESC LIMIT 1) END
    LEFT JOIN versions AS went ON went.id = spells.ended
    LEFT JOIN changes AS brought ON brought.after = spells.began
    LEFT JOIN changes AS dropped ON dropped.after = spells.ended""",
)


@MIGRATIONS()
def first_tables(db: Database) -> None:
    """Pages, what was fetched, what was read, what it meant, what is owed."""
    for statement in (*_TABLES, *_INDEXES, *FIRST_VIEWS):
        db.execute(statement)


@MIGRATIONS()
def alerts_of_any_kind(db: Database) -> None:
    """Digests, repeats and mutes; channels that stopped; alerts about the monitor itself."""
    for statement in _ALERTS:
        db.execute(statement)


@MIGRATIONS()
def pages_by_their_way(db: Database) -> None:
    """Which pages need a browser, from when their text holds, and what is due."""
    db.execute("ALTER TABLE pages ADD COLUMN needs_browser INTEGER NOT NULL DEFAULT 0 CHECK (needs_browser IN (0, 1))")
    db.execute("ALTER TABLE pages ADD COLUMN effective_on TEXT CHECK (length(effective_on) = 10)")
    db.execute("CREATE INDEX pages_by_next_check ON pages (next_check_at)")


@MIGRATIONS()
def history_and_evidence(db: Database) -> None:
    """Views by which other tools show who and when beside what; every record entered in a ledger, as it stands; bytes let go."""
    for statement in (*SHOWN_VIEWS, *_LEDGER):
        db.execute(statement)
    ledger.append_all(db.conn)


@MIGRATIONS()
def clauses_and_their_words(db: Database) -> None:
    """Every clause once, since when and until when it stood, and which words are in it. Opening the archive fills them."""
    for statement in _CLAUSES:
        db.execute(statement)


@MIGRATIONS()
def clauses_split_otherwise(db: Database) -> None:
    """Headings that a layout glued to a sentence are clauses of their own: the index is emptied. Opening the archive fills it."""
    for table in ("indexed_pages", "spells", "clauses", "places"):
        db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
    db.execute("INSERT INTO clause_words (clause_words) VALUES ('delete-all')")
