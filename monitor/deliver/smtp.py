"""The way to a mail server: its address, TLS before anything is said, the login, and an end in time."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from monitor.deliver.channel import TIMEOUT
from monitor.deliver.deadline import cut_after
from monitor.errors import DeliveryError

LONGEST_SESSION = 120.0
"""Seconds for a whole session; the claim on a delivery lasts for ten minutes."""


@dataclass(frozen=True, slots=True)
class Server:
    """An SMTP server as its URL describes it."""

    host: str
    port: int
    tls_at_once: bool
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_loopback(self) -> bool:
        """Whether nobody can stand between us and the server."""
        with suppress(ValueError):
            return ip_address(self.host).is_loopback
        return self.host == "localhost"


def server_of(url: str) -> Server:
    """The server that an smtp:// or smtps:// URL names; ports are 587 and 465 where it names none."""
    with suppress(ValueError):
        parts = urlsplit(url)
        if parts.hostname and parts.scheme in ("smtp", "smtps"):
            tls = parts.scheme == "smtps"
            user, password = unquote(parts.username or ""), unquote(parts.password or "")
            return Server(parts.hostname, parts.port or (465 if tls else 587), tls, user, password)
    raise DeliveryError("smtp is not of the form smtp://user:pass@host:port (or smtps://)", stops=True)


def secure(session: smtplib.SMTP, server: Server) -> None:
    """Bring the session under TLS, before any name or password is sent. Only loopback may do without."""
    session.ehlo()
    if session.has_extn("starttls"):
        session.starttls(context=_context(server))
    elif not server.is_loopback:
        raise DeliveryError("the mail server offers no TLS (STARTTLS)", stops=True)


@contextmanager
def open_session(server: Server, domain: str, longest: float) -> Iterator[smtplib.SMTP]:
    """A session with the server, under TLS and logged in. How it ends is not a matter of the mail handed over."""
    begun: list[smtplib.SMTP] = []
    with cut_after(longest, lambda: begun[0].sock if begun else None):
        session = (_Secure if server.tls_at_once else _Plain)(begun, server, domain)
        try:
            if not server.tls_at_once:
                secure(session, server)
            if server.user:
                session.login(server.user, server.password)
            yield session
            with suppress(OSError):
                session.quit()
        finally:
            session.close()


class _Plain(smtplib.SMTP):
    """A session that can be cut from its greeting on: it is noted before it is connected."""

    def __init__(self, begun: list[smtplib.SMTP], server: Server, domain: str) -> None:
        begun.append(self)
        super().__init__(server.host, server.port, local_hostname=domain, timeout=TIMEOUT)


class _Secure(smtplib.SMTP_SSL):
    """The same under TLS at once."""

    def __init__(self, begun: list[smtplib.SMTP], server: Server, domain: str) -> None:
        begun.append(self)
        context = _context(server)
        super().__init__(server.host, server.port, local_hostname=domain, timeout=TIMEOUT, context=context)


def _context(server: Server) -> ssl.SSLContext:
    """TLS with the certificate verified; a mail server on this very machine seldom has one that could be."""
    context = ssl.create_default_context()
    if server.is_loopback:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
