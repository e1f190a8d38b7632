"""waitress, bounded: how many visitors at once, how long each may take, how much it may send."""

from __future__ import annotations

import logging
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.server import create_server

from monitor.errors import MonitorError

if TYPE_CHECKING:
    from flask import Flask

THREADS = 4
MOST_CONNECTIONS = 100
LONGEST_REST = 5
"""Seconds that answers in hand are given at the end."""
LOOK_EVERY = 1.0
LONGEST_SILENCE = 30
"""Seconds after which a connection on which nothing moves is closed."""
LONGEST_TURN = 0.000_5
"""Seconds after which a thread that computes lets others on: a visitor's many short turns would each wait for ten times that, while
versions are read beside them."""
MOST_HEADER, MOST_BODY = 16_384, 4_096
"""Bytes of a request. Nothing here takes a body; what a client sends all the same is not read into memory."""


@contextmanager
def serving(application: Flask, where: tuple[str, int]) -> Iterator[tuple[str, int]]:
    """Serve at an address while the block runs; the address, its port chosen if it was 0. MonitorError if it is taken."""
    connections: dict[int, object] = {}
    server = _listening(application, where, connections)
    stopping = threading.Event()
    thread = threading.Thread(target=_answer, args=(server, connections, stopping), name="web", daemon=True)
    thread.start()
    usual = sys.getswitchinterval()
    sys.setswitchinterval(LONGEST_TURN)
    try:
        yield where[0], int(server.effective_port)
    finally:
        sys.setswitchinterval(usual)
        stopping.set()
        server.pull_trigger()
        thread.join()
        server.task_dispatcher.shutdown(timeout=LONGEST_REST)
        wasyncore.close_all(connections)


def _listening(application: Flask, where: tuple[str, int], connections: dict[int, object]) -> Any:
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that somebody waits for a moment is no news
    return create_server(
        application,
        map=connections,
        sockets=[_bound(where)],
        threads=THREADS,
        connection_limit=MOST_CONNECTIONS,
        channel_timeout=LONGEST_SILENCE,
        cleanup_interval=10,
        max_request_header_size=MOST_HEADER,
        max_request_body_size=MOST_BODY,
        clear_untrusted_proxy_headers=True,
        ident="terms-monitor",
    )


def _bound(where: tuple[str, int]) -> socket.socket:
    """A socket at the address; waitress, left to bind its own, leaks one where the address is taken."""
    made = socket.socket(socket.AF_INET6 if ":" in where[0] else socket.AF_INET)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(where)
    except OSError as error:
        made.close()
        raise MonitorError(f"{where[0]}:{where[1]} cannot be listened on: {error.strerror or error}") from error
    return made


def _answer(server: Any, connections: dict[int, object], stopping: threading.Event) -> None:
    while not stopping.is_set():
        server.asyncore.loop(timeout=LOOK_EVERY, use_poll=True, map=connections, count=1)
