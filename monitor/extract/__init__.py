"""Bytes -> the document they show: encoding, furniture, blocks, the form in which texts are compared."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from monitor.charset import decode
from monitor.errors import ReadingError
from monitor.extract import chrome, feed, html, json_document, markdown, pdf, text
from monitor.extract.language import language
from monitor.extract.links import base_of, in_html, in_markdown
from monitor.model import Document, Link, Page, Version
from monitor.normalise import key
from monitor.recipe import recipe

_BINARY = {
    b"PK\x03\x04": "a zip archive",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
}
_READERS = {
    "feed": feed.read,
    "markdown": markdown.read,
    "json": json_document.read,
    "pdf": pdf.read,
    "text": text.read,
}


@dataclass(frozen=True, slots=True)
class Source:
    """A snapshot made ready to be read: its markup without furniture, and a fingerprint of exactly that.

    Where two fingerprints of one recipe agree, what `version` reads is the same, so an unchanged page need not be read.
    """

    kind: str
    markup: str
    fingerprint: str
    recipe: str
    title: str = ""
    language: str = ""
    select: str | None = None
    remove: tuple[str, ...] = ()


def prepare(page: Page, body: bytes, content_type: str = "") -> Source:
    """Make a page's bytes ready to be read. Raises ReadingError where they are no text, or a PDF that cannot be read."""
    kind = _kind(body, content_type)
    markup = pdf.markup(body) if kind == "pdf" else decode(body, content_type)
    if kind != "html":
        return Source(kind, markup, _sha256(markup), recipe(page))
    tree = chrome.parse(markup)
    title, declared = chrome.title(tree), chrome.language(tree)
    chrome.strip(tree)
    if page.select or page.remove:
        whole = (tree if page.select else chrome.cut(tree)).html or ""
        return Source(kind, whole, _sha256(whole), recipe(page), title, declared, page.select, page.remove)
    skeleton = chrome.skeleton(chrome.cut(tree))
    return Source(kind, skeleton, _sha256(skeleton), recipe(page), title, declared)


def version(source: Source) -> Version:
    """The version that a source makes. Raises ReadingError where a selector names nothing, or it is too deep or too big."""
    document = _document(source)
    return Version(document, key(document.blocks), source.fingerprint, source.recipe)


def read(body: bytes, content_type: str = "") -> Document:
    """The document that the bytes show. Raises ReadingError as `prepare` and `version` do."""
    return version(prepare(Page("", "", "other", ""), body, content_type)).document


def links(body: bytes, content_type: str, base: str) -> tuple[Link, ...]:
    """The links of the document that the bytes show, in its order; `base` is the address they came from.

    Only those of the web, made absolute, and none for a kind that has no links. Raises ReadingError as `prepare` does.
    """
    kind = _kind(body, content_type)
    if kind == "markdown":
        return in_markdown(decode(body, content_type), base)
    if kind != "html":
        return ()
    tree = chrome.parse(decode(body, content_type))
    base = base_of(tree, base)
    return in_html(chrome.cut(chrome.strip(tree)), base)


def site_name(body: bytes, content_type: str) -> str:
    """What the site that served the bytes calls itself; empty where it does not say. Raises ReadingError as `prepare` does."""
    if _kind(body, content_type) != "html":
        return ""
    return chrome.site_name(chrome.parse(decode(body, content_type)))


def _document(source: Source) -> Document:
    if source.kind == "html":
        document = html.read(source.markup, source.select, source.remove)
    else:
        document = _READERS[source.kind](source.markup)
    said = language(document.text) or source.language[:2].lower()
    return replace(document, title=source.title or document.title, language=said)


def _kind(body: bytes, content_type: str) -> str:
    """`html` or a key of `_READERS`. What the bytes look like beats what the server calls them."""
    if pdf.looks_like(body):
        return "pdf"
    for magic, name in _BINARY.items():
        if body.startswith(magic):
            raise ReadingError("wrong_type", f"the answer is {name}, not a page of text")
    if feed.looks_like(body):
        return "feed"
    media = content_type.split(";")[0].strip().lower()
    if media in ("text/markdown", "text/x-markdown"):
        return "markdown"
    start = body[:1024].lstrip().lower()
    looks = start.startswith((b"<!doctype html", b"<html", b"<?xml")) or b"<body" in start or b"<head" in start
    if not looks and (media.endswith(("/json", "+json")) or json_document.looks_like(body)):
        return "json"
    return "html" if looks or (media != "text/plain" and (b"<" in start or "html" in media)) else "text"


def _sha256(markup: str) -> str:
    return hashlib.sha256(markup.encode("utf-8", "surrogatepass")).hexdigest()
