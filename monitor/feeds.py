"""Alerts as feeds: entries -> JSON Feed 1.1 and Atom 1.0, and a JSON feed of ours -> entries."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from monitor.records import Message
from monitor.words import one_line, printable

JSON_FEED = "https://jsonfeed.org/version/1.1"
ATOM = "http://www.w3.org/2005/Atom"
AUTHOR = "terms-monitor"
MOST_TITLE = 200
MOST_TEXT = 20_000
MOST_HTML = 60_000
"""Characters of an entry's texts; HTML that is longer is left out, since cut it would be broken."""
EMPTY_SINCE = datetime(1970, 1, 1, tzinfo=UTC)

_BODY = re.compile(r"<body[^>]*>(.*)</body>", re.S)
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One alert in a feed. `id` is a URN, `url` the page that it is about, `html` a fragment, empty where there is none."""

    id: str
    title: str
    url: str
    at: datetime
    text: str
    html: str = ""
    tags: tuple[str, ...] = ()


def entry_id(key: str) -> str:
    """The URN of the alert with this key: the same in every feed and for every attempt."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"terms-monitor:{_clean(key)}").urn


def entry_of(message: Message) -> FeedEntry:
    """A message as an entry: the same for every attempt to send it."""
    body = _BODY.search(message.html)
    html = (body[1] if body else message.html).strip()
    return FeedEntry(
        entry_id(message.key),
        one_line(message.subject, MOST_TITLE),
        message.url,
        message.at,
        printable(message.text[:MOST_TEXT]),
        printable(html) if len(html) <= MOST_HTML else "",
        (*message.vendors, *message.topics),
    )


def merged(entry: FeedEntry, entries: Iterable[FeedEntry], most: int) -> tuple[FeedEntry, ...]:
    """The newest `most` entries with this one among them, in place of the one that has its id."""
    others = (other for other in entries if other.id != entry.id)
    return tuple(sorted((entry, *others), key=lambda each: each.at, reverse=True)[:most])


def json_feed(entries: Sequence[FeedEntry], title: str, home: str = "", feed_url: str = "") -> str:
    """The entries as a JSON Feed; `home` and `feed_url` are left out where they are no web addresses."""
    addresses = {"home_page_url": _web(home), "feed_url": _web(feed_url)}
    feed: dict[str, object] = {"version": JSON_FEED, "title": _clean(title)}
    feed |= {name: address for name, address in addresses.items() if address}
    feed |= {"authors": [{"name": AUTHOR}], "items": [_item(entry) for entry in entries]}
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def entries_of(feed: str | bytes) -> tuple[FeedEntry, ...]:
    """The entries of a JSON feed as `json_feed` writes it. Raises ValueError for anything else."""
    try:
        read = json.loads(feed)
        if read["version"] != JSON_FEED:
            raise ValueError("another version of JSON Feed")
        return tuple(map(_entry, read["items"]))
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("not a feed of ours") from error


def atom_feed(entries: Sequence[FeedEntry], title: str, home: str = "", feed_url: str = "") -> str:
    """The entries as an Atom feed, with the same ids; characters that XML cannot hold become U+FFFD."""
    feed = Element("feed", xmlns=ATOM)
    _add(feed, "id", _web(feed_url) or entry_id(f"feed {title}"))
    _add(feed, "title", title)
    _add(feed, "updated", _time(max((entry.at for entry in entries), default=EMPTY_SINCE)))
    _add(SubElement(feed, "author"), "name", AUTHOR)
    _link(feed, "self", feed_url)
    _link(feed, "alternate", home)
    for entry in entries:
        _add_entry(feed, entry)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed, encoding="unicode") + "\n"


def _item(entry: FeedEntry) -> dict[str, object]:
    item: dict[str, object] = {"id": _clean(entry.id), "title": _clean(entry.title), "content_text": _clean(entry.text)}
    optional = {"url": _web(entry.url), "content_html": _clean(entry.html)}
    item |= {name: value for name, value in optional.items() if value}
    return item | {"date_published": _time(entry.at), "tags": [_clean(tag) for tag in entry.tags]}


def _entry(item: dict[str, object]) -> FeedEntry:
    texts = [item["id"], item["title"], item["date_published"], item["content_text"]]
    id_, title, at, text = (_text(value) for value in texts)
    url, html = _text(item.get("url", "")), _text(item.get("content_html", ""))
    tags = item["tags"]
    if not isinstance(tags, list):
        raise TypeError("tags are a list")
    return FeedEntry(id_, title, url, datetime.fromisoformat(at).astimezone(UTC), text, html, tuple(map(_text, tags)))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    return value


def _add_entry(feed: Element, entry: FeedEntry) -> None:
    element = SubElement(feed, "entry")
    _add(element, "id", entry.id)
    _add(element, "title", entry.title)
    _add(element, "updated", _time(entry.at))
    _add(element, "published", _time(entry.at))
    _link(element, "alternate", entry.url)
    for tag in entry.tags:
        SubElement(element, "category", term=_clean(tag))
    _add(element, "content", entry.html or entry.text, type="html" if entry.html else "text")


def _add(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = _clean(text)


def _link(parent: Element, relation: str, url: str) -> None:
    if address := _web(url):
        SubElement(parent, "link", rel=relation, href=address)


def _web(url: str) -> str:
    """The address, if it is one that a reader may follow: a `javascript:` would run there."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    sound = parts.scheme in ("http", "https") and parts.netloc and url.isprintable() and " " not in url
    return url if sound else ""


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text.replace("\r\n", "\n"))


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
