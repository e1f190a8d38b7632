"""Mail judged for each recipient by itself, against a mail server on loopback that answers by a script."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from deliver_samples import NOW, refusal, sample_message
from smtp_sink import DROP, STALL, Sink, SinkController, free_port

from monitor.deliver import EmailChannel
from monitor.errors import DeliveryError

ANN, BOB, CAT = TO = ("ann@b.example", "bob@b.example", "cat@b.example")


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def mail(sink: Sink) -> Iterator[EmailChannel]:
    """A channel to a running server that answers as the sink is told."""
    controller = SinkController(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield EmailChannel("mail", TO, "monitor@a.example", f"smtp://127.0.0.1:{controller.port}")
    controller.stop()


def kind(error: DeliveryError) -> str:
    assert not (error.permanent and error.stops)
    return "permanent" if error.permanent else "stops" if error.stops else "passing"


def test_every_recipient_gets_the_same_mail_by_itself(mail: EmailChannel, sink: Sink) -> None:
    """One session hands the mail over once a recipient, with one Message-ID, and everyone sees who else has it."""
    assert mail.send(sample_message(), NOW) == ""
    assert (sink.served, sink.sessions) == (list(TO), 1)
    assert len({str(each["Message-ID"]) for each in sink.mails}) == 1
    assert {str(each["To"]) for each in sink.mails} == {", ".join(TO)}


def test_who_has_the_mail_is_not_sent_it_again(mail: EmailChannel, sink: Sink) -> None:
    """A repeat goes only to those whom the message does not name as served; where these are all, to nobody."""
    mail.send(sample_message(served=(ANN, CAT)), NOW)
    assert sink.asked == [BOB]
    assert replace(mail, smtp="smtp://127.0.0.1:1").send(sample_message(served=TO), NOW) == ""


def test_a_recipient_named_twice_is_sent_one_mail(mail: EmailChannel, sink: Sink) -> None:
    """An address that the watchlist names twice gets the alert once."""
    replace(mail, to=(ANN, ANN)).send(sample_message(), NOW)
    assert sink.served == [ANN]


def test_one_refused_for_good_is_named_in_the_note(mail: EmailChannel, sink: Sink) -> None:
    """A bad address does not keep the mail from the rest; the note says which it was and what the server said."""
    sink.recipients = {BOB: "550 no such user"}
    assert mail.send(sample_message(), NOW) == "refused for bob@b.example: 550 no such user"
    assert sink.served == [ANN, CAT]


@pytest.mark.parametrize("reply", ["450 greylisted", "451 greylisted", "452 too many"])
def test_only_who_was_held_is_tried_again(mail: EmailChannel, sink: Sink, reply: str) -> None:
    """After a refusal that may pass, the error names those served, and the retry goes to the rest alone."""
    sink.recipients = {BOB: reply}
    error = refusal(mail)
    assert (kind(error), error.served) == ("passing", (ANN, CAT))
    assert f"{BOB}: {reply}" in str(error)
    sink.recipients, sink.asked = {}, []
    assert mail.send(sample_message(served=error.served), NOW) == ""
    assert sink.asked == [BOB]


def test_who_is_dead_for_good_is_not_tried_again(mail: EmailChannel, sink: Sink) -> None:
    """With one held and one refused for good, the refused one is named and counts as served."""
    sink.recipients = {BOB: "550 no such user", CAT: "450 later"}
    error = refusal(mail)
    assert (kind(error), set(error.served)) == ("passing", {ANN, BOB})
    assert f"{BOB}: 550 no such user" in str(error)


def test_served_before_stays_served(mail: EmailChannel, sink: Sink) -> None:
    """An error names those of earlier attempts, too."""
    sink.recipients = {BOB: "450 later"}
    assert refusal(mail, sample_message(served=(ANN,))).served == (ANN, CAT)


def test_a_mail_that_reached_nobody_is_never_taken_for_sent(mail: EmailChannel, sink: Sink) -> None:
    """While no one has the mail, a recipient refused for good stays waiting: or the last refusal would look like success."""
    sink.recipients = {ANN: "550 no such user", BOB: "450 later", CAT: "550 no such user"}
    error = refusal(mail)
    assert (kind(error), error.served) == ("passing", ())


def test_all_refused_for_good_stops_the_channel(mail: EmailChannel, sink: Sink) -> None:
    """Where the server takes no recipient at all, the channel wants mending, and the alert stays owed."""
    sink.recipients = dict.fromkeys(TO, "550 relaying denied")
    error = refusal(mail)
    assert (kind(error), error.served) == ("stops", ())
    assert f"{CAT}: 550 relaying denied" in str(error)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("550 who are you", "stops"),
        ("530 log in first", "stops"),
        ("451 later", "passing"),
        ("552 too large", "permanent"),
    ],
)
def test_a_refused_sender(mail: EmailChannel, sink: Sink, reply: str, expected: str) -> None:
    """A sender refused for good stops the channel; refused for its announced size, the mail alone is lost."""
    sink.sender = reply
    error = refusal(mail)
    assert (kind(error), error.served, sink.asked) == (expected, (), [])
    assert reply in str(error)


@pytest.mark.parametrize("reply", ["552 too large", "554 spam"])
def test_a_mail_that_nobody_may_have_is_given_up(mail: EmailChannel, sink: Sink, reply: str) -> None:
    """A 5xx after the mail's end is about this mail: it is no use to send it again, and the next one may pass."""
    sink.contents = dict.fromkeys(TO, reply)
    error = refusal(mail)
    assert kind(error) == "permanent"
    assert reply in str(error)


def test_a_mail_unwanted_for_one_is_taken_by_the_others(mail: EmailChannel, sink: Sink) -> None:
    """A 5xx after the mail's end concerns the one recipient of that transaction."""
    sink.contents = {ANN: "554 spam"}
    assert mail.send(sample_message(), NOW) == "refused for ann@b.example: 554 spam"
    assert sink.served == [BOB, CAT]


@pytest.mark.parametrize("reply", ["421 closing", DROP])
@pytest.mark.parametrize("stage", ["recipients", "contents"])
def test_a_server_that_goes_away_in_the_middle(mail: EmailChannel, sink: Sink, stage: str, reply: str) -> None:
    """Who was served before the server went away stays served; all others are tried again, who may know the Message-ID."""
    setattr(sink, stage, {BOB: reply})
    error = refusal(mail)
    assert (kind(error), error.served) == ("passing", (ANN,))
    assert CAT not in sink.asked
    assert reply == DROP or reply in str(error)


@pytest.mark.parametrize("reply", ["451 not now", "554 no more today"])
def test_a_refusal_before_the_mail_leaves_the_next_recipient_in_peace(
    mail: EmailChannel, sink: Sink, reply: str
) -> None:
    """A transaction that is refused halfway is ended: the server would take the next one for nested, and refuse it."""
    sink.commands = {BOB: reply}
    with suppress(DeliveryError):
        mail.send(sample_message(), NOW)
    assert sink.served == [ANN, CAT]


def test_a_break_off_names_who_was_refused_before(mail: EmailChannel, sink: Sink) -> None:
    """A recipient refused for good is told of even if the session ends badly later on."""
    sink.recipients = {BOB: "550 no such user", CAT: DROP}
    error = refusal(mail)
    assert (kind(error), error.served) == ("passing", (ANN, BOB))
    assert f"{BOB}: 550 no such user" in str(error)


def test_a_server_that_stalls_is_left(mail: EmailChannel, sink: Sink) -> None:
    """A session ends in time whatever the server does, and who was served stays served."""
    sink.contents = {BOB: STALL}
    began = time.monotonic()
    error = refusal(replace(mail, longest=0.5))
    assert time.monotonic() - began < 2
    assert (kind(error), error.served) == ("passing", (ANN,))
