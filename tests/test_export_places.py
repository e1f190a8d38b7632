"""An export is whole or not there, and what is damaged keeps nothing else back."""

from __future__ import annotations

import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from export_samples import OLD, THIRD, export, lines
from house import House

from monitor.cli import cli
from monitor.errors import OutputError, UsageError
from monitor.export import written


def refused(archive: Path, *arguments: str) -> str:
    """Why an export was refused."""
    done = CliRunner().invoke(cli, ["export", *arguments, "--archive", str(archive)])
    assert isinstance(done.exception, UsageError | OutputError), done.output
    return str(done.exception)


def test_an_existing_file_is_replaced_only_by_force(eventful: Path, tmp_path: Path) -> None:
    """A file that is there stays as it is, unless it is to be replaced."""
    file = tmp_path / "changes.csv"
    file.write_text("mine")
    assert refused(eventful, "changes", str(file)) == f"{file} exists already; --force replaces it"
    assert file.read_text() == "mine"
    export(eventful, "changes", str(file), "--force")
    assert file.read_text("utf-8").startswith("id,vendor,")
    assert [path.name for path in tmp_path.iterdir()] == ["changes.csv"]


def test_a_dash_is_standard_output(eventful: Path) -> None:
    """`-` in the place of FILE is standard output, as elsewhere."""
    assert export(eventful, "changes", "-").stdout == export(eventful, "changes").stdout


def test_what_is_no_file_is_not_written_over(eventful: Path, tmp_path: Path) -> None:
    """A folder, a pipe and a place in no folder are named; not even force replaces a device by a file."""
    os.mkfifo(tmp_path / "pipe")
    assert refused(eventful, "changes", str(tmp_path)) == f"{tmp_path} is a folder; expected the name of a file in it"
    assert "is no ordinary file" in refused(eventful, "changes", str(tmp_path / "pipe"), "--force")
    assert "there is no folder" in refused(eventful, "changes", str(tmp_path / "nowhere/changes.csv"))
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_a_folder_that_takes_no_files_is_named(eventful: Path) -> None:
    """Where nothing can be written the command says where and why; exit status 1."""
    assert "/proc/self/changes.csv: " in refused(eventful, "changes", "/proc/self/changes.csv")
    assert OutputError.exit_status == 1


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file may grow beyond a thousand bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    "arguments", [("versions", "out.jsonl"), ("captures", "out.jsonl", "--bytes", "."), ("captures", "out.warc")]
)
@pytest.mark.usefixtures("small_disk")
def test_a_full_disk_leaves_the_old_file(
    eventful: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    """An export that the disk has no room for says so, leaves the file that was there, and nothing half beside it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / arguments[1]).write_text("the last one\n")
    assert "File too large; nothing is written" in refused(eventful, *arguments, "--force")
    assert (tmp_path / arguments[1]).read_text() == "the last one\n"
    assert [path.name for path in tmp_path.iterdir()] == [arguments[1]]


def test_an_error_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    """A file whose writing ends early was never there."""
    with pytest.raises(RuntimeError), written(tmp_path / "file") as out:
        out.write(b"half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


# --- what is damaged ---------------------------------------------------------------------------------------------------


@pytest.fixture
def damaged(house: House) -> Path:
    """An archive with three snapshots, of which the one in the middle is damaged."""
    for body in (OLD, os.urandom(2000), THIRD):
        house.check(body)
    house.archive.close()
    with closing(sqlite3.connect(house.path)) as db, db:
        db.execute("UPDATE blobs SET data = x'00' WHERE sha256 = (SELECT sha256 FROM snapshots WHERE id = 2)")
    return house.path


@pytest.mark.parametrize("name", ["list.jsonl", "all.warc"])
def test_a_damaged_snapshot_is_named_and_left_out(damaged: Path, tmp_path: Path, name: str) -> None:
    """A capture whose bytes are damaged is named, all others are exported, and the exit status says that some is missing."""
    place = tmp_path / "out"
    place.mkdir()
    arguments = ["captures", str(place / name), *(["--bytes", str(place / "files")] if name == "list.jsonl" else [])]
    done = export(damaged, *arguments, status=3)
    assert "capture 2 of acme/terms: the bytes " in done.stderr and "it is left out" in done.stderr
    assert f"2 captures exported, written to {place / name}" in done.stderr
    content = (place / name).read_bytes()
    if name == "list.jsonl":
        assert [line["fetched_at"][:13] for line in lines(content.decode())] == ["2031-05-04T18", "2031-05-05T18"]
        assert len(list((place / "files").iterdir())) == 2
    else:
        assert content.count(b"WARC-Type: response") == 2


def test_a_damaged_text_and_a_damaged_change_are_left_out(house: House) -> None:
    """Of versions, changes and alerts, too, one that is damaged keeps none of the others back."""
    house.checks(OLD, THIRD, OLD.replace(b"account", b"access"))
    house.archive.close()
    with closing(sqlite3.connect(house.path)) as db, db:
        db.execute("UPDATE blobs SET data = x'00' WHERE sha256 = (SELECT document FROM versions WHERE id = 3)")
        db.execute("UPDATE changes SET topics = 'none' WHERE id = 1")
    told = export(house.path, "versions", status=3)
    assert [version["id"] for version in lines(told.stdout)] == [1, 2]
    told = export(house.path, "changes", status=3)
    assert [change["id"] for change in lines(told.stdout)] == [2]
    assert "change 1: its topics cannot be read" in told.stderr
    assert len(lines(export(house.path, "captures").stdout)) == 3
