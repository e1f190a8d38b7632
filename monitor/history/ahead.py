"""Reading ahead: other processes read and judge the next captures while this one records those before them."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from multiprocessing import get_context, parent_process

from monitor import extract
from monitor.decide import news
from monitor.extract import Source
from monitor.extract.screen import screen
from monitor.history.recorded import Recording
from monitor.meaning.lexicon import load
from monitor.model import Capture, Change, Override, Page, Version

AHEAD = 12
"""Such runs that wait for each process, or for their turn to be taken: pages take unequal time to read and to record, and with
so many no process waits for another."""
AT_ONCE = 150
"""Captures of one page that one process reads in a row; of those that show the same, only the first is read whole."""

_GARBAGE = (20_000, 20, 20)
"""When garbage is looked for: the tree of one page alone has more objects than Python waits for."""


@dataclass(frozen=True, slots=True)
class Read:
    """What another process read in a capture. `version` is None where it says what the capture before it, or the text
    that stands, says.

    `change` is how it was judged against the version of the key `judged_against`, the last that the process took for the
    document; whether that is the one which stands is known only where the capture is taken.
    """

    fingerprint: str
    recipe: str
    key: str
    version: Version | None = None
    judged_against: str | None = None
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Ahead:
    """A recording, and what was read in it, if it was."""

    recording: Recording
    read: Read | None

    @property
    def page(self) -> Page:
        return self.recording.page

    @property
    def at(self) -> datetime:
        return self.recording.at

    @property
    def technical(self) -> bool:
        return self.recording.technical

    def capture(self) -> Capture:
        return self.recording.capture()


class Readers:
    """Processes that read and judge; none on a machine of one core, where each capture is read when its turn comes."""

    def __init__(
        self, pool: ProcessPoolExecutor | None, processes: int, language: str, overrides: tuple[Override, ...] = ()
    ) -> None:
        self._pool = pool
        self._processes = processes
        self._language = language
        self._overrides = overrides

    def ahead(self, pages: Iterable[tuple[Recording, ...]]) -> Iterator[tuple[Ahead, ...]]:
        """The recordings of each page in their order, some at a time; the next are being read meanwhile."""
        parts = (page[start : start + AT_ONCE] for page in pages for start in range(0, len(page), AT_ONCE))
        waiting: deque[tuple[tuple[Recording, ...], Future[list[Read | None]] | None]] = deque()
        while True:
            for some in islice(parts, AHEAD * self._processes - len(waiting)):
                waiting.append((some, self._submitted(some)))
            if not waiting:
                return
            some, reading = waiting.popleft()
            yield tuple(map(Ahead, some, _result(reading, len(some))))

    def _submitted(self, some: tuple[Recording, ...]) -> Future[list[Read | None]] | None:
        try:
            return self._pool.submit(_read_all, some, self._language, self._overrides) if self._pool else None
        except BrokenProcessPool:  # a pool takes nothing more once one of its processes crashed
            return None


def _result(reading: Future[list[Read | None]] | None, count: int) -> list[Read | None]:
    try:
        return reading.result() if reading else [None] * count
    except BrokenProcessPool:  # one of them crashed: what it was to read is read here, where a crash is seen
        return [None] * count


@contextmanager
def readers(
    language: str, processes: int = len(os.sched_getaffinity(0)), *, overrides: tuple[Override, ...] = ()
) -> Iterator[Readers]:
    """Processes that read and judge, one a core. They end with this one, however it ends.

    `language` is that of what is said; `overrides` are what the watchlist says of findings.
    """
    if processes < 2:
        yield Readers(None, 1, language, overrides)
        return
    load()
    gc.freeze()  # what is loaded stays: no process looks for garbage in it, or copies its memory in order to
    with ProcessPoolExecutor(processes, get_context("fork"), initializer=_alone) as pool:
        pool.submit(os.getpid).result()  # forks now, before the caller holds locks and threads
        try:
            yield Readers(pool, processes, language, overrides)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _alone() -> None:
    """Leave interrupts to the parent, and end when it does: a pool's processes outlive one that is killed."""
    gc.set_threshold(*_GARBAGE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _read_all(recorded: tuple[Recording, ...], language: str, overrides: tuple[Override, ...]) -> list[Read | None]:
    reader = _Reader(language, overrides)
    found: list[Read | None] = []
    for each in recorded:
        try:
            found.append(reader.read(each))
        except Exception:  # what goes wrong is met again, and named, where the capture is taken
            found.append(None)
    return found


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
