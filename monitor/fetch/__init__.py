"""The way a page comes in: bounded, vetted, and always ending as a Capture."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from monitor.fetch.browser import BrowserFetcher, MissingBrowser, browser_fetcher
from monitor.fetch.http import HttpFetcher
from monitor.fetch.limits import Limits
from monitor.fetch.manners import Etiquette
from monitor.fetch.ways import Ways
from monitor.model import Capture, Validators

__all__ = [
    "BrowserFetcher",
    "Etiquette",
    "Fetcher",
    "HttpFetcher",
    "Limits",
    "MissingBrowser",
    "Ways",
    "browser_fetcher",
]


class Fetcher(Protocol):
    """Gets one page. Whatever goes wrong on the way is told by the capture's outcome, never raised."""

    def fetch(self, url: str, validators: Validators, now: datetime, language: str | None = None) -> Capture:
        """One attempt to get `url`: conditional with `validators`, in `language` where the server has it."""
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...
