"""What a page at some address is, and how it would be watched: a capture, what is read in it, a watchlist -> a proposal.

Nothing is fetched or written here. What people say themselves (`Wishes`) has the last word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from monitor import extract, naming
from monitor.errors import ReadingError, UsageError
from monitor.meaning.effective import effective
from monitor.meaning.page_types import page_type
from monitor.meaning.understand import understand_document
from monitor.model import OUTCOMES, TOPICS, Capture, Document, Page
from monitor.screen import SHORT, Trouble, screen
from monitor.watchlist import Watchlist
from monitor.watchlist.editing import Entry
from monitor.words import one_line

_BROWSER = frozenset({"thin", "blocked_challenge"})
"""What stands in the document's place that a browser may get past."""
_NOTES = {
    "blocked_wall": "needs a login",
    "thin": "almost no text without a browser",
    "blocked_challenge": "a bot check stood in its place when it was added",
}
_FORBIDDEN = frozenset({401, 403, 407, 429, 503})
"""Statuses whose text may say what is the matter: a bot check, a login."""
_LOGIN = re.compile(r"/(?:log-?in|sign-?in|auth(?:orize)?|sso|passport|account/login)(?:[/?.]|$)", re.I)
_SHELL = re.compile(rb"<script\b", re.I)
_LONGEST = 200
"""Characters of a name or a note; one line, with nothing that YAML has no place for."""
_SHELL_TEXT, _SHELL_MARKUP = 300, 10
"""A shell: at most so many characters of text, in so many times as much markup with scripts."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is not to be guessed; what is empty is."""

    vendor: str = ""
    name: str = ""
    page: str = ""
    type: str = ""
    language: str = ""
    every: str = ""
    select: str = ""
    fetch: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """What was found at an address; `trouble` says why it is not the document. `offers` are the kinds of those that it states."""

    document: Document = field(default_factory=lambda: Document(()))
    trouble: Trouble | None = None
    site_name: str = ""
    clauses: int = 0
    topics: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    effective: date | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A page as it would be watched, and what that rests on."""

    url: str
    entry: Entry
    sight: Sight
    is_new_vendor: bool

    @property
    def trouble(self) -> Trouble | None:
        """Why the document could not be read, if it could not."""
        return self.sight.trouble


def propose(capture: Capture, watchlist: Watchlist, wishes: Wishes) -> Proposal:
    """How the page that was captured would be watched. Raises UsageError where a wish cannot be met."""
    sight = see(capture, wishes.select or None)
    url = capture.url if sight.trouble else capture.final_url or capture.url
    vendor = wishes.vendor or _vendor(watchlist, url) or naming.vendor_slug(naming.host_of(url))
    kind = wishes.type or type_of(url, sight)
    siblings = {page.name: page for page in watchlist.listed if page.vendor == vendor}
    if wishes.page in siblings:
        raise UsageError(f"{vendor}/{wishes.page} is in the watchlist already; name another --page")
    language = wishes.language or sight.document.language
    title = "" if sight.trouble else sight.document.title
    page = wishes.page or _page(naming.page_slug(url, title, vendor, kind), siblings, language)
    keys = tuple(_keys(url, kind, language, sight, wishes))
    name = one_line(wishes.name or naming.vendor_name(vendor, sight.site_name, title), _LONGEST)
    return Proposal(url, Entry(vendor, page, keys, "" if siblings else name), sight, not siblings)


# --- what is there --------------------------------------------------------------------------------------------------------


def see(capture: Capture, select: str | None = None) -> Sight:
    """What a capture shows, read with the selector. Raises UsageError where the selector matches nothing."""
    if capture.outcome != "ok" or capture.body is None:
        return Sight(trouble=_refused(capture))
    try:
        document = _read(capture, capture.body, select)
        site_name = extract.site_name(capture.body, capture.content_type)
    except ReadingError as error:
        return Sight(trouble=Trouble(error.outcome, str(error)))
    return _understood(document, replace(Sight(document, _trouble(capture, document)), site_name=site_name))


def _read(capture: Capture, body: bytes, select: str | None) -> Document:
    source = extract.prepare(Page("", "", "other", capture.url, select=select), body, capture.content_type)
    try:
        return extract.version(source).document
    except ReadingError as error:
        if select and error.outcome == "unreadable":
            raise UsageError(str(error)) from error
        raise


def _refused(capture: Capture) -> Trouble:
    """Why nothing came; of a refusal, what its text says."""
    said = Trouble(capture.outcome, capture.reason or OUTCOMES[capture.outcome])
    if capture.status == 401:
        return Trouble("blocked_wall", said.reason)
    if capture.status in _FORBIDDEN and capture.body:
        try:
            found = screen(extract.read(capture.body, capture.content_type))
        except ReadingError:
            return said
        return found if found and found.outcome in ("blocked_wall", "blocked_challenge") else said
    return said


def _trouble(capture: Capture, document: Document) -> Trouble | None:
    """What stands in the document's place: what the screen says, a way to a login, a page that only scripts would fill."""
    size = len(document.text)
    body = capture.body or b""
    if size <= SHORT and _LOGIN.search(capture.final_url) and not _LOGIN.search(capture.url):
        return Trouble("blocked_wall", f"the page redirects to {capture.final_url}")
    if found := screen(document):
        return found
    if size <= _SHELL_TEXT and len(body) > _SHELL_MARKUP * size and _SHELL.search(body):
        return Trouble("thin", f"the page holds almost no text ({size} characters) without its scripts")
    return None


def _understood(document: Document, sight: Sight) -> Sight:
    understood = understand_document(document)
    topics = Counter(topic for _, reading in understood.clauses for topic in reading.topics)
    day = effective(document)
    return replace(
        sight,
        clauses=len(understood.clauses),
        topics=tuple(sorted(topics, key=lambda topic: (-topics[topic], TOPICS.index(topic)))),
        offers=tuple(offer.kind for offer in understood.offers),
        effective=day.day if day else None,
    )


# --- how it would be watched ----------------------------------------------------------------------------------------------


def _vendor(watchlist: Watchlist, url: str) -> str:
    """The vendor whose pages live there: on the same host, else on the same domain; empty for none."""
    host = naming.host_of(url)
    points: Counter[str] = Counter()
    for page in watchlist.listed:
        other = naming.host_of(page.url)
        if naming.registrable(other) == naming.registrable(host):
            points[page.vendor] += 1_000 if other == host else 1
    return max(points, key=lambda vendor: points[vendor]) if points else ""


def _page(slug: str, siblings: Mapping[str, Page], language: str) -> str:
    """A name that no page of the vendor has; an edition in another language is called by that."""
    is_edition = slug in siblings and siblings[slug].language not in (None, language)
    return naming.unique(slug, siblings, language if is_edition else "")


def type_of(url: str, sight: Sight) -> str:
    """The type of a page by its address and by what was found there; `other` where nothing tells."""
    host = naming.host_of(url)
    place = host.removesuffix(naming.registrable(host)).replace(".", " ")
    blocks = () if sight.trouble else sight.document.blocks
    headings = (block.text for block in blocks if block.kind == "heading")
    return page_type(
        title="" if sight.trouble else sight.document.title,
        address=naming.address_words(url),
        place=place,
        opening=next(headings, ""),
        text="" if sight.trouble else sight.document.text,
        amounts=sight.offers,
    )


def _keys(url: str, kind: str, language: str, sight: Sight, wishes: Wishes) -> Iterator[tuple[str, str | bool]]:
    """The keys of the page's entry, in the order in which they are written."""
    outcome = sight.trouble.outcome if sight.trouble else ""
    yield "type", kind
    yield "url", url
    if wishes.select:
        yield "select", wishes.select
    if fetch := wishes.fetch or ("browser" if outcome in _BROWSER else ""):
        yield "fetch", fetch
    if wishes.every:
        yield "every", wishes.every
    if language and (wishes.language or not sight.trouble):
        yield "language", language
    if sight.trouble and outcome not in _BROWSER:
        yield "enabled", False
    if note := wishes.note or (_note(sight.trouble) if sight.trouble else ""):
        yield "note", one_line(note, _LONGEST)


def _note(trouble: Trouble) -> str:
    """A reminder of why the page is watched in another way than others."""
    return _NOTES.get(trouble.outcome) or f"could not be read when it was added: {trouble.reason}"
