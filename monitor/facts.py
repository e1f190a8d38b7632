"""What every vendor says on the questions kept track of, as of a time, since when, and what it said before.

A vendor's versions are gone through from the newest to the oldest, until each answer differs: so long did it stand without a
break, and that was said before it. A version whose change has no finding answers as the one before it, and is not read. What a
version answers never changes, so that whoever keeps a `Reader` reads each one once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Protocol

from monitor import extract
from monitor.errors import DamagedRecord, ReadingError
from monitor.meaning import facts as together
from monitor.meaning.answering import asked
from monitor.meaning.statements import statements
from monitor.model import Answer, Document, Evidence, Fact, Link, Source, Statement
from monitor.records import Edition, PageState


class Records(Protocol):
    """What the archive tells of pages and their versions."""

    def pages(self) -> tuple[PageState, ...]:
        """Where every page stands, by vendor and name."""
        ...

    def editions(self, vendor: str, /) -> tuple[Edition, ...]:
        """The versions of a vendor's pages, newest first, without their texts."""
        ...

    def document(self, version_id: int, /) -> Document:
        """The text of a version."""
        ...

    def content(self, version_id: int, /) -> tuple[bytes, str]:
        """The bytes that a version was read from, and their content type."""
        ...


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads what versions answer, each once. What is damaged answers nothing: one page cannot keep the others from being told."""

    records: Records
    read: dict[tuple[int, str, bool], tuple[Statement, ...]] = field(default_factory=dict)

    def statements(self, version: int, page: PageState, *, linked: bool = False) -> tuple[Statement, ...]:
        """What a version of a page answers; `linked`, with the addresses of its ways out, which takes the bytes."""
        key = version, page.type, linked
        if key not in self.read:
            self.read[key] = self._linked(version, page) if linked else self._read(version, page.type, ())
        return self.read[key]

    def _linked(self, version: int, page: PageState) -> tuple[Statement, ...]:
        found = self.statements(version, page)
        if not any(statement.question == "opt-out" for statement in found):
            return found
        return self._read(version, page.type, self._links(version, page.url))

    def _read(self, version: int, page_type: str, links: Sequence[Link]) -> tuple[Statement, ...]:
        try:
            return statements(self.records.document(version), page_type, links)
        except DamagedRecord:
            return ()

    def _links(self, version: int, url: str) -> tuple[Link, ...]:
        try:
            return extract.links(*self.records.content(version), url)
        except (DamagedRecord, ReadingError):
            return ()


def facts(reader: Reader, at: datetime, vendor: str | None = None) -> Iterator[Fact]:
    """Every fact as of a time, by vendor and in the order of the questions; of a `vendor` its own alone."""
    for name, states in groupby(reader.records.pages(), key=lambda state: state.vendor):
        if vendor in (None, name):
            yield from _of_vendor(reader, name, {state.page: state for state in states}, at)


def _of_vendor(reader: Reader, vendor: str, pages: Mapping[str, PageState], at: datetime) -> Iterator[Fact]:
    """A vendor's facts: what its pages say at the time, and how far back they said it. None of a vendor without a page by then."""
    past = [each for each in reader.records.editions(vendor) if each.seen_at <= at and asked(pages[each.page].type)]
    if not past:
        return
    standing = {edition.page: edition for edition in reversed(past)}
    said = {page: _evidence(reader, edition, pages[page], at) for page, edition in standing.items()}
    now = together.answers(_all(said))
    name = next((state.vendor_name for state in pages.values() if state.vendor_name), vendor)
    told = _history(reader, past, pages, said, now)
    for place, answer in enumerate(now):
        fact = told.get(place, Fact("", "", answer))
        yield replace(fact, vendor=vendor, vendor_name=name)


Said = dict[str, list[Evidence]]
"""What each page of a vendor says, by the page."""


def _all(said: Said) -> Iterator[Evidence]:
    return (each for page in sorted(said) for each in said[page])


def _evidence(reader: Reader, edition: Edition, state: PageState, at: datetime) -> list[Evidence]:
    """What a version that is shown says, with the addresses of its ways out."""
    source = Source(state.page, state.type, state.url, edition.id, edition.seen_at, min(edition.last_seen_at, at))
    return [Evidence(statement, source) for statement in reader.statements(edition.id, state, linked=True)]


def _history(
    reader: Reader, past: Sequence[Edition], pages: Mapping[str, PageState], said: Said, now: Sequence[Answer]
) -> dict[int, Fact]:
    """The facts by the places of their answers: since when each stands, and what was said before it. `past` is newest first.

    An answer that came with a page which the archive did not have before may be older, and what it was before cannot be told.
    Of what is unknown and always was there is nothing to tell.
    """
    told: dict[int, Fact] = {}
    left = dict(enumerate(now))
    current = dict(said)
    for edition, earlier in _steps(past):
        if earlier and edition.says_same:
            continue
        state = pages[edition.page]
        current[edition.page] = _unlinked(reader, earlier, state) if earlier else []
        then = together.answers(_all(current))
        for (place, answer), was in zip(
            list(left.items()), together.counterparts(then, list(left.values())), strict=True
        ):
            if not together.says_same(answer, was):
                before = None if earlier is None else was or _silent(answer)
                told[place] = Fact("", "", answer, edition.seen_at, earlier is None, before)
                del left[place]
        if not left:
            break
    return told


def _steps(past: Sequence[Edition]) -> Iterator[tuple[Edition, Edition | None]]:
    """Each version with the one before it of the same page; None before the first."""
    earlier: dict[str, Edition] = {}
    pairs: list[tuple[Edition, Edition | None]] = []
    for edition in reversed(past):
        pairs.append((edition, earlier.get(edition.page)))
        earlier[edition.page] = edition
    return reversed(pairs)


def _unlinked(reader: Reader, edition: Edition, state: PageState) -> list[Evidence]:
    source = Source(state.page, state.type, state.url, edition.id, edition.seen_at, edition.last_seen_at)
    return [Evidence(statement, source) for statement in reader.statements(edition.id, state)]


def _silent(answer: Answer) -> Answer:
    """What the pages said before they said anything."""
    return Answer(answer.question, answer.scope, answer.item, "unknown")
