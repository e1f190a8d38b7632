"""Check a page: fetch, screen, read, compare, decide, record. Calls things in order, and never decides.

page -> fetch -> capture -> prepare -> fingerprint the same? -> unchanged
                   |          -> version -> screen -> unreadable | first | key the same? -> unchanged | changed
                   -> no document -> unanswered
                                                                          every outcome -> archive.record
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitor import decide, extract
from monitor.archive import Archive, Recorded
from monitor.errors import ReadingError
from monitor.extract.screen import Trouble, screen
from monitor.fetch import Fetcher
from monitor.model import Capture, Outcome, Page, Rule


class Clock(Protocol):
    """Says what time it is, aware and in UTC."""

    def __call__(self) -> datetime: ...


class Recording(Protocol):
    """A capture recorded elsewhere; its bytes are read when its turn comes."""

    @property
    def page(self) -> Page: ...

    @property
    def at(self) -> datetime: ...

    def capture(self) -> Capture: ...


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of one page came to."""

    page: Page
    outcome: Outcome
    recorded: Recorded


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an outcome rests on beside the page: the rules of who is told, and the language of what is said."""

    rules: tuple[Rule, ...] = ()
    language: str = "en"


def check(
    pages: Iterable[Page], archive: Archive, fetcher: Fetcher, judgement: Judgement, clock: Clock
) -> Iterator[Checked]:
    """Check each page once, now. A page that fails is an outcome like any other; the next page is checked all the same."""
    for page in pages:
        now = clock()
        reread(page, archive, judgement, now)
        known = archive.known(page, now)
        capture = fetcher.fetch(page.url, known.validators, now, language=page.language)
        yield take(page, capture, archive, judgement)


def due(pages: Iterable[Page], archive: Archive, now: datetime) -> tuple[Page, ...]:
    """The pages whose turn it is, and those never checked."""
    later = {
        f"{state.vendor}/{state.page}" for state in archive.pages() if state.next_check_at and state.next_check_at > now
    }
    return tuple(page for page in pages if page.key not in later)


def take_recorded(recorded: Iterable[Recording], archive: Archive, judgement: Judgement) -> Iterator[bool]:
    """Take captures of one page that were recorded elsewhere, in the order of their time; those already taken are left.

    Says of each whether it was taken. Nothing is owed to anybody for the past.
    """
    taken: frozenset[datetime] | None = None
    for each in recorded:
        taken = archive.captured(each.page) if taken is None else taken
        if each.at in taken:
            yield False
            continue
        take(each.page, each.capture(), archive, judgement)
        yield True


def take(page: Page, capture: Capture, archive: Archive, judgement: Judgement) -> Checked:
    """Take a capture into the archive, however it was come by."""
    outcome = settle(page, capture, archive, judgement)
    return Checked(page, outcome, archive.record(page, outcome))


def settle(page: Page, capture: Capture, archive: Archive, judgement: Judgement) -> Outcome:
    """What a capture comes to, given what the archive knows of its page."""
    known = archive.known(page, capture.at)
    if capture.outcome != "ok" or capture.body is None:
        return decide.unanswered(page, capture, known)
    try:
        source = extract.prepare(page, capture.body, capture.content_type)
        if (source.fingerprint, source.recipe) == (known.fingerprint, known.edition):
            return decide.unchanged(page, capture, known)
        version = extract.version(source)
    except ReadingError as error:
        return decide.unreadable(page, capture, known, Trouble(error.outcome, str(error)), "")
    trouble = screen(
        version.document, size_before=known.size, language_before=known.language, expected_language=page.language
    )
    if trouble and not decide.persists(trouble, known, capture.at):
        return decide.unreadable(page, capture, known, trouble, version.key)
    if known.version_id is None:
        return decide.first(page, capture, known, version)
    if version.key == known.key:
        return decide.unchanged(page, capture, known)
    before = archive.document(known.version_id)
    return decide.changed(page, capture, known, before, version, judgement.rules, judgement.language)


def reread(page: Page, archive: Archive, judgement: Judgement, now: datetime) -> Recorded | None:
    """Read a page's last snapshot again if the way of reading has changed since; what differs by that alone is no news."""
    known = archive.known(page, now)
    if known.version_id is None or known.edition == extract.recipe(page):
        return None
    found = archive.last_snapshot(page)
    if found is None:
        return None
    record, body, content_type = found
    try:
        version = extract.version(extract.prepare(page, body, content_type))
    except ReadingError:
        return None
    capture = Capture(at=now, url=record.url, outcome="not_modified", reason="read again", content_type=content_type)
    return archive.record(page, decide.technical(page, capture, known, version))
