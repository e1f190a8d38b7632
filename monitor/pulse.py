"""Whether a running daemon lives: when its ticks last showed themselves -> what is wrong, if anything.

Moments are seconds of a monotonic clock: a clock that is set, or a machine that slept, is no fault of the daemon's.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

STALLED = 600.0
"""Seconds without a sign after which a tick counts as stalled: more than any one page or pass of deliveries may take."""
SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""The bounds by which the seconds of fetches are counted; what is longer than all comes last."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """When each tick showed itself last, why nothing can be recorded if so, and when a round ended last."""

    checking: float
    delivering: float
    full: str = ""
    round_ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Checks since the start by their outcome; how many fetches fell under each bound, and their seconds together."""

    outcomes: Mapping[str, int] = field(default_factory=dict)
    fetches: tuple[int, ...] = (0,) * (len(SECONDS) + 1)
    seconds: float = 0.0


def fault(pulse: Pulse, now: float, stalled: float = STALLED) -> str:
    """Why the daemon does not do its work, in a sentence; empty if it does."""
    if pulse.full:
        return f"nothing can be recorded: {pulse.full}"
    for name, seen in (("checks", pulse.checking), ("deliveries", pulse.delivering)):
        if now - seen > stalled:
            return f"no sign of {name} for {now - seen:.0f} seconds"
    return ""


class Signs:
    """What a daemon shows of itself: its threads write, whoever asks how it fares reads."""

    def __init__(self, now: float) -> None:
        self._turn = threading.Lock()
        self._pulse = Pulse(now, now)
        self._outcomes: Counter[str] = Counter()
        self._fetches = [0] * (len(SECONDS) + 1)
        self._seconds = 0.0

    @property
    def pulse(self) -> Pulse:
        """When the ticks showed themselves last."""
        return self._pulse

    @property
    def counts(self) -> Counts:
        """What was checked since the start."""
        with self._turn:
            return Counts(dict(self._outcomes), tuple(self._fetches), self._seconds)

    def checking(self, now: float) -> None:
        """The tick that checks pages got on: it began, came to the next page, or ended."""
        self._note(checking=now)

    def delivering(self, now: float) -> None:
        """The tick that delivers got on."""
        self._note(delivering=now)

    def full(self, reason: str) -> None:
        """Nothing can be recorded, for that reason; with an empty one, it can again."""
        self._note(full=reason)

    def round_ended(self, at: datetime) -> None:
        """A round of checks ended, and what it owed was sent."""
        self._note(round_ended=at)

    def checked(self, outcome: str, seconds: float) -> None:
        """A page was checked."""
        with self._turn:
            self._outcomes[outcome] += 1
            self._fetches[bisect_left(SECONDS, seconds)] += 1
            self._seconds += seconds

    def _note(self, **news: float | str | datetime) -> None:
        with self._turn:
            self._pulse = replace(self._pulse, **news)  # type: ignore[arg-type] # the callers above name and type them
