"""Channels on which alerts leave: mail, signed webhooks, chats, programs, feeds.

The libraries beneath log the addresses they talk to, and here an address is often itself a secret (a chat's token
stands in its path); so they are kept from logging anything. What went wrong is told by `DeliveryError`.
"""

from __future__ import annotations

import logging

from monitor.deliver.channel import Channel
from monitor.deliver.chat import ChatChannel
from monitor.deliver.command import CommandChannel
from monitor.deliver.email import EmailChannel
from monitor.deliver.feed import FeedChannel
from monitor.deliver.heartbeat import Heartbeat
from monitor.deliver.webhook import WebhookChannel

__all__ = ["Channel", "ChatChannel", "CommandChannel", "EmailChannel", "FeedChannel", "Heartbeat", "WebhookChannel"]

for _library in ("apprise", "httpcore", "httpx", "requests", "urllib3"):
    logging.getLogger(_library).setLevel(logging.CRITICAL + 1)
