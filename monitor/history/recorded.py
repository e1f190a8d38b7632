"""What every reader of recorded history hands on: recordings, each a capture whose bytes are read when its turn comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitor.model import Capture, Page
from monitor.reading import Read


class Recording(Protocol):
    """A capture recorded elsewhere. It can be handed to another process."""

    @property
    def page(self) -> Page: ...

    @property
    def at(self) -> datetime: ...

    @property
    def technical(self) -> bool:
        """Whether it was recorded because the page was read in another way, not because it changed."""
        ...

    def capture(self) -> Capture:
        """The capture, with its bytes. Raises LostCapture where they cannot be had."""
        ...


@dataclass(frozen=True, slots=True)
class Ahead:
    """A recording, and what was read in it, if it was."""

    recording: Recording
    read: Read | None

    @property
    def page(self) -> Page:
        return self.recording.page

    @property
    def at(self) -> datetime:
        return self.recording.at

    @property
    def technical(self) -> bool:
        return self.recording.technical

    def capture(self) -> Capture:
        return self.recording.capture()


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in a source of history that is no capture, or none that can be had: what it is, and why it is left out."""

    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.what}: {self.why}"
