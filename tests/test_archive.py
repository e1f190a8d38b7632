"""What the archive tells is what was recorded, in one transaction, however the checks went."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
from archive_fakes import (
    CHANGE,
    FINDING,
    HOUR,
    PAGE,
    START,
    capture,
    changed,
    failing,
    read,
    unchanged,
    version,
    with_change,
)

from monitor.archive import Archive
from monitor.errors import ArchiveError, UsageError
from monitor.model import Held, Known, Mute, Outcome, Owed, Settled, Validators
from monitor.records import ChangeRecord, Folding, Side, Trouble

DAY = timedelta(days=1)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def known(archive: Archive, hours: float = 1) -> Known:
    return archive.known(PAGE, START + hours * HOUR)


def filled(record: object) -> bool:
    return all(getattr(record, field.name) is not None for field in fields(record))  # type: ignore[arg-type]


# --- what is known before a check ----------------------------------------------------------------------------------


def test_nothing_is_known_of_a_new_page(archive: Archive) -> None:
    """A page never checked is known by nothing but defaults."""
    assert known(archive) == Known()


def test_the_current_version_is_known(archive: Archive) -> None:
    """Before a check the current version and the server's validators are known."""
    recorded = archive.record(PAGE, read("one"))
    assert known(archive) == Known(
        version_id=recorded.version,
        key="key of one",
        fingerprint="print of one",
        edition="1",
        snapshot=recorded.snapshot or "",
        content_type="text/html; charset=utf-8",
        language="en",
        seen_at=START,
        size=len(version("one").document.text),
        validators=Validators('"one"', "Sat, 01 Mar 2031 08:00:00 GMT"),
    )


def test_a_week_old_answer_is_validated_no_more(archive: Archive) -> None:
    """A week after the last bytes the page is asked for unconditionally, however often nothing changed since."""
    archive.record(PAGE, read("one"))
    archive.record(PAGE, replace(unchanged("one", START + DAY), capture=replace(capture("one", START), body=None)))
    assert known(archive, 7 * 24).validators.etag == '"one"'
    assert known(archive, 7 * 24 + 1).validators == Validators()


def test_validators_belong_to_one_address(archive: Archive) -> None:
    """A page that moved is asked for unconditionally, and what is known of its text remains."""
    archive.record(PAGE, read("one"))
    moved = archive.known(replace(PAGE, url="https://acme.example/legal"), START + HOUR)
    assert (moved.validators, moved.key) == (Validators(), "key of one")


def test_a_failing_answer_leaves_the_validators(archive: Archive) -> None:
    """The validators are those of the last good answer, though a bad one with bytes came later."""
    archive.record(PAGE, read("one"))
    archive.record(PAGE, failing("soft_error", START + HOUR, b"sorry"))
    assert known(archive, 2).validators.etag == '"one"'


def test_earlier_texts_are_known_with_the_time_they_were_last_seen(archive: Archive) -> None:
    """Texts shown in the last 30 days are known, newest first, the current one only if it stood before."""
    archive.record(PAGE, read("a"))
    archive.record(PAGE, unchanged("a", START + 2 * HOUR))
    archive.record(PAGE, changed("b", START + 3 * HOUR))
    assert known(archive, 4).earlier == (("key of a", START + 2 * HOUR),)
    archive.record(PAGE, changed("a", START + 5 * HOUR))
    assert known(archive, 6).earlier == (("key of b", START + 3 * HOUR), ("key of a", START + 2 * HOUR))
    assert archive.known(PAGE, START + 30 * DAY + 2.5 * HOUR).earlier == (("key of b", START + 3 * HOUR),)


def test_failures_are_counted_until_a_healthy_check(archive: Archive) -> None:
    """Consecutive failures are counted from the first on, and cleared by a healthy check."""
    archive.record(PAGE, read("one"))
    archive.record(PAGE, failing("timeout", START + HOUR))
    archive.record(PAGE, failing("thin", START + 2 * HOUR, b"<p>"))
    assert (known(archive).failures, known(archive).failing_since) == (2, START + HOUR)
    archive.record(PAGE, unchanged("one", START + 3 * HOUR))
    assert (known(archive).failures, known(archive).failing_since) == (0, None)


def test_a_held_text_is_kept_as_given(archive: Archive) -> None:
    """A text not yet believed is known at the next check, and forgotten when a check holds none."""
    held = Held("key of half", START, 2)
    archive.record(PAGE, replace(failing("shrunk", START), held=held))
    assert known(archive).held == held
    archive.record(PAGE, read("one", START + HOUR))
    assert known(archive).held is None


# --- history -------------------------------------------------------------------------------------------------------


def test_a_page_that_returns_to_an_earlier_text_has_three_versions_of_two_texts(archive: Archive) -> None:
    """A, B, A is three versions and two changes over two snapshots."""
    for number, text in enumerate("aba"):
        outcome = changed(text, START + number * HOUR) if number else read(text)
        archive.record(PAGE, outcome)
    first, second, third = archive.history("acme", "terms")
    assert first.snapshot == third.snapshot != second.snapshot
    assert [change.after.version for change in archive.changes(newest_first=False)] == [second.version, third.version]
    assert [each.document for each in archive.versions("acme", "terms")] == [version(text).document for text in "aba"]


def test_a_failing_page_keeps_its_version(archive: Archive) -> None:
    """An error page is kept as bytes, and is neither a version nor a change."""
    standing = archive.record(PAGE, read("one")).version
    recorded = archive.record(PAGE, failing("soft_error", START + HOUR, b"sorry"))
    assert (recorded.version, recorded.change) == (None, None)
    assert recorded.snapshot is not None
    assert archive.snapshot(recorded.snapshot) == b"sorry"
    assert known(archive).version_id == standing
    assert archive.version_at("acme", "terms", START + 2 * HOUR).id == standing


def test_every_capture_is_told_whole(archive: Archive) -> None:
    """The capture of a change is told with every field, and a failing one without what it has not."""
    recorded = with_change(archive, "mail")
    archive.record(PAGE, failing("timeout", START + 2 * HOUR))
    _, second, third = archive.history("acme", "terms")
    assert filled(second)
    assert (second.id, second.snapshot, second.version, second.change) == (
        recorded.check,
        recorded.snapshot,
        recorded.version,
        recorded.change,
    )
    assert (third.outcome, third.snapshot, third.size, third.version, third.change) == ("timeout", *[None] * 4)


def test_a_capture_comes_back_as_it_was_without_its_credentials(archive: Archive) -> None:
    """All of a capture is stored but for headers that carry credentials."""
    given = capture("one", START)
    kept = tuple(header for header in given.headers if header[0] != "Set-Cookie")
    recorded = archive.record(PAGE, Outcome(given, version("one")))
    assert archive.capture(recorded.check) == Settled(**vars(replace(given, headers=kept)))


def test_a_change_comes_back_as_it_was(archive: Archive) -> None:
    """A change is told with its findings, both of its sides, and the time the old text was last seen."""
    old = archive.record(PAGE, read("old"))
    archive.record(PAGE, unchanged("old", START + HOUR))
    new = archive.record(PAGE, changed("new", START + 2 * HOUR))
    assert old.version and old.snapshot and new.version and new.snapshot and new.change
    assert archive.change(new.change) == ChangeRecord(
        id=new.change,
        vendor="acme",
        vendor_name="Acme AI",
        page="terms",
        type="terms",
        url=PAGE.url,
        seen_at=START + 2 * HOUR,
        previous_at=START + HOUR,
        before=Side(old.version, old.snapshot, START),
        after=Side(new.version, new.snapshot, START + 2 * HOUR),
        change=CHANGE,
    )


def test_a_page_state_is_told_whole(archive: Archive) -> None:
    """A page's state holds its last capture, its last good one, its last change and its next check."""
    recorded = with_change(archive)
    archive.record(PAGE, failing("timeout", START + 2 * HOUR))
    (state,) = archive.pages()
    assert filled(state)
    assert (state.last_check_at, state.outcome, state.last_good_at) == (START + 2 * HOUR, "timeout", START + HOUR)
    assert (state.last_change_id, state.last_change_at) == (recorded.change, START + HOUR)
    assert (state.captures, state.versions, state.changes) == (3, 2, 1)
    assert state.next_check_at == START + 3 * HOUR


def test_a_page_keeps_its_history_under_a_new_address(archive: Archive) -> None:
    """A page is its vendor and name; address, type and the vendor's name are those last seen."""
    archive.record(PAGE, read("one"))
    moved = replace(PAGE, url="https://acme.example/legal", type="privacy", vendor_name="Acme")
    archive.record(moved, unchanged("one", START + HOUR))
    (state,) = archive.pages()
    assert (state.url, state.type, state.vendor_name, state.captures) == (moved.url, "privacy", "Acme", 2)


def test_a_version_can_be_read_from_bytes_that_stand_already(archive: Archive) -> None:
    """A new reading without new bytes is a technical version of the last good snapshot."""
    first = archive.record(PAGE, read("one"))
    again = replace(read("one", START + HOUR, technical=True), capture=replace(capture("one", START), body=None))
    recorded = archive.record(PAGE, again)
    assert recorded.version
    told = archive.version(recorded.version)
    assert filled(told)
    assert (told.snapshot, told.technical) == (first.snapshot, True)


def test_the_version_in_force_at_a_time(archive: Archive) -> None:
    """At any time the version in force is the last one seen by then; before the first there is none, and it says so."""
    with_change(archive)
    texts = [archive.version_at("acme", "terms", START + hours * HOUR).document for hours in (0, 0.9, 1, 99)]
    assert texts == [version(text).document for text in ("old", "old", "new", "new")]
    with pytest.raises(UsageError, match="2031-03-01 08:30"):
        archive.version_at("acme", "terms", START - HOUR)


def test_the_last_good_bytes_can_be_read_again(archive: Archive) -> None:
    """The last good snapshot is there to be read again, whatever failed since."""
    assert archive.last_snapshot(PAGE) is None
    archive.record(PAGE, read("one"))
    archive.record(PAGE, failing("thin", START + HOUR, b"<p>"))
    found = archive.last_snapshot(PAGE)
    assert found is not None
    assert (found[0].at, *found[1:]) == (START, b"<p>one</p>", "text/html; charset=utf-8")


def test_the_times_of_captures_are_known_to_the_microsecond(archive: Archive) -> None:
    """Every capture's time is known exactly, and what it brought, so that an import can be repeated."""
    assert archive.captured(PAGE) == frozenset()
    times = [START, START + timedelta(microseconds=1), START + HOUR]
    for at in times:
        archive.record(PAGE, failing("timeout", at))
    brought = archive.record(PAGE, read("one", START + 2 * HOUR)).snapshot
    assert archive.captured(PAGE) == frozenset({*((at, None) for at in times), (START + 2 * HOUR, brought)})


def test_changes_are_told_by_every_filter(archive: Archive) -> None:
    """Changes are told by vendor, page, topic, time and verdict, in either order, up to a limit."""
    quiet = replace(CHANGE, verdict="quiet", topics=("review",), findings=(replace(FINDING, topic="review"),))
    for number, page in enumerate((PAGE, replace(PAGE, name="privacy"), replace(PAGE, vendor="other"))):
        archive.record(page, read("old", START))
        archive.record(page, changed("new", START + (9 - number) * HOUR, change=quiet if number == 1 else CHANGE))

    def told(**given: object) -> list[str]:
        return [f"{each.vendor}/{each.page}" for each in archive.changes(**given)]  # type: ignore[arg-type]

    assert told() == ["acme/terms", "acme/privacy", "other/terms"]
    assert told(newest_first=False, limit=2) == ["other/terms", "acme/privacy"]
    assert told(vendor="acme", page="privacy") == told(topic="review") == told(verdict="quiet") == ["acme/privacy"]
    assert told(since=START + 8 * HOUR, topic="training") == ["acme/terms"]


def test_what_is_not_there_is_wrong_use(archive: Archive) -> None:
    """To ask for a page, capture, version, change or delivery that is not there is a UsageError."""
    for ask in (
        lambda: archive.history("acme", "nothing"),
        lambda: archive.capture(9),
        lambda: archive.versions("acme", "nothing"),
        lambda: archive.version(9),
        lambda: archive.change(9),
        lambda: archive.sent(9, START),
    ):
        with pytest.raises(UsageError):
            ask()


def test_hostile_text_is_recorded(archive: Archive) -> None:
    """Text that is no Unicode, NULs and all, cannot keep a check from being recorded."""
    hostile = replace(capture("one", START), body=b"\xff", reason="\udfff", headers=(("X", "\ud800"),))
    recorded = archive.record(PAGE, Outcome(hostile, version("\ud800\x00")))
    assert recorded.version
    assert archive.document(recorded.version).blocks[1].text == "?\x00"
    assert archive.capture(recorded.check).headers == (("X", "?"),)


# --- all or nothing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    [
        changed("new", START + HOUR, "mail", change=replace(CHANGE, findings=(replace(FINDING, change="turned"),))),  # type: ignore[arg-type]
        replace(failing("thin", START, b"<p>"), version=version("new")),
        replace(unchanged("new", START), change=CHANGE),
        replace(read("new"), owed=(Owed("mail", START),)),
        changed("new", START + HOUR, change=replace(CHANGE, verdict="loud")),  # type: ignore[arg-type]
    ],
)
def test_a_check_that_cannot_be_recorded_leaves_nothing(archive: Archive, tmp_path: Path, broken: Outcome) -> None:
    """An outcome that fails or contradicts itself anywhere leaves no row, and the next one is recorded as ever."""
    archive.record(PAGE, read("old"))
    before = dump(tmp_path)
    with pytest.raises(ArchiveError):
        archive.record(PAGE, broken)
    assert dump(tmp_path) == before
    archive.record(PAGE, changed("new", START + HOUR, "mail"))
    assert list(archive.verify()) == []


def test_the_first_version_is_no_change(archive: Archive) -> None:
    """A change without an earlier version is refused."""
    with pytest.raises(ArchiveError, match="acme/terms"):
        archive.record(PAGE, changed("new", START))


def test_a_full_disk_leaves_nothing(archive: Archive, tmp_path: Path) -> None:
    """When the disk fills up in the middle of a check, nothing of it remains and the archive stays usable."""
    archive.record(PAGE, read("old"))
    before = dump(tmp_path)
    pages = archive._db.execute("PRAGMA page_count").fetchone()[0]
    archive._db.execute(f"PRAGMA max_page_count = {pages + 2}")
    bulky = changed("new", START + HOUR, "mail", change=replace(CHANGE, why="w" * 50_000))
    with pytest.raises(ArchiveError, match="full"):
        archive.record(PAGE, bulky)
    assert dump(tmp_path) == before
    archive._db.execute("PRAGMA max_page_count = 1000000")
    archive.record(PAGE, bulky)
    assert list(archive.verify()) == []


def dump(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "archive.db")) as db:
        return [line for line in db.iterdump() if "sqlite_sequence" not in line]


SMALL = {"INDEX", "USING", "stopped_channels", "touched"}
"""Words of a step that reads no table, or one of a few rows."""


def test_no_question_reads_a_whole_table(archive: Archive) -> None:
    """Every statement that the archive runs finds its rows through an index."""
    with_change(archive, "mail", "chat")
    statements: list[str] = []
    archive._db.set_trace_callback(statements.append)
    with_everything_asked(archive)
    archive._db.set_trace_callback(None)
    whole = ("SELECT deliveries.*", "SELECT id FROM alerts")  # a listing of all is just that
    for statement in statements:
        if statement.startswith(("SELECT", "UPDATE")) and not statement.startswith(whole):
            plan = [each["detail"] for each in archive._db.execute(f"EXPLAIN QUERY PLAN {statement}")]
            scans = [step for step in plan if step.startswith("SCAN") and not (set(step.split()) & SMALL)]
            assert scans == [], (statement, plan)


def with_everything_asked(archive: Archive) -> None:
    archive.record(PAGE, changed("newer", START + 2 * HOUR, "mail"))
    archive.record(PAGE, failing("thin", START + 3 * HOUR, b"<p>"))
    archive.known(PAGE, START)
    archive.captured(PAGE)
    archive.last_snapshot(PAGE)
    archive.pages()
    archive.history("acme", "terms")
    archive.capture(1)
    list(archive.versions("acme", "terms"))
    archive.version_at("acme", "terms", START)
    archive.change(1)
    archive.changes()
    archive.changes(vendor="acme", page="terms")
    archive.changes(topic="training", since=START)
    archive.changes(since=START, verdict="alert")
    archive.deliveries(state="owed", limit=1)
    archive.alerts(limit=1)
    archive.alert(1)
    archive.owed()
    archive.given_up()
    archive.claim(START + DAY, HOUR, Folding(frozenset({"mail"}), 0, frozenset({"chat"})))
    archive.failed(1, START, "no", START)
    archive.unfold(1, START, "no")
    archive.retry(1, START)
    archive.stop("mail", START, "no", START)
    archive.sent(1, START)
    archive.mute(Mute(START + DAY, "acme"), START)
    archive.mutes(START)
    archive.troubles()
    archive.tally(archive.tally())
    archive.note_troubles([Trouble("disk", "", START, "full")], [], ["mail"], START)
    archive.acknowledge(1, START)
    archive.content(1)
