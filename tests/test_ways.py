"""Which way a page comes in: over HTTP, through a browser, with a login where one is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from fakes import HOUR, PAGE, START, FakeFetcher, terms
from house import JUDGEMENT, House

from monitor import pipeline
from monitor.fetch.browser import MissingBrowser
from monitor.fetch.manners import Etiquette
from monitor.fetch.profiles import Profiles
from monitor.fetch.ways import Browser, Ways
from monitor.model import Capture, Known, Page, Validators

SHELL = b"<!doctype html><html><body><div id=root></div><script src=/app.js></script></body></html>"
WALL = terms(p1="x").replace(b"<main>", b"<main><p>Please log in to continue</p>")[:420] + b"</main></body></html>"


@dataclass
class FakeBrowser:
    """A browser that shows one text, or a login page to who brings no login along."""

    shows: bytes
    without_login: bytes = b""
    profiles: list[str] = field(default_factory=list)
    open: bool = True

    def fetch(
        self, url: str, validators: Validators, now: datetime, language: str | None = None, profile: str = ""
    ) -> Capture:
        self.profiles.append(profile)
        return FakeFetcher([self.shows if profile or not self.without_login else self.without_login]).fetch(
            url, validators, now, language
        )

    def close(self) -> None:
        self.open = False


def ways(http: list[bytes], browser: Any, profiles: Profiles | None = None) -> Ways:
    fetcher = FakeFetcher(http)
    etiquette = Etiquette(FakeFetcher([b""] * 99), "terms-monitor", pause=0.0)
    return Ways(fetcher, cast(Callable[[], Browser], lambda: browser), etiquette, profiles)


def checked(house: House, way: Ways, page: Page, after: timedelta = HOUR) -> Capture:
    house.now += after
    [each] = pipeline.check([page], house.archive, way, JUDGEMENT, lambda: house.now)
    return each.outcome.capture


OWN = replace(PAGE, robots=False)


def known(house: House, page: Page = OWN) -> Known:
    return house.archive.known(page, START)


def test_an_empty_shell_is_shown_by_a_browser_from_then_on(house: House) -> None:
    """A page that comes without its text is looked at through a browser in the same check, and over HTTP no more."""
    browser = FakeBrowser(terms())
    way = ways([SHELL], browser)
    assert checked(house, way, OWN).outcome == "ok"
    assert known(house).needs_browser
    assert checked(house, way, OWN).outcome == "ok"  # HTTP has nothing more to say
    assert house.archive.pages()[0].versions == 1


def test_a_page_that_a_browser_cannot_show_either_stays_what_it_is(house: House) -> None:
    """Where the browser sees no text either, the failure is that of the page, and no browser is kept for it."""
    assert checked(house, ways([SHELL], FakeBrowser(SHELL)), OWN).outcome == "thin"
    assert not known(house).needs_browser


def test_a_missing_browser_is_said(house: House) -> None:
    """Without a browser the check says what to install, beside what is wrong."""
    capture = checked(house, ways([SHELL], MissingBrowser()), OWN)
    assert capture.outcome == "thin"
    assert "almost no text" in capture.reason and "terms-monitor[browser]" in capture.reason


@pytest.mark.parametrize(("fetch", "through"), [("http", False), ("browser", True), ("auto", False)])
def test_the_watchlist_says_which_way(house: House, fetch: str, through: bool) -> None:
    """A page comes in as the watchlist says; `http` never through a browser, `browser` always."""
    browser = FakeBrowser(terms())
    page = replace(OWN, fetch=cast(Any, fetch))
    checked(house, ways([terms() if fetch == "auto" else SHELL], browser), page)
    assert bool(browser.profiles) is through


def stored(folder: Path) -> Profiles:
    profiles = Profiles(folder / "profiles")
    profiles.save("acme", {"cookies": [], "origins": []})
    return profiles


def test_a_login_is_brought_along(house: House, tmp_path: Path) -> None:
    """A page that a browser gets is asked for with its vendor's login, if one is stored, and no other's."""
    browser = FakeBrowser(terms())
    page = replace(OWN, fetch="browser")
    way = ways([], browser, stored(tmp_path))
    checked(house, way, page)
    checked(house, way, replace(page, vendor="other"))
    assert browser.profiles == ["acme", ""]


def test_a_page_that_asks_for_a_login_gets_the_stored_one(house: House, tmp_path: Path) -> None:
    """A wall over HTTP sends a page to the browser with the login, from then on; without a login it stays a wall."""
    browser = FakeBrowser(terms(), WALL)
    assert checked(house, ways([WALL], browser), OWN).outcome == "blocked_wall"
    assert browser.profiles == []
    assert checked(house, ways([WALL], browser, stored(tmp_path)), OWN).outcome == "ok"
    assert known(house).needs_browser


def test_a_login_that_expired_is_no_change(house: House, tmp_path: Path) -> None:
    """When a page asks for a login although one is brought along, that is said; the last good version stands."""
    page, profiles = replace(OWN, fetch="browser"), stored(tmp_path)
    checked(house, ways([], FakeBrowser(terms()), profiles), page)
    capture = checked(house, ways([], FakeBrowser(WALL), profiles), page)
    assert (capture.outcome, "monitor login acme" in capture.reason) == ("login_needed", True)
    assert house.archive.pages()[0].versions == 1


def test_the_browser_is_closed_if_it_was_begun(house: House) -> None:
    """Closing the ways closes the browser that was begun, and begins none."""
    browser = FakeBrowser(terms())
    with ways([], browser) as way:
        checked(house, way, replace(OWN, fetch="browser"))
    assert not browser.open
    with ways([], None):
        pass
