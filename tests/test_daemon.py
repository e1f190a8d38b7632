"""The daemon: its ticks, its watchlist, its stop. The pages are the demo's, on loopback."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from test_apart import descendants, gone

from monitor.archive import Archive
from monitor.daemon import Daemon
from monitor.demo.site import DemoSite, pages
from monitor.watchlist.loading import load

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


@pytest.mark.parametrize("away", [timedelta(days=-1), timedelta(days=3653), timedelta(days=-20_000)])
def test_a_clock_that_was_wrong_stops_no_check(post: Post, away: timedelta) -> None:
    """Whatever the clock said at one check, once it is right again the page is checked within a week at most."""
    post.write("northwind/terms")
    daemon = post.daemon()
    daemon.check()
    post.now = START + timedelta(hours=2) + away
    daemon.check()
    for days in range(1, 9):
        post.now = START + timedelta(days=days)
        daemon.check()
    assert post.checks()["northwind/terms"] >= 8
    assert post.archive.pages()[0].versions == 1


def test_an_edited_watchlist_is_taken_up(post: Post) -> None:
    """A page that is added to the watchlist is checked at the next tick."""
    post.write("northwind/terms")
    daemon = post.daemon()
    daemon.check()
    post.write("northwind/terms", "lumen/privacy")
    daemon.check()
    assert set(post.checks()) == {"northwind/terms", "lumen/privacy"}
    assert "watchlist taken up: 2 pages" in post.said


def test_a_watchlist_that_lost_its_pages_waits_for_a_word(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    """An edit that drops much of the list is not taken up by itself, since it may be a slip; SIGHUP takes it up."""
    keys = ("northwind/terms", "northwind/data-controls", "lumen/privacy", "qinghe/privacy", "qinghe/agreement")
    post.write(*keys)
    daemon = post.daemon()
    post.write(keys[0])
    daemon.check()
    assert set(daemon.watched) == set(keys)
    assert "lacks 4 pages" in caplog.text
    daemon.reload()
    assert daemon.watched == (keys[0],)


def test_a_broken_watchlist_is_told_once_and_the_last_good_one_stays(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    """Pages go on being checked by the last good watchlist, and the mistakes are said one time."""
    post.write("northwind/terms")
    daemon = post.daemon()
    daemon.check()
    post.break_watchlist()
    for hours in (1, 2):
        post.now = START + timedelta(hours=hours, minutes=1)
        daemon.check()
    assert post.checks() == {"northwind/terms": 3}
    assert sum("last good one stays" in said for said in caplog.messages) == 1


def test_who_broke_the_watchlist_hears_of_it(post: Post) -> None:
    """A watchlist that cannot be taken up is a trouble, told at once and once, with the mistake; and that it is over."""
    post.write("northwind/terms")
    told = post.folder / "told.jsonl"
    with_channel = yaml.safe_load(post.watchlist.read_text("utf-8"))
    with_channel["channels"] = {"own": {"kind": "command", "run": ["tee", "-a", str(told)]}}
    post.watchlist.write_text(yaml.safe_dump(with_channel), "utf-8")
    daemon = post.daemon()
    daemon.check()
    post.break_watchlist()
    for _ in range(3):
        daemon.check()
        daemon.deliver()
    post.watchlist.write_text(yaml.safe_dump(with_channel), "utf-8")
    daemon.reload()
    daemon.deliver()
    troubles = [each for line in told.read_text("utf-8").splitlines() for each in json.loads(line)["troubles"]]
    assert [(each["kind"], each["ended_at"] is None) for each in troubles] == [
        ("watchlist", True),
        ("watchlist", False),
    ]
    assert "version: expected 1" in troubles[0]["reason"]
    assert post.archive.troubles() == ()


def test_a_watchlist_is_taken_up_when_asked(post: Post) -> None:
    """A reload that is asked for takes up the watchlist though its time of writing is the same, and says so each time."""
    post.write("northwind/terms")
    daemon = post.daemon()
    written = post.watchlist.stat().st_mtime
    post.write("northwind/terms", "lumen/privacy")
    os.utime(post.watchlist, (written, written))
    daemon.reload()
    daemon.reload()
    assert set(daemon.watched) == {"northwind/terms", "lumen/privacy"}
    assert post.said == ["watchlist taken up: 2 pages"] * 2


def test_a_reload_waits_for_the_round_that_is_on(post: Post) -> None:
    """A watchlist asked for in the middle of a round, which uses what the old one opened, is taken up after it."""
    post.write("northwind/terms", "lumen/privacy")
    daemon = post.daemon()
    with daemon._taking:  # as a round does
        asking = threading.Thread(target=daemon.reload)
        asking.start()
        asking.join(timeout=10)
    assert post.said == ["the watchlist is taken up when this round is over"]
    daemon.check()
    assert post.said[1:] == ["watchlist taken up: 2 pages"]


def test_a_tick_shows_itself(post: Post) -> None:
    """A tick that got to its end, a page checked and a round that ended are signs; a tick that broke off is none."""
    post.write("northwind/terms")
    daemon = post.daemon()
    before = daemon.signs.pulse
    daemon.check()
    daemon.deliver()
    after = daemon.signs.pulse
    assert (after.checking > before.checking, after.delivering > before.delivering) == (True, True)
    assert (after.round_ended, daemon.signs.counts.outcomes) == (START, {"ok": 1})
    post.archive.close()
    with pytest.raises(Exception, match="closed"):
        daemon.deliver()
    assert daemon.signs.pulse.delivering == after.delivering


def test_a_check_is_logged_with_its_page_and_what_came_of_it(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    """The line of a check names the page, its outcome and why, and the change that it found."""
    caplog.set_level("INFO", "monitor.daemon")
    post.write("northwind/data-controls", "lumen/pricing")
    daemon = post.daemon()
    for hours, stage in ((0, 1), (2, 2)):
        post.now = START + timedelta(hours=hours)
        post.site.stage = stage
        daemon.check()
    lines = {
        (each["page"], each["outcome"], bool(each["reason"]), each["change"]) for each in map(vars, caplog.records)
    }
    assert ("northwind/data-controls", "ok", False, 1) in lines
    assert ("lumen/pricing", "blocked_wall", True, None) in lines


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
    assert "full" in daemon.signs.pulse.full
    post.archive._db.execute("PRAGMA max_page_count = 1000000")
    daemon.check()
    began, ended = map(json.loads, told.read_text("utf-8").splitlines())
    assert [trouble["ended_at"] is None for each in (began, ended) for trouble in each["troubles"]] == [True, False]
    assert "full" in began["troubles"][0]["reason"]
    assert daemon.signs.pulse.full == ""
    assert post.checks() == {"northwind/terms": 1}


@dataclass
class Running:
    """`monitor run` as a process of its own, and what it says."""

    process: subprocess.Popen[str]

    def says(self, wanted: str) -> str:
        """The next line that holds these words."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if wanted in line:
                return line
        raise AssertionError(f"it ended and did not say {wanted!r}")


@pytest.fixture
def running(post: Post) -> Iterator[Running]:
    """`monitor run` on an archive of its own."""
    post.write("northwind/terms")
    command = [sys.executable, "-m", "monitor", "run", "--watchlist", str(post.watchlist), "--archive", "own.db"]
    command += ["--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, cwd=post.folder, stderr=subprocess.PIPE, text=True) as process:
        run = Running(process)
        run.says("watching 1 pages")
        try:
            yield run
        finally:
            process.kill()


def test_it_says_over_http_how_it_fares(running: Running) -> None:
    """With --listen, the daemon names an address, which answers with its health and its metrics."""
    url = running.says("/healthz and ").split("/healthz")[0]
    with urllib.request.urlopen(f"{url}/healthz", timeout=10) as answer:
        assert json.load(answer)["status"] == "ok"
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:
        assert b"terms_monitor_alive 1.0" in answer.read()


def test_sighup_takes_up_the_watchlist_now(running: Running, post: Post) -> None:
    """SIGHUP does not end the daemon: it takes up the watchlist within seconds, not at the next tick."""
    post.write("northwind/terms", "lumen/privacy")
    began = time.monotonic()
    running.process.send_signal(signal.SIGHUP)
    running.says("watchlist taken up: 2 pages")
    assert time.monotonic() - began < 10
    assert running.process.poll() is None


def test_systemd_hears_of_the_running_program(post: Post) -> None:
    """The program itself tells the socket it was given that it is ready, that it lives while its ticks run, and that it stops."""
    post.write("northwind/terms")
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as manager:
        manager.bind(str(post.folder / "notify"))
        manager.settimeout(20)
        environ = os.environ | {"NOTIFY_SOCKET": str(post.folder / "notify"), "WATCHDOG_USEC": "400000"}
        command = [sys.executable, "-m", "monitor", "run", "--watchlist", str(post.watchlist), "--archive", "own.db"]
        with subprocess.Popen(command, cwd=post.folder, stderr=subprocess.DEVNULL, env=environ) as process:
            try:
                for wanted in ("READY=1", "WATCHDOG=1"):
                    while wanted not in manager.recv(4096).decode().splitlines():
                        pass
                process.terminate()
                while "STOPPING=1" not in manager.recv(4096).decode().splitlines():
                    pass
                assert process.wait(timeout=20) == 0
            finally:
                process.kill()


def test_sigterm_ends_it_cleanly(running: Running) -> None:
    """SIGTERM ends the daemon with status 0 within seconds."""
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(timeout=20) == 0


def test_sigterm_ends_it_amid_a_page_that_hangs(post: Post) -> None:
    """A page whose reading does not end holds up a stop for the grace only, and leaves no process behind."""
    post.write("northwind/terms")
    busy = post.folder / "busy"
    code = (
        "import sys, functools, pathlib, hostile\n"
        "from monitor import cli, crew, reading\n"
        "crew.GRACE = 0.3\n"
        f"reading.read = functools.partial(hostile.wait_after, pathlib.Path({str(busy)!r}))\n"
        f"sys.argv[1:] = ['run', '--archive', 'own.db', '--watchlist', {str(post.watchlist)!r}]\n"
        "cli.main()"
    )
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=post.folder, stderr=subprocess.DEVNULL, env=environ
    ) as process:
        try:
            while not busy.exists():
                assert process.poll() is None
                time.sleep(0.05)
            below = descendants(process.pid)
            process.terminate()
            assert process.wait(timeout=20) == 0
        finally:
            process.kill()
    assert len(below) >= 2 and gone(*below)


def test_a_stop_waits_for_what_is_in_hand_and_not_for_ever(post: Post) -> None:
    """A daemon rests when its ticks are over; one that hangs is waited for so long, and then left."""
    post.write("northwind/terms")
    daemon, released, held = post.daemon(), threading.Event(), threading.Event()

    def hang() -> None:
        with daemon._sending:
            held.set()
            released.wait(20)

    hanging = threading.Thread(target=hang)
    hanging.start()
    held.wait(20)
    assert not daemon.rests(0.05)
    released.set()
    hanging.join()
    assert daemon.rests(0.05)


def test_a_second_daemon_says_so_and_leaves(running: Running, post: Post) -> None:
    """A daemon that finds another at the archive names it and ends with status 1."""
    command = [sys.executable, "-m", "monitor", "run", "--watchlist", str(post.watchlist), "--archive", "own.db"]
    second = subprocess.run(command, cwd=post.folder, capture_output=True, text=True, timeout=30, check=False)
    assert second.returncode == 1
    assert second.stderr.strip() == (
        f"monitor: own.db is being written to by another process (id {running.process.pid}); try again later"
    )
