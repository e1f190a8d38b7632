"""A small web server that says how a program fares: a few addresses, GET and HEAD, bounded. What it says, others decide."""

from __future__ import annotations

import ipaddress
import logging
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from monitor.errors import MonitorError, UsageError

MOST_AT_ONCE = 8
"""Visitors at once; who comes on top of them is hung up on."""
LONGEST_VISIT = 60.0
"""Seconds after which a visitor is hung up on, whatever it is at: an archive in use may be waited for half of them."""
LONGEST_SILENCE = 5.0
_log = logging.getLogger("monitor.status_server")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a visitor gets."""

    status: int
    content_type: str
    body: bytes


Answers = Mapping[str, Callable[[], Answer]]


def address(text: str) -> tuple[str, int]:
    """A host and port as people write them: `127.0.0.1:9464`, `[::1]:9464`, or `9464` alone, on loopback. UsageError."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or "127.0.0.1"
    if host == "localhost":
        host = "127.0.0.1"
    try:
        ipaddress.ip_address(host)
    except ValueError:
        raise UsageError(f"{text}: an IP address and a port is expected, as in 127.0.0.1:9464") from None
    if not (port.isascii() and port.isdecimal() and int(port) < 65536):
        raise UsageError(f"{text}: a port from 0 to 65535 is expected, as in 127.0.0.1:9464")
    return host, int(port)


@contextmanager
def serving(where: tuple[str, int], answers: Answers) -> Iterator[tuple[str, int]]:
    """Answer at an address while the block runs; the address, its port chosen if it was 0. MonitorError if it is taken."""
    try:
        server = _Server(where, answers)
    except OSError as error:
        raise MonitorError(f"{where[0]}:{where[1]} cannot be listened on: {error.strerror or error}") from error
    thread = threading.Thread(target=server.serve_forever, args=(0.2,), name="status", daemon=True)
    thread.start()
    try:
        yield where[0], server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 32
    block_on_close = False  # a visitor does not hold up the end

    def __init__(self, where: tuple[str, int], answers: Answers) -> None:
        self.address_family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
        self.answers = answers
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)
        super().__init__(where, _Visit)

    def server_bind(self) -> None:
        """Without asking a name server what this host is called, as the standard library does here."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = str(self.server_address[0]), self.socket.getsockname()[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        end = threading.Timer(LONGEST_VISIT, _hang_up, [request])
        end.daemon = True
        end.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            end.cancel()
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the standard library's names
        """One visit that goes wrong is no more than that."""
        _log.info("a visitor went away, or could not be answered", exc_info=True)


def _hang_up(request: socket.socket) -> None:
    with suppress(OSError):
        request.shutdown(socket.SHUT_RDWR)


class _Visit(BaseHTTPRequestHandler):
    server: _Server
    timeout = LONGEST_SILENCE
    server_version, sys_version = "terms-monitor", ""

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        found = self.server.answers.get(self.path.partition("?")[0])
        answer = found() if found else Answer(404, "text/plain; charset=utf-8", b"Not found\n")
        self.send_response(answer.status)
        for name, value in (
            ("Content-Type", answer.content_type),
            ("Content-Length", str(len(answer.body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'none'"),
        ):
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        """Visits are not logged: there is one every few seconds."""
