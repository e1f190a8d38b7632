"""`monitor serve` and `run --serve`: real processes and real sockets, all on loopback."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import archive_fakes
import pytest
from click.testing import CliRunner
from web_site import served, site
from werkzeug.security import check_password_hash

from monitor.archive import Archive
from monitor.cli import cli
from monitor.errors import MonitorError
from monitor.web import Keys, server, serving


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "archive.db"
    with Archive(path) as made:
        archive_fakes.with_change(made)
    return path


def ask(address: str, path: str, host: str = "") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    try:
        connection.request("GET", path, headers={"Host": host} if host else {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@contextmanager
def running(*words: str, environ: dict[str, str] | None = None) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A command that serves, and where."""
    command = [sys.executable, "-m", "monitor", *words]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environ)
    try:
        assert process.stderr
        said = ""
        while not (where := re.search(r"the archive is at (\S+?);?(?: |$)", said)):
            line = process.stderr.readline()
            assert line, said
            said += line.rstrip("\n") + " "
        yield process, where[1]
    finally:
        process.kill()
        process.wait()
        if process.stderr:
            process.stderr.close()


def test_the_archive_is_served_until_it_is_told_to_stop(archive: Path) -> None:
    """It says where it is, answers there under its own name alone, and ends with SIGTERM and exit status 0."""
    with running("serve", "0", "--archive", str(archive), "--prefix", "terms") as (process, address):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/terms/", address)
        assert ask(address, "/terms/")[0] == 200
        assert ask(address, "/terms/", "evil.example")[0] == 421
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_the_daemon_serves_beside_its_work(tmp_path: Path) -> None:
    """`run --serve` shows the archive that the daemon itself writes to."""
    watchlist = tmp_path / "watchlist.yaml"
    watchlist.write_text(
        "version: 1\nsettings: {archive: archive.db, language: zh}\n"
        "vendors: {acme: {pages: {terms: {type: terms, url: 'https://acme.example/', enabled: false}}}}\n"
    )
    with running("run", "--watchlist", str(watchlist), "--serve", "0") as (process, address):
        deadline = time.monotonic() + 20
        while (answer := ask(address, "/"))[0] != 200 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert b'<html lang="zh">' in answer[1]
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


@pytest.mark.parametrize("where", ["0.0.0.0:0", "[::]:0", "192.0.2.1:8080"])
def test_what_others_can_reach_demands_a_password(archive: Path, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a password or a token nothing is served beyond this machine: wrong use, exit status 2."""
    monkeypatch.delenv("MONITOR_PASSWORD_HASH", raising=False)
    monkeypatch.delenv("MONITOR_TOKEN", raising=False)
    done = CliRunner().invoke(cli, ["serve", where, "--archive", str(archive)])
    assert "can be reached by others" in str(done.exception)
    assert getattr(done.exception, "exit_status", 0) == 2


@pytest.mark.parametrize(
    ("where", "expected"), [("localhost:x", "a port"), ("example.com:80", "an IP address"), ("", "a port")]
)
def test_what_is_no_address_is_said(archive: Path, where: str, expected: str) -> None:
    """An address that is none is wrong use, and says what was expected."""
    done = CliRunner().invoke(cli, ["serve", where, "--archive", str(archive)])
    assert expected in str(done.exception)


def test_an_archive_that_is_none_is_said_at_the_start(tmp_path: Path) -> None:
    """Whoever names a file that is not there hears of it before the first visitor."""
    done = CliRunner().invoke(cli, ["serve", "0", "--archive", str(tmp_path / "nowhere.db")])
    assert "no archive at" in str(done.exception)


def test_a_password_is_hashed_for_the_environment() -> None:
    """What is printed fits the password, is taken as a key, and does not hold it."""
    done = CliRunner().invoke(cli, ["serve", "--hash-password"], input="correct horse\n")
    written = done.stdout.strip()
    assert check_password_hash(written, "correct horse")
    assert "correct" not in written
    assert Keys.of({"MONITOR_PASSWORD_HASH": written})
    assert CliRunner().invoke(cli, ["serve", "--hash-password"], input="\n").exit_code != 0


def test_a_place_that_is_taken_is_said(archive: Path) -> None:
    """Two cannot listen on one port."""
    with served(site(archive)) as address, pytest.raises(MonitorError, match="cannot be listened on"):
        port = urlsplit(address).port
        assert port
        with serving(site(archive), ("127.0.0.1", port)):
            pass


def test_it_answers_many_at_once_and_ends_all_the_same(archive: Path) -> None:
    """Visitors who say nothing keep nobody out, and do not hold up the end."""
    begun = time.monotonic()
    with served(site(archive)) as address:
        silent = [socket.create_connection(("127.0.0.1", urlsplit(address).port or 0)) for _ in range(20)]
        found: list[int] = []
        visitors = [threading.Thread(target=lambda: found.append(ask(address, "/changes/1")[0])) for _ in range(12)]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
        assert found == [200] * 12
    for each in silent:
        each.close()
    assert time.monotonic() - begun < server.LONGEST_SILENCE


def test_a_request_that_is_too_long_is_refused(archive: Path) -> None:
    """Headers without end are not read to their end."""
    with (
        served(site(archive)) as address,
        socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), 10) as line,
    ):
        line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * 40_000 + b"\r\n\r\n")
        assert b" 431 " in line.recv(200)
