"""An end to every connection: timeouts of single reads let an answer that drips go on for ever."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any

PAUSE = 0.5
"""Seconds after which a connection that was opened at the last moment is cut, too."""


@contextmanager
def cut_after(seconds: float, connection: Callable[[], socket.socket | None]) -> Iterator[None]:
    """Let the block run; after so many seconds the connection it uses is cut, and its reads end as for a drop."""
    over = Event()
    watch = Thread(target=_watch, args=(seconds, connection, over), daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()


def _watch(seconds: float, connection: Callable[[], socket.socket | None], over: Event) -> None:
    wait = seconds
    while not over.wait(wait):
        _cut(connection())
        wait = PAUSE


def _cut(connection: socket.socket | None) -> None:
    """End both directions beneath any TLS, whose own goodbye would be one more thing to wait for."""
    if connection is not None:
        with suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)


class Line:
    """The connection of a request, as httpx tells of it."""

    def __init__(self) -> None:
        self._stream: Any = None

    def note(self, event: str, detail: dict[str, Any]) -> None:
        """Keep the connection that was opened, then the one that TLS made of it."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._stream = detail["return_value"]

    def socket(self) -> socket.socket | None:
        """The socket beneath, once there is one."""
        return None if self._stream is None else self._stream.get_extra_info("socket")
