"""What the faulty servers share: a listener that can be shut for a moment, faults drawn by a seed, and a log of what was taken."""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

LONGEST_WAIT = 20.0
"""Seconds that a server waits for a client that says nothing."""
SHARE = 0.3
"""Of all connections, how many meet a fault."""
LONG_STALL = 3.0
ONCE = frozenset({"connect", "greeting", "EHLO", "QUIT"})
"""Steps that a connection has once, however many mails go through it."""


class Gone(Exception):
    """The connection ends here, by the server's will."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong in a connection: at which step, and how. `number` counts the mails of a session, from 0."""

    step: str = ""
    act: str = ""
    number: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that a sink has taken. Of one not `acknowledged`, the sender cannot know that it was."""

    channel: str
    recipient: str
    key: str
    identifier: str
    content: bytes
    acknowledged: bool


class Dice:
    """Faults by chance: `share` of all connections get one of `faults`, the same ones in the same order for a seed.

    `mails` go through a connection, at most; a fault befalls one of them.
    """

    def __init__(self, seed: str, faults: Sequence[tuple[str, str]], mails: int, stall: float) -> None:
        self.share = SHARE
        self._faults, self._mails, self._stall = faults, mails, stall
        self._random = random.Random(seed)  # noqa: S311 - nothing here is secret
        self._turn = threading.Lock()

    def draw(self) -> Fault:
        """What befalls the next connection; usually nothing."""
        with self._turn:
            chance = self._random
            step, act = chance.choice(self._faults)
            number = 0 if step in ONCE else chance.randrange(self._mails)
            seconds = LONG_STALL if chance.random() < 0.02 else chance.uniform(0.05, self._stall)
            return Fault(step, act, number, seconds) if chance.random() < self.share else Fault()


class Sink:
    """A server on loopback that takes messages, fails by chance, and logs what it has taken."""

    faults: Sequence[tuple[str, str]] = ()

    def __init__(self, channel: str, seed: int, recipients: tuple[str, ...] = ("",), stall: float = 0.5) -> None:
        self.channel, self.recipients = channel, recipients
        self.arrivals: list[Arrival] = []
        self.met: list[str] = []
        """The faults that befell connections, as `step act`."""
        self.dice = Dice(f"{seed} {channel}", self.faults, len(recipients), stall)
        self.port = _free_port()
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", self.port))
        self._listener.listen(64)
        self._stopped = threading.Event()
        self._accepting = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with suppress(OSError):  # wakes accept() at once
            self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join(LONGEST_WAIT)
        self._listener.close()

    def serve(self, connection: socket.socket, fault: Fault) -> None:
        """Talk to one client. Raises Gone where the fault says so."""
        raise NotImplementedError

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                continue
            fault = self.dice.draw()
            if fault.step:
                self.met.append(f"{fault.step} {fault.act}")
            if fault.step == "connect":
                self._shut(connection, fault.seconds)
            else:
                threading.Thread(target=self._talk, args=(connection, fault), daemon=True).start()

    def _shut(self, connection: socket.socket, seconds: float) -> None:
        """Refuse this connection, and all others for some time. The port stays ours: it was bound by its number."""
        reset(connection)
        self._listener.shutdown(socket.SHUT_RDWR)
        self._stopped.wait(seconds)
        self._listener.listen(64)

    def _talk(self, connection: socket.socket, fault: Fault) -> None:
        connection.settimeout(LONGEST_WAIT)
        with connection, suppress(OSError):
            try:
                self.serve(connection, fault)
            except Gone:
                reset(connection)


def meet(fault: Fault, step: str, number: int = 0) -> str:
    """Let the fault happen if this is its step: stall, end the connection, or answer in the place of the server."""
    if (fault.step, fault.number) != (step, number):
        return ""
    if fault.act.startswith("stall"):
        time.sleep(fault.seconds)
    if fault.act.endswith("drop"):
        raise Gone
    return "" if fault.act == "stall" else fault.act


def reset(connection: socket.socket) -> None:
    """Break a connection off with a TCP reset."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
