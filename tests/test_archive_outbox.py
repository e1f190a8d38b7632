"""What is owed is written with its change, claimed by one sender at a time, and never lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
from archive_fakes import HOUR, PAGE, START, changed, read, with_change

from monitor.archive import Archive
from monitor.model import Owed

LEASE = timedelta(minutes=5)
SEEN = START + HOUR


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def test_a_change_is_owed_to_each_channel(archive: Archive) -> None:
    """A change leaves one delivery a channel, due at once, each with a key of its own."""
    recorded = with_change(archive, "mail", "chat")
    chat, mail = archive.deliveries()
    assert (mail.channel, chat.channel) == ("mail", "chat")
    assert (mail.change, mail.state, mail.attempts, mail.next_at) == (recorded.change, "owed", 0, SEEN)
    assert len({mail.key, chat.key}) == 2


def test_two_rules_for_one_channel_send_once(archive: Archive) -> None:
    """A channel gets a change once, however many rules name it."""
    archive.record(PAGE, read("old"))
    archive.record(PAGE, replace(changed("new", SEEN), owed=(Owed(("mail",)), Owed(("mail", "chat"), "other rule"))))
    assert [each.channel for each in archive.deliveries()] == ["chat", "mail"]


def test_a_key_depends_on_the_change_alone(tmp_path: Path) -> None:
    """The same change recorded in another archive has the same key; another change of the page has another."""
    keys = []
    for name in ("one.db", "two.db"):
        with Archive(tmp_path / name) as archive:
            with_change(archive, "mail")
            archive.record(PAGE, changed("newer", SEEN + HOUR, "mail"))
            keys.append([each.key for each in archive.deliveries()])
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == 2


def test_one_sender_claims_a_delivery(archive: Archive) -> None:
    """A claimed delivery is nobody else's until its lease has run out; then it is claimed again, under its key."""
    with_change(archive, "mail")
    first = archive.claim(SEEN, LEASE)
    assert first is not None
    assert (first.state, first.attempts) == ("sending", 1)
    assert archive.claim(SEEN + LEASE - timedelta(seconds=1), LEASE) is None
    again = archive.claim(SEEN + LEASE, LEASE)
    assert again is not None
    assert (again.id, again.key, again.attempts) == (first.id, first.key, 2)


def test_the_longest_due_goes_first(archive: Archive) -> None:
    """Deliveries are claimed in the order in which they fall due, and none before."""
    with_change(archive, "mail", "chat")
    assert archive.claim(SEEN - timedelta(seconds=1), LEASE) is None
    mail = archive.claim(SEEN, LEASE)
    assert mail is not None
    archive.failed(mail.id, SEEN, "greylisted", SEEN + LEASE)
    claimed = [archive.claim(SEEN + LEASE, LEASE) for _ in range(3)]
    assert [each and each.channel for each in claimed] == ["chat", "mail", None]


def test_sent_is_the_end(archive: Archive) -> None:
    """A delivery that was sent is never due again, though a sender that was given up for dead reports failure."""
    with_change(archive, "mail")
    claimed = archive.claim(SEEN, LEASE)
    assert claimed is not None
    archive.sent(claimed.id, SEEN + LEASE)
    archive.failed(claimed.id, SEEN + HOUR, "connection lost", SEEN + HOUR)
    (told,) = archive.deliveries()
    assert told == replace(claimed, state="sent", sent_at=SEEN + LEASE, next_at=None)
    assert archive.claim(SEEN + 9 * HOUR, LEASE) is None


def test_a_failure_is_tried_again_when_it_says(archive: Archive) -> None:
    """A delivery that failed for now is due at its next time, with the error told."""
    with_change(archive, "mail")
    claimed = archive.claim(SEEN, LEASE)
    assert claimed is not None
    archive.failed(claimed.id, SEEN, "451 later", SEEN + HOUR)
    assert archive.claim(SEEN + LEASE, LEASE) is None
    assert archive.claim(SEEN + HOUR, LEASE) == replace(
        claimed, attempts=2, next_at=SEEN + HOUR + LEASE, error="451 later"
    )


def test_a_failure_for_good_is_shown_and_can_be_retried(archive: Archive) -> None:
    """A delivery that failed for good is listed as failed and due no more, until it is retried."""
    with_change(archive, "mail", "chat")
    claimed = archive.claim(SEEN, LEASE)
    assert claimed is not None
    archive.failed(claimed.id, SEEN, "550 no such user", None)
    (told,) = archive.deliveries(state="failed")
    assert (told.id, told.error, told.next_at) == (claimed.id, "550 no such user", None)
    archive.retry(claimed.id, SEEN + HOUR)
    assert {each.state for each in archive.deliveries()} == {"owed"}


def test_a_delivery_is_told_whole(archive: Archive) -> None:
    """Every field of a delivery is told; the next time and the time sent exclude one another."""
    with_change(archive, "mail")
    (told,) = archive.deliveries()
    empty = [field.name for field in fields(told) if getattr(told, field.name) is None]
    assert empty == ["sent_at"]


def test_listing_stops_at_the_limit(archive: Archive) -> None:
    """The newest deliveries are listed first, up to a limit."""
    with_change(archive, "mail", "chat", "hook")
    assert [each.channel for each in archive.deliveries(limit=2)] == ["hook", "chat"]
