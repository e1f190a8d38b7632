"""What is watched, and who wants to be told what of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from zlib import crc32

from monitor.model.vocabulary import Importance


@dataclass(frozen=True, slots=True)
class Page:
    """One watched address of a vendor, as the watchlist describes it.

    `zone` is that of a cron line in `every`; without `robots` its site's robots.txt is not asked. `region` is the code of the
    country, or of the EU, for whose readers this edition is. What this page states, the page `twin_of` (`vendor/page`) states, too.
    """

    vendor: str
    name: str
    type: str
    url: str
    vendor_name: str = ""
    select: str | None = None
    remove: tuple[str, ...] = ()
    fetch: Literal["auto", "http", "browser"] = "auto"
    every: str = "12h"
    language: str | None = None
    zone: str = "UTC"
    robots: bool = True
    region: str = ""
    twin_of: str = ""

    @property
    def phase(self) -> float:
        """A number from 0 to 1 of the page's own, the same everywhere: by it pages on one schedule are spread."""
        return crc32(self.key.encode()) / 0xFFFFFFFF

    @property
    def key(self) -> str:
        """`vendor/page`, the page's name everywhere outside the program."""
        return f"{self.vendor}/{self.name}"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A part of each day in which a channel is left alone; it may run past midnight. `zone` is a name like Europe/Berlin."""

    begin: time
    end: time
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Digest:
    """When what a rule gathers is sent as one message; `weekday` counts from Monday, 0, and says nothing of a daily one."""

    every: Literal["daily", "weekly"] = "daily"
    at: time = time(8)
    weekday: int = 0
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Reminder:
    """How many days before a text takes effect those are told again who were told of it; `zone` is where they are."""

    days: int
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Escalation:
    """Channels that a major alert is repeated on, once, if nobody has acknowledged it `after` so long."""

    after: timedelta
    send: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Which changes go to which channels, and when. An empty filter lets everything through.

    Without a digest what is major goes at once, if need be after a channel's quiet hours (what is `urgent` does not wait for
    their end); what is minor is worth a mention, never a message of its own: it goes with `mentions`.
    """

    send: tuple[str, ...]
    topics: tuple[str, ...] = ()
    importance: Importance = "major"
    vendors: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    digest: Digest | None = None
    escalate: Escalation | None = None
    urgent: bool = False
    mentions: Digest = Digest()


@dataclass(frozen=True, slots=True)
class Mute:
    """Changes that nobody is told of until a time: of a page, of a vendor, on a topic, or of both together.

    `page` is `vendor/page`, or `vendor` alone; an empty part lets everything through.
    """

    until: datetime
    page: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """How much findings of some kind matter, whatever the program's own rules say. An empty filter lets everything through.

    `words` are phrases of which one must stand in the finding's text, before or after; `because` is shown as the reason.
    """

    importance: Importance
    topics: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    change: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    because: str = ""
