"""A proxy on loopback through which a browser reaches the network: each of its connections is vetted as ours are.

The browser resolves no name and opens no connection of its own. It asks here, with the token of the page that it shows; what
may not be dialled is refused, and remembered for that page.
"""

from __future__ import annotations

import base64
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from selectors import EVENT_READ, DefaultSelector
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Self

import httpcore
import httpx

from monitor.errors import ReadingError
from monitor.fetch.faults import FAULTS
from monitor.fetch.guard import check_url

_HEAD_BYTES = 64 * 1024
_HEAD_SECONDS = 10.0
_CHUNK = 64 * 1024
_MOST_CONNECTIONS = 100
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "proxy-authorization", "proxy-connection", "te", "upgrade"})
_UNKNOWN = (
    b"HTTP/1.1 407 Proxy Authentication Required\r\n"
    b'Proxy-Authenticate: Basic realm="monitor"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
)
_REFUSED = b"HTTP/1.1 502 Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser asks a proxy for: a tunnel (CONNECT), or one answer over unprotected HTTP."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str:
        """The first header of that name; "" where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def tunnel(self) -> bool:
        """Whether a connection is asked for, not an answer."""
        return self.method == "CONNECT"

    def url(self) -> httpx.URL:
        """Where it leads, read by the parser that reads every address. Raises BlockedTargetError."""
        return check_url(f"https://{self.target}/" if self.tunnel else self.target)

    def token(self) -> str:
        """The token in Proxy-Authorization; "" where there is none."""
        scheme, _, words = self.header("proxy-authorization").partition(" ")
        try:
            user = base64.b64decode(words, validate=True) if scheme.lower() == "basic" else b""
        except ValueError:
            return ""
        return user.partition(b":")[0].decode("latin-1")

    def forwarded(self) -> bytes:
        """The head as the server gets it: for one answer only, so that no other request can follow on the connection."""
        path = self.url().raw_path.decode("ascii")
        kept = [f"{name}: {value}" for name, value in self.headers if name.lower() not in _HOP_BY_HOP]
        return "\r\n".join([f"{self.method} {path} HTTP/1.1", *kept, "Connection: close", "", ""]).encode("latin-1")


def parse(head: bytes) -> Asked | None:
    """What the head of a request asks for; None for what is no request."""
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        return None
    pairs = (line.partition(":") for line in lines)
    return Asked(words[0], words[1], tuple((name, value.strip()) for name, _, value in pairs))


def last_answer(head: bytes) -> bytes:
    """The head of an answer, changed to say that no other follows: the browser must not ask for another host on it."""
    first, *lines = head.decode("latin-1").split("\r\n")
    kept = [line for line in lines if line.partition(":")[0].strip().lower() not in _HOP_BY_HOP]
    return "\r\n".join([first, *kept, "Connection: close", "", ""]).encode("latin-1")


@dataclass
class Passage:
    """The way to the network of one page: until a deadline (monotonic clock), and for so many bytes.

    `refused` holds, by host and port, why the last attempt to connect there failed.
    """

    deadline: float
    room: float
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    refused: dict[tuple[str, int], Exception] = field(default_factory=dict)
    spent: bool = False

    @property
    def left(self) -> float:
        """Seconds until the deadline; none once the bytes are spent."""
        return 0.0 if self.spent else max(self.deadline - time.monotonic(), 0.0)

    def carry(self, size: int) -> None:
        """Take so many bytes off the room that is left. Two connections at once may take a chunk too many."""
        self.room -= size
        self.spent = self.spent or self.room < 0

    def why_refused(self, url: str) -> Exception | None:
        """Why the host of an address could not be reached, if that was tried."""
        try:
            return self.refused.get(_place(check_url(url)))
        except FAULTS as error:
            return error


class GuardProxy:
    """Listens on loopback while it is in use. Every connection out of it is opened by `backend`, which vets."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._passages: dict[str, Passage] = {}
        self._server = _Server(_Ways(backend, self._passages))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True, name="guard proxy")
        self._thread.start()

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def passage(self, seconds: float, room: float) -> Iterator[Passage]:
        """A way to the network for one page; afterwards its connections end."""
        passage = Passage(time.monotonic() + seconds, room)
        self._passages[passage.token] = passage
        try:
            yield passage
        finally:
            del self._passages[passage.token]
            passage.deadline = 0.0

    def close(self) -> None:
        """Listen no longer."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class _Ways:
    """What a connection to the proxy needs: how to connect, for whom, and how many may do so at once."""

    backend: httpcore.NetworkBackend
    passages: dict[str, Passage]
    turns: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(_MOST_CONNECTIONS))


class _Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False  # connections end with their passage, and never hold up the end of the program
    request_queue_size = 64

    def __init__(self, ways: _Ways) -> None:
        self.ways = ways
        super().__init__(("127.0.0.1", 0), _Connection)

    def handle_error(self, *_: object) -> None:
        """Say nothing: a browser breaks off connections as it likes, and a page must not fill the log."""


class _Connection(BaseRequestHandler):
    server: _Server
    request: socket.socket

    def handle(self) -> None:
        if not self.server.ways.turns.acquire(blocking=False):
            return
        try:
            self.request.settimeout(_HEAD_SECONDS)
            head, rest = _read_head(self.request)
            asked = parse(head)
            passage = self.server.ways.passages.get(asked.token()) if asked else None
            if asked and passage:
                self._serve(asked, rest, passage)
            else:
                self.request.sendall(_UNKNOWN)
        finally:
            self.server.ways.turns.release()

    def _serve(self, asked: Asked, rest: bytes, passage: Passage) -> None:
        try:
            stream = _connect(asked, self.server.ways.backend, passage)
        except FAULTS:
            # An answer to a refused request over plain HTTP would look like the server's own, so there is none.
            self.request.sendall(_REFUSED if asked.tunnel else b"")
            return
        with closing(stream):
            outside = stream.get_extra_info("socket")
            assert isinstance(outside, socket.socket)
            if asked.tunnel:
                self.request.sendall(_OPEN)
                outside.sendall(rest)
                _relay(self.request, outside, passage)
            else:
                _forward(asked, rest, self.request, outside, passage)


def _place(url: httpx.URL) -> tuple[str, int]:
    return url.raw_host.decode("ascii").lower(), url.port or (443 if url.scheme == "https" else 80)


def _connect(asked: Asked, backend: httpcore.NetworkBackend, passage: Passage) -> httpcore.NetworkStream:
    """A vetted connection to where a request leads; a failure is remembered for the page."""
    url = asked.url()
    host, port = _place(url)
    try:
        if not passage.left:
            raise ReadingError("timeout", "the time for the whole page is over")
        return backend.connect_tcp(host, port, passage.left)
    except FAULTS as error:
        passage.refused[host, port] = error
        raise


def _read_head(connection: socket.socket) -> tuple[bytes, bytes]:
    """The head of a request or an answer, without its last line, and what came after it. Empty where there is no whole one."""
    received = b""
    while b"\r\n\r\n" not in received:
        data = connection.recv(_CHUNK)
        received += data
        if not data or len(received) > _HEAD_BYTES:
            return b"", b""
    head, _, rest = received.partition(b"\r\n\r\n")
    return head, rest


def _forward(asked: Asked, rest: bytes, inside: socket.socket, outside: socket.socket, passage: Passage) -> None:
    """Ask for one answer over plain HTTP, and bring it back. A body goes along as far as it is announced."""
    outside.settimeout(min(passage.left, _HEAD_SECONDS * 3) or 0.1)
    length = asked.header("content-length")
    missing = int(length) if length.isascii() and length.isdigit() else 0
    outside.sendall(asked.forwarded())
    while missing > 0 and (piece := rest[:missing] or inside.recv(min(missing, _CHUNK))):
        outside.sendall(piece)
        missing, rest = missing - len(piece), b""
    head, begun = _read_head(outside)
    if head:
        inside.sendall(last_answer(head) + begun)
        passage.carry(len(head) + len(begun))
        _relay(inside, outside, passage, one_way=True)


def _relay(inside: socket.socket, outside: socket.socket, passage: Passage, *, one_way: bool = False) -> None:
    """Carry bytes between the browser and the server until one of them ends, the deadline comes, or the room is spent."""
    with suppress(OSError), DefaultSelector() as selector:
        for connection in (inside, outside):
            connection.settimeout(_HEAD_SECONDS)
            selector.register(connection, EVENT_READ)
        while passage.left:
            # looked at in turns of a second: a passage may end before its deadline
            for key, _ in selector.select(min(passage.left, 1.0)):
                incoming = key.fileobj is outside
                data = (outside if incoming else inside).recv(_CHUNK)
                if not data:
                    return
                if incoming:
                    passage.carry(len(data))
                    inside.sendall(data)
                elif not one_way:
                    outside.sendall(data)
