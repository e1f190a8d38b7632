"""Alerts as mail: text and HTML in one message, over SMTP with TLS."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import partial
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from monitor.deliver.channel import TIMEOUT
from monitor.errors import DeliveryError
from monitor.records import Message
from monitor.words import one_line, printable

MOST_SUBJECT = 200
MOST_ADDRESS = 320
MOST_REPLY = 200
POLICY = SMTP.clone(cte_type="7bit")
"""Seven bits on the wire: not every server on the way says whether it takes eight."""


@dataclass(frozen=True, slots=True)
class EmailChannel:
    """Mails alerts to `to` from `sender`. `smtp` is smtp://user:pass@host:port, or smtps:// for TLS at once."""

    name: str
    to: tuple[str, ...]
    sender: str
    smtp: str = field(repr=False)

    def send(self, message: Message, now: datetime) -> None:
        """Mail the message to every recipient; an error says which of them were refused."""
        mail = compose(message, self.to, self.sender, now)
        try:
            with _session(server_of(self.smtp), _domain(self.sender)) as session:
                refused = session.send_message(mail, from_addr=self.sender, to_addrs=self.to)
        except DeliveryError as error:
            raise DeliveryError(f"{self.name}: {error}", permanent=error.permanent) from None
        except smtplib.SMTPRecipientsRefused as error:
            refused = error.recipients
        except OSError as error:  # smtplib's errors among them
            raise _failure(self.name, error) from None
        if refused:
            raise _refusal(self.name, refused)


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
    raise DeliveryError("smtp is not of the form smtp://user:pass@host:port (or smtps://)")


def compose(message: Message, to: tuple[str, ...], sender: str, now: datetime) -> EmailMessage:
    """The mail. Its Message-ID comes from the message's key, so that a repeat can be told; a page's alerts thread."""
    mail = EmailMessage(policy=POLICY)
    thread = _identifier(f"thread {message.thread}", sender)
    mail["From"] = one_line(sender, MOST_ADDRESS)
    mail["To"] = ", ".join(one_line(address, MOST_ADDRESS) for address in to)
    mail["Subject"] = one_line(message.subject, MOST_SUBJECT)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = _identifier(f"message {message.key or now.isoformat()}", sender)
    mail["In-Reply-To"] = thread
    mail["References"] = thread
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(printable(message.text))
    mail.add_alternative(printable(message.html), subtype="html")
    return mail


def secure(session: smtplib.SMTP, server: Server) -> None:
    """Bring the session under TLS, before any name or password is sent. Only loopback may do without."""
    session.ehlo()
    if session.has_extn("starttls"):
        session.starttls(context=_context(server))
    elif not server.is_loopback:
        raise DeliveryError("the mail server offers no TLS (STARTTLS)")


@contextmanager
def _session(server: Server, domain: str) -> Iterator[smtplib.SMTP]:
    """A session with the server, under TLS and logged in. How it ends is not a matter of the mail handed over."""
    connect = partial(smtplib.SMTP_SSL, context=_context(server)) if server.tls_at_once else smtplib.SMTP
    session = connect(server.host, server.port, local_hostname=domain, timeout=TIMEOUT)
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


def _context(server: Server) -> ssl.SSLContext:
    """TLS with the certificate verified; a mail server on this very machine seldom has one that could be."""
    context = ssl.create_default_context()
    if server.is_loopback:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _failure(name: str, error: OSError) -> DeliveryError:
    """What went wrong in words.

    Only a 5xx reply to the mail itself is permanent. A refused login can be mended and a server that turns us away at
    the door may let us in, while the alert is owed.
    """
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return DeliveryError(f"{name}: the mail server refused user and password ({error.smtp_code})")
    if isinstance(error, smtplib.SMTPResponseException):
        reply = _reply(error.smtp_code, error.smtp_error)
        about_mail = isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError)
        permanent = about_mail and _is_permanent(error.smtp_code)
        return DeliveryError(f"{name}: the mail server answered {reply}", permanent=permanent)
    if isinstance(error, smtplib.SMTPException):
        return DeliveryError(f"{name}: the mail server broke off ({type(error).__name__})")
    reason = getattr(error, "verify_message", "") or error.strerror or type(error).__name__
    return DeliveryError(f"{name}: no connection to the mail server ({one_line(reason, MOST_REPLY)})")


def _refusal(name: str, refused: dict[str, tuple[int, bytes]]) -> DeliveryError:
    """Permanent only if all refusals are; else all recipients are tried again, who know a repeat by its Message-ID."""
    who = "; ".join(f"{address}: {_reply(code, text)}" for address, (code, text) in refused.items())
    permanent = all(_is_permanent(code) for code, _ in refused.values())
    return DeliveryError(f"{name}: refused for {who}", permanent=permanent)


def _is_permanent(code: int) -> bool:
    return 500 <= code < 600


def _reply(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return one_line(f"{code} {words}", MOST_REPLY)


def _identifier(name: str, sender: str) -> str:
    return f"<{hashlib.sha256(name.encode()).hexdigest()[:32]}@{_domain(sender)}>"


def _domain(address: str) -> str:
    """The domain of an address; also what we greet servers with, for asking the system would ask the network."""
    return parseaddr(address)[1].rpartition("@")[2] or "localhost"
