"""What a fetch brings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a redirect: the address asked and the status it answered with."""

    url: str
    status: int


@dataclass(frozen=True)  # without slots, which leave no place for what is worked out once
class Capture:
    """One attempt to get a page, whatever came of it.

    `outcome` is a key of `OUTCOMES`; `reason` says it in words about this very attempt. `body` holds the bytes as served,
    transfer decompression undone; None where nothing came (also with 304).
    """

    at: datetime
    url: str
    outcome: str
    reason: str = ""
    final_url: str = ""
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    hops: tuple[Hop, ...] = ()
    body: bytes | None = None
    content_type: str = ""
    seconds: float = 0.0
    retry_after: float | None = None

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the body in hex; of no body that of no bytes."""
        return hashlib.sha256(self.body or b"").hexdigest()


@dataclass(frozen=True)
class Settled(Capture):
    """A capture as this program recorded it: what came of it then stands, wherever it is taken.

    `held` says that it was healthy, and that its text was not believed yet, so that it began no version.
    """

    held: bool = False


@dataclass(frozen=True, slots=True)
class Validators:
    """What the server said of the last good answer, echoed to it word for word in a conditional request."""

    etag: str | None = None
    last_modified: str | None = None
