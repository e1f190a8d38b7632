"""Many pages at once: workers look at pages of different hosts, and one hand takes what they saw, to record it or to show it.

page -> worker of its host: look -> queue -> record, several in one transaction -> told as checked
"""

from __future__ import annotations

import math
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from queue import Empty, Full, Queue
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from monitor.archive import Archive
from monitor.model import Page
from monitor.pipeline import Checked, Looked, record

WORKERS = 16
AT_ONCE = 40
"""Looks that are recorded in one transaction, if so many are waiting: a commit takes longer than what is in it."""

Seen = TypeVar("Seen")
Look = Callable[[Page], Seen]
GRACE = 8.0
"""Seconds in which the pages at hand may be finished after a stop. What is not is as if it had not been begun."""
TICK = 0.2
NAME = "look"


class _LeftBehindError(Exception):
    """The workers did not finish in the grace after a stop."""


def check(
    pages: Iterable[Page],
    archive: Archive,
    look: Look[Looked],
    stopping: threading.Event,
    workers: int = WORKERS,
    longest: float = math.inf,
) -> Iterator[Checked]:
    """Check each page once, now, several at a time, of each host one. Told is what is on the disk.

    When `stopping` is set, or after `longest` seconds, no further page is begun, and what was seen is recorded. What a worker
    raises is raised here, after what the others saw before it was recorded.
    """
    for some in _seen(pages, look, stopping, workers, time.monotonic() + longest):
        with archive.together():
            checked = [record(each, archive) for each in some]
        yield from checked


def gather(
    pages: Iterable[Page], look: Look[Seen], stopping: threading.Event, workers: int = WORKERS
) -> Iterator[Seen]:
    """Look at each page once, now, several at a time, of each host one; nothing is recorded."""
    for some in _seen(pages, look, stopping, workers, math.inf):
        yield from some


def _seen(
    pages: Iterable[Page], look: Look[Seen], stopping: threading.Event, workers: int, end: float
) -> Iterator[list[Seen]]:
    crew = _Crew(pages, look, stopping, workers, end)
    try:
        with suppress(_LeftBehindError):
            yield from crew.seen()
    finally:
        crew.dismiss()


class _Crew(Generic[Seen]):
    """The workers, and the hosts whose pages wait for one. A worker tells what it saw, what went wrong, or, with None, its end."""

    def __init__(
        self, pages: Iterable[Page], look: Look[Seen], stopping: threading.Event, workers: int, end: float
    ) -> None:
        self._look, self._stopping, self._end = look, stopping, end
        self._dismissed = threading.Event()
        self._hosts = deque(_by_host(pages))
        self._seen: Queue[Seen | BaseException | None] = Queue(maxsize=AT_ONCE)
        self._working = min(workers, len(self._hosts))
        self._turn = threading.Lock()
        # Whoever must stop at once leaves them behind: a look that is not recorded is as if it had not been made.
        for _ in range(self._working):
            threading.Thread(target=self._work, name=NAME, daemon=True).start()

    def seen(self) -> Iterator[list[Seen]]:
        """What the workers see, some at a time, until all are done, or for a while after they were told to stop."""
        while self._working:
            some = [self._wait(), *self._waiting()]
            self._working -= some.count(None)
            yield [each for each in some if each is not None and not isinstance(each, BaseException)]
            for each in some:
                if isinstance(each, BaseException):
                    raise each

    def dismiss(self) -> None:
        """Let no worker begin another page, and none wait to be heard."""
        self._dismissed.set()

    def _wait(self) -> Seen | BaseException | None:
        """What is seen next."""
        grace: float | None = None
        while grace is None or time.monotonic() < grace:
            with suppress(Empty):
                return self._seen.get(timeout=TICK)
            if grace is None and self._stopping.is_set():
                grace = time.monotonic() + GRACE
        raise _LeftBehindError

    def _waiting(self) -> Iterator[Seen | BaseException | None]:
        with suppress(Empty):
            for _ in range(AT_ONCE - 1):
                yield self._seen.get_nowait()

    def _work(self) -> None:
        try:
            while pages := self._next_host():
                while pages and self._goes_on():
                    self._tell(self._look(pages.popleft()))
        except BaseException as error:  # whatever it is, the one who asked must hear of it
            self._tell(error)
        self._tell(None)

    def _tell(self, seen: Seen | BaseException | None) -> None:
        while not self._dismissed.is_set():
            with suppress(Full):
                self._seen.put(seen, timeout=TICK)
                return

    def _goes_on(self) -> bool:
        return not (self._stopping.is_set() or self._dismissed.is_set() or time.monotonic() > self._end)

    def _next_host(self) -> deque[Page] | None:
        with self._turn:
            return self._hosts.popleft() if self._hosts else None


def _by_host(pages: Iterable[Page]) -> list[deque[Page]]:
    """The pages of each host in their order; the host with the most first, since it takes longest."""
    hosts: dict[str, deque[Page]] = defaultdict(deque)
    for page in pages:
        hosts[urlsplit(page.url).netloc.lower()].append(page)
    return sorted(hosts.values(), key=len, reverse=True)
