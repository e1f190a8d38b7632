"""One process apart, as this program sees it."""

from __future__ import annotations

import os
import pickle
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Literal

from monitor.apart.line import received, send
from monitor.apart.run import Bounds
from monitor.apart.template import Template
from monitor.errors import ReadingError

_Answer = tuple[Literal["item", "error", "done"], Any]


class BrokenError(ReadingError):
    """A process died, or was ended because it took too much; `tired` if it may be for what it had done before."""

    def __init__(self, reason: str, *, tired: bool = False) -> None:
        self.tired = tired
        super().__init__("unreadable", reason)


class Process:
    """A process, and the line to it. `idle` is whether it waits for a task."""

    def __init__(self, template: Template, bounds: Bounds) -> None:
        """Have it begun. Raises OSError where it cannot be."""
        self._template, self._bounds = template, bounds
        self.idle, self._used = True, False
        ends, life = os.pipe()  # nothing is ever written; an end of this program closes it, too
        self._life = os.fdopen(life, "wb", 0)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.settimeout(bounds.patience)
            self._line = ours.makefile("rwb")
            try:
                self._number: int | None = template.fork(theirs.fileno(), ends, bounds)
            except BaseException:
                self._life.close()
                self._line.close()
                raise
            finally:
                os.close(ends)

    def items(self, task: tuple[object, ...]) -> Iterator[Any]:
        """What comes of a task: a function, its arguments, and those with names. Raises BrokenError, or what the task raised."""
        packed = pickle.dumps(task)
        self.idle, tired, self._used = False, self._used, True
        try:
            send(self._line, packed)
            while (answer := self._answer())[0] == "item":
                yield answer[1]
        except (OSError, EOFError) as error:
            raise self._broken(error, tired=tired) from error
        kind, fault = answer
        if isinstance(fault, MemoryError):
            reason = f"reading it took more than {self._bounds.memory // 2**20} MB of memory"
            raise BrokenError(reason, tired=tired)
        self.idle = True
        if kind == "error":
            raise fault

    def _answer(self) -> _Answer:
        answer: _Answer = pickle.loads(received(self._line))  # noqa: S301 - of this very program
        return answer

    def _broken(self, error: Exception, *, tired: bool) -> BrokenError:
        """What became of it, in words. What took too long takes as long in another."""
        if isinstance(error, TimeoutError):
            return BrokenError(f"reading it was not done after {self._bounds.patience:g} seconds")
        code = self._buried()
        if code == -signal.SIGXCPU:
            return BrokenError(f"reading it took more than {self._bounds.seconds} seconds of computing")
        how = f"status {code}" if code is None or code >= 0 else signal.strsignal(-code)
        return BrokenError(f"the process that read it ended: {how}", tired=tired)

    def _buried(self) -> int | None:
        """What it ended with, waited for; None where that is not known any more."""
        number, self._number = self._number, None
        with suppress(OSError):
            return number and self._template.bury(number)
        return None

    def kill(self) -> None:
        """Kill it, whatever it does; who waits for it sees it die."""
        self._life.close()

    def end(self) -> None:
        """Kill it, and let go of what belongs to it."""
        self.idle = False
        self.kill()
        self._buried()
        with suppress(OSError):  # what was to be said has nobody to hear it
            self._line.close()
