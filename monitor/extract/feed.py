"""Feeds -> blocks: RSS, Atom and JSON Feed; each entry is a heading with what it says below it, the newest first.

The order is by the day on which an entry was published, whatever the server's; where an entry names none, the server's holds.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lxml import etree

from monitor.errors import ReadingError
from monitor.extract import chrome, html
from monitor.extract.blocks import Blocks
from monitor.model import Document
from monitor.normalise import visible

_ROOT = re.compile(
    rb"\s*(?:(?:<\?[^>]{0,400}\?>|<!--(?:(?!-->).){0,2000}-->|<!DOCTYPE[^>]{0,400}>)\s*)*"
    rb"<(?:rss\b|rdf:RDF\b|feed\b[^>]{0,1000}(?:2005/Atom|purl\.org/atom))",
    re.I | re.S,
)
_JSON_FEED = re.compile(rb"\s*\{.{0,2000}?\"version\"\s*:\s*\"https?://jsonfeed\.org/version/", re.S)
_WITHIN = 4096
_MOST = 1_000
"""Entries that are read, the newest first; a feed with more is an archive."""
_DECLARED = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
"""The declaration of an encoding, which a text that was decoded has no more use for."""
_BODIES = ("encoded", "content", "description", "summary")
_DAYS = ("pubDate", "published", "date", "issued", "updated", "modified")
_KEYS = ("guid", "id", "link")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>|&(?:#\d{1,7}|\w{2,10});")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry; `body` is HTML, `key` what it is known by."""

    title: str
    body: str
    at: datetime | None
    key: str


class _Entries(Blocks):
    """Blocks of which the headings within an entry stand below the entry's own."""

    def entry(self, title: str) -> None:
        """The heading of an entry."""
        super().heading(title, 2)

    def heading(self, text: str, level: int) -> None:
        """A heading within an entry."""
        super().heading(text, level + 2)


def looks_like(body: bytes) -> bool:
    """Whether the bytes are a feed, whatever they are served as."""
    start = body[:_WITHIN]
    return bool(_ROOT.match(start.removeprefix(b"\xef\xbb\xbf")) or _JSON_FEED.match(start))


def read(markup: str) -> Document:
    """The document that a feed holds. Raises ReadingError `unreadable` where it is none after all."""
    title, entries = _of_json(markup) if markup.lstrip().startswith("{") else _of_xml(markup)
    blocks = _Entries()
    for entry in _newest_first(entries):
        blocks.entry(entry.title)
        html.into(blocks, chrome.strip(chrome.parse(entry.body)).html or "")
    return Document(blocks.done(), title)


def _newest_first(entries: list[_Entry]) -> list[_Entry]:
    """The entries in an order that does not depend on the server's, where that can be; each once."""
    distinct = list({entry.key or f"{number}": entry for number, entry in reversed(list(enumerate(entries)))}.values())
    distinct.reverse()
    if all(entry.at for entry in distinct):
        distinct.sort(key=lambda entry: entry.at or datetime.min.replace(tzinfo=UTC), reverse=True)
    return distinct[:_MOST]


# --- RSS and Atom ---------------------------------------------------------------------------------------------------------


def _of_xml(markup: str) -> tuple[str, list[_Entry]]:
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        root = etree.fromstring(_DECLARED.sub("", markup).encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ReadingError("unreadable", "the feed is no XML that can be read") from error
    if root is None:
        raise ReadingError("unreadable", "the feed holds nothing that can be read")
    head = next((child for child in root if _name(child) == "channel"), root)
    return _title(head), [_entry(each) for each in root.iter() if _name(each) in ("item", "entry")]


def _entry(node: etree._Element) -> _Entry:
    found = _children(node)
    body = next((found[name] for name in _BODIES if name in found), None)
    day = next((text for name in _DAYS if name in found and (text := _text(found[name]))), "")
    key = next(
        (text for name in _KEYS if name in found and (text := _text(found[name]) or found[name].get("href"))), ""
    )
    return _Entry(_title(node), "" if body is None else _html(body), _moment(day), key)


def _children(node: etree._Element) -> dict[str, etree._Element]:
    """The first child of each name, without its namespace."""
    found: dict[str, etree._Element] = {}
    for child in node:
        found.setdefault(_name(child), child)
    return found


def _name(node: etree._Element) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _text(node: etree._Element) -> str:
    return "".join(map(str, node.itertext())).strip()


def _title(node: etree._Element) -> str:
    """A title without the markup that some feeds put into it."""
    title = _children(node).get("title")
    return "" if title is None else _plain(_text(title))


def _plain(text: str) -> str:
    if not _MARKUP.search(text):
        return visible(text)
    tree = chrome.parse(text)
    return visible(tree.body.text() if tree.body else "")


def _html(node: etree._Element) -> str:
    """What an entry says, as HTML: it stands there as elements, as escaped markup, or as plain text."""
    if len(node):
        return str(etree.tostring(node, encoding="unicode", method="html", with_tail=False))
    text = _text(node)
    return text if node.get("type") != "text" and _MARKUP.search(text) else _paragraphs(text)


def _paragraphs(text: str) -> str:
    """Plain text as HTML."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"<p>{part}</p>" for part in re.split(r"\n\s*\n", escaped))


# --- JSON Feed ------------------------------------------------------------------------------------------------------------


def _of_json(markup: str) -> tuple[str, list[_Entry]]:
    try:
        root = json.loads(markup)
        entries = [_json_entry(item) for item in root["items"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ReadingError("unreadable", "the feed is no JSON Feed that can be read") from error
    return _plain(_string(root.get("title"))), entries


def _json_entry(item: dict[str, object]) -> _Entry:
    body = _string(item.get("content_html")) or _paragraphs(
        _string(item.get("content_text")) or _string(item.get("summary"))
    )
    day = _string(item.get("date_published")) or _string(item.get("date_modified"))
    return _Entry(_plain(_string(item.get("title"))), body, _moment(day), _string(item.get("id")))


def _string(value: object) -> str:
    return value.replace("\0", "") if isinstance(value, str) else ""


# --- both -----------------------------------------------------------------------------------------------------------------


def _moment(said: str) -> datetime | None:
    """A time as feeds write it, RFC 822 or ISO 8601; None for anything else."""
    for reading in (datetime.fromisoformat, parsedate_to_datetime):
        with suppress(ValueError, TypeError, IndexError, OverflowError):
            moment = reading(said.strip())
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
