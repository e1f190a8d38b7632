"""The program as its users run it: a process of its own, real pages, a real mail server, a real receiver of webhooks."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from conftest import Mailbox, Web
from fakes import PARAGRAPHS, TRAINS, page_of, terms
from http_sink import http_sink

from monitor.archive import Archive
from monitor.cli import cli
from monitor.demo.site import DemoSite, pages
from monitor.model import TOPICS

SECRET = "s3cret-canary"
LIMIT = 60


@dataclass
class Place:
    """A folder with a watchlist, and the program run in it."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def archive(self) -> Path:
        return self.folder / "archive.db"

    def write(self, vendors: dict[str, Any], channels: dict[str, Any] | None = None) -> None:
        settings = {"archive": "archive.db", "allow_private_addresses": True, "every": "1h", "confirm": "0s"}
        watchlist = {"version": 1, "settings": settings, "vendors": vendors} | (
            {"channels": channels} if channels else {}
        )
        (self.folder / "watchlist.yaml").write_text(yaml.safe_dump(watchlist, allow_unicode=True), "utf-8")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The program, run to its end."""
        environ = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(self.folder)} | self.environ
        command = [sys.executable, "-m", "monitor", *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=environ, capture_output=True, encoding="utf-8", timeout=LIMIT, check=False
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def before(self, *arguments: str) -> Result:
        """A command that makes what a test begins with, run here: starting a process takes longer than all that it does."""
        command = [*arguments, "--watchlist", str(self.folder / "watchlist.yaml")]
        return CliRunner().invoke(cli, command, env=self.environ, catch_exceptions=False)

    def read(self, *arguments: str) -> Result:
        """A command that only reads, run here."""
        done = CliRunner().invoke(cli, [*arguments, "--archive", str(self.archive)], catch_exceptions=False)
        assert done.exit_code == 0, done.stderr
        return done

    def lines(self, *arguments: str) -> list[dict[str, Any]]:
        """What a command that only reads prints with --json."""
        return [json.loads(line) for line in self.read(*arguments, "--json").stdout.splitlines()]

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.archive)) as db, db:
            return db.execute(statement).fetchall()


def watched(**urls: str) -> dict[str, Any]:
    """Vendors of a watchlist: one, with a page of terms for each address."""
    listed = {name: {"type": "terms", "url": url, "language": "en"} for name, url in urls.items()}
    return {"acme": {"name": "Acme AI", "pages": listed}}


MAIL = {"kind": "email", "to": ["ann@reader.example"], "from": "monitor@reader.example", "smtp": "${SMTP_URL}"}
HOOK = {"kind": "webhook", "url": "${HOOK_URL}", "secret": "${HOOK_SECRET}"}


@dataclass
class Told:
    """What came of two checks of the demo's site, before and after its pages changed."""

    place: Place
    site: str
    first: subprocess.CompletedProcess[str]
    silent: bool
    second: subprocess.CompletedProcess[str]
    mails: list[EmailMessage]
    hooks: list[tuple[str, dict[str, str], bytes]]

    def mail(self, words: str) -> EmailMessage:
        [found] = [mail for mail in self.mails if words in mail["Subject"]]
        return found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, mailboxes: Callable[[], Mailbox]) -> Iterator[Told]:
    """Two checks, told by mail and by webhook."""
    mailbox, place = mailboxes(), Place(tmp_path_factory.mktemp("told"))
    mailbox.start()
    with DemoSite() as site, http_sink() as sink:
        place.environ = {"SMTP_URL": mailbox.url, "HOOK_URL": f"{sink.url}/alerts", "HOOK_SECRET": SECRET}
        vendors: dict[str, Any] = {}
        for page in pages(site.url):
            vendor = vendors.setdefault(page.vendor, {"name": page.vendor_name, "pages": {}})
            vendor["pages"][page.name] = {"type": page.type, "url": page.url, "language": page.language}
        place.write(vendors, {"mail": MAIL, "hook": HOOK})
        first = place.run("check", "--watchlist", str(place.folder / "watchlist.yaml"))
        silent = not mailbox.mails and not sink.requests
        site.stage = 2
        second = place.run("check", "--watchlist", str(place.folder / "watchlist.yaml"))
        yield Told(place, site.url, first, silent, second, mailbox.mails, sink.requests)
    mailbox.stop()


# --- what is told ----------------------------------------------------------------------------------------------------


def test_the_first_check_tells_nothing(told: Told) -> None:
    """The first check records every page, says so on the terminal, and sends nothing."""
    assert told.first.returncode == 0
    assert told.silent
    assert told.first.stdout.count("first version recorded") == 9
    assert "9 of 9 pages checked" in told.first.stderr


def test_the_second_check_says_what_came_of_each_page(told: Told) -> None:
    """Of nine pages, three have to be told and one cannot be read, which the exit status and the terminal say."""
    assert told.second.returncode == 3
    assert told.second.stdout.count("changed (alert)") == 3
    assert re.search(r"^lumen/pricing: could not be checked: .*sign in", told.second.stdout, re.I | re.M)
    assert "8 of 9 pages checked; 1 could not be" in told.second.stderr
    assert "6 deliveries made" in told.second.stderr


def test_the_mail_says_what_changed(told: Told) -> None:
    """Each alert is a mail whose subject names the vendor, and whose text and HTML hold the words before and after."""
    assert len(told.mails) == 3
    mail = told.mail("1,000,000")
    assert mail["Subject"].startswith("Northwind AI: ")
    assert (mail["To"], mail["From"]) == ("ann@reader.example", "monitor@reader.example")
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None and html is not None
    for part in (text.get_content(), html.get_content()):
        assert "10,000,000" in part and "1,000,000" in part
        assert f"{told.site}/northwind/free-tokens" in part
    assert re.search(r"<del[^>]*>[^<]*10,000,000", html.get_content())
    assert re.search(r"<ins[^>]*>[^<]*1,000,000", html.get_content())


def test_a_chinese_page_is_told_in_its_own_words(told: Told) -> None:
    """An alert on a Chinese page quotes it, though the alert itself is in English."""
    text = told.mail("青禾智能").get_body(("plain",))
    assert text is not None
    assert re.search(r"每天可免费使用 \[-50-\] ?\{\+10\+\} 万", text.get_content())


def test_the_webhook_is_signed_json(told: Told) -> None:
    """A receiver gets each alert once, as JSON whose signature it can verify, with a key of its own."""
    assert [path for path, _, _ in told.hooks] == ["/alerts"] * 3
    for _, headers, body in told.hooks:
        signed = hmac.new(SECRET.encode(), headers["X-Monitor-Timestamp"].encode() + b"." + body, hashlib.sha256)
        assert headers["X-Monitor-Signature"] == f"sha256={signed.hexdigest()}"
        alert = json.loads(body)
        assert alert["change"]["verdict"] == "alert" and alert["key"] == headers["Idempotency-Key"]
    assert len({headers["Idempotency-Key"] for _, headers, _ in told.hooks}) == 3


def test_no_secret_is_kept(told: Told) -> None:
    """What the environment holds for the channels stands neither in the archive nor in what is printed."""
    assert SECRET.encode() not in told.place.archive.read_bytes()
    assert not any(SECRET in done.stdout + done.stderr for done in (told.first, told.second))


# --- what is printed -------------------------------------------------------------------------------------------------


def test_status_says_why(told: Told) -> None:
    """`status` shows each page, and of the failing one since when and why, in words."""
    done = told.place.read("status")
    assert re.search(r"lumen/pricing .*failing since .*Sign in", done.stdout)
    states = {f"{state['vendor']}/{state['page']}": state for state in told.place.lines("status")}
    assert len(states) == 9
    assert [key for key, state in states.items() if not state["healthy"]] == ["lumen/pricing"]
    assert states["lumen/pricing"]["outcome"] == "blocked_wall"
    assert states["northwind/terms"]["reason"] == ""
    keys = {"vendor", "page", "last_check_at", "outcome", "last_change_at", "next_check_at", "healthy"}
    assert all(keys <= set(state) for state in states.values())


CHANGE_KEYS = {
    "id", "vendor", "page", "type", "seen_at", "previous_at", "verdict", "importance", "topics", "summary", "findings",
    "before", "after",
}  # fmt: skip


def test_changes_are_lines_of_json_oldest_first(told: Told) -> None:
    """`changes --json` prints the lines that the contract describes, the oldest first; filters filter."""
    found = told.place.lines("changes")
    assert [change["id"] for change in found] == sorted(change["id"] for change in found)
    assert all(set(change) == CHANGE_KEYS for change in found)
    for change in found:
        assert set(change["before"]) == set(change["after"]) == {"snapshot", "version"}
        assert set(change["topics"]) <= set(TOPICS)
        for finding in change["findings"]:
            assert set(finding) == {"topic", "change", "before", "after", "reading", "amount"}
    alerts = told.place.lines("changes", "--verdict", "alert", "--vendor", "northwind", "--topic", "free-amount")
    assert [change["page"] for change in alerts] == ["free-tokens"]
    [finding] = [
        finding for finding in alerts[0]["findings"] if finding["topic"] == "free-amount" and finding["amount"]
    ][:1]
    amount = finding["amount"]
    assert (amount["before"]["value"], amount["after"]["value"]) == (10_000_000, 1_000_000)
    assert set(amount["after"]) == {"value", "unit", "per", "every", "qualifier", "scope", "conditions"}
    assert (amount["after"]["unit"], amount["after"]["per"]) == ("token", "day")


def test_show_prints_one_change(told: Told) -> None:
    """`show` prints a change with its words marked, its JSON holds the line of `changes`, and its report is HTML."""
    [change] = told.place.lines("changes", "--page", "northwind/free-tokens")
    [shown] = told.place.lines("show", str(change["id"]))
    assert shown.items() >= change.items()
    report = told.place.folder / "report.html"
    told.place.read("show", str(change["id"]), "--html", str(report))
    assert "1,000,000" in report.read_text("utf-8")
    done = told.place.read("show", str(change["id"]), "--why")
    assert re.search(r"\[-10,000,000.*\{\+1,000,000", done.stdout)
    assert "Why:" in done.stdout


def test_history_tells_of_every_capture(told: Told) -> None:
    """`history --json` has a line for each capture, with its outcome, its bytes, and what it began."""
    first, second, again = told.place.lines("history", "northwind/free-tokens")
    assert (first["outcome"], first["change"], second["outcome"]) == ("ok", None, "ok")
    assert first["version"] and second["version"] and second["change"]
    assert (again["outcome"], again["version"], again["change"]) == ("ok", None, None)
    assert re.fullmatch("[0-9a-f]{64}", first["snapshot"]) and first["bytes"] > 1000
    assert [capture["outcome"] for capture in told.place.lines("history", "lumen/pricing")] == ["ok", "blocked_wall"]


def test_verify_finds_the_archive_whole(told: Told) -> None:
    """After two checks the archive is whole."""
    assert re.fullmatch(r"\d+:[0-9a-f]{64}\n", told.place.read("verify").stdout)


# --- without an archive ----------------------------------------------------------------------------------------------


def test_read_prints_clauses_and_offers(tmp_path: Path) -> None:
    """`read --json` prints the clauses with their topics, and the offers with their amounts."""
    (tmp_path / "terms.html").write_bytes(page_of(TRAINS, "Every account gets 1,000 free requests a day."))
    [read] = Place(tmp_path).lines("read", str(tmp_path / "terms.html"))
    assert set(read) == {"language", "clauses", "offers"}
    assert read["language"] == "en"
    assert {"text": TRAINS, "topics": ["training"], "stance": read["clauses"][1]["stance"]} == read["clauses"][1]
    [offer] = read["offers"]
    assert (offer["kind"], offer["amount"]["value"], offer["amount"]["unit"]) == ("free-amount", 1000, "request")
    assert offer["amount"]["per"] == "day"


def test_diff_judges_two_files(tmp_path: Path) -> None:
    """`diff --json` compares two files as the monitor would, whatever their formats; the same text is no change."""
    (tmp_path / "old.html").write_bytes(page_of(*PARAGRAPHS))
    (tmp_path / "same.md").write_text("# Terms\n\n" + "\n\n".join(PARAGRAPHS), "utf-8")
    (tmp_path / "new.md").write_text("# Terms\n\n" + "\n\n".join((*PARAGRAPHS[:4], TRAINS, *PARAGRAPHS[5:])), "utf-8")
    place, old = Place(tmp_path), str(tmp_path / "old.html")
    [change] = place.lines("diff", old, str(tmp_path / "new.md"))
    assert (change["verdict"], change["importance"]) == ("alert", "major")
    assert "training" in change["topics"]
    assert [(edit["kind"], edit["before"], edit["after"]) for edit in change["edits"]] == [
        ("changed", PARAGRAPHS[4], TRAINS)
    ]
    [change] = place.lines("diff", old, str(tmp_path / "same.md"))
    assert (change["verdict"], change["edits"], change["findings"]) == ("quiet", [], [])


def test_the_demo_runs_to_its_end(tmp_path: Path) -> None:
    """`demo` needs neither network nor settings; it prints three alerts, and the report that it names is there."""
    done = Place(tmp_path).run("demo")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^3 alerts$", done.stdout, re.M)
    [report] = re.findall(r"The report: +(\S+)", done.stdout)
    assert "<html" in Path(report).read_text("utf-8")
    assert Path(report).is_relative_to(tmp_path)


# --- what goes wrong -------------------------------------------------------------------------------------------------


def test_an_alert_that_could_not_be_sent_is_sent_later(
    tmp_path: Path, web: Web, mailboxes: Callable[[], Mailbox]
) -> None:
    """While the mail server is down an alert stays owed, and it arrives, once, when the server is up again."""
    mailbox, place = mailboxes(), Place(tmp_path)
    place.environ = {"SMTP_URL": mailbox.url}
    place.write(watched(terms=f"{web.url}/terms"), {"mail": MAIL})
    web.pages["/terms"] = (200, terms())
    place.before("check")
    web.pages["/terms"] = (200, terms(p5=TRAINS))
    done = place.run("check")
    assert (done.returncode, "1 refused, to be tried again" in done.stderr) == (0, True), done.stderr
    [(state, error)] = place.sql("SELECT state, error FROM deliveries")
    assert state == "owed" and error
    place.sql("UPDATE deliveries SET next_at = '2020-01-01T00:00:00.000000Z'")
    mailbox.start()
    assert "1 delivery made" in place.run("check").stderr
    [mail] = mailbox.mails
    body = mail.get_body(("plain",))
    assert mail["Subject"] == "Acme AI now says that it trains on your content"
    assert body is not None and "to train our models" in body.get_content()


def test_a_broken_watchlist_is_told_whole(tmp_path: Path) -> None:
    """Every mistake in a watchlist is told with file and line, nothing runs, and the exit status is 2."""
    (tmp_path / "watchlist.yaml").write_text(
        "version: 1\n"
        "settings: {evry: 6h}\n"
        "vendors:\n"
        "  acme:\n"
        "    pages:\n"
        "      terms: {type: termz, url: ftp://acme.example/}\n",
        "utf-8",
    )
    done = Place(tmp_path).run("check")
    assert (done.returncode, done.stdout) == (2, "")
    assert re.findall(r"watchlist\.yaml:(\d+): ([\w.]+)", done.stderr) == [
        ("2", "settings.evry"),
        ("6", "vendors.acme.pages.terms.type"),
        ("6", "vendors.acme.pages.terms.url"),
    ]
    assert not (tmp_path / "snapshots").exists()


def test_a_page_that_fails_does_not_stop_the_others(tmp_path: Path, web: Web) -> None:
    """Pages that fail are told one by one in words, the others are checked, and the exit status is 3."""
    place = Place(tmp_path)
    web.pages = {"/terms": (200, terms()), "/broken": (500, b"<h1>oops</h1>"), "/empty": (200, b"<html></html>")}
    place.write(
        watched(
            broken=f"{web.url}/broken", empty=f"{web.url}/empty", gone="http://127.0.0.1:9/", terms=f"{web.url}/terms"
        )
    )
    done = place.run("check")
    assert done.returncode == 3
    said = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert said["acme/terms"] == "first version recorded"
    assert "500" in said["acme/broken"] and "almost no text" in said["acme/empty"]
    assert said["acme/gone"].startswith("could not be checked: ")
    outcomes = {state["page"]: state["outcome"] for state in place.lines("status")}
    assert outcomes == {"broken": "http_error", "empty": "thin", "gone": "connect_error", "terms": "ok"}


def test_a_newer_archive_is_left_alone(tmp_path: Path) -> None:
    """An archive of a newer program is refused, to write and to read, with a message that says so."""
    place = Place(tmp_path)
    place.write(watched(terms="http://127.0.0.1:9/"))
    Archive(place.archive).close()
    place.sql("PRAGMA user_version = 99")
    for command in ("check", "status"):
        done = place.run(command)
        assert done.returncode == 1
        assert "archive.db" in done.stderr and "newer" in done.stderr and "99" in done.stderr
    assert place.sql("PRAGMA user_version") == [(99,)]


def test_one_process_writes(tmp_path: Path) -> None:
    """While another process writes to the archive, the daemon says so and stops; reading goes on."""
    place = Place(tmp_path)
    place.write(watched(terms="http://127.0.0.1:9/"))
    with Archive(place.archive):
        done = place.run("run", "--once")
        assert done.returncode == 1
        assert "another process" in done.stderr
        place.read("status")


def test_a_missing_variable_is_named(tmp_path: Path) -> None:
    """A channel whose variable is not set stops the check before it begins, and the message names both."""
    place = Place(tmp_path)
    place.write(watched(terms="http://127.0.0.1:9/"), {"hook": HOOK})
    done = place.run("check")
    assert done.returncode == 2
    assert "channels.hook" in done.stderr and "HOOK_URL" in done.stderr
    assert not place.archive.exists()


def test_only_what_is_due_is_checked(tmp_path: Path, web: Web) -> None:
    """`check --due` leaves alone the pages whose turn has not come; a page named is checked, and no other."""
    place = Place(tmp_path)
    web.pages = {"/a": (200, terms()), "/b": (200, terms())}
    place.write(watched(a=f"{web.url}/a", b=f"{web.url}/b"))
    named, due = place.before("check", "acme/a", "--json"), place.run("check", "--due", "--json")
    assert [json.loads(done.stdout)["page"] for done in (named, due)] == ["a", "b"]
    assert place.before("check", "--due", "--json").stdout == ""


@pytest.mark.parametrize("into", ["/dev/full", "a pipe that is closed"])
def test_a_check_is_finished_though_nobody_can_hear_of_it(
    tmp_path: Path, web: Web, mailboxes: Callable[[], Mailbox], into: str
) -> None:
    """An output that is full or closed ends no round: every page is checked, and its alert is delivered."""
    mailbox, place = mailboxes(), Place(tmp_path)
    mailbox.start()
    place.environ = {"SMTP_URL": mailbox.url}
    place.write(watched(one=f"{web.url}/one", two=f"{web.url}/two"), {"mail": MAIL})
    web.pages = {"/one": (200, terms()), "/two": (200, terms())}
    place.before("check")
    web.pages = {"/one": (200, terms(p5=TRAINS)), "/two": (200, terms(p5=TRAINS))}
    if into == "/dev/full":
        output = os.open(into, os.O_WRONLY)
    else:
        reading, output = os.pipe()
        os.close(reading)
    environ = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(tmp_path)} | place.environ
    command = [sys.executable, "-m", "monitor", "check"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environ, stdout=output, stderr=subprocess.PIPE, text=True, timeout=LIMIT, check=False
    )
    os.close(output)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert len(mailbox.mails) == 2


def test_who_reads_only_the_head_is_no_fault(tmp_path: Path, web: Web) -> None:
    """`monitor watchlist list | head -1` ends well."""
    place = Place(tmp_path)
    place.write(watched(**{f"p{number:099}": f"{web.url}/{number}" for number in range(700)}))
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    command = f"set -o pipefail; {sys.executable} -m monitor watchlist list | head -1"
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=LIMIT, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
