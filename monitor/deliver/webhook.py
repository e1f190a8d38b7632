"""Alerts as signed JSON, posted to an address of the user's."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from monitor.deliver.channel import TIMEOUT
from monitor.errors import DeliveryError
from monitor.records import Message

PASSING = frozenset({408, 425, 429})
"""Answers of the 4xx kind after which the same request may succeed; so may every 5xx."""


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """Posts an alert's JSON to `url`, signed where there is a `secret`. Redirects are not followed."""

    name: str
    url: str = field(repr=False)
    secret: str = field(default="", repr=False)

    def send(self, message: Message, now: datetime) -> None:
        """Post the message's payload; only an answer of the 2xx kind counts as taken."""
        body = json.dumps(message.payload, separators=(",", ":")).encode()
        try:
            with (
                httpx.Client(timeout=TIMEOUT, follow_redirects=False) as client,
                client.stream("POST", self.url, content=body, headers=self._headers(message, body, now)) as answer,
            ):
                status, retry_after = answer.status_code, answer.headers.get("Retry-After", "")
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise DeliveryError(f"{self.name}: url is not an http or https address") from None
        except httpx.HTTPError as error:
            raise DeliveryError(f"{self.name}: no answer ({type(error).__name__})") from None
        _judge(self.name, status, retry_after, now)

    def _headers(self, message: Message, body: bytes, now: datetime) -> dict[str, str]:
        timestamp = str(int(now.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "terms-monitor",
            "Idempotency-Key": message.key,
            "X-Monitor-Timestamp": timestamp,
        }
        if self.secret:
            headers["X-Monitor-Signature"] = signature(self.secret, timestamp, body)
        return headers


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`sha256=` and the HMAC-SHA256 of `timestamp.body` in hex, as the X-Monitor-Signature header carries it."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _judge(name: str, status: int, retry_after: str, now: datetime) -> None:
    if 200 <= status < 300:
        return
    if status in PASSING or status >= 500:
        raise DeliveryError(f"{name}: the receiver answered {status}", retry_after=seconds_of(retry_after, now))
    reason = "a redirect, which is not followed" if 300 <= status < 400 else "and will not take it"
    raise DeliveryError(f"{name}: the receiver answered {status}, {reason}", permanent=True)


def seconds_of(retry_after: str, now: datetime) -> float | None:
    """A Retry-After header (seconds, or a date) as seconds from now; None where it says neither."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
