"""A web archive on loopback that answers as the Wayback Machine does, and misbehaves to order."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from fakes import DAY, PAGE, START

STAMP = "%Y%m%d%H%M%S"


@dataclass
class Memento:
    """A capture that the archive has."""

    at: datetime
    body: bytes
    status: str = "200"
    url: str = PAGE.url

    @property
    def stamp(self) -> str:
        return self.at.strftime(STAMP)


class WaybackServer(ThreadingHTTPServer):
    """Serves `mementos`, each after `pause` seconds. `faults` come first: by the beginning of a path, a status, or the bytes after
    which an answer breaks off."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Visit)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.mementos: list[Memento] = []
        self.faults: list[tuple[str, int | bytes, dict[str, str]]] = []
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.at_once = 1000
        self.pause = 0.0

    def has(self, day: float, body: bytes, status: str = "200", url: str = PAGE.url) -> Memento:
        self.mementos.append(Memento(START + day * DAY, body, status, url))
        return self.mementos[-1]

    def fetched(self) -> list[str]:
        """The time stamps of the captures that were asked for, in order."""
        return [path.split("/")[2].removesuffix("id_") for path in self.asked if path.startswith("/web/")]

    def index(self, query: dict[str, list[str]]) -> object:
        given = {name: values[-1] for name, values in query.items()}
        rows = [
            [each.stamp, each.url, "text/html", each.status, sha1(each.body).hexdigest()]
            for each in sorted(self.mementos, key=lambda each: each.at)
            if given.get("from", "") <= each.stamp <= given.get("to", "9")
        ]
        if given.get("collapse") == "digest":
            rows = [row for number, row in enumerate(rows) if number == 0 or rows[number - 1][4] != row[4]]
        begin = int(given.get("resumeKey", "0").removeprefix("key "))
        part = rows[begin : begin + self.at_once]
        more = [[], [f"key+{begin + self.at_once}"]] if begin + self.at_once < len(rows) else []
        return [given["fl"].split(","), *part, *more] if rows else []


class _Visit(BaseHTTPRequestHandler):
    server: WaybackServer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.agents.add(self.headers["User-Agent"])
        for fault in self.server.faults:
            if self.path.startswith(fault[0]):
                self.server.faults.remove(fault)
                self.misbehave(fault[1], fault[2])
                return
        parts = urlsplit(self.path)
        if parts.path == "/cdx/search/cdx":
            self.say(
                200, json.dumps(self.server.index(parse_qs(parts.query))).encode(), {"Content-Type": "application/json"}
            )
        else:
            self.show()

    def show(self) -> None:
        time.sleep(self.server.pause)
        _, _, stamp, url = self.path.split("/", 3)
        found = [each for each in self.server.mementos if each.stamp + "id_" == stamp and each.url == url]
        if not found:
            self.say(404, b"Hrm. The archive has not got that.", {})
            return
        headers = {"Content-Type": "text/html", "Content-Encoding": "gzip", "x-archive-orig-etag": f'"{stamp}"',
                   "x-archive-orig-server": "acme", "memento-datetime": stamp, "server": "archive"}  # fmt: skip
        self.say(200, gzip.compress(found[0].body), headers)

    def misbehave(self, fault: int | bytes, headers: dict[str, str]) -> None:
        if isinstance(fault, int):
            self.say(fault, b"try again later", headers)
            return
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(fault)

    def say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def wayback_server() -> Iterator[WaybackServer]:
    """A running one, without captures."""
    with WaybackServer() as server:
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
