"""Collecting blocks while a document is walked: each with the headings it stands under."""

from __future__ import annotations

from itertools import groupby

from monitor.extract.normalise import visible
from monitor.model import Block

CELL = " | "
LEADS = ":：,"
"""A paragraph that ends so leads into a list: "We never train on:". It stands above the items as a heading would."""
BOLD_LINE = 7
"""Level of a heading that is only a short bold line: below every real heading."""
_TITLE_LENGTH = 120
_MENU = 3
"""So many links in a row, with nothing said between them, are a menu or a list of related pages."""


class Blocks:
    """The blocks of one document, in its order. Empty ones are left out."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._links: list[bool] = []
        self._headings: list[tuple[int, str]] = []
        self._lead: tuple[str, ...] = ()

    def heading(self, text: str, level: int) -> None:
        """A heading; the blocks that follow stand under it until one of its level or above comes."""
        if not (text := visible(text)):
            return
        self._lead = ()
        self._headings = [heading for heading in self._headings if heading[0] < level]
        self._add(Block("heading", text, self._trail(), level))
        self._headings.append((level, text))

    def paragraph(self, text: str, *, bold: bool = False, link: bool = False) -> None:
        """A paragraph; a short bold one that is no sentence is a heading in disguise. `link`: all of it is a link's text."""
        text = visible(text)
        if bold and not link and 0 < len(text) <= _TITLE_LENGTH and text[-1] not in ".;,。；，":
            self.heading(text, BOLD_LINE)
        elif text:
            self._add(Block("paragraph", text, self._trail()), link)
            self._lead = (text,) if text[-1] in LEADS else ()

    def item(self, text: str, *, link: bool = False) -> None:
        """An item of a list. `link`: all of it is a link's text."""
        if text := visible(text):
            self._add(Block("item", text, self._trail() + self._lead), link)

    def row(self, cells: list[str], columns: tuple[str, ...] = ()) -> None:
        """A row of a table, under its header cells."""
        folded = [visible(cell) for cell in cells]
        if any(folded):
            self._add(Block("row", CELL.join(folded), self._trail() + self._lead, columns=columns))

    def done(self) -> tuple[Block, ...]:
        """All blocks collected, without the menus: runs of short blocks that are nothing but links."""
        kept: list[Block] = []
        for menu, run in groupby(zip(self._blocks, self._links, strict=True), key=lambda pair: pair[1]):
            blocks = [block for block, _ in run]
            kept += [] if menu and len(blocks) >= _MENU else blocks
        return tuple(kept)

    def _add(self, block: Block, link: bool = False) -> None:
        self._blocks.append(block)
        self._links.append(link and len(block.text) <= _TITLE_LENGTH)

    def _trail(self) -> tuple[str, ...]:
        return tuple(text for _, text in self._headings)
