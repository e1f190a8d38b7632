"""`search` and `blame` on the command line, and lists that are cut where nobody asked for all of them."""

from __future__ import annotations

import io
import json
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fakes import CHINESE, PARAGRAPHS, TRAINS, page_of, terms
from house import House
from rich.console import Console

from monitor.cli import cli, terminal
from monitor.errors import MonitorError
from monitor.model import Page

QINGHE = Page("qinghe", "terms", "terms", "https://qinghe.example/terms", language="zh")
NEVER = PARAGRAPHS[4]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive in which one page began to train on chats, and another is in Chinese."""
    path = tmp_path_factory.mktemp("search") / "archive.db"
    house = House.at(path)
    for body in (terms(), terms(p5=TRAINS)):
        house.check(body)
    house.check(page_of(*CHINESE, *(f"第{number}条：{text}" for number, text in enumerate(CHINESE))), page=QINGHE)
    house.archive.close()
    return path


def run(path: Path, command: str, *arguments: str) -> Result:
    done = CliRunner().invoke(cli, [command, "--archive", str(path), *arguments])
    assert isinstance(done.exception, MonitorError | SystemExit | None), done.exception
    return done


def lines(path: Path, command: str, *arguments: str) -> list[dict[str, object]]:
    done = run(path, command, "--json", *arguments)
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_clause_is_found_with_its_page_its_times_and_the_command_that_shows_it(path: Path) -> None:
    """What stands comes first, with the words marked, the headings, the topics, since when, and where to read on."""
    done = run(path, "search", "chats", "train", "--vendor", "acme", "--limit", "2")
    first, second = done.stdout.split("\n\n")[:2]
    assert first.splitlines() == [
        "acme/terms  stands since 2031-05-05 06:00  training",
        "  Terms",
        "  We use your **chats** to **train** our models.",
        "  monitor show 1",
    ]
    assert second.splitlines()[0].startswith("acme/terms  stands since 2031-05-04 18:00 or before")
    assert "there are more than 2: --limit shows more" in done.stderr


def test_a_clause_that_is_gone_says_until_when_it_stood(path: Path) -> None:
    """What a page says no more comes with its first and last day, and the change that took it away."""
    done = run(path, "search", '"do not use your chats"', "--until", "2031-05-05")
    (shown, *_) = [part for part in done.stdout.split("\n\n") if "stood" in part]
    assert "stood from 2031-05-04 18:00 or before until 2031-05-04 18:00" in shown
    assert shown.endswith("  monitor show 1")


def test_json_has_a_clause_a_line(path: Path) -> None:
    """Everything that is shown, and each spell with the versions and changes at its ends."""
    (found,) = lines(path, "search", f'"{TRAINS}"')
    assert found == {
        "vendor": "acme",
        "page": "terms",
        "text": TRAINS,
        "marks": [[0, len(TRAINS) - 1]],
        "kind": "paragraph",
        "trail": ["Terms"],
        "topics": ["training"],
        "stands": True,
        "first_seen_at": "2031-05-05T06:00:00Z",
        "last_seen_at": "2031-05-05T06:00:00Z",
        "spells": [
            {
                "since": "2031-05-05T06:00:00Z",
                "began_version": 2,
                "brought_by": 1,
                "as_read": False,
                "last_seen_at": "2031-05-05T06:00:00Z",
                "ended_version": None,
                "dropped_by": None,
                "ended_as_read": False,
            }
        ],
    }


@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        (("训练",), {CHINESE[3], f"第3条：{CHINESE[3]}"}),
        (("三十天", "-第"), {CHINESE[4]}),
        (("train", "--topic", "training", "--now", "--page", "acme/terms", "-part"), {TRAINS}),
        (("train*", "NOT", "part", "--at", "2031-05-04"), {NEVER}),
        (("train*", "-part", "--since", "2031-05-05T12:00Z", "--vendor", "acme"), {TRAINS}),
        (("train", "--topic", "price"), set()),
        (("--", "train", "-part", "-not"), {TRAINS}),
    ],
)
def test_what_filters_leave(path: Path, arguments: tuple[str, ...], texts: set[str]) -> None:
    """By topic, page, vendor and time; a word with a minus is left out, quoted or not."""
    assert {clause["text"] for clause in lines(path, "search", *arguments)} == texts


def test_nothing_found_is_said_and_no_fault(path: Path) -> None:
    """A search that finds nothing says so on standard error, and ends as any other."""
    done = run(path, "search", "zymurgy")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "nothing was found\n")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("search", "OR", "x"), "OR needs a word before it"),
        (("search",), "there is no word in it"),
        (("search", "x", "--vendor", "nobody"), "no page of this vendor"),
        (("search", "x", "--page", "acme"), "write vendor/page"),
        (("search", "x", "--at", "2031-05-04", "--since", "2031-05-04"), "--at is one time"),
        (("search", "x", "--reindex"), "--reindex takes no words"),
        (("blame", "acme/nothing"), "no such page"),
        (("blame", "acme/terms", "--at", "2030-01-01"), "the first is of 2031-05-04"),
    ],
)
def test_wrong_use_is_told(path: Path, arguments: tuple[str, ...], expected: str) -> None:
    """Wrong use has its exit status, and says what was expected."""
    done = run(path, *arguments)
    assert isinstance(done.exception, MonitorError)
    assert (done.exception.exit_status, expected in str(done.exception)) == (2, True), done.exception


def test_an_unknown_option_of_a_search_is_no_word(path: Path) -> None:
    """Two dashes are an option, and a mistyped one is told."""
    done = run(path, "search", "x", "--vendr", "acme")
    assert done.exit_code == 2
    assert "No such option" in done.stderr


def test_the_index_is_made_again(path: Path) -> None:
    """`search --reindex` makes the index from the documents, and says so."""
    before = lines(path, "search", "chats")
    done = run(path, "search", "--reindex")
    assert "the index of clauses was made again" in done.stderr
    assert lines(path, "search", "chats") == before


def test_blame_says_since_when_each_clause_stands(path: Path) -> None:
    """A line a clause, in the page's order: since when, and by which change; the newest and the oldest are named."""
    done = run(path, "blame", "acme/terms")
    shown = done.stdout.splitlines()
    assert shown[0] == "2031-05-04 18:00  first     Terms"
    assert f"2031-05-05 06:00  #1          {TRAINS}" in shown
    assert done.stderr == "25 clauses, the oldest of 2031-05-04 18:00, the newest of 2031-05-05 06:00\n"
    assert len(shown) == 25


def test_blame_of_an_earlier_version_and_of_a_topic(path: Path) -> None:
    """The version in force on a date, and of it what speaks of a topic, under its headings."""
    done = run(path, "blame", "acme/terms", "--at", "2031-05-04", "--topic", "training")
    assert [line.split("  ")[-1].strip() for line in done.stdout.splitlines()][:2] == ["Terms", NEVER]


def test_blame_as_json(path: Path) -> None:
    """A clause a line, with its place, its topics, and what brought it."""
    found = {each["text"]: each for each in lines(path, "blame", "acme/terms")}
    assert found[TRAINS] == {
        "text": TRAINS,
        "kind": "paragraph",
        "trail": ["Terms"],
        "topics": ["training"],
        "since": "2031-05-05T06:00:00Z",
        "version": 2,
        "change": 1,
        "as_read": False,
    }


def test_a_list_shows_the_newest_where_a_limit_is_given(house: House) -> None:
    """`changes` and `history` take a limit: the newest are left, in the order of the list, and that there are more is said."""
    for number in range(5):
        house.check(terms(p4=f"We keep your chats for {number + 2} days after you delete them."), timedelta(days=40))
    house.archive.close()
    done = run(house.path, "changes", "--limit", "2")
    assert [line[:2] for line in done.stdout.splitlines()] == ["#4", "#3"]
    assert "there are more than 2" in done.stderr
    assert [line["id"] for line in lines(house.path, "changes", "--limit", "2")] == [3, 4]
    assert [line["id"] for line in lines(house.path, "changes")] == [1, 2, 3, 4]
    assert [line["id"] for line in lines(house.path, "history", "acme/terms", "--limit", "3")] == [3, 4, 5]
    assert "there are more" not in run(house.path, "history", "acme/terms").stderr


class Terminal(io.StringIO):
    """Somebody sits before this standard output."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_screenful_and_a_program_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for a number gets it; without one, JSON and pipes are whole, and a terminal is not flooded."""
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert [terminal.most(limit, json_=False) for limit in (None, 7)] == [None, 7]
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert [terminal.most(limit, json_=False) for limit in (None, 7)] == [50, 7]
    assert terminal.most(None, json_=True) is None


def test_a_terminal_shows_what_was_found_in_bold(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a person, the words that were found are bold, and have no signs around them."""
    monkeypatch.setattr(
        terminal, "console", lambda: Console(file=sys.stdout, force_terminal=True, width=200, highlight=False)
    )
    shown = run(path, "search", "chats", "train", "--limit", "1").stdout
    assert "\x1b[1;32mchats\x1b[0m" in shown
    assert "**" not in shown
