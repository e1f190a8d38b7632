"""What is known of hosts: when each was asked, when it may be asked again, and what its robots.txt says.

What other runs have to know of it is kept in a file beside the archive. It is no record: without it robots.txt is asked for
again, and a host that asked for peace is asked once too often.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.fetch.robots import Robots, rules

FORGOTTEN = timedelta(days=30)
"""A robots.txt that was read so long before the newest is of a site that nobody asks any more."""
_log = logging.getLogger("monitor.fetch.hosts")


@dataclass(slots=True)
class Host:
    """What is known of a host. Whoever asks it holds the lock."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    asked: float = float("-inf")  # on the monotonic clock
    peace_until: datetime | None = None
    refused: frozenset[str] = frozenset()  # addresses for which it was too busy, since it last answered
    times: int = 0  # so often in a row


class Hosts:
    """The hosts that a program asks. May be shared between threads, and outlives the fetchers of an edited watchlist."""

    def __init__(self, file: Path | None = None) -> None:
        """`file` is where it is kept from one run to the next, if anywhere."""
        self._file, self._kept = file, ""
        self._guard = threading.Lock()
        self._hosts: dict[str, Host] = defaultdict(Host)
        self._said: dict[str, tuple[datetime, str]] = {}
        self._read: dict[str, Robots] = {}
        if file:
            self._load(file)

    def host(self, name: str) -> Host:
        """What is known of a host, by its name and port."""
        with self._guard:
            return self._hosts[name.lower()]

    def robots(self, origin: str) -> tuple[datetime, Robots] | None:
        """What a site's robots.txt said when it was read last, and when that was; None if it never was."""
        with self._guard:
            if origin not in self._said:
                return None
            at, text = self._said[origin]
            if origin not in self._read:
                self._read[origin] = rules(text)
            return at, self._read[origin]

    def heard(self, origin: str, at: datetime, robots: Robots) -> None:
        """Note what a site's robots.txt says."""
        with self._guard:
            self._said[origin] = at, robots.text
            self._read[origin] = robots

    def save(self) -> None:
        """Keep for other runs what they have to know, if it is news. Where it cannot be written, they ask again."""
        if self._file is None or (text := self._text()) == self._kept:
            return
        part = self._file.with_name(f".{self._file.name}.{os.getpid()}.part")
        try:
            part.write_text(text, "utf-8")
            part.replace(self._file)
            self._kept = text
        except OSError as error:
            _log.info("%s: %s", self._file, error.strerror or error)
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def _text(self) -> str:
        with self._guard:
            newest = max((at for at, _ in self._said.values()), default=None)
            robots = {
                origin: [at.isoformat(), text]
                for origin, (at, text) in self._said.items()
                if newest and newest - at < FORGOTTEN
            }
            peace = {
                name: [host.peace_until.isoformat(), host.times]
                for name, host in self._hosts.items()
                if host.peace_until
            }
        return json.dumps({"robots": robots, "peace": peace}, ensure_ascii=False, indent=1)

    def _load(self, file: Path) -> None:
        try:
            text = file.read_text("utf-8")
            kept = json.loads(text)
            robots = {str(origin): (_moment(at), str(said)) for origin, (at, said) in kept["robots"].items()}
            peace = {str(name): (_moment(until), int(times)) for name, (until, times) in kept["peace"].items()}
        except FileNotFoundError:
            return
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            _log.info("%s is left aside: %s", file, error)
            return
        self._kept, self._said = text, robots
        for name, (until, times) in peace.items():
            self._hosts[name] = Host(peace_until=until, times=times)


def _moment(text: Any) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} names no zone")
    return moment


def beside(archive: Path) -> Path:
    """The file in which is kept what is known of the hosts whose pages are in an archive."""
    return archive.with_name(f"{archive.name}.hosts")
