"""Collecting blocks while a document is walked: each with the headings it stands under."""

from __future__ import annotations

from itertools import groupby

from monitor.model import CELL, LEADS, Block
from monitor.normalise import comparable, visible

BOLD_LINE = 7
"""Level of a heading that is only a short bold line: below every real heading."""
_TITLE_LENGTH = 120
_LABEL, _DOCUMENT = 60, 8
"""Characters of a label at most; blocks of a document at least, below which no edge is cut."""
_MENU = 3
"""So many links in a row, with nothing said between them, are a menu or a list of related pages."""
_COLUMNS, _LINKED, _ENTRY = 2, 0.8, 30
"""A menu at a page's end: at least so many headings, so many of its entries links; characters of an entry at most."""


class Blocks:
    """The blocks of one document, in its order. Empty ones are left out."""

    def __init__(self, *, menus: bool = True) -> None:
        """`menus`: whether runs of links within the document are menus; else they are lists, unless they stand at its edges."""
        self._menus = menus
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
        kept: list[tuple[Block, bool]] = []
        for menu, run in groupby(zip(self._blocks, self._links, strict=True), key=lambda pair: pair[1]):
            blocks = list(run)
            kept += [] if menu and self._menus and len(blocks) >= _MENU else blocks
        return tuple(block for block, _ in _without_edges(kept))

    def _add(self, block: Block, link: bool = False) -> None:
        alone = link and block.kind == "paragraph" and len(block.text) <= _LABEL
        if alone or not any(
            map(str.isalnum, block.text)
        ):  # "Learn more", "Next": a link in a line of its own states nothing
            return
        self._blocks.append(block)
        self._links.append(link and len(block.text) <= _TITLE_LENGTH)

    def _trail(self) -> tuple[str, ...]:
        return tuple(text for _, text in self._headings)


def _without_edges(blocks: list[tuple[Block, bool]]) -> list[tuple[Block, bool]]:
    """The blocks without the labels before the first and after the last that says something: what is left of menus."""
    if len(blocks) < _DOCUMENT:
        return blocks
    start = next((i for i, block in enumerate(blocks) if not (_is_label(*block) or _is_entry(block[0]))), 0)
    if sum(link for _, link in blocks[:start]) < _MENU:
        start = next((i for i, block in enumerate(blocks) if not _is_label(*block)), 0)
    end = next((i for i in range(len(blocks), start, -1) if not _ends_nothing(*blocks[i - 1])), len(blocks))
    return blocks[start : end if _is_menu(blocks[end:]) else _after_list(blocks, end)]


def _is_menu(blocks: list[tuple[Block, bool]]) -> bool:
    """Whether the labels at a document's end are a menu: lists of links in columns. One list of names is a list."""
    links = [link for block, link in blocks if block.kind == "item"]
    return not links or (
        sum(links) >= _LINKED * len(links) and sum(block.kind == "heading" for block, _ in blocks) >= _COLUMNS
    )


def _after_list(blocks: list[tuple[Block, bool]], end: int) -> int:
    """Where the last list behind `end` ends."""
    return max((i + 1 for i in range(end, len(blocks)) if blocks[i][0].kind == "item"), default=end)


def _ends_nothing(block: Block, link: bool) -> bool:
    """A label, a heading with nothing under it, or an entry of a menu: not each of them is a link."""
    return block.kind == "heading" or _is_entry(block) or _is_label(block, link)


def _is_entry(block: Block) -> bool:
    return block.kind == "item" and len(block.text) <= _ENTRY and block.text[-1] not in ".;:。；："


def _is_label(block: Block, link: bool) -> bool:
    """A few words that are no sentence, no heading and no row, and hold no figure; an item only if it is a link."""
    if not comparable(block.text):
        return True
    words = link if block.kind == "item" else block.kind == "paragraph"
    short = len(block.text) <= _LABEL and block.text[-1] not in ".;:!?。；：！？"
    return words and short and not any(map(str.isdigit, block.text))
