"""What may be dialled: the spelling of addresses, and the numbers behind names."""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime

import httpcore
import pytest
from fault_server import FaultServer, redirect, reply
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.fetch import HttpFetcher, Limits
from monitor.fetch.dial import GuardedBackend, dial_tcp
from monitor.fetch.guard import BlockedTargetError, UnresolvedNameError, check_url, is_public, system_resolver, vet
from monitor.model import Validators

TLS = ssl.create_default_context()  # made once: it takes longer than a test
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PUBLIC = "93.184.216.34"

PRIVATE_NUMBERS = """
    0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16 169.254.169.254
    172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.7
    203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
    :: ::1 ::127.0.0.1 ::10.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:10.0.0.1 ::ffff:0:127.0.0.1
    64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::10.0.0.1 64:ff9b:1::1 100::1 2001::1 2001:0:7f00:1::1 2001:2::1
    2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:a9fe:a9fe::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1
    fe80::1%eth0 2606:4700::1%eth0 64:ff9b::808:808%lo fec0::1 ff02::1 ff0e::1 4000::1
"""
PUBLIC_NUMBERS = f"{PUBLIC} 1.1.1.1 100.63.255.255 172.32.0.1 2606:4700::1111 ::ffff:1.1.1.1 64:ff9b::101:101"

REFUSED_SPELLINGS = r"""
    file:///etc/hostname file:/etc/hostname file:etc/hostname FILE:///etc/hostname file://127.0.0.1/etc/hostname
    source:file:///etc/hostname view-source:http://127.0.0.1:{port}/ view-source:file:///etc/hostname
    ftp://127.0.0.1:{port}/ gopher://127.0.0.1:{port}/_GET dict://127.0.0.1:{port}/ ldap://127.0.0.1:{port}/
    data:text/html,terms javascript:alert(1) chrome://version about:blank blob:http://127.0.0.1:{port}/1
    jar:http://127.0.0.1:{port}!/ ws://127.0.0.1:{port}/ unix:///run/service.sock httpx://127.0.0.1:{port}/
    127.0.0.1:{port} //127.0.0.1:{port}/ /etc/hostname http: http:// http:/// http:///etc http:127.0.0.1:{port}
    http://:{port}/ http://?x http://#x
    http://user@127.0.0.1:{port}/ http://user:word@127.0.0.1:{port}/ http://:word@127.0.0.1:{port}/
    http://public.example@127.0.0.1:{port}/ http://public.example:80@127.0.0.1:{port}/
    http://127.0.0.1:{port}\@public.example/ http://public.example\@127.0.0.1:{port}/ http:\\127.0.0.1:{port}\
    http://127.0.0.1\ http://127.0.0.1:{port}/\..\
    http://127.0.0.1:0/ http://127.0.0.1:65536/ http://127.0.0.1:99999999/ http://127.0.0.1:-1/ http://127.0.0.1:x/
    http://127.0.0.1:{port}:80/ http://[127.0.0.1/ http://127.0.0.1]/ http://[]/ http://[::g]/ http://[::1]x/
    http://[fe80::1%25eth0]:{port}/
"""
HIDDEN = ("\0", "\n", "\r", "\t", "\x7f", "\u2028", "\u202e")
REFUSED = [*REFUSED_SPELLINGS.split(), *(f"http://127.0.0.1:{{port}}/{mark}x" for mark in HIDDEN)]

LOOPBACK_SPELLINGS = """
    127.0.0.1 127.1 127.0.1 127.000.000.001 2130706433 0x7f000001 0x7f.0.0.1 0x7f.1 0177.0.0.1 0177.1 017700000001
    0 0.0.0.0 0x0 localhost LOCALHOST localhost. localhost.localdomain public.example public.example. 127.0.0.1.
    127.0.0.1.public.example %31%32%37.0.0.1 １２７.0.0.1 ①②⑦.⓪.⓪.① 127。0。0。1 ⓛocalhost
    [::1] [::] [0:0:0:0:0:0:0:1] [::127.0.0.1] [::ffff:127.0.0.1] [::ffff:7f00:1] [64:ff9b::7f00:1] [2002:7f00:1::]
    [2001:0:7f00:1::] [fe80::1] [fd00::1] 10.0.0.1 169.254.169.254 192.168.0.1 100.64.0.1 192.0.0.192
"""


def loopback_resolver(host: str, port: int) -> tuple[str, ...]:
    """Numbers, however spelled, as the system reads them; every name is this machine. Asks no server."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (socket.gaierror, UnicodeError):
        return ("127.0.0.1",)
    return tuple(str(answer[4][0]) for answer in answers)


class Exchange:
    """Stands for the internet: remembers every number dialled, and connects all of them to one server on loopback."""

    def __init__(self, server: FaultServer) -> None:
        self.dialled: list[str] = []
        self._port = server.port

    def dial(self, address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        self.dialled.append(address)
        return dial_tcp("127.0.0.1", self._port, timeout)


@pytest.fixture
def canary() -> Iterator[FaultServer]:
    with FaultServer({"/": [reply(b"must not be read")]}) as server:
        yield server


@pytest.mark.parametrize("number", PRIVATE_NUMBERS.split())
def test_private_number(number: str) -> None:
    """A number that is not a host on the public internet is not public, whatever it is wrapped in."""
    assert not is_public(number)


@pytest.mark.parametrize("number", PUBLIC_NUMBERS.split())
def test_public_number(number: str) -> None:
    """A number on the public internet is public, also behind an IPv4-mapped or NAT64 address."""
    assert is_public(number)


@given(st.ip_addresses())
def test_never_laxer_than_the_library(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """What the standard library calls private, loopback, link-local, multicast or reserved is never public."""
    flags = (number.is_private, number.is_loopback, number.is_link_local, number.is_multicast, number.is_unspecified)
    assert not (any(flags) and is_public(str(number)))


@given(st.text(max_size=20))
def test_what_is_no_number_is_not_public(text: str) -> None:
    """A text that is no address is not a public address, and no error either."""
    assert not is_public("x" + text)


@pytest.mark.parametrize("spelling", REFUSED)
@pytest.mark.parametrize("allow_private", [False, True])
def test_refused_spelling(spelling: str, allow_private: bool, canary: FaultServer) -> None:
    """An address with another scheme, a user, no host, an odd port or hidden characters is refused unasked."""
    exchange = Exchange(canary)
    with HttpFetcher(
        user_agent="t", verify=TLS, allow_private=allow_private, resolver=loopback_resolver, dial=exchange.dial
    ) as http:
        capture = http.fetch(spelling.format(port=canary.port), Validators(), NOW)
    assert (capture.outcome, exchange.dialled, canary.connections) == ("blocked_target", [], 0)
    assert capture.reason


@pytest.mark.parametrize("host", LOOPBACK_SPELLINGS.split())
@pytest.mark.parametrize("by", ["page", "redirect"])
def test_private_host(host: str, by: str, canary: FaultServer) -> None:
    """No spelling of a private host is dialled, neither as a page nor as the target of a redirect."""
    url = f"http://{host}:{canary.port}/secret"
    canary.routes["/page"] = [redirect(url.encode().decode("latin-1"))]
    exchange = Exchange(canary)

    def resolver(name: str, port: int) -> tuple[str, ...]:
        return (PUBLIC,) if name == "start.example" else loopback_resolver(name, port)

    with HttpFetcher(user_agent="t", verify=TLS, resolver=resolver, dial=exchange.dial) as http:
        capture = http.fetch(url if by == "page" else "http://start.example/page", Validators(), NOW)
    assert capture.outcome == "blocked_target"
    assert exchange.dialled == ([] if by == "page" else [PUBLIC])
    assert "/secret" not in [request.path for request in canary.requests]


@pytest.mark.parametrize("location", [text for text in REFUSED if "@" in text or re.match(r"(?!http:)[a-z-]+:", text)])
def test_redirect_to_a_refused_spelling(location: str, canary: FaultServer) -> None:
    """A redirect may lead nowhere that a page could not be."""
    canary.routes["/page"] = [redirect(location.format(port=canary.port))]
    exchange = Exchange(canary)
    with HttpFetcher(user_agent="t", verify=TLS, resolver=lambda host, port: (PUBLIC,), dial=exchange.dial) as http:
        capture = http.fetch("http://start.example/page", Validators(), NOW)
    assert (capture.outcome, len(canary.requests)) == ("blocked_target", 1)


def test_rebinding(canary: FaultServer) -> None:
    """A name is resolved once for each connection, and the number that was vetted is the one dialled."""
    answers = iter([(PUBLIC,), ("127.0.0.1",)])
    canary.routes["/terms"] = [reply(b"<p>Terms</p>")]
    exchange = Exchange(canary)
    with HttpFetcher(user_agent="t", verify=TLS, resolver=lambda host, port: next(answers), dial=exchange.dial) as http:
        first = http.fetch("http://vendor.example/terms", Validators(), NOW)
        second = http.fetch("http://vendor.example/terms", Validators(), NOW)
    assert (first.outcome, second.outcome, exchange.dialled) == ("ok", "blocked_target", [PUBLIC])
    assert canary.requests[0].headers["host"] == "vendor.example"


def test_mixed_answers() -> None:
    """One private address among the answers for a name refuses the name."""
    with pytest.raises(BlockedTargetError, match=r"vendor\.example is at 10\.0\.0\.1"):
        vet("vendor.example", 443, lambda host, port: (PUBLIC, "10.0.0.1"), allow_private=False)


def test_private_addresses_allowed(canary: FaultServer) -> None:
    """Where private addresses are allowed, a page may live on loopback."""
    with HttpFetcher(user_agent="t", verify=TLS, allow_private=True) as http:
        assert http.fetch(canary.url(), Validators(), NOW).outcome == "ok"


def test_next_address_is_tried(canary: FaultServer) -> None:
    """When one address of a name does not answer, the next one is dialled."""
    dialled: list[str] = []

    def dial(address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        dialled.append(address)
        if address == "2606:4700::1":
            raise httpcore.ConnectError("no route")
        return dial_tcp("127.0.0.1", canary.port, timeout)

    backend = GuardedBackend(Limits(), lambda host, port: ("2606:4700::1", PUBLIC), allow_private=False, dial=dial)
    backend.connect_tcp("vendor.example", 80).close()
    assert dialled == ["2606:4700::1", PUBLIC]


@pytest.mark.parametrize("error", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label too long")])
def test_name_without_an_address(error: Exception) -> None:
    """A name that does not resolve is told apart from an address that is refused."""

    def resolver(host: str, port: int) -> tuple[str, ...]:
        raise error

    with pytest.raises(UnresolvedNameError, match=r"gone\.example: "):
        vet("gone.example", 443, resolver, allow_private=True)


def test_no_answer_at_all() -> None:
    """An empty list of addresses is a name that does not resolve."""
    with pytest.raises(UnresolvedNameError):
        vet("gone.example", 443, lambda host, port: (), allow_private=False)


def test_system_resolver() -> None:
    """The system's resolver gives numbers."""
    assert system_resolver("127.0.0.1", 80) == ("127.0.0.1",)


def test_fragment_is_not_sent() -> None:
    """The part after # stays with us, and an address keeps everything else."""
    assert str(check_url("https://vendor.example/terms?v=2#data")) == "https://vendor.example/terms?v=2"


@given(st.text(alphabet=":/@\\[]%.?#0123456789abcfhpstx \t\u3002é", max_size=40))
@settings(max_examples=300)
def test_any_spelling_is_judged(text: str) -> None:
    """Any text is either refused or an http address with a host and without a user."""
    try:
        url = check_url("http:" + text)
    except BlockedTargetError:
        return
    assert url.scheme in {"http", "https"}
    assert url.host
    assert not url.userinfo
