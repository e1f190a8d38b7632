"""Which way a page comes in: over HTTP, or through a browser, always with manners."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from monitor.fetch.manners import Etiquette, Fetcher, PoliteFetcher
from monitor.model import Known, Page

BrowserFor = Callable[[Page], Fetcher]


class Ways:
    """The fetchers of a program. A browser is begun with the first page that needs one; `browser` gives it for a page."""

    def __init__(self, http: Fetcher, browser: BrowserFor, close: Callable[[], None], etiquette: Etiquette) -> None:
        self._http, self._browser, self._close, self._etiquette = http, browser, close, etiquette

    def __call__(self, page: Page, known: Known) -> PoliteFetcher:
        """The fetcher for a page: what the watchlist says, or else what the page proved to need."""
        through_browser = page.fetch == "browser" or (page.fetch == "auto" and known.needs_browser)
        fetcher = self._browser(page) if through_browser else self._http
        return PoliteFetcher(fetcher, self._etiquette, obeys=page.robots)

    def close(self) -> None:
        """Close what is open."""
        self._http.close()
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
