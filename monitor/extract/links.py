"""The links of a document: the words that carry each, and the address that it leads to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from monitor.extract.markdown import inline
from monitor.model import Link
from monitor.normalise import visible

_MOST = 2_000
"""Links of one page that are read; a document that has more of them is a list of links."""
_LONGEST_TEXT, _LONGEST_URL = 300, 2_000
_MARKDOWN = re.compile(
    r"(?<![!\\])\[((?:!\[[^\[\]]{0,500}\]\([^()\s]{0,2000}\)|[^\[\]\\]|\\.){0,2000})\]"
    r"\(\s{0,9}<?((?:[^()\s<>\\]|\\.|\([^()\s]{0,500}\)){1,2000})>?(?:\s{1,9}[\"'(][^\"'()]{0,500}[\"')])?\s{0,9}\)"
    r"|<(https?://[^<>\s]{1,2000})>"
)
_HALF = re.compile(r"\s*https?:/*\s*", re.I)
"""A scheme without an address, which Python would take for the page itself."""
_ESCAPE = re.compile(r"\\([\\()_*~&#.-])")


def base_of(tree: LexborHTMLParser, address: str) -> str:
    """The address against which a page resolves its links: the one it names itself, else its own."""
    node = tree.css_first("base[href]")
    return _joined(address, node.attributes.get("href") or "") or address if node else address


def in_html(tree: LexborHTMLParser, base: str) -> tuple[Link, ...]:
    """The links of a tree whose furniture is cut, in its order."""
    nodes = tree.css("a[href]")
    return _links(((node.text(deep=True) or "", node.attributes.get("href") or "") for node in nodes), base)


def in_markdown(text: str, base: str) -> tuple[Link, ...]:
    """The links of a Markdown text, in its order."""
    found = ((link[1] or link[3] or "", link[2] or link[3] or "") for link in _MARKDOWN.finditer(text))
    return _links(((inline(words), _ESCAPE.sub(r"\1", target)) for words, target in found), base)


def _links(found: Iterable[tuple[str, str]], base: str) -> tuple[Link, ...]:
    return tuple(islice(_sound(found, base), _MOST))


def _sound(found: Iterable[tuple[str, str]], base: str) -> Iterator[Link]:
    """The links that carry words and lead to another page of the web."""
    for words, target in found:
        text = visible(words)
        jumps = not target.strip() or target.strip().startswith("#")
        if 0 < len(text) <= _LONGEST_TEXT and not jumps and (url := _joined(base, target)):
            yield Link(text, url)


def _joined(base: str, target: str) -> str:
    """The absolute address of a link; empty where it is none of the web, or names a user: one host dressed as another."""
    if len(target) > _LONGEST_URL or _HALF.fullmatch(target):
        return ""
    try:
        url = urljoin(base, target.strip().replace(" ", "%20"))
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:  # a half address such as "http://[1"
        return ""
    return url if sound and len(url) <= _LONGEST_URL and url.isprintable() else ""
