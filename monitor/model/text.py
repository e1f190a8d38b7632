"""What is read in a snapshot, and what differs between two texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["heading", "paragraph", "item", "row"]

CELL = " | "
"""What stands between the cells of a row."""

LEADS = ":：,"
"""A paragraph that ends so leads into a list: "We never train on:". It stands above the items as a heading would."""


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a document's text, with the headings it stands under.

    `text` is what a reader sees, white space folded; the cells of a row are joined by ` | `. `columns` are a row's
    header cells, in the same order as its cells.
    """

    kind: BlockKind
    text: str
    trail: tuple[str, ...] = ()
    level: int = 0
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a document: the words that carry it, and the address it leads to."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Document:
    """What the monitor reads in one snapshot."""

    blocks: tuple[Block, ...]
    title: str = ""
    language: str = ""

    @property
    def text(self) -> str:
        """The blocks' text, one a line."""
        return "\n".join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Edit:
    """One block that differs between two documents. `before` is None for an added block, `after` for a removed one."""

    kind: Literal["added", "removed", "changed", "moved"]
    before: Block | None
    after: Block | None


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause (a sentence, a heading, a row), verbatim, and the block it stands in."""

    text: str
    block: Block


@dataclass(frozen=True, slots=True)
class ClauseEdit:
    """One clause that differs between two documents. `before` is None for an added clause, `after` for a removed one."""

    before: Clause | None
    after: Clause | None


@dataclass(frozen=True, slots=True)
class Span:
    """A run of words that is kept, deleted or inserted on the way from one text to another."""

    kind: Literal["kept", "deleted", "inserted"]
    text: str
