"""Which way a page comes in: over HTTP, or through a browser, with a login where one is stored; always with manners."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

from monitor.fetch.browser import BrowserFetcher, MissingBrowser
from monitor.fetch.manners import Etiquette, Fetcher, Onward, freely
from monitor.fetch.profiles import Profiles
from monitor.model import Capture, Known, Page, Validators

Browser = BrowserFetcher | MissingBrowser


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser with a vendor's login; without one, `profile` is empty."""

    browser: Browser
    profile: str

    def fetch(
        self,
        url: str,
        validators: Validators,
        now: datetime,
        language: str | None = None,
        onward: Onward = freely,  # noqa: ARG002 - a browser follows redirects by itself
    ) -> Capture:
        """One attempt to get `url`; a browser asks for no news only, but for the page."""
        return self.browser.fetch(url, validators, now, language, profile=self.profile)

    def close(self) -> None:
        """The browser is closed by whoever opened it."""


@dataclass(frozen=True, slots=True)
class Polite:
    """A fetcher that keeps to the etiquette. `profile` is the vendor whose login it brings along, if any."""

    fetcher: Fetcher
    etiquette: Etiquette
    obeys: bool = True
    profile: str = ""

    def fetch(
        self,
        url: str,
        validators: Validators,
        now: datetime,
        language: str | None = None,
        onward: Onward = freely,  # noqa: ARG002 - the etiquette says it
    ) -> Capture:
        """One attempt to get `url`, when its host may be asked."""
        return self.etiquette.fetch(self.fetcher, url, validators, now, language, obeys=self.obeys)

    def close(self) -> None:
        """Close the fetcher beneath."""
        self.fetcher.close()


class Ways:
    """The fetchers of a program. The browser is begun with the first page that needs it."""

    def __init__(
        self, http: Fetcher, browser: Callable[[], Browser], etiquette: Etiquette, profiles: Profiles | None = None
    ) -> None:
        self._http, self._begin, self._etiquette, self._profiles = http, browser, etiquette, profiles
        self._begun: Browser | None = None
        self._turn = threading.Lock()

    def __call__(self, page: Page, known: Known) -> Polite:
        """The fetcher for a page: as the watchlist says, or else as the page proved to need."""
        if page.fetch == "browser" or (page.fetch == "auto" and known.needs_browser):
            profile = page.vendor if self._profiles and self._profiles.has(page.vendor) else ""
            return Polite(SignedIn(self._browser(), profile), self._etiquette, page.robots, profile)
        return Polite(self._http, self._etiquette, page.robots)

    def _browser(self) -> Browser:
        with self._turn:
            self._begun = self._begun or self._begin()
            return self._begun

    def close(self) -> None:
        """Close what is open."""
        self._etiquette.close()
        self._http.close()
        if self._begun:
            self._begun.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
