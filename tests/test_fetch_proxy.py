"""The proxy that a browser is put behind: what it lets through, what it refuses, and what it remembers. No browser here."""

from __future__ import annotations

import base64
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from fault_server import FaultServer, reply
from hypothesis import given
from hypothesis import strategies as st

from monitor.fetch import Limits
from monitor.fetch.dial import GuardedBackend
from monitor.fetch.guard import BlockedTargetError, UnresolvedNameError
from monitor.fetch.proxy import Asked, GuardProxy, Passage, last_answer, parse

HOUR = 3600.0


def resolve(host: str, port: int) -> tuple[str, ...]:
    """`lost.example` has no address; all else is this machine."""
    return () if host == "lost.example" else ("127.0.0.1",)


def proxy(*, allow_private: bool = True) -> GuardProxy:
    return GuardProxy(GuardedBackend(Limits(), resolve, allow_private=allow_private))


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer({"/": [reply(b"terms")], "/page?a=1": [reply(b"page")]}) as server:
        yield server


@pytest.fixture
def open_proxy() -> Iterator[GuardProxy]:
    with proxy() as made:
        yield made


@contextmanager
def connected(to: GuardProxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", int(to.address.rpartition(":")[2])), timeout=5) as connection:
        yield connection


def credentials(passage: Passage) -> str:
    return "Proxy-Authorization: Basic " + base64.b64encode(f"{passage.token}:-".encode()).decode()


def send(connection: socket.socket, *lines: str, body: str = "") -> None:
    connection.sendall(("\r\n".join([*lines, "", ""]) + body).encode())


def everything(connection: socket.socket) -> bytes:
    received = b""
    while data := connection.recv(65536):
        received += data
    return received


def ask(to: GuardProxy, *lines: str, body: str = "") -> bytes:
    """All that comes back for a request."""
    with connected(to) as connection:
        send(connection, *lines, body=body)
        return everything(connection)


def test_an_answer_comes_through(open_proxy: GuardProxy, server: FaultServer) -> None:
    """A request over plain HTTP reaches the server as one of its own, without what is the proxy's; no other follows it."""
    with open_proxy.passage(HOUR, HOUR) as passage:
        url = server.url("/page?a=1")
        answer = ask(open_proxy, f"GET {url} HTTP/1.1", "Host: x", credentials(passage), "Proxy-Connection: keep-alive")
    assert answer.endswith(b"\r\nConnection: close\r\n\r\npage")
    assert (server.requests[0].path, server.requests[0].headers) == ("/page?a=1", {"host": "x", "connection": "close"})


def test_a_tunnel_carries_bytes_both_ways(open_proxy: GuardProxy, server: FaultServer) -> None:
    """After CONNECT the proxy only carries, whatever it is."""
    with open_proxy.passage(HOUR, HOUR) as passage, connected(open_proxy) as connection:
        send(connection, f"CONNECT any.example:{server.port} HTTP/1.1", credentials(passage))
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
        send(connection, "GET / HTTP/1.1", "Host: any.example")
        assert everything(connection).endswith(b"terms")


@pytest.mark.parametrize(
    "authorization", ["X: y", "Proxy-Authorization: Basic bm9ib2R5Oi0=", "Proxy-Authorization: Basic %"]
)
def test_nobody_passes_without_a_token(open_proxy: GuardProxy, server: FaultServer, authorization: str) -> None:
    """Whoever has no token of a page that is shown just now is asked for one, and nothing is dialled."""
    with open_proxy.passage(HOUR, HOUR):
        assert ask(open_proxy, f"GET {server.url()} HTTP/1.1", authorization).startswith(b"HTTP/1.1 407 ")
    assert server.connections == 0


def test_a_token_ends_with_its_page(open_proxy: GuardProxy, server: FaultServer) -> None:
    """Once a page is over, its token opens nothing."""
    with open_proxy.passage(HOUR, HOUR) as passage:
        pass
    assert ask(open_proxy, f"GET {server.url()} HTTP/1.1", credentials(passage)).startswith(b"HTTP/1.1 407 ")
    assert server.connections == 0


def test_what_is_not_public_is_refused_and_remembered(server: FaultServer) -> None:
    """Neither a request nor a tunnel reaches a private address, and the page can be told why."""
    with proxy(allow_private=False) as guard, guard.passage(HOUR, HOUR) as passage:
        url = f"http://inside.example:{server.port}/"
        assert ask(guard, f"GET {url} HTTP/1.1", credentials(passage)) == b""
        tunnel = ask(guard, f"CONNECT 127.0.0.1:{server.port} HTTP/1.1", credentials(passage))
        assert tunnel.startswith(b"HTTP/1.1 502 ")
        assert isinstance(passage.why_refused(url), BlockedTargetError)
        assert isinstance(passage.why_refused(server.url()), BlockedTargetError)
        assert passage.why_refused("http://other.example/") is None
    assert server.connections == 0


def test_a_name_without_an_address_is_remembered(open_proxy: GuardProxy) -> None:
    """What the resolver does not know is told as that."""
    with open_proxy.passage(HOUR, HOUR) as passage:
        ask(open_proxy, "CONNECT lost.example:443 HTTP/1.1", credentials(passage))
        assert isinstance(passage.why_refused("https://lost.example/terms"), UnresolvedNameError)


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://any.example/", "http://user@any.example/", "/terms"])
def test_only_the_web_is_asked(open_proxy: GuardProxy, url: str) -> None:
    """An address that is none of the web, or holds a user, is refused."""
    with open_proxy.passage(HOUR, HOUR) as passage:
        assert ask(open_proxy, f"GET {url} HTTP/1.1", credentials(passage)) == b""


def test_a_page_may_load_so_much(open_proxy: GuardProxy) -> None:
    """Once the room of a page is spent, its connections end, and no other opens."""
    with FaultServer({"/": [reply(b"x" * 1_000_000)]}) as server, open_proxy.passage(HOUR, 10_000) as passage:
        assert len(ask(open_proxy, f"GET {server.url()} HTTP/1.1", credentials(passage))) < 500_000
        assert passage.spent
        assert ask(open_proxy, f"GET {server.url()} HTTP/1.1", credentials(passage)) == b""
        assert server.connections == 1


def test_a_connection_ends_with_its_page(open_proxy: GuardProxy) -> None:
    """A server that keeps a connection open does not keep it past the page's deadline."""
    with FaultServer({"/": [b"HTTP/1.1 200 OK\r\n\r\n", 5.0]}) as server, open_proxy.passage(0.5, HOUR) as passage:
        began = time.monotonic()
        ask(open_proxy, f"GET {server.url()} HTTP/1.1", credentials(passage))
        assert time.monotonic() - began < 3


def test_a_body_goes_along(open_proxy: GuardProxy, server: FaultServer) -> None:
    """What a request brings reaches the server as far as it is announced; a second request behind it does not."""
    second = f"GET {server.url('/second')} HTTP/1.1\r\n\r\n"
    with open_proxy.passage(HOUR, HOUR) as passage:
        lines = (f"POST {server.url()} HTTP/1.1", credentials(passage), "Content-Length: 3")
        assert ask(open_proxy, *lines, body="a=1" + second).endswith(b"terms")
    assert [request.path for request in server.requests] == ["/"]


def test_an_endless_head_is_refused(open_proxy: GuardProxy) -> None:
    """A head without an end is not read for ever."""
    with connected(open_proxy) as connection:
        connection.sendall(b"GET http://any.example/ HTTP/1.1\r\n" + b"X: y\r\n" * 15_000)
        assert everything(connection).startswith(b"HTTP/1.1 407 ")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_request_or_none(head: bytes) -> None:
    """Whatever arrives is read without an error, and its address is one that may be asked, or refused."""
    asked = parse(head)
    if asked:
        asked.token()
        with suppress(BlockedTargetError):
            assert asked.url().scheme in {"http", "https"}


def test_the_last_answer_says_so() -> None:
    """The head of an answer loses what it says of the connection, and says that it ends."""
    head = b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nContent-Length: 5"
    assert last_answer(head) == b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"


def test_a_tunnel_is_for_a_host_alone() -> None:
    """What CONNECT names is read as the host of a protected address."""
    assert Asked("CONNECT", "terms.example:8443", ()).url().port == 8443
    with pytest.raises(BlockedTargetError):
        Asked("CONNECT", "user@terms.example:443", ()).url()
