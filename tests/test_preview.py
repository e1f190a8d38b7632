"""Other selectors are tried on a page's past snapshots: what they would lose, gain, and make of its history."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fakes import PAGE, PARAGRAPHS, TRAINS, page_of
from house import House

from monitor.cli import cli

FIRST, SECOND = "Seen by 4,711 readers so far.", "Seen by 4,712 readers so far."


def counted(words: str, *, p5: str = PARAGRAPHS[4]) -> bytes:
    """The page with a counter among its paragraphs."""
    return page_of(*PARAGRAPHS[:4], p5, *PARAGRAPHS[5:]).replace(
        b"</main>", f"<p class=counter>{words}</p></main>".encode()
    )


@pytest.fixture
def snapshots(house: House) -> House:
    """Three snapshots, one of them seen twice: a counter turns, then a promise is lost. A wall came in between."""
    wall = page_of("Sign in to continue to Acme. Email, password. Forgot your password? Ask your admin for help.")
    house.checks(counted(FIRST), counted(FIRST), counted(SECOND), wall, counted(SECOND, p5=TRAINS))
    return house


def run(house: House, *options: str, select: str = "") -> Result:
    """`watchlist try` on the page, which the watchlist reads with `select`."""
    watchlist = house.path.with_name("watchlist.yaml")
    page = json.dumps({"type": "terms", "url": PAGE.url} | ({"select": select} if select else {}))
    watchlist.write_text(f"version: 1\nvendors: {{acme: {{pages: {{terms: {page}}}}}}}\n", "utf-8")
    before = house.path.read_bytes()
    common = ["--watchlist", str(watchlist), "--archive", str(house.path)]
    done = CliRunner().invoke(cli, ["watchlist", "try", "acme/terms", *options, *common])
    assert house.path.read_bytes() == before
    return done


def rows(house: House, *options: str, select: str = "") -> list[dict[str, Any]]:
    done = run(house, *options, "--json", select=select)
    assert done.exit_code == 0, done.exception
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_distinct_snapshot_of_a_document_is_read_newest_first(snapshots: House) -> None:
    """Each snapshot is a row, the newest first; the same bytes are read once, and a wall is none."""
    found = rows(snapshots, "--remove", ".counter")
    times = [row["seen_at"] for row in found]
    assert (len(found), times) == (3, sorted(times, reverse=True))
    assert len(rows(snapshots, "--remove", ".counter", "--last", "2")) == 2


def test_a_change_that_would_disappear_is_shown(snapshots: House) -> None:
    """Without the counter the first change is none, and the second one stands."""
    found = rows(snapshots, "--remove", ".counter")
    assert [row["watched"]["change"] for row in found] == [True, True, None]
    assert [row["tried"]["change"] for row in found] == [True, False, None]


def test_a_change_that_would_appear_is_shown(snapshots: House) -> None:
    """Selectors that the watchlist has, and that are left out, let the counter's change in again."""
    found = rows(snapshots, select="main p:not(.counter)")
    assert [row["watched"]["change"] for row in found] == [True, False, None]
    assert [row["tried"]["change"] for row in found] == [True, True, None]


def test_what_would_be_lost_and_gained_is_shown(snapshots: House) -> None:
    """Of a snapshot, the text that would be lost or gained, and how much text there is on either side."""
    newest = rows(snapshots, "--remove", ".counter")[0]
    assert (newest["lost"], newest["gained"]) == ([SECOND], [])
    assert newest["watched"]["blocks"] - newest["tried"]["blocks"] == 1
    assert newest["watched"]["characters"] - newest["tried"]["characters"] == len(SECOND) + 1
    gained = rows(snapshots, "--select", "main p", select="main p:not(.counter)")[0]
    assert (gained["lost"], gained["gained"]) == ([], [SECOND])


def test_people_see_the_words(snapshots: House) -> None:
    """On the terminal a table of the snapshots, and the words that the newest one would lose."""
    said = run(snapshots, "--remove", ".counter").stdout
    assert len(said.splitlines()) == 1 + 3 + 2
    assert f"[-{SECOND}-]" in said
    assert "would say the same" in run(snapshots, "--select", "main").stdout


def test_a_snapshot_that_the_watchlist_cannot_read_is_tried(snapshots: House) -> None:
    """Where the watchlist's own selector matches nothing, as after a redesign, the selectors tried are shown alone."""
    found = rows(snapshots, "--select", "main", select="#gone")
    assert [(row["watched"], row["tried"]["change"]) for row in found] == [(None, True), (None, True), (None, None)]
    assert " - " in run(snapshots, "--select", "main", select="#gone").stdout


def test_selectors_that_overlap_may_be_tried(snapshots: House) -> None:
    """A selector to remove that does something alone is right, also where another one does the same."""
    assert len(rows(snapshots, "--remove", ".counter", "--remove", "main > p.counter")) == 3


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--select", "p["], "expected a CSS selector"),
        (["--remove", "p["], "expected a CSS selector"),
        (["--select", "#gone"], "snapshot of 2031-05-06 18:00 UTC: the selector '#gone' matches nothing"),
        (["--remove", ".counter", "--remove", "#gone"], "'#gone' removes nothing from any of the 3 snapshots"),
        (["--last", "0"], "--last"),
    ],
)
def test_a_selector_that_is_none_is_wrong_use(snapshots: House, options: list[str], said: str) -> None:
    """A selector that does not compile or matches nothing is wrong use, and the message says on which snapshot."""
    done = run(snapshots, *options)
    status = done.exit_code if isinstance(done.exception, SystemExit) else getattr(done.exception, "exit_status", None)
    assert status == 2
    assert said in f"{done.stderr} {done.exception}"


def test_a_page_without_a_snapshot_is_wrong_use(house: House) -> None:
    """A page that was never fetched, or never brought a document, cannot be tried."""
    for _ in range(2):
        assert getattr(run(house, "--select", "main").exception, "exit_status", None) == 2
        house.check("timeout")
