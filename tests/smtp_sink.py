"""A mail server on loopback that keeps the mails handed to it and answers by a script: by sender, recipient and mail."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

DROP = "drop"
"""Instead of a reply, the connection ends."""
STALL = "stall"
"""Instead of a reply, nothing: for three seconds at most."""


@dataclass
class Sink:
    """What arrived, and the replies to give; a reply not scripted is a 250."""

    mails: list[EmailMessage] = field(default_factory=list)
    served: list[str] = field(default_factory=list)
    """The recipients whose mail was taken, in order."""
    asked: list[str] = field(default_factory=list)
    """Every recipient named, in order."""
    sessions: int = 0
    sender: str = "250 OK"
    recipients: dict[str, str] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    """Replies to the end of the mail, by its recipient."""
    commands: dict[str, str] = field(default_factory=dict)
    """Replies to DATA, before the mail is sent, by its recipient."""

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.sessions += 1
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = await _act(server, self.sender)
        if reply.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked.append(address)
        reply = await _act(server, self.recipients.get(address, "250 OK"))
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        replies = {self.contents.get(address, "250 taken") for address in envelope.rcpt_tos}
        reply = await _act(server, replies.pop())
        if reply.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content, policy=default))
            self.served += envelope.rcpt_tos
        return reply


class SinkController(Controller):
    """Runs a server whose DATA command is scripted, too: what the sink says there comes before any mail."""

    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)


class _Server(SMTP):
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        assert self.envelope
        [address] = self.envelope.rcpt_tos
        if reply := self.event_handler.commands.get(address):
            await self.push(reply)
        else:
            await super().smtp_DATA(arg)


async def _act(server: SMTP, reply: str) -> str:
    """The reply, or what stands for none."""
    if reply == STALL:
        await asyncio.sleep(3)
    if reply in (DROP, STALL):
        assert server.transport
        server.transport.close()
        return "421 gone"
    return reply


def free_port() -> int:
    """A port on which nothing listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
