"""What a running daemon is told by signals, and what it tells the service manager."""

from __future__ import annotations

import logging
import queue
import signal
import time
from collections.abc import Callable
from typing import Protocol

from monitor import pulse
from monitor.notify import Notifier
from monitor.pulse import Signs

LOOK_EVERY = 5.0
"""Seconds between two looks at whether the daemon lives, or less where the service manager wants to hear of it sooner."""
_log = logging.getLogger("monitor.attend")
STOPS = (signal.SIGTERM, signal.SIGINT)


class Attended(Protocol):
    """A daemon as its attendants see it."""

    @property
    def signs(self) -> Signs: ...

    @property
    def watched(self) -> tuple[str, ...]:
        """The pages it checks, by their keys."""

    @property
    def stopping(self) -> bool: ...

    def reload(self) -> None:
        """Take up the watchlist now."""

    def stop(self) -> None: ...


class Signals:
    """The signals that came, one after the other. A handler may interrupt anything, and this queue stands that."""

    def __init__(self) -> None:
        self._came: queue.SimpleQueue[int] = queue.SimpleQueue()

    def listen(self) -> None:
        """From now on, take SIGTERM and SIGINT, which stop, and SIGHUP, which reloads."""
        for number in (*STOPS, signal.SIGHUP):
            signal.signal(number, lambda came, _: self.put(came))

    def put(self, number: int) -> None:
        """A signal came."""
        self._came.put(number)

    def next(self, seconds: float) -> int | None:
        """The next signal, waited for so long; None if none came."""
        try:
            return self._came.get(timeout=seconds)
        except queue.Empty:
            return None


def attend(daemon: Attended, signals: Signals, notifier: Notifier, clock: Callable[[], float] = time.monotonic) -> None:
    """Obey signals and tell the service manager how the daemon fares, until it is stopped.

    The manager hears that the daemon lives only while its ticks run: one that hangs is restarted.
    """
    notifier.send("READY=1", _status(daemon, ""))
    pause = min(LOOK_EVERY, (notifier.watchdog or LOOK_EVERY) / 2)
    while not daemon.stopping:
        came = signals.next(pause)
        if came in STOPS:
            daemon.stop()
        elif came == signal.SIGHUP:
            notifier.send("RELOADING=1", f"MONOTONIC_USEC={int(clock() * 1e6)}")
            _reload(daemon)
            notifier.send("READY=1", _status(daemon, ""))
        else:
            fault = pulse.fault(daemon.signs.pulse, clock())
            notifier.send(_status(daemon, fault), *([] if fault else ["WATCHDOG=1"]))
    notifier.send("STOPPING=1", "STATUS=finishing what is in hand")


def _reload(daemon: Attended) -> None:
    try:
        daemon.reload()
    except Exception:
        _log.exception("the watchlist could not be taken up")


def _status(daemon: Attended, fault: str) -> str:
    ended = daemon.signs.pulse.round_ended
    since = f"; last round ended {ended:%Y-%m-%d %H:%M} UTC" if ended else ""
    return f"STATUS={fault.splitlines()[0] if fault else f'watching {len(daemon.watched)} pages'}{since}"
