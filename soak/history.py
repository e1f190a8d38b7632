"""An archive that is killed, edited and damaged: nothing that was recorded is lost, and nothing that was done to it goes unseen.

    python soak/history.py kills --kills 200 --seed 7
    python soak/history.py edits --edits 1000 [--archive FILE]
    python soak/history.py flips --flips 1000 [--archive FILE]
    python soak/history.py all

Kills: an import of invented captures is killed at random moments and just started again; each time the archive is whole, and in
the end it holds what an import that nobody disturbed holds. Edits: a value of a record is changed, a record is removed or added
past the program. Flips: a bit of the file is turned round. What `monitor verify` does not name then must have changed nothing
that the archive holds. FILE is copied first; without it, the kills' archive is taken. Exit status 1 where a promise is broken.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from program import Program

from monitor.archive import Archive, integrity
from monitor.archive.blobs import Blobs
from monitor.archive.codec import unpacked
from monitor.archive.ledger import KINDS
from monitor.errors import ArchiveError

START = datetime(2031, 1, 1, tzinfo=UTC)
PAGES, CAPTURES = 12, 40
SENTENCES = 150
WATCHED = {"elsewhere": {"pages": {"terms": {"type": "terms", "url": "https://elsewhere.example/"}}}}
"""A page that no import brings; a watchlist has at least one."""


def captures(folder: Path, chance: random.Random) -> Path:
    """A list of captures of invented pages whose sentences change now and then."""
    lines = []
    for page in range(PAGES):
        shown = [sentence(page, number, 0) for number in range(SENTENCES)]
        for number in range(CAPTURES):
            if chance.random() < 0.3:
                place = chance.randrange(SENTENCES)
                shown[place] = sentence(page, place, number)
            file = folder / f"page-{page}-{number}.html"
            file.write_text(f"<html><body><main>{''.join(shown)}</main><!-- {number} --></body></html>", "utf-8")
            at = (START + timedelta(hours=number)).isoformat()
            named = {
                "vendor": f"vendor-{page % 4}",
                "page": f"page-{page}",
                "type": "terms",
                "url": "https://v.example/",
            }
            lines.append(json.dumps(named | {"fetched_at": at, "file": file.name, "content_type": "text/html"}))
    (folder / "captures.jsonl").write_text("\n".join(lines), "utf-8")
    return folder / "captures.jsonl"


def sentence(page: int, number: int, revision: int) -> str:
    """A clause of an invented page."""
    kept = "We keep your inputs for {} days.", "You get {} free requests a day.", "Part {} holds for every account."
    return f"<p>{kept[(page + number + revision) % 3].format(number * 7 + revision + 10)}</p>"


def kills(folder: Path, seed: int, wanted: int) -> Iterator[str]:
    """What goes wrong when an import is killed so often."""
    chance = random.Random(seed)
    listed = captures(folder, chance)
    undisturbed, disturbed = (Program(_folder(folder / name)) for name in ("undisturbed", "disturbed"))
    for program in (undisturbed, disturbed):
        program.write(WATCHED, ())
    began = undisturbed.run("import", "captures", str(listed), "--quiet")
    assert began.status == 0, began.err
    done, whole = 0, 0
    while done < wanted:
        running = disturbed.start("import", "captures", str(listed), "--quiet")
        time.sleep(chance.uniform(0.2, max(began.seconds, 0.5)))
        over = running.is_over()
        running.end(signal.SIGKILL)
        done += not over
        if disturbed.archive.exists():
            yield from verified(disturbed.archive, f"kill {done}")
            whole += 1
        if over:
            yield from (f"after {done} kills: {line}" for line in differences(undisturbed.archive, disturbed.archive))
            disturbed.archive.unlink()
    disturbed.run("import", "captures", str(listed), "--quiet")
    yield from differences(undisturbed.archive, disturbed.archive)
    print(f"kills seed={seed} kills={done} archives proved whole={whole}", flush=True)


def verified(archive: Path, when: str) -> Iterator[str]:
    """What `monitor verify` names."""
    with Archive(archive, mode="read") as opened:
        yield from (f"{when}: {problem}" for problem in opened.verify())


def differences(one: Path, other: Path) -> Iterator[str]:
    """What two archives of the same captures do not have in common, ids apart."""
    for table, columns in SAME.items():
        held = [_rows(path, f"SELECT {columns} ORDER BY 1, 2, 3") for path in (one, other)]
        if held[0] != held[1]:
            yield f"{table} differ: {len(held[0])} and {len(held[1])} rows"


SAME = {
    "captures": """vendor, name, at, outcome, sha256 FROM checks
        JOIN pages ON pages.id = checks.page JOIN snapshots ON snapshots.id = snapshot""",
    "versions": "vendor, name, seen_at, last_seen_at, key FROM versions JOIN pages ON pages.id = page",
    "changes": "vendor, page, seen_at, verdict, summary FROM recorded_changes",
}


def edits(archive: Path, seed: int, wanted: int) -> Iterator[str]:
    """Edits past the program that `monitor verify` does not name."""
    chance = random.Random(seed)
    found = refused = 0
    with closing(sqlite3.connect(archive, isolation_level=None)) as db:
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA ignore_check_constraints = 1")
        for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {trigger}")
        while found < wanted:
            statement = edit(db, chance)
            db.execute("BEGIN")
            try:
                db.execute(statement)
            except sqlite3.IntegrityError:
                refused += 1
            else:
                problems = [line for line in integrity.problems(db) if "trigger" not in line]
                found += 1
                if not problems:
                    yield f"not found: {statement}"
            db.execute("ROLLBACK")
    print(f"edits seed={seed} edits={found} refused by SQLite itself={refused}", flush=True)


def edit(db: sqlite3.Connection, chance: random.Random) -> str:
    """A random statement that changes, removes or adds one record or entry."""
    kinds = [kind for kind in (*KINDS, "ledger") if db.execute(f"SELECT 1 FROM {kind}").fetchone()]
    kind = chance.choice(kinds)
    records = [each["id"] for each in db.execute(f"SELECT id FROM {kind}")]
    columns = [each["name"] for each in db.execute(f"PRAGMA table_info({kind})")]
    record = chance.choice(records)
    what = chance.random()
    if what < 0.1:
        return f"DELETE FROM {kind} WHERE id = {record}"
    if what < 0.2:
        rest = ", ".join(columns[1:])
        return f"INSERT INTO {kind} (id, {rest}) SELECT {max(records) + 1}, {rest} FROM {kind} WHERE id = {record}"
    column = chance.choice(columns)
    return f"UPDATE {kind} SET {column} = {_other(db, kind, column, record, chance)} WHERE id = {record}"


def _other(db: sqlite3.Connection, kind: str, column: str, record: int, chance: random.Random) -> str:
    (value,) = db.execute(f"SELECT {column} FROM {kind} WHERE id = {record}").fetchone()
    match value:
        case None:
            return "1"
        case int() | float():
            return str(value + chance.choice((1, -1, 1000)))
        case bytes():
            place = chance.randrange(len(value))
            return f"x'{value[:place].hex()}{value[place] ^ 1 << chance.randrange(8):02x}{value[place + 1 :].hex()}'"
        case _:
            place = chance.randrange(len(value) + 1)
            return "'{}'".format((value[:place] + chance.choice("xyz7 ") + value[place + 1 :] + "~").replace("'", "''"))


def flips(archive: Path, seed: int, wanted: int) -> Iterator[str]:
    """Turned bits that `monitor verify` does not name, though something that the archive holds is no longer the same."""
    chance = random.Random(seed)
    content, copy = bytearray(archive.read_bytes()), archive.with_name("flipped.db")
    before, named, harmless = _everything(archive), 0, 0
    for _ in range(wanted):
        place, bit = chance.randrange(len(content)), 1 << chance.randrange(8)
        content[place] ^= bit
        copy.write_bytes(content)
        content[place] ^= bit
        if _is_named(copy):
            named += 1
        elif _everything(copy) == before:
            harmless += 1
        else:
            yield f"not found: bit {bit} of byte {place}"
    copy.unlink()
    print(f"flips seed={seed} flips={wanted} named={named} holding the same all the same={harmless}", flush=True)


_IN_SOME_FORM = (
    'INSERT INTO "blobs"',
    'INSERT INTO "checks"',
    'INSERT INTO "clause_words',
    'INSERT INTO "_sqlite_migrations"',
)
"""Compressed bytes, and lists of words, which can be written in more than one way and are compared by what they hold; and when the
archive was brought up to date, which is no record."""


def _is_named(path: Path) -> bool:
    try:
        with Archive(path, mode="read") as archive:
            return any(archive.verify())
    except ArchiveError:
        return True


def _everything(path: Path) -> list[str] | None:
    """All that an archive holds, whatever form its bytes and its index of words have; None where it cannot be read."""
    with suppress(ArchiveError, sqlite3.Error, UnicodeDecodeError), closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        rows = [line for line in db.iterdump() if not line.startswith(_IN_SOME_FORM)]
        words = [str(tuple(found)) for found in db.execute("SELECT term, doc, offset FROM clause_terms")]
        blobs, kept = Blobs(db), db.execute("SELECT sha256, base, depth, data FROM blobs").fetchall()
        bodies = [f"{sha256} {base} {depth} {blobs.get(sha256)!r}" for sha256, base, depth, _ in kept]
        checks = [str([_plain(value) for value in each]) for each in db.execute("SELECT * FROM checks ORDER BY id")]
        return [*rows, *words, *bodies, *checks]
    return None


def _plain(value: object) -> object:
    return unpacked(value, "a value") if isinstance(value, bytes) else value


def _rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def main() -> None:
    """Run the soaks, and say what came of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("all", "kills", "edits", "flips"))
    parser.add_argument("--seed", type=int, default=1, help="which moments, edits and bits (default: 1)")
    parser.add_argument("--kills", type=int, default=200, help="how often an import is killed (default: 200)")
    parser.add_argument("--edits", type=int, default=1000, help="how many edits (default: 1000)")
    parser.add_argument("--flips", type=int, default=1000, help="how many bits (default: 1000)")
    parser.add_argument("--archive", type=Path, help="an archive to damage copies of (default: that of the kills)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        broken = list(_run(asked, Path(name)))
    for violation in broken:
        print(f"  VIOLATED: {violation}", flush=True)
    sys.exit(1 if broken else 0)


def _run(asked: argparse.Namespace, folder: Path) -> Iterator[str]:
    archive = folder / "disturbed" / "archive.db"
    if asked.archive or asked.what in ("edits", "flips"):
        archive = folder / "archive.db"
    if asked.what in ("all", "kills"):
        yield from kills(folder, asked.seed, asked.kills)
    elif not asked.archive:
        yield from kills(folder, asked.seed, 0)
        archive = folder / "disturbed" / "archive.db"
    if asked.archive:
        shutil.copy(asked.archive, archive)
    if asked.what in ("all", "edits"):
        yield from edits(_copied(archive, "edited.db"), asked.seed, asked.edits)
    if asked.what in ("all", "flips"):
        yield from flips(_copied(archive, "whole.db"), asked.seed, asked.flips)


def _copied(archive: Path, name: str) -> Path:
    return Path(shutil.copy(archive, archive.with_name(name)))


if __name__ == "__main__":
    main()
