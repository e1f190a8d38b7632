"""The daemon: a tick that checks what is due, and a tick that delivers; both ask the archive, so a restart loses nothing."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from monitor import almanac, composer, crew, pipeline, reading, wiring
from monitor.apart import Processes, Run, here
from monitor.archive import Archive
from monitor.attend import Signals, attend
from monitor.errors import ArchiveError, MonitorError
from monitor.fetch import Ways
from monitor.model import HEALTHY
from monitor.notify import Notifier
from monitor.outbox import Delivered
from monitor.pulse import Signs
from monitor.records import Trouble
from monitor.report import notice
from monitor.watchlist import Watchlist
from monitor.watchlist.loading import load

LOADED = (almanac, composer, notice)
"""What is otherwise loaded when it is first asked for, and is here from the start: the program may be upgraded while it runs."""

CHECK_EVERY, DELIVER_EVERY = 30, 15
"""Seconds between two looks at what is due. The schedule itself stands in the archive."""
MOST_LOST, LEAST_LOST = 0.3, 3
"""Share and number of its pages that an edited watchlist may not lack without anybody's word for it."""
LONGEST_ROUND = 900.0
"""Seconds after which a round begins no further page: one slow host must not hold up the others' next turns."""
LONGEST_REST = 15.0
"""Seconds in which a stop lets the page and the alert in hand be finished."""
LONGEST_WAIT = 600.0
"""Seconds for which alerts wait for the end of the round that found them, so that a storm goes as one message."""
_log = logging.getLogger("monitor.daemon")


class Daemon:
    """Checks and delivers on its ticks, by the last watchlist that was right."""

    def __init__(
        self,
        watchlist: Watchlist,
        archive: Archive,
        environ: Mapping[str, str],
        clock: Callable[[], datetime],
        say: Callable[[str], None],
        apart: Processes | None = None,
    ) -> None:
        """`apart` are the processes that read; without them this one does."""
        self._archive, self._environ, self._clock, self._say, self._apart = archive, environ, clock, say, apart
        self._run: Run = apart.call if apart else here
        self._stopping = threading.Event()
        self._busy_since: float | None = None
        self._crying: Trouble | None = None
        self._taking, self._sending, self._asked = threading.RLock(), threading.Lock(), threading.Event()
        self.signs = Signs(time.monotonic())
        self._hosts = wiring.hosts(archive.path)  # what a host asked for outlives an edit of the watchlist
        self._ways = self._opened(watchlist)
        self._take(watchlist, _edited(watchlist.path))

    @property
    def watched(self) -> tuple[str, ...]:
        """The pages it checks, by their keys."""
        return tuple(page.key for page in self._watchlist.pages)

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping.is_set()

    def check(self) -> None:
        """Check what is due, and end the round. The pages at hand are finished before a stop."""
        with self._taking:
            self._reload()
            self._check_round()
            if self._asked.is_set():
                self._reload()
        self.signs.checking(time.monotonic())  # not where the tick broke off: one that always does is no sign of life

    def _check_round(self) -> None:
        self._busy_since = time.monotonic()
        try:
            if self._check_due() and not self._stopping.is_set():
                self._finish()
            self._cry(None)
        except ArchiveError as error:
            self._cry(error)
        finally:
            self._busy_since = None

    def _check_due(self) -> int:
        watchlist, checked = self._watchlist, 0
        pages = pipeline.due(watchlist.pages, self._archive, self._clock())
        if self._apart and not pages:
            self._apart.rest()
        second_look = wiring.second_look(watchlist.settings, self._stopping.wait)  # a stop cuts the pause short
        look = wiring.look(watchlist, self._archive, self._ways, self._clock, second_look, self._run)
        for each in crew.check(pages, self._archive, look, self._stopping, longest=LONGEST_ROUND):
            checked += 1
            self._tell(each)
        self._hosts.save()
        return checked

    def _finish(self) -> None:
        self._report(self._round.finish(self._archive, self._clock()))
        if fault := self._round.give_sign():
            _log.warning("%s", fault)
        self.signs.round_ended(self._clock())

    def _cry(self, error: ArchiveError | None) -> None:
        """Tell once, past the archive, that it takes nothing, and once that it does again."""
        now, path = self._clock(), str(self._archive.path.absolute())
        self.signs.full(str(error or ""))
        if error and self._crying is None:
            self._say(f"nothing can be recorded: {error}")
            self._crying = Trouble("disk", path, now, str(error))
            self._round.cry(self._crying, now)
        elif not error and self._crying:
            over, self._crying = replace(self._crying, ended_at=now), None
            self._round.cry(over, now)

    def deliver(self) -> None:
        """Deliver what is owed and due, unless a round is on: what it finds goes out together at its end."""
        busy_since = self._busy_since
        if busy_since is None or time.monotonic() - busy_since > LONGEST_WAIT:
            with self._sending:
                self._report(self._round.deliver(self._archive, self._clock()))
        self.signs.delivering(time.monotonic())

    def _report(self, delivered: Delivered) -> None:
        for fault in delivered.faults:
            self._say(f"sent, but {fault}")
        if delivered.failed:
            self._say(f"{delivered.failed} alerts given up; `monitor alerts list` shows them")

    def close(self) -> None:
        """Close what is open."""
        self._ways.close()

    def stop(self) -> None:
        """Stop after the page that is being checked, and the alert that is being sent."""
        self._stopping.set()

    def reload(self) -> None:
        """Take up the watchlist now, edited or not, or at the end of the round that is on, whose fetchers are in use."""
        self._asked.set()
        if not self._taking.acquire(blocking=False):
            self._say("the watchlist is taken up when this round is over")
            return
        try:
            self._reload()
        finally:
            self._taking.release()

    def rests(self, seconds: float) -> bool:
        """Whether both ticks come to their end within so many seconds."""
        end = time.monotonic() + seconds
        for lock in (self._taking, self._sending):
            if not lock.acquire(timeout=max(0.0, end - time.monotonic())):
                return False
            lock.release()  # a tick that comes late finds that it is to stop
        return True

    def _take(self, watchlist: Watchlist, edited: float) -> None:
        """Go by a watchlist from now on; `edited` is when the file was written of which it was read, or earlier."""
        self._round = replace(wiring.rounds(watchlist, self._environ, self._run), stopping=self._stopping.is_set)
        self._watchlist = watchlist
        self._edited = edited

    def _opened(self, watchlist: Watchlist) -> Ways:
        return wiring.ways(watchlist.settings, self._archive.path, self._stopping.wait, self._hosts, self._run)

    def _reload(self) -> None:
        """Take up an edited watchlist; a broken one is reported once, and the last good one stays in force."""
        edited, asked = _edited(self._watchlist.path), self._asked.is_set()
        if edited == self._edited and not asked:
            return
        self._asked.clear()
        try:
            self._take_up(load(self._watchlist.path), edited, asked=asked)
        except (MonitorError, OSError) as error:
            self._leave(edited, f"the edited watchlist is broken; the last good one stays in force\n{error}")

    def _take_up(self, watchlist: Watchlist, edited: float, *, asked: bool) -> None:
        """Go by an edited watchlist, unless it lost so many pages that it may be a slip, and nobody asked for it."""
        lost = len(_names(self._watchlist) - _names(watchlist))
        if lost > MOST_LOST * len(_names(self._watchlist)) and lost >= LEAST_LOST and not asked:
            self._leave(
                edited, f"the edited watchlist lacks {lost} pages; the last one stays in force until SIGHUP or a start"
            )
            return
        was_left = self._round.edited is not None
        self._take(watchlist, edited)
        if was_left:
            self._look_after()
        self._ways.close()
        self._ways = self._opened(watchlist)
        self._say(f"watchlist taken up: {len(watchlist.pages)} pages")

    def _leave(self, edited: float, reason: str) -> None:
        """Leave an edited watchlist aside; whoever edited it has to hear that it is not in force."""
        self._edited = edited
        _log.error("%s", reason)
        trouble = Trouble("watchlist", str(self._watchlist.path), self._clock(), reason)
        self._round = replace(self._round, edited=trouble)
        self._look_after()

    def _look_after(self) -> None:
        with suppress(ArchiveError):  # then the end of the next round does
            self._round.look_after(self._archive, self._clock())

    def _tell(self, checked: pipeline.Checked) -> None:
        capture, change = checked.outcome.capture, checked.outcome.change
        level = logging.INFO if capture.outcome in HEALTHY else logging.WARNING
        self.signs.checking(time.monotonic())
        self.signs.checked(capture.outcome, capture.seconds)
        _log.log(level, "%s: %s %s", checked.page.key, capture.outcome, capture.reason, extra=_fields(checked))
        if change:
            note = f"; {capture.reason}" if capture.reason else ""
            self._say(f"{checked.page.key}: changed ({change.verdict}): {change.summary}{note}")
        elif capture.outcome in HEALTHY and capture.reason:
            self._say(f"{checked.page.key}: {capture.reason}")


def _fields(checked: pipeline.Checked) -> dict[str, object]:
    """What a log line says of a check beside its message."""
    capture = checked.outcome.capture
    return {
        "page": checked.page.key,
        "outcome": capture.outcome,
        "reason": capture.reason,
        "change": checked.recorded.change,
        "seconds": round(capture.seconds, 3),
    }


def _names(watchlist: Watchlist) -> frozenset[str]:
    """The pages that a watchlist names, enabled or not."""
    return frozenset(page.key for page in watchlist.listed)


def _edited(path: Path) -> float:
    """When the watchlist was last written; 0 while it is missing."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def run(
    watchlist_file: Path,
    archive_file: Path | None,
    environ: Mapping[str, str],
    clock: Callable[[], datetime],
    say: Callable[[str], None],
    *,
    once: bool = False,
    listen: tuple[str, int] | None = None,
) -> None:
    """Run until SIGTERM or SIGINT; with `once`, do what is due and return. `listen` is where to say how it fares."""
    watchlist = load(watchlist_file)
    with (
        Archive(archive_file or watchlist.settings.archive, wait=0) as archive,
        Processes(reading.ready) as apart,
    ):
        daemon = Daemon(watchlist, archive, environ, clock, say, apart)
        if once:
            daemon.check()
            daemon.deliver()
            daemon.close()
            return
        from monitor.status import telling  # noqa: PLC0415 - as slow, and asked for here alone

        signals, notifier = Signals(), Notifier(environ, os.getpid())
        signals.listen()
        with telling(daemon, archive.path, listen) as address:
            say(f"watching {len(watchlist.pages)} pages; stop with Ctrl-C")
            if address:
                say(f"{address}/healthz and {address}/metrics say how it fares")
            _tick(daemon, lambda: attend(daemon, signals, notifier))
        if not daemon.rests(LONGEST_REST):
            say("stopped in the middle of something; it is done again at the next start")
            os._exit(0)  # a thread hangs in somebody's network; what a kill leaves is whole, and so is this
    say("stopped")
    os._exit(0)  # a browser may take its time to close; it ends with us


def _tick(daemon: Daemon, attend_to: Callable[[], None]) -> None:
    from apscheduler.schedulers.background import BackgroundScheduler  # noqa: PLC0415 - slow, and asked for here alone

    # Late runs are made up once, and never two at a time: APScheduler's own default drops a tick that is a second late.
    defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults=defaults)
    scheduler.add_job(daemon.check, "interval", seconds=CHECK_EVERY, next_run_time=datetime.now(scheduler.timezone))
    scheduler.add_job(daemon.deliver, "interval", seconds=DELIVER_EVERY)
    scheduler.start()
    attend_to()
    scheduler.shutdown(wait=False)
