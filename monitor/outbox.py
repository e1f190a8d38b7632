"""From owed to sent: alerts that the archive holds are rendered and handed to their channels, at least once each.

A delivery is claimed for five minutes, sent, and marked, each in a commit of its own. Whoever is killed before the mark
leaves a claim that runs out, and the alert goes out again under the same key.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from monitor.deliver import Channel
from monitor.errors import DeliveryError
from monitor.model import Document
from monitor.records import ChangeRecord, Delivery, Message
from monitor.report import Style, message
from monitor.words import one_line

LEASE = timedelta(minutes=5)
LONGEST_PASS = 120.0
"""Seconds after which a pass begins no further delivery: leases are reckoned from its `now`, which grows stale."""

BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)
GIVE_UP = timedelta(days=7)
MOST_ERROR = 300


class Outbox(Protocol):
    """What the archive does for deliveries. Each writing call commits on its own."""

    def claim(self, now: datetime, lease: timedelta, /) -> Delivery | None:
        """Take the next delivery that is due, this attempt counted, and keep it from others until the lease ends."""
        ...

    def sent(self, delivery_id: int, now: datetime, /) -> None:
        """Mark a delivery as sent."""
        ...

    def failed(self, delivery_id: int, now: datetime, error: str, retry_at: datetime | None, /) -> None:
        """Mark an attempt as failed; the delivery stays owed until `retry_at`, or is failed for good without it."""
        ...

    def change(self, change_id: int, /) -> ChangeRecord:
        """The change that a delivery is about."""
        ...

    def document(self, version_id: int, /) -> Document:
        """The text of a version."""
        ...

    def deliveries(self, *, state: str | None, limit: int | None) -> tuple[Delivery, ...]:
        """Deliveries in a state, all of them without a limit."""
        ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a pass did: deliveries sent, failed for good, and still owed when it ended (those not yet due included)."""

    sent: int
    failed: int
    owed: int


def deliver(archive: Outbox, channels: Mapping[str, Channel], now: datetime, language: str = "en") -> Delivered:
    """Send what is due, once each; what fails in passing stays owed. One bad delivery never keeps back the next."""
    began = time.monotonic()
    sent = failed = 0
    for _ in range(_due(archive, now)):
        delivery = archive.claim(now, LEASE) if time.monotonic() - began < LONGEST_PASS else None
        if delivery is None:
            break
        error = _attempt(archive, channels, delivery, now, language)
        if error is None:
            archive.sent(delivery.id, now)
            sent += 1
        else:
            retry_at = next_attempt(delivery, error, now)
            archive.failed(delivery.id, now, one_line(str(error), MOST_ERROR), retry_at)
            failed += retry_at is None
    return Delivered(sent, failed, len(_waiting(archive)))


def next_attempt(delivery: Delivery, error: DeliveryError, now: datetime) -> datetime | None:
    """When to try again: later each time and not before the other side asked; None when that is no use any more."""
    if error.permanent:
        return None
    pause = BACKOFF[min(max(delivery.attempts, 1), len(BACKOFF)) - 1]
    asked = timedelta(seconds=min(error.retry_after or 0.0, BACKOFF[-1].total_seconds()))
    at = now + max(pause, asked)
    return at if at <= delivery.created_at + GIVE_UP else None


def _waiting(archive: Outbox) -> tuple[Delivery, ...]:
    """Deliveries that are neither sent nor given up; a claim that ran out still stands as `sending`."""
    return tuple(one for state in ("owed", "sending") for one in archive.deliveries(state=state, limit=None))


def _due(archive: Outbox, now: datetime) -> int:
    return sum(delivery.next_at is None or delivery.next_at <= now for delivery in _waiting(archive))


def _attempt(
    archive: Outbox, channels: Mapping[str, Channel], delivery: Delivery, now: datetime, language: str
) -> DeliveryError | None:
    """Render and send one delivery; what went wrong, if anything did.

    Whatever goes wrong is this delivery's alone. An unexpected error of a channel is told without its text, which may
    hold the channel's address or secret.
    """
    channel = channels.get(delivery.channel)
    if channel is None:
        return DeliveryError(f"no channel named {delivery.channel} in the watchlist", permanent=True)
    try:
        rendered = _render(archive, delivery, language)
    except Exception as error:
        return DeliveryError(f"the alert could not be written: {type(error).__name__}: {error}")
    try:
        channel.send(rendered, now)
    except DeliveryError as error:
        return error
    except Exception as error:
        return DeliveryError(f"{channel.name}: unexpected {type(error).__name__} while sending")
    return None


def _render(archive: Outbox, delivery: Delivery, language: str) -> Message:
    record = archive.change(delivery.change)
    before, after = archive.document(record.before.version), archive.document(record.after.version)
    return message(record, Style(language), key=delivery.key, before=before, after=after)
