"""Facts in time: what stood when, since when without a break, and what was said before; and how they are written."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from fakes import DAY, PAGE, PARAGRAPHS, page_of
from house import House
from markdown_it import MarkdownIt

from monitor.archive import Archive
from monitor.cli import cli
from monitor.facts import Reader, facts
from monitor.model import Fact, Page, Question, Scope
from monitor.report.facts import fact_json, facts_csv, facts_html, facts_markdown
from monitor.report.style import Style

NEVER = "We never use your conversations to train our models."
LEAVES = "We use your conversations to train our models unless you opt out in your settings."
OFFER = Page("acme", "credits", "free-offer", "https://acme.example/credits", vendor_name="Acme AI")
PRIVACY = Page("acme", "privacy", "privacy", "https://acme.example/privacy", vendor_name="Acme AI")
HOSTILE = "&lt;script&gt;alert(1)&lt;/script&gt; We use your conversations to train our models =1+1."


def terms(*more: str) -> bytes:
    return page_of(*PARAGRAPHS[:3], *PARAGRAPHS[5:], *more)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House.at(tmp_path / "archive.db")
    yield built
    built.archive.close()


def fact(archive: Archive, at: datetime, question: Question = "training", scope: Scope = "consumer") -> Fact:
    [one] = [each for each in facts(Reader(archive), at) if (each.now.question, each.now.scope) == (question, scope)]
    return one


def test_a_fact_stands_since_the_version_that_brought_it(house: House) -> None:
    """Other words and other news do not break it; what was said before is told with its quote."""
    house.check(terms(NEVER))
    house.check(terms(LEAVES), 10 * DAY)
    turned = house.now
    house.check(terms(LEAVES, "The courts of Graustark decide."), 10 * DAY)
    house.check(terms(LEAVES.replace("conversations", "chats"), "The courts of Graustark decide."), 10 * DAY)
    found = fact(house.archive, house.now)
    assert (found.now.answer, found.since, found.from_start) == ("trains unless opted out", turned, False)
    assert found.before
    assert found.before.best
    assert (found.before.answer, found.before.best.quote) == ("does not train", NEVER)


def test_facts_are_told_as_of_then(house: House) -> None:
    """A time in the past is answered by what stood then, and by nothing that came later."""
    house.check(terms(NEVER))
    then = house.now
    house.check(terms(LEAVES), 10 * DAY)
    found = fact(house.archive, then)
    assert (found.now.answer, found.since, found.from_start, found.before) == ("does not train", then, True, None)
    assert list(facts(Reader(house.archive), then - DAY)) == []


def test_what_is_no_longer_said_is_unknown_and_was_something(house: House) -> None:
    """A clause that went leaves the question open, since when it is gone and with what it said."""
    house.check(terms(NEVER))
    house.check(terms(), 10 * DAY)
    found = fact(house.archive, house.now)
    assert (found.now.state, found.since) == ("unknown", house.now)
    assert found.before
    assert found.before.answer == "does not train"


def test_a_page_that_came_later_says_nothing_of_the_time_before(house: House) -> None:
    """What a new page brings may be older than the archive has it: no "before" is made up."""
    house.check(terms())
    house.check(terms(LEAVES), 10 * DAY, PRIVACY)
    found = fact(house.archive, house.now)
    assert (found.since, found.from_start, found.before) == (house.now, True, None)


def test_an_offer_knows_what_it_was(house: House) -> None:
    """An amount that changed is told with the one before it."""
    house.check(page_of("Each month you get $150 in free credits.", *PARAGRAPHS[:2]), page=OFFER)
    house.check(page_of("Each month you get $25 in free credits.", *PARAGRAPHS[:2]), 10 * DAY, OFFER)
    found = fact(house.archive, house.now, "free", "")
    assert found.now.best
    assert found.before
    assert found.before.best
    amounts = [each.amount and each.amount.value for each in (found.now.best, found.before.best)]
    assert (amounts, found.since) == ([25, 150], house.now)


def test_versions_without_news_are_not_read(house: House) -> None:
    """A version whose change means nothing on data or offers answers as the one before it."""
    house.check(terms(NEVER))
    for place in ("Graustark", "Ruritania", "Ixania"):
        house.check(terms(NEVER, f"The courts of {place} decide."), 10 * DAY)
    reader = Reader(house.archive)
    list(facts(reader, house.now))
    assert house.count("versions") == 4
    assert len({version for version, *_ in reader.read}) == 1


def test_an_offer_that_is_over_is_shown_as_ended(house: House) -> None:
    """A day in the past ends an offer; as of a time before it, it runs."""
    house.check(page_of("Until 1 June 2031 you get $150 in free credits each month.", *PARAGRAPHS[:2]), page=OFFER)
    for days, ended in ((1, False), (60, True)):
        at = house.now + timedelta(days=days)
        found = fact(house.archive, at, "free", "")
        assert fact_json(found, at)["value"]["ended"] is ended  # type: ignore[index]
        assert ("ended on 1 June 2031" in facts_markdown([found], at, Style())) is ended


def test_every_form_says_the_same_and_takes_no_text_for_markup(house: House) -> None:
    """Words of a page stay words: in Markdown, in HTML, and in a spreadsheet, where none begins a formula."""
    house.check(terms(HOSTILE))
    found = list(facts(Reader(house.archive), house.now))
    html = facts_html(found, house.now, Style())
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    markdown = facts_markdown(found, house.now, Style("zh"), article=True)
    assert "<script" not in MarkdownIt("commonmark", {"html": True}).render(markdown)
    rows = list(csv.DictReader(io.StringIO(facts_csv(found, house.now, Style()))))
    assert next(row["answer"] for row in rows if row["scope"] == "consumer") == "trains"
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_a_cell_that_begins_like_a_formula_is_defused(house: House) -> None:
    """A quote that a spreadsheet would run is a text."""
    house.check(terms("=HYPERLINK(1) We use your conversations to train our models."))
    written = facts_csv(facts(Reader(house.archive), house.now), house.now, Style())
    assert ",'=HYPERLINK" in written.replace('"', "")


def test_the_command_tells_facts_in_every_form(house: House) -> None:
    """One fact a line as JSON, a table that fits a terminal, an article in any language; an unknown vendor is an error."""
    house.check(terms(NEVER))
    house.check(terms(LEAVES), 10 * DAY)
    archive = ("--archive", str(house.path))

    def run(*arguments: str, at: str = "2031-12-31") -> str:
        done = CliRunner().invoke(cli, ["facts", "--at", at, *arguments, *archive])
        assert done.exit_code == 0, done.output
        return done.output

    [line] = run("--json", "--vendor", "acme", "--question", "training").splitlines()[:1]
    told = json.loads(line)
    assert (told["state"], told["answer"], told["before"]["answer"]) == (
        "known",
        "trains unless opted out",
        "does not train",
    )
    assert (told["quote"], told["page"], told["url"]) == (LEAVES, PAGE.name, PAGE.url)
    table = run()
    assert max(map(len, table.splitlines())) <= 100
    assert "Acme AI" in table
    assert LEAVES in run("--quotes")
    assert "是，除非您选择退出" in run("--article", "--language", "zh")
    assert run("--format", "html").startswith("<!doctype html>")
    assert run("--format", "csv").startswith("vendor,question")
    assert "No page was recorded by then." in run(at="1999-01-01")
    wrong = CliRunner().invoke(cli, ["facts", "--vendor", "nobody", *archive])
    assert "it has acme" in str(wrong.exception)


def test_a_damaged_version_keeps_no_other_from_being_told(house: House) -> None:
    """A page whose text cannot be read answers nothing; the other pages do."""
    house.check(terms(NEVER))
    house.check(terms(LEAVES), DAY, PRIVACY)
    assert fact(house.archive, house.now).now.state == "conflict"
    with closing(sqlite3.connect(house.path)) as db:
        db.execute("UPDATE blobs SET data = x'00' WHERE sha256 = (SELECT max(document) FROM versions WHERE page = 2)")
        db.commit()
    with Archive(house.path, mode="read") as archive:
        assert fact(archive, house.now).now.answer == "does not train"
