"""A WARC file of captures is one that web archives' own tools read, and it gives every byte back."""

from __future__ import annotations

import sys
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import archive_fakes
import pytest
from archive_fakes import HOUR, START
from click.testing import CliRunner
from export_samples import export, lines
from house import House
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from monitor.archive import Archive
from monitor.cli import cli
from monitor.errors import UsageError
from monitor.export import write_warc
from monitor.model import Capture, Hop, Outcome
from monitor.records import Wanted

TYPES = {"warcinfo", "response", "resource", "revisit", "metadata"}


def records(file: Path | bytes) -> list[tuple[Any, bytes]]:
    """The records of a file as warcio reads them, each with its body, digests verified."""
    data = BytesIO(file if isinstance(file, bytes) else file.read_bytes())
    return [(each, each.content_stream().read()) for each in ArchiveIterator(data, check_digests="raise")]


def headers(found: list[tuple[Any, bytes]], type_: str = "") -> list[dict[str, str]]:
    """The records' own headers, those of a type or all but the file's."""
    told = [dict(record.rec_headers.headers) for record, _ in found]
    return [each for each in told if each["WARC-Type"] == type_ or (not type_ and each["WARC-Type"] != "warcinfo")]


def exported(archive: Archive, **wanted: Any) -> list[tuple[Any, bytes]]:
    out = BytesIO()
    damaged: list[Exception] = []
    write_warc(out, archive, Wanted(**wanted), damaged.append, now=START, filename="all.warc", packed=False)
    assert damaged == []
    return records(out.getvalue())


def of(house: House, capture: Capture) -> list[tuple[Any, bytes]]:
    """The records of one capture."""
    house.archive.record(archive_fakes.PAGE, Outcome(capture))
    return [each for each in exported(house.archive) if each[0].rec_type != "warcinfo"]


@pytest.mark.parametrize("name", ["all.warc", "all.warc.gz"])
def test_other_tools_read_it(eventful: Path, tmp_path: Path, name: str) -> None:
    """`warcio check` finds every digest right, packed or not; each record names its page's address and its time."""
    file = tmp_path / name
    said = export(eventful, "captures", str(file)).stderr
    assert Checker(SimpleNamespace(inputs=[str(file)], verbose=False)).process_all() == 0
    found = headers(records(file))
    assert {each["WARC-Type"] for each in found} == TYPES - {"warcinfo", "resource"}
    assert all({"WARC-Record-ID", "WARC-Date", "WARC-Target-URI", "Content-Length"} <= set(each) for each in found)
    assert all(each["WARC-Target-URI"].isascii() for each in found)
    assert len({each["WARC-Record-ID"] for each in found}) == len(found)
    assert (file.read_bytes()[:2] == b"\x1f\x8b") == name.endswith("gz")
    assert "captures exported" in said


def test_every_capture_gives_its_bytes_back(eventful: Path, tmp_path: Path) -> None:
    """Of every capture with bytes the file has these bytes, or refers to the record that has them: the same SHA-256."""
    export(eventful, "captures", str(tmp_path / "all.warc.gz"))
    found = records(tmp_path / "all.warc.gz")
    bodies = {record.rec_headers["WARC-Record-ID"]: body for record, body in found}
    told: dict[str, str] = {}
    for record, body in found:
        whole = bodies[record.rec_headers["WARC-Refers-To"]] if record.rec_type == "revisit" else body
        if record.rec_type in ("response", "revisit"):  # of those of one time, redirects come first
            told[record.rec_headers["WARC-Date"]] = sha256(whole).hexdigest()
    captures = lines(export(eventful, "captures").stdout)
    kept = {each["at"]: each["snapshot"] for each in captures if each["snapshot"]}
    assert len(kept) > 15
    assert {at: told[at] for at in kept} == kept


def test_the_same_captures_are_the_same_file(eventful: Path) -> None:
    """An archive exported twice is the same file, but for the time of the export; ids are not rolled."""
    with Archive(eventful, mode="read") as archive:
        assert headers(exported(archive)) == headers(exported(archive))


def test_the_file_says_whose_it_is(eventful: Path) -> None:
    """The file begins with the program and the form, and the captures of each page with the page's name."""
    with Archive(eventful, mode="read") as archive:
        told = [body.decode() for record, body in exported(archive) if record.rec_type == "warcinfo"]
        [begun, page] = [body for record, body in exported(archive, vendor="qinghe") if record.rec_type == "warcinfo"]
    assert told[0].startswith("software: terms-monitor/") and "WARC File Format 1.1" in told[0]
    assert [line for each in told for line in each.splitlines() if line.startswith("isPartOf")] == [
        "isPartOf: acme/terms",
        "isPartOf: qinghe/free",
    ]
    assert "青禾智能" in page.decode()
    assert b"software" in begun


# --- what came -----------------------------------------------------------------------------------------------------


def test_headers_hold_of_the_body_that_is_kept(house: House) -> None:
    """The body is kept unpacked: the headers of its way stand aside, and the length is that of the body."""
    given = replace(
        archive_fakes.capture("one", START),
        headers=(
            ("Content-Encoding", "gzip"),
            ("transfer-encoding", "chunked"),
            ("Content-Length", "9"),
            ("X-Two", "a\r\nInjected: b"),
            ("X Bad", "name"),
            ("X-Ü", "name"),
            ("X-Latin", "caf\xe9"),
        ),
        hops=(),
    )
    [(record, body)] = of(house, given)
    assert record.http_headers.get_statuscode() == "200"
    assert dict(record.http_headers.headers) == {
        "X-Orig-Content-Encoding": "gzip",
        "X-Orig-transfer-encoding": "chunked",
        "X-Orig-Content-Length": "9",
        "X-Two": "a Injected: b",
        "X-Latin": "caf%C3%A9",
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(body)),
    }
    assert body == given.body


def test_redirects_are_records_of_their_own(house: House) -> None:
    """Each step of a redirect is an answer that leads to the next, and says that it is not whole."""
    hops = (Hop("https://acme.example/terms", 301), Hop("https://acme.example/a b", 302))
    found = of(house, replace(archive_fakes.capture("one", START), hops=hops))
    assert [(each["WARC-Target-URI"], each.get("WARC-Truncated")) for each in headers(found)] == [
        ("https://acme.example/terms", "unspecified"),
        ("https://acme.example/a%20b", "unspecified"),
        ("https://acme.example/terms/en", None),
    ]
    answers = [(record.http_headers.statusline, record.http_headers["Location"]) for record, _ in found]
    assert answers[:2] == [
        ("301 Moved Permanently", "https://acme.example/a%20b"),
        ("302 Found", "https://acme.example/terms/en"),
    ]


def test_bytes_that_came_before_are_referred_to(house: House) -> None:
    """The same bytes again are a revisit with headers of their own, and so is the server's word that nothing changed."""
    house.archive.record(archive_fakes.PAGE, archive_fakes.read("one"))
    house.archive.record(archive_fakes.PAGE, archive_fakes.unchanged("one", START + HOUR))
    unmoved = replace(
        archive_fakes.capture("one", START + 2 * HOUR), body=None, status=304, outcome="not_modified", hops=()
    )
    found = of(house, unmoved)
    told = headers(found, "revisit")
    [first] = [
        each for each in headers(found, "response") if "WARC-Payload-Digest" in each and "WARC-Truncated" not in each
    ]
    assert [each["WARC-Profile"].rpartition("/")[2] for each in told] == [
        "identical-payload-digest",
        "server-not-modified",
    ]
    assert {each["WARC-Refers-To"] for each in told} == {first["WARC-Record-ID"]}
    assert {each["WARC-Refers-To-Date"] for each in told} == {"2031-03-01T08:30:00Z"}
    assert {each["WARC-Refers-To-Target-URI"] for each in told} == {"https://acme.example/terms/en"}
    statuses = [record.http_headers.get_statuscode() for record, _ in found if record.rec_type == "revisit"]
    assert statuses == ["200", "304"]


def test_an_answer_whose_bytes_were_not_kept_says_why(house: House) -> None:
    """An answer that broke off, or was too large, is its head, cut for the reason that WARC has for it."""
    reasons = {"too_big": "length", "timeout": "time", "truncated": "disconnect"}
    for number, outcome in enumerate(reasons):
        given = replace(archive_fakes.capture("one", START + number * HOUR), outcome=outcome, body=None, hops=())
        house.archive.record(archive_fakes.PAGE, Outcome(given))
    found = exported(house.archive)
    told = headers(found, "response")
    assert [each["WARC-Truncated"] for each in told] == list(reasons.values())
    assert all(body == b"" for record, body in found if record.rec_type == "response")


def test_a_capture_that_failed_says_so(house: House) -> None:
    """A failure is a metadata record with what came of it: beside what came, or by itself where nothing did."""
    house.archive.record(archive_fakes.PAGE, archive_fakes.failing("dns_error", START))
    wall = replace(
        archive_fakes.capture("Log in", START + HOUR), outcome="blocked_wall", reason="it asks\r\nto log in", hops=()
    )
    found = of(house, wall)
    alone, answer, beside = headers(found)
    told = [body.decode() for record, body in found if record.rec_type == "metadata"]
    assert told[0] == "outcome: dns_error\r\nreason: the fake is dns_error\r\nisPartOf: acme/terms\r\n"
    assert told[1].startswith("outcome: blocked_wall\r\nreason: it asks to log in\r\n")
    assert "WARC-Concurrent-To" not in alone
    assert beside["WARC-Concurrent-To"] == answer["WARC-Record-ID"]


def test_a_page_saved_by_hand_is_a_resource(house: House) -> None:
    """What came without an answer of a server, as a page saved by hand does, is a resource and pretends no answer."""
    saved = Capture(START, "https://acme.example/terms", "ok", body=b"%PDF-1.7", content_type="application/pdf")
    [(record, body)] = of(house, saved)
    assert (record.rec_type, record.content_type, record.http_headers) == ("resource", "application/pdf", None)
    assert body == b"%PDF-1.7"


def test_what_warc_cannot_hold_is_wrong_use(eventful: Path) -> None:
    """Only captures are written as WARC."""
    done = CliRunner().invoke(cli, ["export", "changes", "--format", "warc", "--archive", str(eventful)])
    assert isinstance(done.exception, UsageError)
    assert "WARC holds captures alone" in str(done.exception)


def test_a_missing_extra_is_named(eventful: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without warcio the export says what to install, and leaves no file."""
    monkeypatch.setitem(sys.modules, "warcio.warcwriter", None)
    done = CliRunner().invoke(cli, ["export", "captures", str(tmp_path / "all.warc"), "--archive", str(eventful)])
    assert isinstance(done.exception, UsageError)
    assert 'pip install "terms-monitor[warc]"' in str(done.exception)
    assert list(tmp_path.iterdir()) == []
