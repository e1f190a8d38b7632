"""What ends a round of checks: what is owed goes out, the monitor looks at its own health, and gives a sign of life."""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from monitor import health, outbox
from monitor.archive import Archive
from monitor.deliver import Channel, Heartbeat
from monitor.errors import DeliveryError
from monitor.health import News, Vitals, Watch
from monitor.model import Page
from monitor.outbox import Delivered, Manner
from monitor.records import ChannelState, Trouble

_log = logging.getLogger("monitor.rounds")


@dataclass(frozen=True, slots=True)
class Round:
    """Who is told what at the end of a round. `told` are the channels that hear of the monitor's own troubles.

    `stopping` says that the program is to end, and that no further delivery is to be begun; `edited` is a watchlist that could
    not be taken up. In the folders `calendars` stands a calendar of what takes effect, with an alarm so many days before it.
    """

    channels: Mapping[str, Channel]
    manner: Manner
    watched: tuple[Page, ...]
    watch: Watch
    told: tuple[str, ...]
    heartbeat: Heartbeat | None = None
    stopping: Callable[[], bool] = lambda: False
    edited: Trouble | None = None
    calendars: tuple[Path, ...] = ()
    alarm: int | None = None

    def finish(self, archive: Archive, now: datetime) -> Delivered:
        """End a round: send what is owed, look after the monitor's health, send the news of that, too; keep the calendars."""
        delivered = self.deliver(archive, now)
        if self.look_after(archive, now).told:
            delivered = _both(delivered, self._pass(archive, now))
        faults = filter(None, self._keep_calendars(archive, now))
        return replace(delivered, faults=(*delivered.faults, *faults))

    def _keep_calendars(self, archive: Archive, now: datetime) -> Iterator[str]:
        """What is wrong with each calendar, if anything is."""
        for folder in self.calendars:
            from monitor import almanac  # noqa: PLC0415 - slow, and asked for here alone

            yield almanac.keep(archive, folder, self.manner.style, self.alarm, now, self.manner.run)

    def deliver(self, archive: Archive, now: datetime) -> Delivered:
        """Send what is owed; if a channel stopped by that, or came back, the others hear of it at once."""
        before = archive.stopped()
        delivered = self._pass(archive, now)
        if not delivered.failed and {each.name for each in archive.stopped()} == {each.name for each in before}:
            return delivered
        self.look_after(archive, now)
        return _both(delivered, self._pass(archive, now))

    def _pass(self, archive: Archive, now: datetime) -> Delivered:
        return outbox.deliver(archive, self.channels, now, self.manner, self.stopping)

    def look_after(self, archive: Archive, now: datetime) -> News:
        """Note what keeps the monitor from its work and what does no longer, and owe the news of it; what is news."""
        with archive.together():  # two ticks may look at the same time
            return self._look_after(archive, now)

    def _look_after(self, archive: Archive, now: datetime) -> News:
        noted = archive.troubles()
        vitals = Vitals(
            archive.pages(),
            self._stopped(archive),
            archive.given_up(),
            _free(archive.path),
            str(archive.path.absolute()),
            self.edited,
        )
        standing = health.troubles(self.watched, vitals, self.watch, noted, now)
        news = health.news(noted, standing, self.watched, now)
        if news.told or news.untold:
            stopped = {trouble.subject for trouble in standing if trouble.kind == "channel"}
            archive.note_troubles(news.told, news.untold, [name for name in self.told if name not in stopped], now)
        return news

    def _stopped(self, archive: Archive) -> tuple[ChannelState, ...]:
        """The channels that stopped; one that the watchlist no longer has is nobody's trouble."""
        return tuple(each for each in archive.stopped() if each.name in self.channels)

    def cry(self, trouble: Trouble, now: datetime) -> None:
        """Tell of a trouble past the archive, which takes nothing: to every channel, once, and without a second try."""
        from monitor.report.notice import notice_message  # noqa: PLC0415 - slow, and seldom asked for

        message = notice_message((trouble,), self.manner.style, key=_key_of(trouble), at=now)
        for name in self.told:
            try:
                self.channels[name].send(message, now)
            except DeliveryError as error:
                _log.warning("%s", error)
            except Exception as error:  # whose text may hold an address
                _log.warning("%s: unexpected %s while sending", name, type(error).__name__)

    def give_sign(self) -> str:
        """Ping the heartbeat's address, if there is one; what went wrong, if anything did."""
        return self.heartbeat.ping() if self.heartbeat else ""


def _key_of(trouble: Trouble) -> str:
    return hashlib.sha256(f"{trouble.kind} {trouble.subject} {trouble.since} {trouble.ended_at}".encode()).hexdigest()


def _both(first: Delivered, second: Delivered) -> Delivered:
    """Two passes as one: what each did, and what the second left."""
    faults = tuple(dict.fromkeys((*first.faults, *second.faults)))
    return Delivered(first.sent + second.sent, first.failed + second.failed, second.owed, second.refused, faults)


def _free(archive: Path) -> int:
    return shutil.disk_usage(archive.parent).free
