"""Logs are text for people or JSON for collectors, and tell no secrets in either form."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import Web

from monitor import logs
from monitor.cli import cli, main

LOG = logging.getLogger("monitor.test")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    logs.configure("text")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_json_line_has_time_level_logger_message_and_what_was_given(capsys: pytest.CaptureFixture[str]) -> None:
    """A line holds when (UTC), how grave, who and what, and of the known fields those that were given."""
    logs.configure("json", verbose=True)
    LOG.info("checked %s", "acme/terms", extra={"page": "acme/terms", "outcome": "ok", "seconds": 0.5, "other": 1})
    [line] = lines(capsys)
    at = datetime.fromisoformat(str(line.pop("time")))
    assert at.utcoffset() == timedelta(0)
    assert line == {
        "level": "info",
        "logger": "monitor.test",
        "message": "checked acme/terms",
        "page": "acme/terms",
        "outcome": "ok",
        "seconds": 0.5,
    }


def test_an_error_stays_on_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A traceback is a field of the one line that tells of it."""
    logs.configure("json")
    try:
        raise ValueError("no")
    except ValueError:
        LOG.exception("it broke")
    [line] = lines(capsys)
    assert "ValueError: no" in str(line["error"])


@pytest.mark.parametrize("form", ["text", "json"])
def test_outside_text_makes_no_line_and_moves_no_cursor(form: logs.Form, capsys: pytest.CaptureFixture[str]) -> None:
    """What a server says can neither forge a second line nor control the terminal."""
    logs.configure(form)
    LOG.warning("%s", "gone\n2031-01-01 ERROR monitor: forged \x1b[2J \x9b2J", extra={"reason": "a\nb"})
    said = capsys.readouterr().err
    assert (said.count("\n"), "\x1b" in said, "\x9b" in said) == (1, False, False)


@pytest.mark.parametrize(
    ("quiet", "verbose", "levels"),
    [(False, False, ["WARNING", "ERROR"]), (True, False, ["ERROR"]), (False, True, ["INFO", "WARNING", "ERROR"])],
)
def test_how_much_is_told(quiet: bool, verbose: bool, levels: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Warnings and errors are told, with --quiet errors alone, with --verbose what is done on the way."""
    logs.configure("text", quiet=quiet, verbose=verbose)
    for level in ("INFO", "WARNING", "ERROR"):
        LOG.log(logging.getLevelNamesMapping()[level], "x")
    assert [line.split()[1] for line in capsys.readouterr().err.splitlines()] == levels


def watching(folder: Path, web: Web, secret: str) -> list[str]:
    """The arguments by which a page is watched whose change goes to a webhook with a secret in its address."""
    text = " ".join(f"Sentence {number} of the terms says what you may do with the service." for number in range(9))
    web.pages = {"/terms": (200, f"<html><body><p>{text}</p></body></html>".encode())}
    (folder / "watchlist.yaml").write_text(
        "version: 1\n"
        "settings: {allow_private_addresses: true, confirm: false}\n"
        f"channels: {{hook: {{kind: webhook, url: '{web.url}/{secret}'}}}}\n"
        f"health: {{heartbeat: '{web.url}/{secret}'}}\n"
        f"vendors: {{acme: {{pages: {{terms: {{type: terms, url: '{web.url}/terms'}}}}}}}}\n",
        "utf-8",
    )
    return ["--watchlist", str(folder / "watchlist.yaml"), "--archive", str(folder / "archive.db")]


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_is_logged(form: str, tmp_path: Path, web: Web) -> None:
    """With every message on, the addresses of heartbeat and webhooks, which may be secrets, are in none of them."""
    arguments = watching(tmp_path, web, "s3cr3t")
    done = CliRunner().invoke(cli, ["check", *arguments, "--verbose", "--log-format", form])
    done_again = CliRunner().invoke(cli, ["alerts", "test", "hook", *arguments, "--verbose", "--log-format", form])
    assert "heartbeat" in done.stderr
    assert "s3cr3t" not in done.output + done_again.output + str(done_again.exception)


def test_in_json_every_line_of_standard_error_is_json(tmp_path: Path, web: Web) -> None:
    """What is said to people comes as JSON, too, and each check with its page and outcome."""
    arguments = [*watching(tmp_path, web, "beat"), "--log-format", "json"]
    said = [
        json.loads(line)
        for line in CliRunner().invoke(cli, ["run", "--once", "--verbose", *arguments]).stderr.splitlines()
    ]
    [checked] = [line for line in said if line.get("page")]
    assert (checked["page"], checked["outcome"], "change" in checked) == ("acme/terms", "ok", False)
    closing = CliRunner().invoke(cli, ["check", *arguments]).stderr.splitlines()
    assert [json.loads(line)["message"] for line in closing][-1].startswith("1 of 1 pages checked")


def test_a_fault_of_ours_is_json_where_logs_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last word before an exit status is in the form of the logs."""
    arguments = ["monitor", "status", "--archive", str(tmp_path / "none.db"), "--log-format", "json"]
    monkeypatch.setattr("sys.argv", arguments)
    with pytest.raises(SystemExit):
        main()
    [line] = lines(capsys)
    assert (line["level"], "no archive at" in str(line["message"])) == ("error", True)
