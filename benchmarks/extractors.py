"""What each way of finding a page's text does to its changes: how many it loses, how much noise it lets in, how long it takes.

    pip install --target DIR trafilatura readability-lxml resiliparse
    PYTHONPATH=DIR python benchmarks/extractors.py FOLDER LABELS

FOLDER holds captures.jsonl and the files it names, pages of HTML; LABELS is the file that says what changed in which capture.
The packages are no dependencies of the program: what is not installed is named, and the others are measured.

A capture is compared with the one before it, by the same key whichever way its text was found: `normalise.key` of its blocks or
lines. `lost`: of the captures whose document changed in meaning, those whose text did not; `noise`: of the captures whose
document did not change, the share whose text did. Times differ between machines; the last column is the ratio to a bare parse in
the same run.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from itertools import groupby, pairwise
from pathlib import Path
from statistics import median
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from monitor.charset import decode
from monitor.extract import chrome, prepare, version
from monitor.model import Block, Page
from monitor.normalise import BROKEN_LINE, comparable, key

Way = Callable[[bytes, str], str]
"""The body of a capture and its content type -> the key of the text in it."""
_PAGE = Page("", "", "other", "")
_MEANING = frozenset(("legal", "data", "offer", "both"))
_STILL = frozenset(("same text", "noise"))


@dataclass(frozen=True, slots=True)
class Capture:
    """One capture: what it holds, and how its label calls what changed since the one before it."""

    page: tuple[str, str]
    at: datetime
    file: Path
    content_type: str
    kind: str
    importance: int


@dataclass(frozen=True, slots=True)
class Other:
    """An extractor that may be installed: its package, the module to import, and how it is called with markup for text."""

    package: str
    module: str
    text: Callable[[Any, str], str | None]


OTHERS = {
    "trafilatura": Other("trafilatura", "trafilatura", lambda module, markup: module.extract(markup)),
    "trafilatura, favor_recall": Other(
        "trafilatura", "trafilatura", lambda module, markup: module.extract(markup, favor_recall=True)
    ),
    "readability-lxml": Other(
        "readability-lxml", "readability", lambda module, markup: visible(module.Document(markup).summary())
    ),
    "resiliparse, main_content": Other(
        "resiliparse",
        "resiliparse.extract.html2text",
        lambda module, markup: module.extract_plain_text(markup, main_content=True),
    ),
}


def ours(body: bytes, content_type: str) -> str:
    """The program's own way: furniture cut, the rest read as blocks."""
    return version(prepare(_PAGE, body, content_type)).key


def whole(body: bytes, content_type: str) -> str:
    """All text of the page, menus and banners included."""
    return key_of(visible(decode(body, content_type)))


def parse(body: bytes, content_type: str) -> str:
    """The least that reading could take: the markup parsed, and nothing made of it."""
    LexborHTMLParser(decode(body, content_type))
    return ""


def visible(markup: str) -> str:
    """The text of markup without its scripts and styles, each piece in a line of its own."""
    body = chrome.strip(chrome.parse(markup)).body
    return body.text(separator=BROKEN_LINE) if body else ""


def key_of(text: str) -> str:
    """The key of text by line, as the program makes it of blocks."""
    return key(Block("paragraph", line) for line in text.splitlines())


def installed() -> tuple[dict[str, Way], list[str]]:
    """The other extractors that can be imported, and the packages of those that cannot."""
    ways: dict[str, Way] = {}
    missing: dict[str, None] = {}
    for name, other in OTHERS.items():
        try:
            ways[name] = _way(other, import_module(other.module))
        except ImportError:
            missing[other.package] = None
    return ways, list(missing)


def _way(other: Other, module: Any) -> Way:
    return lambda body, content_type: key_of(other.text(module, decode(body, content_type)) or "")


def captures(folder: Path, labels: Path) -> list[Capture]:
    """The captures of a folder with their labels, page by page in the order of time."""
    said = {_which(line): line for line in _lines(labels)}
    found = []
    for line in _lines(folder / "captures.jsonl"):
        page, at = _which(line)
        label = said.get((page, at), {"kind": "same text", "importance": 0})
        found.append(Capture(page, at, folder / line["file"], line["content_type"], label["kind"], label["importance"]))
    return sorted(found, key=lambda capture: (capture.page, capture.at))


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def _which(line: dict[str, Any]) -> tuple[tuple[str, str], datetime]:
    return (line["vendor"], line["page"]), datetime.fromisoformat(line["fetched_at"])


def pairs(found: list[Capture]) -> Iterator[tuple[Capture, Capture]]:
    """Each capture behind the one before it on the same page."""
    for _, group in groupby(found, key=lambda capture: capture.page):
        yield from pairwise(group)


def run(way: Way, found: list[Capture]) -> tuple[dict[Path, str], float]:
    """The keys of all captures read one way, and the median of the milliseconds that one took."""
    comparable.cache_clear()
    keys, seconds = {}, []
    for capture in found:
        body = capture.file.read_bytes()
        start = time.perf_counter()
        keys[capture.file] = _key_or_none(way, body, capture.content_type)
        seconds.append(time.perf_counter() - start)
    return keys, median(seconds) * 1000


def _key_or_none(way: Way, body: bytes, content_type: str) -> str:
    try:
        return way(body, content_type)
    except Exception:  # whatever an extractor raises: it found no text
        return key(())


def row(name: str, way: Way, found: list[Capture], least: float) -> str:
    """One row of the table; `least` is what a bare parse took."""
    keys, took = run(way, found)
    moved = [(after, keys[before.file] != keys[after.file]) for before, after in pairs(found)]
    lost = [after for after, differs in moved if after.kind in _MEANING and not differs]
    still = [differs for after, differs in moved if after.kind in _STILL]
    must = sum(after.importance == 2 for after in lost)
    noise = sum(still) / len(still) if still else 0.0
    return f"| {name} | {len(lost)} | {must} | {noise:.3f} | {took:.1f} | {took / least:.1f} |"


def scope(found: list[Capture]) -> str:
    """What the figures are measured on, in a sentence."""
    later = [after for _, after in pairs(found)]
    meant = [after for after in later if after.kind in _MEANING]
    must = sum(after.importance == 2 for after in meant)
    still = sum(after.kind in _STILL for after in later)
    return f"{len(found)} captures: {len(meant)} changed in meaning, {must} of them of importance 2; {still} did not change"


def main() -> None:
    """Print what is not installed, what is measured on, and a table with a row for each way."""
    found = captures(Path(sys.argv[1]), Path(sys.argv[2]))
    others, missing = installed()
    if missing:
        print(f"not installed: {', '.join(missing)}")
    print(scope(found), "", sep="\n")
    print("| way | lost | of importance 2 | noise | ms a page | ratio to a parse |")
    print("| --- | --- | --- | --- | --- | --- |")
    _, least = run(parse, found)
    for name, way in {"ours": ours, "all visible text": whole, **others}.items():
        print(row(name, way, found, least), flush=True)


if __name__ == "__main__":
    main()
