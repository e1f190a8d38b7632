"""A change as a folder that proves itself, to people who have nothing of ours."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from archive_fakes import HOUR, PAGE, START, changed, unchanged, with_change

from monitor import evidence
from monitor.archive import Archive
from monitor.errors import DamagedRecord
from monitor.evidence.verifier import problems
from monitor.report.style import Style

LATER = START + 9 * HOUR


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The evidence of a change in the middle of an archive."""
    place = tmp_path_factory.mktemp("evidence")
    with Archive(place / "archive.db") as archive:
        with_change(archive, "mail")
        archive.record(PAGE, unchanged("new", START + 2 * HOUR))
        archive.record(PAGE, changed("newer", START + 3 * HOUR))
        found = archive.evidence(1)
    folder = place / "evidence-1"
    for name, body in evidence.files(found, Style(), LATER, "a test").items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "evidence"))


def verified(folder: Path) -> tuple[int, str]:
    """What the verifier in the folder says, run as a stranger would: with Python alone."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py"], cwd=folder, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_a_whole_folder_is_proved_by_python_alone(folder: Path) -> None:
    """The verifier needs no package, and names the change and the head that can be compared."""
    status, said = verified(folder)
    assert (status, said.splitlines()[0]) == (0, "whole: acme/terms, change 1: Training on files")
    assert json.loads((folder / "manifest.json").read_text())["head"] in said


def test_the_folder_has_what_was_served_before_and_after(folder: Path) -> None:
    """Bytes of both sides as they were served, the times and headers of the captures, and the words that differ."""
    served = {file.read_bytes() for file in (folder / "bytes").iterdir()}
    assert served == {b"<p>old</p>", b"<p>new</p>"}
    captures = (folder / "captures.txt").read_text()
    assert captures.count("ETag") == 3
    assert "secret" not in captures
    assert "redirect 301 https://acme.example/terms" in captures
    assert "\n-old\n+new\n" in (folder / "words.diff").read_text()
    assert "Files may now be used for training." in (folder / "change.md").read_text()


def test_a_changed_file_is_found(folder: Path) -> None:
    """One byte more in any file that the manifest names, and any that is missing, is found and named."""
    for name in json.loads((folder / "manifest.json").read_text())["files"]:
        content = (folder / name).read_bytes()
        for harmed in (content + b"\n", None):
            (folder / name).write_bytes(harmed) if harmed else (folder / name).unlink()
            assert any(name in line for line in problems(folder)), name
            (folder / name).write_bytes(content)


def rewrite(folder: Path, name: str, old: bytes, new: bytes) -> None:
    """Change a file and the manifest with it, as a forger would."""
    file = folder / name
    manifest = json.loads((folder / "manifest.json").read_text())
    assert old in file.read_bytes()
    file.write_bytes(file.read_bytes().replace(old, new))
    manifest["files"][name] = hashlib.sha256(file.read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("records/changes-1.json", b"Training on files", b"Nothing at all", "changes-1 is not what the ledger says"),
        ("records/checks-2.json", b'"status":200', b'"status":404', "checks-2 is not what the ledger says"),
        ("before.txt", b"old", b"odd", "before.txt is not the text of the document"),
        ("ledger.jsonl", b'"kind": "changes"', b'"kind": "choices"', "is not what its hash says"),
    ],
)
def test_a_forger_who_mends_the_manifest_is_found(folder: Path, name: str, old: bytes, new: bytes, said: str) -> None:
    """A file that was changed together with its line in the manifest contradicts the ledger."""
    rewrite(folder, name, old, new)
    status, told = verified(folder)
    assert (status, said in told) == (1, True), told


def test_bytes_changed_with_the_manifest_are_found(folder: Path) -> None:
    """What was served is held against the record of the snapshot."""
    [name] = [f"bytes/{file.name}" for file in (folder / "bytes").iterdir() if b"new" in file.read_bytes()]
    rewrite(folder, name, b"new", b"old")
    status, told = verified(folder)
    assert (status, "bytes that are missing or changed" in told) == (1, True), told


def test_a_broken_chain_is_found(folder: Path) -> None:
    """A way to the head that lacks an entry is no way."""
    lines = (folder / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    rewrite(folder, "ledger.jsonl", lines[1], b"")
    assert "no later entry of the ledger names entry" in verified(folder)[1]


def test_what_is_no_evidence_is_said_to_be_none(folder: Path) -> None:
    """A manifest that is missing or broken is an error in words, not a traceback."""
    (folder / "manifest.json").write_text("{}")
    assert "this is no evidence folder" in verified(folder)[1]
    (folder / "manifest.json").unlink()
    assert verified(folder)[0] == 1


def test_evidence_of_a_damaged_record_is_refused(tmp_path: Path) -> None:
    """What the ledger does not bear out is not handed out as evidence."""
    with Archive(tmp_path / "archive.db") as archive:
        with_change(archive)
    with sqlite3.connect(tmp_path / "archive.db") as db:
        db.execute("UPDATE changes SET summary = 'other'")
    with Archive(tmp_path / "archive.db", mode="read") as archive, pytest.raises(DamagedRecord, match="changes 1"):
        archive.evidence(1)
