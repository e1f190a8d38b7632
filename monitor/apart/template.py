"""The template: a process that has loaded what the others need, has one thread, and is forked for each of them.

This program has threads and locks, and is never forked itself. The template begins with the first process that is needed; it
ends with this program, as its door is closed then.
"""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NoReturn

from monitor import __version__
from monitor.apart.run import Bounds
from monitor.errors import ReadingError

PATIENCE = 120.0
"""Seconds in which it has to begin, and to answer."""
_EDITION = __version__
"""Of the program as it was begun: a process begun after an upgrade would run other code, and say other things."""
_BEGIN = "import sys; from monitor.apart.inside import template; template(int(sys.argv[1]))"
_MOST_SAID = 16_384


class Template:
    """The template of a program. May be shared between threads; they take turns."""

    def __init__(self, prepare: Callable[[], object]) -> None:
        """`prepare` is what it does at its start: it loads what the processes need."""
        self._prepare = prepare
        self._turn = threading.Lock()
        self._door: socket.socket | None = None
        self._finalize: Callable[[], object] | None = None

    def fork(self, line: int, ends: int, words: int, bounds: Bounds) -> int:
        """Have a process begin; its id. It takes tasks from the file `line`, is killed when `ends` is closed, and leaves in the
        file `words` what it has to say of a crash.

        Raises OSError where it cannot begin, ReadingError where it would be one of another edition of the program.
        """
        with self._turn:
            if self._door is None:
                self._begin()
            return self._asked(("fork", bounds, str(Path.cwd())), line, ends, words)

    def bury(self, process: int) -> int:
        """What a process ended with that is at its end: its status, or below zero the number of a signal. OSError if unknown."""
        with self._turn:
            return self._asked(("bury", process))

    def _asked(self, request: object, *files: int) -> int:
        try:
            if self._door is None:
                _gone()
            socket.send_fds(self._door, [pickle.dumps(request)], files)
            answer = pickle.loads(self._door.recv(_MOST_SAID) or _gone())  # noqa: S301 - of this very program
        except OSError:
            self._end()
            raise
        if isinstance(answer, OSError):
            raise answer
        return int(answer)

    def _begin(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(PATIENCE)
        with theirs:
            running = subprocess.Popen(  # noqa: S603 - this very program
                [sys.executable, "-P", "-X", "faulthandler", "-c", _BEGIN, str(theirs.fileno())],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        self._finalize = weakref.finalize(self, _ended, ours, running)
        try:
            ours.send(pickle.dumps(self._prepare))
            edition = (ours.recv(_MOST_SAID) or _gone()).decode()
        except OSError:
            self._end()
            raise
        if edition != _EDITION:
            self._end()
            raise ReadingError(
                "unreadable", f"not read: the program was upgraded to {edition} as it ran; start it anew"
            )
        self._door = ours

    def _end(self) -> None:
        """End it; another begins with the next process that is needed."""
        self._door = None
        if self._finalize:
            self._finalize()


def _gone() -> NoReturn:
    raise ConnectionError("what begins such processes has ended")


def _ended(door: socket.socket, running: subprocess.Popen[bytes]) -> None:
    door.close()
    running.kill()
    running.wait()


@cache
def template(prepare: Callable[[], object]) -> Template:
    """The one template of this program that is so prepared."""
    return Template(prepare)
