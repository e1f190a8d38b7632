"""The way a page comes in: bounded, vetted, and always ending as a Capture."""

from __future__ import annotations

from monitor.answer import Limits
from monitor.fetch.browser import BrowserFetcher, MissingBrowser, browser_fetcher
from monitor.fetch.hosts import Hosts
from monitor.fetch.http import HttpFetcher
from monitor.fetch.manners import Etiquette, Fetcher
from monitor.fetch.ways import Ways

__all__ = [
    "BrowserFetcher",
    "Etiquette",
    "Fetcher",
    "Hosts",
    "HttpFetcher",
    "Limits",
    "MissingBrowser",
    "Ways",
    "browser_fetcher",
]
