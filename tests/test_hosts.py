"""What is known of hosts, from one run to the next: what their robots.txt says, and until when they asked for peace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from fakes import terms
from fault_server import FaultServer, reply
from test_manners import NOW, OTHER, SITE, Guest, busy, guest

from monitor.archive import Archive
from monitor.cli import cli
from monitor.daemon import Daemon
from monitor.fetch.hosts import Hosts
from monitor.watchlist.loading import load


def kept(file: Path, visitor: Guest) -> Guest:
    """The same guest in another run."""
    visitor.etiquette.close()
    again = guest(hosts=Hosts(file))
    again.site.answers = visitor.site.answers
    return again


def test_robots_txt_is_asked_once_a_day_by_all_runs(tmp_path: Path) -> None:
    """What robots.txt says is kept from run to run, for a day; also that there is none."""
    file = tmp_path / "hosts"
    visitor = guest("User-agent: *\nDisallow: /private\nCrawl-delay: 20", hosts=Hosts(file))
    for hours in (0, 1, 23):
        now = NOW + timedelta(hours=hours)
        assert visitor.ask(f"{SITE}/private", now).outcome == "robots"
        assert visitor.ask(f"{OTHER}/private", now).outcome == "ok"
        assert (
            visitor.site.urls.count(f"{SITE}/robots.txt")
            == visitor.site.urls.count(f"{OTHER}/robots.txt")
            == (not hours)
        )
        visitor = kept(file, visitor)
    visitor.ask(f"{SITE}/private", NOW + timedelta(hours=24))
    assert visitor.site.urls == [f"{SITE}/robots.txt"]


def test_peace_outlasts_the_run(tmp_path: Path) -> None:
    """A host that asked for peace is left alone by the next run, too, for as long as it asked for, and no longer."""
    file = tmp_path / "hosts"
    visitor = guest(hosts=Hosts(file))
    busy(visitor.site, 600.0)
    visitor.ask(f"{SITE}/terms")
    visitor = kept(file, visitor)
    assert visitor.ask(f"{SITE}/privacy", NOW + timedelta(minutes=9)).outcome == "rate_limited"
    assert visitor.site.asked == []
    visitor = kept(file, visitor)
    assert visitor.ask(f"{SITE}/privacy", NOW + timedelta(minutes=10)).outcome == "ok"
    visitor = kept(file, visitor)
    assert visitor.ask(f"{SITE}/privacy", NOW + timedelta(minutes=11)).outcome == "ok"


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"robots": {"x": 1}, "peace": {}}', '{"robots": {}, "peace": {"x": ["2026-11-25", 1]}}'],
)
def test_what_was_kept_and_cannot_be_read_is_left_aside(tmp_path: Path, content: str) -> None:
    """A file that holds anything else costs a request for robots.txt, and is whole again then."""
    file = tmp_path / "hosts"
    file.write_text(content, "utf-8")
    visitor = guest(hosts=Hosts(file))
    visitor.ask(f"{SITE}/terms")
    assert visitor.site.urls[0] == f"{SITE}/robots.txt"
    assert kept(file, visitor).ask(f"{SITE}/terms").outcome == "ok"


def test_a_folder_that_takes_no_file_costs_nothing_else(tmp_path: Path) -> None:
    """Where nothing can be kept, pages are asked for all the same."""
    visitor = guest(hosts=Hosts(tmp_path / "missing" / "hosts"))
    assert visitor.ask(f"{SITE}/terms").outcome == "ok"
    visitor.etiquette.close()
    assert list(tmp_path.iterdir()) == []


def test_sites_of_long_ago_are_forgotten(tmp_path: Path) -> None:
    """What was kept of a site that nobody has asked for a month does not stay for ever."""
    file = tmp_path / "hosts"
    visitor = guest(hosts=Hosts(file))
    visitor.ask(f"{SITE}/terms")
    visitor.ask(f"{OTHER}/terms", NOW + timedelta(days=31))
    visitor.etiquette.close()
    assert SITE not in file.read_text("utf-8") and OTHER in file.read_text("utf-8")


# --- the program -----------------------------------------------------------------------------------------------------


def watch(folder: Path, server: FaultServer, *paths: str) -> None:
    """A watchlist of these pages, each checked every quarter of an hour."""
    listed = {path: {"type": "terms", "url": server.url(f"/{path}")} for path in paths}
    settings = {"archive": "archive.db", "allow_private_addresses": True, "every": "15m", "confirm": False}
    watchlist = {"version": 1, "settings": settings, "vendors": {"acme": {"pages": listed}}}
    (folder / "watchlist.yaml").write_text(yaml.safe_dump(watchlist), "utf-8")


def checked(folder: Path, *arguments: str) -> dict[str, str]:
    """What `monitor check` says of each page, in a run of its own."""
    given = ["--json", "--watchlist", str(folder / "watchlist.yaml"), "--archive", str(folder / "archive.db")]
    lines = CliRunner().invoke(cli, ["check", *given, *arguments]).stdout.splitlines()
    return {line["page"]: line["outcome"] for line in map(json.loads, lines)}


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """A site with two pages, of which one says for five hours that it is too busy."""
    with FaultServer({"/one": [reply(terms())], "/robots.txt": [reply(b"", "404 Not Found")]}) as server:
        server.routes["/two"] = [reply(b"", "429 Too Many Requests", Retry_After=str(5 * 3600))]
        yield server


def asked(server: FaultServer) -> list[str]:
    return [request.path for request in server.requests]


def test_cron_asks_for_robots_txt_once_and_keeps_the_peace(tmp_path: Path, server: FaultServer) -> None:
    """Runs of `monitor check` share what a host said: its robots.txt, and that it wants to be left alone, for all its pages.

    The page's next check is no sooner than it said, though the schedule would have it in a quarter of an hour.
    """
    watch(tmp_path, server, "one", "two")
    assert checked(tmp_path) == {"one": "ok", "two": "rate_limited"}
    assert asked(server) == ["/robots.txt", "/one", "/two"]
    assert checked(tmp_path) == {"one": "rate_limited", "two": "rate_limited"}
    assert asked(server) == ["/robots.txt", "/one", "/two"]
    assert checked(tmp_path, "--due") == {}
    with Archive(tmp_path / "archive.db", mode="read") as archive:
        for state in archive.pages():
            assert state.next_check_at and state.last_check_at
            assert state.next_check_at - state.last_check_at > timedelta(hours=4, minutes=59)


def test_an_edited_watchlist_forgets_no_hosts_peace(tmp_path: Path, server: FaultServer) -> None:
    """A daemon that takes up its watchlist anew still leaves alone who asked for it, and its pauses go on."""
    watch(tmp_path, server, "two")
    said: list[str] = []
    with Archive(tmp_path / "archive.db") as archive:
        now = [datetime(2031, 5, 1, 6, tzinfo=UTC)]
        daemon = Daemon(load(tmp_path / "watchlist.yaml"), archive, {}, lambda: now[0], said.append)
        daemon.check()
        watch(tmp_path, server, "one", "two")
        daemon.reload()
        now[0] += timedelta(hours=1)
        daemon.check()
        daemon.close()
        outcomes = {state.page: state.outcome for state in archive.pages()}
    assert said == ["watchlist taken up: 2 pages"]
    assert outcomes == {"one": "rate_limited", "two": "rate_limited"}
    assert asked(server) == ["/robots.txt", "/two"]
