"""Several processes, and who waits for one."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from queue import Empty, LifoQueue
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from monitor.apart.process import BrokenError, Process
from monitor.apart.run import Bounds
from monitor.apart.template import template
from monitor.errors import ReadingError

P = ParamSpec("P")
T = TypeVar("T")


class Processes:
    """Up to `most` processes, which have done `prepare`. May be shared between threads; who finds none idle waits.

    A process begins with the first task that finds none idle, and goes on to the next. All end with this program, however it
    ends: the kernel kills them, whatever they compute.
    """

    def __init__(
        self,
        prepare: Callable[[], object],
        most: int = len(os.sched_getaffinity(0)),
        bounds: Bounds = Bounds(),  # noqa: B008 - frozen
    ) -> None:
        self._template, self._bounds, self._closed = template(prepare), bounds, False
        self._turn, self._begun = threading.Lock(), set[Process]()
        self._idle: LifoQueue[Process | None] = LifoQueue()  # used last, used next; None is one that is not begun
        for _ in range(most):
            self._idle.put(None)

    def call(self, function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
        """Have a function done; what it gives, or raises.

        Raises ReadingError `unreadable` where its process died or took too much. One that had other tasks before may have
        died of those, so another is tried.
        """
        try:
            [item] = self.stream(_once, function, arguments, named)
        except BrokenError as broken:
            if not broken.tired:
                raise
            [item] = self.stream(_once, function, arguments, named)
        return item

    def stream(self, function: Callable[P, Iterable[T]], /, *arguments: P.args, **named: P.kwargs) -> Iterator[T]:
        """Have a function make its items, each within the bounds. Raises as `call` does, after the items that were made."""
        process = self._idle.get()
        try:
            process = process or self._another()
            yield from process.items((function, arguments, named))
        finally:
            self._back(process)

    def _another(self) -> Process:
        with self._turn:
            if self._closed:
                raise ReadingError("unreadable", "not read: the program is about to end")
            try:
                process = Process(self._template, self._bounds)
            except OSError as error:
                raise ReadingError("unreadable", f"no process to read it in: {error.strerror or error}") from error
            self._begun.add(process)
            return process

    def _back(self, process: Process | None) -> None:
        """Hand it to the next who needs one; after `close` nobody does, so who had it ends it."""
        with self._turn:
            kept = process is not None and process.idle and not self._closed
            if kept:
                self._idle.put(process)
        if not kept:
            if process:
                self._end(process)
            self._idle.put(None)

    def rest(self) -> None:
        """Let go of the idle ones, and of the memory that they hold."""
        found: list[Process | None] = []
        with suppress(Empty):
            while True:
                found.append(self._idle.get_nowait())
        for process in found:
            if process:
                self._end(process)
            self._idle.put(None)

    def _end(self, process: Process) -> None:
        with self._turn:
            self._begun.discard(process)
        process.end()

    def close(self) -> None:
        """End all, busy or not; none begins any more."""
        with self._turn:
            self._closed = True
            for process in self._begun:
                process.kill()
        self.rest()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _once(function: Callable[..., T], arguments: tuple[object, ...], named: dict[str, object]) -> Iterator[T]:
    yield function(*arguments, **named)
