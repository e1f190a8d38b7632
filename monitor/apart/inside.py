"""What the other processes do: the template waits to be forked, and the others for their tasks."""

from __future__ import annotations

import fcntl
import gc
import math
import os
import pickle
import resource
import select
import signal
import socket
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from monitor import __version__
from monitor.apart.line import received, send
from monitor.apart.run import Bounds

_GARBAGE = (20_000, 20, 20)
"""When garbage is looked for: the tree of one page alone has more objects than Python waits for."""
_LEFT_TO_THE_PARENT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_FIRST_TO_GO = "500"
"""Where the machine has no memory left the kernel ends a process with one page in hand, and not the one that has them all."""
_MOST_SAID = 16_384
STDERR = 2


def template(door: int) -> None:
    """Be the template: prepare as the first message says, then fork a process, or say what one ended with, as often as asked."""
    for number in _LEFT_TO_THE_PARENT:
        signal.signal(number, signal.SIG_IGN)
    gc.set_threshold(*_GARBAGE)
    with socket.socket(fileno=door) as asked:
        prepare = pickle.loads(asked.recv(_MOST_SAID))  # noqa: S301 - of this very program
        gc.disable()
        prepare()
        gc.freeze()  # no process looks for garbage in what was loaded, or copies its memory in order to
        gc.enable()
        asked.send(__version__.encode())
        while True:
            message, files, _, _ = socket.recv_fds(asked, _MOST_SAID, 3)
            if not message:
                return
            asked.send(pickle.dumps(_answer(asked, pickle.loads(message), files)))  # noqa: S301 - of this very program


def _answer(asked: socket.socket, request: tuple[object, ...], files: list[int]) -> int | OSError:
    try:
        match request:
            case ("bury", int(process)):
                return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
            case ("fork", Bounds() as bounds, str(folder)):
                return _forked(asked, bounds, folder, files)
            case _:
                raise AssertionError(request)
    except OSError as error:
        return error
    finally:
        for file in files:
            os.close(file)


def _forked(asked: socket.socket, bounds: Bounds, folder: str, files: list[int]) -> int:
    process = os.fork()
    if process:
        return process
    try:
        asked.close()
        line, ends, words = files
        os.dup2(words, STDERR)
        _end_with(ends)
        _bound(bounds.memory)
        with suppress(OSError):
            os.chdir(folder)
        _serve(line, bounds.seconds)
    finally:
        os._exit(0)


def _serve(line: int, seconds: int) -> None:
    """Do the tasks that come through a line, until it is closed."""
    with socket.socket(fileno=line) as open_, open_.makefile("rwb") as both, suppress(EOFError, ConnectionError):
        while True:
            for answer in _answers(received(both), seconds):
                send(both, answer)


def _end_with(ends: int) -> None:
    """Have the kernel kill this process when the other side of a pipe is closed, in the midst of whatever it does."""
    fcntl.fcntl(ends, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(ends, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(ends, fcntl.F_SETFL, fcntl.fcntl(ends, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([ends], [], [], 0)[0]:  # it was closed before
        os._exit(0)


def _bound(memory: int) -> None:
    """No more memory than this beside what it has, and no picture of it left on the disk by a crash."""
    has = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    _limit(resource.RLIMIT_AS, has + memory)
    _limit(resource.RLIMIT_CORE, 0)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, "ascii")


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _answers(task: bytes, seconds: int) -> Iterator[bytes]:
    """What comes of a task, packed: its items, and that it is done, or what it broke off with."""
    try:
        _allow(seconds)
        function, arguments, named = pickle.loads(task)  # noqa: S301 - of this very program
        for item in function(*arguments, **named):
            yield _packed("item", item)
            _allow(seconds)
    except Exception as error:
        yield _packed("error", _portable(error))
    else:
        yield _packed("done", None)


def _allow(seconds: int) -> None:
    """So many seconds of computing from now on; then the kernel ends this process by SIGXCPU."""
    _limit(resource.RLIMIT_CPU, math.ceil(time.process_time()) + seconds)


def _portable(error: Exception) -> Exception:
    """An error that can be sent, with a note of where it came from."""
    where = traceback.format_exc()
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - what was just packed
    except Exception:
        error = RuntimeError(f"{type(error).__name__}: {error}")
    error.add_note(where)
    return error


def _packed(kind: str, value: object) -> bytes:
    return pickle.dumps((kind, value), pickle.HIGHEST_PROTOCOL)
