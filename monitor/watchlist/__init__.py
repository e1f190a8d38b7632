"""The watchlist: a YAML file -> settings, channels, rules and pages, or every mistake in it at once.

What a sound one says is here; `loading` reads the file.
"""

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
    "expand",
]
