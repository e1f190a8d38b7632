"""The program's command line as it runs SECONDS from now: only the clock differs.

python soak/at.py SECONDS check --watchlist ...
"""

from __future__ import annotations

import signal
import sys
from datetime import UTC, datetime, timedelta

from monitor.cli import main, setup

LIMIT = 600
"""Seconds after which it ends, whatever it does: nothing is left running if the soak itself is killed."""


def moved(seconds: float) -> None:
    """Let the command line's one look at the clock show another time."""
    setup.now = lambda: datetime.now(UTC) + timedelta(seconds=seconds)


if __name__ == "__main__":
    signal.alarm(LIMIT)
    moved(float(sys.argv.pop(1)))
    main()
