"""What is asked of the archive by whoever puts into words what is owed."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from monitor.model import Document
from monitor.records.alerts import AlertRecord
from monitor.records.changes import ChangeRecord
from monitor.records.versions import VersionRecord


class Records(Protocol):
    """What the archive tells of what is owed."""

    def alert(self, alert_id: int, /) -> AlertRecord:
        """An alert."""
        ...

    def change(self, change_id: int, /) -> ChangeRecord:
        """A change."""
        ...

    def document(self, version_id: int, /) -> Document:
        """The text of a version."""
        ...

    def version_at(self, vendor: str, page: str, at: datetime, /) -> VersionRecord:
        """The version of a page that was in force at a time."""
        ...

    def content(self, version_id: int, /) -> tuple[bytes, str]:
        """The bytes that a version was read from, and their content type."""
        ...
