"""How long it takes to understand documents: to read one, to judge an edit of it, to judge one that was rewritten whole.

    python benchmarks/meaning.py FOLDER [FOLDER ...]

A FOLDER holds captures.jsonl and the files it names. The documents are made of the blocks of its pages, so that no clause stands
in memory when it is read. One process, one core; milliseconds of the machine that it runs on.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from monitor.extract import read
from monitor.meaning.lexicon import load
from monitor.meaning.understand import understand_document
from monitor.model import Block, Document, Page
from monitor.verdict import judge

PAGE = Page("vendor", "page", "terms", "")
SIZE, LARGE = 100_000, 300_000
EDITED = 20
"""One block in so many is edited between two versions."""


def main() -> None:
    """Print one line a folder."""
    load()  # the word lists, once
    for name in sys.argv[1:]:
        blocks = blocks_of(Path(name))
        document, before, after = (document_of(blocks, size) for size in (SIZE, LARGE, LARGE))
        reading = timed(understand_document, document)
        judging = timed(judge, document, edited(document), PAGE, "en")
        rewriting = timed(judge, before, after, PAGE, "en")
        print(
            f"{Path(name).name}: reading {SIZE:,} characters {reading:.0f} ms, judging an edit of them {judging:.0f} ms, "
            f"{LARGE:,} characters rewritten whole {rewriting:.0f} ms"
        )


def timed(work: Callable[..., object], *arguments: object) -> float:
    """Milliseconds that a piece of work takes, the first time."""
    start = time.perf_counter()
    work(*arguments)
    return (time.perf_counter() - start) * 1_000


def blocks_of(folder: Path) -> Iterator[Block]:
    """The distinct blocks of all pages of a capture list."""
    lines = map(json.loads, (folder / "captures.jsonl").read_text("utf-8").splitlines())
    seen: set[str] = set()
    for line in lines:
        for block in read((folder / line["file"]).read_bytes(), line["content_type"]).blocks:
            if block.text not in seen:
                seen.add(block.text)
                yield block


def document_of(blocks: Iterator[Block], size: int) -> Document:
    """A document of the next blocks, of about so many characters."""
    taken: list[Block] = []
    while sum(len(block.text) for block in taken) < size:
        taken.append(next(blocks))
    return Document(tuple(taken), language="en")


def edited(document: Document) -> Document:
    """The document with a sentence more in some of its blocks."""
    blocks = enumerate(document.blocks)
    return replace(
        document, blocks=tuple(block if number % EDITED else longer(block, number) for number, block in blocks)
    )


def longer(block: Block, days: int) -> Block:
    """A block with a sentence more."""
    return replace(block, text=f"{block.text} We may keep it for {days + 30} days.")


if __name__ == "__main__":
    main()
