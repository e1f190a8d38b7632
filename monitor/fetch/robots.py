"""robots.txt as RFC 9309 has it, read by protego: may an address be asked, and how long is the pause between two requests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from protego import Protego

from monitor.model import Capture

MOST_ROBOTS = 512 * 1024
"""Bytes of a robots.txt that are read, as the RFC has it at least."""
TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Robots:
    """What a site says to robots, and its words. Without rules everything is allowed; `fault` is the answer for which nothing
    is, if so.
    """

    rules: Protego | None = None
    fault: Capture | None = None
    text: str = ""

    def delay(self, agent: str) -> float:
        """The seconds that the site wants between two requests; 0 where it does not say."""
        return float((self.rules and self.rules.crawl_delay(agent)) or 0.0)

    def refusal(self, url: str, agent: str, now: datetime) -> Capture | None:
        """What an attempt comes to that a robot of that name must not make; None where it may."""
        if self.fault:
            return replace(self.fault, at=now, url=url, body=None, reason=f"not asked: robots.txt: {self.fault.reason}")
        if self.rules and not self.rules.can_fetch(url, agent):
            return Capture(now, url, "robots", "the site's robots.txt asks robots to stay away from this page")
        return None


def rules(text: str) -> Robots:
    """What the words of a robots.txt say; without words, nothing."""
    return Robots(Protego.parse(text), text=text) if text else Robots()


def read(capture: Capture, before: Robots | None) -> Robots:
    """What a robots.txt says. One that is not there allows everything; one that cannot be had says what it said before.

    If it never could be had, a server's error closes the site until it can, as the RFC has it; a host that cannot be reached at
    all is not closed by that, since the page itself will say so.
    """
    if capture.outcome == "ok" and capture.body is not None:
        return rules(capture.body[:MOST_ROBOTS].decode("utf-8", "replace"))
    if capture.status is not None and 400 <= capture.status < 500 and capture.status != TOO_MANY:
        return Robots()
    if before is not None:
        return before
    failed = capture.status is not None and (capture.status >= 500 or capture.status == TOO_MANY)
    return Robots(fault=capture) if failed else Robots()
