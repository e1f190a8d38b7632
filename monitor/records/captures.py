"""Captures, and the bytes that they brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
class SnapshotRecord:
    """Bytes that a page was served: their SHA-256 in hex, what the server called them, when they were first seen there."""

    sha256: str
    vendor: str
    page: str
    content_type: str
    size: int
    seen_at: datetime
