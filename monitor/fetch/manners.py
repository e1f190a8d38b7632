"""Manners: a host is asked one thing at a time, with pauses, what its robots.txt allows, and not while it asks for peace."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

from monitor.fetch.robots import Robots, read
from monitor.model import Capture, Validators

PAUSE = 5.0
"""Seconds between two requests to a host that somebody else runs."""
LONGEST_PAUSE = 60.0
"""Seconds of a Crawl-delay that are kept; more would hold up a round, and nobody asks for it who means a reader."""
PEACE = 60.0
"""Seconds for which a host is left alone that answers 429 or 503 without saying for how long; doubled each time in a row."""
LONGEST_PEACE = timedelta(hours=24)
ROBOTS_LAST = timedelta(hours=24)
UNAVAILABLE = 503
BUSY = frozenset({429, UNAVAILABLE})


class Fetcher(Protocol):
    """Gets one page. Whatever goes wrong on the way is told by the capture's outcome, never raised."""

    def fetch(self, url: str, validators: Validators, now: datetime, language: str | None = None) -> Capture:
        """One attempt to get `url`: conditional with `validators`, in `language` where the server has it."""
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...


@dataclass(slots=True)
class Host:
    """What is known of a host in this process. Whoever asks it holds the lock."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    asked: float = float("-inf")  # on the monotonic clock
    peace_until: datetime | None = None
    refused: frozenset[str] = frozenset()  # addresses for which it was too busy, since it last answered
    times: int = 0  # so often in a row


class Etiquette:
    """What all fetchers of a program share: who was asked when, and what each site's robots.txt says."""

    def __init__(
        self,
        robots_fetcher: Fetcher,
        agent: str,
        *,
        pause: float | None = None,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`agent` is the name that robots.txt may address; `pause` the seconds between two requests, None for the usual."""
        self._fetcher, self._agent, self._pause = robots_fetcher, agent, pause
        self._sleep, self._clock = sleep, clock
        self._hosts: dict[str, Host] = defaultdict(Host)
        self._robots: dict[str, tuple[datetime, Robots]] = {}
        self._guard = threading.Lock()

    def fetch(
        self, fetcher: Fetcher, url: str, validators: Validators, now: datetime, language: str | None, *, obeys: bool
    ) -> Capture:
        """One attempt to get `url`, when its host may be asked; `obeys` is whether its robots.txt is asked before."""
        parts = urlsplit(url)
        with self._guard:
            host = self._hosts[parts.netloc.lower()]
        with host.lock:
            if (
                host.peace_until and now < host.peace_until <= now + LONGEST_PEACE
            ):  # a later end is a clock's that was wrong
                return _in_peace(url, now, host.peace_until)
            robots = self._robots_of(f"{parts.scheme}://{parts.netloc}", host, now) if obeys else Robots()
            if refusal := robots.refusal(url, self._agent, now):
                return refusal
            return self._ask(fetcher, url, validators, now, language, host, robots.delay(self._agent))

    def _ask(
        self,
        fetcher: Fetcher,
        url: str,
        validators: Validators,
        now: datetime,
        language: str | None,
        host: Host,
        delay: float,
    ) -> Capture:
        usual = (0.0 if _is_own(url) else PAUSE) if self._pause is None else self._pause
        wait = host.asked + max(usual, min(delay, LONGEST_PAUSE)) - self._clock()
        if wait > 0:
            self._sleep(wait)
        capture = fetcher.fetch(url, validators, now, language)
        host.asked = self._clock()
        _note(host, capture)
        return capture

    def _robots_of(self, origin: str, host: Host, now: datetime) -> Robots:
        """The site's robots.txt, asked for once a day; while it cannot be had, what it said last."""
        known = self._robots.get(origin)
        if known and timedelta(0) <= now - known[0] < ROBOTS_LAST:
            return known[1]
        capture = self._ask(self._fetcher, f"{origin}/robots.txt", Validators(), now, None, host, 0.0)
        robots = read(capture, known[1] if known else None)
        if robots.fault is None and _is_answer(capture):
            self._robots[origin] = (now, robots)
        return robots


def _is_answer(capture: Capture) -> bool:
    """Whether a site said something on robots: that there is no robots.txt, or what stands in it."""
    return capture.outcome == "ok" or (capture.status is not None and 400 <= capture.status < 500)


def _in_peace(url: str, now: datetime, until: datetime) -> Capture:
    reason = f"not asked: the host is left alone until {until:%Y-%m-%d %H:%M} UTC, as it answered that it is too busy"
    return Capture(now, url, "rate_limited", reason, retry_after=(until - now).total_seconds())


def _note(host: Host, capture: Capture) -> None:
    """Note whether a host is to be left alone, and for how long.

    It is after a 429, or when it says how long; a 503 alone may be one page's trouble, until another page has it, too.
    """
    if capture.status not in BUSY:
        host.refused, host.times, host.peace_until = frozenset(), 0, None
        return
    host.refused |= {capture.url}
    if capture.status == UNAVAILABLE and capture.retry_after is None and len(host.refused) < 2:
        return
    host.times += 1
    usual = timedelta(seconds=PEACE * 2 ** min(host.times - 1, 10))
    asked = timedelta(seconds=capture.retry_after) if capture.retry_after is not None else usual
    host.peace_until = capture.at + min(asked, LONGEST_PEACE)


def _is_own(url: str) -> bool:
    """Whether an address is on this very machine: nobody else's peace is disturbed there."""
    name = urlsplit(url).hostname or ""
    with suppress(ValueError):
        return ip_address(name).is_loopback
    return name == "localhost"
