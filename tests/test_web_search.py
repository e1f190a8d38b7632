"""Search, since when clauses stand, and the matrix of what every vendor says, in the browser."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

import archive_fakes
import pytest
from archive_fakes import HOUR, START
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from web_site import Kinds, client

from monitor.archive import Archive
from monitor.web import facts


@pytest.fixture
def asking(shown: Path) -> FlaskClient:
    """Asks the archive with two years of invented vendors."""
    return client(shown)


# --- search, since when, the matrix ------------------------------------------------------------------------------------


def test_a_hit_says_when_it_stood(asking: FlaskClient) -> None:
    """Each clause that is found has its words marked, the times at which it came and went, and the changes that did it."""
    page = BeautifulSoup(asking.get("/search?q=train+conversations").text, "lxml")
    hits = page.select("article.hit")
    assert len(hits) == 3
    assert [mark.text for mark in hits[0].select("mark")] == ["conversations", "train"]
    assert "stands now" in hits[0].text
    assert "then gone" in hits[1].text
    assert {str(link["href"]).split("/")[1] for link in hits[0].select("a")} >= {"pages", "versions", "changes"}


@pytest.mark.parametrize(
    ("query", "many"),
    [
        ("q=train+conversations&now=1", 1),
        ("q=train&vendor=lumen", 0),
        ("q=conversations&topic=training&now=1", 2),
        ("q=train&at=2025-01-01", 1),
        ("q=训练模型", 2),
        ("q=nothing-of-this", 0),
    ],
)
def test_a_search_is_narrowed(asking: FlaskClient, query: str, many: int) -> None:
    """By what stands now, a vendor, a topic, a day; Chinese is found by its characters."""
    assert len(BeautifulSoup(asking.get(f"/search?{query}").text, "lxml").select("article.hit")) == many


def test_a_hit_leads_to_the_screen_on_which_its_clause_stands(tmp_path: Path) -> None:
    """However long the version is: its clauses are shown a screen at a time."""
    many = (f"Paragraph {number} of these terms says nothing that anybody looks for." for number in range(2_000))
    with Archive(tmp_path / "archive.db") as archive:
        text = "\n".join((*many, "A zebra is never fed with your conversations."))
        archive.record(archive_fakes.PAGE, archive_fakes.read(text, START))
    asking = client(tmp_path / "archive.db")
    [link] = BeautifulSoup(asking.get("/search?q=zebra").text, "lxml").select("article.hit a.quote")
    address, _, anchor = str(link["href"]).partition("#")
    clause = BeautifulSoup(asking.get(address).text, "lxml").find(id=anchor)
    assert clause and "zebra" in clause.text
    assert "zebra" not in asking.get(address.partition("?")[0]).text


@pytest.mark.parametrize("words", ["-train", '""', "OR", "a OR", "*", "x " * 200])
def test_a_question_that_cannot_be_asked_is_said_above_the_form(asking: FlaskClient, words: str) -> None:
    """Whoever types it reads what was expected, and goes on."""
    answer = asking.get("/search", query_string={"q": words})
    assert answer.status_code == 200
    assert 'class="alarm"' in answer.text
    assert asking.get("/api/search", query_string={"q": words}).status_code == 400


def test_every_clause_says_since_when_it_stands(asking: FlaskClient, shown: Path) -> None:
    """Clauses of the first version have no change, later ones the change that brought them."""
    page = BeautifulSoup(asking.get(Kinds(shown).pages["since when"]).text, "lxml")
    stretches = {
        section.select_one("p").text.split(",")[0].strip(): section for section in page.select("section.stretch")
    }
    assert "By default we use" in stretches["11 Nov 2026"].text
    assert stretches["11 Nov 2026"].select_one("p a")
    assert "from the first version" in stretches["23 Dec 2024"].text


def test_the_matrix_is_told_as_of_a_day(asking: FlaskClient) -> None:
    """The same question has the answer of its day, and the quote that stood then."""

    def cell(at: str) -> str:
        rows = BeautifulSoup(asking.get(f"/matrix{at}").text, "lxml").select("table.matrix tbody tr")
        [row] = [row for row in rows if "Northwind AI" in row.text]
        return " ".join(row.select("td")[0].text.split())

    assert cell("").startswith("unless you opt out")
    assert cell("?at=2026-01-01").startswith("only if you opt in")
    assert "only if you turn on sharing" in cell("?at=2026-01-01")
    assert "Before: only if you opt in" in cell("")


def test_the_matrix_is_a_table_for_spreadsheets(asking: FlaskClient) -> None:
    """One fact a line, as of now or of a day."""
    rows = list(csv.DictReader(io.StringIO(asking.get("/matrix.csv?at=2026-01-01").text.removeprefix("\ufeff"))))
    assert {row["vendor"] for row in rows} == {"northwind", "lumen", "qinghe"}


def test_facts_follow_the_archive(tmp_path: Path) -> None:
    """What was worked out is kept only as long as the pages show the same versions."""
    path = tmp_path / "archive.db"
    asking = client(path)
    with Archive(path) as archive:
        archive.record(archive_fakes.PAGE, archive_fakes.read("We do not use your chats to train our models.", START))
        assert "We do not use your chats" in asking.get("/matrix").text
        new = archive_fakes.changed("We use your chats to train our models.", START + HOUR)
        archive.record(archive_fakes.PAGE, new)
        assert "We use your chats" in asking.get("/matrix").text


def test_what_there_was_no_time_for_is_read_on(shown: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that had no time to read says how many vendors are left; they are read beside it, and are there soon."""
    monkeypatch.setattr(facts, "LONGEST_READ", -1.0)
    asking = client(shown)
    assert asking.get("/api/facts").json["left"] == 3
    for _ in range(200):
        if not (answer := asking.get("/api/facts").json)["left"]:
            break
        time.sleep(0.1)
    assert {each["vendor"] for each in answer["items"]} == {"northwind", "lumen", "qinghe"}
    assert "still being read" not in asking.get("/matrix").text


def test_a_vendor_of_many_versions_is_read_beside_its_page(shown: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its page comes at once and says that it is still being read; soon after it says what the vendor says."""
    monkeypatch.setattr(facts, "MOST_AT_ONCE", 1)
    asking = client(shown)
    assert "still being read" in asking.get("/vendors/northwind").text
    for _ in range(200):
        if "still being read" not in (said := asking.get("/vendors/northwind").text):
            break
        time.sleep(0.1)
    assert "By default we use your conversations" in said
