"""The Wayback Machine is asked politely, and what it answers is a capture, or named."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from fakes import DAY, PAGE, START

from monitor.errors import GivenUp, LostCapture
from monitor.history.wayback import Listed, Wayback, index_address, read_capture, read_index, read_lines
from monitor.model import Capture

NAMES = ["timestamp", "original", "mimetype", "statuscode", "digest"]
STAMP = "20310504060000"
ROW = [STAMP, PAGE.url, "text/html", "200", "ABC"]
LISTED = Listed(STAMP, START, PAGE.url, 200, "ABC")
SERVER = "https://archive.example"


@dataclass
class Archive:
    """Answers with one capture after the other; remembers what was asked, and how long it was waited for."""

    answers: Iterable[Capture]
    asked: list[str] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._next = iter(self.answers)

    def ask(self, url: str) -> Capture:
        self.asked.append(url)
        return replace(next(self._next), url=url)

    @property
    def wayback(self) -> Wayback:
        return Wayback(SERVER, self.ask, lambda seconds, _: self.waited.append(seconds))


def answered(body: bytes, **said: object) -> Capture:
    return replace(
        Capture(START, "", "ok", final_url=f"{SERVER}/web/{STAMP}id_/{PAGE.url}", status=200, body=body),
        **said,  # type: ignore[arg-type]
    )


def failed(outcome: str, status: int | None = None, retry_after: float | None = None) -> Capture:
    return Capture(START, "", outcome, reason=f"it is {outcome}", status=status, retry_after=retry_after)


def index(*rows: list[str], key: str = "") -> Capture:
    return answered(json.dumps([NAMES, *rows, *([[], [key]] if key else [])]).encode())


def test_the_index_is_asked_part_by_part() -> None:
    """Each part names the key of the next, which is sent as it came; the times are those that were given."""
    other = ["20310505060000", *ROW[1:]]
    archive = Archive([index(ROW, key="example%2Cacme%29%2Fterms+2031%21"), index(other)])
    found = archive.wayback.listed(PAGE.url, START, START + 9 * DAY, every=False)
    assert [each.at for each in found.listed] == [START, START + DAY] and found.skipped == ()
    assert "collapse=digest" in archive.asked[0] and "from=20310504060000&to=20310513060000" in archive.asked[0]
    assert archive.asked[1].endswith("&resumeKey=example%2Cacme%29%2Fterms+2031%21")
    assert "collapse" not in index_address(SERVER, PAGE.url, None, None, every=True)


def test_lines_of_the_index_that_are_no_document_are_named() -> None:
    """Impossible times and a second capture of one second are named, redirects counted; a line that comes twice is one."""
    page = [PAGE.url, "text/html"]
    lines = [
        *(ROW, ROW, [STAMP, *page, "200", "DEF"]),
        *(["20310599000000", *ROW[1:]], ["2031", *ROW[1:]]),
        *(["20310505000000", *page, "301", "GHI"], ["20310506000000", PAGE.url, "warc/revisit", "-", "JKL"]),
    ]
    found = read_lines(lines)
    assert [(each.timestamp, each.status) for each in found.listed] == [(STAMP, 200), ("20310506000000", None)]
    assert sorted(each.why.split()[0] for each in found.skipped) == ["another", "its", "its"]
    assert found.redirects == 1


@pytest.mark.parametrize(
    "body", [b'[["timestamp","original"],["2031', b"<p>busy</p>", b'{"error": 1}', b'[["a"],["b"]]', b"[1]"]
)
def test_what_is_no_index_is_not_read_as_one(body: bytes) -> None:
    """Half an answer, another page, other columns."""
    with pytest.raises(ValueError):
        read_index(body)


@pytest.mark.parametrize("body", [b"", b"[]\n", b" "])
def test_an_empty_index_lists_nothing(body: bytes) -> None:
    """An address that the archive never saw is no fault."""
    assert read_index(body) == ([], "")


def test_an_index_that_broke_off_is_asked_again() -> None:
    """A part that is not whole is asked for again, after a while; if it stays so, that is said."""
    archive = Archive([answered(b"[[")] * 2 + [index(ROW)])
    assert len(archive.wayback.listed(PAGE.url, None, None, every=False).listed) == 1
    assert archive.waited == [10, 60]
    with pytest.raises(GivenUp, match="breaks off in the middle"):
        Archive([answered(b"[[")] * 9).wayback.listed(PAGE.url, None, None, every=False)


def test_an_index_that_refuses_is_quoted() -> None:
    """An address that the archive does not show is told at once."""
    archive = Archive([failed("http_error", 403)])
    with pytest.raises(GivenUp, match="its index does not answer: it is http_error"):
        archive.wayback.listed(PAGE.url, None, None, every=False)
    assert archive.waited == []


def test_a_capture_is_that_of_its_time_and_its_own_server() -> None:
    """Time, address and status are those of the index; its headers are the page's own, and what the archive says of it."""
    headers = (
        ("X-Archive-Orig-ETag", '"b"'),
        ("ETag", '"archive"'),
        ("Memento-Datetime", "then"),
        ("Server", "archive"),
    )
    capture = read_capture(LISTED, answered(b"text", headers=headers, at=datetime(2040, 1, 1, tzinfo=UTC), seconds=3.0))
    assert (capture.at, capture.url, capture.final_url, capture.status) == (START, PAGE.url, PAGE.url, 200)
    assert capture.headers == (("ETag", '"b"'), ("Memento-Datetime", "then"))


@pytest.mark.parametrize("shown", ["20310504070000id_/" + PAGE.url, STAMP + "id_/https://acme.example/"])
def test_another_capture_is_not_taken_for_it(shown: str) -> None:
    """Where the archive leads to another time or another page, the capture that was wanted is lost."""
    with pytest.raises(LostCapture, match="in its place"):
        read_capture(LISTED, answered(b"text", final_url=f"{SERVER}/web/{shown}"))


def test_the_same_capture_under_another_spelling_is_taken() -> None:
    """The archive may spell the address in its own way."""
    shown = f"{SERVER}/web/{STAMP}id_/http://acme.example:80/terms/"
    assert read_capture(LISTED, answered(b"text", final_url=shown)).body == b"text"


def test_an_error_of_then_is_a_capture_that_need_not_be_fetched() -> None:
    """What the crawler was answered with an error is a failed capture, known from the index."""
    archive = Archive([])
    shown = archive.wayback.shown(replace(LISTED, status=404), PAGE)
    assert (shown.capture().outcome, shown.capture().status, archive.asked) == ("http_error", 404, [])


def test_equal_neighbours_are_fetched_once() -> None:
    """A capture whose digest is that of the one before has its bytes, at a time of its own."""
    archive = Archive([answered(b"text")])
    wayback = archive.wayback
    first, second = (wayback.shown(replace(LISTED, at=START + day * DAY), PAGE).capture() for day in (0, 1))
    assert (first.body, second.body, second.at - first.at) == (b"text", b"text", DAY)
    assert len(archive.asked) == 1


@pytest.mark.parametrize("outcome", ["rate_limited", "connect_error", "dns_error"])
def test_an_archive_out_of_reach_is_left_alone_and_asked_again(outcome: str) -> None:
    """Who is refused waits, longer each time, or as long as is asked for; after some tries the import stops and says so."""
    archive = Archive([failed(outcome), failed(outcome, retry_after=42), answered(b"text")])
    assert archive.wayback.shown(LISTED, PAGE).capture().body == b"text"
    assert archive.waited == [10, 42]
    with pytest.raises(GivenUp, match=f"{SERVER}: the capture of {STAMP} could not be had: it is {outcome}"):
        Archive([failed(outcome)] * 9).wayback.shown(LISTED, PAGE)
    patient = Archive([failed(outcome, retry_after=7200)])
    with pytest.raises(GivenUp, match="come back in 120 minutes"):
        patient.wayback.shown(LISTED, PAGE)
    assert patient.waited == []


@pytest.mark.parametrize("answer", [failed("truncated"), failed("timeout"), failed("http_error", 502)])
def test_a_capture_that_does_not_come_whole_is_asked_for_once_more(answer: Capture) -> None:
    """Half an answer may come whole the second time; if not, it is lost, and the next one is asked for."""
    archive = Archive([answer, answered(b"text")])
    assert archive.wayback.shown(LISTED, PAGE).capture().body == b"text"
    with pytest.raises(LostCapture, match="does not show it"):
        Archive([answer] * 2).wayback.shown(LISTED, PAGE)


def test_after_some_captures_in_a_row_none_can_be_had() -> None:
    """An archive that shows nothing of what it lists is not asked for all of it."""
    wayback = Archive([failed("http_error", 404)] * 9).wayback
    for _ in range(4):
        with pytest.raises(LostCapture):
            wayback.shown(LISTED, PAGE)
    with pytest.raises(GivenUp, match="5 captures in a row"):
        wayback.shown(LISTED, PAGE)
