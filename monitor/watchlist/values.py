"""What a sound watchlist says, as values; secrets stay as `${NAME}` until a channel is used."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from monitor.errors import UsageError
from monitor.health import Watch
from monitor.model import Override, Page, QuietHours, Rule

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for the whole watchlist. `every` is an interval or a cron line; `contact` goes into the User-Agent.

    `confirm` is the number of seconds after which a change is looked at again before it is told; with None it is not. `pause` is
    the number of seconds between two requests to one host; with None as is usual. `zone` is the time zone of cron lines, digests
    and times shown. More than `storm` alerts that are due at once go to people as one message; with None none do. `remind` is the
    number of days before a text takes effect at which those are reminded who were told of it; with None nobody is. `templates` is
    the folder of the operator's own, `archive_url` where the archive is served.
    """

    every: str
    language: Literal["en", "zh"]
    archive: Path
    contact: str
    confirm: int | None
    pause: int | None
    zone: str
    storm: int | None
    remind: int | None
    templates: Path | None
    archive_url: str
    allow_private_addresses: bool


@dataclass(frozen=True, slots=True)
class HealthSettings:
    """What is news of the monitor itself, and who is told; with None every channel. `heartbeat` is pinged after each round."""

    watch: Watch = field(default_factory=Watch)
    send: tuple[str, ...] | None = None
    heartbeat: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """A channel that sends mail; `smtp` is smtp(s)://user:password@host:port."""

    name: str
    to: tuple[str, ...]
    sender: str
    smtp: str = field(repr=False)
    kind: Literal["email"] = "email"


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """A channel that posts JSON, signed where it has a secret."""

    name: str
    url: str = field(repr=False)
    secret: str = field(repr=False, default="")
    kind: Literal["webhook"] = "webhook"


@dataclass(frozen=True, slots=True)
class AppriseSettings:
    """A channel that apprise serves; its URL names the service and holds the key to it."""

    name: str
    url: str = field(repr=False)
    kind: Literal["apprise"] = "apprise"


@dataclass(frozen=True, slots=True)
class CommandSettings:
    """A channel that is a program: it gets the JSON on its standard input."""

    name: str
    run: tuple[str, ...] = field(repr=False)
    kind: Literal["command"] = "command"


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """A channel that writes Atom and JSON feeds into a folder; `url` is where that folder is served."""

    name: str
    folder: Path
    url: str = ""
    kind: Literal["feed"] = "feed"


ChannelSettings = EmailSettings | WebhookSettings | AppriseSettings | CommandSettings | FeedSettings


@dataclass(frozen=True, slots=True)
class Watchlist:
    """One consistent reading of the file.

    `disabled` pages are left out of checks; `notes` maps a page's key to the note that the file keeps on it, `needs` to what it
    needs before it can be watched; nobody has opened the addresses of those that are `unverified`. `quiet` maps a channel's name
    to the hours in which it is left alone, `names` a vendor to its name in each language; `verdicts` say what matters otherwise
    than the program's own rules do.
    """

    path: Path
    settings: Settings
    health: HealthSettings
    channels: tuple[ChannelSettings, ...]
    rules: tuple[Rule, ...]
    pages: tuple[Page, ...]
    disabled: tuple[Page, ...]
    notes: Mapping[str, str]
    quiet: Mapping[str, QuietHours]
    verdicts: tuple[Override, ...] = ()
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)
    unverified: frozenset[str] = frozenset()

    @property
    def listed(self) -> tuple[Page, ...]:
        """All pages, those that are left out of checks last."""
        return (*self.pages, *self.disabled)

    def twins(self) -> Mapping[str, tuple[str, ...]]:
        """By page, each as `vendor/page`, those that state the same facts: the one whose twin it is, and its own twins."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for page in self.listed:
            if page.twin_of:
                found[page.key].insert(0, page.twin_of)
                found[page.twin_of].append(page.key)
        return {key: tuple(others) for key, others in found.items()}

    def watching(self, url: str) -> Page | None:
        """The page that is watched at this address already."""
        return next((page for page in self.listed if bare(page.url) == bare(url)), None)


def bare(url: str) -> str:
    """An address without what makes it no other: what follows `#` never reaches the server."""
    return url.partition("#")[0].rstrip("/")


def expand(text: str, environ: Mapping[str, str], key: str) -> str:
    """`text` with each `${NAME}` read from the environment; raises UsageError where one is missing or empty.

    `key` is where the text stands in the watchlist, like `channels.mail`, for the error to name.
    """

    def value(found: re.Match[str]) -> str:
        if not (said := environ.get(found[1])):
            raise UsageError(f"{key} needs the environment variable {found[1]}, which is not set")
        return said

    return VARIABLE.sub(value, text)
