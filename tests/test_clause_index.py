"""Each clause of a page once, and the spells in which it stood: always what its documents say."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from archive_fakes import CHANGE, HOUR, PAGE, START, capture, unchanged
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.archive import Archive, clause_index
from monitor.archive.blobs import Blobs
from monitor.model import Block, Document, Outcome, Version
from monitor.normalise import key
from monitor.query import parse
from monitor.records import RecordedClause

KEPT = Path(__file__).parent / "archives/schema-3.db.gz"
SHARE, NEVER = "We may share:", "We never share:"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as archive:
        yield archive


def paragraphs(*texts: str, under: str = "Terms") -> tuple[Block, ...]:
    return tuple(Block("paragraph", text, (under,)) for text in texts)


def items(**lists: tuple[str, ...]) -> tuple[Block, ...]:
    """Items below the leads of what is shared and what is not."""
    leads = {"shared": SHARE, "never": NEVER, "reworded": "We may share the following:"}
    return tuple(
        block
        for name, texts in lists.items()
        for block in (Block("paragraph", leads[name]), *(Block("item", text, (leads[name],)) for text in texts))
    )


def show(archive: Archive, number: int, *blocks: Block, technical: bool = False) -> None:
    """Record a version of the page, `number` hours after the start; where that is no later than the last one, into its past."""
    version = Version(Document(blocks, language="en"), key(blocks) + str(number), "", "1", technical)
    at, known = START + number * HOUR, archive.last_capture(PAGE) if archive.pages() else None
    if technical:
        archive.reread(PAGE, version, at)
        return
    outcome = Outcome(capture(str(number), at), version)
    if known is None or known < at:
        archive.record(PAGE, replace(outcome, change=CHANGE if known else None))
    else:
        archive.past(PAGE).record(outcome)


def noted(archive: Archive, words: str) -> RecordedClause:
    """The one clause that holds these words."""
    (found,) = archive.clauses.search(parse(words))
    return found


def spells(archive: Archive, words: str) -> list[tuple[int, int | None]]:
    """The spells of the one clause that holds these words: the version it began with, and the first without it."""
    return [(spell.began, spell.ended) for spell in noted(archive, words).spells]


SPELLS = """SELECT key, began, ended, kind, trail FROM spells JOIN clauses ON clauses.id = spells.clause
    JOIN places ON places.id = spells.place ORDER BY 1, 2"""


def spells_of(archive: Archive) -> list[tuple[object, ...]]:
    """From when to when each clause stood, and where."""
    return [tuple(each) for each in archive._db.execute(SPELLS)]


def index_of(archive: Archive) -> dict[str, list[tuple[object, ...]]]:
    """What is noted, by table, without the ids that it happens to have."""
    clauses = "SELECT page, key, text FROM clauses ORDER BY 1, 2"
    words = """SELECT key, term, "offset" FROM clause_terms JOIN clauses ON clauses.id = doc ORDER BY 1, 2, 3"""
    return {sql: [tuple(each) for each in archive._db.execute(sql)] for sql in (clauses, SPELLS, words)}


# --- spells ------------------------------------------------------------------------------------------------------------


def test_a_clause_stands_from_the_version_that_brought_it_until_one_without_it(archive: Archive) -> None:
    """A clause that stands on has one spell; one that goes away and comes back has two, each with its ends and its changes."""
    for number, texts in enumerate((["One.", "Two."], ["Two.", "Three."], ["One.", "Two."])):
        show(archive, number, *paragraphs(*texts))
    assert spells(archive, "two") == [(1, None)]
    assert spells(archive, "three") == [(2, 3)]
    first, second = noted(archive, "one").spells
    assert (first.since, first.last_seen_at, first.brought_by, first.dropped_by) == (START, START, None, 1)
    assert (second.since, second.last_seen_at, second.brought_by, second.ended) == (
        START + 2 * HOUR,
        START + 2 * HOUR,
        2,
        None,
    )


def test_a_clause_was_last_seen_by_the_last_check_that_showed_it(archive: Archive) -> None:
    """Checks that find nothing new prolong what stands, and write nothing else into the index."""
    show(archive, 0, *paragraphs("One."))
    before = index_of(archive)
    archive.record(PAGE, unchanged("0", START + 5 * HOUR))
    assert noted(archive, "one").last.last_seen_at == START + 5 * HOUR
    assert index_of(archive) == before


def test_what_makes_no_change_makes_no_new_clause(archive: Archive) -> None:
    """Typographic signs, spaces, numbering and another place on the page leave a clause what it is, in its first words."""
    show(archive, 0, *paragraphs("2.1 We don't train - ever.", "Two."))
    show(archive, 1, *paragraphs("Two.", "3) We  don’t train – ever."))
    assert spells(archive, "train") == [(1, None)]
    assert noted(archive, "train").text == "2.1 We don't train - ever."


def test_a_clause_that_is_said_twice_stands_until_it_is_said_no_more(archive: Archive) -> None:
    """One clause, one row, however often the page has it."""
    for number, times in enumerate((1, 2, 1, 0)):
        show(archive, number, *paragraphs(*["One."] * times, "Two."))
    assert spells(archive, "one") == [(1, 4)]


def test_a_clause_shows_the_headings_that_it_stood_under_last(archive: Archive) -> None:
    """A heading in other words is no news for what stands below it, and is what people find on the page."""
    show(archive, 0, *paragraphs("One.", "Two.", under="3. Your files"))
    show(archive, 1, *paragraphs("One.", under="4. Your content"))
    assert spells(archive, "one") == [(1, None)]
    assert (noted(archive, "one").last.trail, noted(archive, "two").last.trail) == (
        ("4. Your content",),
        ("3. Your files",),
    )


def test_an_item_that_goes_to_another_list_begins_a_new_spell(archive: Archive) -> None:
    """What was under "We never share:" and is now under "We may share:" stands there since then; both are kept."""
    show(archive, 0, *items(shared=("names",), never=("photos", "mails")))
    show(archive, 1, *items(shared=("names", "photos"), never=("mails",)))
    assert spells(archive, "photos") == [(1, 2), (2, None)]
    assert [spell.trail for spell in noted(archive, "photos").spells] == [(NEVER,), (SHARE,)]
    assert spells(archive, "mails") == [(1, None)]


def test_a_lead_in_other_words_makes_its_items_no_news(archive: Archive) -> None:
    """Items whose list is introduced in other words stand since they did."""
    show(archive, 0, *items(shared=("names",), never=("mails",)))
    show(archive, 1, *items(reworded=("names",), never=("mails",)))
    assert spells(archive, "names") == [(1, None)]


def test_what_another_reading_brings_is_told_as_read(archive: Archive) -> None:
    """A technical version is no news: what only it shows, or no longer shows, is marked, and has no change."""
    show(archive, 0, *paragraphs("One.", "Aside."))
    show(archive, 1, *paragraphs("One.", "Hidden before."), technical=True)
    assert spells(archive, "one") == [(1, None)]
    (aside,), (hidden,) = noted(archive, "aside").spells, noted(archive, "hidden").spells
    assert (aside.ended_as_read, aside.dropped_by, aside.as_read) == (True, None, False)
    assert (hidden.as_read, hidden.brought_by, hidden.ended_as_read) == (True, None, False)


def test_blame_of_a_version(archive: Archive) -> None:
    """Each clause of a version, in its order and its words, with the spell in which it stood then; furniture has none."""
    show(archive, 0, *paragraphs("One.", "Back to top", "Two."))
    show(archive, 1, *paragraphs("1. One.", "Back to top", "Three."))
    show(archive, 2, *paragraphs("One.", "Two."))
    then, now = archive.clauses.blame("acme", "terms", START + HOUR), archive.clauses.blame("acme", "terms")
    assert [(clause.text, spell and spell.began) for clause, spell in then.clauses] == [
        ("1. One.", 1),
        ("Back to top", None),
        ("Three.", 2),
    ]
    assert [(clause.text, spell and (spell.began, spell.brought_by)) for clause, spell in now.clauses] == [
        ("One.", (1, None)),
        ("Two.", (3, 2)),
    ]


# --- the index and its documents ---------------------------------------------------------------------------------------

SENTENCES = st.sampled_from(
    ["One.", "1. One.", "Two.", "Three 训练数据。", "Back to top", "Fünf — «five».", "\ud800 six."]
)
BLOCKS = st.builds(
    Block,
    st.sampled_from(["paragraph", "item", "row", "heading"]),
    SENTENCES | st.lists(SENTENCES, min_size=2, max_size=3).map(" ".join),
    st.sampled_from([(), ("Terms",), ("Terms", SHARE), (NEVER,)]),
)
DOCUMENTS = st.lists(st.lists(BLOCKS, max_size=5), min_size=1, max_size=6)


@given(DOCUMENTS, st.sets(st.integers(1, 5)))
@settings(max_examples=10, deadline=None)
def test_the_index_is_what_the_documents_say(
    tmp_path_factory: pytest.TempPathFactory, documents: list[list[Block]], technical: set[int]
) -> None:
    """Whichever versions follow each other, `verify` finds nothing, and the index made again from the documents is the same."""
    with Archive(tmp_path_factory.mktemp("any") / "archive.db") as archive:
        for number, blocks in enumerate(documents):
            show(archive, number, *blocks, technical=number in technical)
        assert list(archive.verify()) == []
        before = index_of(archive)
        archive.clauses.reindex()
        assert index_of(archive) == before


@given(DOCUMENTS.flatmap(lambda documents: st.permutations(list(enumerate(documents)))))
@settings(max_examples=10, deadline=None)
def test_the_past_may_come_in_later(
    tmp_path_factory: pytest.TempPathFactory, documents: list[tuple[int, list[Block]]]
) -> None:
    """Versions of the past that an import brings in, in whichever order, are indexed as if they had come in their time.

    Of a clause in several wordings, the one that came in first is shown.
    """
    with Archive(tmp_path_factory.mktemp("any") / "archive.db") as archive:
        for number, blocks in documents:
            show(archive, number, *blocks)
        assert not any("index" in problem for problem in archive.verify())
        archive.clauses.catch_up()
        assert archive.clauses.behind() == 0
        before = spells_of(archive)
        assert not any("index" in problem for problem in archive.verify())
        archive.clauses.reindex()
        assert spells_of(archive) == before


def test_a_clause_was_there_before_if_the_past_says_so(archive: Archive) -> None:
    """What an import brings in between and before tells since when clauses stand."""
    show(archive, 6, *paragraphs("One.", "Two."))
    show(archive, 9, *paragraphs("One.", "Two."))
    for number, texts in ((2, ("One.",)), (4, ("One.", "Two.")), (7, ("Two.",))):
        show(archive, number, *paragraphs(*texts))
    archive.clauses.catch_up()
    assert [(spell.since, spell.ended) for spell in noted(archive, "one").spells] == [
        (START + 2 * HOUR, 5),
        (START + 9 * HOUR, None),
    ]
    assert [(spell.since, spell.ended) for spell in noted(archive, "two").spells] == [(START + 4 * HOUR, None)]


@pytest.fixture
def early(tmp_path: Path) -> Path:
    """An archive of the schema before there was an index."""
    path = tmp_path / "early.db"
    path.write_bytes(gzip.decompress(KEPT.read_bytes()))
    return path


def test_an_early_archive_is_indexed_when_it_is_opened_to_write(early: Path) -> None:
    """All versions that were recorded before can be searched, and the index is what it would be if made today."""
    with Archive(early) as archive:
        assert archive.clauses.behind() == 0
        before = index_of(archive)
        assert before
        archive.clauses.reindex()
        assert index_of(archive) == before


class Killed(BaseException):
    """Stands for `kill -9`: nothing after it runs."""


def test_indexing_that_is_killed_goes_on_where_it_was(early: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each opening keeps what the ones before it came to, and the index is the same in the end."""
    whole, missing, add, lives = early.with_name("whole.db"), [1], clause_index.add, [0]
    whole.write_bytes(early.read_bytes())

    def add_and_die(*given: Any) -> None:
        lives[0] -= 1
        if lives[0] < 0:
            raise Killed
        add(*given)

    monkeypatch.setattr(clause_index, "AT_ONCE", 1)
    monkeypatch.setattr(clause_index, "add", add_and_die)
    while missing[-1]:
        lives[0] = 2
        with suppress(Killed):
            Archive(early).close()
        with closing(sqlite3.connect(early)) as db:
            missing.append(clause_index.behind(db))
    assert missing[1:] == sorted(missing[1:], reverse=True)
    assert len(missing) > 2
    monkeypatch.undo()
    with Archive(early) as archive, Archive(whole) as other:
        assert index_of(archive) == index_of(other)
        assert list(archive.verify()) == []


def test_a_damaged_document_is_passed_over(archive: Archive) -> None:
    """What can be read is indexed; `verify` names the version that cannot, and has nothing against the index."""
    for number, texts in enumerate((["One."], ["One.", "Two."])):
        show(archive, number, *paragraphs(*texts))
    archive._db.execute("UPDATE blobs SET data = x'00' WHERE sha256 = (SELECT document FROM versions WHERE id = 2)")
    archive._blobs = Blobs(archive._db)  # nothing of it is in memory
    show(archive, 2, *paragraphs("One.", "Three."))
    archive.clauses.reindex()
    assert (spells(archive, "one"), spells(archive, "three")) == ([(1, None)], [(3, None)])
    assert list(archive.clauses.search(parse("two"))) == []
    problems = list(archive.verify())
    assert any(problem.startswith("version 2:") for problem in problems)
    assert not any("index" in problem for problem in problems)


def test_a_search_says_what_it_cannot_know_yet(archive: Archive) -> None:
    """Versions that are not indexed are counted."""
    for number in range(3):
        show(archive, number, *paragraphs(f"Number {number}."))
    archive._db.execute("UPDATE indexed_pages SET version = 1")
    assert archive.clauses.behind() == 2
    archive._db.execute("DELETE FROM indexed_pages")
    assert archive.clauses.behind() == 3


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE clause_words_data SET block = x'ff' WHERE id > 1",
        "UPDATE indexed_pages SET version = 1",
        "UPDATE places SET trail = 'none'",
        "DELETE FROM places",
    ],
)
def test_a_damaged_index_stops_no_check(archive: Archive, damage: str) -> None:
    """Whatever is wrong with the index, versions are recorded; made again, it has them all."""
    for number in range(2):
        show(archive, number, *paragraphs("One.", f"Number {number}."))
    archive._db.execute("PRAGMA foreign_keys = 0")
    archive._db.execute(damage)
    show(archive, 2, *paragraphs("One.", "Number 2."))
    path = archive.path
    archive.close()
    with Archive(path) as again:
        show(again, 3, *paragraphs("One.", "Number 3."))
        assert [version.id for version in again.versions("acme", "terms")] == [1, 2, 3, 4]
        again.clauses.reindex()
        assert spells(again, "one") == [(1, None)]
        assert list(again.verify()) == []
