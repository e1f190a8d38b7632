"""Check a page: fetch, screen, read, compare, decide, record. Calls things in order, and never decides.

page -> fetch -> capture -> prepare -> fingerprint the same? -> unchanged
                   |          -> version -> screen -> unreadable | first | key the same? -> unchanged | changed
                   -> no document -> unanswered
                                                                          every outcome -> archive.record
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from monitor import decide, reading
from monitor.apart import Run, here
from monitor.archive import Archive, Recorded
from monitor.errors import ArchiveError, DamagedRecord, ReadingError
from monitor.fetch import Fetcher
from monitor.history.recorded import Ahead
from monitor.model import Capture, Known, Outcome, Override, Page, Reminder, Rule, Settled, Validators, Version
from monitor.reading import Read
from monitor.recipe import recipe
from monitor.screen import Trouble, screen

_log = logging.getLogger("monitor.pipeline")


class Clock(Protocol):
    """Says what time it is, aware and in UTC."""

    def __call__(self) -> datetime: ...


class Visitor(Fetcher, Protocol):
    """A fetcher that may bring a login along: that of the vendor `profile`, if it is not empty."""

    @property
    def profile(self) -> str: ...


class Way(Protocol):
    """Says how a page is fetched, given what is known of it."""

    def __call__(self, page: Page, known: Known, /) -> Visitor: ...


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of one page came to."""

    page: Page
    outcome: Outcome
    recorded: Recorded


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an outcome rests on beside the page: the rules of who is told, the language of what is said, what matters otherwise
    than the program says, and when those are reminded who were told of what takes effect later; with None nobody is."""

    rules: tuple[Rule, ...] = ()
    language: str = "en"
    overrides: tuple[Override, ...] = ()
    reminder: Reminder | None = None


@dataclass(frozen=True, slots=True)
class SecondLook:
    """How a change is made sure of before it is told: the page is fetched again, `seconds` later; `pause` lets them pass."""

    seconds: float
    pause: Callable[[float], object]


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look at a page came to, not yet recorded: an outcome for each fetch, that of the page first."""

    page: Page
    outcomes: tuple[Outcome, ...]


def check(
    pages: Iterable[Page],
    archive: Archive,
    way: Way,
    judgement: Judgement,
    clock: Clock,
    second_look: SecondLook | None = None,
) -> Iterator[Checked]:
    """Check each page once, now. A page that fails is an outcome like any other; the next page is checked all the same.

    With a second look, a change that would be told is confirmed first; without, one fetch is believed.
    """
    for page in pages:
        yield record(look(page, archive, way, judgement, clock, second_look), archive)


def look(
    page: Page,
    archive: Archive,
    way: Way,
    judgement: Judgement,
    clock: Clock,
    second_look: SecondLook | None = None,
    run: Run = here,
) -> Looked:
    """Look at a page, once or, to make sure, twice. Nothing is recorded but how its last snapshot reads now.

    What has to be read is read and judged where `run` does it. Most pages come as they came last, and are not read at all.
    """
    now = clock()
    known = reread(page, archive, archive.known(page, now), now, run)
    fetcher = way(page, known)

    def seen(by: Visitor, validators: Validators, at: datetime) -> Outcome:
        capture = by.fetch(page.url, validators, at, language=page.language)
        outcome = settle(page, capture, known, archive, judgement, run=run)
        return decide.without_login(outcome, by.profile)

    outcome = seen(fetcher, known.validators, now)
    if page.fetch == "auto" and not known.needs_browser and _asks_for_browser(outcome):
        browser = way(page, replace(known, needs_browser=True))
        if browser.profile or outcome.capture.outcome != "blocked_wall":  # a browser alone opens no wall
            fetcher = browser
            outcome = decide.through_browser(outcome, seen(fetcher, Validators(), clock()))
    if second_look is None or not decide.doubtful(outcome, known):
        return dated(page, judgement, _seen_once(outcome, known, archive), run=run)
    second_look.pause(second_look.seconds)
    confirmed = decide.confirmed(outcome, seen(fetcher, Validators(), clock()), known)
    return dated(page, judgement, *confirmed, run=run)


def _asks_for_browser(outcome: Outcome) -> bool:
    """Whether a page came without its text, which a script is to put there, or asks for a login."""
    body, came = outcome.capture.body or b"", outcome.capture.outcome
    return (came == "thin" and b"<script" in body.lower()) or came == "blocked_wall"


def dated(page: Page, judgement: Judgement, first: Outcome, *others: Outcome, run: Run = here) -> Looked:
    """What a look at a page came to; if its text says when it takes effect, the page is looked at then, and people reminded."""
    day = None
    if first.version:
        with suppress(ReadingError), guarded(page):  # then the page is looked at no sooner
            said = run(reading.takes_effect, first.version.document)
            day = said.day if said else None
    return Looked(page, (decide.taking_effect(page, first, day, judgement.reminder), *others))


def record(looked: Looked, archive: Archive) -> Checked:
    """Write down what a look came to: of each fetch a check, in the order in which they were made."""
    first, *others = looked.outcomes
    checked = Checked(looked.page, first, archive.record(looked.page, first))
    for outcome in others:
        archive.record(looked.page, outcome)
    return checked


def due(pages: Iterable[Page], archive: Archive, now: datetime) -> tuple[Page, ...]:
    """The pages whose turn it is, and those never checked at their address.

    Also those of a turn so far ahead that a clock must have been wrong.
    """
    later = archive.later(now)

    def waits(page: Page) -> bool:
        at, url = later.get(page.key, (now, ""))
        return url == page.url and not decide.too_far(page, at, now)

    return tuple(page for page in pages if not waits(page))


def take(
    page: Page, capture: Capture, archive: Archive, judgement: Judgement, recorded: Ahead | None = None, run: Run = here
) -> Checked:
    """Take a capture into the archive, however it was come by; `recorded` is where it comes from, and what was read in it ahead.

    When its text takes effect is of use to who is told of it, or was told of another day.
    """
    known = archive.known(page, capture.at)
    outcome = weigh(page, capture, known, archive, judgement, recorded, run)
    is_of_use = judgement.rules or known.effective_on
    return record(dated(page, judgement, outcome, run=run) if is_of_use else Looked(page, (outcome,)), archive)


def weigh(
    page: Page,
    capture: Capture,
    known: Known,
    archive: Archive,
    judgement: Judgement,
    recorded: Ahead | None = None,
    run: Run = here,
) -> Outcome:
    """What a capture comes to that was made once, wherever it was recorded, given what was known of its page then."""
    ahead = recorded.read if recorded else None
    if recorded and recorded.technical and known.version_id is not None:
        return upgrade(page, capture, known, ahead, run)
    outcome = settle(page, capture, known, archive, judgement, ahead, run)
    if isinstance(capture, Settled):
        return decide.as_before(outcome, capture, known)
    return _seen_once(outcome, known, archive)


def upgrade(page: Page, capture: Capture, known: Known, ahead: Read | None = None, run: Run = here) -> Outcome:
    """What a capture comes to that was recorded because the page is read in another way, not because it changed."""
    if capture.outcome != "ok" or capture.body is None:
        return decide.unanswered(page, capture, known)
    try:
        with guarded(page):
            version = (ahead and ahead.version) or run(reading.whole, page, capture.body, capture.content_type)
    except ReadingError as error:
        return decide.unreadable(page, capture, known, Trouble(error.outcome, str(error)), "")
    if trouble := screen(version.document):
        return decide.unreadable(page, capture, known, trouble, version.key)
    if version.key == known.key:
        return decide.unchanged(page, capture, known, version.fingerprint)
    return decide.upgraded(page, capture, known, version)


def take_saved(page: Page, capture: Capture, archive: Archive, judgement: Judgement, run: Run = here) -> Checked:
    """Take a capture that a person made as a check of its time: all that a look does, but the fetch and a second look."""
    known = reread(page, archive, archive.known(page, capture.at), capture.at, run)
    outcome = _seen_once(settle(page, capture, known, archive, judgement, run=run), known, archive)
    return record(dated(page, judgement, outcome, run=run), archive)


def _seen_once(outcome: Outcome, known: Known, archive: Archive) -> Outcome:
    if outcome.change and known.failures and known.version_id is not None:
        with suppress(DamagedRecord):  # then there is nothing to hold it against
            return decide.recovered(outcome, known, archive.document(known.version_id))
    return outcome


def settle(
    page: Page,
    capture: Capture,
    known: Known,
    archive: Archive,
    judgement: Judgement,
    ahead: Read | None = None,
    run: Run = here,
) -> Outcome:
    """What a capture comes to, given what is known of its page."""
    if capture.outcome != "ok" or capture.body is None:
        return decide.unanswered(page, capture, known)
    if known.snapshot and known.edition == recipe(page) and _same_bytes(capture, known):
        return decide.unchanged(page, capture, known, known.fingerprint)
    try:
        with guarded(page):
            return _read(page, capture, capture.body, known, archive, judgement, ahead, run)
    except ReadingError as error:
        return decide.unreadable(page, capture, known, Trouble(error.outcome, str(error)), "")


def _read(
    page: Page,
    capture: Capture,
    body: bytes,
    known: Known,
    archive: Archive,
    judgement: Judgement,
    ahead: Read | None,
    run: Run,
) -> Outcome:
    read = ahead or run(reading.read, page, body, capture.content_type, known)
    if (read.fingerprint, read.recipe) == (known.fingerprint, known.edition) or (ahead and ahead.key == known.key):
        return decide.unchanged(page, capture, known, read.fingerprint)
    version = read.version or run(reading.whole, page, body, capture.content_type)
    trouble = _trouble(page, version, known) if not isinstance(capture, Settled) else None
    if trouble and not decide.persists(trouble, known, capture.at):
        return decide.unreadable(page, capture, known, trouble, version.key)
    if known.version_id is None:
        return decide.first(page, capture, known, version)
    if version.key == known.key:
        return decide.unchanged(page, capture, known, version.fingerprint)
    if read.judged_against == known.key:
        change = read.change
    else:
        before = archive.document(known.version_id)
        change = run(reading.news, before, version.document, page, judgement.language, judgement.overrides)
    outcome = decide.changed(page, capture, known, change, version, judgement.rules)
    return decide.accepted(outcome, known) if trouble else outcome


def _trouble(page: Page, version: Version, known: Known) -> Trouble | None:
    """Why a text is not the page's document. What was settled as the document before is not asked again."""
    return screen(
        version.document, size_before=known.size, language_before=known.language, expected_language=page.language
    )


def _same_bytes(capture: Capture, known: Known) -> bool:
    """Whether the very bytes came again in which the text that stands was read: they say the same, read the same way."""
    return capture.content_type == known.content_type and capture.sha256 == known.snapshot


def reread(page: Page, archive: Archive, known: Known, now: datetime, run: Run = here) -> Known:
    """Read a page's last snapshot again if the way of reading has changed since, so that what differs by that is no news.

    What is known of the page then; the same where the reading is the same, or the snapshot can no longer be read.
    """
    if known.version_id is None or known.edition == recipe(page):
        return known
    try:
        with guarded(page):
            last = archive.last_snapshot(page)
            if last is None:
                return known
            _, body, content_type = last
            version = run(reading.whole, page, body, content_type)
    except ReadingError:
        return known
    archive.reread(page, replace(version, technical=True), now)
    return archive.known(page, now)


@contextmanager
def guarded(page: Page) -> Iterator[None]:
    """Whatever else reading and judging may break off with becomes a ReadingError: one page never stops the others.

    The last good version stands, so what could not be judged is compared again with the next capture, and not lost.
    """
    try:
        yield
    except ReadingError:
        raise
    except DamagedRecord as error:
        raise ReadingError("unreadable", str(error)) from error
    except ArchiveError:
        raise
    except Exception as error:
        _log.exception("%s could not be read", page.key)
        raise ReadingError("unreadable", f"the document could not be read: {type(error).__name__}") from error
