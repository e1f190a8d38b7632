"""How a running daemon fares, over HTTP: /healthz for whatever restarts it, /metrics for Prometheus."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from monitor import __version__, metrics, pulse
from monitor.archive import Archive
from monitor.errors import ArchiveError
from monitor.metrics import Metrics, Reading
from monitor.pulse import Signs
from monitor.records import Tally
from monitor.status_server import Answer, Answers, serving


class Shown(Protocol):
    """A daemon as those see it who ask how it fares."""

    @property
    def signs(self) -> Signs: ...

    @property
    def watched(self) -> tuple[str, ...]:
        """The pages it checks, by their keys."""


@contextmanager
def telling(daemon: Shown, archive: Path, where: tuple[str, int] | None) -> Iterator[str]:
    """Serve /healthz and /metrics while the block runs, if there is a place for it; its address."""
    if where is None:
        yield ""
        return
    with serving(where, Status(daemon, archive, time.monotonic).answers) as (host, port):
        yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Status:
    """What is told of a daemon over HTTP. The archive is opened at each question: one that was moved away is not readable."""

    def __init__(self, daemon: Shown, archive: Path, clock: Callable[[], float]) -> None:
        self._daemon, self._archive, self._clock = daemon, archive, clock
        self._tally: Tally | None = None
        self._metrics = Metrics(self.reading)

    @property
    def answers(self) -> Answers:
        """What is answered at which path."""
        return {"/healthz": self.healthz, "/metrics": self.metrics}

    def healthz(self) -> Answer:
        """200 while the daemon does its work and the archive can be read; 503 with the reason otherwise."""
        try:
            self._count()
            reason = self._fault()
        except ArchiveError as error:
            reason = self._fault() or str(error)
        return _as_json(503 if reason else 200, health(self._daemon.signs.pulse, reason, self._clock()))

    def metrics(self) -> Answer:
        """The metrics as Prometheus reads them."""
        return Answer(200, metrics.CONTENT_TYPE, self._metrics.text())

    def reading(self) -> Reading:
        """What metrics tell at this moment."""
        signs, daemon = self._daemon.signs, self._daemon
        try:
            tally = self._count()
        except ArchiveError:
            tally = None
        alive = tally is not None and not self._fault()
        return Reading(__version__, alive, signs.pulse, signs.counts, daemon.watched, tally)

    def _fault(self) -> str:
        return pulse.fault(self._daemon.signs.pulse, self._clock())

    def _count(self) -> Tally:
        with Archive(self._archive, mode="read") as archive:
            self._tally = counted = archive.tally(self._tally)
        return counted


def health(seen: pulse.Pulse, reason: str, now: float) -> dict[str, object]:
    """The body of /healthz."""
    ended = seen.round_ended
    return {
        "status": "failing" if reason else "ok",
        "reason": reason,
        "version": __version__,
        "seconds_since_checking": round(now - seen.checking, 1),
        "seconds_since_delivering": round(now - seen.delivering, 1),
        "last_round_ended_at": ended.isoformat().replace("+00:00", "Z") if ended else None,
    }


def _as_json(status: int, value: Mapping[str, object]) -> Answer:
    return Answer(status, "application/json", json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
