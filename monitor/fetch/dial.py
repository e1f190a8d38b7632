"""The way to the network: every connection is vetted where it is opened, and ends at a deadline."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Iterator

import httpcore
import httpx

from monitor.answer import Limits
from monitor.fetch.guard import Resolver, vet

Dial = Callable[[str, int, float], httpcore.NetworkStream]
"""Numeric address, port, timeout in seconds -> an open connection. Raises httpcore's ConnectError, ConnectTimeout."""


def dial_tcp(address: str, port: int, timeout: float) -> httpcore.NetworkStream:
    """Open a TCP connection to a numeric address."""
    return httpcore.SyncBackend().connect_tcp(address, port, timeout, socket_options=())


class TimedStream(httpcore.NetworkStream):
    """A connection on which nothing waits past `deadline` (monotonic clock): timeouts of single reads let a drip go on.

    `latest` is what the last read brought.
    """

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline
        self.latest = b""

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for the whole fetch is over")
        return left if timeout is None else min(left, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.latest = self._stream.read(max_bytes, self._left(timeout))
        return self.latest

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._left(timeout))
        return TimedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Resolves a name once, vets all its addresses, and dials the number; TLS and the Host header keep the name.

    The connect timeout it is given counts as the time left for everything on this connection.
    """

    def __init__(self, limits: Limits, resolver: Resolver, *, allow_private: bool, dial: Dial = dial_tcp) -> None:
        self._limits = limits
        self._resolver = resolver
        self._allow_private = allow_private
        self._dial = dial

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - httpcore's signature
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        deadline = time.monotonic() + (self._limits.total_seconds if timeout is None else timeout)
        failure: Exception = TimeoutError("no time was left to connect")
        for address in vet(host, port, self._resolver, allow_private=self._allow_private):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            try:
                stream = self._dial(address, port, min(left, self._limits.connect_seconds))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return TimedStream(stream, deadline)
        raise failure


class _Body(httpx.SyncByteStream):
    """An httpcore body as httpx takes it."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class GuardedTransport(httpx.BaseTransport):
    """httpx over a guarded backend. Raises httpcore's errors; keeps no connection: a deadline is for one request."""

    def __init__(self, backend: httpcore.NetworkBackend, context: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=context, max_connections=None, max_keepalive_connections=0, network_backend=backend
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        address = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                address,
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions, request=request
        )

    def close(self) -> None:
        self._pool.close()
