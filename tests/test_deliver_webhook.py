"""Webhooks, against a real web server on loopback."""

import hashlib
import hmac
import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from http_sink import HttpSink, http_sink
from report_samples import NOW, RECORD, hostile_record, sample_message

from monitor.deliver import WebhookChannel
from monitor.deliver.webhook import seconds_of
from monitor.errors import DeliveryError
from monitor.report import Style, alert_json, message

SECRET = "s3cret-canary"


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    with http_sink() as running:
        yield running


def refusal(channel: WebhookChannel) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.send(sample_message(), NOW)
    return caught.value


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
    alert = message(RECORD, Style(), key="k" * 64)
    for _ in range(2):
        WebhookChannel("hook", sink.url).send(alert, NOW)
    assert [json.loads(body) for _, _, body in sink.requests] == [alert_json(RECORD, key="k" * 64)] * 2
    assert [headers["Idempotency-Key"] for _, headers, _ in sink.requests] == ["k" * 64] * 2
    assert "X-Monitor-Signature" not in sink.requests[0][1]


def test_a_hostile_alert_is_still_json(sink: HttpSink) -> None:
    """Lone surrogates and control characters do not keep an alert back."""
    record = hostile_record()
    WebhookChannel("hook", sink.url).send(message(record, Style()), NOW)
    assert json.loads(sink.requests[0][2])["change"]["summary"] == record.change.summary


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_passing_answers_keep_retry_after(sink: HttpSink, status: int) -> None:
    """An answer that may pass is tried again, not before the receiver asked."""
    sink.status, sink.headers = status, {"Retry-After": "120"}
    error = refusal(WebhookChannel("hook", sink.url))
    assert (error.permanent, error.retry_after) == (False, 120.0)
    assert str(status) in str(error)


@pytest.mark.parametrize("status", [400, 401, 404, 410])
def test_other_refusals_are_permanent(sink: HttpSink, status: int) -> None:
    """An answer that the same request would get again is final."""
    sink.status = status
    assert refusal(WebhookChannel("hook", sink.url)).permanent


@pytest.mark.parametrize("status", [301, 307, 308])
def test_redirects_are_refused(sink: HttpSink, status: int) -> None:
    """The alert and its signature go to the address given and to no other."""
    with http_sink() as elsewhere:
        sink.status, sink.headers = status, {"Location": elsewhere.url}
        error = refusal(WebhookChannel("hook", sink.url, SECRET))
        assert error.permanent
        assert "redirect" in str(error)
        assert elsewhere.requests == []


def test_no_receiver_is_a_passing_failure() -> None:
    """Where nothing listens, trying again can help."""
    with http_sink() as gone:
        url = gone.url
    assert not refusal(WebhookChannel("hook", url)).permanent


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120.0), ("Mon, 02 Mar 2026 10:05:00 GMT", 300.0), ("Mon, 02 Mar 2020 10:05:00 GMT", 0.0), ("soon", None)],
)
def test_retry_after_is_read_in_both_forms(header: str, seconds: float | None) -> None:
    """Retry-After is a number of seconds or a date; anything else says nothing."""
    assert seconds_of(header, NOW) == seconds


@pytest.mark.parametrize("url", [f"ftp://{SECRET}", f"http://a:{SECRET}", SECRET, "http://[" + SECRET])
def test_a_wrong_address_is_not_quoted(url: str) -> None:
    """What is no web address is a passing failure that does not repeat it."""
    assert SECRET not in str(refusal(WebhookChannel("hook", url)))


def test_secret_and_address_are_nowhere_to_be_read(sink: HttpSink, caplog: pytest.LogCaptureFixture) -> None:
    """No repr, error or log line at any level holds the secret or the address's path."""
    caplog.set_level(logging.DEBUG)
    hook = WebhookChannel("hook", f"{sink.url}/{SECRET}", SECRET)
    hook.send(sample_message(), NOW)
    sink.status = 500
    for text in (repr(hook), str(refusal(hook)), caplog.text):
        assert SECRET not in text
    assert all(SECRET not in headers.values() for _, headers, _ in sink.requests)
