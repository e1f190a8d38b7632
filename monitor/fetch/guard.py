"""Which addresses may be dialled: http and https on the public internet, and nothing else unless it is allowed."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable

import httpx

from monitor.errors import MonitorError

Resolver = Callable[[str, int], tuple[str, ...]]
"""Host name and port -> every address of that name, as numbers. May raise OSError."""

_HOST = re.compile(rb"[\w.-]+|[0-9a-f:.]+", re.IGNORECASE)  # a name in ASCII, or a number
_IPV6_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

# `ipaddress.is_global` differs between Python releases and calls multicast, carrier NAT and some tunnels global, so the
# ranges are named here: the IANA special-purpose registries, and one metadata service that lives in public space.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier NAT
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's host agent
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; a cloud's metadata is among them
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",
        "2002::/16",  # 6to4: carries any IPv4 address
        "3fff::/20",
    )
)


class BlockedTargetError(MonitorError):
    """The address is not one that may be dialled."""


class UnresolvedNameError(MonitorError):
    """The name of the host has no address, or nobody could say."""


def system_resolver(host: str, port: int) -> tuple[str, ...]:
    """Every address that the system knows for `host`. Blocks for as long as the system's resolver does."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(str(answer[4][0]) for answer in answers)


def is_public(address: str) -> bool:
    """Whether a numeric address belongs to a host on the public internet. What is no address at all does not."""
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(number, ipaddress.IPv6Address):
        if number.scope_id is not None:
            return False
        embedded = _embedded(number)
        if embedded is None and number not in _IPV6_UNICAST:
            return False
        number = embedded or number
    return number.is_global and not any(number in network for network in _NOT_PUBLIC)


def _embedded(number: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that is really dialled: IPv4-mapped, or behind the well-known NAT64 prefix (RFC 6052)."""
    if number in _NAT64:
        return ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
    return number.ipv4_mapped


def check_url(url: str, base: httpx.URL | None = None) -> httpx.URL:
    """The address to ask for `url` (relative to `base`), without its fragment.

    It is read by the parser that also dials, so that no two parsers can disagree about the host.
    Raises BlockedTargetError unless it is http or https, with a host and a possible port and without a user.
    """
    what = f"the redirect to {url!r}" if base else "the address"  # an address of ours may hold a secret
    if "\\" in url or not url.isprintable():
        raise BlockedTargetError(f"{what} holds a backslash or a character that cannot be seen")
    try:
        parsed = (base.join(url) if base else httpx.URL(url)).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError) as error:
        raise BlockedTargetError(f"{what} is not a web address: {error}") from error
    if parsed.scheme not in {"http", "https"}:
        raise BlockedTargetError(f"{what} does not begin with http:// or https://")
    if not _HOST.fullmatch(parsed.raw_host):
        raise BlockedTargetError(f"{what} names no host")
    if parsed.userinfo:
        raise BlockedTargetError(f"{what} holds a user name or a password")
    if parsed.port is not None and not 0 < parsed.port < 65536:
        raise BlockedTargetError(f"{what} names an impossible port")
    return parsed


def vet(host: str, port: int, resolver: Resolver, *, allow_private: bool) -> tuple[str, ...]:
    """The numbers to dial for `host`, from one question to the resolver.

    One private answer among public ones refuses them all: which of them is dialled would be left to chance.
    Raises UnresolvedNameError, or BlockedTargetError.
    """
    try:
        addresses = resolver(host, port)
    except (OSError, UnicodeError) as error:
        raise UnresolvedNameError(f"{host}: {getattr(error, 'strerror', None) or error}") from error
    if not addresses:
        raise UnresolvedNameError(f"{host}: no address")
    private = next((address for address in addresses if not is_public(address)), None)
    if private and not allow_private:
        hint = "the watchlist lets it through with allow_private_addresses: true"
        raise BlockedTargetError(f"{host} is at {private}, which is not a public address; {hint}")
    return addresses
