"""Where pages stand, and which records are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are asked for: of a vendor, of a page of that vendor, from one time to another, both included.

    What is None lets everything through.
    """

    vendor: str | None = None
    page: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which a page could not be read: its first and last failed check, how many there were, and how the last ended.

    `until` is when the page was read again; None while it is not.
    """

    since: datetime
    last_at: datetime
    until: datetime | None
    checks: int
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
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


@dataclass(frozen=True, slots=True)
class PageState(Standing):
    """Where a page stands, and how much there is of it."""

    captures: int
    versions: int
    changes: int
