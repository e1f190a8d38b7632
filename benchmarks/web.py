"""How long the archive takes to answer in a browser: 200 pages, 20,000 versions, a million checks.

    python benchmarks/web.py [FILE]

The archive is that of `benchmarks/archive.py`, made in FILE or taken from it if it is there. Every kind of page is asked over a
real socket, each time for other records, one visitor at a time, and beside it a view that does nothing. What is read once and kept
is read before. A line a kind: the median and the 99th percentile in milliseconds, and the median in bare views.
"""

from __future__ import annotations

import http.client
import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import archive as invented

from monitor.archive import Archive
from monitor.report.style import Style
from monitor.web import Gate, Keys, Site, application, serving

TIMES = 100
EARLY = "/matrix?at=2021-02-01"
"""When each page had three versions: reading all 20,000 of them, once, is no part of an answer."""
KEPT = invented.CHECKS * 9 // 10
"""Checks that are surely there: some of a million fall on one moment with others, and are none."""
NOW = datetime(2024, 12, 1, tzinfo=UTC)
WORDS = ("retain", "the", "tr*", '"your data"', invented.RARE, "数据", "训练模型", "data -tokens", "opt out")


def main() -> None:
    """Make the archive if there is none, and print a line a kind."""
    with tempfile.TemporaryDirectory() as work:
        path = Path(sys.argv[1]) if sys.argv[1:] else Path(work) / "archive.db"
        if not path.exists():
            invented.make(path)
        gate = Gate(Keys(), frozenset(), time.monotonic)
        app = application(Site(path, Style(), gate, lambda: NOW, time.monotonic))
        app.add_url_rule("/bare", "bare", lambda: "nothing")
        with serving(app, ("127.0.0.1", 0)) as (_, port):
            measure(path, port)


def measure(path: Path, port: int) -> None:
    """Ask every kind of page, the bare view between them."""
    chance = random.Random(1)  # noqa: S311 - the same questions each time
    for address in ("/bare", EARLY, "/versions/1"):
        read_once(port, address)
    bare = statistics.median(taken(port, "/bare") for _ in range(TIMES))
    print(f"a bare view: {bare * 1000:.1f} ms", flush=True)
    for kind, addresses in kinds(path, chance).items():
        times = sorted(taken(port, address) for address in addresses)
        median, late = statistics.median(times), times[int(len(times) * 0.99)]
        print(f"{kind}: {median * 1000:.0f} ms, p99 {late * 1000:.0f} ms, {median / bare:.0f} bare views", flush=True)


def read_once(port: int, address: str) -> None:
    """Ask until nothing is left to be read for the first time."""
    begin = time.perf_counter()
    while "still being read" in ask(port, address):
        time.sleep(1.0)
    print(f"first {address}: {time.perf_counter() - begin:.1f} s", flush=True)


def taken(port: int, address: str) -> float:
    """Seconds of one answer."""
    begin = time.perf_counter()
    ask(port, address)
    return time.perf_counter() - begin


def ask(port: int, address: str) -> str:
    """The body of an answer that has to be good."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", address)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    assert answer.status == 200, f"{address}: {answer.status} {body[:200]}"
    return body


def kinds(path: Path, chance: random.Random) -> dict[str, list[str]]:
    """Kind -> addresses of it, each of another record."""
    with Archive(path, mode="read") as archive:
        changes = [change.id for change in archive.changes(limit=20_000)]
        snapshots = [
            archive.entry(chance.randrange(1, invented.PAGES * invented.VERSIONS)).snapshot for _ in range(TIMES)
        ]
    numbers = [chance.randrange(invented.PAGES) for _ in range(TIMES)]
    pages = ["vendor-0/page-0", *(f"vendor-{number}/page-{number}" for number in numbers[1:])]
    picked = [chance.choice(changes) for _ in range(TIMES)]
    versions = [chance.randrange(1, invented.PAGES * invented.VERSIONS) for _ in range(TIMES)]

    def each(form: str, values: list[object]) -> list[str]:
        return [form.format(value) for value in values]

    return {
        "home": ["/"] * TIMES,
        "matrix": [EARLY] * TIMES,
        "vendors": ["/vendors"] * TIMES,
        "page": each("/pages/{}", [*pages]),
        "checks": each("/pages/{}/checks", [*pages]),
        "changes": each("/changes?vendor=vendor-{}&topic=training", [*numbers[:50]])
        + each("/changes?older={}", [*picked[:50]]),
        "change": each("/changes/{}", [*picked]),
        "two versions ten apart": [
            f"/diff/vendor-{number}/page-{number}?old=2021-06-01&new=2021-11-01" for number in numbers
        ],
        "the first version and the last": each("/diff/{}?old=2021-01-02", [*pages]),
        "version": each("/versions/{}", [*versions]),
        "since when": each("/versions/{}/since", [*versions]),
        "snapshot": each("/snapshots/{}", [*snapshots]),
        "check": each("/captures/{}", [*(chance.randrange(1, KEPT) for _ in range(TIMES))]),
        "search": [f"/search?q={quote(chance.choice(WORDS))}" for _ in range(TIMES)],
        "search, one vendor": [f"/search?q={quote(chance.choice(WORDS))}&vendor=vendor-{number}" for number in numbers],
        "search, one topic": [f"/search?q={quote(chance.choice(WORDS))}&topic=training" for _ in range(TIMES)],
        "alerts": ["/alerts"] * TIMES,
        "feed": ["/feeds/all.atom"] * TIMES,
        "api: changes": each("/api/changes?older={}", [*picked]),
        "api: version": each("/api/versions/{}", [*versions]),
        "api: facts": [EARLY.replace("matrix", "api/facts")] * 20,
        "vendor, still being read": each("/vendors/vendor-{}", [*numbers]),
    }


if __name__ == "__main__":
    main()
