"""The ledger: whatever is written is entered, and whatever is changed past the program is found."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import pairwise
from pathlib import Path

import pytest
from archive_fakes import HOUR, PAGE, START, changed, failing, read, unchanged, with_change
from hypothesis import given
from hypothesis import strategies as st

from monitor.archive import Archive, clause_index, integrity, ledger
from monitor.archive.ledger import KINDS, hash_of, skipped_to, way
from monitor.model import Mute
from monitor.records import Trouble


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive that has rows of every kind."""
    path = tmp_path_factory.mktemp("lived") / "archive.db"
    with Archive(path) as archive:
        with_change(archive, "mail", "chat")
        archive.record(PAGE, unchanged("new", START + 2 * HOUR))
        archive.record(PAGE, failing("timeout", START + 3 * HOUR, b"<p>half"))
        archive.remove(archive.removable(START + 9 * HOUR), START + 9 * HOUR, "old")
        archive.record(PAGE, changed("newer", START + 4 * HOUR, "mail"))
        archive.mute(Mute(START + 9 * HOUR, "acme/terms"), START)
        archive.stop("mail", START, "550 no", START + HOUR)
        archive.note_troubles([Trouble("page", "acme/terms", START, "timeout")], [], ["mail"], START)
        archive.sent(2, START + HOUR)
    return path


@pytest.fixture
def path(lived: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "archive.db"
    copy.write_bytes(lived.read_bytes())
    return copy


def problems(path: Path) -> list[str]:
    with Archive(path, mode="read") as archive:
        return list(archive.verify())


def edit(path: Path, *statements: str) -> None:
    """Write past the program, and past the triggers that keep the ledger; without a statement they stay away."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement)
        for _, sql in triggers if statements else ():
            db.execute(sql)


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def test_every_kind_of_record_is_entered(lived: Path) -> None:
    """No table of records is left out of the ledger, and each of their rows has an entry."""
    tables = {name for (name,) in rows(lived, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    derived = {name for name in tables if name in clause_index.TABLES or name.startswith("clause_")}
    assert tables - set(KINDS) - derived == {"blobs", "ledger", "sqlite_sequence", "_sqlite_migrations"}
    for kind in KINDS:
        entered = rows(lived, f"SELECT DISTINCT record FROM ledger WHERE kind = '{kind}' ORDER BY record")
        assert entered == rows(lived, f"SELECT id FROM {kind} ORDER BY id"), kind
        assert entered, kind


def test_a_whole_archive_has_no_problem(path: Path) -> None:
    """What the program wrote, changed and removed itself is no problem."""
    with Archive(path) as archive:
        archive.resume("mail")
        archive.acknowledge(1, START + 5 * HOUR)
    assert problems(path) == []


def test_nothing_is_entered_of_what_was_rolled_back(path: Path) -> None:
    """A transaction that fails leaves no entry, and the next one is entered after the last that held."""
    before = rows(path, "SELECT max(id) FROM ledger")
    with Archive(path) as archive:
        with pytest.raises(RuntimeError), archive.together():
            archive.record(PAGE, unchanged("newer", START + 5 * HOUR))
            raise RuntimeError
        assert rows(path, "SELECT max(id) FROM ledger") == before
        archive.record(PAGE, unchanged("newer", START + 6 * HOUR))
    assert problems(path) == []


def edits(path: Path) -> Iterator[str]:
    """An edit of every column of every record, a removal and a second copy of each kind, and every column of the ledger."""
    for kind in (*KINDS, "ledger"):
        columns = [str(name) for _, name, *_ in rows(path, f"PRAGMA table_info({kind})")]
        found = rows(path, f"SELECT {', '.join(columns)} FROM {kind} ORDER BY id")
        for values in found:
            for column, value in zip(columns, values, strict=True):
                yield f"UPDATE {kind} SET {column} = {_other(value)} WHERE id = {values[0]}"
            yield f"DELETE FROM {kind} WHERE id = {values[0]}"
        rest = ", ".join(columns[1:])
        yield f"INSERT INTO {kind} (id, {rest}) SELECT id + 1000, {rest} FROM {kind} LIMIT 1"


def _other(value: object) -> str:
    match value:
        case None:
            return "1"
        case int() | float():
            return str(value + 1)
        case bytes():
            return f"x'{bytes([value[0] ^ 1, *value[1:]]).hex()}'"
        case _:
            return "'{}x'".format(str(value).replace("'", "''"))


def test_every_edit_past_the_program_is_found(path: Path) -> None:
    """Whatever value is edited, whatever row is removed or added: `verify` finds it, but for what SQLite itself refuses."""
    missed, done = [], 0
    edit(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA ignore_check_constraints = 1")
        for statement in edits(path):
            db.execute("BEGIN")
            with suppress(sqlite3.IntegrityError):
                db.execute(statement)
                done += 1
                missed += [] if any("trigger" not in line for line in integrity.problems(db)) else [statement]
            db.execute("ROLLBACK")
    assert missed == []
    assert done > 300


def test_records_in_another_order_are_found(path: Path) -> None:
    """Two captures that changed places are both named."""
    edit(
        path,
        "UPDATE checks SET id = 99 WHERE id = 2",
        "UPDATE checks SET id = 2 WHERE id = 3",
        "UPDATE checks SET id = 3 WHERE id = 99",
    )
    found = problems(path)
    assert {f"checks {number} is not what was recorded" for number in (2, 3)} <= set(found)


def test_a_ledger_made_anew_is_told_by_the_head(path: Path) -> None:
    """Who edits a record and makes the whole ledger anew is found by whoever holds an earlier head; others are not deceived."""
    with Archive(path, mode="read") as archive:
        head = archive.head()
    assert head is not None
    edit(path, "UPDATE changes SET summary = 'nothing of note'", "DELETE FROM ledger")
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.row_factory = sqlite3.Row
        for _ in range(2):
            ledger.append_all(db)
    with Archive(path, mode="read") as archive:
        assert [*archive.verify(held=(head.id, head.hash))] == [
            f"entry {head.id} of the ledger is not the one that was held: the ledger was made anew, or is another archive's"
        ]


def test_a_ledger_cut_short_is_told_by_the_head(path: Path) -> None:
    """An archive put back to an earlier state is whole, and is found by whoever holds a later head."""
    earlier = path.read_bytes()
    with Archive(path) as archive:
        archive.record(PAGE, read("more", START + 8 * HOUR))
        head = archive.head()
    path.write_bytes(earlier)
    with Archive(path, mode="read") as archive:
        assert head is not None
        assert [*archive.verify(held=(head.id, head.hash))] == [
            f"the ledger ends before entry {head.id}, which was held: it was cut, or is another archive's"
        ]
        assert [*archive.verify()] == []


def test_later_entries_leave_a_held_head_as_it_is(path: Path) -> None:
    """What is recorded after a head was written down does not trouble it."""
    with Archive(path) as archive:
        head = archive.head()
        archive.record(PAGE, read("more", START + 8 * HOUR))
        assert head is not None
        assert [*archive.verify(held=(head.id, head.hash))] == []


@given(st.integers(1, 10**9), st.integers(0, 10**6))
def test_the_way_to_any_entry_is_short(start: int, further: int) -> None:
    """From any head to any entry each step is to an entry that the last one names, and there are a few hundred at most."""
    numbers = way(start, start + further)
    assert (numbers[0], numbers[-1]) == (start + further, start)
    assert all(later - 1 == earlier or skipped_to(later) == earlier for later, earlier in pairwise(numbers))
    assert len(numbers) <= 500


def test_an_entry_is_made_as_it_is_documented(lived: Path) -> None:
    """The hash of an entry is that of its line, as `docs/archive.md` has it; nothing else goes into it."""
    found = rows(lived, "SELECT id, kind, record, digest, hash FROM ledger ORDER BY id")
    hashes = {0: bytes(32)}
    for number, kind, record, digest, entered in found:
        assert isinstance(number, int)
        assert isinstance(digest, bytes)
        assert isinstance(record, int)
        hashes[number] = hash_of(number, str(kind), record, digest, hashes[number - 1], hashes[skipped_to(number)])
        assert hashes[number] == entered
