"""How much of anything one fetch may take."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetch, redirects included. Times are in seconds, sizes in bytes.

    `ratio` bounds how often the decoded body may hold its compressed size, once it is larger than `ratio_from`.
    """

    connect_seconds: float = 10.0
    read_seconds: float = 20.0
    total_seconds: float = 60.0
    wire_bytes: int = 10 * MIB
    decoded_bytes: int = 20 * MIB
    ratio: int = 200
    ratio_from: int = MIB
    redirects: int = 5
    retry_after_seconds: float = 24 * 3600.0
