"""A fetch against a server that misbehaves: every end is a capture that says what happened."""

from __future__ import annotations

import gzip
import socket
import ssl
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

import brotli  # type: ignore[import-untyped]
import httpcore
import httpx
import pytest
import zstandard
from fault_server import EXPIRED, RESET, VALID, FaultServer, Step, chunked, head, redirect, reply, tls_server
from hypothesis import given
from hypothesis import strategies as st

from monitor.answer import Answer, judge, retry_after
from monitor.errors import ReadingError
from monitor.fetch import Fetcher, HttpFetcher, Limits
from monitor.fetch.faults import FAULTS, outcome_of
from monitor.fetch.http import accept_language
from monitor.model import OUTCOMES, Capture, Hop, Validators

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TLS = ssl.create_default_context()  # made once: it takes longer than a test
NONE = Validators()
PAGE = b"<html><body>" + b"<p>We keep your prompts for 30 days.</p>" * 500 + b"</body></html>"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture
def fetcher() -> Iterator[HttpFetcher]:
    with HttpFetcher(user_agent="terms-monitor (+you@example.com)", allow_private=True, verify=TLS) as fetcher:
        yield fetcher


def get(fetcher: Fetcher, server: FaultServer, *script: Step, path: str = "/terms") -> Capture:
    """The capture of a page that serves this script."""
    server.routes[path] = script
    return fetcher.fetch(server.url(path), NONE, NOW)


def test_page(server: FaultServer, fetcher: HttpFetcher) -> None:
    """A page that comes whole is a capture of its bytes, with what the server said of them."""
    capture = get(fetcher, server, reply(PAGE, Content_Type="text/html; charset=gbk", ETag='"é"'))
    assert (capture.outcome, capture.status, capture.body, capture.reason) == ("ok", 200, PAGE, "")
    assert (capture.at, capture.url, capture.final_url) == (NOW, server.url("/terms"), server.url("/terms"))
    assert (capture.content_type, capture.header("etag")) == ("text/html; charset=gbk", '"é"')
    assert 0 < capture.seconds < 5


def test_what_is_asked(server: FaultServer, fetcher: HttpFetcher) -> None:
    """A request names us, asks for gzip and a language, and brings neither cookies nor conditions of its own."""
    server.routes["/terms"] = [reply(PAGE, Set_Cookie="visit=1; Path=/")]
    for language in (None, "zh"):
        fetcher.fetch(server.url("/terms"), NONE, NOW, language)
    assert [request.headers for request in server.requests] == [
        {
            "host": f"127.0.0.1:{server.port}",
            "user-agent": "terms-monitor (+you@example.com)",
            "accept": "text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.8",
            "accept-encoding": "gzip",
            "accept-language": wanted,
        }
        for wanted in ("en;q=0.9,*;q=0.5", "zh-CN,zh;q=0.9,en;q=0.5")
    ]


@pytest.mark.parametrize(
    ("language", "header"),
    [
        (None, "en;q=0.9,*;q=0.5"),
        ("en", "en;q=0.9,*;q=0.5"),
        ("zh", "zh-CN,zh;q=0.9,en;q=0.5"),
        ("zh-TW", "zh-TW,zh;q=0.9,en;q=0.5"),
        ("fr", "fr,en;q=0.5"),
    ],
)
def test_accept_language(language: str | None, header: str) -> None:
    """The page's language is asked for first, English next."""
    assert accept_language(language) == header


# --- bodies -----------------------------------------------------------------------------------------------------------

ENCODINGS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_packed_body(encoding: str, server: FaultServer, fetcher: HttpFetcher) -> None:
    """A packed body is unpacked, also where a server sends an encoding that was not asked for."""
    assert get(fetcher, server, reply(ENCODINGS[encoding](PAGE), Content_Encoding=encoding)).body == PAGE


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("framing", ["announced", "chunked", "closed"])
def test_packed_body_cut(encoding: str, framing: str, server: FaultServer, fetcher: HttpFetcher) -> None:
    """Half a packed page is truncated even where the framing of HTTP is in order."""
    half = ENCODINGS[encoding](PAGE)[:-5]
    script = {
        "announced": reply(half, Content_Encoding=encoding),
        "chunked": head(Transfer_Encoding="chunked", Content_Encoding=encoding) + chunked(half, b""),
        "closed": head(Content_Encoding=encoding) + half,
    }[framing]
    capture = get(fetcher, server, script)
    assert (capture.outcome, capture.body) == ("truncated", None)


BROKEN: dict[str, Sequence[Step]] = {
    "too long a Content-Length": [head(Content_Length="98765") + PAGE],
    "too short a Content-Length": [head(Content_Length="1000") + PAGE],
    "reset": [head(Content_Length="98765") + PAGE, 0.05, RESET],
    "reset amid chunks": [head(Transfer_Encoding="chunked") + chunked(PAGE), 0.05, RESET],
    "no last chunk": [head(Transfer_Encoding="chunked") + chunked(PAGE, PAGE)],
    "chunk cut": [head(Transfer_Encoding="chunked") + chunked(PAGE)[:-900]],
    "chunk of nonsense": [head(Transfer_Encoding="chunked") + chunked(PAGE) + b"xyz\r\n"],
    "close before </html>": [head(Content_Type="text/html") + PAGE[:9000]],
}


@pytest.mark.parametrize("fault", BROKEN)
def test_broken_body(fault: str, server: FaultServer, fetcher: HttpFetcher) -> None:
    """A body that does not end as announced is truncated, and none of it is kept."""
    capture = get(fetcher, server, *BROKEN[fault])
    assert (capture.outcome, capture.status, capture.body) == ("truncated", 200, None)


def test_truncation_in_words(server: FaultServer, fetcher: HttpFetcher) -> None:
    """The reason says how much came of how much."""
    capture = get(fetcher, server, head(Content_Length="98765") + bytes(12345))
    assert capture.reason == "the answer broke off after 12,345 of 98,765 bytes"


@pytest.mark.parametrize(
    "script",
    [
        [head(Content_Type="text/html") + PAGE],
        [head(Content_Type="text/html") + PAGE.upper()],
        [head(Content_Type="text/plain") + b"Terms"],
        [head(Transfer_Encoding="chunked") + chunked(b"Terms", b"")],
        [head(Transfer_Encoding="chunked", Content_Length="3") + chunked(b"Terms", b"")],
        [head(Content_Length="5") + b"Te", 0.02, b"rms"],
    ],
)
def test_whole_body(script: Sequence[Step], server: FaultServer, fetcher: HttpFetcher) -> None:
    """A body that ends as it should is whole; one that only the connection ends needs the end of the page."""
    assert get(fetcher, server, *script).outcome == "ok"


def test_wire_bound(server: FaultServer) -> None:
    """An answer that does not stop is left once it is larger than a page can be."""
    limits = Limits(wire_bytes=100_000)
    with HttpFetcher(user_agent="t", allow_private=True, limits=limits, verify=TLS) as fetcher:
        capture = get(fetcher, server, head(), *[bytes(65_536)] * 1000)
    assert (capture.outcome, capture.reason) == ("too_big", "the answer is larger than 100,000 bytes")


def test_decoded_bound(server: FaultServer, fetcher: HttpFetcher) -> None:
    """A small answer that unpacks to a large one is too big."""
    capture = get(fetcher, server, reply(gzip.compress(bytes(3_000_000)), Content_Encoding="gzip"))
    assert capture.outcome == "too_big"


DRIPS: dict[str, Sequence[Step]] = {
    "body": [head(Content_Length="100"), *[b".", 0.04] * 100],
    "head": [b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n", 0.04] * 100],
    "early hints": [*[b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.04] * 100],
    "silence": [5.0],
    "silence after the head": [head(Content_Length="100"), 5.0],
}


@pytest.mark.parametrize("drip", DRIPS)
def test_total_deadline(drip: str, server: FaultServer) -> None:
    """A fetch ends at its deadline, however steadily something still comes."""
    limits = Limits(total_seconds=0.2, read_seconds=0.15)
    with HttpFetcher(user_agent="t", allow_private=True, limits=limits, verify=TLS) as fetcher:
        capture = get(fetcher, server, *DRIPS[drip])
    assert capture.outcome == "timeout"
    assert capture.seconds < 1


def test_deadline_spans_redirects(server: FaultServer) -> None:
    """Every redirect takes from the same time."""
    for step in range(5):
        server.routes[f"/{step}"] = [0.4, redirect(f"/{step + 1}")]
    with HttpFetcher(user_agent="t", allow_private=True, limits=Limits(total_seconds=1.0), verify=TLS) as fetcher:
        capture = fetcher.fetch(server.url("/0"), NONE, NOW)
    assert capture.outcome in {"timeout", "connect_error"}
    assert len(capture.hops) == 2


# --- no answer --------------------------------------------------------------------------------------------------------


def test_nobody_listens(fetcher: HttpFetcher) -> None:
    """A closed port is a connection error in the system's words."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    capture = fetcher.fetch(f"http://127.0.0.1:{port}/terms", NONE, NOW)
    assert (capture.outcome, capture.reason) == ("connect_error", "Connection refused")
    assert (capture.status, capture.body) == (None, None)


def test_connect_timeout() -> None:
    """A host that takes no connection in time is a connection error, not a slow answer."""

    def dial(address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        raise httpcore.ConnectTimeout("timed out")

    with HttpFetcher(user_agent="t", resolver=lambda host, port: ("1.1.1.1",), verify=TLS, dial=dial) as fetcher:
        assert fetcher.fetch("https://vendor.example/terms", NONE, NOW).outcome == "connect_error"


def test_unknown_name() -> None:
    """A name that does not resolve is a DNS error that says which name."""

    def resolver(host: str, port: int) -> tuple[str, ...]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with HttpFetcher(user_agent="t", resolver=resolver, verify=TLS) as fetcher:
        capture = fetcher.fetch("https://gone.example/terms", NONE, NOW)
    assert (capture.outcome, capture.reason) == ("dns_error", "gone.example: Name or service not known")


@pytest.mark.parametrize(
    "script",
    [
        [],
        [RESET],
        [b"SSH-2.0-OpenSSH_9.2\r\n"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nTerms"],
        [b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n"],
        [head("101 Switching Protocols", Upgrade="h2c", Connection="Upgrade") + b"\0\0\0"],
    ],
    ids=["nothing", "reset", "no HTTP", "two lengths", "endless head", "another protocol"],
)
def test_no_proper_answer(script: Sequence[Step], server: FaultServer, fetcher: HttpFetcher) -> None:
    """What is no HTTP answer at all is an error, with a reason and without a body."""
    capture = get(fetcher, server, *script)
    assert capture.outcome in {"http_error", "connect_error"}
    assert capture.reason
    assert not capture.body


def exception_classes(*modules: object) -> set[type[Exception]]:
    values = (value for module in modules for value in vars(module).values())
    return {value for value in values if isinstance(value, type) and issubclass(value, Exception)}


def test_every_library_error_has_an_outcome() -> None:
    """No error of httpx, httpcore or ssl lacks an outcome, but those that only our own misuse raises."""
    misuse = {
        httpx.CookieConflict,
        *(error for error in exception_classes(httpx) if issubclass(error, httpx.StreamError)),
    }
    internal = {httpcore.ConnectionNotAvailable}  # the pool's own signal to try another connection
    classes = exception_classes(httpx, httpcore) | {ssl.SSLError, socket.gaierror, TimeoutError, OSError}
    assert {error for error in classes if not issubclass(error, FAULTS)} == misuse | internal
    for error in classes - misuse - internal:
        assert outcome_of(error.__new__(error)) in OUTCOMES


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (httpcore.ConnectError(), "connect_error"),
        (httpcore.ConnectTimeout(), "connect_error"),
        (httpcore.ReadTimeout(), "timeout"),
        (httpcore.ReadError(), "connect_error"),
        (httpcore.RemoteProtocolError(), "http_error"),
        (TimeoutError(), "timeout"),
        (ssl.SSLCertVerificationError(), "tls_error"),
        (socket.gaierror(), "dns_error"),
        (ConnectionResetError(), "connect_error"),
        (httpx.InvalidURL(""), "blocked_target"),
        (ReadingError("too_big", ""), "too_big"),
    ],
)
def test_most_specific_outcome(error: Exception, outcome: str) -> None:
    """An error becomes the most telling outcome of those that fit."""
    assert outcome_of(error) == outcome


def test_cause_tells_more() -> None:
    """A connection that failed for its certificate is a TLS error."""
    error = httpcore.ConnectError()
    error.__cause__ = ssl.SSLCertVerificationError()
    assert outcome_of(error) == "tls_error"


# --- TLS --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("certificate", "trusted", "host", "words"),
    [
        (VALID, False, "terms.example", "self-signed certificate"),
        (EXPIRED, True, "terms.example", "certificate has expired"),
        (VALID, True, "other.example", "Hostname mismatch"),
    ],
    ids=["self-signed", "expired", "wrong host"],
)
def test_bad_certificate(certificate: str, trusted: bool, host: str, words: str, tmp_path: Path) -> None:
    """A certificate that is not in order ends the fetch before anything is asked."""
    trust: ssl.SSLContext | Literal[True] = ssl.create_default_context(cadata=certificate) if trusted else True
    with (
        FaultServer({"/terms": [reply(PAGE)]}, tls=tls_server(certificate, tmp_path)) as server,
        HttpFetcher(
            user_agent="t", allow_private=True, resolver=lambda host, port: ("127.0.0.1",), verify=trust
        ) as fetcher,
    ):
        capture = fetcher.fetch(server.url("/terms", host), NONE, NOW)
    assert (capture.outcome, capture.body, server.requests) == ("tls_error", None, [])
    assert words in capture.reason


def test_tls_keeps_the_name(tmp_path: Path) -> None:
    """The number is dialled, but TLS and the Host header speak of the name; a slow drip inside TLS ends in time."""
    names: list[str | None] = []
    tls = tls_server(VALID, tmp_path)
    tls.sni_callback = lambda _socket, name, _context: names.append(name)
    trust = ssl.create_default_context(cadata=VALID)
    limits = Limits(total_seconds=0.5)
    with (
        FaultServer({"/terms": [reply(PAGE)], "/drip": DRIPS["body"]}, tls=tls) as server,
        HttpFetcher(
            user_agent="t", allow_private=True, limits=limits, resolver=lambda host, port: ("127.0.0.1",), verify=trust
        ) as fetcher,
    ):
        page = fetcher.fetch(server.url("/terms", "terms.example"), NONE, NOW)
        drip = fetcher.fetch(server.url("/drip", "terms.example"), NONE, NOW)
        assert server.requests[0].headers["host"] == f"terms.example:{server.port}"
    assert (page.outcome, page.body, drip.outcome) == ("ok", PAGE, "timeout")
    assert names == ["terms.example", "terms.example"]


# --- redirects --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["301 a", "302 b", "303 c", "307 d", "308 e"])
def test_redirect(status: str, server: FaultServer, fetcher: HttpFetcher) -> None:
    """A redirect is followed and recorded."""
    server.routes |= {"/old": [redirect("/new?v=2#top", status)], "/new?v=2": [reply(PAGE)]}
    capture = fetcher.fetch(server.url("/old"), NONE, NOW)
    assert (capture.outcome, capture.body, capture.status) == ("ok", PAGE, 200)
    assert (capture.url, capture.final_url) == (server.url("/old"), server.url("/new?v=2"))
    assert capture.hops == (Hop(server.url("/old"), int(status[:3])),)


def test_redirect_in_bare_utf8(server: FaultServer, fetcher: HttpFetcher) -> None:
    """A redirect whose address is not percent-encoded is understood as browsers do."""
    server.routes |= {"/old": [redirect("/条款".encode().decode("latin-1"))], "/%E6%9D%A1%E6%AC%BE": [reply(PAGE)]}
    assert fetcher.fetch(server.url("/old"), NONE, NOW).outcome == "ok"


def test_redirect_to_another_host(server: FaultServer) -> None:
    """A redirect to another host is followed; the final address says so, and what we know of the page stays behind."""
    known = Validators('"one"', "Sun, 01 Feb 2026 00:00:00 GMT")
    server.routes |= {"/old": [redirect(server.url("/terms", "two.example"))], "/terms": [reply(PAGE)]}
    with HttpFetcher(
        user_agent="t", allow_private=True, resolver=lambda host, port: ("127.0.0.1",), verify=TLS
    ) as fetcher:
        capture = fetcher.fetch(server.url("/old", "one.example"), known, NOW)
    assert (capture.outcome, capture.final_url) == ("ok", server.url("/terms", "two.example"))
    assert [request.headers.get("if-none-match") for request in server.requests] == ['"one"', None]
    assert [request.headers.get("if-modified-since") for request in server.requests] == [known.last_modified, None]


def test_redirect_waits_for_its_turn(server: FaultServer) -> None:
    """Each address that a redirect leads to is asked when it may be; the wait is not of the time that a fetch may take."""
    server.routes |= {"/a": [redirect("/b")], "/b": [redirect("/c")], "/c": [reply(PAGE)]}
    led: list[str] = []

    def onward(address: str) -> None:
        led.append(address)
        time.sleep(0.6)

    with HttpFetcher(user_agent="t", allow_private=True, limits=Limits(total_seconds=1.0), verify=TLS) as fetcher:
        capture = fetcher.fetch(server.url("/a"), NONE, NOW, onward=onward)
    assert (capture.outcome, led) == ("ok", [server.url("/b"), server.url("/c")])
    assert capture.seconds < 1


def test_redirect_that_may_not_be_followed(server: FaultServer, fetcher: HttpFetcher) -> None:
    """A redirect to where nobody is to ask ends there, with the reason; the hops tell how it came to it."""
    server.routes["/old"] = [redirect("/private")]
    closed = lambda address: Capture(NOW, address, "robots", "stay away")  # noqa: E731
    capture = fetcher.fetch(server.url("/old"), NONE, NOW, onward=closed)
    assert (capture.outcome, capture.url, capture.final_url) == ("robots", server.url("/old"), server.url("/private"))
    assert capture.reason == f"the page redirects to {server.url('/private')}: stay away"
    assert (capture.hops, len(server.requests)) == ((Hop(server.url("/old"), 302),), 1)


@pytest.mark.parametrize("hops", [5, 6])
def test_number_of_redirects(hops: int, server: FaultServer, fetcher: HttpFetcher) -> None:
    """Five redirects are followed, and not one more."""
    server.routes |= {f"/{step}": [redirect(f"/{step + 1}")] for step in range(hops)}
    server.routes[f"/{hops}"] = [reply(PAGE)]
    capture = fetcher.fetch(server.url("/0"), NONE, NOW)
    assert capture.outcome == ("ok" if hops == 5 else "too_many_redirects")
    assert len(server.requests) == 6


def test_circle(server: FaultServer, fetcher: HttpFetcher) -> None:
    """A circle is seen the first time round."""
    server.routes |= {"/a": [redirect("/b")], "/b": [redirect("/a#again")]}
    capture = fetcher.fetch(server.url("/a"), NONE, NOW)
    assert (capture.outcome, len(server.requests), len(capture.hops)) == ("too_many_redirects", 2, 2)


def test_redirect_down_to_http(tmp_path: Path) -> None:
    """A page under TLS is not followed to where anybody could write it."""
    trust = ssl.create_default_context(cadata=VALID)
    with (
        FaultServer({"/terms": [reply(PAGE)]}) as plain,
        FaultServer({"/terms": [redirect(plain.url("/terms"))]}, tls=tls_server(VALID, tmp_path)) as secure,
        HttpFetcher(
            user_agent="t", allow_private=True, resolver=lambda host, port: ("127.0.0.1",), verify=trust
        ) as fetcher,
    ):
        capture = fetcher.fetch(secure.url("/terms", "terms.example"), NONE, NOW)
    assert (capture.outcome, plain.connections) == ("blocked_target", 0)


def test_moved_to_root(server: FaultServer, fetcher: HttpFetcher) -> None:
    """A page that redirects to the front page is gone; a front page that was asked for is not."""
    server.routes |= {"/terms": [redirect("/")], "/home": [redirect("/?lang=en")], "/?lang=en": [reply(PAGE)]}
    server.routes["/"] = [reply(PAGE)]
    outcomes = [fetcher.fetch(server.url(path), NONE, NOW).outcome for path in ("/terms", "/home", "/")]
    assert outcomes == ["moved_to_root", "ok", "ok"]


# --- statuses ---------------------------------------------------------------------------------------------------------


def test_not_modified(server: FaultServer, fetcher: HttpFetcher) -> None:
    """What the server said of the last answer is echoed byte for byte, and its 304 is believed."""
    served = get(fetcher, server, reply(PAGE, ETag='W/"é~1"', Last_Modified="Sunday, some day"))
    known = Validators(served.header("etag"), served.header("last-modified"))
    server.routes["/terms"] = [head("304 Not Modified")]
    capture = fetcher.fetch(server.url("/terms"), known, NOW)
    assert (capture.outcome, capture.status, capture.body) == ("not_modified", 304, None)
    sent = server.requests[-1].headers
    assert (sent["if-none-match"], sent["if-modified-since"]) == ('W/"é~1"', "Sunday, some day")


def test_not_modified_unasked(server: FaultServer, fetcher: HttpFetcher) -> None:
    """A 304 proves nothing to one who asked for the whole page."""
    capture = get(fetcher, server, head("304 Not Modified"))
    assert (capture.outcome, capture.body) == ("http_error", None)
    assert capture.reason == "the server answered 304 Not Modified though it was asked for the whole page"


@pytest.mark.parametrize("validators", [Validators("a\r\nX: y"), Validators("條款"), Validators("\0", "\x7f")])
def test_odd_validators(validators: Validators, server: FaultServer, fetcher: HttpFetcher) -> None:
    """Validators that cannot be sent are left out or do no harm, and never smuggle in a header."""
    server.routes["/terms"] = [reply(PAGE)]
    assert fetcher.fetch(server.url("/terms"), validators, NOW).outcome == "ok"
    assert not any("x" in request.headers for request in server.requests)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("200 OK", "ok"),
        ("203 Non-Authoritative Information", "ok"),
        ("201 Created", "http_error"),
        ("202 Accepted", "http_error"),
        ("206 Partial Content", "http_error"),
        ("300 Multiple Choices", "http_error"),
        ("302 Found", "http_error"),
        ("403 Forbidden", "http_error"),
        ("404 Not Found", "http_error"),
        ("410 Gone", "http_error"),
        ("429 Too Many Requests", "rate_limited"),
        ("500 Internal Server Error", "http_error"),
        ("503 Service Unavailable", "http_error"),
        ("599 Odd", "http_error"),
        ("799 Odder", "http_error"),
    ],
)
def test_status(status: str, outcome: str, server: FaultServer, fetcher: HttpFetcher) -> None:
    """Only 200 and 203 bring a page; the body of any other answer is kept beside its status."""
    capture = get(fetcher, server, reply(PAGE, status))
    assert (capture.outcome, capture.status, capture.body) == (outcome, int(status[:3]), PAGE)
    assert outcome == "ok" or status[:3] in capture.reason


@pytest.mark.parametrize("status", ["204 No Content", "205 Reset Content"])
def test_status_without_a_page(status: str, server: FaultServer, fetcher: HttpFetcher) -> None:
    """An answer that says it has no content is an error, not an empty page."""
    capture = get(fetcher, server, reply(status=status))
    assert (capture.outcome, capture.body) == ("http_error", None)


def test_broken_error_answer(server: FaultServer, fetcher: HttpFetcher) -> None:
    """An error that breaks off is still that error; its body is not kept."""
    capture = get(fetcher, server, head("404 Not Found", Content_Length="98765") + b"<p>Not f")
    assert (capture.outcome, capture.status, capture.body) == ("http_error", 404, None)


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        (format_datetime(NOW + timedelta(minutes=5), usegmt=True), 300),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0),
        ("Sun, 01 Mar 2026 12:01:00 -0000", 60),
        ("315360000", 86400),
        ("9" * 5000, 86400),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86400),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
    ],
)
def test_retry_after(status: str, value: str, seconds: float | None) -> None:
    """A server may ask for a pause in seconds or until a date, of a day at most; anything else is no number."""
    answer = Answer("https://vendor.example/terms", int(status[:3]), (("Retry-After", value),))
    capture = judge(answer, answer.url, NOW, Limits())
    assert (capture.outcome, capture.retry_after) == ("rate_limited", seconds)


@given(st.text())
def test_any_retry_after(value: str) -> None:
    """No Retry-After raises, and none asks for less than nothing or more than a day."""
    seconds = retry_after(value, NOW, 86400)
    assert seconds is None or 0 <= seconds <= 86400


# --- types ------------------------------------------------------------------------------------------------------------

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


@pytest.mark.parametrize(
    ("content_type", "body", "outcome"),
    [
        ("image/png", PNG, "wrong_type"),
        ("video/mp4", b"\0\0\0\x18ftypmp42", "wrong_type"),
        ("application/zip", b"PK\x03\x04\x14\0\0\0", "wrong_type"),
        ("application/octet-stream", PNG, "wrong_type"),
        ("application/octet-stream", b"# Terms", "ok"),
        ("application/octet-stream", "\ufeffTerms".encode("utf-16-le"), "ok"),
        ("application/json", b"{}", "ok"),
        ("text/markdown", b"# Terms", "ok"),
        ("", b"<p>Terms</p>", "ok"),
    ],
)
def test_type(content_type: str, body: bytes, outcome: str) -> None:
    """An answer that is typed as something else than text, and looks it, is of the wrong type; its bytes are kept."""
    answer = Answer(
        "https://vendor.example/t", 200, (("Content-Type", content_type), ("Content-Length", "1")), wire=body
    )
    capture = judge(answer, answer.url, NOW, Limits())
    assert (capture.outcome, capture.body, capture.content_type) == (outcome, body, content_type)


@pytest.mark.parametrize("content_type", ["application/pdf", "application/octet-stream", "text/html", ""])
def test_pdf(content_type: str) -> None:
    """A PDF is known by its first bytes, whatever it is called."""
    headers = (("content-type", content_type), ("content-length", "1"))
    answer = Answer("https://vendor.example/terms.pdf", 200, headers, wire=b"%PDF-1.7\n\0\0")
    capture = judge(answer, answer.url, NOW, Limits())
    assert (capture.outcome, capture.content_type) == ("ok", "application/pdf")


def test_judging_is_pure() -> None:
    """The same answer is judged the same, at any later time but for the time itself."""
    answer = Answer("https://vendor.example/terms", 200, (("content-length", "5"),), wire=b"Terms")
    later = judge(answer, answer.url, NOW + timedelta(days=9), Limits())
    assert replace(later, at=NOW) == judge(answer, answer.url, NOW, Limits())
