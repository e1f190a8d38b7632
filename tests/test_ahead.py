"""Reading ahead: other processes read, and what they read is what would have been read here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from fakes import HTML, PAGE, PARAGRAPHS, TRAINS, page_of, terms
from house import House
from kept import Kept, take_in

from monitor.extract import prepare, version
from monitor.history.ahead import AT_ONCE, Readers, readers
from monitor.model import Capture, Page

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


class Fatal(Kept):
    """A capture that ends the process which reads it, as a parser's crash would."""

    def capture(self) -> Capture:
        os._exit(11)


def test_a_reader_that_crashes_leaves_its_part_to_be_read_here() -> None:
    """A process that dies takes no capture with it, of its page or a later one: each is read when its turn comes."""
    pages = [(Kept(0, OLD), Fatal(1, OLD), Kept(2, NEW)), *((Kept(number, OLD),) for number in range(40))]
    with readers("en", 2) as reading:
        first, *later = reading.ahead(pages)
    assert [each.read for each in first] == [None] * 3
    assert [each.recording for some in later for each in some] == [each for page in pages[1:] for each in page]


def test_readers_end_with_a_process_that_is_killed() -> None:
    """After `kill -9` of an import none of its processes stays, nor the lock that they inherited."""
    code = "import time; from monitor.history.ahead import readers\nwith readers('en', 2): print('on', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while (alive := [pid for pid in children if _runs(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert children and not alive


def _runs(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False
