"""The soaks in small: alerts through servers that fail at random, and a program that is killed, stopped, or has no disk left.

In full they run by `make soak`; the figures are in docs/measurements.md.
"""

from __future__ import annotations

import signal
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import oracle
import pytest
from fakes import HOUR, START, FakeFetcher, terms
from hook_sink import HookSink
from scenarios import HEALTHY_EXITS, kill, stage, thousand

from monitor import pipeline
from monitor.archive import Archive
from monitor.errors import ArchiveError
from monitor.model import Page, Rule
from monitor.outbox import Manner, deliver
from monitor.pipeline import Judgement
from monitor.records import Message

SEED = 6


def quietly(_: str) -> None:
    """Say nothing."""


def test_alerts_survive_servers_that_fail(tmp_path: Path) -> None:
    """However mail server and receiver fail, each alert arrives, and a duplicate is of what was taken without a word."""
    result = thousand(tmp_path, SEED, 12, quietly, storm=False, stall=0.1)
    assert result.violations == (), result.line


def test_alerts_survive_kills(tmp_path: Path) -> None:
    """Killed at any moment and just started again, the program loses no alert and invents none."""
    result = kill(tmp_path, SEED, 3, quietly, count=2)
    assert result.violations == (), result.line


class SlowHook(HookSink):
    """Takes a while to answer, always."""

    faults: ClassVar = (("answer", "stall"),)


def test_a_stop_during_delivery_takes_the_alert_in_hand(tmp_path: Path) -> None:
    """SIGTERM amid deliveries ends the daemon in seconds; what it had in hand goes out once, the rest with the next run."""
    hook = SlowHook("hook", SEED, stall=0.3)
    with stage(tmp_path, quietly, 12, (hook,), confirm=False) as ready:
        ready.share(1)
        ready.site.revisions = [1] * 12
        ready.program.later += timedelta(hours=2)
        daemon = ready.program.start("run")
        patience = time.monotonic() + 20
        while len(hook.arrivals) < 2 and time.monotonic() < patience:
            time.sleep(0.02)
        done = daemon.end(signal.SIGTERM, grace=10)
        assert (done.status, 2 <= len(hook.arrivals) < 12) == (0, True), done.err
        ready.share(0)
        assert ready.round().status in HEALTHY_EXITS
        assert len(hook.arrivals) == len({each.key for each in hook.arrivals}) == 12
        assert list(oracle.lost(oracle.ledger(ready.program.archive), ready.sinks)) == []


PAGES = tuple(Page("acme", f"p{n}", "terms", f"https://acme.example/{n}", "Acme AI", language="en") for n in range(3))
JUDGEMENT = Judgement((Rule(("mail", "hook")),))


class Box:
    """A channel that takes everything."""

    folds = False

    def __init__(self, name: str) -> None:
        self.name = name
        self.keys: list[str] = []

    def send(self, message: Message, now: object) -> str:
        self.keys.append(message.key)
        return ""


@pytest.mark.parametrize("room", range(0, 24, 2))
def test_a_disk_that_fills_up_loses_nothing(room: int, tmp_path: Path) -> None:
    """Wherever the disk fills up between check and delivery, there is no half alert, and once there is room all arrive."""
    boxes = {name: Box(name) for name in ("mail", "hook")}
    with Archive(tmp_path / "archive.db") as archive:

        def check(number: int) -> None:
            fetcher = FakeFetcher([terms(p5=f"We keep your chats for {number} days.")] * len(PAGES))
            list(pipeline.check(PAGES, archive, lambda *_: fetcher, JUDGEMENT, lambda: START + number * HOUR))

        def send(number: int) -> None:
            deliver(archive, boxes, START + number * HOUR, Manner())

        check(1)
        with suppress(ArchiveError):
            fill(archive, room)
            check(2)
        with suppress(ArchiveError):
            send(2)
        archive._db.execute("PRAGMA max_page_count = 1000000")
        assert list(archive.verify()) == []
        check(3)
        send(4)
        owed = {delivery.key: delivery.state for delivery in archive.deliveries()}
        assert set(owed.values()) == {"sent"}
        assert {key for box in boxes.values() for key in box.keys} == set(owed)
        assert [archive.document(version).blocks[5].text for version in last_versions(archive)] == [
            "We keep your chats for 3 days."
        ] * len(PAGES)


def fill(archive: Archive, room: int) -> None:
    """Let the disk have room for so many more pages of the file."""
    (pages,) = archive._db.execute("PRAGMA page_count").fetchone()
    archive._db.execute(f"PRAGMA max_page_count = {pages + room}")


def last_versions(archive: Archive) -> list[int]:
    return [list(archive.versions(page.vendor, page.name))[-1].id for page in PAGES]
