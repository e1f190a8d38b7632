"""Feeds as documents: entries under their headings, in an order that is not the server's. All feeds are invented."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ReadingError
from monitor.extract import read
from monitor.feeds import FeedEntry, atom_feed, json_feed
from monitor.model import Block, Document

ITEMS = (
    """<item><title>Free &amp; fair: new limits</title><pubDate>Tue, 03 Mar 2026 09:00:00 GMT</pubDate><guid>3</guid>
    <description>Older words</description>
    <content:encoded><![CDATA[<h2>What changes</h2>
    <p>Up to 50 free requests a day.</p><ul><li>No card</li></ul>]]></content:encoded></item>""",
    """<item><title>Retention</title><pubDate>Mon, 2 Feb 2026 09:00:00 +0100</pubDate><guid>2</guid>
    <description>We keep chats for 30 days. &lt;b&gt;No longer.&lt;/b&gt;</description></item>""",
    """<item><title>Hello</title><dc:date>2026-01-05T09:00:00Z</dc:date><link>https://northwind.example/hello</link>
    <description>First post, 5 &lt; 6.</description></item>""",
)
NAMES = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'


def rss(*items: str, head: str = '<?xml version="1.0" encoding="utf-8"?>\n') -> bytes:
    return f'{head}<rss version="2.0" {NAMES}><channel><title>Northwind news</title>{"".join(items)}</channel></rss>'.encode()


def told(document: Document) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(block.kind, block.text, block.trail) for block in document.blocks]


def headings(data: bytes) -> list[str]:
    return [block.text for block in read(data).blocks if block.kind == "heading" and block.level == 2]


def test_an_entry_is_a_heading_with_what_it_says() -> None:
    """Of an entry the whole text is read, as HTML, escaped or plain; its own headings stand below the entry's."""
    document = read(rss(*ITEMS), "application/rss+xml")
    assert document.title == "Northwind news"
    assert told(document) == [
        ("heading", "Free & fair: new limits", ()),
        ("heading", "What changes", ("Free & fair: new limits",)),
        ("paragraph", "Up to 50 free requests a day.", ("Free & fair: new limits", "What changes")),
        ("item", "No card", ("Free & fair: new limits", "What changes")),
        ("heading", "Retention", ()),
        ("paragraph", "We keep chats for 30 days. No longer.", ("Retention",)),
        ("heading", "Hello", ()),
        ("paragraph", "First post, 5 < 6.", ("Hello",)),
    ]


@pytest.mark.parametrize("order", tuple(permutations(range(3))))
def test_the_order_is_not_the_servers(order: tuple[int, ...]) -> None:
    """Whatever order entries come in, the document is the same, the newest first."""
    assert read(rss(*(ITEMS[place] for place in order))) == read(rss(*ITEMS))


def test_an_entry_that_stands_twice_is_read_once() -> None:
    """By what it is known by: an edit of it may be served beside the old one."""
    assert headings(rss(*ITEMS, ITEMS[1].replace("Retention", "Older edition"))) == headings(rss(*ITEMS))


def test_without_a_day_the_servers_order_holds() -> None:
    """Where one entry names no day, no order is made up."""
    undated = "<item><title>Undated</title><description>Some words.</description></item>"
    assert headings(rss(ITEMS[2], undated, ITEMS[0])) == ["Hello", "Undated", "Free & fair: new limits"]


ATOM = """\
<?xml version="1.0"?>
<!-- made by hand --><!-- twice -->
<feed xml:lang="en" xmlns="http://www.w3.org/2005/Atom"><title type="html">Northwind &lt;b&gt;news&lt;/b&gt;</title>
<updated>2026-03-03T09:00:00Z</updated>
<entry><id>urn:1</id><title>One</title><updated>2026-03-01T09:00:00Z</updated><published>2026-01-01T09:00:00Z</published>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>We do not train on <b>your</b> chats.</p></div></content></entry>
<entry><id>urn:2</id><title>Two</title>
<updated>2026-02-01T09:00:00Z</updated><summary type="text">Less than &lt;b&gt; is text.</summary></entry>
</feed>
"""


def test_atom_is_read() -> None:
    """XHTML, text and titles with markup; by the day of publication, not of the last edit."""
    document = read(ATOM.encode(), "text/xml")
    assert document.title == "Northwind news"
    assert [text for kind, text, _ in told(document) if kind != "heading"] == [
        "Less than <b> is text.", "We do not train on your chats.",
    ]  # fmt: skip
    assert headings(ATOM.encode()) == ["Two", "One"]


def test_rss_1_is_read() -> None:
    """Its items stand beside the channel."""
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        "<channel><title>News</title></channel><item><title>Terms</title><description>We keep it.</description></item></rdf:RDF>"
    )
    document = read(rdf.encode())
    assert (document.title, [block.text for block in document.blocks]) == ("News", ["Terms", "We keep it."])


def test_our_own_feeds_are_read_alike() -> None:
    """A JSON Feed and the Atom feed of the same entries are the same document."""
    at = datetime(2026, 3, 2, tzinfo=UTC)
    entries = (
        FeedEntry("urn:a", "They train now", "https://a.example/", at, "Text.", "<p>They <b>train</b> now.</p>"),
    )
    as_json = read(json_feed(entries, "Terms").encode(), "application/feed+json")
    assert as_json == read(atom_feed(entries, "Terms").encode())
    assert [block.text for block in as_json.blocks] == ["They train now", "They train now."]


def test_other_json_stays_json() -> None:
    """A version alone makes no feed."""
    assert told(read(json.dumps({"version": "2", "items": 3}).encode(), "application/json"))[0][1] == "version: 2"


def test_xml_that_is_no_feed_is_read_as_a_page() -> None:
    """XHTML begins with the same declaration."""
    page = b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>We keep your chats.</p></body></html>'
    assert read(page).blocks == (Block("paragraph", "We keep your chats."),)


def test_what_is_broken_is_read_as_far_as_it_goes() -> None:
    """Entities that XML lacks, a tag that is not closed, another encoding declared, an end that is missing."""
    damaged = ITEMS[1].replace("chats", "chats&nbsp;and&copy; files <br>")
    assert "Retention" in headings(rss(damaged, head='<?xml version="1.0" encoding="gb2312"?>'))
    assert headings(rss(*ITEMS)[:-60])[0] == "Free & fair: new limits"


@pytest.mark.parametrize("items", ['"items": [3]', '"title": "News"', '"items": {"a": "b"}', '"items": [{'])
def test_what_is_no_feed_after_all_is_said(items: str) -> None:
    """The beginning of a JSON Feed alone is none."""
    with pytest.raises(ReadingError, match="the feed"):
        read(f'{{"version": "https://jsonfeed.org/version/1.1", {items}}}'.encode(), "application/feed+json")


@pytest.mark.parametrize("data", [b"<rss", b"<rss version='2.0'><channel><title>News</title></channel></rss>"])
def test_a_feed_without_entries_says_nothing(data: bytes) -> None:
    """It holds no document, and whoever looks at it finds it empty."""
    assert read(data, "application/rss+xml").blocks == ()


def test_nothing_outside_is_opened() -> None:
    """Entities that name files or stand for gigabytes are not followed."""
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 20 if n else "ha" * 20}">' for n in range(9))
    head = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd">{bomb}]>'
    began = time.process_time()
    items = rss(ITEMS[0], "<item><title>A &f; &e8;</title></item>", head="")
    text = read(head.encode() + items, "application/rss+xml").text
    assert "root:" not in text and len(text) < 10_000 and time.process_time() - began < 2


@given(st.text(max_size=60), st.text(max_size=200))
def test_no_text_of_an_entry_is_too_odd(title: str, body: str) -> None:
    """Whatever an entry says, it is read, and what is plain stays so."""

    def clean(text: str) -> str:
        return "".join(c for c in text if c.isprintable() and c not in "<&>")

    item = f"<item><title>x{clean(title)}</title><description>y{clean(body)}</description></item>"
    assert read(rss(item)).blocks[0].text.startswith("x")


@pytest.mark.parametrize("start", [b"<!---->" * 600, b"<?x ?>" * 600, b" " * 4000, b"<!--" * 1000, b'{"a": ' * 600])
def test_a_long_beginning_takes_no_long_time(start: bytes) -> None:
    """Whether it is a feed is seen at once."""
    began = time.process_time()
    for end in (b"", b"<rss><channel></channel></rss>"):
        with suppress(ReadingError):
            read(start + end, "text/html")
    assert time.process_time() - began < 2


def test_of_a_very_long_feed_the_newest_are_read() -> None:
    """An archive of everything that was ever said is no news."""
    items = (
        f"<item><title>Entry {n}</title><guid>{n}</guid><pubDate>{1900 + n % 100}-01-01T00:00:00Z</pubDate></item>"
        for n in range(1500)
    )
    assert len(headings(rss(*items))) == 1000
