"""The demo's web site: three invented vendors, whose pages change between stage 1 and stage 2, served on loopback.

`pages/VENDOR/NAME.html` holds both stages of a page: a line that begins with `1|` or `2|` stands in that stage only.
`{{header}}` and `{{footer}}` are the vendor's; `{{nonce}}` and `{{visit}}` differ on every request, as real pages' do.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Self
from urllib.parse import urlsplit

from monitor.model import Page

_FILES = Path(__file__).with_name("pages")
_PAGES = (
    Page("northwind", "terms", "terms", "", "Northwind AI", language="en"),
    Page("northwind", "data-controls", "data-controls", "", "Northwind AI", language="en"),
    Page("northwind", "free-tokens", "free-offer", "", "Northwind AI", language="en"),
    Page("lumen", "privacy", "privacy", "", "Lumen Labs", language="en"),
    Page("lumen", "pricing", "pricing", "", "Lumen Labs", language="en"),
    Page("lumen", "consumer-terms", "terms", "", "Lumen Labs", language="en"),
    Page("qinghe", "agreement", "terms", "", "青禾智能", language="zh"),
    Page("qinghe", "free-quota", "free-offer", "", "青禾智能", language="zh"),
    Page("qinghe", "privacy", "privacy", "", "青禾智能", language="zh"),
)
_KEYS = frozenset(page.key for page in _PAGES)
_WALLED = {("lumen/pricing", 2): "lumen/sign-in"}
_ENCODINGS = {"qinghe/free-quota": "gbk"}
_ETAGS = {"qinghe/agreement": 'W/"agreement-7"'}


def pages(base_url: str) -> tuple[Page, ...]:
    """The site's pages as a watchlist would name them, for a site that is served at `base_url`."""
    return tuple(replace(page, url=f"{base_url}/{page.key}") for page in _PAGES)


def render(key: str, stage: int, visit: int) -> str:
    """The HTML of the page `key` (`vendor/name`) in `stage`, as the visitor number `visit` gets it."""
    vendor = key.partition("/")[0]
    text = _file(_WALLED.get((key, stage), key))
    for part in ("header", "footer"):
        text = text.replace("{{" + part + "}}", _file(f"{vendor}/{part}"))
    text = re.sub(rf"^{3 - stage}\|.*\n", "", text, flags=re.MULTILINE)
    text = re.sub(rf"^{stage}\| ?", "", text, flags=re.MULTILINE)
    nonce = hashlib.sha256(str(visit).encode()).hexdigest()[:16]
    return text.replace("{{nonce}}", nonce).replace("{{visit}}", str(visit))


def _file(name: str) -> str:
    return (_FILES / f"{name}.html").read_text("utf-8")


class DemoSite(ThreadingHTTPServer):
    """The site, on a free port of 127.0.0.1 while the context lasts. Set `stage` to 2 to let its pages change."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Visit)
        self.stage = 1
        self.visits = itertools.count(1)
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """The site's address, without a slash at its end."""
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Visit(BaseHTTPRequestHandler):
    server: DemoSite

    def do_GET(self) -> None:
        key = urlsplit(self.path).path.strip("/")
        if key not in _KEYS:
            return self._answer(404, b"Not found\n", {"Content-Type": "text/plain; charset=utf-8"})
        etag = _ETAGS.get(key)
        headers = {"ETag": etag} if etag else {}
        if etag and self.headers.get("If-None-Match") == etag:
            return self._answer(304, b"", headers)
        # A page in another encoding says so in its meta tag alone, as many old sites do.
        headers["Content-Type"] = "text/html" if key in _ENCODINGS else "text/html; charset=utf-8"
        text = render(key, self.server.stage, next(self.server.visits))
        return self._answer(200, text.encode(_ENCODINGS.get(key, "utf-8")), headers)

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the demo's output is the monitor's."""
