"""How long an import takes beside the least that reading could take: parsing every capture once with selectolax.

    python benchmarks/reading.py FOLDER [FOLDER ...]

A FOLDER holds captures.jsonl and the files it names. Both sides run in one process on the same files, so only their ratio is
worth keeping.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser


def parse_all(folder: Path) -> float:
    """Seconds to read every file of a capture list and parse it once."""
    lines = (folder / "captures.jsonl").read_text(encoding="utf-8").splitlines()
    files = [folder / json.loads(line)["file"] for line in lines]
    start = time.perf_counter()
    for file in files:
        LexborHTMLParser(file.read_bytes().decode("utf-8", "replace"))
    return time.perf_counter() - start


def import_all(folder: Path) -> tuple[float, int]:
    """Seconds to import the list into an empty archive, the program's start included, and the archive's size in bytes."""
    with tempfile.TemporaryDirectory() as work:
        archive = Path(work) / "archive.db"
        command = [sys.executable, "-m", "monitor", "import", "captures", str(folder / "captures.jsonl"), "--quiet"]
        start = time.perf_counter()
        subprocess.run([*command, "--archive", str(archive)], check=True)  # noqa: S603
        return time.perf_counter() - start, archive.stat().st_size


def main() -> None:
    """Print one line a folder."""
    for name in sys.argv[1:]:
        folder = Path(name)
        least = parse_all(folder)
        seconds, size = import_all(folder)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(
            f"{folder.name}: parse {least:.2f} s, import {seconds:.2f} s, ratio {seconds / least:.1f}, "
            f"archive {size / 1e6:.1f} MB, peak {peak:.0f} MB"
        )


if __name__ == "__main__":
    main()
