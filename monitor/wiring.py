"""Where the parts meet: settings -> archive, fetcher, channels. A few functions; no container, no registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

from monitor.archive import Archive
from monitor.deliver import Channel, ChatChannel, EmailChannel, WebhookChannel
from monitor.fetch import HttpFetcher
from monitor.model import Page, Rule
from monitor.pipeline import Judgement, SecondLook
from monitor.watchlist import ChannelSettings, EmailSettings, Settings, Watchlist, WebhookSettings, expand

PROGRAM = "terms-monitor"


def user_agent(contact: str) -> str:
    """What the fetcher calls itself: the program, its version, and whom to ask about it."""
    return f"{PROGRAM}/{version(PROGRAM)}" + (f" (+{contact})" if contact else "")


def fetcher(settings: Settings) -> HttpFetcher:
    """The fetcher that the settings ask for."""
    return HttpFetcher(user_agent=user_agent(settings.contact), allow_private=settings.allow_private_addresses)


def judgement(watchlist: Watchlist) -> Judgement:
    """How changes are judged, told and put into words. Without a rule, every channel is told what is major."""
    everyone = Rule(send=tuple(channel.name for channel in watchlist.channels))
    return Judgement(watchlist.rules or (everyone,), watchlist.settings.language, watchlist.verdicts)


def second_look(settings: Settings, pause: Callable[[float], object]) -> SecondLook | None:
    """How the settings want a change confirmed; `pause` waits for so many seconds."""
    return None if settings.confirm is None else SecondLook(settings.confirm, pause)


def channels(watchlist: Watchlist, environ: Mapping[str, str]) -> dict[str, Channel]:
    """The channels by name, their variables filled in. Raises UsageError that names a variable which is not set."""
    return {settings.name: _channel(settings, environ) for settings in watchlist.channels}


def _channel(settings: ChannelSettings, environ: Mapping[str, str]) -> Channel:
    key = f"channels.{settings.name}"
    if isinstance(settings, EmailSettings):
        to = tuple(expand(address, environ, key) for address in settings.to)
        return EmailChannel(
            settings.name, to, expand(settings.sender, environ, key), expand(settings.smtp, environ, key)
        )
    if isinstance(settings, WebhookSettings):
        return WebhookChannel(settings.name, expand(settings.url, environ, key), expand(settings.secret, environ, key))
    return ChatChannel(settings.name, expand(settings.url, environ, key))


def archive(path: Path, *, read_only: bool = False, wait: float = 30.0) -> Archive:
    """The archive at `path`, opened to write by this process alone, or to read beside the one that writes."""
    return Archive(path, read_only=read_only, wait=wait)


def page(watchlist: Watchlist, key: str) -> Page | None:
    """The page of that name, `vendor/page`, if the watchlist has it."""
    return next((page for page in (*watchlist.pages, *watchlist.disabled) if page.key == key), None)
