"""From owed to sent: alerts that the archive holds are put into words and handed to their channels, at least once each.

A delivery is claimed for ten minutes, sent, and marked, each in a commit of its own. Whoever is killed before the mark leaves a
claim that runs out, and the alert goes out again under the same key. What a channel refuses in passing is tried again; what it
refuses for good is shown; a channel that takes nothing at all is stopped, and tried again now and then.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor.apart import Run, here
from monitor.deliver import Channel
from monitor.errors import DeliveryError
from monitor.hours import is_quiet
from monitor.model import QuietHours
from monitor.records import Delivery, Folding, Parcel, Records
from monitor.report.style import Style
from monitor.words import one_line

LEASE = timedelta(minutes=10)
LONGEST_PASS = 60.0
"""Seconds after which a pass begins no further delivery: leases are reckoned from its `now`, which grows stale."""

BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)
JITTER = 0.1
"""Share of a pause by which it is drawn out, more or less by the delivery's key: many that failed together return apart."""
GIVE_UP = timedelta(days=7)
LEAST_ATTEMPTS = len(BACKOFF)
"""Attempts before which nothing is given up: what waited a week behind a channel that was down deserves a fair try, too."""
PROBE = timedelta(hours=1)
"""How often a channel that stopped is given one delivery, to see whether somebody mended it."""
MOST_FAILURES, MOST_LOST = 10, 30.0
"""Failures in a row, and seconds lost by them, after which a pass leaves a channel alone: one whose every attempt times out
must not hold up the others."""
MOST_ERROR = 300


class Outbox(Records, Protocol):
    """What the archive does for deliveries. Each writing call commits on its own, and takes a parcel by its first delivery."""

    def claim(self, now: datetime, lease: timedelta, folding: Folding, /) -> Parcel | None:
        """Take what is due, this attempt counted, and keep it from others until the lease ends."""
        ...

    def sent(self, delivery_id: int, now: datetime, note: str, /) -> None:
        """Mark a parcel as sent; `note` says what is wrong all the same."""
        ...

    def failed(
        self, delivery_id: int, now: datetime, error: str, retry_at: datetime | None, served: tuple[str, ...], /
    ) -> None:
        """Mark an attempt as failed; the parcel stays owed until `retry_at`, or is failed for good without it."""
        ...

    def unfold(self, delivery_id: int, now: datetime, error: str, /) -> None:
        """Owe each delivery of a parcel by itself."""
        ...

    def stop(self, channel: str, now: datetime, reason: str, probe_at: datetime, /) -> None:
        """Mark a channel as one that takes nothing until it is tried again."""
        ...

    def owed(self) -> tuple[int, int]:
        """How many deliveries are neither sent nor given up, and how many of these were refused once already."""
        ...


@dataclass(frozen=True, slots=True)
class Manner:
    """How the watchlist wants alerts sent. More than `storm` that are due at once go to people as one message.

    What has to be read for it is read where `run` does it.
    """

    style: Style = field(default_factory=Style)
    storm: int = 10
    quiet: Mapping[str, QuietHours] = field(default_factory=dict)
    run: Run = here


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a pass did: deliveries sent, failed for good, and still owed when it ended (those not yet due included).

    Of what is still owed, `refused` were tried already. `faults` are what was wrong with messages that went out all the same.
    """

    sent: int
    failed: int
    owed: int
    refused: int = 0
    faults: tuple[str, ...] = ()


def deliver(
    archive: Outbox,
    channels: Mapping[str, Channel],
    now: datetime,
    manner: Manner,
    stopping: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Send what is due, once each; what fails in passing stays owed. One bad delivery never keeps back the next.

    Once it is `stopping`, the delivery in hand is finished and no other is begun.
    """
    began = time.monotonic()
    folding, patience = _folding(channels, now, manner), _Patience()
    sent = failed = 0
    faults: list[str] = []
    while time.monotonic() - began < LONGEST_PASS and not stopping():
        parcel = archive.claim(now, LEASE, replace(folding, closed=patience.closed))
        if parcel is None:
            break
        started = time.monotonic()
        try:
            note = _send(archive, channels, parcel, now, manner)
        except DeliveryError as error:
            patience.lose(parcel.first.channel, time.monotonic() - started)
            failed += _refused(archive, parcel, error, now)
        else:
            patience.regain(parcel.first.channel)
            archive.sent(parcel.first.id, now, note)
            sent += len(parcel.deliveries)
            faults += [note] if note else []
    return Delivered(sent, failed, *archive.owed(), tuple(dict.fromkeys(faults)))


class _Patience:
    """How much more a pass bears of each channel."""

    def __init__(self) -> None:
        self._failures: Counter[str] = Counter()
        self._lost: Counter[str] = Counter()
        self.closed: frozenset[str] = frozenset()

    def lose(self, channel: str, seconds: float) -> None:
        """A failure that took so many seconds."""
        self._failures[channel] += 1
        self._lost[channel] += round(seconds)
        if self._failures[channel] >= MOST_FAILURES or self._lost[channel] >= MOST_LOST:
            self.closed |= {channel}

    def regain(self, channel: str) -> None:
        """A success: what was before is forgotten."""
        self._failures[channel] = self._lost[channel] = 0


def next_attempt(delivery: Delivery, error: DeliveryError, now: datetime) -> datetime | None:
    """When to try again: later each time and not before the other side asked; None when that is no use any more."""
    if error.permanent:
        return None
    pause = BACKOFF[min(max(delivery.attempts, 1), len(BACKOFF)) - 1]
    drawn_out = pause * (1 + JITTER * (int(delivery.key[:8], 16) / 0xFFFFFFFF))
    asked = timedelta(seconds=min(error.retry_after or 0.0, BACKOFF[-1].total_seconds()))
    at = now + max(drawn_out, asked)
    return at if at <= delivery.due_at + GIVE_UP or delivery.attempts < LEAST_ATTEMPTS else None


def _folding(channels: Mapping[str, Channel], now: datetime, manner: Manner) -> Folding:
    quiet = frozenset(name for name, hours in manner.quiet.items() if is_quiet(hours, now))
    return Folding(frozenset(name for name, channel in channels.items() if channel.folds), manner.storm, quiet)


def _send(archive: Outbox, channels: Mapping[str, Channel], parcel: Parcel, now: datetime, manner: Manner) -> str:
    """Put a parcel into words and send it; what is wrong although it was taken. Raises DeliveryError.

    Whatever goes wrong is this parcel's alone. An unexpected error of a channel is told without its text, which may hold the
    channel's address or secret.
    """
    channel = channels.get(parcel.first.channel)
    if channel is None:
        raise DeliveryError(f"no channel named {parcel.first.channel} in the watchlist", permanent=True)
    try:
        from monitor.composer import compose  # noqa: PLC0415 - slow, and few rounds owe anything

        message = compose(archive, parcel, manner.style, manner.run)
    except Exception as error:
        together = len(parcel.deliveries) > 1  # one of them is to blame; alone, the others can be written
        raise DeliveryError(
            f"the alert could not be written: {type(error).__name__}: {error}", permanent=together
        ) from error
    try:
        note = channel.send(message, now)
    except DeliveryError:
        raise
    except Exception as error:
        raise DeliveryError(f"{channel.name}: unexpected {type(error).__name__} while sending") from error
    return one_line("; ".join(filter(None, (note, message.fault))), MOST_ERROR)


def _refused(archive: Outbox, parcel: Parcel, error: DeliveryError, now: datetime) -> int:
    """Note what a channel refused, and how; how many deliveries that gives up."""
    first, text = parcel.first, one_line(str(error), MOST_ERROR)
    if error.stops:
        archive.stop(first.channel, now, text, now + PROBE)
    if error.permanent and len(parcel.deliveries) > 1:
        archive.unfold(first.id, now, text)
        return 0
    retry_at = next_attempt(first, error, now)
    archive.failed(first.id, now, text, retry_at, tuple(dict.fromkeys((*first.served, *error.served))))
    return len(parcel.deliveries) if retry_at is None else 0
