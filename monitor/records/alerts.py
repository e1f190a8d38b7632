"""Alerts, their deliveries, and what is sent; what keeps the monitor from its work."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from monitor.model import Disagreement, Effective, WayOut
from monitor.records.changes import ChangeRecord


@dataclass(frozen=True, slots=True)
class Dated:
    """A recorded change, and what its new text says of when it takes effect and how to opt out."""

    record: ChangeRecord
    effective: Effective | None = None
    way_out: WayOut | None = None


@dataclass(frozen=True, slots=True)
class TwinSays:
    """A page, as `vendor/page`, that states the same facts as another, and says these otherwise."""

    page: str
    otherwise: tuple[Disagreement, ...]


TroubleKind = Literal["page", "offline", "channel", "disk", "watchlist"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that keeps the monitor from its work, from `since` until `ended_at`.

    `subject` is the page (`vendor/page`), the channel or the file that it is about; empty where it is about the whole monitor.
    `reason` is in English; `outcome` is that of the checks which failed for it, if any did.
    """

    kind: TroubleKind
    subject: str
    since: datetime
    reason: str
    ended_at: datetime | None = None
    outcome: str = ""


REMINDERS = "reminder "
"""How the digests begin under which reminders wait."""


def reminder_of(day: date) -> str:
    """The digest under which the reminders of what takes effect on a day go as one message."""
    return f"{REMINDERS}{day.isoformat()}"


def day_reminded_of(digest: str) -> date | None:
    """The day that what waits under a digest reminds of; None for another digest."""
    return date.fromisoformat(digest.removeprefix(REMINDERS)) if digest.startswith(REMINDERS) else None


DeliveryState = Literal["owed", "sending", "sent", "failed", "muted", "cancelled"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert on its way through one channel. `key` is the same for every attempt, so a repeat can be told.

    `change` is None for an alert about the monitor itself. It was first to be sent at `due_at`. `digest` names what it waits
    to be sent together with; `repeat` marks one that goes only to who has not acknowledged the alert. `served` are the channel's
    recipients who have it already. A reminder of a day says which.
    """

    id: int
    alert: int
    change: int | None
    channel: str
    key: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    due_at: datetime
    next_at: datetime | None
    sent_at: datetime | None
    error: str
    digest: str = ""
    repeat: bool = False
    served: tuple[str, ...] = ()

    @property
    def reminds_of(self) -> date | None:
        """The day on which what it tells takes effect, if it is a reminder of that."""
        return day_reminded_of(self.digest)


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """An alert as the archive tells it: about a change, or about troubles of the monitor that began or ended.

    Its newest delivery stands first.
    """

    id: int
    change: int | None
    troubles: tuple[Trouble, ...]
    created_at: datetime
    acknowledged_at: datetime | None
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes through a channel as one message: one delivery, or those of a digest or of a storm together."""

    deliveries: tuple[Delivery, ...]

    @property
    def first(self) -> Delivery:
        """The delivery that stands for all: it holds the state that they share."""
        return self.deliveries[0]

    @property
    def key(self) -> str:
        """The same for every attempt: its one delivery's, or the hash of all their keys."""
        if len(self.deliveries) == 1:
            return self.first.key
        return hashlib.sha256("\n".join(delivery.key for delivery in self.deliveries).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Folding:
    """What goes as one message: on these channels, more than `storm` deliveries that are due at once.

    Channels that are `quiet` are given only what is urgent, `closed` ones nothing.
    """

    channels: frozenset[str] = frozenset()
    storm: int = 10
    quiet: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel that takes nothing any more: since when, why, and when it is tried again."""

    name: str
    stopped_at: datetime
    reason: str
    probe_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """How much there is in an archive. `healthy` says of each page whether its last check was good, by its key.

    `last_change` is the change up to which `verdicts` counts; `size` is that of the file, in bytes.
    """

    healthy: Mapping[str, bool] = field(default_factory=dict)
    verdicts: Mapping[str, int] = field(default_factory=dict)
    deliveries: Mapping[str, int] = field(default_factory=dict)
    troubles: Mapping[str, int] = field(default_factory=dict)
    last_change: int = 0
    last_check_at: datetime | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """An alert in the forms in which channels carry it. `payload` is plain JSON data; `thread` is one for all alerts of a page.

    `at`, `url`, `vendors` and `topics` are those of what it tells, for feeds. `served` are recipients who have it already.
    `fault` is what is wrong with the operator's template, whose default was used.
    """

    key: str
    thread: str
    subject: str
    text: str
    html: str
    payload: dict[str, object]
    at: datetime
    url: str = ""
    vendors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    served: tuple[str, ...] = ()
    fault: str = ""
