"""Markdown -> blocks: headings, paragraphs, list items, rows; link targets and emphasis are not text.

A reader by line, rather than a CommonMark parser: archives hold Markdown that was made from HTML, with tables and line
breaks in it, and the rendered form is not wanted, only its text.
"""

from __future__ import annotations

import html as entities
import re

from monitor.extract import html
from monitor.extract.blocks import Blocks
from monitor.model import Document
from monitor.normalise import visible

_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*)$")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-{2,})\s*$")
_ITEM = re.compile(r"\s*(?:[*+-]|\d{1,3}[.)])\s+(?=\S)(.*)$")
_QUOTE = re.compile(r"^(?:\s{0,3}>)+\s?")
_RULE = re.compile(r"\s{0,3}([*_-])(?:\s*\1){2,}\s*$")
_SEPARATOR = re.compile(r"[\s|:-]+$")
_BREAK = re.compile(r"<br\s*/?>|(?<=\S) {2,}$|\\$", re.I)
_IMAGE = re.compile(r"!\[[^\]]{0,500}\]\([^)\s]{0,2000}(?:\s+\"[^\"]{0,500}\")?\)")
_LINK = re.compile(r"(?<!\\)\[((?:[^\[\]\\]|\\.){0,2000})\]\((?:[^()\\]|\\.|\([^()]{0,500}\)){0,3000}\)")
_HALF_LINK = re.compile(r"(?<!\\)\]\((?:[^()\\]|\\.|\([^()]{0,500}\)){0,3000}\)|^\s*\[\s*$")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2000})>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>")
_EMPHASIS = re.compile(r"(?<!\\)(?:\*{1,3}|~~)|(?<![\w\\])_{1,3}(?=\S)|(?<=[^\s\\])_{1,3}(?!\w)")
_MARKUP = re.compile(r"[\[\]<*_`~\\&]")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~-])")
_ALL_BOLD = re.compile(r"\s*(\*\*|__)(?=\S)(?:(?!\1).)+\1\s*$")
_CELLS = re.compile(r"(?<!\\)\|")
_CELL_BREAKS = re.compile(r"(?<!\s)\s*<br\s*/?>\s*", re.I)
_TABLE = re.compile(r"<table\b(?:(?!<table\b).)*?</table>", re.I | re.S)
_TABLE_MARK = "\x02table\x02"


def read(text: str) -> Document:
    """The document that a Markdown text holds; its title is its first heading."""
    blocks = Blocks(menus=False)
    tables = iter(_TABLE.findall(text))
    reader = _Reader(blocks)
    for line in _TABLE.sub(f"\n{_TABLE_MARK}\n", text).splitlines():
        if line == _TABLE_MARK:
            reader.flush()
            html.into(blocks, next(tables))
        else:
            reader.line(line)
    reader.flush()
    done = blocks.done()
    return Document(blocks=done, title=next((block.text for block in done if block.kind == "heading"), ""))


def inline(text: str) -> str:
    """The text that a reader sees of one line of Markdown: no link targets, no emphasis, no tags."""
    if not _MARKUP.search(text):
        return visible(text)
    text = _LINK.sub(r"\1", _LINK.sub(r"\1", _IMAGE.sub("", text)))
    text = _TAG.sub("", _AUTOLINK.sub(r"\1", _HALF_LINK.sub("", text)))
    text = _EMPHASIS.sub("", text).replace("`", "")
    return visible(entities.unescape(_ESCAPE.sub(r"\1", text)))


def _is_link(text: str) -> bool:
    """Whether all the text of a line is that of links."""
    beside = _LINK.sub("", _IMAGE.sub("", text)) if "](" in text else text
    return not any(map(str.isalnum, beside))


class _Reader:
    """Lines become blocks: what is gathered ends with a blank line, or where another kind of line begins."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._lines: list[str] = []
        self._item = False
        self._columns: tuple[str, ...] = ()

    def line(self, line: str) -> None:
        """Take the next line of the text."""
        line = _QUOTE.sub("", line)
        if not line.strip():
            self.flush()
        elif heading := _HEADING.match(line):
            self.flush()
            self._blocks.heading(inline(heading[2].rstrip(" \t#")), len(heading[1]))
        elif (underline := _UNDERLINE.match(line)) and len(self._lines) == 1 and not self._item:
            self._blocks.heading(inline(self._lines.pop()), 1 if underline[1][0] == "=" else 2)
        elif _RULE.match(line):
            self.flush()
        elif line.lstrip().startswith("|"):
            self._row(line.strip())
        elif item := _ITEM.match(line):
            self.flush()
            self._item = True
            self._gather(item[1])
        else:
            self._gather(line)

    def flush(self) -> None:
        """End the block that is being gathered."""
        text = " ".join(self._lines)
        if self._item and text:
            self._blocks.item(inline(text), link=_is_link(text))
        elif text:
            self._blocks.paragraph(inline(text), bold=bool(_ALL_BOLD.match(text)), link=_is_link(text))
        if text:
            self._item = False
        self._lines, self._columns = [], ()

    def _gather(self, line: str) -> None:
        *broken, last = _BREAK.split(line)
        for part in broken:
            self._lines.append(part)
            self.flush()
        self._lines += [last] if last.strip() else []

    def _row(self, line: str) -> None:
        if self._lines:
            self.flush()
        cells = [_CELL_BREAKS.sub(html.BROKEN_CELL, cell) for cell in _CELLS.split(line.strip("|"))]
        if _SEPARATOR.match(line):
            return
        texts = [inline(cell) for cell in cells]
        self._blocks.row(texts, self._columns if len(self._columns) == len(texts) else ())
        self._columns = self._columns or tuple(texts)
