"""What is owed is written with its change, claimed by one sender at a time, and never lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from archive_fakes import HOUR, PAGE, START, changed, failing, read, with_change

from monitor.archive import Archive
from monitor.errors import UsageError
from monitor.model import Mute, Owed
from monitor.records import Delivery, Folding, Trouble

LEASE = timedelta(minutes=5)
SEEN = START + HOUR
PEOPLE = Folding(frozenset({"mail", "chat"}), storm=3)
DIGEST = "daily 08:00 UTC"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def claim(archive: Archive, now: datetime) -> Delivery | None:
    """The delivery that a sender takes, if it takes one; alone."""
    parcel = archive.claim(now, LEASE, Folding())
    return parcel and parcel.first


def changes(archive: Archive, count: int, owed: Owed) -> None:
    """So many changes of a page, each owed so."""
    archive.record(PAGE, read("old"))
    for number in range(count):
        at = SEEN + number * timedelta(seconds=1)
        archive.record(PAGE, replace(changed(f"new {number}", at), owed=(owed,)))


def test_a_change_is_owed_to_each_channel(archive: Archive) -> None:
    """A change leaves one delivery a channel, due at once, each with a key of its own."""
    recorded = with_change(archive, "mail", "chat")
    chat, mail = archive.deliveries()
    assert (mail.channel, chat.channel) == ("mail", "chat")
    assert (mail.change, mail.state, mail.attempts, mail.next_at) == (recorded.change, "owed", 0, SEEN)
    assert len({mail.key, chat.key}) == 2


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
    first = claim(archive, SEEN)
    assert first is not None
    assert (first.state, first.attempts) == ("sending", 1)
    assert claim(archive, SEEN + LEASE - timedelta(seconds=1)) is None
    again = claim(archive, SEEN + LEASE)
    assert again is not None
    assert (again.id, again.key, again.attempts) == (first.id, first.key, 2)


def test_the_longest_due_goes_first(archive: Archive) -> None:
    """Deliveries are claimed in the order in which they fall due, and none before."""
    with_change(archive, "mail", "chat")
    assert claim(archive, SEEN - timedelta(seconds=1)) is None
    mail = claim(archive, SEEN)
    assert mail is not None
    archive.failed(mail.id, SEEN, "greylisted", SEEN + LEASE)
    claimed = [claim(archive, SEEN + LEASE) for _ in range(3)]
    assert [each and each.channel for each in claimed] == ["chat", "mail", None]


def test_sent_is_the_end(archive: Archive) -> None:
    """A delivery that was sent is never due again, though a sender that was given up for dead reports failure."""
    with_change(archive, "mail")
    claimed = claim(archive, SEEN)
    assert claimed is not None
    archive.sent(claimed.id, SEEN + LEASE)
    archive.failed(claimed.id, SEEN + HOUR, "connection lost", SEEN + HOUR)
    (told,) = archive.deliveries()
    assert told == replace(claimed, state="sent", sent_at=SEEN + LEASE, next_at=None)
    assert claim(archive, SEEN + 9 * HOUR) is None


def test_a_failure_is_tried_again_when_it_says(archive: Archive) -> None:
    """A delivery that failed for now is due at its next time, with the error told."""
    with_change(archive, "mail")
    claimed = claim(archive, SEEN)
    assert claimed is not None
    archive.failed(claimed.id, SEEN, "451 later", SEEN + HOUR)
    assert claim(archive, SEEN + LEASE) is None
    assert claim(archive, SEEN + HOUR) == replace(claimed, attempts=2, next_at=SEEN + HOUR + LEASE, error="451 later")


def test_a_failure_for_good_is_shown_and_can_be_retried(archive: Archive) -> None:
    """A delivery that failed for good is listed as failed and due no more, until it is retried."""
    with_change(archive, "mail", "chat")
    claimed = claim(archive, SEEN)
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


def test_a_storm_goes_as_one_message(archive: Archive) -> None:
    """More deliveries than a storm's that are due at once on a channel of people are one parcel, sent and marked as one."""
    changes(archive, 5, Owed("mail", SEEN))
    parcel = archive.claim(SEEN + HOUR, LEASE, PEOPLE)
    assert parcel is not None
    assert [each.id for each in parcel.deliveries] == [1, 2, 3, 4, 5]
    assert archive.claim(SEEN + HOUR, LEASE, PEOPLE) is None
    archive.sent(parcel.first.id, SEEN + HOUR)
    assert {each.state for each in archive.deliveries()} == {"sent"}


@pytest.mark.parametrize(("count", "channel"), [(3, "mail"), (5, "hook")])
def test_no_storm_goes_one_by_one(archive: Archive, count: int, channel: str) -> None:
    """Few deliveries go one by one, and to programs all do."""
    changes(archive, count, Owed(channel, SEEN))
    parcels = [archive.claim(SEEN + HOUR, LEASE, PEOPLE) for _ in range(count + 1)]
    assert [parcel and len(parcel.deliveries) for parcel in parcels] == [*[1] * count, None]


def test_a_parcel_stays_what_it_is(archive: Archive) -> None:
    """What falls due while a parcel is on its way is not put into it, so that its repeat has its key."""
    changes(archive, 4, Owed("mail", SEEN))
    first = archive.claim(SEEN + HOUR, LEASE, PEOPLE)
    assert first is not None
    archive.record(PAGE, changed("newest", SEEN + HOUR, "mail"))
    newest, again = (archive.claim(SEEN + HOUR + LEASE, LEASE, PEOPLE) for _ in range(2))
    assert newest is not None and again is not None
    assert (len(newest.deliveries), len(again.deliveries), again.key) == (1, 4, first.key)


def test_a_failed_parcel_fails_whole(archive: Archive) -> None:
    """A parcel that was not taken is owed again as a whole, with the reason, and who has it already."""
    changes(archive, 4, Owed("mail", SEEN))
    parcel = archive.claim(SEEN + HOUR, LEASE, PEOPLE)
    assert parcel is not None
    archive.failed(parcel.first.id, SEEN + HOUR, "451 later", SEEN + 2 * HOUR, ("ann@acme.example",))
    again = archive.claim(SEEN + 2 * HOUR, LEASE, PEOPLE)
    assert again is not None and again.key == parcel.key
    assert {(each.error, each.served) for each in again.deliveries} == {("451 later", ("ann@acme.example",))}


def test_an_unfolded_parcel_goes_one_by_one(archive: Archive) -> None:
    """What was refused together for good is owed one by one, and not put together again."""
    changes(archive, 4, Owed("mail", SEEN))
    parcel = archive.claim(SEEN + HOUR, LEASE, PEOPLE)
    assert parcel is not None
    archive.unfold(parcel.first.id, SEEN + HOUR, "552 too large")
    parcels = [archive.claim(SEEN + HOUR, LEASE, PEOPLE) for _ in range(5)]
    assert [each and len(each.deliveries) for each in parcels] == [1, 1, 1, 1, None]


def test_a_digest_goes_as_one_message_at_its_hour(archive: Archive) -> None:
    """What waits for a digest is due at its hour, and goes in one parcel, however little it is; other digests are others."""
    due = SEEN + 9 * HOUR
    archive.record(PAGE, read("old"))
    owed = (Owed("mail", due, DIGEST), Owed("hook", due, DIGEST))
    archive.record(PAGE, replace(changed("new", SEEN), owed=owed))
    archive.record(PAGE, replace(changed("newer", SEEN + HOUR), owed=(*owed[:1], Owed("chat", due, "weekly"))))
    assert archive.claim(due - timedelta(seconds=1), LEASE, PEOPLE) is None
    parcels = [archive.claim(due, LEASE, PEOPLE) for _ in range(3)]
    assert [[each.channel for each in parcel.deliveries] for parcel in parcels if parcel] == [
        ["mail", "mail"],
        ["hook"],
        ["chat"],
    ]


def test_quiet_channels_get_what_is_urgent(archive: Archive) -> None:
    """A channel in its quiet hours is given nothing but what is urgent; a closed one nothing."""
    archive.record(PAGE, read("old"))
    archive.record(PAGE, replace(changed("new", SEEN), owed=(Owed("mail", SEEN), Owed("chat", SEEN, urgent=True))))
    quiet = Folding(quiet=frozenset({"mail", "chat"}))
    assert archive.claim(SEEN, LEASE, replace(quiet, closed=frozenset({"chat"}))) is None
    found = [archive.claim(SEEN, LEASE, quiet) for _ in range(2)]
    assert [parcel and parcel.first.channel for parcel in found] == ["chat", None]


def test_what_is_muted_is_never_due(archive: Archive) -> None:
    """A muted delivery is kept, and claimed by nobody."""
    changes(archive, 1, Owed("mail", SEEN, muted=True))
    assert [each.state for each in archive.deliveries()] == ["muted"]
    assert claim(archive, SEEN + 9 * HOUR) is None


def test_mutes_are_known_to_checks_until_they_end(archive: Archive) -> None:
    """A check is told of the mutes in force; a new time takes the place of the old one, and an ended mute is none."""
    archive.record(PAGE, read("old"))
    mute = Mute(SEEN + HOUR, "acme/terms")
    archive.mute(Mute(SEEN + 9 * HOUR, "acme/terms"), SEEN)
    archive.mute(mute, SEEN)
    assert archive.known(PAGE, SEEN).mutes == archive.mutes(SEEN) == (mute,)
    assert archive.known(PAGE, SEEN + HOUR).mutes == ()
    assert archive.unmute("acme/terms", "", SEEN) == 1
    assert archive.mutes(SEEN) == ()


def test_an_acknowledged_alert_is_not_repeated(archive: Archive) -> None:
    """Acknowledging an alert cancels the repeats that it owes, and nothing else."""
    archive.record(PAGE, read("old"))
    owed = (Owed("mail", SEEN), Owed("chat", SEEN + HOUR, repeat=True))
    archive.record(PAGE, replace(changed("new", SEEN), owed=owed))
    archive.acknowledge(1, SEEN)
    assert [(each.channel, each.state) for each in archive.deliveries()] == [("chat", "cancelled"), ("mail", "owed")]
    assert archive.alerts()[0].acknowledged_at == SEEN
    with pytest.raises(UsageError, match="no alert 7"):
        archive.acknowledge(7, SEEN)


def test_an_alert_is_kept_though_nobody_is_told(archive: Archive) -> None:
    """A change worth an alert is one in the archive, too, where no rule sends it on."""
    recorded = with_change(archive)
    (alert,) = archive.alerts()
    assert (alert.change, alert.deliveries) == (recorded.change, ())


def test_a_stopped_channel_gets_one_probe_at_a_time(archive: Archive) -> None:
    """A channel that stopped is given one delivery when it is to be tried again, and all when it takes that."""
    changes(archive, 3, Owed("mail", SEEN))
    archive.stop("mail", SEEN, "550 no such user", SEEN + HOUR)
    assert claim(archive, SEEN + HOUR - timedelta(seconds=1)) is None
    probe = claim(archive, SEEN + HOUR)
    assert probe is not None and claim(archive, SEEN + HOUR) is None
    archive.sent(probe.id, SEEN + HOUR)
    assert archive.stopped() == ()
    assert claim(archive, SEEN + HOUR) is not None


def test_a_channel_stopped_when_it_first_did(archive: Archive) -> None:
    """A probe that fails moves the next one, and not the time since when the channel takes nothing."""
    archive.stop("mail", SEEN, "550 no such user", SEEN + HOUR)
    archive.stop("mail", SEEN + HOUR, "550 still none", SEEN + 2 * HOUR)
    (state,) = archive.stopped()
    assert (state.stopped_at, state.reason, state.probe_at) == (SEEN, "550 still none", SEEN + 2 * HOUR)


def test_troubles_are_noted_with_the_alert_about_them(archive: Archive) -> None:
    """Troubles that began stand until they ended; those to be told leave one alert, owed to each channel, in one go."""
    began = Trouble("page", "acme/terms", SEEN, "timeout")
    gone = Trouble("page", "acme/other", SEEN, "timeout")
    archive.note_troubles([began, gone], [], ["mail", "chat"], SEEN)
    assert archive.troubles() == (began, gone)
    ended = replace(began, ended_at=SEEN + HOUR)
    archive.note_troubles([ended], [replace(gone, ended_at=SEEN + HOUR)], ["mail"], SEEN + HOUR)
    assert archive.troubles() == ()
    newest, oldest = archive.alerts()
    assert (oldest.troubles, newest.troubles) == ((began, gone), (ended,))
    assert [len(alert.deliveries) for alert in (oldest, newest)] == [2, 1]


def test_a_standing_trouble_of_a_page_knows_its_outcome(archive: Archive) -> None:
    """What is told when a page can be read again says what its checks came to before."""
    reason = "the fake is thin"
    for number, outcome in enumerate(("timeout", "thin")):
        archive.record(PAGE, failing(outcome, SEEN + number * HOUR))
    archive.note_troubles(
        [Trouble("page", "acme/terms", SEEN, reason), Trouble("disk", "a", SEEN, "full")], [], [], SEEN
    )
    archive.record(PAGE, read("old", SEEN + 2 * HOUR))
    assert [(each.subject, each.outcome) for each in archive.troubles()] == [("acme/terms", "thin"), ("a", "")]


def test_what_was_given_up_is_counted_until_it_is_acknowledged(archive: Archive) -> None:
    """Deliveries that failed for good are a channel's trouble, until somebody has seen to their alert."""
    changes(archive, 2, Owed("mail", SEEN))
    for _ in range(2):
        claimed = claim(archive, SEEN + HOUR)
        assert claimed is not None
        archive.failed(claimed.id, SEEN + HOUR, "554 refused", None)
    assert archive.given_up() == {"mail": (2, SEEN + HOUR, "554 refused")}
    archive.acknowledge(1, SEEN + HOUR)
    archive.acknowledge(2, SEEN + HOUR)
    assert archive.given_up() == {}


def test_a_retry_gives_a_delivery_its_full_time(archive: Archive) -> None:
    """A delivery that is owed again is reckoned from then, so that one failure more does not give it up."""
    changes(archive, 1, Owed("mail", SEEN))
    claimed = claim(archive, SEEN)
    assert claimed is not None
    archive.failed(claimed.id, SEEN, "554 refused", None)
    archive.retry(claimed.id, SEEN + 9 * HOUR)
    (told,) = archive.deliveries()
    assert (told.state, told.due_at, told.created_at) == ("owed", SEEN + 9 * HOUR, SEEN)


def test_people_note_things_beside_a_daemon(archive: Archive, tmp_path: Path) -> None:
    """While one process checks pages, another can acknowledge and mute; it waits for no lock."""
    with_change(archive, "mail")
    with Archive(tmp_path / "archive.db", mode="beside") as beside:
        beside.acknowledge(1, SEEN)
        beside.mute(Mute(SEEN + HOUR, "acme"), SEEN)
    assert archive.alerts()[0].acknowledged_at == SEEN
    assert archive.known(PAGE, SEEN).mutes == (Mute(SEEN + HOUR, "acme"),)


def test_an_acknowledged_repeat_leaves_nobody_behind(archive: Archive) -> None:
    """When the repeat that stood for several is cancelled, the others go out by themselves."""
    changes(archive, 5, Owed("chat", SEEN, repeat=True))
    parcel = archive.claim(SEEN + HOUR, LEASE, PEOPLE)
    assert parcel is not None and len(parcel.deliveries) == 5
    archive.failed(parcel.first.id, SEEN + HOUR, "later", SEEN + 2 * HOUR)
    archive.acknowledge(parcel.first.alert, SEEN + HOUR)
    found = [archive.claim(SEEN + 2 * HOUR, LEASE, PEOPLE) for _ in range(5)]
    assert [each and each.first.id for each in found] == [2, 3, 4, 5, None]
