"""Whether a daemon lives is told by its ticks, not by a clock that may be set."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from threading import Thread

import pytest

from monitor.pulse import SECONDS, STALLED, Counts, Pulse, Signs, fault

WELL = Pulse(1000.0, 1000.0)


@pytest.mark.parametrize(
    ("pulse", "now", "said"),
    [
        (WELL, 1000.0, ""),
        (WELL, 1000.0 + STALLED, ""),
        (replace(WELL, checking=999.0), 1000.0 + STALLED, "no sign of checks for 601 seconds"),
        (replace(WELL, delivering=999.0), 1000.0 + STALLED, "no sign of deliveries for 601 seconds"),
        (replace(WELL, full="the disk is full"), 1000.0, "nothing can be recorded: the disk is full"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(pulse: Pulse, now: float, said: str) -> None:
    """A tick that has shown nothing for too long is a fault, and so is an archive that takes nothing."""
    assert fault(pulse, now) == said


def test_signs_are_seen_at_once() -> None:
    """What a daemon shows is its pulse from then on, each part by itself."""
    signs, ended = Signs(1.0), datetime(2031, 5, 1, tzinfo=UTC)
    signs.checking(5.0)
    signs.delivering(6.0)
    signs.full("no space")
    signs.round_ended(ended)
    assert signs.pulse == Pulse(5.0, 6.0, "no space", ended)
    signs.full("")
    assert signs.pulse.full == ""


def test_checks_are_counted_by_outcome_and_seconds() -> None:
    """Each check counts once, under the first bound that its fetch did not pass; the longest come last."""
    signs = Signs(0.0)
    for outcome, seconds in (("ok", 0.1), ("ok", 0.2), ("timeout", 61.0)):
        signs.checked(outcome, seconds)
    fetches = (1, 1, *(0,) * (len(SECONDS) - 2), 1)
    assert signs.counts == Counts({"ok": 2, "timeout": 1}, fetches, pytest.approx(61.3))


def test_threads_lose_no_count() -> None:
    """Checks that end at once in many threads are all counted."""
    signs = Signs(0.0)
    threads = [Thread(target=lambda: [signs.checked("ok", 1.0) for _ in range(500)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert signs.counts.outcomes == {"ok": 4000}
