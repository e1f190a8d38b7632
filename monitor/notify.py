"""What systemd is told of a service: ready, reloading, stopping, how it fares, and that it still lives.

A datagram to the socket that NOTIFY_SOCKET names (sd_notify(3)); without that variable, nothing is sent.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Mapping

SEND_SECONDS = 5.0
"""How long a full socket is waited for."""
_log = logging.getLogger("monitor.notify")


class Notifier:
    """The way to the service manager. What cannot be sent is logged: a monitor that works is not ended by that."""

    def __init__(self, environ: Mapping[str, str], pid: int) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        self.watchdog = _watchdog(environ, pid)
        """Seconds within which the manager wants a sign of life; None if it wants none."""

    def send(self, *lines: str) -> None:
        """Tell the manager, as in `send("READY=1", "STATUS=watching 3 pages")`."""
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as way:
                way.settimeout(SEND_SECONDS)
                way.sendto("\n".join(lines).encode(), address)
        except OSError as error:
            _log.warning("the service manager could not be told: %s", error)


def _watchdog(environ: Mapping[str, str], pid: int) -> float | None:
    """WATCHDOG_USEC in seconds, if it is meant for this process."""
    wanted, meant = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", str(pid))
    return int(wanted) / 1e6 if wanted.isdecimal() and int(wanted) and meant == str(pid) else None
