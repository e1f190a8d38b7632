"""HTML -> blocks, with beautifulsoup4; selectolax has cut the furniture in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement

from monitor.errors import ReadingError
from monitor.extract.blocks import Blocks
from monitor.model import Document
from monitor.normalise import BROKEN_LINE, visible

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "summary": 6, "dt": 6}
_BREAKS = frozenset(
    (
        "address article aside blockquote body br caption center dd details div dl dt fieldset figcaption figure "
        "footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody td "
        "tfoot th thead tr ul"
    ).split()
)
_BOLD = frozenset({"b", "strong"})
BROKEN_CELL = "; "
"""What a line break within a cell becomes."""
_LONGEST_CELL = 2_000
"""A cell with more text than this is a page laid out with tables, not a table of data."""


def read(markup: str, select: str | None = None, remove: tuple[str, ...] = ()) -> Document:
    """The document that markup without furniture holds.

    With `select` (a CSS selector) only what it names is the document; `remove` drops elements in either case. Raises
    ReadingError `unreadable` when `select` names nothing on the page.
    """
    soup = BeautifulSoup(markup, "lxml")
    for selector in remove:
        for node in soup.select(selector):
            node.decompose()
    roots = soup.select(select) if select else [soup]
    if not roots:
        raise ReadingError("unreadable", f"the selector {select!r} matches nothing on the page")
    blocks = Blocks()
    walk = _Walk(blocks)
    for root in roots:
        walk.over(root)
    return Document(blocks=blocks.done())


def into(blocks: Blocks, html: str) -> None:
    """Collect the blocks of a fragment of HTML that stands in a document of another kind."""
    _Walk(blocks).over(BeautifulSoup(html, "lxml"))


Event = Literal["start", "text", "end"]


def _events(root: Tag) -> Iterator[tuple[Event, PageElement]]:
    """The tree below `root` as events; iterative, because real pages nest deeper than Python recurses."""
    stack: list[tuple[Tag, Iterator[PageElement]]] = [(root, iter(root.contents))]
    while stack:
        tag, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            if stack:
                yield "end", tag
        elif isinstance(child, Tag):
            yield "start", child
            stack.append((child, iter(() if _is_data(child) else child.contents)))
        elif type(child) is NavigableString:
            yield "text", child


class _Walk:
    """One walk over a tree: text gathers until a tag breaks the line, and then becomes a block of the kind it stands in."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._text: list[str] = []
        self._plain = 0
        self._jumps = 0
        self._unlinked = 0
        self._bold = 0
        self._link: str | None = None
        self._heading = 0
        self._item = False

    def over(self, root: Tag) -> None:
        for event, node in _events(root):
            if event == "text":
                first, *more = str(node).split(BROKEN_LINE)
                self._gather(first)
                for line in more:
                    self._flush()
                    self._gather(line)
            elif isinstance(node, Tag):
                self._enter(node) if event == "start" else self._leave(node)
        self._flush()

    def _gather(self, text: str) -> None:
        self._text.append(text)
        if text and not text.isspace():
            self._plain += not self._bold
            self._unlinked += self._link is None
            self._jumps += (self._link or "").startswith("#")

    def _enter(self, tag: Tag) -> None:
        if tag.name in _BREAKS:
            self._flush()
        if tag.name == "li":
            self._item = True
        elif tag.name in _BOLD:
            self._bold += 1
        elif tag.name == "a":
            self._link = None if tag.get("href") is None else str(tag["href"])
        elif level := _level(tag):
            self._heading = level
        elif _is_data(tag):
            self._rows(tag)

    def _leave(self, tag: Tag) -> None:
        if tag.name in _BREAKS:
            self._flush()
        if tag.name in _BOLD:
            self._bold -= 1
        elif tag.name == "a":
            self._link = None
        elif tag.name in ("li", "ul", "ol"):
            self._item = False
        elif _level(tag):
            self._heading = 0

    def _flush(self) -> None:
        text, bold, link = "".join(self._text), not self._plain, not self._unlinked
        jumps = link and self._jumps > 0
        self._text, self._plain, self._unlinked, self._jumps = [], 0, 0, 0
        if self._heading:
            self._blocks.heading(text, self._heading)
        elif (
            text.isspace() or not text or jumps
        ):  # a link to another place on this page: a table of contents, "skip to content"
            return
        elif self._item:
            self._blocks.item(text, link=link)
            self._item = False
        else:
            self._blocks.paragraph(text, bold=bold, link=link)

    def _rows(self, table: Tag) -> None:
        columns: tuple[str, ...] = ()
        for row in table.find_all("tr"):
            cells = row.find_all(("td", "th"), recursive=False)
            texts = [visible(_cell_text(cell)) for cell in cells]
            if len(cells) > 1 and all(cell.name == "th" or cell.find_parent("thead") for cell in cells):
                columns = tuple(texts)
                self._blocks.row(texts)
            else:
                self._blocks.row(texts, columns if len(columns) == len(texts) else ())


def _level(tag: Tag) -> int:
    if tag.get("role") == "heading":
        declared = str(tag.get("aria-level") or "")
        return int(declared) if declared in "123456" and declared else 2
    return _HEADINGS.get(tag.name, 0)


def _is_data(tag: Tag) -> bool:
    """Whether a table holds data (rows of short cells) rather than a layout, or text that happens to stand in a cell."""
    if tag.name != "table":
        return False
    if tag.find(("table", "h1", "h2", "h3")):
        return False
    rows = [row.find_all(("td", "th"), recursive=False) for row in tag.find_all("tr")]
    return any(len(cells) > 1 for cells in rows) and all(
        len(cell.get_text()) <= _LONGEST_CELL for cells in rows for cell in cells
    )


def _cell_text(cell: Tag) -> str:
    parts = [visible("".join(run)) for run in _lines(cell)]
    return BROKEN_CELL.join(part for part in parts if part)


def _lines(cell: Tag) -> Iterator[list[str]]:
    line: list[str] = []
    for event, node in _events(cell):
        if event == "text":
            *ended, last = str(node).split(BROKEN_LINE)
            for text in ended:
                yield [*line, text]
                line = []
            line.append(last)
        elif isinstance(node, Tag) and node.name in _BREAKS:
            yield line
            line = []
    yield line
