"""Many pages at once: hosts side by side, the pages of a host one by one, and one hand that records."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import hostile
import pytest
from fakes import HOUR, HTML, PAGE, START, TRAINS, FakeFetcher, captured, terms
from house import JUDGEMENT

from monitor import crew, extract, pipeline, reading
from monitor.apart import Bounds, Processes
from monitor.archive import Archive
from monitor.errors import ArchiveError
from monitor.model import Outcome, Page
from monitor.pipeline import Checked, Looked

LONG = 20.0
T = TypeVar("T")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def pages(hosts: int, each: int) -> list[Page]:
    """So many pages on each of so many hosts, host by host."""
    return [
        replace(PAGE, name=f"p{host}-{number}", url=f"https://host{host}.example/{number}")
        for host in range(hosts)
        for number in range(each)
    ]


def seen(page: Page) -> Looked:
    """A look at a page that found it wanting."""
    return Looked(
        page, (Outcome(captured(None, START, "timeout", page=page), next_check_at=START + timedelta(hours=1)),)
    )


def run(archive: Archive, some: list[Page], look: Callable[[Page], Looked], workers: int = 4) -> list[Checked]:
    return list(crew.check(some, archive, look, threading.Event(), workers))


def test_every_page_is_looked_at_once(archive: Archive) -> None:
    """However many workers, each page is looked at and recorded once."""
    some = pages(7, 9)
    looked = Counter[str]()

    def look(page: Page) -> Looked:
        looked[page.key] += 1
        return seen(page)

    checked = run(archive, some, look)
    assert Counter(each.page.key for each in checked) == looked == Counter(page.key for page in some)
    assert {state.captures for state in archive.pages()} == {1}


def test_hosts_are_asked_side_by_side(archive: Archive) -> None:
    """Pages of different hosts are looked at at the same time: each look here waits for the three others."""
    together = threading.Barrier(4, timeout=LONG)

    def look(page: Page) -> Looked:
        together.wait()
        return seen(page)

    assert len(run(archive, pages(4, 1), look)) == 4


def test_a_host_is_asked_one_page_at_a_time(archive: Archive) -> None:
    """No two pages of a host are looked at at the same time, and they come in their order."""
    busy, order = Counter[str](), list[str]()

    def look(page: Page) -> Looked:
        host = page.url.split("/")[2]
        busy[host] += 1
        assert busy[host] == 1
        order.append(page.name)
        threading.Event().wait(0.001)
        busy[host] -= 1
        return seen(page)

    run(archive, pages(3, 8), look)
    for host in range(3):
        assert [name for name in order if name.startswith(f"p{host}-")] == [f"p{host}-{number}" for number in range(8)]


def test_what_is_told_is_on_the_disk(archive: Archive, tmp_path: Path) -> None:
    """When a check is told as done, another process can read it."""
    for checked in crew.check(pages(2, 3), archive, seen, threading.Event()):
        with Archive(tmp_path / "archive.db", mode="read") as reader:
            assert reader.history(checked.page.vendor, checked.page.name)


def test_a_worker_that_breaks_is_heard(archive: Archive) -> None:
    """An error that no page is to blame for ends the round, after what the others saw was recorded."""

    def look(page: Page) -> Looked:
        if page.name == "p0-1":
            raise ArchiveError("the disk is full")
        return seen(page)

    with pytest.raises(ArchiveError, match="disk is full"):
        run(archive, pages(1, 5), look, workers=1)
    assert [state.page for state in archive.pages()] == ["p0-0"]


def test_a_stop_finishes_what_was_begun(archive: Archive) -> None:
    """After a stop the page at hand is recorded, and no other is begun."""
    stopping = threading.Event()

    def look(page: Page) -> Looked:
        stopping.set()
        return seen(page)

    checked = list(crew.check(pages(1, 5), archive, look, stopping, 1))
    assert [each.page.name for each in checked] == ["p0-0"]


def test_a_stop_leaves_a_worker_behind_that_does_not_end(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that takes for ever holds up a stop for the grace only, and is as if it had not been looked at."""
    monkeypatch.setattr(crew, "GRACE", 0.3)
    stopping, released = threading.Event(), threading.Event()

    def look(page: Page) -> Looked:
        stopping.set()
        released.wait(LONG)
        return seen(page)

    assert list(crew.check(pages(1, 2), archive, look, stopping, 1)) == []
    released.set()
    assert archive.pages() == ()


def test_nobody_is_left_waiting_when_the_round_is_left(archive: Archive) -> None:
    """Whoever stops listening ends the workers: none of them waits for ever to be heard."""
    checks = crew.check(pages(40, 40), archive, seen, threading.Event(), 8)
    next(checks)
    checks.close()
    workers = [thread for thread in threading.enumerate() if thread.name == crew.NAME]
    for worker in workers:
        worker.join(LONG)
    assert not any(worker.is_alive() for worker in workers)


def test_a_page_that_is_read_comes_through_whole(archive: Archive) -> None:
    """A crew records a read page as a single check does: a version, in the archive."""

    def look(page: Page) -> Looked:
        capture = captured(terms(), START, page=page)
        return Looked(page, (pipeline.settle(page, capture, archive.known(page, START), archive, JUDGEMENT),))

    run(archive, pages(3, 2), look)
    assert {state.versions for state in archive.pages()} == {1}


def test_a_round_does_not_go_on_for_ever(archive: Archive) -> None:
    """After its time a round begins no further page; what it began is recorded."""

    def look(page: Page) -> Looked:
        threading.Event().wait(0.1)
        return seen(page)

    checked = list(crew.check(pages(1, 50), archive, look, threading.Event(), 1, longest=0.25))
    assert 1 <= len(checked) < 50


def test_a_page_that_breaks_its_reader_costs_its_own_check(archive: Archive) -> None:
    """Pages over which a parser loops, crashes or eats memory are unreadable, in words, and kept; the others are checked."""
    some = [
        replace(PAGE, name=name, url=f"https://{name}.example/") for name in ("loops", "aborts", "eats", "one", "two")
    ]

    def run(function: Callable[..., T], /, *arguments: Any, **named: Any) -> T:
        return apart.call(hostile.read_as_named if function is reading.read else function, *arguments, **named)

    def look(page: Page, at: datetime = START, body: bytes = terms(p5=TRAINS)) -> Looked:
        fetcher = FakeFetcher([body])
        return pipeline.look(page, archive, lambda *_: fetcher, JUDGEMENT, lambda: at, run=run)

    for page in some:  # as it stands before it turns hostile
        pipeline.take(page, captured(terms(), START - HOUR, page=page), archive, JUDGEMENT)
    with Processes(reading.ready, 2, Bounds(seconds=1, memory=200 * 2**20)) as apart:
        checked = {each.page.name: each for each in crew.check(some, archive, look, threading.Event(), 5)}
    said = {name: (each.outcome.capture.outcome, each.outcome.capture.reason) for name, each in checked.items()}
    assert said == {
        "loops": ("unreadable", "reading it took more than 1 seconds of computing"),
        "aborts": ("unreadable", "the process that read it ended: Aborted"),
        "eats": ("unreadable", "reading it took more than 200 MB of memory"),
        "one": ("ok", ""),
        "two": ("ok", ""),
    }
    assert {name: each.recorded.change is not None for name, each in checked.items() if name in ("loops", "one")} == {
        "loops": False,
        "one": True,
    }
    assert archive.snapshot(checked["aborts"].recorded.snapshot or "") == terms(p5=TRAINS)
    assert archive.version_at("acme", "aborts", START).document == extract.read(terms(), HTML)


def test_what_comes_as_it_came_is_read_by_nobody(archive: Archive) -> None:
    """The server's word that nothing changed, and the very bytes of the last time, need no process."""

    def run(function: Callable[..., T], /, *arguments: Any, **named: Any) -> T:
        raise AssertionError(function)

    pipeline.take(PAGE, captured(terms(), START - HOUR), archive, JUDGEMENT)
    for number, answer in enumerate((terms(), "not_modified", "timeout")):
        fetcher, at = FakeFetcher([answer]), START + number * HOUR
        looked = pipeline.look(PAGE, archive, lambda *_, by=fetcher: by, JUDGEMENT, lambda at=at: at, run=run)
        pipeline.record(looked, archive)
    assert [each.outcome for each in archive.history("acme", "terms")] == ["ok", "ok", "not_modified", "timeout"]
