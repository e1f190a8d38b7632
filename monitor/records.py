"""What the archive tells, and what is sent of it. Frozen like the values of `model`, with the ids under which they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.model import Change, Document


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a recorded change: the version, and the snapshot it was read from (its bytes' SHA-256 in hex)."""

    version: int
    snapshot: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """A change as the archive tells it. `seen_at` is the time of the first capture that showed the new text."""

    id: int
    vendor: str
    vendor_name: str
    page: str
    type: str
    url: str
    seen_at: datetime
    previous_at: datetime
    before: Side
    after: Side
    change: Change


@dataclass(frozen=True, slots=True)
class CaptureRecord:
    """A capture as the archive tells it; `snapshot` is the SHA-256 of its bytes, `version` the version it began, if any."""

    id: int
    at: datetime
    outcome: str
    reason: str
    status: int | None
    url: str
    final_url: str
    snapshot: str | None
    size: int | None
    version: int | None
    change: int | None


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """A version as the archive tells it, with the document read."""

    id: int
    vendor: str
    page: str
    seen_at: datetime
    snapshot: str
    edition: str
    technical: bool
    document: Document


@dataclass(frozen=True, slots=True)
class PageState:
    """Where a page stands: its last capture, its last good one, its last change, its next check."""

    vendor: str
    vendor_name: str
    page: str
    type: str
    url: str
    last_check_at: datetime | None
    outcome: str | None
    reason: str
    last_good_at: datetime | None
    failing_since: datetime | None
    failures: int
    last_change_at: datetime | None
    last_change_id: int | None
    next_check_at: datetime | None
    captures: int
    versions: int
    changes: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert on its way through one channel. `key` is the same for every attempt, so a repeat can be told."""

    id: int
    alert: int
    change: int
    channel: str
    key: str
    state: Literal["owed", "sending", "sent", "failed"]
    attempts: int
    created_at: datetime
    next_at: datetime | None
    sent_at: datetime | None
    error: str


# --- what is sent ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """An alert in the forms in which channels carry it. `payload` is plain JSON data; `thread` is one for all alerts of a page."""

    key: str
    thread: str
    subject: str
    text: str
    html: str
    payload: dict[str, object]
