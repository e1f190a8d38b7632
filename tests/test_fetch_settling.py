"""When a page is ready, what is opened on it, and what a browser's words mean: decided without a browser."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ReadingError, UsageError
from monitor.fetch import Limits, MissingBrowser, chromium
from monitor.fetch.guard import BlockedTargetError
from monitor.fetch.settling import MOST_OPENED, PATIENCE, Control, Sample, settled, to_open
from monitor.fetch.visit import check_way, may_load, network_error
from monitor.fetch.window import check_display
from monitor.model import OUTCOMES, Validators

LIMITS = Limits()
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def looks(*sizes: int, loaded: bool = True, asking: bool = False, every: float = 0.25) -> list[Sample]:
    """Looks at a page, one after the other."""
    return [Sample(number * every, size, loaded, asking) for number, size in enumerate(sizes)]


def test_a_text_that_rests_for_a_second_is_settled() -> None:
    """A page is read once its text has kept its length for a second."""
    assert not settled(looks(*[9000] * 4))
    assert settled(looks(*[9000] * 5))
    assert not settled(looks(*[9000] * 5, 9001))


def test_a_page_that_still_loads_is_not() -> None:
    """Rest counts only after the page has loaded."""
    assert not settled(looks(*[9000] * 20, loaded=False))
    assert not settled([*looks(*[9000] * 20, loaded=False), Sample(6.0, 9000)])


@pytest.mark.parametrize("looked", [looks(*[80] * 9), looks(*[9000] * 9, asking=True)])
def test_a_page_that_may_have_more_is_given_longer(looked: list[Sample]) -> None:
    """A page that is nearly empty, or waits for its server, is waited for longer."""
    assert not settled(looked)
    last = looked[-1]
    assert settled([*looked, Sample(3.1, last.size, asking=last.asking)])


def test_a_page_that_never_rests_is_read_in_the_end() -> None:
    """Patience ends, whatever the page does."""
    assert settled([Sample(PATIENCE, 1, loaded=False, asking=True)])
    assert not settled([])


PANEL = Control("button", "hidden", text="More")


@pytest.mark.parametrize(
    ("control", "opened"),
    [
        (PANEL, True),
        (Control("button", "absent", text="More"), True),
        (Control("button", "unnamed", text="More"), True),
        (Control("tab", "hidden", text="Paid"), True),
        (Control("button", "seen", text="More"), False),
        (Control("tab", "seen", text="Paid"), False),
        (Control("tab", "unnamed", text="Paid"), False),
        (Control("combobox", "hidden", text="Country"), False),
        (Control("button", "hidden", text=""), False),
        (Control("button", "hidden", open=True, text="More"), False),
        (Control("button", "hidden", link=True, text="More"), False),
        (Control("button", "hidden", form=True, text="More"), False),
        (Control("button", "hidden", menu=True, text="More"), False),
        (Control("button", "hidden", furniture=True, text="More"), False),
        (Control("button", "hidden", disabled=True, text="More"), False),
    ],
)
def test_what_is_opened(control: Control, opened: bool) -> None:
    """Closed parts of the document are opened; links, forms, menus, furniture and what is open already are left alone."""
    assert to_open([control]) == ((0,) if opened else ())


def test_so_many_parts_are_opened() -> None:
    """A page with thousands of parts is opened in part, the first ones first."""
    assert to_open([PANEL] * 1000) == tuple(range(MOST_OPENED))


@pytest.mark.parametrize(
    ("url", "kind", "loaded"),
    [
        ("https://terms.example/app.js", "script", True),
        ("http://terms.example/data", "fetch", True),
        ("https://terms.example/logo.png", "image", False),
        ("https://terms.example/film", "media", False),
        ("https://terms.example/letters", "font", False),
        ("file:///etc/hostname", "document", False),
        ("ftp://terms.example/", "document", False),
        ("chrome://version", "document", False),
        ("https://user:word@terms.example/", "fetch", False),
    ],
)
def test_what_is_loaded(url: str, kind: str, loaded: bool) -> None:
    """Only what text may depend on is loaded, and only over the web."""
    assert may_load(url, kind) == loaded


@pytest.mark.parametrize(
    ("message", "outcome"),
    [
        ("Page.goto: net::ERR_CERT_AUTHORITY_INVALID at https://x/", "tls_error"),
        ("net::ERR_SSL_PROTOCOL_ERROR", "tls_error"),
        ("net::ERR_NAME_NOT_RESOLVED", "dns_error"),
        ("net::ERR_TOO_MANY_REDIRECTS", "too_many_redirects"),
        ("net::ERR_TUNNEL_CONNECTION_FAILED", "connect_error"),
        ("net::ERR_EMPTY_RESPONSE at http://x/", "http_error"),
        ("net::ERR_CONTENT_DECODING_FAILED", "bad_encoding"),
        ("net::ERR_UNSAFE_PORT", "blocked_target"),
        ("net::ERR_TIMED_OUT", "timeout"),
    ],
)
def test_what_the_browser_says_of_the_network(message: str, outcome: str) -> None:
    """The browser's names of what went wrong are outcomes, and the reason names them."""
    error = network_error(message)
    assert error
    assert (error.outcome, error.outcome in OUTCOMES, "ERR_" in str(error)) == (outcome, True, True)


@given(st.text())
def test_other_words_of_the_browser_are_no_outcome(message: str) -> None:
    """What does not speak of the network is left to who asks."""
    assert network_error(message.replace("net::", "")) is None


def test_the_way_of_a_page() -> None:
    """A page may lead on a few times and back to itself, never from https to http."""
    on = tuple(f"https://terms.example/{number}" for number in range(LIMITS.redirects + 2))
    check_way((*on[:2], on[0]), LIMITS)
    check_way(on[:-1], LIMITS)
    with pytest.raises(ReadingError, match="redirects more than"):
        check_way(on, LIMITS)
    with pytest.raises(BlockedTargetError, match="unprotected"):
        check_way((on[0], "http://terms.example/1"), LIMITS)


def test_the_browser_that_is_used() -> None:
    """The environment names it; else it is the first of the usual names that is there."""
    there = {"/opt/chrome": "/opt/chrome", "google-chrome": "/usr/bin/google-chrome"}
    assert chromium.find({}, there.get) == "/usr/bin/google-chrome"
    assert chromium.find({chromium.VARIABLE: "/opt/chrome"}, there.get) == "/opt/chrome"
    assert chromium.find({chromium.VARIABLE: "/opt/other"}, there.get) is None
    assert chromium.find({}, {}.get) is None


def test_a_browser_that_is_missing_says_what_to_install() -> None:
    """Without a browser every page says what it takes."""
    fetcher = MissingBrowser()
    capture = fetcher.fetch("https://terms.example/", Validators(), NOW, profile="northwind")
    fetcher.close()
    assert (capture.outcome, capture.body) == ("browser_missing", None)
    assert "pip install 'terms-monitor[browser]'" in capture.reason
    assert "apt install chromium" in capture.reason


def test_a_window_needs_a_display() -> None:
    """Without one, the error says how a login gets in otherwise."""
    check_display({"DISPLAY": ":0"})
    check_display({"WAYLAND_DISPLAY": "wayland-0"})
    with pytest.raises(UsageError, match="--state"):
        check_display({})
