"""The soak's web site: pages of invented terms whose texts change when they are told to, and a log of what was served."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

MANY = 20
"""Pages that a vendor has."""
_TREES = ("Alder", "Birch", "Cedar", "Elm", "Fir", "Hazel", "Juniper", "Larch", "Maple", "Rowan")
_KINDS = ("AI", "Labs", "Models", "Assistants", "Systems")
_COMMON = (
    "These terms govern your use of the {name} assistant and of every tool that comes with it.",
    "You may send text, images and files to the assistant, and it will send you answers.",
    "You keep the rights in what you send, and we ask for no more than we need to answer you.",
    "If you break these terms we may close your account after a written warning.",
    "The assistant makes mistakes, so check its answers before you rely on them in anything that matters.",
    "We are liable for damage that we cause on purpose or by gross negligence, and for nothing else.",
    "The law of the country in which you live applies, and its courts decide.",
    "Write to the address in your account's settings if a question stays open.",
)


def name_of(number: int) -> str:
    """The page's name in a watchlist, `vendor/page`."""
    return f"v{number // MANY:02}/p{number:04}"


def vendor_name(number: int) -> str:
    """The vendor's name as people write it."""
    vendor = number // MANY
    return f"{_TREES[vendor % len(_TREES)]} {_KINDS[vendor // len(_TREES) % len(_KINDS)]}"


def body(number: int, revision: int) -> bytes:
    """The page as it is served. No two are alike, and no revision says what an earlier one said: that would be a text that is
    back."""
    texts = [text.format(name=vendor_name(number)) for text in _COMMON]
    if number % 2:
        verb = "use" if revision % 2 else "do not use"
        texts.insert(3, f"We {verb} your chats to train our models.")
        texts.insert(4, f"We keep your chats for {30 + number + revision} days after you delete them.")
    else:
        texts.insert(3, f"Up to {(revision + 1) * (number + 1) * 1000:,} free tokens a day for every account.")
    blocks = "\n".join(f"<p>{text}</p>" for text in texts)
    return f"<!doctype html><html lang=en><body><main><h1>Terms, part {number}</h1>\n{blocks}</main></body></html>".encode()


class VendorSite(ThreadingHTTPServer):
    """The site, on loopback while the context lasts. `revisions` are what its pages show."""

    daemon_threads = True

    def __init__(self, count: int) -> None:
        super().__init__(("127.0.0.1", 0), _Visit)
        self.revisions = [0] * count
        self.served: set[tuple[int, int]] = set()
        """Page and revision of every answer that was sent to its end."""
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """Say nothing: clients that are killed break off."""

    def vendors(self) -> dict[str, Any]:
        """The vendors of a watchlist."""
        found: dict[str, Any] = {}
        for number in range(len(self.revisions)):
            vendor, _, page = name_of(number).partition("/")
            pages = found.setdefault(vendor, {"name": vendor_name(number), "pages": {}})["pages"]
            kind = "terms" if number % 2 else "free-offer"
            pages[page] = {"type": kind, "url": f"http://127.0.0.1:{self.server_port}/{number}", "language": "en"}
        return found

    def hashes(self) -> dict[str, tuple[int, int]]:
        """SHA-256 of every body served -> page and revision."""
        return {hashlib.sha256(body(*each)).hexdigest(): each for each in set(self.served)}


class _Visit(BaseHTTPRequestHandler):
    server: VendorSite

    def do_GET(self) -> None:
        number = int(self.path.strip("/"))
        revision = self.server.revisions[number]
        content, tag = body(number, revision), f'"{number}-{revision}"'
        known = self.headers.get("If-None-Match") == tag
        self.send_response(304 if known else 200)
        self.send_header("ETag", tag)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if not known:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        # noted before the last byte leaves: what a client has whole is in the log, whatever becomes of either
        self.server.served.add((number, revision))
        self.wfile.write(b"" if known else content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
