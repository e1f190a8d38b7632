"""A small message for the channels, one made of everything that a hostile page could put into it, and a channel in memory."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.deliver import Channel
from monitor.errors import DeliveryError
from monitor.records import Message

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SUBJECT = "Acme: free tokens 10,000,000 -> 1,000,000 a day"
HOSTILE = (
    "Evil\r\nBcc: victim@b.example\x00\x0b\u2028\u202e\ud800\ufffe"
    '<script>alert(1)</script>]]>"><img src=x onerror=alert(1)>{{ 7 }}$(id)`id`'
)

PLAIN = Message(
    key="k" * 64,
    thread="acme/free-plan",
    subject=SUBJECT,
    text="Text 免费\n",
    html="<p>HTML</p>",
    payload={"schema": "terms-monitor/alert/1", "summary": "免费"},
    at=NOW,
    url="https://acme.example/free",
    vendors=("acme",),
    topics=("free-amount",),
)


@dataclass
class MemoryChannel:
    """Takes messages, or fails as it is told; `note` is what is wrong all the same."""

    name: str = "mail"
    error: Exception | None = None
    note: str = ""
    taken: list[Message] = field(default_factory=list)
    folds: bool = True

    def send(self, message: Message, now: datetime) -> str:
        if self.error:
            raise self.error
        self.taken.append(message)
        return self.note

    @property
    def subjects(self) -> list[str]:
        return [message.subject for message in self.taken]


def sample_message(**changes: Any) -> Message:
    """A small message, with these fields changed."""
    return replace(PLAIN, **changes)


def hostile_message() -> Message:
    """A message with hostile text wherever a page or a watchlist could have put it."""
    return sample_message(
        subject=HOSTILE + "x" * 10_000,
        text=HOSTILE,
        html=HOSTILE,
        payload={"summary": HOSTILE},
        url="javascript:alert(1)//" + HOSTILE,
        vendors=("../../etc/passwd", HOSTILE),
        topics=("/tmp/x", "..", ""),
    )


def refusal(channel: Channel, message: Message = PLAIN) -> DeliveryError:
    """The error with which the channel refuses the message."""
    with pytest.raises(DeliveryError) as caught:
        channel.send(message, NOW)
    return caught.value
