"""The import commands, as people run them: what they take, what they say, and what they leave when they are killed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from fakes import DAY, PAGE, START, TRAINS, page_of, terms
from git_fakes import Repo
from house import House
from warc_fakes import Warc
from wayback_fakes import WaybackServer, wayback_server

from monitor.archive import Archive
from monitor.cli import cli

OLD, NEW, ODD = terms(), terms(p5=TRAINS), terms(p10="The courts of Ruritania decide.")
WALL = page_of("Sign in to continue to Acme. Email, password. Forgot your password? Ask your admin for help.")


@dataclass
class Desk:
    """A folder with a watchlist that has one page, and the program run in it."""

    folder: Path

    @property
    def archive(self) -> Path:
        return self.folder / "archive.db"

    @property
    def options(self) -> list[str]:
        return ["--watchlist", str(self.folder / "watchlist.yaml"), "--archive", str(self.archive)]

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(cli, [*words, *self.options])

    def imported(self, *words: str) -> str:
        """What an import says that leaves nothing out."""
        done = self.run("import", *words)
        assert done.exit_code == 0, done.output
        return done.output.strip().splitlines()[-1]

    def changes(self) -> list[tuple[str, str]]:
        """The times of the changes, and their verdicts, after the archive was proved whole."""
        assert self.run("verify").exit_code == 0
        return [(str(each["seen_at"]), str(each["verdict"])) for each in self.lines("changes")]

    def lines(self, *words: str) -> list[dict[str, object]]:
        done = self.run(*words, "--json")
        assert done.exit_code == 0, done.output
        return [json.loads(line) for line in done.output.splitlines() if line.startswith("{")]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    page = {"type": "terms", "url": PAGE.url, "language": "en"}
    watchlist = {
        "version": 1,
        "settings": {"allow_private_addresses": True, "contact": "you@acme.example"},
        "vendors": {"acme": {"name": "Acme AI", "pages": {"terms": page}}},
    }
    (tmp_path / "watchlist.yaml").write_text(yaml.safe_dump(watchlist))
    return Desk(tmp_path)


@pytest.fixture
def server() -> Iterator[WaybackServer]:
    with wayback_server() as running:
        yield running


# --- Open Terms Archive -------------------------------------------------------------------------------------------------


def versions(path: Path) -> Repo:
    repo = Repo.at(path)
    for day, body, words in (
        (0, OLD, "First record of"), (3, NEW, "Record new changes of"), (3, ODD, "Apply technical or declaration upgrade on"),
        (5, ODD + b" ", "Record new changes of"), (8, OLD, "Record new changes of"),
    ):  # fmt: skip
        repo.record(day, f"{words} Acme AI Terms of Service", "Acme AI/Terms of Service.html", body=body)
    return repo


def test_a_repository_is_imported(desk: Desk) -> None:
    """Its pages, their changes without technical upgrades, and nothing that is owed; a second time it changes nothing."""
    repo = versions(desk.folder / "versions")
    assert desk.imported("ota", str(repo.path)) == "5 captures of 1 page imported; 0 were there already"
    [page] = desk.lines("status")
    assert (page["vendor"], page["page"], page["type"]) == ("acme-ai", "terms-of-service", "terms")
    assert [when[:10] for when, _ in desk.changes()] == ["2031-05-07", "2031-05-12"]
    assert desk.imported("ota", str(repo.path)) == "0 captures of 1 page imported; 5 were there already"
    assert desk.lines("alerts", "list") and not any(each["deliveries"] for each in desk.lines("alerts", "list"))


def test_a_repository_is_taken_for_a_page_that_is_watched(desk: Desk) -> None:
    """With --page the captures come before those of the page's own checks, and it stands where it stood."""
    house = House.at(desk.archive)
    house.now = START + 60 * DAY
    house.check(NEW)
    house.archive.close()
    repo = versions(desk.folder / "versions")
    done = desk.imported("ota", str(repo.path), "--page", "acme/terms", "--service", "acme ai", "--since", "2031-05-05")
    assert done.startswith("4 captures of 1 page")
    [page] = desk.lines("status")
    assert (page["vendor"], page["captures"], page["url"]) == ("acme", 5, PAGE.url)
    assert str(page["last_check_at"]).startswith("2031-07-03")
    assert len(desk.changes()) == 2


def test_what_a_repository_lacks_is_named(desk: Desk) -> None:
    """An object that is gone costs its capture; the rest is taken, the status is 3."""
    repo = versions(desk.folder / "versions")
    repo.loose(repo.git("rev-parse", "HEAD~1:Acme AI/Terms of Service.html")).unlink()
    done = desk.run("import", "ota", str(repo.path))
    assert done.exit_code == 3
    assert (
        "monitor: left out: acme-ai/terms-of-service at 2031-05-09T06:00:00Z: the repository has no object"
        in done.output
    )
    assert "4 captures of 1 page imported; 0 were there already; 1 left out" in done.output


def test_many_that_are_left_out_are_counted(desk: Desk) -> None:
    """The first twenty are named, and the others counted."""
    line = '{"vendor": "acme", "page": "terms", "fetched_at": "2031-05-%02dT06:00:00Z", "file": "%d.html"}'
    (desk.folder / "list.jsonl").write_text("\n".join(line % (day, day) for day in range(1, 24)))
    done = desk.run("import", "captures", str(desk.folder / "list.jsonl"))
    assert done.exit_code == 3
    assert done.output.count("left out: acme/terms at") == 20 and "left out: and 3 more" in done.output
    assert "0 captures of 1 page imported; 0 were there already; 23 left out" in done.output


# --- WARC ---------------------------------------------------------------------------------------------------------------


def test_web_archives_are_imported(desk: Desk) -> None:
    """The pages of the watchlist are found by their addresses; a page that it lacks is named with its address."""
    file = Warc()
    file.answer(0, OLD, url="http://acme.example/terms/")
    file.answer(2, NEW)
    file.answer(3, ODD, url="https://acme.example/privacy")
    path = str(file.write(desk.folder / "a.warc.gz"))
    assert desk.imported("warc", path) == "2 captures of 1 page imported; 0 were there already"
    assert desk.changes() == [("2031-05-06T06:00:00Z", "alert")]
    said = desk.imported(
        "warc", path, "--page", "acme/privacy", "--url", "https://acme.example/privacy", "--type", "privacy"
    )
    assert said == "1 capture of 1 page imported; 0 were there already"
    assert [page["type"] for page in desk.lines("status")] == ["privacy", "terms"]
    assert desk.imported("warc", path, path) == "0 captures of 1 page imported; 4 were there already"


def test_of_a_broken_web_archive_the_good_part_is_imported(desk: Desk) -> None:
    """A file cut short: what came before is taken, the end is named, the status is 3."""
    file = Warc()
    file.answer(0, OLD)
    file.answer(1, NEW)
    path = desk.folder / "a.warc.gz"
    path.write_bytes(file.bytes[:-100])
    done = desk.run("import", "warc", str(path))
    assert done.exit_code == 3
    assert "left out: a.warc.gz: it cannot be read from byte" in done.output
    assert desk.lines("history", "acme/terms")[0]["outcome"] == "ok"


# --- the Wayback Machine ------------------------------------------------------------------------------------------------


def test_the_years_before_come_from_the_wayback_machine(desk: Desk, server: WaybackServer) -> None:
    """What an archive of the web has from before the first check becomes the page's history; asked by our own name."""
    house = House.at(desk.archive)
    house.now = START + 60 * DAY
    house.checks(ODD, ODD)
    house.archive.close()
    for day, body in enumerate((OLD, OLD, NEW, WALL, NEW, ODD)):
        server.has(day, body)
    server.has(7, b"", "404")
    server.has(8, b"Moved", "301")
    server.at_once = 2
    done = desk.run("import", "wayback", "acme/terms", "--server", server.url)
    assert done.exit_code == 0, done.output
    assert "1 redirect in the index, which are no documents" in done.output
    assert "6 captures of 1 page imported; 0 were there already" in done.output
    assert [when[:10] for when, _ in desk.changes()] == ["2031-05-06", "2031-05-09"]
    outcomes = [each["outcome"] for each in desk.lines("history", "acme/terms")]
    assert outcomes == ["ok", "ok", "blocked_wall", "ok", "ok", "http_error", "ok", "ok"]
    [agent] = server.agents
    assert agent.startswith("terms-monitor/") and "you@acme.example" in agent
    assert server.asked[0].startswith("/cdx/") and "/robots.txt" not in server.asked


def test_what_is_there_is_not_fetched_again(desk: Desk, server: WaybackServer) -> None:
    """A second import asks the index, and fetches what is new; --all takes what says the same, too."""
    for day, body in enumerate((OLD, OLD, NEW)):
        server.has(day, body)
    assert desk.imported("wayback", PAGE.url, "--server", server.url).startswith("2 captures")
    server.asked.clear()
    assert (
        desk.imported("wayback", PAGE.url, "--server", server.url)
        == "0 captures of 1 page imported; 2 were there already"
    )
    assert server.fetched() == []
    assert desk.imported("wayback", PAGE.url, "--server", server.url, "--all").startswith("1 capture of 1 page")
    assert server.fetched() == ["20310505060000"]
    assert len(desk.changes()) == 1


def test_times_and_addresses_narrow_what_is_asked_for(desk: Desk, server: WaybackServer) -> None:
    """--since and --until, and the old address of a page with --page."""
    moved = "https://old.acme.example/tos"
    for day in range(6):
        server.has(day, terms(p1=f"These terms of edition {day} govern your use of the Acme assistant."), url=moved)
    given = ("--since", "2031-05-05", "--until", "2031-05-07", "--page", "acme/terms", "--server", server.url)
    assert desk.imported("wayback", moved, *given).startswith("3 captures of 1 page")
    assert {each["url"] for each in desk.lines("history", "acme/terms")} == {moved}
    unknown = desk.run("import", "wayback", moved, "--server", server.url)
    assert "no page has this address" in str(unknown.exception)


def test_an_archive_of_the_web_that_is_busy_is_waited_for(
    desk: Desk, server: WaybackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks for peace, breaks an answer off, fails once: all is taken in the end; how long it was waited for is said."""
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    for day, body in enumerate((OLD, NEW, ODD)):
        server.has(day, body)
    server.faults = [("/cdx", 502, {}), ("/web/20310504", b"<html>half", {}), ("/web/20310505", 503, {})]
    done = desk.run("import", "wayback", "acme/terms", "--server", server.url)
    assert done.exit_code == 0, done.output
    assert done.output.count("waiting 10 s") == 3 and waited.count(10.0) == 3
    assert len(desk.changes()) == 2


def test_an_archive_of_the_web_that_refuses_is_left_alone(desk: Desk, server: WaybackServer) -> None:
    """It asks to come back in hours: what came before is recorded, the rest is for later, the status is 3, and later it goes on."""
    for day, body in enumerate((OLD, NEW, ODD)):
        server.has(day, body)
    server.faults = [("/web/20310505", 429, {"Retry-After": "7200"})]
    done = desk.run("import", "wayback", "acme/terms", "--server", server.url)
    assert done.exit_code == 3
    assert (
        "left out: the rest: " in done.output
        and "come back in 120 minutes; the same command goes on from here" in done.output
    )
    assert "1 capture of 1 page imported" in done.output
    assert desk.imported("wayback", "acme/terms", "--server", server.url).startswith(
        "2 captures of 1 page imported; 1 "
    )


def test_an_archive_of_the_web_that_is_not_there_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that is refused each time ends the import in words."""
    monkeypatch.setattr(time, "sleep", lambda _: None)
    done = desk.run("import", "wayback", "acme/terms", "--server", "http://127.0.0.1:9")
    assert done.exit_code == 3 and "the index could not be had: Connection refused" in done.output


# --- killed -------------------------------------------------------------------------------------------------------------


def begun(desk: Desk, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "monitor", "import", *words, *desk.options]
    environ = {"PATH": os.environ["PATH"], "HOME": str(desk.folder)}
    return subprocess.Popen(command, env=environ, cwd=Path(__file__).parent.parent, stderr=subprocess.PIPE)


def killed_after(desk: Desk, checks: int, *words: str) -> None:
    """Begin an import, and kill it when it has recorded some captures."""
    with begun(desk, *words) as process:
        deadline = time.monotonic() + 50
        while count(desk.archive) < checks and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)


def count(path: Path) -> int:
    if not path.exists():
        return 0
    with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True)) as db:
        return int(db.execute("SELECT count(*) FROM checks").fetchone()[0])


def story(desk: Desk) -> list[object]:
    with Archive(desk.archive, mode="read") as archive:
        assert [*archive.verify()] == []
        changes = [(c.previous_at, c.seen_at, c.change) for c in archive.changes(newest_first=False)]
        return [[(c.at, c.outcome, c.snapshot) for c in archive.history("acme", "terms")], changes]


def test_an_import_that_is_killed_goes_on_where_it_was(desk: Desk, server: WaybackServer, tmp_path: Path) -> None:
    """After `kill -9` the archive is whole, nothing recorded is fetched again, and the second run ends where one would have."""
    bodies = [OLD, NEW, WALL, ODD, OLD, OLD, NEW, WALL, WALL, ODD, NEW, OLD]
    server.pause = 0.05
    for day, body in enumerate(bodies):
        server.has(day, body)
    for each in (desk, other := Desk(tmp_path / "other")):
        each.folder.mkdir(exist_ok=True)
        (each.folder / "watchlist.yaml").write_bytes((desk.folder / "watchlist.yaml").read_bytes())
        house = House.at(each.archive)
        house.now = START + 60 * DAY
        house.check(ODD)
        house.archive.close()
    other.imported("wayback", "acme/terms", "--server", server.url, "--all")
    server.asked.clear()
    killed_after(desk, 4, "wayback", "acme/terms", "--server", server.url, "--all")
    before = count(desk.archive)
    assert 4 <= before < len(bodies)
    desk.imported("wayback", "acme/terms", "--server", server.url, "--all")
    assert story(desk) == story(other)
    assert len(server.fetched()) - len(set(server.fetched())) <= 1  # the one that was on its way when the process died


def test_a_repository_whose_import_is_killed_is_taken_whole(desk: Desk) -> None:
    """The same for captures that other processes read ahead."""
    repo = Repo.at(desk.folder / "versions")
    paths = [f"Acme {number:02}/Terms.html" for number in range(24)]
    for day in range(2):
        body = terms(p1=f"These terms of edition {day} govern your use of the Acme assistant.")
        repo.record(day, "Record new changes of Acme AI Terms of Service", *paths, body=body)
    killed_after(desk, 4, "ota", str(repo.path))
    before = count(desk.archive)
    assert 4 <= before < 48
    assert desk.run("verify").exit_code == 0
    said = desk.imported("ota", str(repo.path))
    assert said == f"{48 - before} captures of 24 pages imported; {before} were there already"
    assert len(desk.changes()) == 24
