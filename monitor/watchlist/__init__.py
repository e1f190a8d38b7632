"""The watchlist: a YAML file -> settings, channels, rules and pages, or every mistake in it at once."""

from monitor.watchlist.kinds import css
from monitor.watchlist.loading import empty, load, parse
from monitor.watchlist.values import (
    AppriseSettings,
    ChannelSettings,
    CommandSettings,
    EmailSettings,
    FeedSettings,
    HealthSettings,
    Settings,
    Watchlist,
    WebhookSettings,
    expand,
)

__all__ = [
    "AppriseSettings",
    "ChannelSettings",
    "CommandSettings",
    "EmailSettings",
    "FeedSettings",
    "HealthSettings",
    "Settings",
    "Watchlist",
    "WebhookSettings",
    "css",
    "empty",
    "expand",
    "load",
    "parse",
]
