"""A list of captures that is imported elsewhere is the same history: exported from there it is the same list."""

from __future__ import annotations

import json
import re
from datetime import UTC
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import archive_fakes
import pytest
from click.testing import CliRunner
from export_samples import OLD, WALL, export, lines
from fakes import PAGE, START
from house import House
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.archive import Archive
from monitor.cli import cli
from monitor.errors import UsageError
from monitor.export.capture_list import line_of
from monitor.history import captures as capture_list
from monitor.model import OUTCOMES, Hop, Settled


def written(archive: Path, folder: Path) -> dict[str, bytes]:
    """The captures of an archive as a list and its files: name -> bytes."""
    folder.mkdir()
    export(archive, "captures", str(folder / "list.jsonl"), "--bytes", str(folder / "files"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def imported(listed: Path, archive: Path) -> Path:
    done = CliRunner().invoke(cli, ["import", "captures", str(listed), "--archive", str(archive)])
    assert done.exit_code == 0, done.stderr
    return archive


def texts(archive: Path) -> list[tuple[str, str, str]]:
    """The versions of an archive: page, time, text."""
    told = lines(export(archive, "versions").stdout)
    return [(version["page"], version["seen_at"], version["text"]) for version in told]


def judged(archive: Path) -> list[tuple[str, str, str]]:
    """The changes of an archive: time, verdict, summary."""
    told = lines(export(archive, "changes").stdout)
    return [(change["seen_at"], change["verdict"], change["summary"]) for change in told]


def test_a_list_that_was_imported_is_exported_byte_for_byte(eventful: Path, tmp_path: Path) -> None:
    """Exported, imported into a new archive and exported from there, a history is the same list and the same files (G13).

    What was a version or a change there is one here, and what was held or not believed is none.
    """
    first = written(eventful, tmp_path / "first")
    again = imported(tmp_path / "first/list.jsonl", tmp_path / "again.db")
    assert written(again, tmp_path / "second") == first
    told = lines(first["list.jsonl"].decode())
    met = {"ok", "not_modified", "timeout", "blocked_wall", "shrunk", "wrong_type", "too_big"}
    assert met <= {line["outcome"] for line in told}
    assert sum("held" in line for line in told) == 4
    assert texts(again) == texts(eventful)
    assert judged(again) == judged(eventful)
    with Archive(again, mode="read") as archive:
        assert list(archive.verify()) == []


WORDS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=20)
CAPTURES = st.builds(
    Settled,
    at=st.datetimes(START.replace(tzinfo=None), timezones=st.just(UTC)),
    url=WORDS.filter(bool),
    outcome=st.sampled_from(list(OUTCOMES)),
    reason=WORDS,
    final_url=WORDS,
    status=st.none() | st.integers(100, 999),
    headers=st.lists(st.tuples(WORDS, WORDS), max_size=3).map(tuple),
    hops=st.lists(st.builds(Hop, WORDS, st.integers(100, 999)), max_size=2).map(tuple),
    body=st.none() | st.binary(max_size=20),
    content_type=WORDS,
    seconds=st.floats(0, 1e6),
    retry_after=st.none() | st.floats(0, 1e6),
    held=st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(CAPTURES)
def test_a_line_says_all_of_its_capture(capture: Settled) -> None:
    """Whatever a capture holds, its line gives it back."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        if capture.body is not None:
            (folder / "bytes").write_bytes(capture.body)
        line = line_of(PAGE, capture, None if capture.body is None else "bytes")
        (folder / "list.jsonl").write_bytes(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        [[recorded]] = capture_list.load(folder / "list.jsonl").values()
        assert recorded.capture() == capture
        assert (recorded.page.vendor_name, recorded.page.type) == (PAGE.vendor_name, PAGE.type)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"outcome": "fine"}, "outcome: 'fine' is none of ok, not_modified"),
        ({"file": None}, "file: missing; only a line that names its outcome may be without"),
        ({"status": None}, "status: missing; only a line that names its outcome may be without"),
        ({"headers": {"ETag": "1"}}, "headers: "),
        ({"hops": [{"url": "https://acme.example/"}]}, "hops.0.status: "),
        ({"seconds": float("nan")}, "seconds: "),
        ({"held": "perhaps"}, "held: "),
    ],
)
def test_a_line_that_is_wrong_is_named(tmp_path: Path, wrong: dict[str, object], said: str) -> None:
    """What a line says of its capture is as it should be, or is named with the line; nothing is imported then."""
    line = {"vendor": "acme", "page": "terms", "fetched_at": "2031-05-04T06:00:00Z", "file": "one.html", "status": 200}
    (tmp_path / "list.jsonl").write_text(json.dumps(line) + "\n" + json.dumps(line | wrong) + "\n")
    with pytest.raises(UsageError, match=r"list.jsonl:2: " + re.escape(said)):
        capture_list.load(tmp_path / "list.jsonl")


def test_a_line_without_an_outcome_is_judged(tmp_path: Path) -> None:
    """What came of a capture that does not say so is judged: a wall is no document, whatever its status."""
    for name, body in (("old", OLD), ("wall", WALL)):
        (tmp_path / name).write_bytes(body)
    line = {"vendor": "acme", "page": "terms", "url": "https://acme.example/terms"}
    told = [
        line | {"fetched_at": f"2031-05-0{day}T06:00:00Z", "file": file} for day, file in enumerate(("old", "wall"), 4)
    ]
    told.append(told[1] | {"fetched_at": "2031-05-06T06:00:00Z", "outcome": "ok"})
    (tmp_path / "list.jsonl").write_text("".join(json.dumps(each) + "\n" for each in told))
    archive = imported(tmp_path / "list.jsonl", tmp_path / "archive.db")
    captures = lines(export(archive, "captures").stdout)
    assert [(each["outcome"], each["version"]) for each in captures] == [("ok", 1), ("blocked_wall", None), ("ok", 2)]


def test_a_capture_keeps_its_own_address(tmp_path: Path) -> None:
    """A page that moved has each capture under the address that was asked then, also where the watchlist has the new one."""
    (tmp_path / "old").write_bytes(OLD)
    line = {"vendor": "acme", "page": "terms", "url": "https://old.example/", "fetched_at": "2031-05-04T06:00:00Z"}
    (tmp_path / "list.jsonl").write_text(json.dumps(line | {"file": "old"}))
    (tmp_path / "watchlist.yaml").write_text(
        "version: 1\nvendors: {acme: {pages: {terms: {type: terms, url: https://new.example/}}}}\n"
    )
    archive = tmp_path / "archive.db"
    listed = ["import", "captures", str(tmp_path / "list.jsonl"), "--watchlist", str(tmp_path / "watchlist.yaml")]
    assert CliRunner().invoke(cli, [*listed, "--archive", str(archive)]).exit_code == 0
    [capture] = lines(export(archive, "captures").stdout)
    assert (capture["url"], capture["final_url"]) == ("https://old.example/", "https://old.example/")


def test_credentials_leave_in_no_form(house: House, tmp_path: Path) -> None:
    """A header that carries a credential is in no list and in no WARC file, for it is in no archive."""
    house.archive.record(PAGE, archive_fakes.read("one"))
    export(house.path, "captures", str(tmp_path / "list.jsonl"), "--bytes", str(tmp_path / "files"))
    export(house.path, "captures", str(tmp_path / "all.warc"))
    for name in ("list.jsonl", "all.warc"):
        assert b"Last-Modified" in (tmp_path / name).read_bytes()
        assert b"secret" not in (tmp_path / name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["captures", "--bytes", "files"], "--bytes needs a FILE"),
        (["changes", "list.jsonl", "--bytes", "files"], "--bytes goes with captures as jsonl"),
        (["captures", "list.csv", "--bytes", "files"], "--bytes goes with captures as jsonl"),
        (["captures", "list.jsonl", "--bytes", "../files"], "lies outside"),
    ],
)
def test_bytes_go_with_a_list(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    """Files of bytes stand where a list can name them; all else is wrong use, and writes nothing."""
    place = tmp_path / "out"
    place.mkdir()
    monkeypatch.chdir(place)
    done = CliRunner().invoke(cli, ["export", *arguments, "--archive", str(house.path)])
    assert isinstance(done.exception, UsageError)
    assert said in str(done.exception)
    assert list(place.iterdir()) == []


def test_a_file_of_bytes_is_mended(house: House, tmp_path: Path) -> None:
    """A file of bytes that is there already is left alone; one that holds something else is written again."""
    house.checks(OLD, b"<html>" + WALL)
    [first, second] = sorted(written(house.path, tmp_path / "out").keys() - {"list.jsonl"})
    (tmp_path / "out" / first).write_bytes(b"cut")
    untouched = (tmp_path / "out" / second).stat()
    export(house.path, "captures", str(tmp_path / "out/list.jsonl"), "--bytes", str(tmp_path / "out/files"), "--force")
    assert first.removeprefix("files/")[:64] == sha256((tmp_path / "out" / first).read_bytes()).hexdigest()
    assert (tmp_path / "out" / second).stat() == untouched
