"""The two forms of a feed, read by a parser that knows nothing of ours."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds import FeedEntry, atom_feed, entries_of, entry_id, json_feed, merged

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ATOM = {"a": "http://www.w3.org/2005/Atom"}
ENTRY = FeedEntry(
    entry_id("k" * 64),
    "Acme: 免费额度 & <more>",
    "https://acme.example/free?a=1&b=2",
    NOW,
    "before\nafter\n",
    "<p>a &amp; b</p>",
    ("acme", "free-amount"),
)
HOME, ADDRESS = "https://a.example/feeds", "https://a.example/feeds/all.atom"

anything = st.text(st.characters(exclude_categories=()), max_size=40)
entries = st.lists(
    st.builds(
        FeedEntry,
        id=anything.map(entry_id),
        title=anything,
        url=st.one_of(anything, anything.map("https://a.example/".__add__)),
        at=st.datetimes(timezones=st.just(UTC)),
        text=anything,
        html=anything,
        tags=st.lists(anything, max_size=3).map(tuple),
    ),
    max_size=4,
)


def numbered(number: int) -> FeedEntry:
    return FeedEntry(entry_id(str(number)), str(number), "", NOW + timedelta(hours=number), "text")


def parsed(feed: str) -> ElementTree.Element:
    return ElementTree.fromstring(feed.encode())


def texts(root: ElementTree.Element, *paths: str) -> list[str | None]:
    return [root.findtext(path, namespaces=ATOM) for path in paths]


def test_an_atom_feed_has_what_atom_wants() -> None:
    """Feed and entries have id, title, time, author and links, and the content says that it is HTML."""
    root = parsed(atom_feed([ENTRY], "Terms monitor", HOME, ADDRESS))
    assert root.tag == "{http://www.w3.org/2005/Atom}feed"
    assert texts(root, "a:id", "a:title", "a:updated", "a:author/a:name") == [
        ADDRESS,
        "Terms monitor",
        "2026-03-02T10:00:00Z",
        "terms-monitor",
    ]
    assert {(link.get("rel"), link.get("href")) for link in root.findall("a:link", ATOM)} == {
        ("self", ADDRESS),
        ("alternate", HOME),
    }
    (entry,) = root.findall("a:entry", ATOM)
    assert texts(entry, "a:id", "a:title", "a:updated", "a:published", "a:content") == [
        ENTRY.id,
        ENTRY.title,
        "2026-03-02T10:00:00Z",
        "2026-03-02T10:00:00Z",
        ENTRY.html,
    ]
    assert [link.get("href") for link in entry.findall("a:link", ATOM)] == [ENTRY.url]
    assert [content.get("type") for content in entry.findall("a:content", ATOM)] == ["html"]
    assert [category.get("term") for category in entry.findall("a:category", ATOM)] == ["acme", "free-amount"]


def test_a_json_feed_has_what_json_feed_wants() -> None:
    """Version, title, addresses, and items with id, time and content, as version 1.1 names them."""
    feed = json.loads(json_feed([ENTRY], "Terms monitor", HOME, ADDRESS))
    assert feed == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Terms monitor",
        "home_page_url": HOME,
        "feed_url": ADDRESS,
        "authors": [{"name": "terms-monitor"}],
        "items": [
            {
                "id": ENTRY.id,
                "url": ENTRY.url,
                "title": ENTRY.title,
                "content_text": ENTRY.text,
                "content_html": ENTRY.html,
                "date_published": "2026-03-02T10:00:00Z",
                "tags": ["acme", "free-amount"],
            }
        ],
    }


def test_a_feed_without_an_address_leaves_it_out() -> None:
    """Without addresses there are no links and no empty keys; the feed's id is then a URN, and stays the same."""
    feed = json.loads(json_feed([], "Terms monitor"))
    assert feed.keys() == {"version", "title", "authors", "items"}
    root = parsed(atom_feed([], "Terms monitor"))
    assert root.findall("a:link", ATOM) == []
    assert root.findtext("a:id", namespaces=ATOM) == entry_id("feed Terms monitor")


def test_an_address_that_a_reader_would_run_is_left_out() -> None:
    """Only web addresses become links."""
    for url in ("javascript:alert(1)", "data:text/html,x", "//a.example", "https://a.example/\x00", "http://[", ""):
        entry = FeedEntry(ENTRY.id, "title", url, NOW, "text")
        assert "url" not in json.loads(json_feed([entry], "t", url, url))["items"][0]
        assert "<link" not in atom_feed([entry], "t", url, url)


@settings(max_examples=150, deadline=None)
@given(entries, anything, anything)
def test_whatever_a_page_says_makes_a_feed(several: list[FeedEntry], title: str, url: str) -> None:
    """Any characters at all make an Atom feed that parses, and a JSON feed that comes back as it was written."""
    root = parsed(atom_feed(several, title, url, url))
    ids = [entry.findtext("a:id", namespaces=ATOM) for entry in root.findall("a:entry", ATOM)]
    assert ids == [entry.id for entry in several]
    feed = json_feed(several, title, url, url).encode()
    back = entries_of(feed)
    assert [(entry.id, entry.at) for entry in back] == [(entry.id, entry.at) for entry in several]
    assert json_feed(back, title, url, url).encode() == feed


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b'{"version": "https://jsonfeed.org/version/1.1"}',
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 1}]}',
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [null]}',
        json_feed([ENTRY], "t").encode()[:-20],
        json_feed([ENTRY], "t").encode().replace(b"2026-03-02T10:00:00Z", b"yesterday"),
        json_feed([ENTRY], "t").encode().replace(b"version/1.1", b"version/2"),
    ],
)
def test_what_is_no_feed_of_ours_is_told(damaged: bytes) -> None:
    """Damage of any kind is one kind of error."""
    with pytest.raises(ValueError):
        entries_of(damaged)


def test_an_entry_stands_once_and_the_newest_first() -> None:
    """An entry takes the place of the one with its id; the oldest make room."""
    several: tuple[FeedEntry, ...] = ()
    for number in (3, 1, 2, 3, 5):
        several = merged(numbered(number), several, 3)
    assert [entry.title for entry in several] == ["5", "3", "2"]


def test_an_id_is_a_urn_and_one_for_a_key() -> None:
    """Readers know an entry by its id: the same key has the same one, another has another."""
    assert entry_id("one") == entry_id("one") != entry_id("two")
    assert entry_id("one").startswith("urn:uuid:")
