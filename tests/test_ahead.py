"""Reading ahead: other processes read, and what they read is what would have been read here."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import hostile
import pytest
from fakes import HTML, PAGE, PARAGRAPHS, TRAINS, page_of, terms
from house import House
from kept import Kept, take_in

from monitor.apart import Bounds
from monitor.extract import prepare, version
from monitor.history.ahead import AT_ONCE, Readers, readers
from monitor.intake import Intake, Report
from monitor.model import Capture, Page
from monitor.pipeline import Judgement

WALL = page_of("Sign in to continue to Acme. Email, password. Forgot your password? Ask your admin for help.")
OLD, NEW, ODD = terms(), terms(p5=TRAINS), terms(p10="The courts of Ruritania decide.")
STORY = [
    OLD,
    OLD.replace(b"<main>", b"<main id=x7f>"),
    NEW,
    WALL,
    NEW,
    b"%PDF-1.7 torn",
    ODD,
    OLD,
    ODD.replace(b"Terms", b"T"),
]


def taken(house: House, reading: Readers) -> list[tuple[object, ...]]:
    """What an import leaves: each capture with its outcome, and each change with what was made of it."""
    story = tuple(Kept(number, body) for number, body in enumerate(STORY * 18))
    take_in(house, story, reading)
    checks = [(c.at, c.outcome, c.reason, c.snapshot) for c in house.archive.history("acme", "terms")]
    changes = [(r.seen_at, r.change) for r in house.archive.changes(newest_first=False)]
    versions = [(v.seen_at, v.document) for v in house.archive.versions("acme", "terms")]
    return [*checks, *changes, *versions]


def test_what_is_read_ahead_is_what_is_read_here(house: House, tmp_path: Path) -> None:
    """An import leaves the same whether other processes read its captures or not, across the parts they take."""
    assert len(STORY) * 18 > AT_ONCE
    elsewhere = House.at(tmp_path / "elsewhere.db")
    with readers("en", 2) as reading:
        ahead = taken(house, reading)
    assert ahead == taken(elsewhere, Readers(None, 1, "en"))
    elsewhere.archive.close()


def test_pages_keep_their_order() -> None:
    """The captures of each page come in their order, page after page, however many parts they make."""
    pages = [tuple(Kept(n, OLD, Page("acme", name, "terms", "")) for n in range(AT_ONCE + 2)) for name in "ab"]
    with readers("en", 2) as reading:
        come = [(each.page.name, each.recording.number) for some in reading.ahead(pages) for each in some]  # type: ignore[attr-defined]
    assert come == [(name, n) for name in "ab" for n in range(AT_ONCE + 2)]


def test_a_text_is_judged_against_the_one_that_stands() -> None:
    """Where only captions differ the archive begins no version, so what comes next is judged against the text before that."""
    captions = OLD.replace(b"Terms", b"T")
    with readers("en", 2) as reading:
        [some] = reading.ahead([(Kept(0, OLD), Kept(1, captions), Kept(2, NEW))])
    first, same, news = (each.read for each in some)
    assert first and same and news
    assert same.judged_against == news.judged_against == first.key != same.key
    assert same.change is None and news.change


def test_a_sentence_that_leaves_the_menu_for_the_document_is_read() -> None:
    """The same words in the same order may be another document: what stood in a menu and stands in the text now is text."""
    said, rest = f"<p>{TRAINS}</p>", "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    pages = [f"<html><body>{top}<main>{rest}</main></body></html>".encode() for top in (f"<nav>{said}</nav>", said)]
    with readers("en", 2) as reading:
        [some] = reading.ahead([tuple(Kept(number, body) for number, body in enumerate(pages))])
    last = some[-1].read
    assert last and last.version and TRAINS in last.version.document.text
    assert last.key == version(prepare(PAGE, pages[-1], HTML)).key


@dataclass(frozen=True)
class Trap(Kept):
    """A capture that does something to the process which reads it, if that is another than the one which takes it."""

    deed: Callable[[], object] = hostile.nothing
    taker: int = 0

    def capture(self) -> Capture:
        if os.getpid() != self.taker:
            self.deed()
        return super().capture()


@pytest.mark.parametrize("deed", [hostile.abort, hostile.loop, hostile.eat])
def test_a_reader_that_breaks_takes_no_capture_with_it(house: House, deed: Callable[[], object]) -> None:
    """A process that dies, loops or eats memory is replaced: what it had not read is read when its turn comes."""
    odd = Trap(1, ODD, PAGE, deed=deed, taker=os.getpid())
    others = [replace(PAGE, name=f"other-{number}") for number in range(40)]
    with readers("en", 2, bounds=Bounds(seconds=1, memory=200 * 2**20)) as reading:
        first, *later = reading.ahead([(Kept(0, OLD), odd, Kept(2, NEW)), *((Kept(0, OLD, page),) for page in others)])
        assert Intake(house.archive, Judgement(), Report(), reading.run).take(first) == ["taken"] * 3
    assert [each.read is not None for each in first] == [True, False, False]
    assert [each.page for some in later for each in some if each.read] == others
    assert [each.outcome for each in house.archive.history("acme", "terms")] == ["ok"] * 3
    assert house.count("versions") == 3
