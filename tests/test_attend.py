"""Signals are obeyed, and the service manager hears how the daemon fares, by a real socket."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from monitor.attend import Signals, attend
from monitor.notify import Notifier
from monitor.pulse import STALLED, Signs


@dataclass
class FakeDaemon:
    """Notes what it is asked."""

    signs: Signs = field(default_factory=lambda: Signs(time.monotonic()))
    watched: tuple[str, ...] = ("acme/terms",)
    stopping: bool = False
    reloads: int = 0

    def reload(self) -> None:
        self.reloads += 1
        if self.reloads > 1:
            raise RuntimeError("a fault in a reload")

    def stop(self) -> None:
        self.stopping = True


@pytest.fixture(params=["in the file system", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A service manager's socket, and its address as NOTIFY_SOCKET has it."""
    address = f"@terms-monitor-test-{os.getpid()}" if request.param == "abstract" else str(tmp_path / "notify")
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as bound:
        bound.bind("\0" + address[1:] if address.startswith("@") else address)
        bound.settimeout(10)
        yield bound, address


def heard(manager: socket.socket, until: str) -> list[str]:
    """Lines as they come, up to the one wanted."""
    lines: list[str] = []
    while until not in lines:
        lines += manager.recv(4096).decode().splitlines()
    return lines


def attended(daemon: FakeDaemon, address: str, **environ: str) -> tuple[threading.Thread, Signals]:
    signals, notifier = Signals(), Notifier({"NOTIFY_SOCKET": address, **environ}, os.getpid())
    thread = threading.Thread(target=attend, args=(daemon, signals, notifier), daemon=True)
    thread.start()
    return thread, signals


def test_the_manager_hears_of_the_whole_life(manager: tuple[socket.socket, str]) -> None:
    """Ready, alive, reloading and ready again, stopping: each is told when it is so."""
    daemon = FakeDaemon()
    bound, address = manager
    thread, signals = attended(daemon, address, WATCHDOG_USEC="100000")
    assert heard(bound, "READY=1")[0] == "READY=1"
    assert "STATUS=watching 1 pages" in heard(bound, "WATCHDOG=1")
    signals.put(signal.SIGHUP)
    said = heard(bound, "READY=1")
    assert said[said.index("RELOADING=1") + 1].startswith("MONOTONIC_USEC=")
    signals.put(signal.SIGTERM)
    heard(bound, "STOPPING=1")
    thread.join(timeout=10)
    assert (daemon.reloads, daemon.stopping, thread.is_alive()) == (1, True, False)


def test_a_daemon_whose_ticks_hang_is_not_said_to_live(manager: tuple[socket.socket, str]) -> None:
    """The watchdog is fed only while ticks run; the status says which does not."""
    daemon = FakeDaemon(Signs(time.monotonic() - STALLED - 5))
    bound, address = manager
    thread, signals = attended(daemon, address, WATCHDOG_USEC="100000")
    time.sleep(0.3)
    signals.put(signal.SIGTERM)
    said = heard(bound, "STOPPING=1")
    thread.join(timeout=10)
    assert "WATCHDOG=1" not in said
    assert any(line.startswith("STATUS=no sign of checks for 60") for line in said)


def test_a_reload_that_breaks_ends_nothing(manager: tuple[socket.socket, str]) -> None:
    """Whatever happens while the watchlist is taken up, the daemon goes on."""
    daemon = FakeDaemon()
    bound, address = manager
    thread, signals = attended(daemon, address)
    for _ in range(2):
        heard(bound, "READY=1")
        signals.put(signal.SIGHUP)
    heard(bound, "READY=1")
    assert (daemon.reloads, thread.is_alive()) == (2, True)
    signals.put(signal.SIGINT)
    thread.join(timeout=10)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdog_is_fed_by_whom_it_watches(environ: dict[str, str], seconds: float | None) -> None:
    """The time comes from the manager, and only for the process that it means."""
    assert Notifier(environ, 7).watchdog == seconds


def test_a_manager_that_is_gone_ends_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A socket that nobody reads costs a line in the log; without one, nothing is sent and nothing said."""
    Notifier({}, 1).send("READY=1")
    assert not caplog.records
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "none")}, 1).send("READY=1")
    assert "could not be told" in caplog.text


def test_signals_come_in_their_order() -> None:
    """What the process is sent waits, each by itself, until it is asked for."""
    signals = Signals()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        signals.listen()
        for number in (signal.SIGHUP, signal.SIGTERM):
            os.kill(os.getpid(), number)
        assert [signals.next(5.0), signals.next(5.0), signals.next(0.0)] == [signal.SIGHUP, signal.SIGTERM, None]
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
