"""What people leaf through in an archive: bounded, in order, and by indexes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import archive_fakes
import pytest
from archive_fakes import HOUR, PAGE, START, failing, read, unchanged
from house import House

from monitor.archive import Archive
from monitor.errors import UsageError


@pytest.fixture
def archive(house: House) -> Archive:
    """A page with two texts, and two outages in which it could not be read; the second one lasts."""
    archive_fakes.with_change(house.archive, "mail")
    for hours in (2, 3):
        house.archive.record(PAGE, failing("timeout", START + hours * HOUR))
    house.archive.record(PAGE, unchanged("new", START + 4 * HOUR))
    house.archive.record(PAGE, failing("dns_error", START + 5 * HOUR))
    return house.archive


def test_spells_are_told_by_their_ends(archive: Archive) -> None:
    """Failed checks in a row are one outage, which ends with the next good check; the newest first."""
    lasting, over = archive.outages("acme", "terms", limit=9, last=99)
    assert (over.since, over.last_at, over.until, over.checks) == (
        START + 2 * HOUR,
        START + 3 * HOUR,
        START + 4 * HOUR,
        2,
    )
    assert (lasting.since, lasting.until, lasting.outcome) == (START + 5 * HOUR, None, "dns_error")


def test_only_the_last_checks_are_looked_at(archive: Archive) -> None:
    """However many checks there are, so many are read."""
    assert [outage.checks for outage in archive.outages("acme", "terms", limit=9, last=1)] == [1]
    assert [outage.checks for outage in archive.outages("acme", "terms", limit=9, last=3)] == [1, 1]


def test_checks_are_leafed_through_newest_first(archive: Archive) -> None:
    """Each part goes on where the one before it ended."""
    found, older = [], None
    while part := archive.checks("acme", "terms", older=older, limit=4):
        found += part
        older = part[-1].id
    assert found == list(reversed(archive.history("acme", "terms")))


def test_a_version_is_told_without_its_document(archive: Archive) -> None:
    """When it stood, the change that brought it and the capture that showed it first."""
    new, old = archive.entries("acme", "terms", limit=9)
    assert (old.change, new.change, new.seen_at, new.last_seen_at) == (None, 1, START + HOUR, START + 4 * HOUR)
    assert archive.capture(new.capture or 0).at == new.seen_at
    assert archive.entry(new.id) == new == archive.entry_at("acme", "terms", START + 2 * HOUR)
    assert archive.entries("acme", "terms", limit=1) == (new,)


def test_a_page_stands_as_the_list_of_all_says(archive: Archive) -> None:
    """One page and the list of all say the same, and so does the one that counts nothing."""
    [state] = archive.pages()
    assert archive.page("acme", "terms") == state
    [standing] = archive.standings()
    assert [getattr(standing, name) for name in ("vendor", "page", "failing_since", "last_change_id")] == [
        getattr(state, name) for name in ("vendor", "page", "failing_since", "last_change_id")
    ]


def test_changes_know_their_neighbours(archive: Archive) -> None:
    """The changes of the same page before and after; none at the ends."""
    for number in (6, 7):
        archive.record(PAGE, archive_fakes.changed(f"text {number}", START + number * HOUR))
    assert [archive.neighbours(number) for number in (1, 2, 3)] == [(None, 2), (1, 3), (2, None)]


def test_changes_are_leafed_through(archive: Archive) -> None:
    """`older` goes on after a change, `until` ends before a time, `importance` leaves the others out."""
    archive.record(PAGE, archive_fakes.changed("third", START + 6 * HOUR))
    assert [change.id for change in archive.changes(older=2)] == [1]
    assert [change.id for change in archive.changes(until=START + 6 * HOUR)] == [1]
    assert [change.id for change in archive.changes(importance="major")] == [2, 1]
    assert list(archive.changes(importance="minor")) == []


def test_alerts_are_leafed_through(archive: Archive) -> None:
    """`older` goes on after an alert."""
    archive.record(PAGE, archive_fakes.changed("third", START + 6 * HOUR, "mail"))
    assert [alert.id for alert in archive.alerts()] == [2, 1]
    assert [alert.id for alert in archive.alerts(older=2)] == [1]


def test_amounts_come_oldest_first(archive: Archive) -> None:
    """The findings in which an amount differs, with the time and number of their change."""
    [moved] = archive.amounts("acme", "terms", limit=9)
    assert (moved.change, moved.seen_at, moved.finding) == (1, START + HOUR, archive_fakes.FINDING)


def test_bytes_are_found_where_they_were_served(archive: Archive) -> None:
    """A snapshot names its pages; bytes that were served nowhere are no snapshot."""
    new = archive.entries("acme", "terms", limit=1)[0]
    [seen] = archive.sightings(new.snapshot)
    assert (seen.vendor, seen.page, seen.seen_at) == ("acme", "terms", START + HOUR)
    with pytest.raises(UsageError, match="no snapshot"):
        archive.sightings("0" * 64)


@pytest.mark.parametrize("ask", [
    lambda archive: archive.page("acme", "nothing"), lambda archive: archive.entry(99), lambda archive: archive.owner(99),
    lambda archive: archive.checks("acme", "nothing", limit=1), lambda archive: archive.outages("acme", "nothing", limit=1, last=1),
    lambda archive: archive.entry_at("acme", "terms", START - timedelta(days=1)),
])  # fmt: skip
def test_what_is_not_there_is_said(archive: Archive, ask: object) -> None:
    """A record that is named and missing is wrong use."""
    assert callable(ask)
    with pytest.raises(UsageError):
        ask(archive)


def test_no_list_reads_all_checks(house: House) -> None:
    """What is shown of pages, checks and outages goes through indexes: no plan scans the table of checks."""
    statements: list[str] = []
    house.archive.record(PAGE, read("old", START))
    with Archive(house.path, mode="read") as archive:
        archive._db.set_trace_callback(statements.append)
        archive.standings()
        archive.page("acme", "terms")
        archive.outages("acme", "terms", limit=9, last=99)
        archive.checks("acme", "terms", older=1, limit=9)
        archive.entries("acme", "terms", limit=9)
        archive.owner(1)
    with closing(sqlite3.connect(house.path)) as db:
        plans = [str(row[3]) for text in statements for row in db.execute(f"EXPLAIN QUERY PLAN {text}")]
    assert any("checks_of_page" in plan for plan in plans)
    assert [plan for plan in plans if plan.startswith("SCAN") and "checks" in plan and "USING" not in plan] == []
