"""Alerts as signed JSON, posted to an address of the user's."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import ClassVar

import httpx

from monitor.deliver.channel import TIMEOUT
from monitor.deliver.deadline import Line, cut_after
from monitor.errors import DeliveryError
from monitor.records import Message

PASSING = frozenset({408, 425, 429})
"""Answers of the 4xx kind after which the same request may succeed; so may every 5xx."""

MENDING = frozenset({401, 403, 404, 405, 407, 410})
"""Answers about the address or our rights there: every alert would get them, until somebody mends the channel."""

LONGEST = 30.0
"""Seconds for the whole exchange."""

MOST_PAUSE = 86_400.0
"""Seconds; a receiver that asks for a longer pause is asked again after a day."""


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """Posts an alert's JSON to `url`, signed where there is a `secret`. Redirects are not followed."""

    name: str
    url: str = field(repr=False)
    secret: str = field(default="", repr=False)
    longest: float = LONGEST
    folds: ClassVar[bool] = False

    def send(self, message: Message, now: datetime) -> str:
        """Post the message's payload; only an answer of the 2xx kind counts as taken."""
        body = json.dumps(message.payload, separators=(",", ":")).encode()
        try:
            status, retry_after = self._post(body, self._headers(message, body, now))
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise DeliveryError(f"{self.name}: url is not an http or https address", stops=True) from None
        except httpx.HTTPError as error:
            raise DeliveryError(f"{self.name}: no answer ({type(error).__name__})") from None
        _judge(self.name, status, retry_after, now)
        return ""

    def _post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        """Status and Retry-After of the answer. Its body is never read: it may be endless, or repeat what we sent."""
        line = Line()
        with (
            cut_after(self.longest, line.socket),
            httpx.Client(timeout=min(TIMEOUT, self.longest), follow_redirects=False) as client,
            client.stream("POST", self.url, content=body, headers=headers, extensions={"trace": line.note}) as answer,
        ):
            return answer.status_code, answer.headers.get("Retry-After", "")

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
    answered = f"{name}: the receiver answered {status}"
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise DeliveryError(f"{answered}, a redirect, which is not followed", stops=True)
    if status in MENDING:
        raise DeliveryError(f"{answered}: check its address and its secret", stops=True)
    if status in PASSING or status >= 500:
        raise DeliveryError(answered, retry_after=seconds_of(retry_after, now))
    raise DeliveryError(f"{answered}, and will not take it", permanent=True)


def seconds_of(retry_after: str, now: datetime) -> float | None:
    """A Retry-After header (seconds, or a date) as seconds from now, a day at most; None where it says neither."""
    if retry_after.isascii() and retry_after.isdigit():
        return min(float(retry_after[:9]), MOST_PAUSE)
    try:
        moment = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, (aware - now).total_seconds()), MOST_PAUSE)
