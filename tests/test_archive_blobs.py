"""Bytes are stored once, small, and come back as they were or not at all."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.archive.blobs import CACHED, MOST_FRAMES, Blobs
from monitor.archive.connection import connect
from monitor.archive.schema import migrate
from monitor.errors import DamagedRecord


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(tmp_path / "blobs.db", "rwc")) as opened:
        migrate(opened)
        opened.execute("PRAGMA synchronous = OFF")
        yield opened


def page_bodies(count: int, size: int = 100_000) -> list[bytes]:
    """Bodies of random words, each with one word more than the one before."""
    rng = random.Random(7)
    words = [rng.randbytes(6).hex() for _ in range(size // 13)]
    bodies = []
    for number in range(count):
        words[rng.randrange(len(words))] = f"edit{number}"
        bodies.append(" ".join(words).encode())
    return bodies


def store(db: sqlite3.Connection, bodies: list[bytes]) -> list[str]:
    blobs, last, stored = Blobs(db), None, []
    for body in bodies:
        last = blobs.put(body, like=last)
        stored.append(last)
    return stored


def test_similar_bodies_take_little_space(db: sqlite3.Connection) -> None:
    """Three hundred states of one page take less than two of them would, and every one reads back."""
    bodies = page_bodies(300)
    stored = store(db, bodies)
    assert [Blobs(db).get(sha256) for sha256 in stored] == bodies
    assert db.execute("SELECT sum(length(data)) FROM blobs").fetchone()[0] < 2 * len(bodies[0])


def test_no_chain_is_longer_than_the_limit(db: sqlite3.Connection) -> None:
    """However many states a page has, each is read through a bounded number of others."""
    store(db, page_bodies(30, 5_000))
    depths = [each["depth"] for each in db.execute("SELECT depth FROM blobs ORDER BY id")]
    assert max(depths) == MOST_FRAMES - 1
    assert depths.count(0) == 1


def test_unlike_bodies_stand_alone(db: sqlite3.Connection) -> None:
    """Bytes that have nothing in common with the last ones begin a chain of their own."""
    rng = random.Random(7)
    store(db, [rng.randbytes(5_000), rng.randbytes(5_000)])
    assert [each["base"] for each in db.execute("SELECT base FROM blobs")] == [None, None]


def test_equal_bytes_are_stored_once(db: sqlite3.Connection) -> None:
    """The same bytes are one record, whatever came between."""
    first, _, third = store(db, [b"a" * 99, b"b" * 99, b"a" * 99])
    assert first == third
    assert db.execute("SELECT count(*) FROM blobs").fetchone()[0] == 2


def test_the_largest_pages_are_delta_compressed(db: sqlite3.Connection) -> None:
    """The window spans bodies of many megabytes: the far end of the last one is still in sight."""
    start = random.Random(7).randbytes(1_000_000)
    store(db, [start + bytes(9_000_000), bytes(9_000_000) + start])
    assert db.execute("SELECT length(data) FROM blobs ORDER BY id DESC").fetchone()[0] < 100_000


@settings(max_examples=60, deadline=None)
@given(bodies=st.lists(st.binary(max_size=400) | st.text("terms ", min_size=50).map(str.encode), max_size=20))
def test_any_bodies_read_back(bodies: list[bytes]) -> None:
    """Any list of bodies, stored each against the one before, reads back equal."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.row_factory = sqlite3.Row
        migrate(db)
        assert [Blobs(db).get(sha256) for sha256 in store(db, bodies)] == bodies


def test_every_flipped_byte_is_noticed(db: sqlite3.Connection) -> None:
    """A stored form with any byte changed is refused by its SHA-256, and the rest still reads."""
    (sound, damaged) = store(db, [b"of another page", b"terms and conditions " * 20])
    data = db.execute("SELECT data FROM blobs WHERE sha256 = ?", (damaged,)).fetchone()["data"]
    for place in range(len(data)):
        flipped = data[:place] + bytes([data[place] ^ 0x41]) + data[place + 1 :]
        db.execute("UPDATE blobs SET data = ? WHERE sha256 = ?", (flipped, damaged))
        blobs = Blobs(db)
        try:
            assert blobs.get(damaged) == b"terms and conditions " * 20  # some bits of a frame mean nothing
        except DamagedRecord as damage:
            assert damaged in str(damage)
        assert blobs.get(sound) == b"of another page"


def test_a_damaged_base_does_not_keep_the_next_body_out(db: sqlite3.Connection) -> None:
    """A body whose predecessor is damaged is stored whole."""
    first, second, third = page_bodies(3, 5_000)
    stored = store(db, [first, second])
    db.execute("UPDATE blobs SET data = zeroblob(9)")
    blobs = Blobs(db)
    assert Blobs(db).get(blobs.put(third, like=stored[-1])) == third


def test_a_circle_of_bases_is_damage(db: sqlite3.Connection) -> None:
    """Bases that lead back to themselves are reported, not followed for ever."""
    first, second = store(db, page_bodies(2, 5_000))
    db.execute("UPDATE blobs SET base = ?, depth = 1 WHERE sha256 = ?", (second, first))
    with pytest.raises(DamagedRecord):
        Blobs(db).get(second)
    assert Blobs(db).get(Blobs(db).put(b"the next one", like=second)) == b"the next one"


def test_little_is_kept_in_memory(db: sqlite3.Connection) -> None:
    """Only the last few bodies are kept in memory."""
    blobs = Blobs(db)
    for body in page_bodies(CACHED + 5, 2_000):
        blobs.put(body)
    assert len(blobs._cache) == CACHED
