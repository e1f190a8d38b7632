"""Changes as they were recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model import Change, Finding
from monitor.records.versions import Side


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
class Moved:
    """A change of an amount: the change that it belongs to, when it was seen, and the finding with both amounts."""

    change: int
    seen_at: datetime
    finding: Finding
