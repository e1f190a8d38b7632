"""Where the parts meet: settings -> archive, fetcher, channels. A few functions; no container, no registry."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from monitor import __version__, pipeline
from monitor.apart import Run, here
from monitor.archive import Archive
from monitor.deliver import (
    Channel,
    ChatChannel,
    CommandChannel,
    EmailChannel,
    FeedChannel,
    Heartbeat,
    WebhookChannel,
)
from monitor.errors import UsageError
from monitor.fetch import Etiquette, Hosts, HttpFetcher, Ways, browser_fetcher, profiles
from monitor.fetch import hosts as known
from monitor.fetch.profiles import Profiles
from monitor.model import Capture, Page, Reminder, Rule, Validators
from monitor.outbox import Manner
from monitor.pipeline import Clock, Judgement, Looked, SecondLook
from monitor.records import Wanted
from monitor.rounds import Round
from monitor.styling import style
from monitor.watchlist import (
    AppriseSettings,
    ChannelSettings,
    CommandSettings,
    EmailSettings,
    FeedSettings,
    Settings,
    Watchlist,
    WebhookSettings,
    expand,
)

PROGRAM = "terms-monitor"


def user_agent(contact: str) -> str:
    """What the fetcher calls itself: the program, its version, and whom to ask about it."""
    return f"{PROGRAM}/{__version__}" + (f" (+{contact})" if contact else "")


def fetcher(settings: Settings) -> HttpFetcher:
    """The fetcher that the settings ask for."""
    return HttpFetcher(user_agent=user_agent(settings.contact), allow_private=settings.allow_private_addresses)


def hosts(archive: Path) -> Hosts:
    """What is known of the hosts whose pages are in an archive."""
    return Hosts(known.beside(archive))


def ways(
    settings: Settings, archive: Path, sleep: Callable[[float], object], asked: Hosts | None = None, run: Run = here
) -> Ways:
    """The ways in which pages come in; `sleep` keeps the pauses between two requests to one host.

    `asked` is what is known of the hosts, else what is kept beside the archive, as logins are. What has to be read for a login
    is read where `run` does it.
    """
    http, logins = fetcher(settings), profiles.beside(archive)
    begin = partial(
        browser_fetcher,
        user_agent=user_agent(settings.contact),
        allow_private=settings.allow_private_addresses,
        profiles=logins,
        run=run,
    )
    etiquette = Etiquette(http, PROGRAM, asked or hosts(archive), pause=settings.pause, sleep=sleep)
    return Ways(http, begin, etiquette, Profiles(logins))


@contextmanager
def asking(settings: Settings, sleep: Callable[[float], object], clock: Clock) -> Iterator[Callable[[str], Capture]]:
    """A way to ask for addresses one by one, with the manners of the fetcher. What is asked is an interface made for programs,
    so its robots.txt, which speaks to crawlers, is not asked."""
    with fetcher(settings) as http:
        etiquette = Etiquette(http, PROGRAM, pause=settings.pause, sleep=sleep)
        yield lambda url: etiquette.fetch(http, url, Validators(), clock(), None, obeys=False)


def look(
    watchlist: Watchlist, archive: Archive, ways: Ways, clock: Clock, second_look: SecondLook | None, run: Run
) -> Callable[[Page], Looked]:
    """How the watchlist wants a page looked at; what has to be read is read where `run` does it."""
    judged = judgement(watchlist)
    return lambda page: pipeline.look(page, archive, ways, judged, clock, second_look, run)


def judgement(watchlist: Watchlist) -> Judgement:
    """How changes are judged, told and put into words. Without a rule, every channel is told what is major."""
    everyone, settings = Rule(send=tuple(channel.name for channel in watchlist.channels)), watchlist.settings
    reminder = Reminder(settings.remind, settings.zone) if settings.remind else None
    return Judgement(watchlist.rules or (everyone,), settings.language, watchlist.verdicts, reminder)


def manner(watchlist: Watchlist, run: Run = here) -> Manner:
    """How the watchlist wants alerts sent."""
    storm = watchlist.settings.storm
    return Manner(style(watchlist), sys.maxsize if storm is None else storm, watchlist.quiet, run)


def rounds(watchlist: Watchlist, environ: Mapping[str, str], run: Run = here) -> Round:
    """What belongs to the end of a round of checks: to deliver, to look after the monitor's health, to give a sign of life; of
    feeds, to keep their calendar."""
    names = tuple(channel.name for channel in watchlist.channels)
    health = watchlist.health
    return Round(
        channels=channels(watchlist, environ),
        manner=manner(watchlist, run),
        watched=watchlist.pages,
        watch=health.watch,
        told=names if health.send is None else health.send,
        heartbeat=Heartbeat(expand(health.heartbeat, environ, "health.heartbeat")) if health.heartbeat else None,
        calendars=tuple(channel.folder for channel in watchlist.channels if isinstance(channel, FeedSettings)),
        alarm=watchlist.settings.remind,
    )


def unset(watchlist: Watchlist, environ: Mapping[str, str]) -> Iterator[str]:
    """What a check would break off with here: of each channel, the variable that is not set."""
    for settings in watchlist.channels:
        try:
            _channel(settings, environ)
        except UsageError as error:
            yield str(error)


def second_look(settings: Settings, pause: Callable[[float], object]) -> SecondLook | None:
    """How the settings want a change confirmed; `pause` waits for so many seconds."""
    return None if settings.confirm is None else SecondLook(settings.confirm, pause)


def channels(watchlist: Watchlist, environ: Mapping[str, str], only: str = "") -> dict[str, Channel]:
    """The channels by name, or one of them, their variables filled in. Raises UsageError that names one which is not set."""
    wanted = (settings for settings in watchlist.channels if only in ("", settings.name))
    return {settings.name: _channel(settings, environ) for settings in wanted}


def _channel(settings: ChannelSettings, environ: Mapping[str, str]) -> Channel:
    key = f"channels.{settings.name}"
    match settings:
        case EmailSettings():
            to = tuple(expand(address, environ, key) for address in settings.to)
            sender, smtp = (expand(text, environ, key) for text in (settings.sender, settings.smtp))
            return EmailChannel(settings.name, to, sender, smtp)
        case WebhookSettings():
            return WebhookChannel(
                settings.name, expand(settings.url, environ, key), expand(settings.secret, environ, key)
            )
        case CommandSettings():
            return CommandChannel(settings.name, tuple(expand(word, environ, key) for word in settings.run))
        case FeedSettings():
            return FeedChannel(settings.name, settings.folder, settings.url)
        case AppriseSettings():
            return ChatChannel(settings.name, expand(settings.url, environ, key))


def page(watchlist: Watchlist, key: str) -> Page | None:
    """The page of that name, `vendor/page`, if the watchlist has it."""
    return next((page for page in watchlist.listed if page.key == key), None)


def kept(archive: Archive, vendor: str, name: str) -> Page | None:
    """The page of that name as it was watched last, if the archive has it."""
    return next(iter(archive.listing.pages(Wanted(vendor, name))), None)
