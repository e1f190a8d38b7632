"""WARC and WACZ files: the answers that they hold of pages, as captures.

A file is gone through for the addresses of the pages; then for those to which these redirect, and for the bytes that a record
says are the same as an earlier one's. A record is read again, and its digests are proved, when its turn comes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urljoin, urlsplit

from monitor.answer import Answer, Limits, judge
from monitor.answer.decode import decode
from monitor.errors import LostCapture, ReadingError, UsageError
from monitor.history import wacz
from monitor.history.recorded import Skipped
from monitor.model import Capture, Hop, Page

if TYPE_CHECKING:
    from monitor.history.warc_records import Block, Found

_MISSING = 'WARC files are read with warcio; install the extra: pip install "terms-monitor[warc]"'
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TOGETHER = timedelta(days=1)
"""A redirect and the answer where it leads are of one visit if no more lies between them."""
_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record is: the file, of a packed WACZ the member that has to be unpacked on the way, and the byte."""

    file: Path
    member: str
    offset: int

    def read(self) -> Block:
        """The record there."""
        with wacz.opened(self.file, self.member) as file:
            file.seek(self.offset)
            block: Block = _records().read(file)
            return block


@dataclass(frozen=True, slots=True)
class Entry:
    """A record that may be a capture: where it is, what its head says, and of which time it is."""

    place: Place
    found: Found
    at: datetime


@dataclass(frozen=True, slots=True)
class Archived:
    """A capture in a file: the record that was the answer, the one that has its bytes, and the redirects that led there."""

    page: Page
    at: datetime
    url: str
    answer: Entry
    content: Entry | None
    hops: tuple[Hop, ...] = ()
    technical: bool = False

    def capture(self) -> Capture:
        """The capture, with its bytes. Raises LostCapture where the record is not what it was."""
        if self.content is None:
            return Capture(
                self.at, self.url, "not_modified", final_url=self.answer.found.url, status=304, hops=self.hops
            )
        block = self.content.place.read()
        if self.content.found.kind == "resource":
            typed = Answer(
                self.answer.found.url, 200, (("Content-Type", block.content_type),), wire=block.wire, fault=block.fault
            )
            return replace(judge(typed, self.url, self.at, _LIMITS), status=None, headers=())
        capture = judge(_answer(self.answer.found.url, block), self.url, self.at, _LIMITS)
        own = block.headers if self.answer is self.content else self.answer.place.read().headers
        return replace(capture, headers=own or block.headers, hops=self.hops)


def _answer(url: str, block: Block) -> Answer:
    """An answer as a server would have sent it: crawlers that store a body unpacked often keep the header that it was packed."""
    headers = block.headers
    packed = ", ".join(value for name, value in headers if name.lower() == "content-encoding")
    try:
        decode(block.wire, packed, _LIMITS)
    except ReadingError as error:
        if error.outcome == "bad_encoding" and _is_text(block.wire):
            headers = tuple(header for header in headers if header[0].lower() != "content-encoding")
    status = block.status or 0
    return Answer(url, status, headers, conditional=status == 304, wire=block.wire, fault=block.fault)


def _is_text(body: bytes) -> bool:
    with suppress(UnicodeDecodeError):
        body.decode("utf-8")
        return True
    return False


def address(url: str) -> str:
    """An address without what makes it no other page: scheme, usual port, letter case of the host, slash at the end, fragment.

    >>> address("HTTP://Acme.example:80/Terms/#top") == address("https://acme.example/Terms")
    True
    """
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").rstrip(".")
    with suppress(ValueError):  # an impossible port
        host += f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    path = quote(unquote(parts.path), safe="/%:@!$&'()*+,;=~-._").rstrip("/")
    return host + path + (f"?{parts.query}" if parts.query else "")


def load(files: Sequence[Path], pages: Mapping[str, Page]) -> tuple[dict[str, tuple[Archived, ...]], list[Skipped]]:
    """The captures of pages, given by `address`, that the files hold, by page and in the order of time; and what is left out.

    Raises UsageError for a file that is none, or where warcio is not installed.
    """
    _records()
    skipped: list[Skipped] = []
    shelf = _Shelf(files, skipped)
    shelf.look(frozenset(pages))
    made: dict[str, list[Archived]] = defaultdict(list)
    for entry in shelf.entries(frozenset(pages)):
        page = pages[address(entry.found.url)]
        if (one := _archived(page, entry, shelf, skipped)) is not None:
            made[page.key].append(one)
    return {key: tuple(sorted(some, key=lambda each: each.at)) for key, some in sorted(made.items())}, skipped


class _Shelf:
    """What was found in the files so far: by address, and by the digest of the payload."""

    def __init__(self, files: Sequence[Path], skipped: list[Skipped]) -> None:
        self._sources = [source for file in files for source in wacz.sources(file, skipped)]
        self._skipped = skipped
        self._by_address: dict[str, list[Entry]] = defaultdict(list)
        self._by_digest: dict[str, Entry] = {}
        self._seen: set[str] = set()

    def look(self, wanted: frozenset[str]) -> None:
        """Go through the files for addresses, for those to which they redirect, and for the bytes that revisits repeat."""
        digests: frozenset[str] = frozenset()
        for visit in range(_LIMITS.redirects + 2):
            self._go_through(wanted, digests, first=visit == 0)
            self._seen |= wanted
            wanted = frozenset(self._led_to()) - self._seen
            digests = frozenset(self._repeated()) - self._by_digest.keys()
            if not wanted and not digests:
                return

    def _go_through(self, wanted: frozenset[str], digests: frozenset[str], *, first: bool) -> None:
        for source in self._sources:
            try:
                with source.opened() as file:
                    for found in _records().scan(file):
                        self._take(found, Place(source.file, *source.place(found.offset)), wanted, digests)
            except LostCapture as error:
                if first:
                    self._skipped.append(Skipped(source.name, str(error)))

    def _take(self, found: Found, place: Place, wanted: frozenset[str], digests: frozenset[str]) -> None:
        if found.kind not in ("response", "resource", "revisit") or not found.url.startswith(("http://", "https://")):
            return
        if (key := address(found.url)) not in wanted and found.digest not in digests:
            return
        at = _instant(found.date)
        if at is None:
            self._skipped.append(
                Skipped(f"{place.file.name}, byte {found.offset:,}", f"its date is none: {found.date!r}")
            )
            return
        entry = Entry(place, found, at)
        if key in wanted:
            self._by_address[key].append(entry)
        if found.digest and found.kind == "response":
            self._by_digest.setdefault(found.digest, entry)

    def _led_to(self) -> Iterator[str]:
        every = (entry.found for some in self._by_address.values() for entry in some)
        return (
            address(urljoin(found.url, found.location))
            for found in every
            if found.status in _REDIRECTS and found.location
        )

    def _repeated(self) -> Iterator[str]:
        every = (entry.found for some in self._by_address.values() for entry in some)
        return (found.digest for found in every if found.kind == "revisit" and found.digest)

    def entries(self, wanted: frozenset[str]) -> list[Entry]:
        """What was found at some addresses."""
        return [entry for key in sorted(wanted) for entry in self._by_address.get(key, ())]

    def next(self, entry: Entry) -> Entry | None:
        """The answer where a redirect led: the first one there from then on."""
        there = self._by_address.get(address(urljoin(entry.found.url, entry.found.location)), ())
        later = (each for each in there if entry.at <= each.at <= entry.at + _TOGETHER and each is not entry)
        return min(later, key=lambda each: each.at, default=None)

    def repeated_by(self, entry: Entry) -> Entry | None:
        """The record that has the bytes which a revisit repeats: by its digest, or by the capture that it names."""
        if found := self._by_digest.get(entry.found.digest):
            return found
        there = self._by_address.get(address(entry.found.refers_to), ()) if entry.found.refers_to else ()
        when = _instant(entry.found.refers_at)
        return next((each for each in there if each.found.kind == "response" and each.at == when), None)


def _archived(page: Page, entry: Entry, shelf: _Shelf, skipped: list[Skipped]) -> Archived | None:
    """The capture that a record is, once its redirects are followed; None where one of them leads to the page itself."""
    name = f"{entry.found.url} at {entry.at:%Y-%m-%dT%H:%M:%SZ}"
    answer, hops = entry, list[Hop]()
    while answer.found.status in _REDIRECTS and answer.found.location and answer.found.kind != "resource":
        hops.append(Hop(answer.found.url, answer.found.status or 0))
        target = urljoin(answer.found.url, answer.found.location)
        following = shelf.next(answer)
        if len(hops) > _LIMITS.redirects:
            skipped.append(Skipped(name, f"it redirects more than {_LIMITS.redirects} times"))
            return None
        if following is None:
            skipped.append(Skipped(name, f"it redirects to {target}, which the files do not hold"))
            return None
        if address(following.found.url) == address(entry.found.url):
            return None  # from http to https, or so: what it leads to is a capture of the page by itself
        answer = following
    content: Entry | None = answer
    if answer.found.kind == "revisit":
        content = shelf.repeated_by(answer)
        if content is None and "not-modified" not in answer.found.profile:
            skipped.append(Skipped(name, "it repeats an earlier answer, which the files do not hold"))
            return None
    return Archived(page, entry.at, entry.found.url, answer, content, tuple(hops))


def _instant(text: str) -> datetime | None:
    with suppress(ValueError):
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    return None


def _records() -> ModuleType:
    """What reads records, which needs warcio."""
    try:
        return import_module("monitor.history.warc_records")
    except ImportError as error:
        raise UsageError(_MISSING) from error
