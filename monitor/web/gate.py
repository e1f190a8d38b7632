"""Who is let in: by the name under which the server is asked, and by a password or a token.

What is not let in explicitly stays out: the gate stands before every route, and before what is no route.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from werkzeug.security import check_password_hash, generate_password_hash

from monitor.errors import UsageError

PASSWORD, TOKEN = "MONITOR_PASSWORD_HASH", "MONITOR_TOKEN"
METHODS = ("GET", "HEAD")
MOST_FAILURES, WINDOW = 10, 300.0
"""Wrong passwords that one address may send within so many seconds."""
MOST_ADDRESSES = 2000
LEAST_TOKEN = 16
"""Characters of a token at least: nobody types it, so it can be long."""
_HASH = re.compile(r"scrypt:\d{1,9}:\d{1,4}:\d{1,4}\$[A-Za-z0-9]+\$[0-9a-f]{128}")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Keys:
    """What opens the gate: the scrypt hash of a password, the SHA-256 of a token. Without either it stands open."""

    password: str = ""
    token: bytes = b""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Keys:
        """The keys that the environment names. UsageError for one that could never fit."""
        password, token = environ.get(PASSWORD, ""), environ.get(TOKEN, "")
        if password and not _HASH.fullmatch(password):
            raise UsageError(f"{PASSWORD} is no hash of a password; `monitor serve --hash-password` makes one")
        if token and len(token) < LEAST_TOKEN:
            raise UsageError(f"{TOKEN} has {len(token)} characters; at least {LEAST_TOKEN} are expected")
        return cls(password, _digest(token) if token else b"")

    def __bool__(self) -> bool:
        return bool(self.password or self.token)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered: the HTTP status, and for how many seconds it is no use to ask again."""

    status: int
    seconds: int = 0


class Gate:
    """Refuses what may not come in. `names` are those under which the server may be asked for; without any, all."""

    def __init__(self, keys: Keys, names: frozenset[str], clock: Callable[[], float]) -> None:
        self._keys, self._names = keys, names
        self._failures = Failures(clock)
        self._secret = os.urandom(32)
        self._accepted = b""

    @property
    def demands(self) -> bool:
        """Whether a password or a token is demanded."""
        return bool(self._keys)

    def refuse(self, method: str, host: str | None, authorization: str | None, address: str) -> Refusal | None:
        """Why a request stays out; None for one that may come in."""
        if method not in METHODS:
            return Refusal(405)
        if self._names and host_name(host or "") not in self._names:
            return Refusal(421)
        if not self._keys:
            return None
        return self._refuse_credentials(authorization or "", address)

    def _refuse_credentials(self, authorization: str, address: str) -> Refusal | None:
        """A wrong password counts; that none came at all does not, since every browser begins so."""
        if waits := self._failures.waits(address):
            return Refusal(429, waits)
        if self._opens(authorization):
            return None
        if authorization:
            self._failures.note(address)
        return Refusal(401)

    def _opens(self, authorization: str) -> bool:
        """Whether these credentials fit. Those that fitted last are known by a keyed hash: scrypt is slow on purpose."""
        seen = hmac.digest(self._secret, authorization.encode("utf-8", "replace"), "sha256")
        if hmac.compare_digest(seen, self._accepted):
            return True
        kind, _, given = authorization.partition(" ")
        fits = self._fits(kind.lower(), given.strip())
        if fits:
            self._accepted = seen
        return fits

    def _fits(self, kind: str, given: str) -> bool:
        if kind == "bearer":
            return bool(self._keys.token) and hmac.compare_digest(_digest(given), self._keys.token)
        if kind == "basic" and self._keys.password:
            return check_password_hash(self._keys.password, _password(given))
        return False


class Failures:
    """Wrong passwords by the address they came from. IPv6 counts by networks of 64 bits: each has as many as it likes."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._turn = threading.Lock()

    def waits(self, address: str) -> int:
        """For how many seconds nothing is taken from an address; 0 if it may try."""
        with self._turn:
            since, failures = self._seen.get(_network(address), (0.0, 0))
        left = since + WINDOW - self._clock()
        return int(left) + 1 if failures >= MOST_FAILURES and left > 0 else 0

    def note(self, address: str) -> None:
        """A wrong password came from an address."""
        now, network = self._clock(), _network(address)
        with self._turn:
            since, failures = self._seen.pop(network, (now, 0))
            self._seen[network] = (since, failures + 1) if now - since < WINDOW else (now, 1)
            while len(self._seen) > MOST_ADDRESSES:
                self._seen.popitem(last=False)


def names_of(bound: str, hosts: tuple[str, ...], archive_url: str) -> frozenset[str]:
    """The names under which a server on this address may be asked for.

    On loopback always a closed list: a web page could make its own name mean 127.0.0.1, and read the answers. Elsewhere a
    password stands in the way of that, and names are asked only where some are given.
    """
    given = {host_name(host) for host in hosts}
    known = {host_name(urlsplit(archive_url).netloc)} if archive_url else set()
    if is_loopback(bound):
        return frozenset(_LOOPBACK | {bound} | given | known)
    return frozenset(given | known | {bound}) if given else frozenset()


def is_loopback(address: str) -> bool:
    """Whether an IP address is reached from this machine alone."""
    return ipaddress.ip_address(address).is_loopback


def host_name(host: str) -> str:
    """The name in a Host header, without port, brackets and a dot at its end."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition("@")[2].partition(":")[0].rstrip(".") if host.count(":") < 2 else host


def hash_password(password: str) -> str:
    """The hash of a password, as the environment keeps it."""
    return generate_password_hash(password, method="scrypt")


def _password(given: str) -> str:
    """The password of `user:password` in base64; whoever the user says to be."""
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(parsed) if parsed.version == 4 else str(ipaddress.ip_network((parsed, 64), strict=False))
