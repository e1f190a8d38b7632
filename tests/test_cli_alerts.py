"""`alerts` and `digest`: what was told and to whom, and what people say of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from archive_fakes import CHANGE, HOUR, PAGE, START, changed, failing, read
from bs4 import BeautifulSoup
from click.testing import CliRunner, Result
from conftest import Mailbox
from http_sink import HttpSink, http_sink

from monitor.archive import Archive
from monitor.cli import cli
from monitor.errors import MonitorError
from monitor.records import Trouble

WATCHLIST: dict[str, Any] = {
    "version": 1,
    "settings": {"archive": "archive.db"},
    "channels": {
        "hook": {"kind": "webhook", "url": "${HOOK_URL}", "secret": "${HOOK_SECRET}"},
        "mail": {"kind": "email", "to": ["ann@b.example"], "from": "m@b.example", "smtp": "${SMTP_URL}"},
        "own": {"kind": "command", "run": ["tee", "told.json"]},
        "news": {"kind": "feed", "folder": "feeds"},
        "chat": {"kind": "apprise", "url": "json://127.0.0.1:${CHAT_PORT}/"},
    },
    "vendors": {"acme": {"pages": {"terms": {"type": "terms", "url": "https://acme.example/terms"}}}},
}
SECRET = "s3cret-canary"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a watchlist, and an archive with one alert: sent by mail, owed to the hook, given up for the chat."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "watchlist.yaml").write_text(yaml.safe_dump(WATCHLIST), "utf-8")
    with Archive(tmp_path / "archive.db") as archive:
        archive.record(PAGE, read("old"))
        archive.record(PAGE, changed("new", START + HOUR, "mail", "hook", "chat"))
        archive.sent(1, START + HOUR)
        archive.failed(3, START + HOUR, "no such chat", None)
    return tmp_path


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    with http_sink() as running:
        yield running


def run(*arguments: str, environ: dict[str, str] | None = None) -> Result:
    done = CliRunner().invoke(cli, [*arguments], env=environ)
    if done.exception and not isinstance(done.exception, MonitorError | SystemExit):
        raise done.exception
    return done


def right(*arguments: str, environ: dict[str, str] | None = None) -> str:
    """What a command prints that ends well."""
    done = run(*arguments, environ=environ)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def wrong(*arguments: str) -> str:
    """What a command that ends as wrong use says."""
    done = run(*arguments)
    assert isinstance(done.exception, MonitorError) and done.exception.exit_status == 2, done.output
    return str(done.exception)


def archive() -> Archive:
    return Archive(Path("archive.db"), mode="read")


def test_the_list_shows_each_way(folder: Path) -> None:
    """An alert is listed with what it says and, for each channel, the state and the last error."""
    lines = right("alerts", "list").splitlines()
    assert lines[0].startswith("#1") and CHANGE.summary in lines[0]
    assert [line.replace(":", " ").split()[1:3] for line in lines[1:]] == [
        ["mail", "sent"],
        ["hook", "owed"],
        ["chat", "failed"],
    ]
    assert "no such chat" in lines[3]


def test_the_list_is_data_too(folder: Path) -> None:
    """With --json each alert is one object with its deliveries; --state leaves out those without such a one."""
    (alert,) = map(json.loads, right("alerts", "list", "--json").splitlines())
    assert (alert["id"], alert["change"], alert["acknowledged_at"]) == (1, 1, None)
    assert [(each["channel"], each["state"]) for each in alert["deliveries"]] == [
        ("mail", "sent"),
        ("hook", "owed"),
        ("chat", "failed"),
    ]
    assert right("alerts", "list", "--state", "muted") == ""


def test_what_is_wrong_with_the_monitor_is_listed(folder: Path) -> None:
    """Alerts about the monitor itself are in the list, and what stands is in the status."""
    with Archive(Path("archive.db")) as writing:
        writing.record(PAGE, failing("soft_error", START + 2 * HOUR))
        writing.note_troubles(
            [Trouble("page", "acme/terms", START + 2 * HOUR, "timeout")], [], ["mail"], START + 3 * HOUR
        )
    assert "acme/terms cannot be read" in right("alerts", "list").splitlines()[0]
    assert "acme/terms cannot be read" in right("status")


def test_a_script_learns_what_is_wrong_with_the_monitor(folder: Path) -> None:
    """`status --troubles --json` prints a trouble a line, and nothing where all is well; a page says that it is one of them."""
    (page,) = map(json.loads, right("status", "--json").splitlines())
    assert (right("status", "--troubles", "--json", "--quiet"), page["in_trouble_since"]) == ("", None)
    failed = START + 2 * HOUR
    with Archive(Path("archive.db")) as writing:
        writing.record(PAGE, failing("soft_error", failed))
        troubles = [
            Trouble("page", "acme/terms", failed, "the fake is soft_error"),
            Trouble("channel", "hook", failed, "410"),
        ]
        writing.note_troubles(troubles, [], ["mail"], START + 3 * HOUR)
    told, at = map(json.loads, right("status", "--troubles", "--json").splitlines()), "2031-03-01T10:30:00Z"
    assert list(told) == [
        {
            "kind": "page",
            "subject": "acme/terms",
            "since": at,
            "reason": "the fake is soft_error",
            "outcome": "soft_error",
        },
        {"kind": "channel", "subject": "hook", "since": at, "reason": "410", "outcome": None},
    ]
    (page,) = map(json.loads, right("status", "--json").splitlines())
    assert (page["page"], page["in_trouble_since"]) == ("terms", at)
    assert [line.split(":")[0] for line in right("status", "--troubles").splitlines()] == [
        "acme/terms cannot be read since 1 Mar, 10",
        "the channel hook has taken no alerts since 1 Mar, 10",
    ]


def test_a_retry_owes_again(folder: Path) -> None:
    """Without a number all that was given up is owed again, with one that delivery; an unknown one is wrong use."""
    right("alerts", "retry")
    with archive() as reading:
        assert [each.state for each in reading.deliveries()] == ["owed", "owed", "sent"]
    assert "no delivery 9" in wrong("alerts", "retry", "9")


def test_an_acknowledgement_is_kept(folder: Path) -> None:
    """An acknowledged alert is listed as such; an unknown one is wrong use."""
    right("alerts", "ack", "1")
    assert "acknowledged" in right("alerts", "list")
    assert "no alert 7" in wrong("alerts", "ack", "7")


def test_mutes_are_set_listed_and_ended(folder: Path) -> None:
    """A page, a vendor or a topic is muted until a time; without any the list says which are; each can be ended."""
    right("alerts", "mute", "acme/terms", "--until", "7d")
    right("alerts", "mute", "--topic", "limits", "--until", "2999-01-01")
    assert right("alerts", "mute").splitlines() == [
        f"acme/terms, until {datetime.now(UTC) + timedelta(days=7):%Y-%m-%d %H:%M} UTC",
        "every page on limits, until 2999-01-01 00:00 UTC",
    ]
    assert [json.loads(line)["topic"] for line in right("alerts", "mute", "--json").splitlines()] == ["", "limits"]
    right("alerts", "unmute", "--topic", "limits")
    assert "limits" not in right("alerts", "mute")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("mute", "acme/terms"), "until when"),
        (("mute", "acme/terms", "--until", "yesterday"), "like 12h, 7d, 2w"),
        (("mute", "acme/terms", "--until", "2020-01-01"), "past"),
        (("mute", "acme/nothing", "--until", "7d"), "no vendor or page acme/nothing"),
        (("unmute", "acme/terms"), "not muted: acme/terms"),
        (("test", "pager"), "no channel pager; it has chat, hook, mail, news, own"),
    ],
)
def test_wrong_use_says_what_was_expected(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    """A mute without an end or with one that is past, an unknown page, a mute that is none, an unknown channel."""
    assert said in wrong("alerts", *arguments)


def test_every_channel_can_be_tried(folder: Path, sink: HttpSink, mailboxes: Callable[[], Mailbox]) -> None:
    """A test message goes through each kind of channel, says that it is a test, and needs no other channel's secret."""
    mailbox = mailboxes()
    mailbox.start()
    assert "taken" in right("alerts", "test", "hook", environ={"HOOK_URL": sink.url, "HOOK_SECRET": SECRET})
    assert "taken" in right("alerts", "test", "mail", environ={"SMTP_URL": mailbox.url})
    assert "taken" in right("alerts", "test", "own")
    assert "taken" in right("alerts", "test", "news")
    assert "taken" in right("alerts", "test", "chat", environ={"CHAT_PORT": sink.url.rpartition(":")[2]})
    assert json.loads(sink.requests[0][2])["schema"] == "terms-monitor/test/1"
    assert "test" in mailbox.mails[0]["Subject"]
    assert json.loads(Path("told.json").read_text("utf-8"))["channel"] == "own"
    assert Path("feeds/all.atom").exists()


def test_a_channel_that_refuses_is_said_and_no_secret(folder: Path, sink: HttpSink) -> None:
    """A test that is refused is a fault with the reason; neither address nor secret is in it."""
    sink.status = 410
    done = run("alerts", "test", "hook", environ={"HOOK_URL": f"{sink.url}/canary", "HOOK_SECRET": SECRET})
    assert isinstance(done.exception, MonitorError) and "410" in str(done.exception)
    assert "canary" not in str(done.exception) + done.output


def test_a_test_that_is_taken_mends_a_channel(folder: Path, sink: HttpSink) -> None:
    """A channel that had stopped is used again when a test goes through."""
    with Archive(Path("archive.db")) as writing:
        writing.stop("hook", START, "410", START + HOUR)
    right("alerts", "test", "hook", environ={"HOOK_URL": sink.url, "HOOK_SECRET": SECRET})
    with archive() as reading:
        assert reading.stopped() == ()


def test_people_say_things_while_a_daemon_runs(folder: Path) -> None:
    """Acknowledging and muting wait for nobody: another process may hold the archive."""
    with Archive(Path("archive.db")):
        right("alerts", "ack", "1")
        right("alerts", "mute", "acme", "--until", "1h")


def test_a_digest_is_made_at_any_time(folder: Path) -> None:
    """What changed since a day comes as Markdown, as HTML and as JSON; what came later is left out."""
    assert CHANGE.summary in right("digest", "--since", "2031-03-01")
    right("digest", "--since", "2031-03-01", "--html", "report.html")
    assert CHANGE.summary in BeautifulSoup(Path("report.html").read_text("utf-8"), "lxml").get_text()
    (change,) = map(json.loads, right("digest", "--since", "2031-03-01", "--json").splitlines())
    assert change["summary"] == CHANGE.summary
    assert right("digest", "--since", "2031-03-02", "--json") == ""
    assert right("digest", "--since", "2031-03-01", "--until", "2031-03-01T09:00Z", "--json") == ""
    assert right("digest", "--since", "2031-03-01", "--until", "2031-03-01", "--json")
    assert right("digest", "--since", "2031-03-01", "--vendor", "other", "--json") == ""


def test_a_sent_alert_is_not_sent_again(folder: Path) -> None:
    """Only what was given up or waits can be owed again; a delivery that arrived is not sent twice by mistake."""
    assert "delivery 1 is sent" in wrong("alerts", "retry", "1")


def test_validate_says_what_a_check_would_break_off_with(folder: Path) -> None:
    """A variable that is not set, a template with a mistake and one that nothing uses are said before an alert needs them."""
    (folder / "mine").mkdir()
    (folder / "mine/mail.html").write_text("{{ change.colour }}", "utf-8")
    (folder / "mine/mial.txt").write_text("x", "utf-8")
    settings = WATCHLIST["settings"] | {"templates": "mine"}
    (folder / "watchlist.yaml").write_text(yaml.safe_dump(WATCHLIST | {"settings": settings}), "utf-8")
    said = right("watchlist", "validate", environ={"HOOK_URL": "", "SMTP_URL": "smtp://127.0.0.1", "CHAT_PORT": "1"})
    assert "channels.hook needs the environment variable HOOK_URL" in said and "SMTP_URL" not in said
    assert "mail.html, line 1" in said and "mial.txt is none of" in said
