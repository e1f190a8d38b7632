"""Months of a daemon in minutes: does it grow? Pages on loopback that change, fail and come back, and a clock that runs fast.

    python soak/growth.py [--minutes 20] [--pages 40]

Each tick of the daemon is made by hand, an hour of its clock after the last one. Printed is the memory held at the beginning,
after the first tenth, and at the end; exit status 1 where the last nine tenths added more than a tenth.
"""

from __future__ import annotations

import argparse
import gc
import logging
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread, active_count

import yaml

from monitor import reading
from monitor.apart import Processes
from monitor.archive import Archive
from monitor.daemon import Daemon
from monitor.watchlist.loading import load

START = datetime(2031, 1, 1, tzinfo=UTC)
MOST_GROWTH = 0.10
SENTENCES = 120
"""Sentences of a page: about as long as terms are."""


class Site(ThreadingHTTPServer):
    """Pages that change every so many days of the clock, each at its own time, and fail for some of it."""

    daemon_threads = True

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(("127.0.0.1", 0), Visit)
        self.clock = clock


class Visit(BaseHTTPRequestHandler):
    """One request: a page by its number."""

    server: Site

    def do_GET(self) -> None:
        number = self.path.strip("/")
        status, body = answer(int(number), self.server.clock()) if number.isdigit() else (404, b"")
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def answer(number: int, now: datetime) -> tuple[int, bytes]:
    """What a page says at a time: another number of days every 20 days, an error on one day in 17."""
    day = (now - START).days + number
    if day % 17 == 0:
        return 500, b"Internal Server Error"
    kept = f"We keep your prompts for {30 + day // 20} days, and use them to train our models unless you opt out."
    rest = " ".join(f"Part {part} of the terms of vendor {number} says what is agreed." for part in range(SENTENCES))
    text = f"<p>{kept}</p><p>{rest}</p><!-- {now.isoformat()} -->"
    return 200, f"<!doctype html><html lang=en><body><main><h1>Terms</h1>{text}</main></body></html>".encode()


def main() -> int:
    """Run, print, and say by the exit status whether it grew."""
    given = argparse.ArgumentParser(description="Does the daemon grow?")
    given.add_argument("--minutes", type=float, default=20.0)
    given.add_argument("--pages", type=int, default=40)
    asked = given.parse_args()
    with tempfile.TemporaryDirectory() as work:
        return run(Path(work), asked.minutes * 60, asked.pages)


def run(work: Path, seconds: float, pages: int) -> int:
    """Tick for so many seconds."""
    logging.disable()  # of pages that fail on purpose
    clock = [START]
    site = Site(lambda: clock[0])
    Thread(target=site.serve_forever, daemon=True).start()
    watch(work, site.server_port, pages)
    with Archive(work / "archive.db") as archive, Processes(reading.ready) as apart:
        daemon = Daemon(load(work / "watchlist.yaml"), archive, {}, lambda: clock[0], lambda _: None, apart)
        held = [memory()]
        end, tenth, ticks = time.monotonic() + seconds, time.monotonic() + seconds / 10, 0
        while time.monotonic() < end:
            daemon.check()
            daemon.deliver()
            clock[0] += timedelta(hours=1)
            ticks += 1
            if len(held) == 1 and time.monotonic() > tenth:
                held.append(memory())
        held.append(memory())
        daemon.close()
        size, alerts = (work / "archive.db").stat().st_size, len(archive.alerts())
        checks = sum(state.captures for state in archive.pages())
    first, warm, last = held
    print(
        f"growth: {ticks / 24:,.0f} days of {pages} pages, {checks:,} checks, {alerts:,} alerts: memory {first:.0f} MB at first, "
        f"{warm:.0f} MB after a tenth, {last:.0f} MB at the end; {active_count()} threads; archive {size / 1e6:.0f} MB"
    )
    return int(last > warm * (1 + MOST_GROWTH))


def watch(work: Path, port: int, pages: int) -> None:
    """A watchlist of the pages, whose alerts go to a program and into feeds."""
    listed = {
        f"page-{number}": {"type": "terms", "url": f"http://127.0.0.1:{port}/{number}"} for number in range(pages)
    }
    watchlist = {
        "version": 1,
        "settings": {"archive": "archive.db", "allow_private_addresses": True, "every": "12h", "confirm": "0s"},
        "channels": {"own": {"kind": "command", "run": ["true"]}, "news": {"kind": "feed", "folder": "feeds"}},
        "vendors": {"acme": {"pages": listed}},
    }
    (work / "watchlist.yaml").write_text(yaml.safe_dump(watchlist), "utf-8")


def memory() -> float:
    """What the process holds, in MB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4096 / 1e6


if __name__ == "__main__":
    sys.exit(main())
