"""Manners: a host is asked one thing at a time, with pauses, what its robots.txt allows, and not while it asks for peace."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

from monitor.fetch.hosts import Host, Hosts
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


Onward = Callable[[str], Capture | None]
"""Told where a redirect leads, it waits until that address may be asked; where it may not, it says what the attempt comes to."""


def freely(_: str) -> None:
    """Every address may be asked at once."""


class Fetcher(Protocol):
    """Gets one page. Whatever goes wrong on the way is told by the capture's outcome, never raised."""

    def fetch(
        self, url: str, validators: Validators, now: datetime, language: str | None = None, onward: Onward = freely
    ) -> Capture:
        """One attempt to get `url`: conditional with `validators`, in `language` where the server has it.

        `onward` is asked before a redirect is followed, by whoever follows it himself.
        """
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...


class Etiquette:
    """What all fetchers of a program keep to: who was asked when, and what each site's robots.txt says."""

    def __init__(
        self,
        robots_fetcher: Fetcher,
        agent: str,
        hosts: Hosts | None = None,
        *,
        pause: float | None = None,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`agent` is the name that robots.txt may address; `pause` the seconds between two requests, None for the usual."""
        self._fetcher, self._agent, self._pause = robots_fetcher, agent, pause
        self._hosts = hosts or Hosts()
        self._sleep, self._clock = sleep, clock

    def fetch(
        self, fetcher: Fetcher, url: str, validators: Validators, now: datetime, language: str | None, *, obeys: bool
    ) -> Capture:
        """One attempt to get `url`, when its host may be asked, and each that it redirects to.

        `obeys` is whether robots.txt is asked before.
        """
        with closing(_Turn(self._hosts, self._clock)) as turn:

            def onward(address: str) -> Capture | None:
                turn.passed()
                return self._refusal(turn, address, now, obeys=obeys)

            if refusal := self._refusal(turn, url, now, obeys=obeys):
                return refusal
            capture = fetcher.fetch(url, validators, now, language, onward)
            turn.ended(capture)
            return capture

    def close(self) -> None:
        """Keep what other runs have to know."""
        self._hosts.save()

    def _refusal(self, turn: _Turn, address: str, now: datetime, *, obeys: bool) -> Capture | None:
        """Wait until an address may be asked; what an attempt comes to where it may not."""
        parts = urlsplit(address)
        anew = turn.take(parts.netloc)
        before = turn.host.asked
        if (until := turn.host.peace_until) and now < until <= now + LONGEST_PEACE:  # a later end is a wrong clock's
            return turn.refuse(_in_peace(address, now, until))
        robots = self._robots_of(f"{parts.scheme}://{parts.netloc}", turn, now) if obeys else Robots()
        turn.take(parts.netloc)  # its robots.txt may have led elsewhere
        if refusal := robots.refusal(address, self._agent, now):
            return turn.refuse(refusal)
        if anew or turn.host.asked != before:  # a host that redirects to itself is followed at once
            self._wait(turn, address, robots.delay(self._agent))
        return None

    def _wait(self, turn: _Turn, address: str, delay: float) -> None:
        usual = (0.0 if _is_own(address) else PAUSE) if self._pause is None else self._pause
        wait = turn.host.asked + max(usual, min(delay, LONGEST_PAUSE)) - self._clock()
        if wait > 0:
            self._sleep(wait)

    def _robots_of(self, origin: str, turn: _Turn, now: datetime) -> Robots:
        """The site's robots.txt, asked for once a day; while it cannot be had, what it said last."""
        known = self._hosts.robots(origin)
        if known and timedelta(0) <= now - known[0] < ROBOTS_LAST:
            return known[1]
        if origin not in turn.robots:
            turn.robots[origin] = self._asked_for_robots(origin, turn, now, known[1] if known else None)
        return turn.robots[origin]

    def _asked_for_robots(self, origin: str, turn: _Turn, now: datetime, before: Robots | None) -> Robots:
        def onward(address: str) -> None:
            turn.passed()
            if turn.take(urlsplit(address).netloc):
                self._wait(turn, address, 0.0)

        self._wait(turn, origin, 0.0)
        capture = self._fetcher.fetch(f"{origin}/robots.txt", Validators(), now, None, onward)
        turn.ended(capture)
        robots = read(capture, before)
        if robots.fault is None and _is_answer(capture):
            self._hosts.heard(origin, now, robots)
        return robots


class _Turn:
    """Whose turn it is to be asked: one host's at a time, which nobody else asks meanwhile.

    `robots` is what was heard on the way, kept or not.
    """

    def __init__(self, hosts: Hosts, clock: Callable[[], float]) -> None:
        self._hosts, self._clock = hosts, clock
        self._host: Host | None = None
        self._refused = False
        self.robots: dict[str, Robots] = {}

    @property
    def host(self) -> Host:
        """The host whose turn it is."""
        assert self._host
        return self._host

    def take(self, name: str) -> bool:
        """Wait for the turn of a host; whether it was another's before. Who holds one never waits for another."""
        host = self._hosts.host(name)
        if host is self._host:
            return False
        self.close()
        host.lock.acquire()
        self._host = host
        return True

    def passed(self) -> None:
        """The host whose turn it is answered, with a redirect."""
        self.host.asked = self._clock()
        _answered(self.host)

    def refuse(self, capture: Capture) -> Capture:
        """The host whose turn it is may not be asked; what the attempt comes to."""
        self._refused = True
        return capture

    def ended(self, capture: Capture) -> None:
        """The host whose turn it is answered, or did not, and this came of it."""
        if self._refused:  # it was not asked
            return
        self.host.asked = self._clock()
        _note(self.host, capture)

    def close(self) -> None:
        """Let others have their turn."""
        if self._host:
            self._host.lock.release()
            self._host = None


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
        _answered(host)
        return
    host.refused |= {capture.url}
    if capture.status == UNAVAILABLE and capture.retry_after is None and len(host.refused) < 2:
        return
    host.times += 1
    usual = timedelta(seconds=PEACE * 2 ** min(host.times - 1, 10))
    asked = timedelta(seconds=capture.retry_after) if capture.retry_after is not None else usual
    host.peace_until = capture.at + min(asked, LONGEST_PEACE)


def _answered(host: Host) -> None:
    host.refused, host.times, host.peace_until = frozenset(), 0, None


def _is_own(url: str) -> bool:
    """Whether an address is on this very machine: nobody else's peace is disturbed there."""
    name = urlsplit(url).hostname or ""
    with suppress(ValueError):
        return ip_address(name).is_loopback
    return name == "localhost"
