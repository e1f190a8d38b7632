"""How long an import takes beside the least that reading could take: parsing every capture once with selectolax. How large the
archive is then, whether every byte comes back, and how long one snapshot takes to read.

    python benchmarks/reading.py FOLDER [FOLDER ...]

A FOLDER holds captures.jsonl and the files it names. Both sides run in one process on the same files, so only their ratio is
worth keeping.
"""

from __future__ import annotations

import hashlib
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from statistics import median

from selectolax.lexbor import LexborHTMLParser

from monitor.archive import Archive


def parse_all(folder: Path) -> float:
    """Seconds to read every file of a capture list and parse it once."""
    lines = (folder / "captures.jsonl").read_text(encoding="utf-8").splitlines()
    files = [folder / json.loads(line)["file"] for line in lines]
    start = time.perf_counter()
    for file in files:
        LexborHTMLParser(file.read_bytes().decode("utf-8", "replace"))
    return time.perf_counter() - start


def import_all(folder: Path, archive: Path) -> float:
    """Seconds to import the list into an empty archive, the program's start included."""
    command = [sys.executable, "-m", "monitor", "import", "captures", str(folder / "captures.jsonl"), "--quiet"]
    start = time.perf_counter()
    subprocess.run([*command, "--archive", str(archive)], check=True)  # noqa: S603
    return time.perf_counter() - start


def read_back(folder: Path, archive: Path) -> tuple[int, int, float]:
    """How many captures there are, how many come back with the SHA-256 of their file, and the median milliseconds of a snapshot.

    In an order of chance, so that hardly any stands on one that was just read.
    """
    lines = list(map(json.loads, (folder / "captures.jsonl").read_text(encoding="utf-8").splitlines()))
    with Archive(archive, mode="read") as opened:
        found = {
            (page.vendor, page.page, capture.at): capture.snapshot
            for page in opened.pages()
            for capture in opened.history(page.vendor, page.page)
        }
        random.Random(1).shuffle(lines)  # noqa: S311
        taken = [
            _read(opened, found[line["vendor"], line["page"], datetime.fromisoformat(line["fetched_at"])])
            for line in lines
        ]
    files = [hashlib.sha256((folder / line["file"]).read_bytes()).hexdigest() for line in lines]
    same = sum(sha256 == file for (sha256, _), file in zip(taken, files, strict=True))
    return len(lines), same, 1000 * median(seconds for _, seconds in taken)


def _read(archive: Archive, sha256: str | None) -> tuple[str, float]:
    start = time.perf_counter()
    body = archive.snapshot(sha256 or "")
    seconds = time.perf_counter() - start
    return hashlib.sha256(body).hexdigest(), seconds


def main() -> None:
    """Print one line a folder."""
    for name in sys.argv[1:]:
        folder = Path(name)
        with tempfile.TemporaryDirectory() as work:
            archive = Path(work) / "archive.db"
            least, seconds = parse_all(folder), import_all(folder, archive)
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            captures, same, milliseconds = read_back(folder, archive)
            print(
                f"{folder.name}: parse {least:.2f} s, import {seconds:.2f} s, ratio {seconds / least:.1f}, "
                f"archive {archive.stat().st_size / 1e6:.1f} MB, peak {peak:.0f} MB, "
                f"{same} of {captures} captures come back the same, a snapshot in {milliseconds:.1f} ms (median)"
            )


if __name__ == "__main__":
    main()
