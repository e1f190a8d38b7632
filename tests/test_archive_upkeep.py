"""Backups that come back, and bytes that an archive lets go of."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from archive_fakes import HOUR, PAGE, START, changed, failing, read, unchanged
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.archive import Archive, restore
from monitor.archive.blobs import Blobs
from monitor.archive.connection import connect, writing
from monitor.archive.schema import create
from monitor.errors import ArchiveBusy, ArchiveError, RemovedBytes
from monitor.model import Outcome

DAY = timedelta(days=1)
LATER = START + 400 * DAY


def again(text: str, at: datetime, noise: str) -> Outcome:
    """A check that finds the text that stands, in bytes of its own."""
    outcome = unchanged(text, at)
    return replace(outcome, capture=replace(outcome.capture, body=f"<p>{text}</p><!-- {noise} -->".encode()))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An archive whose first version was seen in five snapshots, and the second in two; with a failure of bytes of its own."""
    path = tmp_path / "archive.db"
    with Archive(path) as archive:
        archive.record(PAGE, read("old", START))
        for day in range(1, 5):
            archive.record(PAGE, again("old", START + day * DAY, f"noise {day}"))
        archive.record(PAGE, failing("thin", START + 5 * DAY, b"<p>half</p>"))
        archive.record(PAGE, changed("new", START + 6 * DAY, "mail"))
        archive.record(PAGE, again("new", START + 7 * DAY, "noise 7"))
    return path


def bodies(archive: Archive) -> dict[str, bytes | None]:
    """The bytes of every snapshot, None where they were let go."""
    found: dict[str, bytes | None] = {}
    for capture in archive.history("acme", "terms"):
        if capture.snapshot:
            try:
                found[capture.snapshot] = archive.snapshot(capture.snapshot)
            except RemovedBytes:
                found[capture.snapshot] = None
    return found


def test_the_first_and_the_last_snapshot_of_a_version_stay(path: Path) -> None:
    """Only what lies between them, and what failures brought, is let go; each capture still says what it brought."""
    with Archive(path) as archive:
        before = bodies(archive)
        archive.remove(archive.removable(LATER), LATER, "old")
        kept = bodies(archive)
        assert [body is not None for body in kept.values()] == [True, False, False, False, True, False, True, True]
        assert all(before[sha256] == body for sha256, body in kept.items() if body is not None)
        assert archive.removable(LATER) == ()
        assert list(archive.verify()) == []
        assert archive.document(1).text != archive.document(2).text


def test_what_a_capture_brought_lately_stays(path: Path) -> None:
    """Bytes are old when no capture has brought them for the time that was asked for."""
    with Archive(path) as archive:
        assert len(archive.removable(START + 3 * DAY)) == 2


def test_bytes_that_come_again_are_stored_again(path: Path) -> None:
    """A page that serves old bytes anew has them in the archive anew."""
    with Archive(path) as archive:
        archive.remove(archive.removable(LATER), LATER, "old")
        archive.record(PAGE, again("new", LATER, "noise 2"))
        recorded = archive.record(PAGE, again("old", LATER + HOUR, "noise 2"))
        assert recorded.snapshot
        assert archive.snapshot(recorded.snapshot) == b"<p>old</p><!-- noise 2 -->"
        assert list(archive.verify()) == []


def test_bytes_let_go_by_hand_are_named(path: Path) -> None:
    """Bytes that are gone without a record of their removal are damage."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE blobs SET data = x'', base = NULL, depth = 0 WHERE id = 3")
    with Archive(path, mode="read") as archive:
        assert any("were let go" in problem for problem in archive.verify())


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(min_size=40, max_size=200), min_size=2, max_size=20, unique=True), st.data())
def test_what_is_let_go_of_takes_nothing_along(
    tmp_path_factory: pytest.TempPathFactory, some: list[bytes], data: st.DataObject
) -> None:
    """Whatever bytes are let go of, all others come back as they were, in as many frames as before at most."""
    path = tmp_path_factory.mktemp("blobs") / "archive.db"
    create(path)
    with closing(connect(path, "rw")) as db, writing(db):
        blobs, last = Blobs(db), None
        stored = {(last := blobs.put(b"".join(some[: number + 1]) * 3, last)): number for number in range(len(some))}
        gone = set(data.draw(st.sets(st.sampled_from(sorted(stored)))))
        blobs.forget(gone)
        fresh = Blobs(db)
        for sha256, number in stored.items():
            if sha256 in gone:
                with pytest.raises(RemovedBytes):
                    fresh.get(sha256)
            else:
                assert fresh.get(sha256) == b"".join(some[: number + 1]) * 3
        wrong = "SELECT count(*) FROM blobs JOIN blobs AS base ON base.sha256 = blobs.base WHERE blobs.depth <> base.depth + 1"
        assert db.execute(wrong).fetchone()[0] == 0


def test_a_backup_comes_back(path: Path, tmp_path: Path) -> None:
    """A restored archive is the one that was backed up, and what stood in its place is kept."""
    copy = tmp_path / "copy.db"
    with Archive(path) as archive:
        archive.backup(copy)
        archive.record(PAGE, changed("newer", LATER))
    kept = restore(copy, path, LATER)
    assert kept
    with Archive(path) as restored, Archive(kept) as old:
        assert (restored.pages()[0].versions, old.pages()[0].versions) == (2, 3)
        restored.record(PAGE, changed("other", LATER))


def test_a_damaged_archive_is_replaced_and_kept(path: Path, tmp_path: Path) -> None:
    """An archive that can no longer be read is kept; what a killed writer left beside it is not played back."""
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    path.write_bytes(b"x" * 5000)
    path.with_name("archive.db-journal").write_bytes(b"y" * 5000)
    kept = restore(copy, path, LATER)
    assert kept
    assert kept.read_bytes() == b"x" * 5000
    assert not path.with_name("archive.db-journal").exists()
    with Archive(path) as archive:
        assert list(archive.verify()) == []


def test_a_backup_is_restored_where_there_is_no_archive(path: Path, tmp_path: Path) -> None:
    """On a new machine there is nothing to keep."""
    assert restore(path, tmp_path / "new" / "archive.db", LATER) is None
    with Archive(tmp_path / "new" / "archive.db", mode="read") as archive:
        assert archive.pages()[0].versions == 2


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("UPDATE changes SET summary = 'reworded'", "changes 1 is not what was recorded"),
        ("PRAGMA user_version = 99", "newer program"),
        ("PRAGMA application_id = 1", "is no archive"),
    ],
)
def test_a_copy_that_is_not_whole_is_refused(path: Path, tmp_path: Path, harm: str, said: str) -> None:
    """A damaged copy, and one that is no archive, leave the archive as it is."""
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    with closing(sqlite3.connect(copy)) as db, db:
        db.execute(harm)
    content = path.read_bytes()
    with pytest.raises(ArchiveError, match=said):
        restore(copy, path, LATER)
    assert path.read_bytes() == content
    assert not [each.name for each in tmp_path.iterdir() if "new" in each.name or "before" in each.name]


def test_a_copy_torn_while_it_was_made_is_refused(path: Path, tmp_path: Path) -> None:
    """A file that was copied by hand while the program wrote, and so lacks its end, is no backup."""
    copy = tmp_path / "copy.db"
    copy.write_bytes(path.read_bytes()[:-9000])
    with pytest.raises(ArchiveError):
        restore(copy, path, LATER)


def test_a_restore_waits_for_no_writer(path: Path, tmp_path: Path) -> None:
    """While another process writes, the archive is not replaced beneath it."""
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    with Archive(path), pytest.raises(ArchiveBusy):
        restore(copy, path, LATER)


def test_an_archive_is_not_restored_from_itself(path: Path) -> None:
    """The archive is not its own backup."""
    with pytest.raises(ArchiveError, match="itself"):
        restore(path, path, LATER)
