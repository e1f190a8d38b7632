"""Clauses found by their words: any question answers or is refused, what stands comes first, and indexes are used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from archive_fakes import CHANGE, HOUR, PAGE, START, capture
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.archive import Archive, schema, search
from monitor.archive.search import ANYWHERE
from monitor.errors import ArchiveError, UsageError
from monitor.model import Block, Document, Outcome, Page, Version
from monitor.normalise import key
from monitor.query import parse
from monitor.records import Wanted

DAY = timedelta(days=1)
OTHER = Page("northwind", "privacy", "privacy", "https://northwind.example/privacy")
PAST = "We do not train our models on your files."
PRESENT = "We may train our models on your files unless you opt out in your settings."
TITLE = "Ｔｒａｉｎｉｎｇ of “naïve” models."
CHINESE = "我们可能会将您的数据用于训练模型，除非您在设置中关闭该选项。"
HISTORY = {
    PAGE: (
        ("Your files.", PAST, "We keep files for thirty days."),
        ("Your files.", PRESENT, "We keep files for ninety days."),
    ),
    OTHER: (
        ("Ｔｒａｉｎｉｎｇ of “naïve” models.", CHINESE),
        ("Ｔｒａｉｎｉｎｇ of “naïve” models.", CHINESE, "Nothing else."),
    ),
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Two pages, each with two versions, a day apart."""
    with Archive(tmp_path_factory.mktemp("search") / "archive.db") as archive:
        for page, versions in HISTORY.items():
            for number, texts in enumerate(versions):
                record(archive, page, number, texts, START + number * DAY)
        yield archive


def record(archive: Archive, page: Page, number: int, texts: tuple[str, ...], at: datetime) -> None:
    """Record a page's version of that number, counted from 0."""
    blocks = tuple(Block("paragraph", text, ("Terms",)) for text in texts)
    version = Version(Document(blocks, language="en"), key(blocks), "", "1")
    archive.record(page, Outcome(capture(f"{page.key} {number}", at), version, CHANGE if number else None))


def found(
    archive: Archive, question: str, wanted: Wanted = ANYWHERE, *, standing: bool = False, limit: int | None = None
) -> list[str]:
    return [clause.text for clause in archive.clauses.search(parse(question), wanted, standing=standing, limit=limit)]


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("TRAIN", {PAST, PRESENT}),
        ("train*", {PAST, PRESENT, TITLE}),
        ("training naive", {TITLE}),
        ('"our models on"', {PAST, PRESENT}),
        ('"models our"', set()),
        ("train -unless", {PAST}),
        ("thirty OR ninety days", {"We keep files for thirty days.", "We keep files for ninety days."}),
        ("训练", {CHINESE}),
        ("数据", {CHINESE}),
        ("的数", {CHINESE}),
        ("练训", set()),
        ("将你的数据", {CHINESE}),
        ("训练 设置 -模型", set()),
    ],
)
def test_what_is_found(archive: Archive, question: str, texts: set[str]) -> None:
    """Words in any case and width, runs of Chinese of any length, exact words, beginnings, one of several, none of some."""
    assert set(found(archive, question)) == texts


@pytest.mark.parametrize(
    ("wanted", "texts"),
    [
        (Wanted("acme"), {PAST, PRESENT}),
        (Wanted("acme", "terms"), {PAST, PRESENT}),
        (Wanted("northwind"), {TITLE}),
        (Wanted("acme", since=START, until=START), {PAST}),
        (Wanted("acme", since=START + 23 * HOUR, until=START + 23 * HOUR), {PAST}),
        (Wanted("acme", since=START + DAY, until=START + DAY), {PRESENT}),
        (Wanted("acme", until=START - HOUR), set()),
        (Wanted("acme", since=START + DAY), {PRESENT}),
        (Wanted("acme", since=START + 23 * HOUR), {PAST, PRESENT}),
        (Wanted("acme", until=START + 23 * HOUR), {PAST}),
        (Wanted("acme", since=START, until=START + DAY), {PAST, PRESENT}),
    ],
)
def test_what_a_filter_leaves(archive: Archive, wanted: Wanted, texts: set[str]) -> None:
    """Filters by vendor, page and time; a clause stands until the version without it comes, as a version does."""
    assert set(found(archive, "train*", wanted)) == texts


def test_a_clause_that_came_back_did_not_stand_in_between(archive: Archive) -> None:
    """A time between two spells is none of a clause's, and a longer one that touches a spell is."""
    day, came_back = START + 10 * DAY, Page("acme", "history", "terms", "https://acme.example/history")
    for number, text in enumerate(("Gone and back.", "Something else.", "Gone and back.")):
        record(archive, came_back, number, (text,), day + number * DAY)
    stood = [
        bool(found(archive, "gone", Wanted(since=day + at * HOUR, until=day + at * HOUR + HOUR)))
        for at in (0, 24, 46, 47)
    ]
    assert stood == [True, False, False, True]


def test_what_stands_comes_first(archive: Archive) -> None:
    """A clause that is gone comes after all that stand, however well it fits; a limit leaves the best."""
    assert found(archive, "models") == [*found(archive, "models", standing=True), PAST]
    assert found(archive, "train", standing=True) == [PRESENT]
    assert found(archive, "models", limit=1) == found(archive, "models")[:1]


def test_of_what_stands_nearly_everywhere_the_newest_come_first(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weighing so many clauses against each other takes longer than people wait, and tells nothing."""
    monkeypatch.setattr(search, "_FREQUENT", 1)
    assert found(archive, "files", limit=2) == ["We keep files for ninety days.", PRESENT]


@pytest.mark.parametrize(("vendor", "page"), [("nobody", None), ("acme", "nothing"), ("nobody", "terms")])
def test_a_page_that_is_not_there_is_refused(archive: Archive, vendor: str, page: str | None) -> None:
    """Whoever mistypes a vendor or a page is told, and not that nothing was ever said."""
    with pytest.raises(UsageError, match="the archive has no"):
        archive.clauses.search(parse("train"), Wanted(vendor, page))


SIGNS = st.text(st.sampled_from("\"“」*-()^:+{},.'\\\x00\ud800 "), max_size=8)
WORDS = st.sampled_from(["train", "数据", "OR", "AND", "NOT", "NEAR", "words:", "é", "1.5", "ข้อ", "🙂"])
PIECES = WORDS | SIGNS | st.text(max_size=5)


@given(st.lists(PIECES, max_size=12).map(" ".join) | st.lists(PIECES, max_size=12).map("".join))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_question_is_answered_or_refused(archive: Archive, question: str) -> None:
    """Whatever people type, they get clauses, or are told what was expected; never what SQLite thinks of it."""
    try:
        query = parse(question)
    except UsageError:
        return
    list(archive.clauses.search(query))


@pytest.mark.parametrize("question", ["a " * 50, "一" * 500, "a OR " * 49 + "b", "a " + "-b " * 49, "a* " * 50])
def test_the_longest_questions_are_answered(archive: Archive, question: str) -> None:
    """What the parser lets through, the index takes."""
    assert found(archive, question) in ([], found(archive, question))


def test_every_question_goes_through_indexes(archive: Archive) -> None:
    """No search and no blame reads through a table of the archive."""
    asked: list[str] = []
    archive._db.set_trace_callback(asked.append)
    list(archive.clauses.search(parse("train* OR 训练 -x"), Wanted("acme", "terms", START, START + DAY), standing=True))
    list(archive.clauses.search(parse("train*"), Wanted("acme")))
    archive.clauses.blame("acme", "terms")
    archive._db.set_trace_callback(None)
    reads = [sql for sql in asked if sql.lstrip().startswith("SELECT")]
    assert len(reads) > 3
    for sql in reads:
        plan = [each["detail"] for each in archive._db.execute(f"EXPLAIN QUERY PLAN {sql}")]
        assert [
            step for step in plan if re.match(r"SCAN (?!clause_words VIRTUAL|json_each VIRTUAL|CONSTANT)", step)
        ] == [], sql


def test_an_sqlite_without_full_text_search_is_told_of() -> None:
    """Where Python's SQLite lacks FTS5, that is said, and not that a module is missing."""
    schema.refuse_without_search({"fts5", "json_each"})
    with pytest.raises(ArchiveError, match="without FTS5, its full-text search"):
        schema.refuse_without_search({"fts3", "json_each"})
