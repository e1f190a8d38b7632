"""A mail server that refuses, stalls and drops connections at any step, and takes mails without saying so."""

from __future__ import annotations

import socket
from email import message_from_bytes
from email.policy import default
from typing import BinaryIO, ClassVar

from faulty import ONCE, Arrival, Fault, Gone, Sink, meet

TAKEN = b"250 taken"


class MailSink(Sink):
    """Speaks as much SMTP as smtplib needs."""

    faults: ClassVar = (
        ("connect", "refuse"),
        ("greeting", "421 too busy"),
        ("greeting", "drop"),
        ("greeting", "stall"),
        ("EHLO", "drop"),
        ("MAIL", "drop"),
        ("MAIL", "451 not now"),
        ("RCPT", "drop"),
        ("RCPT", "451 greylisted"),
        ("RCPT", "421 going down"),
        ("DATA", "drop"),
        ("DATA", "451 not now"),
        ("DATA", "stall and drop"),
        ("content", "half"),
        ("end", "451 no room just now"),
        ("taken", "drop"),
        ("taken", "stall and drop"),
        ("taken", "stall"),
        ("QUIT", "drop"),
    )

    @property
    def url(self) -> str:
        """The server's address for a watchlist."""
        return f"smtp://127.0.0.1:{self.port}"

    def serve(self, connection: socket.socket, fault: Fault) -> None:
        """One session."""
        with connection.makefile("rb") as lines:
            said = meet(fault, "greeting")
            _say(connection, said or "220 soak ready")
            recipient, number = "", 0
            while not said.startswith("421") and (line := lines.readline(2000)):
                verb, _, rest = line.decode("ascii", "replace").strip().partition(" ")
                verb = verb.upper()
                said = meet(fault, verb, 0 if verb in ONCE else number)
                if verb == "RCPT":
                    recipient = rest.partition("<")[2].partition(">")[0]
                if verb == "DATA" and not said:
                    _say(connection, "354 go on")
                    said = self._take(lines, recipient, fault, number)
                    number += 1
                _say(connection, said or ("221 bye" if verb == "QUIT" else "250 OK"))
                if verb == "QUIT":
                    return

    def _take(self, lines: BinaryIO, recipient: str, fault: Fault, number: int) -> str:
        """Read a mail and log it; the reply to its end."""
        content = bytearray()
        while (line := lines.readline(2000)) not in (b".\r\n", b""):
            content += line[1:] if line.startswith(b".") else line
            if meet(fault, "content", number) and len(content) > 500:
                raise Gone
        if not line:
            raise Gone  # the client went away in the middle: nothing was taken
        if refusal := meet(fault, "end", number):
            return refusal
        silent = (fault.step, fault.number) == ("taken", number) and fault.act.endswith("drop")
        mail = message_from_bytes(bytes(content), policy=default)
        key, identifier = str(mail["X-Monitor-Key"]), str(mail["Message-ID"])
        self.arrivals.append(Arrival(self.channel, recipient, key, identifier, bytes(content), not silent))
        meet(fault, "taken", number)
        return TAKEN.decode()


def _say(connection: socket.socket, line: str) -> None:
    connection.sendall(f"{line}\r\n".encode())
