"""Webhooks, against a real web server on loopback."""

import hashlib
import hmac
import json
import logging
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from deliver_samples import HOSTILE, NOW, PLAIN, hostile_message, refusal, sample_message
from http_sink import HttpSink, http_sink

from monitor.deliver import WebhookChannel
from monitor.deliver.webhook import seconds_of

SECRET = "s3cret-canary"


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    with http_sink() as running:
        yield running


def accepts(headers: dict[str, str], body: bytes) -> bool:
    """A receiver, as the documentation gives it: the body is ours, and not older than five minutes."""
    timestamp = headers["X-Monitor-Timestamp"]
    signed = hmac.new(SECRET.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    fresh = abs(NOW.timestamp() - int(timestamp)) <= 300
    return fresh and hmac.compare_digest(headers["X-Monitor-Signature"], "sha256=" + signed)


def test_a_receiver_can_verify_the_signature(sink: HttpSink) -> None:
    """The signature holds for what was sent, and neither for another body nor for a replay later on."""
    hook = WebhookChannel("hook", sink.url, SECRET)
    hook.send(sample_message(), NOW)
    hook.send(sample_message(), NOW - timedelta(minutes=6))
    (_, headers, body), (_, old_headers, old_body) = sink.requests
    assert accepts(headers, body)
    assert not accepts(headers, body + b" ")
    assert not accepts(old_headers, old_body)
    assert not accepts(old_headers | {"X-Monitor-Timestamp": headers["X-Monitor-Timestamp"]}, old_body)


def test_the_body_is_the_alert_and_the_key_stays(sink: HttpSink) -> None:
    """A receiver gets the alert's JSON, and the same Idempotency-Key with every attempt."""
    for _ in range(2):
        assert WebhookChannel("hook", sink.url).send(PLAIN, NOW) == ""
    assert [json.loads(body) for _, _, body in sink.requests] == [PLAIN.payload] * 2
    assert [headers["Idempotency-Key"] for _, headers, _ in sink.requests] == ["k" * 64] * 2
    assert "X-Monitor-Signature" not in sink.requests[0][1]


def test_a_hostile_alert_is_still_json(sink: HttpSink) -> None:
    """Lone surrogates and control characters do not keep an alert back."""
    WebhookChannel("hook", sink.url).send(hostile_message(), NOW)
    assert json.loads(sink.requests[0][2])["summary"] == HOSTILE


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_passing_answers_keep_retry_after(sink: HttpSink, status: int) -> None:
    """An answer that may pass is tried again, not before the receiver asked."""
    sink.status, sink.headers = status, {"Retry-After": "120"}
    error = refusal(WebhookChannel("hook", sink.url))
    assert (error.permanent, error.retry_after) == (False, 120.0)
    assert str(status) in str(error)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_an_alert_that_is_not_taken_is_given_up(sink: HttpSink, status: int) -> None:
    """An answer about this alert, which the same request would get again, is final for it and for no other."""
    sink.status = status
    error = refusal(WebhookChannel("hook", sink.url))
    assert (error.permanent, error.stops) == (True, False)


@pytest.mark.parametrize("status", [401, 403, 404, 405, 407, 410])
def test_a_wrong_address_or_secret_stops_the_channel(sink: HttpSink, status: int) -> None:
    """An answer that every alert would get keeps them owed until somebody mends the channel."""
    sink.status = status
    error = refusal(WebhookChannel("hook", sink.url))
    assert (error.permanent, error.stops) == (False, True)
    assert str(status) in str(error)


@pytest.mark.parametrize("status", [301, 307, 308])
def test_redirects_are_refused(sink: HttpSink, status: int) -> None:
    """The alert and its signature go to the address given and to no other; that address wants mending."""
    with http_sink() as elsewhere:
        sink.status, sink.headers = status, {"Location": elsewhere.url}
        error = refusal(WebhookChannel("hook", sink.url, SECRET))
        assert (error.permanent, error.stops) == (False, True)
        assert "redirect" in str(error)
        assert elsewhere.requests == []


@pytest.mark.parametrize("part", ["head", "body"])
def test_an_answer_that_drips_holds_nothing_up(sink: HttpSink, part: str) -> None:
    """The exchange ends in time, however slowly the receiver goes on; a status that came in time counts."""
    sink.drips = part
    hook = WebhookChannel("hook", sink.url, longest=0.4)
    began = time.monotonic()
    if part == "head":
        assert not refusal(hook).permanent
    else:
        assert hook.send(PLAIN, NOW) == ""
    assert time.monotonic() - began < 2


def test_what_a_receiver_says_is_not_repeated(sink: HttpSink) -> None:
    """An answer's body is not read: it may hold what we sent, and our secret with it."""
    sink.status, sink.body = 400, SECRET.encode()
    assert SECRET not in str(refusal(WebhookChannel("hook", sink.url)))


def test_no_receiver_is_a_passing_failure() -> None:
    """Where nothing listens, trying again can help."""
    with http_sink() as gone:
        url = gone.url
    error = refusal(WebhookChannel("hook", url))
    assert (error.permanent, error.stops) == (False, False)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("Mon, 02 Mar 2026 10:05:00 GMT", 300.0),
        ("Mon, 02 Mar 2020 10:05:00 GMT", 0.0),
        ("soon", None),
        ("9" * 40, 86_400.0),
        ("Mon, 02 Mar 2099 10:05:00 GMT", 86_400.0),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str, seconds: float | None) -> None:
    """Retry-After is a number of seconds or a date, a day at most; anything else says nothing."""
    assert seconds_of(header, NOW) == seconds


@pytest.mark.parametrize("url", [f"ftp://{SECRET}", f"http://a:{SECRET}", SECRET, "http://[" + SECRET])
def test_a_wrong_address_is_not_quoted(url: str) -> None:
    """What is no web address is never repeated, and costs no alert."""
    error = refusal(WebhookChannel("hook", url))
    assert not error.permanent
    assert SECRET not in str(error)


@pytest.mark.parametrize("url", ["ftp://a.example", "http://a.example:port", "a.example", ""])
def test_a_wrong_address_stops_the_channel(url: str) -> None:
    """What is no web address wants mending."""
    assert refusal(WebhookChannel("hook", url)).stops


def test_secret_and_address_are_nowhere_to_be_read(sink: HttpSink, caplog: pytest.LogCaptureFixture) -> None:
    """No repr, error or log line at any level holds the secret or the address's path."""
    caplog.set_level(logging.DEBUG)
    hook = WebhookChannel("hook", f"{sink.url}/{SECRET}", SECRET)
    hook.send(sample_message(), NOW)
    sink.status = 500
    for text in (repr(hook), str(refusal(hook)), caplog.text):
        assert SECRET not in text
    assert all(SECRET not in headers.values() for _, headers, _ in sink.requests)
