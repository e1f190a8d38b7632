"""Alerts as mail: text and HTML in one message, handed over for each recipient by itself."""

from __future__ import annotations

import hashlib
import smtplib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from typing import Any, ClassVar, Literal
from urllib.parse import quote

from monitor.deliver.smtp import LONGEST_SESSION, open_session, server_of
from monitor.errors import DeliveryError
from monitor.records import Message
from monitor.words import one_line, printable

MOST_SUBJECT = 200
MOST_ADDRESS = 320
MOST_REPLY = 200
TOO_LARGE = 552
"""The reply by which a server refuses a mail for its size, even before it has seen it."""
WHOLE = frozenset({"message-id", "in-reply-to", "references", "list-id", "list-unsubscribe", "x-monitor-key"})
"""Headers that machines read. Folded, a long one would be written in encoded words, which mean nothing there."""
MOST_LINE = 900


class _Policy(EmailPolicy):
    """Writes the headers that machines read on one line, as they are, and a subject in words of legal length.

    Left to itself, the library makes encoded words longer than the 75 characters that RFC 2047 allows.
    """

    def fold(self, name: str, value: Any) -> str:
        return self._folded(name.lower(), str(value), name) or str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self._folded(name.lower(), str(value), name).encode() or super().fold_binary(name, value)

    def _folded(self, kind: str, value: str, name: str) -> str:
        if kind in WHOLE and value.isascii() and len(value) < MOST_LINE:
            return f"{name}: {value}{self.linesep}"
        if kind == "subject" and not value.isascii():
            words = Header(value, "utf-8", header_name=name).encode(linesep=self.linesep)
            return f"{name}: {words}{self.linesep}"
        return ""


POLICY = _Policy(linesep="\r\n", cte_type="7bit")
"""Seven bits on the wire: not every server on the way says whether it takes eight."""


@dataclass(frozen=True, slots=True)
class EmailChannel:
    """Mails alerts to `to` from `sender`. `smtp` is smtp://user:pass@host:port, or smtps:// for TLS at once."""

    name: str
    to: tuple[str, ...]
    sender: str
    smtp: str = field(repr=False)
    longest: float = LONGEST_SESSION
    folds: ClassVar[bool] = True

    def send(self, message: Message, now: datetime) -> str:
        """Mail the message to every recipient who has it not yet; the note names those who were refused for good."""
        waiting = tuple(address for address in dict.fromkeys(self.to) if address not in message.served)
        mail = compose(message, self.to, self.sender, now)
        verdicts: list[Verdict] = []
        try:
            if waiting:
                with open_session(server_of(self.smtp), _domain(self.sender), self.longest) as session:
                    for address in waiting:
                        verdicts.append(_offer(session, mail, self.sender, address))  # noqa: PERF401 - kept if the next fails
            return _conclude(verdicts, message.served)
        except (DeliveryError, OSError, ValueError) as error:  # smtplib's errors among them
            raise _told(self.name, error, verdicts, message.served) from None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the server said to the mail for one recipient.

    `held` may pass; `refused` is the recipient, for good; `unwanted` is the mail itself.
    """

    address: str
    kind: Literal["taken", "held", "refused", "unwanted"]
    reply: str = ""

    def __str__(self) -> str:
        return f"{self.address}: {self.reply}"


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
    mail["List-Id"] = f"<terms-monitor.{_domain(sender)}>"
    mail["List-Unsubscribe"] = f"<mailto:{quote(parseaddr(sender)[1], safe='@')}?subject=unsubscribe>"
    mail["X-Monitor-Key"] = one_line(message.key, MOST_ADDRESS)
    mail.set_content(printable(message.text))
    mail.add_alternative(printable(message.html), subtype="html")
    return mail


def _offer(session: smtplib.SMTP, mail: EmailMessage, sender: str, address: str) -> Verdict:
    """Hand the mail over for one recipient: the reply to the mail's end is then about nobody else.

    Raises smtplib's errors where no other recipient would fare better: a refused sender, a server that goes away.
    """
    try:
        session.send_message(mail, from_addr=sender, to_addrs=[address])
    except smtplib.SMTPRecipientsRefused as error:
        return _verdict(address, "refused", *error.recipients[address])
    except smtplib.SMTPDataError as error:
        with suppress(OSError):
            session.rset()
        return _verdict(address, "unwanted", error.smtp_code, error.smtp_error)
    except smtplib.SMTPNotSupportedError:
        return Verdict(address, "refused", "the mail server takes no address of such characters")
    return Verdict(address, "taken")


def _verdict(address: str, kind: Literal["refused", "unwanted"], code: int, text: bytes | str) -> Verdict:
    if code == 421:  # the server goes away
        raise smtplib.SMTPResponseException(code, text)
    return Verdict(address, kind if _is_permanent(code) else "held", _reply(code, text))


def _conclude(verdicts: Sequence[Verdict], served: tuple[str, ...]) -> str:
    """The note on recipients refused for good; an error where some are to be tried again, or nobody has the mail."""
    missed = [verdict for verdict in verdicts if verdict.kind != "taken"]
    kinds = {verdict.kind for verdict in missed}
    note = f"refused for {_list(missed)}" if missed else ""
    if "held" in kinds:
        raise DeliveryError(note)
    if served or len(missed) < len(verdicts):
        return note
    raise DeliveryError(note, permanent="unwanted" in kinds, stops="unwanted" not in kinds)


def _told(
    name: str, error: DeliveryError | OSError | ValueError, verdicts: list[Verdict], served: tuple[str, ...]
) -> DeliveryError:
    """The error with what became of each recipient. Who was refused for good counts as served once anybody has the
    mail, and is named; before that, nobody does, so that a mail which reached no one is never taken for sent."""
    cause = error if isinstance(error, DeliveryError) else _failure(error)
    dead = [verdict for verdict in verdicts if verdict.kind in ("refused", "unwanted")]
    taken = [verdict.address for verdict in verdicts if verdict.kind == "taken"]
    if served or taken:
        served = (*served, *taken, *(verdict.address for verdict in dead))
    missed = f"; refused for {_list(dead)}" if dead and cause is not error else ""
    return DeliveryError(f"{name}: {cause}{missed}", permanent=cause.permanent, stops=cause.stops, served=served)


def _list(verdicts: Sequence[Verdict]) -> str:
    return "; ".join(map(str, verdicts))


def _failure(error: OSError | ValueError) -> DeliveryError:
    """What went wrong in words.

    A login or a sender that is refused for good stops the channel; a mail too large is no use to send again; a server
    that turns us away at the door, or goes away, may let us in later.
    """
    if isinstance(error, smtplib.SMTPAuthenticationError):
        reason = f"the mail server refused user and password ({error.smtp_code})"
        return DeliveryError(reason, stops=_is_permanent(error.smtp_code))
    if isinstance(error, smtplib.SMTPResponseException):
        refused = isinstance(error, smtplib.SMTPSenderRefused) and _is_permanent(error.smtp_code)
        too_large = refused and error.smtp_code == TOO_LARGE
        reason = f"the mail server answered {_reply(error.smtp_code, error.smtp_error)}"
        return DeliveryError(reason, permanent=too_large, stops=refused and not too_large)
    if isinstance(error, smtplib.SMTPException):
        if type(error) in (smtplib.SMTPException, smtplib.SMTPNotSupportedError):
            return DeliveryError("the mail server offers no login that takes this user and password", stops=True)
        return DeliveryError(f"the mail server broke off ({type(error).__name__})")
    if isinstance(error, ValueError):
        return DeliveryError("an address, or the mail server's name, is not one that can be written", stops=True)
    reason = getattr(error, "verify_message", "") or error.strerror or type(error).__name__
    return DeliveryError(f"no connection to the mail server ({one_line(reason, MOST_REPLY)})")


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
