"""What every channel is: a name, whether it folds a storm, and a way to send."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from monitor.records import Message

TIMEOUT = 30.0
"""Seconds that a channel waits for each answer of the other side."""


class Channel(Protocol):
    """A way out for alerts, under the name that the watchlist gives it."""

    @property
    def name(self) -> str:
        """The name in the watchlist."""
        ...

    @property
    def folds(self) -> bool:
        """Whether a storm of alerts goes through as one message: people read one, programs take each by itself."""
        ...

    def send(self, message: Message, now: datetime) -> str:
        """Hand the message over; what is wrong although it was taken (a recipient refused for good), usually nothing.

        Raises DeliveryError, whose text names no address and no secret of the channel.
        """
        ...
