"""The end of a round: what is owed goes out, what stopped is told through what still works, and somebody gets a sign of life."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from archive_fakes import HOUR, PAGE, START, changed, failing, read, unchanged
from deliver_samples import MemoryChannel
from http_sink import http_sink

from monitor.archive import Archive
from monitor.deliver import Heartbeat
from monitor.errors import DeliveryError
from monitor.health import Watch
from monitor.model import Owed
from monitor.outbox import Manner
from monitor.records import Trouble
from monitor.rounds import Round

WATCHED = replace(PAGE, every="6h")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def round_of(*boxes: MemoryChannel, watch: Watch | None = None) -> Round:
    channels = {box.name: box for box in boxes}
    return Round(channels, Manner(), (WATCHED,), watch or Watch(free=0), tuple(channels))


def owing(archive: Archive, *channels: str) -> None:
    """A change that is owed to these channels."""
    archive.record(PAGE, read("old"))
    owed = tuple(Owed(channel, START + HOUR) for channel in channels)
    archive.record(PAGE, replace(changed("new", START + HOUR), owed=owed))


def test_a_channel_that_stops_is_told_through_another(archive: Archive) -> None:
    """The alert that a channel refuses for good stays owed, and the other channel hears of it in the same round, once."""
    mail = MemoryChannel("mail", DeliveryError("550 no such user", stops=True))
    chat = MemoryChannel("chat")
    owing(archive, "mail", "chat")
    for minutes in (0, 10, 20):
        round_of(mail, chat).finish(archive, START + HOUR + timedelta(minutes=minutes))
    assert len(chat.subjects) == 2
    assert "mail" in chat.subjects[1] and "550 no such user" in chat.taken[1].text
    assert [delivery.state for delivery in archive.deliveries() if delivery.channel == "mail"] == ["owed"]


def test_a_channel_that_is_mended_gets_all_that_it_is_owed(archive: Archive) -> None:
    """When a probe is taken the channel is used again, what was owed goes out, and the end of the trouble is told."""
    mail, chat = MemoryChannel("mail", DeliveryError("550 no such user", stops=True)), MemoryChannel("chat")
    owing(archive, "mail", "chat")
    round_of(mail, chat).finish(archive, START + HOUR)
    mail.error = None
    round_of(mail, chat).finish(archive, START + 3 * HOUR)
    assert len(mail.taken) == 2  # the alert, and that the channel works again
    assert "mail" in chat.subjects[-1]
    assert archive.troubles() == ()


def test_an_only_channel_that_stops_is_seen_in_the_archive(archive: Archive) -> None:
    """With no channel left to tell, the trouble is noted, so that status shows it."""
    mail = MemoryChannel("mail", DeliveryError("535 wrong password", stops=True))
    owing(archive, "mail")
    round_of(mail).finish(archive, START + HOUR)
    assert [(trouble.kind, trouble.subject) for trouble in archive.troubles()] == [("channel", "mail")]


def test_a_channel_that_is_gone_from_the_watchlist_is_no_trouble(archive: Archive) -> None:
    """A stopped channel that the watchlist no longer has is told of no more; that it is over is told."""
    mail, chat = MemoryChannel("mail", DeliveryError("550 no such user", stops=True)), MemoryChannel("chat")
    owing(archive, "mail", "chat")
    round_of(mail, chat).finish(archive, START + HOUR)
    round_of(chat).look_after(archive, START + 2 * HOUR)
    assert [trouble.kind for trouble in archive.troubles()] == []


def test_what_was_given_up_is_a_trouble_until_it_is_acknowledged(archive: Archive) -> None:
    """An alert that a channel refuses for good is told through the other, and is over when somebody has seen to it."""
    mail, chat = MemoryChannel("mail", DeliveryError("554 content refused", permanent=True)), MemoryChannel("chat")
    owing(archive, "mail")
    round_of(mail, chat).finish(archive, START + HOUR)
    assert "554 content refused" in chat.taken[0].text
    archive.acknowledge(1, START + 2 * HOUR)
    mail.error = None
    round_of(mail, chat).finish(archive, START + 2 * HOUR)
    assert archive.troubles() == ()


def test_a_page_that_fails_for_long_is_told_once_and_its_return_once(archive: Archive) -> None:
    """A page that cannot be read for three intervals is one message, however long it lasts, and one when it is back."""
    mail = MemoryChannel("mail")
    archive.record(PAGE, read("old"))
    for hours in range(6, 60, 6):
        archive.record(PAGE, failing("soft_error", START + hours * HOUR))
        round_of(mail).finish(archive, START + hours * HOUR)
    assert len(mail.taken) == 1 and "acme/terms" in mail.subjects[0]
    archive.record(PAGE, unchanged("old", START + 60 * HOUR))
    round_of(mail).finish(archive, START + 60 * HOUR)
    round_of(mail).finish(archive, START + 61 * HOUR)
    assert len(mail.taken) == 2


def test_a_short_failure_is_no_news(archive: Archive) -> None:
    """A page that fails once or twice and is back is told to nobody."""
    mail = MemoryChannel("mail")
    archive.record(PAGE, read("old"))
    archive.record(PAGE, failing("soft_error", START + 6 * HOUR))
    round_of(mail).finish(archive, START + 6 * HOUR)
    archive.record(PAGE, unchanged("old", START + 7 * HOUR))
    round_of(mail).finish(archive, START + 7 * HOUR)
    assert mail.taken == []


def test_a_filling_disk_is_told(archive: Archive) -> None:
    """Less free space than wanted is a message, before anything is lost."""
    mail = MemoryChannel("mail")
    round_of(mail, watch=Watch(free=10**18)).finish(archive, START)
    assert archive.path.name in mail.taken[0].text


def test_a_sign_of_life_is_given() -> None:
    """The heartbeat's address is asked once; one that fails is said without naming it."""
    with http_sink() as sink:
        assert Heartbeat(f"{sink.url}/canary").ping() == ""
        assert [path for path, _, _ in sink.requests] == ["/canary"]
        sink.status = 500
        assert Heartbeat(f"{sink.url}/canary").ping() == "the heartbeat's address answered 500"
    said = Heartbeat(f"{sink.url}/canary").ping()
    assert "no answer" in said and "canary" not in said


def test_two_who_look_at_the_same_time_tell_once(archive: Archive) -> None:
    """Both ticks may look after the monitor's health at once: each trouble is noted and told one time."""
    mail = MemoryChannel("mail")
    for _ in range(20):
        archive.stop("chat", START, "410", START + HOUR)
        looking = [
            threading.Thread(target=round_of(mail, MemoryChannel("chat")).look_after, args=(archive, START))
            for _ in range(4)
        ]
        for thread in looking:
            thread.start()
        for thread in looking:
            thread.join()
    assert len(archive.alerts()) == 1


@pytest.mark.parametrize("url", ["https://hc-ping..example/x", "https://example.com:99999/", "nonsense"])
def test_a_heartbeat_that_is_no_address_is_said(url: str) -> None:
    """An address that cannot be asked is a sentence, not the end of the round."""
    assert "no answer" in Heartbeat(url).ping()


def test_a_cry_goes_on_past_a_channel_that_breaks(archive: Archive) -> None:
    """An error that nobody foresaw in one channel keeps a cry from no other, and its text is told to nobody."""
    broken = MemoryChannel("mail", cast(DeliveryError, RuntimeError("https://hooks.example/canary")))
    chat = MemoryChannel("chat")
    round_of(broken, chat).cry(Trouble("disk", "a.db", START, "full"), START)
    assert len(chat.taken) == 1
