"""`watchlist probe` opens pages of a real server, says what each is, and corrects the watchlist."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import Web
from fakes import page_of, terms
from fault_server import FaultServer, redirect, reply

from monitor.cli import cli
from monitor.errors import UsageError, WatchlistError
from monitor.watchlist.loading import load

TEXT = """\
# Ours.
version: 1
settings: {{allow_private_addresses: true, pause: 0s}}
vendors:
  acme:
    pages:
      terms:
        type: terms
        url: {url}/terms  # by analogy
        unverified: true
        language: en
      gone: {{type: privacy, url: {url}/gone}}
      usage: {{type: free-offer, url: {url}/usage, enabled: false, needs: a login}}
"""


@pytest.fixture
def watchlist(tmp_path: Path, web: Web) -> Path:
    path = tmp_path / "watchlist.yaml"
    path.write_text(TEXT.format(url=web.url), "utf-8")
    web.pages["/terms"] = (200, terms())
    web.pages["/usage"] = (200, page_of("Please sign in to continue.", "New here? Ask whoever invited you."))
    return path


def run(watchlist: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["watchlist", "probe", "--watchlist", str(watchlist), *arguments])


def test_every_page_that_is_checked_is_opened(watchlist: Path) -> None:
    """Each is said in a line, and what would be corrected is shown; nothing is written, and nothing recorded."""
    before = watchlist.read_text("utf-8")
    done = run(watchlist)
    assert done.exit_code == 3
    said = dict(line.split(": ", 1) for line in done.stdout.splitlines() if line.startswith("acme/"))
    assert said["acme/terms"].startswith("opened: ") and said["acme/gone"].startswith(
        "not opened; the server answered 404"
    )
    assert "acme/usage" not in said
    assert "-        unverified: true" in done.stdout.splitlines()
    assert "1 of 2 pages opened; 1 entry to correct: --write does it" in done.stderr
    assert watchlist.read_text("utf-8") == before
    assert [path.name for path in watchlist.parent.iterdir()] == ["watchlist.yaml"]


def test_corrections_are_written_on_demand(watchlist: Path) -> None:
    """The rest of the file stays, and the second time there is nothing to correct."""
    before = watchlist.read_text("utf-8")
    done = run(watchlist, "acme/terms", "--write")
    assert (done.exit_code, done.stderr) == (0, "1 of 1 page opened; 1 entry corrected\n")
    assert watchlist.read_text("utf-8") == before.replace("        unverified: true\n", "")
    assert run(watchlist, "acme/terms", "--write").stderr == "1 of 1 page opened; nothing to correct\n"


def test_a_page_that_moved_is_written_with_its_new_address(watchlist: Path) -> None:
    """The address where it ended, if every step was for good."""
    with FaultServer({"/terms": [redirect("/legal", "301 Moved")], "/legal": [reply(terms())]}) as server:
        watchlist.write_text(TEXT.format(url=server.url("")), "utf-8")
        assert run(watchlist, "acme/terms", "--write").exit_code == 0
        assert load(watchlist).pages[0].url == server.url("/legal")
        assert "/legal  # by analogy\n" in watchlist.read_text("utf-8")


def test_the_unverified_ones_alone_can_be_opened(watchlist: Path) -> None:
    """Those whose address nobody has opened yet."""
    done = run(watchlist, "--unverified")
    assert done.exit_code == 0 and "acme/gone" not in done.stdout


def test_a_page_that_is_not_enabled_is_opened_if_it_is_named(watchlist: Path) -> None:
    """And says what it needs by what stands there."""
    done = run(watchlist, "acme/usage")
    assert done.exit_code == 3 and "Please sign in" in done.stdout


def test_a_program_is_told_all_of_it(watchlist: Path) -> None:
    """With --json one object a page, and no diff."""
    done = run(watchlist, "--json")
    found = {line["page"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert len({tuple(line) for line in found.values()}) == 1
    terms_, gone = found["terms"], found["gone"]
    assert (terms_["opened"], terms_["language"], terms_["corrections"]) == (True, "en", {"unverified": None})
    assert terms_["clauses"] > 10 and "training" in terms_["topics"] and terms_["remarks"] == []
    assert (gone["opened"], gone["status"], gone["remarks"][0]["kind"]) == (False, 404, "not-found")


def test_what_cannot_be_corrected_is_said_and_the_rest_is_written(watchlist: Path, web: Web) -> None:
    """An entry that others borrow from stays, with what to do by hand."""
    text = watchlist.read_text("utf-8").replace("      terms:\n", "      terms: &usual\n")
    text += f"      copy: {{<<: *usual, url: {web.url}/copy}}\n      own: {{type: terms, url: {web.url}/own, unverified: true}}\n"
    web.pages["/copy"] = web.pages["/own"] = (200, terms())
    watchlist.write_text(text, "utf-8")
    done = run(watchlist, "acme/terms", "acme/own", "--write")
    assert "acme/terms cannot be corrected without changing something else" in done.stderr
    assert load(watchlist).unverified == {"acme/terms", "acme/copy"}


def test_two_pages_that_moved_to_one_address_are_not_both_corrected(watchlist: Path) -> None:
    """The watchlist stays sound: one of them is said to be left."""
    routes = {
        "/terms": [redirect("/all", "301 Moved")],
        "/gone": [redirect("/all", "301 Moved")],
        "/all": [reply(terms())],
    }
    with FaultServer(routes) as server:
        watchlist.write_text(TEXT.format(url=server.url("")), "utf-8")
        done = run(watchlist, "--write")
        assert "acme/terms is not corrected: the watchlist would not be sound" in done.stderr
        assert [page.url for page in load(watchlist).pages] == [server.url("/terms"), server.url("/all")]


def test_robots_are_asked(watchlist: Path, web: Web) -> None:
    """A page that a site keeps robots from is not opened."""
    web.pages["/robots.txt"] = (200, b"User-agent: *\nDisallow: /terms\n")
    assert "not opened; " in run(watchlist, "acme/terms").stdout
    assert "robots.txt" in run(watchlist, "acme/terms").stdout


def test_a_page_that_is_not_listed_is_wrong_use(watchlist: Path) -> None:
    """So is a watchlist that is broken or not there: nothing is opened."""
    assert isinstance(run(watchlist, "acme/none").exception, UsageError)
    watchlist.write_text("version: 1\n", "utf-8")
    assert isinstance(run(watchlist).exception, WatchlistError)
    assert isinstance(run(watchlist.with_name("none.yaml")).exception, WatchlistError)
