"""What the README promises of the whole road, shown on the demo's site: from the answer to what is owed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.archive import Archive
from monitor.demo.site import DemoSite, pages
from monitor.fetch import HttpFetcher
from monitor.model import HEALTHY, Rule
from monitor.pipeline import Checked, Judgement, check
from monitor.records import ChangeRecord

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
JUDGEMENT = Judgement(rules=(Rule(send=("mail",)),))


class Watch:
    """The demo's pages under watch, a day passing from one check to the next."""

    def __init__(self, site: DemoSite, archive: Archive, fetcher: HttpFetcher) -> None:
        self.site, self.archive, self.fetcher = site, archive, fetcher
        self.now = START

    def check(self, stage: int, remove: tuple[str, ...] = ()) -> tuple[Checked, ...]:
        """Check every page as it stands in that stage, without the elements that `remove` names."""
        self.site.stage = stage
        self.now += timedelta(days=1)
        watched = [replace(page, remove=remove) for page in pages(self.site.url)]
        return tuple(check(watched, self.archive, lambda *_: self.fetcher, JUDGEMENT, lambda: self.now))

    def changes(self) -> tuple[ChangeRecord, ...]:
        """The changes recorded, oldest first."""
        return tuple(self.archive.changes(newest_first=False))


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with (
        DemoSite() as site,
        Archive(tmp_path / "archive.db") as archive,
        HttpFetcher(user_agent="test", allow_private=True) as fetcher,
    ):
        yield Watch(site, archive, fetcher)


def test_the_first_check_is_silent(watch: Watch) -> None:
    """The first check of a page records its text, and tells nobody."""
    assert all(checked.outcome.version for checked in watch.check(stage=1))
    assert watch.changes() == ()
    assert watch.archive.deliveries() == ()


def test_every_answer_is_kept(watch: Watch) -> None:
    """The bytes of every answer, also of one that is not the document, come back as they were served."""
    served = [*watch.check(stage=1), *watch.check(stage=2)]
    brought = [(one.recorded.snapshot, one.outcome.capture.body) for one in served if one.outcome.capture.body]
    assert any(one.outcome.capture.body and one.outcome.capture.outcome not in HEALTHY for one in served)
    for sha256, body in brought:
        assert sha256 == hashlib.sha256(body).hexdigest()
        assert watch.archive.snapshot(sha256) == body
    assert list(watch.archive.verify()) == []


def test_there_and_back_is_told_once(watch: Watch) -> None:
    """Pages that change, change back and change again within 30 days leave every change, and owe each alert once."""
    watch.check(stage=1)
    watch.check(stage=2)
    told, seen = watch.archive.deliveries(), watch.changes()
    assert told
    watch.check(stage=1)
    watch.check(stage=2)
    assert watch.archive.deliveries() == told
    again = watch.changes()[len(seen) :]
    assert len(again) == 2 * len(seen)
    assert {record.change.verdict for record in again} == {"quiet"}


def test_an_unreadable_page_is_no_change(watch: Watch) -> None:
    """A login page in place of the document is a failed check; the next good text is compared with the last good one."""
    for stage in (1, 2, 1):
        watch.check(stage)
    captures = watch.archive.history("lumen", "pricing")
    assert [capture.outcome for capture in captures] == ["ok", "blocked_wall", "ok"]
    assert [capture.version is not None for capture in captures] == [True, False, False]
    assert not [record for record in watch.changes() if record.page == "pricing"]


def test_an_edited_selector_is_no_news(watch: Watch) -> None:
    """A page whose selectors were edited has a technical version of its last snapshot, and no change."""
    watch.check(stage=1)
    watch.check(stage=1, remove=("li",))
    versions = tuple(watch.archive.versions("northwind", "terms"))
    assert [version.technical for version in versions] == [False, True]
    assert len(versions[1].document.blocks) < len(versions[0].document.blocks)
    assert watch.changes() == ()
