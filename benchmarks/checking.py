"""How long checks take beside the least that they could: asking for every page once with a bare httpx loop.

    python benchmarks/checking.py FOLDER [COUNT ...]

A FOLDER holds captures.jsonl and the files it names; its pages are served on twenty addresses of this machine, by a process of
its own. For each count of pages: a first check, one in which nothing changed and the server says so (304), one in which nothing
changed and it does not (200), and one in which a tenth of the pages changed. Both sides ask in the same run; only ratios are
worth keeping. What the program takes to start, with nothing to do, is told, and the ratio is given three times: with the start of
both, as a loop is a program, too; with that of the check alone; without any.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from multiprocessing import Process
from pathlib import Path

import httpx
import yaml

COUNTS = (200, 1_000, 5_000)
ADDRESSES = [f"127.0.0.{number}" for number in range(1, 21)]
PORT = 18_473
DISTINCT = 60
"""Recorded pages that are served, in turn."""
CHECK = ("-m", "monitor", "check", "--quiet")
LOOP = "import httpx\nwith httpx.Client(): pass"
"""What a bare loop does before its first page."""
MARK = b"<main"
ADDED = b"<p>We may use your content to train our models unless you turn this off in your settings.</p>"


def main() -> None:
    """Print a line for each count and kind of check."""
    folder, *counts = sys.argv[1:]
    pages = recorded(Path(folder))
    for count in map(int, counts or COUNTS):
        with tempfile.TemporaryDirectory() as work:
            measure(pages, count, Path(work))


def recorded(folder: Path) -> list[bytes]:
    """The first capture of each page, and later ones until there are enough."""
    lines = map(json.loads, (folder / "captures.jsonl").read_text("utf-8").splitlines())
    return [(folder / line["file"]).read_bytes() for line, _ in zip(lines, range(DISTINCT), strict=False)]


def measure(pages: list[bytes], count: int, work: Path) -> None:
    """Check so many pages four times, each beside a bare loop over the same answers."""
    urls = [f"http://{ADDRESSES[number % len(ADDRESSES)]}:{PORT}/{number}" for number in range(count)]
    start = min(started(urls[:1], work) for _ in range(3))
    loop_start = min(run(work, "-c", LOOP)[0] for _ in range(3))
    watch(urls, work)
    for kind in ("first", "304", "200", "changed"):
        server = Process(target=serve, args=(pages, kind), daemon=True)
        server.start()
        wait_for(urls[0])
        least, news_only = bare(urls, conditional=False), bare(urls, conditional=True)
        seconds, peak = run(work, *CHECK)
        server.terminate()
        server.join()
        print(
            f"{count:,} pages, {kind}: bare loop {least:.2f} s ({news_only:.2f} s if it asks for news only), "
            f"its start {loop_start:.2f} s, check {seconds:.2f} s, of which start {start:.2f} s, "
            f"ratio {seconds / (least + loop_start):.1f}, beside a loop that has started {seconds / least:.1f}, "
            f"without the start {(seconds - start) / least:.1f}, peak {peak:.0f} MB",
            flush=True,
        )


def started(urls: list[str], work: Path) -> float:
    """Seconds that a check takes which has nothing to do, since its page is not enabled."""
    watch(urls, work, archive="nothing.db", enabled=False)
    return run(work, *CHECK)[0]


def watch(urls: list[str], work: Path, archive: str = "archive.db", *, enabled: bool = True) -> None:
    """A watchlist of these pages."""
    listed = {f"page-{number}": {"type": "terms", "url": url, "enabled": enabled} for number, url in enumerate(urls)}
    settings = {"archive": archive, "allow_private_addresses": True, "confirm": False}
    watchlist = {"version": 1, "settings": settings, "vendors": {"bench": {"pages": listed}}}
    (work / "watchlist.yaml").write_text(yaml.safe_dump(watchlist), "utf-8")


def bare(urls: list[str], *, conditional: bool) -> float:
    """Seconds to ask for every page once."""
    headers = {"If-None-Match": '"same"'} if conditional else {}
    start = time.perf_counter()
    with httpx.Client() as client:
        for url in urls:
            client.get(url, headers=headers)
    return time.perf_counter() - start


def run(work: Path, *arguments: str) -> tuple[float, float]:
    """Seconds that Python takes for these arguments, its start included, and the peak memory of its largest process in MB."""
    command = [sys.executable, *arguments]
    compiled = {
        "PYTHONPYCACHEPREFIX": str(work / "compiled"),
        "PYTHONDONTWRITEBYTECODE": "",
    }  # as where it is installed
    start = time.perf_counter()
    done = subprocess.Popen(command, cwd=work, stdout=subprocess.DEVNULL, env=os.environ | compiled)  # noqa: S603
    _, status, used = os.wait4(done.pid, 0)
    assert status == 0, status
    return time.perf_counter() - start, used.ru_maxrss / 1024


# --- the server --------------------------------------------------------------------------------------------------------


def serve(pages: list[bytes], kind: str) -> None:
    """Serve the pages on all addresses, until ended."""
    asyncio.run(_serve(pages, kind))


async def _serve(pages: list[bytes], kind: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while request := await _request(reader):
            path, conditional = request
            writer.write(_response(pages, kind, path, conditional=conditional))
            await writer.drain()
        writer.close()

    servers = [await asyncio.start_server(answer, address, PORT) for address in ADDRESSES]
    await asyncio.gather(*(server.serve_forever() for server in servers))


async def _request(reader: asyncio.StreamReader) -> tuple[str, bool] | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return head.split(b" ", 2)[1].decode(), b"if-none-match" in head.lower()


def _response(pages: list[bytes], kind: str, path: str, *, conditional: bool) -> bytes:
    if path == "/robots.txt":
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    if kind == "304" and conditional:
        return b'HTTP/1.1 304 Not Modified\r\nETag: "same"\r\n\r\n'
    number = int(path[1:])
    body = pages[number % len(pages)]
    if kind == "changed" and number % 10 == 0:
        body = body.replace(MARK, ADDED + MARK, 1) if MARK in body else body.replace(b"</body>", ADDED + b"</body>", 1)
    head = f'HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nETag: "same"\r\nContent-Length: {len(body)}\r\n\r\n'
    return head.encode() + body


def wait_for(url: str) -> None:
    """Wait until the server answers."""
    for _ in range(100):
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the server does not answer")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    main()
