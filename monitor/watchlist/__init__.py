"""The watchlist: a YAML file -> settings, channels, rules and pages, or every mistake in it at once."""

from monitor.watchlist.loading import load
from monitor.watchlist.shape import css
from monitor.watchlist.values import (
    AppriseSettings,
    ChannelSettings,
    EmailSettings,
    Settings,
    Watchlist,
    WebhookSettings,
    expand,
)

__all__ = [
    "AppriseSettings",
    "ChannelSettings",
    "EmailSettings",
    "Settings",
    "Watchlist",
    "WebhookSettings",
    "css",
    "expand",
    "load",
]
