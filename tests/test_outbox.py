"""The outbox: what is owed is sent at least once, and nothing that fails keeps back the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from http_sink import http_sink
from report_samples import NEW, NOW, OLD, RECORD, hostile_record

from monitor.deliver import WebhookChannel
from monitor.errors import DamagedRecord, DeliveryError
from monitor.model import Document
from monitor.outbox import Delivered, Outbox, deliver, next_attempt
from monitor.records import ChangeRecord, Delivery, Message

POISONED = 666
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 720)]


def owed(number: int, channel: str = "mail", change: int = RECORD.id) -> Delivery:
    return Delivery(number, number, change, channel, f"key-{number}", "owed", 0, NOW, NOW, None, "")


@dataclass
class MemoryArchive:
    """The archive's deliveries, in memory."""

    rows: dict[int, Delivery] = field(default_factory=dict)
    record: ChangeRecord = RECORD
    arriving: bool = False

    def claim(self, now: datetime, lease: timedelta, /) -> Delivery | None:
        for row in self.rows.values():
            if row.state in ("owed", "sending") and row.next_at is not None and row.next_at <= now:
                return self._put(replace(row, state="sending", attempts=row.attempts + 1, next_at=now + lease))
        return None

    def sent(self, delivery_id: int, now: datetime, /) -> None:
        self._put(replace(self.rows[delivery_id], state="sent", sent_at=now, next_at=None))
        if self.arriving:
            self._put(owed(delivery_id + 1))

    def failed(self, delivery_id: int, now: datetime, error: str, retry_at: datetime | None, /) -> None:
        state = self.rows[delivery_id]
        self._put(replace(state, state="owed" if retry_at else "failed", next_at=retry_at, error=error))

    def change(self, change_id: int, /) -> ChangeRecord:
        if change_id == POISONED:
            raise DamagedRecord("change 666 does not match its hash")
        return self.record

    def document(self, version_id: int, /) -> Document:
        return OLD if version_id == self.record.before.version else NEW

    def deliveries(self, *, state: str | None, limit: int | None) -> tuple[Delivery, ...]:
        return tuple(row for row in self.rows.values() if row.state == state)[:limit]

    def _put(self, row: Delivery) -> Delivery:
        self.rows[row.id] = row
        return row


@dataclass
class MemoryChannel:
    """Takes messages, or fails as it is told."""

    name: str = "mail"
    error: Exception | None = None
    taken: list[Message] = field(default_factory=list)

    def send(self, message: Message, now: datetime) -> None:
        if self.error:
            raise self.error
        self.taken.append(message)


def archive(*rows: Delivery) -> MemoryArchive:
    return MemoryArchive({row.id: row for row in rows})


def after_failure(error: Exception, *, attempts: int = 0) -> Delivery:
    """The row of a delivery whose channel raised this."""
    owing = archive(replace(owed(1), attempts=attempts))
    deliver(owing, {"mail": MemoryChannel(error=error)}, NOW)
    return owing.rows[1]


def test_what_is_owed_is_sent_and_marked() -> None:
    """A due delivery is rendered in the language asked for, sent under its key, and marked with the time."""
    owing, mail = archive(owed(1)), MemoryChannel()
    typed: Outbox = owing
    assert deliver(typed, {"mail": mail}, NOW, "zh") == Delivered(1, 0, 0)
    assert (owing.rows[1].state, owing.rows[1].sent_at) == ("sent", NOW)
    assert mail.taken[0].key == "key-1"
    assert "Ask us anything." in mail.taken[0].text
    assert "详情" in mail.taken[0].text


def test_what_is_not_due_waits() -> None:
    """A delivery whose time has not come stays owed."""
    owing, mail = archive(replace(owed(1), next_at=NOW + timedelta(seconds=1))), MemoryChannel()
    assert deliver(owing, {"mail": mail}, NOW) == Delivered(0, 0, 1)
    assert mail.taken == []


def test_a_passing_failure_stays_owed() -> None:
    """What may succeed later is tried again later, with the reason kept."""
    row = after_failure(DeliveryError("the server is down"))
    assert (row.state, row.next_at, row.error) == ("owed", NOW + PAUSES[0], "the server is down")


def test_the_pauses_grow() -> None:
    """Attempts are 1, 5 and 30 minutes, 2, 6 and then 12 hours apart."""
    rows = [after_failure(DeliveryError("down"), attempts=attempts) for attempts in range(len(PAUSES))]
    assert [row.next_at for row in rows] == [NOW + pause for pause in PAUSES]


@pytest.mark.parametrize(("asked", "pause"), [(600.0, 600.0), (5.0, 60.0), (1e12, 43_200.0)])
def test_the_other_side_may_ask_for_patience(asked: float, pause: float) -> None:
    """Retry-After lengthens the pause, to half a day at most, and never shortens it."""
    row = after_failure(DeliveryError("busy", retry_after=asked))
    assert row.next_at == NOW + timedelta(seconds=pause)


def test_after_seven_days_it_is_given_up() -> None:
    """A delivery that could not leave within seven days is failed for good."""
    week = timedelta(days=7)
    error = DeliveryError("down")
    assert next_attempt(owed(1), error, NOW + week - PAUSES[0]) == NOW + week
    assert next_attempt(owed(1), error, NOW + week) is None


def test_a_permanent_refusal_is_final() -> None:
    """What trying again cannot help is failed at once, and counted."""
    owing = archive(owed(1))
    refusing = MemoryChannel(error=DeliveryError("550 unwanted", permanent=True))
    assert deliver(owing, {"mail": refusing}, NOW) == Delivered(0, 1, 0)
    assert (owing.rows[1].state, owing.rows[1].error) == ("failed", "550 unwanted")


def test_a_channel_that_is_gone_is_named() -> None:
    """A delivery for a channel that the watchlist no longer has fails for good and says so."""
    owing = archive(owed(1, "pager"))
    deliver(owing, {}, NOW)
    assert (owing.rows[1].state, owing.rows[1].error) == ("failed", "no channel named pager in the watchlist")


def test_a_poisoned_record_does_not_block_the_next() -> None:
    """A change that cannot be rendered stays owed with the reason, and those behind it are sent."""
    owing, mail = archive(owed(1, change=POISONED), owed(2)), MemoryChannel()
    assert deliver(owing, {"mail": mail}, NOW) == Delivered(1, 0, 1)
    assert owing.rows[1].error == "the alert could not be written: DamagedRecord: change 666 does not match its hash"
    assert owing.rows[2].state == "sent"


def test_a_broken_channel_does_not_block_the_next() -> None:
    """An error that nobody foresaw costs one attempt of one delivery; its text may hold a secret and is left out."""
    owing, hook = archive(owed(1), owed(2, "hook")), MemoryChannel("hook")
    broken = MemoryChannel(error=ValueError("smtp://ann:canary@a"))
    channels: Mapping[str, MemoryChannel] = {"mail": broken, "hook": hook}
    assert deliver(owing, channels, NOW) == Delivered(1, 0, 1)
    assert owing.rows[1].error == "mail: unexpected ValueError while sending"
    assert len(hook.taken) == 1


def test_an_error_is_kept_as_one_short_line() -> None:
    """However long and many-lined an error, its row holds one line of at most 300 characters."""
    error = after_failure(DeliveryError("bad\r\n\x00" * 1000)).error
    assert error.isprintable()
    assert len(error) <= 300


def test_a_killed_sender_costs_one_repeat() -> None:
    """A claim that was never marked runs out, and the alert goes out again under the same key."""
    owing, mail = archive(owed(1)), MemoryChannel()
    lease = timedelta(minutes=5)
    owing.claim(NOW, lease)
    assert deliver(owing, {"mail": mail}, NOW + timedelta(minutes=4)) == Delivered(0, 0, 1)
    assert deliver(owing, {"mail": mail}, NOW + lease) == Delivered(1, 0, 0)
    assert [message.key for message in mail.taken] == ["key-1"]


def test_a_pass_ends() -> None:
    """Deliveries that fall due while a pass is running wait for the next one."""
    owing = archive(owed(1))
    owing.arriving = True
    assert deliver(owing, {"mail": MemoryChannel()}, NOW) == Delivered(1, 0, 1)


def test_an_alert_outlives_an_outage() -> None:
    """An alert that met a dead receiver arrives when it is back, hostile text and all."""
    owing = archive(owed(1, "hook"))
    owing.record = hostile_record()
    with http_sink() as sink:
        channels = {"hook": WebhookChannel("hook", sink.url + "/canary", "canary")}
        sink.status = 503
        assert deliver(owing, channels, NOW) == Delivered(0, 0, 1)
        assert "canary" not in owing.rows[1].error
        sink.status = 200
        assert deliver(owing, channels, NOW + PAUSES[0]) == Delivered(1, 0, 0)
        assert len({headers["Idempotency-Key"] for _, headers, _ in sink.requests}) == 1
