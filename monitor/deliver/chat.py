"""Alerts to chats (Slack, Telegram, Feishu, DingTalk and a hundred more), through apprise."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from monitor.errors import DeliveryError
from monitor.records import Message

MOST_TEXT = 3500
"""Characters of the text that is sent; chats take about 4,000."""


@dataclass(frozen=True, slots=True)
class ChatChannel:
    """Sends an alert's subject and the beginning of its text to an apprise address."""

    name: str
    url: str = field(repr=False)
    folds: ClassVar[bool] = True

    def send(self, message: Message, now: datetime) -> str:  # noqa: ARG002 - a chat stamps its messages itself
        """Hand subject and text to the chat; apprise does not say why one was refused, so it is always tried again."""
        import apprise  # noqa: PLC0415 - slow, and asked for here alone

        chat = apprise.Apprise()
        if not chat.add(self.url):
            raise DeliveryError(f"{self.name}: url is not an address that apprise knows", stops=True)
        if not chat.notify(body=_beginning(message.text), title=message.subject, body_format=apprise.NotifyFormat.TEXT):
            raise DeliveryError(f"{self.name}: the chat did not take the message")
        return ""


def _beginning(text: str) -> str:
    """The text up to the last whole line that fits; a chat shows the head of an alert, the mail all of it."""
    if len(text) <= MOST_TEXT:
        return text
    return text[:MOST_TEXT].rpartition("\n")[0] + "\n…"
