"""WARC and WACZ files: what they hold of a page comes out as a live fetch would have brought it; what is broken is named."""

from __future__ import annotations

import gzip
import sys
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import brotli
import pytest
import zstandard
from fakes import DAY, PAGE, START, TRAINS, terms
from hypothesis import given
from hypothesis import strategies as st
from warc_fakes import HTML, Warc, digest, wacz

from monitor.errors import LostCapture, UsageError
from monitor.history import warc, warc_records
from monitor.history.warc import Archived, address
from monitor.model import Capture, Hop

OLD, NEW = terms(), terms(p5=TRAINS)
PAGES = {address(PAGE.url): PAGE}
OTHER = "https://acme.example/legal/terms"


def load(*files: Path) -> tuple[list[Archived], list[str]]:
    pages, skipped = warc.load(files, PAGES)
    return [*pages.get(PAGE.key, ())], [str(each) for each in skipped]


def captures(*files: Path) -> list[Capture]:
    found, skipped = load(*files)
    assert skipped == []
    return [each.capture() for each in found]


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("packed", [True, False])
def test_answers_are_captures(tmp_path: Path, version: str, packed: bool) -> None:
    """Each answer of the page's address is a capture at its time, with status, headers and bytes; others are none."""
    file = Warc(gzip=packed, version=version)
    file.answer(3, NEW, headers=HTML | {"ETag": '"b"', "Set-Cookie": "id=secret"})
    file.answer(1, b"another page", url="https://acme.example/")
    file.answer(0, OLD)
    file.answer(5, b"Gone", status="410 Gone")
    old, new, gone = captures(file.write(tmp_path / "a.warc"))
    assert (old.at, old.url, old.outcome, old.status, old.body) == (START, PAGE.url, "ok", 200, OLD)
    assert (new.at, new.body, new.header("etag")) == (START + 3 * DAY, NEW, '"b"')
    assert (gone.outcome, gone.status) == ("http_error", 410)


@pytest.mark.parametrize(
    "url",
    [
        "http://acme.example/terms",
        "https://ACME.example:443/terms/",
        "https://acme.example/terms#top",
        "http://acme.example:80/%74erms",
    ],
)
def test_trivial_differences_make_no_other_address(tmp_path: Path, url: str) -> None:
    """http or https, the usual port, a slash at the end, a fragment, letters as numbers: the page's address all the same."""
    file = Warc()
    file.answer(0, OLD, url=url)
    [capture] = captures(file.write(tmp_path / "a.warc.gz"))
    assert capture.body == OLD


@pytest.mark.parametrize(
    "url", ["https://acme.example/terms?edition=2", "https://acme.example/Terms", "https://acme.example:8443/terms"]
)
def test_other_addresses_are_other_pages(tmp_path: Path, url: str) -> None:
    """A query, another case of the path, another port: another page."""
    file = Warc()
    file.answer(0, OLD, url=url)
    assert load(file.write(tmp_path / "a.warc.gz")) == ([], [])


def packed(name: str) -> bytes:
    return {
        "gzip": gzip.compress(OLD), "deflate": zlib.compress(OLD), "br": brotli.compress(OLD), "zstd": zstandard.compress(OLD),
    }[name]  # fmt: skip


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
@pytest.mark.parametrize("chunked", [True, False])
@pytest.mark.parametrize("undone", [True, False])
def test_encodings_are_undone(tmp_path: Path, encoding: str, chunked: bool, undone: bool) -> None:
    """Chunks and compression are undone; a crawler that did so itself, and kept the headers, is understood."""
    body = OLD if undone else packed(encoding)
    headers = HTML | {"Content-Encoding": encoding}
    if chunked:
        headers |= {"Transfer-Encoding": "chunked"}
        body = body if undone else b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    file = Warc()
    file.answer(0, body, headers=headers)
    [capture] = captures(file.write(tmp_path / "a.warc.gz"))
    assert (capture.outcome, capture.body) == ("ok", OLD)


def test_a_payload_is_bounded_as_a_live_answer_is(tmp_path: Path) -> None:
    """An answer that unpacks to gigabytes, and one that is too large by itself, are failed captures."""
    bomb = gzip.compress(bytes(30 * 2**20), 9)
    file = Warc()
    file.answer(0, bomb, headers=HTML | {"Content-Encoding": "gzip"})
    file.answer(1, bytes(11 * 2**20))
    assert [capture.outcome for capture in captures(file.write(tmp_path / "a.warc.gz"))] == ["too_big", "too_big"]


def test_redirects_are_followed_within_the_files(tmp_path: Path) -> None:
    """A redirect leads to the next answer there, from another file if need be; the capture keeps its hops."""
    one, other = Warc(), Warc()
    one.answer(0, b"", status="301 Moved", headers={"Location": "/moved"})
    one.answer(0.01, b"", url="https://acme.example/moved", status="302 Found", headers={"Location": OTHER})
    other.answer(-3, b"too early", url=OTHER)
    other.answer(0.02, OLD, url=OTHER)
    [capture] = captures(one.write(tmp_path / "a.warc.gz"), other.write(tmp_path / "b.warc.gz"))
    assert (capture.at, capture.url, capture.final_url, capture.body) == (START, PAGE.url, OTHER, OLD)
    assert capture.hops == (Hop(PAGE.url, 301), Hop("https://acme.example/moved", 302))


def test_a_redirect_to_the_page_itself_is_no_capture_of_its_own(tmp_path: Path) -> None:
    """From http to https: what the redirect leads to is the page's capture, and the only one."""
    file = Warc()
    file.answer(0, b"", url="http://acme.example/terms", status="301 Moved", headers={"Location": PAGE.url})
    file.answer(0.01, OLD)
    [capture] = captures(file.write(tmp_path / "a.warc.gz"))
    assert capture.body == OLD


def test_redirects_that_lead_nowhere_are_named(tmp_path: Path) -> None:
    """A redirect out of the files, and one in a circle."""
    file = Warc()
    file.answer(0, b"", status="301 Moved", headers={"Location": OTHER})
    file.answer(5, b"", status="302 Found", headers={"Location": "/a"})
    for number, (here, there) in enumerate((("a", "b"), ("b", "a")) * 4):
        file.answer(
            5 + number / 1000, b"", url=f"https://acme.example/{here}", status="302 Found", headers={"Location": there}
        )
    found, skipped = load(file.write(tmp_path / "a.warc.gz"))
    assert found == [] and len(skipped) == 2
    assert "which the files do not hold" in skipped[0] and "redirects more than 5 times" in skipped[1]


def test_a_revisit_has_the_bytes_that_it_repeats(tmp_path: Path) -> None:
    """A revisit is a capture at its own time, with the bytes of the earlier answer and headers of its own."""
    file = Warc()
    file.answer(0, OLD)
    file.answer(1, NEW, url="https://mirror.example/terms")
    file.revisit(2, OLD, of=0)
    file.revisit(3, NEW, of=9)
    _, old, new = captures(file.write(tmp_path / "a.warc.gz"))
    assert (old.at, old.body, old.header("ETag")) == (START + 2 * DAY, OLD, '"again"')
    assert (new.at, new.body) == (START + 3 * DAY, NEW)


def test_a_revisit_of_what_is_not_there_is_named(tmp_path: Path) -> None:
    """Without the earlier answer a revisit cannot be had; one that the server answered with "not modified" needs none."""
    file = Warc()
    file.revisit(2, OLD, of=0)
    file.revisit(3, NEW, of=0, profile="http://netpreserve.org/warc/1.1/revisit/server-not-modified")
    found, skipped = load(file.write(tmp_path / "a.warc.gz"))
    assert [each.capture().outcome for each in found] == ["not_modified"]
    assert len(skipped) == 1 and "repeats an earlier answer" in skipped[0]


def test_a_resource_is_a_capture(tmp_path: Path) -> None:
    """A record of a resource has no answer around it: its bytes and their type."""
    file = Warc()
    file.resource(0, OLD)
    [capture] = captures(file.write(tmp_path / "a.warc.gz"))
    assert (capture.outcome, capture.body, capture.content_type, capture.status) == ("ok", OLD, "text/html", None)


def test_an_answer_that_the_crawler_cut_is_a_failed_capture(tmp_path: Path) -> None:
    """A record that says that it was cut short is not half a document."""
    file = Warc()
    file.answer(0, OLD[:500], said={"WARC-Truncated": "time"})
    [capture] = captures(file.write(tmp_path / "a.warc.gz"))
    assert (capture.outcome, capture.body) == ("truncated", None)


# --- what is broken -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        {"WARC-Payload-Digest": digest(NEW)},
        {"WARC-Block-Digest": digest(NEW)},
        {"WARC-Payload-Digest": "sha256:" + "0" * 64},
    ],
)
def test_bytes_that_are_not_those_of_their_digest_are_lost(tmp_path: Path, said: dict[str, str]) -> None:
    """A digest that disagrees costs its capture."""
    file = Warc()
    file.answer(0, OLD, said=said)
    [found], _ = load(file.write(tmp_path / "a.warc.gz"))
    with pytest.raises(LostCapture, match="digest"):
        found.capture()


@pytest.mark.parametrize("said", ["md5:", "sha512:", "blake99:00", "nonsense"])
def test_a_digest_that_proves_nothing_is_let_be(tmp_path: Path, said: str) -> None:
    """An empty digest, or one of an unknown algorithm, disproves nothing."""
    file = Warc()
    file.answer(0, OLD, said={"WARC-Payload-Digest": said})
    [capture] = captures(file.write(tmp_path / "a.warc.gz"))
    assert capture.body == OLD


def test_a_digest_may_be_that_of_the_body_without_chunks(tmp_path: Path) -> None:
    """Crawlers disagree on whether the payload is the body with its chunks: both are proved."""
    file = Warc()
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(OLD), OLD)
    file.answer(0, body, headers=HTML | {"Transfer-Encoding": "chunked"}, said={"WARC-Payload-Digest": digest(OLD)})
    [capture] = captures(file.write(tmp_path / "a.warc.gz"))
    assert capture.body == OLD


@pytest.mark.parametrize("is_packed", [True, False])
def test_of_a_file_cut_short_the_good_part_is_taken(tmp_path: Path, is_packed: bool) -> None:
    """A file that ends in the middle of a record: what came before is there, and the end is named."""
    file = Warc(gzip=is_packed)
    file.answer(0, OLD)
    whole = len(file.bytes)
    file.answer(1, NEW)
    for end in (whole + 5, whole + 200, len(file.bytes) - 60):
        (tmp_path / "a.warc.gz").write_bytes(file.bytes[:end])
        found, skipped = load(tmp_path / "a.warc.gz")
        assert found[0].capture().body == OLD
        assert len(skipped) == 1 and "cannot be read from byte" in skipped[0], (end, skipped)
        for each in found[1:]:
            with pytest.raises(LostCapture):
                each.capture()


@pytest.mark.parametrize("is_packed", [True, False])
def test_of_a_file_broken_in_the_middle_the_good_part_is_taken(tmp_path: Path, is_packed: bool) -> None:
    """Bytes that are no record: what came before is there, and where it broke is named."""
    file = Warc(gzip=is_packed)
    file.answer(0, OLD)
    file.raw(b"\x00\x01 this is no record\r\n\r\n" * 3)
    file.answer(1, NEW)
    found, skipped = load(file.write(tmp_path / "a.warc"))
    assert [each.capture().body for each in found] == [OLD]
    assert len(skipped) == 1 and "cannot be read from byte" in skipped[0]


def test_a_file_packed_as_one_piece_is_explained(tmp_path: Path) -> None:
    """A WARC compressed as a whole cannot be read from the middle; it is named, not misread."""
    file = Warc(gzip=False)
    file.answer(0, OLD)
    file.answer(1, NEW)
    (tmp_path / "a.warc.gz").write_bytes(gzip.compress(file.bytes))
    _, skipped = load(tmp_path / "a.warc.gz")
    assert len(skipped) == 1 and "single gzip" in skipped[0]


RESPONSE = b"WARC/1.1\r\nWARC-Type: response\r\n"
TARGET = b"WARC-Target-URI: https://acme.example/terms\r\n"


@pytest.mark.parametrize(
    "head",
    [
        RESPONSE + TARGET + b"\r\n",
        RESPONSE + TARGET + b"Content-Length: many\r\n\r\n",
        RESPONSE + b"Content-Length: 4\r\n\r\nabcd\r\n\r\n",
        RESPONSE + TARGET + b"WARC-Date: soon\r\nContent-Length: 19\r\n\r\nHTTP/1.1 200 OK\r\n\r\n\r\n\r\n",
        b"WARC/1.1\r\n" + b"X-Filler: x\r\n" * 20_000,
        b"WARC/1.1\r\nX-Filler: " + b"x" * 2**21,
    ],
    ids=["no length", "no number", "no address", "no date", "too many lines", "too long a line"],
)
def test_a_malformed_record_is_named(tmp_path: Path, head: bytes) -> None:
    """Heads that lack what they need, or do not end: named, within bounds."""
    for is_packed in (True, False):
        file = Warc(gzip=is_packed)
        file.answer(0, OLD)
        file.raw(head)
        found, skipped = load(file.write(tmp_path / "a.warc"))
        assert found[0].capture().body == OLD and len(found) == 1
        assert len(skipped) == 1, skipped


def test_a_file_that_unpacks_without_end_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A packed file of zeros is not unpacked for ever."""
    monkeypatch.setattr(warc_records, "_UNPACKED_FREELY", 2**20)
    file = Warc()
    file.answer(0, OLD)
    (tmp_path / "a.warc.gz").write_bytes(
        file.bytes + gzip.compress(b"WARC/1.1\r\nContent-Length: 999999999\r\n\r\n" + bytes(2**26), 9)
    )
    found, skipped = load(tmp_path / "a.warc.gz")
    assert len(found) == 1 and "times its size" in skipped[0]


@given(st.binary(max_size=400), st.integers(0, 10**6), st.booleans())
def test_no_bytes_break_the_reader(noise: bytes, place: int, is_packed: bool) -> None:
    """Whatever is written over a file, it is read, or it is said why not."""
    file = Warc(gzip=is_packed)
    file.answer(0, OLD[:300])
    file.answer(1, NEW[:300])
    content = bytearray(file.bytes)
    place %= len(content)
    content[place : place + len(noise)] = noise
    offsets = [0]
    with suppress(LostCapture):
        for found in warc_records.scan(BytesIO(bytes(content))):
            offsets.append(found.offset)  # noqa: PERF401 - what came before it broke counts
    for offset in offsets:
        stream = BytesIO(bytes(content))
        stream.seek(offset)
        with suppress(LostCapture):
            warc_records.read(stream)


def test_what_is_no_warc_is_named(tmp_path: Path) -> None:
    """Another file, an empty one, none at all."""
    (tmp_path / "page.html").write_bytes(OLD)
    assert "cannot be read from byte 0" in load(tmp_path / "page.html")[1][0]
    (tmp_path / "empty.warc").touch()
    with pytest.raises(UsageError, match="empty file"):
        load(tmp_path / "empty.warc")
    with pytest.raises(UsageError, match=r"nowhere\.warc"):
        load(tmp_path / "nowhere.warc")


def test_without_warcio_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the extra is missing, that is what is said."""
    monkeypatch.delitem(sys.modules, "monitor.history.warc_records", raising=False)
    monkeypatch.setitem(sys.modules, "warcio.archiveiterator", None)
    with pytest.raises(UsageError, match=r"terms-monitor\[warc\]"):
        load(tmp_path / "a.warc")


# --- WACZ ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_packed", [True, False])
def test_a_wacz_is_read_where_it_lies(tmp_path: Path, is_packed: bool) -> None:
    """The records of all members of a WACZ, packed within it or not; the members of other kinds are let be."""
    one, other = Warc(), Warc(gzip=False)
    one.answer(0, OLD)
    one.answer(1, NEW)
    other.answer(2, OLD)
    members = {"archive/a.warc.gz": one.bytes, "archive/b.warc": other.bytes, "pages/pages.jsonl": b"{}"}
    file = wacz(tmp_path / "a.wacz", members, packed=is_packed)
    assert [capture.body for capture in captures(file)] == [OLD, NEW, OLD]


def test_a_member_that_is_not_what_the_wacz_says_is_not_read(tmp_path: Path) -> None:
    """A hash that disagrees, a name that leads elsewhere, a member that unpacks too far: named; the good ones are read."""
    good, bad = Warc(), Warc()
    good.answer(0, OLD)
    bad.answer(1, NEW)
    members = {"archive/good.warc.gz": good.bytes, "archive/bad.warc.gz": bad.bytes, "archive/../../out.warc": bad.bytes,
               "/archive/root.warc": bad.bytes, "archive/bomb.warc": bytes(2**24)}  # fmt: skip
    file = wacz(tmp_path / "a.wacz", members, packed=True, hashes={"archive/bad.warc.gz": "sha256:" + "0" * 64})
    found, skipped = load(file)
    assert [each.capture().body for each in found] == [OLD]
    assert len(skipped) == 4
    for words in (
        "by its SHA-256",
        "out.warc: its name leads out",
        "root.warc: its name leads out",
        "unpacks to more than 200",
    ):
        assert any(words in each for each in skipped), skipped


def test_a_zip_that_is_no_wacz_is_refused(tmp_path: Path) -> None:
    """Without its description, with a broken one, or cut in the middle: said in words."""
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as file:
        file.writestr("archive/a.warc", b"")
    with pytest.raises(UsageError, match="no WACZ"):
        load(tmp_path / "a.wacz")
    with zipfile.ZipFile(tmp_path / "b.wacz", "w") as file:
        file.writestr("datapackage.json", b"[1, 2")
    with pytest.raises(UsageError, match=r"datapackage\.json cannot be read"):
        load(tmp_path / "b.wacz")


def test_a_damaged_member_is_named(tmp_path: Path) -> None:
    """A member whose bytes were changed in the ZIP."""
    one = Warc()
    one.answer(0, OLD)
    file = wacz(tmp_path / "a.wacz", {"archive/a.warc.gz": one.bytes}, hashes={"archive/a.warc.gz": ""})
    content = bytearray(file.read_bytes())
    content[content.index(one.bytes) + 300] ^= 255
    file.write_bytes(content)
    found, skipped = load(file)
    assert skipped or found
    for each in found:
        with pytest.raises(LostCapture):
            each.capture()
