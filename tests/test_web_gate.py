"""Who is let in to the archive in a browser, and who stays out."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import pytest

from monitor.errors import UsageError
from monitor.web.gate import MOST_FAILURES, WINDOW, Failures, Gate, Keys, Refusal, hash_password, host_name, names_of

PASSWORD = hash_password("correct horse")
TOKEN = "a token that is long enough"


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def basic(password: str, user: str = "anybody") -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def gate(*, password: str = PASSWORD, token: str = "", names: tuple[str, ...] = (), clock: Clock | None = None) -> Gate:
    keys = Keys.of({"MONITOR_PASSWORD_HASH": password, "MONITOR_TOKEN": token})
    return Gate(keys, frozenset(names), clock or Clock())


def asked(gate: Gate, authorization: str | None, address: str = "192.0.2.1") -> int:
    refusal = gate.refuse("GET", "host", authorization, address)
    return refusal.status if refusal else 200


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (basic("correct horse"), 200),
        (basic("correct horse", user=""), 200),
        (basic("correct horse "), 401),
        (basic(""), 401),
        (None, 401),
        ("", 401),
        ("Basic", 401),
        ("Basic not-base64!", 401),
        ("Basic " + base64.b64encode(b"\xff\xfe").decode(), 401),
        (f"Bearer {TOKEN}", 401),
        ("Digest username=x", 401),
    ],
)
def test_a_password_opens_and_nothing_else_does(authorization: str | None, status: int) -> None:
    """With a password set, the right one in HTTP Basic is let in, whoever says it."""
    assert asked(gate(), authorization) == status


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (f"Bearer {TOKEN}x", 401),
        ("Bearer ", 401),
        (basic(TOKEN), 401),
    ],
)
def test_a_token_opens_and_nothing_else_does(authorization: str, status: int) -> None:
    """With a token set, it alone is let in, as a bearer."""
    assert asked(gate(password="", token=TOKEN), authorization) == status


def test_neither_is_kept_as_it_is() -> None:
    """What the gate holds of a password and a token are hashes."""
    keys = Keys.of({"MONITOR_PASSWORD_HASH": PASSWORD, "MONITOR_TOKEN": TOKEN})
    assert "correct horse" not in repr(keys)
    assert TOKEN not in repr(keys)
    assert keys.password.startswith("scrypt:")


@pytest.mark.parametrize(
    "text", ["secret", "scrypt:1:1:1$salt$", "pbkdf2:sha256:1$a$b", "scrypt:x:y:z$salt$00", "$$", "plain$a$b"]
)
def test_what_is_no_hash_is_refused_at_the_start(text: str) -> None:
    """A password written where its hash belongs is wrong use: nobody would ever be let in."""
    with pytest.raises(UsageError, match="MONITOR_PASSWORD_HASH"):
        Keys.of({"MONITOR_PASSWORD_HASH": text})


def test_a_short_token_is_refused_at_the_start() -> None:
    """A token that could be guessed is wrong use."""
    with pytest.raises(UsageError, match="at least 16"):
        Keys.of({"MONITOR_TOKEN": "guess me"})


def test_whoever_guesses_waits() -> None:
    """After ten wrong passwords an address waits, the right one included; another address does not."""
    clock = Clock()
    shut = gate(token=TOKEN, password="", clock=clock)
    assert [asked(shut, "Bearer wrong") for _ in range(MOST_FAILURES)] == [401] * MOST_FAILURES
    assert shut.refuse("GET", "host", f"Bearer {TOKEN}", "192.0.2.1") == Refusal(429, int(WINDOW) + 1)
    assert asked(shut, f"Bearer {TOKEN}", "192.0.2.2") == 200
    clock.now += WINDOW
    assert asked(shut, f"Bearer {TOKEN}") == 200


def test_a_browser_that_has_not_asked_for_the_password_yet_is_no_guess() -> None:
    """A request without credentials does not count as a wrong password."""
    shut = gate(token=TOKEN, password="")
    assert {asked(shut, None) for _ in range(3 * MOST_FAILURES)} == {401}
    assert asked(shut, f"Bearer {TOKEN}") == 200


def test_a_network_of_ipv6_guesses_as_one() -> None:
    """Addresses of one IPv6 network of 64 bits share their tries: one visitor has them all."""
    failures = Failures(Clock())
    for number in range(MOST_FAILURES):
        failures.note(f"2001:db8::{number:x}")
    assert failures.waits("2001:db8::ffff")
    assert not failures.waits("2001:db8:0:1::1")


def test_the_memory_of_guesses_is_bounded() -> None:
    """However many addresses guess, no more than so many are remembered."""
    failures = Failures(Clock())
    for number in range(3000):
        failures.note(f"10.0.{number // 256}.{number % 256}")
    assert len(failures._seen) <= 2000


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "PROPFIND"])
def test_only_reading_is_let_in(method: str) -> None:
    """Every method but GET and HEAD stays out, with the right password too."""
    assert gate().refuse(method, "host", basic("correct horse"), "192.0.2.1") == Refusal(405)


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "", None, "127.0.0.1.evil.example:80", "[::2]", "10.0.0.1"]
)
def test_on_loopback_no_foreign_name_is_let_in(host: str | None) -> None:
    """A web page whose own name means 127.0.0.1 cannot read the archive: the server knows its names."""
    shut = Gate(Keys(), names_of("127.0.0.1", (), ""), Clock())
    assert shut.refuse("GET", host, None, "127.0.0.1") == Refusal(421)


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080", "monitor.example.com", "other.example"]
)
def test_on_loopback_known_names_are_let_in(host: str) -> None:
    """This machine's own names, those of --host and that of the watchlist's archive_url."""
    shut = Gate(Keys(), names_of("127.0.0.1", ("other.example",), "https://monitor.example.com/archive"), Clock())
    assert shut.refuse("GET", host, None, "127.0.0.1") is None


def test_behind_a_password_any_name_is_let_in_unless_names_are_given() -> None:
    """On an address of the network names are asked only where --host gives some."""
    assert names_of("192.0.2.1", (), "https://monitor.example.com") == frozenset()
    assert names_of("192.0.2.1", ("here.example",), "") == {"here.example", "192.0.2.1"}


@pytest.mark.parametrize(
    ("header", "name"),
    [("Host.Example.:80", "host.example"), ("[::1]:80", "::1"), ("::1", "::1"), ("user@host:80", "host"), ("", "")],
)
def test_a_name_is_read_out_of_its_header(header: str, name: str) -> None:
    """Port, brackets, case and a dot at the end make no other name."""
    assert host_name(header) == name
