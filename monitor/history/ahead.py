"""Reading ahead: other processes read and judge the next captures while this one records those before them."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from monitor import extract, reading
from monitor.apart import Bounds, Processes, Run, here
from monitor.errors import ReadingError
from monitor.extract import Source
from monitor.history.recorded import Ahead, Recording
from monitor.model import Override, Version
from monitor.reading import Read
from monitor.screen import screen
from monitor.verdict import news

AHEAD = 12
"""Such runs that wait for each process, or for their turn to be taken: pages take unequal time to read and to record, and with
so many no process waits for another."""
AT_ONCE = 150
"""Captures of one page that one process reads in a row; of those that show the same, only the first is read whole."""


class _Crew(NamedTuple):
    """Processes that read, and as many threads, each of which waits for one of them."""

    processes: Processes
    hands: ThreadPoolExecutor


class Readers:
    """Reads and judges ahead, in other processes; with none of them, each capture is read when its turn comes."""

    def __init__(self, crew: _Crew | None, many: int, language: str, overrides: tuple[Override, ...] = ()) -> None:
        self._crew = crew
        self._many = many
        self._language = language
        self._overrides = overrides

    @property
    def run(self) -> Run:
        """Where what was not read ahead is read: what a process broke over may break another, but never this one."""
        return self._crew.processes.call if self._crew else here

    def ahead(self, pages: Iterable[tuple[Recording, ...]]) -> Iterator[tuple[Ahead, ...]]:
        """The recordings of each page in their order, some at a time; the next are being read meanwhile."""
        parts = (page[start : start + AT_ONCE] for page in pages for start in range(0, len(page), AT_ONCE))
        waiting: deque[tuple[tuple[Recording, ...], Future[list[Read | None]] | None]] = deque()
        while True:
            for some in islice(parts, AHEAD * self._many - len(waiting)):
                waiting.append((some, self._crew.hands.submit(self._read, some) if self._crew else None))
            if not waiting:
                return
            some, read = waiting.popleft()
            yield tuple(map(Ahead, some, read.result() if read else [None] * len(some)))

    def _read(self, some: tuple[Recording, ...]) -> list[Read | None]:
        """What was read in each of them; None from the one on over which the process broke, or took too long."""
        found: list[Read | None] = []
        assert self._crew
        with suppress(ReadingError):  # named where the capture is taken
            for each in self._crew.processes.stream(_read_all, some, self._language, self._overrides):
                found.append(each)  # noqa: PERF402 - what came before an error counts
        return found + [None] * (len(some) - len(found))


@contextmanager
def readers(
    language: str,
    processes: int = len(os.sched_getaffinity(0)),
    *,
    overrides: tuple[Override, ...] = (),
    bounds: Bounds = Bounds(),  # noqa: B008 - frozen
) -> Iterator[Readers]:
    """Processes that read and judge, one a core. They end with this one, however it ends.

    `language` is that of what is said; `overrides` are what the watchlist says of findings; `bounds` hold for each capture.
    """
    with (
        ThreadPoolExecutor(processes, "ahead") as hands,
        Processes(reading.ready, processes, bounds) as apart,
    ):
        hands.submit(apart.call, os.getpid)  # the first begins while the captures are still looked up
        try:
            yield Readers(_Crew(apart, hands), processes, language, overrides)
        finally:
            hands.shutdown(wait=False, cancel_futures=True)


def _read_all(recorded: tuple[Recording, ...], language: str, overrides: tuple[Override, ...]) -> Iterator[Read | None]:
    reader = _Reader(language, overrides)
    for each in recorded:
        try:
            yield reader.read(each)
        except MemoryError:
            raise
        except Exception:  # what goes wrong is met again, and named, where the capture is taken
            yield None


class _Reader:
    """Reads captures of one page in a row, each in the light of those before it: texts come back, and are known then."""

    def __init__(self, language: str, overrides: tuple[Override, ...]) -> None:
        self._language = language
        self._overrides = overrides
        self._versions: dict[str, Version] = {}
        self._last = ""
        self._stands: Version | None = None

    def read(self, each: Recording) -> Read | None:
        capture = each.capture()
        if capture.outcome != "ok":
            return None
        source = extract.prepare(each.page, capture.body or b"", capture.content_type)
        version = self._version(source)
        read = Read(source.fingerprint, source.recipe, version.key)
        if source.fingerprint == self._last:
            return read
        self._last = source.fingerprint
        return self._judged(each, version, read)

    def _judged(self, each: Recording, version: Version, read: Read) -> Read:
        """What was read, and what it comes to beside the text that stands, if both are the document."""
        stands, page = self._stands, each.page
        if stands and stands.key == version.key:
            return read
        if screen(version.document):
            return replace(read, version=version)
        if stands is None or each.technical:
            self._stands = version
            return replace(read, version=version)
        change = news(stands.document, version.document, page, self._language, self._overrides)
        self._stands = version if change else stands  # where only captions differ the archive begins no version either
        return replace(read, version=version, judged_against=stands.key, change=change)

    def _version(self, source: Source) -> Version:
        """What a source says, read once: most captures show what one before them showed."""
        if source.fingerprint not in self._versions:
            self._versions[source.fingerprint] = extract.version(source)
        return self._versions[source.fingerprint]
