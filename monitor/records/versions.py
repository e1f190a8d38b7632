"""Versions, with their texts and without."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model import Document


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a recorded change: the version, and the snapshot it was read from (its bytes' SHA-256 in hex)."""

    version: int
    snapshot: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """A version as the archive tells it, with the document read."""

    id: int
    vendor: str
    page: str
    seen_at: datetime
    last_seen_at: datetime
    snapshot: str
    edition: str
    technical: bool
    document: Document


@dataclass(frozen=True, slots=True)
class Stood:
    """A version as it stood in a page's past, from its first capture to its last.

    `led_from` is the version before it, as the change has it that leads to it; None where there is no change.
    """

    id: int
    key: str
    edition: str
    seen_at: datetime
    last_seen_at: datetime
    technical: bool
    led_from: int | None

    @property
    def loose(self) -> bool:
        """Whether nothing that was told says what came before it: no change leads to it, or one from what was brought in later."""
        return not self.technical and (self.led_from is None or self.led_from > self.id)


@dataclass(frozen=True, slots=True)
class Edition:
    """A version without its text: when it was first and last seen to stand.

    `says_same` marks one whose change from the version before it means nothing on data or offers.
    """

    id: int
    page: str
    seen_at: datetime
    last_seen_at: datetime
    says_same: bool


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """A version as a list shows it, without its document: when it was first and last seen, and the change that brought it.

    `size` is in characters. `capture` is the one that showed it first; a version that was read again has none.
    """

    id: int
    vendor: str
    page: str
    seen_at: datetime
    last_seen_at: datetime
    snapshot: str
    edition: str
    technical: bool
    title: str
    language: str
    size: int
    change: int | None
    capture: int | None
