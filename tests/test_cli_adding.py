"""`watchlist add` looks at a page of a real server, says what it is, and adds it to the watchlist."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import Web
from fakes import page_of, terms
from fault_server import FaultServer, redirect, reply

from monitor.cli import cli
from monitor.errors import MonitorError
from monitor.watchlist.loading import load

HEAD = """\
# Ours.
version: 1
settings: {allow_private_addresses: true}   # for the tests

vendors:
  acme:
    name: "Acme"
    pages:
      other:  # kept as it is
        type: other
        url: https://acme.example/other
"""
TITLED = terms().replace(b"<body>", b"<head><title>Privacy Policy | Northwind AI</title></head><body>")
SHELL = b"<!doctype html><html><body><div id=root></div><script src=a.js></script></body></html>"
WALL = page_of("Please sign in to continue.", "New here? Ask whoever invited you.")
UNREAD = "could not be read when it was added: "
CHECK = page_of("Verify you are human", "Complete the security check to go on to this site.")


@pytest.fixture
def watchlist(tmp_path: Path) -> Path:
    path = tmp_path / "watchlist.yaml"
    path.write_text(HEAD, "utf-8")
    return path


def add(watchlist: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["watchlist", "add", "--watchlist", str(watchlist), *arguments])


def added(watchlist: Path) -> list[str]:
    """The lines that were added; all that stood there must stand there still."""
    text = watchlist.read_text("utf-8")
    assert text.startswith(HEAD)
    return text.removeprefix(HEAD).splitlines()


def refused(done: Result, watchlist: Path, status: int = 2) -> str:
    """What was said by a command that was refused, and left the watchlist as it was."""
    assert isinstance(done.exception, MonitorError) and done.exception.exit_status == status
    assert watchlist.read_text("utf-8") == HEAD
    return str(done.exception)


def test_a_page_is_added_as_it_is_proposed(watchlist: Path, web: Web) -> None:
    """Vendor, name, type and language are told by the page; what stood in the file stands there still."""
    web.pages["/legal/privacy"] = (200, TITLED)
    done = add(watchlist, f"{web.url}/legal/privacy", "--yes")
    assert done.exit_code == 0, done.output
    assert added(watchlist) == [
        "  127-0-0-1:", "    name: 127-0-0-1", "    pages:", "      privacy:", "        type: privacy",
        f"        url: {web.url}/legal/privacy", "        language: en",
    ]  # fmt: skip
    assert [page.key for page in load(watchlist).pages] == ["acme/other", "127-0-0-1/privacy"]


def test_what_was_found_is_shown(watchlist: Path, web: Web) -> None:
    """Whoever adds a page sees what was read in it, and the entry as it will stand."""
    web.pages["/legal/privacy"] = (200, TITLED)
    output = add(watchlist, f"{web.url}/legal/privacy", "--dry-run").stdout
    for words in ("Privacy Policy | Northwind AI", "clauses", "training", "retention", "type: privacy"):
        assert words in output
    assert added(watchlist) == []


def test_options_have_the_last_word(watchlist: Path, web: Web) -> None:
    """Each option stands in the entry in the place of what would be guessed."""
    web.pages["/legal/privacy"] = (200, TITLED)
    options = {
        "vendor": "northwind", "name": "Northwind: AI", "page": "policy", "type": "terms", "language": "zh", "every": "6h",
        "select": "main", "fetch": "http", "note": "ask # them",
    }  # fmt: skip
    done = add(watchlist, f"{web.url}/legal/privacy", "--yes", *(f"--{key}={text}" for key, text in options.items()))
    assert done.exit_code == 0, done.output
    page = load(watchlist).pages[1]
    assert (page.vendor, page.vendor_name, page.name) == ("northwind", "Northwind: AI", "policy")
    assert {key: getattr(page, key) for key in ("type", "language", "every", "select", "fetch")} == {
        key: options[key] for key in ("type", "language", "every", "select", "fetch")
    }
    assert load(watchlist).notes == {"northwind/policy": "ask # them"}


@pytest.mark.parametrize(
    "option", ["--vendor=A B", "--page=ä", "--type=termz", "--language=english", "--every=often", "--select=<<", "--fetch=ftp"]
)  # fmt: skip
def test_an_option_that_makes_no_sense_is_wrong_use(watchlist: Path, option: str) -> None:
    """Options are checked before anything is fetched."""
    done = add(watchlist, "https://acme.example/terms", option)
    assert done.exit_code == 2 and option.partition("=")[2] in done.stderr


def test_json_is_one_object(watchlist: Path, web: Web) -> None:
    """For a program the proposal is one object, with the entry's keys as they would be written."""
    web.pages["/legal/privacy"] = (200, TITLED)
    said = json.loads(add(watchlist, f"{web.url}/legal/privacy", "--dry-run", "--json").stdout)
    assert said["entry"] == {"type": "privacy", "url": f"{web.url}/legal/privacy", "language": "en"}
    assert (said["vendor"], said["page"], said["is_new_vendor"], said["outcome"]) == (
        "127-0-0-1",
        "privacy",
        True,
        "ok",
    )
    assert said["clauses"] > 10 and "training" in said["topics"]


def test_the_address_at_the_end_of_redirects_is_watched(watchlist: Path) -> None:
    """A page that moved is watched where it is now."""
    with FaultServer({"/old": [redirect("/terms")], "/terms": [reply(terms())]}) as server:
        assert add(watchlist, server.url("/old"), "--yes").exit_code == 0
        assert load(watchlist).pages[1].url == server.url("/terms")
        done = add(watchlist, server.url("/old"), "--yes")
    assert done.exception and "already watched, as 127-0-0-1/terms" in str(done.exception)


def test_the_page_is_fetched_once(watchlist: Path) -> None:
    """A site is asked no more than a reader would ask it."""
    with FaultServer({"/terms": [reply(terms())]}) as server:
        add(watchlist, server.url("/terms"), "--yes")
        assert [request.path for request in server.requests] == ["/terms"]


def test_an_address_that_is_watched_is_wrong_use(watchlist: Path) -> None:
    """An address is watched once; the message names the page, and nothing is asked of the site."""
    said = refused(add(watchlist, "https://acme.example/other/#part", "--yes"), watchlist)
    assert "already watched, as acme/other" in said


def test_without_a_terminal_it_takes_a_yes(watchlist: Path, web: Web) -> None:
    """A script that does not say --yes gets the proposal, and nothing is written."""
    web.pages["/terms"] = (200, terms())
    done = add(watchlist, f"{web.url}/terms")
    assert "type: terms" in done.stdout and "--yes" in refused(done, watchlist)


@pytest.mark.parametrize(("answer", "is_added"), [(b"y\n", True), (b"\n", False)])
def test_on_a_terminal_it_asks(watchlist: Path, web: Web, answer: bytes, is_added: bool) -> None:
    """A person is asked, and whoever only presses return has added nothing."""
    web.pages["/terms"] = (200, terms())
    ours, theirs = pty.openpty()
    os.write(ours, answer)
    command = [sys.executable, "-m", "monitor", "watchlist", "add", f"{web.url}/terms", "--watchlist", str(watchlist)]
    try:
        done = subprocess.run(command, stdin=theirs, capture_output=True, timeout=60, check=True)
    finally:
        os.close(ours)
        os.close(theirs)
    assert b"Add it?" in done.stderr and bool(added(watchlist)) == is_added


@pytest.mark.parametrize(
    ("body", "status", "keys"),
    [
        (WALL, 200, {"enabled": False, "note": "needs a login"}),
        (b"", 401, {"enabled": False, "note": "needs a login"}),
        (SHELL, 200, {"fetch": "browser", "note": "almost no text without a browser"}),
        (CHECK, 403, {"fetch": "browser", "note": "a bot check stood in its place when it was added"}),
        (b"no", 404, {"enabled": False, "note": f"{UNREAD}the server answered 404 Not Found"}),
        (b"PK\x03\x04zip", 200, {"enabled": False, "note": f"{UNREAD}the answer is a zip archive, not a page of text"}),
    ],
    ids=["wall", "unauthorized", "shell", "check", "missing", "zip"],
)  # fmt: skip
def test_what_is_not_the_document_is_said(watchlist: Path, web: Web, body: bytes, status: int, keys: object) -> None:
    """What stands in the document's place decides how the page is proposed; it is added only by somebody who says its type."""
    web.pages["/terms"] = (status, body)
    done = add(watchlist, f"{web.url}/terms", "--yes", "--json")
    assert done.exit_code == 3 and "could not be read" in done.stderr and "--type" in done.stderr
    assert added(watchlist) == []
    done = add(watchlist, f"{web.url}/terms", "--yes", "--json", "--type", "privacy")
    assert done.exit_code == 3 and "added to" in done.stderr
    assert json.loads(done.stdout)["entry"] == {"type": "privacy", "url": f"{web.url}/terms", **dict(keys)}  # type: ignore[call-overload]
    assert added(watchlist)[3] == "      terms:"


def test_a_way_to_a_login_is_not_watched_in_the_place_of_the_page(watchlist: Path) -> None:
    """Of a page that redirects to a login the address asked is kept: that is the page."""
    welcome = reply(page_of("Welcome back to the place of your work."))
    with FaultServer({"/usage": [redirect("/login?next=usage")], "/login?next=usage": [welcome]}) as server:
        done = add(watchlist, server.url("/usage"), "--dry-run", "--json")
        entry = json.loads(done.stdout)["entry"]
        assert (done.exit_code, entry["url"], entry["enabled"]) == (3, server.url("/usage"), False)


def test_a_selector_that_matches_nothing_is_wrong_use(watchlist: Path, web: Web) -> None:
    """A selector is tried on the page before it is written down."""
    web.pages["/terms"] = (200, terms())
    assert "'.nothing'" in refused(add(watchlist, f"{web.url}/terms", "--select=.nothing", "--yes"), watchlist)


@pytest.mark.parametrize(
    "url", ["ftp://acme.example/terms", "acme.example/terms", "https://a:b@acme.example/", "https://"]
)
def test_what_is_no_web_address_is_wrong_use(watchlist: Path, url: str) -> None:
    """The message says what an address looks like."""
    assert "expected an address like https://" in refused(add(watchlist, url, "--yes"), watchlist)


def test_a_private_address_is_refused_with_the_way_to_allow_it(tmp_path: Path, web: Web) -> None:
    """Without the setting nothing is asked of a private address, and the message names the setting."""
    path = tmp_path / "none.yaml"
    done = add(path, f"{web.url}/terms", "--yes")
    assert isinstance(done.exception, MonitorError) and "allow_private_addresses: true" in str(done.exception)
    assert not path.exists()


def test_a_watchlist_is_made_where_there_is_none(tmp_path: Path) -> None:
    """The first page makes the file, here with one that cannot be reached now."""
    path = tmp_path / "new.yaml"
    done = add(path, "https://www.northwind.invalid/legal/terms-of-use", "--yes", "--type", "terms")
    assert done.exit_code == 3, done.output
    [page] = load(path).disabled
    assert (page.key, page.vendor_name) == ("northwind/terms-of-use", "Northwind")


def test_a_broken_watchlist_is_not_added_to(watchlist: Path) -> None:
    """Every mistake is told, and nothing is fetched."""
    watchlist.write_text(HEAD.replace("type: other", "type: othr"), "utf-8")
    done = add(watchlist, "https://acme.example/terms", "--yes")
    assert "unknown type" in str(done.exception)


def test_braces_are_refused_after_the_proposal(watchlist: Path, web: Web) -> None:
    """Who cannot have the entry written can copy it: it is shown all the same."""
    web.pages["/terms"] = (200, terms())
    text = "version: 1\nsettings: {allow_private_addresses: true}\nvendors: {a: {pages: {b: {type: terms, url: https://a.example}}}}\n"
    watchlist.write_text(text, "utf-8")
    done = add(watchlist, f"{web.url}/terms", "--yes")
    assert "type: terms" in done.stdout and "watchlist.yaml:3: vendors is written in braces" in str(done.exception)
    assert watchlist.read_text("utf-8") == text
    assert add(watchlist, f"{web.url}/terms", "--dry-run").exit_code == 0


def test_the_mode_and_the_link_of_the_file_are_kept(watchlist: Path, web: Web) -> None:
    """A file that only its owner may read stays so, a link to it stays a link, and no other file is left."""
    web.pages["/terms"] = (200, terms())
    watchlist.chmod(0o600)
    link = watchlist.with_name("link.yaml")
    link.symlink_to(watchlist)
    assert add(link, f"{web.url}/terms", "--yes").exit_code == 0
    assert link.is_symlink() and added(watchlist) and watchlist.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in watchlist.parent.iterdir()) == ["link.yaml", "watchlist.yaml"]
