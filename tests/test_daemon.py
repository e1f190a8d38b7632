"""The daemon: its ticks, its watchlist, its stop. The pages are the demo's, on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from monitor.archive import Archive
from monitor.daemon import Daemon
from monitor.demo.site import DemoSite, pages
from monitor.watchlist import load

START = datetime(2031, 5, 1, 6, tzinfo=UTC)


@dataclass
class Post:
    """A daemon over the demo's pages, with a clock that is set by hand."""

    folder: Path
    site: DemoSite
    archive: Archive
    now: datetime = START
    said: list[str] = field(default_factory=list)

    @property
    def watchlist(self) -> Path:
        return self.folder / "watchlist.yaml"

    def write(self, *keys: str) -> None:
        """A watchlist of these pages; its time of writing moves on, however quick the test."""
        vendors: dict[str, dict[str, dict[str, dict[str, str]]]] = {}
        for page in pages(self.site.url):
            if page.key in keys:
                vendors.setdefault(page.vendor, {"pages": {}})["pages"][page.name] = {
                    "type": page.type,
                    "url": page.url,
                }
        settings = {"allow_private_addresses": True, "every": "1h", "archive": "archive.db", "confirm": False}
        self.watchlist.write_text(yaml.safe_dump({"version": 1, "settings": settings, "vendors": vendors}), "utf-8")
        self._touch()

    def break_watchlist(self) -> None:
        self.watchlist.write_text("version: 7\n", "utf-8")
        self._touch()

    def _touch(self) -> None:
        later = self.watchlist.stat().st_mtime + 10 * (len(self.said) + 1)
        os.utime(self.watchlist, (later, later))

    def daemon(self) -> Daemon:
        return Daemon(load(self.watchlist), self.archive, {}, lambda: self.now, self.said.append)

    def checks(self) -> dict[str, int]:
        return {f"{state.vendor}/{state.page}": state.captures for state in self.archive.pages()}


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with DemoSite() as site, Archive(tmp_path / "archive.db") as archive:
        yield Post(tmp_path, site, archive)


def test_a_tick_checks_what_is_due_and_no_more(post: Post) -> None:
    """A page is checked again when its interval is over, not at every tick."""
    post.write("northwind/terms")
    daemon = post.daemon()
    for minutes in (0, 10, 20, 61):
        post.now = START + timedelta(minutes=minutes)
        daemon.check()
    assert post.checks() == {"northwind/terms": 2}


def test_a_restart_loses_no_schedule(post: Post) -> None:
    """What is due stands in the archive: a new daemon checks no page before its time."""
    post.write("northwind/terms")
    post.daemon().check()
    post.now += timedelta(minutes=30)
    post.daemon().check()
    assert post.checks() == {"northwind/terms": 1}


def test_an_edited_watchlist_is_taken_up(post: Post) -> None:
    """A page that is added to the watchlist is checked at the next tick."""
    post.write("northwind/terms")
    daemon = post.daemon()
    daemon.check()
    post.write("northwind/terms", "lumen/privacy")
    daemon.check()
    assert set(post.checks()) == {"northwind/terms", "lumen/privacy"}
    assert "watchlist taken up: 2 pages" in post.said


def test_a_broken_watchlist_is_told_once_and_the_last_good_one_stays(post: Post) -> None:
    """Pages go on being checked by the last good watchlist, and the mistakes are said one time."""
    post.write("northwind/terms")
    daemon = post.daemon()
    daemon.check()
    post.break_watchlist()
    for hours in (1, 2):
        post.now = START + timedelta(hours=hours, minutes=1)
        daemon.check()
    assert post.checks() == {"northwind/terms": 3}
    assert sum("last good one stays" in said for said in post.said) == 1


def test_a_daemon_told_to_stop_begins_no_page(post: Post) -> None:
    """A daemon told to stop begins no other page; what it leaves is due at the next start."""
    post.write("northwind/terms", "lumen/privacy", "qinghe/privacy")
    daemon = post.daemon()
    daemon.stop()
    daemon.check()
    assert post.checks() == {}


def test_a_full_disk_is_told_past_the_archive(post: Post) -> None:
    """When nothing can be recorded the channels hear of it, once, and once when it can be; the pages are checked then."""
    told = post.folder / "told.jsonl"
    post.write("northwind/terms")
    watchlist = yaml.safe_load(post.watchlist.read_text("utf-8"))
    watchlist["channels"] = {"own": {"kind": "command", "run": ["tee", "-a", str(told)]}}
    post.watchlist.write_text(yaml.safe_dump(watchlist), "utf-8")
    daemon = post.daemon()
    pages_used = post.archive._db.execute("PRAGMA page_count").fetchone()[0]
    post.archive._db.execute(f"PRAGMA max_page_count = {pages_used}")
    for _ in range(3):
        daemon.check()
    post.archive._db.execute("PRAGMA max_page_count = 1000000")
    daemon.check()
    began, ended = map(json.loads, told.read_text("utf-8").splitlines())
    assert [trouble["ended_at"] is None for each in (began, ended) for trouble in each["troubles"]] == [True, False]
    assert "full" in began["troubles"][0]["reason"]
    assert post.checks() == {"northwind/terms": 1}


@pytest.fixture
def running(post: Post) -> Iterator[subprocess.Popen[str]]:
    """`monitor run` as a process of its own, on an archive of its own."""
    post.write("northwind/terms")
    command = [sys.executable, "-m", "monitor", "run", "--watchlist", str(post.watchlist), "--archive", "own.db"]
    with subprocess.Popen(command, cwd=post.folder, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "watching 1 pages" in process.stderr.readline()
        try:
            yield process
        finally:
            process.kill()


def test_sigterm_ends_it_cleanly(running: subprocess.Popen[str]) -> None:
    """SIGTERM ends the daemon with status 0 within seconds."""
    running.send_signal(signal.SIGTERM)
    assert running.wait(timeout=20) == 0


def test_a_second_daemon_says_so_and_leaves(running: subprocess.Popen[str], post: Post) -> None:
    """A daemon that finds another at the archive names it and ends with status 1."""
    command = [sys.executable, "-m", "monitor", "run", "--watchlist", str(post.watchlist), "--archive", "own.db"]
    second = subprocess.run(command, cwd=post.folder, capture_output=True, text=True, timeout=30, check=False)
    assert second.returncode == 1
    assert str(running.pid) in second.stderr
