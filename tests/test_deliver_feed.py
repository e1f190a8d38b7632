"""Feeds as files in a folder."""

from __future__ import annotations

import fcntl
import json
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from deliver_samples import NOW, PLAIN, hostile_message, refusal, sample_message

from monitor.deliver import FeedChannel
from monitor.deliver.feed import MOST_BYTES
from monitor.feeds import FeedEntry, entry_id, json_feed


@pytest.fixture
def feed(tmp_path: Path) -> FeedChannel:
    return FeedChannel("feed", tmp_path / "feeds", "https://a.example/feeds/")


def read(feed: FeedChannel, place: str = "all") -> dict[str, Any]:
    return dict(json.loads((feed.folder / f"{place}.json").read_text(encoding="utf-8")))


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_an_alert_goes_into_the_feeds_of_its_vendors_and_topics(feed: FeedChannel) -> None:
    """An alert stands in the feed of all, of each vendor and of each topic, in both forms."""
    assert feed.send(sample_message(vendors=("acme", "globex")), NOW) == ""
    places = {"all", "vendors/acme", "vendors/globex", "topics/free-amount"}
    assert files(feed.folder) == {f"{place}.{kind}" for place in places for kind in ("json", "atom")}
    for place in places:
        root = ElementTree.parse(feed.folder / f"{place}.atom").getroot()
        ids = [item.text for item in root.findall("{*}entry/{*}id")]
        assert ids == [item["id"] for item in read(feed, place)["items"]] == [entry_id(PLAIN.key)]


def test_an_entry_tells_the_alert(feed: FeedChannel) -> None:
    """An entry has the alert's subject, page, time and texts; of a document of HTML, what stands in its body."""
    document = "<!doctype html><html><head><style>p {}</style></head><body class=a>\n<p>HTML</p>\n</body></html>"
    feed.send(sample_message(html=document), NOW + timedelta(days=1))
    (item,) = read(feed)["items"]
    assert (item["title"], item["url"], item["content_text"]) == (PLAIN.subject, PLAIN.url, PLAIN.text)
    assert (item["content_html"], item["date_published"]) == ("<p>HTML</p>", "2026-03-02T10:00:00Z")


def test_a_feed_says_where_it_is(feed: FeedChannel) -> None:
    """With an address, a feed names its own; without one, it names none."""
    feed.send(PLAIN, NOW)
    assert read(feed, "vendors/acme")["feed_url"] == "https://a.example/feeds/vendors/acme.json"
    assert 'href="https://a.example/feeds/vendors/acme.atom"' in (feed.folder / "vendors/acme.atom").read_text("utf-8")
    replace(feed, url="").send(PLAIN, NOW)
    assert "feed_url" not in read(feed, "vendors/acme")


def test_a_repeat_stands_once(feed: FeedChannel) -> None:
    """An alert that is sent again takes its own place."""
    feed.send(sample_message(subject="first"), NOW)
    feed.send(sample_message(key="other"), NOW)
    feed.send(sample_message(subject="again"), NOW)
    assert sorted(item["title"] for item in read(feed)["items"]) == [PLAIN.subject, "again"]


def test_a_feed_holds_the_newest_hundred(feed: FeedChannel) -> None:
    """The newest come first, whatever the order they are sent in, and the oldest make room."""
    standing = [FeedEntry(entry_id(str(n)), str(n), "", NOW + timedelta(hours=n), "text") for n in range(99, -1, -1)]
    feed.folder.mkdir()
    (feed.folder / "all.json").write_text(json_feed(standing, "Terms monitor"), encoding="utf-8")
    for number in (102, 101):
        feed.send(sample_message(key=str(number), subject=str(number), at=NOW + timedelta(hours=number)), NOW)
    titles = [item["title"] for item in read(feed)["items"]]
    assert (len(titles), titles[:3], titles[-1]) == (100, ["102", "101", "99"], "2")


def test_only_slugs_make_names_of_files(feed: FeedChannel) -> None:
    """Nothing that a page or a watchlist says leads out of the folder, or breaks the feed."""
    assert feed.send(hostile_message(), NOW) == ""
    assert files(feed.folder.parent) == {"feeds/all.json", "feeds/all.atom"}
    (item,) = read(feed)["items"]
    assert len(item["title"].splitlines()) == 1
    assert len(item["title"]) <= 200
    assert "url" not in item
    ElementTree.parse(feed.folder / "all.atom")


def test_a_long_alert_is_cut(feed: FeedChannel) -> None:
    """A text is cut, and HTML that would be broken by it is left out."""
    feed.send(sample_message(text="x" * 100_000, html="<p>" * 100_000), NOW)
    (item,) = read(feed)["items"]
    assert len(item["content_text"]) == 20_000
    assert "content_html" not in item


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe", b'{"version": 1}'])
def test_a_damaged_feed_is_set_aside_and_begun_anew(feed: FeedChannel, damage: bytes) -> None:
    """Damage keeps back no alert: the file is kept for whoever wants to look, and the note says so."""
    feed.send(PLAIN, NOW)
    (feed.folder / "all.json").write_bytes(damage)
    note = feed.send(sample_message(key="other"), NOW)
    assert note == "all.json was damaged: it is set aside as all.json.broken, and begun anew"
    assert (feed.folder / "all.json.broken").read_bytes() == damage
    assert len(read(feed)["items"]) == 1
    assert len(read(feed, "vendors/acme")["items"]) == 2


def test_a_file_that_is_no_feed_of_ours_is_not_read_whole(feed: FeedChannel) -> None:
    """What is larger than any feed is taken for damaged."""
    feed.send(PLAIN, NOW)
    with (feed.folder / "all.json").open("r+b") as file:
        file.truncate(MOST_BYTES + 1)
    assert "damaged" in feed.send(PLAIN, NOW)


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """A disk that is full, as far as this process can tell."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_the_old_feed_standing(feed: FeedChannel) -> None:
    """What cannot be written whole is not put in place; the alert is tried again, and then goes in."""
    feed.send(PLAIN, NOW)
    before = read(feed)
    with no_file_larger_than(500):
        error = refusal(feed, sample_message(key="other"))
    assert (error.permanent, error.stops) == (False, False)
    assert "cannot be written (File too large)" in str(error)
    assert read(feed) == before
    feed.send(sample_message(key="other"), NOW)
    assert len(read(feed)["items"]) == 2
    assert not [path for path in feed.folder.rglob("*") if path.name.endswith(".part")]


def test_a_folder_that_cannot_be_made_is_a_passing_failure(tmp_path: Path) -> None:
    """Whoever put a file where the folder should be may take it away."""
    (tmp_path / "file").touch()
    error = refusal(FeedChannel("feed", tmp_path / "file" / "feeds"))
    assert (error.permanent, error.stops) == (False, False)
    assert "Not a directory" in str(error)


def test_two_processes_do_not_write_at_once(feed: FeedChannel) -> None:
    """While another process writes the feeds, an alert waits for its next turn: else one of the two would be lost."""
    feed.send(PLAIN, NOW)
    other = os.open(feed.folder, os.O_RDONLY)
    try:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert "another process" in str(refusal(feed))
    finally:
        os.close(other)
    assert feed.send(PLAIN, NOW) == ""


def test_a_web_server_may_read_the_feeds(feed: FeedChannel) -> None:
    """Feeds are as readable as any file of the user's, not for the monitor alone."""
    mask = os.umask(0o022)
    try:
        feed.send(PLAIN, NOW)
    finally:
        os.umask(mask)
    assert (feed.folder / "all.json").stat().st_mode & 0o777 == 0o644
