"""/healthz and /metrics, asked over a real socket on loopback."""

from __future__ import annotations

import http.client
import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import archive_fakes
import pytest

from monitor.archive import Archive
from monitor.errors import MonitorError, UsageError
from monitor.metrics import families
from monitor.model import OUTCOMES
from monitor.pulse import STALLED, Signs
from monitor.records import Trouble
from monitor.status import Status
from monitor.status_server import MOST_AT_ONCE, Answer, address, serving

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Shown:
    """A daemon that lives, watches two pages, and has an archive in which one of them changed."""

    folder: Path
    signs: Signs = field(default_factory=lambda: Signs(1000.0))
    watched: tuple[str, ...] = ("acme/terms", "acme/new")
    now: float = 1000.0

    @property
    def archive(self) -> Path:
        return self.folder / "archive.db"

    def status(self) -> Status:
        return Status(self, self.archive, lambda: self.now)


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    with Archive(tmp_path / "archive.db") as archive:
        archive_fakes.with_change(archive, "mail", "chat")
        archive.note_troubles([Trouble("disk", "", archive_fakes.START, "full")], [], [], archive_fakes.START)
    return Shown(tmp_path)


@pytest.fixture
def port(shown: Shown) -> Iterator[int]:
    """Where the daemon's status is served."""
    with serving(("127.0.0.1", 0), shown.status().answers) as (_, port):
        yield port


def ask(port: int, path: str, method: str = "GET") -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def health(port: int) -> tuple[int, str]:
    answer, body = ask(port, "/healthz")
    return answer.status, json.loads(body)["reason"]


def samples(port: int) -> dict[str, float]:
    """Every sample of /metrics by its name and labels."""
    _, body = ask(port, "/metrics")
    lines = [line for line in body.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_a_daemon_that_works_is_well(port: int, shown: Shown) -> None:
    """200 with nothing wrong, and when it last showed itself."""
    shown.now = 1002.0
    shown.signs.round_ended(datetime(2031, 5, 1, 6, tzinfo=UTC))
    answer, body = ask(port, "/healthz")
    said = json.loads(body)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert (said["status"], said["seconds_since_checking"]) == ("ok", 2.0)
    assert said["last_round_ended_at"] == "2031-05-01T06:00:00Z"


def test_a_daemon_that_hangs_is_not_well(port: int, shown: Shown) -> None:
    """503 with the reason once a tick is overdue, and 200 again when it runs."""
    shown.now += STALLED + 1
    assert health(port) == (503, "no sign of checks for 601 seconds")
    shown.signs.checking(shown.now)
    shown.signs.delivering(shown.now)
    assert health(port) == (200, "")


def test_an_archive_that_takes_nothing_is_not_well(port: int, shown: Shown) -> None:
    """503 while nothing can be recorded."""
    shown.signs.full("database or disk is full")
    assert health(port) == (503, "nothing can be recorded: database or disk is full")


def test_an_archive_that_cannot_be_read_is_not_well(port: int, shown: Shown) -> None:
    """503 when the file is gone or damaged, though the daemon has it open; metrics then tell what they know without it."""
    shown.archive.rename(shown.folder / "elsewhere.db")
    status, reason = health(port)
    assert (status, "no archive at" in reason) == (503, True)
    found = samples(port)
    assert (found["terms_monitor_archive_readable"], found["terms_monitor_alive"]) == (0, 0)
    assert 'terms_monitor_pages{health="healthy"}' not in found
    shown.archive.write_bytes(b"no database, but long enough to be taken for one" * 100)
    assert health(port)[0] == 503


def test_metrics_tell_what_is_in_the_archive(port: int, shown: Shown) -> None:
    """Pages by health, changes by verdict, deliveries by state, troubles by kind, sizes and times, as of now."""
    found = samples(port)
    expected = {
        'terms_monitor_pages{health="healthy"}': 1,
        'terms_monitor_pages{health="unchecked"}': 1,
        'terms_monitor_pages{health="failing"}': 0,
        'terms_monitor_changes_total{verdict="alert"}': 1,
        'terms_monitor_changes_total{verdict="quiet"}': 0,
        'terms_monitor_deliveries{state="owed"}': 2,
        'terms_monitor_deliveries{state="sent"}': 0,
        'terms_monitor_troubles{kind="disk"}': 1,
        'terms_monitor_troubles{kind="page"}': 0,
        "terms_monitor_archive_bytes": shown.archive.stat().st_size,
        "terms_monitor_alive": 1,
        "terms_monitor_archive_readable": 1,
    }
    assert {name: found.get(name) for name in expected} == expected
    assert "terms_monitor_last_check_timestamp_seconds" in found
    assert "terms_monitor_last_round_timestamp_seconds" not in found  # none has ended


def test_metrics_count_the_checks_of_the_process(port: int, shown: Shown) -> None:
    """Checks by outcome, each outcome from nought on; fetches by their seconds, counted up to each bound."""
    assert samples(port)['terms_monitor_checks_total{outcome="ok"}'] == 0
    for outcome, seconds in (("ok", 0.2), ("ok", 0.3), ("timeout", 70.0)):
        shown.signs.checked(outcome, seconds)
    found = samples(port)
    assert {name for name in found if name.startswith("terms_monitor_checks_total")} == {
        f'terms_monitor_checks_total{{outcome="{outcome}"}}' for outcome in OUTCOMES
    }
    assert found['terms_monitor_checks_total{outcome="ok"}'] == 2
    bounds = ("0.1", "0.25", "0.5", "60.0", "+Inf")
    assert [found[f'terms_monitor_fetch_seconds_bucket{{le="{bound}"}}'] for bound in bounds] == [0, 1, 2, 2, 3]
    assert found["terms_monitor_fetch_seconds_sum"] == pytest.approx(70.5)


def test_changes_are_counted_on_from_the_last_time(shown: Shown) -> None:
    """A second count reads only what came since, and says the same as one from the beginning."""
    with Archive(shown.archive) as archive:
        first = archive.tally()
        archive.record(
            archive_fakes.PAGE, archive_fakes.changed("newer", archive_fakes.START + 24 * archive_fakes.HOUR)
        )
        assert archive.tally(first) == archive.tally()
        assert archive.tally(first).verdicts == {"alert": 2}


def test_a_count_of_another_archive_begins_anew(shown: Shown, tmp_path: Path) -> None:
    """After an archive is replaced by an emptier one, what the old one had is not counted."""
    with Archive(shown.archive) as archive, Archive(tmp_path / "new.db") as new:
        assert new.tally(archive.tally()) == new.tally()


def test_every_metric_is_described(shown: Shown) -> None:
    """Each metric of ours has a row in the documentation, with its labels, and each row is one of them."""
    shown.signs.round_ended(datetime(2031, 5, 1, tzinfo=UTC))
    names = {}
    for family in families(shown.status().reading()):
        name = family.name + ("_total" if family.type == "counter" else "")
        names[name] = {label for sample in family.samples for label in sample.labels} - {"le"}
        assert family.documentation.endswith(".")
    said = (ROOT / "docs/running.md").read_text("utf-8")
    rows = re.findall(r"^\| `(terms_monitor_\w+)(?:\{([\w, ]+)\})?` \|", said, re.M)
    assert {name: set(labels.split(", ")) - {""} for name, labels in rows} == names


def test_only_two_addresses_are_there_and_only_to_look_at(port: int) -> None:
    """Anything but GET and HEAD is refused, other paths are not found; HEAD has the length and no body."""
    assert ask(port, "/")[0].status == 404
    assert [ask(port, "/healthz", method)[0].status for method in ("POST", "PUT", "DELETE")] == [501] * 3
    answer, body = ask(port, "/metrics", "HEAD")
    assert (answer.status, body) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 1000
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_visitors_who_say_nothing_keep_nobody_out_for_long(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many visitors are served at once, more are hung up on, and the silent ones are after a while."""
    monkeypatch.setattr("monitor.status_server._Visit.timeout", 1.5)
    with serving(("127.0.0.1", 0), shown.status().answers) as (_, port), ExitStack() as opened:
        for _ in range(MOST_AT_ONCE):
            opened.enter_context(socket.create_connection(("127.0.0.1", port)))
        time.sleep(0.1)
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            ask(port, "/healthz")
        time.sleep(2.0)
        assert ask(port, "/healthz")[0].status == 200


def test_a_visitor_who_drips_is_hung_up_on(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    """A visit has an end, however often the visitor says a word."""
    monkeypatch.setattr("monitor.status_server.LONGEST_VISIT", 0.5)
    with (
        serving(("127.0.0.1", 0), shown.status().answers) as (_, port),
        socket.create_connection(("127.0.0.1", port)) as drip,
    ):
        began = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - began < 10:
                drip.sendall(b"G")
                time.sleep(0.1)
        assert time.monotonic() - began < 5


def test_an_answer_that_breaks_ends_no_server(caplog: pytest.LogCaptureFixture) -> None:
    """A fault while answering costs that visit, and the next is answered."""

    def broken() -> Answer:
        raise RuntimeError("no")

    with serving(("127.0.0.1", 0), {"/broken": broken, "/": lambda: Answer(200, "text/plain", b"well")}) as (_, port):
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            ask(port, "/broken")
        assert ask(port, "/")[1] == b"well"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("9464", ("127.0.0.1", 9464)),
        (":9464", ("127.0.0.1", 9464)),
        ("localhost:9464", ("127.0.0.1", 9464)),
        ("0.0.0.0:9464", ("0.0.0.0", 9464)),
        ("[::1]:0", ("::1", 0)),
    ],
)
def test_an_address_is_on_loopback_unless_it_says_otherwise(text: str, where: tuple[str, int]) -> None:
    """A port alone is that of this machine, for itself."""
    assert address(text) == where


@pytest.mark.parametrize(
    "text", ["", "monitor.example:9464", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:http", "9464:"]
)
def test_an_address_that_is_none_is_wrong_use(text: str) -> None:
    """A mistake in the address is told with what was expected."""
    with pytest.raises(UsageError, match="expected, as in"):
        address(text)


def test_an_address_that_is_taken_is_named() -> None:
    """Where something else listens, the program says so and does not begin."""
    with serving(("127.0.0.1", 0), {}) as where, pytest.raises(MonitorError, match=str(where[1])), serving(where, {}):
        pass
