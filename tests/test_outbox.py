"""The outbox: what is owed is sent at least once, and nothing that fails keeps back the rest."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from deliver_samples import MemoryChannel
from http_sink import http_sink
from report_samples import NEW, NOW, OLD, RECORD, hostile_record

from monitor import reading
from monitor.deliver import WebhookChannel
from monitor.errors import DamagedRecord, DeliveryError, ReadingError
from monitor.model import Document, QuietHours
from monitor.outbox import Delivered, Manner, Outbox, deliver, next_attempt
from monitor.records import AlertRecord, ChangeRecord, Delivery, Folding, Parcel, Trouble
from monitor.report.style import Style

CONTENT = b"""<p>You can <a href="/controls">opt out here</a> of training.</p>
<p>Every account gets 1,000,000 <a href="/plans">free tokens</a> a day.</p><p><a href="/jobs">We hire</a></p>"""
POISONED = 666
LOST = 4711
TROUBLE = Trouble("page", "northwind/terms", NOW, "timeout")
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 720)]


def owed(number: int, channel: str = "mail", change: int | None = RECORD.id) -> Delivery:
    return Delivery(number, number, change, channel, f"{number:08x}" * 8, "owed", 0, NOW, NOW, NOW, None, "")


@dataclass
class MemoryArchive:
    """The archive's deliveries, in memory. `together` is how many go as one message."""

    rows: dict[int, Delivery] = field(default_factory=dict)
    record: ChangeRecord = RECORD
    together: int = 1
    stopped: dict[str, datetime] = field(default_factory=dict)
    folding: Folding | None = None

    def claim(self, now: datetime, lease: timedelta, folding: Folding, /) -> Parcel | None:
        self.folding = folding
        due = [
            row
            for row in self.rows.values()
            if row.state in ("owed", "sending") and row.next_at is not None and row.next_at <= now
            if row.channel not in folding.closed and self.stopped.get(row.channel, now) <= now
        ][: self.together]
        return Parcel(tuple(self._claimed(row, now + lease) for row in due)) if due else None

    def sent(self, delivery_id: int, now: datetime, note: str, /) -> None:
        for row in self._parcel(delivery_id):
            self._put(replace(row, state="sent", sent_at=now, next_at=None, error=note))

    def failed(
        self, delivery_id: int, now: datetime, error: str, retry_at: datetime | None, served: tuple[str, ...], /
    ) -> None:
        for row in self._parcel(delivery_id):
            state = "owed" if retry_at else "failed"
            self._put(replace(row, state=state, next_at=retry_at, error=error, served=served))

    def unfold(self, delivery_id: int, now: datetime, error: str, /) -> None:
        self.failed(delivery_id, now, error, now, ())
        self.together = 1

    def stop(self, channel: str, now: datetime, reason: str, probe_at: datetime, /) -> None:
        self.stopped[channel] = probe_at

    def owed(self) -> tuple[int, int]:
        waiting = [row for row in self.rows.values() if row.state in ("owed", "sending")]
        return len(waiting), sum(bool(row.error) for row in waiting)

    def alert(self, alert_id: int, /) -> AlertRecord:
        return AlertRecord(alert_id, None, (TROUBLE,), NOW, None, ())

    def change(self, change_id: int, /) -> ChangeRecord:
        if change_id == POISONED:
            raise DamagedRecord("change 666 does not match its hash")
        return self.record

    def document(self, version_id: int, /) -> Document:
        if self.record.after.version == LOST:
            raise DamagedRecord("version 4711 cannot be read")
        return OLD if version_id == self.record.before.version else NEW

    def content(self, version_id: int, /) -> tuple[bytes, str]:
        return CONTENT, "text/html"

    def _claimed(self, row: Delivery, until: datetime) -> Delivery:
        return self._put(replace(row, state="sending", attempts=row.attempts + 1, next_at=until))

    def _parcel(self, first: int) -> list[Delivery]:
        return [self.rows[number] for number in range(first, first + self.together) if number in self.rows]

    def _put(self, row: Delivery) -> Delivery:
        self.rows[row.id] = row
        return row


def archive(*rows: Delivery) -> MemoryArchive:
    return MemoryArchive({row.id: row for row in rows})


def send(
    owing: MemoryArchive, *channels: MemoryChannel, now: datetime = NOW, manner: Manner | None = None
) -> Delivered:
    return deliver(owing, {channel.name: channel for channel in channels}, now, manner or Manner())


def after_failure(error: Exception, *, attempts: int = 0) -> Delivery:
    """The row of a delivery whose channel raised this."""
    owing = archive(replace(owed(1), attempts=attempts))
    send(owing, MemoryChannel(error=error))
    return owing.rows[1]


def drawn_out(pause: timedelta, row: Delivery) -> timedelta:
    """A pause as the delivery's key draws it out."""
    return pause * (1 + 0.1 * (int(row.key[:8], 16) / 0xFFFFFFFF))


def test_an_alert_leads_where_the_words_of_its_clause_link_to() -> None:
    """What a changed clause links to stands in the alert: of the page's links, those whose words the clause carries."""
    owing, mail = archive(owed(1)), MemoryChannel()
    send(owing, mail)
    assert "https://acme.example/plans" in mail.taken[0].text
    assert "https://acme.example/jobs" not in mail.taken[0].text


def test_a_page_whose_links_cannot_be_read_costs_the_alert_no_more_than_those() -> None:
    """The page is read apart, and one that breaks its reader leaves the alert without links; it goes out all the same."""
    read = list[object]()

    def run(function: Callable[..., Any], /, *given: Any, **named: Any) -> Any:
        read.append(function)
        raise ReadingError("unreadable", "the process that read it ended: Aborted")

    owing, mail = archive(owed(1)), MemoryChannel()
    assert send(owing, mail, manner=Manner(run=run)).sent == 1
    assert read == [reading.links]
    assert "https://acme.example/plans" not in mail.taken[0].text


def test_what_is_owed_is_sent_and_marked() -> None:
    """A due delivery is rendered in the language asked for, sent under its key, and marked with the time."""
    owing, mail = archive(owed(1)), MemoryChannel()
    typed: Outbox = owing
    assert deliver(typed, {"mail": mail}, NOW, Manner(Style("zh"))) == Delivered(1, 0, 0)
    assert (owing.rows[1].state, owing.rows[1].sent_at) == ("sent", NOW)
    assert mail.taken[0].key == owed(1).key
    assert "Ask us anything." in mail.taken[0].text
    assert "详情" in mail.taken[0].text


def test_what_is_not_due_waits() -> None:
    """A delivery whose time has not come stays owed."""
    owing, mail = archive(replace(owed(1), next_at=NOW + timedelta(seconds=1))), MemoryChannel()
    assert send(owing, mail) == Delivered(0, 0, 1)
    assert mail.taken == []


def test_a_passing_failure_stays_owed() -> None:
    """What may succeed later is tried again later, with the reason kept."""
    row = after_failure(DeliveryError("the server is down"))
    assert (row.state, row.next_at, row.error) == ("owed", NOW + drawn_out(PAUSES[0], row), "the server is down")


def test_the_pauses_grow() -> None:
    """Attempts are 1, 5 and 30 minutes, 2, 6 and then 12 hours apart, and up to a tenth more."""
    rows = [after_failure(DeliveryError("down"), attempts=attempts) for attempts in range(len(PAUSES))]
    assert [row.next_at for row in rows] == [NOW + drawn_out(pause, rows[0]) for pause in PAUSES]


def test_what_failed_together_returns_apart() -> None:
    """Deliveries of other keys are tried again at other times, so that a server that comes back is not overrun."""
    rows = [replace(owed(number), key=f"{number * 40_000_000:08x}" * 8) for number in range(100)]
    times = {next_attempt(row, DeliveryError("down"), NOW) for row in rows}
    assert len(times) == 100
    assert all(NOW + PAUSES[0] <= time <= NOW + PAUSES[0] * 1.1 for time in times if time)


@pytest.mark.parametrize(("asked", "pause"), [(600.0, 600.0), (1e12, 43_200.0)])
def test_the_other_side_may_ask_for_patience(asked: float, pause: float) -> None:
    """Retry-After lengthens the pause, to half a day at most."""
    row = after_failure(DeliveryError("busy", retry_after=asked))
    assert row.next_at == NOW + timedelta(seconds=pause)


def test_the_other_side_cannot_hurry() -> None:
    """A Retry-After that is shorter than the pause does not shorten it."""
    row = after_failure(DeliveryError("busy", retry_after=5.0))
    assert row.next_at == NOW + drawn_out(PAUSES[0], row)


def test_after_seven_days_it_is_given_up() -> None:
    """A delivery that could not leave within seven days of when it was due is failed for good, not of when it was made."""
    week, error = timedelta(days=7), DeliveryError("down")
    digest = replace(owed(1), created_at=NOW - week, attempts=len(PAUSES))
    assert next_attempt(digest, error, NOW + week - 2 * PAUSES[-1]) is not None
    assert next_attempt(digest, error, NOW + week) is None


def test_what_had_to_wait_is_not_given_up_at_its_first_failure() -> None:
    """What waited behind a channel that was down for more than a week is tried six times before it is given up."""
    late = NOW + timedelta(days=8)
    found = [next_attempt(replace(owed(1), attempts=times), DeliveryError("451"), late) for times in (1, 5, 6)]
    assert [each is None for each in found] == [False, False, True]


def test_a_stop_ends_a_pass_after_the_delivery_in_hand() -> None:
    """A pass that is told to stop marks what it has just sent, begins nothing else, and leaves the rest owed."""
    owing, mail = archive(owed(1), owed(2), owed(3)), MemoryChannel()
    delivered = deliver(owing, {"mail": mail}, NOW, Manner(), lambda: len(mail.taken) == 2)
    assert delivered == Delivered(2, 0, 1)
    assert [owing.rows[number].attempts for number in (1, 2, 3)] == [1, 1, 0]


def test_a_permanent_refusal_is_final() -> None:
    """What trying again cannot help is failed at once, and counted."""
    owing = archive(owed(1))
    assert send(owing, MemoryChannel(error=DeliveryError("554 unwanted", permanent=True))) == Delivered(0, 1, 0)
    assert (owing.rows[1].state, owing.rows[1].error) == ("failed", "554 unwanted")


def test_a_channel_that_takes_nothing_is_stopped() -> None:
    """A channel that refuses every alert is tried no more in this pass, and all that is owed through it stays owed."""
    owing, hook = archive(owed(1), owed(2), owed(3, "hook")), MemoryChannel("hook")
    broken = MemoryChannel(error=DeliveryError("550 no such user", stops=True))
    assert send(owing, broken, hook) == Delivered(1, 0, 2, 1)
    assert owing.stopped == {"mail": NOW + timedelta(hours=1)}
    assert [owing.rows[number].attempts for number in (1, 2)] == [1, 0]


def test_who_has_it_is_not_sent_it_again() -> None:
    """The recipients who took an alert before its channel failed are kept, and named when it is tried again."""
    owing = archive(owed(1))
    send(owing, MemoryChannel(error=DeliveryError("later", served=("ann@acme.example",))))
    mail = MemoryChannel()
    send(owing, mail, now=NOW + 2 * PAUSES[0])
    assert mail.taken[0].served == ("ann@acme.example",)


def test_what_is_wrong_with_a_message_that_was_taken_is_told() -> None:
    """A recipient refused for good is no failure of the others: the delivery is sent, with a note that the pass tells."""
    owing = archive(owed(1))
    assert send(owing, MemoryChannel(note="bob@acme.example: 550")) == Delivered(1, 0, 0, 0, ("bob@acme.example: 550",))
    assert (owing.rows[1].state, owing.rows[1].error) == ("sent", "bob@acme.example: 550")


def test_a_broken_template_is_told_and_the_alert_goes_out() -> None:
    """An alert whose template has an error goes out in the default form, and the error is told."""
    owing, mail = archive(owed(1)), MemoryChannel()
    manner = Manner(Style(templates={"mail.txt": "{{ nonsense( }}"}))
    delivered = send(owing, mail, manner=manner)
    assert (delivered.sent, "mail.txt" in delivered.faults[0]) == (1, True)
    assert "Ask us anything." in mail.taken[0].text


def test_a_channel_that_is_gone_is_named() -> None:
    """A delivery for a channel that the watchlist no longer has fails for good and says so."""
    owing = archive(owed(1, "pager"))
    send(owing)
    assert (owing.rows[1].state, owing.rows[1].error) == ("failed", "no channel named pager in the watchlist")


def test_a_poisoned_record_does_not_block_the_next() -> None:
    """A change that cannot be rendered stays owed with the reason, and those behind it are sent."""
    owing, mail = archive(owed(1, change=POISONED), owed(2)), MemoryChannel()
    assert send(owing, mail) == Delivered(1, 0, 1, 1)
    assert owing.rows[1].error == "the alert could not be written: DamagedRecord: change 666 does not match its hash"
    assert owing.rows[2].state == "sent"


def test_a_poisoned_record_in_a_storm_keeps_back_itself_alone() -> None:
    """Where one of many that go together cannot be written, each goes by itself."""
    owing, mail = archive(owed(1), owed(2, change=POISONED), owed(3)), MemoryChannel()
    owing.together = 3
    assert send(owing, mail) == Delivered(2, 0, 1, 1)
    assert [owing.rows[number].state for number in (1, 2, 3)] == ["sent", "owed", "sent"]


def test_many_go_as_one_message() -> None:
    """Deliveries that were folded are one message, under one key of them all, and marked as one."""
    owing, mail = archive(owed(1), owed(2), owed(3)), MemoryChannel()
    owing.together = 3
    assert send(owing, mail) == Delivered(3, 0, 0)
    (message,) = mail.taken
    assert message.key == Parcel((owed(1), owed(2), owed(3))).key
    assert message.payload["schema"] == "terms-monitor/digest/1"


def test_damaged_texts_cost_details_and_not_the_alert() -> None:
    """An alert whose documents cannot be read any more tells its findings all the same."""
    owing, mail = archive(owed(1)), MemoryChannel()
    owing.record = replace(RECORD, after=replace(RECORD.after, version=LOST))
    assert send(owing, mail) == Delivered(1, 0, 0)
    assert RECORD.change.findings[0].reading in mail.taken[0].text


def test_the_monitors_own_troubles_are_messages() -> None:
    """An alert about the monitor itself is sent as any other."""
    owing, mail = archive(owed(1, change=None)), MemoryChannel()
    assert send(owing, mail) == Delivered(1, 0, 0)
    assert TROUBLE.subject in mail.taken[0].subject


def test_a_repeat_says_that_it_is_one() -> None:
    """A repeat tells how to acknowledge the alert, by its number."""
    owing, mail = archive(replace(owed(7), repeat=True)), MemoryChannel()
    send(owing, mail)
    assert "monitor alerts ack 7" in mail.taken[0].text


def test_the_outbox_knows_who_is_quiet_and_who_reads() -> None:
    """Channels in their quiet hours, and those of people, whose storms are folded, are named to the archive."""
    owing, night = archive(owed(1)), QuietHours(time(0), time(23, 59))
    hook = MemoryChannel("hook", folds=False)
    manner = Manner(storm=5, quiet={"mail": night, "hook": QuietHours(time(3), time(3, 1))})
    send(owing, MemoryChannel(), hook, manner=manner)
    assert owing.folding == Folding(frozenset({"mail"}), 5, frozenset({"mail"}))


def test_a_broken_channel_does_not_block_the_next() -> None:
    """An error that nobody foresaw costs one attempt of one delivery; its text may hold a secret and is left out."""
    owing, hook = archive(owed(1), owed(2, "hook")), MemoryChannel("hook")
    broken = MemoryChannel(error=ValueError("smtp://ann:canary@a"))
    assert send(owing, broken, hook) == Delivered(1, 0, 1, 1)
    assert owing.rows[1].error == "mail: unexpected ValueError while sending"
    assert len(hook.taken) == 1


def test_a_dead_channel_does_not_hold_up_the_others() -> None:
    """After ten failures in a row a pass leaves a channel alone, however much is owed through it."""
    owing, hook = archive(*map(owed, range(1, 19)), owed(19, "hook")), MemoryChannel("hook")
    assert send(owing, MemoryChannel(error=DeliveryError("refused")), hook) == Delivered(1, 0, 18, 10)


def test_a_slow_channel_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel that lets a pass wait for half a minute in vain is left alone sooner."""
    monkeypatch.setattr("monitor.outbox.MOST_LOST", 0.0)
    owing, hook = archive(*map(owed, range(1, 9)), owed(9, "hook")), MemoryChannel("hook")
    assert send(owing, MemoryChannel(error=DeliveryError("timeout")), hook) == Delivered(1, 0, 8, 1)


def test_an_error_is_kept_as_one_short_line() -> None:
    """However long and many-lined an error, its row holds one line of at most 300 characters."""
    error = after_failure(DeliveryError("bad\r\n\x00" * 1000)).error
    assert error.isprintable()
    assert len(error) <= 300


def test_a_killed_sender_costs_one_repeat() -> None:
    """A claim that was never marked runs out, and the alert goes out again under the same key."""
    owing, mail = archive(owed(1)), MemoryChannel()
    lease = timedelta(minutes=5)
    owing.claim(NOW, lease, Folding())
    assert send(owing, mail, now=NOW + timedelta(minutes=4)) == Delivered(0, 0, 1)
    assert send(owing, mail, now=NOW + lease) == Delivered(1, 0, 0)
    assert [message.key for message in mail.taken] == [owed(1).key]


def test_an_alert_outlives_an_outage() -> None:
    """An alert that met a dead receiver arrives when it is back, hostile text and all."""
    owing = archive(owed(1, "hook"))
    owing.record = hostile_record()
    with http_sink() as sink:
        channels = {"hook": WebhookChannel("hook", sink.url + "/canary", "canary")}
        sink.status = 503
        assert deliver(owing, channels, NOW, Manner()) == Delivered(0, 0, 1, 1)
        assert "canary" not in owing.rows[1].error
        sink.status = 200
        assert deliver(owing, channels, NOW + 2 * PAUSES[0], Manner()) == Delivered(1, 0, 0)
        assert len({headers["Idempotency-Key"] for _, headers, _ in sink.requests}) == 1
